//! Parses what people type into cells: dates, periods, numbers of people. Pure.

use chrono::{Datelike, Days};

use documents::sheet::CellValue;
use kernel::text::fold;
use kernel::time::{Day, Period};

/// Plausible years; a date outside them is a typing mistake.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A date of birth.
pub fn birth(value: &CellValue) -> Option<Day> {
    let born = match value {
        CellValue::Day(day) => Some(*day),
        CellValue::Text(text) => dated(text),
        _ => day(value),
    };
    born.filter(|day| (1900..=2100).contains(&day.year()))
}

fn plausible(day: Day) -> Option<Day> {
    YEARS.contains(&day.year()).then_some(day)
}

/// The date of a spreadsheet serial number (1900 date system).
fn serial(number: f64) -> Option<Day> {
    if !(1.0..=100_000.0).contains(&number) {
        return None;
    }
    let days: u64 = format!("{:.0}", number.floor()).parse().ok()?;
    plausible(Day::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))?)
}

/// Two digits from 70 mean 1970–1999, lower ones 2000–2069.
fn year(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(number),
        2 if number >= 70 => Some(1900 + number),
        2 => Some(2000 + number),
        _ => None,
    }
}

/// Parses a date: a date cell, a serial number, `dd/mm/yyyy` and its variants, or ISO 8601.
pub fn day(value: &CellValue) -> Option<Day> {
    match value {
        CellValue::Empty => None,
        CellValue::Day(day) => plausible(*day),
        CellValue::Number(number) => serial(*number),
        CellValue::Text(text) => text_day(text),
    }
}

fn text_day(text: &str) -> Option<Day> {
    plausible(dated(text)?)
}

/// Parses a date in text, of any year.
fn dated(text: &str) -> Option<Day> {
    let text = fold(text);
    let text = text.trim_start_matches("ngay ");
    // A time after the date is ignored.
    let text = text.split_once([' ', 't']).filter(|(_, time)| time.contains(':')).map_or(text, |(day, _)| day);
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return serial(text.parse().ok()?);
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let signs = text.chars().all(|c| c.is_ascii_digit() || "/-.".contains(c)) || text.contains("thang");
    let &[one, two, three] = parts.as_slice() else { return None };
    if !signs {
        return None;
    }
    let (d, m, y) = if one.len() == 4 { (three, two, one) } else { (one, two, three) };
    Day::from_ymd_opt(year(y)?, m.parse().ok()?, d.parse().ok()?)
}

/// Parses a period in one cell: `10-16/03/2023`, `28/02 - 03/03/2023`, `từ 26/07/2023 đến 30/07/2023`, or one day.
pub fn period(value: &CellValue) -> Option<Period> {
    let CellValue::Text(text) = value else {
        return day(value).map(|day| Period { from: day, to: day });
    };
    if let Some(day) = text_day(text) {
        return Some(Period { from: day, to: day });
    }
    let mut text = fold(text).replace(['–', '—', '→', '~'], "-").replace(" den ", " - ").replace(" to ", " - ");
    for word in ["tu ngay ", "tu ", "from ", "ngay "] {
        text = text.replace(word, "");
    }
    let (from, to) = text.split_once(" - ").or_else(|| text.split_once('-').filter(|(_, to)| !to.contains('-')))?;
    let to = text_day(to.trim())?;
    let from = from.trim();
    if let Some(from) = text_day(from) {
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

/// Parses a number of people, at least one.
pub fn headcount(value: &CellValue) -> Option<i64> {
    let count: i64 = match value {
        CellValue::Number(number) if number.fract() == 0.0 && (1.0..=100_000.0).contains(number) => {
            format!("{number:.0}").parse().ok()?
        }
        CellValue::Text(text) => {
            let text = fold(text);
            let digits = text.trim_end_matches("nguoi").trim_end_matches("khach").trim();
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            let plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok())??
        }
        _ => return None,
    };
    (1..=100_000).contains(&count).then_some(count)
}

/// All numbers in a text, to compare a total row with the list.
pub fn numbers(text: &str) -> Vec<i64> {
    let joined = text.replace('.', "");
    joined.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(t: &str) -> CellValue {
        CellValue::Text(t.into())
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
        ] {
            assert_eq!(day(&text(typed)), Some(expected), "{typed}");
        }
        assert_eq!(day(&CellValue::Number(44409.0)), Some(expected));
        assert_eq!(day(&CellValue::Number(44016.0)).map(|d| d.to_string()), Some("2020-07-04".into()));
        for typed in ["31/02/2021", "8/2021", "2021", "mười hai", "1/13/2021", "01/08/1821", "", "01/08/021"] {
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
        for typed in ["16-10/03/2023", "từ tháng 3 đến tháng 4", "10-32/03/2023", "-", "30/07/2023 - 26/07/2023"]
        {
            assert_eq!(period(&text(typed)), None, "{typed}");
        }
    }

    #[test]
    fn a_number_of_people_is_whole_and_at_least_one() {
        for (typed, count) in [("12", 12), (" 7 người", 7), ("5.0", 5), ("001", 1)] {
            assert_eq!(headcount(&text(typed)), Some(count), "{typed}");
        }
        assert_eq!(headcount(&CellValue::Number(6.0)), Some(6));
        for value in [
            CellValue::Number(0.0),
            CellValue::Number(2.5),
            CellValue::Number(-1.0),
            text("mười hai"),
            text(""),
            text("0"),
            text("1.5"),
            CellValue::Empty,
        ] {
            assert_eq!(headcount(&value), None, "{value:?}");
        }
        assert_eq!(numbers("Tổng cộng: 408 đoàn, 2.208 lượt"), [408, 2208]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_harm(typed in "\\PC{0,40}") {
            let value = text(&typed);
            let _ = (day(&value), period(&value), headcount(&value), numbers(&typed));
        }

        #[test]
        fn every_day_is_read_back_from_how_people_write_it(n in 0u64..36_000, short in any::<bool>()) {
            let expected = Day::from_ymd_opt(1995, 1, 1).unwrap() + Days::new(n);
            let written = if short { expected.format("%-d/%-m/%Y") } else { expected.format("%d/%m/%Y") };
            prop_assert_eq!(day(&text(&written.to_string())), Some(expected));
        }
    }
}
