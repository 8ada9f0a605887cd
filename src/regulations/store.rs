//! Regulation packs in the database, and the book made of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::dsl::max;
use diesel::prelude::*;

use crate::db::schema::{regulations, text_choices, work_years as years};
use crate::db::{Conn, each, from_json, to_json};
use crate::error::{Error, Result};
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, Moment};
use kernel::words::PaperRef;
use kernel::workdays::{WorkCalendar, Year};
use regulation::book::{Book, Choice, load_for};
use regulation::pack::{Pack, PackFault};

/// The book and the working calendar in memory; reloaded when the database has more of them.
#[derive(Clone)]
pub struct RegulationCache {
    /// The calendar that ships, with the file of the installation.
    shipped: Arc<WorkCalendar>,
    known: Arc<RwLock<Option<Loaded>>>,
}

#[derive(Clone)]
struct Loaded {
    revision: Revision,
    book: Arc<Book>,
    calendar: Arc<WorkCalendar>,
}

/// The latest pack, choice and year. Rows are only added, and an id of a transaction that was rolled back never comes
/// again, unlike a number of rows.
type Revision = (Option<i64>, Option<i64>, Option<i64>);

impl RegulationCache {
    pub fn new(shipped: WorkCalendar) -> Self {
        RegulationCache { shipped: Arc::new(shipped), known: Arc::default() }
    }

    /// The book as of this transaction.
    pub fn book(&self, conn: &mut Conn) -> Result<Arc<Book>> {
        Ok(self.loaded(conn)?.book)
    }

    /// Both, as of this transaction.
    pub fn book_and_calendar(&self, conn: &mut Conn) -> Result<(Arc<Book>, Arc<WorkCalendar>)> {
        let Loaded { book, calendar, .. } = self.loaded(conn)?;
        Ok((book, calendar))
    }

    /// The working calendar as of this transaction.
    pub fn calendar(&self, conn: &mut Conn) -> Result<Arc<WorkCalendar>> {
        Ok(self.loaded(conn)?.calendar)
    }

    fn loaded(&self, conn: &mut Conn) -> Result<Loaded> {
        let revision = revision(conn)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.revision == revision) {
            return Ok(known);
        }
        let years = work_years(conn)?.into_iter().map(|set| set.year);
        let calendar = Arc::new(WorkCalendar::new(self.shipped.years().cloned().chain(years)));
        let loaded = Loaded { revision, book: Arc::new(read_all(conn)?), calendar };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
        Ok(loaded)
    }
}

fn revision(conn: &mut Conn) -> Result<Revision> {
    let latest = diesel::select((
        regulations::table.select(max(regulations::id)).single_value(),
        text_choices::table.select(max(text_choices::id)).single_value(),
        years::table.select(max(years::id)).single_value(),
    ));
    Ok(each!(conn, c => latest.get_result(c))?)
}

/// A working calendar that a person added or corrected, with the names of its days off.
#[derive(Debug, Clone)]
pub struct SetYear {
    pub year: Year,
    pub names: BTreeMap<Day, String>,
}

/// All years that were added or corrected; the latest row of each.
pub fn work_years(conn: &mut Conn) -> Result<Vec<SetYear>> {
    type YearRow = (i64, String, String, String);
    let columns = (years::year, years::source, years::days_off, years::working);
    let rows: Vec<YearRow> = years::table.order(years::id).select(columns).load(conn)?;
    let mut latest = BTreeMap::new();
    for (number, source, days_off, working) in rows {
        let number = i32::try_from(number).map_err(|e| Error::Internal(format!("a year is no year: {e}")))?;
        let names: BTreeMap<Day, String> = from_json(&days_off)?;
        let off = names.keys().copied().collect();
        let year = Year { year: number, basis: ANNOUNCED.into(), source, off, work: from_json(&working)? };
        latest.insert(number, SetYear { year, names });
    }
    Ok(latest.into_values().collect())
}

/// What the basis of a year is called that a person enters from an announcement.
pub const ANNOUNCED: &str = "announced";

/// Adds a year, or corrects it.
pub fn set_year(conn: &mut Conn, set: &SetYear, by: i64, now: Moment) -> Result<()> {
    let row = (
        years::id.eq(Id::new(now).0),
        years::year.eq(i64::from(set.year.year)),
        years::source.eq(&set.year.source),
        years::days_off.eq(to_json(&set.names)?),
        years::working.eq(to_json(&set.year.work)?),
        years::set_by.eq(by),
        years::set_at.eq(now),
    );
    diesel::insert_into(years::table).values(row).execute(conn)?;
    Ok(())
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
    let columns = (regulations::code, regulations::pack_version, regulations::source);
    let loaded: Vec<(String, i64, String)> =
        regulations::table.order(regulations::pack_version).select(columns).load(conn)?;
    let newest: HashMap<&str, (i64, &str)> =
        loaded.iter().map(|(code, version, source)| (code.as_str(), (*version, source.as_str()))).collect();
    for (code, source) in regulation::SHIPPED {
        let known = newest.get(code).copied();
        // Nearly every start finds what the start before it loaded, and reads none of it.
        if known.is_some_and(|(_, text)| text == *source) {
            continue;
        }
        let shipped = regulation::read::read(source).map(|pack| pack.version);
        let newer = shipped.map_err(|_| Error::Internal(format!("the shipped pack {code} cannot be read")))?;
        if known.is_none_or(|(known, _)| known < newer) && add(conn, source, &[], now)?.is_err() {
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
