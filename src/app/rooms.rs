//! The routes of all rooms, in the order in which they are tried.

use crate::dossier::register::Registers;
use crate::web::routes::RoomRoutes;

/// The routes of all modules under the base path.
pub fn routes(config: &mut RoomRoutes, registers: &Registers) {
    // Routes are tried in this order: the most frequent requests come first.
    // A register takes every path below its own, so that what another room adds to it comes before.
    crate::imports::guests_http::routes(config, registers);
    registers.all().for_each(|register| register.routes(config));
    crate::statistics::http::routes(config);
    crate::dossier::http::partner_history::routes(config);
    crate::procedures::records::routes(config);
    crate::procedures::official_merges_http::routes(config);
    crate::vocabulary::routes(config);
    crate::access::http::routes(config);
    crate::access::account_requests_http::routes(config);
    crate::access::me_http::routes(config);
    crate::access::second_factor_http::routes(config);
    crate::access::provider_http::routes(config);
    crate::desk::counts_http::routes(config);
    crate::desk::inbox_http::routes(config);
    crate::desk::search_http::routes(config);
    crate::access::services_http::routes(config);
    crate::access::substitutions_http::routes(config);
    crate::access::trail::routes(config);
    crate::registry::routes(config);
    crate::regulations::http::routes(config);
    crate::regulations::choices_http::routes(config);
    crate::regulations::holidays_http::routes(config);
    crate::duties::http::routes(config);
    crate::duties::settlement_http::routes(config);
    crate::passport_custody::http::routes(config);
    crate::personal_data::requests_http::routes(config);
    crate::personal_data::incidents_http::routes(config);
    crate::personal_data::erasing_http::routes(config);
    crate::issued_papers::http::routes(config);
    crate::issued_papers::templates_http::routes(config);
    crate::plans::http::routes(config);
    crate::plans::items_http::routes(config);
    crate::calendar::http::routes(config);
    crate::jobs::http::routes(config);
    crate::imports::http::routes(config);
    crate::reports::http::routes(config);
    crate::reports::records_http::routes(config);
    crate::reports::schedules_http::routes(config);
    crate::statistics::feed_http::routes(config);
    crate::statistics::open_http::routes(config);
}
