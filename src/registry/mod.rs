//! The registry of the province: agencies, officials who travel and their passports, partners, the working calendar.

pub mod agencies;
pub mod agencies_http;
pub mod changes;
pub mod changes_http;
pub mod holidays;
pub mod officials;
pub mod officials_http;
pub mod officials_parts_http;
pub mod officials_store;
pub mod partners;
pub mod partners_http;
pub mod partners_store;

use kernel::words::FieldError;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::Conn;
use crate::error::Result;
use kernel::violation::Violations;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig) {
    agencies_http::routes(config);
    changes_http::routes(config);
    officials_http::routes(config);
    officials_parts_http::routes(config);
    partners_http::routes(config);
    holidays::routes(config);
}

/// Checks that the agency and the official of an account exist.
pub fn account_references(
    conn: &mut Conn,
    agency: Option<i64>,
    official: Option<i64>,
    faults: &mut Violations,
) -> Result<()> {
    if let Some(id) = agency {
        let found = agencies::find(conn, id)?.is_some();
        faults.require(
            found,
            "/agency_id",
            FieldError::UnknownAgency,
            "Không có cơ quan này.",
            "This agency does not exist.",
        );
    }
    if let Some(id) = official {
        let found = officials_store::find(conn, id)?.is_some();
        faults.require(
            found,
            "/official_id",
            FieldError::UnknownOfficial,
            "Không có người này.",
            "This official does not exist.",
        );
    }
    Ok(())
}
