//! How mail is doing: what waits, and what could not be sent.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::Result;
use crate::jobs::outbox;
use kernel::time::rfc3339;

/// Whether this installation sends mail at all.
#[derive(Clone, Copy)]
pub struct MailSwitch(pub bool);

/// Mail to accounts, by what became of it. Sent mail is forgotten after a time.
#[derive(Serialize, ToSchema)]
#[schema(as = MailState, example = json!({"configured": true, "waiting": 2, "failed": 0, "last_sent_at": "2026-11-22T02:00:00Z", "last_error": null}))]
struct MailStateView {
    /// A mail server is set; without one nothing is sent.
    configured: bool,
    /// Not sent yet; tried again.
    waiting: i64,
    /// Given up.
    failed: i64,
    /// RFC 3339, UTC.
    last_sent_at: Option<String>,
    /// What the mail server said of the latest mail that waits or was given up.
    last_error: Option<String>,
}

/// Tells how mail is doing: what waits, what was given up, and what the mail server said.
#[utoipa::path(tag = "jobs", operation_id = "mail_state", responses((status = 200, description = "the state", body = MailStateView)))]
#[get("/mail")]
pub async fn state(call: Call, switch: web::Data<MailSwitch>) -> Result<HttpResponse> {
    call.actor.require(Permission::AdministerWebhooks)?;
    let mail = call.read(|conn, _| outbox::mail_state(conn)).await?;
    Ok(HttpResponse::Ok().json(MailStateView {
        configured: switch.0,
        waiting: mail.waiting,
        failed: mail.failed,
        last_sent_at: mail.last_sent_at.map(rfc3339),
        last_error: mail.last_error,
    }))
}
