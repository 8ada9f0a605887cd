//! References from other rooms into the registry.

use crate::db::Conn;
use crate::error::Result;
use crate::registry::{agencies, officials_store};
use kernel::violation::Violations;
use kernel::words::FieldError;

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
