//! Rows of accounts, sessions and keys.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::account::{Account, Dated};
use crate::access::seats::stand_ins;
use crate::access::token::SigningKey;
use crate::db::schema::{
    agency_successions, one_time_tokens, past_seats, refresh_tokens, seats, sessions, signing_keys, user_roles, users,
};
use crate::db::{Conn, insert_rows};
use crate::error::{Error, Result};
use kernel::every_field;
use kernel::time::{Day, Moment};
use kernel::words::Body;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: i64,
    version: i64,
    username: String,
    full_name: String,
    agency_id: Option<i64>,
    official_id: Option<i64>,
    password_hash: Option<String>,
    active: bool,
    email: Option<String>,
}

type DatedRow = (i64, String, Day, Option<Day>);

fn dated<T: std::str::FromStr>(row: DatedRow) -> Result<Dated<T>> {
    let (_, word, valid_from, valid_to) = row;
    let what = word.parse().map_err(|_| Error::Internal(format!("unknown word in the database: {word}")))?;
    Ok(Dated { what, valid_from, valid_to })
}

/// Units that became this one, over any number of changes; `followed` holds every pair of old and new.
fn predecessors(followed: &[(i64, i64)], agency_id: Option<i64>) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut asked: Vec<i64> = agency_id.into_iter().collect();
    while let Some(new) = asked.pop() {
        for (old, _) in followed.iter().filter(|(_, to)| *to == new) {
            if !found.contains(old) {
                found.push(*old);
                asked.push(*old);
            }
        }
    }
    found
}

/// Every pair of an old unit and a new one.
fn successions(conn: &mut Conn) -> Result<Vec<(i64, i64)>> {
    Ok(agency_successions::table.select((agency_successions::from_id, agency_successions::to_id)).load(conn)?)
}

/// A unit and all its predecessors.
pub fn lineage(conn: &mut Conn, agency_id: i64) -> Result<Vec<i64>> {
    let followed = successions(conn)?;
    Ok(std::iter::once(agency_id).chain(predecessors(&followed, Some(agency_id))).collect())
}

fn complete(conn: &mut Conn, rows: Vec<UserRow>) -> Result<Vec<Account>> {
    let ids: Vec<i64> = rows.iter().map(|r| r.id).collect();
    let mut roles: HashMap<i64, Vec<DatedRow>> = HashMap::new();
    let mut held: HashMap<i64, Vec<DatedRow>> = HashMap::new();
    let found: Vec<DatedRow> = user_roles::table
        .filter(user_roles::user_id.eq_any(&ids))
        .order((user_roles::user_id, user_roles::ord))
        .select((user_roles::user_id, user_roles::role, user_roles::valid_from, user_roles::valid_to))
        .load(conn)?;
    found.into_iter().for_each(|row| roles.entry(row.0).or_default().push(row));
    let found: Vec<DatedRow> = seats::table
        .filter(seats::user_id.eq_any(&ids))
        .order((seats::user_id, seats::ord))
        .select((seats::user_id, seats::body, seats::valid_from, seats::valid_to))
        .load(conn)?;
    found.into_iter().for_each(|row| held.entry(row.0).or_default().push(row));
    let mut stand_ins = stand_ins(conn, &ids)?;
    // Units change a few times in a decade, so the whole table has only a few rows.
    let followed = successions(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Account {
                predecessors: predecessors(&followed, row.agency_id),
                roles: roles.remove(&row.id).unwrap_or_default().into_iter().map(dated).collect::<Result<_>>()?,
                seats: held.remove(&row.id).unwrap_or_default().into_iter().map(dated).collect::<Result<_>>()?,
                stand_ins: stand_ins.remove(&row.id).unwrap_or_default(),
                scopes: Vec::new(),
                id: row.id,
                version: row.version,
                username: row.username,
                full_name: row.full_name,
                email: row.email,
                agency_id: row.agency_id,
                official_id: row.official_id,
                active: row.active,
                activated: row.password_hash.is_some(),
            })
        })
        .collect()
}

pub fn account(conn: &mut Conn, id: i64) -> Result<Option<Account>> {
    let rows = users::table.find(id).select(UserRow::as_select()).load(conn)?;
    Ok(complete(conn, rows)?.pop())
}

/// Id and password hash of a user name, and whether the account is active.
pub fn credentials(conn: &mut Conn, username: &str) -> Result<Option<(i64, Option<String>, bool)>> {
    let columns = (users::id, users::password_hash, users::active);
    Ok(users::table.filter(users::username.eq(username)).select(columns).first(conn).optional()?)
}

pub fn password_hash(conn: &mut Conn, user_id: i64) -> Result<Option<String>> {
    Ok(users::table.find(user_id).select(users::password_hash).first::<Option<String>>(conn).optional()?.flatten())
}

pub fn username_taken(conn: &mut Conn, username: &str) -> Result<bool> {
    let found: i64 = users::table.filter(users::username.eq(username)).count().get_result(conn)?;
    Ok(found > 0)
}

/// Accounts after a user name, ordered by user name.
pub fn page(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Account>> {
    let mut query = users::table.order(users::username).limit(limit).select(UserRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(users::username.gt(after.to_owned()));
    }
    let rows = query.load(conn)?;
    complete(conn, rows)
}

pub fn count(conn: &mut Conn) -> Result<i64> {
    Ok(users::table.count().get_result(conn)?)
}

/// Names of users, for histories.
pub fn names(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> =
        users::table.filter(users::id.eq_any(ids)).select((users::id, users::username)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whose account it is.
#[derive(Debug, Clone, Default)]
pub struct AccountName {
    pub username: String,
    pub full_name: String,
    pub agency_id: Option<i64>,
}

pub fn named(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, AccountName>> {
    let rows: Vec<(i64, String, String, Option<i64>)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::username, users::full_name, users::agency_id))
        .load(conn)?;
    let named = rows
        .into_iter()
        .map(|(id, username, full_name, agency_id)| (id, AccountName { username, full_name, agency_id }));
    Ok(named.collect())
}

/// Ids of closed accounts.
pub fn closed(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(users::table.filter(users::active.eq(false)).select(users::id).load(conn)?)
}

pub fn insert(conn: &mut Conn, account: &Account, password_hash: Option<&str>, now: Moment) -> Result<()> {
    every_field!(Account of account: id, version, username, full_name, email, agency_id, predecessors, official_id,
        active, activated, roles, seats, stand_ins, scopes);
    diesel::insert_into(users::table)
        .values((
            users::id.eq(account.id),
            users::version.eq(account.version),
            users::username.eq(&account.username),
            users::full_name.eq(&account.full_name),
            users::email.eq(&account.email),
            users::agency_id.eq(account.agency_id),
            users::official_id.eq(account.official_id),
            users::password_hash.eq(password_hash),
            users::active.eq(account.active),
            users::created_at.eq(now),
        ))
        .execute(conn)?;
    insert_rights(conn, account)
}

/// Saves everything but the password; the caller has checked the version in this transaction.
pub fn update(conn: &mut Conn, account: &Account) -> Result<()> {
    diesel::update(users::table.find(account.id))
        .set((
            users::version.eq(account.version),
            users::full_name.eq(&account.full_name),
            users::email.eq(&account.email),
            users::agency_id.eq(account.agency_id),
            users::official_id.eq(account.official_id),
            users::active.eq(account.active),
        ))
        .execute(conn)?;
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(account.id))).execute(conn)?;
    diesel::delete(seats::table.filter(seats::user_id.eq(account.id))).execute(conn)?;
    insert_rights(conn, account)
}

fn insert_rights(conn: &mut Conn, account: &Account) -> Result<()> {
    let roles: Vec<_> = (0i64..)
        .zip(&account.roles)
        .map(|(ord, r)| {
            (
                user_roles::user_id.eq(account.id),
                user_roles::ord.eq(ord),
                user_roles::role.eq(r.what.word()),
                user_roles::valid_from.eq(r.valid_from),
                user_roles::valid_to.eq(r.valid_to),
            )
        })
        .collect();
    let held: Vec<_> = (0i64..)
        .zip(&account.seats)
        .map(|(ord, s)| {
            (
                seats::user_id.eq(account.id),
                seats::ord.eq(ord),
                seats::body.eq(s.what.word()),
                seats::valid_from.eq(s.valid_from),
                seats::valid_to.eq(s.valid_to),
            )
        })
        .collect();
    insert_rows!(conn, user_roles::table, &roles);
    insert_rows!(conn, seats::table, &held);
    Ok(())
}

/// Keeps a seat that is no longer in the account: it was held until `valid_to`.
pub fn keep_past_seat(
    conn: &mut Conn,
    id: i64,
    user_id: i64,
    body: Body,
    valid_from: Day,
    valid_to: Day,
) -> Result<()> {
    diesel::insert_into(past_seats::table)
        .values((
            past_seats::id.eq(id),
            past_seats::user_id.eq(user_id),
            past_seats::body.eq(body.word()),
            past_seats::valid_from.eq(valid_from),
            past_seats::valid_to.eq(valid_to),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn set_password(conn: &mut Conn, user_id: i64, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user_id)).set(users::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

pub fn open_session(conn: &mut Conn, id: i64, user_id: i64, now: Moment) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((sessions::id.eq(id), sessions::user_id.eq(user_id), sessions::created_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// User and start of a session that has not ended.
pub fn live_session(conn: &mut Conn, id: i64) -> Result<Option<(i64, Moment)>> {
    Ok(sessions::table
        .find(id)
        .filter(sessions::ended_at.is_null())
        .select((sessions::user_id, sessions::created_at))
        .first(conn)
        .optional()?)
}

pub fn end_session(conn: &mut Conn, id: i64, now: Moment) -> Result<()> {
    let live = sessions::table.find(id).filter(sessions::ended_at.is_null());
    diesel::update(live).set(sessions::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Ends all sessions of a user, except one if it is given.
pub fn end_sessions_of(conn: &mut Conn, user_id: i64, except: Option<i64>, now: Moment) -> Result<()> {
    let live = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(except.unwrap_or(0)));
    diesel::update(live).set(sessions::ended_at.eq(now)).execute(conn)?;
    Ok(())
}

/// A refresh token as stored.
#[derive(Queryable)]
pub struct RefreshRow {
    pub session_id: i64,
    pub expires_at: Moment,
    pub used_at: Option<Moment>,
}

pub fn refresh_token(conn: &mut Conn, digest: &str) -> Result<Option<RefreshRow>> {
    let columns = (refresh_tokens::session_id, refresh_tokens::expires_at, refresh_tokens::used_at);
    Ok(refresh_tokens::table.find(digest).select(columns).first(conn).optional()?)
}

pub fn insert_refresh(conn: &mut Conn, digest: &str, session_id: i64, expires_at: Moment) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest),
            refresh_tokens::session_id.eq(session_id),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes the first use of a refresh token.
pub fn use_refresh(conn: &mut Conn, digest: &str, used_at: Moment) -> Result<()> {
    diesel::update(refresh_tokens::table.find(digest)).set(refresh_tokens::used_at.eq(used_at)).execute(conn)?;
    Ok(())
}

pub fn insert_one_time(conn: &mut Conn, digest: &str, user_id: i64, expires_at: Moment) -> Result<()> {
    // A new token replaces older ones.
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(user_id))).execute(conn)?;
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::digest.eq(digest),
            one_time_tokens::user_id.eq(user_id),
            one_time_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The user of an unspent one-time token.
pub fn one_time(conn: &mut Conn, digest: &str, now: Moment) -> Result<Option<i64>> {
    Ok(one_time_tokens::table
        .find(digest)
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(now))
        .select(one_time_tokens::user_id)
        .first(conn)
        .optional()?)
}

pub fn spend_one_time(conn: &mut Conn, digest: &str, now: Moment) -> Result<()> {
    diesel::update(one_time_tokens::table.find(digest)).set(one_time_tokens::used_at.eq(now)).execute(conn)?;
    Ok(())
}

/// All signing keys, oldest first.
pub fn keys(conn: &mut Conn) -> Result<Vec<SigningKey>> {
    let rows: Vec<(String, String, Moment, Option<Moment>)> =
        signing_keys::table.order(signing_keys::created_at).select(signing_keys::all_columns).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kid, secret, created_at, retired_at)| SigningKey { kid, secret, created_at, retired_at })
        .collect())
}

/// A new key signs from now on; the others retire.
pub fn rotate_key(conn: &mut Conn, key: &SigningKey, now: Moment) -> Result<()> {
    diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
        .set(signing_keys::retired_at.eq(now))
        .execute(conn)?;
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::secret.eq(&key.secret),
            signing_keys::created_at.eq(key.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Active accounts with a mail address, the oldest first.
pub fn reachable(conn: &mut Conn) -> Result<Vec<Account>> {
    let rows = users::table
        .filter(users::active.eq(true))
        .filter(users::email.is_not_null())
        .order(users::id)
        .select(UserRow::as_select())
        .load(conn)?;
    complete(conn, rows)
}
