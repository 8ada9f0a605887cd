//! How reports, their records and their corrections are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reports::corrections::{Change, Correction, changed_words, visits};
use crate::reports::model::{Content, Figures, Kind, Line, Report, Rule, Table};
use crate::statistics::compare::percent;
use crate::statistics::fact::Fact;
use crate::statistics::question::Window;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::words::Procedure;

/// A report in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportItem, example = json!({"id": "01ke3m9p000f1", "kind": "month", "year": 2026, "period": 7, "window": "calendar",
    "from": "2026-07-01", "to": "2026-07-31", "ordinal": 1, "title": "Báo cáo đoàn ra, đoàn vào tháng 7 năm 2026",
    "frozen_at": "2026-08-03T02:00:00Z", "reason": null, "hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "outbound": {"delegations": 7, "visits": 29, "persons": 29}, "inbound": {"delegations": 3, "visits": 18, "persons": 18}}))]
pub struct ItemView {
    #[schema(value_type = String)]
    id: Id,
    kind: Kind,
    year: i32,
    /// Month, quarter or half of the year, from 1; null for a year.
    period: Option<u32>,
    window: Window,
    from: NaiveDate,
    to: NaiveDate,
    /// The n-th report of these days.
    ordinal: i64,
    title: String,
    frozen_at: String,
    /// Why it was published although a total is impossible.
    reason: Option<String>,
    /// SHA-256 of everything that was frozen, hexadecimal.
    hash: String,
    outbound: Figures,
    inbound: Figures,
}

pub fn item(report: &Report) -> ItemView {
    ItemView {
        id: Id(report.id),
        kind: report.span.kind,
        year: report.span.year,
        period: (report.span.kind != Kind::Annual).then_some(report.span.number),
        window: report.span.window,
        from: report.days.from,
        to: report.days.to,
        ordinal: report.ordinal,
        title: title(report),
        frozen_at: rfc3339(report.frozen_at),
        reason: report.reason.clone(),
        hash: report.hash.clone(),
        outbound: report.outbound,
        inbound: report.inbound,
    }
}

pub fn title(report: &Report) -> String {
    let again = if report.ordinal > 1 { format!(" (lần {})", report.ordinal) } else { String::new() };
    format!("Báo cáo đoàn ra, đoàn vào {}{again}", report.span.title())
}

/// In percent of the year before, to a tenth; null where there was nothing.
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
    figures: Figures,
    /// The same days of the year before.
    previous: Figures,
    difference: Figures,
    percent: PercentView,
    /// Since the beginning of the year, in the summary of a shorter period.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_date: Option<Figures>,
}

fn line(l: &Line) -> LineView {
    let (now, before) = (l.figures, l.previous);
    LineView {
        key: l.key.clone(),
        label: l.label.clone(),
        figures: now,
        previous: before,
        difference: Figures {
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
    /// What `table=` of the records names.
    code: String,
    title: String,
    heading: String,
    rows: Vec<LineView>,
    total: Option<LineView>,
    notes: Vec<String>,
}

fn table(t: &Table) -> TableView {
    TableView {
        code: t.code.clone(),
        title: t.title.clone(),
        heading: t.heading.clone(),
        rows: t.lines.iter().map(line).collect(),
        total: t.total.as_ref().map(line),
        notes: t.notes.clone(),
    }
}

/// How one record counted, and counts.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectionSide)]
struct SideView {
    date: NaiveDate,
    visits: i64,
    countries: Vec<String>,
}

fn side(fact: &Fact) -> SideView {
    let mut countries: Vec<String> = fact.shares.iter().map(|s| s.country.clone()).collect();
    countries.sort();
    countries.dedup();
    SideView { date: fact.travel_date, visits: visits(fact), countries }
}

/// An act on the dossier since the report was frozen.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectionAct)]
pub struct ActView {
    pub action: String,
    pub at: String,
}

/// A record that counts otherwise than when the report was frozen.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportCorrection)]
pub struct CorrectionView {
    procedure: Procedure,
    change: Change,
    /// Null, with number and title, where the caller may see figures but not the dossier.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    number: Option<String>,
    title: Option<String>,
    before: Option<SideView>,
    after: Option<SideView>,
    /// What differs, where it counts in both.
    changed: Vec<&'static str>,
    acts: Vec<ActView>,
}

/// Number and title of a dossier that the caller may see.
pub type Named = Option<(Option<String>, String)>;

pub fn correction(procedure: Procedure, c: &Correction, named: Named, acts: Vec<ActView>) -> CorrectionView {
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

/// How many records a report was counted from.
#[derive(Serialize, ToSchema)]
struct RecordCounts {
    outbound: usize,
    inbound: usize,
}

/// What the totals of these days are now.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportTotals)]
pub struct TotalsView {
    pub outbound: Figures,
    pub inbound: Figures,
}

/// A frozen report with what changed since.
#[derive(Serialize, ToSchema)]
#[schema(as = PeriodicalReport)]
pub struct ReportView {
    #[serde(flatten)]
    item: ItemView,
    /// It was frozen before its period was over.
    early: bool,
    data_version: String,
    /// The regulations under which its delegations were decided.
    rules: Vec<Rule>,
    records: RecordCounts,
    tables: Vec<TableView>,
    /// Records that count otherwise now, at most 1,000; with them every difference to `now` is explained.
    corrections: Vec<CorrectionView>,
    corrections_total: usize,
    /// The totals of these days as they are now.
    now: TotalsView,
}

pub fn whole(
    report: &Report,
    content: &Content,
    corrections: Vec<CorrectionView>,
    corrections_total: usize,
    now: TotalsView,
) -> ReportView {
    ReportView {
        item: item(report),
        early: content.early,
        data_version: content.data_version.to_string(),
        rules: content.rules.clone(),
        records: RecordCounts { outbound: content.outbound.len(), inbound: content.inbound.len() },
        tables: content.tables.iter().map(table).collect(),
        corrections,
        corrections_total,
        now,
    }
}
