//! Regulation packs in the database, and the book made of them.

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{regulations, text_choices};
use crate::error::{Error, Result};
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, Moment};
use kernel::words::PaperRef;
use regulation::book::{Book, Choice, load_for};
use regulation::pack::{Pack, PackFault};

/// The book in memory; reloaded when the database has more packs or choices.
#[derive(Clone, Default)]
pub struct RegulationCache(Arc<RwLock<Arc<Book>>>);

impl RegulationCache {
    /// The book as of this transaction.
    pub fn book(&self, conn: &mut Conn) -> Result<Arc<Book>> {
        let revision = revision(conn)?;
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        if known.revision == revision {
            return Ok(known);
        }
        let book = Arc::new(read_all(conn)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&book);
        Ok(book)
    }
}

/// Packs and choices are never deleted or changed, so their number serves as a revision.
fn revision(conn: &mut Conn) -> Result<i64> {
    let packs: i64 = regulations::table.count().get_result(conn)?;
    let choices: i64 = text_choices::table.count().get_result(conn)?;
    Ok(packs + choices)
}

/// A regulation that an administrator chose for a province.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub id: i64,
    pub jurisdiction: String,
    pub regulation: String,
    pub from: Day,
    pub document: PaperRef,
    pub reason: String,
    pub chosen_at: Moment,
}

/// All choices in the order in which they were made.
pub fn choices(conn: &mut Conn) -> Result<Vec<Chosen>> {
    type RegulationRow = (i64, String, String, Day, String, Day, String, Moment);
    let rows: Vec<RegulationRow> = text_choices::table
        .order(text_choices::id)
        .select((
            text_choices::id,
            text_choices::jurisdiction,
            text_choices::regulation,
            text_choices::from_day,
            text_choices::document_number,
            text_choices::document_date,
            text_choices::reason,
            text_choices::chosen_at,
        ))
        .load(conn)?;
    let chosen = |(id, jurisdiction, regulation, from, number, date, reason, chosen_at)| {
        let document = PaperRef { number, date };
        Chosen { id, jurisdiction, regulation, from, document, reason, chosen_at }
    };
    Ok(rows.into_iter().map(chosen).collect())
}

pub fn choose(conn: &mut Conn, c: &Chosen, by: i64) -> Result<()> {
    diesel::insert_into(text_choices::table)
        .values((
            text_choices::id.eq(c.id),
            text_choices::jurisdiction.eq(&c.jurisdiction),
            text_choices::regulation.eq(&c.regulation),
            text_choices::from_day.eq(c.from),
            text_choices::document_number.eq(&c.document.number),
            text_choices::document_date.eq(c.document.date),
            text_choices::reason.eq(&c.reason),
            text_choices::chosen_by.eq(by),
            text_choices::chosen_at.eq(c.chosen_at),
        ))
        .execute(conn)?;
    Ok(())
}

fn read_all(conn: &mut Conn) -> Result<Book> {
    let sources: Vec<String> = regulations::table.order(regulations::id).select(regulations::source).load(conn)?;
    let mut book = Book::default();
    book.revision = revision(conn)?;
    for c in choices(conn)? {
        book.choose(Choice {
            jurisdiction: c.jurisdiction,
            code: c.regulation,
            from: c.from,
            document: c.document.number,
        });
    }
    for source in sources {
        book.add(stored(&source)?);
    }
    Ok(book)
}

/// Why a pack was not loaded.
pub enum NotLoaded {
    Faults(Vec<PackFault>),
    /// This code and version is already loaded with a different text.
    VersionTaken,
}

/// Checks a pack against the loaded ones and adds it; adding the same text again has no effect.
///
/// `procedures` are those of this installation; the law book knows others besides.
pub fn add(
    conn: &mut Conn,
    source: &str,
    procedures: &[Procedure],
    now: Moment,
) -> Result<std::result::Result<Pack, NotLoaded>> {
    let book = read_all(conn)?;
    let latest = book.latest();
    let known: Vec<&Pack> = latest.iter().map(|p| p.as_ref()).collect();
    let pack = match load_for(source, &known, procedures) {
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

/// Adds the built-in packs that are missing or newer than the loaded ones.
pub fn add_shipped(conn: &mut Conn, now: Moment) -> Result<()> {
    for (code, source) in regulation::SHIPPED {
        let known: Option<i64> = regulations::table
            .filter(regulations::code.eq(code))
            .select(diesel::dsl::max(regulations::pack_version))
            .first(conn)?;
        let shipped = regulation::read::read(source).map(|pack| pack.version);
        let newer = shipped.map_err(|_| Error::Internal(format!("the shipped pack {code} cannot be read")))?;
        if known.is_none_or(|known| known < newer) && add(conn, source, &[], now)?.is_err() {
            return Err(Error::Internal(format!("the shipped pack {code} has faults")));
        }
    }
    Ok(())
}

/// A version of a pack with its text; by default the newest.
pub fn edition(conn: &mut Conn, code: &str, version: Option<i64>) -> Result<Option<(Pack, String)>> {
    let of_code = regulations::table.filter(regulations::code.eq(code)).select(regulations::source);
    let source: Option<String> = match version {
        Some(version) => of_code.filter(regulations::pack_version.eq(version)).first(conn).optional()?,
        None => of_code.order(regulations::pack_version.desc()).first(conn).optional()?,
    };
    let read = |source: String| stored(&source).map(|pack| (pack, source));
    source.map(read).transpose()
}

/// Reads a stored pack without the full check. It passed when it was loaded; checks added later must not make it
/// unusable.
fn stored(source: &str) -> Result<Pack> {
    let read = regulation::read::sketch(source).map(|sketch| sketch.pack);
    read.map_err(|faults| Error::Internal(format!("a stored pack cannot be read: {:?}", faults.first())))
}
