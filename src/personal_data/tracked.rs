//! What requests, incidents and holds have in common: found by who may, shown with their version, changed until they are closed.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Result, not_found};
use crate::web::etag::etag;
use crate::web::idempotency::Reply;
use crate::web::json::{Incoming, JsonBody};
use crate::web::query;
use crate::web::reply::{path_id, reply};
use kernel::id::Id;
use kernel::page::Page;

/// A row of this room.
pub(super) trait Tracked: Sized + Send + 'static {
    type View: Serialize + Send + 'static;
    /// Its path below that of the API.
    const PATH: &'static str;

    fn id(&self) -> i64;
    fn version(&mut self) -> &mut i64;
    fn load(conn: &mut Conn, id: i64) -> Result<Option<Self>>;
    /// Updates the row; its version has been checked and raised in this transaction.
    fn update(&self, conn: &mut Conn) -> Result<()>;
    /// 409 if it is closed.
    fn require_open(&self) -> Result<()>;
    /// What the trail says of a change: days and kinds, nothing of people.
    fn told(&self) -> Value;
    fn view(self, call: &RequestContext) -> Result<Self::View>;
}

/// 403 for those who have no say in it, before anybody learns whether it is there.
pub(super) fn find<T: Tracked>(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<T> {
    call.actor.require(Permission::ProtectPersonalData)?;
    T::load(conn, id)?.ok_or_else(not_found)
}

/// The answer to a new one, which is in the database.
pub(super) fn recorded<T: Tracked>(
    conn: &mut Conn,
    call: &RequestContext,
    action: &str,
    detail: Value,
    made: T,
) -> Result<Reply> {
    let object = format!("{}/{}", T::PATH, Id(made.id()));
    call.remember(conn, action, &object, detail)?;
    reply(201, Some(1), Some(format!("/api/v1/{object}")), &made.view(call)?)
}

/// A page of them, the latest first, as `rows` reads them before an id; and where the next one begins.
pub(super) async fn listed<T: Tracked>(
    call: &Call,
    (limit, cursor): (Option<i64>, Option<String>),
    rows: impl FnOnce(&mut Conn, Option<i64>, i64) -> Result<Vec<T>> + Send + 'static,
) -> Result<(Vec<T::View>, Option<String>)> {
    call.actor.require(Permission::ProtectPersonalData)?;
    let limit = query::limit(limit)?;
    let before = query::place(T::PATH, cursor.as_deref(), |p| p.first()?.parse().ok())?;
    let rows = call.read(move |conn, _| rows(conn, before, limit + 1)).await?;
    let page = Page::cut(rows, limit, T::PATH, |row| vec![row.id().to_string()]);
    Ok((page.items.into_iter().map(|row| row.view(call)).collect::<Result<_>>()?, page.next))
}

/// One of them, with its version.
pub(super) async fn show<T: Tracked>(call: Call, id: &str) -> Result<HttpResponse> {
    let id = path_id(id)?;
    let (version, view) = call
        .read(move |conn, call| {
            let mut found = find::<T>(conn, call, id)?;
            Ok((*found.version(), found.view(call)?))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(version))).json(view))
}

/// Runs one act on one that is not closed.
pub(super) async fn act<T: Tracked, B: JsonBody>(
    call: Call,
    id: &str,
    body: Incoming<B>,
    action: &'static str,
    carry_out: impl FnOnce(&RequestContext, &mut T, B) -> Result<()> + Send + 'static,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find::<T>(conn, call, id),
        move |conn, call, mut found| {
            call.guard(*found.version(), || Ok(()))?;
            found.require_open()?;
            carry_out(call, &mut found, body.check()?)?;
            *found.version() += 1;
            found.update(conn)?;
            call.remember(conn, action, &format!("{}/{}", T::PATH, Id(id)), found.told())?;
            let version = *found.version();
            reply(200, Some(version), None, &found.view(call)?)
        },
    )
    .await
}
