//! Routes of issued documents.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::error::{Error, Result, forbidden};
use crate::issued_papers::actions;
use crate::issued_papers::model::IssuedPaper;
use crate::issued_papers::store::{self, IssuedPaperFilter};
use crate::registry::agencies;
use crate::web::columns::{self, FieldColumn, agency, day, label, plain, word};
use crate::web::etag::{IfMatch, etag};
use crate::web::file::{self, DOCX, ListFormat, saved};
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use documents::words_in::paragraphs;
use kernel::id::Id;
use kernel::page::Page;
use kernel::paper::PaperKind;
use kernel::time::rfc3339;
use kernel::words;
use kernel::words::{Body, Role};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(issue).service(preview).service(show).service(download).service(void);
}

/// An issued document.
#[derive(Serialize, ToSchema)]
#[schema(as = Paper, example = json!({"id": "01ke3m9p000m1", "version": 1, "delegation_id": "01ke3m9p000b2", "kind": "submission",
    "agency_id": "01ke3m9p0005s", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "year": 2026, "ordinal": 1, "number": "01/TTr-SKHCN", "date": "2026-11-22",
    "created_at": "2026-11-22T02:00:00Z", "voided": null}))]
struct IssuedPaperView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    #[schema(value_type = String)]
    delegation_id: Id,
    kind: PaperKind,
    /// The agency that issued it.
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    year: i64,
    /// Its ordinal in the register of that office, kind and year; null if the number was assigned elsewhere.
    ordinal: Option<i64>,
    number: String,
    date: NaiveDate,
    created_at: String,
    /// Why it was voided; null while it is valid.
    voided: Option<String>,
}

/// The papers with the agencies that issued them.
fn views(conn: &mut Conn, papers: &[IssuedPaper]) -> Result<Vec<IssuedPaperView>> {
    let agencies = shorts::agencies(conn, papers.iter().map(|p| p.agency_id))?;
    Ok(papers.iter().map(|p| IssuedPaperView::new(p, agencies.get(&p.agency_id).cloned())).collect())
}

fn one(conn: &mut Conn, paper: &IssuedPaper) -> Result<IssuedPaperView> {
    Ok(IssuedPaperView::new(paper, shorts::agency(conn, paper.agency_id)?))
}

impl IssuedPaperView {
    fn new(p: &IssuedPaper, agency: Option<AgencyShort>) -> Self {
        IssuedPaperView {
            id: Id(p.id),
            version: p.version,
            delegation_id: Id(p.delegation_id),
            kind: p.kind,
            agency_id: Id(p.agency_id),
            agency,
            year: p.year,
            ordinal: p.ordinal,
            number: p.number.clone(),
            date: p.date,
            created_at: rfc3339(p.created_at),
            voided: p.voided.clone(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IssuedPaperListQuery {
    #[param(value_type = Option<String>)]
    delegation_id: Option<Id>,
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
    #[param(inline)]
    kind: Option<PaperKind>,
    #[param(minimum = 1900, maximum = 2200)]
    year: Option<i64>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The register of outgoing documents as NĐ 30/2020/NĐ-CP Phụ lục IV asks for it, as far as its columns are known here.
const COLUMNS: [FieldColumn; 6] = [
    plain("/number", "Số, ký hiệu"),
    day("/date", "Ngày văn bản"),
    word("/kind", "Loại văn bản", label::<PaperKind>),
    agency("/agency_id", "Cơ quan ban hành"),
    plain("/delegation_id", "Mã hồ sơ"),
    plain("/voided", "Lý do hủy"),
];

#[derive(Serialize, ToSchema)]
struct PaperPage {
    items: Vec<IssuedPaperView>,
    next: Option<String>,
}

/// The register of outgoing documents (sổ văn bản đi, NĐ 30/2020/NĐ-CP Đ.16): of one dossier that the caller may see,
/// of the caller's agency, or of all agencies for DOFA and the inspector.
#[utoipa::path(tag = "papers", operation_id = "list_papers", params(IssuedPaperListQuery), responses((status = 200, description = "papers; as CSV or XLSX with `format`", content(
        (PaperPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/papers")]
async fn list(call: Call, law: web::Data<ProvinceLaw>, asked: Query<IssuedPaperListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadDossiers)?;
    let asked = asked.0;
    query::year(asked.year)?;
    let whole = file::whole(asked.format);
    let limit = file::rows_of(whole, asked.limit)?;
    let after = query::place("papers", asked.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let all = call.actor.has(Role::Inspector) || call.actor.sits_in(Body::Dofa);
    let agency = asked.agency_id.map(|id| id.0);
    let own: Vec<i64> = call.actor.agencies().collect();
    if !all && agency.is_some_and(|a| !own.contains(&a)) {
        return Err(forbidden(
            "Chỉ được xem sổ văn bản của cơ quan mình.",
            "You may see only the register of your own agency.",
        ));
    }
    let whole_dossier = asked.delegation_id.is_some();
    let agencies = match agency {
        Some(one) => Some(vec![one]),
        None if all || whole_dossier => None,
        None => Some(own),
    };
    let filter = IssuedPaperFilter {
        delegation_id: asked.delegation_id.map(|id| id.0),
        agencies,
        kind: asked.kind,
        year: asked.year,
    };
    let registers = law.registers.clone();
    let seen = move |conn: &mut Conn, call: &RequestContext| {
        let rows = actions::register(conn, call, &registers, &filter, (after, limit + 1))?;
        if whole.is_some() {
            file::all_rows(rows.len())?;
            return Ok((views(conn, &rows)?, None, agencies::named(conn)?));
        }
        let page = Page::cut(rows, limit, "papers", |p| vec![p.id.to_string()]);
        Ok((views(conn, &page.items)?, page.next, HashMap::new()))
    };
    let (items, next, named) = call.read(seen).await?;
    if let Some(format) = whole {
        return file::table("so-van-ban-di", &columns::table("Sổ văn bản đi", &COLUMNS, &items, &named)?, format);
    }
    Ok(call.page(next.as_deref()).json(PaperPage { items, next }))
}

/// The kind of document and its dossier.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"delegation_id": "01ke3m9p000b2", "kind": "submission"}))]
struct NewPaper {
    #[schema(value_type = String)]
    delegation_id: Id,
    kind: PaperKind,
}

/// Issues a document under the next number of its office, kind and year. A decision that is already signed keeps its
/// number; if the number was assigned here, the document is rendered again as signed.
#[utoipa::path(tag = "papers", operation_id = "issue_paper", request_body = NewPaper, responses((status = 201, description = "issued", body = IssuedPaperView)))]
#[post("/papers")]
async fn issue(call: Call, tools: web::Data<ProvinceLaw>, body: Incoming<NewPaper>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let tools = tools.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::ReadDossiers)?;
            let NewPaper { delegation_id, kind } = body.check()?;
            let subject = actions::subject(conn, call, &tools.registers, delegation_id.0)?;
            let paper = actions::issue(conn, call, &tools, subject.as_ref(), kind)?;
            let location = format!("/api/v1/papers/{}", Id(paper.id));
            reply(201, Some(paper.version), Some(location), &one(conn, &paper)?)
        },
    )
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    #[param(value_type = String)]
    delegation_id: Id,
    #[param(inline)]
    kind: PaperKind,
    /// How it is wanted; `docx` if left out.
    #[param(inline)]
    format: Option<PreviewFormat>,
}

words! {
    /// How a preview is wanted.
    PreviewFormat {
        Docx: "Tệp Word" / "Word file",
        /// Its paragraphs.
        Text: "Văn bản trơn" / "Plain text",
    }
}

/// A document before it is issued, as text.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"paragraphs": ["QUYẾT ĐỊNH", "Về việc cử đoàn đi công tác tại Hàn Quốc"]}))]
struct PaperText {
    paragraphs: Vec<String>,
}

/// Previews a document; the number is blank.
#[utoipa::path(tag = "papers", operation_id = "preview_paper", params(PreviewQuery),
    responses((status = 200, description = "DOCX, or its text with `format=text`", content(
        (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (PaperText = "application/json")))))]
#[get("/papers/preview")]
async fn preview(call: Call, tools: web::Data<ProvinceLaw>, asked: Query<PreviewQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadDossiers)?;
    let (tools, asked) = (tools.get_ref().clone(), asked.0);
    let (kind, format) = (asked.kind, asked.format.unwrap_or(PreviewFormat::Docx));
    let bytes = call
        .read(move |conn, call| {
            let subject = actions::subject(conn, call, &tools.registers, asked.delegation_id.0)?;
            actions::preview(conn, call, &tools, subject.as_ref(), asked.kind)
        })
        .await?;
    if format == PreviewFormat::Text {
        let paragraphs = paragraphs(&bytes).map_err(|reason| Error::Internal(reason.to_string()))?;
        return Ok(HttpResponse::Ok().json(PaperText { paragraphs }));
    }
    Ok(saved(&mut HttpResponse::Ok(), DOCX, &format!("{}.docx", kind.word().replace('_', "-")), bytes.into()))
}

/// Shows an issued document.
#[utoipa::path(tag = "papers", operation_id = "show_paper", params(("id" = String, Path)), responses((status = 200, description = "the paper", body = IssuedPaperView)))]
#[get("/papers/{id}")]
async fn show(call: Call, law: web::Data<ProvinceLaw>, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadDossiers)?;
    let id = path_id(&id)?;
    let registers = law.registers.clone();
    let paper = call
        .read(move |conn, call| {
            let (paper, _) = actions::paper(conn, call, &registers, id)?;
            one(conn, &paper)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(paper.version))).json(paper))
}

/// Downloads an issued document.
#[utoipa::path(tag = "papers", operation_id = "download_paper", params(("id" = String, Path)),
    responses((status = 200, description = "DOCX", body = String, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/papers/{id}/file")]
async fn download(call: Call, law: web::Data<ProvinceLaw>, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadDossiers)?;
    let id = path_id(&id)?;
    let registers = law.registers.clone();
    let (paper, bytes) = call
        .read(move |conn, call| {
            let (paper, _) = actions::paper(conn, call, &registers, id)?;
            Ok((paper, store::body(conn, id)?.unwrap_or_default()))
        })
        .await?;
    let ordinal = paper.ordinal.map(|n| format!("-{n:02}")).unwrap_or_default();
    let name = format!("{}{ordinal}-{}.docx", paper.kind.word().replace('_', "-"), paper.year);
    Ok(saved(&mut HttpResponse::Ok(), DOCX, &name, bytes.into()))
}

/// Why a document is voided.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Sai tên thành viên."}))]
struct VoidPaper {
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Voids a document (hủy số); its number is not used again.
#[utoipa::path(tag = "papers", operation_id = "void_paper", params(("id" = String, Path), IfMatch), request_body = VoidPaper,
    responses((status = 200, description = "void", body = IssuedPaperView)))]
#[post("/papers/{id}/void")]
async fn void(
    call: Call,
    law: web::Data<ProvinceLaw>,
    id: web::Path<String>,
    body: Incoming<VoidPaper>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let registers = law.registers.clone();
    call.change(
        body.fingerprint.clone(),
        move |conn, call| {
            call.actor.require(Permission::ReadDossiers)?;
            actions::paper(conn, call, &registers, id)
        },
        move |conn, call, found| {
            let paper = actions::void(conn, call, found, || Ok(body.check()?.reason))?;
            reply(200, Some(paper.version), None, &one(conn, &paper)?)
        },
    )
    .await
}
