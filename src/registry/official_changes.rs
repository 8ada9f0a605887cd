//! Who may change an official, and the one way to do it over HTTP.

use actix_web::HttpResponse;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Code, Result, forbidden, not_found, refuse};
use crate::registry::officials::Official;
use crate::registry::officials_store as store;
use crate::web::idempotency::Reply;
use crate::web::json::{Deferred, Incoming, JsonBody};
use crate::web::reply::path_id;

/// An official, for a caller who may read officials.
pub(super) fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Official> {
    call.actor.require(Permission::ReadOfficials)?;
    store::find(conn, id)?.ok_or_else(not_found)
}

/// An official to be changed; a record that was merged is not changed any more.
pub fn open(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Official> {
    let official = find(conn, call, id)?;
    if official.merged_into.is_some() {
        return Err(refuse(
            Code::InUse,
            "Hồ sơ cán bộ này đã được gộp vào người khác.",
            "This record was merged with another official.",
        ));
    }
    Ok(official)
}

/// 403 unless the caller may manage the officials of this agency.
pub fn may_keep(call: &RequestContext, agency_id: i64) -> Result<()> {
    call.actor.require(Permission::EditOfficials)?;
    // DOFA manages all officials, clerks and heads those of their own agency.
    if call.actor.may(Permission::HandleDossiers) || call.actor.belongs_to(agency_id) {
        return Ok(());
    }
    Err(forbidden("Chỉ được quản lý cán bộ của cơ quan mình.", "You may manage only officials of your own agency."))
}

/// Runs one change of an official: finds them (404, 409 for a record that was merged), answers a retry, acts.
pub(super) async fn change_open<T: JsonBody>(
    call: Call,
    id: &str,
    body: Incoming<T>,
    act: impl FnOnce(&mut Conn, &RequestContext, Official, Deferred<T>) -> Result<Reply> + Send + 'static,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| open(conn, call, id),
        move |conn, call, official| act(conn, call, official, body),
    )
    .await
}
