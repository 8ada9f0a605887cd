//! The tables of a report, counted from facts, as provinces report them. Pure.

use std::collections::HashMap;

use crate::reports::model::{ReportFigures, ReportLine, ReportTable};
use crate::statistics::compare::compare;
use crate::statistics::count::{self, Counted, DateBasis, Dimension, count};
use crate::statistics::fact::Fact;
use crate::statistics::labels::{heading, label};
use kernel::text::Language;
use kernel::words::{PostLevel, Procedure, ReceptionLevel};

/// The groupings of outbound and inbound delegations.
pub const OUTBOUND: &[(&str, Dimension)] = &[
    ("outbound_by_country", Dimension::Country),
    ("outbound_by_purpose", Dimension::Purpose),
    ("outbound_by_leader_level", Dimension::LeaderLevel),
    ("outbound_by_funding", Dimension::Funding),
    ("outbound_by_in_plan", Dimension::InPlan),
    ("outbound_by_waived", Dimension::Waived),
    ("outbound_by_agency", Dimension::Agency),
    ("outbound_by_month", Dimension::Month),
];
pub const INBOUND: &[(&str, Dimension)] = &[
    ("inbound_by_country", Dimension::Country),
    ("inbound_by_purpose", Dimension::Purpose),
    ("inbound_by_reception_level", Dimension::ReceptionLevel),
    ("inbound_by_field", Dimension::Field),
    ("inbound_by_agency", Dimension::Agency),
    ("inbound_by_month", Dimension::Month),
];
/// The table that covers both directions.
pub const SUMMARY: &str = "summary";

/// The facts of one direction: in the period, on the same days of the previous year, and from the start of the year.
pub struct ReportSide {
    pub procedure: Procedure,
    pub now: Vec<Fact>,
    pub before: Vec<Fact>,
    /// None if the period starts with the year.
    pub to_date: Option<Vec<Fact>>,
}

/// Names of agencies by id.
pub type AgencyNames = HashMap<i64, (String, String)>;

impl From<&count::Figures> for ReportFigures {
    fn from(f: &count::Figures) -> Self {
        ReportFigures { delegations: f.delegations, visits: f.visits, persons: f.persons }
    }
}

/// Whether a delegation is at provincial level: led by a leader of the province, or received by the province.
pub fn of_province(fact: &Fact) -> bool {
    match fact.procedure {
        Procedure::Inbound => fact.reception_level == Some(ReceptionLevel::Province),
        _ => fact.leader_level.is_some_and(|level| level <= PostLevel::PpcViceChair),
    }
}

/// The facts behind a line of the summary.
pub fn of_summary(key: &str) -> Option<(Procedure, bool)> {
    match key {
        "outbound" => Some((Procedure::Outbound, false)),
        "outbound_province" => Some((Procedure::Outbound, true)),
        "inbound" => Some((Procedure::Inbound, false)),
        "inbound_province" => Some((Procedure::Inbound, true)),
        _ => None,
    }
}

/// The procedure and grouping of a table.
pub fn of_table(code: &str) -> Option<(Procedure, Dimension)> {
    let find = |all: &[(&str, Dimension)]| all.iter().find(|(name, _)| *name == code).map(|(_, d)| *d);
    find(OUTBOUND).map(|d| (Procedure::Outbound, d)).or_else(|| find(INBOUND).map(|d| (Procedure::Inbound, d)))
}

fn total(facts: &[Fact], provincial: bool) -> ReportFigures {
    if !provincial {
        return ReportFigures::from(&count(facts, &[], DateBasis::Travel).total);
    }
    let some: Vec<Fact> = facts.iter().filter(|f| of_province(f)).cloned().collect();
    ReportFigures::from(&count(&some, &[], DateBasis::Travel).total)
}

fn summary(sides: &[&ReportSide]) -> ReportTable {
    let line = |side: &ReportSide, provincial: bool| {
        let outbound = side.procedure == Procedure::Outbound;
        let (key, label) = match (outbound, provincial) {
            (true, false) => ("outbound", "Đoàn ra"),
            (true, true) => ("outbound_province", "trong đó do lãnh đạo tỉnh dẫn đầu"),
            (false, false) => ("inbound", "Đoàn vào"),
            (false, true) => ("inbound_province", "trong đó cấp tỉnh đón tiếp"),
        };
        ReportLine {
            key: key.into(),
            label: label.into(),
            figures: total(&side.now, provincial),
            previous: total(&side.before, provincial),
            to_date: side.to_date.as_ref().map(|facts| total(facts, provincial)),
        }
    };
    ReportTable {
        code: SUMMARY.into(),
        title: "Tổng hợp".into(),
        heading: "Chỉ tiêu".into(),
        lines: sides.iter().flat_map(|side| [line(side, false), line(side, true)]).collect(),
        total: None,
        notes: Vec::new(),
    }
}

fn grouped(side: &ReportSide, code: &str, by: Dimension, names: &AgencyNames) -> ReportTable {
    let vietnamese = Language::Vietnamese;
    let counted: Counted = count(&side.now, &[by], DateBasis::Travel);
    let before = count(&side.before, &[by], DateBasis::Travel);
    let compared = compare(&counted, &before, &[by]);
    let mut lines: Vec<ReportLine> = compared
        .rows
        .iter()
        .filter_map(|(keys, now, before)| {
            let key = keys.first()?;
            Some(ReportLine {
                key: key.clone(),
                label: label(by, key, names, vietnamese),
                figures: now.into(),
                previous: before.into(),
                to_date: None,
            })
        })
        .collect();
    if by != Dimension::Month {
        lines.sort_by_cached_key(|l| (-l.figures.delegations, -l.figures.visits, l.label.clone()));
    }
    let (now, previous) = (ReportFigures::from(&compared.total.0), ReportFigures::from(&compared.total.1));
    let total = ReportLine { key: String::new(), label: "Tổng số".into(), figures: now, previous, to_date: None };
    let mut notes = Vec::new();
    if counted.repeated_delegations > 0 {
        notes.push(format!(
            "{} đoàn có mặt ở nhiều dòng nhưng chỉ tính một lần trong tổng số.",
            kernel::money::grouped(counted.repeated_delegations)
        ));
    }
    if counted.repeated_persons > 0 {
        notes.push(format!(
            "{} người có mặt ở nhiều dòng nhưng chỉ tính một lần trong tổng số.",
            kernel::money::grouped(counted.repeated_persons)
        ));
    }
    let side = if side.procedure == Procedure::Outbound { "Đoàn ra" } else { "Đoàn vào" };
    let heading = heading(by, vietnamese);
    ReportTable {
        code: code.into(),
        title: format!("{side} theo {}", heading.to_lowercase()),
        heading: heading.into(),
        lines,
        total: Some(total),
        notes,
    }
}

/// All tables of a report.
pub fn tables(outbound: &ReportSide, inbound: &ReportSide, names: &AgencyNames) -> Vec<ReportTable> {
    let of = |side: &ReportSide, all: &[(&str, Dimension)]| -> Vec<ReportTable> {
        all.iter().map(|(code, by)| grouped(side, code, *by, names)).collect()
    };
    let mut all = vec![summary(&[outbound, inbound])];
    all.extend(of(outbound, OUTBOUND));
    all.extend(of(inbound, INBOUND));
    all
}
