//! Seals what is stored: everything when the first key is made, and all of it anew by a new key, beside whoever works.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use serde_json::Value;

use crate::db::counters::{counter, set};
use crate::db::schema::field_keys;
use crate::db::{Address, Conn, Db, each};
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::error::{Error, Result};
use crate::jobs::tools::Jobs;
use crate::private_files::beside;
use crate::sealing::{FILE_NAME, FieldKeys, Likeness, SealFault, is_sealed};

/// Rows of one transaction, so that writers wait for milliseconds.
const AT_ONCE: usize = 200;

/// Seconds until what could not be read is tried again, and when that was.
const PAUSE: i64 = 600;
const UNREADABLE: &str = "sealing_unreadable";

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum SealedContent {
    /// One text.
    Whole(Likeness),
    /// JSON, in which the passport numbers are sealed.
    Within,
}

/// A column with sealed texts. Rows are taken in the order of a number that they need not have for themselves.
struct SealedColumn {
    table: &'static str,
    by: &'static str,
    column: &'static str,
    content: SealedContent,
    /// Further texts that a row is found by, where many rows have one number.
    and: [&'static str; 2],
}

/// No further texts: they compare with nothing.
const NOTHING: [&str; 2] = ["''", "''"];

const fn whole(table: &'static str, by: &'static str, column: &'static str, likeness: Likeness) -> SealedColumn {
    SealedColumn { table, by, column, content: SealedContent::Whole(likeness), and: NOTHING }
}

const fn within(table: &'static str, by: &'static str, column: &'static str) -> SealedColumn {
    SealedColumn { table, by, column, content: SealedContent::Within, and: NOTHING }
}

/// Every column in which something is sealed; a test compares them with the types in `schema.rs`.
const COLUMNS: [SealedColumn; 18] = [
    whole("passports", "id", "passport_number", Likeness::Alike),
    whole("guests", "id", "passport_number", Likeness::Alike),
    whole("inbound_guests", "delegation_id", "passport_number", Likeness::Alike),
    whole("officials", "id", "birth_date", Likeness::Hidden),
    within("dossiers", "id", "amendments"),
    within("dossier_versions", "dossier_id", "body"),
    SealedColumn { and: ["path", "key"], ..whole("idempotency_keys", "user_id", "body", Likeness::Hidden) },
    SealedColumn { and: ["path", "key"], ..whole("idempotency_keys", "user_id", "fingerprint", Likeness::Hidden) },
    whole("working_copies", "user_id", "body", Likeness::Hidden),
    whole("imports", "id", "errors", Likeness::Hidden),
    whole("imports", "id", "warnings", Likeness::Hidden),
    whole("subject_requests", "id", "subject", Likeness::Hidden),
    whole("subject_requests", "id", "contact", Likeness::Hidden),
    whole("subject_requests", "id", "note", Likeness::Hidden),
    whole("second_factors", "user_id", "secret", Likeness::Hidden),
    // A handful of rows, named by a text.
    whole("signing_keys", "CAST(0 AS BIGINT)", "secret", Likeness::Hidden),
    whole("webhooks", "id", "secret", Likeness::Hidden),
    whole("webhooks", "id", "old_secret", Likeness::Hidden),
];

#[derive(QueryableByName)]
struct LastOf {
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

#[derive(QueryableByName)]
#[expect(dead_code, reason = "only whether there is one")]
struct AnyOf {
    #[diesel(sql_type = Integer)]
    last: i32,
}

#[derive(QueryableByName)]
struct StoredText {
    #[diesel(sql_type = BigInt)]
    of: i64,
    #[diesel(sql_type = Text)]
    one: String,
    #[diesel(sql_type = Text)]
    two: String,
    #[diesel(sql_type = Text)]
    said: String,
}

/// What came of going through everything.
#[derive(Debug, Default, Clone, Copy)]
struct PassOutcome {
    changed: usize,
    /// What no key opens; it is told, and stands as it was.
    unreadable: usize,
}

fn unreadable(fault: SealFault) -> Error {
    Error::Internal(format!("personal data: {fault}"))
}

/// The text as it must be stored; nothing if it is so.
fn sealed(stored: &str, content: SealedContent, keys: &FieldKeys) -> Result<Option<String>> {
    match content {
        SealedContent::Whole(likeness) if !is_sealed(stored) => {
            keys.seal(stored, likeness).map(Some).map_err(unreadable)
        }
        SealedContent::Whole(_) => keys.renewed(stored).map_err(unreadable),
        SealedContent::Within => {
            let newer = keys.renewed(stored).map_err(unreadable)?;
            let text = newer.as_deref().unwrap_or(stored);
            let mut json: Value = serde_json::from_str(text)
                .map_err(|e| Error::Internal(format!("unreadable JSON in the database: {e}")))?;
            if seal_numbers(&mut json, keys)? { Ok(Some(json.to_string())) } else { Ok(newer) }
        }
    }
}

/// Whether a text can be a passport number in clear.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

/// Seals every passport number that is not; whether there was one.
fn seal_numbers(json: &mut Value, keys: &FieldKeys) -> Result<bool> {
    let mut any = false;
    match json {
        Value::Array(items) => {
            for item in items {
                any |= seal_numbers(item, keys)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // What differs is told with masked numbers, which are nobody's.
                    Value::String(text) if name == "passport_number" && is_number(text) => {
                        *text = keys.seal(text, Likeness::Alike).map_err(unreadable)?;
                        any = true;
                    }
                    other => any |= seal_numbers(other, keys)?,
                }
            }
        }
        _ => {}
    }
    Ok(any)
}

/// Seals some rows of a column behind a number; returns the last number.
fn some(conn: &mut Conn, of: &SealedColumn, after: i64, keys: &FieldKeys) -> Result<(Option<i64>, PassOutcome)> {
    let SealedColumn { table, by, column, content, and: [one, two] } = of;
    let last = format!(
        "SELECT MAX(place) AS last FROM (SELECT {by} AS place FROM {table} WHERE {by} > $1 ORDER BY {by} LIMIT {AT_ONCE}) AS places"
    );
    let last: LastOf = each!(conn, c => diesel::sql_query(last).bind::<BigInt, _>(after).get_result(c))?;
    let mut outcome = PassOutcome::default();
    let Some(last) = last.last else { return Ok((None, outcome)) };
    let rows = format!(
        "SELECT {by} AS of, {one} AS one, {two} AS two, {column} AS said FROM {table} \
         WHERE {by} > $1 AND {by} <= $2 AND {column} IS NOT NULL"
    );
    let rows: Vec<StoredText> =
        each!(conn, c => diesel::sql_query(rows).bind::<BigInt, _>(after).bind::<BigInt, _>(last).load(c))?;
    // The stored text finds the row again, and not if somebody has changed it meanwhile.
    let update =
        format!("UPDATE {table} SET {column} = $1 WHERE {by} = $2 AND {column} = $3 AND {one} = $4 AND {two} = $5");
    for StoredText { of, one, two, said } in rows {
        match sealed(&said, *content, keys) {
            Ok(None) => {}
            Ok(Some(new)) => {
                let update =
                    diesel::sql_query(&update).bind::<Text, _>(new).bind::<BigInt, _>(of).bind::<Text, _>(said);
                let update = update.bind::<Text, _>(one).bind::<Text, _>(two);
                outcome.changed += each!(conn, c => update.execute(c))?;
            }
            Err(error) => {
                tracing::error!(table, column, row = of, %error, "cannot be sealed anew");
                outcome.unreadable += 1;
            }
        }
    }
    Ok((Some(last), outcome))
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
    // Nothing was ever sealed, or it was not finished.
    if let [] | [(_, false)] = known.as_slice() {
        seal_all(db, &folder, &keys, &place)?;
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
fn seal_all(db: &Db, folder: &AttachmentFolder, keys: &FieldKeys, place: &Path) -> Result<()> {
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
    if outcome.changed > 0 {
        wipe(db.address())?;
    }
    let newest = keys.newest();
    if outcome.unreadable == 0 { db.write_now(move |conn| note(conn, &newest, true)) } else { Ok(()) }
}

/// Writes the tables anew, for a database keeps the old text of a row until its place is used again. Archives of its log, copies
/// and backups from before keep it all the same.
fn wipe(address: &Address) -> Result<()> {
    let unavailable = |e: &dyn std::fmt::Display| Error::Unavailable(e.to_string());
    let mut conn = address.connect().map_err(|e| unavailable(&e))?;
    match &mut conn {
        Conn::Sqlite(c) => c.batch_execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").map_err(|e| unavailable(&e)),
        Conn::Postgresql(c) => {
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
    diesel::delete(field_keys::table.find(id)).execute(conn)?;
    let row = (field_keys::key_id.eq(id), field_keys::whole.eq(whole));
    diesel::insert_into(field_keys::table).values(row).execute(conn)?;
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
    let now = jobs.clock.now().and_utc().timestamp();
    if jobs.db.read_now(|conn| counter(conn, UNREADABLE))? > now - PAUSE {
        return Ok(());
    }
    let id = newest.clone();
    jobs.db.write_now(move |conn| note(conn, &id, false))?;
    // Another server may have sealed by the old key meanwhile: it is over when there was nothing left to do.
    let outcome = pass(&jobs.db, &jobs.folder, keys, || jobs.stops())?;
    if outcome.unreadable > 0 {
        jobs.db.write_now(move |conn| set(conn, UNREADABLE, now))?;
        return Err(Error::Internal(format!("{} sealed texts or files cannot be read", outcome.unreadable)));
    }
    if outcome.changed > 0 || jobs.stops() {
        return Ok(());
    }
    jobs.db.write_now(move |conn| note(conn, &newest, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sealed_column_is_sealed_anew() {
        let mut table = "";
        let mut of_schema: Vec<(&str, &str)> = Vec::new();
        for line in include_str!("../db/schema.rs").lines().map(str::trim) {
            let word = line.split([' ', '(']).next().unwrap();
            match line {
                line if line.ends_with(") {") => table = word,
                line if line.contains("-> ") && line.contains("Ciphertext") => of_schema.push((table, word)),
                _ => {}
            }
        }
        let mut known: Vec<(&str, &str)> = COLUMNS
            .iter()
            .filter(|c| matches!(c.content, SealedContent::Whole(_)))
            .map(|c| (c.table, c.column))
            .collect();
        known.sort_unstable();
        of_schema.sort_unstable();
        assert_eq!(known, of_schema);
    }
}
