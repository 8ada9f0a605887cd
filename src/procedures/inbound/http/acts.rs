//! Routes of one inbound dossier: those that every procedure has, and its own actions.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::dossier::http::routes::{acts, shared_routes};
use crate::dossier::requests::OnDay;
use crate::procedures::inbound::actions::{acts as own, draft as content};
use crate::procedures::inbound::http::view::VisitView;
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::inbound::requests::{AmendVisit, Arrived, DecideVisit, ResumeVisit};

shared_routes!(VisitContent, VisitView, "inbound");

acts! { VisitContent, VisitView, "inbound", own_acts;
    /// Decides the visit, with conditions if there are any. Each exception needs a waiver (409 `waiver_needed`).
    decide "/{id}/decide" DecideVisit => Decide,
        |conn, call, tools, seen, body| own::decide(conn, call, &tools, seen, body);
    /// Asks for an amendment of what was approved.
    ///
    /// A single kind of change that adds no person, no country, no day and no sensitive topic is annotated on the
    /// approval at once. Anything else waits for the competent body, and the approval stays as it is until then:
    /// `decide` then decides on the amendment, and `withdraw` withdraws it.
    amend "/{id}/amend" AmendVisit => Amend,
        |conn, call, tools, seen, body| content::amend(conn, call, &tools, seen, body);
    /// Resumes a postponed visit on new days, with a programme that fits them.
    resume "/{id}/resume" ResumeVisit => Resume,
        |conn, call, tools, seen, body| own::resume(conn, call, &tools, seen, body);
    /// Records that the guests have arrived; from now on, the number who came counts.
    record_arrival "/{id}/record-arrival" Arrived => RecordArrival,
        |conn, call, tools, seen, body| own::record_arrival(conn, call, seen, body);
    /// Records that the guests have left.
    record_departure "/{id}/record-departure" OnDay => RecordDeparture,
        |conn, call, tools, seen, body| own::record_departure(conn, call, &tools, seen, body);
}

/// Registers the routes below one dossier.
pub fn routes(config: &mut ServiceConfig) {
    shared(config);
    own_acts(config);
}
