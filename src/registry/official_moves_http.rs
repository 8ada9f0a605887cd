//! Routes by which an official moves to another agency, or leaves service. Trips and the yearly number of missions stay with
//! the person; figures by agency follow the agency of the day.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::error::Result;
use crate::registry::official_changes::{change_open, may_keep};
use crate::registry::officials::Official;
use crate::registry::officials_http::{OfficialView, view};
use crate::registry::officials_store::{self as store, OfficialMove};
use crate::registry::references::agency_on;
use crate::web::etag::IfMatch;
use crate::web::json::{Incoming, JsonBody};
use crate::web::reply::reply;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::violation::Violations;
use kernel::words::{FieldError, PaperRef};

pub fn routes(config: &mut RoomRoutes) {
    config.service(transfer).service(leave);
}

/// Where an official goes, and from which day on.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"agency_id": "01ke3m9p0005s", "on": "2026-03-01", "document": {"number": "15/QĐ-SNV", "date": "2026-02-20"}}))]
struct OfficialTransfer {
    #[schema(value_type = String)]
    agency_id: Id,
    /// First day in the new agency; not after today.
    on: NaiveDate,
    document: Option<PaperRef>,
}

/// From which day on an official is no longer in service.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-04-01"}))]
struct OfficialLeave {
    /// First day out of service; may lie ahead.
    on: NaiveDate,
}

/// Moves an official to another agency.
#[utoipa::path(tag = "registry", operation_id = "transfer_official", params(("id" = String, Path), IfMatch), request_body = OfficialTransfer,
    responses((status = 200, description = "moved", body = OfficialView)))]
#[post("/officials/{id}/transfer")]
async fn transfer(call: Call, id: web::Path<String>, body: Incoming<OfficialTransfer>) -> Result<HttpResponse> {
    moved(call, &id, body, "transfer_official", |conn, call, official, body| {
        let mut faults = Violations::default();
        agency_on(conn, body.agency_id.0, body.on, "/agency_id", &mut faults)?;
        // The agency of today is that of the last move, so a move cannot lie ahead.
        let (vi, en) = ("Chỉ ghi nhận điều động đã có hiệu lực.", "A transfer is recorded once it has taken effect.");
        faults.require(body.on <= call.today, "/on", FieldError::InTheFuture, vi, en);
        let elsewhere = body.agency_id.0 != official.agency_id || official.left_on.is_some();
        let (vi, en) = ("Cán bộ đang thuộc cơ quan này.", "The official already belongs to this agency.");
        faults.require(elsewhere, "/agency_id", FieldError::Repeated, vi, en);
        in_order(conn, official, body.on, &mut faults)?;
        faults.finish()?;
        let to = Some(body.agency_id.0);
        let moved = OfficialMove {
            id: Id::new(call.now).0,
            from: official.agency_id,
            to,
            on: body.on,
            document: body.document,
        };
        (official.agency_id, official.left_on) = (body.agency_id.0, None);
        Ok(moved)
    })
    .await
}

/// Records that an official leaves service: retires, resigns, or goes to an agency outside the province.
#[utoipa::path(tag = "registry", operation_id = "official_leaves", params(("id" = String, Path), IfMatch), request_body = OfficialLeave,
    responses((status = 200, description = "recorded", body = OfficialView)))]
#[post("/officials/{id}/leave")]
async fn leave(call: Call, id: web::Path<String>, body: Incoming<OfficialLeave>) -> Result<HttpResponse> {
    moved(call, &id, body, "official_leaves", |conn, call, official, body| {
        let mut faults = Violations::default();
        in_order(conn, official, body.on, &mut faults)?;
        faults.finish()?;
        official.left_on = Some(body.on);
        Ok(OfficialMove { id: Id::new(call.now).0, from: official.agency_id, to: None, on: body.on, document: None })
    })
    .await
}

fn in_order(conn: &mut Conn, official: &Official, on: NaiveDate, faults: &mut Violations) -> Result<()> {
    let after = store::last_move(conn, official.id)?.is_none_or(|last| last < on);
    let (vi, en) = ("Phải sau lần điều động, thôi việc trước.", "It must be after the last move.");
    faults.require(after, "/on", FieldError::OutOfOrder, vi, en);
    Ok(())
}

/// Makes a move: checks the right and the version, applies it, and remembers it.
async fn moved<T: JsonBody>(
    call: Call,
    id: &str,
    body: Incoming<T>,
    action: &'static str,
    apply: impl FnOnce(&mut Conn, &RequestContext, &mut Official, T) -> Result<OfficialMove> + Send + 'static,
) -> Result<HttpResponse> {
    change_open(call, id, body, move |conn, call, mut official, body| {
        call.guard(official.version, || may_keep(call, official.agency_id))?;
        let moved = apply(conn, call, &mut official, body.check()?)?;
        official.version += 1;
        store::update(conn, &official)?;
        store::insert_move(conn, official.id, &moved)?;
        let detail =
            json!({"from": Id(moved.from), "to": moved.to.map(Id), "on": moved.on, "document": moved.document});
        call.remember(conn, action, &format!("officials/{}", Id(official.id)), detail)?;
        reply(200, Some(official.version), None, &view(conn, &official, call, false)?)
    })
    .await
}
