//! The procedures, each a folder with the same ten names. A new procedure is one folder, and one line in `register.rs`.

pub mod engagements;
pub mod inbound;
pub mod official_merges_http;
pub mod official_merges_store;
pub mod outbound;
pub mod records;
pub mod register;
pub mod rehearsal;

use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::error::Result;
use crate::statistics::store as statistics;

/// Derives every fact again from the dossiers; returns how many delegations count.
pub fn rebuild_facts(conn: &mut Conn, registers: &Registers) -> Result<usize> {
    let mut counted = 0;
    for register in registers.all() {
        counted += register.rebuild_facts(conn)?;
    }
    statistics::set_current(conn)?;
    Ok(counted)
}
