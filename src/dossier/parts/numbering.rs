//! Numbers of dossiers (số hồ sơ).

use crate::db::Conn;
use crate::db::counters;
use crate::error::Result;

/// The number of a dossier, `DR-2026-0001`: prefix of the procedure, year of submission, running number.
pub fn dossier_number(conn: &mut Conn, prefix: &str, year: i32) -> Result<String> {
    let value = counters::next(conn, &format!("dossier {prefix} {year}"))?;
    Ok(format!("{prefix}-{year}-{value:04}"))
}
