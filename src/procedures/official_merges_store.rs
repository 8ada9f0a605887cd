//! What refers to an official, and goes with them into another record, across all procedures.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{
    custodies, disciplines, dossiers, duties, missions, officials, outbound_members, passports, programme_hosts, users,
};
use crate::error::Result;

/// The dossiers in which an official travels or receives guests, by id with their register.
pub fn dossiers_of(conn: &mut Conn, official: i64) -> Result<HashMap<i64, String>> {
    let mut ids: BTreeSet<i64> = outbound_members::table
        .filter(outbound_members::official_id.eq(official).or(outbound_members::relative_of.eq(official)))
        .select(outbound_members::delegation_id)
        .load::<i64>(conn)?
        .into_iter()
        .collect();
    let hosting: Vec<i64> = programme_hosts::table
        .filter(programme_hosts::official_id.eq(official))
        .select(programme_hosts::delegation_id)
        .load(conn)?;
    ids.extend(hosting);
    let found: Vec<(i64, String)> =
        dossiers::table.filter(dossiers::id.eq_any(ids)).select((dossiers::id, dossiers::register)).load(conn)?;
    Ok(found.into_iter().collect())
}

/// Whether an amendment that waits for its decision names an official: its content is not in the tables yet.
pub fn named_in_amendment(conn: &mut Conn, official: &str) -> Result<bool> {
    let pending: Vec<Option<String>> =
        dossiers::table.filter(dossiers::amendments.is_not_null()).select(dossiers::amendments).load(conn)?;
    Ok(pending.into_iter().flatten().any(|text| text.contains(official) && text.contains("\"pending\"")))
}

/// Gives everything of one official to another, and marks the record as merged.
pub fn merge(conn: &mut Conn, from: i64, into: i64) -> Result<()> {
    diesel::update(outbound_members::table.filter(outbound_members::official_id.eq(from)))
        .set(outbound_members::official_id.eq(into))
        .execute(conn)?;
    diesel::update(missions::table.filter(missions::official_id.eq(from)))
        .set(missions::official_id.eq(into))
        .execute(conn)?;
    diesel::update(outbound_members::table.filter(outbound_members::relative_of.eq(from)))
        .set(outbound_members::relative_of.eq(into))
        .execute(conn)?;
    diesel::update(programme_hosts::table.filter(programme_hosts::official_id.eq(from)))
        .set(programme_hosts::official_id.eq(into))
        .execute(conn)?;
    diesel::update(passports::table.filter(passports::official_id.eq(from)))
        .set(passports::official_id.eq(into))
        .execute(conn)?;
    diesel::update(disciplines::table.filter(disciplines::official_id.eq(from)))
        .set(disciplines::official_id.eq(into))
        .execute(conn)?;
    diesel::update(duties::table.filter(duties::official_id.eq(from)))
        .set(duties::official_id.eq(into))
        .execute(conn)?;
    diesel::update(custodies::table.filter(custodies::official_id.eq(from)))
        .set(custodies::official_id.eq(into))
        .execute(conn)?;
    diesel::update(users::table.filter(users::official_id.eq(from))).set(users::official_id.eq(into)).execute(conn)?;
    diesel::update(officials::table.filter(officials::id.eq(from).or(officials::merged_into.eq(from))))
        .set(officials::merged_into.eq(into))
        .execute(conn)?;
    for id in [from, into] {
        diesel::update(officials::table.find(id)).set(officials::version.eq(officials::version + 1)).execute(conn)?;
    }
    Ok(())
}
