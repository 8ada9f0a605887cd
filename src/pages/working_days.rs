//! The working calendar as forms tell it back: `Thứ Sáu, 27/03/2026, ngày làm việc`.

use std::collections::HashSet;

use chrono::{Datelike as _, Weekday};
use serde_json::Value;

use crate::pages::forms::days;
use crate::pages::show::{self, items};
use kernel::text::Language;
use kernel::time::Day;

/// Days off within the week, and days at the end of a week that are worked.
#[derive(Debug, Clone, Default)]
pub struct WorkingDays {
    off: HashSet<Day>,
    worked: HashSet<Day>,
    /// The years that somebody told.
    years: HashSet<i32>,
}

/// The days off of a year as the API tells it, with their names; the calendar that ships knows the days, not what they are called.
pub fn days_off(told: &Value) -> Vec<(Day, String)> {
    let named = items(told, "/days_off");
    let off = items(told, "/off").iter().filter_map(|day| {
        let name = named.iter().find(|d| d.get("date") == Some(day)).map_or("", |d| show::text(d, "/name"));
        Some((day.as_str()?.parse().ok()?, name.to_owned()))
    });
    off.collect()
}

impl WorkingDays {
    /// Adds a year, as the API tells it.
    pub fn add(&mut self, year: i32, told: &Value) {
        let days =
            |at: &str| items(told, at).iter().filter_map(|d| d.as_str()?.parse::<Day>().ok()).collect::<Vec<_>>();
        self.off.extend(days("/off"));
        self.worked.extend(days("/work"));
        self.years.insert(year);
    }

    /// How many working days have passed since a due day, up to today; nothing where nobody told the calendar of one of its
    /// years.
    pub fn passed_since(&self, due: Day, today: Day) -> Option<i64> {
        let days = due.iter_days().skip(1).take_while(|day| *day <= today);
        days.map(|day| self.is_working(day).map(i64::from)).sum()
    }

    /// What a day is; nothing where nobody told the calendar of its year.
    fn is_working(&self, day: Day) -> Option<bool> {
        self.years.get(&day.year())?;
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Some(!self.off.contains(&day) && (!weekend || self.worked.contains(&day)))
    }

    /// What was typed, told back: the weekday, the day, and whether it is worked.
    pub fn told(&self, typed: &str, language: Language) -> String {
        let Ok(day) = days::day(typed) else { return String::new() };
        let weekday = show::sentence(show::weekday(day, language));
        let kind = match self.is_working(day) {
            Some(true) => language.pick("ngày làm việc", "a working day"),
            Some(false) => language.pick("ngày nghỉ", "a day off"),
            None => "",
        };
        show::joined([weekday.as_str(), &show::day(day), kind], ", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_back_with_what_it_is() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let calendar = WorkingDays {
            off: HashSet::from([day("2026-09-02")]),
            worked: HashSet::from([day("2026-08-22")]),
            years: HashSet::from([2026]),
        };
        for (typed, told) in [
            ("27/3/2026", "Thứ Sáu, 27/03/2026, ngày làm việc"),
            ("28.3.2026", "Thứ Bảy, 28/03/2026, ngày nghỉ"),
            ("22/8/2026", "Thứ Bảy, 22/08/2026, ngày làm việc"),
            ("2026-09-02", "Thứ Tư, 02/09/2026, ngày nghỉ"),
            ("4/1/2027", "Thứ Hai, 04/01/2027"),
            ("2/9/2025", "Thứ Ba, 02/09/2025"),
            ("31/2/2026", ""),
        ] {
            assert_eq!(calendar.told(typed, Language::Vietnamese), told);
        }
        // Over the days off around 2 September; over a Saturday that is worked; into a year that nobody told.
        for (due, today, passed) in [
            ("2026-09-01", "2026-09-04", Some(2)),
            ("2026-09-04", "2026-09-06", Some(0)),
            ("2026-08-21", "2026-08-22", Some(1)),
            ("2026-12-31", "2027-01-04", None),
        ] {
            assert_eq!(calendar.passed_since(day(due), day(today)), passed, "{due} {today}");
        }
    }
}
