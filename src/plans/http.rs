//! Routes of plans.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::http::{Empty, reply};
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::error::{Result, not_found};
use crate::plans::actions::{self, Answer};
use crate::plans::model::{Plan, PlanAction, PlanDecision, PlanState};
use crate::plans::store::{self, Tally};
use crate::web::etag::etag;
use crate::web::json::{Incoming, Unchecked};
use kernel::id::Id;
use kernel::words::{Body, PaperRef};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(consolidate).service(reopen).service(approve).service(adjust).service(show);
}

/// The plan of a year.
#[derive(Serialize, ToSchema)]
#[schema(as = Plan, example = json!({"year": 2027, "version": 1, "state": "draft", "decisions": [], "items": 1, "allowed_actions": ["consolidate"]}))]
struct PlanView {
    year: i64,
    version: i64,
    state: PlanState,
    /// Its approval, then its adjustments.
    decisions: Vec<PlanDecision>,
    /// How many items it has.
    items: i64,
    allowed_actions: Vec<PlanAction>,
}

fn view(call: &Call, plan: &Plan, tally: Tally) -> PlanView {
    let may = |action: PlanAction| match action {
        PlanAction::Propose => call.actor.may(Act::Draft, Kind::Plan),
        PlanAction::Consolidate | PlanAction::Reopen => call.actor.may(Act::Handle, Kind::Plan),
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

fn views(conn: &mut Conn, call: &Call, plans: &[Plan]) -> Result<Vec<PlanView>> {
    let tallies = store::tallies(conn, &plans.iter().map(|p| p.year).collect::<Vec<_>>())?;
    Ok(plans.iter().map(|p| view(call, p, tallies.get(&p.year).copied().unwrap_or_default())).collect())
}

fn one(conn: &mut Conn, call: &Call, plan: &Plan) -> Result<PlanView> {
    let tally = store::tallies(conn, &[plan.year])?.remove(&plan.year);
    Ok(view(call, plan, tally.unwrap_or_default()))
}

#[derive(Serialize, ToSchema)]
struct PlanList {
    items: Vec<PlanView>,
    next: Option<String>,
}

/// All plans, the latest first.
#[utoipa::path(tag = "plans", operation_id = "list_plans", responses((status = 200, description = "plans", body = PlanList)))]
#[get("/plans")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Act::Read, Kind::Plan)?;
    let items = call
        .read(|conn, call| {
            let plans = store::all(conn)?;
            views(conn, call, &plans)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PlanList { items, next: None }))
}

/// A year that plans are made for.
pub fn year(text: &str) -> Result<i64> {
    text.parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or_else(not_found)
}

fn find(conn: &mut Conn, call: &Call, year: i64) -> Result<Plan> {
    call.actor.require(Act::Read, Kind::Plan)?;
    store::find(conn, year)
}

/// The plan of a year; where nobody has proposed anything, an empty draft.
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

/// One act on a plan: 428, 403, 412; then 409 and 422 as it says.
async fn act<T, F>(
    call: Call,
    of: &str,
    body: Incoming<T>,
    may: fn(&Call) -> Result<()>,
    carry_out: F,
) -> Result<HttpResponse>
where
    T: serde::de::DeserializeOwned + ToSchema + Send + 'static,
    F: FnOnce(&mut Conn, &Call, Plan, Unchecked<T>) -> Result<Plan> + Send + 'static,
{
    let body = body.read().await?;
    let of = year(of)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, of),
        move |conn, call, plan| {
            call.precondition_given()?;
            may(call)?;
            call.precondition_holds(plan.version)?;
            let plan = carry_out(conn, call, plan, body)?;
            reply(200, Some(plan.version), None, &one(conn, call, &plan)?)
        },
    )
    .await
}

/// Putting plans together is DOFA's (403).
fn handles(call: &Call) -> Result<()> {
    call.actor.require(Act::Handle, Kind::Plan)
}

/// DOFA puts the proposals together (tổng hợp kế hoạch); agencies propose no more.
#[utoipa::path(tag = "plans", operation_id = "consolidate_plan", params(("year" = i64, Path, example = 2027)), request_body = Empty,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/consolidate")]
async fn consolidate(call: Call, of: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    act(call, &of, body, handles, |conn, call, plan, nothing| {
        let asked = || nothing.check().map(|Empty {}| None);
        actions::consolidate(conn, call, plan, PlanAction::Consolidate, asked)
    })
    .await
}

/// Why a plan is opened again, or an item left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanReason, example = json!({"reason": "Sở Y tế đề nghị bổ sung."}))]
pub struct Because {
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// DOFA opens the plan to proposals again.
#[utoipa::path(tag = "plans", operation_id = "reopen_plan", params(("year" = i64, Path, example = 2027)), request_body = Because,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/reopen")]
async fn reopen(call: Call, of: web::Path<String>, body: Incoming<Because>) -> Result<HttpResponse> {
    act(call, &of, body, handles, |conn, call, plan, why| {
        actions::consolidate(conn, call, plan, PlanAction::Reopen, || Ok(Some(why.check()?.reason)))
    })
    .await
}

/// The body's answer, with its document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovePlan, example = json!({"body": "ppc_chair", "document": {"number": "02/KH-UBND", "date": "2026-01-06"}, "refuse": []}))]
struct Approval {
    /// Who approves; the Party office records the letter of a Party body.
    body: Body,
    document: PaperRef,
    /// Items that it does not approve.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10_000)]
    refuse: Vec<Id>,
    note: Option<String>,
}

impl From<Approval> for Answer {
    fn from(a: Approval) -> Self {
        Answer { body: a.body, document: a.document, refuse: a.refuse, note: a.note }
    }
}

/// The competent body approves the plan.
#[utoipa::path(tag = "plans", operation_id = "approve_plan", params(("year" = i64, Path, example = 2027)), request_body = Approval,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/approve")]
async fn approve(call: Call, of: web::Path<String>, body: Incoming<Approval>) -> Result<HttpResponse> {
    act(call, &of, body, actions::require_approver, |conn, call, plan, answer| {
        actions::approve(conn, call, plan, PlanAction::Approve, answer.check().map(Answer::from))
    })
    .await
}

/// The competent body answers what agencies asked to change since (điều chỉnh kế hoạch).
#[utoipa::path(tag = "plans", operation_id = "adjust_plan", params(("year" = i64, Path, example = 2027)), request_body = Approval,
    responses((status = 200, description = "done", body = PlanView)))]
#[post("/plans/{year}/adjust")]
async fn adjust(call: Call, of: web::Path<String>, body: Incoming<Approval>) -> Result<HttpResponse> {
    act(call, &of, body, actions::require_approver, |conn, call, plan, answer| {
        actions::approve(conn, call, plan, PlanAction::Adjust, answer.check().map(Answer::from))
    })
    .await
}
