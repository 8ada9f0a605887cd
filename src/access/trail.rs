//! Routes of the audit trail.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::audit::checkpoints::{TrailKeeper, path_of};
use crate::audit::{self, AuditRow, LastVerdict, TrailFilter, TrailVerdict};
use crate::error::{Result, not_found};
use crate::web::columns::{self, FieldColumn, plain};
use crate::web::file::{self, ListFormat};
use crate::web::query::{self, Query};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::{rfc3339, start_of};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(verification).service(checkpoint).service(proof);
}

/// One row of the audit trail.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"seq": 42, "at": "2026-11-22T03:00:00Z", "actor": "chair", "action": "decide", "object": "outbound-delegations/01ke3m9p000b2",
    "detail": {"from": "awaiting_decision", "to": "approved"}, "trace_id": "4bf92f3577b34da6", "address": "10.2.3.4",
    "session_id": "01ke3m9p0002s", "result": "done", "reason": null, "hash": "9f86d081884c7d65"}))]
struct TrailRow {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    object: String,
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    trace_id: String,
    /// From where, if it is known.
    address: Option<String>,
    /// The sign-in; null for programs, jobs, and whoever is not signed in.
    #[schema(value_type = Option<String>)]
    session_id: Option<Id>,
    /// `done` or `refused`.
    #[schema(value_type = TrailResult)]
    result: String,
    /// Why it was refused: a problem code.
    reason: Option<String>,
    hash: String,
}

/// Whether an act was done.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TrailResult {
    Done,
    Refused,
}

impl TrailResult {
    fn word(self) -> &'static str {
        match self {
            TrailResult::Done => audit::DONE,
            TrailResult::Refused => audit::REFUSED,
        }
    }
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
            address: row.address,
            session_id: row.session_id.map(Id),
            result: row.result.unwrap_or_else(|| audit::DONE.to_owned()),
            reason: row.reason,
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
    /// Who acted: a user name.
    #[param(max_length = 64)]
    actor: Option<String>,
    /// What they did.
    #[param(max_length = 100)]
    action: Option<String>,
    /// What it was done with: `kind/id`, or a kind alone, such as `users`.
    #[param(max_length = 200)]
    object: Option<String>,
    #[param(inline)]
    result: Option<TrailResult>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    to: Option<NaiveDate>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The trail as a list.
const COLUMNS: [FieldColumn; 12] = [
    plain("/seq", "Số thứ tự"),
    plain("/at", "Thời điểm (UTC)"),
    plain("/actor", "Tài khoản"),
    plain("/action", "Việc"),
    plain("/object", "Đối tượng"),
    plain("/detail", "Chi tiết"),
    plain("/result", "Kết quả"),
    plain("/reason", "Lý do từ chối"),
    plain("/address", "Địa chỉ"),
    plain("/session_id", "Phiên đăng nhập"),
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
    let counted = paging.0.count.unwrap_or(false);
    let filter = TrailFilter {
        actor: paging.0.actor,
        action: paging.0.action,
        object: paging.0.object,
        result: paging.0.result.map(|result| result.word().to_owned()),
        from: paging.0.from.map(start_of),
        until: paging.0.to.and_then(|day| day.succ_opt()).map(start_of),
    };
    let (rows, total) = call
        .read(move |conn, _| {
            let total = if counted { Some(audit::count(conn, &filter)?) } else { None };
            Ok((audit::page(conn, &filter, before, limit + 1)?, total))
        })
        .await?;
    if let Some(format) = whole {
        file::all_rows(rows.len())?;
        let items: Vec<TrailRow> = rows.into_iter().map(TrailRow::from).collect();
        return file::table("nhat-ky", &columns::table("Nhật ký", &COLUMNS, &items, &HashMap::new())?, format);
    }
    let page = Page::cut(rows, limit, "audit", |r| vec![r.seq.to_string()]);
    let items = page.items.into_iter().map(TrailRow::from).collect();
    Ok(call.page(page.next.as_deref()).json(TrailPage { items, next: page.next, total }))
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
    /// With `last`: when it was verified (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VerificationQuery {
    /// What the last verification found, and when; nothing is verified.
    last: Option<bool>,
}

/// Verifies the whole chain, and that it is the trail of every signed checkpoint. The server does so once a day, too: `last`
/// asks what came of it, and answers 404 before the first time.
#[utoipa::path(tag = "access", operation_id = "verify_audit", params(VerificationQuery), responses((status = 200, description = "the proof", body = Verification)))]
#[get("/audit/verification")]
async fn verification(
    call: Call,
    asked: Query<VerificationQuery>,
    keeper: web::Data<TrailKeeper>,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadTrail)?;
    if asked.0.last == Some(true) {
        let LastVerdict { at, whole, seq } = keeper.last_verdict().ok_or_else(not_found)?;
        return Ok(HttpResponse::Ok().json(Verification { whole, seq, hash: None, reason: None, at: Some(at) }));
    }
    let (keeper, now) = (keeper.get_ref().clone(), call.now);
    let view = match call.read(move |conn, _| keeper.verify(conn, now)).await? {
        TrailVerdict::Whole(last) => {
            Verification { whole: true, seq: last.seq, hash: Some(last.hash), reason: None, at: None }
        }
        TrailVerdict::Broken { seq, reason } => {
            let reason = Some(reason.in_language(call.language).to_owned());
            Verification { whole: false, seq, hash: None, reason, at: None }
        }
    };
    Ok(HttpResponse::Ok().json(view))
}

/// A signed checkpoint: it vouches for all rows up to `seq`. Keep it outside the system.
#[derive(Serialize, ToSchema)]
#[schema(as = TrailCheckpoint, example = json!({"seq": 42, "hash": "9f86d081884c7d65",
    "note": "tinh-mau.ngoaivu/trail\n42\nQmFzZTY0IG9mIHRoZSByb290IG9mIGFsbCByb3dzIDo=\n\n— tinh-mau.ngoaivu/trail c2lnbmF0dXJl\n",
    "verifier": "tinh-mau.ngoaivu/trail+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}))]
struct CheckpointView {
    /// The last row.
    seq: i64,
    /// Its hash.
    hash: String,
    /// The signed note: name of the trail, number of rows, root of their Merkle tree (C2SP tlog-checkpoint, Ed25519).
    note: String,
    /// The public key that signed it.
    verifier: String,
}

/// A signed checkpoint of now.
#[utoipa::path(tag = "access", operation_id = "audit_checkpoint", responses((status = 200, description = "the checkpoint", body = CheckpointView)))]
#[get("/audit/checkpoint")]
async fn checkpoint(call: Call, keeper: web::Data<TrailKeeper>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadTrail)?;
    let keeper = keeper.get_ref().clone();
    let view = call
        .read(move |conn, _| {
            let ((_, note, verifier), last) = (keeper.now(conn)?, audit::tip(conn)?);
            Ok(CheckpointView { seq: last.seq, hash: last.hash, note, verifier })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProofQuery {
    /// Number of the row.
    #[param(minimum = 1, example = 42)]
    seq: i64,
}

/// Proves that one row is among those of a checkpoint (RFC 6962 §2.1.1).
#[derive(Serialize, ToSchema)]
#[schema(as = TrailProof, example = json!({"seq": 42, "hash": "9f86d081884c7d65", "index": 41, "size": 42, "path": ["Bw=="],
    "note": "tinh-mau.ngoaivu/trail\n42\nQmFzZTY0IG9mIHRoZSByb290IG9mIGFsbCByb3dzIDo=\n\n— tinh-mau.ngoaivu/trail c2lnbmF0dXJl\n",
    "verifier": "tinh-mau.ngoaivu/trail+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}))]
struct ProofView {
    seq: i64,
    /// Hash of the row, in hexadecimal digits as it stands in the trail; a leaf is SHA-256 of a zero byte and these digits.
    hash: String,
    /// Place of the row among the leaves, from 0.
    index: u64,
    /// Number of leaves.
    size: u64,
    /// Hashes from the leaf to the root, in base64.
    path: Vec<String>,
    note: String,
    verifier: String,
}

/// Proves one row against a signed checkpoint of now; 404 if there is no such row.
#[utoipa::path(tag = "access", operation_id = "audit_proof", params(ProofQuery), responses((status = 200, description = "the proof", body = ProofView)))]
#[get("/audit/proof")]
async fn proof(call: Call, keeper: web::Data<TrailKeeper>, asked: Query<ProofQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadTrail)?;
    let (keeper, seq) = (keeper.get_ref().clone(), asked.0.seq);
    let view = call
        .read(move |conn, _| {
            // First, because it begins the snapshot that it signs.
            let (point, note, verifier) = keeper.now(conn)?;
            let row = audit::after(conn, seq.saturating_sub(1), 1)?.into_iter().find(|row| row.seq == seq);
            let row = row.ok_or_else(not_found)?;
            let path = path_of(conn, seq, point.size)?.ok_or_else(not_found)?;
            let path = path.iter().map(|hash| STANDARD.encode(hash)).collect();
            let index = u64::try_from(seq - 1).unwrap_or_default();
            Ok(ProofView { seq, hash: row.hash, index, size: point.size, path, note, verifier })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
