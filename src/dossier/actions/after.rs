//! After the decision, in every procedure: reporting, closing, postponing, cancelling.

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::{Dossier, ResultsReport};
use crate::dossier::requests::ReasonGiven;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::Result;
use crate::registry::references::agency_on;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::FieldError;

/// Most days between a planned day and the recorded one; more is a typing mistake.
const FAR: i64 = 366;

/// A day in the future cannot be recorded.
pub fn past(today: Day, on: Day, pointer: &str, faults: &mut Violations) {
    let (vi, en) = ("Không ghi nhận được ngày ở tương lai.", "A day in the future cannot be recorded.");
    faults.require(on <= today, pointer, FieldError::InTheFuture, vi, en);
}

/// A day of a delegation that is recorded lies neither ahead nor far from the planned one.
pub fn recordable(today: Day, on: Day, planned: Day, pointer: &str, faults: &mut Violations) {
    past(today, on, pointer, faults);
    let near = (on - planned).num_days().abs() <= FAR;
    let (vi, en) = ("Ngày này cách kế hoạch hơn một năm.", "This day is more than a year from the planned one.");
    faults.require(near, pointer, FieldError::OutOfRange, vi, en);
}

pub fn submit_report<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    body: ResultsReport,
) -> Result<Dossier<C>> {
    let mut faults = Violations::default();
    for (index, task) in body.follow_ups.iter().enumerate() {
        agency_on(conn, task.agency_id.0, call.today, &format!("/follow_ups/{index}/agency_id"), &mut faults)?;
    }
    faults.finish()?;
    let mut dossier = seen.dossier.clone();
    dossier.state = State::Reported;
    duties::report(conn, call, &dossier, &body)?;
    dossier.report = Some(body);
    conclude(conn, call, &seen.dossier, dossier, Action::SubmitReport, HistoryNote::default())
}

/// Open duties do not prevent closing: they stay due.
pub fn close<C: Content>(conn: &mut Conn, call: &RequestContext, seen: VisibleDossier<C>) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    dossier.state = State::Closed;
    conclude(conn, call, &seen.dossier, dossier, Action::Close, HistoryNote::default())
}

pub fn postpone<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: ReasonGiven,
) -> Result<Dossier<C>> {
    set_aside(conn, call, tools, seen, body, Action::Postpone, State::Postponed)
}

pub fn cancel<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: ReasonGiven,
) -> Result<Dossier<C>> {
    set_aside(conn, call, tools, seen, body, Action::Cancel, State::Cancelled)
}

fn set_aside<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: ReasonGiven,
    action: Action,
    state: State,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    dossier.state = state;
    duties::recall_passports(conn, call, tools, &dossier, call.today)?;
    let trace = HistoryNote { note: Some(&body.reason), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, action, trace)
}
