//! Parses what people type into cells: dates, periods, births. Pure.

use chrono::{Datelike, Days};

use documents::sheet::{CellValue, DateSystem};
use kernel::text::fold;
use kernel::time::{Day, Period};

/// Plausible years of a journey; a date outside them is a typing mistake.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    Day(Day),
    /// Only the year is known; lists then give no day.
    Year(Day),
}

impl Birth {
    /// The day; 1 January if only the year is known.
    pub fn day(self) -> Day {
        match self {
            Birth::Day(day) | Birth::Year(day) => day,
        }
    }
}

/// Parses a date of birth, which is never after `today`: a day as [`day`] reads it, or a year alone.
pub fn birth(value: &CellValue, dates: DateSystem, today: Day) -> Option<Birth> {
    let year_alone = |year: i32| Day::from_ymd_opt(year, 1, 1).map(Birth::Year);
    let born = match value {
        CellValue::Empty => None,
        CellValue::Day(day) => Some(Birth::Day(*day)),
        // A serial number this low would be a birth before 1906.
        CellValue::Number(number) if (1900.0..=2100.0).contains(number) => year_alone(whole(*number)?),
        CellValue::Number(number) => serial(*number, dates).map(Birth::Day),
        CellValue::Text(text) => {
            let text = text.trim();
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            match (digits, text.len()) {
                (true, 4) => year_alone(text.parse().ok()?),
                _ => dated(text, dates, Some(today)).map(Birth::Day),
            }
        }
    };
    born.filter(|born| born.day().year() >= 1900 && born.day() <= today)
}

fn plausible(day: Day) -> Option<Day> {
    YEARS.contains(&day.year()).then_some(day)
}

/// A number without its fraction.
pub fn whole<T: std::str::FromStr>(number: f64) -> Option<T> {
    format!("{:.0}", number.floor()).parse().ok()
}

/// The date of a serial number.
fn serial(number: f64, dates: DateSystem) -> Option<Day> {
    if !(1.0..=100_000.0).contains(&number) {
        return None;
    }
    let days: u64 = whole(number)?;
    let start = match dates {
        // The 1900 system counts a 29 February 1900 that never was; up to it, serial numbers are one day less.
        DateSystem::Since1900 if days <= 60 => Day::from_ymd_opt(1899, 12, 31)?,
        DateSystem::Since1900 => Day::from_ymd_opt(1899, 12, 30)?,
        DateSystem::Since1904 => Day::from_ymd_opt(1904, 1, 1)?,
    };
    start.checked_add_days(Days::new(days))
}

/// A year of four digits, or of two: of this century up to 69; for what is not `after` a day, the latest such year.
fn year(text: &str, after: Option<Day>) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    let this_century = match after {
        Some(day) => 2000 + number <= day.year(),
        None => number < 70,
    };
    match text.len() {
        4 => Some(number),
        2 if this_century => Some(2000 + number),
        2 => Some(1900 + number),
        _ => None,
    }
}

/// Parses a date: a date cell, a serial number, `dd/mm/yyyy` and its variants, or ISO 8601.
pub fn day(value: &CellValue, dates: DateSystem) -> Option<Day> {
    match value {
        CellValue::Empty => None,
        CellValue::Day(day) => plausible(*day),
        CellValue::Number(number) => plausible(serial(*number, dates)?),
        CellValue::Text(text) => text_day(text, dates),
    }
}

fn text_day(text: &str, dates: DateSystem) -> Option<Day> {
    plausible(dated(text, dates, None)?)
}

/// Parses a date in text, of any year; `after`: see [`year`].
fn dated(text: &str, dates: DateSystem, after: Option<Day>) -> Option<Day> {
    let text = fold(text);
    let text = text.trim_start_matches("ngay ").trim_end_matches(['.', ',']);
    // A time after the date is ignored.
    let text = text.split_once([' ', 't']).filter(|(_, time)| time.contains(':')).map_or(text, |(day, _)| day);
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return serial(text.parse().ok()?, dates);
    }
    let (one, two, three) = three_numbers(text)?;
    let (d, m, y) = if one.len() == 4 { (three, two, one) } else { (one, two, three) };
    Day::from_ymd_opt(year(&y, after)?, m.parse().ok()?, d.parse().ok()?)
}

/// The numbers of `1/8/2021` or `1 tháng 8 năm 2021`. Two different signs, as in `01-03/2023`, are a span of months or
/// days whose beginning is not said.
fn three_numbers(text: &str) -> Option<(String, String, String)> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    if let &[d, "thang", m, "nam", y] | &[d, "thang", m, y] = words.as_slice() {
        return Some((d.into(), m.into(), y.into()));
    }
    let signs: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    let (&[sign, other], true) = (signs.as_slice(), signs.first().is_some_and(|c| "/-.".contains(*c))) else {
        return None;
    };
    let mut parts = text.split(sign).map(|part| part.trim().to_owned());
    let all = (parts.next()?, parts.next()?, parts.next()?);
    (sign == other).then_some(all)
}

/// Parses a period in one cell: `10-16/03/2023`, `28/02 - 03/03/2023`, `từ 26/07/2023 đến 30/07/2023`, or one day.
pub fn period(value: &CellValue, dates: DateSystem) -> Option<Period> {
    let CellValue::Text(text) = value else {
        return day(value, dates).map(|day| Period { from: day, to: day });
    };
    if let Some(day) = text_day(text, dates) {
        return Some(Period { from: day, to: day });
    }
    let mut text = fold(text).replace(['–', '—', '→', '~'], "-").replace(" den ", " - ").replace(" to ", " - ");
    for word in ["tu ngay ", "tu ", "from ", "ngay "] {
        text = text.replace(word, "");
    }
    let (from, to) = text.split_once(" - ").or_else(|| text.split_once('-').filter(|(_, to)| !to.contains('-')))?;
    let to = text_day(to.trim(), dates)?;
    let from = from.trim();
    if let Some(from) = text_day(from, dates) {
        return (from <= to).then_some(Period { from, to });
    }
    // The first day takes a missing month or year from the last.
    let parts: Vec<&str> = from.split(['/', '.']).collect();
    let (d, m) = match parts.as_slice() {
        [d] => (d.parse().ok()?, to.month()),
        [d, m] => (d.parse().ok()?, m.parse().ok()?),
        _ => return None,
    };
    let from = Day::from_ymd_opt(to.year(), m, d)?;
    // Across New Year, the first day is in the year before.
    let from = if from > to && parts.len() == 2 { from.with_year(to.year() - 1)? } else { from };
    (from <= to).then_some(Period { from, to })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: DateSystem = DateSystem::Since1900;

    fn text(t: &str) -> CellValue {
        CellValue::Text(t.into())
    }

    fn day(value: &CellValue) -> Option<Day> {
        super::day(value, USUAL)
    }

    fn period(value: &CellValue) -> Option<Period> {
        super::period(value, USUAL)
    }

    #[test]
    fn days_are_read_in_every_usual_form_and_no_other() {
        let expected: Day = "2021-08-01".parse().unwrap();
        for typed in [
            "01/08/2021",
            "1/8/2021",
            "01/08/21",
            "1.8.2021",
            "01-08-2021",
            "2021-08-01",
            "2021-08-01T00:00:00",
            "ngày 1/8/2021",
            "ngày 1 tháng 8 năm 2021",
            " 01/08/2021 ",
            "44409",
            "2021-08-01 00:00:00",
            "1 / 8 / 2021",
            "1 tháng 8, 2021",
            "1/8/2021.",
        ] {
            assert_eq!(day(&text(typed)), Some(expected), "{typed}");
        }
        assert_eq!(day(&CellValue::Number(44409.0)), Some(expected));
        assert_eq!(day(&CellValue::Number(44016.0)).map(|d| d.to_string()), Some("2020-07-04".into()));
        for typed in [
            "31/02/2021",
            "8/2021",
            "2021",
            "mười hai",
            "1/13/2021",
            "01/08/1821",
            "",
            "01/08/021",
            "01-03/2023",
            "1.3/2023",
            "tháng 3-5/2023",
            "quý 1/2023",
            "1//8/2021",
            "8/1/20211",
        ] {
            assert_eq!(day(&text(typed)), None, "{typed}");
        }
        assert_eq!(day(&CellValue::Number(12.0)), None);
    }

    #[test]
    fn spans_of_days_take_from_the_last_day_what_the_first_leaves_out() {
        let spans = [
            ("10-16/03/2023", "2023-03-10", "2023-03-16"),
            ("22 - 25/07/2023", "2023-07-22", "2023-07-25"),
            ("28/02-03/03/2023", "2023-02-28", "2023-03-03"),
            ("30/12-02/01/2023", "2022-12-30", "2023-01-02"),
            ("30/12/2022-02/01/2023", "2022-12-30", "2023-01-02"),
            ("từ 26/07/2023 đến 30/07/2023", "2023-07-26", "2023-07-30"),
            ("Từ ngày 26/7 đến ngày 30/7/2023", "2023-07-26", "2023-07-30"),
            ("05-03-2021 - 07-03-2021", "2021-03-05", "2021-03-07"),
            ("10–16/03/23", "2023-03-10", "2023-03-16"),
            ("16/03/2023", "2023-03-16", "2023-03-16"),
        ];
        for (typed, from, to) in spans {
            let expected = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
            assert_eq!(period(&text(typed)), Some(expected), "{typed}");
        }
        for typed in [
            "01-03/2023",
            "01–03/2023",
            "1 - 3/2023",
            "16-10/03/2023",
            "từ tháng 3 đến tháng 4",
            "10-32/03/2023",
            "-",
            "30/07/2023 - 26/07/2023",
        ] {
            assert_eq!(period(&text(typed)), None, "{typed}");
        }
    }

    #[test]
    fn a_workbook_that_counts_from_1904_means_later_days() {
        let counted = CellValue::Number(43894.0);
        assert_eq!(super::day(&counted, DateSystem::Since1904).map(|d| d.to_string()), Some("2024-03-05".into()));
        assert_eq!(day(&counted).map(|d| d.to_string()), Some("2020-03-04".into()));
        assert_eq!(serial(60.0, USUAL), Day::from_ymd_opt(1900, 3, 1));
        assert_eq!(serial(59.0, USUAL), Day::from_ymd_opt(1900, 2, 28));
    }

    #[test]
    fn births_are_never_after_today_and_may_be_years() {
        let today: Day = "2026-11-28".parse().unwrap();
        let birth = |value: &CellValue| super::birth(value, USUAL, today);
        let on = |day: &str| Some(Birth::Day(day.parse().unwrap()));
        for (typed, born) in [("01/02/60", "1960-02-01"), ("1/2/26", "2026-02-01"), ("1/2/27", "1927-02-01")] {
            assert_eq!(birth(&text(typed)), on(born), "{typed}");
        }
        assert_eq!(birth(&CellValue::Number(27395.0)), on("1975-01-01"));
        assert_eq!(birth(&text("27395")), on("1975-01-01"));
        let year = Some(Birth::Year("1975-01-01".parse().unwrap()));
        assert_eq!((birth(&text(" 1975 ")), birth(&CellValue::Number(1975.0))), (year, year));
        for typed in ["01/02/2060", "2060", "31/02/1975", "5/1975", "1899", "1/12/2026"] {
            assert_eq!(birth(&text(typed)), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_harm(typed in "\\PC{0,40}") {
            let value = text(&typed);
            let _ = (day(&value), period(&value), super::birth(&value, USUAL, Day::MAX));
        }

        #[test]
        fn every_day_is_read_back_from_how_people_write_it(n in 0u64..36_000, short in any::<bool>()) {
            let expected = Day::from_ymd_opt(1995, 1, 1).unwrap() + Days::new(n);
            let written = if short { expected.format("%-d/%-m/%Y") } else { expected.format("%d/%m/%Y") };
            prop_assert_eq!(day(&text(&written.to_string())), Some(expected));
        }
    }
}
