//! The route of the working calendar.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use kernel::workdays::WorkCalendar;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::{Code, Result, refuse};
use crate::web::query::Query;

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
