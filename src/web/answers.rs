//! A cache of answers, valid until the data version changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// How long a count waits for those before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Maximum cached answers.
const KEPT: usize = 2_000;

#[derive(Default)]
struct Inner {
    /// Raised by every commit that may have changed facts.
    generation: u64,
    /// The data version in the database; none if it must be read again.
    version: Option<i64>,
    answers: HashMap<String, Bytes>,
}

/// The cached answers of this process.
#[derive(Clone, Default)]
pub struct ResponseCache {
    inner: Arc<Mutex<Inner>>,
    turn: ComputingTurn,
}

/// Counting needs CPU and memory, so only one query is counted at a time; those waiting for the same one then find its
/// answer in the cache.
#[derive(Clone)]
struct ComputingTurn(Arc<Semaphore>);

impl Default for ComputingTurn {
    fn default() -> Self {
        ComputingTurn(Arc::new(Semaphore::new(1)))
    }
}

impl ResponseCache {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the permit to count; it is held until the answer is stored. 503 if others count for too long.
    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turn.0).acquire_owned()).await;
        let busy = || Error::Unavailable("other figures are counted for too long".into());
        turn.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// The data version, if it is known to be current.
    fn version(&self) -> Option<i64> {
        self.inner().version
    }

    /// Must be read before the database, and passed to [`ResponseCache::learn`].
    fn generation(&self) -> u64 {
        self.inner().generation
    }

    /// Remembers the version that was read, unless a commit has happened since `read_at`.
    fn learn(&self, version: i64, read_at: u64) {
        let mut inner = self.inner();
        if inner.generation == read_at {
            inner.version = Some(version);
        }
    }

    /// Call this when data may have changed; runs on the writer's thread after the commit.
    pub fn touch(&self) {
        let mut inner = self.inner();
        inner.generation += 1;
        inner.version = None;
    }

    fn get(&self, version: i64, question: &str) -> Option<Bytes> {
        self.inner().answers.get(&format!("{version} {question}")).cloned()
    }

    fn put(&self, version: i64, question: &str, answer: Bytes) {
        let mut inner = self.inner();
        if inner.answers.len() >= KEPT {
            inner.answers.clear();
        }
        inner.answers.insert(format!("{version} {question}"), answer);
    }

    /// The data version: the known one, or the result of `read`.
    pub async fn current(&self, read: impl Future<Output = Result<i64>>) -> Result<i64> {
        if let Some(version) = self.version() {
            return Ok(version);
        }
        let generation = self.generation();
        let version = read.await?;
        self.learn(version, generation);
        Ok(version)
    }

    /// The cached answer to a query, or the one that `make` computes together with the data version of its snapshot.
    pub async fn answer(
        &self,
        version: i64,
        question: &str,
        make: impl Future<Output = Result<(i64, Vec<u8>)>>,
    ) -> Result<Bytes> {
        if let Some(known) = self.get(version, question) {
            return Ok(known);
        }
        let _turn = self.turn().await?;
        if let Some(known) = self.get(version, question) {
            return Ok(known);
        }
        let (counted, body) = make.await?;
        let body = Bytes::from(body);
        self.put(counted, question, body.clone());
        Ok(body)
    }
}
