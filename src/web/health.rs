//! Liveness, readiness and what is counted: `/healthz`, `/readyz`; and whom what is meant for operators answers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use actix_web::dev::RequestHead;
use actix_web::{HttpResponse, get, web};
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Db, migrate};
use crate::error::{Error, Result};
use crate::private_files::free_space;
use crate::web::proxy_headers::PROXY_HEADERS;
use kernel::time::Moment;

/// Health of the process.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Health {
    pub status: &'static str,
}

/// Reports that the process is alive; does not use the database.
#[utoipa::path(tag = "operation", security(()), responses((status = 200, description = "alive", body = Health)))]
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ok"}"#)
}

/// What readiness looks at beside the database.
#[derive(Clone)]
pub struct Readiness {
    /// The process is stopping.
    pub stopping: Arc<AtomicBool>,
    /// Where files are written.
    pub place: PathBuf,
}

/// Reports whether the process can serve: it is not stopping, the disk has room, the database is reachable and has this
/// binary's schema.
#[utoipa::path(tag = "operation", security(()), responses((status = 200, description = "ready", body = Health)))]
#[get("/readyz")]
pub async fn readyz(db: web::Data<Db>, readiness: web::Data<Readiness>) -> Result<HttpResponse> {
    if readiness.stopping.load(Ordering::Relaxed) {
        return Err(Error::Unavailable("the server is stopping".into()));
    }
    let place = readiness.place.clone();
    let space = tokio::task::spawn_blocking(move || free_space(&place)).await.ok().flatten();
    if space.is_some_and(|disk| disk.is_short()) {
        return Err(Error::Unavailable("the disk is full".into()));
    }
    let current = db.read(|conn| migrate::is_current(conn).map_err(|e| Error::Unavailable(e.to_string()))).await;
    match current {
        Ok(true) => Ok(HttpResponse::Ok().json(Health { status: "ok" })),
        Ok(false) => Err(Error::Unavailable("the database schema is not up to date".into())),
        Err(e) => Err(Error::Unavailable(e.to_string())),
    }
}

struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    jobs: IntGaugeVec,
}

fn metrics() -> Option<&'static Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    let build = || -> prometheus::Result<Metrics> {
        let registry = Registry::new();
        let requests =
            IntCounterVec::new(Opts::new("http_requests_total", "Requests by route and status"), &["route", "status"])?;
        let buckets = vec![0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0];
        let opts = HistogramOpts::new("http_request_duration_seconds", "Response time by route").buckets(buckets);
        let seconds = HistogramVec::new(opts, &["route"])?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        let opts = Opts::new("ngoaivu_jobs_timestamp_seconds", "When a list of jobs was last gone through");
        let jobs = IntGaugeVec::new(opts, &["list"])?;
        registry.register(Box::new(jobs.clone()))?;
        Ok(Metrics { registry, requests, seconds, jobs })
    };
    METRICS.get_or_init(|| build().ok()).as_ref()
}

/// Counts one response under its route template, so that ids do not create new time series.
pub fn count(route: &str, status: u16, seconds: f64) {
    if let Some(metrics) = metrics() {
        let mut buffer = [0u8; 3];
        let status = digits(status, &mut buffer);
        metrics.requests.with_label_values(&[route, status]).inc();
        metrics.seconds.with_label_values(&[route]).observe(seconds);
    }
}

/// Formats a status without an allocation.
fn digits(status: u16, buffer: &mut [u8; 3]) -> &str {
    for (place, digit) in buffer.iter_mut().rev().zip([status % 10, status / 10 % 10, status / 100 % 10]) {
        *place = b'0' + u8::try_from(digit).unwrap_or(0);
    }
    std::str::from_utf8(buffer).unwrap_or("000")
}

/// Whether what is meant for operators, metrics and the reference of the API, answers other machines.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenOperationSwitch(pub bool);

impl OpenOperationSwitch {
    /// Whether this one is answered. What a proxy passes on comes from elsewhere, even if the proxy is here.
    pub fn answers(self, request: &RequestHead) -> bool {
        let here = request.peer_addr.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        self.0 || (here && !PROXY_HEADERS.iter().any(|name| request.headers.contains_key(*name)))
    }
}

/// Requests and response times by route, and when jobs ran, in the Prometheus text format.
pub fn counted() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    if let Some(metrics) = metrics() {
        TextEncoder::new().encode(&metrics.registry.gather(), &mut text).map_err(|e| Error::Internal(e.to_string()))?;
    }
    Ok(text)
}

/// Notes that a list of jobs was gone through.
pub fn job_ran(list: &str, now: Moment) {
    if let Some(metrics) = metrics() {
        metrics.jobs.with_label_values(&[list]).set(now.and_utc().timestamp());
    }
}
