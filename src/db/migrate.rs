//! Migrations, the same names for both databases; a database newer than the binary is refused.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
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

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether the schema is exactly this binary's. Only reads: it may be asked inside a read-only transaction.
pub fn is_current(conn: &mut Conn) -> Result<bool, Fault> {
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    // Without that table no migration ever ran here.
    let Ok(applied) = query.load::<Applied>(conn) else { return Ok(false) };
    let applied: BTreeSet<String> = applied.into_iter().map(|a| a.version).collect();
    let known = known()?;
    refuse_newer(&applied, &known)?;
    Ok(applied == known)
}

fn check_not_newer(conn: &mut Conn) -> Result<(), Fault> {
    let applied: BTreeSet<String> =
        each!(conn, c => c.applied_migrations().map(|all| all.iter().map(ToString::to_string).collect()))
            .map_err(|e| Fault::Migration(e.to_string()))?;
    refuse_newer(&applied, &known()?)
}

fn refuse_newer(applied: &BTreeSet<String>, known: &BTreeSet<String>) -> Result<(), Fault> {
    match applied.difference(known).next() {
        Some(version) => Err(Fault::NewerDatabase(version.clone())),
        None => Ok(()),
    }
}

/// Versions of this binary's migrations, the same for both databases.
fn known() -> Result<BTreeSet<String>, Fault> {
    let all =
        MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(|e| Fault::Migration(e.to_string()))?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}
