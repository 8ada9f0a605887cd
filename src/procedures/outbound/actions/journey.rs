//! After the decision: departure, return, and resuming what was postponed.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::past;
use crate::dossier::actions::amend;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::parts::rules::check_stops;
use crate::dossier::requests::OnDay;
use crate::error::Result;
use crate::procedures::outbound::actions::moved;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::procedures::outbound::requests::ResumeTrip;
use kernel::procedure::Procedure;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn record_departure(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<TripContent>,
    body: OnDay,
) -> Result<Trip> {
    let mut faults = Violations::default();
    past(call, body.on, &mut faults);
    faults.finish()?;
    let mut trip = seen.dossier.clone();
    trip.state = State::UnderWay;
    trip.content.journey.departed_on = Some(body.on);
    let trace = HistoryNote { detail: json!({"on": body.on}), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, trip, Action::RecordDeparture, trace)
}

pub fn record_return(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: OnDay,
) -> Result<Trip> {
    let mut faults = Violations::default();
    past(call, body.on, &mut faults);
    let after = seen.dossier.content.journey.departed_on.is_none_or(|left| left <= body.on);
    faults.require(
        after,
        "/on",
        FieldError::ReturnsBeforeDeparture,
        "Ngày về trước ngày đi.",
        "The return is before the departure.",
    );
    faults.finish()?;
    let mut trip = seen.dossier.clone();
    trip.state = State::Returned;
    trip.content.journey.returned_on = Some(body.on);
    let trace = HistoryNote { detail: json!({"on": body.on}), ..HistoryNote::default() };
    duties::begin(conn, call, tools, &trip, body.on)?;
    conclude(conn, call, &seen.dossier, trip, Action::RecordReturn, trace)
}

/// A postponed trip gets new days.
pub fn resume(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: ResumeTrip,
) -> Result<Trip> {
    let mut faults = Violations::default();
    check_stops(&body.stops, body.departure_date, body.return_date, &mut faults);
    faults.finish()?;
    let decided = &seen.dossier.content;
    let resumed = TripContent {
        departure: body.departure_date,
        returning: body.return_date,
        stops: body.stops,
        leave: body.leave.or_else(|| decided.leave.clone()),
        ..decided.clone()
    };
    let mut faults = Violations::default();
    // A different country means a different trip, which needs its own decision.
    let same = resumed.countries() == decided.countries();
    faults.require(
        same,
        "/stops",
        FieldError::OtherCountries,
        "Không được đổi nước đến khi tiếp tục.",
        "The countries must stay the same.",
    );
    let within = resumed.leave.as_ref().is_none_or(|l| l.from <= resumed.departure && resumed.returning <= l.to);
    let (vi, en) = ("Chuyến đi phải nằm trong thời gian nghỉ phép.", "The journey must lie within the leave.");
    faults.require(within, "/departure_date", FieldError::OutsideLeave, vi, en);
    faults.finish()?;
    let private = resumed.procedure == Procedure::PRIVATE_TRAVEL;
    let (vi, en) = ("Chỉ dùng cho việc riêng.", "Only allowed for a private journey.");
    let mut faults = Violations::default();
    faults.require(private || resumed.leave.is_none(), "/leave", FieldError::NotPrivate, vi, en);
    faults.finish()?;
    let resumed = moved(conn, call, &seen.dossier, resumed)?;
    amend::resume(conn, call, tools, &seen, resumed, &body.waivers)
}
