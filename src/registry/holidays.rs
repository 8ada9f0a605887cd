//! The working calendar as data: built in for 2012–2027, extended by a file in the same format.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use toml_edit::{Document, Item, Table};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::{Code, Result, refuse};
use crate::web::query::Query;
use kernel::time::Day;
use kernel::workdays::{WorkCalendar, Year};

/// The built-in calendar with the additional years of the province.
pub fn calendar(further: Option<&str>) -> std::result::Result<WorkCalendar, String> {
    let mut years = read(include_str!("../../regulations/holidays.toml"))?;
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

pub fn routes(config: &mut ServiceConfig) {
    config.service(show);
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HolidayQuery {
    /// Calendar year.
    #[param(minimum = 1900, maximum = 2200, example = 2026)]
    year: i32,
}

/// The working calendar of a year: weekdays that are days off, and weekend days that are worked to make up for them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"year": 2024, "basis": "announced", "source": "Thông báo của Bộ LĐTBXH",
    "off": ["2024-01-01", "2024-04-29"], "work": ["2024-05-04"]}))]
struct HolidaysView {
    year: i32,
    /// `announced`, or `computed` from the statute until the announcement is published.
    basis: String,
    source: String,
    off: Vec<NaiveDate>,
    work: Vec<NaiveDate>,
}

/// Shows the working calendar of a year and its source.
#[utoipa::path(tag = "registry", operation_id = "show_holidays", params(HolidayQuery), responses((status = 200, description = "the calendar", body = HolidaysView)))]
#[get("/holidays")]
async fn show(call: Call, calendar: web::Data<WorkCalendar>, asked: Query<HolidayQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let year = calendar.year(asked.0.year).map_err(|missing| {
        let year = missing.0;
        refuse(
            Code::NotFound,
            format!("Chưa có lịch làm việc của năm {year}."),
            format!("There is no working calendar for {year}."),
        )
    })?;
    Ok(HttpResponse::Ok().json(HolidaysView {
        year: year.year,
        basis: year.basis.clone(),
        source: year.source.clone(),
        off: year.off.iter().copied().collect(),
        work: year.work.iter().copied().collect(),
    }))
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
