//! Routes of sign-in, of one's own account, and of accounts.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::account_requests_http::{AccountRequestView, view};
use crate::access::actions::{AuthService, IssuedTokens};
use crate::access::call::{Call, stranger_of};
use crate::access::cookies;
use crate::access::listed_accounts_store::AccountFilter;
use crate::access::permission::Permission;
use crate::access::second_factor::TICKET_MINUTES;
use crate::access::sign_in::{FirstStep, Given, SignInWay, SignedIn};
use crate::access::user_views::{UserView, one, views};
use crate::access::users::{self, AccountReferences, DoneOrAsked, NewUser, UserChanges};
use crate::access::{sessions_store, store};
use crate::error::{Error, Result};
use crate::web::etag::{IfMatch, etag};
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{Empty, path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::rfc3339;

/// Registers the routes of this module.
pub fn routes(config: &mut RoomRoutes) {
    config.service(login).service(refresh).service(logout).service(activate);
    config.service(list_users).service(create_user).service(show_user).service(change_user).service(reset_user);
    config.service(end_sessions_of_user);
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "clerk.skhcn", "password": "demo-ngoaivu-2026"}))]
struct Login {
    #[schema(min_length = 1, max_length = 64)]
    username: String,
    #[schema(min_length = 1, max_length = 256)]
    password: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM"}))]
struct Refresh {
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "s3Qm0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoK", "password": "mùa xuân năm ấy đẹp"}))]
struct Activate {
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    #[schema(min_length = 1, max_length = 1000)]
    password: String,
    /// Begins a session at once, and answers its tokens.
    sign_in: Option<bool>,
}

/// What `POST /auth/activate` answers: nothing, or the tokens of the session that it began.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!({}))]
enum Activated {
    SignedIn(TokenPair),
    Set(Empty),
}

/// An access token that is valid for ten minutes, and the refresh token for the next pair.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjRmMGEyYjFjIn0.e30.c2ln",
    "token_type": "Bearer", "expires_in": 600, "refresh_token": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM"}))]
pub(super) struct TokenPair {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
}

impl From<IssuedTokens> for TokenPair {
    fn from(pair: IssuedTokens) -> Self {
        TokenPair {
            access_token: pair.access_token,
            token_type: "Bearer",
            expires_in: pair.expires_in,
            refresh_token: pair.refresh_token,
        }
    }
}

/// Password or account elsewhere were right, and the code of the second factor is missing: `POST /auth/second-factor`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"next": "mfa", "ticket": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM", "expires_in": 300}))]
pub(super) struct CodeMissing {
    next: &'static str,
    ticket: String,
    /// Seconds.
    expires_in: i64,
}

/// What `POST /auth/login` answers: the tokens, or what is missing.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!({"access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjRmMGEyYjFjIn0.e30.c2ln",
    "token_type": "Bearer", "expires_in": 600, "refresh_token": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM"}))]
pub(super) enum LoginAnswer {
    SignedIn(TokenPair),
    Code(CodeMissing),
}

/// The answer of a sign-in that is complete.
pub(super) fn signed_in(done: SignedIn) -> Result<HttpResponse> {
    let Given::Tokens(tokens) = done.given else { return Err(Error::Internal("a program got a cookie".into())) };
    let mut response = HttpResponse::Ok();
    if let Some(device) = done.device {
        response.cookie(cookies::device(device));
    }
    Ok(response.json(LoginAnswer::SignedIn(tokens.into())))
}

/// The answer of the first step of a sign-in.
pub(super) fn login_answer(step: FirstStep) -> Result<HttpResponse> {
    match step {
        FirstStep::In(done) => signed_in(done),
        FirstStep::Code(ticket) => {
            let expires_in = TICKET_MINUTES * 60;
            Ok(HttpResponse::Ok().json(LoginAnswer::Code(CodeMissing { next: "mfa", ticket, expires_in })))
        }
    }
}

/// Signs in. After the third wrong password in a row the next attempt has to wait (429). Who has a second factor gets a
/// ticket instead of tokens.
#[utoipa::path(tag = "access", security(()), request_body = Login,
    responses((status = 200, description = "signed in, or the code is missing", body = LoginAnswer)))]
#[post("/auth/login")]
async fn login(req: HttpRequest, desk: web::Data<AuthService>, body: Incoming<Login>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    login_answer(desk.login(body.username, body.password, SignInWay::Program, stranger_of(&req)).await?)
}

/// Exchanges a refresh token for a new pair. Using it again after more than 10 s ends the whole session.
#[utoipa::path(tag = "access", security(()), request_body = Refresh,
    responses((status = 200, description = "a new pair", body = TokenPair)))]
#[post("/auth/refresh")]
async fn refresh(req: HttpRequest, desk: web::Data<AuthService>, body: Incoming<Refresh>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    let pair = desk.refresh(body.refresh_token, stranger_of(&req)).await?;
    Ok(HttpResponse::Ok().json(TokenPair::from(pair)))
}

/// Ends this session at once, with its access token and its refresh token.
#[utoipa::path(tag = "access", request_body = Empty, responses((status = 200, description = "signed out", body = Empty)))]
#[post("/auth/logout")]
async fn logout(call: Call, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let print = body.fingerprint.clone();
    call.change_accounts(
        print,
        |_, _| Ok(()),
        move |conn, call, ()| {
            body.check()?;
            sessions_store::end_session(conn, call.actor.session_id, call.now)?;
            call.remember(conn, "sign_out", "session", serde_json::json!({}))?;
            reply(200, None, None, &Empty {})
        },
    )
    .await
}

/// Sets the password of an account with its one-time token, which works only once (410).
#[utoipa::path(tag = "access", security(()), request_body = Activate,
    responses((status = 200, description = "the password is set; the tokens if `sign_in` was asked for", body = Activated)))]
#[post("/auth/activate")]
async fn activate(req: HttpRequest, desk: web::Data<AuthService>, body: Incoming<Activate>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    let tokens = desk.activate(body.token, body.password, body.sign_in.unwrap_or(false), stranger_of(&req)).await?;
    let answer = tokens.map_or(Activated::Set(Empty {}), |pair| Activated::SignedIn(pair.into()));
    Ok(HttpResponse::Ok().json(answer))
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
struct UserPage {
    items: Vec<UserView>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UserQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the previous page.
    cursor: Option<String>,
    /// Adds `total` to the response.
    count: Option<bool>,
    /// Whether it may be used.
    active: Option<bool>,
    /// Whether a password was set.
    activated: Option<bool>,
    /// Only accounts that nobody has used for so many days.
    #[param(minimum = 1, maximum = 3650)]
    unused_days: Option<i64>,
}

/// Lists the accounts, ordered by user name.
#[utoipa::path(tag = "access", params(UserQuery), responses((status = 200, description = "accounts", body = UserPage)))]
#[get("/users")]
async fn list_users(call: Call, asked: Query<UserQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::AdministerAccounts)?;
    let UserQuery { limit, cursor, count, active, activated, unused_days } = asked.0;
    let limit = query::limit(limit)?;
    let after = query::place("users", cursor.as_deref(), |p| p.first().cloned())?;
    let mut filter = AccountFilter { active, activated, unused_since: None };
    if let Some(days) = unused_days {
        if !(1..=3650).contains(&days) {
            let (vi, en) = ("phải từ 1 đến 3650.", "must be from 1 to 3650.");
            return Err(query::invalid("unused_days", vi, en));
        }
        filter.unused_since = Some(call.now - chrono::Duration::days(days));
    }
    let count = count.unwrap_or(false);
    let (items, next, total) = call
        .read(move |conn, _| {
            let total = if count { Some(store::count(conn, filter)?) } else { None };
            let page = Page::cut(store::page(conn, filter, after.as_deref(), limit + 1)?, limit, "users", |a| {
                vec![a.username.clone()]
            });
            Ok((views(conn, &page.items)?, page.next, total))
        })
        .await?;
    Ok(call.page(next.as_deref()).json(UserPage { items, next, total }))
}

/// Creates an account without a password.
#[utoipa::path(tag = "access", request_body = NewUser, responses((status = 201, description = "created", body = UserView),
    (status = 202, description = "another administrator must confirm it", body = AccountRequestView)))]
#[post("/users")]
async fn create_user(
    call: Call,
    exists: web::Data<AccountReferences>,
    body: Incoming<NewUser>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let print = body.fingerprint.clone();
    let exists = *exists.get_ref();
    call.change_accounts(
        print,
        |_, _| Ok(()),
        move |conn, call, ()| {
            let account = match users::create(conn, call, body, exists)? {
                DoneOrAsked::Done(account) => account,
                DoneOrAsked::Asked(request) => return reply(202, None, None, &view(conn, request)?),
            };
            let location = format!("/api/v1/users/{}", Id(account.id));
            reply(201, Some(account.version), Some(location), &one(conn, &account)?)
        },
    )
    .await
}

/// One account.
#[utoipa::path(tag = "access", params(("id" = String, Path)), responses((status = 200, description = "the account", body = UserView)))]
#[get("/users/{id}")]
async fn show_user(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let shown = call
        .read(move |conn, call| {
            let account = users::find(conn, call, id)?;
            one(conn, &account)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(shown.version))).json(shown))
}

/// Changes an account; new rights take effect with the next request.
#[utoipa::path(tag = "access", params(("id" = String, Path), IfMatch), request_body = UserChanges,
    responses((status = 200, description = "changed", body = UserView),
        (status = 202, description = "another administrator must confirm it", body = AccountRequestView)))]
#[patch("/users/{id}")]
async fn change_user(
    call: Call,
    exists: web::Data<AccountReferences>,
    id: web::Path<String>,
    body: Incoming<UserChanges>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let print = body.fingerprint.clone();
    let id = path_id(&id)?;
    let exists = *exists.get_ref();
    call.change_accounts(
        print,
        move |conn, call| users::find(conn, call, id),
        move |conn, call, account| match users::change(conn, call, account, body, exists)? {
            DoneOrAsked::Done(account) => reply(200, Some(account.version), None, &one(conn, &account)?),
            DoneOrAsked::Asked(request) => reply(202, None, None, &view(conn, request)?),
        },
    )
    .await
}

/// A token that sets a new password once, within 24 hours.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"token": "s3Qm0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoK", "expires_at": "2026-11-23T02:00:00Z"}))]
struct OneTimeToken {
    token: String,
    expires_at: String,
}

/// Issues a one-time token to set a new password; earlier tokens stop working. The response is not stored for retries.
#[utoipa::path(tag = "access", params(("id" = String, Path)), request_body = Empty,
    responses((status = 200, description = "the token", body = OneTimeToken),
        (status = 202, description = "another administrator must confirm it", body = AccountRequestView)))]
#[post("/users/{id}/reset")]
async fn reset_user(
    call: Call,
    desk: web::Data<AuthService>,
    id: web::Path<String>,
    body: Incoming<Empty>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let reset = desk.db.write(
        move |conn| {
            users::find(conn, &call, id)?;
            body.check()?;
            match users::reset(conn, &call, id)? {
                DoneOrAsked::Done(token) => Ok(Ok(token)),
                DoneOrAsked::Asked(request) => view(conn, request).map(Err),
            }
        },
        |_| {},
    );
    Ok(match reset.await? {
        Ok((token, expires_at)) => HttpResponse::Ok().json(OneTimeToken { token, expires_at: rfc3339(expires_at) }),
        Err(asked) => HttpResponse::Accepted().json(asked),
    })
}

/// Ends all sign-ins of an account at once.
#[utoipa::path(tag = "access", operation_id = "end_sessions_of_user", params(("id" = String, Path)), request_body = Empty,
    responses((status = 200, description = "ended", body = Empty)))]
#[post("/users/{id}/end-sessions")]
async fn end_sessions_of_user(call: Call, id: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change_accounts(
        body.fingerprint.clone(),
        move |conn, call| users::find(conn, call, id),
        move |conn, call, account| {
            body.check()?;
            sessions_store::end_sessions_of(conn, account.id, None, call.now)?;
            call.remember(conn, "end_sessions", &format!("users/{}", Id(account.id)), serde_json::json!({}))?;
            reply(200, None, None, &Empty {})
        },
    )
    .await
}
