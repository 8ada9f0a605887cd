//! Freezes a report: the figures of a period with all data behind them. Refused if a total is impossible.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::db::counters;
use crate::dossier::parts::line::DelegationLine;
use crate::dossier::register::{Register, Registers};
use crate::error::{Code, Error, Problem, Result};
use crate::reports::limits::{Impossible, against, within};
use crate::reports::model::{
    ByRegister, FrozenReport, ListColumns, ReportContent, ReportFigures, ReportPeriod, ReportRecord, RuleUse,
};
use crate::reports::store;
use crate::reports::tables::{ReportSide, SUMMARY, tables};
use crate::statistics::asked::FigureSource;
use crate::statistics::columns::FactColumns;
use crate::statistics::compare::year_before;
use crate::statistics::dimension::DateBasis;
use crate::statistics::fact::Fact;
use crate::statistics::narrow::FigureFilter;
use crate::statistics::selection::Selection;
use crate::statistics::store as statistics;
use crate::statistics::units::UnitsOfView;
use crate::web::idempotency::fingerprint;
use kernel::id::Id;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};
use kernel::time::{Moment, Period, day_of};
use kernel::words::FieldError;

/// A report before it is stored.
pub struct DrawnReport {
    /// Created before the facts are read: actions with a later id may be missing from them.
    pub id: Id,
    pub content: ReportContent,
    /// The content as it will be stored.
    pub text: String,
}

/// The current facts in the period of a report.
pub fn now(conn: &mut Conn, procedure: Procedure, days: Period) -> Result<Vec<Fact>> {
    statistics::in_period(conn, procedure, days, DateBasis::Travel)
}

fn side(
    kept: &Arc<FactColumns>,
    (entry, procedure): (&'static RegisterEntry, Procedure),
    span: ReportPeriod,
    days: Period,
) -> ReportSide {
    let of = |days: Period| {
        let units = UnitsOfView::as_reported(kept.agencies());
        Selection::new(Arc::clone(kept), (&[procedure], days, DateBasis::Travel), units, &FigureFilter::default())
    };
    let to_date = span.to_date().filter(|whole| whole.from < days.from);
    let to_date = to_date.map(|whole| of(Period { from: whole.from, to: days.to }));
    ReportSide { entry, now: of(days), before: of(year_before(days)), to_date }
}

fn records(
    conn: &mut Conn,
    register: &dyn Register,
    facts: Vec<Fact>,
    rules: &mut RuleUses,
) -> Result<Vec<ReportRecord>> {
    let ids: Vec<i64> = facts.iter().map(|f| f.delegation_id).collect();
    let lines: HashMap<i64, DelegationLine> =
        register.lines(conn, &ids)?.into_iter().map(|line| (line.id, line)).collect();
    let record = |fact: Fact| {
        let line = lines.get(&fact.delegation_id);
        if let Some((code, version)) = line.and_then(|l| l.rule.clone()) {
            *rules.entry((code, version)).or_insert(0) += 1;
        }
        let told = line.map(|l| ListColumns {
            title: l.title.clone(),
            number: l.number.clone(),
            head: l.head.clone(),
            partner: l.partner.clone(),
            activity: l.activity.clone(),
            funding: l.funding.clone(),
            report: l.report.clone(),
            note: l.note.clone(),
        });
        ReportRecord { fact, version: line.map_or(0, |l| l.version), told: told.unwrap_or_default() }
    };
    Ok(facts.into_iter().map(record).collect())
}

type RuleUses = BTreeMap<(String, i64), i64>;

/// Computes a report from one snapshot of the database.
pub fn draw(
    conn: &mut Conn,
    registers: &Registers,
    span: ReportPeriod,
    days: Period,
    source: &FigureSource,
    at: Moment,
) -> Result<DrawnReport> {
    let id = Id::new(at);
    let data_version = counters::data_version(conn)?;
    let counted = registers.entries();
    let kept = source.facts.of_snapshot(conn)?;
    let sides: Vec<ReportSide> = counted.counted().map(|counted| side(&kept, counted, span, days)).collect();
    let units: HashSet<i64> =
        sides.iter().flat_map(|side| [&side.now, &side.before]).flat_map(Selection::used).collect();
    let names = (source.agencies.names)(conn, &units.into_iter().collect::<Vec<_>>())?;
    let tables = tables(&sides, &names);
    let mut rules = RuleUses::new();
    let mut behind = ByRegister::new();
    for (entry, procedure) in counted.counted() {
        let Some(register) = registers.by_key(entry.key) else { continue };
        let facts = now(conn, procedure, days)?;
        behind.insert(entry.key.to_owned(), records(conn, register, facts, &mut rules)?);
    }
    let mut agencies: Vec<(Id, String)> = names.into_iter().map(|(id, (_, name))| (Id(id), name)).collect();
    agencies.sort();
    let content = ReportContent {
        kind: span.kind,
        year: span.year,
        number: span.number,
        window: span.window,
        from: days.from,
        to: days.to,
        data_version,
        early: day_of(at) <= days.to,
        tables,
        records: behind,
        rules: rules.into_iter().map(|((code, version), delegations)| RuleUse { code, version, delegations }).collect(),
        agencies,
    };
    let text = serde_json::to_string(&content).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(DrawnReport { id, content, text })
}

/// Stores a computed report; an impossible total is refused unless a reason is given.
pub fn keep(
    conn: &mut Conn,
    registers: &RegisterEntries,
    call: &RequestContext,
    drawn: &DrawnReport,
    frozen_by: i64,
    reason: Option<String>,
) -> Result<FrozenReport> {
    let DrawnReport { id, content, text } = drawn;
    let span = content.span();
    let days = Period { from: content.from, to: content.to };
    // 400 days cover every report to compare with: an annual one with its parts, and a part with its year.
    let year = Period { from: days.from - chrono::Duration::days(400), to: days.to + chrono::Duration::days(400) };
    let frozen = store::meeting(conn, year)?;
    let summary = content.table(SUMMARY);
    let of = |key: &String| -> ReportFigures {
        let line = summary.and_then(|t| t.lines.iter().find(|l| l.key == *key));
        line.map(|l| l.figures).unwrap_or_default()
    };
    let before = frozen.iter().filter(|r| r.span == span).map(|r| r.ordinal).max().unwrap_or(0);
    let report = FrozenReport {
        id: id.0,
        span,
        days,
        ordinal: before + 1,
        reason,
        hash: fingerprint(text.as_bytes()),
        frozen_at: call.now,
        frozen_by,
        totals: content.records.keys().map(|key| (key.clone(), of(key))).collect(),
    };
    let mut impossible = within(content);
    impossible.extend(against(registers, &report, &frozen));
    if !impossible.is_empty() && report.reason.is_none() {
        return Err(refused(&impossible));
    }
    store::insert(conn, &report, text)?;
    statistics::freeze(conn, report.id, content.delegations())?;
    let detail = json!({"kind": span.kind, "year": span.year, "period": span.number, "window": span.window,
        "ordinal": report.ordinal, "hash": report.hash, "reason": report.reason, "impossible": impossible.len()});
    let object = format!("reports/{}", Id(report.id));
    call.remember(conn, "freeze_report", &object, detail)?;
    Ok(report)
}

fn refused(impossible: &[Impossible]) -> Error {
    let mut problem = Problem::new(
        Code::ImpossibleTotal,
        "Có tổng số không hợp lý; hãy kiểm tra lại, hoặc nêu lý do để vẫn chốt báo cáo.",
        "A total is impossible; check the data, or give a reason to freeze the report anyway.",
    );
    for one in impossible {
        problem.errors.add("/reason", FieldError::ImpossibleTotal, one.says.vi.clone(), one.says.en.clone());
    }
    let all = impossible.iter().map(|i| json!({"measure": i.measure, "part": i.part, "whole": i.whole}));
    problem.with("impossible", all.collect()).into()
}
