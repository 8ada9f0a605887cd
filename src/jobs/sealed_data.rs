//! Seals what is stored: everything when the first key is made, and all of it anew by a new key, beside whoever works.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use crate::db::counters::{counter, set};
use crate::db::schema::field_keys;
use crate::db::{Address, Conn, Db, each};
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::error::{Error, Result};
use crate::jobs::sealed_columns::{COLUMNS, PassOutcome, SealedColumn, some};
use crate::jobs::tools::Jobs;
use crate::private_files::beside;
use crate::sealing::{FILE_NAME, FieldKeys};

/// Seconds until what could not be read is tried again, and when that was.
const PAUSE: i64 = 600;
const UNREADABLE: &str = "sealing_unreadable";

#[derive(QueryableByName)]
#[expect(dead_code, reason = "only whether there is one")]
struct AnyOf {
    #[diesel(sql_type = Integer)]
    last: i32,
}

/// Seals everything that is not sealed by the newest key.
fn pass(db: &Db, folder: &AttachmentFolder, keys: &FieldKeys, stops: impl Fn() -> bool) -> Result<PassOutcome> {
    let mut outcome = PassOutcome::default();
    for of in &COLUMNS {
        let mut after = Some(i64::MIN);
        while let Some(behind) = after.filter(|_| !stops()) {
            let keys = keys.clone();
            let (last, some) = db.write_in_turn(move |conn| some(conn, of, behind, &keys))?;
            outcome.changed += some.changed;
            outcome.unreadable += some.unreadable;
            after = last;
        }
    }
    for name in folder.names()? {
        if stops() {
            break;
        }
        match folder.renew(&name) {
            Ok(renewed) => outcome.changed += usize::from(renewed),
            Err(error) => {
                tracing::error!(name, %error, "a file cannot be encrypted anew");
                outcome.unreadable += 1;
            }
        }
    }
    folder.sync()?;
    Ok(outcome)
}

/// Where something is sealed by a key, if anything is.
pub fn sealed_by(db: &Db, folder: &AttachmentFolder, id: &str) -> Result<Option<String>> {
    let mark = format!("%~_{id}.%");
    for SealedColumn { table, column, .. } in &COLUMNS {
        let mark = mark.clone();
        let found = db.read_now(move |conn| {
            let any = format!("SELECT 1 AS last FROM {table} WHERE {column} LIKE $1 LIMIT 1");
            let rows: Vec<AnyOf> = each!(conn, c => diesel::sql_query(any).bind::<Text, _>(mark).load(c))?;
            Ok(!rows.is_empty())
        })?;
        if found {
            return Ok(Some(format!("{table}.{column}")));
        }
    }
    for name in folder.names()? {
        if folder.is_by(&name, id)? {
            return Ok(Some(format!("the file {name}")));
        }
    }
    Ok(None)
}

/// The keys by which something may be sealed, and whether everything is sealed by that one.
fn in_use(conn: &mut Conn) -> Result<Vec<(String, bool)>> {
    Ok(field_keys::table.select((field_keys::key_id, field_keys::whole)).load(conn)?)
}

/// Ids of the keys that are needed to read what is stored.
pub fn keys_in_use(db: &Db) -> Result<Vec<String>> {
    Ok(db.read_now(in_use)?.into_iter().map(|(id, _)| id).collect())
}

/// From now on the database and the folder of attachments are sealed by the keys beside that folder, which are made if there
/// are none. What stands in clear is sealed at once; fails if a key is missing without which something cannot be read.
pub fn open(db: &Db, attachments: PathBuf) -> Result<AttachmentFolder> {
    let known = db.read_now(in_use)?;
    let place = beside(&attachments).join(FILE_NAME);
    // Other keys than those that sealed it would open nothing.
    if let Some((missing, _)) = known.first().filter(|_| !place.exists()) {
        return Err(missing_key(missing, &place));
    }
    let keys = FieldKeys::in_place(beside(&attachments))
        .map_err(|e| Error::Unavailable(format!("the keys of personal data: {e}")))?;
    let folder = AttachmentFolder::new(attachments, Some(keys.clone()));
    let here = keys.ids();
    if let Some((missing, _)) = known.iter().find(|(id, _)| !here.contains(id)) {
        return Err(missing_key(missing, &place));
    }
    db.seal_by(keys.clone());
    match known.as_slice() {
        // Nothing was ever sealed, or it was not finished.
        [] => seal_all(db, &folder, &keys, &place, false)?,
        [(_, false)] => seal_all(db, &folder, &keys, &place, true)?,
        _ => {}
    }
    Ok(folder)
}

fn missing_key(id: &str, place: &Path) -> Error {
    Error::Internal(format!(
        "personal data is sealed by the key {id}, which is not in {}; put back the copy of that file",
        place.display()
    ))
}

/// Seals what stands in clear, because there were no keys. What is noted first keeps another server with other keys away.
fn seal_all(db: &Db, folder: &AttachmentFolder, keys: &FieldKeys, place: &Path, resumed: bool) -> Result<()> {
    let (newest, ids) = (keys.newest(), keys.ids());
    let other = db.write_in_turn(move |conn| {
        let other = in_use(conn)?.into_iter().map(|(id, _)| id).find(|id| !ids.contains(id));
        if other.is_none() {
            note(conn, &newest, false)?;
        }
        Ok(other)
    })?;
    if let Some(other) = other {
        return Err(missing_key(&other, place));
    }
    let outcome = pass(db, folder, keys, || false)?;
    // Of one that was interrupted nobody knows whether what stood in clear was written over.
    if outcome.changed > 0 || resumed {
        wipe(db.address())?;
    }
    let newest = keys.newest();
    if outcome.unreadable == 0 { db.write_in_turn(move |conn| note(conn, &newest, true)) } else { Ok(()) }
}

/// Writes the tables anew, for a database keeps the old text of a row until its place is used again. Archives of its log, copies
/// and backups from before keep it all the same.
fn wipe(address: &Address) -> Result<()> {
    let unavailable = |e: &dyn std::fmt::Display| Error::Unavailable(e.to_string());
    let mut conn = address.connect().map_err(|e| unavailable(&e))?;
    match &mut conn {
        Conn::Sqlite(c) => c
            .batch_execute("PRAGMA temp_store = FILE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
            .map_err(|e| unavailable(&e)),
        Conn::Postgresql(c) => {
            // Whoever reads a table for long, such as a dump, must not make everybody wait behind this.
            c.batch_execute("SET lock_timeout = '10s'").map_err(|e| unavailable(&e))?;
            let mut tables: Vec<&str> = COLUMNS.iter().map(|of| of.table).collect();
            tables.dedup();
            for table in tables {
                // Of a role that does not own a table PostgreSQL warns, and goes on.
                c.batch_execute(&format!("VACUUM FULL {table}")).map_err(|e| unavailable(&e))?;
            }
            Ok(())
        }
    }
}

fn note(conn: &mut Conn, id: &str, whole: bool) -> Result<()> {
    // Two servers that start at once note the same key.
    let row = (field_keys::key_id.eq(id), field_keys::whole.eq(whole));
    let insert = diesel::insert_into(field_keys::table).values(row);
    let set = field_keys::whole.eq(whole);
    each!(conn, c => insert.on_conflict(field_keys::key_id).do_update().set(set).execute(c))?;
    if whole {
        // Nothing needs the others any longer.
        diesel::delete(field_keys::table.filter(field_keys::key_id.ne(id))).execute(conn)?;
    }
    Ok(())
}

/// Looks for a new key, and seals everything by it.
pub fn run(jobs: &Jobs) -> Result<()> {
    let Some(keys) = jobs.db.keys() else { return Ok(()) };
    keys.look_again().map_err(|e| Error::Unavailable(format!("{}: {e}", keys.path().display())))?;
    let newest = keys.newest();
    let known = jobs.db.read_now(in_use)?;
    // Another server with an older file may have noted its key behind the newest one.
    if matches!(known.as_slice(), [(id, true)] if *id == newest) {
        return Ok(());
    }
    // It seals already, so that it is needed, whatever comes of the rest.
    if !known.iter().any(|(id, whole)| *id == newest && !whole) {
        let id = newest.clone();
        jobs.db.write_now(move |conn| note(conn, &id, false))?;
    }
    let now = jobs.clock.now().and_utc().timestamp();
    if is_stuck_at(&jobs.db, now)? {
        return Ok(());
    }
    // Another server may have sealed by the old key meanwhile: it is over when there was nothing left to do.
    let outcome = pass(&jobs.db, &jobs.folder, keys, || jobs.stops())?;
    if outcome.unreadable > 0 {
        jobs.db.write_now(move |conn| set(conn, UNREADABLE, now))?;
        return Err(Error::Internal(format!("{} sealed texts or files cannot be read", outcome.unreadable)));
    }
    if outcome.changed > 0 || jobs.stops() {
        return Ok(());
    }
    jobs.db.write_now(move |conn| {
        set(conn, UNREADABLE, 0)?;
        note(conn, &newest, true)
    })
}

/// Whether something could not be read a short while ago; a clock that was set back does not make that longer.
fn is_stuck_at(db: &Db, now: i64) -> Result<bool> {
    let tried = db.read_now(|conn| counter(conn, UNREADABLE))?;
    Ok(tried > now - PAUSE && tried <= now)
}

/// Whether something cannot be read, so that no key is ever noted to seal everything.
pub fn is_stuck(db: &Db) -> Result<bool> {
    Ok(db.read_now(|conn| counter(conn, UNREADABLE))? > 0)
}

/// Lets running servers go through everything once more.
pub fn look_again(db: &Db, newest: String) -> Result<()> {
    db.write_now(move |conn| note(conn, &newest, false))
}
