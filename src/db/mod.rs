//! The only module that knows about both databases: one connection type, snapshot reads, grouped writes.

mod connection;
pub mod counters;
pub mod migrate;
mod one_of;
mod pulse;
pub mod roles;
pub mod sealed;
mod turns;
mod write_job;
mod writer;

pub use ::schema;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::r2d2::{Pool, PooledConnection, R2D2Connection};

use crate::error::{Error, Result};
use crate::sealing::{FieldKeys, with_keys};
use connection::Manager;
pub use connection::{Address, Conn, MultiBackend};
use kernel::text::fold;
pub use one_of::one_of;
use pulse::Pulse;
use turns::Turns;
use write_job::WriteWait;
use writer::Writer;

/// Evaluates one expression on the concrete connection. For the few statements that diesel's multi-backend lacks, and
/// for those in every request: the multi-backend would build their SQL again each time, while a concrete connection
/// finds the prepared statement by its type.
macro_rules! each {
    ($conn:expr, $c:ident => $statement:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($c) => $statement,
            $crate::db::Conn::Postgresql($c) => $statement,
        }
    };
}
pub(crate) use each;

/// Loads the rows of a query whose column is one of these ids: none without asking, where there is no id. One id alone is
/// compared by `=`: to unpack a list of one costs SQLite more than to find the row.
macro_rules! load_of {
    ($conn:expr, $query:expr, $column:expr, $ids:expr) => {
        match $ids {
            [] => Ok::<_, diesel::result::Error>(Vec::new()),
            [id] => $crate::db::each!($conn, c => $query.filter($column.eq(*id)).load(c)),
            ids => $crate::db::each!($conn, c => $query.filter($crate::db::one_of($column, ids)).load(c)),
        }
    };
}
pub(crate) use load_of;

/// Inserts a slice of rows: on SQLite row by row with one prepared statement; on PostgreSQL in one round
/// trip for as many rows as fit into the 65,535 values of a statement.
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(c)?;
                }
            }
            $crate::db::Conn::Postgresql(c) => {
                for some in $rows.chunks(2_500) {
                    diesel::insert_into($table).values(some).execute(c)?;
                }
            }
        }
    };
}
pub(crate) use insert_rows;

/// The database of a running process: a pool of readers and one thread that writes.
#[derive(Clone)]
pub struct Db {
    address: Address,
    readers: Pool<Manager>,
    turns: Turns,
    writer: Writer,
    pulse: Pulse,
    /// When a connection last answered.
    answered: Arc<Mutex<Instant>>,
    /// By what personal data is sealed; without keys it is not.
    keys: Arc<OnceLock<FieldKeys>>,
}

/// After so long without an answer, a connection is tried before it is used.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a request waits for its write on PostgreSQL in any case.
const LONGEST: Duration = Duration::from_secs(20);

impl Db {
    /// Opens a database that is already migrated.
    pub fn open(address: Address) -> Result<Self> {
        let size: u8 = match address {
            Address::Sqlite(_) => 4,
            Address::Postgresql(_) => 8,
        };
        let readers = Pool::builder()
            .max_size(size.into())
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(turns::LONGEST_WAIT)
            .build(Manager(address.clone()))
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        let writer = Writer::start(address.clone())?;
        let answered = Arc::new(Mutex::new(Instant::now()));
        Ok(Db {
            address,
            readers,
            turns: Turns::of(size.into()),
            writer,
            pulse: Pulse::default(),
            answered,
            keys: Arc::default(),
        })
    }

    /// From now on nobody waits for a database that has fallen silent.
    pub fn listen(&self) -> std::io::Result<()> {
        self.pulse.listen(&self.address)
    }

    /// From now on personal data is sealed and opened by these keys; the first ones that are given stay.
    pub fn seal_by(&self, keys: FieldKeys) {
        let _ = self.keys.set(keys);
    }

    /// By what personal data is sealed.
    pub fn keys(&self) -> Option<&FieldKeys> {
        self.keys.get()
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether any write is waiting.
    pub fn writes_wait(&self) -> bool {
        self.writes_waiting() > 0
    }

    /// Writes that were submitted and are not on disk.
    pub fn writes_waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Reads that wait for a connection.
    pub fn reads_waiting(&self) -> usize {
        self.turns.waiting()
    }

    /// Connections that read, and those that wait for somebody to read.
    pub fn connections(&self) -> (usize, usize) {
        let state = self.readers.state();
        let idle = usize::try_from(state.idle_connections).unwrap_or(0);
        (usize::try_from(state.connections).unwrap_or(0).saturating_sub(idle), idle)
    }

    /// Reads on a blocking thread; all queries see one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.still_there()?;
        let db = self.clone();
        let done = async {
            let turn = self.turns.next().await?;
            let read = move || {
                let answer = db.read_now(query);
                drop(turn);
                answer
            };
            tokio::task::spawn_blocking(read)
                .await
                .unwrap_or_else(|e| Err(Error::Internal(format!("a read panicked: {e}"))))
        };
        self.pulse.while_alive(done).await.ok_or_else(silent)?
    }

    /// Refuses at once what could only wait: threads that wait for a silent database would be missed by nobody.
    fn still_there(&self) -> Result<()> {
        if self.pulse.is_gone() { Err(silent()) } else { Ok(()) }
    }

    /// Reads on the current thread.
    pub fn read_now<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.checked_out()?;
        let conn: &mut Conn = &mut conn;
        match conn {
            Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN DEFERRED")?,
            Conn::Postgresql(c) => {
                AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .map_err(|e| Error::Unavailable(e.to_string()))?;
            }
        }
        let answer = with_keys(self.keys(), || query(conn));
        let ended = <Conn as TransactionManager<Conn>>::rollback_transaction(conn);
        let answer = answer?;
        ended?;
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.pulse.note();
        Ok(answer)
    }

    /// A connection of the pool. PostgreSQL may have been restarted while nobody asked: after a pause a connection is tried
    /// first, and those that are dead are replaced.
    fn checked_out(&self) -> Result<PooledConnection<Manager>> {
        let take = || self.readers.get().map_err(|e| Error::Unavailable(e.to_string()));
        let mut conn = take()?;
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(self.address, Address::Sqlite(_)) || answered.elapsed() < PAUSE {
            return Ok(conn);
        }
        for _ in 0..self.readers.max_size() {
            if conn.ping().is_ok() {
                return Ok(conn);
            }
            drop(conn);
            conn = take()?;
        }
        Ok(conn)
    }

    /// Writes: the job runs in a savepoint of the next group, and this returns after the group is on disk.
    /// `then` runs on the writer's thread after the commit, even if the caller has gone away.
    pub async fn write<T, F, A>(&self, job: F, then: A) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        self.still_there()?;
        let (tell, told) = tokio::sync::oneshot::channel();
        let turn = self.writer.submit(WriteWait::of_request(&self.address), self.sealing(job), move |outcome| {
            if let Ok(value) = &outcome {
                then(value);
            }
            // Fails if the client has gone away; what was committed stays committed.
            let _ = tell.send(outcome);
        })?;
        let told = self.pulse.while_alive(told);
        let told = match self.address {
            Address::Sqlite(_) => told.await,
            // Whatever holds up a commit, such as a standby that does not answer: nobody waits for ever.
            Address::Postgresql(_) => tokio::time::timeout(LONGEST, told).await.ok().flatten(),
        };
        match told {
            Some(outcome) => outcome.unwrap_or_else(|_| Err(not_begun())),
            None if turn.give_up() => Err(silent()),
            None => Err(Error::Unconfirmed("the commit was not answered".into())),
        }
    }

    /// The job, with the keys of this database at hand on whatever thread it runs.
    fn sealing<T, F>(&self, job: F) -> impl FnOnce(&mut Conn) -> Result<T> + use<T, F>
    where
        F: FnOnce(&mut Conn) -> Result<T>,
    {
        let keys = Arc::clone(&self.keys);
        move |conn| with_keys(keys.get(), || job(conn))
    }

    /// Writes and blocks the current thread, for as long as a request would wait (jobs, tests).
    pub fn write_now<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.write_blocking(WriteWait::Turns(1), job)
    }

    /// Writes beside another process, which may hold the lock for longer than a request would wait: at a start, at an
    /// upgrade, by a command.
    pub fn write_in_turn<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.write_blocking(WriteWait::beside_another(), job)
    }

    fn write_blocking<T, F>(&self, wait: WriteWait, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (tell, told) = std::sync::mpsc::channel();
        self.writer.submit(wait, self.sealing(job), move |outcome| {
            let _ = tell.send(outcome);
        })?;
        told.recv().unwrap_or_else(|_| Err(not_begun()))
    }

    /// Waits for the last group; on SQLite, folds the write-ahead log into the database file.
    pub fn close(self) {
        self.writer.stop();
        if let (Address::Sqlite(_), Ok(mut conn)) = (&self.address, self.address.connect()) {
            // If a reader is busy, the log is folded in at the next start.
            let _ = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }
}

/// What is told of a write that never ran: the lock was held by another process, or the database is gone.
fn not_begun() -> Error {
    Error::Unavailable("the database is busy or cannot be reached: nothing was written".into())
}

fn silent() -> Error {
    Error::Unavailable("the database does not answer".into())
}

/// Runs something in a savepoint that is rolled back, whatever it comes to.
pub fn taken_back<T>(conn: &mut Conn, act: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let mut came_to = None;
    let ended = conn.transaction::<(), diesel::result::Error, _>(|conn| {
        came_to = Some(act(conn));
        Err(diesel::result::Error::RollbackTransaction)
    });
    match (came_to, ended) {
        (Some(came_to), Err(diesel::result::Error::RollbackTransaction)) => came_to,
        (_, Err(error)) => Err(error.into()),
        (_, Ok(())) => Err(Error::Internal("a trial was not taken back".into())),
    }
}

/// Parses a stored vocabulary word; an unknown word is a fault of the database, not of the caller.
pub fn word<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::Internal(format!("unknown word in the database: {text}")))
}

/// Items that differ from the item at the same index of another list, with their index. `differing(stored, wanted)`
/// gives the rows to delete, `differing(wanted, stored)` the rows to insert.
pub fn differing<'a, T: PartialEq>(items: &'a [T], other: &'a [T]) -> impl Iterator<Item = (i64, &'a T)> {
    let differs = move |(at, item): &(usize, &T)| other.get(*at) != Some(*item);
    let numbered = (0i64..).zip(items.iter().enumerate());
    numbered.filter(move |(_, numbered)| differs(numbered)).map(|(place, (_, item))| (place, item))
}

/// Ids, each once, in their order.
pub fn unique(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Rows by the id that they belong to, in their order.
pub fn by_id<T>(rows: impl IntoIterator<Item = (i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut found: HashMap<i64, Vec<T>> = HashMap::new();
    rows.into_iter().for_each(|(id, row)| found.entry(id).or_default().push(row));
    found
}

/// A `LIKE` pattern that finds the text literally, anywhere; the escape character is `\`.
pub fn containing(folded: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Most words of a search that are looked for: each costs a condition.
const MOST_WORDS: usize = 20;

/// The folded words of a search, each of which must be found, in any order.
pub fn searched_words(q: Option<&str>) -> Vec<String> {
    let folded = fold(q.unwrap_or_default());
    folded.split_whitespace().take(MOST_WORDS).map(str::to_owned).collect()
}

/// Parses JSON that this system stored.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Internal(format!("unreadable JSON in the database: {e}")))
}

pub fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.to_string()))
}
