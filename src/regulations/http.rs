//! Routes of regulations, and of questions to them that store nothing.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::{Code, Error, Problem, Result, not_found, refuse};
use crate::regulations::question::AssessmentQuestion;
use crate::regulations::store::{NotLoaded, RegulationCache, add, edition};
use crate::regulations::view::{AssessmentView, Explained, view};
use crate::web::etag::etag;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::reply;
use crate::web::routes::RoomRoutes;
use kernel::page::Page;
use kernel::procedure::{Procedure, RegisterEntries};
use kernel::violation::{FaultCode, Violations};
use kernel::words::RuleStatus;
use regulation::assess::assess;
use regulation::pack::{Pack, PackFault};
use regulation::sentences::sentence;
use regulation::why::why;

/// Registers the routes.
pub fn routes(config: &mut RoomRoutes) {
    config.service(ask).service(list).service(load_pack).service(show);
}

/// Asks a regulation who decides, under which article, what is missing, and when it is due. Stores nothing.
#[utoipa::path(tag = "regulation", operation_id = "ask_regulation", request_body = AssessmentQuestion,
    responses((status = 200, description = "the answer", body = AssessmentView)))]
#[post("/assessments")]
async fn ask(
    call: Call,
    shelf: web::Data<RegulationCache>,
    body: Incoming<AssessmentQuestion>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.actor.require(Permission::AskRegulations)?;
    let question = body.check()?;
    let (named, province, day) = question.addressed_to();
    let case = question.into_case();
    let shelf = shelf.get_ref().clone();
    let (book, calendar) = call.read(move |conn, _| shelf.book_and_calendar(conn)).await?;
    let law = match (named, province) {
        (Some(code), _) => book.by_code(&code, day),
        (None, Some(province)) => book.answering(&province, case.procedure, day),
        (None, None) => None,
    };
    let law =
        law.ok_or_else(|| refuse(Code::NotFound, "Không có bộ quy định này.", "This regulation does not exist."))?;
    let (answer, why) = (assess(&law, &case, &calendar), why(&law, &case));
    Ok(HttpResponse::Ok().json(view(Explained { law, case, answer, why }, call.language)))
}

/// A regulation in a list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "mau", "version": 1, "title": "Quy chế mẫu về quản lý đoàn ra, đoàn vào",
    "document": "Quy chế mẫu (phần chung của các tỉnh)", "status": "sample", "jurisdiction": "tinh-mau",
    "in_force_from": "2012-01-01", "in_force_to": null, "successor": null}))]
struct RegulationItem {
    code: String,
    version: i64,
    title: String,
    document: String,
    status: RuleStatus,
    jurisdiction: Option<String>,
    /// Null if we have not found the date in the text.
    in_force_from: Option<NaiveDate>,
    /// First day on which it is no longer in force.
    in_force_to: Option<NaiveDate>,
    /// The province into which this one was merged.
    successor: Option<SuccessorView>,
}

/// A province after a merger.
#[derive(Serialize, ToSchema)]
#[schema(as = Successor, example = json!({"jurisdiction": "da-nang", "name": "Đà Nẵng"}))]
struct SuccessorView {
    jurisdiction: String,
    name: String,
}

impl From<&Pack> for RegulationItem {
    fn from(p: &Pack) -> Self {
        RegulationItem {
            code: p.code.clone(),
            version: p.version,
            title: p.title.clone(),
            document: p.document.clone(),
            status: p.status,
            jurisdiction: p.jurisdiction.clone(),
            in_force_from: p.in_force_from,
            in_force_to: p.in_force_to,
            successor: p.successor.clone().map(|(jurisdiction, name)| SuccessorView { jurisdiction, name }),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RegulationPage {
    items: Vec<RegulationItem>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// One regulation with its rules, as the pack states them.
#[derive(Serialize, ToSchema)]
struct RegulationView {
    #[serde(flatten)]
    item: RegulationItem,
    /// Legal texts that apply but that we could not read.
    texts: Vec<String>,
    rules: Vec<RuleItem>,
    /// The source of the pack (TOML).
    source: String,
}

/// One rule with its citation.
#[derive(Serialize, ToSchema)]
struct RuleItem {
    id: String,
    /// Rules of one group compete; the most specific one applies.
    group: String,
    /// What it says, in the language of the request.
    says: String,
    /// The procedures that it is about.
    #[schema(value_type = Vec<Procedure>)]
    procedures: Vec<Procedure>,
    status: RuleStatus,
    citation: String,
}

/// The province whose regulation answers for this installation.
#[derive(Clone)]
pub struct Jurisdiction(pub Arc<str>);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RegulationQuery {
    /// Only the editions that answer for this province today, with the texts that they build on.
    applies: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    count: Option<bool>,
}

/// Lists the newest version of each regulation, by code.
#[utoipa::path(tag = "regulation", operation_id = "list_regulations", params(RegulationQuery), responses((status = 200, description = "regulations", body = RegulationPage)))]
#[get("/regulations")]
async fn list(
    call: Call,
    shelf: web::Data<RegulationCache>,
    here: web::Data<Jurisdiction>,
    procedures: web::Data<RegisterEntries>,
    asked: Query<RegulationQuery>,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let limit = query::limit(asked.0.limit)?;
    let after = query::place("regulations", asked.0.cursor.as_deref(), |p| p.first().cloned())?.unwrap_or_default();
    let shelf = shelf.get_ref().clone();
    let book = call.read(move |conn, _| shelf.book(conn)).await?;
    let packs: Vec<Arc<Pack>> = match asked.0.applies.unwrap_or(false) {
        true => book.applying(&here.0, procedures.procedures(), call.today),
        false => book.latest().into_iter().cloned().collect(),
    };
    let total = asked.0.count.unwrap_or(false).then(|| i64::try_from(packs.len()).unwrap_or(0));
    let taken = usize::try_from(limit + 1).unwrap_or(0);
    let rows: Vec<RegulationItem> =
        packs.into_iter().filter(|p| p.code > after).take(taken).map(|p| RegulationItem::from(p.as_ref())).collect();
    let page = Page::cut(rows, limit, "regulations", |r| vec![r.code.clone()]);
    Ok(call.page(page.next.as_deref()).json(RegulationPage { items: page.items, next: page.next, total }))
}

/// Loads a pack (TOML). An invalid one is refused with every error and its line.
#[utoipa::path(tag = "regulation", operation_id = "load_regulation",
    request_body(content = String, content_type = "application/toml", description = "the pack", example = "code = \"x-2026\"\nversion = 1\n"),
    responses((status = 201, description = "loaded", body = RegulationItem)))]
#[post("/regulations")]
async fn load_pack(
    call: Call,
    shelf: web::Data<RegulationCache>,
    registers: web::Data<RegisterEntries>,
    body: Incoming<String>,
) -> Result<HttpResponse> {
    let text = body.read_text("application/toml").await?;
    let print = crate::web::idempotency::fingerprint(text.as_bytes());
    let shelf = shelf.get_ref().clone();
    let procedures: Vec<Procedure> = registers.procedures().collect();
    call.change(
        print,
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerRegulations)?;
            call.require_proof(conn)?;
            if kernel::text::bears_secret_mark(&text) {
                return Err(refuse(
                    Code::StateSecretRefused,
                    "Không tiếp nhận bí mật nhà nước.",
                    "State secrets are refused.",
                ));
            }
            let pack = match add(conn, &text, &procedures, call.now)? {
                Ok(pack) => pack,
                Err(NotLoaded::Faults(faults)) => return Err(faults_problem(&faults)),
                Err(NotLoaded::VersionTaken) => {
                    return Err(refuse(
                        Code::AlreadyExists,
                        "Phiên bản này đã có với nội dung khác; hãy tăng số phiên bản.",
                        "This version is already loaded with a different text; increase the version.",
                    ));
                }
            };
            call.remember(
                conn,
                "load_regulation",
                &format!("regulations/{}", pack.code),
                json!({"version": pack.version}),
            )?;
            shelf.book(conn)?;
            reply(
                201,
                Some(pack.version),
                Some(format!("/api/v1/regulations/{}", pack.code)),
                &RegulationItem::from(&pack),
            )
        },
    )
    .await
}

/// The errors of a pack as a problem document; the pointers give the lines.
fn faults_problem(faults: &[PackFault]) -> Error {
    let mut errors = Violations::default();
    for fault in faults {
        let line = format!("/line/{}", fault.line);
        errors.add(
            line,
            FaultCode::of_pack(fault.code),
            format!("Dòng {}: {}", fault.line, fault.text.vi),
            format!("Line {}: {}", fault.line, fault.text.en),
        );
    }
    let mut problem = Problem::new(
        Code::RegulationInvalid,
        format!("Bộ quy định có {} lỗi; không có gì được nạp.", faults.len()),
        format!("The pack has {} error(s); nothing was loaded.", faults.len()),
    );
    problem.errors = errors;
    problem.into()
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EditionQuery {
    /// The version; if omitted, the newest.
    #[param(minimum = 1)]
    version: Option<i64>,
}

/// Shows a regulation with its rules and citations.
#[utoipa::path(tag = "regulation", operation_id = "show_regulation", params(("code" = String, Path), EditionQuery), responses((status = 200, description = "the regulation", body = RegulationView)))]
#[get("/regulations/{code}")]
async fn show(call: Call, code: web::Path<String>, asked: Query<EditionQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let (pack, text) = call.read(move |conn, _| edition(conn, &code, asked.0.version)?.ok_or_else(not_found)).await?;
    let rules = pack
        .rules
        .iter()
        .map(|r| RuleItem {
            id: r.id.clone(),
            group: r.effect.group(),
            says: sentence(r).in_language(call.language).to_owned(),
            procedures: r.procedures.clone(),
            status: r.status,
            citation: r.citation.clone(),
        })
        .collect();
    let body = RegulationView { item: RegulationItem::from(&pack), texts: pack.texts.clone(), rules, source: text };
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(pack.version))).json(body))
}
