//! What a list is checked against: agencies by their names, and existing records. Pure.

use std::collections::{HashMap, HashSet};

use crate::imports::batch::UnknownAgencies;
use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::names::{key, unit_key};
use crate::imports::reading::{Reading, Unit};
use crate::plans::model::Plan;
use crate::registry::agencies::{Agency, agency_ended};
use kernel::succession::Succession;
use kernel::text::nfc;
use kernel::time::{Day, valid_on};
use kernel::words::Label;

/// The agencies of the tree, indexed by code, name and usual short forms.
#[derive(Debug, Clone, Default)]
pub struct Units {
    by_name: HashMap<String, Vec<i64>>,
    all: HashMap<i64, UnitEntry>,
}

/// An agency of the tree.
#[derive(Debug, Clone)]
struct UnitEntry {
    name: String,
    from: Day,
    to: Option<Day>,
    /// Created from a list, and not yet looked at: its dates are not known.
    confirmed: bool,
}

impl Units {
    pub fn add(&mut self, agency: &Agency) {
        let Agency { id, code, name, .. } = agency;
        let mut names = vec![key(code), unit_key(name), unit_key(code)];
        names.sort();
        names.dedup();
        names.into_iter().for_each(|name| self.by_name.entry(name).or_default().push(*id));
        let entry =
            UnitEntry { name: name.clone(), from: agency.valid_from, to: agency.valid_to, confirmed: agency.confirmed };
        self.all.insert(*id, entry);
    }

    /// The agency with this name on a day, otherwise the latest that had it.
    pub fn find(&self, name: &str, on: Day) -> Option<i64> {
        let found =
            || self.by_name.get(&unit_key(name)).into_iter().flatten().filter_map(|id| Some((*id, self.all.get(id)?)));
        let then = found().find(|(_, unit)| valid_on(unit.from, unit.to, on));
        then.or_else(|| found().max_by_key(|(id, unit)| (unit.from, *id))).map(|(id, _)| id)
    }

    pub fn name(&self, id: i64) -> Option<&str> {
        self.all.get(&id).map(|unit| unit.name.as_str())
    }

    /// The day on which a confirmed agency ended, if that is not after `on`.
    fn ended(&self, id: i64, on: Day) -> Option<Day> {
        self.all.get(&id).filter(|unit| unit.confirmed).and_then(|unit| unit.to).filter(|end| *end <= on)
    }
}

/// Two delegations with the same folded title, first day and number of people may be the same one.
pub type Twin = (String, Day, i64);

/// What a list is checked against.
pub struct KnownRegistry {
    pub units: Units,
    /// Which agency followed which.
    pub succession: Succession,
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
    /// Existing officials by folded name, for lists that name them.
    pub people: HashMap<String, Vec<KnownPerson>>,
    /// User names in use, for lists of accounts.
    pub usernames: HashSet<String>,
    /// Whose passport has a number (`number_key`), for lists of passports.
    pub passports: HashMap<String, String>,
    /// The plans that somebody proposed for, for lists of plan items.
    pub plans: HashMap<i64, Plan>,
}

/// An official as lists name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPerson {
    pub id: i64,
    pub birth_date: Option<Day>,
    pub agency_id: i64,
}

impl KnownRegistry {
    /// For lists that name nothing that exists.
    pub fn nothing(today: Day) -> Self {
        KnownRegistry {
            units: Units::default(),
            succession: Succession::default(),
            recorded: HashSet::new(),
            own: None,
            agency_id: None,
            unknown: UnknownAgencies::default(),
            today,
            codes: HashSet::new(),
            people: HashMap::new(),
            usernames: HashSet::new(),
            passports: HashMap::new(),
            plans: HashMap::new(),
        }
    }

    /// The officials with a folded name.
    pub fn people_named(&self, folded: &str) -> &[KnownPerson] {
        self.people.get(folded).map_or(&[], Vec::as_slice)
    }
}

/// The agency that a row names, which must be in the tree on a day and be one whose rows the caller may import; none if the
/// row names none, or with an error.
pub fn agency_in(reading: &mut Reading, known: &KnownRegistry, on: Day) -> Option<i64> {
    let name = reading.text(Column::Agency)?;
    let Some(id) = known.units.find(&name, on) else {
        reading.error(
            Column::Agency,
            "unknown_agency",
            "Không có đơn vị này trong cây tổ chức.",
            "There is no such unit in the tree of agencies.",
        );
        return None;
    };
    if known.own.as_ref().is_some_and(|own| !own.contains(&id)) {
        reading.error(Column::Agency, "foreign_agency", FOREIGN.vi, FOREIGN.en);
        return None;
    }
    if let Some(end) = known.units.ended(id, on) {
        ended(reading, known, id, end, on);
        return None;
    }
    Some(id)
}

const FOREIGN: Label = Label {
    vi: "Chỉ được nhập dòng của cơ quan mình.",
    en: "You may import only rows of your own agency.",
};

fn ended(reading: &mut Reading, known: &KnownRegistry, id: i64, end: Day, on: Day) {
    let followers = known.succession.followers(id, on);
    let names: Vec<&str> = followers.iter().filter_map(|id| known.units.name(*id)).collect();
    let detail = agency_ended(end, &names);
    reading.error(Column::Agency, "agency_ended", detail.vi, detail.en);
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
    let dates = reading.dates;
    let first =
        cells::day(reading.cell(Column::FirstDay), dates)
            .or(cells::period(reading.cell(Column::Period), dates).map(|p| p.from));
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
            reading.error(column, "foreign_agency", FOREIGN.vi, FOREIGN.en);
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
        (Unit::Known(_), _) => {}
        (Unit::New(_), None) => {}
    }
    if let Unit::Known(id) = unit
        && let Some(end) = known.units.ended(id, on)
    {
        ended(reading, known, id, end, on);
        return None;
    }
    Some(unit)
}
