//! Routes of one outbound dossier: those that every procedure has, and its own actions.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::dossier::http::routes::{acts, shared_routes};
use crate::dossier::requests::OnDay;
use crate::procedures::outbound::actions::{consent, draft as own, journey};
use crate::procedures::outbound::http::view::TripView;
use crate::procedures::outbound::model::TripContent;
use crate::procedures::outbound::requests::{AmendTrip, ConsentGiven, DecideTrip, ResumeTrip};

shared_routes!(TripContent, TripView, "outbound");

acts! { TripContent, TripView, "outbound", own_acts;
    /// Gives a Party body's answer, by the holder of its seat or recorded by the Party office.
    consent_given "/{id}/consent" ConsentGiven => Consent,
        |conn, call, tools, seen, body| consent::consent(conn, call, &tools, seen, body);
    /// Decides the trip. The consent must come first (409 `consent_missing`); each exception needs a waiver (409
    /// `waiver_needed`).
    decide "/{id}/decide" DecideTrip => Decide,
        |conn, call, tools, seen, body| consent::decide(conn, call, &tools, seen, body);
    /// Asks for an amendment of what was decided (TT 04/2020/TT-BNG Đ.4 k.1).
    ///
    /// A single kind of change that adds no person, no country and no day is annotated on the decision at once.
    /// Anything else waits for the competent body, and the decision stays as it is until then: `decide` and `consent`
    /// then refer to the amendment, and `withdraw` withdraws it.
    amend "/{id}/amend" AmendTrip => Amend,
        |conn, call, tools, seen, body| own::amend(conn, call, &tools, seen, body);
    /// Resumes a postponed trip on new days, with the same countries.
    ///
    /// If the new days need an exception that only a body other than the one that decided may give (409
    /// `waiver_needed`), resume the trip on days that need none and then amend it.
    resume "/{id}/resume" ResumeTrip => Resume,
        |conn, call, tools, seen, body| journey::resume(conn, call, &tools, seen, body);
    /// Records that the delegation has left.
    record_departure "/{id}/record-departure" OnDay => RecordDeparture,
        |conn, call, tools, seen, body| journey::record_departure(conn, call, seen, body);
    /// Records that the delegation is back.
    record_return "/{id}/record-return" OnDay => RecordReturn,
        |conn, call, tools, seen, body| journey::record_return(conn, call, &tools, seen, body);
}

/// Registers the routes below one dossier.
pub fn routes(config: &mut ServiceConfig) {
    shared(config);
    own_acts(config);
}
