//! Terms counted in a working calendar. A year that the calendar lacks gives no day, and is told: it is not guessed, and
//! whatever does not hang on it is answered all the same. Pure.

use std::collections::BTreeSet;

use kernel::text::Bilingual;
use kernel::time::Day;
use kernel::words::Term;
use kernel::workdays::{NoTableFor, WorkCalendar};

/// The day on which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueDay {
    /// There is no term.
    Unset,
    On(Day),
    /// There is a term, but it runs into a year without a working calendar.
    Unknown,
}

impl DueDay {
    pub fn day(self) -> Option<Day> {
        match self {
            DueDay::On(day) => Some(day),
            DueDay::Unset | DueDay::Unknown => None,
        }
    }

    /// This, or the other if there is no term.
    pub fn or(self, other: DueDay) -> DueDay {
        if self == DueDay::Unset { other } else { self }
    }

    /// The later of two; unknown if either is.
    pub fn later(self, other: DueDay) -> DueDay {
        match (self, other) {
            (DueDay::Unknown, _) | (_, DueDay::Unknown) => DueDay::Unknown,
            (DueDay::On(one), DueDay::On(two)) => DueDay::On(one.max(two)),
            (one, two) => one.or(two),
        }
    }
}

impl From<Option<Day>> for DueDay {
    fn from(day: Option<Day>) -> Self {
        day.map_or(DueDay::Unset, DueDay::On)
    }
}

/// Counts terms, and notes the years that are missing.
pub struct Terms<'a> {
    calendar: &'a WorkCalendar,
    missing: BTreeSet<i32>,
}

impl<'a> Terms<'a> {
    pub fn new(calendar: &'a WorkCalendar) -> Self {
        Terms { calendar, missing: BTreeSet::new() }
    }

    fn known<T>(&mut self, answer: Result<T, NoTableFor>) -> Option<T> {
        answer.map_err(|NoTableFor(year)| self.missing.insert(year)).ok()
    }

    /// The last day of a term that starts on `start`.
    pub fn after(&mut self, start: Day, term: Term) -> Option<Day> {
        self.known(self.calendar.after(start, term))
    }

    /// The latest day that leaves a full term before `end`.
    pub fn before(&mut self, end: Day, term: Term) -> Option<Day> {
        self.known(self.calendar.before(end, term))
    }

    /// When something is due `within` a term that starts on a day; unset without a term, or without a start.
    pub fn due(&mut self, start: DueDay, within: Option<Term>) -> DueDay {
        match (start, within) {
            (_, None) | (DueDay::Unset, _) => DueDay::Unset,
            (DueDay::Unknown, Some(_)) => DueDay::Unknown,
            (DueDay::On(start), Some(term)) => self.after(start, term).map_or(DueDay::Unknown, DueDay::On),
        }
    }

    /// The working day on or before a day.
    pub fn working_on_or_before(&mut self, day: Day) -> Option<Day> {
        self.known(self.calendar.working_on_or_before(day))
    }

    /// Working days in a period, both ends included.
    pub fn count(&mut self, from: Day, to: Day) -> Option<i64> {
        self.known(self.calendar.count(from, to))
    }

    /// A note for each missing year.
    pub fn notes(self) -> impl Iterator<Item = (String, Bilingual)> {
        self.missing.into_iter().map(|year| {
            let detail = Bilingual::new(
                format!("Chưa có lịch làm việc năm {year}; ngày đến hạn tính theo năm đó để trống."),
                format!("There is no working calendar for {year}; days that are counted in it are left open."),
            );
            ("holiday_table_missing".into(), detail)
        })
    }
}
