//! Time: the clock as a value, days in the province, moments in UTC, and periods of days.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, Utc};

/// A day in Asia/Ho_Chi_Minh, without a zone.
pub type Day = NaiveDate;
/// A moment in UTC, to the microsecond.
pub type Moment = NaiveDateTime;

/// The source of time: the system clock, or a manual clock that tests advance.
#[derive(Clone, Debug)]
pub enum Clock {
    Machine,
    Manual(Arc<Mutex<Moment>>),
}

impl Clock {
    /// A clock that stands still until it is advanced.
    pub fn manual(start: Moment) -> Self {
        Clock::Manual(Arc::new(Mutex::new(start)))
    }

    /// The current moment in UTC, truncated to microseconds because neither database stores more.
    pub fn now(&self) -> Moment {
        match self {
            Clock::Machine => {
                let now = Utc::now().naive_utc();
                let below = i64::from(now.and_utc().timestamp_subsec_nanos() % 1_000);
                now - Duration::nanoseconds(below)
            }
            Clock::Manual(hand) => *hand.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Advances a manual clock; does nothing to the system clock.
    pub fn advance(&self, by: Duration) {
        if let Clock::Manual(hand) = self {
            let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
            *hand += by;
        }
    }
}

/// The local day in the province at a moment. Vietnam has had UTC+7 without summer time since 1975.
pub fn day_of(moment: Moment) -> Day {
    let zone = FixedOffset::east_opt(7 * 3600);
    zone.map_or(moment.date(), |z| moment.and_utc().with_timezone(&z).date_naive())
}

/// The moment at which a day begins in the province.
pub fn start_of(day: Day) -> Moment {
    day.and_time(chrono::NaiveTime::MIN) - Duration::hours(7)
}

/// The moment as clocks in the province show it.
pub fn local(moment: Moment) -> chrono::NaiveDateTime {
    moment + Duration::hours(7)
}

/// RFC 3339 in UTC with a `Z`, as the API sends it.
pub fn rfc3339(moment: Moment) -> String {
    moment.and_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// A day in Vietnamese notation, `dd/MM/yyyy`.
pub fn in_vietnamese(day: Day) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// A written-out date; of the months, only 1 and 2 get a leading zero (NĐ 30/2020/NĐ-CP Phụ lục I).
pub fn dated(day: Day) -> String {
    let nought = if day.month() <= 2 { "0" } else { "" };
    format!("ngày {:02} tháng {nought}{} năm {}", day.day(), day.month(), day.year())
}

/// Days from `from` to `to`, both included (calendar days of a trip, statistics).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Day,
    pub to: Day,
}

impl Period {
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the two periods share at least one day, also where one contains the other.
    pub fn overlaps(self, other: Period) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// Calendar days, first and last included.
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

/// Whether the half-open validity `[from, to)` covers `day`; without `to` it has no end.
pub fn valid_on(from: Day, to: Option<Day>, day: Day) -> bool {
    from <= day && to.is_none_or(|to| day < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_out_as_offices_write_it() {
        let day = |m, d| Day::from_ymd_opt(2026, m, d).unwrap();
        assert_eq!(dated(day(2, 3)), "ngày 03 tháng 02 năm 2026");
        assert_eq!(dated(day(3, 22)), "ngày 22 tháng 3 năm 2026");
    }

    fn day(d: u32) -> Day {
        NaiveDate::from_ymd_opt(2026, 1, d).unwrap()
    }

    #[test]
    fn the_day_turns_at_midnight_in_the_province() {
        let evening = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap().and_hms_opt(17, 0, 0).unwrap();
        assert_eq!(day_of(evening), day(1));
        assert_eq!(day_of(evening - Duration::seconds(1)).to_string(), "2025-12-31");
        assert_eq!(rfc3339(evening), "2025-12-31T17:00:00Z");
    }

    #[test]
    fn periods_overlap_in_all_four_ways_and_touching_days_count() {
        let trip = Period { from: day(10), to: day(14) };
        for (from, to) in [(8, 10), (14, 20), (11, 12), (1, 31)] {
            assert!(trip.overlaps(Period { from: day(from), to: day(to) }), "{from}-{to}");
        }
        for (from, to) in [(1, 9), (15, 20)] {
            assert!(!trip.overlaps(Period { from: day(from), to: day(to) }), "{from}-{to}");
        }
        assert_eq!(trip.days(), 5);
    }
}
