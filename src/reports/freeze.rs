//! Freezing: the figures of a period with everything they rest on, refused where a total cannot be.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::audit;
use crate::db::Conn;
use crate::db::counters;
use crate::error::{Code, Error, Problem, Result};
use crate::procedures::lines::{self, Line};
use crate::reports::limits::{Impossible, against, within};
use crate::reports::model::{Content, Figures, Record, Report, Rule, Span, Told};
use crate::reports::store;
use crate::reports::tables::{Side, tables};
use crate::statistics::asked::Agencies;
use crate::statistics::compare::year_before;
use crate::statistics::count::DateBasis;
use crate::statistics::fact::Fact;
use crate::statistics::store as statistics;
use crate::web::idempotency::fingerprint;
use kernel::id::Id;
use kernel::time::{Moment, Period, day_of};
use kernel::words::{Direction, Procedure};

/// A report before it is kept.
pub struct Drawn {
    /// Taken before the facts were read: every act with a later id may be missing in them.
    pub id: Id,
    pub content: Content,
    /// As it will be kept.
    pub text: String,
}

fn facts(conn: &mut Conn, procedure: Procedure, period: Period) -> Result<Vec<Fact>> {
    statistics::in_period(conn, procedure, period, DateBasis::Travel)
}

/// The facts that count on the days of a report, as they are now.
pub fn now(conn: &mut Conn, procedure: Procedure, days: Period) -> Result<Vec<Fact>> {
    facts(conn, procedure, days)
}

fn side(conn: &mut Conn, procedure: Procedure, span: Span, days: Period) -> Result<Side> {
    let now = facts(conn, procedure, days)?;
    let before = facts(conn, procedure, year_before(days))?;
    let to_date = match span.to_date().filter(|whole| whole.from < days.from) {
        Some(whole) => {
            let earlier = Period { from: whole.from, to: days.from.pred_opt().unwrap_or(days.from) };
            let mut all = facts(conn, procedure, earlier)?;
            all.extend(now.iter().cloned());
            Some(all)
        }
        None => None,
    };
    Ok(Side { procedure, now, before, to_date })
}

fn records(conn: &mut Conn, direction: Direction, facts: Vec<Fact>, rules: &mut Rules) -> Result<Vec<Record>> {
    let ids: Vec<i64> = facts.iter().map(|f| f.delegation_id).collect();
    let lines: HashMap<i64, Line> =
        lines::lines(conn, direction, &ids)?.into_iter().map(|line| (line.id, line)).collect();
    let record = |fact: Fact| {
        let line = lines.get(&fact.delegation_id);
        if let Some((code, version)) = line.and_then(|l| l.rule.clone()) {
            *rules.entry((code, version)).or_insert(0) += 1;
        }
        let told = line.map(|l| Told {
            title: l.title.clone(),
            number: l.number.clone(),
            head: l.head.clone(),
            partner: l.partner.clone(),
            activity: l.activity.clone(),
            funding: l.funding.clone(),
            report: l.report.clone(),
            note: l.note.clone(),
        });
        Record { fact, version: line.map_or(0, |l| l.version), told: told.unwrap_or_default() }
    };
    Ok(facts.into_iter().map(record).collect())
}

type Rules = BTreeMap<(String, i64), i64>;

/// Draws a report from one snapshot of the database.
pub fn draw(conn: &mut Conn, span: Span, days: Period, agencies: Agencies, now: Moment) -> Result<Drawn> {
    let id = Id::new(now);
    let data_version = counters::data_version(conn)?;
    let outbound = side(conn, Procedure::Outbound, span, days)?;
    let inbound = side(conn, Procedure::Inbound, span, days)?;
    let all = outbound.now.iter().chain(&outbound.before).chain(&inbound.now).chain(&inbound.before);
    let units: HashSet<i64> = all.flat_map(|f| f.shares.iter().map(|s| s.agency_id)).collect();
    let names = (agencies.names)(conn, &units.into_iter().collect::<Vec<_>>())?;
    let tables = tables(&outbound, &inbound, &names);
    let mut rules = Rules::new();
    let mut agencies: Vec<(Id, String)> = names.into_iter().map(|(id, (_, name))| (Id(id), name)).collect();
    agencies.sort();
    let content = Content {
        kind: span.kind,
        year: span.year,
        number: span.number,
        window: span.window,
        from: days.from,
        to: days.to,
        data_version,
        early: day_of(now) <= days.to,
        tables,
        outbound: records(conn, Direction::Outbound, outbound.now, &mut rules)?,
        inbound: records(conn, Direction::Inbound, inbound.now, &mut rules)?,
        rules: rules.into_iter().map(|((code, version), delegations)| Rule { code, version, delegations }).collect(),
        agencies,
    };
    let text = serde_json::to_string(&content).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Drawn { id, content, text })
}

/// Who freezes, when, and why although a total is impossible.
pub struct Signed<'a> {
    pub user_id: i64,
    pub actor: &'a str,
    pub trace_id: &'a str,
    pub now: Moment,
    pub reason: Option<String>,
}

/// Keeps a drawn report; what cannot be is refused unless a reason is stated.
pub fn keep(conn: &mut Conn, drawn: &Drawn, signed: Signed) -> Result<Report> {
    let Drawn { id, content, text } = drawn;
    let span = content.span();
    let days = Period { from: content.from, to: content.to };
    // A report of the whole year is compared with those of its parts, one of a part with that of the year.
    let year = Period { from: days.from - chrono::Duration::days(400), to: days.to + chrono::Duration::days(400) };
    let frozen = store::meeting(conn, year)?;
    let of = |key: &str| -> Figures {
        let line = content.table("summary").and_then(|t| t.lines.iter().find(|l| l.key == key));
        line.map(|l| l.figures).unwrap_or_default()
    };
    let before = frozen.iter().filter(|r| r.span == span).map(|r| r.ordinal).max().unwrap_or(0);
    let report = Report {
        id: id.0,
        span,
        days,
        ordinal: before + 1,
        reason: signed.reason,
        hash: fingerprint(text.as_bytes()),
        frozen_at: signed.now,
        frozen_by: signed.user_id,
        outbound: of("outbound"),
        inbound: of("inbound"),
    };
    let mut impossible = within(content);
    impossible.extend(against(&report, &frozen));
    if !impossible.is_empty() && report.reason.is_none() {
        return Err(refused(&impossible));
    }
    store::insert(conn, &report, text)?;
    let detail = json!({"kind": span.kind, "year": span.year, "period": span.number, "window": span.window,
        "ordinal": report.ordinal, "hash": report.hash, "reason": report.reason, "impossible": impossible.len()});
    let object = format!("reports/{}", Id(report.id));
    let Signed { actor, trace_id, now, .. } = signed;
    audit::append(conn, &audit::Entry { at: now, actor, action: "freeze_report", object: &object, detail, trace_id })?;
    Ok(report)
}

fn refused(impossible: &[Impossible]) -> Error {
    let mut problem = Problem::new(
        Code::ImpossibleTotal,
        "Có tổng số không thể đúng; kiểm tra lại, hoặc nêu lý do (reason) để vẫn chốt báo cáo.",
        "A total cannot be right; look again, or state a reason to publish nevertheless.",
    );
    for one in impossible {
        problem.errors.add("/reason", "impossible_total", one.says.vi.clone(), one.says.en.clone());
    }
    let all = impossible.iter().map(|i| json!({"measure": i.measure, "part": i.part, "whole": i.whole}));
    problem.with("impossible", all.collect()).into()
}
