//! The accounts of live sessions, cached in memory; a transaction that changes an account drops the cache.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::access::account::Account;

const REMEMBERED: usize = 10_000;

/// Account by session id.
#[derive(Clone, Default)]
pub struct SessionCache {
    live: Arc<RwLock<HashMap<i64, Arc<Account>>>>,
    generation: Arc<AtomicU64>,
}

impl SessionCache {
    pub fn get(&self, session_id: i64) -> Option<Arc<Account>> {
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

    /// Drops everything. Runs on the writer's thread, after the commit and before its response.
    pub fn forget(&self) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::SeqCst);
        live.clear();
    }
}
