//! What the regulation says of a content that is still being typed. Nothing is stored.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::{explained, find, for_own_agency};
use crate::dossier::http::{Shown, whole};
use crate::dossier::model::Dossier;
use crate::dossier::typed::TypedContent;
use crate::error::Result;
use crate::registry::agencies;
use crate::regulations::view::{AssessmentView, view};
use crate::web::as_typed::AsTyped;
use crate::web::json::{Incoming, JsonBody};
use crate::web::openapi::FieldFault;
use crate::web::query::Query;
use crate::web::reply::path_id;
use kernel::violation::Violation;

/// How a procedure reads what was typed, in the place of a content that is there already.
pub type ReadAsTyped<C, New> = fn(&mut Conn, &RequestContext, AsTyped<New>, Option<&C>) -> Result<TypedContent<C>>;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TypedDraft {
    /// The dossier that the content belongs to, so that its documents count and it does not clash with itself.
    pub dossier: Option<String>,
}

/// The answer of the regulation to a content as typed.
#[derive(Serialize, ToSchema)]
#[schema(as = TypedAssessment)]
pub struct TypedAssessmentView {
    #[serde(flatten)]
    assessment: AssessmentView,
    /// JSON pointers of what is not typed yet, or not right yet. Whatever hangs on it is left open.
    #[schema(example = json!(["/departure_date", "/members"]))]
    unknown: Vec<String>,
    /// What contradicts itself, or what the registry knows: saving would be refused for it. Left out where there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!([{"pointer": "/members", "code": "one_head", "detail": "Đoàn phải có đúng một trưởng đoàn."}]))]
    faults: Vec<FieldFault>,
}

/// Assesses a content as typed, as if it were complete today.
pub async fn assess<C, New>(
    call: Call,
    law: web::Data<ProvinceLaw>,
    of: Query<TypedDraft>,
    body: Incoming<AsTyped<New>>,
    read: ReadAsTyped<C, New>,
) -> Result<HttpResponse>
where
    C: Shown,
    New: JsonBody,
{
    call.actor.require(Permission::DraftDossiers)?;
    let typed = body.read().await?.check()?;
    let dossier = of.0.dossier.as_deref().map(path_id).transpose()?;
    let language = call.language;
    let (explained, unknown, faults) = call
        .read(move |conn, call| {
            let kept = dossier.map(|id| seen_whole::<C>(conn, call, id)).transpose()?;
            let TypedContent { content, unknown, lacking, faults } =
                read(conn, call, typed, kept.as_ref().map(|kept| &kept.content))?;
            let dossier = as_typed(conn, call, content, kept)?;
            Ok((explained(conn, &law, &dossier, call.today, unknown)?, lacking.0, faults))
        })
        .await?;
    let fault = |fault: Violation| FieldFault {
        detail: fault.detail.in_language(language).to_owned(),
        code: fault.code.word().to_owned(),
        pointer: fault.pointer,
    };
    let view = TypedAssessmentView {
        assessment: view(explained, language),
        unknown: unknown.into_iter().collect(),
        faults: faults.0.into_iter().map(fault).collect(),
    };
    Ok(HttpResponse::Ok().json(view))
}

/// The dossier as if it had this content: the one that it belongs to, or a new draft.
fn as_typed<C: Shown>(
    conn: &mut Conn,
    call: &RequestContext,
    content: C,
    kept: Option<Dossier<C>>,
) -> Result<Dossier<C>> {
    // Whose trips, reminders and clashes would be told is the caller's own agency, and no other.
    if agencies::find(conn, content.agency_id())?.is_some() {
        for_own_agency(call, &content)?;
    }
    Ok(match kept {
        Some(kept) => kept.with(&content),
        None => Dossier::draft(content, call.actor.id(), call.now),
    })
}

/// The dossier that the content belongs to, for whoever sees the whole of it.
fn seen_whole<C: Shown>(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Dossier<C>> {
    let kept = find::<C>(conn, call, id)?.dossier;
    whole(call, &kept)?;
    Ok(kept)
}
