//! Routes of imports: upload and check a file, commit it, undo it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::register::Registers;
use crate::error::{Code, Error, Result, not_found, refuse};
use crate::imports::actions::{
    self, check_again, find, known, not_twice, note, open, open_stored, own_only, reading, require_some, seen_whole,
    take_in,
};
use crate::imports::batch::{AT_ONCE, Batch, ImportKind, ImportState};
use crate::imports::check::{Checked, check, count_rows};
use crate::imports::http_form::{BatchView, ImportForm, committed, view, wanted};
use crate::imports::undo::undo;
use crate::imports::{store, template};
use crate::registry::agencies;
use crate::web::answers::ResponseCache;
use crate::web::etag::etag;
use crate::web::file;
use crate::web::idempotency::fingerprint;
use crate::web::json::Incoming;
use crate::web::multipart;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::RegisterEntries;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    // Before the batches, whose paths it would otherwise be one of.
    config.service(template_of);
    config.service(create).service(list).service(show).service(commit).service(take_back).service(annotated);
}

/// Maximum bytes of a file.
const FILE_LIMIT: usize = 20 << 20;

/// Files stored by a request; deleted again unless the request succeeds.
struct KeptFile {
    folder: AttachmentFolder,
    names: Vec<String>,
    used: Arc<AtomicBool>,
}

impl Drop for KeptFile {
    fn drop(&mut self) {
        if !self.used.load(Ordering::SeqCst) {
            self.names.iter().for_each(|name| self.folder.remove(name));
        }
    }
}

/// The result of reading a file.
struct Read {
    batch: Batch,
    found: Checked,
}

/// Imports a list: checks it, or commits it if it has no error. Over 2,000 rows are checked in the background (202).
#[utoipa::path(tag = "imports", operation_id = "create_import", request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "checked; committed if that was requested and no row has an error", body = BatchView),
        (status = 202, description = "being checked in the background", body = BatchView)))]
#[post("/imports")]
async fn create(
    req: HttpRequest,
    call: Call,
    folder: web::Data<AttachmentFolder>,
    answers: web::Data<ResponseCache>,
    registers: web::Data<Registers>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let optional = ["dry_run", "unknown_agencies", "agency_id"];
    multipart::check_head(&req, FILE_LIMIT)?;
    require_some(&call, registers.entries())?;
    let mut form = multipart::receive(&req, payload, &["kind"], &optional, FILE_LIMIT).await?;
    let wanted = wanted(&form, registers.entries())?;
    let own = own_only(&call, wanted.kind)?;
    let mut texts: Vec<String> = form.texts.iter().map(|(name, text)| format!("{name}={text}")).collect();
    texts.sort();
    let sha256 = fingerprint(&form.bytes);
    let print = fingerprint(format!("{texts:?} {} {sha256}", form.file_name).as_bytes());
    let kept_in = folder.get_ref().clone();
    let used = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&used);
    let bytes = std::mem::take(&mut form.bytes);
    let (lists, bytes) = reading(move || Ok((open(wanted.kind, &bytes)?, bytes))).await?;
    // Checked against a snapshot of the data.
    let (read, kept) = call
        .read(move |conn, call| {
            if let Some(id) = wanted.agency_id {
                named_agency(conn, id, own.as_deref())?;
            }
            let (name, by) = (form.file_name.clone(), call.actor.id());
            let mut batch = Batch {
                dry_run: wanted.dry_run,
                unknown_agencies: wanted.unknown_agencies,
                agency_id: wanted.agency_id,
                rows: count_rows(wanted.kind, &lists),
                ..Batch::begun(wanted.kind, name, sha256, by, call.now)
            };
            let mut kept = KeptFile { folder: kept_in, names: Vec::new(), used: mark };
            let mut found = Checked::default();
            if batch.rows <= AT_ONCE || lists.is_secret() {
                let known = known(conn, &batch, &lists, own, call.today)?;
                found = check(batch.kind, &lists, &known, &mut |_| {});
                note(&mut batch, &found, &lists, &kept.folder)?;
                kept.names.extend(batch.annotated_as.clone());
            }
            if batch.state != ImportState::Rejected {
                let name = kept.folder.put(&bytes)?;
                batch.stored_as = Some(name.clone());
                kept.names.push(name);
            }
            Ok((Read { batch, found }, kept))
        })
        .await?;
    let answers = answers.get_ref().clone();
    let done = call
        .change_and(
            print,
            |_, _| Ok(()),
            move |conn, call, ()| {
                let Read { mut batch, found } = read;
                not_twice(conn, &batch)?;
                store::insert(conn, &batch)?;
                let mut activations = Vec::new();
                if batch.state == ImportState::Staged && !batch.dry_run {
                    (batch, activations) = take_in(conn, &registers, call, &batch, found)?;
                }
                used.store(true, Ordering::SeqCst);
                let status = if batch.state == ImportState::Checking { 202 } else { 201 };
                let place = format!("/api/v1/imports/{}", Id(batch.id));
                committed(status, Some(place), &batch, activations, call.language)
            },
            move || answers.touch(),
        )
        .await;
    drop(kept);
    done
}

/// Checks that the agency for rows that name none exists, and that the caller may import its rows.
fn named_agency(conn: &mut crate::db::Conn, id: i64, own: Option<&[i64]>) -> Result<()> {
    let mut faults = Violations::default();
    let there = agencies::find(conn, id)?.is_some() && own.is_none_or(|own| own.contains(&id));
    faults.require(
        there,
        "/agency_id",
        FieldError::UnknownAgency,
        "Không có cơ quan này.",
        "This agency does not exist.",
    );
    faults.finish()?;
    Ok(())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportListQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ImportPage {
    items: Vec<BatchView>,
    next: Option<String>,
}

/// Lists batches, latest first: the caller's own, and those of kinds that they import for every agency.
#[utoipa::path(tag = "imports", operation_id = "list_imports", params(ImportListQuery), responses((status = 200, description = "batches", body = ImportPage)))]
#[get("/imports")]
async fn list(
    call: Call,
    registers: web::Data<RegisterEntries>,
    asked: Query<ImportListQuery>,
) -> Result<HttpResponse> {
    require_some(&call, &registers)?;
    let limit = query::limit(asked.0.limit)?;
    let before = query::place("imports", asked.0.cursor.as_deref(), |parts| parts.first()?.parse().ok())?;
    let (by, whole) = (call.actor.id(), seen_whole(&call, &registers));
    let language = call.language;
    let rows = call.read(move |conn, _| store::page(conn, &registers, by, &whole, before, limit + 1)).await?;
    let page = Page::cut(rows, limit, "imports", |b| vec![b.id.to_string()]);
    let items = page.items.iter().map(|b| view(b, language)).collect();
    Ok(call.page(page.next.as_deref()).json(ImportPage { items, next: page.next }))
}

/// Shows a batch; while it is checked in the background, `done` counts the rows so far.
#[utoipa::path(tag = "imports", operation_id = "show_import", params(("id" = String, Path)), responses((status = 200, description = "the batch", body = BatchView)))]
#[get("/imports/{id}")]
async fn show(call: Call, registers: web::Data<RegisterEntries>, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let batch = call.read(move |conn, call| find(conn, &registers, call, id)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(batch.version))).json(view(&batch, call.language)))
}

/// No body, or an empty object.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportAct, example = json!({}))]
struct Nothing {}

/// Commits a staged batch: all its rows, or none (409) if the data has changed so that one no longer fits.
#[utoipa::path(tag = "imports", operation_id = "commit_import", params(("id" = String, Path)), request_body = Nothing,
    responses((status = 200, description = "committed", body = BatchView)))]
#[post("/imports/{id}/commit")]
async fn commit(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    answers: web::Data<ResponseCache>,
    registers: web::Data<Registers>,
    id: web::Path<String>,
    body: Incoming<Nothing>,
) -> Result<HttpResponse> {
    let body = body.read_if_any().await?;
    let id = path_id(&id)?;
    let folder = folder.get_ref().clone();
    let (entries, again) = (registers.clone(), registers.clone());
    // The file is read before the write transaction, so that no other write waits for it.
    let (batch, own) = call
        .read(move |conn, call| {
            let batch = find(conn, entries.entries(), call, id)?;
            let own = own_only(call, batch.kind)?;
            Ok((batch, own))
        })
        .await?;
    let ready = if batch.state == ImportState::Staged {
        let (lists, batch) = reading(move || Ok((open_stored(&batch, &folder)?, batch))).await?;
        let check = call.read(move |conn, call| check_again(conn, &batch, &lists, own, call.today, &mut |_| {}));
        Some(check.await?)
    } else {
        None
    };
    let answers = answers.get_ref().clone();
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| find(conn, again.entries(), call, id),
        move |conn, call, batch| {
            own_only(call, batch.kind)?;
            actions::in_state(&batch, ImportState::Staged)?;
            body.check()?;
            let found = ready.ok_or_else(|| Error::Unavailable("the batch was staged a moment ago".into()))?;
            if let Some(fault) = found.errors.first() {
                return Err(refuse(
                    Code::NotPossibleInState,
                    format!("Dữ liệu đã thay đổi, dòng {}: {} Hãy tải tệp lên lại.", fault.row, fault.detail.vi),
                    format!("The data has changed, row {}: {} Upload the file again.", fault.row, fault.detail.en),
                ));
            }
            let (batch, activations) = take_in(conn, &registers, call, &batch, found)?;
            committed(200, None, &batch, activations, call.language)
        },
        move || answers.touch(),
    )
    .await
}

/// Undoes a batch: deletes everything it created, unless a row was edited, is in use, or is part of a frozen report.
#[utoipa::path(tag = "imports", operation_id = "undo_import", params(("id" = String, Path)), request_body = Nothing,
    responses((status = 200, description = "undone", body = BatchView)))]
#[post("/imports/{id}/undo")]
async fn take_back(
    call: Call,
    answers: web::Data<ResponseCache>,
    folder: web::Data<AttachmentFolder>,
    registers: web::Data<Registers>,
    id: web::Path<String>,
    body: Incoming<Nothing>,
) -> Result<HttpResponse> {
    let body = body.read_if_any().await?;
    let id = path_id(&id)?;
    let answers = answers.get_ref().clone();
    let entries = registers.clone();
    let (gone, folder) = (Arc::new(OnceLock::new()), folder.get_ref().clone());
    let file = Arc::clone(&gone);
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| find(conn, entries.entries(), call, id),
        move |conn, call, batch| {
            own_only(call, batch.kind)?;
            actions::in_state(&batch, ImportState::Committed)?;
            body.check()?;
            let stored = batch.stored_as.clone();
            let batch = undo(conn, &registers, call, batch)?;
            // Nobody needs the file of a list that was taken back; it goes once the commit is certain.
            let _ = file.set(stored);
            reply(200, Some(batch.version), None, &view(&batch, call.language))
        },
        move || {
            answers.touch();
            if let Some(Some(name)) = gone.get() {
                folder.remove(name);
            }
        },
    )
    .await
}

/// The template of a kind of list: a workbook with its columns, drop-downs, and a page that explains them.
#[utoipa::path(tag = "imports", operation_id = "import_template",
    params(("kind" = String, Path, example = "accounts", description = "a kind of import, or `guests`")),
    responses((status = 200, description = "the workbook", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/imports/templates/{kind}")]
async fn template_of(
    call: Call,
    registers: web::Data<RegisterEntries>,
    kind: web::Path<String>,
) -> Result<HttpResponse> {
    let kind = ImportKind::with_template(&registers).find(|k| k.word() == kind.as_str()).ok_or_else(not_found)?;
    let bytes = template::write(kind, call.language).map_err(Error::Internal)?;
    let name = format!("mau-{}.xlsx", kind.word().replace('_', "-"));
    Ok(file::saved(&mut HttpResponse::Ok(), file::XLSX, &name, bytes.into()))
}

/// Downloads the sheet with an added column of remarks; rows with a state-secret marking are blank.
#[utoipa::path(tag = "imports", operation_id = "annotated_import", params(("id" = String, Path)),
    responses((status = 200, description = "the workbook", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/imports/{id}/annotated")]
async fn annotated(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    registers: web::Data<RegisterEntries>,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let folder = folder.get_ref().clone();
    let bytes = call
        .read(move |conn, call| {
            let name = find(conn, &registers, call, id)?.annotated_as.ok_or_else(not_found)?;
            folder.get(&name)
        })
        .await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "private, no-store"));
    Ok(file::saved(&mut response, file::XLSX, "ket-qua-kiem-tra.xlsx", bytes.into()))
}
