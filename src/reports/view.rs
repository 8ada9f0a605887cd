//! The JSON form of reports and their corrections.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reports::corrections::{RecordChange, ReportCorrection, changed_words};
use crate::reports::model::{
    ByRegister, FrozenReport, ReportContent, ReportFigures, ReportKind, ReportLine, ReportTable, RuleUse,
};
use crate::statistics::compare::percent;
use crate::statistics::fact::Fact;
use crate::statistics::question::Window;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::rfc3339;

/// A report in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportItem, example = json!({"id": "01ke3m9p000f1", "kind": "month", "year": 2026, "period": 7, "window": "calendar",
    "from": "2026-07-01", "to": "2026-07-31", "ordinal": 1, "title": "Báo cáo đoàn ra, đoàn vào tháng 7 năm 2026",
    "frozen_at": "2026-08-03T02:00:00Z", "reason": null, "hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "outbound": {"delegations": 7, "visits": 29, "persons": 29}, "inbound": {"delegations": 3, "visits": 18, "persons": 18}}))]
pub struct ReportItemView {
    #[schema(value_type = String)]
    id: Id,
    kind: ReportKind,
    year: i32,
    /// Month, quarter or half-year, from 1; null for an annual report.
    period: Option<u32>,
    window: Window,
    from: NaiveDate,
    to: NaiveDate,
    /// Ordinal of this report among those of the same period.
    ordinal: i64,
    title: String,
    frozen_at: String,
    /// Why it was frozen despite an impossible total.
    reason: Option<String>,
    /// SHA-256 of the frozen content, hexadecimal.
    hash: String,
    /// The totals of each register, under its word.
    #[serde(flatten)]
    #[schema(ignore)]
    totals: ByRegister<ReportFigures>,
}

pub fn item(report: &FrozenReport) -> ReportItemView {
    ReportItemView {
        id: Id(report.id),
        kind: report.span.kind,
        year: report.span.year,
        period: (report.span.kind != ReportKind::Annual).then_some(report.span.number),
        window: report.span.window,
        from: report.days.from,
        to: report.days.to,
        ordinal: report.ordinal,
        title: title(report),
        frozen_at: rfc3339(report.frozen_at),
        reason: report.reason.clone(),
        hash: report.hash.clone(),
        totals: report.totals.clone(),
    }
}

pub fn title(report: &FrozenReport) -> String {
    let again = if report.ordinal > 1 { format!(" (lần {})", report.ordinal) } else { String::new() };
    format!("Báo cáo đoàn ra, đoàn vào {}{again}", report.span.title())
}

/// Change against the previous year in percent, with one decimal; null if the previous figure is 0.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportPercent)]
struct PercentView {
    delegations: Option<f64>,
    visits: Option<f64>,
    persons: Option<f64>,
}

/// One line of a frozen table.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportLine)]
struct LineView {
    key: String,
    label: String,
    #[serde(flatten)]
    figures: ReportFigures,
    /// The same days of the previous year.
    previous: ReportFigures,
    difference: ReportFigures,
    percent: PercentView,
    /// From the start of the year; only in the summary of a shorter period.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_date: Option<ReportFigures>,
}

fn line(l: &ReportLine) -> LineView {
    let (now, before) = (l.figures, l.previous);
    LineView {
        key: l.key.clone(),
        label: l.label.clone(),
        figures: now,
        previous: before,
        difference: ReportFigures {
            delegations: now.delegations - before.delegations,
            visits: now.visits - before.visits,
            persons: now.persons - before.persons,
        },
        percent: PercentView {
            delegations: percent(now.delegations, before.delegations),
            visits: percent(now.visits, before.visits),
            persons: percent(now.persons, before.persons),
        },
        to_date: l.to_date,
    }
}

/// A frozen table.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportTable)]
struct TableView {
    /// The value for `table=` when listing the records.
    code: String,
    title: String,
    heading: String,
    rows: Vec<LineView>,
    total: Option<LineView>,
    notes: Vec<String>,
}

fn table(t: &ReportTable) -> TableView {
    TableView {
        code: t.code.clone(),
        title: t.title.clone(),
        heading: t.heading.clone(),
        rows: t.lines.iter().map(line).collect(),
        total: t.total.as_ref().map(line),
        notes: t.notes.clone(),
    }
}

/// What one record counts.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectionSide)]
struct ReportSideView {
    date: NaiveDate,
    visits: i64,
    countries: Vec<String>,
}

fn side(fact: &Fact) -> ReportSideView {
    let mut countries: Vec<String> = fact.shares.iter().filter_map(|s| s.country.clone()).collect();
    countries.sort();
    countries.dedup();
    ReportSideView { date: fact.travel_date, visits: fact.visits(), countries }
}

/// An action on the dossier since the report was frozen.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectionAct)]
pub struct ActView {
    pub action: String,
    pub at: String,
}

/// A record that counts differently than when the report was frozen.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportCorrection)]
pub struct CorrectionView {
    procedure: Procedure,
    change: RecordChange,
    /// Null, like number and title, if the caller may see figures but not the dossier.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    number: Option<String>,
    title: Option<String>,
    before: Option<ReportSideView>,
    after: Option<ReportSideView>,
    /// The differing fields, if the record counts both before and after.
    changed: Vec<&'static str>,
    acts: Vec<ActView>,
}

/// Number and title of a dossier that the caller may see.
pub type AgencyNamed = Option<(Option<String>, String)>;

pub fn correction(
    procedure: Procedure,
    c: &ReportCorrection,
    named: AgencyNamed,
    acts: Vec<ActView>,
) -> CorrectionView {
    let both = c.before.as_ref().zip(c.after.as_ref());
    CorrectionView {
        procedure,
        change: c.change(),
        delegation_id: named.as_ref().and(c.fact()).map(|f| Id(f.delegation_id)),
        number: named.as_ref().and_then(|(number, _)| number.clone()),
        title: named.map(|(_, title)| title),
        before: c.before.as_ref().map(side),
        after: c.after.as_ref().map(side),
        changed: both.map(|(before, after)| changed_words(before, after)).unwrap_or_default(),
        acts,
    }
}

/// Numbers of records by register.
#[derive(ToSchema)]
#[schema(as = ReportRecordCounts)]
struct RegisterCounts {}

/// Totals by register.
#[derive(ToSchema)]
#[schema(as = ReportTotals)]
struct RegisterTotals {}

/// A frozen report with the changes since.
#[derive(Serialize, ToSchema)]
#[schema(as = PeriodicalReport)]
pub struct ReportView {
    #[serde(flatten)]
    item: ReportItemView,
    /// It was frozen before the end of its period.
    early: bool,
    data_version: String,
    /// The regulations under which its delegations were decided.
    rules: Vec<RuleUse>,
    /// Numbers of records behind the report, by register.
    #[schema(value_type = RegisterCounts)]
    records: ByRegister<usize>,
    tables: Vec<TableView>,
    /// Records that count differently now, at most 1,000. All corrections together explain every difference to `now`.
    corrections: Vec<CorrectionView>,
    corrections_total: usize,
    /// The current totals of the period.
    #[schema(value_type = RegisterTotals)]
    now: ByRegister<ReportFigures>,
}

pub fn whole(
    report: &FrozenReport,
    content: &ReportContent,
    corrections: Vec<CorrectionView>,
    corrections_total: usize,
    now: ByRegister<ReportFigures>,
) -> ReportView {
    ReportView {
        item: item(report),
        early: content.early,
        data_version: content.data_version.to_string(),
        rules: content.rules.clone(),
        records: content.records.iter().map(|(register, records)| (register.clone(), records.len())).collect(),
        tables: content.tables.iter().map(table).collect(),
        corrections,
        corrections_total,
        now,
    }
}
