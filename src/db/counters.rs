//! Named counters. One of them, the data version, counts the changes to the data behind the statistics.

use diesel::prelude::*;

use crate::db::schema::counters;
use crate::db::{Conn, each};
use crate::error::Result;

const DATA_VERSION: &str = "data_version";

const ACCOUNTS_VERSION: &str = "accounts_version";

/// The value of a counter; zero if it was never set.
pub fn counter(conn: &mut Conn, name: &str) -> Result<i64> {
    let counter = counters::table.find(name).select(counters::value);
    Ok(each!(conn, c => counter.first(c)).optional()?.unwrap_or(0))
}

pub fn set(conn: &mut Conn, name: &str, value: i64) -> Result<()> {
    let row = (counters::name.eq(name), counters::value.eq(value));
    let insert = diesel::insert_into(counters::table).values(row);
    each!(conn, c => insert.on_conflict(counters::name).do_update().set(counters::value.eq(value)).execute(c))?;
    Ok(())
}

/// The next value of a counter, from 1. Without gaps, because it is taken in the transaction that uses it.
pub fn next(conn: &mut Conn, name: &str) -> Result<i64> {
    let value = counter(conn, name)? + 1;
    set(conn, name, value)?;
    Ok(value)
}

/// The current data version.
pub fn data_version(conn: &mut Conn) -> Result<i64> {
    counter(conn, DATA_VERSION)
}

/// Call when data behind the statistics changes: it makes every cached answer stale. Returns the new version.
pub fn raise_data_version(conn: &mut Conn) -> Result<i64> {
    raise(conn, DATA_VERSION)
}

/// Counts the changes to accounts, to what they may do, and to their sign-ins.
pub fn accounts_version(conn: &mut Conn) -> Result<i64> {
    counter(conn, ACCOUNTS_VERSION)
}

/// Call when an account, its rights or its sign-ins change, so that other servers learn of it.
pub fn raise_accounts_version(conn: &mut Conn) -> Result<()> {
    raise(conn, ACCOUNTS_VERSION).map(|_| ())
}

/// Raises a counter by one, in one statement; returns its new value.
pub fn raise(conn: &mut Conn, name: &str) -> Result<i64> {
    let raised = diesel::update(counters::table.find(name)).set(counters::value.eq(counters::value + 1));
    if let Some(value) = each!(conn, c => raised.returning(counters::value).get_result(c)).optional()? {
        return Ok(value);
    }
    set(conn, name, 1)?;
    Ok(1)
}
