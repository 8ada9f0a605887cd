//! The delegations from and to one partner, across all procedures.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::dossier::flow::State;
use crate::dossier::register::RegisterWord;
use crate::dossier::store::list;
use crate::error::{Result, not_found};
use crate::registry::partners_store;
use crate::web::reply::path_id;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::procedure::RegisterEntries;

pub fn routes(config: &mut RoomRoutes) {
    config.service(history);
}

/// A delegation from or to a partner.
#[derive(Serialize, ToSchema)]
#[schema(as = PartnerDelegation, example = json!({"direction": "inbound", "id": "01ke3m9p000d4", "number": "DV-2026-0001",
    "title": "Đoàn tỉnh Chungbuk thăm và làm việc", "state": "closed", "agency_id": "01ke3m9p0005s",
    "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "begins_on": "2026-12-07", "ends_on": "2026-12-09", "headcount": 12}))]
struct DelegationView {
    /// `inbound`: from them; `outbound`: to them.
    #[schema(value_type = RegisterWord)]
    direction: String,
    #[schema(value_type = String)]
    id: Id,
    number: Option<String>,
    title: String,
    #[schema(value_type = State)]
    state: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    #[schema(value_type = String, format = Date, required = true)]
    begins_on: Option<NaiveDate>,
    #[schema(value_type = String, format = Date, required = true)]
    ends_on: Option<NaiveDate>,
    headcount: i64,
}

#[derive(Serialize, ToSchema)]
struct PartnerHistory {
    items: Vec<DelegationView>,
    next: Option<String>,
}

/// Most delegations that are shown, the latest first.
const SHOWN: i64 = 200;

/// Lists delegations from and to a partner, under any of its names, that the caller may see: up to 200, latest first.
#[utoipa::path(tag = "registry", operation_id = "partner_delegations", params(("id" = String, Path)),
    responses((status = 200, description = "delegations", body = PartnerHistory)))]
#[get("/partners/{id}/delegations")]
async fn history(call: Call, registers: web::Data<RegisterEntries>, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadPartners)?;
    let id = path_id(&id)?;
    let (past, agencies) = call
        .read(move |conn, call| {
            let partner = partners_store::find(conn, id)?.ok_or_else(not_found)?;
            if !call.actor.may(Permission::ReadDossiers) {
                return Ok((Vec::new(), HashMap::new()));
            }
            let keys = partners_store::keys(&partner);
            let past = list::with_counterpart(conn, &call.actor, &registers, &keys, SHOWN)?;
            let agencies = shorts::agencies(conn, past.iter().map(|item| item.agency_id))?;
            Ok((past, agencies))
        })
        .await?;
    let items = past
        .into_iter()
        .map(|item| DelegationView {
            direction: item.register,
            id: Id(item.id),
            number: item.number,
            title: item.title,
            state: item.state,
            agency_id: Id(item.agency_id),
            agency: agencies.get(&item.agency_id).cloned(),
            begins_on: item.begins_on,
            ends_on: item.ends_on,
            headcount: item.headcount,
        })
        .collect();
    Ok(HttpResponse::Ok().json(PartnerHistory { items, next: None }))
}
