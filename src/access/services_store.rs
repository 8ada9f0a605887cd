//! Rows of service tokens: the digest, never the token.

use diesel::prelude::*;

use crate::access::account::{Account, Scope};
use crate::db::schema::service_tokens as tokens;
use crate::db::{Conn, word};
use crate::error::Result;
use kernel::time::{Day, Moment};

/// A token of a program that reads statistics and reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub id: i64,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// First day on which the token is no longer valid.
    pub expires_on: Day,
    pub created_at: Moment,
}

type ServiceTokenRow = (i64, String, String, Day, Moment);

const COLUMNS: (tokens::id, tokens::name, tokens::scopes, tokens::expires_on, tokens::created_at) =
    (tokens::id, tokens::name, tokens::scopes, tokens::expires_on, tokens::created_at);

fn token((id, name, scopes, expires_on, created_at): ServiceTokenRow) -> Result<ServiceToken> {
    let scopes: Result<Vec<Scope>> = scopes.split(',').map(word).collect();
    Ok(ServiceToken { id, name, scopes: scopes?, expires_on, created_at })
}

pub fn insert(conn: &mut Conn, token: &ServiceToken, digest: &str, by: i64) -> Result<()> {
    let scopes: Vec<&str> = token.scopes.iter().map(|s| s.word()).collect();
    diesel::insert_into(tokens::table)
        .values((
            tokens::id.eq(token.id),
            tokens::name.eq(&token.name),
            tokens::scopes.eq(scopes.join(",")),
            tokens::digest.eq(digest),
            tokens::expires_on.eq(token.expires_on),
            tokens::created_by.eq(by),
            tokens::created_at.eq(token.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Tokens that were not revoked, the oldest first.
pub fn all(conn: &mut Conn) -> Result<Vec<ServiceToken>> {
    let rows: Vec<ServiceTokenRow> =
        tokens::table.filter(tokens::revoked_at.is_null()).order(tokens::id).select(COLUMNS).load(conn)?;
    rows.into_iter().map(token).collect()
}

/// The account behind a valid token: it belongs to no person, and has only the scopes of the token.
pub fn account(conn: &mut Conn, digest: &str, today: Day) -> Result<Option<Account>> {
    let row: Option<ServiceTokenRow> = tokens::table
        .filter(tokens::digest.eq(digest))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::expires_on.gt(today))
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    let Some(found) = row.map(token).transpose()? else { return Ok(None) };
    Ok(Some(Account {
        id: found.id,
        version: 1,
        username: format!("service:{}", found.name),
        full_name: found.name,
        email: None,
        agency_id: None,
        predecessors: Vec::new(),
        below: Vec::new(),
        official_id: None,
        active: true,
        activated: true,
        second_factor: false,
        roles: Vec::new(),
        seats: Vec::new(),
        stand_ins: Vec::new(),
        scopes: found.scopes,
    }))
}

pub fn revoke(conn: &mut Conn, id: i64, now: Moment) -> Result<()> {
    diesel::update(tokens::table.find(id)).set(tokens::revoked_at.eq(now)).execute(conn)?;
    Ok(())
}
