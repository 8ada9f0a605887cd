//! Acts of a visit's own: the decision with its conditions, arrival, departure, and resuming what was postponed.

use serde_json::json;

use crate::access::call::Call;
use crate::db::Conn;
use crate::dossier::Tools;
use crate::dossier::actions::after::past;
use crate::dossier::actions::amend;
use crate::dossier::actions::decision::{self, Verdict};
use crate::dossier::actions::{Seen, Trace, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::http::body::On;
use crate::error::Result;
use crate::procedures::inbound::actions::draft::check_content;
use crate::procedures::inbound::http::body::{Arrived, Decide, Resume};
use crate::procedures::inbound::model::{Content, Visit};
use kernel::violation::Violations;

/// The decision, with the conditions under which the visit is approved.
pub fn decide(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen<Content>, body: Decide) -> Result<Visit> {
    let Decide { verdict, document, waivers, conditions, note } = body;
    let visit = seen.dossier.clone();
    decision::decide(
        conn,
        call,
        tools,
        &seen,
        visit,
        Verdict { verdict, document, waivers, conditions, note, refused: Vec::new() },
    )
}

/// Days between the planned and the real arrival at most; more is a typing mistake.
const FAR: i64 = 366;

/// The guests are here: the number who came is what counts from now on.
pub fn record_arrival(conn: &mut Conn, call: &Call, seen: Seen<Content>, body: Arrived) -> Result<Visit> {
    let mut faults = Violations::default();
    past(call, body.on, &mut faults);
    let far = (body.on - seen.dossier.content.arrival).num_days().abs() > FAR;
    faults.require(!far, "/on", "out_of_range", "Ngày đến cách kế hoạch quá xa.", "Too far from the planned day.");
    faults.finish()?;
    let mut visit = seen.dossier.clone();
    visit.state = State::OnSite;
    visit.content.stay.arrived_on = Some(body.on);
    visit.content.stay.headcount = Some(body.headcount);
    let trace = Trace { detail: json!({"on": body.on, "headcount": body.headcount}), ..Trace::default() };
    conclude(conn, call, &seen.dossier, visit, Action::RecordArrival, trace)
}

pub fn record_departure(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen<Content>, body: On) -> Result<Visit> {
    let mut faults = Violations::default();
    past(call, body.on, &mut faults);
    let after = seen.dossier.content.stay.arrived_on.is_none_or(|came| came <= body.on);
    faults.require(
        after,
        "/on",
        "departs_before_arrival",
        "Ngày rời đi trước ngày đến.",
        "The departure is before the arrival.",
    );
    faults.finish()?;
    let mut visit = seen.dossier.clone();
    visit.state = State::Departed;
    visit.content.stay.departed_on = Some(body.on);
    let trace = Trace { detail: json!({"on": body.on}), ..Trace::default() };
    duties::begin(conn, call, tools, &visit, body.on)?;
    conclude(conn, call, &seen.dossier, visit, Action::RecordDeparture, trace)
}

/// A postponed visit gets new days, and a programme that fits them.
pub fn resume(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen<Content>, body: Resume) -> Result<Visit> {
    let decided = &seen.dossier.content;
    let mut resumed = Content { arrival: body.arrival_date, departure: body.departure_date, ..decided.clone() };
    if let Some(programme) = body.programme {
        resumed.programme = programme.into_iter().map(Into::into).collect();
    }
    check_content(conn, call, &mut resumed)?;
    amend::resume(conn, call, tools, &seen, resumed, &body.waivers)
}
