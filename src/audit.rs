//! The append-only audit trail: one row per action, each sealed with the hash of the row before it.

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::db::schema::audit;
use crate::db::{Conn, each};
use crate::error::Result;
use kernel::time::{Moment, rfc3339};
use kernel::words::Label;

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
}

impl AuditRow {
    /// SHA-256 over all columns except the hash. Each is preceded by its length, so that no two different rows feed the
    /// hash the same bytes.
    fn seal(&self) -> String {
        let mut hasher = Sha256::new();
        let seq = self.seq.to_string();
        let at = rfc3339(self.at);
        for column in [&seq, &at, &self.actor, &self.action, &self.object, &self.detail, &self.trace_id, &self.previous]
        {
            hasher.update((column.len() as u64).to_be_bytes());
            hasher.update(column.as_bytes());
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
    // By its number, not by `ORDER BY … LIMIT`: PostgreSQL plans a limit that is a parameter as a tenth of the table, and
    // then reads all of it.
    let newest = trail.select(max(trail.field(audit::seq))).single_value();
    let newest = audit::table.filter(audit::seq.nullable().eq(newest)).select((audit::seq, audit::hash));
    let last: Option<(i64, String)> = each!(conn, c => newest.get_result(c)).optional()?;
    Ok(last.map(|(seq, hash)| Checkpoint { seq, hash }).unwrap_or_default())
}

/// Appends a row in the caller's transaction.
pub fn append(conn: &mut Conn, entry: &AuditEntry) -> Result<()> {
    let last = tip(conn)?;
    let mut row = AuditRow {
        seq: last.seq + 1,
        at: entry.at,
        actor: entry.actor.to_owned(),
        action: entry.action.to_owned(),
        object: entry.object.to_owned(),
        detail: entry.detail.to_string(),
        trace_id: entry.trace_id.to_owned(),
        previous: last.hash,
        hash: String::new(),
    };
    row.hash = row.seal();
    each!(conn, c => diesel::insert_into(audit::table).values(&row).execute(c))?;
    Ok(())
}

/// The result of verifying the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailVerdict {
    Whole(Checkpoint),
    /// The first row that fails, and why.
    Broken {
        seq: i64,
        reason: Label,
    },
}

/// Checks the whole trail; with `checkpoint`, also that its tail was not removed or rewritten.
pub fn verify(conn: &mut Conn, checkpoint: Option<&Checkpoint>) -> Result<TrailVerdict> {
    const BATCH: i64 = 5_000;
    let mut last = Checkpoint::default();
    loop {
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::seq.gt(last.seq))
            .order(audit::seq)
            .limit(BATCH)
            .select(AuditRow::as_select())
            .load(conn)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let broken = |vi, en| Ok(TrailVerdict::Broken { seq: last.seq + 1, reason: Label { vi, en } });
            if row.seq != last.seq + 1 {
                return broken("Thiếu dòng này", "The row is missing");
            }
            if row.previous != last.hash {
                return broken("Dòng này không nối tiếp dòng trước", "The row does not follow the one before it");
            }
            if row.hash != row.seal() {
                return broken("Dòng này đã bị sửa", "The row was changed");
            }
            if checkpoint.is_some_and(|c| c.seq == row.seq && c.hash != row.hash) {
                return broken("Dòng này khác với điểm kiểm chứng", "The row differs from the checkpoint");
            }
            last = Checkpoint { seq: row.seq, hash: row.hash };
        }
    }
    // The application numbers rows from 1: a lower number means that somebody tampered with the table.
    let strays: i64 = audit::table.filter(audit::seq.lt(1)).count().get_result(conn)?;
    if strays > 0 {
        let reason = Label { vi: "Có dòng đứng trước dòng đầu", en: "There are rows before the first" };
        return Ok(TrailVerdict::Broken { seq: 0, reason });
    }
    match checkpoint {
        Some(c) if c.seq > last.seq => {
            let reason = Label { vi: "Phần cuối đã bị cắt", en: "The tail was removed" };
            Ok(TrailVerdict::Broken { seq: last.seq + 1, reason })
        }
        _ => Ok(TrailVerdict::Whole(last)),
    }
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

/// A page of rows below `before`, newest first.
pub fn page(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>> {
    let mut query = audit::table.order(audit::seq.desc()).limit(limit).select(AuditRow::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(audit::seq.lt(before));
    }
    Ok(query.load(conn)?)
}
