//! A job of the writer: what it does, how long it waits to begin, and who may still give it up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crate::db::connection::{Address, Conn};
use crate::error::Error;

/// Tries of a write beside another process; each waits for the lock as long as a request does.
const TURNS: u32 = 30;

/// How long a request waits on PostgreSQL until its write begins: as the lock that it then waits for takes two seconds at most,
/// it is answered within five.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// Why a group is not known to be on disk.
#[derive(Debug, Clone)]
pub enum NotCommitted {
    RolledBack(String),
    /// PostgreSQL went away between the commit and its answer.
    Unknown(String),
}

impl From<NotCommitted> for Error {
    fn from(why: NotCommitted) -> Self {
        match why {
            NotCommitted::RolledBack(why) => Error::Unavailable(why),
            NotCommitted::Unknown(why) => Error::Unconfirmed(why),
        }
    }
}

/// Called once it is known whether the commit succeeded.
pub type JobAnswer = Box<dyn FnOnce(std::result::Result<(), NotCommitted>) + Send>;
/// What a job does; runs in a savepoint, which `Err` rolls back.
pub type JobAct = Box<dyn FnOnce(&mut Conn) -> std::result::Result<JobAnswer, JobAnswer> + Send>;

/// How long a write waits for somebody else's lock until it begins.
#[derive(Debug, Clone, Copy)]
pub enum WriteWait {
    /// Until the database gives the lock up once; if writes stall, no longer than this.
    Within(Duration),
    /// Until the database gives the lock up so many times. A command beside a busy server needs more than one: SQLite gives
    /// its lock to whoever happens to ask when it is free, and a server asks all the time.
    Turns(u32),
}

impl WriteWait {
    /// Of what a client waits for.
    pub fn of_request(address: &Address) -> Self {
        match address {
            Address::Sqlite(_) => WriteWait::Turns(1),
            Address::Postgresql(_) => WriteWait::Within(PATIENCE),
        }
    }

    /// Of a command beside a server, and of a start beside the server that it takes over from.
    pub fn beside_another() -> Self {
        WriteWait::Turns(TURNS)
    }

    /// Until when it may begin, and how many times it tries to get the lock.
    fn ends(self) -> (Option<Instant>, u32) {
        match self {
            WriteWait::Within(patience) => (Some(Instant::now() + patience), 1),
            WriteWait::Turns(turns) => (None, turns),
        }
    }
}

pub struct Job {
    pub act: JobAct,
    pub turn: WriteTurn,
    /// When it is too late to begin it, if writes stall.
    pub until: Option<Instant>,
    /// How many more times it tries to get the lock.
    pub turns: u32,
}

impl Job {
    pub fn new(act: JobAct, wait: WriteWait) -> Self {
        let (until, turns) = wait.ends();
        Job { act, turn: WriteTurn::default(), until, turns }
    }

    /// Whether it is worth to begin it. Behind a write that waited for a lock, each of those that queue would wait for the same
    /// lock, one after another; where writes are only many, they are done in their turn.
    pub fn is_wanted(&self, stalled: bool) -> bool {
        let late = stalled && self.until.is_some_and(|until| Instant::now() >= until);
        !late && !self.turn.is_given_up()
    }
}

/// Decides between a caller who waits no longer and the commit: what was given up is not committed, and what is being
/// committed cannot be given up.
#[derive(Debug, Clone, Default)]
pub struct WriteTurn(Arc<AtomicU8>);

impl WriteTurn {
    const OPEN: u8 = 0;
    const GIVEN_UP: u8 = 1;
    const COMMITTING: u8 = 2;

    fn moves_to(&self, state: u8) -> bool {
        self.0.compare_exchange(Self::OPEN, state, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Gives the job up; false if its commit has begun.
    pub fn give_up(&self) -> bool {
        self.moves_to(Self::GIVEN_UP)
    }

    pub fn commit(&self) -> bool {
        self.moves_to(Self::COMMITTING)
    }

    fn is_given_up(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::GIVEN_UP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_behind_a_write_that_stalled_is_it_too_late_to_begin() {
        let job = |wait| Job::new(Box::new(|_| Ok(Box::new(|_| ()))), wait);
        let late = job(WriteWait::Within(Duration::ZERO));
        assert!(late.is_wanted(false) && !late.is_wanted(true));
        let patient = job(WriteWait::Turns(1));
        assert!(patient.is_wanted(true));
        assert!(patient.turn.give_up() && !patient.is_wanted(false));
    }
}
