//! Routes of agencies.

use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::error::{Code, Result, not_found, refuse};
use crate::registry::agencies::{self, Agency, AgencyFilter};
use crate::web::etag::{IfMatch, etag};
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::violation::Violations;
use kernel::words::{Bloc, FieldError};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(change);
}

/// An agency.
#[derive(Serialize, ToSchema)]
#[schema(as = Agency, example = json!({"id": "01ke3m9p0005s", "version": 1, "code": "SKHCN", "name": "Sở Khoa học và Công nghệ",
    "parent_id": null, "parent": null, "bloc": "state", "valid_from": "2000-01-01", "valid_to": null, "clerk_may_submit": false,
    "confirmed": true}))]
pub struct AgencyView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    code: String,
    name: String,
    #[schema(value_type = Option<String>)]
    parent_id: Option<Id>,
    parent: Option<AgencyShort>,
    bloc: Bloc,
    valid_from: NaiveDate,
    /// First day on which it no longer exists.
    valid_to: Option<NaiveDate>,
    clerk_may_submit: bool,
    /// False: created from an imported list, and not yet confirmed by anybody.
    confirmed: bool,
}

/// The agencies with the units above them.
pub fn views(conn: &mut Conn, agencies: &[Agency]) -> Result<Vec<AgencyView>> {
    let parents = shorts::agencies(conn, agencies.iter().filter_map(|a| a.parent_id))?;
    Ok(agencies.iter().map(|a| AgencyView::new(a, a.parent_id.and_then(|id| parents.get(&id)).cloned())).collect())
}

fn one(conn: &mut Conn, agency: &Agency) -> Result<AgencyView> {
    Ok(AgencyView::new(agency, shorts::agency(conn, agency.parent_id)?))
}

impl AgencyView {
    fn new(a: &Agency, parent: Option<AgencyShort>) -> Self {
        AgencyView {
            id: Id(a.id),
            version: a.version,
            code: a.code.clone(),
            name: a.name.clone(),
            parent_id: a.parent_id.map(Id),
            parent,
            bloc: a.bloc,
            valid_from: a.valid_from,
            valid_to: a.valid_to,
            clerk_may_submit: a.clerk_may_submit,
            confirmed: a.confirmed,
        }
    }
}

/// A new agency.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "SCT", "name": "Sở Công Thương", "bloc": "state", "valid_from": "2020-01-01"}))]
struct NewAgency {
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    #[schema(min_length = 1, max_length = 300)]
    name: String,
    #[schema(value_type = Option<String>)]
    parent_id: Option<Id>,
    bloc: Bloc,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    clerk_may_submit: Option<bool>,
}

/// Changes of an agency. Names and parents change on a date, through `/agency-changes`, not here.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"clerk_may_submit": true}))]
struct AgencyChanges {
    clerk_may_submit: Option<bool>,
    /// Confirms that an agency named in an imported list existed.
    confirmed: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgencyListQuery {
    /// Exact code.
    code: Option<String>,
    /// Part of the code or name, with or without diacritics.
    q: Option<String>,
    /// Agencies that exist on this day.
    on: Option<NaiveDate>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    count: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct AgencyPage {
    items: Vec<AgencyView>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// Lists agencies by code.
#[utoipa::path(tag = "registry", operation_id = "list_agencies", params(AgencyListQuery), responses((status = 200, description = "agencies", body = AgencyPage)))]
#[get("/agencies")]
async fn list(call: Call, asked: Query<AgencyListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadAgencies)?;
    let asked = asked.0;
    let limit = query::limit(asked.limit)?;
    asked.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
    let filter = AgencyFilter { code: asked.code, q: asked.q, on: asked.on };
    let scope = format!("agencies {filter:?}");
    let after = query::place(&scope, asked.cursor.as_deref(), query::name_and_id)?;
    let count = asked.count.unwrap_or(false);
    let (items, next, total) = call
        .read(move |conn, _| {
            let total = if count { Some(agencies::count(conn, &filter)?) } else { None };
            let rows = agencies::page(conn, &filter, after, limit + 1)?;
            let page = Page::cut(rows, limit, &scope, |a| vec![a.code.clone(), a.id.to_string()]);
            Ok((views(conn, &page.items)?, page.next, total))
        })
        .await?;
    Ok(call.page(next.as_deref()).json(AgencyPage { items, next, total }))
}

/// Adds an agency to the tree.
#[utoipa::path(tag = "registry", operation_id = "create_agency", request_body = NewAgency, responses((status = 201, description = "created", body = AgencyView)))]
#[post("/agencies")]
async fn create(call: Call, body: Incoming<NewAgency>) -> Result<HttpResponse> {
    let body = body.read().await?;
    // Who works in a unit sees what is below it.
    call.change_accounts(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerAgencies)?;
            let body = body.check()?;
            let agency = Agency {
                id: Id::new(call.now).0,
                version: 1,
                code: body.code,
                name: body.name,
                parent_id: body.parent_id.map(|id| id.0),
                bloc: body.bloc,
                valid_from: body.valid_from,
                valid_to: body.valid_to,
                clerk_may_submit: body.clerk_may_submit.unwrap_or(false),
                confirmed: true,
            };
            let mut faults = Violations::default();
            let in_order = agency.valid_to.is_none_or(|to| agency.valid_from < to);
            faults.require(
                in_order,
                "/valid_to",
                FieldError::EndsBeforeItBegins,
                "Ngày kết thúc phải sau ngày bắt đầu.",
                "The last day must be after the first.",
            );
            if let Some(parent) = agency.parent_id {
                let there = agencies::find(conn, parent)?.is_some_and(|p| p.exists_on(agency.valid_from));
                faults.require(
                    there,
                    "/parent_id",
                    FieldError::UnknownAgency,
                    "Không có cơ quan cấp trên này.",
                    "This parent agency does not exist.",
                );
            }
            faults.finish()?;
            let same = agencies::page(
                conn,
                &AgencyFilter { code: Some(agency.code.clone()), ..AgencyFilter::default() },
                None,
                200,
            )?;
            let meets = |o: &Agency| {
                o.valid_to.is_none_or(|to| agency.valid_from < to) && agency.valid_to.is_none_or(|to| o.valid_from < to)
            };
            if same.iter().any(meets) {
                return Err(refuse(
                    Code::AlreadyExists,
                    "Mã cơ quan đã được sử dụng trong thời gian này.",
                    "The code is already in use at that time.",
                ));
            }
            agencies::insert(conn, &agency)?;
            call.remember(conn, "create_agency", &format!("agencies/{}", Id(agency.id)), json!({"code": agency.code}))?;
            reply(201, Some(1), Some(format!("/api/v1/agencies/{}", Id(agency.id))), &one(conn, &agency)?)
        },
    )
    .await
}

/// Shows an agency.
#[utoipa::path(tag = "registry", operation_id = "show_agency", params(("id" = String, Path)), responses((status = 200, description = "the agency", body = AgencyView)))]
#[get("/agencies/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadAgencies)?;
    let id = path_id(&id)?;
    let shown = call
        .read(move |conn, _| {
            let agency = agencies::find(conn, id)?.ok_or_else(not_found)?;
            one(conn, &agency)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(shown.version))).json(shown))
}

/// Sets whether the clerks of an agency may submit, and confirms an agency named in an imported list.
#[utoipa::path(tag = "registry", operation_id = "change_agency", params(("id" = String, Path), IfMatch), request_body = AgencyChanges,
    responses((status = 200, description = "changed", body = AgencyView)))]
#[patch("/agencies/{id}")]
async fn change(call: Call, id: web::Path<String>, body: Incoming<AgencyChanges>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change_accounts(
        body.fingerprint.clone(),
        move |conn, _| agencies::find(conn, id)?.ok_or_else(not_found),
        move |conn, call, mut agency| {
            call.guard(agency.version, || call.actor.require(Permission::AdministerAgencies))?;
            let changes = body.check()?;
            agency.clerk_may_submit = changes.clerk_may_submit.unwrap_or(agency.clerk_may_submit);
            agency.confirmed = changes.confirmed.unwrap_or(agency.confirmed);
            agency.version += 1;
            agencies::update(conn, &agency)?;
            let detail = json!({"clerk_may_submit": agency.clerk_may_submit, "confirmed": agency.confirmed});
            call.remember(conn, "change_agency", &format!("agencies/{}", Id(agency.id)), detail)?;
            reply(200, Some(agency.version), None, &one(conn, &agency)?)
        },
    )
    .await
}
