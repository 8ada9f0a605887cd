//! Rows that say what another row, or the system, says already. Pure.

use std::collections::HashMap;

use crate::imports::header::Column;
use crate::imports::known::{KnownRegistry, Twin};
use crate::imports::parsed::Parsed;
use crate::imports::reading::{Reading, RowPlace};
use crate::imports::rows::Delegation;
use kernel::text::{Bilingual, fold, number_key};
use kernel::time::Day;

/// Where each delegation, person or unit of a file was read first.
pub type Twins = HashMap<Twin, RowPlace>;

/// Reports duplicates. For delegations only a warning: there may be two visits on one day.
pub fn twins_of(parsed: &Parsed, reading: &mut Reading, known: &KnownRegistry, seen: &mut Twins) {
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
                let said = same_as(first);
                reading.warn(Column::Title, "duplicate_row", said.vi, said.en);
            } else {
                seen.insert(twin, d.place.clone());
            }
        }
        Parsed::Person(p) => {
            let name = fold(&p.full_name);
            if known.people_named(&name).iter().any(|known| known.birth_date == p.birth_date) {
                reading.error(
                    Column::FullName,
                    "already_recorded",
                    "Người này đã có trong hệ thống.",
                    "This official already exists.",
                );
            }
            let twin = (name, p.birth_date.unwrap_or(Day::MIN), 0);
            if let Some(first) = seen.insert(twin, p.place.clone()) {
                let said = same_as(&first);
                reading.warn(Column::FullName, "duplicate_row", said.vi, said.en);
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
            once(&u.code, &u.place, Column::Code, reading, seen);
        }
        Parsed::Account(a) => {
            if known.usernames.contains(&a.username) {
                reading.error(Column::Username, "already_recorded", "Tên đăng nhập đã có.", "The user name is taken.");
            }
            once(&a.username, &a.place, Column::Username, reading, seen);
        }
        Parsed::Passport(p) => once(&number_key(&p.number), &p.place, Column::PassportNumber, reading, seen),
        Parsed::PlanItem(p) => {
            let twin = (format!("{} {} {}", p.year, p.agency_id, fold(&p.wanted.title)), Day::MIN, 0);
            if let Some(first) = seen.insert(twin, p.place.clone()) {
                let said = same_as(&first);
                reading.warn(Column::Title, "duplicate_row", said.vi, said.en);
            }
        }
        Parsed::Guest(listed) => {
            let g = &listed.guest;
            let key = format!("{} {} {:?}", fold(&g.full_name), g.nationality, g.passport_number);
            once(&key, &listed.place, Column::FullName, reading, seen);
        }
    }
}

/// An error for a second row with the same key.
fn once(key: &str, place: &RowPlace, column: Column, reading: &mut Reading, seen: &mut Twins) {
    if let Some(first) = seen.insert((key.to_owned(), Day::MIN, 0), place.clone()) {
        let said = same_as(&first);
        reading.error(column, "duplicate_row", said.vi, said.en);
    }
}

fn same_as(first: &RowPlace) -> Bilingual {
    let Bilingual { vi, en } = first.name();
    Bilingual::new(format!("Trùng với {vi}."), format!("The same as {en}."))
}

fn twin_of(d: &Delegation) -> Twin {
    (fold(&d.title), d.days.from, d.headcount)
}
