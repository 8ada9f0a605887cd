//! Routes of plans.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Result, not_found};
use crate::plans::actions::{self, PlanAnswer};
use crate::plans::model::{Plan, PlanAction, PlanDecision, PlanState};
use crate::plans::store::{self, PlanTally};
use crate::web::etag::{IfMatch, etag};
use crate::web::json::{Deferred, Incoming, JsonBody};
use crate::web::reply::{Empty, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::words::{Body, PaperRef};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(consolidate).service(reopen).service(approve).service(adjust).service(show);
}

/// The plan of a year.
#[derive(Serialize, ToSchema)]
#[schema(as = Plan, example = json!({"year": 2027, "version": 1, "state": "draft", "decisions": [], "items": 1, "allowed_actions": ["consolidate"]}))]
struct PlanView {
    year: i64,
    version: i64,
    state: PlanState,
    /// The approval, then the adjustments.
    decisions: Vec<PlanDecision>,
    /// Number of items.
    items: i64,
    allowed_actions: Vec<PlanAction>,
}

fn view(call: &RequestContext, plan: &Plan, tally: PlanTally) -> PlanView {
    let may = |action: PlanAction| match action {
        PlanAction::Propose => call.actor.may(Permission::DraftPlans),
        PlanAction::Consolidate | PlanAction::Reopen => call.actor.may(Permission::HandlePlans),
        PlanAction::Approve | PlanAction::Adjust => actions::approves(call) && tally.waiting > 0,
    };
    let all =
        [PlanAction::Propose, PlanAction::Consolidate, PlanAction::Reopen, PlanAction::Approve, PlanAction::Adjust];
    PlanView {
        year: plan.year,
        version: plan.version,
        state: plan.state,
        decisions: plan.decisions.clone(),
        items: tally.items,
        allowed_actions: all.into_iter().filter(|a| plan.next(*a).is_some() && may(*a)).collect(),
    }
}

fn views(conn: &mut Conn, call: &RequestContext, plans: &[Plan]) -> Result<Vec<PlanView>> {
    let tallies = store::tallies(conn, &plans.iter().map(|p| p.year).collect::<Vec<_>>())?;
    Ok(plans.iter().map(|p| view(call, p, tallies.get(&p.year).copied().unwrap_or_default())).collect())
}

fn one(conn: &mut Conn, call: &RequestContext, plan: &Plan) -> Result<PlanView> {
    let tally = store::tallies(conn, &[plan.year])?.remove(&plan.year);
    Ok(view(call, plan, tally.unwrap_or_default()))
}

#[derive(Serialize, ToSchema)]
struct PlanList {
    items: Vec<PlanView>,
    next: Option<String>,
}

/// Lists all plans, latest first.
#[utoipa::path(tag = "plans", operation_id = "list_plans", responses((status = 200, description = "plans", body = PlanList)))]
#[get("/plans")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadPlans)?;
    let items = call
        .read(|conn, call| {
            let plans = store::all(conn)?;
            views(conn, call, &plans)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PlanList { items, next: None }))
}

/// Parses the year in a path; 404 if plans do not exist for it.
pub fn year(text: &str) -> Result<i64> {
    text.parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or_else(not_found)
}

fn find(conn: &mut Conn, call: &RequestContext, year: i64) -> Result<Plan> {
    call.actor.require(Permission::ReadPlans)?;
    store::find(conn, year)
}

/// Shows the plan of a year; an empty draft if nothing has been proposed.
#[utoipa::path(tag = "plans", operation_id = "show_plan", params(("year" = i64, Path, example = 2027)),
    responses((status = 200, description = "the plan", body = PlanView)))]
#[get("/plans/{year}")]
async fn show(call: Call, of: web::Path<String>) -> Result<HttpResponse> {
    let of = year(&of)?;
    let view = call
        .read(move |conn, call| {
            let plan = find(conn, call, of)?;
            one(conn, call, &plan)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(view.version))).json(view))
}

/// Runs one action on a plan: checks 428, 403 and 412; the action itself returns 409 and 422.
async fn act<T, F>(
    call: Call,
    of: &str,
    body: Incoming<T>,
    may: fn(&RequestContext) -> Result<()>,
    carry_out: F,
) -> Result<HttpResponse>
where
    T: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, Plan, Deferred<T>) -> Result<Plan> + Send + 'static,
{
    let body = body.read().await?;
    let of = year(of)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, of),
        move |conn, call, plan| {
            call.guard(plan.version, || may(call))?;
            let plan = carry_out(conn, call, plan, body)?;
            reply(200, Some(plan.version), None, &one(conn, call, &plan)?)
        },
    )
    .await
}

/// 403 unless the caller is DOFA, which consolidates plans.
fn handles(call: &RequestContext) -> Result<()> {
    call.actor.require(Permission::HandlePlans)
}

/// DOFA consolidates the proposals (tổng hợp kế hoạch); agencies can no longer propose.
#[utoipa::path(tag = "plans", operation_id = "consolidate_plan", params(("year" = i64, Path, example = 2027), IfMatch), request_body = Empty,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/consolidate")]
async fn consolidate(call: Call, of: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    act(call, &of, body, handles, |conn, call, plan, nothing| {
        let asked = || nothing.check().map(|Empty {}| None);
        actions::consolidate(conn, call, plan, PlanAction::Consolidate, asked)
    })
    .await
}

/// Why a plan is reopened, or an item excluded.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanReason, example = json!({"reason": "Sở Y tế đề nghị bổ sung."}))]
pub struct Because {
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// DOFA reopens the plan for proposals.
#[utoipa::path(tag = "plans", operation_id = "reopen_plan", params(("year" = i64, Path, example = 2027), IfMatch), request_body = Because,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/reopen")]
async fn reopen(call: Call, of: web::Path<String>, body: Incoming<Because>) -> Result<HttpResponse> {
    act(call, &of, body, handles, |conn, call, plan, why| {
        actions::consolidate(conn, call, plan, PlanAction::Reopen, || Ok(Some(why.check()?.reason)))
    })
    .await
}

/// The decision of the approving body, with its document.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovePlan, example = json!({"body": "ppc_chair", "document": {"number": "02/KH-UBND", "date": "2026-01-06"}, "refuse": []}))]
struct Approval {
    /// The approving body; for a Party body, the Party office records its letter.
    body: Body,
    document: PaperRef,
    /// Items that the body refuses.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10_000)]
    refuse: Vec<Id>,
    note: Option<String>,
}

impl From<Approval> for PlanAnswer {
    fn from(a: Approval) -> Self {
        PlanAnswer { body: a.body, document: a.document, refuse: a.refuse, note: a.note }
    }
}

/// The competent body approves the plan.
#[utoipa::path(tag = "plans", operation_id = "approve_plan", params(("year" = i64, Path, example = 2027), IfMatch), request_body = Approval,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/approve")]
async fn approve(call: Call, of: web::Path<String>, body: Incoming<Approval>) -> Result<HttpResponse> {
    act(call, &of, body, actions::require_approver, |conn, call, plan, answer| {
        actions::approve(conn, call, plan, PlanAction::Approve, answer.check().map(PlanAnswer::from))
    })
    .await
}

/// The competent body decides on the changes that agencies have requested since the approval (điều chỉnh kế hoạch).
#[utoipa::path(tag = "plans", operation_id = "adjust_plan", params(("year" = i64, Path, example = 2027), IfMatch), request_body = Approval,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/adjust")]
async fn adjust(call: Call, of: web::Path<String>, body: Incoming<Approval>) -> Result<HttpResponse> {
    act(call, &of, body, actions::require_approver, |conn, call, plan, answer| {
        actions::approve(conn, call, plan, PlanAction::Adjust, answer.check().map(PlanAnswer::from))
    })
    .await
}
