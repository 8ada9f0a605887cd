//! The append-only audit trail: one row per action, each sealed with the hash of the row before it. Signed checkpoints
//! beside the database show when somebody rewrote it.

pub mod checkpoints;
pub mod merkle;
pub mod note;
pub mod trail_rows;
pub mod verification;

pub use trail_rows::{AuditEntry, AuditRow, Checkpoint, DONE, REFUSED, TraceId, TrailFilter};
pub use trail_rows::{after, append, count, last_backup, page, tip};
pub use verification::{LastVerdict, TrailVerdict, verify};
