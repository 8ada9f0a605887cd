//! Reads take turns: as many at once as there are connections. Who waits costs no thread, and is forgotten when they go away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// How long anybody waits for a connection.
pub const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// Most that wait. Beyond, an answer would come too late to be of use, and those in front would wait for it.
const LONGEST_QUEUE: usize = 2_000;

/// The turns of one pool of connections.
#[derive(Debug, Clone)]
pub struct Turns {
    free: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Counts one who waits, also if they go away.
struct InQueue<'a>(&'a AtomicUsize);

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    pub fn of(connections: usize) -> Self {
        Turns { free: Arc::new(Semaphore::new(connections)), waiting: Arc::default() }
    }

    /// The next turn, in the order of asking; it ends when it is dropped. 503 where the wait is too long.
    pub async fn next(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _in_queue = InQueue(&self.waiting);
        if before >= LONGEST_QUEUE {
            return Err(busy());
        }
        let turn = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.free).acquire_owned()).await;
        turn.ok().and_then(std::result::Result::ok).ok_or_else(busy)
    }

    /// Reads that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

fn busy() -> Error {
    Error::Unavailable("too many reads wait for a connection".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_or_behind_too_many_is_told_so_and_who_goes_away_is_forgotten() {
        let turns = Turns::of(1);
        let first = turns.next().await.expect("a free turn");
        assert!(matches!(turns.next().await, Err(Error::Unavailable(_))), "waited for ever");
        let mut queue: Vec<_> = (0..LONGEST_QUEUE).map(|_| Box::pin(turns.next())).collect();
        let mut once = std::task::Context::from_waker(std::task::Waker::noop());
        for waits in &mut queue {
            assert!(waits.as_mut().poll(&mut once).is_pending());
        }
        assert_eq!(turns.waiting(), LONGEST_QUEUE);
        assert!(matches!(turns.next().await, Err(Error::Unavailable(_))), "stood behind too many");
        drop(queue.split_off(1));
        assert_eq!(turns.waiting(), 1);
        drop(first);
        assert!(queue.remove(0).await.is_ok());
        assert_eq!(turns.waiting(), 0);
    }
}
