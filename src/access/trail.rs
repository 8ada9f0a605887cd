//! Routes of the audit trail.

use std::collections::HashMap;

use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::audit::{self, AuditRow, TrailVerdict};
use crate::error::Result;
use crate::web::columns::{self, FieldColumn, plain};
use crate::web::file::{self, ListFormat};
use crate::web::paging::page_response;
use crate::web::query::{self, Query};
use kernel::page::Page;
use kernel::time::rfc3339;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(verification);
}

/// One row of the audit trail.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"seq": 42, "at": "2026-11-22T03:00:00Z", "actor": "chair", "action": "decide", "object": "outbound-delegations/01ke3m9p000b2",
    "detail": {"from": "awaiting_decision", "to": "approved"}, "trace_id": "4bf92f3577b34da6", "hash": "9f86d081884c7d65"}))]
struct TrailRow {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    object: String,
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    trace_id: String,
    hash: String,
}

impl From<AuditRow> for TrailRow {
    fn from(row: AuditRow) -> Self {
        TrailRow {
            seq: row.seq,
            at: rfc3339(row.at),
            actor: row.actor,
            action: row.action,
            object: row.object,
            detail: serde_json::from_str(&row.detail).unwrap_or_default(),
            trace_id: row.trace_id,
            hash: row.hash,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrailQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    count: Option<bool>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The trail as a list.
const COLUMNS: [FieldColumn; 8] = [
    plain("/seq", "Số thứ tự"),
    plain("/at", "Thời điểm (UTC)"),
    plain("/actor", "Tài khoản"),
    plain("/action", "Việc"),
    plain("/object", "Đối tượng"),
    plain("/detail", "Chi tiết"),
    plain("/trace_id", "Mã yêu cầu"),
    plain("/hash", "Mã băm"),
];

#[derive(Serialize, ToSchema)]
struct TrailPage {
    items: Vec<TrailRow>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// Lists the audit trail, newest first.
#[utoipa::path(tag = "access", operation_id = "list_audit", params(TrailQuery), responses((status = 200, description = "the trail; as CSV or XLSX with `format`", content(
    (TrailPage = "application/json"), (String = "text/csv"),
    (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/audit")]
async fn list(call: Call, paging: Query<TrailQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadTrail)?;
    let whole = file::whole(paging.0.format);
    let limit = file::rows_of(whole, paging.0.limit)?;
    let before = query::place("audit", paging.0.cursor.as_deref(), |p| p.first()?.parse().ok())?;
    let (rows, last) = call.read(move |conn, _| Ok((audit::page(conn, before, limit + 1)?, audit::tip(conn)?))).await?;
    if let Some(format) = whole {
        file::all_rows(rows.len())?;
        let items: Vec<TrailRow> = rows.into_iter().map(TrailRow::from).collect();
        return file::table("nhat-ky", &columns::table("Nhật ký", &COLUMNS, &items, &HashMap::new())?, format);
    }
    let page = Page::cut(rows, limit, "audit", |r| vec![r.seq.to_string()]);
    let items = page.items.into_iter().map(TrailRow::from).collect();
    let total = paging.0.count.unwrap_or(false).then_some(last.seq);
    Ok(page_response("/api/v1/audit", page.next.as_deref()).json(TrailPage { items, next: page.next, total }))
}

/// The proof of the audit trail. Keep `seq` and `hash` outside the system: a truncated trail is only detected by
/// comparing with them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"whole": true, "seq": 42, "hash": "9f86d081884c7d65", "reason": null}))]
struct Verification {
    whole: bool,
    /// The last row, or the first one that fails.
    seq: i64,
    hash: Option<String>,
    reason: Option<String>,
}

/// Verifies the whole chain.
#[utoipa::path(tag = "access", operation_id = "verify_audit", responses((status = 200, description = "the proof", body = Verification)))]
#[get("/audit/verification")]
async fn verification(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadTrail)?;
    let view = match call.read(|conn, _| audit::verify(conn, None)).await? {
        TrailVerdict::Whole(last) => Verification { whole: true, seq: last.seq, hash: Some(last.hash), reason: None },
        TrailVerdict::Broken { seq, reason } => {
            Verification { whole: false, seq, hash: None, reason: Some(reason.in_language(call.language).to_owned()) }
        }
    };
    Ok(HttpResponse::Ok().json(view))
}
