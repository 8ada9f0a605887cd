//! Actions of visits only: the decision with its conditions, arrival, departure, and resuming what was postponed.

use kernel::words::FieldError;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::past;
use crate::dossier::actions::amend;
use crate::dossier::actions::decision::{self};
use crate::dossier::actions::decision_given::DecisionGiven;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::requests::OnDay;
use crate::error::Result;
use crate::procedures::inbound::actions::draft::check_content;
use crate::procedures::inbound::model::{Visit, VisitContent};
use crate::procedures::inbound::requests::{Arrived, DecideVisit, ResumeVisit};
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

/// Maximum days between the planned and the actual arrival; more is a typing mistake.
const FAR: i64 = 366;

/// The guests have arrived; from now on, the number who came counts.
pub fn record_arrival(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<VisitContent>,
    body: Arrived,
) -> Result<Visit> {
    let mut faults = Violations::default();
    past(call, body.on, &mut faults);
    let far = (body.on - seen.dossier.content.arrival).num_days().abs() > FAR;
    faults.require(
        !far,
        "/on",
        FieldError::OutOfRange,
        "Ngày đến cách kế hoạch quá xa.",
        "Too far from the planned day.",
    );
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
    past(call, body.on, &mut faults);
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
