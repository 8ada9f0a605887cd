//! A frozen report: its period, its tables, the records behind them. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::statistics::fact::Fact;
use crate::statistics::question::Window;
use kernel::id::Id;
use kernel::time::{Moment, Period};

words! {
    /// The length of a report's period.
    #[schema(as = ReportKind)]
    ReportKind {
        Annual: "Báo cáo năm" / "Annual report",
        HalfYear: "Báo cáo 6 tháng" / "Half-year report",
        Quarter: "Báo cáo quý" / "Quarterly report",
        Month: "Báo cáo tháng" / "Monthly report",
    }
}

impl ReportKind {
    /// Number of periods of this kind in a year.
    pub fn in_a_year(self) -> u32 {
        match self {
            ReportKind::Annual => 1,
            ReportKind::HalfYear => 2,
            ReportKind::Quarter => 4,
            ReportKind::Month => 12,
        }
    }
}

/// The period of a report: the n-th of its kind in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportPeriod {
    pub kind: ReportKind,
    pub year: i32,
    /// From 1.
    pub number: u32,
    pub window: Window,
}

impl FrozenReport {
    /// The total of a register, by its word.
    pub fn total(&self, register: &str) -> ReportFigures {
        self.totals.get(register).copied().unwrap_or_default()
    }
}

impl ReportPeriod {
    fn last_month(self) -> u32 {
        self.number * (12 / self.kind.in_a_year())
    }

    pub fn days(self) -> Option<Period> {
        let length = 12 / self.kind.in_a_year();
        self.window.months(self.year, self.last_month().checked_sub(length)? + 1, self.last_month())
    }

    /// From the start of the year to the end of the period (lũy kế).
    pub fn to_date(self) -> Option<Period> {
        self.window.months(self.year, 1, self.last_month())
    }

    /// The period in a title: `tháng 7 năm 2026`.
    pub fn title(self) -> String {
        let (n, year) = (self.number, self.year);
        match self.kind {
            ReportKind::Annual => format!("năm {year}"),
            ReportKind::HalfYear => format!("6 tháng {} năm {year}", if n == 1 { "đầu" } else { "cuối" }),
            ReportKind::Quarter => format!("quý {n} năm {year}"),
            ReportKind::Month => format!("tháng {n} năm {year}"),
        }
    }
}

/// Delegations, visits, persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportFigures)]
pub struct ReportFigures {
    /// Đoàn.
    pub delegations: i64,
    /// Lượt: one person in one delegation.
    pub visits: i64,
    /// Distinct people (người).
    pub persons: i64,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    pub key: String,
    pub label: String,
    pub figures: ReportFigures,
    /// The same days of the previous year.
    pub previous: ReportFigures,
    /// From the start of the year.
    pub to_date: Option<ReportFigures>,
}

/// One table of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTable {
    pub code: String,
    pub title: String,
    /// Heading of the first column.
    pub heading: String,
    pub lines: Vec<ReportLine>,
    pub total: Option<ReportLine>,
    /// Why the lines do not add up to the total.
    pub notes: Vec<String>,
}

/// The columns in which provinces list their delegations (domain.md 6.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListColumns {
    pub title: String,
    pub number: Option<String>,
    pub head: Option<String>,
    pub partner: Option<String>,
    pub activity: Option<String>,
    pub funding: Option<String>,
    pub report: Option<String>,
    pub note: Option<String>,
}

/// A delegation as counted in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecord {
    pub fact: Fact,
    /// The version of its dossier at that time.
    pub version: i64,
    pub told: ListColumns,
}

/// A regulation under which delegations of the report were decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportRule)]
pub struct RuleUse {
    pub code: String,
    pub version: i64,
    pub delegations: i64,
}

/// Something of each register, by the word of the register.
pub type ByRegister<T> = BTreeMap<String, T>;

/// The frozen content, over which the hash is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportContent {
    pub kind: ReportKind,
    pub year: i32,
    pub number: u32,
    pub window: Window,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub data_version: i64,
    /// Whether it was frozen before the end of its period.
    pub early: bool,
    pub rules: Vec<RuleUse>,
    pub tables: Vec<ReportTable>,
    /// The records of each register, under its word.
    #[serde(flatten)]
    pub records: ByRegister<Vec<ReportRecord>>,
    /// Names of the agencies at that time.
    pub agencies: Vec<(Id, String)>,
}

impl ReportContent {
    /// The records of a register, by its word.
    pub fn records(&self, register: &str) -> &[ReportRecord] {
        self.records.get(register).map_or(&[], Vec::as_slice)
    }

    /// The delegations it counts.
    pub fn delegations(&self) -> impl Iterator<Item = i64> {
        self.records.values().flatten().map(|record| record.fact.delegation_id)
    }

    pub fn span(&self) -> ReportPeriod {
        ReportPeriod { kind: self.kind, year: self.year, number: self.number, window: self.window }
    }

    pub fn table(&self, code: &str) -> Option<&ReportTable> {
        self.tables.iter().find(|t| t.code == code)
    }
}

/// A stored report.
#[derive(Debug, Clone, PartialEq)]
pub struct FrozenReport {
    pub id: i64,
    pub span: ReportPeriod,
    pub days: Period,
    /// Ordinal of this report among those of the same period.
    pub ordinal: i64,
    /// Why it was frozen despite an impossible total.
    pub reason: Option<String>,
    /// SHA-256 of the content, hexadecimal.
    pub hash: String,
    pub frozen_at: Moment,
    pub frozen_by: i64,
    /// Totals, for comparison with other reports.
    pub totals: ByRegister<ReportFigures>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(kind: ReportKind, number: u32, window: Window) -> (String, String) {
        let span = ReportPeriod { kind, year: 2026, number, window };
        let days = span.days().unwrap();
        (days.from.to_string(), days.to.to_string())
    }

    #[test]
    fn periods_are_whole_months_or_begin_on_the_fifteenth() {
        let text = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days(ReportKind::Month, 2, Window::Calendar), text("2026-02-01", "2026-02-28"));
        assert_eq!(days(ReportKind::Quarter, 4, Window::Calendar), text("2026-10-01", "2026-12-31"));
        assert_eq!(days(ReportKind::HalfYear, 1, Window::Reporting), text("2025-12-15", "2026-06-14"));
        assert_eq!(days(ReportKind::Annual, 1, Window::Reporting), text("2025-12-15", "2026-12-14"));
        let span = ReportPeriod { kind: ReportKind::Month, year: 2026, number: 7, window: Window::Calendar };
        assert_eq!(span.to_date().unwrap().to.to_string(), "2026-07-31");
        assert_eq!(
            (span.title().as_str(), span.to_date().unwrap().from.to_string().as_str()),
            ("tháng 7 năm 2026", "2026-01-01")
        );
    }

    #[test]
    fn the_periods_of_a_year_follow_each_other_without_a_gap() {
        for window in [Window::Calendar, Window::Reporting] {
            for kind in [ReportKind::Month, ReportKind::Quarter, ReportKind::HalfYear, ReportKind::Annual] {
                let of = |number| ReportPeriod { kind, year: 2024, number, window }.days().unwrap();
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
