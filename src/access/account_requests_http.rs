//! Requests of one administrator that another confirms.

use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::account::Account;
use crate::access::account_requests::{self, AccountAct, AccountRequest};
use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::store;
use crate::access::users::{self, AccountReferences};
use crate::db::Conn;
use crate::error::{Code, Result, not_found, refuse};
use crate::web::json::Incoming;
use crate::web::reply::{Empty, path_id};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(confirm).service(refuse_request);
}

/// A request that waits for another administrator.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountRequest, example = json!({"id": "01ke3m9p0002s", "act": "change", "user_id": "01ke3m9p0004a", "username": "vice.chair", "full_name": "Lê Văn Phó",
    "wanted": {"seats": [{"body": "ppc_chair"}]}, "asked_by": "01ke3m9p00009", "asked_by_name": "Quản trị hệ thống",
    "asked_at": "2026-11-22T02:00:00Z", "until": "2026-11-23T02:00:00Z"}))]
pub(super) struct AccountRequestView {
    #[schema(value_type = String)]
    id: Id,
    act: AccountAct,
    /// Null for an account that is to be made.
    #[schema(value_type = Option<String>)]
    user_id: Option<Id>,
    username: String,
    full_name: String,
    /// What is to be done: the body of the request, as it was sent.
    #[schema(value_type = Object)]
    wanted: Value,
    #[schema(value_type = String)]
    asked_by: Id,
    asked_by_name: String,
    asked_at: String,
    /// When it ends if nobody confirms it.
    until: String,
}

pub(super) fn views(conn: &mut Conn, all: Vec<AccountRequest>) -> Result<Vec<AccountRequestView>> {
    let people: Vec<i64> = all.iter().flat_map(|r| r.user_id.into_iter().chain([r.asked_by])).collect();
    let named = store::named(conn, &people)?;
    let name_of = |id: i64| named.get(&id).map(|account| account.full_name.clone());
    let view = |request: AccountRequest| {
        let new = request.body.get("full_name").and_then(Value::as_str).map(str::to_owned);
        AccountRequestView {
            id: Id(request.id),
            act: request.act,
            user_id: request.user_id.map(Id),
            full_name: request.user_id.and_then(name_of).or(new).unwrap_or_default(),
            asked_by: Id(request.asked_by),
            asked_by_name: name_of(request.asked_by).unwrap_or_default(),
            asked_at: rfc3339(request.asked_at),
            until: rfc3339(request.until()),
            username: request.username,
            wanted: request.body,
        }
    };
    Ok(all.into_iter().map(view).collect())
}

pub(super) fn view(conn: &mut Conn, request: AccountRequest) -> Result<AccountRequestView> {
    Ok(views(conn, vec![request])?.remove(0))
}

#[derive(Serialize, ToSchema)]
struct AccountRequestList {
    items: Vec<AccountRequestView>,
    next: Option<String>,
}

/// Lists what waits for another administrator, the oldest first.
#[utoipa::path(tag = "access", operation_id = "list_account_requests",
    responses((status = 200, description = "requests", body = AccountRequestList)))]
#[get("/account-requests")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::AdministerAccounts)?;
    let items = call
        .read(|conn, call| {
            let waiting = account_requests::waiting(conn, None, call.now)?;
            views(conn, waiting)
        })
        .await?;
    Ok(HttpResponse::Ok().json(AccountRequestList { items, next: None }))
}

/// What came of a confirmed request.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfirmedRequest, example = json!({"user_id": "01ke3m9p0004a", "full_name": "Lê Văn Phó", "token": null, "expires_at": null}))]
struct ConfirmedRequestView {
    #[schema(value_type = String)]
    user_id: Id,
    full_name: String,
    /// After a reset, the one-time token for the holder; shown once.
    token: Option<String>,
    expires_at: Option<String>,
}

/// Does what another administrator asked for. The account must still be as they saw it. An account that gets its first seat, or
/// becomes an administrator's, loses its password and factor: its holder gets a new one by a reset.
#[utoipa::path(tag = "access", operation_id = "confirm_account_request", params(("id" = String, Path)), request_body = Empty,
    responses((status = 200, description = "done", body = ConfirmedRequestView)))]
#[post("/account-requests/{id}/confirm")]
async fn confirm(
    call: Call,
    exists: web::Data<AccountReferences>,
    id: web::Path<String>,
    body: Incoming<Empty>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (id, exists) = (path_id(&id)?, *exists.get_ref());
    // Not kept for retries: the answer may hold a token.
    let done = call.write_accounts(move |conn, call| {
        let request = account_requests::find(conn, call, id)?;
        account_requests::require_another(conn, call, &request)?;
        call.require_proof(conn)?;
        body.check()?;
        let done = perform(conn, call, &request, exists)?;
        account_requests::end(conn, call, &request, "confirm_account_request")?;
        Ok(done)
    });
    Ok(HttpResponse::Ok().json(done.await?))
}

fn perform(
    conn: &mut Conn,
    call: &RequestContext,
    request: &AccountRequest,
    exists: AccountReferences,
) -> Result<ConfirmedRequestView> {
    let done = |account: Account| ConfirmedRequestView {
        user_id: Id(account.id),
        full_name: account.full_name,
        token: None,
        expires_at: None,
    };
    let body = || serde_json::from_value(request.body.clone());
    let fault = |e: serde_json::Error| crate::error::Error::Internal(format!("a kept request: {e}"));
    let Some(user_id) = request.user_id else {
        let account = users::new_account(call, body().map_err(fault)?);
        return Ok(done(users::keep_new(conn, call, account, exists)?));
    };
    let account = store::account(conn, user_id)?.ok_or_else(not_found)?;
    if request.version != Some(account.version) {
        return Err(refuse(
            Code::NotPossibleInState,
            "Tài khoản đã được sửa từ lúc đề nghị; hãy từ chối đề nghị này và đề nghị lại.",
            "The account was changed since; refuse this request and ask again.",
        ));
    }
    if request.act == AccountAct::Reset {
        let (token, expires_at) = users::reset_now(conn, call, user_id)?;
        return Ok(ConfirmedRequestView { token: Some(token), expires_at: Some(rfc3339(expires_at)), ..done(account) });
    }
    let changes = serde_json::from_value(request.body.clone()).map_err(fault)?;
    let changed = users::changed(call, &account, changes);
    let kept = users::keep_changed(conn, call, &account, changed, exists)?;
    if kept.is_guarded() && !account.is_guarded() {
        // Whoever set the password of the account before may not be its holder: a reset by two people gives them one.
        users::forget_credentials(conn, call, kept.id)?;
    }
    Ok(done(kept))
}

/// Refuses a request, or takes one's own back.
#[utoipa::path(tag = "access", operation_id = "refuse_account_request", params(("id" = String, Path)), request_body = Empty,
    responses((status = 200, description = "ended", body = Empty)))]
#[post("/account-requests/{id}/refuse")]
async fn refuse_request(call: Call, id: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.write(move |conn, call| {
        let request = account_requests::find(conn, call, id)?;
        body.check()?;
        account_requests::end(conn, call, &request, "refuse_account_request")
    })
    .await?;
    Ok(HttpResponse::Ok().json(Empty {}))
}
