//! Routes of outbound dossiers.

pub mod acts;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::dossier::http::{self as dossiers, DossierListQuery, listing};
use crate::error::Result;
use crate::procedures::outbound::actions::draft;
use crate::procedures::outbound::http::view::{TripPage, TripView};
use crate::procedures::outbound::model::TripContent;
use crate::procedures::outbound::papers::list as list_table;
use crate::procedures::outbound::requests::{NewTrip, TripChanges};
use crate::web::answers::ResponseCache;
use crate::web::json::Incoming;
use crate::web::query::Query;

/// Registers the routes of this module.
pub fn routes(config: &mut ServiceConfig) {
    let all = |config: &mut ServiceConfig| {
        config.service(list).service(create).service(change);
        acts::routes(config);
    };
    config.service(scope("/outbound-delegations").configure(all));
}

/// Lists the dossiers that the caller may see, by day of departure or by the last change.
#[utoipa::path(tag = "outbound", operation_id = "list_outbound", params(DossierListQuery),
    responses((status = 200, description = "dossiers; as CSV or XLSX with `format`", content(
        (TripPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("")]
async fn list(req: HttpRequest, call: Call, asked: Query<DossierListQuery>) -> Result<HttpResponse> {
    listing::<TripContent>(req, call, asked.0).await?.answer("doan-ra", list_table, TripPage::from)
}

/// Drafts a dossier for the caller's own agency.
#[utoipa::path(tag = "outbound", operation_id = "create_outbound", request_body = NewTrip,
    responses((status = 201, description = "drafted", body = TripView)))]
#[post("")]
async fn create(call: Call, body: Incoming<NewTrip>) -> Result<HttpResponse> {
    dossiers::create(call, body, |conn, call, body| draft::create(conn, call, || body.check())).await
}

/// Changes a draft, or a dossier that was sent back for a supplement.
#[utoipa::path(tag = "outbound", operation_id = "change_outbound", params(("id" = String, Path)), request_body = TripChanges,
    responses((status = 200, description = "changed", body = TripView)))]
#[patch("/{id}")]
async fn change(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<TripChanges>,
) -> Result<HttpResponse> {
    dossiers::change(call, answers, id, body, |conn, call, seen, body| draft::edit(conn, call, seen, || body.check()))
        .await
}
