//! Acts on a plan: propose, consolidate, approve, adjust.

use serde_json::json;

use crate::access::account::Errand;
use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::error::{Code, Error, Problem, Result, forbidden, not_found, refuse};
use crate::plans::model::{Change, Item, ItemState, Plan, PlanAction, PlanDecision, Wanted};
use crate::plans::store;
use crate::registry::agencies;
use kernel::checks;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::{Body, PaperRef, Procedure};

/// Who may give a plan its approval, by whichever rule of the province.
const APPROVERS: &[Body] =
    &[Body::PpcChair, Body::Ppc, Body::PartyStandingBoard, Body::PartyStandingSecretariat, Body::PrimeMinister];

/// What plans are about: a seat that was lent for other matters proposes nothing.
const TRIPS: Errand = (Procedure::Outbound, None);

/// Party bodies, whose letters the Party office records.
const OF_PARTY: &[Body] = &[Body::PartyStandingBoard, Body::PartyStandingSecretariat];

/// Whether the caller sees the items of all agencies.
pub fn sees_all(call: &Call) -> bool {
    let of_dofa = call.actor.may(Act::Handle, Kind::Plan) || call.actor.holds(Body::DofaDirector);
    approves(call) || of_dofa || call.actor.may(Act::Read, Kind::Trail)
}

/// Whether the caller is of a body that approves plans.
pub fn approves(call: &Call) -> bool {
    APPROVERS.iter().any(|b| call.actor.decides_himself(*b)) || call.actor.holds(Body::PartyOffice)
}

/// 403 where the caller is of no body that approves plans.
pub fn require_approver(call: &Call) -> Result<()> {
    if approves(call) { Ok(()) } else { Err(not_his()) }
}

fn not_his() -> Error {
    forbidden(
        "Không thuộc thẩm quyền phê duyệt kế hoạch của người dùng này.",
        "This account does not approve plans for that body.",
    )
}

/// An item for whoever may see it.
pub fn find(conn: &mut Conn, call: &Call, year: i64, id: i64) -> Result<Item> {
    call.actor.require(Act::Read, Kind::Plan)?;
    let item = store::item(conn, id)?.filter(|i| i.year == year).ok_or_else(not_found)?;
    if sees_all(call) || call.actor.belongs_to(item.agency_id) { Ok(item) } else { Err(not_found()) }
}

fn possible(plan: &Plan, action: PlanAction) -> Result<()> {
    if plan.next(action).is_some() {
        return Ok(());
    }
    Err(not_possible(plan.state.word()))
}

fn not_possible(state: &str) -> Error {
    Problem::new(
        Code::NotPossibleInState,
        format!("Không làm được việc này khi kế hoạch hoặc mục đang ở trạng thái «{state}»."),
        format!("Not possible while the plan or the item is \"{state}\"."),
    )
    .with("state", json!(state))
    .into()
}

fn check(wanted: &Wanted, faults: &mut Violations) {
    faults.require(
        (1..=12).contains(&wanted.month),
        "/month",
        "out_of_range",
        "Tháng từ 1 đến 12.",
        "A month is 1 to 12.",
    );
    for (at, country) in wanted.countries.iter().enumerate() {
        checks::foreign_country(country, &format!("/countries/{at}"), faults);
    }
    faults.require(
        (1..=100).contains(&wanted.delegations),
        "/delegations",
        "out_of_range",
        "Số đoàn từ 1 đến 100.",
        "1 to 100 delegations.",
    );
    faults.require(
        (wanted.delegations..=10_000).contains(&wanted.headcount),
        "/headcount",
        "out_of_range",
        "Số người phải từ số đoàn đến 10.000.",
        "From the number of delegations to 10,000 people.",
    );
    let known = wanted.budget.as_ref().is_none_or(|m| kernel::money::is_currency(&m.currency) && m.amount >= 0);
    faults.require(
        known,
        "/budget",
        "invalid_money",
        "Số tiền hoặc loại tiền không hợp lệ.",
        "Not an amount of money in a known currency.",
    );
}

/// A line of the plan, proposed by its agency: before the plan is put together, or as an adjustment of it.
pub fn propose(conn: &mut Conn, call: &Call, year: i64, asked: Result<(i64, Wanted)>) -> Result<Item> {
    call.on(TRIPS).actor.require(Act::Draft, Kind::Plan)?;
    // Whose item it is stands in the body: where that cannot be read, it is told last.
    let for_other = |(agency, _): &(i64, Wanted)| !call.actor.belongs_to(*agency);
    if asked.as_ref().is_ok_and(for_other) && !call.actor.may(Act::Handle, Kind::Plan) {
        return Err(forbidden("Chỉ đề xuất cho cơ quan mình.", "Only for one's own agency."));
    }
    let mut plan = store::find(conn, year)?;
    possible(&plan, PlanAction::Propose)?;
    let (agency_id, wanted) = asked?;
    let mut faults = Violations::default();
    check(&wanted, &mut faults);
    let known = agencies::find(conn, agency_id)?.is_some();
    faults.require(known, "/agency_id", "unknown_agency", "Không có cơ quan này.", "There is no such agency.");
    faults.finish()?;
    let item = Item {
        id: Id::new(call.now).0,
        version: 1,
        year,
        agency_id,
        state: ItemState::Proposed,
        wanted,
        change: None,
        reason: None,
        created_by: call.actor.id(),
        created_at: call.now,
    };
    // Whoever approves has seen every item as it is: each change is a new version of the plan.
    store::save(conn, &mut plan)?;
    store::insert(conn, &item)?;
    let detail = json!({"agency": Id(agency_id), "title": item.wanted.title});
    call.remember(conn, "propose_plan_item", &object(year, item.id), detail)?;
    Ok(item)
}

fn object(year: i64, id: i64) -> String {
    format!("plans/{year}/items/{}", Id(id))
}

fn his(call: &Call, item: &Item) -> Result<()> {
    call.on(TRIPS).actor.require(Act::Draft, Kind::Plan)?;
    if call.actor.belongs_to(item.agency_id) {
        return Ok(());
    }
    Err(forbidden("Chỉ cơ quan đề xuất mới được sửa.", "Only the agency that proposed it changes it."))
}

/// What is asked to be changed of an item.
pub struct Edit {
    pub wanted: Option<Wanted>,
    /// The item shall go.
    pub drop: bool,
    pub reason: Option<String>,
}

/// Changes a proposed item; of an approved one asks for the change.
pub fn change(conn: &mut Conn, call: &Call, mut item: Item, asked: impl FnOnce(&Item) -> Result<Edit>) -> Result<Item> {
    call.precondition_given()?;
    his(call, &item)?;
    call.precondition_holds(item.version)?;
    let mut plan = store::find(conn, item.year)?;
    possible(&plan, PlanAction::Propose)?;
    if !matches!(item.state, ItemState::Proposed | ItemState::Approved) {
        return Err(not_possible(item.state.word()));
    }
    let edit = asked(&item)?;
    let mut faults = Violations::default();
    if let Some(wanted) = &edit.wanted {
        check(wanted, &mut faults);
    }
    let approved = item.state == ItemState::Approved;
    faults.require(
        !approved || edit.reason.is_some(),
        "/reason",
        "missing",
        "Điều chỉnh mục đã duyệt cần nêu lý do.",
        "A change of an approved item needs a reason.",
    );
    faults.require(
        approved || !edit.drop,
        "/drop",
        "not_approved",
        "Mục chưa duyệt thì xóa, không điều chỉnh.",
        "What is not approved is deleted instead.",
    );
    faults.finish()?;
    match (approved, edit.wanted) {
        (true, wanted) => {
            let reason = edit.reason.unwrap_or_default();
            item.change = Some(Change { wanted: wanted.filter(|_| !edit.drop), reason });
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

/// Takes back what nobody has approved yet.
pub fn delete(conn: &mut Conn, call: &Call, item: Item) -> Result<()> {
    call.precondition_given()?;
    his(call, &item)?;
    call.precondition_holds(item.version)?;
    let mut plan = store::find(conn, item.year)?;
    possible(&plan, PlanAction::Propose)?;
    if item.state != ItemState::Proposed || store::is_drawn(conn, item.id)? {
        return Err(not_possible(item.state.word()));
    }
    store::delete(conn, item.id)?;
    store::save(conn, &mut plan)?;
    call.remember(conn, "delete_plan_item", &object(item.year, item.id), json!({"title": item.wanted.title}))
}

/// DOFA leaves a proposal out, with the reason, or takes it in again.
pub fn sort(
    conn: &mut Conn,
    call: &Call,
    mut item: Item,
    to: ItemState,
    asked: impl FnOnce() -> Result<Option<String>>,
) -> Result<Item> {
    call.precondition_holds(item.version)?;
    let mut plan = store::find(conn, item.year)?;
    let from = if to == ItemState::LeftOut { ItemState::Proposed } else { ItemState::LeftOut };
    if item.state != from {
        return Err(not_possible(item.state.word()));
    }
    item.reason = asked()?;
    item.state = to;
    store::update(conn, &mut item)?;
    store::save(conn, &mut plan)?;
    let detail = json!({"state": to, "reason": item.reason, "plan": plan.state});
    call.remember(conn, "sort_plan_item", &object(item.year, item.id), detail)?;
    Ok(item)
}

/// DOFA puts the plan together, or opens it again.
pub fn consolidate(
    conn: &mut Conn,
    call: &Call,
    mut plan: Plan,
    action: PlanAction,
    asked: impl FnOnce() -> Result<Option<String>>,
) -> Result<Plan> {
    plan.state = plan.next(action).ok_or_else(|| not_possible(plan.state.word()))?;
    let why = asked()?;
    store::save(conn, &mut plan)?;
    let word: &'static str = action.into();
    call.remember(conn, &format!("{word}_plan"), &format!("plans/{}", plan.year), json!({"reason": why}))?;
    Ok(plan)
}

/// The body's answer to a plan or to its adjustment.
pub struct Answer {
    pub body: Body,
    pub document: PaperRef,
    /// Items that are not approved.
    pub refuse: Vec<Id>,
    pub note: Option<String>,
}

/// The body approves the plan, or the adjustments that wait; what it refuses is named.
pub fn approve(
    conn: &mut Conn,
    call: &Call,
    mut plan: Plan,
    action: PlanAction,
    asked: Result<Answer>,
) -> Result<Plan> {
    let acts = |body: Body| {
        let himself = call.actor.decides_himself(body);
        APPROVERS.contains(&body) && (himself || (OF_PARTY.contains(&body) && call.actor.holds(Body::PartyOffice)))
    };
    // For which body stands in the answer: where that cannot be read, it is told last.
    if asked.as_ref().is_ok_and(|answer| !acts(answer.body)) {
        return Err(not_his());
    }
    plan.state = plan.next(action).ok_or_else(|| not_possible(plan.state.word()))?;
    let mut waiting: Vec<Item> = store::items_of(conn, plan.year)?.into_iter().filter(Item::waits).collect();
    if waiting.is_empty() {
        return Err(refuse(Code::NotPossibleInState, "Không có mục nào chờ duyệt.", "No item waits for approval."));
    }
    let answer = asked?;
    let mut faults = Violations::default();
    for (at, id) in answer.refuse.iter().enumerate() {
        faults.require(
            waiting.iter().any(|i| i.id == id.0),
            &format!("/refuse/{at}"),
            "unknown_plan_item",
            "Mục này không chờ duyệt.",
            "This item does not wait for approval.",
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
    let Answer { body, document, note, .. } = answer;
    let detail = json!({"body": body, "document": document, "approved": approved.len(), "refused": refused.len()});
    let (at, by) = (rfc3339(call.now), Id(call.actor.id()));
    plan.decisions.push(PlanDecision { body, document, at, by, approved, refused, note });
    store::save(conn, &mut plan)?;
    let word: &'static str = action.into();
    call.remember(conn, &format!("{word}_plan"), &format!("plans/{}", plan.year), detail)?;
    Ok(plan)
}
