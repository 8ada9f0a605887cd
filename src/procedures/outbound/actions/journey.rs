//! After the decision: departure, return, report, close; postponing, cancelling, resuming.

use serde_json::json;

use crate::access::call::Call;
use crate::db::Conn;
use crate::dossier::rules::{check_stops, check_trip_days};
use crate::error::Result;
use crate::kernel::violation::Violations;
use crate::procedures::outbound::actions::{Seen, Trace, conclude};
use crate::procedures::outbound::flow::{Action, State};
use crate::procedures::outbound::http::body::{On, Reasoned, Resume};
use crate::procedures::outbound::model::{Report, Trip};
use crate::procedures::outbound::store::Part;
use crate::registry::agencies;

/// A day in the future cannot be recorded.
fn past(call: &Call, body: &On, faults: &mut Violations) {
    faults.require(
        body.on <= call.today,
        "/on",
        "in_the_future",
        "Không ghi nhận được ngày ở tương lai.",
        "A day in the future cannot be recorded.",
    );
}

pub fn record_departure(conn: &mut Conn, call: &Call, seen: Seen, body: On) -> Result<Trip> {
    let mut faults = Violations::default();
    past(call, &body, &mut faults);
    faults.finish()?;
    let mut trip = seen.trip.clone();
    trip.state = State::UnderWay;
    trip.journey.departed_on = Some(body.on);
    let trace = Trace { detail: json!({"on": body.on}), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::RecordDeparture, Part::Standing, trace)
}

pub fn record_return(conn: &mut Conn, call: &Call, seen: Seen, body: On) -> Result<Trip> {
    let mut faults = Violations::default();
    past(call, &body, &mut faults);
    let after = seen.trip.journey.departed_on.is_none_or(|left| left <= body.on);
    faults.require(
        after,
        "/on",
        "returns_before_departure",
        "Ngày về trước ngày đi.",
        "The return is before the departure.",
    );
    faults.finish()?;
    let mut trip = seen.trip.clone();
    trip.state = State::Returned;
    trip.journey.returned_on = Some(body.on);
    let trace = Trace { detail: json!({"on": body.on}), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::RecordReturn, Part::Standing, trace)
}

pub fn submit_report(conn: &mut Conn, call: &Call, seen: Seen, body: Report) -> Result<Trip> {
    let mut faults = Violations::default();
    for (index, task) in body.follow_ups.iter().enumerate() {
        let known = agencies::find(conn, task.agency_id.0)?.is_some();
        let pointer = format!("/follow_ups/{index}/agency_id");
        faults.require(known, &pointer, "unknown_agency", "Không có cơ quan này.", "There is no such agency.");
    }
    faults.finish()?;
    let mut trip = seen.trip.clone();
    trip.state = State::Reported;
    trip.report = Some(body);
    conclude(conn, call, &seen.trip, trip, Action::SubmitReport, Part::Standing, Trace::default())
}

/// Open duties do not stop it: they stay due.
pub fn close(conn: &mut Conn, call: &Call, seen: Seen) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    trip.state = State::Closed;
    conclude(conn, call, &seen.trip, trip, Action::Close, Part::Standing, Trace::default())
}

pub fn postpone(conn: &mut Conn, call: &Call, seen: Seen, body: Reasoned) -> Result<Trip> {
    set_aside(conn, call, seen, body, Action::Postpone, State::Postponed)
}

pub fn cancel(conn: &mut Conn, call: &Call, seen: Seen, body: Reasoned) -> Result<Trip> {
    set_aside(conn, call, seen, body, Action::Cancel, State::Cancelled)
}

fn set_aside(conn: &mut Conn, call: &Call, seen: Seen, body: Reasoned, action: Action, state: State) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    trip.state = state;
    let trace = Trace { note: Some(&body.reason), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, action, Part::Standing, trace)
}

/// A postponed trip gets new days.
pub fn resume(conn: &mut Conn, call: &Call, seen: Seen, body: Resume) -> Result<Trip> {
    let mut faults = Violations::default();
    check_trip_days(body.departure_date, body.return_date, &mut faults);
    check_stops(&body.stops, body.departure_date, body.return_date, &mut faults);
    faults.finish()?;
    let mut trip = seen.trip.clone();
    let countries = trip.content.countries();
    trip.content.departure = body.departure_date;
    trip.content.returning = body.return_date;
    trip.content.stops = body.stops;
    let mut faults = Violations::default();
    // Another country is another trip: it needs a decision of its own.
    let same = trip.content.countries() == countries;
    faults.require(
        same,
        "/stops",
        "other_countries",
        "Không được đổi nước đến khi tiếp tục.",
        "The countries must stay the same.",
    );
    faults.finish()?;
    trip.state = State::Approved;
    conclude(conn, call, &seen.trip, trip, Action::Resume, Part::All, Trace::default())
}
