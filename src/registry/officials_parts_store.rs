//! Management levels, passports and disciplines of officials in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{custodies, disciplines, management_levels, officials, passports};
use crate::db::sealed::SealedText;
use crate::error::Result;
use crate::registry::officials::{Discipline, ManagementLevel, Passport};
use kernel::every_field;
use kernel::text::number_key;

pub fn insert_level(conn: &mut Conn, official: i64, level: &ManagementLevel) -> Result<()> {
    diesel::insert_into(management_levels::table)
        .values((
            management_levels::id.eq(level.id),
            management_levels::official_id.eq(official),
            management_levels::managed_by.eq(level.managed_by.word()),
            management_levels::valid_from.eq(level.valid_from),
            management_levels::valid_to.eq(level.valid_to),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds a level; the open-ended one before it ends on its first day.
pub fn change_level(conn: &mut Conn, official: i64, level: &ManagementLevel) -> Result<()> {
    let running = management_levels::table
        .filter(management_levels::official_id.eq(official))
        .filter(management_levels::valid_to.is_null());
    diesel::update(running).set(management_levels::valid_to.eq(level.valid_from)).execute(conn)?;
    insert_level(conn, official, level)
}

pub fn insert_passport(conn: &mut Conn, official: i64, passport: &Passport) -> Result<()> {
    every_field!(Passport of passport:
        id, kind, number, issued_on, expires_on, standing, standing_since, standing_document);
    diesel::insert_into(passports::table)
        .values((
            passports::id.eq(passport.id),
            passports::official_id.eq(official),
            passports::kind.eq(passport.kind.word()),
            passports::passport_number.eq(SealedText::alike(&passport.number)?),
            passports::issued_on.eq(passport.issued_on),
            passports::expires_on.eq(passport.expires_on),
        ))
        .execute(conn)?;
    Ok(())
}

/// The name of another official who has a passport with this number, however it is written.
pub fn passport_of_another(conn: &mut Conn, official: i64, number: &str) -> Result<Option<String>> {
    let key = number_key(number);
    let written = [number.to_owned(), key.to_uppercase(), key];
    Ok(passports::table
        .inner_join(officials::table.on(officials::id.eq(passports::official_id)))
        .filter(passports::official_id.ne(official))
        .filter(passports::passport_number.eq_any(written.iter().flat_map(|one| SealedText::forms(one))))
        .select(officials::full_name)
        .first(conn)
        .optional()?)
}

/// Whose passport has a number (`number_key`).
pub fn passport_owners(conn: &mut Conn) -> Result<HashMap<String, String>> {
    let rows: Vec<(SealedText, String)> = passports::table
        .inner_join(officials::table.on(officials::id.eq(passports::official_id)))
        .select((passports::passport_number, officials::full_name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(number, name)| (number_key(&number), name)).collect())
}

pub fn delete_passport(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(passports::table.find(id)).execute(conn)?;
    Ok(())
}

/// Marks a passport as lost or cancelled.
pub fn set_standing(conn: &mut Conn, passport: &Passport) -> Result<()> {
    diesel::update(passports::table.find(passport.id))
        .set((
            passports::standing.eq(passport.standing.word()),
            passports::standing_since.eq(passport.standing_since),
            passports::standing_document.eq(&passport.standing_document),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_discipline(conn: &mut Conn, official: i64, discipline: &Discipline) -> Result<()> {
    every_field!(Discipline of discipline: id, kind, document, valid_from, valid_to);
    diesel::insert_into(disciplines::table)
        .values((
            disciplines::id.eq(discipline.id),
            disciplines::official_id.eq(official),
            disciplines::kind.eq(&discipline.kind),
            disciplines::document.eq(&discipline.document),
            disciplines::valid_from.eq(discipline.valid_from),
            disciplines::valid_to.eq(discipline.valid_to),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a passport as it should have been recorded.
pub fn update_passport(conn: &mut Conn, passport: &Passport) -> Result<()> {
    diesel::update(passports::table.find(passport.id))
        .set((
            passports::kind.eq(passport.kind.word()),
            passports::passport_number.eq(SealedText::alike(&passport.number)?),
            passports::issued_on.eq(passport.issued_on),
            passports::expires_on.eq(passport.expires_on),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a passport was ever taken into custody or handed out.
pub fn passport_used(conn: &mut Conn, id: i64) -> Result<bool> {
    let kept: i64 = custodies::table.filter(custodies::passport_id.eq(id)).count().get_result(conn)?;
    Ok(kept > 0)
}

/// Writes a discipline as it should have been recorded.
pub fn update_discipline(conn: &mut Conn, discipline: &Discipline) -> Result<()> {
    diesel::update(disciplines::table.find(discipline.id))
        .set((
            disciplines::kind.eq(&discipline.kind),
            disciplines::document.eq(&discipline.document),
            disciplines::valid_from.eq(discipline.valid_from),
            disciplines::valid_to.eq(discipline.valid_to),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete_discipline(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(disciplines::table.find(id)).execute(conn)?;
    Ok(())
}
