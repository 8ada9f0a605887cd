//! Holds and erasures in the database.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{archive_holds, erasures};
use crate::error::Result;
use kernel::time::Moment;

/// A dossier whose papers are kept for a reason, such as an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = archive_holds, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ArchiveHold {
    pub id: i64,
    pub version: i64,
    pub dossier_id: i64,
    /// Its number when it was held.
    pub dossier: String,
    pub ground: String,
    pub set_at: Moment,
    pub released_at: Option<Moment>,
    pub created_by: i64,
}

/// What is left of what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = erasures, treat_none_as_default_value = false)]
pub struct Erasure {
    pub id: i64,
    pub dossier_id: i64,
    pub dossier: String,
    pub at: Moment,
    pub ground: String,
    /// People whose number was there.
    pub people: i64,
    /// Copies of passports.
    pub papers: i64,
    /// None where a term had ended.
    pub erased_by: Option<i64>,
}

pub fn insert_hold(conn: &mut Conn, hold: &ArchiveHold) -> Result<()> {
    diesel::insert_into(archive_holds::table).values(hold).execute(conn)?;
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update_hold(conn: &mut Conn, hold: &ArchiveHold) -> Result<()> {
    diesel::update(archive_holds::table.find(hold.id)).set(hold).execute(conn)?;
    Ok(())
}

pub fn hold(conn: &mut Conn, id: i64) -> Result<Option<ArchiveHold>> {
    Ok(archive_holds::table.find(id).select(ArchiveHold::as_select()).first(conn).optional()?)
}

/// Why a dossier is held now, if it is.
pub fn hold_on(conn: &mut Conn, dossier_id: i64) -> Result<Option<ArchiveHold>> {
    let held = archive_holds::dossier_id.eq(dossier_id).and(archive_holds::released_at.is_null());
    let found = archive_holds::table.filter(held).order(archive_holds::id).select(ArchiveHold::as_select());
    Ok(found.first(conn).optional()?)
}

/// Whether a dossier is held, or was after a moment.
pub fn held_since(conn: &mut Conn, dossier_id: i64, since: Moment) -> Result<bool> {
    let released = archive_holds::released_at;
    let lately = released.is_null().or(released.assume_not_null().gt(since));
    let held = archive_holds::table.filter(archive_holds::dossier_id.eq(dossier_id).and(lately));
    Ok(held.count().get_result::<i64>(conn)? > 0)
}

/// Holds, latest first.
pub fn holds(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<ArchiveHold>> {
    let newest = archive_holds::table.order(archive_holds::id.desc()).limit(limit);
    let mut query = newest.select(ArchiveHold::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(archive_holds::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub fn insert_erasure(conn: &mut Conn, erasure: &Erasure) -> Result<()> {
    diesel::insert_into(erasures::table).values(erasure).execute(conn)?;
    Ok(())
}

/// Erasures, latest first.
pub fn erasures(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Erasure>> {
    let newest = erasures::table.order(erasures::id.desc()).limit(limit);
    let mut query = newest.select(Erasure::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(erasures::id.lt(before));
    }
    Ok(query.load(conn)?)
}
