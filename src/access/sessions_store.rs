//! Rows of sessions, of their tokens, and of the keys that sign.

use diesel::prelude::*;

use crate::access::second_factor::SignInFactor;
use crate::access::sessions::{BrowserSession, SignInPlace};
use crate::access::token::SigningKey;
use crate::db::Conn;
use crate::db::schema::{one_time_tokens, refresh_tokens, sessions, sign_in_tickets, signing_keys};
use crate::db::sealed::SealedText;
use crate::error::Result;
use kernel::time::Moment;

/// Begins a session; `cookie` is the digest of the browser's cookie, if it is a browser.
pub fn open_session(
    conn: &mut Conn,
    id: i64,
    user_id: i64,
    cookie: Option<&str>,
    (factor, place): (SignInFactor, &SignInPlace),
    now: Moment,
) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(now),
            sessions::cookie_digest.eq(cookie),
            sessions::last_used_at.eq(now),
            sessions::address.eq(place.address.as_deref()),
            sessions::agent.eq(place.agent.as_deref()),
            // Where the provider remembers somebody, nothing was typed: that proves nothing of who sits there.
            sessions::proved_at.eq((factor != SignInFactor::Provider).then_some(now)),
            sessions::factor.eq(factor.word()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether somebody who signed in before does so from an address they never used.
pub fn is_odd_place(conn: &mut Conn, user_id: i64, place: &SignInPlace) -> Result<bool> {
    let Some(address) = &place.address else { return Ok(false) };
    let before = sessions::table.filter(sessions::user_id.eq(user_id));
    let from_there = before.filter(sessions::address.eq(address)).count().get_result::<i64>(conn)?;
    Ok(from_there == 0 && before.count().get_result::<i64>(conn)? > 0)
}

/// The session of a cookie, unless it has ended.
pub fn browser_session(conn: &mut Conn, digest: &str) -> Result<Option<BrowserSession>> {
    let found: Option<(i64, i64, Moment, Option<Moment>)> = sessions::table
        .filter(sessions::cookie_digest.eq(digest).and(sessions::ended_at.is_null()))
        .select((sessions::id, sessions::user_id, sessions::created_at, sessions::last_used_at))
        .first(conn)
        .optional()?;
    Ok(found.map(|(session_id, user_id, since, used)| {
        let last_used = used.unwrap_or(since);
        BrowserSession { session_id, user_id, since, last_used, written: last_used }
    }))
}

/// Whether two cookies, of sessions that may have ended, are of one account.
pub fn are_of_one_account(conn: &mut Conn, digests: &[String; 2]) -> Result<bool> {
    let owners: Vec<i64> =
        sessions::table.filter(sessions::cookie_digest.eq_any(digests)).select(sessions::user_id).load(conn)?;
    Ok(matches!(owners.as_slice(), [one, other] if one == other))
}

/// When the owner of a session last proved who they are.
pub fn proved_at(conn: &mut Conn, id: i64) -> Result<Option<Moment>> {
    Ok(sessions::table.find(id).select(sessions::proved_at).first::<Option<Moment>>(conn).optional()?.flatten())
}

/// Notes that the owner of a session proved who they are.
pub fn note_proof(conn: &mut Conn, id: i64, now: Moment) -> Result<()> {
    diesel::update(sessions::table.find(id)).set(sessions::proved_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Notes that a session was used.
pub fn touch(conn: &mut Conn, id: i64, now: Moment) -> Result<()> {
    diesel::update(sessions::table.find(id)).set(sessions::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}

/// A sign-in that has not ended, as its owner sees it.
#[derive(Queryable)]
pub struct LiveSignIn {
    pub id: i64,
    pub created_at: Moment,
    pub last_used_at: Option<Moment>,
    pub address: Option<String>,
    pub agent: Option<String>,
    pub factor: Option<String>,
}

/// The sign-ins of a user that began after `since` and have not been ended, the latest first.
pub fn live_sign_ins(conn: &mut Conn, user_id: i64, since: Moment, limit: i64) -> Result<Vec<LiveSignIn>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user_id).and(sessions::ended_at.is_null()).and(sessions::created_at.gt(since)))
        .order(sessions::id.desc())
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_used_at,
            sessions::address,
            sessions::agent,
            sessions::factor,
        ))
        .limit(limit)
        .load(conn)?)
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
    // A password that was right a moment ago opens nothing any more.
    diesel::delete(sign_in_tickets::table.filter(sign_in_tickets::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// Ends the sessions of everybody, and the sign-ins that are not complete.
pub fn end_all(conn: &mut Conn, now: Moment) -> Result<usize> {
    diesel::delete(sign_in_tickets::table).execute(conn)?;
    let live = sessions::table.filter(sessions::ended_at.is_null());
    Ok(diesel::update(live).set(sessions::ended_at.eq(now)).execute(conn)?)
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
    forget_one_time(conn, user_id)?;
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
    let rows: Vec<(String, SealedText, Moment, Option<Moment>)> =
        signing_keys::table.order(signing_keys::created_at).select(signing_keys::all_columns).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kid, secret, created_at, retired_at)| SigningKey {
            kid,
            secret: secret.into_plain(),
            created_at,
            retired_at,
        })
        .collect())
}

/// Forgets the one-time tokens of an account.
pub fn forget_one_time(conn: &mut Conn, user_id: i64) -> Result<()> {
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// Forgets every key: what they signed is worth nothing from now on.
pub fn forget_keys(conn: &mut Conn) -> Result<()> {
    diesel::delete(signing_keys::table).execute(conn)?;
    Ok(())
}

/// Forgets keys that retired before a moment, and refresh tokens that ended before it. Rows of sign-ins stay: a sign-in from
/// a place never used is known by them.
pub fn sweep(conn: &mut Conn, before: Moment) -> Result<()> {
    diesel::delete(signing_keys::table.filter(signing_keys::retired_at.assume_not_null().lt(before))).execute(conn)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.lt(before))).execute(conn)?;
    Ok(())
}

/// A new key signs from now on; the others retire.
pub fn rotate_key(conn: &mut Conn, key: &SigningKey, now: Moment) -> Result<()> {
    diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
        .set(signing_keys::retired_at.eq(now))
        .execute(conn)?;
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::secret.eq(SealedText::hidden(&key.secret)?),
            signing_keys::created_at.eq(key.created_at),
        ))
        .execute(conn)?;
    Ok(())
}
