//! What figures are asked for: period, window, groupings, filters, comparison.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::Result;
use crate::statistics::count::{DateBasis, Dimension};
use crate::statistics::narrow::Narrow;
use crate::web::query::invalid;
use kernel::country::{REGIONS, country};
use kernel::id::Id;
use kernel::time::{Day, Period};
use kernel::words::{Channel, Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// What is asked. Either `from` and `to`, or `year` with a window; else the current year.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    #[param(minimum = 1990, maximum = 2100, example = 2026)]
    pub year: Option<i32>,
    /// `calendar` (default), or `reporting`: 15 December of the year before to 14 December.
    pub window: Option<Window>,
    /// `travel` (default): departure or arrival; `decision`: date of the signed decision.
    pub date_basis: Option<Basis>,
    /// One or two of: country region agency purpose field month quarter funding reception_level leader_level in_plan channel waived.
    #[param(example = "country")]
    pub by: Option<String>,
    /// Units as they were (`as_reported`, default), as they are (`current`), or of a day (`on:2025-01-01`).
    #[param(example = "current")]
    pub agency_view: Option<String>,
    pub agency_id: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    pub country: Option<String>,
    #[param(example = "asean")]
    pub region: Option<String>,
    pub purpose: Option<Purpose>,
    pub field: Option<Field>,
    pub funding: Option<FundingSource>,
    pub reception_level: Option<ReceptionLevel>,
    /// Level of the highest leader who travels.
    pub leader_level: Option<PostLevel>,
    pub in_plan: Option<bool>,
    pub channel: Option<Channel>,
    /// A limit of the regulation was waived.
    pub waived: Option<bool>,
    /// Besides delegations, visits and persons: `days`, `cost`, or both with a comma.
    #[param(example = "days,cost")]
    pub measures: Option<String>,
    /// `previous_year`: the same days of the year before, with difference and percent.
    #[param(inline)]
    pub compare: Option<Compare>,
    /// `json` (default), `csv`, `xlsx`, or `svg`: a picture.
    #[param(inline)]
    pub format: Option<Format>,
}

#[derive(
    Debug,
    Clone,
    Copy,
    Deserialize,
    Serialize,
    ToSchema,
    PartialEq,
    Eq,
    Default,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Window {
    #[default]
    Calendar,
    Reporting,
}

impl Window {
    /// The days from one month of a year to another: whole months, or from the 15th of the month before to the 14th.
    pub fn months(self, year: i32, first: u32, last: u32) -> Option<Period> {
        let start = Day::from_ymd_opt(year, first, 1)?;
        let end = Day::from_ymd_opt(year, last, 1)?.checked_add_months(Months::new(1))?.pred_opt()?;
        match self {
            Window::Calendar => Some(Period { from: start, to: end }),
            Window::Reporting => Some(Period { from: start.pred_opt()?.with_day(15)?, to: end.with_day(14)? }),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    #[default]
    Travel,
    Decision,
}

impl From<Basis> for DateBasis {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Travel => DateBasis::Travel,
            Basis::Decision => DateBasis::Decision,
        }
    }
}

/// What is shown besides delegations, visits and persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    pub days: bool,
    pub cost: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    PreviousYear,
}

/// Under whose name units count that were renamed, merged, split or transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgencyView {
    AsReported,
    /// Under the units of that day.
    On(Day),
}

/// How figures are answered.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = FigureFormat)]
pub enum Format {
    Json,
    Csv,
    Xlsx,
    Svg,
}

impl Question {
    /// One or two different groupings, or none.
    pub fn dimensions(&self) -> Result<Vec<Dimension>> {
        let Some(by) = &self.by else { return Ok(Vec::new()) };
        let parsed: Option<Vec<Dimension>> = by.split(',').map(|w| w.parse().ok()).collect();
        match parsed {
            Some(found) if found.len() <= 2 && found.first() != found.get(1) => Ok(found),
            _ => Err(invalid("by", "một hoặc hai chiều thống kê khác nhau.", "one or two different dimensions.")),
        }
    }

    pub fn measures(&self) -> Result<Measures> {
        let mut asked = Measures::default();
        for word in self.measures.iter().flat_map(|all| all.split(',')) {
            match word {
                "days" => asked.days = true,
                "cost" => asked.cost = true,
                _ => return Err(invalid("measures", "days, cost, hoặc cả hai.", "days, cost, or both.")),
            }
        }
        Ok(asked)
    }

    pub fn basis(&self) -> DateBasis {
        self.date_basis.unwrap_or_default().into()
    }

    pub fn format(&self) -> Format {
        self.format.unwrap_or(Format::Json)
    }

    /// The agency asked for; an id that nobody has is the agency of nothing.
    pub fn agency(&self) -> Option<i64> {
        self.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0))
    }

    pub fn view(&self, today: Day) -> Result<AgencyView> {
        match self.agency_view.as_deref() {
            None | Some("as_reported") => Ok(AgencyView::AsReported),
            Some("current") => Ok(AgencyView::On(today)),
            Some(other) => {
                let day = other.strip_prefix("on:").and_then(|day| day.parse().ok());
                day.map(AgencyView::On).ok_or_else(|| {
                    invalid(
                        "agency_view",
                        "as_reported, current hoặc on:YYYY-MM-DD.",
                        "as_reported, current or on:YYYY-MM-DD.",
                    )
                })
            }
        }
    }

    /// The filters, for somebody who may see some agencies only, or all.
    pub fn narrow(&self, only: Option<&[i64]>) -> Result<Narrow> {
        if self.country.as_deref().is_some_and(|c| country(c).is_none()) {
            return Err(invalid("country", "không có mã nước này.", "there is no such country code."));
        }
        if self.region.as_deref().is_some_and(|r| REGIONS.iter().all(|(code, ..)| *code != r)) {
            return Err(invalid("region", "không có khu vực này.", "there is no such region."));
        }
        Ok(Narrow {
            agencies: self.agency().map(|id| vec![id]).or(only.map(<[i64]>::to_vec)),
            country: self.country.clone(),
            region: self.region.clone(),
            purpose: self.purpose,
            field: self.field,
            funding: self.funding,
            reception_level: self.reception_level,
            leader_level: self.leader_level,
            in_plan: self.in_plan,
            channel: self.channel,
            waived: self.waived,
        })
    }

    /// The days that count.
    pub fn period(&self, today: Day) -> Result<Period> {
        match (self.from, self.to, self.year) {
            (Some(from), Some(to), None) if self.window.is_none() => {
                if to < from {
                    return Err(invalid("to", "trước from.", "is before from."));
                }
                Ok(Period { from, to })
            }
            (None, None, year) => {
                let year = year.unwrap_or_else(|| today.year());
                if !(1990..=2100).contains(&year) {
                    return Err(invalid("year", "phải từ 1990 đến 2100.", "must be 1990 to 2100."));
                }
                let whole = self.window.unwrap_or_default().months(year, 1, 12);
                whole.ok_or_else(|| invalid("year", "năm không hợp lệ.", "not a year."))
            }
            _ => Err(invalid(
                "from",
                "dùng from và to, hoặc year (và window).",
                "say from and to, or year (and window).",
            )),
        }
    }
}
