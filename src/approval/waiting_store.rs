//! What waits for one person, by the table of `turns.rs`: in pages for the inbox, in numbers for the navigation.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::account::Actor;
use crate::access::holder::Holder;
use crate::approval::process::{SUPPLEMENT, StepStanding};
use crate::approval::turns::{TURNS, Turn};
use crate::db::schema::{approval_steps as steps, dossiers};
use crate::db::{Conn, MultiBackend, word};
use crate::error::Result;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Body, StepKind};

/// Most rows that are counted, or shown in one go, of each line of the table: nobody works through more.
pub const MOST: i64 = 1_000;

/// Where a step stands in an inbox: the earliest due day first, undated ones last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxPlace {
    undated: bool,
    due_on: Option<Day>,
    delegation_id: i64,
    ord: i64,
}

impl InboxPlace {
    pub fn new(due_on: Option<Day>, delegation_id: i64, ord: i64) -> Self {
        InboxPlace { undated: due_on.is_none(), due_on, delegation_id, ord }
    }

    /// As a cursor holds it.
    pub fn parts(&self) -> Vec<String> {
        let due_on = self.due_on.map(|day| day.to_string()).unwrap_or_default();
        vec![due_on, self.delegation_id.to_string(), self.ord.to_string()]
    }

    pub fn from_parts(parts: &[String]) -> Option<Self> {
        let [due_on, delegation_id, ord] = parts else { return None };
        let due_on = if due_on.is_empty() { None } else { Some(due_on.parse().ok()?) };
        Some(InboxPlace::new(due_on, delegation_id.parse().ok()?, ord.parse().ok()?))
    }
}

/// One open step that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingStep {
    pub place: InboxPlace,
    pub procedure: Procedure,
    pub delegation_id: i64,
    pub title: String,
    pub kind: StepKind,
    /// The body that acts; the foreign-affairs body where none is named yet, for it names one.
    pub body: Body,
    /// Nobody is named yet who decides: the body of this step names one.
    pub unnamed: bool,
    pub due_on: Option<Day>,
}

/// Up to `limit` steps that wait for the actor behind a place, most urgent first.
pub fn waiting_for(
    conn: &mut Conn,
    actor: &Actor,
    procedures: impl IntoIterator<Item = Procedure>,
    after: Option<InboxPlace>,
    limit: i64,
) -> Result<Vec<WaitingStep>> {
    type Row = (i64, i64, String, String, String, Option<String>, Option<Day>);
    let mut waiting = Vec::new();
    for narrow in narrowed(actor, procedures) {
        let rows: Vec<Row> = by_place(narrow, after, limit, |query| {
            let shown = (
                steps::delegation_id,
                steps::ord,
                steps::procedure,
                steps::title,
                steps::kind,
                steps::body,
                steps::due_on,
            );
            Ok(query.select(shown).load(conn)?)
        })?;
        for (delegation_id, ord, procedure, title, kind, body, due_on) in rows {
            waiting.push(WaitingStep {
                place: InboxPlace::new(due_on, delegation_id, ord),
                procedure: word(&procedure)?,
                delegation_id,
                title,
                kind: word(&kind)?,
                unnamed: body.is_none(),
                body: body.as_deref().map(word).transpose()?.unwrap_or(Body::Dofa),
                due_on,
            });
        }
    }
    waiting.sort_by_key(|w| w.place);
    // A step may wait for the actor by several lines.
    waiting.dedup_by_key(|w| w.place);
    waiting.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(waiting)
}

/// How many steps of one kind wait for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingCount {
    pub steps: i64,
    /// Of those, the ones past their due day.
    pub overdue: i64,
}

/// How much waits for the actor, by kind of step; of each line of the table the most urgent thousand.
pub fn count_waiting(
    conn: &mut Conn,
    actor: &Actor,
    procedures: impl IntoIterator<Item = Procedure>,
    today: Day,
) -> Result<HashMap<StepKind, WaitingCount>> {
    type Row = (i64, i64, String, Option<Day>);
    let mut places = Vec::new();
    for narrow in narrowed(actor, procedures) {
        // Only what the indexes hold.
        let rows: Vec<Row> = by_place(narrow, None, MOST, |query| {
            Ok(query.select((steps::delegation_id, steps::ord, steps::kind, steps::due_on)).load(conn)?)
        })?;
        places.extend(rows);
    }
    places.sort_unstable();
    places.dedup();
    let mut counted: HashMap<StepKind, WaitingCount> = HashMap::new();
    for (_, _, kind, due_on) in places {
        let of_kind = counted.entry(word(&kind)?).or_default();
        of_kind.steps += 1;
        of_kind.overdue += i64::from(due_on.is_some_and(|due| due < today));
    }
    Ok(counted)
}

type Steps = steps::BoxedQuery<'static, MultiBackend>;

/// A question that one index answers in the order of an inbox.
struct Narrow(Box<dyn Fn() -> Steps>);

/// The questions that together find what waits for the actor.
fn narrowed(actor: &Actor, procedures: impl IntoIterator<Item = Procedure>) -> Vec<Narrow> {
    if !actor.looks_apart() {
        return of_table(actor, None);
    }
    // A seat held by substitution for one procedure has no turn in others.
    procedures.into_iter().flat_map(|procedure| of_table(&actor.looking_at(procedure), Some(procedure))).collect()
}

/// One question for each line, body and agency: several in one condition would be read whole and then sorted.
fn of_table(actor: &Actor, procedure: Option<Procedure>) -> Vec<Narrow> {
    let mut all = Vec::new();
    for (holder, turn) in TURNS {
        for agency in agencies_of(*holder, actor) {
            for (body, kind) in bodies_of(*turn, actor) {
                let supplement = *turn == Turn::Supplement;
                all.push(Narrow(Box::new(move || open_steps(body, kind, agency, supplement, procedure))));
            }
        }
    }
    all
}

/// The agencies of whose dossiers a line speaks: `[None]` for any.
fn agencies_of(holder: Holder, actor: &Actor) -> Vec<Option<i64>> {
    match holder.agencies(actor) {
        None => vec![None],
        Some(agencies) => agencies.into_iter().map(Some).collect(),
    }
}

/// The bodies that a line means, each with the kind of step if only one is meant. No body: those that none is named for.
fn bodies_of(turn: Turn, actor: &Actor) -> Vec<(Option<Body>, Option<StepKind>)> {
    match turn {
        Turn::OwnBody => actor.bodies().into_iter().map(|body| (Some(body), None)).collect(),
        Turn::OfBody(body) => vec![(Some(body), None)],
        Turn::OfKind(kind, body) => vec![(Some(body), Some(kind))],
        Turn::AnyBody(kind) => Body::all().iter().map(|body| (Some(*body), Some(kind))).collect(),
        // Such a step is always the agency's own.
        Turn::Supplement => vec![(Some(Body::AgencyHead), None)],
        Turn::Unnamed => vec![(None, None)],
    }
}

fn open_steps(
    body: Option<Body>,
    kind: Option<StepKind>,
    agency: Option<i64>,
    supplement: bool,
    procedure: Option<Procedure>,
) -> Steps {
    let mut query = steps::table.filter(steps::standing.eq(<&str>::from(StepStanding::Open))).into_boxed();
    query = match body {
        Some(body) => query.filter(steps::body.eq(body.word())),
        None => query.filter(steps::body.is_null()),
    };
    if let Some(kind) = kind {
        query = query.filter(steps::kind.eq(kind.word()));
    }
    if let Some(agency) = agency {
        query = query.filter(steps::agency_id.eq(agency));
    }
    if supplement {
        query = query.filter(steps::outcome.eq(SUPPLEMENT));
    }
    if let Some(procedure) = procedure {
        query = query.filter(steps::procedure.eq(procedure.word().to_owned()));
    }
    query
}

/// Up to `limit` rows of a question behind a place: first those with a due day, then those without.
fn by_place<T>(
    narrow: Narrow,
    after: Option<InboxPlace>,
    limit: i64,
    mut load: impl FnMut(Steps) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    if after.is_none_or(|place| !place.undated) {
        let mut dated = (narrow.0)().filter(steps::due_on.is_not_null());
        if let Some(InboxPlace { due_on: Some(due_on), delegation_id, ord, .. }) = after {
            let later = steps::due_on.gt(due_on);
            let same_day = steps::due_on.eq(due_on).assume_not_null();
            let behind = steps::delegation_id
                .gt(delegation_id)
                .or(steps::delegation_id.eq(delegation_id).and(steps::ord.gt(ord)));
            // The first condition alone is what an index understands.
            dated = dated.filter(steps::due_on.ge(due_on)).filter(later.assume_not_null().or(same_day.and(behind)));
        }
        rows = load(dated.order((steps::due_on, steps::delegation_id, steps::ord)).limit(limit))?;
    }
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        let mut undated = (narrow.0)().filter(steps::due_on.is_null());
        if let Some(InboxPlace { undated: true, delegation_id, ord, .. }) = after {
            let behind = steps::delegation_id
                .gt(delegation_id)
                .or(steps::delegation_id.eq(delegation_id).and(steps::ord.gt(ord)));
            undated = undated.filter(behind);
        }
        rows.extend(load(undated.order((steps::delegation_id, steps::ord)).limit(left))?);
    }
    Ok(rows)
}

/// What a row of an inbox says of its dossier, so that it can be judged without opening it.
#[derive(Debug, Clone, Default, Queryable)]
pub struct AskedFor {
    pub number: Option<String>,
    pub agency_id: i64,
    pub begins_on: Option<Day>,
    pub ends_on: Option<Day>,
    /// Codes, separated by commas.
    pub countries: String,
    pub headcount: i64,
}

/// What these dossiers ask for.
pub fn asked_of(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, AskedFor>> {
    let said = (
        dossiers::number,
        dossiers::agency_id,
        dossiers::begins_on,
        dossiers::ends_on,
        dossiers::countries,
        dossiers::headcount,
    );
    let rows: Vec<(i64, AskedFor)> =
        dossiers::table.filter(dossiers::id.eq_any(ids)).select((dossiers::id, said)).load(conn)?;
    Ok(rows.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor_and_orders_an_inbox() {
        let day = |n| Day::from_ymd_opt(2026, 3, n);
        let places = [
            InboxPlace::new(day(1), 9, 2),
            InboxPlace::new(day(2), 1, 1),
            InboxPlace::new(day(2), 1, 2),
            InboxPlace::new(None, 1, 0),
        ];
        assert!(places.is_sorted());
        for place in places {
            assert_eq!(InboxPlace::from_parts(&place.parts()), Some(place));
        }
        assert_eq!(InboxPlace::from_parts(&["x".into(), "1".into(), "1".into()]), None);
    }
}
