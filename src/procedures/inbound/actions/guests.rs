//! The register of guests: merging two rows that are the same person.

use kernel::words::FieldError;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::Content as _;
use crate::dossier::store;
use crate::error::{Code, Result, not_found, refuse};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::inbound::people::{self, GuestPerson};
use crate::statistics::store as statistics;
use kernel::id::Id;
use kernel::violation::Violations;

/// Merges `from` into `into`; the statistics follow, and the audit trail names both.
pub fn merge(conn: &mut Conn, call: &RequestContext, into: GuestPerson, from: Id) -> Result<GuestPerson> {
    call.actor.require(Permission::AdministerGuests)?;
    let mut faults = Violations::default();
    let gone = people::find(conn, from.0)?.filter(|p| p.merged_into.is_none());
    faults.require(
        gone.is_some(),
        "/guest_id",
        FieldError::UnknownGuest,
        "Không có khách này.",
        "There is no such guest.",
    );
    faults.require(
        from.0 != into.id,
        "/guest_id",
        FieldError::Same,
        "Phải là hai khách khác nhau.",
        "It must be another guest.",
    );
    faults.finish()?;
    let gone = gone.ok_or_else(not_found)?;
    if into.merged_into.is_some() {
        return Err(refuse(Code::InUse, "Khách này đã được gộp vào người khác.", "This guest was already merged."));
    }
    let visits = people::merge(conn, gone.id, into.id)?;
    for visit in store::load_all::<VisitContent>(conn, &visits)? {
        statistics::replace(conn, visit.id, VisitContent::fact(&visit).as_ref())?;
    }
    let detail = json!({"merged": Id(gone.id).to_string(), "name": gone.full_name, "nationality": gone.nationality});
    call.remember(conn, "merge_guests", &format!("guests/{}", Id(into.id)), detail)?;
    Ok(into)
}
