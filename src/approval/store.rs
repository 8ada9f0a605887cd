//! Rows of steps and of the history.

use std::collections::{HashMap, HashSet};

use diesel::dsl::max;
use diesel::prelude::*;

use crate::approval::process::{Process, SUPPLEMENT, Step, StepStanding};
use crate::approval::recorded::CorrectedValue;
use crate::approval::turns::OpenStep;
use crate::db::schema::{acts, approval_steps as steps};
use crate::db::{Conn, differing, each, insert_rows, load_of, to_json, word};
use crate::error::{Error, Result};
use kernel::every_field;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, Moment};
use kernel::words::{Body, Document, PaperRef, StepKind, Term};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = steps, treat_none_as_default_value = false)]
struct StepRow {
    delegation_id: i64,
    ord: i64,
    procedure: String,
    title: String,
    agency_id: i64,
    kind: String,
    body: Option<String>,
    within_value: Option<i64>,
    within_unit: Option<String>,
    due_on: Option<Day>,
    citation: String,
    standing: String,
    outcome: Option<String>,
    acted_by: Option<i64>,
    acted_at: Option<Moment>,
    silence: Option<String>,
    on_behalf_of: Option<i64>,
    substitution_id: Option<i64>,
}

impl TryFrom<StepRow> for Step {
    type Error = Error;

    fn try_from(row: StepRow) -> Result<Self> {
        let within = match (row.within_value, &row.within_unit) {
            (Some(value), Some(unit)) => Some(Term { value, unit: word(unit)? }),
            _ => None,
        };
        Ok(Step {
            kind: word(&row.kind)?,
            body: row.body.as_deref().map(word).transpose()?,
            within,
            due_on: row.due_on,
            citation: row.citation,
            standing: word(&row.standing)?,
            outcome: row.outcome,
            acted_by: row.acted_by,
            acted_at: row.acted_at,
            silence: row.silence.as_deref().map(word).transpose()?,
            on_behalf_of: row.on_behalf_of,
            substitution: row.substitution_id,
        })
    }
}

/// The dossier that a process belongs to, with what the inbox shows of it.
pub struct StepOwner<'a> {
    pub id: i64,
    pub procedure: Procedure,
    pub title: &'a str,
    pub agency_id: i64,
}

/// The processes of these dossiers; a draft has none.
pub fn processes(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Process>> {
    let own = steps::table.order((steps::delegation_id, steps::ord));
    let rows: Vec<StepRow> = load_of!(conn, own.select(StepRow::as_select()), steps::delegation_id, ids)?;
    let mut found: HashMap<i64, Process> = HashMap::new();
    for row in rows {
        found.entry(row.delegation_id).or_default().steps.push(Step::try_from(row)?);
    }
    Ok(found)
}

/// When one of these bodies last acted on each of these dossiers.
pub fn last_acted(conn: &mut Conn, ids: &[i64], bodies: &[Body]) -> Result<HashMap<i64, Moment>> {
    let words: Vec<&str> = bodies.iter().map(|body| body.word()).collect();
    let latest = acts::table
        .filter(acts::delegation_id.eq_any(ids))
        .filter(acts::body.eq_any(words))
        .group_by(acts::delegation_id)
        .select((acts::delegation_id, max(acts::at)));
    let rows: Vec<(i64, Option<Moment>)> = latest.load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}

/// Why the drafts among these were sent back from the desk of the head of their agency, where that is what was done last.
pub fn sent_back(conn: &mut Conn, ids: &[i64], (asked, returned): (&[&str], &str)) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let of_desk = acts::action.eq_any(asked).or(acts::action.eq(returned));
    let rows: Vec<(i64, String, Option<String>)> = acts::table
        .filter(acts::delegation_id.eq_any(ids))
        .filter(of_desk)
        .order(acts::id)
        .select((acts::delegation_id, acts::action, acts::note))
        .load(conn)?;
    let mut last: HashMap<i64, Option<String>> = HashMap::new();
    for (id, action, note) in rows {
        last.insert(id, (action == returned).then(|| note.unwrap_or_default()));
    }
    Ok(last.into_iter().filter_map(|(id, note)| Some((id, note?))).collect())
}

/// Whose turn it is in a dossier, and since when.
#[derive(Debug, Clone, Default)]
pub struct TurnSince {
    pub bodies: Vec<Body>,
    /// When the step before was taken.
    pub since: Option<Moment>,
}

type TurnRow = (i64, String, Option<String>, String, Option<Moment>);

/// Whose turn it is in these dossiers.
pub fn turns(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, TurnSince>> {
    let own = steps::table.order((steps::delegation_id, steps::ord));
    let own = own.select((steps::delegation_id, steps::kind, steps::body, steps::standing, steps::acted_at));
    let rows: Vec<TurnRow> = load_of!(conn, own, steps::delegation_id, ids)?;
    let open: &'static str = StepStanding::Open.into();
    let mut found: HashMap<i64, TurnSince> = HashMap::new();
    let mut kinds: HashSet<(i64, &str)> = HashSet::new();
    for (id, kind, body, ..) in rows.iter().filter(|(.., standing, _)| standing == open) {
        kinds.insert((*id, kind));
        if let Some(body) = body {
            found.entry(*id).or_default().bodies.push(word(body)?);
        }
    }
    // Several bodies are asked at once: what another of them answered began no turn.
    for (id, .., acted_at) in rows.iter().filter(|(id, kind, ..)| !kinds.contains(&(*id, kind.as_str()))) {
        if let Some(turn) = found.get_mut(id) {
            turn.since = turn.since.max(*acted_at);
        }
    }
    Ok(found)
}

/// Replaces the stored process; the rows of unchanged steps are not touched.
pub fn save(conn: &mut Conn, owner: &StepOwner, before: Option<&Process>, process: &Process) -> Result<()> {
    let stored = before.map_or(&[][..], |p| p.steps.as_slice());
    for (ord, _) in differing(stored, &process.steps) {
        diesel::delete(steps::table.find((owner.id, ord))).execute(conn)?;
    }
    let changed: Vec<StepRow> = differing(&process.steps, stored).map(|(ord, step)| row(owner, ord, step)).collect();
    insert_rows!(conn, steps::table, &changed);
    Ok(())
}

fn row(owner: &StepOwner, ord: i64, step: &Step) -> StepRow {
    every_field!(Step of step:
        kind, body, within, due_on, silence, citation, standing, outcome, acted_by, on_behalf_of,
        substitution, acted_at);
    let standing: &'static str = step.standing.into();
    StepRow {
        delegation_id: owner.id,
        ord,
        procedure: owner.procedure.word().to_owned(),
        title: owner.title.to_owned(),
        agency_id: owner.agency_id,
        kind: step.kind.word().to_owned(),
        body: step.body.map(|b| b.word().to_owned()),
        within_value: step.within.map(|t| t.value),
        within_unit: step.within.map(|t| t.unit.word().to_owned()),
        due_on: step.due_on,
        citation: step.citation.clone(),
        standing: standing.to_owned(),
        outcome: step.outcome.clone(),
        acted_by: step.acted_by,
        acted_at: step.acted_at,
        silence: step.silence.map(|s| s.word().to_owned()),
        on_behalf_of: step.on_behalf_of,
        substitution_id: step.substitution,
    }
}

/// Deletes the steps of dossiers.
pub fn delete_steps(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(steps::table.filter(steps::delegation_id.eq_any(ids))).execute(conn)?;
    Ok(())
}

/// Deletes the steps and the history of deleted dossiers.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    delete_steps(conn, ids)?;
    diesel::delete(acts::table.filter(acts::delegation_id.eq_any(ids))).execute(conn)?;
    Ok(())
}

/// A step with what notices need to know about it.
pub struct OpenedStep {
    pub ord: i64,
    pub kind: StepKind,
    pub body: Option<Body>,
    pub standing: StepStanding,
    pub due_on: Option<Day>,
    pub outcome: Option<String>,
    pub title: String,
    pub procedure: Procedure,
    pub agency_id: i64,
    /// The agency was asked for a supplement.
    pub supplement: bool,
}

impl OpenedStep {
    /// What decides whose turn it is.
    pub fn turn(&self) -> OpenStep {
        let OpenedStep { procedure, agency_id, kind, body, supplement, .. } = *self;
        OpenStep { procedure, agency_id, kind, body, supplement }
    }
}

/// The steps of a dossier, with what notices need to know about them.
pub fn opened(conn: &mut Conn, delegation_id: i64) -> Result<Vec<OpenedStep>> {
    let rows: Vec<StepRow> = steps::table
        .filter(steps::delegation_id.eq(delegation_id))
        .order(steps::ord)
        .select(StepRow::as_select())
        .load(conn)?;
    let opened = rows.into_iter().map(|row| {
        Ok(OpenedStep {
            ord: row.ord,
            kind: word(&row.kind)?,
            body: row.body.as_deref().map(word).transpose()?,
            standing: word(&row.standing)?,
            due_on: row.due_on,
            supplement: row.outcome.as_deref() == Some(SUPPLEMENT),
            outcome: row.outcome,
            title: row.title,
            procedure: word(&row.procedure)?,
            agency_id: row.agency_id,
        })
    });
    opened.collect()
}

/// The action with which the steps of a dossier last started again; zero if there is none.
pub fn round(conn: &mut Conn, delegation_id: i64) -> Result<i64> {
    let begins = ["request-signature", "submit", "resubmit", "request-supplement", "amend"];
    let last: Option<i64> = acts::table
        .filter(acts::delegation_id.eq(delegation_id))
        .filter(acts::action.eq_any(begins))
        .order(acts::id.desc())
        .select(acts::id)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// One action in the history of a dossier.
#[derive(Debug, Clone)]
pub struct HistoryEntry<'a> {
    pub delegation_id: i64,
    pub procedure: Procedure,
    pub at: Moment,
    pub action: &'a str,
    pub actor_id: i64,
    /// In whose place the actor acted.
    pub on_behalf_of: Option<i64>,
    pub body: Option<Body>,
    pub from_state: Option<&'a str>,
    pub to_state: &'a str,
    pub note: Option<&'a str>,
    pub document: Option<&'a PaperRef>,
    /// What it changed of the record.
    pub changes: &'a [CorrectedValue],
    /// Papers that a request for a supplement asks for.
    pub missing: &'a [Document],
}

#[derive(Insertable)]
#[diesel(table_name = acts, treat_none_as_default_value = false)]
struct ActRow<'a> {
    id: i64,
    procedure: &'a str,
    delegation_id: i64,
    at: Moment,
    action: &'a str,
    actor_id: i64,
    on_behalf_of: Option<i64>,
    body: Option<&'a str>,
    from_state: Option<&'a str>,
    to_state: &'a str,
    note: Option<&'a str>,
    document: Option<String>,
    changes: Option<String>,
    missing: Option<String>,
}

impl<'a> TryFrom<&'a HistoryEntry<'a>> for ActRow<'a> {
    type Error = Error;

    fn try_from(deed: &'a HistoryEntry<'a>) -> Result<Self> {
        every_field!(HistoryEntry of deed:
            delegation_id, procedure, at, action, actor_id, on_behalf_of, body, from_state, to_state,
            note, document, changes, missing);
        Ok(ActRow {
            id: Id::new(deed.at).0,
            procedure: deed.procedure.word(),
            delegation_id: deed.delegation_id,
            at: deed.at,
            action: deed.action,
            actor_id: deed.actor_id,
            on_behalf_of: deed.on_behalf_of,
            body: deed.body.map(Body::word),
            from_state: deed.from_state,
            to_state: deed.to_state,
            note: deed.note,
            document: deed.document.map(to_json).transpose()?,
            changes: Some(deed.changes).filter(|changes| !changes.is_empty()).map(to_json).transpose()?,
            missing: Some(deed.missing).filter(|papers| !papers.is_empty()).map(to_json).transpose()?,
        })
    }
}

pub fn record(conn: &mut Conn, deed: &HistoryEntry) -> Result<()> {
    let row = ActRow::try_from(deed)?;
    each!(conn, c => diesel::insert_into(acts::table).values(&row).execute(c))?;
    Ok(())
}

/// Records many at once.
pub fn record_all(conn: &mut Conn, deeds: &[HistoryEntry]) -> Result<()> {
    let rows: Vec<ActRow> = deeds.iter().map(ActRow::try_from).collect::<Result<_>>()?;
    insert_rows!(conn, acts::table, &rows);
    Ok(())
}

/// A past action as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = acts)]
pub struct PastEntry {
    pub at: Moment,
    pub action: String,
    pub actor_id: i64,
    pub on_behalf_of: Option<i64>,
    pub body: Option<String>,
    pub from_state: Option<String>,
    pub to_state: String,
    pub note: Option<String>,
    pub document: Option<String>,
    pub changes: Option<String>,
    pub missing: Option<String>,
}

/// Every action on a dossier, in order.
pub fn history(conn: &mut Conn, delegation_id: i64) -> Result<Vec<PastEntry>> {
    Ok(acts::table
        .filter(acts::delegation_id.eq(delegation_id))
        .order(acts::id)
        .select(PastEntry::as_select())
        .load(conn)?)
}
