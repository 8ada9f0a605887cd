//! Whether the trail is whole.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::audit::checkpoints::{SignedPoint, TrailKeeper};
use crate::audit::merkle::{self, TreeEdge};
use crate::audit::trail_rows::{AuditRow, Checkpoint};
use crate::db::Conn;
use crate::db::schema::audit;
use crate::error::Result;
use kernel::time::{Moment, rfc3339};
use kernel::words::Label;

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

/// Checks the whole trail; with `checkpoint`, also that its tail was not removed or rewritten, and with signed ones, the
/// smallest first, that it is the trail that was signed.
pub fn verify(conn: &mut Conn, checkpoint: Option<&Checkpoint>, signed: &[SignedPoint]) -> Result<TrailVerdict> {
    const BATCH: i64 = 5_000;
    let mut last = Checkpoint::default();
    let mut edge = TreeEdge::default();
    let mut signed = signed.iter().peekable();
    // The first row that no checkpoint vouches for.
    let mut unsure = 1;
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
            edge.push(merkle::leaf(&row.hash));
            while let Some(point) = signed.next_if(|point| point.size <= edge.size()) {
                if point.size == edge.size() && point.root != edge.root() {
                    let (vi, en) = (
                        "Từ dòng này, nhật ký khác với điểm kiểm chứng đã ký",
                        "From this row on, the trail differs from a signed checkpoint",
                    );
                    return Ok(TrailVerdict::Broken { seq: unsure, reason: Label { vi, en } });
                }
                unsure = row.seq + 1;
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
    let cut = checkpoint.is_some_and(|c| c.seq > last.seq) || signed.peek().is_some();
    match cut {
        true => {
            let reason = Label { vi: "Phần cuối đã bị cắt", en: "The tail was removed" };
            Ok(TrailVerdict::Broken { seq: last.seq + 1, reason })
        }
        false => Ok(TrailVerdict::Whole(last)),
    }
}

/// The file beside the checkpoints with the last verdict.
const LAST_VERDICT: &str = "verified.json";

/// What the last verification of the whole trail found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LastVerdict {
    /// When it was done (RFC 3339).
    pub at: String,
    pub whole: bool,
    /// The last row, or the first one that failed; 0 where it could not be verified at all.
    pub seq: i64,
}

impl TrailKeeper {
    /// Verifies the whole trail with every checkpoint that was signed here, and keeps what was found.
    pub fn verify(&self, conn: &mut Conn, now: Moment) -> Result<TrailVerdict> {
        let verdict = self.files.written().and_then(|signed| verify(conn, None, &signed));
        let (whole, seq) = match &verdict {
            Ok(TrailVerdict::Whole(last)) => (true, last.seq),
            Ok(TrailVerdict::Broken { seq, .. }) => (false, *seq),
            // A checkpoint without its signature, a row that cannot be read: what somebody leaves who tampered with it.
            Err(_) => (false, 0),
        };
        let kept = serde_json::to_vec(&LastVerdict { at: rfc3339(now), whole, seq })
            .map_err(std::io::Error::from)
            .and_then(|bytes| self.files.keep(LAST_VERDICT, &bytes));
        if let Err(error) = kept {
            tracing::warn!(%error, "what the verification of the trail found could not be kept");
        }
        verdict
    }

    /// What the last verification found; none where the trail was never verified.
    pub fn last_verdict(&self) -> Option<LastVerdict> {
        serde_json::from_slice(&self.files.kept(LAST_VERDICT)?).ok()
    }
}
