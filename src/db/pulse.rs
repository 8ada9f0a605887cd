//! Whether PostgreSQL still answers. Where a network swallows what is sent, no time-out of the database reaches a request that
//! waits: a connection of its own is asked over and over, and when it falls silent nobody waits any longer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::db::connection::{Address, Conn};
use diesel::r2d2::R2D2Connection;

/// Pause between two questions.
const EVERY: Duration = Duration::from_millis(500);
/// After so long without an answer the database counts as gone. With [`LOOK`], a request that asked just before it fell
/// silent ends within five seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often those who wait look whether it is gone.
const LOOK: Duration = Duration::from_millis(250);

/// The pulse of a database. Nobody listens to it until [`Pulse::listen`].
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<OnceLock<LastAnswer>>);

#[derive(Debug)]
struct LastAnswer {
    begun: Instant,
    /// Milliseconds from `begun`.
    at: AtomicU64,
}

impl LastAnswer {
    fn note(&self) {
        self.at.store(self.passed(), Ordering::Relaxed);
    }

    fn passed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn silent_for(&self) -> Duration {
        Duration::from_millis(self.passed().saturating_sub(self.at.load(Ordering::Relaxed)))
    }
}

impl Pulse {
    /// Begins to ask PostgreSQL, until the last copy of this is dropped. The embedded database is part of this process.
    pub fn listen(&self, address: &Address) -> std::io::Result<()> {
        if matches!(address, Address::Sqlite(_)) {
            return Ok(());
        }
        let last = || LastAnswer { begun: Instant::now(), at: AtomicU64::new(0) };
        self.0.get_or_init(last);
        let (address, heard) = (address.clone(), Arc::downgrade(&self.0));
        let ask = move || {
            let mut conn: Option<Conn> = None;
            while let Some(pulse) = heard.upgrade().map(Pulse) {
                let mut open = conn.take().or_else(|| address.connect_to_serve().ok());
                conn = open.take_if(|c| c.ping().is_ok());
                if conn.is_some() {
                    pulse.note();
                }
                drop(pulse);
                std::thread::sleep(EVERY);
            }
        };
        std::thread::Builder::new().name("pulse".into()).spawn(ask)?;
        Ok(())
    }

    /// Notes that the database answered somebody, whoever asked.
    pub fn note(&self) {
        if let Some(last) = self.0.get() {
            last.note();
        }
    }

    /// Whether the database has been silent for so long that nobody shall wait for it.
    pub fn is_gone(&self) -> bool {
        self.0.get().is_some_and(|last| last.silent_for() > PATIENCE)
    }

    /// Waits for an answer; `None` as soon as the database is gone.
    pub async fn while_alive<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        if self.0.get().is_none() {
            return Some(answer.await);
        }
        let mut answer = std::pin::pin!(answer);
        loop {
            match tokio::time::timeout(LOOK, answer.as_mut()).await {
                Ok(answer) => return Some(answer),
                Err(_) if self.is_gone() => return None,
                Err(_) => {}
            }
        }
    }
}
