//! Signing in and out: tokens, rotation with reuse detection, activation, own password.

use chrono::Duration;
use serde_json::{Value, json};

use crate::access::context::RequestContext;
use crate::access::provider::SignInProvider;
use crate::access::second_factor::SignInFactor;
use crate::access::sessions::{ABSOLUTE_HOURS, IDLE_MINUTES, SessionCache, Stranger};
use crate::access::throttle::{self, Attempt};
use crate::access::token::{self, ACCESS_SECONDS, BearerClaims, SigningKey, SigningKeys, digest, random_text};
use crate::access::{password, password::PasswordHasher};
use crate::access::{provider_store, sessions_store, shorts, store};
use crate::db::counters::raise_accounts_version;
use crate::db::{Conn, Db};
use crate::error::{Code, Result, refuse};
use kernel::id::Id;
use kernel::time::{Clock, Moment};
use kernel::violation::Violations;

/// A client that lost the response may reuse its refresh token for this long.
const GRACE_SECONDS: i64 = 10;

/// What sign-in needs from the application.
#[derive(Clone)]
pub struct AuthService {
    pub db: Db,
    pub clock: Clock,
    pub keys: SigningKeys,
    pub sessions: SessionCache,
    pub hasher: PasswordHasher,
    /// By whose accounts people may sign in, too.
    pub provider: Option<SignInProvider>,
}

/// An access token and the refresh token for the next pair.
#[derive(Debug, Clone)]
pub struct IssuedTokens {
    pub access_token: String,
    pub refresh_token: String,
    pub expires_in: i64,
}

/// The outcome of a refresh. A refusal is not an error, because the end of the session must still be committed.
enum Refreshed {
    /// With the moment at which the sign-in ends, however much it is used.
    Pair(BearerClaims, String, Moment),
    Refused,
}

impl AuthService {
    /// Exchanges a refresh token for a new pair (RFC 9700 §4.14): once, and again within a short grace period.
    pub async fn refresh(&self, refresh_token: String, stranger: Stranger) -> Result<IssuedTokens> {
        let now = self.clock.now();
        let key = self.signing_key(now).await?;
        let sessions = self.sessions.clone();
        let done = self.db.write(
            move |conn| refresh_in(conn, &digest(&refresh_token), now, &stranger),
            move |outcome| {
                if matches!(outcome, Refreshed::Refused) {
                    sessions.forget();
                }
            },
        );
        match done.await? {
            Refreshed::Pair(bearer, refresh, ends) => pair(&key, bearer, refresh, now, ends),
            Refreshed::Refused => Err(refuse(
                Code::InvalidRefreshToken,
                "Phiên đã hết; hãy đăng nhập lại.",
                "The session has ended; sign in again.",
            )),
        }
    }

    /// Sets the password of the account that a one-time token belongs to; all its older sessions end.
    /// The first session begins with it if the owner asks for one.
    pub async fn activate(
        &self,
        one_time: String,
        new: String,
        sign_in: bool,
        stranger: Stranger,
    ) -> Result<Option<IssuedTokens>> {
        let now = self.clock.now();
        let spent = || {
            refuse(
                Code::TokenSpent,
                "Mã đã được dùng hoặc đã hết hạn; hãy xin mã mới.",
                "The token was already used or has expired; ask for a new one.",
            )
        };
        let stored = digest(&one_time);
        let lookup = stored.clone();
        let found = self.db.read(move |conn| {
            let user_id = sessions_store::one_time(conn, &lookup, now)?;
            let Some(account) = user_id.map(|id| store::account(conn, id)).transpose()?.flatten() else {
                return Ok(None);
            };
            let own = shorts::words_of(conn, &account)?;
            Ok(Some((account, own)))
        });
        let (account, own) = found.await?.ok_or_else(spent)?;
        let mut faults = Violations::default();
        password::check_new(&new, &own, "/password", &mut faults);
        faults.finish()?;
        let hash = self.hasher.hash(new).await?;
        let sessions = self.sessions.clone();
        let key = self.signing_key(now).await?;
        let done = self.db.write(
            move |conn| {
                let user_id = sessions_store::one_time(conn, &stored, now)?.ok_or_else(spent)?;
                sessions_store::spend_one_time(conn, &stored, now)?;
                store::set_password(conn, user_id, &hash)?;
                sessions_store::end_sessions_of(conn, user_id, None, now)?;
                throttle::forget_devices(conn, user_id)?;
                // Whoever knew the old password may have linked an account of theirs meanwhile.
                provider_store::unlink(conn, user_id)?;
                raise_accounts_version(conn)?;
                remember(conn, (&account.username, None), ("activate", json!({})), now, &stranger)?;
                Attempt::forget(conn, user_id, &account.username)?;
                // A token from an administrator is no code of a second factor: whoever has one signs in with it.
                if !sign_in || store::has_second_factor(conn, user_id)? {
                    return Ok(None);
                }
                let factor = SignInFactor::Password;
                open_session(conn, (user_id, &account.username), factor, now, &stranger).map(Some)
            },
            move |_| sessions.forget(),
        );
        let opened = done.await?;
        opened.map(|(bearer, refresh)| pair(&key, bearer, refresh, now, end_of_sign_in(now))).transpose()
    }

    /// The current signing key; creates one if the last is missing or too old.
    pub async fn signing_key(&self, now: Moment) -> Result<SigningKey> {
        if let Some(key) = self.keys.current(now) {
            return Ok(key);
        }
        let keys = self.keys.clone();
        let rotated = self.db.write(
            move |conn| rotate(conn, now),
            move |(all, _): &(Vec<SigningKey>, SigningKey)| keys.replace(all.clone()),
        );
        rotated.await.map(|(_, key)| key)
    }
}

/// Creates a new key unless there is a current one; returns all keys and the one that signs.
fn rotate(conn: &mut Conn, now: Moment) -> Result<(Vec<SigningKey>, SigningKey)> {
    let keys = SigningKeys::default();
    keys.replace(sessions_store::keys(conn)?);
    if let Some(key) = keys.current(now) {
        return Ok((sessions_store::keys(conn)?, key));
    }
    let key = SigningKey::new(now);
    sessions_store::rotate_key(conn, &key, now)?;
    Ok((sessions_store::keys(conn)?, key))
}

pub fn pair(
    key: &SigningKey,
    bearer: BearerClaims,
    refresh_token: String,
    now: Moment,
    ends: Moment,
) -> Result<IssuedTokens> {
    // No token lives longer than the sign-in that it belongs to.
    let seconds = (ends - now).num_seconds().clamp(0, ACCESS_SECONDS);
    Ok(IssuedTokens { access_token: token::sign(key, bearer, now, seconds)?, refresh_token, expires_in: seconds })
}

/// When a sign-in that begins now ends in any case.
pub fn end_of_sign_in(since: Moment) -> Moment {
    since + Duration::hours(ABSOLUTE_HOURS)
}

/// Begins a session.
pub fn open_session(
    conn: &mut Conn,
    (user_id, username): (i64, &str),
    factor: SignInFactor,
    now: Moment,
    stranger: &Stranger,
) -> Result<(BearerClaims, String)> {
    let bearer = BearerClaims { user_id, session_id: Id::new(now).0 };
    sessions_store::open_session(conn, bearer.session_id, user_id, None, (factor, &stranger.place), now)?;
    let refresh = new_refresh(conn, bearer.session_id, now)?;
    remember_sign_in(conn, (username, bearer.session_id), factor, now, stranger)?;
    Ok((bearer, refresh))
}

fn new_refresh(conn: &mut Conn, session_id: i64, now: Moment) -> Result<String> {
    let refresh = random_text();
    sessions_store::insert_refresh(conn, &digest(&refresh), session_id, now + Duration::minutes(IDLE_MINUTES))?;
    Ok(refresh)
}

fn refresh_in(conn: &mut Conn, stored: &str, now: Moment, stranger: &Stranger) -> Result<Refreshed> {
    let Some(row) = sessions_store::refresh_token(conn, stored)? else { return Ok(Refreshed::Refused) };
    let Some((user_id, since)) = sessions_store::live_session(conn, row.session_id)? else {
        return Ok(Refreshed::Refused);
    };
    let active = store::account(conn, user_id)?.is_some_and(|a| a.active);
    if !active || row.expires_at <= now || end_of_sign_in(since) <= now {
        return Ok(Refreshed::Refused);
    }
    match row.used_at {
        None => sessions_store::use_refresh(conn, stored, now)?,
        // A lost answer, or two tabs at the same moment: each use gets a pair of its own, and all of them live on.
        Some(used_at) if now <= used_at + Duration::seconds(GRACE_SECONDS) => {}
        Some(_) => {
            // Somebody else has a copy of the token: end the whole session.
            sessions_store::end_session(conn, row.session_id, now)?;
            raise_accounts_version(conn)?;
            let name = store::account(conn, user_id)?.map(|a| a.username).unwrap_or_default();
            remember(conn, (&name, Some(row.session_id)), ("refresh_reuse", json!({})), now, stranger)?;
            return Ok(Refreshed::Refused);
        }
    }
    sessions_store::touch(conn, row.session_id, now)?;
    let refresh = new_refresh(conn, row.session_id, now)?;
    let bearer = BearerClaims { user_id, session_id: row.session_id };
    Ok(Refreshed::Pair(bearer, refresh, end_of_sign_in(since)))
}

/// Writes to the trail what happened to a sign-in.
pub fn remember(
    conn: &mut Conn,
    (username, session_id): (&str, Option<i64>),
    (action, detail): (&str, Value),
    at: Moment,
    stranger: &Stranger,
) -> Result<()> {
    let mut context = visiting(username, at, stranger);
    context.actor.session_id = session_id.unwrap_or(0);
    context.remember(conn, action, "session", detail)
}

/// Writes to the trail that a session was begun, and how its owner showed who they are.
pub fn remember_sign_in(
    conn: &mut Conn,
    (username, session_id): (&str, i64),
    factor: SignInFactor,
    at: Moment,
    stranger: &Stranger,
) -> Result<()> {
    remember(conn, (username, Some(session_id)), ("sign_in", json!({"factor": factor})), at, stranger)
}

/// The context of somebody who claims to be `username`.
pub fn visiting(username: &str, at: Moment, stranger: &Stranger) -> RequestContext {
    RequestContext::unauthenticated(username, at, stranger.trace_id.clone(), stranger.place.address.clone())
}
