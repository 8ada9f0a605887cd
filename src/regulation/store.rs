//! Rows of packs, and the book they make.

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::regulations;
use crate::error::{Error, Result};
use crate::kernel::id::Id;
use crate::kernel::time::Moment;
use crate::regulation::book::{Book, load};
use crate::regulation::pack::{Pack, PackFault};

/// The book in memory; read anew whenever the table holds more packs than it.
#[derive(Clone, Default)]
pub struct Shelf(Arc<RwLock<Arc<Book>>>);

impl Shelf {
    /// The book as it stands in this transaction.
    pub fn book(&self, conn: &mut Conn) -> Result<Arc<Book>> {
        let revision: i64 = regulations::table.count().get_result(conn)?;
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        if known.revision == revision {
            return Ok(known);
        }
        let book = Arc::new(read_all(conn)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&book);
        Ok(book)
    }
}

fn read_all(conn: &mut Conn) -> Result<Book> {
    let sources: Vec<String> = regulations::table.order(regulations::id).select(regulations::source).load(conn)?;
    let mut book = Book::default();
    book.revision = i64::try_from(sources.len()).unwrap_or(0);
    for source in sources {
        // Packs were checked when they were loaded; only their words are read again.
        let pack = crate::regulation::read::read(&source)
            .map_err(|faults| Error::Internal(format!("a stored pack cannot be read: {:?}", faults.first())))?;
        book.add(pack);
    }
    Ok(book)
}

/// Why a pack was not loaded.
pub enum NotLoaded {
    Faults(Vec<PackFault>),
    /// This code and version is loaded already, with another text.
    VersionTaken,
}

/// Checks a pack against those that are there and adds it; the same text again changes nothing.
pub fn add(conn: &mut Conn, source: &str, now: Moment) -> Result<std::result::Result<Pack, NotLoaded>> {
    let book = read_all(conn)?;
    let latest = book.latest();
    let known: Vec<&Pack> = latest.iter().map(|p| p.as_ref()).collect();
    let pack = match load(source, &known) {
        Ok(pack) => pack,
        Err(faults) => return Ok(Err(NotLoaded::Faults(faults))),
    };
    let taken: Option<String> = regulations::table
        .filter(regulations::code.eq(&pack.code))
        .filter(regulations::pack_version.eq(pack.version))
        .select(regulations::source)
        .first(conn)
        .optional()?;
    match taken {
        Some(text) if text == source => return Ok(Ok(pack)),
        Some(_) => return Ok(Err(NotLoaded::VersionTaken)),
        None => {}
    }
    diesel::insert_into(regulations::table)
        .values((
            regulations::id.eq(Id::new(now).0),
            regulations::code.eq(&pack.code),
            regulations::pack_version.eq(pack.version),
            regulations::source.eq(source),
            regulations::loaded_at.eq(now),
        ))
        .execute(conn)?;
    Ok(Ok(pack))
}

/// Adds the packs that come with the product and are not there yet.
pub fn add_shipped(conn: &mut Conn, now: Moment) -> Result<()> {
    for (code, source) in crate::regulation::SHIPPED {
        let known: i64 = regulations::table.filter(regulations::code.eq(code)).count().get_result(conn)?;
        if known == 0 && add(conn, source, now)?.is_err() {
            return Err(Error::Internal(format!("the shipped pack {code} has faults")));
        }
    }
    Ok(())
}

/// The text of the newest version of a pack.
pub fn source(conn: &mut Conn, code: &str) -> Result<Option<String>> {
    Ok(regulations::table
        .filter(regulations::code.eq(code))
        .order(regulations::pack_version.desc())
        .select(regulations::source)
        .first(conn)
        .optional()?)
}
