//! Actions of visits only: the decision with its conditions, arrival, departure, and resuming what was postponed.

use kernel::words::FieldError;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::recordable;
use crate::dossier::actions::amend;
use crate::dossier::actions::correct::{self, replace_report};
use crate::dossier::actions::decision::{self};
use crate::dossier::actions::decision_given::DecisionGiven;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::requests::OnDay;
use crate::dossier::rules::is_of_list;
use crate::error::Result;
use crate::procedures::inbound::actions::draft::check_content;
use crate::procedures::inbound::model::{Visit, VisitContent};
use crate::procedures::inbound::requests::{Arrived, CorrectVisit, DecideVisit, ResumeVisit};
use kernel::violation::Violations;

/// The decision, with the conditions under which the visit is approved.
pub fn decide(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: DecideVisit,
) -> Result<Visit> {
    let DecideVisit { verdict, document, waivers, conditions, note } = body;
    let visit = seen.dossier.clone();
    decision::decide(
        conn,
        call,
        tools,
        &seen,
        visit,
        DecisionGiven { verdict, document, waivers, conditions, note, refused: Vec::new() },
    )
}

/// The guests have arrived; from now on, the number who came counts.
pub fn record_arrival(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<VisitContent>,
    body: Arrived,
) -> Result<Visit> {
    let mut faults = Violations::default();
    recordable(call.today, body.on, seen.dossier.content.arrival, "/on", &mut faults);
    faults.finish()?;
    let mut visit = seen.dossier.clone();
    visit.state = State::OnSite;
    visit.content.stay.arrived_on = Some(body.on);
    visit.content.stay.headcount = Some(body.headcount);
    let trace = HistoryNote { detail: json!({"on": body.on, "headcount": body.headcount}), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, visit, Action::RecordArrival, trace)
}

pub fn record_departure(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: OnDay,
) -> Result<Visit> {
    let mut faults = Violations::default();
    recordable(call.today, body.on, seen.dossier.content.departure, "/on", &mut faults);
    let after = seen.dossier.content.stay.arrived_on.is_none_or(|came| came <= body.on);
    faults.require(
        after,
        "/on",
        FieldError::DepartsBeforeArrival,
        "Ngày rời đi trước ngày đến.",
        "The departure is before the arrival.",
    );
    faults.finish()?;
    let mut visit = seen.dossier.clone();
    visit.state = State::Departed;
    visit.content.stay.departed_on = Some(body.on);
    let trace = HistoryNote { detail: json!({"on": body.on}), ..HistoryNote::default() };
    duties::begin(conn, call, tools, &visit, body.on)?;
    conclude(conn, call, &seen.dossier, visit, Action::RecordDeparture, trace)
}

/// Corrects what was recorded of the stay, and what an old list said of the visit.
pub fn correct_record(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: CorrectVisit,
) -> Result<Visit> {
    let CorrectVisit { changes, reason } = body;
    let mut visit = seen.dossier.clone();
    if let Some(content) = changes.content {
        content.apply(&mut visit.content);
        let checked = check_content(conn, call, &mut visit.content, Some(&seen.dossier.content));
        checked.map_err(|e| e.below("/changes/content"))?;
    }
    let stay = &mut visit.content.stay;
    stay.arrived_on = changes.arrived_on.or(stay.arrived_on);
    stay.departed_on = changes.departed_on.or(stay.departed_on);
    stay.headcount = changes.recorded_headcount.or(stay.headcount);
    replace_report(&mut visit.report, changes.report);
    let mut faults = Violations::default();
    let came = visit.content.stay.arrived_on.unwrap_or(visit.content.arrival);
    let planned = is_of_list(&visit).then_some(visit.content.departure);
    let left = visit.content.stay.departed_on.or(planned);
    let (vi, en) = ("Ngày rời đi trước ngày đến.", "The departure is before the arrival.");
    let in_order = left.is_none_or(|left| came <= left);
    faults.require(in_order, "/changes/departed_on", FieldError::DepartsBeforeArrival, vi, en);
    faults.finish()?;
    correct::correct_record(conn, call, tools, &seen, visit, &reason)
}

/// A postponed visit gets new days, and a programme that fits them.
pub fn resume(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: ResumeVisit,
) -> Result<Visit> {
    let decided = &seen.dossier.content;
    let mut resumed = VisitContent { arrival: body.arrival_date, departure: body.departure_date, ..decided.clone() };
    if let Some(programme) = body.programme {
        resumed.programme = programme.into_iter().map(Into::into).collect();
    }
    // A host that ended while the visit was postponed does not keep it from taking place: its successor goes on.
    let same_day = VisitContent { arrival: resumed.arrival, ..decided.clone() };
    check_content(conn, call, &mut resumed, Some(&same_day))?;
    amend::resume(conn, call, tools, &seen, resumed, &body.waivers)
}
