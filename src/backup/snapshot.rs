//! Takes a backup. The database is read in one snapshot, so everything that was acknowledged before the start is in it, and
//! the server goes on writing beside it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::fault::{BackupFault, BackupResult, OfFile};
use super::manifest::{ATTACHMENTS, DATABASE, DatabaseKind, FORM, KEYS, MANIFEST, Manifest, Part, TABLES, Tip, copy};
use super::sealed::seal;
use crate::audit;
use crate::db::{Address, Conn, migrate};
use crate::private_files;
use crate::sealing::file::{SealedKind, encrypt};
use crate::sealing::{FILE_NAME, SealingKey};
use kernel::time::{Moment, rfc3339};

/// Rows of PostgreSQL that are read at a time.
const FETCHED: usize = 2_000;

/// A text in a row.
#[derive(QueryableByName)]
pub(super) struct TextRow {
    #[diesel(sql_type = Text)]
    pub said: String,
}

#[derive(QueryableByName)]
struct RowCount {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

pub(super) fn texts(conn: &mut Conn, sql: &str) -> BackupResult<Vec<String>> {
    let rows: Vec<TextRow> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.said).collect())
}

/// The tables of the product.
pub(super) fn tables(conn: &mut Conn) -> BackupResult<Vec<String>> {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT name AS said FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY name"
        }
        Conn::Postgresql(_) => {
            "SELECT tablename::text AS said FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_%' \
             ORDER BY tablename"
        }
    };
    texts(conn, sql)
}

/// Number of rows of every table.
pub(super) fn counted(conn: &mut Conn) -> BackupResult<BTreeMap<String, i64>> {
    let mut rows = BTreeMap::new();
    for table in tables(conn)? {
        let sql = format!("SELECT count(*) AS number FROM \"{table}\"");
        let found: RowCount = diesel::sql_query(sql).get_result(conn)?;
        rows.insert(table, found.number);
    }
    Ok(rows)
}

fn schema(conn: &mut Conn) -> BackupResult<Vec<String>> {
    texts(conn, "SELECT version AS said FROM __diesel_schema_migrations ORDER BY version")
}

/// The file as it is written.
struct Writing {
    archive: ZipWriter<File>,
    parts: BTreeMap<String, Part>,
}

impl Writing {
    fn begin(&mut self, name: &str) -> BackupResult<()> {
        let options = SimpleFileOptions::default().large_file(true).compression_level(Some(3));
        Ok(self.archive.start_file(name, options)?)
    }

    fn add(&mut self, name: &str, from: &Path) -> BackupResult<()> {
        let mut file = File::open(from).of(from)?;
        self.begin(name)?;
        let part = copy(&mut file, &mut self.archive).of(from)?;
        self.parts.insert(name.to_owned(), part);
        Ok(())
    }
}

/// Removes what stands beside the backup while it is taken, also when it fails.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes a backup of a database and its attachments, encrypted if there is a key; an error if the file is there. The place is
/// read, never changed.
pub fn take(
    address: &Address,
    attachments: &Path,
    file: &Path,
    key: Option<&SealingKey>,
    now: Moment,
) -> BackupResult<Manifest> {
    if file.exists() {
        return Err(BackupFault::refused(format!("{} is there already", file.display())));
    }
    let beside = Beside(with_ending(file, "part"));
    private_files::create_folder(&beside.0).of(&beside.0)?;
    // Files are never changed, but one may be deleted with its draft while the database is read: it is held before and after.
    let held = beside.0.join("attachments");
    hold(attachments, &held)?;
    let keys = keys(attachments, &beside.0, key)?;
    let unsealed = beside.0.join("archive");
    let archive = private_files::create_readable(&unsealed).of(&unsealed)?;
    let mut writing = Writing { archive: ZipWriter::new(archive), parts: BTreeMap::new() };
    let (database, schema, rows, tip) = match address {
        Address::Sqlite(_) => sqlite(address, &beside.0, &mut writing)?,
        Address::Postgresql(_) => postgresql(address, &beside.0, &mut writing)?,
    };
    hold(attachments, &held)?;
    for name in names(&held)? {
        writing.add(&format!("{ATTACHMENTS}{name}"), &held.join(&name))?;
    }
    if let Some(sealed) = keys {
        writing.add(KEYS, &sealed)?;
    }
    let Writing { mut archive, parts } = writing;
    let manifest = Manifest {
        form: FORM,
        version: env!("CARGO_PKG_VERSION").into(),
        taken_at: rfc3339(now),
        database,
        schema,
        rows,
        parts,
        audit: Tip { seq: tip.seq, hash: tip.hash },
    };
    archive.start_file(MANIFEST, SimpleFileOptions::default())?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|e| BackupFault::refused(e.to_string()))?;
    archive.write_all(&text).of(&unsealed)?;
    let mut written = archive.finish()?;
    let finished = match key {
        None => (written, unsealed),
        Some(key) => {
            let path = beside.0.join("encrypted");
            let mut encrypted = private_files::create_readable(&path).of(&path)?;
            let bytes = written.seek(SeekFrom::End(0)).of(&unsealed)?;
            written.seek(SeekFrom::Start(0)).of(&unsealed)?;
            encrypt(SealedKind::Backup, &mut written, bytes, &mut encrypted, key).of(&path)?;
            (encrypted, path)
        }
    };
    seal(finished.0, &finished.1)?;
    std::fs::rename(&finished.1, file).of(file)?;
    Ok(manifest)
}

/// The keys of personal data, as they stand before anything is read. Beside what they seal, keys would keep nothing secret: they
/// are added only where there is a key of the backup, and encrypted by it before they are written anywhere.
fn keys(attachments: &Path, beside: &Path, key: Option<&SealingKey>) -> BackupResult<Option<PathBuf>> {
    let file = private_files::beside(attachments).join(FILE_NAME);
    let Some(key) = key.filter(|_| file.exists()) else { return Ok(None) };
    let text = private_files::read_secret(&file).of(&file)?;
    let path = beside.join(KEYS);
    let mut sealed = private_files::create_file(&path).of(&path)?;
    encrypt(SealedKind::Backup, &mut text.as_bytes(), text.len() as u64, &mut sealed, key).of(&path)?;
    Ok(Some(path))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The files of a folder; none if there is no folder.
fn names(folder: &Path) -> BackupResult<Vec<String>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.of(folder)?;
        if entry.file_type().of(folder)?.is_file() {
            found.extend(entry.file_name().into_string().ok());
        }
    }
    found.sort();
    Ok(found)
}

/// Holds the files of a folder in another one, by a second name where the disk is the same.
fn hold(from: &Path, to: &Path) -> BackupResult<()> {
    private_files::create_folder(to).of(to)?;
    for name in names(from)? {
        let (file, held) = (from.join(&name), to.join(&name));
        // Gone since it was listed: its dossier was deleted.
        let there = held.exists() || std::fs::hard_link(&file, &held).is_ok() || std::fs::copy(&file, &held).is_ok();
        if !there && file.exists() {
            return Err(BackupFault::refused(format!("{} cannot be read", file.display())));
        }
    }
    Ok(())
}

type Taken = (DatabaseKind, Vec<String>, BTreeMap<String, i64>, audit::Checkpoint);

fn sqlite(address: &Address, beside: &Path, writing: &mut Writing) -> BackupResult<Taken> {
    let copy = beside.join(DATABASE);
    {
        let mut conn = address.connect().map_err(|e| BackupFault::Database(e.to_string()))?;
        current(&mut conn)?;
        // One read transaction: writers of the log go on beside it.
        let name = copy.to_string_lossy().replace('\'', "''");
        conn.batch_execute(&format!("VACUUM INTO '{name}'"))?;
    }
    writing.add(DATABASE, &copy)?;
    let mut conn = Address::Sqlite(copy).connect().map_err(|e| BackupFault::Database(e.to_string()))?;
    Ok((DatabaseKind::Sqlite, schema(&mut conn)?, counted(&mut conn)?, audit::tip(&mut conn)?))
}

fn postgresql(address: &Address, beside: &Path, writing: &mut Writing) -> BackupResult<Taken> {
    let mut conn = address.connect().map_err(|e| BackupFault::Database(e.to_string()))?;
    current(&mut conn)?;
    conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let taken = (DatabaseKind::Postgresql, schema(&mut conn)?, counted(&mut conn)?, audit::tip(&mut conn)?);
    for table in tables(&mut conn)? {
        let path = beside.join(format!("{table}.jsonl"));
        let mut lines = BufWriter::new(private_files::create_file(&path).of(&path)?);
        conn.batch_execute(&format!(
            "DECLARE lines NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS said FROM \"{table}\" t"
        ))?;
        loop {
            let some = texts(&mut conn, &format!("FETCH {FETCHED} FROM lines"))?;
            if some.is_empty() {
                break;
            }
            for line in some {
                writeln!(lines, "{line}").of(&path)?;
            }
        }
        conn.batch_execute("CLOSE lines")?;
        lines.flush().of(&path)?;
        writing.add(&format!("{TABLES}{table}.jsonl"), &path)?;
        std::fs::remove_file(&path).of(&path)?;
    }
    conn.batch_execute("COMMIT")?;
    Ok(taken)
}

/// A backup of another version's schema would be restored by that version alone.
fn current(conn: &mut Conn) -> BackupResult<()> {
    match migrate::is_current(conn) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BackupFault::refused("the database is older than this version; run: ngoaivu migrate")),
        Err(fault) => Err(BackupFault::refused(fault.to_string())),
    }
}
