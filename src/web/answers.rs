//! Answers in memory, good as long as the counter of changes stands still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Result;

/// Answers kept at most.
const KEPT: usize = 2_000;

#[derive(Default)]
struct Inner {
    /// Raised by every commit that may have changed facts.
    generation: u64,
    /// The counter in the database, none while it has to be read again.
    version: Option<i64>,
    answers: HashMap<String, Bytes>,
}

/// The answers of this process.
#[derive(Clone, Default)]
pub struct Answers {
    inner: Arc<Mutex<Inner>>,
    turn: Turn,
}

/// Counting takes cores and memory, so one question is counted at a time; who waited finds its answer made.
#[derive(Clone)]
struct Turn(Arc<Semaphore>);

impl Default for Turn {
    fn default() -> Self {
        Turn(Arc::new(Semaphore::new(1)))
    }
}

impl Answers {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn to count; held until the answer is put.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turn.0).acquire_owned().await.ok()
    }

    /// The version of the data, where it is known to be current.
    fn version(&self) -> Option<i64> {
        self.inner().version
    }

    /// To be read before the database is, and given back to [`Answers::learn`].
    fn generation(&self) -> u64 {
        self.inner().generation
    }

    /// Remembers the version that was read; answers of another version go.
    fn learn(&self, version: i64, read_at: u64) {
        let mut inner = self.inner();
        if inner.generation == read_at {
            inner.version = Some(version);
        }
    }

    /// Something may have changed: runs on the writer's thread, after the commit.
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

    /// The version of the data: as it is known, else as `read` says.
    pub async fn current(&self, read: impl Future<Output = Result<i64>>) -> Result<i64> {
        if let Some(version) = self.version() {
            return Ok(version);
        }
        let generation = self.generation();
        let version = read.await?;
        self.learn(version, generation);
        Ok(version)
    }

    /// The answer to a question: the kept one, else the one that is made when it is its turn, with the version of the
    /// snapshot it was made from.
    pub async fn answer(
        &self,
        version: i64,
        question: &str,
        make: impl Future<Output = Result<(i64, Vec<u8>)>>,
    ) -> Result<Bytes> {
        if let Some(known) = self.get(version, question) {
            return Ok(known);
        }
        let _turn = self.turn().await;
        if let Some(known) = self.get(version, question) {
            return Ok(known);
        }
        let (counted, body) = make.await?;
        let body = Bytes::from(body);
        self.put(counted, question, body.clone());
        Ok(body)
    }
}
