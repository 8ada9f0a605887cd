//! Signing in and out: tokens, rotation with reuse detection, activation, own password.

use chrono::Duration;
use serde_json::json;

use crate::access::sessions::SessionCache;
use crate::access::store;
use crate::access::throttle::Throttle;
use crate::access::token::{self, ACCESS_SECONDS, BearerClaims, SigningKey, SigningKeys, digest, random_text};
use crate::access::{password, password::PasswordHasher};
use crate::audit::{self, AuditEntry};
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Result, refuse};
use kernel::id::Id;
use kernel::time::{Clock, Moment};
use kernel::violation::Violations;

/// A sign-in ends after this, whatever is done in it.
const ABSOLUTE_HOURS: i64 = 12;
/// A sign-in in which nothing is refreshed for so long has ended.
const IDLE_MINUTES: i64 = 60;
/// A client that lost the answer may use its refresh token again for so long.
const GRACE_SECONDS: i64 = 10;
/// A one-time token lives so long.
const ONE_TIME_HOURS: i64 = 24;

/// What sign-in needs of the house.
#[derive(Clone)]
pub struct AuthService {
    pub db: Db,
    pub clock: Clock,
    pub keys: SigningKeys,
    pub sessions: SessionCache,
    pub hasher: PasswordHasher,
    pub throttle: Throttle,
}

/// An access token and the refresh token that follows it.
#[derive(Debug, Clone)]
pub struct IssuedTokens {
    pub access_token: String,
    pub refresh_token: String,
    pub expires_in: i64,
}

/// The outcome of a refresh; an ended family is written down, so it is no error of the transaction.
enum Refreshed {
    Pair(BearerClaims, String),
    Refused,
}

impl AuthService {
    /// Signs in with a user name and a password.
    pub async fn login(&self, username: String, password: String, trace_id: String) -> Result<IssuedTokens> {
        let now = self.clock.now();
        self.throttle.check(&username, now)?;
        let name = username.clone();
        let found = self.db.read(move |conn| store::credentials(conn, &name)).await?;
        let (user_id, hash) = match found {
            Some((id, Some(hash), true)) => (Some(id), Some(hash)),
            _ => (None, None),
        };
        let right = self.hasher.verify(password, hash).await?;
        let (Some(user_id), true) = (user_id, right) else {
            self.throttle.failed(&username, now);
            self.db.write(move |conn| remember(conn, now, &username, "sign_in_failed", &trace_id), |()| {}).await?;
            return Err(refuse(
                Code::InvalidCredentials,
                "Tên đăng nhập hoặc mật khẩu không đúng.",
                "The user name or the password is wrong.",
            ));
        };
        self.throttle.succeeded(&username);
        let key = self.signing_key(now).await?;
        let opened = self.db.write(
            move |conn| {
                let bearer = BearerClaims { user_id, session_id: Id::new(now).0 };
                store::open_session(conn, bearer.session_id, user_id, now)?;
                let refresh = new_refresh(conn, bearer.session_id, now)?;
                remember(conn, now, &username, "sign_in", &trace_id)?;
                Ok((bearer, refresh))
            },
            |_| {},
        );
        let (bearer, refresh) = opened.await?;
        pair(&key, bearer, refresh, now)
    }

    /// Trades a refresh token for a new pair (RFC 9700 §4.14): once, with a short grace for lost answers.
    pub async fn refresh(&self, refresh_token: String, trace_id: String) -> Result<IssuedTokens> {
        let now = self.clock.now();
        let key = self.signing_key(now).await?;
        let sessions = self.sessions.clone();
        let done = self.db.write(
            move |conn| refresh_in(conn, &digest(&refresh_token), now, &trace_id),
            move |outcome| {
                if matches!(outcome, Refreshed::Refused) {
                    sessions.forget();
                }
            },
        );
        match done.await? {
            Refreshed::Pair(bearer, refresh) => pair(&key, bearer, refresh, now),
            Refreshed::Refused => Err(refuse(
                Code::InvalidRefreshToken,
                "Phiên đã hết; hãy đăng nhập lại.",
                "The sign-in has ended; sign in again.",
            )),
        }
    }

    /// Sets the password that a one-time token stands for; every older sign-in ends.
    pub async fn activate(&self, one_time: String, new: String, trace_id: String) -> Result<()> {
        let now = self.clock.now();
        let spent = || {
            refuse(
                Code::TokenSpent,
                "Mã đã dùng hoặc quá hạn; xin mã mới.",
                "The token is used or too old; ask for a new one.",
            )
        };
        let stored = digest(&one_time);
        let lookup = stored.clone();
        let found = self.db.read(move |conn| match store::one_time(conn, &lookup, now)? {
            Some(user_id) => store::account(conn, user_id),
            None => Ok(None),
        });
        let account = found.await?.ok_or_else(spent)?;
        let mut faults = Violations::default();
        password::check_new(&new, &account.username, "/password", &mut faults);
        faults.finish()?;
        let hash = self.hasher.hash(new).await?;
        let sessions = self.sessions.clone();
        let done = self.db.write(
            move |conn| {
                let user_id = store::one_time(conn, &stored, now)?.ok_or_else(spent)?;
                store::spend_one_time(conn, &stored, now)?;
                store::set_password(conn, user_id, &hash)?;
                store::end_sessions_of(conn, user_id, None, now)?;
                remember(conn, now, &account.username, "activate", &trace_id)
            },
            move |()| sessions.forget(),
        );
        done.await
    }

    /// The key that signs now; makes one where the last is missing or old.
    async fn signing_key(&self, now: Moment) -> Result<SigningKey> {
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

/// Makes a new key unless a fresh one is there; answers all keys and the one that signs.
fn rotate(conn: &mut Conn, now: Moment) -> Result<(Vec<SigningKey>, SigningKey)> {
    let keys = SigningKeys::default();
    keys.replace(store::keys(conn)?);
    if let Some(key) = keys.current(now) {
        return Ok((store::keys(conn)?, key));
    }
    let key = SigningKey::new(now);
    store::rotate_key(conn, &key, now)?;
    Ok((store::keys(conn)?, key))
}

fn pair(key: &SigningKey, bearer: BearerClaims, refresh_token: String, now: Moment) -> Result<IssuedTokens> {
    Ok(IssuedTokens { access_token: token::sign(key, bearer, now)?, refresh_token, expires_in: ACCESS_SECONDS })
}

fn new_refresh(conn: &mut Conn, session_id: i64, now: Moment) -> Result<String> {
    let refresh = random_text();
    store::insert_refresh(conn, &digest(&refresh), session_id, now + Duration::minutes(IDLE_MINUTES))?;
    Ok(refresh)
}

fn refresh_in(conn: &mut Conn, stored: &str, now: Moment, trace_id: &str) -> Result<Refreshed> {
    let Some(row) = store::refresh_token(conn, stored)? else { return Ok(Refreshed::Refused) };
    let Some((user_id, since)) = store::live_session(conn, row.session_id)? else { return Ok(Refreshed::Refused) };
    let active = store::account(conn, user_id)?.is_some_and(|a| a.active);
    if !active || row.expires_at <= now || since + Duration::hours(ABSOLUTE_HOURS) <= now {
        return Ok(Refreshed::Refused);
    }
    if let Some(used_at) = row.used_at {
        let successor_used = match &row.successor {
            Some(successor) => store::refresh_token(conn, successor)?.is_none_or(|s| s.used_at.is_some()),
            None => true,
        };
        if successor_used || used_at + Duration::seconds(GRACE_SECONDS) < now {
            // Somebody else holds a copy: the whole family ends.
            store::end_session(conn, row.session_id, now)?;
            let name = store::account(conn, user_id)?.map(|a| a.username).unwrap_or_default();
            remember(conn, now, &name, "refresh_reuse", trace_id)?;
            return Ok(Refreshed::Refused);
        }
        if let Some(successor) = &row.successor {
            store::delete_refresh(conn, successor)?;
        }
    }
    let refresh = new_refresh(conn, row.session_id, now)?;
    store::use_refresh(conn, stored, &digest(&refresh), row.used_at.unwrap_or(now))?;
    Ok(Refreshed::Pair(BearerClaims { user_id, session_id: row.session_id }, refresh))
}

/// Makes a one-time token for an account; older ones no longer work.
pub fn one_time_token(conn: &mut Conn, user_id: i64, now: Moment) -> Result<(String, Moment)> {
    let one_time = random_text();
    let expires_at = now + Duration::hours(ONE_TIME_HOURS);
    store::insert_one_time(conn, &digest(&one_time), user_id, expires_at)?;
    Ok((one_time, expires_at))
}

fn remember(conn: &mut Conn, at: Moment, username: &str, action: &str, trace_id: &str) -> Result<()> {
    audit::append(conn, &AuditEntry { at, actor: username, action, object: "session", detail: json!({}), trace_id })
}

/// The first administrator, or a way back in: only by the command line, on the machine itself.
pub fn admin_token(conn: &mut Conn, username: &str, create: bool, now: Moment) -> Result<String> {
    use crate::access::account::{Account, Dated};
    use kernel::words::Role;
    let existing = store::credentials(conn, username)?;
    let user_id = match (existing, create) {
        (Some(_), true) => {
            return Err(Error::Internal(format!("there is an account {username} already; use: admin reset")));
        }
        (None, false) => return Err(Error::Internal(format!("there is no account {username}"))),
        (Some((id, ..)), false) => id,
        (None, true) => {
            let today = kernel::time::day_of(now);
            let account = Account {
                id: Id::new(now).0,
                version: 1,
                username: username.to_owned(),
                full_name: username.to_owned(),
                email: None,
                agency_id: None,
                predecessors: Vec::new(),
                official_id: None,
                active: true,
                activated: false,
                roles: vec![Dated { what: Role::SystemAdmin, valid_from: today, valid_to: None }],
                seats: Vec::new(),
                stand_ins: Vec::new(),
                scopes: Vec::new(),
            };
            store::insert(conn, &account, None, now)?;
            account.id
        }
    };
    let action = if create { "create_administrator" } else { "reset_account" };
    let object = format!("users/{}", Id(user_id));
    let entry = AuditEntry {
        at: now,
        actor: "command-line",
        action,
        object: &object,
        detail: json!({"username": username}),
        trace_id: "",
    };
    audit::append(conn, &entry)?;
    one_time_token(conn, user_id, now).map(|(token, _)| token)
}
