//! Actions on duties: fulfil, correct, excuse, override.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::db::counters::raise_data_version;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::past;
use crate::dossier::parts::duties::{
    self as store, Duty, DutySight, FOLLOW_UP, PASSPORT_RETURN, SETTLEMENT, Settlement, TRIP_REPORT,
};
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::{Body, FieldError, FindingCode};
use regulation::pack::Effect;

/// Maximum days that an excuse may add.
const LONGEST_EXCUSE: i64 = 180;

/// Finds a duty; 404 if the caller may not see it.
pub fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Duty> {
    call.actor.require(Permission::ReadDossiers)?;
    let duty = store::find(conn, id)?.ok_or_else(not_found)?;
    if DutySight::of(&call.actor).sees(&duty) { Ok(duty) } else { Err(not_found()) }
}

fn open(duty: &Duty) -> Result<()> {
    if duty.done_on.is_none() {
        return Ok(());
    }
    Err(refuse(Code::NotPossibleInState, "Nghĩa vụ này đã hoàn thành.", "This duty is already fulfilled."))
}

fn remember(
    conn: &mut Conn,
    call: &RequestContext,
    action: &str,
    duty: &Duty,
    detail: serde_json::Value,
) -> Result<()> {
    call.remember(conn, action, &format!("duties/{}", Id(duty.id)), detail)
}

/// What is submitted when a duty is fulfilled.
pub struct Done {
    pub on: Day,
    pub note: Option<String>,
    pub settlement: Option<Settlement>,
}

/// 403 if the duty belongs to another agency.
fn owes(call: &RequestContext, duty: &Duty) -> Result<()> {
    let call = &call.on((Procedure::OUTBOUND, None));
    // A follow-up in a report can name an agency that sends nobody abroad, where nobody may draft or submit a dossier.
    // So any member of the named agency may fulfil it.
    let asked_of_his = duty.code == FOLLOW_UP && call.actor.belongs_to(duty.agency_id);
    if !asked_of_his && !call.actor.may(Permission::SubmitDossiers) {
        call.actor.require(Permission::HandleDossiers)?;
    }
    if call.actor.belongs_to(duty.agency_id) || call.actor.sits_in(Body::Dofa) {
        return Ok(());
    }
    Err(forbidden("Nghĩa vụ này thuộc cơ quan khác.", "This duty belongs to another agency."))
}

/// Marks a duty as fulfilled (đã thực hiện). Passport returns go through custody, trip reports through the dossier.
pub fn fulfil(
    conn: &mut Conn,
    call: &RequestContext,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<Done>,
) -> Result<Duty> {
    call.guard(duty.version, || owes(call, &duty))?;
    open(&duty)?;
    if [PASSPORT_RETURN, TRIP_REPORT].contains(&duty.code.as_str()) {
        return Err(refuse(
            Code::NotPossibleInState,
            "Việc nộp lại hộ chiếu được ghi nhận khi giao nhận hộ chiếu; báo cáo được nộp trong hồ sơ đoàn.",
            "A passport return is recorded in its custody, a trip report in the dossier.",
        ));
    }
    let done = asked()?;
    let mut faults = Violations::default();
    past(call.today, done.on, "/on", &mut faults);
    faults.require(
        done.settlement.is_some() == (duty.code == SETTLEMENT),
        "/lines",
        if duty.code == SETTLEMENT { FieldError::Missing } else { FieldError::NotASettlement },
        "Quyết toán phải có các khoản chi; nghĩa vụ khác thì không có.",
        "A settlement needs cost lines; other duties must not have them.",
    );
    faults.finish()?;
    duty.done_on = Some(done.on);
    duty.done_note = done.note;
    duty.settlement = done.settlement;
    store::update(conn, &mut duty)?;
    let spent = duty.settlement.as_ref().map(|s| s.total_vnd);
    if spent.is_some() {
        raise_data_version(conn)?;
    }
    remember(conn, call, "fulfil_duty", &duty, json!({"code": duty.code, "on": done.on, "total_vnd": spent}))?;
    Ok(duty)
}

/// Corrects a submitted settlement; the audit trail keeps the previous one and the reason.
pub fn correct(
    conn: &mut Conn,
    call: &RequestContext,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<(Day, Settlement, String)>,
) -> Result<Duty> {
    call.guard(duty.version, || owes(call, &duty))?;
    let Some(before) = duty.settlement.take() else {
        return Err(refuse(Code::NotPossibleInState, "Chưa có quyết toán.", "There is no settlement yet."));
    };
    let (on, settlement, reason) = asked()?;
    let mut faults = Violations::default();
    past(call.today, on, "/on", &mut faults);
    faults.finish()?;
    let before = json!({"on": duty.done_on, "note": duty.done_note, "settlement": before});
    let detail = json!({"on": on, "total_vnd": settlement.total_vnd, "before": before, "reason": reason});
    duty.done_on = Some(on);
    duty.done_note = Some(reason);
    duty.settlement = Some(settlement);
    store::update(conn, &mut duty)?;
    raise_data_version(conn)?;
    remember(conn, call, "correct_settlement", &duty, detail)?;
    Ok(duty)
}

/// The head of the agency accepts a reason for a late return (Luật 49/2019/QH14 Đ.23 k.3).
pub fn excuse(
    conn: &mut Conn,
    call: &RequestContext,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<(String, Day)>,
) -> Result<Duty> {
    let call = &call.on((Procedure::OUTBOUND, None));
    call.guard(duty.version, || may_excuse(call, &duty))?;
    open(&duty)?;
    if duty.code != PASSPORT_RETURN {
        return Err(refuse(
            Code::NotPossibleInState,
            "Thủ trưởng chỉ được chấp nhận lý do nộp hộ chiếu muộn.",
            "The head may accept a reason only for a late passport.",
        ));
    }
    let (reason, until) = asked()?;
    let mut faults = Violations::default();
    let soon = call.today + chrono::Duration::days(LONGEST_EXCUSE);
    faults.require(
        until >= call.today && until <= soon && duty.due_on.is_none_or(|due| until > due),
        "/until",
        FieldError::OutOfRange,
        "Phải từ hôm nay trở đi, sau hạn nộp và trong vòng 180 ngày tới.",
        "Must be today or later, after the due date, and within the next 180 days.",
    );
    faults.finish()?;
    duty.excused_until = Some(until);
    duty.excuse = Some(reason);
    store::update(conn, &mut duty)?;
    remember(conn, call, "excuse_duty", &duty, json!({"until": until, "reason": duty.excuse}))?;
    Ok(duty)
}

/// The body named by the rule lets the agency submit despite the overdue duty, which stays due.
pub fn overridden(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<String>,
) -> Result<Duty> {
    let call = &call.on((Procedure::OUTBOUND, None));
    call.guard(duty.version, || may_override(conn, call, tools))?;
    open(&duty)?;
    duty.overridden = Some(asked()?);
    store::update(conn, &mut duty)?;
    remember(conn, call, "override_duty", &duty, json!({"reason": duty.overridden}))?;
    Ok(duty)
}

/// The head of the agency accepts a reason, but never their own nor that of whoever they stand in for.
fn may_excuse(call: &RequestContext, duty: &Duty) -> Result<()> {
    if !(call.actor.belongs_to(duty.agency_id) && call.actor.sits_in(Body::AgencyHead)) {
        return Err(forbidden(
            "Chỉ thủ trưởng cơ quan được chấp nhận lý do nộp muộn.",
            "Only the head of the agency may accept a reason for a late return.",
        ));
    }
    let theirs = |official: Option<i64>| official.is_some() && official == duty.official_id;
    if theirs(call.actor.account.official_id) || call.actor.stand_ins().any(|s| theirs(s.for_official)) {
        return Err(refuse(
            Code::SeparationOfDuties,
            "Không được tự chấp nhận lý do nộp muộn của chính mình.",
            "Nobody may accept their own reason.",
        ));
    }
    Ok(())
}

/// Whether the rules name a body of the caller as the one that may lift the hold.
fn may_override(conn: &mut Conn, call: &RequestContext, tools: &ProvinceLaw) -> Result<()> {
    call.actor.require(Permission::DecideDossiers)?;
    let book = tools.shelf.book(conn)?;
    let law = book
        .in_force(&tools.jurisdiction, call.today)
        .ok_or_else(|| Error::Internal("no regulation of the province is loaded".into()))?;
    let names = |effect: &Effect| match effect {
        Effect::Limit { finding: FindingCode::ReportOverdue, waivable_by, .. } => *waivable_by,
        _ => None,
    };
    let mut bodies = law.layers().flatten().filter(|r| r.valid_on(call.today)).filter_map(|r| names(&r.effect));
    if !bodies.any(|b| call.actor.decides_for(b)) {
        return Err(forbidden(
            "Quy định không giao cơ quan này thẩm quyền chấp thuận ngoại lệ.",
            "The rules do not allow this body to override the duty.",
        ));
    }
    Ok(())
}
