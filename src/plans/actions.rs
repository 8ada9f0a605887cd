//! Actions on a plan: propose, consolidate, approve, adjust.

use serde_json::json;

use crate::access::account::ActScope;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Code, Error, Problem, Result, forbidden, not_found, refuse};
use crate::plans::model::{Plan, PlanAction, PlanChange, PlanDecision, PlanItem, PlanItemState, PlannedTrips};
use crate::plans::store;
use crate::registry::references::agency_on;
use kernel::checks;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, rfc3339};
use kernel::violation::Violations;
use kernel::words::{Body, FieldError, PaperRef, Word};

/// All bodies that may approve a plan under the rules of some province.
const APPROVERS: &[Body] =
    &[Body::PpcChair, Body::Ppc, Body::PartyStandingBoard, Body::PartyStandingSecretariat, Body::PrimeMinister];

/// Plans concern trips: an office that was delegated only for other procedures gives no right to propose.
const TRIPS: ActScope = (Procedure::OUTBOUND, None);

/// Party bodies, whose letters the Party office records.
const OF_PARTY: &[Body] = &[Body::PartyStandingBoard, Body::PartyStandingSecretariat];

/// Whether the caller may see the items of all agencies.
pub fn sees_all(call: &RequestContext) -> bool {
    let of_dofa = call.actor.may(Permission::HandlePlans) || call.actor.holds(Body::DofaDirector);
    approves(call) || of_dofa || call.actor.may(Permission::ReadTrail)
}

/// Whether the caller belongs to a body that approves plans.
pub fn approves(call: &RequestContext) -> bool {
    APPROVERS.iter().any(|b| call.actor.decides_himself(*b)) || call.actor.holds(Body::PartyOffice)
}

/// 403 unless the caller belongs to a body that approves plans.
pub fn require_approver(call: &RequestContext) -> Result<()> {
    if approves(call) { Ok(()) } else { Err(not_his()) }
}

fn not_his() -> Error {
    forbidden(
        "Tài khoản này không có thẩm quyền phê duyệt kế hoạch thay cho cơ quan đó.",
        "This account may not approve plans for that body.",
    )
}

/// Finds an item; 404 if the caller may not see it.
pub fn find(conn: &mut Conn, call: &RequestContext, year: i64, id: i64) -> Result<PlanItem> {
    call.actor.require(Permission::ReadPlans)?;
    let item = store::item(conn, id)?.filter(|i| i.year == year).ok_or_else(not_found)?;
    if sees_all(call) || call.actor.belongs_to(item.agency_id) { Ok(item) } else { Err(not_found()) }
}

fn possible(plan: &Plan, action: PlanAction) -> Result<()> {
    if plan.next(action).is_some() {
        return Ok(());
    }
    Err(plan_stands(plan))
}

/// 409 because of the state of the plan.
fn plan_stands(plan: &Plan) -> Error {
    not_possible("kế hoạch", "plan", plan.state)
}

/// 409 because of the state of the item.
fn item_stands(item: &PlanItem) -> Error {
    not_possible("mục kế hoạch", "item", item.state)
}

fn not_possible(vi: &str, en: &str, state: impl Word) -> Error {
    let label = state.label();
    Problem::new(
        Code::NotPossibleInState,
        format!("Không thực hiện được khi {vi} đang ở trạng thái «{}».", label.vi),
        format!("Not possible while the {en} is in the state \"{}\".", label.en),
    )
    .with("state", json!(state.word()))
    .into()
}

fn check(wanted: &PlannedTrips, faults: &mut Violations) {
    faults.require(
        (1..=12).contains(&wanted.month),
        "/month",
        FieldError::OutOfRange,
        "Tháng phải từ 1 đến 12.",
        "The month must be from 1 to 12.",
    );
    for (at, country) in wanted.countries.iter().enumerate() {
        faults.accept(&format!("/countries/{at}"), checks::foreign_country(country));
    }
    faults.require(
        (1..=100).contains(&wanted.delegations),
        "/delegations",
        FieldError::OutOfRange,
        "Số đoàn phải từ 1 đến 100.",
        "The number of delegations must be from 1 to 100.",
    );
    faults.require(
        (wanted.delegations..=10_000).contains(&wanted.headcount),
        "/headcount",
        FieldError::OutOfRange,
        "Số người không được ít hơn số đoàn và không quá 10.000.",
        "The number of people must be at least the number of delegations and at most 10,000.",
    );
    let known = wanted.budget.as_ref().is_none_or(|m| kernel::money::is_currency(&m.currency) && m.amount >= 0);
    faults.require(
        known,
        "/budget",
        FieldError::InvalidMoney,
        "Số tiền hoặc loại tiền không hợp lệ.",
        "The amount or its currency is not valid.",
    );
}

/// An agency proposes an item: before the plan is consolidated, or as an adjustment of the approved plan.
pub fn propose(
    conn: &mut Conn,
    call: &RequestContext,
    year: i64,
    asked: Result<(i64, PlannedTrips)>,
) -> Result<PlanItem> {
    call.on(TRIPS).actor.require(Permission::DraftPlans)?;
    // The agency is named in the body. If the body is invalid, its errors are reported after the state of the plan.
    let for_other = |(agency, _): &(i64, PlannedTrips)| !call.actor.belongs_to(*agency);
    if asked.as_ref().is_ok_and(for_other) && !call.actor.may(Permission::HandlePlans) {
        return Err(forbidden("Chỉ được đề xuất cho cơ quan mình.", "You may propose items only for your own agency."));
    }
    let mut plan = store::find(conn, year)?;
    possible(&plan, PlanAction::Propose)?;
    let (agency_id, wanted) = asked?;
    let mut faults = Violations::default();
    check(&wanted, &mut faults);
    let first = i32::try_from(year).ok().and_then(|year| Day::from_ymd_opt(year, 1, 1)).unwrap_or(call.today);
    agency_on(conn, agency_id, first, "/agency_id", &mut faults)?;
    faults.finish()?;
    let item = PlanItem {
        id: Id::new(call.now).0,
        version: 1,
        year,
        agency_id,
        state: PlanItemState::Proposed,
        wanted,
        change: None,
        reason: None,
        created_by: call.actor.id(),
        created_at: call.now,
    };
    // Every change of an item raises the version of the plan, so that an approver cannot approve items they have not
    // seen.
    store::save(conn, &mut plan)?;
    store::insert(conn, &item)?;
    let detail = json!({"agency": Id(agency_id), "title": item.wanted.title});
    call.remember(conn, "propose_plan_item", &object(year, item.id), detail)?;
    Ok(item)
}

fn object(year: i64, id: i64) -> String {
    format!("plans/{year}/items/{}", Id(id))
}

fn his(call: &RequestContext, item: &PlanItem) -> Result<()> {
    call.on(TRIPS).actor.require(Permission::DraftPlans)?;
    if call.actor.belongs_to(item.agency_id) {
        return Ok(());
    }
    Err(forbidden("Chỉ cơ quan đề xuất mới được sửa.", "Only the agency that proposed the item may change it."))
}

/// A requested change of an item.
pub struct Edit {
    pub wanted: Option<PlannedTrips>,
    /// Remove the item from the plan.
    pub drop: bool,
    pub reason: Option<String>,
}

/// Changes a proposed item; for an approved one, requests the change.
pub fn change(
    conn: &mut Conn,
    call: &RequestContext,
    mut item: PlanItem,
    asked: impl FnOnce(&PlanItem) -> Result<Edit>,
) -> Result<PlanItem> {
    call.guard(item.version, || his(call, &item))?;
    let mut plan = store::find(conn, item.year)?;
    possible(&plan, PlanAction::Propose)?;
    if !matches!(item.state, PlanItemState::Proposed | PlanItemState::Approved) {
        return Err(item_stands(&item));
    }
    let edit = asked(&item)?;
    let mut faults = Violations::default();
    if let Some(wanted) = &edit.wanted {
        check(wanted, &mut faults);
    }
    let approved = item.state == PlanItemState::Approved;
    faults.require(
        !approved || edit.reason.is_some(),
        "/reason",
        FieldError::Missing,
        "Điều chỉnh mục đã được duyệt phải nêu lý do.",
        "A change to an approved item needs a reason.",
    );
    faults.require(
        approved || !edit.drop,
        "/drop",
        FieldError::NotApproved,
        "Mục chưa được duyệt thì xóa chứ không điều chỉnh.",
        "An item that is not yet approved is deleted instead.",
    );
    faults.finish()?;
    match (approved, edit.wanted) {
        (true, wanted) => {
            let reason = edit.reason.unwrap_or_default();
            item.change = Some(PlanChange { wanted: wanted.filter(|_| !edit.drop), reason });
        }
        (false, Some(wanted)) => item.wanted = wanted,
        (false, None) => {}
    }
    store::update(conn, &mut item)?;
    store::save(conn, &mut plan)?;
    let detail = json!({"version": item.version, "asks": approved, "drop": edit.drop});
    call.remember(conn, "change_plan_item", &object(item.year, item.id), detail)?;
    Ok(item)
}

/// Withdraws an item that is not yet approved and that no dossier uses.
pub fn delete(conn: &mut Conn, call: &RequestContext, item: PlanItem) -> Result<()> {
    call.guard(item.version, || his(call, &item))?;
    let mut plan = store::find(conn, item.year)?;
    possible(&plan, PlanAction::Propose)?;
    if item.state != PlanItemState::Proposed || store::is_drawn(conn, item.id)? {
        return Err(item_stands(&item));
    }
    store::delete(conn, item.id)?;
    store::save(conn, &mut plan)?;
    call.remember(conn, "delete_plan_item", &object(item.year, item.id), json!({"title": item.wanted.title}))
}

/// DOFA excludes a proposal, with a reason, or includes it again.
pub fn sort(
    conn: &mut Conn,
    call: &RequestContext,
    mut item: PlanItem,
    to: PlanItemState,
    asked: impl FnOnce() -> Result<Option<String>>,
) -> Result<PlanItem> {
    call.guard(item.version, || call.actor.require(Permission::HandlePlans))?;
    let mut plan = store::find(conn, item.year)?;
    let from = if to == PlanItemState::LeftOut { PlanItemState::Proposed } else { PlanItemState::LeftOut };
    if item.state != from {
        return Err(item_stands(&item));
    }
    item.reason = asked()?;
    item.state = to;
    store::update(conn, &mut item)?;
    store::save(conn, &mut plan)?;
    let detail = json!({"state": to, "reason": item.reason, "plan": plan.state});
    call.remember(conn, "sort_plan_item", &object(item.year, item.id), detail)?;
    Ok(item)
}

/// DOFA consolidates the plan, or reopens it.
pub fn consolidate(
    conn: &mut Conn,
    call: &RequestContext,
    mut plan: Plan,
    action: PlanAction,
    asked: impl FnOnce() -> Result<Option<String>>,
) -> Result<Plan> {
    plan.state = plan.next(action).ok_or_else(|| plan_stands(&plan))?;
    let why = asked()?;
    store::save(conn, &mut plan)?;
    let word: &'static str = action.into();
    call.remember(conn, &format!("{word}_plan"), &format!("plans/{}", plan.year), json!({"reason": why}))?;
    Ok(plan)
}

/// The decision of a body on a plan or on its adjustment.
pub struct PlanAnswer {
    pub body: Body,
    pub document: PaperRef,
    /// Items that the body refuses.
    pub refuse: Vec<Id>,
    pub note: Option<String>,
}

/// The body approves the plan, or the pending adjustments, except the items that it refuses.
pub fn approve(
    conn: &mut Conn,
    call: &RequestContext,
    mut plan: Plan,
    action: PlanAction,
    asked: Result<PlanAnswer>,
) -> Result<Plan> {
    let acts = |body: Body| {
        let himself = call.actor.decides_himself(body);
        APPROVERS.contains(&body) && (himself || (OF_PARTY.contains(&body) && call.actor.holds(Body::PartyOffice)))
    };
    // The approving body is named in the request. If that is invalid, its errors are reported after the state.
    if asked.as_ref().is_ok_and(|answer| !acts(answer.body)) {
        return Err(not_his());
    }
    plan.state = plan.next(action).ok_or_else(|| plan_stands(&plan))?;
    let mut waiting: Vec<PlanItem> = store::items_of(conn, plan.year)?.into_iter().filter(PlanItem::waits).collect();
    if waiting.is_empty() {
        return Err(refuse(
            Code::NotPossibleInState,
            "Không có mục nào chờ duyệt.",
            "No item is waiting for approval.",
        ));
    }
    let answer = asked?;
    let mut faults = Violations::default();
    for (at, id) in answer.refuse.iter().enumerate() {
        faults.require(
            waiting.iter().any(|i| i.id == id.0),
            &format!("/refuse/{at}"),
            FieldError::UnknownPlanItem,
            "Mục này không chờ duyệt.",
            "This item is not waiting for approval.",
        );
    }
    faults.finish()?;
    let (mut approved, mut refused) = (Vec::new(), Vec::new());
    for item in &mut waiting {
        let yes = !answer.refuse.contains(&Id(item.id));
        item.answered(yes);
        store::update(conn, item)?;
        if yes { &mut approved } else { &mut refused }.push(Id(item.id));
    }
    let PlanAnswer { body, document, note, .. } = answer;
    let detail = json!({"body": body, "document": document, "approved": approved.len(), "refused": refused.len()});
    let (at, by) = (rfc3339(call.now), Id(call.actor.id()));
    plan.decisions.push(PlanDecision { body, document, at, by, approved, refused, note });
    store::save(conn, &mut plan)?;
    let word: &'static str = action.into();
    call.remember(conn, &format!("{word}_plan"), &format!("plans/{}", plan.year), detail)?;
    Ok(plan)
}
