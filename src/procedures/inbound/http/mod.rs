//! Routes of inbound dossiers.

pub mod acts;
pub mod guests;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::dossier::actions::find;
use crate::dossier::http::{self as dossiers, DossierListQuery, listing};
use crate::dossier::rules::sees_whole;
use crate::error::{Error, Result};
use crate::procedures::inbound::actions::draft;
use crate::procedures::inbound::http::view::{VisitPage, VisitView};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::inbound::papers::{list as list_table, programme as programme_paper};
use crate::procedures::inbound::requests::{NewVisit, VisitChanges};
use crate::registry::agencies;
use crate::web::answers::ResponseCache;
use crate::web::json::Incoming;
use crate::web::query::Query;
use crate::web::reply::path_id;

/// Registers the routes of this module.
pub fn routes(config: &mut ServiceConfig) {
    let all = |config: &mut ServiceConfig| {
        config.service(list).service(create).service(change).service(programme);
        acts::routes(config);
    };
    config.service(scope("/inbound-delegations").configure(all));
    guests::routes(config);
}

/// Lists the visits that the caller may see, by day of arrival or by the last change.
#[utoipa::path(tag = "inbound", operation_id = "list_inbound", params(DossierListQuery),
    responses((status = 200, description = "dossiers; as CSV or XLSX with `format`", content(
        (VisitPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("")]
async fn list(req: HttpRequest, call: Call, asked: Query<DossierListQuery>) -> Result<HttpResponse> {
    listing::<VisitContent>(req, call, asked.0).await?.answer("doan-vao", list_table, VisitPage::from)
}

/// Drafts a visit that the caller's own agency hosts.
#[utoipa::path(tag = "inbound", operation_id = "create_inbound", request_body = NewVisit,
    responses((status = 201, description = "drafted", body = VisitView)))]
#[post("")]
async fn create(call: Call, body: Incoming<NewVisit>) -> Result<HttpResponse> {
    dossiers::create(call, body, |conn, call, body| draft::create(conn, call, || body.check())).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OneDay {
    /// Only this day of the programme.
    day: Option<NaiveDate>,
}

/// Returns the printable programme, or one day of it, as DOCX.
#[utoipa::path(tag = "inbound", operation_id = "programme_inbound", params(("id" = String, Path), OneDay),
    responses((status = 200, description = "the programme", body = String,
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/{id}/programme")]
async fn programme(call: Call, id: web::Path<String>, asked: Query<OneDay>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let file = call
        .read(move |conn, call| {
            let visit = find::<VisitContent>(conn, call, id)?.dossier;
            let host = agencies::find(conn, visit.content.host_agency_id)?;
            let superior = host.as_ref().and_then(|a| a.parent_id).map(|id| agencies::find(conn, id)).transpose()?;
            let above = superior.flatten().map(|a| a.name);
            let name = host.map(|a| a.name).unwrap_or_default();
            let approval = sees_whole(&call.actor, &visit);
            programme_paper(&visit, above.as_deref(), &name, asked.0.day, approval).map_err(Error::Internal)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        .insert_header(("Content-Disposition", "attachment; filename=\"chuong-trinh.docx\""))
        .body(file))
}

/// Changes a draft, or a dossier that was sent back for a supplement; after that only the guests, until they leave.
#[utoipa::path(tag = "inbound", operation_id = "change_inbound", params(("id" = String, Path)), request_body = VisitChanges,
    responses((status = 200, description = "changed", body = VisitView)))]
#[patch("/{id}")]
async fn change(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<VisitChanges>,
) -> Result<HttpResponse> {
    dossiers::change(call, answers, id, body, |conn, call, seen, body| draft::edit(conn, call, seen, || body.check()))
        .await
}
