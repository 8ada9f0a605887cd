//! Migrations, with the same names for both databases; a database newer than the binary is refused.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::{Address, Conn, each, roles};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationFault {
    /// Exit code 78: an older binary must not touch a newer database.
    #[error("the database was created by a newer ngoaivu (migration {0}); install that version or a newer one")]
    NewerDatabase(String),
    /// Exit code 78 as well: nothing leads from there to the tables of this version.
    #[error(
        "the database was created by a trial version of ngoaivu (migration {0}) and cannot be brought up to date; use an empty folder or database"
    )]
    TrialDatabase(String),
    #[error("the database cannot be reached: {0}")]
    Connection(String),
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Brings the database to this binary's schema; returns how many migrations ran.
pub fn run(address: &Address) -> Result<usize, MigrationFault> {
    let mut conn = address.connect().map_err(|e| MigrationFault::Connection(e.to_string()))?;
    if let Conn::Postgresql(c) = &mut conn {
        // If two processes migrate at once, the second waits here and then finds nothing to do. Even the look at what was
        // applied comes after it: it creates the table of migrations.
        diesel::sql_query("SELECT pg_advisory_lock(7305202)")
            .execute(c)
            .map_err(|e| MigrationFault::Migration(e.to_string()))?;
    }
    check_not_newer(&mut conn)?;
    let ran = match &mut conn {
        // Of two processes, the second waits for the lock and then finds nothing to do.
        Conn::Sqlite(c) => c.immediate_transaction(|c| c.run_pending_migrations(SQLITE).map(|done| done.len())),
        // All or none: one that fails leaves the schema of before.
        Conn::Postgresql(c) => c.transaction(|c| {
            let ran = c.run_pending_migrations(POSTGRESQL).map(|done| done.len())?;
            roles::make(c)?;
            Ok(ran)
        }),
    };
    ran.map_err(|e| MigrationFault::Migration(e.to_string()))
}

/// Brings an empty database to the schema of these migrations, no further.
pub fn run_to(conn: &mut Conn, schema: &[String]) -> Result<(), MigrationFault> {
    for _ in schema {
        let ran = match conn {
            Conn::Sqlite(c) => c.run_next_migration(SQLITE).map(|_| ()),
            Conn::Postgresql(c) => c.run_next_migration(POSTGRESQL).map(|_| ()),
        };
        ran.map_err(|e| MigrationFault::Migration(e.to_string()))?;
    }
    Ok(())
}

/// Fails if a schema has migrations that this binary does not know.
pub fn knows(schema: &[String]) -> Result<(), MigrationFault> {
    refuse_newer(&schema.iter().cloned().collect(), &known()?)
}

/// Reverts all migrations (for tests: up, down, up).
pub fn revert_all(conn: &mut Conn) -> Result<(), MigrationFault> {
    let reverted = match conn {
        Conn::Sqlite(c) => c.revert_all_migrations(SQLITE).map(|_| ()),
        Conn::Postgresql(c) => c.revert_all_migrations(POSTGRESQL).map(|_| ()),
    };
    reverted.map_err(|e| MigrationFault::Migration(e.to_string()))
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether the schema is exactly this binary's. Only reads, so it works inside a read-only transaction.
pub fn is_current(conn: &mut Conn) -> Result<bool, MigrationFault> {
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    // Without that table no migration has ever run here.
    let Ok(applied) = query.load::<Applied>(conn) else { return Ok(false) };
    let applied: BTreeSet<String> = applied.into_iter().map(|a| a.version).collect();
    let known = known()?;
    refuse_newer(&applied, &known)?;
    Ok(applied == known)
}

fn check_not_newer(conn: &mut Conn) -> Result<(), MigrationFault> {
    let applied: BTreeSet<String> =
        each!(conn, c => c.applied_migrations().map(|all| all.iter().map(ToString::to_string).collect()))
            .map_err(|e| MigrationFault::Migration(e.to_string()))?;
    refuse_newer(&applied, &known()?)
}

fn refuse_newer(applied: &BTreeSet<String>, known: &BTreeSet<String>) -> Result<(), MigrationFault> {
    match applied.difference(known).next() {
        // The trial versions had other migrations before the first one of today.
        Some(version) if known.first().is_some_and(|first| version < first) => {
            Err(MigrationFault::TrialDatabase(version.clone()))
        }
        Some(version) => Err(MigrationFault::NewerDatabase(version.clone())),
        None => Ok(()),
    }
}

/// Versions of this binary's migrations.
fn known() -> Result<BTreeSet<String>, MigrationFault> {
    let all = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)
        .map_err(|e| MigrationFault::Migration(e.to_string()))?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}
