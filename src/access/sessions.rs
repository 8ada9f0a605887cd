//! The accounts of live sessions, cached in memory; a transaction that changes an account drops the cache.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::access::account::Account;
use crate::audit::TraceId;
use kernel::time::Moment;

const REMEMBERED: usize = 10_000;

/// A session ends after this time, even if it is in use.
pub const ABSOLUTE_HOURS: i64 = 12;
/// A session ends if it is not used for this long.
pub const IDLE_MINUTES: i64 = 30;

/// How long accounts in memory are believed after it was last asked whether another server changed one.
const BELIEVED: Duration = Duration::from_secs(1);

/// From where somebody signed in, as they see it in the list of their sign-ins.
#[derive(Debug, Clone, Default)]
pub struct SignInPlace {
    pub address: Option<String>,
    pub agent: Option<String>,
    /// The cookie by which a device is known, if it brought one.
    pub device: Option<String>,
}

/// Somebody who is not signed in yet.
#[derive(Debug, Clone)]
pub struct Stranger {
    pub place: SignInPlace,
    pub trace_id: TraceId,
}

/// What the cookie of a browser stands for.
#[derive(Debug, Clone, Copy)]
pub struct BrowserSession {
    pub session_id: i64,
    pub user_id: i64,
    pub since: Moment,
    pub last_used: Moment,
    /// When the last use was written down.
    pub written: Moment,
}

/// Account by session id, and session by the digest of a cookie.
#[derive(Clone, Default)]
pub struct SessionCache {
    live: Arc<RwLock<HashMap<i64, Arc<Account>>>>,
    /// Not dropped with the accounts: whether a session lives is asked of them.
    browsers: Arc<RwLock<HashMap<String, BrowserSession>>>,
    generation: Arc<AtomicU64>,
    /// When it was last asked what other servers changed; none where there are no others.
    confirmed: Arc<RwLock<Option<Instant>>>,
}

impl SessionCache {
    pub fn get(&self, session_id: i64) -> Option<Arc<Account>> {
        let confirmed = *self.confirmed.read().unwrap_or_else(PoisonError::into_inner);
        if confirmed.is_some_and(|at| at.elapsed() > BELIEVED) {
            return None;
        }
        self.live.read().unwrap_or_else(PoisonError::into_inner).get(&session_id).cloned()
    }

    /// To be read before the database, and passed to [`SessionCache::put`].
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Caches an account, unless something changed since it was read.
    pub fn put(&self, session_id: i64, account: Arc<Account>, read_at: u64) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != read_at {
            return;
        }
        if live.len() >= REMEMBERED {
            live.clear();
        }
        live.insert(session_id, account);
    }

    pub fn browser(&self, digest: &str) -> Option<BrowserSession> {
        self.browsers.read().unwrap_or_else(PoisonError::into_inner).get(digest).copied()
    }

    pub fn put_browser(&self, digest: String, session: BrowserSession) {
        let mut browsers = self.browsers.write().unwrap_or_else(PoisonError::into_inner);
        if browsers.len() >= REMEMBERED {
            browsers.clear();
        }
        browsers.insert(digest, session);
    }

    /// What is in memory holds as of then, whatever other servers did before.
    pub fn confirmed(&self, at: Instant) {
        *self.confirmed.write().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Drops all accounts. Runs on the writer's thread, after the commit and before its response.
    pub fn forget(&self) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::SeqCst);
        live.clear();
    }
}
