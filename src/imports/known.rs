//! What a list is checked against: units by their names, and what is there already. Pure.

use std::collections::{HashMap, HashSet};

use crate::imports::batch::UnknownAgencies;
use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::names::{key, unit_key};
use crate::imports::rows::{Delegation, Parsed, Reading, Unit};
use kernel::text::{fold, nfc};
use kernel::time::{Day, valid_on};

/// The units of the tree by every name they go by.
#[derive(Debug, Clone, Default)]
pub struct Units(HashMap<String, Vec<(i64, Day, Option<Day>)>>);

impl Units {
    pub fn add(&mut self, id: i64, code: &str, name: &str, from: Day, to: Option<Day>) {
        let mut names = vec![key(code), unit_key(name), unit_key(code)];
        names.sort();
        names.dedup();
        names.into_iter().for_each(|name| self.0.entry(name).or_default().push((id, from, to)));
    }

    /// The unit of a name on a day, else the latest that had it.
    pub fn find(&self, name: &str, on: Day) -> Option<i64> {
        let found = self.0.get(&unit_key(name))?;
        let then = found.iter().find(|(_, from, to)| valid_on(*from, *to, on));
        then.or_else(|| found.iter().max_by_key(|(id, from, _)| (*from, *id))).map(|(id, ..)| *id)
    }
}

/// What one delegation and another must have in common to be one: folded title, first day, people.
pub type Twin = (String, Day, i64);

/// What a list is checked against.
pub struct Known {
    pub units: Units,
    /// Delegations of the days of the list that are there already.
    pub recorded: HashSet<Twin>,
    /// The agencies whose rows the caller may bring in; none: everybody's.
    pub own: Option<Vec<i64>>,
    /// The unit of rows that name none.
    pub agency_id: Option<i64>,
    pub unknown: UnknownAgencies,
    pub today: Day,
    /// Codes in use, for lists of units.
    pub codes: HashSet<String>,
    /// Officials that are there: folded name, and day of birth.
    pub people: HashSet<(String, Option<Day>)>,
}

/// The name of the unit that rows without one go to.
pub const NO_UNIT: &str = "Chưa rõ đơn vị";

/// Units as the rows name them.
#[derive(Default)]
pub struct Named {
    /// Rows that name none.
    pub unstated: i64,
    /// Those that the tree does not have: each is told once.
    new: HashSet<String>,
}

/// The unit a row names, and whether the caller may bring in its rows.
pub fn unit_of(reading: &mut Reading, known: &Known, named: &mut Named) -> Option<Unit> {
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
                "Only delegations of one's own agency can be brought in.",
            );
            return None;
        }
        (Unit::New(name), None) if name != NO_UNIT => {
            if name.chars().count() > 300 {
                reading.error(
                    column,
                    "too_long",
                    "Tên đơn vị quá 300 ký tự.",
                    "A unit's name has at most 300 characters.",
                );
                return None;
            }
            if known.unknown == UnknownAgencies::Reject {
                reading.error(
                    column,
                    "unknown_agency",
                    "Không có đơn vị này trong cây tổ chức.",
                    "The tree has no such unit.",
                );
                return None;
            }
            if named.new.insert(unit_key(name)) {
                reading.warn(
                    column,
                    "unknown_agency",
                    "Đơn vị chưa có trong cây tổ chức; sẽ được tạo ở trạng thái đã đóng, chờ xác nhận.",
                    "The tree has no such unit; it will be created closed, to be confirmed.",
                );
            }
        }
        _ => {}
    }
    Some(unit)
}

/// The same row twice, or what is there already, is worth a warning: it may be two visits on one day.
pub fn twins_of(parsed: &Parsed, reading: &mut Reading, known: &Known, seen: &mut HashMap<Twin, u32>) {
    match parsed {
        Parsed::Delegation(d) => {
            let twin = twin_of(d);
            if known.recorded.contains(&twin) {
                reading.warn(
                    Column::Title,
                    "already_recorded",
                    "Hệ thống đã có đoàn cùng tên, cùng ngày, cùng số người.",
                    "There is a delegation of the same name, day and number of people.",
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
                    "Người này đã có.",
                    "This official is there already.",
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
                reading.error(Column::Code, "already_recorded", "Mã đơn vị đã dùng.", "The code is in use.");
            }
            if let Some(first) = seen.insert((u.code.clone(), Day::MIN, 0), u.row) {
                reading.error(
                    Column::Code,
                    "duplicate_row",
                    format!("Trùng mã với dòng {first}."),
                    format!("The same code as row {first}."),
                );
            }
        }
    }
}

fn twin_of(d: &Delegation) -> Twin {
    (fold(&d.title), d.days.from, d.headcount)
}
