//! Seals what is stored: everything when the first key is made, and all of it anew by a new key, beside whoever works.

use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde_json::Value;

use crate::db::schema::field_keys;
use crate::db::{Address, Conn, Db, each};
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::error::{Error, Result};
use crate::jobs::tools::Jobs;
use crate::private_files::beside;
use crate::sealing::{FILE_NAME, FieldKeys, Likeness, SealFault, is_sealed};

/// Rows of one transaction, so that writers wait for milliseconds.
const AT_ONCE: usize = 200;

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
}

const fn whole(table: &'static str, by: &'static str, column: &'static str, likeness: Likeness) -> SealedColumn {
    SealedColumn { table, by, column, content: SealedContent::Whole(likeness) }
}

const fn within(table: &'static str, by: &'static str, column: &'static str) -> SealedColumn {
    SealedColumn { table, by, column, content: SealedContent::Within }
}

/// Every column in which something is sealed; a test compares them with the types in `schema.rs`.
const COLUMNS: [SealedColumn; 14] = [
    whole("passports", "id", "passport_number", Likeness::Alike),
    whole("guests", "id", "passport_number", Likeness::Alike),
    whole("inbound_guests", "delegation_id", "passport_number", Likeness::Alike),
    whole("officials", "id", "birth_date", Likeness::Hidden),
    within("dossiers", "id", "amendments"),
    within("dossier_versions", "dossier_id", "body"),
    whole("idempotency_keys", "user_id", "body", Likeness::Hidden),
    whole("working_copies", "user_id", "body", Likeness::Hidden),
    whole("imports", "id", "errors", Likeness::Hidden),
    whole("imports", "id", "warnings", Likeness::Hidden),
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
struct StoredText {
    #[diesel(sql_type = BigInt)]
    of: i64,
    #[diesel(sql_type = Text)]
    said: String,
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
                    Value::String(text) if name == "passport_number" && !is_sealed(text) => {
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

/// Seals some rows of a column behind a number; returns the last number and how many rows were changed.
fn some(conn: &mut Conn, of: &SealedColumn, after: i64, keys: &FieldKeys) -> Result<(Option<i64>, usize)> {
    let SealedColumn { table, by, column, content } = of;
    let last = format!(
        "SELECT MAX(place) AS last FROM (SELECT {by} AS place FROM {table} WHERE {by} > $1 ORDER BY {by} LIMIT {AT_ONCE}) AS places"
    );
    let last: LastOf = each!(conn, c => diesel::sql_query(last).bind::<BigInt, _>(after).get_result(c))?;
    let Some(last) = last.last else { return Ok((None, 0)) };
    let rows = format!(
        "SELECT {by} AS of, {column} AS said FROM {table} WHERE {by} > $1 AND {by} <= $2 AND {column} IS NOT NULL"
    );
    let rows: Vec<StoredText> =
        each!(conn, c => diesel::sql_query(rows).bind::<BigInt, _>(after).bind::<BigInt, _>(last).load(c))?;
    // The stored text finds the row again, and not if somebody has changed it meanwhile.
    let update = format!("UPDATE {table} SET {column} = $1 WHERE {by} = $2 AND {column} = $3");
    let mut changed = 0;
    for StoredText { of, said } in rows {
        let Some(new) = sealed(&said, *content, keys)? else { continue };
        let update = diesel::sql_query(&update).bind::<Text, _>(new).bind::<BigInt, _>(of).bind::<Text, _>(said);
        changed += each!(conn, c => update.execute(c))?;
    }
    Ok((Some(last), changed))
}

/// Seals everything that is not sealed by the newest key; returns how many rows and files were not.
fn pass(db: &Db, folder: &AttachmentFolder, keys: &FieldKeys, stops: impl Fn() -> bool) -> Result<usize> {
    let mut changed = 0;
    for of in &COLUMNS {
        let mut after = Some(i64::MIN);
        while let Some(behind) = after.filter(|_| !stops()) {
            let keys = keys.clone();
            let (last, some) = db.write_in_turn(move |conn| some(conn, of, behind, &keys))?;
            changed += some;
            after = last;
        }
    }
    for name in folder.names()? {
        if stops() {
            break;
        }
        changed += usize::from(folder.renew(&name)?);
    }
    Ok(changed)
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
    let known = keys_in_use(db)?;
    let place = beside(&attachments).join(FILE_NAME);
    // Other keys than those that sealed it would open nothing.
    if let Some(missing) = known.first().filter(|_| !place.exists()) {
        return Err(missing_key(missing, &place));
    }
    let keys = FieldKeys::in_place(beside(&attachments))
        .map_err(|e| Error::Unavailable(format!("the keys of personal data: {e}")))?;
    let folder = AttachmentFolder::new(attachments, Some(keys.clone()));
    let here = keys.ids();
    if let Some(missing) = known.iter().find(|id| !here.contains(id)) {
        return Err(missing_key(missing, &place));
    }
    db.seal_by(keys.clone());
    if known.is_empty() {
        seal_all(db, &folder, &keys)?;
    }
    Ok(folder)
}

fn missing_key(id: &str, place: &Path) -> Error {
    Error::Internal(format!(
        "personal data is sealed by the key {id}, which is not in {}; put back the copy of that file",
        place.display()
    ))
}

/// Seals what stands in clear, because there were no keys.
fn seal_all(db: &Db, folder: &AttachmentFolder, keys: &FieldKeys) -> Result<()> {
    let changed = pass(db, folder, keys, || false)?;
    let newest = keys.newest();
    db.write_now(move |conn| note(conn, &newest, true))?;
    if changed > 0 { wipe(db.address()) } else { Ok(()) }
}

/// Writes over what stood in clear: a database keeps the old text of a row until its place is used again.
fn wipe(address: &Address) -> Result<()> {
    let unavailable = |e: &dyn std::fmt::Display| Error::Unavailable(e.to_string());
    let mut conn = address.connect().map_err(|e| unavailable(&e))?;
    use diesel::connection::SimpleConnection;
    conn.batch_execute("VACUUM").map_err(|e| unavailable(&e))
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
    let own = known.iter().find(|(id, _)| *id == newest);
    if own.is_some_and(|(_, whole)| *whole) {
        return Ok(());
    }
    if own.is_none() {
        let id = newest.clone();
        jobs.db.write_now(move |conn| note(conn, &id, false))?;
    }
    // Another server may have sealed by the old key meanwhile: it is over when there was nothing left to do.
    if pass(&jobs.db, &jobs.folder, keys, || jobs.stops())? > 0 || jobs.stops() {
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
