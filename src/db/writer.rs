//! The only thread that writes. It takes up to 64 waiting jobs, runs each in a savepoint, commits once, and then
//! answers their callers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

use crate::db::connection::{Address, Conn};
use crate::db::write_job::{Job, JobAct, JobAnswer, NotCommitted, WriteTurn, WriteWait};
use crate::error::{Error, Result};

/// Maximum jobs per commit.
const GROUP: usize = 64;
/// Maximum waiting jobs; a further one gets 503.
const QUEUE: usize = 2048;
/// Takes the advisory lock that lets only one process write to PostgreSQL at a time, so that the audit chain has one
/// end. The number is arbitrary but must never change.
const WRITE_LOCK: &str = "SELECT pg_advisory_xact_lock(7305201)";

/// A write that takes so long waits for somebody else.
const STALL: Duration = Duration::from_millis(1_500);

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

    /// Submits a job; `answer` is called after the commit, or with the error. It is dropped if the job is given up, or has
    /// waited in vain.
    pub fn submit<T, F, A>(&self, wait: WriteWait, job: F, answer: A) -> Result<WriteTurn>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        A: FnOnce(Result<T>) + Send + 'static,
    {
        let waits = Waits::new(&self.waiting);
        let act: JobAct = Box::new(move |conn| {
            let _waits = waits;
            match catch_unwind(AssertUnwindSafe(|| job(conn))) {
                Ok(Ok(value)) => Ok(Box::new(move |committed| answer(committed.map(|()| value).map_err(Error::from)))),
                Ok(Err(error)) => Err(Box::new(move |_| answer(Err(error)))),
                Err(_) => Err(Box::new(move |_| answer(Err(Error::Internal("a write panicked".into()))))),
            }
        });
        let job = Job::new(act, wait);
        let turn = job.turn.clone();
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
    let mut group: Vec<Job> = Vec::new();
    let mut last = false;
    loop {
        if group.is_empty() {
            let Ok(Message::Run(first)) = jobs.recv() else { return };
            group.push(first);
        }
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
        let (healthy, again) = commit_group(open.as_mut(), group, &mut stalled);
        // After a failed BEGIN, COMMIT or ROLLBACK the connection's state is unknown: take a new one.
        conn = open.filter(|_| healthy);
        group = again;
        if last && group.is_empty() {
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

/// Runs one group; returns whether the connection may be used again, and the jobs that wait for another turn.
fn commit_group(conn: Option<&mut Conn>, group: Vec<Job>, stalled: &mut bool) -> (bool, Vec<Job>) {
    let Some(conn) = conn else {
        return (false, not_begun(group, "no connection"));
    };
    let begun = Instant::now();
    let opened = begin(conn);
    *stalled |= begun.elapsed() >= STALL;
    if let Err(error) = opened {
        tracing::error!(%error, "BEGIN failed");
        return (false, not_begun(group, "the transaction could not be started"));
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
    (verdict.is_ok(), Vec::new())
}

/// Of jobs that could not begin, those that have another turn; the others are dropped.
fn not_begun(group: Vec<Job>, why: &str) -> Vec<Job> {
    let (mut again, unrun): (Vec<Job>, Vec<Job>) = group.into_iter().partition(|job| job.turns > 1);
    if !unrun.is_empty() {
        fail_unrun(unrun, why);
    }
    for job in &mut again {
        job.turns -= 1;
    }
    again
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
fn fail_unrun(jobs: Vec<Job>, why: &str) {
    tracing::warn!(why, jobs = jobs.len(), "writes were refused");
    drop(jobs);
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
                WriteWait::Turns(1),
                move |conn| {
                    begins.send(()).unwrap();
                    gate.recv().unwrap();
                    next(conn, name)
                },
                move |done| tell.send(done.is_ok()).unwrap(),
            );
            begun.recv().unwrap();
            let (tell_second, told_second) = channel();
            let second = writer.submit(
                WriteWait::Turns(1),
                |conn| next(conn, "second"),
                move |done| tell_second.send(done.is_ok()).unwrap(),
            );
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
    fn a_command_waits_for_another_turn_where_a_request_is_refused() {
        let (writer, address, folder) = writer("turns");
        writer.stop();
        let (mut other, mut conn) = (address.connect().unwrap(), address.connect().unwrap());
        conn.batch_execute("PRAGMA busy_timeout = 0").unwrap();
        let job = |turns, name: &'static str| {
            let act: JobAct = Box::new(move |conn| match next(conn, name) {
                Ok(_) => Ok(Box::new(|_| ())),
                Err(_) => Err(Box::new(|_| ())),
            });
            Job::new(act, WriteWait::Turns(turns))
        };
        let mut group = vec![job(1, "request"), job(3, "command")];
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        for left in [2, 1] {
            let (healthy, again) = commit_group(Some(&mut conn), group, &mut false);
            assert_eq!((healthy, again.iter().map(|job| job.turns).collect::<Vec<_>>()), (false, vec![left]));
            group = again;
        }
        other.batch_execute("ROLLBACK").unwrap();
        let (healthy, again) = commit_group(Some(&mut conn), group, &mut false);
        assert!(healthy && again.is_empty());
        assert_eq!(["request", "command"].map(|name| counter(&mut conn, name).unwrap()), [0, 1]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
