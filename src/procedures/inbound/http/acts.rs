//! Routes of one inbound dossier: those every procedure has, and the acts of its own.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::dossier::http::body::OnDay;
use crate::dossier::http::routes::{acts, shared_routes};
use crate::procedures::inbound::actions::{acts as own, draft as content};
use crate::procedures::inbound::http::body::{AmendVisit, Arrived, DecideVisit, ResumeVisit};
use crate::procedures::inbound::http::view::VisitView;
use crate::procedures::inbound::model::VisitContent;

shared_routes!(VisitContent, VisitView, "inbound");

acts! { VisitContent, VisitView, "inbound", own_acts;
    /// The decision, with conditions where it approves under some; exceptions need a waiver each (409 `waiver_needed`).
    decide "/{id}/decide" DecideVisit => Decide,
        |conn, call, tools, seen, body| own::decide(conn, call, &tools, seen, body);
    /// Asks for a change of what was approved. One kind of change that brings nobody, no country, no day and nothing
    /// sensitive is annotated on the approval at once; anything else waits for the competent body, and what was approved
    /// stands until then. `decide` then speaks of the amendment, `withdraw` takes it back.
    amend "/{id}/amend" AmendVisit => Amend,
        |conn, call, tools, seen, body| content::amend(conn, call, &tools, seen, body);
    /// A postponed visit gets new days, and a programme that fits them.
    resume "/{id}/resume" ResumeVisit => Resume,
        |conn, call, tools, seen, body| own::resume(conn, call, &tools, seen, body);
    /// The guests are here: their number is what counts from now on.
    record_arrival "/{id}/record-arrival" Arrived => RecordArrival,
        |conn, call, tools, seen, body| own::record_arrival(conn, call, seen, body);
    /// The guests have left.
    record_departure "/{id}/record-departure" OnDay => RecordDeparture,
        |conn, call, tools, seen, body| own::record_departure(conn, call, &tools, seen, body);
}

/// Registers the routes below one dossier.
pub fn routes(config: &mut ServiceConfig) {
    shared(config);
    own_acts(config);
}
