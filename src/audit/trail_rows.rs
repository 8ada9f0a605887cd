//! Rows of the trail: what they hold, how they are sealed, how they are found.

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::db::schema::audit;
use crate::db::{Conn, MultiBackend, each};
use crate::error::Result;
use kernel::time::{Moment, rfc3339};

diesel::alias!(audit as trail: Trail);

/// Names one request, job or command in responses, log and trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceId(String);

impl TraceId {
    /// Sixteen hexadecimal digits.
    pub fn fresh() -> Self {
        TraceId(format!("{:016x}", rand::random::<u64>()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The result of what was done, and of what was not allowed.
pub const DONE: &str = "done";
pub const REFUSED: &str = "refused";

/// What the trail records. `detail` never contains passwords, tokens or passport numbers.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    pub at: Moment,
    /// User name, or `command-line`.
    pub actor: &'a str,
    pub action: &'a str,
    /// The object of the action, as `kind/id`.
    pub object: &'a str,
    pub detail: Value,
    pub trace_id: &'a str,
    /// From where, if it is known.
    pub address: Option<&'a str>,
    /// The sign-in; none for programs, jobs, and whoever is not signed in.
    pub session_id: Option<i64>,
    /// Why it was refused: a problem code. None for what was done.
    pub refused: Option<&'a str>,
}

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Moment,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub detail: String,
    pub trace_id: String,
    pub previous: String,
    pub hash: String,
    pub address: Option<String>,
    pub session_id: Option<i64>,
    /// `done` or `refused`; none in rows of before it was kept.
    pub result: Option<String>,
    pub reason: Option<String>,
}

impl AuditRow {
    /// SHA-256 over all columns except the hash. Each is preceded by its length, so that no two different rows feed the
    /// hash the same bytes.
    pub fn seal(&self) -> String {
        let mut hasher = Sha256::new();
        let seq = self.seq.to_string();
        let at = rfc3339(self.at);
        for column in [&seq, &at, &self.actor, &self.action, &self.object, &self.detail, &self.trace_id, &self.previous]
        {
            hasher.update((column.len() as u64).to_be_bytes());
            hasher.update(column.as_bytes());
        }
        let session = self.session_id.map(|id| id.to_string());
        let later = [&self.address, &session, &self.result, &self.reason];
        // Rows of before these columns were sealed without them.
        if later.iter().any(|column| column.is_some()) {
            for column in later {
                let text = column.as_deref().unwrap_or_default();
                // An empty text is another value than none.
                hasher.update([u8::from(column.is_some())]);
                hasher.update((text.len() as u64).to_be_bytes());
                hasher.update(text.as_bytes());
            }
        }
        hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The end of the trail. Keep a copy elsewhere: without it, a removed tail cannot be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoint {
    pub seq: i64,
    pub hash: String,
}

/// Number and hash of the last row; zero and empty for an empty trail.
pub fn tip(conn: &mut Conn) -> Result<Checkpoint> {
    Ok(last(conn)?.map(|(tip, _)| tip).unwrap_or_default())
}

/// The last row, and when it was written.
fn last(conn: &mut Conn) -> Result<Option<(Checkpoint, Moment)>> {
    // By its number, not by `ORDER BY … LIMIT`: PostgreSQL plans a limit that is a parameter as a tenth of the table, and
    // then reads all of it.
    let newest = trail.select(max(trail.field(audit::seq))).single_value();
    let newest = audit::table.filter(audit::seq.nullable().eq(newest)).select((audit::seq, audit::hash, audit::at));
    let last: Option<(i64, String, Moment)> = each!(conn, c => newest.get_result(c)).optional()?;
    Ok(last.map(|(seq, hash, at)| (Checkpoint { seq, hash }, at)))
}

/// By so much a row may be earlier than the one before it.
const CLOCK_STEP: chrono::Duration = chrono::Duration::minutes(1);

/// Appends a row in the caller's transaction. If the clock was set back, it says by how many seconds.
pub fn append(conn: &mut Conn, entry: AuditEntry) -> Result<()> {
    let last = last(conn)?;
    let mut detail = entry.detail;
    // Requests side by side are told a little out of order; a clock that was set back is not a little.
    let back = last.as_ref().map(|(_, at)| *at - entry.at).filter(|back| *back > CLOCK_STEP);
    if let (Some(back), Some(told)) = (back, detail.as_object_mut()) {
        told.insert("clock_step".into(), back.num_seconds().into());
    }
    let last = last.map(|(tip, _)| tip).unwrap_or_default();
    let mut row = AuditRow {
        seq: last.seq + 1,
        at: entry.at,
        actor: entry.actor.to_owned(),
        action: entry.action.to_owned(),
        object: entry.object.to_owned(),
        detail: detail.to_string(),
        trace_id: entry.trace_id.to_owned(),
        previous: last.hash,
        hash: String::new(),
        address: entry.address.map(str::to_owned),
        session_id: entry.session_id,
        result: Some(if entry.refused.is_some() { REFUSED } else { DONE }.to_owned()),
        reason: entry.refused.map(str::to_owned),
    };
    row.hash = row.seal();
    each!(conn, c => diesel::insert_into(audit::table).values(&row).execute(c))?;
    Ok(())
}

/// Rows after `seq`, oldest first.
pub fn after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<AuditRow>> {
    Ok(audit::table
        .filter(audit::seq.gt(seq))
        .order(audit::seq)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(conn)?)
}

/// The hashes of the rows after `seq`, oldest first.
pub fn hashes_after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<String>> {
    let rows = audit::table.filter(audit::seq.gt(seq)).order(audit::seq).limit(limit);
    Ok(rows.select(audit::hash).load(conn)?)
}

/// Which rows of the trail; what is none restricts nothing.
#[derive(Debug, Clone, Default)]
pub struct TrailFilter {
    pub actor: Option<String>,
    pub action: Option<String>,
    /// `kind/id`, or a kind alone.
    pub object: Option<String>,
    pub result: Option<String>,
    /// From this moment, until before that.
    pub from: Option<Moment>,
    pub until: Option<Moment>,
}

/// When the last backup was taken. Rows about the database as a whole are few, and found by an index.
pub fn last_backup(conn: &mut Conn) -> Result<Option<Moment>> {
    let taken = audit::table.filter(audit::object.eq("database").and(audit::action.eq("backup")));
    Ok(taken.order(audit::seq.desc()).select(audit::at).first(conn).optional()?)
}

/// A page of rows below `before`, newest first.
pub fn page(conn: &mut Conn, filter: &TrailFilter, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>> {
    let mut query = filtered(filter).order(audit::seq.desc()).limit(limit).select(AuditRow::as_select());
    if let Some(before) = before {
        query = query.filter(audit::seq.lt(before));
    }
    Ok(query.load(conn)?)
}

/// How many rows a filter finds.
pub fn count(conn: &mut Conn, filter: &TrailFilter) -> Result<i64> {
    Ok(filtered(filter).count().get_result(conn)?)
}

fn filtered(filter: &TrailFilter) -> audit::BoxedQuery<'_, MultiBackend> {
    let mut query = audit::table.into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(audit::actor.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit::action.eq(action));
    }
    if let Some(object) = &filter.object {
        let below = format!("{object}/");
        // Every text that begins with it, without signs that `LIKE` would read.
        let after = format!("{object}0");
        query = query.filter(audit::object.eq(object).or(audit::object.ge(below).and(audit::object.lt(after))));
    }
    match filter.result.as_deref() {
        // What was kept before there was a result had been done.
        Some(DONE) => query = query.filter(audit::result.eq(DONE).or(audit::result.is_null())),
        Some(other) => query = query.filter(audit::result.eq(other)),
        None => {}
    }
    if let Some(from) = filter.from {
        query = query.filter(audit::at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit::at.lt(until));
    }
    query
}
