//! After the decision: departure, return, and resuming what was postponed.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::recordable;
use crate::dossier::actions::amend;
use crate::dossier::actions::correct::{self, replace_report};
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::{Action, State};
use crate::dossier::parts::rules::check_stops;
use crate::dossier::requests::OnDay;
use crate::dossier::rules::is_of_list;
use crate::error::Result;
use crate::procedures::outbound::actions::draft::check_content;
use crate::procedures::outbound::actions::moved;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::procedures::outbound::requests::{CorrectTrip, ResumeTrip};
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
    recordable(call.today, body.on, seen.dossier.content.departure, "/on", &mut faults);
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
    recordable(call.today, body.on, seen.dossier.content.returning, "/on", &mut faults);
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

/// Corrects what was recorded of the journey, and what an old list said of the trip.
pub fn correct_record(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: CorrectTrip,
) -> Result<Trip> {
    let CorrectTrip { changes, reason } = body;
    let mut trip = seen.dossier.clone();
    if let Some(content) = changes.content {
        content.apply(&mut trip.content);
        let checked = check_content(conn, call, &trip.content, Some(&seen.dossier.content));
        (_, trip.content.people) = checked.map_err(|e| e.below("/changes/content"))?;
    }
    let journey = &mut trip.content.journey;
    journey.departed_on = changes.departed_on.or(journey.departed_on);
    journey.returned_on = changes.returned_on.or(journey.returned_on);
    replace_report(&mut trip.report, changes.report);
    let mut faults = Violations::default();
    if let Some(headcount) = changes.headcount {
        let named = i64::try_from(trip.content.members.len()).unwrap_or(i64::MAX);
        let (vi, en) = ("Ít hơn số người đã ghi tên trong hồ sơ.", "Fewer than the dossier names.");
        faults.require(named <= headcount, "/changes/headcount", FieldError::OutOfRange, vi, en);
        let (vi, en) = ("Chỉ dùng cho hồ sơ nhập từ danh sách cũ.", "Only allowed for a dossier of an old list.");
        faults.require(trip.content.origin.is_some(), "/changes/headcount", FieldError::NotOfList, vi, en);
        if let Some(origin) = &mut trip.content.origin {
            origin.headcount = headcount;
        }
    }
    let left = trip.content.journey.departed_on.unwrap_or(trip.content.departure);
    let planned = is_of_list(&trip).then_some(trip.content.returning);
    let back = trip.content.journey.returned_on.or(planned);
    let (vi, en) = ("Ngày về trước ngày đi.", "The return is before the departure.");
    let in_order = back.is_none_or(|back| left <= back);
    faults.require(in_order, "/changes/returned_on", FieldError::ReturnsBeforeDeparture, vi, en);
    faults.finish()?;
    correct::correct_record(conn, call, tools, &seen, trip, &reason)
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
