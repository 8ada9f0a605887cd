//! One request by a signed-in person: the token becomes an actor; reads and changes run one order of checks.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::access::account::{Account, Actor, SERVICE_PREFIX};
use crate::access::account_requests::SecondPersonRule;
use crate::access::context::{CallChannel, RequestContext};
use crate::access::reveal::{REVEAL, RevealRule};
use crate::access::second_factor::is_required;
use crate::access::sessions::{SessionCache, Stranger};
use crate::access::token::{SigningKeys, unauthenticated};
use crate::access::{cookies, services_store, sessions_store};
use crate::audit::TraceId;
use crate::config::SecondFactorRule;
use crate::db::counters::raise_accounts_version;
use crate::db::{Conn, Db, taken_back};
use crate::error::{Code, Error, Result, forbidden, refuse};
use crate::web::etag::if_match;
use crate::web::idempotency::{self, InFlightKeys, Reply, fingerprint};
use crate::web::paging::page_response;
use crate::web::quota::RequestQuota;
use crate::web::trace::language_of;
use kernel::id::Id;
use kernel::time::{Clock, Moment, day_of};
use serde_json::json;

/// What somebody may do who must have a second factor and has none yet: get one, and look at a page.
const OWN: [&str; 3] = ["/api/v1/me", "/api/v1/auth/", "/api/v1/vocabulary"];

/// People that a row of the trail names; of more their number.
const NAMED: usize = 200;

/// How long statistics wait while a write is queued.
const PATIENCE: Duration = Duration::from_millis(10);

/// One request of a signed-in account or a program: its context, and its access to the database, with the checks in
/// order.
#[derive(Clone)]
pub struct Call {
    context: RequestContext,
    key: Option<String>,
    path: String,
    query: String,
    db: Db,
    running: InFlightKeys,
    sessions: SessionCache,
}

impl Deref for Call {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.context
    }
}

impl FromRequest for Call {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Call::of(&req).await })
    }
}

fn tool<T: Clone + 'static>(req: &HttpRequest) -> Result<T> {
    let found = req.app_data::<web::Data<T>>().map(|data| data.get_ref().clone());
    found.ok_or_else(|| Error::Internal(format!("{} is not set up", std::any::type_name::<T>())))
}

/// The trace id that the middleware gave the request.
pub fn trace_id_of(req: &HttpRequest) -> TraceId {
    req.extensions().get::<TraceId>().cloned().unwrap_or_else(TraceId::fresh)
}

/// Somebody who is not signed in yet.
pub fn stranger_of(req: &HttpRequest) -> Stranger {
    Stranger { place: cookies::place_of(req), trace_id: trace_id_of(req) }
}

impl Call {
    async fn of(req: &HttpRequest) -> Result<Self> {
        let (clock, keys, sessions, db): (Clock, SigningKeys, SessionCache, Db) =
            (tool(req)?, tool(req)?, tool(req)?, tool(req)?);
        let now = clock.now();
        let today = day_of(now);
        // A browser: its pages, and the files that they lead to.
        let by_cookie = !req.headers().contains_key("authorization");
        let (actor_account, session_id) = if let Some(header) = req.headers().get("authorization") {
            let header = header.to_str().map_err(|_| unauthenticated())?;
            let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "));
            Call::bearer(req, token.ok_or_else(unauthenticated)?.trim(), now, &keys, &sessions, &db).await?
        } else {
            let cookie = cookies::of(req).ok_or_else(unauthenticated)?;
            cookies::require_same_origin(req.method(), req.headers())?;
            cookies::signed_in(&cookie, now, &sessions, &db).await?
        };

        if let Some(left) = tool::<RequestQuota>(req)?.take(actor_account.id)? {
            req.extensions_mut().insert(left);
        }
        let rule: SecondFactorRule = tool(req)?;
        let account = &actor_account;
        if session_id != 0
            && !account.second_factor
            && is_required(rule, account)
            && !OWN.iter().any(|own| req.path().starts_with(own))
        {
            return Err(refuse(
                Code::SecondFactorRequired,
                "Tài khoản này phải đăng ký xác thực hai lớp trước khi làm việc: mở trang Tài khoản của tôi.",
                "This account needs a second factor before it can be used: open the page My account.",
            ));
        }
        let context = RequestContext {
            actor: Actor::new(actor_account, session_id, today),
            now,
            today,
            language: language_of(req.headers()),
            channel: CallChannel::Http,
            trace_id: trace_id_of(req),
            address: cookies::address_of(req),
            asks_proof: rule != SecondFactorRule::Off,
            asks_second_person: tool::<SecondPersonRule>(req)?.0,
            masks_passports: by_cookie || tool::<RevealRule>(req)?.0,
            precondition: if_match(req.headers()),
        };
        // For what the answer is noted by.
        req.extensions_mut().insert(context.clone());
        Ok(Call {
            context,
            key: if req.method() == "POST" { idempotency::key_of(req.headers())? } else { None },
            path: req.path().to_owned(),
            query: req.query_string().to_owned(),
            running: tool(req)?,
            db,
            sessions,
        })
    }

    /// The account of an access token and the id of its session, or the account of a program.
    async fn bearer(
        req: &HttpRequest,
        token: &str,
        now: Moment,
        keys: &SigningKeys,
        sessions: &SessionCache,
        db: &Db,
    ) -> Result<(Arc<Account>, i64)> {
        if !token.starts_with(SERVICE_PREFIX) {
            // Another server may have signed it a moment ago, with a key that is new.
            if !keys.knows(token) {
                keys.replace(db.read(sessions_store::keys).await?);
            }
            let bearer = keys.check(token, now)?;
            let account = cookies::account_of(bearer.session_id, bearer.user_id, sessions, db).await?;
            return Ok((account, bearer.session_id));
        }
        // A program may only read.
        if req.method() != "GET" {
            return Err(forbidden("Mã dịch vụ chỉ có quyền đọc.", "A service token may only read."));
        }
        let (digest, today) = (fingerprint(token.as_bytes()), day_of(now));
        let found = db.read(move |conn| services_store::account(conn, &digest, today)).await?;
        Ok((Arc::new(found.ok_or_else(unauthenticated)?), 0))
    }

    /// Lets queued writes go first. Statistics can wait some milliseconds; programs that fetch them without a pause
    /// would otherwise take the cores away from people at work.
    pub async fn after_writes(&self) {
        if self.db.writes_wait() {
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// 200 for a page of a list, with the link to the next one.
    pub fn page(&self, next: Option<&str>) -> HttpResponseBuilder {
        page_response(&self.path, &self.query, next)
    }

    /// Reads from one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &RequestContext) -> Result<T> + Send + 'static,
    {
        let context = self.context.clone();
        self.db.read(move |conn| query(conn, &context)).await
    }

    /// Writes without storing the response for retries (audit entries of a read, secrets that are shown once).
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &RequestContext) -> Result<T> + Send + 'static,
    {
        let context = self.context.clone();
        self.db.write(move |conn| job(conn, &context), |_| {}).await
    }

    /// Writes to the trail whose passport numbers the caller is about to see in a list.
    pub async fn remember_reveal(&self, list: &'static str, of: Vec<Id>) -> Result<()> {
        if of.is_empty() {
            return Ok(());
        }
        let count = of.len();
        let of: Vec<Id> = of.into_iter().take(NAMED).collect();
        let detail = json!({"count": count, "of": of});
        self.write(move |conn, call| call.remember(conn, REVEAL, list, detail)).await
    }

    /// The same for changes to accounts: all cached accounts are dropped with the commit.
    pub async fn write_accounts<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &RequestContext) -> Result<T> + Send + 'static,
    {
        let (context, sessions) = (self.context.clone(), self.sessions.clone());
        let job = move |conn: &mut Conn| {
            let done = job(conn, &context)?;
            raise_accounts_version(conn)?;
            Ok(done)
        };
        self.db.write(job, move |_| sessions.forget()).await
    }

    /// Changes something: `see` finds it (404), then a retry gets its first response, then `act` checks and applies the
    /// change. All of it, including the stored response, is one transaction.
    pub async fn change<S, See, Do>(self, fingerprint: String, see: See, act: Do) -> Result<HttpResponse>
    where
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
    {
        self.change_and(fingerprint, see, act, || {}).await
    }

    /// Runs `act` as a change would, answers what it would answer, and takes everything back. `keep` writes what stays all
    /// the same: that somebody looked.
    pub async fn try_out<S, See, Do, Keep>(self, see: See, act: Do, keep: Keep) -> Result<HttpResponse>
    where
        S: Clone + 'static,
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
        Keep: FnOnce(&mut Conn, &RequestContext, S) -> Result<()> + Send + 'static,
    {
        let db = self.db.clone();
        let job = move |conn: &mut Conn| {
            let seen = see(conn, &self.context)?;
            let reply = taken_back(conn, |conn| act(conn, &self.context, seen.clone()))?;
            keep(conn, &self.context, seen)?;
            Ok(reply)
        };
        Ok(db.write(job, |_| {}).await?.into_response())
    }

    /// The same for changes to accounts: all cached accounts are dropped with the commit.
    pub async fn change_accounts<S, See, Do>(self, fingerprint: String, see: See, act: Do) -> Result<HttpResponse>
    where
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
    {
        let accounts_changed = self.accounts_changed();
        let act = move |conn: &mut Conn, call: &RequestContext, seen| {
            let reply = act(conn, call, seen)?;
            raise_accounts_version(conn)?;
            Ok(reply)
        };
        self.change_and(fingerprint, see, act, accounts_changed).await
    }

    /// To be run after a commit that changed accounts and raised the accounts version.
    pub fn accounts_changed(&self) -> impl FnOnce() + Send + use<> {
        let sessions = self.sessions.clone();
        move || sessions.forget()
    }

    /// The same, with something to run on the writer's thread after the commit.
    pub async fn change_and<S, See, Do, Then>(
        self,
        fingerprint: String,
        see: See,
        act: Do,
        then: Then,
    ) -> Result<HttpResponse>
    where
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
        Then: FnOnce() + Send + 'static,
    {
        let hold = match &self.key {
            Some(key) => Some(self.running.hold(self.actor.id(), &self.path, key)?),
            None => None,
        };
        let db = self.db.clone();
        let job = move |conn: &mut Conn| {
            // Held until the response is known, even if the client has disconnected.
            let _hold = hold;
            let seen = see(conn, &self.context)?;
            let (user, path) = (self.actor.id(), self.path.as_str());
            if let Some(key) = &self.key
                && let Some(reply) = idempotency::replay(conn, user, path, key, &fingerprint, self.now)?
            {
                return Ok(reply);
            }
            let reply = act(conn, &self.context, seen)?;
            if let Some(key) = &self.key {
                idempotency::keep(conn, user, path, key, &fingerprint, &reply, self.now)?;
            }
            Ok(reply)
        };
        let reply = db.write(job, move |_| then()).await?;
        Ok(reply.into_response())
    }
}
