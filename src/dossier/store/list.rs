//! Lists of the dossiers that an actor sees, filtered, with keyset pagination.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::access::account::Actor;
use crate::db::schema::{approval_steps, dossiers};
use crate::db::{Conn, MultiBackend, containing};
use crate::dossier::flow::State;
use crate::dossier::store::words_of;
use crate::error::Result;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};
use kernel::words::{Body, Direction, Procedure, Role, StepKind};

/// One row of a list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
pub struct DossierItem {
    pub id: i64,
    pub procedure: String,
    pub number: Option<String>,
    pub title: String,
    pub state: String,
    pub agency_id: i64,
    pub begins_on: Day,
    pub ends_on: Day,
    pub countries: String,
    pub headcount: i64,
    pub due_on: Option<Day>,
    pub version: i64,
    pub updated_at: Moment,
}

/// The filter of a list.
#[derive(Debug, Clone)]
pub struct DossierFilter {
    pub direction: Direction,
    pub state: Option<State>,
    pub q: Option<String>,
    pub agency_id: Option<i64>,
    pub country: Option<String>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub year: Option<i32>,
    pub overdue: Option<bool>,
    pub mine: bool,
    pub newest_first: bool,
}

/// Where the previous page ended.
#[derive(Debug, Clone)]
pub enum ListPlace {
    Begins(Day, i64),
    Updated(Moment, i64),
}

type RowCondition = Box<dyn BoxableExpression<dossiers::table, MultiBackend, SqlType = Bool>>;

/// The dossiers an actor sees: the same rule as `rules::sees`, as a condition of the query.
fn visible(actor: &Actor, direction: Direction) -> RowCondition {
    if !actor.looks_apart() {
        return visible_alike(actor, direction);
    }
    // A seat held by substitution for one procedure gives no access to others.
    let mut seen: RowCondition = Box::new(dossiers::id.lt(0));
    for procedure in <Procedure as strum::VariantArray>::VARIANTS {
        if Direction::from(*procedure) == direction {
            let here = visible_alike(&actor.looking_at(*procedure), direction);
            seen = Box::new(seen.or(dossiers::procedure.eq(procedure.word()).and(here)));
        }
    }
    seen
}

fn visible_alike(actor: &Actor, direction: Direction) -> RowCondition {
    let mut seen: RowCondition = Box::new(dossiers::id.lt(0));
    let mut add = |more: RowCondition| {
        let known = std::mem::replace(&mut seen, Box::new(dossiers::id.lt(0)));
        seen = Box::new(known.or(more));
    };
    let past_draft = || dossiers::state.ne(State::Draft.word());
    if actor.has(Role::Clerk) || actor.sits_in(Body::AgencyHead) {
        actor.agencies().for_each(|agency| add(Box::new(dossiers::agency_id.eq(agency))));
    }
    if actor.has(Role::Inspector) || actor.sits_in(Body::Dofa) {
        add(Box::new(past_draft()));
        return seen;
    }
    if actor.has(Role::PassportCustodian) && direction == Direction::Outbound {
        add(Box::new(dossiers::state.eq_any(words_of(&State::APPROVED_OR_LATER))));
        add(Box::new(dossiers::state.eq_any(words_of(&State::SET_ASIDE))));
    }
    let steps = || approval_steps::table.filter(approval_steps::delegation_id.eq(dossiers::id));
    let bodies: Vec<&str> = actor.bodies().into_iter().map(Body::word).collect();
    if !bodies.is_empty() {
        add(Box::new(
            past_draft()
                .and(diesel::dsl::exists(steps().filter(approval_steps::body.assume_not_null().eq_any(bodies)))),
        ));
    }
    if actor.sits_in(Body::CommuneChair) {
        for agency in actor.agencies() {
            let deciding = steps()
                .filter(approval_steps::kind.eq(StepKind::Decide.word()))
                .filter(approval_steps::body.assume_not_null().eq(Body::CommuneChair.word()));
            let his = dossiers::agency_id.eq(agency).and(diesel::dsl::exists(deciding));
            add(Box::new(past_draft().and(his)));
        }
    }
    if actor.sits_in(Body::DofaDirector) {
        let deciding = steps()
            .filter(approval_steps::kind.eq(StepKind::Decide.word()))
            .filter(approval_steps::body.assume_not_null().eq(Body::Dofa.word()));
        add(Box::new(past_draft().and(diesel::dsl::exists(deciding))));
    }
    if actor.sits_in(Body::PartyOffice) {
        let consents = steps().filter(approval_steps::kind.eq(StepKind::Consent.word()));
        add(Box::new(past_draft().and(diesel::dsl::exists(consents))));
    }
    seen
}

fn conditions(filter: &DossierFilter, actor: &Actor, today: Day) -> Vec<RowCondition> {
    let mut all: Vec<RowCondition> =
        vec![Box::new(dossiers::direction.eq(filter.direction.word())), visible(actor, filter.direction)];
    if let Some(state) = filter.state {
        all.push(Box::new(dossiers::state.eq(state.word())));
    }
    if let Some(q) = &filter.q {
        all.push(Box::new(dossiers::search_norm.like(containing(&fold(q))).escape('\\')));
    }
    if let Some(agency) = filter.agency_id {
        all.push(Box::new(dossiers::agency_id.eq(agency)));
    }
    if let Some(country) = &filter.country {
        // Codes have two letters each and are separated by commas, so none is part of another.
        all.push(Box::new(dossiers::countries.like(containing(country)).escape('\\')));
    }
    if let Some(from) = filter.from {
        all.push(Box::new(dossiers::begins_on.ge(from)));
    }
    if let Some(to) = filter.to {
        all.push(Box::new(dossiers::begins_on.le(to)));
    }
    if let Some(year) = filter.year {
        let day = |month, day| Day::from_ymd_opt(year, month, day).unwrap_or(Day::MAX);
        all.push(Box::new(dossiers::begins_on.between(day(1, 1), day(12, 31))));
    }
    if let Some(overdue) = filter.overdue {
        let late = dossiers::due_on.is_not_null().and(dossiers::due_on.assume_not_null().lt(today));
        all.push(if overdue { Box::new(late) } else { Box::new(diesel::dsl::not(late)) });
    }
    if filter.mine {
        all.push(Box::new(dossiers::created_by.eq(actor.id())));
    }
    all
}

/// Rows after a position, in the requested order.
pub fn page(
    conn: &mut Conn,
    filter: &DossierFilter,
    actor: &Actor,
    today: Day,
    after: Option<ListPlace>,
    limit: i64,
) -> Result<Vec<DossierItem>> {
    let mut query = dossiers::table.select(DossierItem::as_select()).limit(limit).into_boxed::<MultiBackend>();
    for condition in conditions(filter, actor, today) {
        query = query.filter(condition);
    }
    query = match after {
        Some(ListPlace::Begins(day, id)) => {
            // The first condition lets the index start at the position; the second alone would not.
            query.filter(dossiers::begins_on.ge(day)).filter(dossiers::begins_on.gt(day).or(dossiers::id.gt(id)))
        }
        Some(ListPlace::Updated(at, id)) => {
            query.filter(dossiers::updated_at.le(at)).filter(dossiers::updated_at.lt(at).or(dossiers::id.lt(id)))
        }
        None => query,
    };
    query = if filter.newest_first {
        query.order((dossiers::updated_at.desc(), dossiers::id.desc()))
    } else {
        query.order((dossiers::begins_on, dossiers::id))
    };
    Ok(query.load(conn)?)
}

pub fn count(conn: &mut Conn, filter: &DossierFilter, actor: &Actor, today: Day) -> Result<i64> {
    let mut query = dossiers::table.select(diesel::dsl::count_star()).into_boxed::<MultiBackend>();
    for condition in conditions(filter, actor, today) {
        query = query.filter(condition);
    }
    Ok(query.first(conn)?)
}

/// Those among the given dossiers of a register that the actor sees.
pub fn seen(conn: &mut Conn, actor: &Actor, direction: Direction, ids: &[i64]) -> Result<HashMap<i64, DossierItem>> {
    let query = dossiers::table
        .filter(dossiers::id.eq_any(ids.to_vec()))
        .filter(dossiers::direction.eq(direction.word()))
        .filter(visible(actor, direction))
        .select(DossierItem::as_select())
        .into_boxed::<MultiBackend>();
    let items: Vec<DossierItem> = query.load(conn)?;
    Ok(items.into_iter().map(|item| (item.id, item)).collect())
}

/// Titles of those among the given dossiers that the actor sees.
pub fn titles(conn: &mut Conn, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let mut found = HashMap::new();
    for direction in Direction::all() {
        let query = dossiers::table
            .filter(dossiers::id.eq_any(ids.to_vec()))
            .filter(dossiers::direction.eq(direction.word()))
            .filter(visible(actor, *direction))
            .select((dossiers::id, dossiers::title))
            .into_boxed::<MultiBackend>();
        found.extend(query.load::<(i64, String)>(conn)?);
    }
    Ok(found)
}

/// A dossier with its register.
pub type PastDelegation = (DossierItem, String);

/// The dossiers with a partner that the actor sees, the latest first; `names` are its folded names with countries.
pub fn with_counterpart(
    conn: &mut Conn,
    actor: &Actor,
    names: &[(String, String)],
    limit: i64,
) -> Result<Vec<PastDelegation>> {
    let mut found: Vec<PastDelegation> = Vec::new();
    let folded: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
    for direction in Direction::all() {
        let query = dossiers::table
            .filter(dossiers::counterpart_norm.eq_any(folded.clone()))
            .filter(dossiers::direction.eq(direction.word()))
            .filter(visible(actor, *direction))
            .order((dossiers::begins_on.desc(), dossiers::id.desc()))
            .limit(limit)
            .select((DossierItem::as_select(), dossiers::counterpart_norm, dossiers::counterpart_country))
            .into_boxed::<MultiBackend>();
        let rows: Vec<(DossierItem, String, String)> = query.load(conn)?;
        let own = rows.into_iter().filter(|(_, name, country)| names.contains(&(name.clone(), country.clone())));
        found.extend(own.map(|(item, ..)| (item, direction.word().to_owned())));
    }
    found.sort_by_key(|(item, _)| std::cmp::Reverse((item.begins_on, item.id)));
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

/// The dossiers of a period that the actor sees, by their first day: the latest ones if there are more than `limit`.
/// `void` includes those that were rejected, withdrawn or cancelled.
pub fn in_period(
    conn: &mut Conn,
    actor: &Actor,
    period: Period,
    void: bool,
    limit: i64,
) -> Result<Vec<PastDelegation>> {
    let mut found: Vec<PastDelegation> = Vec::new();
    for direction in Direction::all() {
        let mut query = dossiers::table
            .filter(dossiers::direction.eq(direction.word()))
            .filter(dossiers::begins_on.le(period.to))
            .filter(dossiers::ends_on.ge(period.from))
            .filter(visible(actor, *direction))
            .order((dossiers::begins_on.desc(), dossiers::id.desc()))
            .limit(limit)
            .select(DossierItem::as_select())
            .into_boxed::<MultiBackend>();
        if !void {
            query = query.filter(dossiers::state.ne_all(words_of(&State::VOID)));
        }
        // Limits how far back the index is read: no index finds delegations that began long before and still last.
        query = query.filter(dossiers::begins_on.ge(period.from - chrono::Duration::days(LONGEST)));
        let items: Vec<DossierItem> = query.load(conn)?;
        found.extend(items.into_iter().map(|item| (item, direction.word().to_owned())));
    }
    found.sort_by_key(|(item, _)| (item.begins_on, item.id));
    Ok(found)
}

/// How many days before a period a delegation that overlaps it may have begun: the longest one that can be drafted.
const LONGEST: i64 = 3_650;
