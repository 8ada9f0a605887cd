//! Restores a backup into an empty place. The file is verified whole before anything is written; what was restored is counted
//! and its trail verified before it may be used; when anything fails, the place is as empty as before.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use zip::ZipArchive;
use zip::result::ZipError;

use super::fault::{BackupFault, BackupResult, OfFile};
use super::manifest::{ATTACHMENTS, DATABASE, DatabaseKind, KEYS, Manifest, TABLES, copy};
use super::sealed::ArchiveFile;
use super::snapshot::{counted, tables, texts};
use super::verified::verify;
use crate::audit::{self, Checkpoint, TrailVerdict};
use crate::db::{Address, Conn, migrate, roles};
use crate::private_files;
use crate::sealing::file::{Decrypted, Envelope, SealedKind};
use crate::sealing::{FILE_NAME, FieldKeys, SealingKey};

/// Rows that are written with one statement.
const AT_ONCE: usize = 1_000;

/// Restores `file`; the database and the folder of attachments must be empty. A backup of an older version is brought up by
/// `ngoaivu migrate` afterwards.
pub fn restore(file: &Path, key: Option<&SealingKey>, address: &Address, attachments: &Path) -> BackupResult<Manifest> {
    let (manifest, mut archive) = verify(file, key)?;
    let kind = match address {
        Address::Sqlite(_) => DatabaseKind::Sqlite,
        Address::Postgresql(_) => DatabaseKind::Postgresql,
    };
    if manifest.database != kind {
        let (holds, asked) = match kind {
            DatabaseKind::Sqlite => ("PostgreSQL", "--database-url URL"),
            DatabaseKind::Postgresql => ("the embedded database", "--data DIR"),
        };
        return Err(BackupFault::refused(format!("the backup is of {holds}; restore it with {asked}")));
    }
    migrate::knows(&manifest.schema).map_err(|fault| BackupFault::refused(fault.to_string()))?;
    if !is_empty(attachments) {
        return Err(BackupFault::refused(format!("{} is not empty", attachments.display())));
    }
    let keys = RestoredKeys::read(&mut archive, key, attachments)?;
    match address {
        Address::Sqlite(place) => sqlite(&manifest, &mut archive, place, attachments)?,
        Address::Postgresql(_) => postgresql(&manifest, &mut archive, address, attachments)?,
    }
    // Last: those of a place that could not be restored stay as they were.
    keys.put_back(attachments)?;
    Ok(manifest)
}

/// Whether nothing is in a folder but the keys of personal data, which may be put back first.
fn is_empty(folder: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return true };
    entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(FILE_NAME)))
}

/// What a failed restoration has written so far; removed unless it was kept.
struct Written(Vec<PathBuf>);

impl Written {
    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
    }
}

fn files(manifest: &Manifest, archive: &mut ZipArchive<ArchiveFile>, folder: &Path) -> BackupResult<()> {
    private_files::create_folder(folder).of(folder)?;
    for name in manifest.parts.keys() {
        let Some(own) = name.strip_prefix(ATTACHMENTS) else { continue };
        // A name that leads out of the folder is none of ours.
        if own.is_empty() || own.contains(['/', '\\']) || own.starts_with('.') {
            return Err(BackupFault::refused(format!("{name} is no name of an attachment")));
        }
        extract(manifest, archive, name, &folder.join(own))?;
    }
    Ok(())
}

/// The text of the keys of personal data in a backup, if it has them, and those of the place.
struct RestoredKeys {
    text: Option<String>,
    there: Option<FieldKeys>,
}

impl RestoredKeys {
    /// Reads both before anything is written.
    fn read(archive: &mut ZipArchive<ArchiveFile>, key: Option<&SealingKey>, folder: &Path) -> BackupResult<Self> {
        let place = private_files::beside(folder).join(FILE_NAME);
        let there = if place.exists() { Some(FieldKeys::read(place.clone()).of(&place)?) } else { None };
        let mut sealed = Cursor::new(Vec::new());
        match archive.by_name(KEYS) {
            Ok(mut part) => std::io::copy(&mut part, &mut sealed).of(&place)?,
            Err(ZipError::FileNotFound) => return Ok(RestoredKeys { text: None, there }),
            Err(fault) => return Err(fault.into()),
        };
        sealed.set_position(0);
        let damaged = || BackupFault::refused("the keys of personal data in the backup cannot be read");
        let Envelope::Encrypted { key_id, prefix } = Envelope::of(SealedKind::Backup, &mut sealed).of(&place)? else {
            return Err(damaged());
        };
        let mut text = String::new();
        let opened = Decrypted::new(sealed, key.ok_or_else(damaged)?, key_id, prefix).of(&place)?;
        opened.ok_or_else(damaged)?.read_to_string(&mut text).of(&place)?;
        Ok(RestoredKeys { text: Some(text), there })
    }

    /// Puts back those of the backup, together with those that are there.
    fn put_back(self, folder: &Path) -> BackupResult<()> {
        let place = private_files::beside(folder).join(FILE_NAME);
        match (self.text, self.there) {
            (Some(text), Some(there)) => there.adopt(&text).of(&place),
            (Some(text), None) => private_files::create_whole(&place, text.as_bytes()).of(&place),
            (None, _) => Ok(()),
        }
    }
}

fn extract(manifest: &Manifest, archive: &mut ZipArchive<ArchiveFile>, name: &str, to: &Path) -> BackupResult<()> {
    let mut part = archive.by_name(name)?;
    let mut file = private_files::create_file(to).of(to)?;
    let found = copy(&mut part, &mut file).of(to)?;
    file.sync_all().of(to)?;
    if manifest.parts.get(name) != Some(&found) {
        return Err(BackupFault::refused(format!("{name} is not what the manifest says")));
    }
    Ok(())
}

/// Everything is there, and the trail is whole up to where it was.
fn proven(conn: &mut Conn, manifest: &Manifest) -> BackupResult<()> {
    let rows = counted(conn)?;
    if rows != manifest.rows {
        return Err(BackupFault::refused("the number of rows is not what the manifest says"));
    }
    let tip = Checkpoint { seq: manifest.audit.seq, hash: manifest.audit.hash.clone() };
    match audit::verify(conn, Some(&tip), &[])? {
        TrailVerdict::Whole(_) => Ok(()),
        TrailVerdict::Broken { seq, reason } => {
            Err(BackupFault::refused(format!("the audit trail of the backup is broken at row {seq}: {}", reason.en)))
        }
    }
}

fn sqlite(
    manifest: &Manifest,
    archive: &mut ZipArchive<ArchiveFile>,
    place: &Path,
    attachments: &Path,
) -> BackupResult<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    if !is_empty(folder) {
        return Err(BackupFault::refused(format!("{} is not empty", folder.display())));
    }
    private_files::create_folder(folder).of(folder)?;
    let part = folder.join("restoring.db");
    let beside = |ending: &str| folder.join(format!("restoring.db{ending}"));
    let written = Written(vec![attachments.to_owned(), part.clone(), beside("-wal"), beside("-shm")]);
    files(manifest, archive, attachments)?;
    extract(manifest, archive, DATABASE, &part)?;
    {
        let mut conn = Address::Sqlite(part.clone()).connect().map_err(|e| BackupFault::Database(e.to_string()))?;
        let sound = texts(&mut conn, "SELECT integrity_check AS said FROM pragma_integrity_check")?;
        if sound != ["ok"] {
            return Err(BackupFault::refused(format!("the database of the backup is damaged: {}", sound.join("; "))));
        }
        proven(&mut conn, manifest)?;
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")?;
    }
    std::fs::rename(&part, place).of(place)?;
    written.keep();
    Ok(())
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

fn postgresql(
    manifest: &Manifest,
    archive: &mut ZipArchive<ArchiveFile>,
    address: &Address,
    attachments: &Path,
) -> BackupResult<()> {
    let mut conn = address.connect().map_err(|e| BackupFault::Database(e.to_string()))?;
    let there = texts(&mut conn, "SELECT tablename::text AS said FROM pg_tables WHERE schemaname = 'public'")?;
    if !there.is_empty() {
        return Err(BackupFault::refused("the database is not empty"));
    }
    let written = Written(vec![attachments.to_owned()]);
    files(manifest, archive, attachments)?;
    let filled = migrate::run_to(&mut conn, &manifest.schema)
        .map_err(|fault| BackupFault::refused(fault.to_string()))
        .and_then(|()| fill(&mut conn, manifest, archive))
        .and_then(|()| rights(&mut conn));
    if let Err(fault) = filled {
        // It was empty before, so it is emptied again.
        let _ = conn.batch_execute("ROLLBACK");
        let _ = migrate::revert_all(&mut conn);
        let _ = conn.batch_execute("DROP TABLE IF EXISTS __diesel_schema_migrations");
        return Err(fault);
    }
    written.keep();
    Ok(())
}

/// Gives the roles their rights on what was restored, as a migration would.
fn rights(conn: &mut Conn) -> BackupResult<()> {
    match conn {
        Conn::Postgresql(c) => Ok(roles::make(c)?),
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Writes all tables in one transaction; rows refer to each other in every order, so references come back at the end.
fn fill(conn: &mut Conn, manifest: &Manifest, archive: &mut ZipArchive<ArchiveFile>) -> BackupResult<()> {
    conn.batch_execute("BEGIN")?;
    let references: Vec<Reference> = diesel::sql_query(
        "SELECT conrelid::regclass::text AS owner, conname::text AS name, pg_get_constraintdef(oid) AS definition \
         FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    )
    .load(conn)?;
    for Reference { owner, name, .. } in &references {
        conn.batch_execute(&format!("ALTER TABLE {owner} DROP CONSTRAINT \"{name}\""))?;
    }
    for table in tables(conn)? {
        // Migrations may have written rows of their own.
        conn.batch_execute(&format!("DELETE FROM \"{table}\""))?;
        let part = archive.by_name(&format!("{TABLES}{table}.jsonl"))?;
        let mut lines = BufReader::new(part).lines();
        loop {
            let some: std::io::Result<Vec<String>> = lines.by_ref().take(AT_ONCE).collect();
            let some = some.of(Path::new(&table))?;
            if some.is_empty() {
                break;
            }
            let sql =
                format!("INSERT INTO \"{table}\" SELECT * FROM json_populate_recordset(NULL::\"{table}\", $1::json)");
            diesel::sql_query(sql).bind::<Text, _>(format!("[{}]", some.join(","))).execute(conn)?;
        }
    }
    for Reference { owner, name, definition } in &references {
        conn.batch_execute(&format!("ALTER TABLE {owner} ADD CONSTRAINT \"{name}\" {definition}"))?;
    }
    proven(conn, manifest)?;
    conn.batch_execute("COMMIT")?;
    Ok(())
}
