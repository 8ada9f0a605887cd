//! The manifest: what a backup must hold, and how its parts are named.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the manifest, the last part of a file.
pub(super) const MANIFEST: &str = "manifest.json";
/// The snapshot of an embedded database.
pub(super) const DATABASE: &str = "database.sqlite";
/// Folder of the tables of PostgreSQL, one row a line in JSON.
pub(super) const TABLES: &str = "tables/";
/// Folder of the uploaded files.
pub(super) const ATTACHMENTS: &str = "attachments/";
/// The keys of personal data; only in an encrypted file.
pub(super) const KEYS: &str = "field.keys";
/// Form of the file; another one is refused.
pub(super) const FORM: u32 = 1;

/// Which database a backup holds; it is restored into the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    Sqlite,
    Postgresql,
}

/// What a backup must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub form: u32,
    /// Version of the product that took it.
    pub version: String,
    /// RFC 3339, in UTC.
    pub taken_at: String,
    pub database: DatabaseKind,
    /// Migrations of its schema.
    pub schema: Vec<String>,
    /// Number of rows of every table.
    pub rows: BTreeMap<String, i64>,
    /// Every other part of the file.
    pub parts: BTreeMap<String, Part>,
    /// The end of the audit trail.
    pub audit: Tip,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Number and hash of the last row of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    pub seq: i64,
    pub hash: String,
}

pub(super) fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Copies everything; returns how much, and its SHA-256.
pub(super) fn copy(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<Part> {
    let (mut hasher, mut bytes, mut room) = (Sha256::new(), 0u64, vec![0; 1 << 16]);
    loop {
        let read = from.read(&mut room)?;
        let Some(some) = room.get(..read).filter(|some| !some.is_empty()) else { break };
        hasher.update(some);
        to.write_all(some)?;
        bytes += some.len() as u64;
    }
    Ok(Part { bytes, sha256: hexadecimal(hasher) })
}
