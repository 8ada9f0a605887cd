//! A connection to either database, and where it leads.

use std::path::{Path, PathBuf};

use crate::private_files;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use secrecy::{ExposeSecret, SecretString};

/// A connection to either database; all query code is written against this type.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgresql(PgConnection),
}

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum Address {
    /// The file of the embedded database.
    Sqlite(PathBuf),
    /// A `postgres://` URL, which may contain a password.
    Postgresql(SecretString),
}

impl Address {
    /// The embedded database in a data folder: always `ngoaivu.db`, the only SQLite file there.
    pub fn in_folder(folder: &Path) -> Self {
        Address::Sqlite(folder.join("ngoaivu.db"))
    }

    /// Checks the scheme, because a mistyped URL would otherwise create a new SQLite file.
    pub fn from_url(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Address::Postgresql(SecretString::from(url)))
        } else {
            Err("the database URL must start with postgres://".into())
        }
    }

    /// Opens one connection with the settings that every connection needs.
    pub fn connect(&self) -> std::result::Result<Conn, diesel::r2d2::Error> {
        match self {
            Address::Sqlite(file) => {
                // SQLite gives the write-ahead log the rights of the database, so the database is created first. Where it
                // cannot be created, SQLite says why.
                let _ = private_files::create_file(file);
                let mut conn = SqliteConnection::establish(&file.to_string_lossy())?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -16000; \
                     PRAGMA temp_store = MEMORY; \
                     PRAGMA wal_autocheckpoint = 16000;",
                )?;
                Ok(Conn::Sqlite(conn))
            }
            Address::Postgresql(url) => {
                let mut conn = PgConnection::establish(&in_time(url.expose_secret()))?;
                conn.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning;")?;
                Ok(Conn::Postgresql(conn))
            }
        }
    }
}

/// How long a server waits for PostgreSQL to take a connection, to acknowledge what was sent, to give a lock.
const PATIENCE: &str =
    "connect_timeout=4&tcp_user_timeout=4000&keepalives_idle=5&keepalives_interval=2&keepalives_count=2";

/// The URL with time-outs, unless it names its own: a network that swallows packets must not hang every request. Of several
/// hosts the one that takes writes is meant.
fn in_time(url: &str) -> String {
    let hosts = url.split_once("://").map_or(url, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    let mut url = url.to_owned();
    let mut add = |name: &str, settings: &str| {
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(settings);
        }
    };
    add("connect_timeout", PATIENCE);
    if hosts.contains(',') {
        add("target_session_attrs", "target_session_attrs=read-write");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_hosts_the_one_that_takes_writes_is_meant() {
        assert!(!in_time("postgres://u@a:1/db").contains("target_session_attrs"));
        let pair = in_time("postgres://u@a:1,b:2/db?sslmode=disable");
        assert!(pair.ends_with("&target_session_attrs=read-write") && pair.contains("&connect_timeout=4"), "{pair}");
        assert_eq!(
            in_time("postgres://u@a,b/db?target_session_attrs=any&connect_timeout=1"),
            "postgres://u@a,b/db?target_session_attrs=any&connect_timeout=1"
        );
    }
}

impl Address {
    /// Opens a connection that serves requests: on PostgreSQL it waits for no lock longer than its callers would.
    /// Migrations wait as long as it takes.
    pub fn connect_to_serve(&self) -> std::result::Result<Conn, diesel::r2d2::Error> {
        let mut conn = self.connect()?;
        if let Conn::Postgresql(c) = &mut conn {
            c.batch_execute("SET lock_timeout = '2s'; SET statement_timeout = '60s';")?;
        }
        Ok(conn)
    }
}

#[derive(Debug)]
pub struct Manager(pub Address);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Conn, Self::Error> {
        self.0.connect_to_serve()
    }

    fn is_valid(&self, conn: &mut Conn) -> std::result::Result<(), Self::Error> {
        Ok(conn.ping()?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}
