//! Scheduled reports: freezes them on their day and notifies their recipients.

use crate::access::account::SCHEDULE;
use crate::access::context::RequestContext;
use crate::error::{Error, Result};
use crate::jobs::outbox::{DeliveryChannel, New, enqueue};
use crate::jobs::tools::{Jobs, Links};
use crate::registry::{agencies, changes};
use crate::reports::freeze::{draw, keep};
use crate::reports::model::{FrozenReport, ReportPeriod};
use crate::reports::schedules::{self, Schedule};
use crate::reports::view::title;
use crate::statistics::asked::{Agencies, FigureSource};
use crate::statistics::kept_facts::KeptFacts;
use kernel::id::Id;
use kernel::money::grouped;
use kernel::procedure::RegisterEntries;
use kernel::time::{Moment, day_of, in_vietnamese};

/// Freezes every report that is due.
pub fn run(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    for schedule in jobs.db.read_now(schedules::all)? {
        for span in schedule.due(day_of(now)) {
            freeze(jobs, &schedule, span, now)?;
        }
    }
    Ok(())
}

fn freeze(jobs: &Jobs, schedule: &Schedule, span: ReportPeriod, now: Moment) -> Result<()> {
    let days = span.days().ok_or_else(|| Error::Internal("a due period has no days".into()))?;
    let agencies = Agencies { names: agencies::names, succession: changes::succession };
    // Due once a month at most, so nothing is kept for the next time.
    let source = FigureSource { facts: KeptFacts::default(), agencies };
    let drawn = jobs.db.read_now(|conn| draw(conn, &jobs.registers, span, days, &source, now))?;
    let (schedule, mails) = (schedule.clone(), jobs.mailer.is_some());
    let frozen = {
        let (schedule, registers, links) = (schedule.clone(), jobs.registers.clone(), jobs.links.clone());
        jobs.db.write_now(move |conn| {
            let call = RequestContext::job_named(SCHEDULE, now);
            let report = keep(conn, registers.entries(), &call, &drawn, schedule.created_by, None)?;
            schedules::done(conn, schedule.id, days.to)?;
            let (subject, body) = told(registers.entries(), &links, &report);
            tell(conn, &schedule, mails, (&format!("report {}", Id(report.id)), &subject, &body), now)
        })
    };
    match frozen {
        // A person must give an explanation: notify once and do not try again.
        Err(Error::Refused(problem)) => jobs.db.write_now(move |conn| {
            schedules::done(conn, schedule.id, days.to)?;
            let subject = format!("Chưa chốt được báo cáo {}", span.title());
            let mut body = format!("{}\n", problem.detail.vi);
            problem.errors.0.iter().for_each(|v| body += &format!("- {}\n", v.detail.vi));
            tell(conn, &schedule, mails, (&format!("report {span:?}"), &subject, &body), now)
        }),
        other => other,
    }
}

fn told(registers: &RegisterEntries, links: &Links, report: &FrozenReport) -> (String, String) {
    let line = |name: &str, f: &crate::reports::model::ReportFigures| {
        format!("{name}: {} đoàn, {} lượt, {} người.\n", grouped(f.delegations), grouped(f.visits), grouped(f.persons))
    };
    let mut body = format!(
        "{} (từ {} đến {}) đã được chốt.\n\n",
        title(report),
        in_vietnamese(report.days.from),
        in_vietnamese(report.days.to)
    );
    for (entry, _) in registers.counted() {
        body += &line(entry.label.vi, &report.total(entry.key));
    }
    body += &links.to(&format!("/reports/{}", Id(report.id)), "Xem báo cáo");
    body += &format!("Mã kiểm tra: {}\n", report.hash);
    (title(report), body)
}

fn tell(
    conn: &mut crate::db::Conn,
    schedule: &Schedule,
    mails: bool,
    (key, subject, body): (&str, &str, &str),
    now: Moment,
) -> Result<()> {
    for recipient in schedule.recipients.iter().filter(|_| mails) {
        let key = format!("{key} {}", Id(*recipient));
        enqueue(
            conn,
            &New { key: &key, channel: DeliveryChannel::Mail, target_id: *recipient, subject, body, due: now },
            now,
        )?;
    }
    Ok(())
}
