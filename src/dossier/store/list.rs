//! Lists of the dossiers that an actor sees, filtered, with keyset pagination.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::access::account::Actor;
use crate::db::schema::dossiers;
use crate::db::{Conn, MultiBackend, containing};
use crate::dossier::flow::State;
use crate::dossier::store::visible::{RowCondition, visible, visible_whole};
use crate::dossier::store::words_of;
use crate::error::Result;
use kernel::checks::LONGEST;
use kernel::procedure::RegisterEntries;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};

/// One row of a list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
pub struct DossierItem {
    pub id: i64,
    pub procedure: String,
    pub number: Option<String>,
    pub title: String,
    pub state: String,
    pub agency_id: i64,
    pub register: String,
    pub listed_on: Day,
    pub begins_on: Option<Day>,
    pub ends_on: Option<Day>,
    pub countries: String,
    pub headcount: i64,
    pub due_on: Option<Day>,
    pub version: i64,
    pub updated_at: Moment,
}

/// The filter of a list.
#[derive(Debug, Clone)]
pub struct DossierFilter {
    /// The word of the register.
    pub register: &'static str,
    pub state: Option<State>,
    pub q: Option<String>,
    pub agency_id: Option<i64>,
    pub country: Option<String>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub year: Option<i32>,
    pub overdue: Option<bool>,
    pub mine: bool,
    pub newest_first: bool,
}

/// Where the previous page ended.
#[derive(Debug, Clone)]
pub enum ListPlace {
    Begins(Day, i64),
    Updated(Moment, i64),
}

fn conditions(filter: &DossierFilter, actor: &Actor, registers: &RegisterEntries, today: Day) -> Vec<RowCondition> {
    let mut all: Vec<RowCondition> = vec![Box::new(dossiers::register.eq(filter.register)), visible(actor, registers)];
    if let Some(state) = filter.state {
        all.push(Box::new(dossiers::state.eq(state.word())));
    }
    if let Some(q) = &filter.q {
        all.push(Box::new(dossiers::search_norm.like(containing(&fold(q))).escape('\\')));
    }
    if let Some(agency) = filter.agency_id {
        all.push(Box::new(dossiers::agency_id.eq(agency)));
    }
    if let Some(country) = &filter.country {
        // Codes have two letters each and are separated by commas, so none is part of another.
        all.push(Box::new(dossiers::countries.like(containing(country)).escape('\\')));
    }
    if let Some(from) = filter.from {
        all.push(Box::new(dossiers::listed_on.ge(from)));
    }
    if let Some(to) = filter.to {
        all.push(Box::new(dossiers::listed_on.le(to)));
    }
    if let Some(year) = filter.year {
        let day = |month, day| Day::from_ymd_opt(year, month, day).unwrap_or(Day::MAX);
        all.push(Box::new(dossiers::listed_on.between(day(1, 1), day(12, 31))));
    }
    if let Some(overdue) = filter.overdue {
        let late = dossiers::due_on.is_not_null().and(dossiers::due_on.assume_not_null().lt(today));
        all.push(if overdue { Box::new(late) } else { Box::new(diesel::dsl::not(late)) });
    }
    if filter.mine {
        all.push(Box::new(dossiers::created_by.eq(actor.id())));
    }
    all
}

/// Rows after a position, in the requested order.
pub fn page(
    conn: &mut Conn,
    filter: &DossierFilter,
    actor: &Actor,
    registers: &RegisterEntries,
    today: Day,
    after: Option<ListPlace>,
    limit: i64,
) -> Result<Vec<DossierItem>> {
    let mut query = dossiers::table.select(DossierItem::as_select()).limit(limit).into_boxed::<MultiBackend>();
    for condition in conditions(filter, actor, registers, today) {
        query = query.filter(condition);
    }
    query = match after {
        Some(ListPlace::Begins(day, id)) => {
            // The first condition lets the index start at the position; the second alone would not.
            query.filter(dossiers::listed_on.ge(day)).filter(dossiers::listed_on.gt(day).or(dossiers::id.gt(id)))
        }
        Some(ListPlace::Updated(at, id)) => {
            query.filter(dossiers::updated_at.le(at)).filter(dossiers::updated_at.lt(at).or(dossiers::id.lt(id)))
        }
        None => query,
    };
    query = if filter.newest_first {
        query.order((dossiers::updated_at.desc(), dossiers::id.desc()))
    } else {
        query.order((dossiers::listed_on, dossiers::id))
    };
    Ok(query.load(conn)?)
}

pub fn count(
    conn: &mut Conn,
    filter: &DossierFilter,
    actor: &Actor,
    registers: &RegisterEntries,
    today: Day,
) -> Result<i64> {
    let mut query = dossiers::table.select(diesel::dsl::count_star()).into_boxed::<MultiBackend>();
    for condition in conditions(filter, actor, registers, today) {
        query = query.filter(condition);
    }
    Ok(query.first(conn)?)
}

/// Those of these dossiers that the actor sees.
pub fn seen(
    conn: &mut Conn,
    actor: &Actor,
    registers: &RegisterEntries,
    ids: &[i64],
) -> Result<HashMap<i64, DossierItem>> {
    let query = dossiers::table
        .filter(dossiers::id.eq_any(ids.to_vec()))
        .filter(visible(actor, registers))
        .select(DossierItem::as_select())
        .into_boxed::<MultiBackend>();
    let items: Vec<DossierItem> = query.load(conn)?;
    Ok(items.into_iter().map(|item| (item.id, item)).collect())
}

/// Those of these dossiers of which the actor sees the whole.
pub fn seen_whole(conn: &mut Conn, actor: &Actor, registers: &RegisterEntries, ids: &[i64]) -> Result<HashSet<i64>> {
    let query = dossiers::table
        .filter(dossiers::id.eq_any(ids.to_vec()))
        .filter(visible_whole(actor, registers))
        .select(dossiers::id)
        .into_boxed::<MultiBackend>();
    Ok(query.load::<i64>(conn)?.into_iter().collect())
}

/// Titles of those among the given dossiers that the actor sees.
pub fn titles(
    conn: &mut Conn,
    actor: &Actor,
    registers: &RegisterEntries,
    ids: &[i64],
) -> Result<HashMap<i64, String>> {
    Ok(seen(conn, actor, registers, ids)?.into_iter().map(|(id, item)| (id, item.title)).collect())
}

/// The dossiers with a partner that the actor sees, latest first; `names` are the partner's folded names with countries.
pub fn with_counterpart(
    conn: &mut Conn,
    actor: &Actor,
    registers: &RegisterEntries,
    names: &[(String, String)],
    limit: i64,
) -> Result<Vec<DossierItem>> {
    let folded: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
    let query = dossiers::table
        .filter(dossiers::counterpart_norm.eq_any(folded))
        .filter(visible(actor, registers))
        .order((dossiers::listed_on.desc(), dossiers::id.desc()))
        .limit(limit)
        .select((DossierItem::as_select(), dossiers::counterpart_norm, dossiers::counterpart_country))
        .into_boxed::<MultiBackend>();
    let rows: Vec<(DossierItem, String, String)> = query.load(conn)?;
    let own = rows.into_iter().filter(|(_, name, country)| names.contains(&(name.clone(), country.clone())));
    Ok(own.map(|(item, ..)| item).collect())
}

/// The dossiers with days in a period that the actor sees, by their first day, the latest if there are more than `limit`;
/// with those that were rejected, withdrawn or cancelled, or without.
pub fn in_period(
    conn: &mut Conn,
    actor: &Actor,
    registers: &RegisterEntries,
    period: Period,
    void: bool,
    limit: i64,
) -> Result<Vec<DossierItem>> {
    let keys: Vec<&str> = registers.0.iter().map(|entry| entry.key).collect();
    let mut query = dossiers::table
        // Every register, named for the index that begins with it. An index of the days alone would draw the lists of
        // one register away from theirs, and halve them.
        .filter(dossiers::register.eq_any(keys))
        // The longest delegation bounds how far back the index has to be read.
        .filter(dossiers::listed_on.between(period.from - chrono::Duration::days(LONGEST), period.to))
        .filter(dossiers::begins_on.is_not_null())
        .filter(dossiers::ends_on.assume_not_null().ge(period.from))
        .filter(visible(actor, registers))
        .order((dossiers::listed_on.desc(), dossiers::id.desc()))
        .limit(limit)
        .select(DossierItem::as_select())
        .into_boxed::<MultiBackend>();
    if !void {
        query = query.filter(dossiers::state.ne_all(words_of(&State::VOID)));
    }
    let mut found: Vec<DossierItem> = query.load(conn)?;
    found.sort_by_key(|item| (item.listed_on, item.id));
    Ok(found)
}
