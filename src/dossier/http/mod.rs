//! Routes that every procedure has: one dossier, its attachments, its history, its actions; and how its list is read.

pub mod comments;
pub mod listing;
pub mod papers;
pub mod partner_history;
pub mod routes;
pub mod rows;
pub mod typed;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::reveal::REVEAL;
use crate::access::shorts;
use crate::approval::http::{History, history_of};
use crate::approval::store::history as history_rows;
use crate::db::Conn;
use crate::dossier::actions::{VisibleDossier, draft, explained, find, find_as_of, object, open, received_on};
use crate::dossier::flow::Action;
use crate::dossier::http::rows::RegisterRow;
use crate::dossier::model::Dossier;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::register::Registers;
use crate::dossier::rules::errand;
use crate::dossier::store::versions;
use crate::dossier::visibility::sees_whole;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Code, Error, Problem, Result, forbidden};
use crate::regulations::view::{AssessmentView, view as assessment_view};
use crate::web::answers::ResponseCache;
use crate::web::etag::{IfNoneMatch, etag};
use crate::web::idempotency::Reply;
use crate::web::json::{Deferred, Incoming, JsonBody};
use crate::web::query::Query;
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::{Moment, local, rfc3339};
use regulation::case::Unknown;
use serde_json::json;

/// How a procedure shows its dossiers to one caller.
pub trait Shown: Content {
    type View: Serialize + ToSchema + Send + 'static;
    /// A page of its list.
    type Page: Serialize + ToSchema + From<Page<RegisterRow>>;

    /// Registers the routes of its register.
    fn routes(config: &mut RoomRoutes);

    fn view(
        conn: &mut Conn,
        call: &RequestContext,
        registers: &Registers,
        seen: &VisibleDossier<Self>,
    ) -> Result<Self::View>;

    /// How many passport numbers the view shows, which the audit trail has to record.
    fn reveals(_: &RequestContext, _: &VisibleDossier<Self>) -> usize {
        0
    }
}

/// Records in the audit trail that the caller saw passport numbers.
fn remember_reveal<C: Shown>(conn: &mut Conn, call: &RequestContext, seen: &VisibleDossier<C>) -> Result<()> {
    match C::reveals(call, seen) {
        0 => Ok(()),
        count => {
            let detail = serde_json::json!({"count": count});
            call.remember(conn, REVEAL, &object::<C>(seen.dossier.id), detail)
        }
    }
}

/// The dossier as a response that can be stored for retries.
pub fn reply_with<C: Shown>(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    seen: &VisibleDossier<C>,
    status: u16,
) -> Result<Reply> {
    remember_reveal(conn, call, seen)?;
    let location = (status == 201).then(|| format!("/api/v1/{}/{}", C::ENTRY.path, Id(seen.dossier.id)));
    reply(status, Some(seen.dossier.version), location, &C::view(conn, call, registers, seen)?)
}

/// Runs one action: find the dossier, answer a retry, check rights, version and state, tell the faults of the body, act.
pub async fn act<C, B, F>(
    call: Call,
    (answers, registers): (web::Data<ResponseCache>, web::Data<Registers>),
    id: web::Path<String>,
    (body, trial): (Incoming<B>, Trial),
    action: Action,
    carry_out: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>, B) -> Result<Dossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    let fingerprint = body.fingerprint.clone();
    let carry_out = move |conn: &mut Conn, call: &RequestContext, seen: VisibleDossier<C>| {
        open(call, &seen, action)?;
        let errand = errand(&seen.dossier, action);
        carry_out(conn, &call.on(errand), seen, body.check()?)
    };
    if !trial.dry_run.unwrap_or(false) {
        return change_found(call, (answers, registers), id, fingerprint, carry_out).await;
    }
    let id = path_id(&id)?;
    call.try_out(
        move |conn, call| find::<C>(conn, call, id),
        move |conn, call, seen| answered(conn, call, &registers, seen, carry_out),
        |conn, call, seen| remember_reveal(conn, call, &seen),
    )
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Trial {
    /// `true`: answers what the action would come to, or why it is refused; nothing is recorded.
    pub dry_run: Option<bool>,
}

/// Finds the dossier and gives a retry its first response, else changes it and drops the cached responses.
async fn change_found<C, F>(
    call: Call,
    (answers, registers): (web::Data<ResponseCache>, web::Data<Registers>),
    id: web::Path<String>,
    fingerprint: String,
    change: F,
) -> Result<HttpResponse>
where
    C: Shown,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>) -> Result<Dossier<C>> + Send + 'static,
{
    let id = path_id(&id)?;
    let answers = answers.get_ref().clone();
    call.change_and(
        fingerprint,
        move |conn, call| find(conn, call, id),
        move |conn, call, seen| answered(conn, call, &registers, seen, change),
        move || answers.touch(),
    )
    .await
}

/// Changes a dossier and answers with it; a conflict says who was faster.
fn answered<C, F>(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    seen: VisibleDossier<C>,
    change: F,
) -> Result<Reply>
where
    C: Shown,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>) -> Result<Dossier<C>>,
{
    let (id, around) = (seen.dossier.id, seen.around);
    let (at, whole) = (seen.dossier.updated_at, sees_whole(&call.actor, &seen.dossier));
    let version = seen.dossier.version;
    let dossier = match change(conn, call, seen) {
        Err(error) if whole && error.code() == Code::VersionConflict => {
            // What was erased after its term nobody changed.
            let by_act = versions::is_kept(conn, id, version)?;
            return Err(if by_act { changed_by(conn, id, at)?.unwrap_or(error) } else { error });
        }
        changed => changed?,
    };
    reply_with(conn, call, registers, &VisibleDossier::new(dossier, around), 200)
}

/// Who changed the dossier last, and when, for whoever saw an older version of it.
fn changed_by(conn: &mut Conn, id: i64, at: Moment) -> Result<Option<Error>> {
    let Some(last) = history_rows(conn, id)?.into_iter().rev().find(|act| act.at == at) else { return Ok(None) };
    let Some(person) = shorts::people(conn, [last.actor_id])?.remove(&last.actor_id) else { return Ok(None) };
    let (when, name) = (local(at).format("%H:%M %d/%m/%Y"), &person.full_name);
    let problem = Problem::new(
        Code::VersionConflict,
        format!("{name} đã thay đổi hồ sơ lúc {when}; nội dung vừa gửi chưa được ghi."),
        format!("{name} changed it at {when}; nothing of yours was recorded."),
    );
    Ok(Some(problem.with("changed_by_person", json!(person)).with("changed_at", json!(rfc3339(at))).into()))
}

/// Drafts a dossier.
pub async fn create<C, B, F>(
    call: Call,
    registers: web::Data<Registers>,
    body: Incoming<B>,
    draft: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, Deferred<B>) -> Result<VisibleDossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let seen = draft(conn, call, body)?;
            reply_with(conn, call, &registers, &seen, 201)
        },
    )
    .await
}

/// Drafts a dossier from another one that the caller may see.
pub async fn copy<C, B, F>(
    call: Call,
    registers: web::Data<Registers>,
    id: web::Path<String>,
    body: Incoming<B>,
    draft: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>, Deferred<B>) -> Result<VisibleDossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            whole(call, &seen.dossier)?;
            Ok(seen)
        },
        move |conn, call, seen| {
            let drafted = draft(conn, call, seen, body)?;
            reply_with(conn, call, &registers, &drafted, 201)
        },
    )
    .await
}

/// Changes the content that the agency wrote; `edit` checks when that is possible.
pub async fn change<C, B, F>(
    call: Call,
    (answers, registers): (web::Data<ResponseCache>, web::Data<Registers>),
    id: web::Path<String>,
    body: Incoming<B>,
    edit: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>, Deferred<B>) -> Result<Dossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    change_found(call, (answers, registers), id, body.fingerprint.clone(), move |conn, call, seen| {
        edit(conn, call, seen, body)
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsWas {
    /// The dossier as it was at the end of this day, with what was decided by then.
    pub as_of: Option<NaiveDate>,
}

/// One dossier, now or at the end of a past day; 304 if the caller already has this version.
pub async fn show<C: Shown>(
    req: HttpRequest,
    call: Call,
    registers: web::Data<Registers>,
    id: web::Path<String>,
    as_was: Query<AsWas>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let known = IfNoneMatch::read(req.headers());
    let (tag, view, revealed) = call
        .read(move |conn, call| {
            let (seen, tag) = match as_was.0.as_of {
                Some(day) => {
                    let then = find_as_of::<C>(conn, call, id, day)?;
                    // What is erased goes from past versions, too, and the present one tells it.
                    let tag = format!("\"{}-{}\"", then.dossier.version, find::<C>(conn, call, id)?.dossier.version);
                    (then, tag)
                }
                None => {
                    let now = find::<C>(conn, call, id)?;
                    let tag = etag(now.dossier.version);
                    (now, tag)
                }
            };
            let view = if known.hits(&tag) { None } else { Some(C::view(conn, call, &registers, &seen)?) };
            Ok((tag, view, (C::reveals(call, &seen) > 0).then_some(seen)))
        })
        .await?;
    if let (Some(seen), Some(_)) = (revealed, &view) {
        call.write(move |conn, call| remember_reveal(conn, call, &seen)).await?;
    }
    Ok(match view {
        Some(view) => HttpResponse::Ok().insert_header(("ETag", tag)).json(view),
        None => HttpResponse::NotModified().insert_header(("ETag", tag)).finish(),
    })
}

/// Deletes a draft with its attachments.
pub async fn remove<C: Content>(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let files = call
        .write(move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            draft::delete(conn, call, &seen)
        })
        .await?;
    files.iter().for_each(|name| folder.remove(name));
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// Applies the rules of this day.
    pub as_of: Option<NaiveDate>,
}

/// What the regulation says about the dossier.
pub async fn assessment<C: Content>(
    call: Call,
    tools: web::Data<ProvinceLaw>,
    id: web::Path<String>,
    as_of: Query<AsOf>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let tools = tools.get_ref().clone();
    let explained = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            whole(call, &dossier)?;
            let day = as_of.0.as_of.unwrap_or_else(|| received_on(&dossier, call.today));
            explained(conn, &tools, &dossier, day, Unknown::default())
        })
        .await?;
    let view: AssessmentView = assessment_view(explained, call.language);
    Ok(HttpResponse::Ok().json(view))
}

/// A body that is only consulted may not see what concerns the others (403).
pub fn whole<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Result<()> {
    if sees_whole(&call.actor, dossier) {
        return Ok(());
    }
    Err(forbidden("Cơ quan được hỏi ý kiến chỉ xem phần được hỏi.", "A consulted body sees what it is asked about."))
}

/// Every action on the dossier until a day, in order.
pub async fn history<C: Content>(call: Call, id: web::Path<String>, as_was: Query<AsWas>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let history: History = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            let whole = sees_whole(&call.actor, &dossier);
            // Members of a consulted body see only their own actions.
            let mut history = history_of(conn, id, (!whole).then(|| call.actor.id()), as_was.0.as_of)?;
            let edits = history.edits();
            if whole && !edits.is_empty() {
                history.name_fields(&versions::fields_changed::<C>(conn, id, &edits)?);
            }
            Ok(history)
        })
        .await?;
    Ok(HttpResponse::Ok().json(history))
}
