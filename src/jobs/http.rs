//! Routes of webhooks.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::db::sealed::SealedText;
use crate::error::{Result, not_found};
use crate::jobs::hooks::fresh_secret;
use crate::jobs::mail_http;
use crate::jobs::outbox::{self, DeliveryChannel};
use crate::jobs::sender::Sender;
use crate::jobs::webhooks_store::{self as store, Webhook};
use crate::web::etag::{IfMatch, etag};
use crate::web::json::Incoming;
use crate::web::query::{Query, invalid};
use crate::web::reply::{Empty, path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(change).service(remove);
    config.service(rotate).service(deliveries).service(retry).service(mail_http::state);
}

/// Hours during which the previous secret still signs.
const OVERLAP: i64 = 24;

/// An endpoint that is notified of actions on dossiers; messages contain only ids (Standard Webhooks 1.0.0).
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook, example = json!({"id": "01ke3m9p000g1", "version": 1, "url": "https://bao-cao.example.vn/ngoaivu", "active": true,
    "disabled_reason": null, "created_at": "2026-11-22T02:00:00Z"}))]
struct WebhookView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    url: String,
    active: bool,
    /// Why the system switched it off.
    disabled_reason: Option<String>,
    created_at: String,
    /// `whsec_…`; returned only when it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn view(w: &Webhook, secret: bool) -> WebhookView {
    WebhookView {
        id: Id(w.id),
        version: w.version,
        url: w.url.clone(),
        active: w.active,
        disabled_reason: w.disabled_reason.clone(),
        created_at: rfc3339(w.created_at),
        secret: secret.then(|| w.secret.to_string()),
    }
}

#[derive(Serialize, ToSchema)]
struct WebhookList {
    items: Vec<WebhookView>,
    next: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://bao-cao.example.vn/ngoaivu"}))]
struct NewWebhook {
    /// Must be https and not a private address.
    #[schema(min_length = 8, max_length = 2000)]
    #[validate(url)]
    url: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": true}))]
struct WebhookChanges {
    #[schema(min_length = 8, max_length = 2000)]
    #[validate(url)]
    url: Option<String>,
    active: Option<bool>,
}

fn check(sender: &Sender, url: &str) -> Result<()> {
    let mut faults = Violations::default();
    if let Some(code) = sender.refuses(url) {
        let (vi, en) = match code {
            FieldError::NotHttps => ("Địa chỉ phải dùng https.", "The address must be https."),
            FieldError::PrivateAddress => {
                ("Không được gửi thông báo đến địa chỉ nội bộ.", "Webhooks cannot be sent to private addresses.")
            }
            _ => ("Địa chỉ không hợp lệ.", "The address is not a valid URL."),
        };
        faults.add("/url", code, vi, en);
    }
    Ok(faults.finish()?)
}

fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Webhook> {
    call.actor.require(Permission::AdministerWebhooks)?;
    store::find(conn, id)?.ok_or_else(not_found)
}

/// Lists the endpoints.
#[utoipa::path(tag = "notices", operation_id = "list_webhooks", responses((status = 200, description = "endpoints", body = WebhookList)))]
#[get("/webhooks")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::AdministerWebhooks)?;
    let all = call.read(|conn, _| store::all(conn)).await?;
    Ok(HttpResponse::Ok().json(WebhookList { items: all.iter().map(|w| view(w, false)).collect(), next: None }))
}

/// Adds an endpoint. Only this response contains its secret; a retry adds another endpoint.
#[utoipa::path(tag = "notices", operation_id = "create_webhook", request_body = NewWebhook, responses((status = 201, description = "created", body = WebhookView)))]
#[post("/webhooks")]
async fn create(call: Call, sender: web::Data<Sender>, body: Incoming<NewWebhook>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let sender = sender.get_ref().clone();
    let made = call
        .write(move |conn, call| {
            call.actor.require(Permission::AdministerWebhooks)?;
            call.require_proof(conn)?;
            let url = body.check()?.url;
            check(&sender, &url)?;
            let webhook = Webhook {
                id: Id::new(call.now).0,
                version: 1,
                url,
                secret: SealedText::hidden(&fresh_secret())?,
                old_secret: None,
                old_until: None,
                active: true,
                disabled_reason: None,
                created_at: call.now,
            };
            store::insert(conn, &webhook)?;
            let object = format!("webhooks/{}", Id(webhook.id));
            call.remember(conn, "create_webhook", &object, json!({"url": webhook.url}))?;
            Ok(webhook)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/webhooks/{}", Id(made.id))))
        .insert_header(("ETag", etag(1)))
        .json(view(&made, true)))
}

/// Shows an endpoint.
#[utoipa::path(tag = "notices", operation_id = "show_webhook", params(("id" = String, Path)), responses((status = 200, description = "the endpoint", body = WebhookView)))]
#[get("/webhooks/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let found = call.read(move |conn, call| find(conn, call, id)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(found.version))).json(view(&found, false)))
}

/// Changes an endpoint, or switches it on or off.
#[utoipa::path(tag = "notices", operation_id = "change_webhook", params(("id" = String, Path), IfMatch), request_body = WebhookChanges,
    responses((status = 200, description = "changed", body = WebhookView)))]
#[patch("/webhooks/{id}")]
async fn change(
    call: Call,
    sender: web::Data<Sender>,
    id: web::Path<String>,
    body: Incoming<WebhookChanges>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let sender = sender.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, mut webhook| {
            call.guard(webhook.version, || call.require_proof(conn))?;
            let body = body.check()?;
            let checked = body.url.is_some() || body.active == Some(true);
            webhook.url = body.url.unwrap_or(webhook.url);
            if checked {
                check(&sender, &webhook.url)?;
            }
            webhook.active = body.active.unwrap_or(webhook.active);
            webhook.disabled_reason = webhook.disabled_reason.filter(|_| !webhook.active);
            webhook.version += 1;
            store::update(conn, &webhook)?;
            let detail = json!({"url": webhook.url, "active": webhook.active});
            call.remember(conn, "change_webhook", &format!("webhooks/{}", Id(id)), detail)?;
            reply(200, Some(webhook.version), None, &view(&webhook, false))
        },
    )
    .await
}

/// Deletes an endpoint and its pending messages.
#[utoipa::path(tag = "notices", operation_id = "delete_webhook", params(("id" = String, Path), IfMatch), responses((status = 204, description = "deleted")))]
#[delete("/webhooks/{id}")]
async fn remove(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    call.write(move |conn, call| {
        let webhook = find(conn, call, id)?;
        call.guard(webhook.version, || Ok(()))?;
        store::delete(conn, id)?;
        call.remember(conn, "delete_webhook", &format!("webhooks/{}", Id(id)), json!({"url": webhook.url}))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives an endpoint a new secret, shown only in this response. The previous one also signs for 24 hours.
#[utoipa::path(tag = "notices", operation_id = "rotate_webhook", params(("id" = String, Path)), request_body = Empty,
    responses((status = 200, description = "rotated", body = WebhookView)))]
#[post("/webhooks/{id}/rotate")]
async fn rotate(call: Call, id: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let rotated = call
        .write(move |conn, call| {
            let mut webhook = find(conn, call, id)?;
            call.require_proof(conn)?;
            body.check()?;
            webhook.old_secret = Some(std::mem::replace(&mut webhook.secret, SealedText::hidden(&fresh_secret())?));
            webhook.old_until = Some(call.now + Duration::hours(OVERLAP));
            webhook.version += 1;
            store::update(conn, &webhook)?;
            call.remember(conn, "rotate_webhook", &format!("webhooks/{}", Id(id)), json!({}))?;
            Ok(webhook)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(rotated.version))).json(view(&rotated, true)))
}

/// One message to an endpoint; its body contains only ids.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery, example = json!({"id": "01ke3m9p000g2", "event": "submit", "state": "dead", "attempts": 10,
    "next_at": "2026-11-22T02:00:00Z", "last_error": "answered 500", "created_at": "2026-11-18T02:00:00Z"}))]
struct DeliveryView {
    #[schema(value_type = String)]
    id: Id,
    /// The action that it reports.
    event: String,
    /// `waiting`, `sending`, `done` or `dead`.
    state: String,
    attempts: i64,
    next_at: String,
    last_error: Option<String>,
    created_at: String,
}

#[derive(Serialize, ToSchema)]
struct DeliveryList {
    items: Vec<DeliveryView>,
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryListQuery {
    /// `waiting`, `sending`, `done` or `dead`.
    #[param(example = "dead")]
    state: Option<String>,
}

/// Lists the latest 200 messages to an endpoint; `state=dead`: those that were given up.
#[utoipa::path(tag = "notices", operation_id = "list_webhook_deliveries", params(("id" = String, Path), DeliveryListQuery),
    responses((status = 200, description = "messages", body = DeliveryList)))]
#[get("/webhooks/{id}/deliveries")]
async fn deliveries(call: Call, id: web::Path<String>, asked: Query<DeliveryListQuery>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let state = asked.0.state;
    if state.as_deref().is_some_and(|s| !["waiting", "sending", "done", "dead"].contains(&s)) {
        return Err(invalid(
            "state",
            "phải là một trong các trạng thái: chờ gửi, đang gửi, đã gửi, không gửi được.",
            "must be waiting, sending, done or dead.",
        ));
    }
    let found = call
        .read(move |conn, call| {
            find(conn, call, id)?;
            outbox::of_target(conn, DeliveryChannel::Webhook, id, state.as_deref())
        })
        .await?;
    let items = found
        .into_iter()
        .map(|d| DeliveryView {
            id: Id(d.id),
            event: d.subject,
            state: d.state,
            attempts: d.attempts,
            next_at: rfc3339(d.next_at),
            last_error: d.last_error,
            created_at: rfc3339(d.created_at),
        })
        .collect();
    Ok(HttpResponse::Ok().json(DeliveryList { items, next: None }))
}

/// Retries a message that was given up.
#[utoipa::path(tag = "notices", operation_id = "retry_webhook_delivery", params(("id" = String, Path), ("delivery_id" = String, Path)),
    request_body = Empty, responses((status = 200, description = "queued again", body = Empty)))]
#[post("/webhooks/{id}/deliveries/{delivery_id}/retry")]
async fn retry(call: Call, ids: web::Path<(String, String)>, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (id, delivery) = (path_id(&ids.0)?, path_id(&ids.1)?);
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, _| {
            body.check()?;
            if !outbox::revive(conn, id, delivery, call.now)? {
                return Err(not_found());
            }
            call.remember(conn, "retry_webhook", &format!("webhooks/{}", Id(id)), json!({"delivery": Id(delivery)}))?;
            reply(200, None, None, &Empty {})
        },
    )
    .await
}
