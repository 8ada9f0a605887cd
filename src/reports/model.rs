//! A frozen report: which days it is of, its tables, the records it was counted from. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::statistics::fact::Fact;
use crate::statistics::question::Window;
use kernel::id::Id;
use kernel::time::{Moment, Period};
use kernel::words::Procedure;

/// How long the period of a report is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ReportKind)]
pub enum Kind {
    Annual,
    HalfYear,
    Quarter,
    Month,
}

impl Kind {
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Periods of this kind in a year.
    pub fn in_a_year(self) -> u32 {
        match self {
            Kind::Annual => 1,
            Kind::HalfYear => 2,
            Kind::Quarter => 4,
            Kind::Month => 12,
        }
    }
}

/// The period of a report: the n-th of its kind in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub kind: Kind,
    pub year: i32,
    /// From 1.
    pub number: u32,
    pub window: Window,
}

impl Span {
    fn last_month(self) -> u32 {
        self.number * (12 / self.kind.in_a_year())
    }

    pub fn days(self) -> Option<Period> {
        let length = 12 / self.kind.in_a_year();
        self.window.months(self.year, self.last_month().checked_sub(length)? + 1, self.last_month())
    }

    /// From the beginning of the year to the end of the period (lũy kế).
    pub fn to_date(self) -> Option<Period> {
        self.window.months(self.year, 1, self.last_month())
    }

    /// As a title says it: `tháng 7 năm 2026`.
    pub fn title(self) -> String {
        let (n, year) = (self.number, self.year);
        match self.kind {
            Kind::Annual => format!("năm {year}"),
            Kind::HalfYear => format!("6 tháng {} năm {year}", if n == 1 { "đầu" } else { "cuối" }),
            Kind::Quarter => format!("quý {n} năm {year}"),
            Kind::Month => format!("tháng {n} năm {year}"),
        }
    }
}

/// Delegations, visits, persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportFigures)]
pub struct Figures {
    /// Đoàn.
    pub delegations: i64,
    /// Lượt: one person in one delegation.
    pub visits: i64,
    /// Distinct people (người).
    pub persons: i64,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub key: String,
    pub label: String,
    pub figures: Figures,
    /// The same days of the year before.
    pub previous: Figures,
    /// Since the beginning of the year.
    pub to_date: Option<Figures>,
}

/// One table of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub code: String,
    pub title: String,
    /// What the first column is.
    pub heading: String,
    pub lines: Vec<Line>,
    pub total: Option<Line>,
    /// Why lines do not add up.
    pub notes: Vec<String>,
}

/// The columns in which provinces list their delegations (domain.md 6.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told {
    pub title: String,
    pub number: Option<String>,
    pub head: Option<String>,
    pub partner: Option<String>,
    pub activity: Option<String>,
    pub funding: Option<String>,
    pub report: Option<String>,
    pub note: Option<String>,
}

/// A delegation as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub fact: Fact,
    /// The version of its dossier.
    pub version: i64,
    pub told: Told,
}

/// A regulation under which delegations of the report were decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportRule)]
pub struct Rule {
    pub code: String,
    pub version: i64,
    pub delegations: i64,
}

/// Everything that is frozen: what the hash is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub kind: Kind,
    pub year: i32,
    pub number: u32,
    pub window: Window,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub data_version: i64,
    /// Whether the period was not over yet.
    pub early: bool,
    pub rules: Vec<Rule>,
    pub tables: Vec<Table>,
    pub outbound: Vec<Record>,
    pub inbound: Vec<Record>,
    /// Names of the units, as they were.
    pub agencies: Vec<(Id, String)>,
}

impl Content {
    pub fn records(&self, procedure: Procedure) -> &[Record] {
        if procedure == Procedure::Inbound { &self.inbound } else { &self.outbound }
    }

    pub fn span(&self) -> Span {
        Span { kind: self.kind, year: self.year, number: self.number, window: self.window }
    }

    pub fn table(&self, code: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.code == code)
    }
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub id: i64,
    pub span: Span,
    pub days: Period,
    /// The n-th report of these days.
    pub ordinal: i64,
    /// Why it was published although a total is impossible.
    pub reason: Option<String>,
    /// SHA-256 of the content, hexadecimal.
    pub hash: String,
    pub frozen_at: Moment,
    pub frozen_by: i64,
    /// Totals, for what other reports are compared with.
    pub outbound: Figures,
    pub inbound: Figures,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(kind: Kind, number: u32, window: Window) -> (String, String) {
        let span = Span { kind, year: 2026, number, window };
        let days = span.days().unwrap();
        (days.from.to_string(), days.to.to_string())
    }

    #[test]
    fn periods_are_whole_months_or_begin_on_the_fifteenth() {
        let text = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days(Kind::Month, 2, Window::Calendar), text("2026-02-01", "2026-02-28"));
        assert_eq!(days(Kind::Quarter, 4, Window::Calendar), text("2026-10-01", "2026-12-31"));
        assert_eq!(days(Kind::HalfYear, 1, Window::Reporting), text("2025-12-15", "2026-06-14"));
        assert_eq!(days(Kind::Annual, 1, Window::Reporting), text("2025-12-15", "2026-12-14"));
        let span = Span { kind: Kind::Month, year: 2026, number: 7, window: Window::Calendar };
        assert_eq!(span.to_date().unwrap().to.to_string(), "2026-07-31");
        assert_eq!(
            (span.title().as_str(), span.to_date().unwrap().from.to_string().as_str()),
            ("tháng 7 năm 2026", "2026-01-01")
        );
    }

    #[test]
    fn the_periods_of_a_year_follow_each_other_without_a_gap() {
        for window in [Window::Calendar, Window::Reporting] {
            for kind in [Kind::Month, Kind::Quarter, Kind::HalfYear, Kind::Annual] {
                let of = |number| Span { kind, year: 2024, number, window }.days().unwrap();
                for number in 1..kind.in_a_year() {
                    assert_eq!(of(number).to.succ_opt().unwrap(), of(number + 1).from, "{kind:?} {number}");
                }
                assert_eq!((of(1).from, of(kind.in_a_year()).to), {
                    let year = window.months(2024, 1, 12).unwrap();
                    (year.from, year.to)
                });
            }
        }
    }
}
