//! What a list is checked against: agencies by their names, and existing records. Pure.

use std::collections::{HashMap, HashSet};

use crate::imports::batch::UnknownAgencies;
use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::names::{key, unit_key};
use crate::imports::parsed::Parsed;
use crate::imports::reading::{Reading, Unit};
use crate::imports::rows::Delegation;
use kernel::text::{fold, nfc};
use kernel::time::{Day, valid_on};

/// The agencies of the tree, indexed by code, name and usual short forms.
#[derive(Debug, Clone, Default)]
pub struct Units(HashMap<String, Vec<(i64, Day, Option<Day>)>>);

impl Units {
    pub fn add(&mut self, id: i64, code: &str, name: &str, from: Day, to: Option<Day>) {
        let mut names = vec![key(code), unit_key(name), unit_key(code)];
        names.sort();
        names.dedup();
        names.into_iter().for_each(|name| self.0.entry(name).or_default().push((id, from, to)));
    }

    /// The agency with this name on a day, otherwise the latest that had it.
    pub fn find(&self, name: &str, on: Day) -> Option<i64> {
        let found = self.0.get(&unit_key(name))?;
        let then = found.iter().find(|(_, from, to)| valid_on(*from, *to, on));
        then.or_else(|| found.iter().max_by_key(|(id, from, _)| (*from, *id))).map(|(id, ..)| *id)
    }
}

/// Two delegations with the same folded title, first day and number of people may be the same one.
pub type Twin = (String, Day, i64);

/// What a list is checked against.
pub struct KnownRegistry {
    pub units: Units,
    /// Existing delegations in the period of the list.
    pub recorded: HashSet<Twin>,
    /// The agencies whose rows the caller may import; none: all.
    pub own: Option<Vec<i64>>,
    /// The agency for rows that name none.
    pub agency_id: Option<i64>,
    pub unknown: UnknownAgencies,
    pub today: Day,
    /// Agency codes in use, for lists of agencies.
    pub codes: HashSet<String>,
    /// Existing officials: folded name and date of birth.
    pub people: HashSet<(String, Option<Day>)>,
}

/// The name of the agency for rows that name none.
pub const NO_UNIT: &str = "Chưa rõ đơn vị";

/// How rows name agencies.
#[derive(Default)]
pub struct UnitTally {
    /// Number of rows that name none.
    pub unstated: i64,
    /// Names that are not in the tree; a warning is given only once for each.
    new: HashSet<String>,
}

/// The agency that a row names; reports an error if the caller may not import its rows.
pub fn unit_of(reading: &mut Reading, known: &KnownRegistry, named: &mut UnitTally) -> Option<Unit> {
    let column = Column::Agency;
    let name = reading.cell(column).text();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let first =
        cells::day(reading.cell(Column::FirstDay)).or(cells::period(reading.cell(Column::Period)).map(|p| p.from));
    let on = first.unwrap_or(known.today);
    let own = known.own.as_ref();
    let unit = if name.is_empty() {
        match known.agency_id.or(own.and_then(|ids| ids.first().copied())) {
            Some(id) => Unit::Known(id),
            None => {
                named.unstated += 1;
                known.units.find(NO_UNIT, on).map_or(Unit::New(NO_UNIT.into()), Unit::Known)
            }
        }
    } else {
        known.units.find(&name, on).map_or_else(|| Unit::New(nfc(&name)), Unit::Known)
    };
    match (&unit, own) {
        (Unit::Known(id), Some(own)) if own.contains(id) => {}
        (_, Some(_)) => {
            reading.error(
                column,
                "foreign_agency",
                "Chỉ được nhập đoàn của cơ quan mình.",
                "You may import only delegations of your own agency.",
            );
            return None;
        }
        (Unit::New(name), None) if name != NO_UNIT => {
            if name.chars().count() > 300 {
                reading.error(
                    column,
                    "too_long",
                    "Tên đơn vị quá 300 ký tự.",
                    "The name of the unit is longer than 300 characters.",
                );
                return None;
            }
            if known.unknown == UnknownAgencies::Reject {
                reading.error(
                    column,
                    "unknown_agency",
                    "Không có đơn vị này trong cây tổ chức.",
                    "There is no such unit in the tree of agencies.",
                );
                return None;
            }
            if named.new.insert(unit_key(name)) {
                reading.warn(
                    column,
                    "unknown_agency",
                    "Đơn vị chưa có trong cây tổ chức; sẽ được tạo ở trạng thái đã ngừng hoạt động, chờ xác nhận.",
                    "There is no such unit in the tree of agencies; it will be created as closed, to be confirmed.",
                );
            }
        }
        _ => {}
    }
    Some(unit)
}

/// Reports duplicates. For delegations only a warning: there may be two visits on one day.
pub fn twins_of(parsed: &Parsed, reading: &mut Reading, known: &KnownRegistry, seen: &mut HashMap<Twin, u32>) {
    match parsed {
        Parsed::Delegation(d) => {
            let twin = twin_of(d);
            if known.recorded.contains(&twin) {
                reading.warn(
                    Column::Title,
                    "already_recorded",
                    "Hệ thống đã có đoàn cùng tên, cùng ngày, cùng số người.",
                    "A delegation with the same name, first day and number of people already exists.",
                );
            }
            if let Some(first) = seen.get(&twin) {
                reading.warn(
                    Column::Title,
                    "duplicate_row",
                    format!("Trùng với dòng {first}."),
                    format!("The same as row {first}."),
                );
            } else {
                seen.insert(twin, d.row);
            }
        }
        Parsed::Person(p) => {
            let person = (fold(&p.full_name), p.birth_date);
            if known.people.contains(&person) {
                reading.error(
                    Column::FullName,
                    "already_recorded",
                    "Người này đã có trong hệ thống.",
                    "This official already exists.",
                );
            }
            let twin = (person.0, p.birth_date.unwrap_or(Day::MIN), 0);
            if let Some(first) = seen.insert(twin, p.row) {
                reading.warn(
                    Column::FullName,
                    "duplicate_row",
                    format!("Trùng với dòng {first}."),
                    format!("The same as row {first}."),
                );
            }
        }
        Parsed::Unit(u) => {
            if known.codes.contains(&u.code) {
                reading.error(
                    Column::Code,
                    "already_recorded",
                    "Mã đơn vị đã được sử dụng.",
                    "The code is already in use.",
                );
            }
            if let Some(first) = seen.insert((u.code.clone(), Day::MIN, 0), u.row) {
                reading.error(
                    Column::Code,
                    "duplicate_row",
                    format!("Trùng mã với dòng {first}."),
                    format!("Same code as row {first}."),
                );
            }
        }
    }
}

fn twin_of(d: &Delegation) -> Twin {
    (fold(&d.title), d.days.from, d.headcount)
}
