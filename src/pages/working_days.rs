//! The working calendar as forms tell it back: `Thứ Sáu, 27/03/2026, ngày làm việc`.

use std::collections::HashSet;

use chrono::{Datelike as _, Weekday};

use crate::pages::forms::days;
use crate::pages::forms::typed::Typed;
use crate::pages::request::PageRequest;
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

impl WorkingDays {
    /// The calendar of this year and the next, as far as somebody told it and a day of that year was typed.
    pub async fn of(page: &PageRequest, typed: &Typed) -> Self {
        let mut all = WorkingDays::default();
        let written =
            typed.0.iter().map(|(_, value)| value.trim()).filter(|v| v.starts_with(|c: char| c.is_ascii_digit()));
        let years: HashSet<i32> = written.filter_map(|v| days::day(v).ok()).map(|day| day.year()).collect();
        for year in [page.today.year(), page.today.year() + 1].into_iter().filter(|year| years.contains(year)) {
            let Ok(told) = page.get(&format!("/holidays?year={year}")).await else { continue };
            let days =
                |at: &str| items(&told, at).iter().filter_map(|d| d.as_str()?.parse::<Day>().ok()).collect::<Vec<_>>();
            all.off.extend(days("/off"));
            all.worked.extend(days("/work"));
            all.years.insert(year);
        }
        all
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
    }
}
