//! Erasing what a dossier holds of passports: numbers of guests, in all its versions, and copies. What counts stays.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::{attachments, dossier_versions, dossiers, files_to_remove, idempotency_keys};
use crate::db::{Conn, from_json, to_json, word};
use crate::dossier::flow::State;
use crate::dossier::register::{Register, Registers};
use crate::error::{Error, Result};
use kernel::id::Id;
use kernel::time::{Day, Moment};
use kernel::words::Document;

/// A dossier as it stands in lists.
#[derive(Debug, Clone)]
pub struct DossierPlace {
    pub id: i64,
    /// Its number, or its title while it has none.
    pub name: String,
    /// The word of its register.
    register: String,
    ends_on: Option<Day>,
    state: State,
}

type PlaceColumns = (i64, Option<String>, String, String, Option<Day>, String);

impl DossierPlace {
    fn of((id, number, title, register, ends_on, state): PlaceColumns) -> Result<Self> {
        Ok(DossierPlace { id, name: number.unwrap_or(title), register, ends_on, state: word(&state)? })
    }

    /// The register that it is in.
    pub fn register(&self, registers: &Registers) -> Result<&'static dyn Register> {
        let found = registers.by_key(&self.register);
        found.ok_or_else(|| Error::Internal(format!("no register {} of dossier {}", self.register, self.id)))
    }

    /// Whether its journey ended before a day.
    pub fn ended_before(&self, day: Day) -> bool {
        self.state != State::Postponed && self.ends_on.is_some_and(|end| end < day)
    }

    /// Whether nobody will travel by it any more.
    pub fn is_over(&self, today: Day) -> bool {
        self.state.is_end() || self.ended_before(today)
    }
}

/// The dossier with a number.
pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<DossierPlace>> {
    let id = dossiers::table.filter(dossiers::number.eq(number)).select(dossiers::id).first(conn).optional()?;
    id.map_or(Ok(None), |id| place(conn, id))
}

/// The dossier with an id, if there is one.
pub fn place(conn: &mut Conn, id: i64) -> Result<Option<DossierPlace>> {
    let columns =
        (dossiers::id, dossiers::number, dossiers::title, dossiers::register, dossiers::ends_on, dossiers::state);
    let found = dossiers::table.find(id).select(columns);
    found.first::<PlaceColumns>(conn).optional()?.map(DossierPlace::of).transpose()
}

/// Dossiers behind an id that ended before a day and were not looked through in their present version.
pub fn ended_before(conn: &mut Conn, before: Day, behind: i64, limit: i64) -> Result<Vec<i64>> {
    let seen = dossiers::passports_seen;
    Ok(dossiers::table
        .filter(dossiers::id.gt(behind).and(dossiers::ends_on.lt(before)))
        .filter(dossiers::state.ne(State::Postponed.word()))
        .filter(seen.is_null().or(seen.assume_not_null().lt(dossiers::version)))
        .order(dossiers::id)
        .select(dossiers::id)
        .limit(limit)
        .load(conn)?)
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasedPassports {
    /// People whose number was there.
    pub people: usize,
    /// Copies of passports.
    pub papers: usize,
    /// Past versions and amendments that had a number.
    pub versions: usize,
}

/// Takes every passport number out of a stored content, and tells whose they were, by their ids in the register of guests; whether
/// there was one.
fn take_numbers(json: &mut Value, people: &mut Vec<i64>) -> bool {
    let mut any = false;
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| any |= take_numbers(item, people)),
        Value::Object(fields) => {
            if let Some(number) = fields.get_mut("passport_number").filter(|number| number.is_string()) {
                *number = Value::Null;
                any = true;
                people.extend(fields.get("guest_id").and_then(Value::as_i64));
            }
            fields.values_mut().for_each(|value| any |= take_numbers(value, people));
        }
        _ => {}
    }
    any
}

/// Erases numbers and copies of passports of a dossier: where they stand now, in every version, in amendments, and in answers that
/// are kept for retries. Its version rises, so that nobody is told that what they have seen is still so.
pub fn erase_passports(
    conn: &mut Conn,
    registers: &Registers,
    place: &DossierPlace,
    now: Moment,
) -> Result<ErasedPassports> {
    let own = dossiers::table.find(place.id);
    let (mut versions, mut named) = (0, Vec::new());
    let kept = dossier_versions::table.filter(dossier_versions::dossier_id.eq(place.id));
    let numbers: Vec<i64> = kept.order(dossier_versions::version).select(dossier_versions::version).load(conn)?;
    for version in numbers {
        // One at a time: a version may list two thousand guests.
        let row = dossier_versions::table.find((place.id, version));
        let body: String = row.select(dossier_versions::body).first(conn)?;
        let mut body: Value = from_json(&body)?;
        if take_numbers(&mut body, &mut named) {
            versions += 1;
            diesel::update(row).set(dossier_versions::body.eq(to_json(&body)?)).execute(conn)?;
        }
    }
    let amendments: Option<String> = own.select(dossiers::amendments).first(conn)?;
    if let Some(amendments) = amendments {
        let mut amendments: Value = from_json(&amendments)?;
        if take_numbers(&mut amendments, &mut named) {
            versions += 1;
            diesel::update(own).set(dossiers::amendments.eq(to_json(&amendments)?)).execute(conn)?;
        }
    }
    let people = place.register(registers)?.erase_numbers(conn, place.id, &named, now)?;
    let copy = attachments::document.eq(Document::PassportCopy.word());
    let copies = attachments::table.filter(attachments::delegation_id.eq(place.id).and(copy));
    let files: Vec<String> = copies.select(attachments::storage_name).load(conn)?;
    for name in &files {
        diesel::insert_into(files_to_remove::table).values(files_to_remove::name.eq(name)).execute(conn)?;
    }
    diesel::delete(attachments::table.filter(attachments::delegation_id.eq(place.id).and(copy))).execute(conn)?;
    let id = format!("%{}%", Id(place.id));
    // What made a dossier was sent to the path of its register, and says where it is.
    let answered = idempotency_keys::path.like(&id).or(idempotency_keys::location.assume_not_null().like(&id));
    diesel::delete(idempotency_keys::table.filter(answered)).execute(conn)?;
    let erased = ErasedPassports { people, papers: files.len(), versions };
    if erased != ErasedPassports::default() {
        diesel::update(own).set(dossiers::version.eq(dossiers::version + 1)).execute(conn)?;
    }
    diesel::update(own).set(dossiers::passports_seen.eq(dossiers::version.nullable())).execute(conn)?;
    Ok(erased)
}

/// Some files behind a name whose rows are gone.
pub fn files_to_remove(conn: &mut Conn, behind: &str, limit: i64) -> Result<Vec<String>> {
    let some = files_to_remove::table.filter(files_to_remove::name.gt(behind)).order(files_to_remove::name);
    Ok(some.select(files_to_remove::name).limit(limit).load(conn)?)
}

/// Forgets files that are gone.
pub fn forget_files(conn: &mut Conn, names: &[String]) -> Result<()> {
    diesel::delete(files_to_remove::table.filter(files_to_remove::name.eq_any(names))).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_taken_out_wherever_they_stand() {
        let mut stored = json!({"content": {"guests": [{"guest_id": 7, "full_name": "KIM", "passport_number": "~eM1"}, {"passport_number": null}]},
            "amendments": [{"before": {"passport_number": "••••1234"}}], "version": 3});
        let mut people = Vec::new();
        assert!(take_numbers(&mut stored, &mut people) && people == [7]);
        assert!(!stored.to_string().contains("M1") && !stored.to_string().contains("1234"));
        assert!(stored["content"]["guests"][0]["full_name"] == "KIM" && !take_numbers(&mut stored, &mut people));
    }
}
