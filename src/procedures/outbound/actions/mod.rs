//! What can be done to an outbound dossier. Each act: may he, is it possible, what follows, one transaction.

pub mod approval;
pub mod draft;
pub mod journey;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::access::call::Call;
use crate::approval::store::{Deed, record};
use crate::db::Conn;
use crate::dossier::attachments;
use crate::error::{Code, Error, Problem, Result, not_found};
use crate::kernel::id::Id;
use crate::kernel::time::Day;
use crate::kernel::words::{Body, PaperRef};
use crate::kernel::workdays::WorkCalendar;
use crate::procedures::outbound::case::{Around, case};
use crate::procedures::outbound::facts::facts;
use crate::procedures::outbound::flow::{Action, State};
use crate::procedures::outbound::model::{Content, Trip};
use crate::procedures::outbound::rules::{AgencyRule, allowed, may, possible, sees};
use crate::procedures::outbound::store::{self, Part};
use crate::registry::{agencies, officials_store};
use crate::regulation::assess::{Assessment, assess};
use crate::regulation::book::Law;
use crate::regulation::store::Shelf;
use crate::statistics::store as statistics;

/// What the acts need of the house.
#[derive(Clone)]
pub struct Tools {
    pub shelf: Shelf,
    pub calendar: Arc<WorkCalendar>,
    /// The province whose regulation rules its dossiers.
    pub jurisdiction: Arc<str>,
}

/// A dossier the caller may see, with what its agency allows.
#[derive(Debug, Clone)]
pub struct Seen {
    pub trip: Trip,
    pub agency: AgencyRule,
}

/// Finds a dossier; one that the caller may not see does not exist for him.
pub fn find(conn: &mut Conn, call: &Call, id: i64) -> Result<Seen> {
    let trip = store::load(conn, id)?.filter(|trip| sees(&call.actor, trip)).ok_or_else(not_found)?;
    // What the agency lets its clerks do matters to nobody else.
    let own = call.actor.belongs_to(trip.content.agency_id);
    let agency = if own { agencies::find(conn, trip.content.agency_id)? } else { None };
    Ok(Seen { agency: AgencyRule { clerk_may_submit: agency.is_some_and(|a| a.clerk_may_submit) }, trip })
}

/// The checks before every act, in the contract's order: 428, 403, 412, 409.
pub fn open(call: &Call, seen: &Seen, action: Action) -> Result<()> {
    call.precondition_given()?;
    may(&call.actor, &seen.trip, action, seen.agency)?;
    call.precondition_holds(seen.trip.version)?;
    require_possible(call, seen, action)
}

/// 409 with what is possible instead.
pub fn require_possible(call: &Call, seen: &Seen, action: Action) -> Result<()> {
    if possible(&seen.trip, action) {
        return Ok(());
    }
    if action == Action::Decide && seen.trip.state == State::AwaitingConsent {
        return Err(consent_missing(&seen.trip));
    }
    let instead: Vec<&str> = allowed(&call.actor, &seen.trip, seen.agency).into_iter().map(Action::word).collect();
    let state = seen.trip.state.word();
    Err(Problem::new(
        Code::NotPossibleInState,
        format!("Không thể thực hiện «{}» khi hồ sơ ở trạng thái «{state}».", action.word()),
        format!("`{}` is not possible while the dossier is `{state}`.", action.word()),
    )
    .with("allowed_actions", json!(instead))
    .with("state", json!(state))
    .into())
}

/// Consent comes before decision.
fn consent_missing(trip: &Trip) -> Error {
    let bodies: Vec<&str> = trip.process.open().filter_map(|s| s.body).map(Body::word).collect();
    Problem::new(
        Code::ConsentMissing,
        "Chưa có ý kiến của cấp ủy; phải có trước khi quyết định.",
        "The Party consent is not there yet; it comes before the decision.",
    )
    .with("bodies", json!(bodies))
    .with("allowed_actions", json!([]))
    .into()
}

/// What an act leaves in the history.
#[derive(Default)]
pub struct Trace<'a> {
    pub body: Option<Body>,
    pub note: Option<&'a str>,
    pub document: Option<&'a PaperRef>,
    /// Further things for the audit trail.
    pub detail: Value,
}

/// Saves an act: the dossier, its facts, its history, and the trail, all in the caller's transaction.
pub fn conclude(
    conn: &mut Conn,
    call: &Call,
    before: &Trip,
    mut trip: Trip,
    action: Action,
    part: Part,
    trace: Trace,
) -> Result<Trip> {
    trip.version = before.version + 1;
    trip.updated_at = call.now;
    store::save(conn, &trip, before, part)?;
    if before.state.is_approved_or_later() || trip.state.is_approved_or_later() {
        statistics::replace(conn, trip.id, &facts(&trip))?;
    }
    // Edits of a draft and uploads change no standing; the trail has them, the history need not.
    if !matches!(action, Action::Upload) {
        record(
            conn,
            &Deed {
                delegation_id: trip.id,
                procedure: trip.content.procedure,
                at: call.now,
                action: action.word(),
                actor_id: call.actor.id(),
                body: trace.body,
                from_state: Some(before.state.word()),
                to_state: trip.state.word(),
                note: trace.note,
                document: trace.document,
            },
        )?;
    }
    let detail =
        json!({"from": before.state.word(), "to": trip.state.word(), "version": trip.version, "more": trace.detail});
    call.remember(conn, action.word(), &object(trip.id), detail)?;
    Ok(trip)
}

/// How the trail names a dossier.
pub fn object(id: i64) -> String {
    format!("outbound-delegations/{}", Id(id))
}

/// Everything that is known around a content.
pub fn around(conn: &mut Conn, content: &Content, id: i64) -> Result<Around> {
    let people = content.official_ids();
    let officials: HashMap<i64, _> = officials_store::find_all(conn, &people)?.into_iter().map(|o| (o.id, o)).collect();
    let mut agencies_of = HashMap::new();
    for official in officials.values() {
        if let Entry::Vacant(place) = agencies_of.entry(official.agency_id)
            && let Some(agency) = agencies::find(conn, official.agency_id)?
        {
            place.insert(agency);
        }
    }
    Ok(Around {
        officials,
        agencies: agencies_of,
        missions: store::missions(conn, &people, chrono::Datelike::year(&content.departure), id)?,
        overlapping: store::overlapping(conn, &people, content.period(), id)?,
        documents: attachments::kinds(conn, id)?.into_iter().collect(),
    })
}

/// Asks the province's regulation about a dossier, as if it were complete on `received_on`.
pub fn assess_trip(conn: &mut Conn, tools: &Tools, trip: &Trip, received_on: Day) -> Result<(Law, Assessment)> {
    let book = tools.shelf.book(conn)?;
    let law = book
        .in_force(&tools.jurisdiction, received_on)
        .ok_or_else(|| Error::Internal(format!("no regulation of {} is loaded", tools.jurisdiction)))?;
    let around = around(conn, &trip.content, trip.id)?;
    let answer = assess(&law, &case(&trip.content, &around, received_on), &tools.calendar)?;
    Ok((law, answer))
}

/// The day a dossier is judged by: today for a draft, later the day it became complete.
pub fn received_on(trip: &Trip, today: Day) -> Day {
    match trip.state {
        State::Draft | State::SupplementRequested => today,
        _ => trip.complete_on.unwrap_or(today),
    }
}

/// Derives every fact again.
pub fn rebuild_facts(conn: &mut Conn) -> Result<usize> {
    let mut counted = 0;
    for id in store::all_ids(conn)? {
        if let Some(trip) = store::load(conn, id)? {
            let derived = facts(&trip);
            counted += usize::from(!derived.is_empty());
            statistics::replace(conn, id, &derived)?;
        }
    }
    Ok(counted)
}
