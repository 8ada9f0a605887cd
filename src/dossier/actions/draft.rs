//! The agency's own actions in every procedure: deleting, asking for the signature, adding attachments.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::approval::process::{Process, Step, StepStanding};
use crate::db::Conn;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, not_possible, object, open, require_possible};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::parts::attachments::{self, Attachment, Upload};
use crate::dossier::requests::NoteGiven;
use crate::dossier::rules::{UploadRight, may, upload_right};
use crate::dossier::{Content, store};
use crate::error::{Result, forbidden, not_found};
use kernel::words::{Body, StepKind};

/// Deletes a draft; returns the files that no longer belong to any dossier.
pub fn delete<C: Content>(conn: &mut Conn, call: &RequestContext, seen: &VisibleDossier<C>) -> Result<Vec<String>> {
    open(call, seen, Action::Delete)?;
    let files = attachments::delete_all(conn, seen.dossier.id)?;
    store::delete::<C>(conn, &[seen.dossier.id])?;
    call.remember(conn, "delete", &object::<C>(seen.dossier.id), json!({"version": seen.dossier.version}))?;
    Ok(files)
}

/// Puts the draft into the head's inbox for signature.
pub fn request_signature<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    dossier.signature_requested = true;
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    propose.standing = StepStanding::Open;
    dossier.process = Process { steps: vec![propose] };
    conclude(conn, call, &seen.dossier, dossier, Action::RequestSignature, HistoryNote::default())
}

/// The head returns the draft to the clerk.
pub fn give_back<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    body: NoteGiven,
) -> Result<Dossier<C>> {
    let trace = HistoryNote { note: Some(&body.note), ..HistoryNote::default() };
    off_the_desk(conn, call, &seen, Action::Return, trace)
}

/// The agency takes the draft back from the head's desk (thu hồi).
pub fn recall<C: Content>(conn: &mut Conn, call: &RequestContext, seen: VisibleDossier<C>) -> Result<Dossier<C>> {
    off_the_desk(conn, call, &seen, Action::Recall, HistoryNote::default())
}

fn off_the_desk<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: &VisibleDossier<C>,
    action: Action,
    trace: HistoryNote,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    dossier.signature_requested = false;
    dossier.process = Process::default();
    conclude(conn, call, &seen.dossier, dossier, action, trace)
}

/// Removes an attachment from a draft, or from a dossier that was sent back (409 elsewhere: bodies have seen it). Returns the
/// name of its file.
pub fn remove_attachment<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    id: i64,
) -> Result<String> {
    may(&call.actor, &seen.dossier, Action::Upload, seen.around)?;
    let found = attachments::find(conn, seen.dossier.id, id)?.ok_or_else(not_found)?;
    if !matches!(seen.dossier.state, State::Draft | State::SupplementRequested) {
        return Err(not_possible(call, &seen, Action::Upload));
    }
    attachments::delete(conn, id)?;
    let detail = json!({"removed": found.file_name, "document": found.document, "sha256": found.sha256});
    let trace = HistoryNote { detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, seen.dossier.clone(), Action::Upload, trace)?;
    Ok(found.storage_name)
}

/// Adds an attachment. The dossier's version increases; no `If-Match` is needed.
pub fn upload<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    upload: &Upload,
    stored_as: &str,
) -> Result<(Attachment, i64)> {
    let right = upload_right(&call.actor, &seen.dossier, seen.around)?;
    if right == UploadRight::AsAgency {
        require_possible(call, &seen, Action::Upload)?;
    }
    let document = upload.check()?;
    if let UploadRight::Only(own) = right
        && !own.contains(&document)
    {
        return Err(forbidden(
            "Cơ quan này chỉ được tải lên văn bản trả lời hoặc quyết định của mình.",
            "This body may only add the letters and decisions with which it answers.",
        ));
    }
    let procedure = seen.dossier.content.procedure();
    let added = attachments::insert(conn, procedure, seen.dossier.id, upload, stored_as, call.actor.id(), call.now)?;
    let trace =
        HistoryNote { detail: json!({"document": document.word(), "sha256": added.sha256}), ..HistoryNote::default() };
    let dossier = conclude(conn, call, &seen.dossier, seen.dossier.clone(), Action::Upload, trace)?;
    Ok((added, dossier.version))
}
