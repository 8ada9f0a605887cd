//! Migrations, the same names for both databases; a database newer than the binary is refused.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::{Address, Conn, each};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Exit code 78: an older binary must not touch a newer database.
    #[error("the database was made by a newer ngoaivu (migration {0}); install that version or newer")]
    NewerDatabase(String),
    #[error("the database cannot be reached: {0}")]
    Connection(String),
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Brings the database up to this binary's schema; answers how many migrations ran.
pub fn run(address: &Address) -> Result<usize, Fault> {
    let mut conn = address.connect().map_err(|e| Fault::Connection(e.to_string()))?;
    check_not_newer(&mut conn)?;
    let ran = match &mut conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|done| done.len()),
        Conn::Postgresql(c) => {
            // Two processes at once: the second waits, then finds nothing to do.
            diesel::sql_query("SELECT pg_advisory_lock(7305202)")
                .execute(c)
                .map_err(|e| Fault::Migration(e.to_string()))?;
            c.run_pending_migrations(POSTGRESQL).map(|done| done.len())
        }
    };
    ran.map_err(|e| Fault::Migration(e.to_string()))
}

/// Takes every migration back (tests: up, down, up).
pub fn revert_all(conn: &mut Conn) -> Result<(), Fault> {
    let reverted = match conn {
        Conn::Sqlite(c) => c.revert_all_migrations(SQLITE).map(|_| ()),
        Conn::Postgresql(c) => c.revert_all_migrations(POSTGRESQL).map(|_| ()),
    };
    reverted.map_err(|e| Fault::Migration(e.to_string()))
}

/// Whether the schema is exactly this binary's.
pub fn is_current(conn: &mut Conn) -> Result<bool, Fault> {
    check_not_newer(conn)?;
    let pending = match conn {
        Conn::Sqlite(c) => c.has_pending_migration(SQLITE),
        Conn::Postgresql(c) => c.has_pending_migration(POSTGRESQL),
    };
    pending.map(|p| !p).map_err(|e| Fault::Migration(e.to_string()))
}

fn check_not_newer(conn: &mut Conn) -> Result<(), Fault> {
    let fault = |e: Box<dyn std::error::Error + Send + Sync>| Fault::Migration(e.to_string());
    let applied: Vec<String> =
        each!(conn, c => c.applied_migrations().map(|all| all.iter().map(ToString::to_string).collect()))
            .map_err(fault)?;
    let known: BTreeSet<String> = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)
        .map_err(fault)?
        .iter()
        .map(|m| m.name().version().to_string())
        .collect();
    match applied.into_iter().find(|version| !known.contains(version)) {
        Some(version) => Err(Fault::NewerDatabase(version)),
        None => Ok(()),
    }
}
