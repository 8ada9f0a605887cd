//! Acts on duties: done, excused, overridden.

use serde_json::json;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::dossier::Tools;
use crate::dossier::actions::after::past;
use crate::dossier::parts::duties::{
    self as store, Duty, FOLLOW_UP, PASSPORT_RETURN, SETTLEMENT, Settlement, TRIP_REPORT,
};
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use kernel::id::Id;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::{Body, FindingCode, Procedure, Role};
use regulation::pack::Effect;

/// Whether the caller sees what every agency owes.
pub fn sees_all(call: &Call) -> bool {
    let bodies = [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc];
    call.actor.has(Role::Inspector) || bodies.into_iter().any(|b| call.actor.sits_in(b))
}

/// Days that an excuse gives at most.
const LONGEST_EXCUSE: i64 = 180;

/// Whether passports are his work.
pub fn keeps_passports(call: &Call) -> bool {
    call.actor.may(Act::Draft, Kind::Passport)
}

/// A duty for whoever may see it.
pub fn find(conn: &mut Conn, call: &Call, id: i64) -> Result<Duty> {
    call.actor.require(Act::Read, Kind::Delegation)?;
    let duty = store::find(conn, id)?.ok_or_else(not_found)?;
    let sees = sees_all(call)
        || call.actor.belongs_to(duty.agency_id)
        || (duty.code == PASSPORT_RETURN && keeps_passports(call));
    if sees { Ok(duty) } else { Err(not_found()) }
}

fn open(call: &Call, duty: &Duty) -> Result<()> {
    call.precondition_holds(duty.version)?;
    if duty.done_on.is_none() {
        return Ok(());
    }
    Err(refuse(Code::NotPossibleInState, "Việc này đã hoàn thành.", "This is done already."))
}

fn remember(conn: &mut Conn, call: &Call, action: &str, duty: &Duty, detail: serde_json::Value) -> Result<()> {
    call.remember(conn, action, &format!("duties/{}", Id(duty.id)), detail)
}

/// What is handed in with a duty that is done.
pub struct Done {
    pub on: Day,
    pub note: Option<String>,
    pub settlement: Option<Settlement>,
}

/// 403 where another agency owes it.
fn owes(call: &Call, duty: &Duty) -> Result<()> {
    let call = &call.on((Procedure::Outbound, None));
    // What a report asks of an agency that sends nobody abroad is done by whoever is of it.
    let asked_of_his = duty.code == FOLLOW_UP && call.actor.belongs_to(duty.agency_id);
    if !asked_of_his && !call.actor.may(Act::Submit, Kind::Delegation) {
        call.actor.require(Act::Handle, Kind::Delegation)?;
    }
    if call.actor.belongs_to(duty.agency_id) || call.actor.sits_in(Body::Dofa) {
        return Ok(());
    }
    Err(forbidden("Việc của cơ quan khác.", "Another agency owes this."))
}

/// The duty is done (đã thực hiện). Passports come back by their custody, reports by the dossier.
pub fn fulfil(conn: &mut Conn, call: &Call, mut duty: Duty, asked: impl FnOnce() -> Result<Done>) -> Result<Duty> {
    call.precondition_given()?;
    owes(call, &duty)?;
    open(call, &duty)?;
    if [PASSPORT_RETURN, TRIP_REPORT].contains(&duty.code.as_str()) {
        return Err(refuse(
            Code::NotPossibleInState,
            "Hộ chiếu trả qua giao nhận, báo cáo nộp trong hồ sơ.",
            "Passports come back by their custody, the report by the dossier.",
        ));
    }
    let done = asked()?;
    let mut faults = Violations::default();
    past(call, done.on, &mut faults);
    faults.require(
        done.settlement.is_some() == (duty.code == SETTLEMENT),
        "/lines",
        if duty.code == SETTLEMENT { "missing" } else { "not_a_settlement" },
        "Quyết toán cần các dòng chi; việc khác thì không.",
        "A settlement needs its lines; nothing else has them.",
    );
    faults.finish()?;
    duty.done_on = Some(done.on);
    duty.done_note = done.note;
    duty.settlement = done.settlement;
    store::update(conn, &mut duty)?;
    let spent = duty.settlement.as_ref().map(|s| s.total_vnd);
    remember(conn, call, "fulfil_duty", &duty, json!({"code": duty.code, "on": done.on, "total_vnd": spent}))?;
    Ok(duty)
}

/// A settlement that was handed in is put right; the trail keeps what it was, and why.
pub fn correct(
    conn: &mut Conn,
    call: &Call,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<(Day, Settlement, String)>,
) -> Result<Duty> {
    call.precondition_given()?;
    owes(call, &duty)?;
    call.precondition_holds(duty.version)?;
    let Some(before) = duty.settlement.take() else {
        return Err(refuse(Code::NotPossibleInState, "Chưa có quyết toán.", "There is no settlement yet."));
    };
    let (on, settlement, reason) = asked()?;
    let mut faults = Violations::default();
    past(call, on, &mut faults);
    faults.finish()?;
    let before = json!({"on": duty.done_on, "note": duty.done_note, "settlement": before});
    let detail = json!({"on": on, "total_vnd": settlement.total_vnd, "before": before, "reason": reason});
    duty.done_on = Some(on);
    duty.done_note = Some(reason);
    duty.settlement = Some(settlement);
    store::update(conn, &mut duty)?;
    remember(conn, call, "correct_settlement", &duty, detail)?;
    Ok(duty)
}

/// The head of the agency accepts a reason to be later (Luật 49/2019/QH14 Đ.23 k.3).
pub fn excuse(
    conn: &mut Conn,
    call: &Call,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<(String, Day)>,
) -> Result<Duty> {
    call.precondition_given()?;
    let call = &call.on((Procedure::Outbound, None));
    if !(call.actor.belongs_to(duty.agency_id) && call.actor.sits_in(Body::AgencyHead)) {
        return Err(forbidden(
            "Chỉ thủ trưởng cơ quan chấp nhận lý do nộp muộn.",
            "Only the head of the agency accepts a reason.",
        ));
    }
    let his = |official: Option<i64>| official.is_some() && official == duty.official_id;
    if his(call.actor.account.official_id) || call.actor.stand_ins().any(|s| his(s.for_official)) {
        return Err(refuse(Code::SeparationOfDuties, "Không tự chấp nhận cho mình.", "Nobody excuses himself."));
    }
    open(call, &duty)?;
    if duty.code != PASSPORT_RETURN {
        return Err(refuse(
            Code::NotPossibleInState,
            "Thủ trưởng chỉ chấp nhận lý do nộp hộ chiếu muộn.",
            "The head accepts a reason for a passport only.",
        ));
    }
    let (reason, until) = asked()?;
    let mut faults = Violations::default();
    let soon = call.today + chrono::Duration::days(LONGEST_EXCUSE);
    faults.require(
        until >= call.today && until <= soon && duty.due_on.is_none_or(|due| until > due),
        "/until",
        "out_of_range",
        "Phải từ hôm nay, sau hạn và không quá 180 ngày.",
        "Must be today or later, after it was due, and within 180 days.",
    );
    faults.finish()?;
    duty.excused_until = Some(until);
    duty.excuse = Some(reason);
    store::update(conn, &mut duty)?;
    remember(conn, call, "excuse_duty", &duty, json!({"until": until, "reason": duty.excuse}))?;
    Ok(duty)
}

/// The body that the rule names lets the agency submit all the same; the duty stays due.
pub fn overridden(
    conn: &mut Conn,
    call: &Call,
    tools: &Tools,
    mut duty: Duty,
    asked: impl FnOnce() -> Result<String>,
) -> Result<Duty> {
    call.precondition_given()?;
    let call = &call.on((Procedure::Outbound, None));
    call.actor.require(Act::Decide, Kind::Delegation)?;
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
            "Quy định không giao cơ quan này cho phép vượt.",
            "The rules do not name this body to override it.",
        ));
    }
    open(call, &duty)?;
    duty.overridden = Some(asked()?);
    store::update(conn, &mut duty)?;
    remember(conn, call, "override_duty", &duty, json!({"reason": duty.overridden}))?;
    Ok(duty)
}
