//! The working calendar as data: built in for 2012–2027, extended by a file in the same format. Pure.

use std::collections::BTreeSet;

use kernel::time::Day;
use kernel::workdays::{WorkCalendar, Year};
use toml_edit::{Document, Item, Table};

/// The built-in calendar with the additional years of the province.
pub fn calendar(further: Option<&str>) -> std::result::Result<WorkCalendar, String> {
    let mut years = read(include_str!("../../../regulations/holidays.toml"))?;
    if let Some(text) = further {
        years.extend(read(text)?);
    }
    Ok(WorkCalendar::new(years))
}

/// Parses years from TOML; an error names the first fault and its year.
pub fn read(text: &str) -> std::result::Result<Vec<Year>, String> {
    let document = Document::parse(text).map_err(|e| e.to_string())?;
    let tables = document.get("year").and_then(Item::as_array_of_tables).ok_or("there is no [[year]]")?;
    tables.iter().map(read_year).collect()
}

fn read_year(table: &Table) -> std::result::Result<Year, String> {
    let number = table
        .get("year")
        .and_then(Item::as_integer)
        .and_then(|y| i32::try_from(y).ok())
        .ok_or("a year has no number")?;
    let text = |key: &str| {
        let text = table.get(key).and_then(Item::as_str).filter(|t| !t.is_empty());
        text.map(str::to_owned).ok_or(format!("year {number}: {key} is missing"))
    };
    let days = |key: &str| -> std::result::Result<BTreeSet<Day>, String> {
        let array =
            table.get(key).and_then(Item::as_array).ok_or(format!("year {number}: {key} is not a list of days"))?;
        array
            .iter()
            .map(|value| {
                let date = value
                    .as_datetime()
                    .and_then(|d| d.date)
                    .ok_or(format!("year {number}: {key} contains a value that is not a day"))?;
                let day = Day::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day));
                day.filter(|d| chrono::Datelike::year(d) == number)
                    .ok_or(format!("year {number}: {key} contains {date}, which is in another year"))
            })
            .collect()
    };
    Ok(Year { year: number, basis: text("basis")?, source: text("source")?, off: days("off")?, work: days("work")? })
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Weekday};

    use super::*;

    #[test]
    fn the_shipped_calendar_covers_2012_to_2027_with_a_source_for_every_year() {
        let calendar = calendar(None).unwrap();
        let years: Vec<i32> = calendar.years().map(|y| y.year).collect();
        assert_eq!(years, (2012..=2027).collect::<Vec<_>>());
        let weekend = |d: &Day| matches!(d.weekday(), Weekday::Sat | Weekday::Sun);
        for year in calendar.years() {
            assert!(!year.source.is_empty() && (9..=18).contains(&year.off.len()), "{}: {}", year.year, year.off.len());
            assert!(year.off.iter().all(|d| !weekend(d)) && year.work.iter().all(weekend), "{}", year.year);
        }
    }

    #[test]
    fn a_file_of_the_province_adds_years_and_its_faults_are_named() {
        let more =
            "[[year]]\nyear = 2028\nbasis = \"announced\"\nsource = \"Thông báo\"\noff = [2028-01-03]\nwork = []\n";
        assert!(calendar(Some(more)).unwrap().is_working("2028-01-03".parse().unwrap()) == Ok(false));
        assert_eq!(
            calendar(Some(&more.replace("2028-01-03", "2027-01-03"))).unwrap_err(),
            "year 2028: off contains 2027-01-03, which is in another year"
        );
    }
}
