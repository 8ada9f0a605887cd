//! Routes of reports: freeze, list, show.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::store as accounts;
use crate::db::Conn;
use crate::db::counters::data_version;
use crate::dossier::register::Registers;
use crate::dossier::store::list;
use crate::error::{Error, Result, not_found};
use crate::registry::agencies;
use crate::registry::offices::{external_affairs, place};
use crate::reports::corrections::{ReportCorrection, corrections};
use crate::reports::document::ReportHead;
use crate::reports::freeze::{self, draw, keep};
use crate::reports::model::{ByRegister, FrozenReport, ReportContent, ReportFigures, ReportKind, ReportPeriod};
use crate::reports::store::{self, ReportFilter};
use crate::reports::view::{self, ActView, AgencyNamed, CorrectionView, ReportItemView, ReportView};
use crate::reports::{document, workbook};
use crate::statistics::asked::FigureSource;
use crate::statistics::count::count;
use crate::statistics::dimension::DateBasis;
use crate::statistics::question::Window;
use crate::web::etag::{IfNoneMatch, tagged};
use crate::web::file;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::{day_of, rfc3339};
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(create).service(show_list).service(show);
}

/// Maximum corrections in one response.
const SHOWN: usize = 1_000;

/// The report to freeze.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "annual", "year": 2026, "window": "calendar"}))]
struct NewReport {
    kind: ReportKind,
    #[schema(minimum = 1990, maximum = 2100)]
    year: i32,
    /// Month 1–12, quarter 1–4, half-year 1–2; omitted for an annual report.
    #[schema(minimum = 1, maximum = 12)]
    period: Option<u32>,
    window: Option<Window>,
    /// Why it is frozen despite an impossible total.
    #[schema(min_length = 1, max_length = 4000)]
    reason: Option<String>,
}

impl NewReport {
    fn span(&self) -> Result<ReportPeriod> {
        let mut faults = Violations::default();
        let most = self.kind.in_a_year();
        let fits = match self.kind {
            ReportKind::Annual => self.period.is_none(),
            _ => self.period.is_some_and(|n| (1..=most).contains(&n)),
        };
        faults.require(
            fits,
            "/period",
            FieldError::WrongPeriod,
            "Tháng từ 1 đến 12, quý từ 1 đến 4, nửa năm 1 hoặc 2; báo cáo năm thì bỏ trống.",
            "Must be 1–12 for a month, 1–4 for a quarter, 1–2 for a half-year, and omitted for an annual report.",
        );
        faults.finish()?;
        Ok(ReportPeriod {
            kind: self.kind,
            year: self.year,
            number: self.period.unwrap_or(1),
            window: self.window.unwrap_or_default(),
        })
    }
}

/// Freezes the figures of a period with the records and rules behind them. An impossible total (a month above its year,
/// a part above its whole) needs a reason (422 `impossible_total`).
#[utoipa::path(tag = "reports", operation_id = "freeze_report", request_body = NewReport,
    responses((status = 201, description = "frozen", body = ReportView)))]
#[post("/reports")]
async fn create(
    call: Call,
    source: web::Data<FigureSource>,
    registers: web::Data<Registers>,
    body: Incoming<NewReport>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.actor.require(Permission::FreezeReports)?;
    let fingerprint = body.fingerprint.clone();
    let body = body.check()?;
    let span = body.span()?;
    let days = span.days().ok_or_else(|| Error::Internal("a checked period has no days".into()))?;
    let source = source.get_ref().clone();
    // Computed outside the write transaction, so that writes do not wait; the snapshot records its data version.
    let drawing = registers.clone();
    let drawn = call.read(move |conn, call| draw(conn, &drawing, span, days, &source, call.now)).await?;
    call.change(
        fingerprint,
        |_, _| Ok(()),
        move |conn, call, ()| {
            let report = keep(conn, registers.entries(), call, &drawn, call.actor.id(), body.reason)?;
            let seen = opened(conn, call, &registers, report, drawn.content)?;
            let place = format!("/api/v1/reports/{}", Id(seen.report.id));
            reply(201, Some(1), Some(place), &seen.view())
        },
    )
    .await
}

/// A report with the changes since it was frozen.
struct OpenedReport {
    report: FrozenReport,
    content: ReportContent,
    corrections: Vec<CorrectionView>,
    total: usize,
    now: ByRegister<ReportFigures>,
}

impl OpenedReport {
    fn view(self) -> ReportView {
        view::whole(&self.report, &self.content, self.corrections, self.total, self.now)
    }
}

fn opened(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    report: FrozenReport,
    content: ReportContent,
) -> Result<OpenedReport> {
    if data_version(conn)? == content.data_version {
        // No counted data has changed since, so there is nothing to compare.
        let now = report.totals.clone();
        return Ok(OpenedReport { report, content, corrections: Vec::new(), total: 0, now });
    }
    let mut shown = Vec::new();
    let mut total = 0;
    let mut now = ByRegister::new();
    for (entry, procedure) in registers.entries().counted() {
        let facts = freeze::now(conn, procedure, report.days)?;
        now.insert(entry.key.to_owned(), ReportFigures::from(&count(&facts, &[], DateBasis::Travel).total));
        let frozen: Vec<_> = content.records(entry.key).iter().map(|r| r.fact.clone()).collect();
        let all = corrections(&frozen, &facts);
        total += all.len();
        let some: Vec<&ReportCorrection> = all.iter().take(SHOWN - shown.len().min(SHOWN)).collect();
        let ids: Vec<i64> = some.iter().filter_map(|c| c.fact()).map(|f| f.delegation_id).collect();
        let named = list::seen(conn, &call.actor, registers.entries(), &ids)?;
        let mut acts: HashMap<i64, Vec<ActView>> = HashMap::new();
        for (id, action, at) in store::acts_since(conn, &ids, report.id)? {
            acts.entry(id).or_default().push(ActView { action, at: rfc3339(at) });
        }
        for correction in some {
            let id = correction.fact().map_or(0, |f| f.delegation_id);
            let item: AgencyNamed = named.get(&id).map(|i| (i.number.clone(), i.title.clone()));
            shown.push(view::correction(procedure, correction, item, acts.remove(&id).unwrap_or_default()));
        }
    }
    Ok(OpenedReport { report, content, corrections: shown, total, now })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportListQuery {
    #[param(minimum = 1990, maximum = 2100)]
    year: Option<i32>,
    kind: Option<ReportKind>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ReportPage {
    items: Vec<ReportItemView>,
    next: Option<String>,
}

/// Lists reports, latest first.
#[utoipa::path(tag = "reports", operation_id = "list_reports", params(ReportListQuery), responses((status = 200, description = "reports", body = ReportPage), (status = 304, description = "unchanged")))]
#[get("/reports")]
async fn show_list(req: HttpRequest, call: Call, asked: Query<ReportListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadReports)?;
    let ReportListQuery { year, kind, limit, cursor } = asked.0;
    let limit = query::limit(limit)?;
    let scope = format!("reports {year:?} {kind:?}");
    let before = query::place(&scope, cursor.as_deref(), |parts| parts.first()?.parse().ok())?;
    let filter = ReportFilter { year, kind };
    let rows = call.read(move |conn, _| store::page(conn, &filter, before, limit + 1)).await?;
    let page = Page::cut(rows, limit, &scope, |r| vec![r.id.to_string()]);
    let items = page.items.iter().map(view::item).collect();
    let response = call.page(page.next.as_deref());
    tagged(&req, response, &ReportPage { items, next: page.next })
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = Format)]
enum ReportFormat {
    Json,
    Xlsx,
    Docx,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// `json` (default), `xlsx`, or `docx` with charts.
    #[param(inline)]
    format: Option<ReportFormat>,
}

/// Shows a report as frozen, with the changes since. A workbook or document includes the list of delegations if the
/// caller may see them.
#[utoipa::path(tag = "reports", operation_id = "show_report", params(("id" = String, Path), How),
    responses((status = 200, description = "the report", content((ReportView = "application/json"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))),
        (status = 304, description = "unchanged, no counted data has changed")))]
#[get("/reports/{id}")]
async fn show(
    req: HttpRequest,
    call: Call,
    id: web::Path<String>,
    registers: web::Data<Registers>,
    how: Query<How>,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadReports)?;
    let id = path_id(&id)?;
    let format = how.0.format.unwrap_or(ReportFormat::Json);
    let (report, version) =
        call.read(move |conn, _| Ok((store::find(conn, id)?.ok_or_else(not_found)?, data_version(conn)?))).await?;
    // The report itself never changes, but the corrections do, and the names shown depend on the caller.
    let tag = format!("\"{}-{version}-{format:?}-{}\"", Id(id), Id(call.actor.id()));
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let name = format!("bao-cao-{}-{}", report.span.kind.word().replace('_', "-"), report.span.year);
    let body = call
        .read(move |conn, call| {
            let content = store::content(conn, id)?;
            let figures = registers.entries();
            let opened = opened(conn, call, &registers, report, content)?;
            // Callers who may see only aggregates get no names.
            let names = call.actor.may(Permission::ReadDossiers);
            match format {
                ReportFormat::Json => serde_json::to_vec(&opened.view()).map_err(|e| Error::Internal(e.to_string())),
                ReportFormat::Xlsx => {
                    let OpenedReport { report, content, total, .. } = &opened;
                    workbook::write(report, content, *total, names, figures).map_err(Error::Internal)
                }
                ReportFormat::Docx => {
                    let OpenedReport { report, content, total, .. } = &opened;
                    let head = head(conn, report)?;
                    document::write(report, content, *total, names, &head, figures).map_err(Error::Internal)
                }
            }
        })
        .await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(match format {
        ReportFormat::Json => response.content_type("application/json").body(body),
        ReportFormat::Xlsx => file::saved(&mut response, file::XLSX, &format!("{name}.xlsx"), body.into()),
        ReportFormat::Docx => file::saved(&mut response, file::DOCX, &format!("{name}.docx"), body.into()),
    })
}

/// The head of the document: the office of whoever froze the report; for a scheduled one, the body for external affairs.
fn head(conn: &mut Conn, report: &FrozenReport) -> Result<ReportHead> {
    let by = accounts::named(conn, &[report.frozen_by])?.remove(&report.frozen_by).and_then(|n| n.agency_id);
    let own = by.map(|id| agencies::find(conn, id)).transpose()?.flatten();
    let office = match own {
        Some(office) => Some(office),
        None => external_affairs(conn, day_of(report.frozen_at))?,
    };
    let Some(office) = office else {
        return Ok(ReportHead { above: None, office: String::new(), symbol: "…".into(), place: "…".into() });
    };
    let above = office.parent_id.map(|id| agencies::find(conn, id)).transpose()?.flatten();
    let place = place(conn, &office)?;
    Ok(ReportHead { above: above.map(|a| a.name), symbol: office.code, office: office.name, place })
}
