//! Duties after a delegation, by the rules it was handled under.

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::assess_dossier;
use crate::dossier::model::{Dossier, FollowUp, ResultsReport};
use crate::dossier::parts::duties::{self, Duty, FOLLOW_UP, PASSPORT_RETURN, TRIP_REPORT, owed};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::Result;
use kernel::time::{Day, Moment};
use regulation::pack::{Anchor, Timing};

/// The delegation ended on this day: the terms of its duties start to run.
pub fn begin<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    ended: Day,
) -> Result<()> {
    let agency = dossier.content.agency_id();
    for AfterEnd { code, citation, due } in after_end(conn, call, tools, dossier, ended)? {
        duties::insert(conn, &owed(dossier.id, agency, &code, &citation, due, call.now))?;
    }
    recall_passports(conn, call, tools, dossier, ended)?;
    // A text that asks for the settlement itself gives its term.
    let asked = duties::of_delegation(conn, dossier.id)?.iter().any(|duty| duty.code == duties::SETTLEMENT);
    if let Some(citation) = dossier.content.settles().filter(|_| !asked) {
        duties::insert(conn, &owed(dossier.id, agency, duties::SETTLEMENT, citation, None, call.now))?;
    }
    Ok(())
}

/// A duty whose term runs from the end of the delegation.
struct AfterEnd {
    code: String,
    citation: String,
    /// `None` without a working calendar for that year: the duty still exists.
    due: Option<Day>,
}

/// What is due after the delegation ended on this day, beside the passports.
fn after_end<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    ended: Day,
) -> Result<Vec<AfterEnd>> {
    let on = dossier.complete_on.unwrap_or(call.today);
    let (_, answer) = assess_dossier(conn, tools, dossier, on)?;
    let obligations = answer.obligations.into_iter().filter(|o| o.code != PASSPORT_RETURN);
    let calendar = tools.shelf.calendar(conn)?;
    let due = obligations.filter_map(|o| match o.timing {
        Timing::After(Anchor::Return | Anchor::Departure, term) => {
            Some(AfterEnd { code: o.code, citation: o.citation, due: calendar.after(ended, term).ok() })
        }
        _ => None,
    });
    Ok(due.collect())
}

/// The recorded end was corrected: what is due after it moves along, done or not.
pub fn follow_end<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    ended: Day,
) -> Result<()> {
    let owed = duties::of_delegation(conn, dossier.id)?;
    // A dossier of an old list owes nothing here, and no text may be known for its year.
    if owed.is_empty() {
        return Ok(());
    }
    let after = after_end(conn, call, tools, dossier, ended)?;
    for mut duty in owed {
        let Some(term) = after.iter().find(|a| a.code == duty.code) else { continue };
        if duty.due_on != term.due {
            duty.due_on = term.due;
            duties::update(conn, &mut duty)?;
        }
    }
    recall_passports(conn, call, tools, dossier, ended)
}

/// The report was corrected: new tasks become duties, those that fell away are no longer due, others keep what was done.
pub fn correct_report(
    conn: &mut Conn,
    call: &RequestContext,
    delegation_id: i64,
    before: &ResultsReport,
    after: &ResultsReport,
) -> Result<()> {
    let same = |duty: &Duty, task: &FollowUp| {
        duty.code == FOLLOW_UP && duty.agency_id == task.agency_id.0 && duty.task.as_deref() == Some(task.task.as_str())
    };
    let mut owed = duties::of_delegation(conn, delegation_id)?;
    for task in after.follow_ups.iter().filter(|task| !before.follow_ups.contains(task)) {
        match owed.iter_mut().find(|duty| same(duty, task)) {
            Some(duty) => {
                duty.due_on = Some(task.due_on);
                duties::update(conn, duty)?;
            }
            None => duties::insert(conn, &follow_up(delegation_id, task, call.now))?,
        }
    }
    let gone = |duty: &Duty| duty.code == FOLLOW_UP && !after.follow_ups.iter().any(|task| same(duty, task));
    for duty in owed.iter_mut().filter(|duty| duty.done_on.is_none() && gone(duty)) {
        duty.done_on = Some(call.today);
        duty.done_note = Some("Báo cáo được đính chính: không còn nhiệm vụ này.".to_owned());
        duties::update(conn, duty)?;
    }
    Ok(())
}

fn follow_up(delegation_id: i64, task: &FollowUp, now: Moment) -> Duty {
    let citation = "Báo cáo kết quả của đoàn";
    let duty = owed(delegation_id, task.agency_id.0, FOLLOW_UP, citation, Some(task.due_on), now);
    Duty { task: Some(task.task.clone()), ..duty }
}

/// Sets when handed-out passports are due: by the rule, after the delegation ends, ended or was cancelled.
pub fn recall_passports<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    ends: Day,
) -> Result<()> {
    let owed = duties::of_delegation(conn, dossier.id)?;
    let out: Vec<Duty> = owed.into_iter().filter(|d| d.code == PASSPORT_RETURN && d.done_on.is_none()).collect();
    if out.is_empty() {
        return Ok(());
    }
    let (_, answer) = assess_dossier(conn, tools, dossier, dossier.complete_on.unwrap_or(call.today))?;
    let term = answer.obligations.iter().find(|o| o.code == PASSPORT_RETURN).and_then(|o| match o.timing {
        Timing::After(_, term) => Some(term),
        _ => None,
    });
    let calendar = tools.shelf.calendar(conn)?;
    for mut duty in out {
        duty.due_on = term.and_then(|term| calendar.after(ends, term).ok());
        duties::update(conn, &mut duty)?;
    }
    Ok(())
}

/// The report was submitted; the tasks that it gives to agencies become their duties.
pub fn report<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    dossier: &Dossier<C>,
    report: &ResultsReport,
) -> Result<()> {
    let open = duties::of_delegation(conn, dossier.id)?;
    for mut duty in open.into_iter().filter(|d| d.code == TRIP_REPORT && d.done_on.is_none()) {
        duty.done_on = Some(call.today);
        duties::update(conn, &mut duty)?;
    }
    for task in &report.follow_ups {
        duties::insert(conn, &follow_up(dossier.id, task, call.now))?;
    }
    Ok(())
}
