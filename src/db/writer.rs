//! The only thread that writes. It takes up to 64 waiting jobs, runs each in a savepoint, commits once, and then
//! answers their callers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

use crate::db::connection::{Address, Conn};
use crate::error::{Error, Result};

/// Maximum jobs per commit.
const GROUP: usize = 64;
/// Maximum waiting jobs; a further one gets 503.
const QUEUE: usize = 2048;
/// Takes the advisory lock that lets only one process write to PostgreSQL at a time, so that the audit chain has one
/// end. The number is arbitrary but must never change.
const WRITE_LOCK: &str = "SELECT pg_advisory_xact_lock(7305201)";

/// Why a group is not known to be on disk.
#[derive(Debug, Clone)]
enum NotCommitted {
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
type JobAnswer = Box<dyn FnOnce(std::result::Result<(), NotCommitted>) + Send>;
/// What a job does; runs in a savepoint, which `Err` rolls back.
type JobAct = Box<dyn FnOnce(&mut Conn) -> std::result::Result<JobAnswer, JobAnswer> + Send>;

struct Job {
    act: JobAct,
    turn: WriteTurn,
    /// When it is too late to begin it, if writes stall.
    until: Option<Instant>,
}

impl Job {
    /// Whether it is worth to begin it. Behind a write that waited for a lock, each of those that queue would wait for the same
    /// lock, one after another; where writes are only many, they are done in their turn.
    fn is_wanted(&self, stalled: bool) -> bool {
        let late = stalled && self.until.is_some_and(|until| Instant::now() >= until);
        !late && !self.turn.is_given_up()
    }
}

/// A write that takes so long waits for somebody else.
const STALL: Duration = Duration::from_millis(1_500);

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

    fn commit(&self) -> bool {
        self.moves_to(Self::COMMITTING)
    }

    fn is_given_up(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::GIVEN_UP
    }
}

enum Message {
    Run(Job),
    Stop,
}

/// Handle of the writing thread.
#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Message>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// Jobs that were submitted and have not finished.
    waiting: Arc<AtomicUsize>,
}

/// Counts one job as waiting until this is dropped.
struct Waits(Arc<AtomicUsize>);

impl Waits {
    fn new(waiting: &Arc<AtomicUsize>) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waits(Arc::clone(waiting))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    pub fn start(address: Address) -> Result<Self> {
        let conn = address.connect_to_serve().map_err(|e| Error::Unavailable(e.to_string()))?;
        let (queue, jobs) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || run(&address, Some(conn), &jobs))
            .map_err(|e| Error::Internal(e.to_string()))?;
        Ok(Writer { queue, thread: Arc::new(Mutex::new(Some(thread))), waiting: Arc::default() })
    }

    /// Submits a job; `answer` is called after the commit, or with the error. It is dropped if the job is given up, or if
    /// writes stall and it has not begun within `patience`.
    pub fn submit<T, F, A>(&self, patience: Option<Duration>, job: F, answer: A) -> Result<WriteTurn>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        A: FnOnce(Result<T>) + Send + 'static,
    {
        let waits = Waits::new(&self.waiting);
        let turn = WriteTurn::default();
        let act: JobAct = Box::new(move |conn| {
            let _waits = waits;
            match catch_unwind(AssertUnwindSafe(|| job(conn))) {
                Ok(Ok(value)) => Ok(Box::new(move |committed| answer(committed.map(|()| value).map_err(Error::from)))),
                Ok(Err(error)) => Err(Box::new(move |_| answer(Err(error)))),
                Err(_) => Err(Box::new(move |_| answer(Err(Error::Internal("a write panicked".into()))))),
            }
        });
        let job = Job { act, turn: turn.clone(), until: patience.map(|patience| Instant::now() + patience) };
        self.queue.try_send(Message::Run(job)).map_err(|e| match e {
            TrySendError::Full(_) => Error::Unavailable("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Unavailable("the writer has stopped".into()),
        })?;
        Ok(turn)
    }

    /// Jobs that were submitted and have not finished.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Finishes the queued jobs and ends the thread.
    pub fn stop(&self) {
        // Blocks while the queue is full; fails only if the thread has already ended.
        let _ = self.queue.send(Message::Stop);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

fn run(address: &Address, mut conn: Option<Conn>, jobs: &Receiver<Message>) {
    let mut stalled = false;
    loop {
        let Ok(Message::Run(first)) = jobs.recv() else { return };
        let mut group = vec![first];
        let mut last = false;
        while group.len() < GROUP {
            match jobs.try_recv() {
                Ok(Message::Run(job)) => group.push(job),
                Ok(Message::Stop) => {
                    last = true;
                    break;
                }
                Err(_) => break,
            }
        }
        let mut open = conn.take().or_else(|| reconnect(address));
        let healthy = commit_group(open.as_mut(), group, &mut stalled);
        // After a failed BEGIN, COMMIT or ROLLBACK the connection's state is unknown: take a new one.
        conn = open.filter(|_| healthy);
        if last {
            return;
        }
    }
}

fn reconnect(address: &Address) -> Option<Conn> {
    match address.connect_to_serve() {
        Ok(conn) => Some(conn),
        Err(error) => {
            tracing::error!(%error, "the writer cannot reach the database");
            std::thread::sleep(Duration::from_millis(100));
            None
        }
    }
}

/// Runs one group; returns false if the connection must not be used again.
fn commit_group(conn: Option<&mut Conn>, group: Vec<Job>, stalled: &mut bool) -> bool {
    let Some(conn) = conn else {
        return fail_unrun(group, "no connection");
    };
    let begun = Instant::now();
    let opened = begin(conn);
    *stalled |= begun.elapsed() >= STALL;
    if let Err(error) = opened {
        tracing::error!(%error, "BEGIN failed");
        return fail_unrun(group, "the transaction could not be started");
    }
    let mut done: Vec<(WriteTurn, JobAnswer)> = Vec::with_capacity(group.len());
    let mut refused: Vec<JobAnswer> = Vec::new();
    let mut rest = group.into_iter();
    let mut broken = None;
    for job in rest.by_ref() {
        if !job.is_wanted(*stalled) {
            continue;
        }
        let begun = Instant::now();
        if let Err(error) = <Conn as TransactionManager<Conn>>::begin_transaction(conn) {
            broken = Some(error);
            fail_unrun(vec![job], "the transaction broke off");
            break;
        }
        let (ended, outcome) = match (job.act)(conn) {
            Ok(answer) => (<Conn as TransactionManager<Conn>>::commit_transaction(conn), Ok(answer)),
            Err(answer) => (<Conn as TransactionManager<Conn>>::rollback_transaction(conn), Err(answer)),
        };
        *stalled = begun.elapsed() >= STALL;
        match outcome {
            Ok(answer) => done.push((job.turn, answer)),
            Err(answer) => refused.push(answer),
        }
        if let Err(error) = ended {
            broken = Some(error);
            break;
        }
    }
    let rolled_back =
        |why: &dyn std::fmt::Display| NotCommitted::RolledBack(format!("the group was rolled back: {why}"));
    let verdict = match broken {
        // A full disk or an I/O error ends the whole transaction, not only the savepoint.
        Some(error) => Err(rolled_back(&error)),
        // The savepoint of a single job cannot be rolled back any more.
        None if !done.iter().all(|(turn, _)| turn.commit()) => Err(rolled_back(&"a write was given up")),
        None => {
            let begun = Instant::now();
            let committed = <Conn as TransactionManager<Conn>>::commit_transaction(conn);
            *stalled |= begun.elapsed() >= STALL;
            // The embedded database keeps nothing of a commit that failed; of PostgreSQL only the answer may be lost.
            committed.map_err(|error| match conn {
                Conn::Sqlite(_) => rolled_back(&error),
                Conn::Postgresql(_) => NotCommitted::Unknown(error.to_string()),
            })
        }
    };
    if let Err(why) = &verdict {
        tracing::error!(?why, jobs = done.len(), "a group of writes is not on disk");
        let _ = conn.batch_execute("ROLLBACK");
        fail_unrun(rest.collect(), "the transaction broke off");
    }
    for answer in refused {
        answer(Ok(()));
    }
    for (_, answer) in done {
        answer(verdict.clone());
    }
    verdict.is_ok()
}

fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Conn::Postgresql(c) => {
            // Read committed is enough: the lock lets only one group write at a time.
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
            c.batch_execute(WRITE_LOCK)
        }
    }
}

/// Drops jobs that never ran. This closes their answer channels, so that the callers get 503.
fn fail_unrun(jobs: Vec<Job>, why: &str) -> bool {
    for job in jobs {
        drop(job);
    }
    tracing::warn!(why, "writes were refused");
    false
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::db::counters::{counter, next};
    use crate::db::migrate;

    /// A writer whose jobs wait until they are let go, and the place of its database.
    fn writer(name: &str) -> (Writer, Address, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("ngoaivu-writer-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let address = Address::in_folder(&folder);
        migrate::run(&address).unwrap();
        (Writer::start(address.clone()).unwrap(), address, folder)
    }

    #[test]
    fn what_is_given_up_is_not_committed_and_what_is_committed_is_not_given_up() {
        let (writer, address, folder) = writer("turn");
        // Given up while another runs, or while it runs itself: the same for whoever waited.
        for name in ["waiting", "running"] {
            let (begins, begun) = channel();
            let (let_go, gate) = channel::<()>();
            let (tell, told) = channel();
            let first = writer.submit(
                None,
                move |conn| {
                    begins.send(()).unwrap();
                    gate.recv().unwrap();
                    next(conn, name)
                },
                move |done| tell.send(done.is_ok()).unwrap(),
            );
            begun.recv().unwrap();
            let (tell_second, told_second) = channel();
            let second =
                writer.submit(None, |conn| next(conn, "second"), move |done| tell_second.send(done.is_ok()).unwrap());
            let (first, second) = (first.unwrap(), second.unwrap());
            assert!(if name == "waiting" { second.give_up() } else { first.give_up() });
            let_go.send(()).unwrap();
            if name == "waiting" {
                assert_eq!(told.recv(), Ok(true));
                assert!(told_second.recv().is_err(), "nobody is told of what was dropped");
                assert!(!first.give_up(), "it is on disk");
            } else {
                assert_eq!((told.recv(), told_second.recv()), (Ok(false), Ok(true)));
            }
        }
        writer.stop();
        let mut conn = address.connect().unwrap();
        assert_eq!(["waiting", "running", "second"].map(|name| counter(&mut conn, name).unwrap()), [1, 0, 1]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_behind_a_write_that_stalled_is_it_too_late_to_begin() {
        let job = |until| Job { act: Box::new(|_| Ok(Box::new(|_| ()))), turn: WriteTurn::default(), until };
        let late = job(Some(Instant::now()));
        assert!(late.is_wanted(false) && !late.is_wanted(true));
        let patient = job(None);
        assert!(patient.is_wanted(true));
        assert!(patient.turn.give_up() && !patient.is_wanted(false));
    }
}
