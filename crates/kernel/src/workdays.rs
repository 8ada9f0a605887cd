//! Working days (ngày làm việc): Monday to Friday without holidays, plus swapped weekend days, as data per year.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Duration, Months, Weekday};

use crate::time::Day;
use crate::words::{Term, TermUnit};

/// The working calendar of one year, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    pub year: i32,
    /// `announced` by the Government, or `computed` from the law until the announcement is made.
    pub basis: String,
    pub source: String,
    /// Weekdays off: holidays, substitute days (nghỉ bù) and swapped days.
    pub off: BTreeSet<Day>,
    /// Weekend days worked in exchange (làm bù).
    pub work: BTreeSet<Day>,
}

/// No table for this year: the answer cannot be computed, and is not guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoTableFor(pub i32);

/// All years that have a table.
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    years: BTreeMap<i32, Year>,
}

impl WorkCalendar {
    pub fn new(years: impl IntoIterator<Item = Year>) -> Self {
        WorkCalendar { years: years.into_iter().map(|y| (y.year, y)).collect() }
    }

    pub fn year(&self, year: i32) -> Result<&Year, NoTableFor> {
        self.years.get(&year).ok_or(NoTableFor(year))
    }

    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.values()
    }

    /// Whether offices work on this day.
    pub fn is_working(&self, day: Day) -> Result<bool, NoTableFor> {
        let year = self.year(day.year())?;
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(if weekend { year.work.contains(&day) } else { !year.off.contains(&day) })
    }

    /// The last day of a term that starts on `start`; the start day is not counted.
    pub fn after(&self, start: Day, term: Term) -> Result<Day, NoTableFor> {
        self.walk(start, term, 1)
    }

    /// The latest day that leaves a full term before `end`; `end` itself is not counted.
    pub fn before(&self, end: Day, term: Term) -> Result<Day, NoTableFor> {
        self.walk(end, term, -1)
    }

    /// The day itself if it is a working day, otherwise the last working day before it.
    pub fn working_on_or_before(&self, day: Day) -> Result<Day, NoTableFor> {
        let mut day = day;
        while !self.is_working(day)? {
            day -= Duration::days(1);
        }
        Ok(day)
    }

    /// Working days in a period, both ends included.
    pub fn count(&self, from: Day, to: Day) -> Result<i64, NoTableFor> {
        let mut count = 0;
        let mut day = from;
        while day <= to {
            count += i64::from(self.is_working(day)?);
            day += Duration::days(1);
        }
        Ok(count)
    }

    fn walk(&self, start: Day, term: Term, direction: i64) -> Result<Day, NoTableFor> {
        match term.unit {
            TermUnit::Days => return Ok(start + Duration::days(term.value * direction)),
            TermUnit::Hours => return Ok(start + Duration::days((term.value + 23) / 24 * direction)),
            TermUnit::Months => {
                let months = Months::new(u32::try_from(term.value).unwrap_or(0));
                let moved =
                    if direction > 0 { start.checked_add_months(months) } else { start.checked_sub_months(months) };
                return Ok(moved.unwrap_or(start));
            }
            TermUnit::WorkingDays => {}
        }
        let (mut day, mut left) = (start, term.value);
        while left > 0 {
            day += Duration::days(direction);
            left -= i64::from(self.is_working(day)?);
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        let year = |year, off: &[&str], work: &[&str]| Year {
            year,
            basis: "announced".into(),
            source: "test".into(),
            off: off.iter().map(|d| day(d)).collect(),
            work: work.iter().map(|d| day(d)).collect(),
        };
        WorkCalendar::new([
            year(2024, &["2024-04-29", "2024-04-30", "2024-05-01"], &["2024-05-04"]),
            year(2025, &["2025-01-01"], &[]),
        ])
    }

    #[test]
    fn the_start_day_is_not_counted_and_swapped_saturdays_are() {
        let working = |value| Term { value, unit: TermUnit::WorkingDays };
        assert_eq!(calendar().after(day("2024-04-26"), working(1)), Ok(day("2024-05-02")));
        assert_eq!(calendar().after(day("2024-05-03"), working(1)), Ok(day("2024-05-04")));
        assert_eq!(calendar().before(day("2024-05-02"), working(1)), Ok(day("2024-04-26")));
        assert_eq!(calendar().after(day("2024-04-26"), Term { value: 3, unit: TermUnit::Days }), Ok(day("2024-04-29")));
        assert_eq!(calendar().working_on_or_before(day("2024-05-01")), Ok(day("2024-04-26")));
    }

    #[test]
    fn a_year_without_a_table_is_an_error_that_names_it() {
        let term = Term { value: 3, unit: TermUnit::WorkingDays };
        assert_eq!(calendar().after(day("2025-12-30"), term), Err(NoTableFor(2026)));
        assert_eq!(calendar().is_working(day("2011-06-01")), Err(NoTableFor(2011)));
    }

    proptest! {
        #[test]
        fn a_term_counts_exactly_its_working_days(offset in 0i64..600, value in 1i64..40) {
            let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Duration::days(offset);
            let term = Term { value, unit: TermUnit::WorkingDays };
            if let Ok(end) = calendar().after(start, term) {
                prop_assert_eq!(calendar().count(start + Duration::days(1), end), Ok(value));
                prop_assert!(calendar().is_working(end).unwrap());
            }
        }
    }
}
