//! Backups (sao lưu): one file with everything that a province would miss: the database with its keys, the attachments, and a
//! manifest that says how much there must be. Taken beside a running server; restored into an empty place only.

mod fault;
mod manifest;
pub mod restore;
pub mod sealed;
pub mod snapshot;
mod verified;

pub use fault::BackupFault;
pub use manifest::{DatabaseKind, Manifest, Part, Tip};
pub use verified::verify;
