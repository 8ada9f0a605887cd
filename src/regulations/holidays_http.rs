//! Routes of the working calendar: what is known of a year, and adding or correcting one.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, get, post, web};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::{Code, Result, refuse};
use crate::regulations::store::{ANNOUNCED, RegulationCache, SetYear, set_year, work_years};
use crate::web::json::Incoming;
use crate::web::query::Query;
use crate::web::reply::reply;
use crate::web::routes::RoomRoutes;
use kernel::validity::{Validity, all_of, fault};
use kernel::words::FieldError;
use kernel::workdays::Year;

pub fn routes(config: &mut RoomRoutes) {
    config.service(show).service(add);
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
    "off": ["2024-01-01", "2024-04-29"], "work": ["2024-05-04"], "days_off": [{"date": "2024-01-01", "name": "Tết Dương lịch"}]}))]
struct HolidaysView {
    year: i32,
    /// `announced`, or `computed` from the statute until the announcement is published.
    basis: String,
    source: String,
    off: Vec<NaiveDate>,
    work: Vec<NaiveDate>,
    /// The days off with their names, as far as they are known.
    days_off: Vec<DayOff>,
}

/// A day on which offices are closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"date": "2028-01-03", "name": "Nghỉ bù Tết Dương lịch"}))]
struct DayOff {
    date: NaiveDate,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

fn view(set: &SetYear) -> HolidaysView {
    let SetYear { year, names } = set;
    HolidaysView {
        year: year.year,
        basis: year.basis.clone(),
        source: year.source.clone(),
        off: year.off.iter().copied().collect(),
        work: year.work.iter().copied().collect(),
        days_off: names.iter().map(|(date, name)| DayOff { date: *date, name: name.clone() }).collect(),
    }
}

/// Shows the working calendar of a year and its source.
#[utoipa::path(tag = "regulation", operation_id = "show_holidays", params(HolidayQuery), responses((status = 200, description = "the calendar", body = HolidaysView)))]
#[get("/holidays")]
async fn show(call: Call, shelf: web::Data<RegulationCache>, asked: Query<HolidayQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let (shelf, asked) = (shelf.get_ref().clone(), asked.0.year);
    let (calendar, set) = call.read(move |conn, _| Ok((shelf.calendar(conn)?, work_years(conn)?))).await?;
    let year = calendar.year(asked).map_err(|missing| {
        let year = missing.0;
        refuse(
            Code::NotFound,
            format!("Chưa có lịch làm việc của năm {year}."),
            format!("There is no working calendar for {year}."),
        )
    })?;
    let named = set.into_iter().find(|set| set.year.year == asked);
    let shown = named.unwrap_or_else(|| SetYear { year: year.clone(), names: BTreeMap::new() });
    Ok(HttpResponse::Ok().json(view(&shown)))
}

/// The working calendar of a year, as it was announced.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHolidays, example = json!({"year": 2028, "days_off": [{"date": "2028-01-03", "name": "Nghỉ bù Tết Dương lịch"}],
    "working_saturdays": [], "source": "Thông báo của Bộ Nội vụ"}))]
#[validate(schema(function = "days_fit"))]
struct NewYear {
    #[schema(minimum = 2000, maximum = 2200)]
    year: i32,
    /// Every day off of the year that is not a Saturday or Sunday; others may be listed, too.
    #[schema(min_items = 1, max_items = 100)]
    days_off: Vec<DayOff>,
    /// Weekend days that are worked.
    #[schema(max_items = 50)]
    working_saturdays: Vec<NaiveDate>,
    /// The announcement: number, date, body.
    #[schema(min_length = 1, max_length = 1000)]
    source: String,
}

/// Every day lies in the year and stands once; only weekend days are worked instead.
fn days_fit(body: &NewYear) -> Validity {
    let off = body.days_off.iter().enumerate().map(|(at, day)| (format!("/days_off/{at}/date"), day.date));
    let work = body.working_saturdays.iter().enumerate().map(|(at, day)| (format!("/working_saturdays/{at}"), *day));
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (at, day) in off.chain(work) {
        if day.year() != body.year {
            wrong.push(fault(&at, FieldError::AnotherYear, "Ngày này thuộc năm khác.", "This day is in another year."));
        }
        if !seen.insert(day) {
            wrong.push(fault(&at, FieldError::DuplicateRow, "Ngày này ghi hai lần.", "This day is given twice."));
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if at.starts_with("/working") && !weekend {
            let (vi, en) = ("Chỉ ghi thứ Bảy hoặc Chủ nhật làm bù.", "Only a Saturday or Sunday is worked instead.");
            wrong.push(fault(&at, FieldError::OutOfRange, vi, en));
        }
    }
    all_of(wrong)
}

/// Adds the working calendar of a year, or corrects it. What is computed from now on uses it; due days that were fixed
/// before stay.
#[utoipa::path(tag = "regulation", operation_id = "set_holidays", request_body = NewYear, responses((status = 201, description = "known", body = HolidaysView)))]
#[post("/holidays")]
async fn add(call: Call, shelf: web::Data<RegulationCache>, body: Incoming<NewYear>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let shelf = shelf.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerRegulations)?;
            let NewYear { year, days_off, working_saturdays, source } = body.check()?;
            let before = shelf.calendar(conn)?.year(year).ok().cloned();
            let names: BTreeMap<NaiveDate, String> = days_off.into_iter().map(|day| (day.date, day.name)).collect();
            let off = names.keys().copied().collect();
            let work = working_saturdays.into_iter().collect();
            let set = SetYear { year: Year { year, basis: ANNOUNCED.into(), source, off, work }, names };
            set_year(conn, &set, call.actor.id(), call.now)?;
            let told = |year: &Year| json!({"off": year.off, "work": year.work, "source": year.source});
            let detail = json!({"before": before.as_ref().map(told), "after": told(&set.year)});
            call.remember(conn, "set_holidays", &format!("holidays/{year}"), detail)?;
            shelf.calendar(conn)?;
            reply(201, Some(1), Some(format!("/api/v1/holidays?year={year}")), &view(&set))
        },
    )
    .await
}
