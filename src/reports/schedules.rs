//! Schedules of reports that are frozen automatically, with the accounts to notify.

use chrono::{Datelike, Duration};
use diesel::prelude::*;

use crate::db::schema::report_schedules as schedules;
use crate::db::{Conn, word};
use crate::error::{Error, Result};
use crate::reports::model::{ReportKind, ReportPeriod};
use crate::statistics::question::Window;
use kernel::time::{Day, Moment};

/// A recurring report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub id: i64,
    pub kind: ReportKind,
    pub window: Window,
    /// Number of days after the end of the period when it is frozen.
    pub days_after: i64,
    /// Accounts to notify.
    pub recipients: Vec<i64>,
    /// Reports that were due before this day are not made.
    pub since: Day,
    /// Last day of the latest period for which a report was made.
    pub done_to: Option<Day>,
    pub created_by: i64,
    pub created_at: Moment,
}

impl Schedule {
    /// The periods without a report up to a year, oldest first, each with the day on which it is due.
    fn open(&self, until: i32) -> Vec<(ReportPeriod, Day)> {
        let mut open = Vec::new();
        for year in self.since.year() - 1..=until {
            for number in 1..=self.kind.in_a_year() {
                let span = ReportPeriod { kind: self.kind, year, number, window: self.window };
                let Some(days) = span.days() else { continue };
                let day = days.to + Duration::days(self.days_after);
                if self.since <= day && self.done_to.is_none_or(|done| done < days.to) {
                    open.push((span, day));
                }
            }
        }
        open
    }

    /// The due periods without a report, oldest first.
    pub fn due(&self, today: Day) -> Vec<ReportPeriod> {
        self.open(today.year()).into_iter().filter(|(_, day)| *day <= today).map(|(span, _)| span).collect()
    }

    /// When the next report is due: in the past, if it is late.
    pub fn next(&self, today: Day) -> Option<Day> {
        self.open(today.year() + 1).into_iter().map(|(_, day)| day).min()
    }
}

type ReportScheduleRow = (i64, String, String, i64, String, Day, Option<Day>, i64, Moment);

fn schedule(row: ReportScheduleRow) -> Result<Schedule> {
    let (id, kind, window, days_after, recipients, since, done_to, created_by, created_at) = row;
    let recipients: Vec<i64> =
        serde_json::from_str(&recipients).map_err(|e| Error::Internal(format!("unreadable recipients: {e}")))?;
    Ok(Schedule {
        id,
        kind: word(&kind)?,
        window: word(&window)?,
        days_after,
        recipients,
        since,
        done_to,
        created_by,
        created_at,
    })
}

pub fn all(conn: &mut Conn) -> Result<Vec<Schedule>> {
    let rows: Vec<ReportScheduleRow> = schedules::table.order(schedules::id).load(conn)?;
    rows.into_iter().map(schedule).collect()
}

pub fn insert(conn: &mut Conn, s: &Schedule) -> Result<()> {
    let window: &'static str = s.window.into();
    let recipients = serde_json::to_string(&s.recipients).map_err(|e| Error::Internal(e.to_string()))?;
    diesel::insert_into(schedules::table)
        .values((
            schedules::id.eq(s.id),
            schedules::kind.eq(s.kind.word()),
            schedules::year_window.eq(window),
            schedules::days_after.eq(s.days_after),
            schedules::recipients.eq(recipients),
            schedules::since.eq(s.since),
            schedules::created_by.eq(s.created_by),
            schedules::created_at.eq(s.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records that the report of the period ending on this day was made.
pub fn done(conn: &mut Conn, id: i64, to: Day) -> Result<()> {
    diesel::update(schedules::table.find(id)).set(schedules::done_to.eq(to)).execute(conn)?;
    Ok(())
}

/// Returns false if the schedule does not exist.
pub fn delete(conn: &mut Conn, id: i64) -> Result<bool> {
    Ok(diesel::delete(schedules::table.find(id)).execute(conn)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_due_on_its_day_once_and_never_from_before_the_schedule() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let schedule = |since: &str, done_to: Option<&str>| Schedule {
            id: 1,
            kind: ReportKind::Month,
            window: Window::Calendar,
            days_after: 3,
            recipients: Vec::new(),
            since: day(since),
            done_to: done_to.map(day),
            created_by: 1,
            created_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
        };
        let due = |s: &Schedule, today: &str| s.due(day(today)).iter().map(|s| (s.year, s.number)).collect::<Vec<_>>();
        let fresh = schedule("2026-01-02", None);
        assert_eq!(due(&fresh, "2026-01-02"), []);
        // December is due on 3 January; months that became due while the server was off are caught up on.
        assert_eq!(due(&fresh, "2026-01-03"), [(2025, 12)]);
        assert_eq!(due(&fresh, "2026-03-03"), [(2025, 12), (2026, 1), (2026, 2)]);
        assert_eq!(due(&schedule("2026-01-02", Some("2026-01-31")), "2026-03-03"), [(2026, 2)]);
        assert_eq!(due(&schedule("2026-01-10", None), "2026-01-20"), []);
        let next = |s: &Schedule, today: &str| s.next(day(today)).map(|day| day.to_string()).unwrap_or_default();
        assert_eq!(next(&fresh, "2026-01-02"), "2026-01-03");
        assert_eq!(next(&fresh, "2026-03-03"), "2026-01-03");
        assert_eq!(next(&schedule("2026-01-02", Some("2026-11-30")), "2026-12-20"), "2027-01-03");
    }
}
