//! Rows of frozen reports. They are written once and never changed.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::schema::{acts, reports};
use crate::db::{Conn, word};
use crate::error::{Error, Result};
use crate::reports::model::{Content, Figures, Kind, Report, Span};
use kernel::time::{Day, Moment, Period};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reports)]
struct Row {
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

impl Row {
    fn report(self) -> Result<Report> {
        let (outbound, inbound): (Figures, Figures) = serde_json::from_str(&self.totals).map_err(broken)?;
        Ok(Report {
            id: self.id,
            span: Span {
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
            outbound,
            inbound,
        })
    }
}

/// Keeps a report with the very text its hash is of.
pub fn insert(conn: &mut Conn, report: &Report, content: &str) -> Result<()> {
    let window: &'static str = report.span.window.into();
    let row = Row {
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
        totals: serde_json::to_string(&(report.outbound, report.inbound)).map_err(broken)?,
    };
    diesel::insert_into(reports::table).values((row, reports::content.eq(content))).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Report>> {
    let row: Option<Row> = reports::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::report).transpose()
}

/// What was frozen, as it was written.
pub fn content_text(conn: &mut Conn, id: i64) -> Result<String> {
    Ok(reports::table.find(id).select(reports::content).first(conn)?)
}

pub fn content(conn: &mut Conn, id: i64) -> Result<Content> {
    serde_json::from_str(&content_text(conn, id)?).map_err(broken)
}

/// What a list of reports asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub year: Option<i32>,
    pub kind: Option<Kind>,
}

/// Reports, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, before: Option<i64>, limit: i64) -> Result<Vec<Report>> {
    let mut query = reports::table.order(reports::id.desc()).limit(limit).select(Row::as_select()).into_boxed();
    if let Some(year) = filter.year {
        query = query.filter(reports::year.eq(i64::from(year)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(reports::kind.eq(kind.word()));
    }
    if let Some(before) = before {
        query = query.filter(reports::id.lt(before));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(Row::report).collect()
}

/// Every report of days that meet these.
pub fn meeting(conn: &mut Conn, days: Period) -> Result<Vec<Report>> {
    let rows: Vec<Row> = reports::table
        .filter(reports::from_day.le(days.to))
        .filter(reports::to_day.ge(days.from))
        .order(reports::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::report).collect()
}

/// Whether any of these delegations stands in a frozen report.
pub fn frozen(conn: &mut Conn, ids: &[i64]) -> Result<bool> {
    if ids.is_empty() {
        return Ok(false);
    }
    let asked: HashSet<i64> = ids.iter().copied().collect();
    let all: Vec<i64> = reports::table.select(reports::id).load(conn)?;
    for id in all {
        let content = content(conn, id)?;
        if content.outbound.iter().chain(&content.inbound).any(|r| asked.contains(&r.fact.delegation_id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The acts on these delegations since a report was drawn: delegation, act, when. Ids are in the order of time.
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
