//! The words of all dossiers in memory, so that a search need not read every dossier.

use std::sync::{Arc, RwLock};

use diesel::prelude::*;

use crate::db::schema::{agencies, dossiers};
use crate::db::{Conn, MultiBackend, containing, counters, each, searched_words};
use crate::dossier::word_index::WordIndex;
use crate::error::Result;

/// Counts the changes of texts by which dossiers are found.
const VERSION: &str = "texts_version";

/// The version that a change of texts gets: the next one.
pub fn next_version(conn: &mut Conn) -> Result<i64> {
    counters::raise(conn, VERSION)
}

/// Most dossiers among which a search is done instead of reading all of them in order. Of a word that stands in more, a page
/// is soon full.
const MOST: usize = 1_000;

/// The words of all dossiers, as of a version.
#[derive(Clone)]
pub struct KeptTexts(Arc<RwLock<(i64, WordIndex)>>);

impl Default for KeptTexts {
    fn default() -> Self {
        KeptTexts(Arc::new(RwLock::new((NOTHING_READ, WordIndex::new(MOST)))))
    }
}

/// Before the first version, which rows from before this counter have.
const NOTHING_READ: i64 = -1;

/// Texts that are read at a time while all are.
const READ_AT_ONCE: i64 = 10_000;

impl KeptTexts {
    /// The dossiers among which a search finds all that it finds; none if it must look at every one.
    pub fn among(&self, conn: &mut Conn, q: Option<&str>) -> Result<Option<Vec<i64>>> {
        let words = searched_words(q);
        if words.is_empty() {
            return Ok(None);
        }
        let version = counters::counter(conn, VERSION)?;
        // While somebody else reads the texts, a search looks at every one: to wait, it would keep a connection from others.
        let Ok(kept) = self.0.try_read() else { return Ok(None) };
        let known = kept.0;
        drop(kept);
        if known < version {
            let Ok(mut kept) = self.0.try_write() else { return Ok(None) };
            if kept.0 < version {
                read(conn, &mut kept)?;
                kept.0 = version;
            }
        }
        let words = with_agencies(conn, words)?;
        let Ok(kept) = self.0.try_read() else { return Ok(None) };
        // A later snapshot may have dropped words that this one still has.
        Ok(if kept.0 == version { kept.1.narrow(&words) } else { None })
    }
}

/// Reads the texts that changed after a version.
fn read(conn: &mut Conn, (known, index): &mut (i64, WordIndex)) -> Result<()> {
    let columns = (dossiers::id, dossiers::agency_id, dossiers::search_norm);
    let mut add =
        |rows: &[(i64, i64, String)]| rows.iter().for_each(|(id, agency, text)| index.add(*id, *agency, text));
    if *known > NOTHING_READ {
        let newer = dossiers::table.filter(dossiers::texts_version.gt(*known)).select(columns);
        add(&each!(conn, c => newer.load(c))?);
        return Ok(());
    }
    let mut after = 0;
    loop {
        let next = dossiers::table.filter(dossiers::id.gt(after)).order(dossiers::id).limit(READ_AT_ONCE);
        let rows: Vec<(i64, i64, String)> = each!(conn, c => next.select(columns).load(c))?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        add(&rows);
    }
}

/// Each word with the agencies in whose names it stands.
fn with_agencies(conn: &mut Conn, words: Vec<String>) -> Result<Vec<(String, Vec<i64>)>> {
    let mut query = agencies::table.select((agencies::id, agencies::search_norm)).into_boxed::<MultiBackend>();
    for word in &words {
        query = query.or_filter(agencies::search_norm.like(containing(word)).escape('\\'));
    }
    let named: Vec<(i64, String)> = query.load(conn)?;
    let of = |word: &String| named.iter().filter(|(_, name)| name.contains(word.as_str())).map(|(id, _)| *id).collect();
    Ok(words.into_iter().map(|word| (of(&word), word)).map(|(ids, word)| (word, ids)).collect())
}
