//! Duties after a delegation, by the rules it was handled under.

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::assess_dossier;
use crate::dossier::model::{Dossier, ResultsReport};
use crate::dossier::parts::duties::{self, Duty, FOLLOW_UP, PASSPORT_RETURN, TRIP_REPORT, owed};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::Result;
use kernel::time::Day;
use regulation::pack::{Anchor, Timing};

/// The delegation ended on this day: the terms of its duties start to run.
pub fn begin<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    ended: Day,
) -> Result<()> {
    let on = dossier.complete_on.unwrap_or(call.today);
    let (_, answer) = assess_dossier(conn, tools, dossier, on)?;
    for obligation in answer.obligations {
        let Timing::After(Anchor::Return | Anchor::Departure, term) = obligation.timing else { continue };
        // Without a holiday table for that year no due day can be computed, but the duty still exists.
        let due = tools.calendar.after(ended, term).ok();
        if obligation.code != PASSPORT_RETURN {
            let agency = dossier.content.agency_id();
            duties::insert(conn, &owed(dossier.id, agency, &obligation.code, &obligation.citation, due, call.now))?;
        }
    }
    recall_passports(conn, call, tools, dossier, ended)?;
    if let Some(citation) = dossier.content.settles() {
        duties::insert(
            conn,
            &owed(dossier.id, dossier.content.agency_id(), duties::SETTLEMENT, citation, None, call.now),
        )?;
    }
    Ok(())
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
    for mut duty in out {
        duty.due_on = term.and_then(|term| tools.calendar.after(ends, term).ok());
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
        let mut duty =
            owed(dossier.id, task.agency_id.0, FOLLOW_UP, "Báo cáo kết quả của đoàn", Some(task.due_on), call.now);
        duty.task = Some(task.task.clone());
        duties::insert(conn, &duty)?;
    }
    Ok(())
}
