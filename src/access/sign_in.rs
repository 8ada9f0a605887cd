//! Signing in by name and password, or by an account elsewhere: how often it was tried, whose it is, what is told of it.

use serde_json::json;

use crate::access::actions::{
    AuthService, IssuedTokens, end_of_sign_in, open_session, pair, remember_sign_in, visiting,
};
use crate::access::provider::{ProviderAnswer, ProviderIdentity, not_linked};
use crate::access::second_factor::{self, CodeVerdict, SignInFactor};
use crate::access::sessions::Stranger;
use crate::access::throttle::{self, Admission, Attempt};
use crate::access::token::{BearerClaims, SigningKey, digest, random_text};
use crate::access::{password, provider_store, sessions_store, store};
use crate::db::Conn;
use crate::error::{Code, Error, Result, refuse};
use kernel::id::Id;
use kernel::time::Moment;

/// How somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInWay {
    /// Gets tokens.
    Program,
    /// Gets a cookie.
    Browser,
}

/// What somebody gets who signed in.
#[derive(Debug, Clone)]
pub enum Given {
    Tokens(IssuedTokens),
    /// The secret of a cookie.
    Cookie(String),
}

/// A sign-in that is complete.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub given: Given,
    /// The secret by which their device is known from now on; none if it was known.
    pub device: Option<String>,
}

/// How far a sign-in came with a password, or with an account elsewhere.
#[derive(Debug, Clone)]
pub enum FirstStep {
    In(SignedIn),
    /// The code is missing: it is sent with this ticket.
    Code(String),
}

/// A session as it was opened in the transaction.
enum Opened {
    Bearer(BearerClaims, String),
    Cookie(String),
}

fn open(
    conn: &mut Conn,
    way: SignInWay,
    (user_id, username): (i64, &str),
    factor: SignInFactor,
    now: Moment,
    stranger: &Stranger,
) -> Result<Opened> {
    if way == SignInWay::Program {
        let (bearer, refresh) = open_session(conn, (user_id, username), factor, now, stranger)?;
        return Ok(Opened::Bearer(bearer, refresh));
    }
    let (secret, session_id) = (random_text(), Id::new(now).0);
    let shown = (factor, &stranger.place);
    sessions_store::open_session(conn, session_id, user_id, Some(&digest(&secret)), shown, now)?;
    remember_sign_in(conn, (username, session_id), factor, now, stranger)?;
    Ok(Opened::Cookie(secret))
}

/// Who has shown who they are, by the first factor.
struct AccountOwner {
    user_id: i64,
    /// The hash as it is stored, made at a lower cost than hashes are made now, and a new one.
    stronger: Option<(String, String)>,
    attempt: Attempt,
    known_device: bool,
}

impl AccountOwner {
    /// The secret of a device that is not known yet.
    fn new_device(&self) -> Option<String> {
        (!self.known_device).then(random_text)
    }

    /// Keeps the ticket by which the code must follow. The trail has a row of it, because the code may never come.
    fn ask_code(
        &self,
        conn: &mut Conn,
        (username, ticket): (&str, &str),
        factor: SignInFactor,
        now: Moment,
        stranger: &Stranger,
    ) -> Result<()> {
        second_factor::keep_ticket(conn, ticket, self.user_id, now)?;
        visiting(username, now, stranger).remember(conn, "ask_code", "session", json!({"factor": factor}))
    }

    /// Notes that the attempt succeeded: nothing is waited for, a hash of lower cost is replaced, and a sign-in from an unknown
    /// place is told.
    fn note(&self, conn: &mut Conn, username: &str, now: Moment, stranger: &Stranger) -> Result<()> {
        self.attempt.succeeded(conn)?;
        if let Some((cheap, hash)) = &self.stronger {
            store::replace_hash(conn, self.user_id, cheap, hash)?;
        }
        let place = &stranger.place;
        if !self.known_device && sessions_store::is_odd_place(conn, self.user_id, place)? {
            let detail = json!({"address": place.address, "agent": place.agent});
            let context = visiting(username, now, stranger);
            context.remember(conn, "sign_in_from_new_place", &format!("users/{}", Id(self.user_id)), detail)?;
        }
        Ok(())
    }
}

/// Whether somebody comes from a device that this person signed in from before.
fn is_known(conn: &mut Conn, user_id: i64, stranger: &Stranger, now: Moment) -> Result<bool> {
    stranger.place.device.as_ref().map_or(Ok(false), |device| throttle::knows(conn, user_id, device, now))
}

/// From now on the device is known: by a new secret, or by the one that it brought.
fn note_device(conn: &mut Conn, user_id: i64, new: Option<&str>, now: Moment, stranger: &Stranger) -> Result<()> {
    let device = new.or(stranger.place.device.as_deref());
    device.map_or(Ok(()), |device| throttle::note_device(conn, user_id, device, now))
}

fn given(key: &SigningKey, opened: Opened, now: Moment) -> Result<Given> {
    match opened {
        Opened::Bearer(bearer, refresh) => pair(key, bearer, refresh, now, end_of_sign_in(now)).map(Given::Tokens),
        Opened::Cookie(secret) => Ok(Given::Cookie(secret)),
    }
}

/// Who somebody is in the trail whom the provider knows and nobody here; no user name has a space.
const ELSEWHERE: &str = "account elsewhere";

fn ticket_spent() -> Error {
    refuse(
        Code::TokenSpent,
        "Đã quá thời gian nhập mã; hãy đăng nhập lại từ đầu.",
        "The time for the code is over; sign in again from the start.",
    )
}

impl AuthService {
    /// Signs in with a user name and a password. Whoever has a second factor gets a ticket for the code.
    pub async fn login(
        &self,
        username: String,
        password: String,
        way: SignInWay,
        stranger: Stranger,
    ) -> Result<FirstStep> {
        let now = self.clock.now();
        let owner = self.verified(&username, password, now, &stranger).await?;
        self.first_step(owner, username, SignInFactor::Password, (way, now, stranger), |_| Ok(())).await
    }

    /// Opens the session of an account whose first factor was right, or asks for the code of the second, where `holds` says in the
    /// same transaction that nothing came between.
    async fn first_step(
        &self,
        owner: AccountOwner,
        username: String,
        factor: SignInFactor,
        (way, now, stranger): (SignInWay, Moment, Stranger),
        holds: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static,
    ) -> Result<FirstStep> {
        let key = self.signing_key(now).await?;
        let (device, ticket) = (owner.new_device(), random_text());
        let (noted, kept) = (device.clone(), ticket.clone());
        let opened = self.db.write(
            move |conn| {
                holds(conn)?;
                owner.note(conn, &username, now, &stranger)?;
                if store::has_second_factor(conn, owner.user_id)? {
                    owner.ask_code(conn, (&username, &kept), factor, now, &stranger)?;
                    return Ok(None);
                }
                note_device(conn, owner.user_id, noted.as_deref(), now, &stranger)?;
                open(conn, way, (owner.user_id, &username), factor, now, &stranger).map(Some)
            },
            |_| {},
        );
        match opened.await? {
            Some(opened) => Ok(FirstStep::In(SignedIn { given: given(&key, opened, now)?, device })),
            None => Ok(FirstStep::Code(ticket)),
        }
    }

    /// Signs in by an account elsewhere that its owner linked. Failures count by the address, like those of passwords.
    pub async fn login_by_provider(
        &self,
        answer: ProviderAnswer,
        way: SignInWay,
        stranger: Stranger,
    ) -> Result<FirstStep> {
        let now = self.clock.now();
        let attempt = Attempt::elsewhere(stranger.place.address.as_deref());
        let tried = attempt.clone();
        self.db.read(move |conn| tried.require_open_address(conn, now)).await?;
        let (desk, guest) = (self.clone(), stranger.clone());
        // On its own, so that a guess counts although whoever made it hangs up before the answer.
        let judged = tokio::spawn(async move { desk.linked_account(answer, attempt, now, &guest).await });
        let judged = judged.await.map_err(|e| Error::Internal(format!("a sign-in panicked: {e}")))?;
        let (owner, username, identity) = judged?;
        let user_id = owner.user_id;
        let holds = move |conn: &mut Conn| {
            let now_linked = provider_store::account_of(conn, &identity)?.map(|(id, _)| id);
            // A reset may have come between.
            if now_linked == Some(user_id) { Ok(()) } else { Err(not_linked()) }
        };
        self.first_step(owner, username, SignInFactor::Provider, (way, now, stranger), holds).await
    }

    /// The account whose owner linked the one that the provider names. What is refused is counted and told; a provider that is
    /// silent is nobody's guess.
    async fn linked_account(
        &self,
        answer: ProviderAnswer,
        attempt: Attempt,
        now: Moment,
        stranger: &Stranger,
    ) -> Result<(AccountOwner, String, ProviderIdentity)> {
        let provider = self.provider.as_ref().ok_or_else(|| Error::Internal("there is no provider".into()))?;
        let identity = match provider.identify(answer, now).await {
            Err(Error::Refused(problem)) if problem.code == Code::InvalidCredentials => Err(Error::Refused(problem)),
            other => Ok(other?),
        };
        let guest = stranger.clone();
        let found = self.db.write(
            move |conn| {
                let found = match &identity {
                    Ok(identity) => provider_store::account_of(conn, identity)?,
                    Err(_) => None,
                };
                match (identity, found) {
                    (Ok(identity), Some((user_id, username))) => {
                        let known_device = is_known(conn, user_id, &guest, now)?;
                        Ok(Ok((AccountOwner { user_id, stronger: None, attempt, known_device }, username, identity)))
                    }
                    (identity, _) => {
                        attempt.failed(conn, now)?;
                        let (detail, code) = (json!({"factor": "provider"}), Code::InvalidCredentials);
                        visiting(ELSEWHERE, now, &guest).remember_refusal(
                            conn,
                            "sign_in_failed",
                            "session",
                            detail,
                            code,
                        )?;
                        // Committed all the same.
                        Ok(Err(identity.err().unwrap_or_else(not_linked)))
                    }
                }
            },
            |_| {},
        );
        found.await?
    }

    /// Completes a sign-in by the code of the second factor, or by a recovery code.
    pub async fn login_by_code(
        &self,
        ticket: String,
        code: String,
        way: SignInWay,
        stranger: Stranger,
    ) -> Result<SignedIn> {
        let now = self.clock.now();
        let key = self.signing_key(now).await?;
        let device = random_text();
        let noted = device.clone();
        let judged = self.db.write(
            move |conn| {
                let found = second_factor::of_ticket(conn, &ticket, now)?;
                let (user_id, username) = found.ok_or_else(ticket_spent)?;
                let verdict = second_factor::judge(conn, user_id, &username, &code, now)?;
                let CodeVerdict::Right(factor) = verdict else {
                    // What is wrong is counted, so that this is committed.
                    if verdict == CodeVerdict::Wrong {
                        let code = Code::InvalidCredentials;
                        let context = visiting(&username, now, &stranger);
                        context.remember_refusal(conn, "sign_in_failed", "session", json!({"factor": "code"}), code)?;
                    }
                    return Ok((verdict, None));
                };
                second_factor::spend_ticket(conn, &ticket)?;
                let known = is_known(conn, user_id, &stranger, now)?;
                note_device(conn, user_id, (!known).then_some(noted.as_str()), now, &stranger)?;
                let opened = open(conn, way, (user_id, &username), factor, now, &stranger)?;
                Ok((verdict, Some((opened, known))))
            },
            |_| {},
        );
        let (verdict, opened) = judged.await?;
        verdict.require()?;
        let (opened, known) = opened.ok_or_else(|| Error::Internal("a right code opened nothing".into()))?;
        let device = (!known).then_some(device);
        Ok(SignedIn { given: given(&key, opened, now)?, device })
    }

    /// The attempt of somebody who is signed in to show that they know their password, to be noted as no guess. 401 if it is
    /// wrong.
    pub async fn own_password(&self, user_id: i64, password: String) -> Result<Attempt> {
        let (attempt, now) = (Attempt::of_signed_in(user_id), self.clock.now());
        let begun = self.db.write(
            move |conn| {
                attempt.begin(conn, now)?.require(now)?;
                Ok((attempt, store::password_hash(conn, user_id)?))
            },
            |_| {},
        );
        let (attempt, hash) = begun.await?;
        match self.hasher.verify(password, hash).await? {
            true => Ok(attempt),
            false => Err(refuse(Code::InvalidCredentials, "Mật khẩu không đúng.", "The password is wrong.")),
        }
    }

    /// The account whose password it is. The attempt is counted before its hash is computed, for a name that nobody has
    /// as for another.
    async fn verified(
        &self,
        username: &str,
        password: String,
        now: Moment,
        stranger: &Stranger,
    ) -> Result<AccountOwner> {
        let (name, from) = (username.to_owned(), stranger.place.clone());
        let context = visiting(username, now, stranger);
        let begun = self.db.write(
            move |conn| {
                let found = store::credentials(conn, &name)?;
                let user_id = found.as_ref().map(|(id, ..)| *id);
                let (device, address) = (from.device.as_deref(), from.address.as_deref());
                let attempt = Attempt::of(conn, &name, user_id, device, address, now)?;
                let admission = attempt.begin(conn, now)?;
                if matches!(admission, Admission::Waits { untold: true, .. }) {
                    let code = Code::TooManyRequests;
                    context.remember_refusal(conn, "sign_in_failed", "session", json!({}), code)?;
                }
                Ok((attempt, found, admission))
            },
            |_| {},
        );
        let (attempt, found, admission) = begun.await?;
        admission.require(now)?;
        let (user_id, hash) = match found {
            Some((id, Some(hash), true)) => (Some(id), Some(hash)),
            _ => (None, None),
        };
        let turn = self.hasher.turn().await?;
        let (tried, clock) = (attempt.clone(), self.clock.clone());
        self.db.read(move |conn| tried.require_open_address(conn, clock.now())).await?;
        let (desk, context) = (self.clone(), visiting(username, now, stranger));
        let (failing, known, tried) = (attempt.clone(), hash.clone(), password.clone());
        let judging = async move {
            let (right, turn) = turn.verify(tried, known).await?;
            if !right || user_id.is_none() {
                let now = desk.clock.now();
                let noted = move |conn: &mut Conn| {
                    failing.failed(conn, now)?;
                    let code = Code::InvalidCredentials;
                    context.remember_refusal(conn, "sign_in_failed", "session", json!({}), code)
                };
                desk.db.write(noted, |()| {}).await?;
            }
            // Only now, so that the next one is judged by this failure, too.
            drop(turn);
            Ok::<bool, Error>(right)
        };
        // On its own, so that a guess counts although whoever made it hangs up before the answer.
        let judged = tokio::spawn(judging).await.map_err(|e| Error::Internal(format!("a sign-in panicked: {e}")))?;
        let (Some(user_id), true) = (user_id, judged?) else {
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
        Ok(AccountOwner { user_id, stronger, attempt, known_device })
    }
}
