//! Attachments of a dossier over HTTP: adding, listing, downloading.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::dossier::Content;
use crate::dossier::actions::{draft, find};
use crate::dossier::http::AsWas;
use crate::dossier::model::Dossier;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::parts::attachments::{self, Attachment, FILE_LIMIT, UploadQuota, upload_of};
use crate::dossier::rules::upload_right;
use crate::dossier::visibility::sees_whole;
use crate::error::{Error, Result, not_found};
use crate::web::file::in_pieces;
use crate::web::multipart;
use crate::web::query::Query;
use crate::web::reply::{path_id, reply};
use kernel::id::Id;
use kernel::words::Document;

/// Adds an attachment.
pub async fn upload<C: Content>(
    req: HttpRequest,
    call: Call,
    (folder, quota): (web::Data<AttachmentFolder>, web::Data<UploadQuota>),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    multipart::check_head(&req, FILE_LIMIT)?;
    let id = path_id(&id)?;
    call.read(move |conn, call| {
        let seen = find::<C>(conn, call, id)?;
        upload_right(&call.actor, &seen.dossier, seen.around).map(|_| ())
    })
    .await?;
    let upload = upload_of(multipart::receive(&req, payload, &["document"], &[], FILE_LIMIT).await?)?;
    let upload = std::sync::Arc::new(upload);
    // The file is on disk before its row, so that a row never lacks its file.
    let (put, bytes) = (folder.get_ref().clone(), std::sync::Arc::clone(&upload));
    let stored = tokio::task::spawn_blocking(move || put.put(&bytes.bytes))
        .await
        .map_err(|e| Error::Internal(e.to_string()))??;
    let name = stored.clone();
    let kept = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let used = std::sync::Arc::clone(&kept);
    let done = call
        .change(
            upload.fingerprint(),
            move |conn, call| find::<C>(conn, call, id),
            move |conn, call, seen| {
                quota.require(conn, call.actor.id(), upload.bytes.len(), call.now)?;
                let (added, version) = draft::upload(conn, call, seen, &upload, &name)?;
                used.store(true, std::sync::atomic::Ordering::SeqCst);
                let place = format!("/api/v1/{}/{}/attachments/{}", C::ENTRY.path, Id(id), added.id);
                reply(201, Some(version), Some(place), &added)
            },
        )
        .await;
    // Refused, or a retry that got its first response again. Where nobody knows, the row may be there, and needs its file.
    let unknown = matches!(done, Err(Error::Unconfirmed(_)));
    if (done.is_err() && !unknown) || !kept.load(std::sync::atomic::Ordering::SeqCst) {
        folder.remove(&stored);
    }
    done
}

/// The form of an upload, named for the specification.
#[derive(ToSchema, Deserialize)]
#[expect(dead_code, reason = "used only in the specification; the form is read part by part")]
pub struct UploadForm {
    document: Document,
    /// PDF, DOCX, XLSX, PNG or JPEG, at most 10 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[derive(Serialize, ToSchema)]
pub struct AttachmentList {
    items: Vec<Attachment>,
    next: Option<String>,
}

/// The attachments of the dossier, or those that it had at the end of a day.
pub async fn list<C: Content>(call: Call, id: web::Path<String>, as_was: Query<AsWas>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let items = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            let mut all = attachments::list(conn, id, as_was.0.as_of)?;
            all.retain(|a| is_shown(call, &dossier, a));
            attachments::name_people(conn, &mut all)?;
            Ok(all)
        })
        .await?;
    Ok(HttpResponse::Ok().json(AttachmentList { items, next: None }))
}

/// Downloads an attachment.
pub async fn download<C: Content>(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (id, paper) = (path_id(&ids.0)?, path_id(&ids.1)?);
    let found = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            attachments::find(conn, id, paper)?.filter(|a| is_shown(call, &dossier, a)).ok_or_else(not_found)
        })
        .await?;
    let (folder, name) = (folder.get_ref().clone(), found.storage_name);
    let (file, length) =
        tokio::task::spawn_blocking(move || folder.open(&name)).await.map_err(|e| Error::Internal(e.to_string()))??;
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(header::ExtendedValue {
            charset: header::Charset::Ext("UTF-8".into()),
            language_tag: None,
            value: found.file_name.into_bytes(),
        })],
    };
    Ok(HttpResponse::Ok()
        .content_type(found.media_type)
        .insert_header(disposition)
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'"))
        .body(in_pieces(file, length)))
}

/// Removes an attachment; the file goes once the row is gone for good.
pub async fn remove<C: Content>(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (id, paper) = (path_id(&ids.0)?, path_id(&ids.1)?);
    let name = call
        .write(move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            draft::remove_attachment(conn, call, seen, paper)
        })
        .await?;
    folder.remove(&name);
    Ok(HttpResponse::NoContent().finish())
}

/// Whether the caller may see it: a consulted body sees attachments of the request, not what others said or decided.
fn is_shown<C: Content>(call: &RequestContext, dossier: &Dossier<C>, paper: &Attachment) -> bool {
    let later = [Document::Decision, Document::PartyConsent, Document::TripReport, Document::Other];
    let own = paper.uploaded_by == call.actor.id();
    own || sees_whole(&call.actor, dossier) || !later.iter().any(|d| d.word() == paper.document)
}
