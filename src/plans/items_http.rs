//! Routes of the items of a plan.

use std::collections::HashMap;

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::error::Result;
use crate::plans::actions::{self, Edit};
use crate::plans::http::{Because, year};
use crate::plans::model::{PlanChange, PlanItem, PlanItemState, PlannedTrips};
use crate::plans::store;
use crate::registry::agencies;
use crate::web::columns::{self, FieldColumn, agency, label, nation, plain, word};
use crate::web::etag::{IfMatch, etag};
use crate::web::file::{self, ListFormat};
use crate::web::json::{Incoming, JsonBody};
use crate::web::query::{self, Query};
use crate::web::reply::{Empty, path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::money::Money;
use kernel::page::Page;
use kernel::patch::given;
use kernel::time::rfc3339;
use kernel::words::{FundingSource, Purpose};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list_items).service(propose).service(show_item).service(change_item).service(delete_item);
    config.service(leave_out).service(take_in);
}

/// An item of the plan.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanItem, example = json!({"id": "01ke3m9p000j1", "version": 1, "year": 2027, "agency_id": "01ke3m9p0005s", "state": "proposed",
    "title": "Xúc tiến đầu tư tại Hàn Quốc", "month": 5, "countries": ["KR"], "purpose": "promotion", "delegations": 1, "headcount": 8,
    "funding_source": "provincial_budget", "budget": {"amount": 650_000_000, "currency": "VND"}, "note": null,
    "change": null, "reason": null, "created_at": "2026-11-22T02:00:00Z"}))]
struct PlanItemView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    year: i64,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    state: PlanItemState,
    #[serde(flatten)]
    wanted: PlannedTrips,
    /// For an approved item: the requested change.
    change: Option<PlanChange>,
    /// Why DOFA excluded it.
    reason: Option<String>,
    created_at: String,
}

/// The items with their agencies.
fn views(conn: &mut Conn, items: &[PlanItem]) -> Result<Vec<PlanItemView>> {
    let agencies = shorts::agencies(conn, items.iter().map(|i| i.agency_id))?;
    Ok(items.iter().map(|i| PlanItemView::new(i, agencies.get(&i.agency_id).cloned())).collect())
}

fn one(conn: &mut Conn, item: &PlanItem) -> Result<PlanItemView> {
    Ok(PlanItemView::new(item, shorts::agency(conn, item.agency_id)?))
}

impl PlanItemView {
    fn new(i: &PlanItem, agency: Option<AgencyShort>) -> Self {
        PlanItemView {
            id: Id(i.id),
            version: i.version,
            year: i.year,
            agency_id: Id(i.agency_id),
            agency,
            state: i.state,
            wanted: i.wanted.clone(),
            change: i.change.clone(),
            reason: i.reason.clone(),
            created_at: rfc3339(i.created_at),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlanItemListQuery {
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The plan of a year as a list.
const COLUMNS: [FieldColumn; 12] = [
    plain("/month", "Tháng"),
    plain("/title", "Tên đoàn"),
    agency("/agency_id", "Cơ quan"),
    nation("/countries", "Nước"),
    word("/purpose", "Mục đích", label::<Purpose>),
    plain("/delegations", "Số đoàn"),
    plain("/headcount", "Số người"),
    word("/funding_source", "Nguồn kinh phí", label::<FundingSource>),
    plain("/budget/amount", "Dự toán"),
    plain("/budget/currency", "Loại tiền"),
    word("/state", "Trạng thái", label::<PlanItemState>),
    plain("/note", "Ghi chú"),
];

#[derive(Serialize, ToSchema)]
struct PlanItemPage {
    items: Vec<PlanItemView>,
    next: Option<String>,
}

/// Lists the items of a plan: those of the caller's agency, or all for approving bodies and DOFA.
#[utoipa::path(tag = "plans", operation_id = "list_plan_items", params(("year" = i64, Path, example = 2027), PlanItemListQuery),
    responses((status = 200, description = "items; as CSV or XLSX with `format`", content(
        (PlanItemPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/plans/{year}/items")]
async fn list_items(call: Call, of: web::Path<String>, asked: Query<PlanItemListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadPlans)?;
    let of = year(&of)?;
    let whole = file::whole(asked.0.format);
    let limit = file::rows_of(whole, asked.0.limit)?;
    let after = query::place("plan-items", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let visible: Option<Vec<i64>> = (!actions::sees_all(&call)).then(|| call.actor.agencies().collect());
    let wanted = match (visible, asked.0.agency_id) {
        (None, None) => None,
        (None, Some(one)) => Some(vec![one.0]),
        (Some(own), None) => Some(own),
        (Some(own), Some(one)) => Some(own.into_iter().filter(|id| *id == one.0).collect()),
    };
    let (items, next, named) = call
        .read(move |conn, _| {
            let rows = store::page(conn, of, wanted.as_deref(), after, limit + 1)?;
            if whole.is_some() {
                file::all_rows(rows.len())?;
                return Ok((views(conn, &rows)?, None, agencies::named(conn)?));
            }
            let page = Page::cut(rows, limit, "plan-items", |i| vec![i.id.to_string()]);
            Ok((views(conn, &page.items)?, page.next, HashMap::new()))
        })
        .await?;
    if let Some(format) = whole {
        let table = columns::table(&format!("Kế hoạch {of}"), &COLUMNS, &items, &named)?;
        return file::table(&format!("ke-hoach-{of}"), &table, format);
    }
    Ok(call.page(next.as_deref()).json(PlanItemPage { items, next }))
}

/// A proposal for the plan.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"agency_id": "01ke3m9p0005s", "title": "Xúc tiến đầu tư tại Hàn Quốc", "month": 5, "countries": ["KR"],
    "purpose": "promotion", "headcount": 8, "funding_source": "provincial_budget", "budget": {"amount": 650_000_000, "currency": "VND"}}))]
struct NewPlanItem {
    #[schema(value_type = String)]
    agency_id: Id,
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    #[schema(minimum = 1, maximum = 12)]
    month: u32,
    #[schema(min_items = 1, max_items = 20)]
    countries: Vec<String>,
    purpose: Purpose,
    /// Number of delegations; 1 if omitted.
    #[schema(minimum = 1, maximum = 100)]
    delegations: Option<i64>,
    /// Number of people in all of them.
    #[schema(minimum = 1, maximum = 10_000)]
    headcount: i64,
    funding_source: Option<FundingSource>,
    budget: Option<Money>,
    note: Option<String>,
}

impl NewPlanItem {
    /// The agency, and what it proposes.
    fn wanted(self) -> (i64, PlannedTrips) {
        let wanted = PlannedTrips {
            title: self.title,
            month: self.month,
            countries: self.countries,
            purpose: self.purpose,
            delegations: self.delegations.unwrap_or(1),
            headcount: self.headcount,
            funding_source: self.funding_source,
            budget: self.budget,
            note: self.note,
        };
        (self.agency_id.0, wanted)
    }
}

/// An agency proposes an item for a draft plan, or as an adjustment of an approved plan.
#[utoipa::path(tag = "plans", operation_id = "propose_plan_item", params(("year" = i64, Path, example = 2027)), request_body = NewPlanItem,
    responses((status = 201, description = "proposed", body = PlanItemView)))]
#[post("/plans/{year}/items")]
async fn propose(call: Call, of: web::Path<String>, body: Incoming<NewPlanItem>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let of = year(&of)?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let item = actions::propose(conn, call, of, body.check().map(NewPlanItem::wanted))?;
            let location = format!("/api/v1/plans/{of}/items/{}", Id(item.id));
            reply(201, Some(item.version), Some(location), &one(conn, &item)?)
        },
    )
    .await
}

fn place(path: &(String, String)) -> Result<(i64, i64)> {
    Ok((year(&path.0)?, path_id(&path.1)?))
}

/// Shows an item.
#[utoipa::path(tag = "plans", operation_id = "show_plan_item", params(("year" = i64, Path, example = 2027), ("id" = String, Path)),
    responses((status = 200, description = "the item", body = PlanItemView)))]
#[get("/plans/{year}/items/{id}")]
async fn show_item(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (of, id) = place(&path)?;
    let item = call
        .read(move |conn, call| {
            let item = actions::find(conn, call, of, id)?;
            one(conn, &item)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(item.version))).json(item))
}

/// Changes of an item; omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"headcount": 10, "reason": "Thêm hai doanh nghiệp."}))]
struct PlanItemChanges {
    #[schema(min_length = 1, max_length = 500)]
    title: Option<String>,
    #[schema(minimum = 1, maximum = 12)]
    month: Option<u32>,
    #[schema(min_items = 1, max_items = 20)]
    countries: Option<Vec<String>>,
    purpose: Option<Purpose>,
    #[schema(minimum = 1, maximum = 100)]
    delegations: Option<i64>,
    #[schema(minimum = 1, maximum = 10_000)]
    headcount: Option<i64>,
    /// `null` removes the value; the same applies to `budget` and `note`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<FundingSource>)]
    funding_source: Option<Option<FundingSource>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    budget: Option<Option<Money>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
    /// Requests the removal of an approved item.
    drop: Option<bool>,
    /// Reason; required for an approved item.
    #[schema(min_length = 1, max_length = 4000)]
    reason: Option<String>,
}

impl PlanItemChanges {
    fn of(self, item: &PlanItem) -> Edit {
        // Start from a pending change, so that it is not lost.
        let waiting = item.change.as_ref().and_then(|c| c.wanted.clone());
        let was = waiting.unwrap_or_else(|| item.wanted.clone());
        let wanted = PlannedTrips {
            title: self.title.unwrap_or(was.title),
            month: self.month.unwrap_or(was.month),
            countries: self.countries.unwrap_or(was.countries),
            purpose: self.purpose.unwrap_or(was.purpose),
            delegations: self.delegations.unwrap_or(was.delegations),
            headcount: self.headcount.unwrap_or(was.headcount),
            funding_source: self.funding_source.unwrap_or(was.funding_source),
            budget: self.budget.unwrap_or(was.budget),
            note: self.note.unwrap_or(was.note),
        };
        Edit { wanted: Some(wanted), drop: self.drop.unwrap_or(false), reason: self.reason }
    }
}

/// Changes a proposal. For an approved item, requests a change, which takes effect when the body adjusts the plan.
#[utoipa::path(tag = "plans", operation_id = "change_plan_item", params(("year" = i64, Path, example = 2027), ("id" = String, Path), IfMatch),
    request_body = PlanItemChanges, responses((status = 200, description = "changed", body = PlanItemView)))]
#[patch("/plans/{year}/items/{id}")]
async fn change_item(
    call: Call,
    path: web::Path<(String, String)>,
    body: Incoming<PlanItemChanges>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (of, id) = place(&path)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| actions::find(conn, call, of, id),
        move |conn, call, item| {
            let item = actions::change(conn, call, item, |item| Ok(body.check()?.of(item)))?;
            reply(200, Some(item.version), None, &one(conn, &item)?)
        },
    )
    .await
}

/// Withdraws a proposal.
#[utoipa::path(tag = "plans", operation_id = "delete_plan_item", params(("year" = i64, Path, example = 2027), ("id" = String, Path), IfMatch),
    responses((status = 204, description = "deleted")))]
#[delete("/plans/{year}/items/{id}")]
async fn delete_item(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (of, id) = place(&path)?;
    call.write(move |conn, call| {
        let item = actions::find(conn, call, of, id)?;
        actions::delete(conn, call, item)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn sort<T>(
    call: Call,
    path: web::Path<(String, String)>,
    body: Incoming<T>,
    to: PlanItemState,
    reason: fn(T) -> Option<String>,
) -> Result<HttpResponse>
where
    T: JsonBody,
{
    let body = body.read().await?;
    let (of, id) = place(&path)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| actions::find(conn, call, of, id),
        move |conn, call, item| {
            let item = actions::sort(conn, call, item, to, || Ok(reason(body.check()?)))?;
            reply(200, Some(item.version), None, &one(conn, &item)?)
        },
    )
    .await
}

/// DOFA excludes a proposal from the plan.
#[utoipa::path(tag = "plans", operation_id = "leave_out_plan_item", params(("year" = i64, Path, example = 2027), ("id" = String, Path), IfMatch),
    request_body = Because, responses((status = 200, description = "done", body = PlanItemView)))]
#[post("/plans/{year}/items/{id}/leave-out")]
async fn leave_out(call: Call, path: web::Path<(String, String)>, body: Incoming<Because>) -> Result<HttpResponse> {
    sort(call, path, body, PlanItemState::LeftOut, |b: Because| Some(b.reason)).await
}

/// DOFA includes a proposal again.
#[utoipa::path(tag = "plans", operation_id = "take_in_plan_item", params(("year" = i64, Path, example = 2027), ("id" = String, Path), IfMatch),
    request_body = Empty, responses((status = 200, description = "done", body = PlanItemView)))]
#[post("/plans/{year}/items/{id}/take-in")]
async fn take_in(call: Call, path: web::Path<(String, String)>, body: Incoming<Empty>) -> Result<HttpResponse> {
    sort(call, path, body, PlanItemState::Proposed, |_: Empty| None).await
}
