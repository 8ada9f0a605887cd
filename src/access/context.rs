//! Who acts, when, and through which channel: all that an action knows about its caller, below HTTP. Jobs and the
//! command line act through the same context as requests, so every row of the audit trail has an actor and a trace id.

use std::sync::Arc;

use chrono::Duration;
use serde_json::Value;

use crate::access::account::{Account, ActScope, Actor, COMMAND_LINE};
use crate::access::permission::Permission;
use crate::access::sessions_store;
use crate::audit::{self, TraceId};
use crate::db::Conn;
use crate::error::{Code, Result, refuse};
use kernel::precondition::Precondition;
use kernel::text::Language;
use kernel::time::{Day, Moment, day_of};

/// How the action reached the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallChannel {
    Http,
    /// A background job: reading an import, a scheduled report.
    Job,
    /// Somebody on the server itself.
    CommandLine,
}

/// For so many minutes nobody has to prove again who they are.
pub const PROOF_MINUTES: i64 = 5;

/// The caller of an action.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub actor: Actor,
    pub now: Moment,
    /// The day of `now` in the province.
    pub today: Day,
    pub language: Language,
    pub channel: CallChannel,
    pub trace_id: TraceId,
    /// From where, if it is known.
    pub address: Option<String>,
    /// Whether what is delicate asks for a recent proof of who acts.
    pub asks_proof: bool,
    /// Whether the accounts of seats and administrators are changed by two people.
    pub asks_second_person: bool,
    /// Whether passport numbers are masked whoever looks: in browsers, and where a reason is asked for each
    /// ([`reveal`](crate::access::reveal)).
    pub masks_passports: bool,
    /// The version that the caller allows to be changed.
    pub precondition: Precondition,
}

impl RequestContext {
    /// A background job that acts for an account.
    pub fn job(account: Account, now: Moment) -> Self {
        RequestContext::outside_http(account, now, CallChannel::Job)
    }

    /// A background job that acts for nobody; the audit trail shows `name`.
    pub fn job_named(name: &str, now: Moment) -> Self {
        RequestContext::job(Account::nobody(name), now)
    }

    /// A person on the server itself: they need no account, and the audit trail says so.
    pub fn command_line(now: Moment) -> Self {
        RequestContext::outside_http(Account::nobody(COMMAND_LINE), now, CallChannel::CommandLine)
    }

    /// A person on the server itself, under an account of their own.
    pub fn on_server(account: Account, now: Moment) -> Self {
        RequestContext::outside_http(account, now, CallChannel::CommandLine)
    }

    /// Somebody who is not signed in yet and claims to be `username`: they are allowed nothing.
    pub fn unauthenticated(username: &str, now: Moment, trace_id: TraceId, address: Option<String>) -> Self {
        let context = RequestContext::outside_http(Account::nobody(username), now, CallChannel::Http);
        RequestContext { trace_id, address, ..context }
    }

    fn outside_http(account: Account, now: Moment, channel: CallChannel) -> Self {
        let today = day_of(now);
        RequestContext {
            actor: Actor::new(Arc::new(account), 0, today),
            now,
            today,
            language: Language::Vietnamese,
            channel,
            trace_id: TraceId::fresh(),
            address: None,
            asks_proof: false,
            asks_second_person: false,
            masks_passports: false,
            precondition: Precondition::Missing,
        }
    }

    /// The context within a scope: substitutions that do not cover it are ignored.
    pub fn on(&self, scope: ActScope) -> Self {
        RequestContext { actor: self.actor.on(scope), ..self.clone() }
    }

    /// The checks before every change of one version, in the order of the API contract: whether `If-Match` is given
    /// (428), whether the caller may do it (403), whether it is the version they saw (412).
    pub fn guard(&self, version: i64, may: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.precondition == Precondition::Missing {
            return Err(refuse(
                Code::PreconditionRequired,
                "Cần gửi If-Match với ETag đã xem, để không ghi đè thay đổi của người khác.",
                "Send If-Match with the ETag last seen, so that nobody else's change is overwritten.",
            ));
        }
        may()?;
        if self.precondition.holds(version) {
            return Ok(());
        }
        Err(refuse(
            Code::VersionConflict,
            "Dữ liệu đã thay đổi từ lần xem trước; nội dung vừa gửi chưa được ghi.",
            "The data has changed since you last saw it; nothing of yours was recorded.",
        ))
    }

    /// 403 where the province asks for a second factor and the caller has not proved within five minutes who they are: before
    /// rights, keys and rules are changed, or a passport is shown.
    pub fn require_proof(&self, conn: &mut Conn) -> Result<()> {
        if self.asks_proof { self.require_recent_proof(conn) } else { Ok(()) }
    }

    /// Whether the caller sees passport numbers in full without asking for each.
    pub fn may_see_passports(&self) -> bool {
        self.actor.may(Permission::RevealPassports) && !self.masks_passports
    }

    /// The same of a list: whoever would have to prove who they are first sees masked ones.
    pub fn reveals_passports(&self, conn: &mut Conn) -> bool {
        self.may_see_passports() && self.require_proof(conn).is_ok()
    }

    /// A proof of the last five minutes, whatever the province asks for.
    pub fn require_recent_proof(&self, conn: &mut Conn) -> Result<()> {
        let proved = sessions_store::proved_at(conn, self.actor.session_id)?;
        if proved.is_some_and(|at| at <= self.now && self.now < at + Duration::minutes(PROOF_MINUTES)) {
            return Ok(());
        }
        Err(refuse(
            Code::StepUpRequired,
            "Hãy xác nhận lại mật khẩu ở trang Tài khoản của tôi rồi làm lại việc này.",
            "Confirm your password on the page My account, then do this again.",
        ))
    }

    /// Writes the action to the audit trail, in the caller's transaction. No other code writes to the audit trail.
    pub fn remember(&self, conn: &mut Conn, action: &str, object: &str, detail: Value) -> Result<()> {
        self.append(conn, action, object, detail, None)
    }

    /// The same for what was not allowed; `code` says why.
    pub fn remember_refusal(
        &self,
        conn: &mut Conn,
        action: &str,
        object: &str,
        detail: Value,
        code: Code,
    ) -> Result<()> {
        self.append(conn, action, object, detail, Some(code.word()))
    }

    fn append(&self, conn: &mut Conn, action: &str, object: &str, detail: Value, refused: Option<&str>) -> Result<()> {
        audit::append(
            conn,
            audit::AuditEntry {
                at: self.now,
                actor: self.actor.username(),
                action,
                object,
                detail,
                trace_id: self.trace_id.as_str(),
                address: self.address.as_deref(),
                session_id: Some(self.actor.session_id).filter(|id| *id != 0),
                refused,
            },
        )
    }
}
