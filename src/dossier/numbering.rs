//! Counters in the database: gap-free, because they are taken in the transaction that uses them.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::counters;
use crate::error::Result;

/// The next value of a counter, from 1.
pub fn next(conn: &mut Conn, name: &str) -> Result<i64> {
    let last: Option<i64> = counters::table.find(name).select(counters::value).first(conn).optional()?;
    let value = last.unwrap_or(0) + 1;
    if last.is_some() {
        diesel::update(counters::table.find(name)).set(counters::value.eq(value)).execute(conn)?;
    } else {
        diesel::insert_into(counters::table)
            .values((counters::name.eq(name), counters::value.eq(value)))
            .execute(conn)?;
    }
    Ok(value)
}

/// Where a counter stands; zero before its first value.
pub fn counter(conn: &mut Conn, name: &str) -> Result<i64> {
    Ok(counters::table.find(name).select(counters::value).first(conn).optional()?.unwrap_or(0))
}

/// Puts a counter to a value (places that a job has read up to).
pub fn set_counter(conn: &mut Conn, name: &str, value: i64) -> Result<()> {
    let set = diesel::update(counters::table.find(name)).set(counters::value.eq(value)).execute(conn)?;
    if set == 0 {
        diesel::insert_into(counters::table)
            .values((counters::name.eq(name), counters::value.eq(value)))
            .execute(conn)?;
    }
    Ok(())
}

/// The number of a dossier, `DR-2026-0001`: prefix of the procedure, year of submission, running number.
pub fn dossier_number(conn: &mut Conn, prefix: &str, year: i32) -> Result<String> {
    let value = next(conn, &format!("dossier {prefix} {year}"))?;
    Ok(format!("{prefix}-{year}-{value:04}"))
}
