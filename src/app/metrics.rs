//! `/metrics`: what whoever watches the server wants to know, in the Prometheus text format.

use actix_web::{HttpRequest, HttpResponse, get, web};
use prometheus::{Encoder, IntGauge, Registry, TextEncoder};

use crate::audit;
use crate::audit::checkpoints::TrailKeeper;
use crate::db::Db;
use crate::error::{Error, Result, not_found};
use crate::web::health::{OpenOperationSwitch, counted};
use crate::web::openapi::ProblemDocument;
use kernel::time::Moment;

/// Shows what the server counts, in the Prometheus text format: requests and response times by route, writes that wait,
/// connections, rows of the trail, and when jobs ran, a checkpoint was signed and a backup was taken.
///
/// Other machines get 404, unless the operator opens it.
#[utoipa::path(tag = "operation", security(()), responses(
    (status = 200, description = "metrics", body = String, content_type = "text/plain"),
    (status = 404, description = "for this machine only", body = ProblemDocument, content_type = "application/problem+json")))]
#[get("/metrics")]
pub async fn show_metrics(
    request: HttpRequest,
    open: web::Data<OpenOperationSwitch>,
    db: web::Data<Db>,
    trail: web::Data<TrailKeeper>,
) -> Result<HttpResponse> {
    if !open.answers(request.head()) {
        return Err(not_found());
    }
    let mut text = counted()?;
    let gauges = gauges(&db, &trail).await.map_err(|e| Error::Internal(e.to_string()))?;
    TextEncoder::new().encode(&gauges.gather(), &mut text).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// What is looked at now and not counted all the time. What the database knows is left out while it does not answer.
async fn gauges(db: &Db, trail: &TrailKeeper) -> prometheus::Result<Registry> {
    let registry = Registry::new();
    let add = |name: &str, help: &str, value: Option<i64>| {
        let Some(value) = value else { return Ok(()) };
        let gauge = IntGauge::new(name, help)?;
        gauge.set(value);
        registry.register(Box::new(gauge))
    };
    let number = |count: usize| i64::try_from(count).ok();
    let seconds = |at: Moment| at.and_utc().timestamp();
    let (used, idle) = db.connections();
    add("ngoaivu_writes_waiting", "Writes that were submitted and are not on disk", number(db.writes_waiting()))?;
    add("ngoaivu_reads_waiting", "Reads that wait for a connection", number(db.reads_waiting()))?;
    add("ngoaivu_connections_used", "Connections to the database that read", number(used))?;
    add("ngoaivu_connections_idle", "Connections to the database that wait", number(idle))?;
    let known = db.read(|conn| Ok((audit::tip(conn)?.seq, audit::last_backup(conn)?)));
    let known = known.await.ok();
    let backup = known.as_ref().and_then(|(_, backup)| *backup).map(seconds);
    add("ngoaivu_trail_rows", "Rows of the trail", known.as_ref().map(|(rows, _)| *rows))?;
    add("ngoaivu_backup_timestamp_seconds", "When the last backup was taken", backup)?;
    let signed = trail.signed_at();
    add("ngoaivu_checkpoint_timestamp_seconds", "When this server last signed the trail", signed)?;
    Ok(registry)
}
