//! Routes of one outbound dossier: those every procedure has, and the acts of its own.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::dossier::http::body::OnDay;
use crate::dossier::http::routes::{acts, shared_routes};
use crate::procedures::outbound::actions::{consent, draft as own, journey};
use crate::procedures::outbound::http::body::{AmendTrip, ConsentGiven, DecideTrip, ResumeTrip};
use crate::procedures::outbound::http::view::TripView;
use crate::procedures::outbound::model::TripContent;

shared_routes!(TripContent, TripView, "outbound");

acts! { TripContent, TripView, "outbound", own_acts;
    /// A Party body's answer, by its seat or recorded by the Party office.
    consent_given "/{id}/consent" ConsentGiven => Consent,
        |conn, call, tools, seen, body| consent::consent(conn, call, &tools, seen, body);
    /// The decision. Consent comes first (409 `consent_missing`); exceptions need a waiver each (409 `waiver_needed`).
    decide "/{id}/decide" DecideTrip => Decide,
        |conn, call, tools, seen, body| consent::decide(conn, call, &tools, seen, body);
    /// Asks for a change of what was decided (TT 04/2020/TT-BNG Đ.4 k.1). One kind of change that adds nobody, no country
    /// and no day is annotated on the decision at once; anything else waits for the competent body, and what was decided
    /// stands until then. `decide` and `consent` then speak of the amendment, `withdraw` takes it back.
    amend "/{id}/amend" AmendTrip => Amend,
        |conn, call, tools, seen, body| own::amend(conn, call, &tools, seen, body);
    /// A postponed trip gets new days; its countries stay. Where the days need an exception that another body than the
    /// one that decided may give (409 `waiver_needed`), it is resumed on days that need none and then amended.
    resume "/{id}/resume" ResumeTrip => Resume,
        |conn, call, tools, seen, body| journey::resume(conn, call, &tools, seen, body);
    /// The delegation has left.
    record_departure "/{id}/record-departure" OnDay => RecordDeparture,
        |conn, call, tools, seen, body| journey::record_departure(conn, call, seen, body);
    /// The delegation is back.
    record_return "/{id}/record-return" OnDay => RecordReturn,
        |conn, call, tools, seen, body| journey::record_return(conn, call, &tools, seen, body);
}

/// Registers the routes below one dossier.
pub fn routes(config: &mut ServiceConfig) {
    shared(config);
    own_acts(config);
}
