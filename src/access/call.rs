//! One call by a signed-in person: the token becomes an actor, and reads and changes run under one order of checks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};

use crate::access::account::{Account, ActScope, Actor, SERVICE_PREFIX};
use crate::access::sessions::SessionCache;
use crate::access::token::{SigningKeys, unauthenticated};
use crate::access::{services_store, store};
use crate::audit;
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Result, forbidden, refuse};
use crate::web::etag::IfMatch;
use crate::web::idempotency::{self, InFlightKeys, Reply, fingerprint};
use crate::web::trace::{TraceId, language_of};
use kernel::text::Language;
use kernel::time::{Clock, Day, Moment, day_of};

/// How long figures wait while somebody's write does.
const PATIENCE: Duration = Duration::from_millis(10);

/// Who calls, when, and with which preconditions.
#[derive(Clone)]
pub struct RequestContext {
    pub actor: Actor,
    pub now: Moment,
    pub today: Day,
    pub language: Language,
    pub trace_id: String,
    pub if_match: IfMatch,
    key: Option<String>,
    path: String,
    db: Db,
    running: InFlightKeys,
    sessions: SessionCache,
}

impl FromRequest for RequestContext {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { RequestContext::of(&req).await })
    }
}

fn tool<T: Clone + 'static>(req: &HttpRequest) -> Result<T> {
    let found = req.app_data::<web::Data<T>>().map(|data| data.get_ref().clone());
    found.ok_or_else(|| Error::Internal(format!("{} is not set up", std::any::type_name::<T>())))
}

/// The trace id that the middleware gave the request.
pub fn trace_id_of(req: &HttpRequest) -> String {
    req.extensions().get::<TraceId>().map(|t| t.0.clone()).unwrap_or_default()
}

impl RequestContext {
    async fn of(req: &HttpRequest) -> Result<Self> {
        let (clock, keys, sessions, db): (Clock, SigningKeys, SessionCache, Db) =
            (tool(req)?, tool(req)?, tool(req)?, tool(req)?);
        let now = clock.now();
        let today = day_of(now);
        let header = req.headers().get("authorization").and_then(|v| v.to_str().ok()).ok_or_else(unauthenticated)?;
        let token =
            header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")).ok_or_else(unauthenticated)?;
        let token = token.trim();
        let (actor_account, session_id) = if token.starts_with(SERVICE_PREFIX) {
            // A program reads, and nothing else.
            if req.method() != "GET" {
                return Err(forbidden("Mã dịch vụ chỉ được đọc.", "A service token only reads."));
            }
            let digest = fingerprint(token.as_bytes());
            let found = db.read(move |conn| services_store::account(conn, &digest, today)).await?;
            (Arc::new(found.ok_or_else(unauthenticated)?), 0)
        } else {
            RequestContext::person(token, now, &keys, &sessions, &db).await?
        };
        Ok(RequestContext {
            actor: Actor::new(actor_account, session_id, today),
            now,
            today,
            language: language_of(req.headers()),
            trace_id: trace_id_of(req),
            if_match: IfMatch::read(req.headers()),
            key: if req.method() == "POST" { idempotency::key_of(req.headers())? } else { None },
            path: req.path().to_owned(),
            running: tool(req)?,
            db,
            sessions,
        })
    }

    /// The account of a signed-in person, and his sign-in.
    async fn person(
        token: &str,
        now: Moment,
        keys: &SigningKeys,
        sessions: &SessionCache,
        db: &Db,
    ) -> Result<(Arc<Account>, i64)> {
        let bearer = keys.check(token, now)?;
        let account = match sessions.get(bearer.session_id) {
            Some(account) => account,
            None => {
                let generation = sessions.generation();
                let found = db.read(move |conn| match store::live_session(conn, bearer.session_id)? {
                    Some((user_id, _)) => store::account(conn, user_id),
                    None => Ok(None),
                });
                let account = Arc::new(found.await?.filter(|a| a.active).ok_or_else(unauthenticated)?);
                sessions.put(bearer.session_id, Arc::clone(&account), generation);
                account
            }
        };
        if account.id != bearer.user_id {
            return Err(unauthenticated());
        }
        Ok((account, bearer.session_id))
    }

    /// The call on an errand: substitutions that do not cover it are left aside.
    pub fn on(&self, errand: ActScope) -> Self {
        RequestContext { actor: self.actor.on(errand), ..self.clone() }
    }

    /// Lets writes that wait go first: figures can wait some milliseconds, and programs that pull them without a pause
    /// would keep the cores from those who work.
    pub async fn after_writes(&self) {
        if self.db.writes_wait() {
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// Reads from one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &RequestContext) -> Result<T> + Send + 'static,
    {
        let call = self.clone();
        self.db.read(move |conn| query(conn, &call)).await
    }

    /// Writes without a kept answer (what a read leaves in the trail, secrets that are shown once).
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &RequestContext) -> Result<T> + Send + 'static,
    {
        let call = self.clone();
        self.db.write(move |conn| job(conn, &call), |_| {}).await
    }

    /// Changes something: `see` finds it (404), then a retry gets its first answer, then `act` checks and does.
    /// Everything of it, the kept answer too, is one transaction.
    pub async fn change<S, See, Do>(self, fingerprint: String, see: See, act: Do) -> Result<HttpResponse>
    where
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
    {
        self.change_and(fingerprint, see, act, || {}).await
    }

    /// The same, for what changes accounts: every in-memory copy is dropped with the commit.
    pub async fn change_accounts<S, See, Do>(self, fingerprint: String, see: See, act: Do) -> Result<HttpResponse>
    where
        See: FnOnce(&mut Conn, &RequestContext) -> Result<S> + Send + 'static,
        Do: FnOnce(&mut Conn, &RequestContext, S) -> Result<Reply> + Send + 'static,
    {
        let accounts_changed = self.accounts_changed();
        self.change_and(fingerprint, see, act, accounts_changed).await
    }

    /// To be run once a commit that changed accounts holds.
    pub fn accounts_changed(&self) -> impl FnOnce() + Send + use<> {
        let sessions = self.sessions.clone();
        move || sessions.forget()
    }

    /// The same, with something to do on the writer's thread once the commit holds.
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
            // Held until the answer is known, even if the client has gone away.
            let _hold = hold;
            let seen = see(conn, &self)?;
            let (user, path) = (self.actor.id(), self.path.as_str());
            if let Some(key) = &self.key
                && let Some(reply) = idempotency::replay(conn, user, path, key, &fingerprint, self.now)?
            {
                return Ok(reply);
            }
            let reply = act(conn, &self, seen)?;
            if let Some(key) = &self.key {
                idempotency::keep(conn, user, path, key, &fingerprint, &reply, self.now)?;
            }
            Ok(reply)
        };
        let reply = db.write(job, move |_| then()).await?;
        Ok(reply.into_response())
    }

    /// 428 where `If-Match` is missing: before anything is said about rights.
    pub fn precondition_given(&self) -> Result<()> {
        if self.if_match == IfMatch::Missing {
            return Err(refuse(
                Code::PreconditionRequired,
                "Cần gửi If-Match với ETag đã xem, để không ghi đè thay đổi của người khác.",
                "Send If-Match with the ETag last seen, so that nobody's change is overwritten.",
            ));
        }
        Ok(())
    }

    /// 412 where it names another version.
    pub fn precondition_holds(&self, version: i64) -> Result<()> {
        if self.if_match.holds(version) {
            return Ok(());
        }
        Err(refuse(
            Code::VersionConflict,
            "Dữ liệu đã thay đổi từ lần xem trước; hãy tải lại rồi làm tiếp.",
            "It has changed since it was seen; load it again and go on from there.",
        ))
    }

    /// Writes the act into the trail, in the caller's transaction.
    pub fn remember(&self, conn: &mut Conn, action: &str, object: &str, detail: serde_json::Value) -> Result<()> {
        audit::append(
            conn,
            &audit::AuditEntry {
                at: self.now,
                actor: self.actor.username(),
                action,
                object,
                detail,
                trace_id: &self.trace_id,
            },
        )
    }
}
