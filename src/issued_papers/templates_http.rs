//! Routes of templates: an office downloads one, edits it in Word, and uploads it.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use strum::VariantArray as _;
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::error::{Code, Error, Result, not_found, refuse};
use crate::issued_papers::layout;
use crate::issued_papers::model::{LISTS, TEXTS, is_field};
use crate::issued_papers::store::{self, Template};
use crate::registry::agencies;
use crate::web::etag::IfMatch;
use crate::web::file::{DOCX, saved};
use crate::web::idempotency::fingerprint;
use crate::web::multipart::{check_head, check_name, receive};
use crate::web::query::Query;
use crate::web::reply::reply;
use crate::web::routes::RoomRoutes;
use documents::template::fields_of;
use kernel::id::Id;
use kernel::paper::PaperKind;
use kernel::text::bears_secret_mark;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::{Body, FieldError};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(download).service(put).service(reset);
}

/// Maximum bytes of a template.
const LIMIT: usize = 2 << 20;

/// A template in use.
#[derive(Serialize, ToSchema)]
#[schema(as = PaperTemplate, example = json!({"kind": "submission", "version": 1, "own": true, "agency_id": "01ke3m9p0005s",
    "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "file_name": "to-trinh.docx", "updated_at": "2026-11-22T02:00:00Z"}))]
struct TemplateView {
    kind: PaperKind,
    version: i64,
    /// Whether it was uploaded; otherwise it is the built-in template.
    own: bool,
    /// The office that it belongs to; null: all offices without a template of their own.
    #[schema(value_type = Option<String>)]
    agency_id: Option<Id>,
    agency: Option<AgencyShort>,
    file_name: Option<String>,
    updated_at: Option<String>,
}

fn view(conn: &mut Conn, kind: PaperKind, own: Option<&Template>) -> Result<TemplateView> {
    let agency = shorts::agency(conn, own.and_then(|t| t.agency_id))?;
    Ok(TemplateView {
        kind,
        version: own.map_or(0, |t| t.version),
        own: own.is_some(),
        agency_id: own.and_then(|t| t.agency_id).map(Id),
        agency,
        file_name: own.map(|t| t.file_name.clone()),
        updated_at: own.map(|t| rfc3339(t.updated_at)),
    })
}

/// A field that a template may contain, in double braces.
#[derive(Serialize, ToSchema)]
#[schema(as = PaperField, example = json!({"field": "{{number}}", "says": "Số, ký hiệu", "repeats": false}))]
struct FieldView {
    field: String,
    says: String,
    /// The paragraph or row that contains it is repeated for every item.
    repeats: bool,
}

#[derive(Serialize, ToSchema)]
struct TemplateList {
    items: Vec<TemplateView>,
    fields: Vec<FieldView>,
    next: Option<String>,
}

/// The owner of the template.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// An office; if omitted: the province, for all offices without a template of their own.
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
}

impl Whose {
    fn agency(&self) -> Option<i64> {
        self.agency_id.map(|id| id.0)
    }
}

/// 403 unless the caller may change the template: for an office, those who draft its documents; for the province, the
/// administrators of its regulation.
fn require_keeper(call: &RequestContext, agency: Option<i64>) -> Result<()> {
    let drafts = call.actor.may(Permission::DraftDossiers) || call.actor.holds(Body::Dofa);
    if agency.is_some_and(|a| drafts && call.actor.belongs_to(a)) {
        return Ok(());
    }
    call.actor.require(Permission::AdministerRegulations)
}

/// Lists the templates in use in an office or in the province, and the fields that they may contain.
#[utoipa::path(tag = "papers", operation_id = "list_paper_templates", params(Whose), responses((status = 200, description = "templates", body = TemplateList)))]
#[get("/paper-templates")]
async fn list(call: Call, whose: Query<Whose>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let agency = whose.0.agency();
    let items = call
        .read(move |conn, _| {
            let mut of = |kind: &PaperKind| {
                let own = store::template_for(conn, *kind, agency)?;
                view(conn, *kind, own.as_ref())
            };
            PaperKind::VARIANTS.iter().map(&mut of).collect::<Result<Vec<_>>>()
        })
        .await?;
    let texts = TEXTS.iter().map(|(name, says)| FieldView {
        field: format!("{{{{{name}}}}}"),
        says: (*says).to_owned(),
        repeats: false,
    });
    let lists = LISTS.iter().flat_map(|(list, about, fields)| {
        fields.iter().map(move |(field, says)| FieldView {
            field: format!("{{{{{list}.{field}}}}}"),
            says: format!("{about}: {says}"),
            repeats: true,
        })
    });
    let fields = texts.chain(lists).collect();
    Ok(HttpResponse::Ok().json(TemplateList { items, fields, next: None }))
}

fn kind(word: &str) -> Result<PaperKind> {
    word.parse().map_err(|_| not_found())
}

/// Downloads the template in use as a Word document.
#[utoipa::path(tag = "papers", operation_id = "download_paper_template", params(("kind" = String, Path, example = "submission"), Whose),
    responses((status = 200, description = "DOCX", body = String, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/paper-templates/{kind}/file")]
async fn download(call: Call, word: web::Path<String>, whose: Query<Whose>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let kind = kind(&word)?;
    let agency = whose.0.agency();
    let own = call.read(move |conn, _| store::template_for(conn, kind, agency)).await?;
    let bytes = match own {
        Some(own) => own.body,
        None => layout::template(kind, None).map_err(Error::Internal)?,
    };
    Ok(saved(&mut HttpResponse::Ok(), DOCX, &format!("mau-{}.docx", kind.word().replace('_', "-")), bytes.into()))
}

/// The upload form of a template.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the form")]
struct TemplateForm {
    /// DOCX, at most 2 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a template for one office, or for all offices without one of their own. Unknown fields are reported (422).
#[utoipa::path(tag = "papers", operation_id = "put_paper_template", params(("kind" = String, Path, example = "submission"), Whose),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "in use", body = TemplateView)))]
#[post("/paper-templates/{kind}")]
async fn put(
    req: HttpRequest,
    call: Call,
    word: web::Path<String>,
    whose: Query<Whose>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let agency = whose.0.agency();
    check_head(&req, LIMIT)?;
    require_keeper(&call, agency)?;
    call.read(|conn, call| call.require_proof(conn)).await?;
    let form = receive(&req, payload, &[], &[], LIMIT).await?;
    let word = word.into_inner();
    let print = fingerprint(format!("{agency:?}\n{}\n{}", form.file_name, fingerprint(&form.bytes)).as_bytes());
    // Parsed before the write transaction, so that no other write waits.
    let read = fields_of(&form.bytes);
    call.change(
        print,
        move |_, _| kind(&word),
        move |conn, call, kind| {
            require_keeper(call, agency)?;
            let mut faults = Violations::default();
            let known = agency.map(|id| agencies::find(conn, id)).transpose()?;
            let (vi, en) = ("Không có cơ quan này.", "This agency does not exist.");
            faults.require(known.is_none_or(|a| a.is_some()), "/agency_id", FieldError::UnknownAgency, vi, en);
            check_name(&form.file_name, &mut faults);
            match read {
                Ok((_, said)) if bears_secret_mark(&said) || bears_secret_mark(&form.file_name) => {
                    return Err(refuse(
                        Code::StateSecretRefused,
                        "Không tiếp nhận bí mật nhà nước.",
                        "State secrets are refused.",
                    ));
                }
                Ok((fields, _)) => {
                    for field in fields.iter().filter(|f| !is_field(f)) {
                        let vi = format!("Không có trường «{field}».");
                        faults.add(
                            "/file",
                            FieldError::UnknownTemplateField,
                            vi,
                            format!("The field \"{field}\" does not exist."),
                        );
                    }
                    let (vi, en) = (
                        "Mẫu phải có trường số, ký hiệu: {{number}}.",
                        "The template must contain the field for the number: {{number}}.",
                    );
                    faults.require(fields.contains("number"), "/file", FieldError::MissingTemplateField, vi, en);
                }
                Err(reason) => {
                    let vi = format!("Không đọc được tệp DOCX: {}.", reason.vi);
                    let en = format!("The DOCX cannot be read: {}.", reason.en);
                    faults.add("/file", FieldError::UnreadableTemplate, vi, en);
                }
            }
            faults.finish()?;
            let version = store::template_of(conn, kind, agency)?.map_or(1, |t| t.version + 1);
            let template = Template {
                version,
                agency_id: agency,
                file_name: form.file_name,
                body: form.bytes,
                updated_at: call.now,
            };
            store::save_template(conn, Id::new(call.now).0, kind, &template, call.actor.id())?;
            let detail = json!({"file": template.file_name, "version": version, "agency": agency.map(Id)});
            call.remember(conn, "put_paper_template", &object(kind), detail)?;
            let of = agency.map(|id| format!("?agency_id={}", Id(id))).unwrap_or_default();
            let location = format!("/api/v1/paper-templates/{}/file{of}", kind.word());
            reply(201, Some(version), Some(location), &view(conn, kind, Some(&template))?)
        },
    )
    .await
}

fn object(kind: PaperKind) -> String {
    format!("paper-templates/{}", kind.word())
}

/// Deletes an uploaded template. An office then uses that of the province, the province the built-in one.
#[utoipa::path(tag = "papers", operation_id = "reset_paper_template", params(("kind" = String, Path, example = "submission"), Whose, IfMatch),
    responses((status = 204, description = "done")))]
#[delete("/paper-templates/{kind}")]
async fn reset(call: Call, word: web::Path<String>, whose: Query<Whose>) -> Result<HttpResponse> {
    let (kind, agency) = (kind(&word)?, whose.0.agency());
    call.write(move |conn, call| {
        let own = store::template_of(conn, kind, agency)?;
        call.guard(own.map_or(0, |t| t.version), || require_keeper(call, agency))?;
        store::delete_template(conn, kind, agency)?;
        call.remember(conn, "reset_paper_template", &object(kind), json!({"agency": agency.map(Id)}))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
