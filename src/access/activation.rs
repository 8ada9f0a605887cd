//! The first password of an account: one-time tokens, and the first administrator.

use chrono::Duration;
use serde_json::json;

use crate::access::account::{Account, Dated, is_plain_username};
use crate::access::context::RequestContext;
use crate::access::token::{SigningKey, digest, random_text};
use crate::access::{provider_store, second_factor, sessions_store, store};
use crate::db::Conn;
use crate::db::counters::raise_accounts_version;
use crate::error::{Error, Result};
use kernel::id::Id;
use kernel::time::{Moment, day_of};
use kernel::words::Role;

/// Lifetime of a one-time token.
const ONE_TIME_HOURS: i64 = 24;

/// Creates a one-time token for an account; older ones no longer work.
pub fn one_time_token(conn: &mut Conn, user_id: i64, now: Moment) -> Result<(String, Moment)> {
    // Whoever had the account before may have linked it to one of theirs.
    provider_store::unlink(conn, user_id)?;
    let one_time = random_text();
    let expires_at = now + Duration::hours(ONE_TIME_HOURS);
    sessions_store::insert_one_time(conn, &digest(&one_time), user_id, expires_at)?;
    Ok((one_time, expires_at))
}

/// The one-time token by which the owner of a new account sets their password.
#[derive(Debug, Clone)]
pub struct Activation {
    pub username: String,
    pub full_name: String,
    pub token: String,
    pub expires_at: Moment,
}

/// Creates an administrator: only from the command line, on the server itself.
pub fn first_administrator(
    conn: &mut Conn,
    username: &str,
    full_name: &str,
    email: Option<&str>,
    now: Moment,
) -> Result<(Account, Activation)> {
    let account = Account {
        id: Id::new(now).0,
        version: 1,
        full_name: full_name.to_owned(),
        email: email.map(str::to_owned),
        active: true,
        roles: vec![Dated { what: Role::SystemAdmin, valid_from: day_of(now), valid_to: None }],
        ..Account::nobody(username)
    };
    store::insert(conn, &account, None, now)?;
    let (object, detail) = (format!("users/{}", Id(account.id)), json!({"username": username}));
    RequestContext::command_line(now).remember(conn, "create_administrator", &object, detail)?;
    let (token, expires_at) = one_time_token(conn, account.id, now)?;
    let activation = Activation { username: username.to_owned(), full_name: full_name.to_owned(), token, expires_at };
    Ok((account, activation))
}

/// Creates an administrator, or restores access to an account: only from the command line, on the server itself.
/// With `without_factor`, the account also loses its second factor.
pub fn admin_token(conn: &mut Conn, username: &str, create: bool, without_factor: bool, now: Moment) -> Result<String> {
    let user_id = match (store::credentials(conn, username)?, create) {
        (Some(_), true) => {
            return Err(Error::Internal(format!("the account {username} already exists; use: admin reset")));
        }
        (None, false) => return Err(Error::Internal(format!("there is no account {username}"))),
        (None, true) if !(3..=64).contains(&username.len()) || !is_plain_username(username) => {
            return Err(Error::Internal(
                "a user name has 3 to 64 lower-case ASCII letters, digits, dots, hyphens and underscores".into(),
            ));
        }
        (None, true) => return first_administrator(conn, username, username, None, now).map(|(_, made)| made.token),
        (Some((id, ..)), false) => id,
    };
    if without_factor {
        second_factor::remove(conn, user_id)?;
        raise_accounts_version(conn)?;
    }
    let object = format!("users/{}", Id(user_id));
    let detail = json!({"username": username, "second_factor_removed": without_factor});
    RequestContext::command_line(now).remember(conn, "reset_account", &object, detail)?;
    one_time_token(conn, user_id, now).map(|(token, _)| token)
}

/// Ends every sign-in at once and replaces the key that signs tokens: after a break-in, only from the command line. Returns
/// how many ended.
pub fn end_all_sessions(conn: &mut Conn, now: Moment) -> Result<usize> {
    let ended = sessions_store::end_all(conn, now)?;
    // A key that somebody may have taken would still be believed for ten minutes if it only retired.
    sessions_store::forget_keys(conn)?;
    sessions_store::rotate_key(conn, &SigningKey::new(now), now)?;
    raise_accounts_version(conn)?;
    RequestContext::command_line(now).remember(conn, "end_all_sessions", "sessions", json!({"ended": ended}))?;
    Ok(ended)
}
