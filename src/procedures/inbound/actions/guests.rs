//! The register of guests: merging two rows that are one person.

use serde_json::json;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::dossier::Content as _;
use crate::dossier::store;
use crate::error::{Code, Result, not_found, refuse};
use crate::procedures::inbound::model::Content;
use crate::procedures::inbound::people::{self, Person};
use crate::statistics::store as statistics;
use kernel::id::Id;
use kernel::violation::Violations;

/// Merges `from` into `into`; figures follow, and the trail names both.
pub fn merge(conn: &mut Conn, call: &Call, into: Person, from: Id) -> Result<Person> {
    call.actor.require(Act::Administer, Kind::Guest)?;
    let mut faults = Violations::default();
    let gone = people::find(conn, from.0)?.filter(|p| p.merged_into.is_none());
    faults.require(gone.is_some(), "/guest_id", "unknown_guest", "Không có khách này.", "There is no such guest.");
    faults.require(from.0 != into.id, "/guest_id", "same", "Phải là hai khách khác nhau.", "It must be another guest.");
    faults.finish()?;
    let gone = gone.ok_or_else(not_found)?;
    if into.merged_into.is_some() {
        return Err(refuse(Code::InUse, "Khách này đã được gộp vào người khác.", "This guest was merged already."));
    }
    for id in people::merge(conn, gone.id, into.id)? {
        if let Some(visit) = store::load::<Content>(conn, id)? {
            statistics::replace(conn, id, Content::fact(&visit).as_ref())?;
        }
    }
    let detail = json!({"merged": Id(gone.id).to_string(), "name": gone.full_name, "nationality": gone.nationality});
    call.remember(conn, "merge_guests", &format!("guests/{}", Id(into.id)), detail)?;
    Ok(into)
}
