//! Signing in by name and password: how often it was tried, whose password it is, what is told of it.

use serde_json::json;

use crate::access::actions::{AuthService, IssuedTokens, open_session, pair, remember, visiting};
use crate::access::sessions::Stranger;
use crate::access::throttle::{self, Attempt};
use crate::access::token::{digest, random_text};
use crate::access::{password, sessions_store, store};
use crate::db::Conn;
use crate::error::{Code, Result, refuse};
use kernel::id::Id;
use kernel::time::Moment;

/// What somebody gets who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn<T> {
    pub given: T,
    /// The secret by which their device is known from now on; none if it was known.
    pub device: Option<String>,
}

/// Whose password it was.
struct PasswordOwner {
    user_id: i64,
    /// The hash as it is stored, made at a lower cost than hashes are made now, and a new one.
    stronger: Option<(String, String)>,
    attempt: Attempt,
    known_device: bool,
}

impl PasswordOwner {
    /// The secret of a device that is not known yet.
    fn new_device(&self) -> Option<String> {
        (!self.known_device).then(random_text)
    }

    /// Notes that the attempt succeeded: nothing is waited for, the device is known, a hash of lower cost is replaced, and a
    /// sign-in from an unknown place is told.
    fn note(
        &self,
        conn: &mut Conn,
        username: &str,
        new_device: Option<&str>,
        now: Moment,
        stranger: &Stranger,
    ) -> Result<()> {
        let place = &stranger.place;
        self.attempt.succeeded(conn)?;
        if let Some((cheap, hash)) = &self.stronger {
            store::replace_hash(conn, self.user_id, cheap, hash)?;
        }
        if !self.known_device && sessions_store::is_odd_place(conn, self.user_id, place)? {
            let detail = json!({"address": place.address, "agent": place.agent});
            let context = visiting(username, now, stranger);
            context.remember(conn, "sign_in_from_new_place", &format!("users/{}", Id(self.user_id)), detail)?;
        }
        let device = new_device.or(place.device.as_deref());
        device.map_or(Ok(()), |device| throttle::note_device(conn, self.user_id, device, now))
    }
}

impl AuthService {
    /// Signs in with a user name and a password.
    pub async fn login(
        &self,
        username: String,
        password: String,
        stranger: Stranger,
    ) -> Result<SignedIn<IssuedTokens>> {
        let now = self.clock.now();
        let owner = self.verified(&username, password, now, &stranger).await?;
        let key = self.signing_key(now).await?;
        let device = owner.new_device();
        let noted = device.clone();
        let opened = self.db.write(
            move |conn| {
                owner.note(conn, &username, noted.as_deref(), now, &stranger)?;
                open_session(conn, owner.user_id, &username, now, &stranger)
            },
            |_| {},
        );
        let (bearer, refresh) = opened.await?;
        Ok(SignedIn { given: pair(&key, bearer, refresh, now)?, device })
    }

    /// Signs a browser in; gives the secret of its cookie.
    pub async fn login_browser(
        &self,
        username: String,
        password: String,
        stranger: Stranger,
    ) -> Result<SignedIn<String>> {
        let now = self.clock.now();
        let owner = self.verified(&username, password, now, &stranger).await?;
        let (secret, device) = (random_text(), owner.new_device());
        let (stored, noted) = (digest(&secret), device.clone());
        let opened = self.db.write(
            move |conn| {
                owner.note(conn, &username, noted.as_deref(), now, &stranger)?;
                sessions_store::open_session(conn, Id::new(now).0, owner.user_id, Some(&stored), &stranger.place, now)?;
                remember(conn, now, &username, "sign_in", &stranger)
            },
            |()| {},
        );
        opened.await?;
        Ok(SignedIn { given: secret, device })
    }

    /// The account whose password it is. The attempt is counted before its hash is computed, for a name that nobody has
    /// as for another.
    async fn verified(
        &self,
        username: &str,
        password: String,
        now: Moment,
        stranger: &Stranger,
    ) -> Result<PasswordOwner> {
        let (name, from) = (username.to_owned(), stranger.place.clone());
        let begun = self.db.write(
            move |conn| {
                let found = store::credentials(conn, &name)?;
                let user_id = found.as_ref().map(|(id, ..)| *id);
                let (device, address) = (from.device.as_deref(), from.address.as_deref());
                let attempt = Attempt::of(conn, &name, user_id, device, address, now)?;
                attempt.begin(conn, now)?;
                Ok((attempt, found))
            },
            |_| {},
        );
        let (attempt, found) = begun.await?;
        let (user_id, hash) = match found {
            Some((id, Some(hash), true)) => (Some(id), Some(hash)),
            _ => (None, None),
        };
        let right = self.hasher.verify(password.clone(), hash.clone()).await?;
        let (Some(user_id), true) = (user_id, right) else {
            let context = visiting(username, now, stranger);
            let code = Code::InvalidCredentials;
            let noted =
                move |conn: &mut Conn| context.remember_refusal(conn, "sign_in_failed", "session", json!({}), code);
            self.db.write(noted, |()| {}).await?;
            return Err(refuse(
                Code::InvalidCredentials,
                "Tên đăng nhập hoặc mật khẩu không đúng.",
                "The user name or the password is wrong.",
            ));
        };
        let stronger = match hash.filter(|hash| password::is_cheap(hash)) {
            Some(cheap) => Some((cheap, self.hasher.hash(password).await?)),
            None => None,
        };
        let known_device = attempt.is_of_known_device();
        Ok(PasswordOwner { user_id, stronger, attempt, known_device })
    }
}
