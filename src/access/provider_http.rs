//! Routes of signing in by an account elsewhere (OpenID Connect), and of one's own link to it.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::actions::AuthService;
use crate::access::call::{Call, stranger_of};
use crate::access::http::{LoginAnswer, login_answer};
use crate::access::provider::{ProviderAnswer, SignInProvider};
use crate::access::provider_store;
use crate::access::sign_in::SignInWay;
use crate::error::{Code, Error, Result, not_found, refuse};
use crate::web::json::Incoming;
use crate::web::reply::Empty;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;

pub fn routes(config: &mut RoomRoutes) {
    config.service(begin).service(finish).service(show).service(link).service(unlink);
}

fn none_here() -> Error {
    refuse(
        Code::NotPossibleInState,
        "Hệ thống này chưa khai báo dịch vụ đăng nhập dùng chung.",
        "No sign-in service is set up here.",
    )
}

fn provider(desk: &AuthService) -> Result<&SignInProvider> {
    desk.provider.as_ref().ok_or_else(none_here)
}

/// A sign-in that was begun.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"address": "https://sso.tinh.gov.vn/authorize?response_type=code&client_id=ngoaivu", "flow": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM"}))]
struct BegunProviderSignIn {
    /// Where the browser goes.
    address: String,
    /// To be kept by the browser alone, and sent with what comes back.
    flow: String,
}

/// Begins a sign-in by an account elsewhere (OpenID Connect, code flow with PKCE). 503 if the provider is silent.
#[utoipa::path(tag = "access", operation_id = "begin_provider_sign_in", security(()), request_body = Empty,
    responses((status = 200, description = "where the browser goes", body = BegunProviderSignIn)))]
#[post("/auth/provider")]
async fn begin(desk: web::Data<AuthService>, body: Incoming<Empty>) -> Result<HttpResponse> {
    body.read().await?.check()?;
    let begun = provider(&desk)?.begin(desk.clock.now(), false).await?;
    Ok(HttpResponse::Ok().json(BegunProviderSignIn { address: begun.address, flow: begun.flow }))
}

/// What the provider sent back through the browser.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"flow": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM", "code": "SplxlOBeZQQYbYS6WxSbIA",
    "state": "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", "iss": "https://sso.tinh.gov.vn"}))]
struct ProviderReturn {
    #[schema(min_length = 1, max_length = 200)]
    flow: String,
    #[schema(min_length = 1, max_length = 4000)]
    code: String,
    #[schema(min_length = 1, max_length = 200)]
    state: String,
    /// Where the provider names itself (RFC 9207).
    #[schema(min_length = 1, max_length = 1000)]
    iss: Option<String>,
}

impl From<ProviderReturn> for ProviderAnswer {
    fn from(sent: ProviderReturn) -> Self {
        ProviderAnswer { flow: sent.flow, code: sent.code, state: sent.state, issuer: sent.iss }
    }
}

/// Completes it. Only an account whose owner linked it is signed in (401); nobody gets an account or a right by it. Who has a
/// second factor gets a ticket instead of tokens.
#[utoipa::path(tag = "access", operation_id = "finish_provider_sign_in", security(()), request_body = ProviderReturn,
    responses((status = 200, description = "signed in, or the code is missing", body = LoginAnswer)))]
#[post("/auth/provider/sign-in")]
async fn finish(
    req: HttpRequest,
    desk: web::Data<AuthService>,
    body: Incoming<ProviderReturn>,
) -> Result<HttpResponse> {
    let sent = body.read().await?.check()?;
    provider(&desk)?;
    login_answer(desk.login_by_provider(sent.into(), SignInWay::Program, stranger_of(&req)).await?)
}

/// One's own link to an account elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderLink, example = json!({"provider": "SSO tỉnh", "linked": true, "label": "hanh.nt", "linked_at": "2026-11-22T02:00:00Z"}))]
struct ProviderLinkView {
    /// What the provider is called; none if there is none here.
    provider: Option<String>,
    linked: bool,
    /// What the account is called there.
    label: Option<String>,
    linked_at: Option<String>,
}

impl ProviderLinkView {
    fn of(desk: &AuthService, linked: Option<(Option<String>, kernel::time::Moment)>) -> Self {
        let provider = desk.provider.as_ref().map(|p| p.name().to_owned());
        let at = linked.as_ref().map(|(_, at)| rfc3339(*at));
        ProviderLinkView { provider, linked: at.is_some(), label: linked.and_then(|(label, _)| label), linked_at: at }
    }
}

/// Shows by which account elsewhere the caller signs in.
#[utoipa::path(tag = "access", operation_id = "show_provider_link", responses((status = 200, description = "the link", body = ProviderLinkView)))]
#[get("/me/provider")]
async fn show(call: Call, desk: web::Data<AuthService>) -> Result<HttpResponse> {
    let linked = call.read(|conn, call| provider_store::linked(conn, call.actor.id())).await?;
    Ok(HttpResponse::Ok().json(ProviderLinkView::of(&desk, linked)))
}

/// Links the caller's account to the one elsewhere that came back; from now on they may sign in by it. The caller has proved
/// who they are within five minutes, and is told by mail.
#[utoipa::path(tag = "access", operation_id = "link_provider", request_body = ProviderReturn,
    responses((status = 200, description = "linked", body = ProviderLinkView)))]
#[post("/me/provider")]
async fn link(call: Call, desk: web::Data<AuthService>, body: Incoming<ProviderReturn>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.read(|conn, call| call.require_recent_proof(conn)).await?;
    let sent = body.check()?;
    let identity = provider(&desk)?.identify(sent.into(), call.now).await?;
    let linked = call.write(move |conn, call| {
        if !provider_store::link(conn, call.actor.id(), &identity, call.now)? {
            return Err(refuse(
                Code::AlreadyExists,
                "Tài khoản dùng chung này đã gắn với người khác.",
                "This account elsewhere is linked to somebody else.",
            ));
        }
        call.remember(conn, "link_provider", &format!("users/{}", Id(call.actor.id())), json!({}))?;
        provider_store::linked(conn, call.actor.id())
    });
    Ok(HttpResponse::Ok().json(ProviderLinkView::of(&desk, linked.await?)))
}

/// Forgets the link; the password stays.
#[utoipa::path(tag = "access", operation_id = "unlink_provider", responses((status = 204, description = "forgotten")))]
#[delete("/me/provider")]
async fn unlink(call: Call) -> Result<HttpResponse> {
    call.write(|conn, call| {
        if !provider_store::unlink(conn, call.actor.id())? {
            return Err(not_found());
        }
        call.remember(conn, "unlink_provider", &format!("users/{}", Id(call.actor.id())), json!({}))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
