//! Frozen reports in the database. They are written once and never changed.

use diesel::prelude::*;

use crate::db::schema::{acts, report_delegations, reports};
use crate::db::{Conn, word};
use crate::error::{Error, Result};
use crate::reports::model::{ByRegister, FrozenReport, ReportContent, ReportFigures, ReportKind, ReportPeriod};
use crate::statistics::store as statistics;
use kernel::every_field;
use kernel::time::{Day, Moment, Period};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
struct ReportRow {
    id: i64,
    kind: String,
    year: i64,
    number: i64,
    year_window: String,
    from_day: Day,
    to_day: Day,
    ordinal: i64,
    reason: Option<String>,
    hash: String,
    frozen_at: Moment,
    frozen_by: i64,
    totals: String,
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a report cannot be read: {what}"))
}

impl ReportRow {
    fn report(self) -> Result<FrozenReport> {
        let totals: ByRegister<ReportFigures> = serde_json::from_str(&self.totals).map_err(broken)?;
        Ok(FrozenReport {
            id: self.id,
            span: ReportPeriod {
                kind: word(&self.kind)?,
                year: i32::try_from(self.year).map_err(broken)?,
                number: u32::try_from(self.number).map_err(broken)?,
                window: word(&self.year_window)?,
            },
            days: Period { from: self.from_day, to: self.to_day },
            ordinal: self.ordinal,
            reason: self.reason,
            hash: self.hash,
            frozen_at: self.frozen_at,
            frozen_by: self.frozen_by,
            totals,
        })
    }
}

/// Stores a report with the exact text of which it has the hash.
pub fn insert(conn: &mut Conn, report: &FrozenReport, content: &str) -> Result<()> {
    every_field!(FrozenReport of report: id, span, days, ordinal, reason, hash, frozen_at, frozen_by, totals);
    let window: &'static str = report.span.window.into();
    let row = ReportRow {
        id: report.id,
        kind: report.span.kind.word().to_owned(),
        year: i64::from(report.span.year),
        number: i64::from(report.span.number),
        year_window: window.to_owned(),
        from_day: report.days.from,
        to_day: report.days.to,
        ordinal: report.ordinal,
        reason: report.reason.clone(),
        hash: report.hash.clone(),
        frozen_at: report.frozen_at,
        frozen_by: report.frozen_by,
        totals: serde_json::to_string(&report.totals).map_err(broken)?,
    };
    diesel::insert_into(reports::table).values((row, reports::content.eq(content))).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<FrozenReport>> {
    let row: Option<ReportRow> = reports::table.find(id).select(ReportRow::as_select()).first(conn).optional()?;
    row.map(ReportRow::report).transpose()
}

/// The frozen content as stored.
pub fn content_text(conn: &mut Conn, id: i64) -> Result<String> {
    Ok(reports::table.find(id).select(reports::content).first(conn)?)
}

pub fn content(conn: &mut Conn, id: i64) -> Result<ReportContent> {
    serde_json::from_str(&content_text(conn, id)?).map_err(broken)
}

/// Which reports to list.
#[derive(Debug, Clone, Default)]
pub struct ReportFilter {
    pub year: Option<i32>,
    pub kind: Option<ReportKind>,
}

/// Reports, latest first.
pub fn page(conn: &mut Conn, filter: &ReportFilter, before: Option<i64>, limit: i64) -> Result<Vec<FrozenReport>> {
    let mut query = reports::table.order(reports::id.desc()).limit(limit).select(ReportRow::as_select()).into_boxed();
    if let Some(year) = filter.year {
        query = query.filter(reports::year.eq(i64::from(year)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(reports::kind.eq(kind.word()));
    }
    if let Some(before) = before {
        query = query.filter(reports::id.lt(before));
    }
    let rows: Vec<ReportRow> = query.load(conn)?;
    rows.into_iter().map(ReportRow::report).collect()
}

/// All reports whose period overlaps this one.
pub fn meeting(conn: &mut Conn, days: Period) -> Result<Vec<FrozenReport>> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::from_day.le(days.to))
        .filter(reports::to_day.ge(days.from))
        .order(reports::id)
        .select(ReportRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReportRow::report).collect()
}

/// Notes which delegations each report counts, for reports of a version that did not.
pub fn index(conn: &mut Conn) -> Result<()> {
    let noted = report_delegations::table.select(report_delegations::report_id);
    let missing: Vec<i64> = reports::table.filter(reports::id.ne_all(noted)).select(reports::id).load(conn)?;
    for id in missing {
        let content = content(conn, id)?;
        statistics::freeze(conn, id, content.delegations())?;
    }
    Ok(())
}

/// The actions on these delegations since a report was computed: delegation, action, time. Ids are ordered by time, so
/// they can be compared with the report's.
pub fn acts_since(conn: &mut Conn, ids: &[i64], report_id: i64) -> Result<Vec<(i64, String, Moment)>> {
    let mut all = Vec::new();
    for some in ids.chunks(5_000) {
        let rows: Vec<(i64, String, Moment)> = acts::table
            .filter(acts::delegation_id.eq_any(some))
            .filter(acts::id.gt(report_id))
            .order(acts::id)
            .select((acts::delegation_id, acts::action, acts::at))
            .load(conn)?;
        all.extend(rows);
    }
    Ok(all)
}
