//! Every column in which something is sealed, and how some of its rows are sealed anew.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde_json::Value;

use crate::db::{Conn, each};
use crate::error::{Error, Result};
use crate::sealing::{FieldKeys, Likeness, SealFault, is_sealed};

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
pub(super) struct SealedColumn {
    pub table: &'static str,
    by: &'static str,
    pub column: &'static str,
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

/// Every column in which something is sealed; a test compares them with the types in `crates/schema`.
pub(super) const COLUMNS: [SealedColumn; 23] = [
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
    whole("subject_requests", "id", "extension_reason", Likeness::Hidden),
    whole("subject_requests", "id", "ground", Likeness::Hidden),
    whole("incidents", "id", "description", Likeness::Hidden),
    whole("incidents", "id", "conclusion", Likeness::Hidden),
    whole("provider_links", "user_id", "label", Likeness::Hidden),
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
    one: String,
    #[diesel(sql_type = Text)]
    two: String,
    #[diesel(sql_type = Text)]
    said: String,
}

/// What came of going through everything.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct PassOutcome {
    pub changed: usize,
    /// What no key opens; it is told, and stands as it was.
    pub unreadable: usize,
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
pub(super) fn some(
    conn: &mut Conn,
    of: &SealedColumn,
    after: i64,
    keys: &FieldKeys,
) -> Result<(Option<i64>, PassOutcome)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sealed_column_is_sealed_anew() {
        let mut table = "";
        let mut of_schema: Vec<(&str, &str)> = Vec::new();
        for line in include_str!("../../crates/schema/src/lib.rs").lines().map(str::trim) {
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
