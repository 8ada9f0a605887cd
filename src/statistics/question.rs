//! The query of statistics: period, window, dimensions, filters, comparison.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::Result;
use crate::statistics::dimension::{DateBasis, Dimension};
use crate::statistics::narrow::FigureFilter;
use crate::web::query::invalid;
use documents::svg::ChartStyle;
use kernel::country::{REGIONS, country};
use kernel::id::Id;
use kernel::time::{Day, Period};
use kernel::words::{Channel, Field, FundingSource, Label, PostLevel, Purpose, ReceptionLevel};

/// A statistics query. The period is `from` and `to`, or `year` with an optional `window`, or the current year.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FigureQuestion {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    #[param(minimum = 1990, maximum = 2100, example = 2026)]
    pub year: Option<i32>,
    /// `calendar` (default), or `reporting`: 15 December of the previous year to 14 December.
    pub window: Option<Window>,
    /// `travel` (default): departure or arrival; `decision`: date of the signed decision.
    pub date_basis: Option<Basis>,
    /// One or two of: country region agency purpose field month quarter funding reception_level leader_level in_plan channel waived procedure.
    /// Private travel counts only by procedure.
    #[param(example = "country")]
    pub by: Option<String>,
    /// Agencies as reported then (`as_reported`, default), as of today (`current`), or of a day (`on:2025-01-01`).
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
    /// Level of the highest leader in the delegation.
    pub leader_level: Option<PostLevel>,
    pub in_plan: Option<bool>,
    pub channel: Option<Channel>,
    /// Whether an exception from a limit of the regulation was approved.
    pub waived: Option<bool>,
    /// Measures in addition to delegations, visits and persons, separated by commas: `days` (of delegations, each
    /// delegation once), `person_days` (of every person), `cost` (estimated), `settled`.
    #[param(example = "days,person_days,cost,settled")]
    pub measures: Option<String>,
    /// `previous_year`: adds the same days of the previous year, with difference and percentage.
    #[param(inline)]
    pub compare: Option<Compare>,
    /// `json` (default), `csv`, `xlsx`, or `svg` (a chart).
    #[param(inline)]
    pub format: Option<FigureFormat>,
    /// Of a chart: `print` (default), in black and white, or `screen`, in colours.
    #[param(inline)]
    pub style: Option<PictureStyle>,
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
    /// What people call them.
    pub const LABELS: [(Window, Label); 2] = [
        (Window::Calendar, Label { vi: "Năm dương lịch", en: "Calendar year" }),
        (Window::Reporting, Label { vi: "15/12 đến 14/12", en: "15 December to 14 December" }),
    ];

    /// The period from one month of a year to another: whole months, or from the 15th of the month before to the 14th.
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

/// Measures shown in addition to delegations, visits and persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoreMeasures {
    pub days: bool,
    pub person_days: bool,
    pub cost: bool,
    pub settled: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    PreviousYear,
}

/// The agency under which delegations of renamed, merged, split or transferred agencies are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitsAsOf {
    AsReported,
    /// The agencies of that day.
    On(Day),
}

/// The format of the response.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = FigureFormat)]
pub enum FigureFormat {
    Json,
    Csv,
    Xlsx,
    Svg,
}

/// What a chart is looked at on.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PictureStyle {
    Print,
    Screen,
}

impl FigureQuestion {
    pub fn chart_style(&self) -> ChartStyle {
        match self.style {
            Some(PictureStyle::Screen) => ChartStyle::Screen,
            Some(PictureStyle::Print) | None => ChartStyle::Print,
        }
    }

    /// Parses `by`: none, one, or two different dimensions.
    pub fn dimensions(&self) -> Result<Vec<Dimension>> {
        let Some(by) = &self.by else { return Ok(Vec::new()) };
        let parsed: Option<Vec<Dimension>> = by.split(',').map(|w| w.parse().ok()).collect();
        match parsed {
            Some(found) if found.len() <= 2 && found.first() != found.get(1) => Ok(found),
            _ => Err(invalid(
                "by",
                "phải là một hoặc hai chiều thống kê khác nhau.",
                "must be one or two different dimensions.",
            )),
        }
    }

    pub fn measures(&self) -> Result<MoreMeasures> {
        let mut asked = MoreMeasures::default();
        for word in self.measures.iter().flat_map(|all| all.split(',')) {
            match word {
                "days" => asked.days = true,
                "person_days" => asked.person_days = true,
                "cost" => asked.cost = true,
                "settled" => asked.settled = true,
                _ => {
                    return Err(invalid(
                        "measures",
                        "phải là số ngày, số ngày người, kinh phí hoặc kinh phí quyết toán.",
                        "must be among days, person_days, cost and settled.",
                    ));
                }
            }
        }
        Ok(asked)
    }

    pub fn basis(&self) -> DateBasis {
        self.date_basis.unwrap_or_default().into()
    }

    pub fn format(&self) -> FigureFormat {
        self.format.unwrap_or(FigureFormat::Json)
    }

    /// The requested agency; a malformed id becomes one that no agency has, so that the result is empty.
    pub fn agency(&self) -> Option<i64> {
        self.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0))
    }

    pub fn view(&self, today: Day) -> Result<UnitsAsOf> {
        units_as_of(self.agency_view.as_deref(), today)
    }

    /// The filters, restricted to the agencies in `only` if it is given.
    pub fn narrow(&self, only: Option<&[i64]>) -> Result<FigureFilter> {
        if self.country.as_deref().is_some_and(|c| country(c).is_none()) {
            return Err(invalid("country", "không có mã nước này.", "this country code does not exist."));
        }
        if self.region.as_deref().is_some_and(|r| REGIONS.iter().all(|(code, ..)| *code != r)) {
            return Err(invalid("region", "không có khu vực này.", "this region does not exist."));
        }
        Ok(FigureFilter {
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

    /// The period of the query.
    pub fn period(&self, today: Day) -> Result<Period> {
        match (self.from, self.to, self.year) {
            (Some(from), Some(to), None) if self.window.is_none() => {
                if to < from {
                    return Err(invalid("to", "không được trước ngày đầu.", "must not be before from."));
                }
                Ok(Period { from, to })
            }
            (None, None, year) => {
                let year = year.unwrap_or_else(|| today.year());
                if !(1990..=2100).contains(&year) {
                    return Err(invalid("year", "phải từ 1990 đến 2100.", "must be from 1990 to 2100."));
                }
                let whole = self.window.unwrap_or_default().months(year, 1, 12);
                whole.ok_or_else(|| invalid("year", "năm không hợp lệ.", "is not a valid year."))
            }
            _ => Err(invalid(
                "from",
                "phải chọn cả ngày đầu và ngày cuối, hoặc chọn năm (có thể kèm cách tính năm).",
                "use both from and to, or year (with an optional window).",
            )),
        }
    }
}

/// Parses `agency_view`.
pub fn units_as_of(asked: Option<&str>, today: Day) -> Result<UnitsAsOf> {
    match asked {
        None | Some("as_reported") => Ok(UnitsAsOf::AsReported),
        Some("current") => Ok(UnitsAsOf::On(today)),
        Some(other) => {
            let day = other.strip_prefix("on:").and_then(|day| day.parse().ok());
            day.map(UnitsAsOf::On).ok_or_else(|| {
                invalid(
                    "agency_view",
                    "phải là tên như đã báo cáo, tên hiện nay, hoặc tên tại một ngày.",
                    "must be as_reported, current or on:YYYY-MM-DD.",
                )
            })
        }
    }
}
