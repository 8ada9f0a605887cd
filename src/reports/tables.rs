//! The tables of a report, counted from facts, as provinces report them. Pure.

use std::collections::HashMap;

use crate::reports::model::{ReportFigures, ReportLine, ReportTable};
use crate::statistics::compare::compare;
use crate::statistics::count::{self, Settled, count_in};
use crate::statistics::dimension::Dimension;
use crate::statistics::labels::{heading, label};
use crate::statistics::selection::Selection;
use kernel::procedure::{RegisterEntries, RegisterEntry};
use kernel::text::Language;
use kernel::words::{PostLevel, ReceptionLevel};

/// The table that covers all registers.
pub const SUMMARY: &str = "summary";

/// What is counted of one register: in the period, on the same days of the previous year, and from the start of the year.
pub struct ReportSide {
    pub entry: &'static RegisterEntry,
    pub now: Selection,
    pub before: Selection,
    /// None if the period starts with the year.
    pub to_date: Option<Selection>,
}

/// Names of agencies by id.
pub type AgencyNames = HashMap<i64, (String, String)>;

impl From<&count::Figures> for ReportFigures {
    fn from(f: &count::Figures) -> Self {
        ReportFigures { delegations: f.delegations, visits: f.visits, persons: f.persons }
    }
}

/// The delegations at provincial level: led by a leader of the province, or received by the province.
pub fn provincial(all: &Selection) -> Selection {
    all.only(|fact| match all.columns.procedure(fact).is_some_and(|procedure| procedure.is_visit()) {
        true => fact.reception_level == Some(ReceptionLevel::Province),
        false => fact.leader_level.is_some_and(|level| level <= PostLevel::PpcViceChair),
    })
}

/// The word that the summary's line of the delegations of provincial level ends with.
pub const PROVINCE: &str = "_province";

/// The register and kind of a line of the summary: all delegations, or those of provincial level.
pub fn of_summary(registers: &RegisterEntries, key: &str) -> Option<(&'static RegisterEntry, bool)> {
    registers.counted().find_map(|(entry, _)| match key.strip_prefix(entry.key)? {
        "" => Some((entry, false)),
        PROVINCE => Some((entry, true)),
        _ => None,
    })
}

/// The code of a table: `inbound_by_country`.
fn code(entry: &RegisterEntry, by: &str) -> String {
    format!("{}_by_{by}", entry.key)
}

/// The groupings of a register's tables, with their codes.
fn groupings(entry: &RegisterEntry) -> impl Iterator<Item = (String, Dimension)> {
    entry.reported.tables.iter().filter_map(|word| Some((code(entry, word), word.parse().ok()?)))
}

/// The register and grouping of a table.
pub fn of_table(registers: &RegisterEntries, code: &str) -> Option<(&'static RegisterEntry, Dimension)> {
    registers
        .counted()
        .find_map(|(entry, _)| groupings(entry).find(|(name, _)| name == code).map(|(_, dimension)| (entry, dimension)))
}

fn total(selection: &Selection) -> ReportFigures {
    ReportFigures::from(&count_in(selection, &[], &Settled::new()).total)
}

fn summary(sides: &[ReportSide]) -> ReportTable {
    let line = |side: &ReportSide, of_province: bool| {
        let entry = side.entry;
        let counted = |all: &Selection| if of_province { total(&provincial(all)) } else { total(all) };
        let (key, label) = if of_province {
            (format!("{}{PROVINCE}", entry.key), format!("trong đó {}", entry.reported.provincial))
        } else {
            (entry.key.to_owned(), entry.label.vi.to_owned())
        };
        ReportLine {
            key,
            label,
            figures: counted(&side.now),
            previous: counted(&side.before),
            to_date: side.to_date.as_ref().map(counted),
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
    let counted = count_in(&side.now, &[by], &Settled::new());
    let before = count_in(&side.before, &[by], &Settled::new());
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
    let side = side.entry.label.vi;
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

/// All tables of a report: the summary, then those of each register.
pub fn tables(sides: &[ReportSide], names: &AgencyNames) -> Vec<ReportTable> {
    let mut all = vec![summary(sides)];
    for side in sides {
        all.extend(groupings(side.entry).map(|(code, by)| grouped(side, &code, by, names)));
    }
    all
}
