//! The working calendar of a year: days off, Saturdays that are worked, and the text they rest on.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::Datelike;
use serde_json::Value;

use crate::pages::contract::Offer;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, items, may, text};
use crate::pages::working_days::days_off;

#[derive(Template)]
#[template(path = "holidays.html")]
struct HolidaysPage {
    frame: Frame,
    years: Vec<Offer>,
    /// Day and name.
    off: Vec<(String, String)>,
    work: Vec<String>,
    source: String,
    may_add: bool,
    unknown: bool,
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let this = page.today.year();
    let year = page.asked("year").filter(|y| !y.is_empty()).unwrap_or_else(|| this.to_string());
    let calendar = match page.get(&format!("/holidays?year={}", encoded(&year))).await {
        Ok(calendar) => calendar,
        // Nobody has told the days of that year yet.
        Err(Trouble::Refused { status: 404 | 400, .. }) => Value::Null,
        Err(trouble) => return Err(trouble),
    };
    let long = |day: &str| day.parse().map_or_else(|_| day.to_owned(), |day| show::long_day(day, page.language));
    let offer = |y: i32| Offer { value: y.to_string(), label: y.to_string(), chosen: y.to_string() == year };
    let title = format!("{} {year}", page.t("Ngày nghỉ, ngày làm bù", "Holidays of"));
    let body = HolidaysPage {
        frame: Frame::of(page, "/registers", &title).await?.crumb(page.t("Danh mục", "Registers"), "/registers"),
        years: (this - 2..=this + 1).rev().map(offer).collect(),
        off: days_off(&calendar).into_iter().map(|(day, name)| (show::long_day(day, page.language), name)).collect(),
        work: items(&calendar, "/work").iter().filter_map(Value::as_str).map(long).collect(),
        source: text(&calendar, "/source").to_owned(),
        may_add: may(&me, "administer_regulations"),
        unknown: calendar.is_null(),
    };
    Ok(html(200, &body))
}

#[get("/holidays")]
pub async fn show_holidays(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
