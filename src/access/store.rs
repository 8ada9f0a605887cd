//! Rows of accounts.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::account::{Account, Dated};
use crate::access::listed_accounts_store::AccountFilter;
use crate::access::seats::stand_ins;
use crate::db::schema::{
    agencies, agency_successions, one_time_tokens, past_seats, seats, substitutions, user_roles, users,
};
use crate::db::{Conn, each, insert_rows};
use crate::error::{Error, Result};
use kernel::every_field;
use kernel::time::{Day, Moment};
use kernel::words::{Body, Role};

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
    second_factor_at: Option<Moment>,
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
    let all = agency_successions::table.select((agency_successions::from_id, agency_successions::to_id));
    Ok(each!(conn, c => all.load(c))?)
}

/// The units below others, over any number of levels; `tree` holds every pair of a unit and the one above it.
fn below(tree: &[(i64, i64)], tops: &[i64]) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut asked: Vec<i64> = tops.to_vec();
    while let Some(above) = asked.pop() {
        for (unit, _) in tree.iter().filter(|(_, parent)| *parent == above) {
            if !found.contains(unit) && !tops.contains(unit) {
                found.push(*unit);
                asked.push(*unit);
            }
        }
    }
    found
}

/// Every pair of a unit and the one above it.
fn tree(conn: &mut Conn) -> Result<Vec<(i64, i64)>> {
    let pairs = agencies::table.filter(agencies::parent_id.is_not_null());
    Ok(pairs.select((agencies::id, agencies::parent_id.assume_not_null())).load(conn)?)
}

/// A unit and all its predecessors.
pub fn lineage(conn: &mut Conn, agency_id: i64) -> Result<Vec<i64>> {
    Ok(Lineages::read(conn)?.of(agency_id))
}

/// Which units became which.
pub struct Lineages(Vec<(i64, i64)>);

impl Lineages {
    /// Units change a few times in a decade, so the whole table has only a few rows.
    pub fn read(conn: &mut Conn) -> Result<Self> {
        successions(conn).map(Lineages)
    }

    /// A unit and all its predecessors.
    pub fn of(&self, agency_id: i64) -> Vec<i64> {
        std::iter::once(agency_id).chain(predecessors(&self.0, Some(agency_id))).collect()
    }
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
    let followed = successions(conn)?;
    let tree = tree(conn)?;
    rows.into_iter()
        .map(|row| {
            let before = predecessors(&followed, row.agency_id);
            let own: Vec<i64> = row.agency_id.into_iter().chain(before.iter().copied()).collect();
            Ok(Account {
                below: below(&tree, &own),
                predecessors: before,
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
                second_factor: row.second_factor_at.is_some(),
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

pub fn has_second_factor(conn: &mut Conn, user_id: i64) -> Result<bool> {
    let at = users::table.find(user_id).select(users::second_factor_at);
    Ok(at.first::<Option<Moment>>(conn).optional()?.flatten().is_some())
}

pub fn password_hash(conn: &mut Conn, user_id: i64) -> Result<Option<String>> {
    Ok(users::table.find(user_id).select(users::password_hash).first::<Option<String>>(conn).optional()?.flatten())
}

pub fn username_taken(conn: &mut Conn, username: &str) -> Result<bool> {
    let found: i64 = users::table.filter(users::username.eq(username)).count().get_result(conn)?;
    Ok(found > 0)
}

/// Accounts after a user name, ordered by user name.
pub fn page(conn: &mut Conn, filter: AccountFilter, after: Option<&str>, limit: i64) -> Result<Vec<Account>> {
    let mut query = filter.of().order(users::username).limit(limit);
    if let Some(after) = after {
        query = query.filter(users::username.gt(after.to_owned()));
    }
    let rows = query.select(UserRow::as_select()).load(conn)?;
    complete(conn, rows)
}

pub fn count(conn: &mut Conn, filter: AccountFilter) -> Result<i64> {
    Ok(filter.of().count().get_result(conn)?)
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

/// Open accounts of some agencies, by name.
pub fn of_agencies(conn: &mut Conn, agencies: &[i64]) -> Result<Vec<Account>> {
    let rows = users::table
        .filter(users::active.eq(true))
        .filter(users::agency_id.assume_not_null().eq_any(agencies))
        .order((users::full_name, users::id))
        .select(UserRow::as_select())
        .load(conn)?;
    complete(conn, rows)
}

/// How many active accounts with a password administer the others.
pub fn administrators(conn: &mut Conn) -> Result<i64> {
    Ok(users::table
        .inner_join(user_roles::table.on(user_roles::user_id.eq(users::id)))
        .filter(user_roles::role.eq(Role::SystemAdmin.word()).and(user_roles::valid_to.is_null()))
        .filter(users::active.eq(true).and(users::password_hash.is_not_null()))
        .count()
        .get_result(conn)?)
}

/// Ids of closed accounts.
pub fn closed(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(users::table.filter(users::active.eq(false)).select(users::id).load(conn)?)
}

pub fn insert(conn: &mut Conn, account: &Account, password_hash: Option<&str>, now: Moment) -> Result<()> {
    every_field!(Account of account: id, version, username, full_name, email, agency_id, predecessors, below, official_id,
        active, activated, second_factor, roles, seats, stand_ins, scopes);
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

/// Whether somebody ever set the password of an account, or it takes part in a substitution.
pub fn is_used(conn: &mut Conn, id: i64) -> Result<bool> {
    let activated: i64 =
        users::table.filter(users::id.eq(id)).filter(users::password_hash.is_not_null()).count().get_result(conn)?;
    let lent: i64 = substitutions::table
        .filter(substitutions::from_user_id.eq(id).or(substitutions::to_user_id.eq(id)))
        .count()
        .get_result(conn)?;
    let past: i64 = past_seats::table.filter(past_seats::user_id.eq(id)).count().get_result(conn)?;
    Ok(activated + lent + past > 0)
}

/// Deletes an account that nobody used.
pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(id))).execute(conn)?;
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(id))).execute(conn)?;
    diesel::delete(seats::table.filter(seats::user_id.eq(id))).execute(conn)?;
    diesel::delete(users::table.find(id)).execute(conn)?;
    Ok(())
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

pub fn forget_password(conn: &mut Conn, user_id: i64) -> Result<()> {
    diesel::update(users::table.find(user_id)).set(users::password_hash.eq(None::<String>)).execute(conn)?;
    Ok(())
}

pub fn set_password(conn: &mut Conn, user_id: i64, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user_id)).set(users::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

/// Replaces a hash by another of the same password.
pub fn replace_hash(conn: &mut Conn, user_id: i64, old: &str, new: &str) -> Result<()> {
    let unchanged = users::table.find(user_id).filter(users::password_hash.eq(old));
    diesel::update(unchanged).set(users::password_hash.eq(new)).execute(conn)?;
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
