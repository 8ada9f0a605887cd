//! The daily digest: what is overdue or due by the next working day. At most one mail per person and day.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{Datelike, Duration, Timelike, Weekday};

use crate::access::account::Actor;
use crate::access::store as accounts;
use crate::approval::waiting_store::{MOST, WaitingStep, waiting_for};
use crate::db::Conn;
use crate::db::counters::{counter, set};
use crate::dossier::parts::duties::{self, Duty, DutyFilter, DutySight};
use crate::error::Result;
use crate::jobs::fan_out::asked;
use crate::jobs::outbox::{DeliveryChannel, New, enqueue};
use crate::jobs::tools::Jobs;
use kernel::time::{Day, Moment, in_vietnamese, local};
use kernel::words::{Body, DutyCode, Term, TermUnit};
use kernel::workdays::WorkCalendar;

const UPTO: &str = "digest_upto";
/// Digests are sent from this hour on, local time.
const HOUR: u32 = 7;

/// Sends today's digests, once the hour has come and only on working days.
pub fn run(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    let (today, hour) = (local(now).date(), local(now).hour());
    let number = i64::from(today.num_days_from_ce());
    if jobs.mailer.is_none() || hour < HOUR {
        return Ok(());
    }
    let (sent_to, calendar) = jobs.db.read_now(|conn| Ok((counter(conn, UPTO)?, jobs.shelf.calendar(conn)?)))?;
    if sent_to >= number || !works(&calendar, today) {
        return Ok(());
    }
    let soon = next_working_day(&calendar, today);
    for account in jobs.db.read_now(accounts::reachable)? {
        let actor = Actor::new(Arc::new(account), 0, today);
        // A failed digest of one person must not stop those of the others.
        let made = jobs.db.read_now(|conn| digest(conn, jobs, &actor, today, soon)).and_then(|made| match made {
            Some((subject, body)) => jobs.db.write_now(move |conn| keep(conn, &actor, today, &subject, &body, now)),
            None => Ok(()),
        });
        if let Err(error) = made {
            tracing::error!(%error, "a digest could not be created");
        }
    }
    jobs.db.write_now(move |conn| set(conn, UPTO, number))
}

/// Without a holiday table for the year, Monday to Friday count as working days.
fn works(calendar: &WorkCalendar, day: Day) -> bool {
    calendar.is_working(day).unwrap_or(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
}

fn next_working_day(calendar: &WorkCalendar, day: Day) -> Day {
    let next = calendar.after(day, Term { value: 1, unit: TermUnit::WorkingDays });
    next.unwrap_or(day + Duration::days(1))
}

/// Overdue duties that a digest names one by one.
const SHOWN: usize = 50;

/// Subject and body; none if nothing is overdue or due soon.
fn digest(conn: &mut Conn, jobs: &Jobs, actor: &Actor, today: Day, soon: Day) -> Result<Option<(String, String)>> {
    let waiting = waiting_for(conn, actor, jobs.registers.entries().procedures(), None, MOST)?;
    let late: Vec<&WaitingStep> = waiting.iter().filter(|w| w.due_on.is_some_and(|d| d < today)).collect();
    let near: Vec<&WaitingStep> =
        waiting.iter().filter(|w| w.due_on.is_some_and(|d| d >= today && d <= soon)).collect();
    let owed = overdue_duties(conn, actor, today)?;
    if late.is_empty() && near.is_empty() && owed.is_empty() {
        return Ok(None);
    }
    let mut body = String::new();
    for (heading, items) in [("QUÁ HẠN", &late), ("SẮP ĐẾN HẠN", &near)] {
        if items.is_empty() {
            continue;
        }
        let _ = writeln!(body, "{heading}");
        for item in items {
            let supplement = item.body == Body::AgencyHead;
            let due = item.due_on.map(in_vietnamese).unwrap_or_default();
            let _ = writeln!(body, "- {}: {} (hạn {due})", asked(item.kind, supplement), item.title);
        }
        body.push('\n');
    }
    if !owed.is_empty() {
        let _ = writeln!(body, "VIỆC SAU CHUYẾN ĐI QUÁ HẠN");
        for (duty, title) in owed.iter().take(SHOWN) {
            let due = duty.due().map(in_vietnamese).unwrap_or_default();
            let what = duty.task.as_deref().unwrap_or_else(|| in_words(&duty.code));
            let _ = writeln!(body, "- {what}: {title} (hạn {due}, nhắc lần {})", duty.reminders(today));
        }
        if owed.len() > SHOWN {
            let _ = writeln!(body, "- … và {} việc quá hạn khác", owed.len() - SHOWN);
        }
        body.push('\n');
    }
    let others = waiting.len() - late.len() - near.len();
    let _ = writeln!(body, "Việc khác đang chờ: {others}.");
    body += &jobs.links.to("/inbox", "Việc chờ xử lý");
    if !owed.is_empty() {
        body += &jobs.links.to("/duties?overdue=true", "Việc sau chuyến đi quá hạn");
    }
    let subject =
        format!("Việc ngày {}: {} quá hạn, {} sắp đến hạn", in_vietnamese(today), late.len() + owed.len(), near.len());
    Ok(Some((subject, body)))
}

/// The Vietnamese name of a duty.
fn in_words(code: &str) -> &'static str {
    code.parse::<DutyCode>().map_or("Việc khác sau chuyến đi", DutyCode::vi)
}

/// Overdue duties of which the actor is reminded, with the titles of their delegations.
fn overdue_duties(conn: &mut Conn, actor: &Actor, today: Day) -> Result<Vec<(Duty, String)>> {
    let filter = DutyFilter { overdue_on: Some(today), ..DutyFilter::seen(DutySight::reminded(actor)) };
    let late = duties::page(conn, &filter, None, i64::from(i32::MAX))?;
    let titles = duties::titles(conn, &late)?;
    Ok(late
        .into_iter()
        .map(|d| (titles.get(&d.delegation_id).cloned().unwrap_or_default(), d))
        .map(|(t, d)| (d, t))
        .collect())
}

fn keep(conn: &mut Conn, actor: &Actor, today: Day, subject: &str, body: &str, now: Moment) -> Result<()> {
    let key = format!("digest {today} {}", actor.id());
    let new = New { key: &key, channel: DeliveryChannel::Mail, target_id: actor.id(), subject, body, due: now };
    enqueue(conn, &new, now)?;
    Ok(())
}
