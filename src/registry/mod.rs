//! The registry of the province: agencies, officials who travel and their passports, partners.
use crate::web::routes::RoomRoutes;

pub mod agencies;
pub mod agencies_http;
pub mod candidates_http;
pub mod changes;
pub mod changes_http;
pub mod offices;
pub mod official_changes;
pub mod official_moves_http;
pub mod officials;
pub mod officials_corrections_http;
pub mod officials_http;
pub mod officials_parts_http;
pub mod officials_parts_store;
pub mod officials_store;
pub mod partners;
pub mod partners_http;
pub mod partners_store;
pub mod references;

/// Registers the routes.
pub fn routes(config: &mut RoomRoutes) {
    agencies_http::routes(config);
    changes_http::routes(config);
    officials_http::routes(config);
    official_moves_http::routes(config);
    officials_parts_http::routes(config);
    officials_corrections_http::routes(config);
    candidates_http::routes(config);
    partners_http::routes(config);
}
