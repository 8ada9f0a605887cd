//! Comments: remarks without a verdict, for everybody who sees the whole dossier. They are never changed.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::store::named;
use crate::approval::store::{HistoryEntry, history, record};
use crate::dossier::Content;
use crate::dossier::actions::{find, object};
use crate::dossier::http::whole;
use crate::error::Result;
use crate::web::json::Incoming;
use crate::web::reply::{path_id, reply};
use kernel::time::rfc3339;

/// The word of a comment in the history.
const COMMENT: &str = "comment";

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComment, example = json!({"text": "Đề nghị xem lại nơi làm việc ngày 9/12."}))]
pub struct CommentGiven {
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// A comment on a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = Comment, example = json!({"at": "2026-11-22T03:00:00Z", "actor": "officer.snv", "full_name": "Lê Thị Thẩm Định", "text": "Đề nghị xem lại nơi làm việc ngày 9/12."}))]
pub struct CommentView {
    at: String,
    /// User name.
    actor: String,
    full_name: String,
    text: String,
}

/// The comments of a dossier, in order.
#[derive(Serialize, ToSchema)]
pub struct CommentList {
    items: Vec<CommentView>,
    next: Option<String>,
}

/// Adds a comment.
pub async fn add<C: Content>(call: Call, id: web::Path<String>, body: Incoming<CommentGiven>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            whole(call, &seen.dossier)?;
            Ok(seen.dossier)
        },
        move |conn, call, dossier| {
            let text = body.check()?.text;
            let state = dossier.state.word();
            let entry = HistoryEntry {
                delegation_id: id,
                procedure: dossier.content.procedure(),
                at: call.now,
                action: COMMENT,
                actor_id: call.actor.id(),
                on_behalf_of: None,
                body: None,
                from_state: Some(state),
                to_state: state,
                note: Some(&text),
                document: None,
                changes: &[],
                missing: &[],
            };
            record(conn, &entry)?;
            call.remember(conn, COMMENT, &object::<C>(id), json!({"length": text.chars().count()}))?;
            let account = &call.actor.account;
            let (actor, full_name) = (account.username.clone(), account.full_name.clone());
            reply(201, None, None, &CommentView { at: rfc3339(call.now), actor, full_name, text })
        },
    )
    .await
}

/// Lists the comments.
pub async fn list<C: Content>(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let items = call
        .read(move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            whole(call, &seen.dossier)?;
            let mut said = history(conn, id)?;
            said.retain(|act| act.action == COMMENT);
            let people = named(conn, &said.iter().map(|act| act.actor_id).collect::<Vec<_>>())?;
            let view = |act: crate::approval::store::PastEntry| {
                let by = people.get(&act.actor_id);
                CommentView {
                    at: rfc3339(act.at),
                    actor: by.map(|b| b.username.clone()).unwrap_or_default(),
                    full_name: by.map(|b| b.full_name.clone()).unwrap_or_default(),
                    text: act.note.unwrap_or_default(),
                }
            };
            Ok(said.into_iter().map(view).collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(CommentList { items, next: None }))
}
