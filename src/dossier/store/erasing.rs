//! Erasing what a dossier holds of passports: numbers of guests, in all its versions, and copies. What counts stays.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::{attachments, dossier_versions, dossiers};
use crate::db::{Conn, from_json, to_json};
use crate::dossier::flow::State;
use crate::dossier::register::{Register, Registers};
use crate::error::{Error, Result};
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
    pub ends_on: Option<Day>,
    /// Whether nothing will happen with it any more.
    pub is_over: bool,
}

type PlaceColumns = (i64, Option<String>, String, String, Option<Day>, String);

impl DossierPlace {
    fn of((id, number, title, register, ends_on, state): PlaceColumns) -> Result<Self> {
        let state: State = crate::db::word(&state)?;
        Ok(DossierPlace { id, name: number.unwrap_or(title), register, ends_on, is_over: state.is_end() })
    }

    /// The register that it is in.
    pub fn register(&self, registers: &Registers) -> Result<&'static dyn Register> {
        let found = registers.by_key(&self.register);
        found.ok_or_else(|| Error::Internal(format!("no register {} of dossier {}", self.register, self.id)))
    }
}

/// The dossier with a number.
pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<DossierPlace>> {
    let columns =
        (dossiers::id, dossiers::number, dossiers::title, dossiers::register, dossiers::ends_on, dossiers::state);
    let found = dossiers::table.filter(dossiers::number.eq(number)).select(columns);
    found.first::<PlaceColumns>(conn).optional()?.map(DossierPlace::of).transpose()
}

fn places(conn: &mut Conn, ids: &[i64]) -> Result<Vec<DossierPlace>> {
    let columns =
        (dossiers::id, dossiers::number, dossiers::title, dossiers::register, dossiers::ends_on, dossiers::state);
    let rows: Vec<PlaceColumns> =
        dossiers::table.filter(dossiers::id.eq_any(ids)).order(dossiers::id).select(columns).load(conn)?;
    rows.into_iter().map(DossierPlace::of).collect()
}

/// The first dossiers that ended before a day and have numbers or copies of passports, without some.
pub fn with_passports(
    conn: &mut Conn,
    registers: &Registers,
    before: Day,
    without: &[i64],
    limit: i64,
) -> Result<Vec<DossierPlace>> {
    let copy = attachments::document.eq(Document::PassportCopy.word());
    let mut ids: Vec<i64> = attachments::table
        .inner_join(dossiers::table.on(dossiers::id.eq(attachments::delegation_id)))
        .filter(copy.and(dossiers::ends_on.lt(before)).and(dossiers::id.ne_all(without)))
        .select(dossiers::id)
        .distinct()
        .order(dossiers::id)
        .limit(limit)
        .load(conn)?;
    for register in registers.all() {
        ids.extend(register.with_numbers(conn, before, without, limit)?);
    }
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    places(conn, &ids)
}

/// What was erased.
#[derive(Debug, Clone, Default)]
pub struct ErasedPassports {
    /// People whose number was there.
    pub people: usize,
    /// The files of copies, to be removed once the rows are gone for good.
    pub files: Vec<String>,
}

/// Takes every passport number out of a stored content; whether there was one.
fn take_numbers(json: &mut Value) -> bool {
    let mut any = false;
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| any |= take_numbers(item)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "passport_number" && value.is_string() {
                    *value = Value::Null;
                    any = true;
                } else {
                    any |= take_numbers(value);
                }
            }
        }
        _ => {}
    }
    any
}

/// Erases numbers and copies of passports of a dossier: where they stand now, in every version, and in amendments.
pub fn erase_passports(
    conn: &mut Conn,
    registers: &Registers,
    place: &DossierPlace,
    now: Moment,
) -> Result<ErasedPassports> {
    let register = place.register(registers)?;
    let people = register.erase_numbers(conn, place.id, now)?;
    let versions: Vec<(i64, String)> = dossier_versions::table
        .filter(dossier_versions::dossier_id.eq(place.id))
        .select((dossier_versions::version, dossier_versions::body))
        .load(conn)?;
    for (version, body) in versions {
        let mut body: Value = from_json(&body)?;
        if take_numbers(&mut body) {
            let row = dossier_versions::table.find((place.id, version));
            diesel::update(row).set(dossier_versions::body.eq(to_json(&body)?)).execute(conn)?;
        }
    }
    let amendments: Option<String> = dossiers::table.find(place.id).select(dossiers::amendments).first(conn)?;
    if let Some(amendments) = amendments {
        let mut amendments: Value = from_json(&amendments)?;
        if take_numbers(&mut amendments) {
            diesel::update(dossiers::table.find(place.id))
                .set(dossiers::amendments.eq(to_json(&amendments)?))
                .execute(conn)?;
        }
    }
    let copies = attachments::delegation_id.eq(place.id).and(attachments::document.eq(Document::PassportCopy.word()));
    let files = attachments::table.filter(copies).select(attachments::storage_name).load(conn)?;
    diesel::delete(attachments::table.filter(copies)).execute(conn)?;
    Ok(ErasedPassports { people, files })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_taken_out_wherever_they_stand() {
        let mut stored = json!({"content": {"guests": [{"full_name": "KIM", "passport_number": "~eM1"}, {"passport_number": null}]},
            "amendments": [{"before": {"passport_number": "••••1234"}}], "version": 3});
        assert!(take_numbers(&mut stored));
        assert!(!stored.to_string().contains("M1") && !stored.to_string().contains("1234"));
        assert!(stored["content"]["guests"][0]["full_name"] == "KIM" && !take_numbers(&mut stored));
    }
}
