//! Routes of service tokens: for programs that read statistics and reports, with scopes and an expiry date.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{Duration, NaiveDate};
use kernel::words::FieldError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::account::{SERVICE_PREFIX, Scope};
use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::services_store::{self as store, ServiceToken};
use crate::access::token::random_text;
use crate::error::{Error, Result, not_found};
use crate::web::etag::{IfMatch, etag};
use crate::web::idempotency::fingerprint;
use crate::web::json::Incoming;
use crate::web::reply::path_id;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(revoke);
}

/// Maximum lifetime of a token, in days.
const LONGEST: i64 = 366;

/// A token of a reporting tool.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceToken, example = json!({"id": "01ke3m9p000g1", "name": "Kho dữ liệu tỉnh", "scopes": ["statistics"],
    "expires_on": "2027-06-30", "created_at": "2026-11-22T02:00:00Z"}))]
struct TokenView {
    #[schema(value_type = String)]
    id: Id,
    name: String,
    scopes: Vec<Scope>,
    /// First day on which the token is no longer valid.
    expires_on: NaiveDate,
    created_at: String,
    /// To be sent as `Authorization: Bearer …`; shown only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

fn view(t: &ServiceToken, token: Option<String>) -> TokenView {
    let ServiceToken { id, name, scopes, expires_on, created_at } = t.clone();
    TokenView { id: Id(id), name, scopes, expires_on, created_at: rfc3339(created_at), token }
}

#[derive(Serialize, ToSchema)]
struct ServiceTokenList {
    items: Vec<TokenView>,
    next: Option<String>,
}

/// Lists the tokens that were not revoked; their secrets are not shown again.
#[utoipa::path(tag = "access", operation_id = "list_service_tokens", responses((status = 200, description = "tokens", body = ServiceTokenList)))]
#[get("/service-tokens")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::AdministerAccounts)?;
    let all = call.read(|conn, _| store::all(conn)).await?;
    Ok(HttpResponse::Ok().json(ServiceTokenList { items: all.iter().map(|t| view(t, None)).collect(), next: None }))
}

/// What a new token gives access to, and until when.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Kho dữ liệu tỉnh", "scopes": ["statistics", "reports"], "expires_on": "2027-06-30"}))]
struct NewServiceToken {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// `statistics`: figures and their feed; `reports`: frozen reports. Only aggregates, never names.
    #[schema(min_items = 1, max_items = 2)]
    scopes: Vec<Scope>,
    /// First day on which the token is no longer valid, at most a year ahead.
    expires_on: NaiveDate,
}

/// Creates a token for a program that reads. It is shown only once, so the response is not stored for retries.
#[utoipa::path(tag = "access", operation_id = "create_service_token", request_body = NewServiceToken, responses((status = 201, description = "created", body = TokenView)))]
#[post("/service-tokens")]
async fn create(call: Call, body: Incoming<NewServiceToken>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (token, secret) = call
        .write(move |conn, call| {
            call.actor.require(Permission::AdministerAccounts)?;
            call.require_proof(conn)?;
            let NewServiceToken { name, mut scopes, expires_on } = body.check()?;
            let mut faults = Violations::default();
            let fits = expires_on > call.today && expires_on <= call.today + Duration::days(LONGEST);
            faults.require(
                fits,
                "/expires_on",
                FieldError::OutOfRange,
                "Phải sau hôm nay và không quá một năm.",
                "Must be after today and at most a year ahead.",
            );
            faults.finish()?;
            scopes.sort();
            scopes.dedup();
            let token = ServiceToken { id: Id::new(call.now).0, name, scopes, expires_on, created_at: call.now };
            let secret = format!("{SERVICE_PREFIX}{}", random_text());
            store::insert(conn, &token, &fingerprint(secret.as_bytes()), call.actor.id())?;
            let detail = json!({"name": token.name, "scopes": token.scopes, "expires_on": token.expires_on});
            call.remember(conn, "create_service_token", &format!("service-tokens/{}", Id(token.id)), detail)?;
            Ok((token, secret))
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/service-tokens/{}", Id(token.id))))
        .insert_header(("ETag", etag(1)))
        .json(view(&token, Some(secret))))
}

/// Revokes a token: it stops working at once.
#[utoipa::path(tag = "access", operation_id = "revoke_service_token", params(("id" = String, Path), IfMatch), responses((status = 204, description = "revoked")))]
#[delete("/service-tokens/{id}")]
async fn revoke(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    call.write(move |conn, call| {
        call.actor.require(Permission::AdministerAccounts)?;
        if !store::all(conn)?.iter().any(|t| t.id == id) {
            return Err(not_found());
        }
        call.guard(1, || Ok(()))?;
        store::revoke(conn, id, call.now)?;
        call.remember(conn, "revoke_service_token", &format!("service-tokens/{}", Id(id)), json!({}))?;
        Ok::<(), Error>(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
