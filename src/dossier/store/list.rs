//! Lists of the dossiers that an actor sees, filtered, with keyset pagination.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::access::account::Actor;
use crate::db::schema::{agencies, dossiers, outbound_members, plan_draws};
use crate::db::{Conn, MultiBackend, containing, searched_words};
use crate::dossier::flow::State;
use crate::dossier::store::few::NarrowedFilter;
use crate::dossier::store::filter::{DossierFilter, ListedBy};
use crate::dossier::store::visible::{RowCondition, either, visible, visible_whole, waits_for};
use crate::dossier::store::words_of;
use crate::error::Result;
use kernel::procedure::RegisterEntries;
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

/// Where the previous page ended.
#[derive(Debug, Clone)]
pub enum ListPlace {
    Begins(Day, i64),
    Updated(Moment, i64),
    Numbered(String, i64),
}

impl ListPlace {
    /// The place of a row in an order.
    pub fn of(item: &DossierItem, by: ListedBy) -> Self {
        match by {
            ListedBy::FirstDay => ListPlace::Begins(item.listed_on, item.id),
            ListedBy::Update => ListPlace::Updated(item.updated_at, item.id),
            ListedBy::Number => ListPlace::Numbered(item.number.clone().unwrap_or_default(), item.id),
        }
    }
}

/// The number, empty for a draft.
fn number() -> diesel::expression::SqlLiteral<Text> {
    diesel::dsl::sql::<Text>("COALESCE(number, '')")
}

/// A member of a stored content with one of these words. A quotation mark inside a text is escaped there, so the pattern finds
/// nothing but the member.
fn content_says<'a>(member: &str, words: impl Iterator<Item = &'a str>) -> Option<RowCondition> {
    let mut found: Option<RowCondition> = None;
    for word in words {
        let pattern = format!("%\"{member}\":\"{word}\"%");
        either(&mut found, Box::new(dossiers::content.like(pattern)));
    }
    found
}

fn conditions(filter: &DossierFilter, actor: &Actor, registers: &RegisterEntries, today: Day) -> Vec<RowCondition> {
    let mut all: Vec<RowCondition> = vec![Box::new(dossiers::register.eq(filter.register)), visible(actor, registers)];
    match filter.states.as_slice() {
        [] => {}
        [one] => all.push(Box::new(dossiers::state.eq(one.word()))),
        several => all.push(Box::new(dossiers::state.eq_any(words_of(several)))),
    }
    if !filter.procedures.is_empty() {
        let words: Vec<String> = filter.procedures.iter().map(ToString::to_string).collect();
        all.push(Box::new(dossiers::procedure.eq_any(words)));
    }
    all.extend(content_says("purpose", filter.purposes.iter().map(|purpose| purpose.word())));
    all.extend(content_says("field", filter.fields.iter().map(|field| field.word())));
    if let Some(official) = filter.traveller {
        let own = outbound_members::table
            .filter(outbound_members::official_id.eq(official))
            .select(outbound_members::delegation_id);
        all.push(Box::new(dossiers::id.eq_any(own)));
    }
    if let Some(planned) = filter.in_plan {
        // As decided; before the decision, if it uses an item; of a list, as the list says.
        let drawn = plan_draws::table.select(plan_draws::delegation_id);
        let says = |text: &'static str| dossiers::content.like(text);
        let yes = says("%\"planned\":true%")
            .or(says("%\"in_plan\":true%"))
            .or(dossiers::id.eq_any(drawn).and(diesel::dsl::not(says("%\"planned\":false%"))));
        all.push(if planned { Box::new(yes) } else { Box::new(diesel::dsl::not(yes)) });
    }
    if let Some(ids) = &filter.among {
        all.push(Box::new(dossiers::id.eq_any(ids.clone())));
    }
    // Every word, in any order: in number, title, people and partner, or in the name of the agency.
    for word in searched_words(filter.q.as_deref()) {
        let named =
            agencies::table.filter(agencies::search_norm.like(containing(&word)).escape('\\')).select(agencies::id);
        let own = dossiers::search_norm.like(containing(&word)).escape('\\');
        all.push(Box::new(own.or(dossiers::agency_id.eq_any(named))));
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
    if !filter.waiting_for.is_empty() {
        all.push(waits_for(&filter.waiting_for, actor, registers));
    }
    if filter.mine {
        all.push(Box::new(dossiers::created_by.eq(actor.id())));
    }
    all
}

/// Rows after a position, in the requested order.
pub fn page(
    conn: &mut Conn,
    filter: &NarrowedFilter,
    actor: &Actor,
    registers: &RegisterEntries,
    today: Day,
    after: Option<ListPlace>,
    limit: i64,
) -> Result<Vec<DossierItem>> {
    if filter.finds_nothing() {
        return Ok(Vec::new());
    }
    let mut query = dossiers::table.select(DossierItem::as_select()).limit(limit).into_boxed::<MultiBackend>();
    for condition in conditions(filter, actor, registers, today) {
        query = query.filter(condition);
    }
    let down = filter.order.descending;
    // Of two conditions, the first lets the index start at the position; the second alone would not.
    query = match after {
        Some(ListPlace::Begins(day, id)) if down => {
            query.filter(dossiers::listed_on.le(day)).filter(dossiers::listed_on.lt(day).or(dossiers::id.lt(id)))
        }
        Some(ListPlace::Begins(day, id)) => {
            query.filter(dossiers::listed_on.ge(day)).filter(dossiers::listed_on.gt(day).or(dossiers::id.gt(id)))
        }
        Some(ListPlace::Updated(at, id)) if down => {
            query.filter(dossiers::updated_at.le(at)).filter(dossiers::updated_at.lt(at).or(dossiers::id.lt(id)))
        }
        Some(ListPlace::Updated(at, id)) => {
            query.filter(dossiers::updated_at.ge(at)).filter(dossiers::updated_at.gt(at).or(dossiers::id.gt(id)))
        }
        Some(ListPlace::Numbered(at, id)) if down => {
            query.filter(number().le(at.clone())).filter(number().lt(at).or(dossiers::id.lt(id)))
        }
        Some(ListPlace::Numbered(at, id)) => {
            query.filter(number().ge(at.clone())).filter(number().gt(at).or(dossiers::id.gt(id)))
        }
        None => query,
    };
    query = match (filter.order.by, down) {
        (ListedBy::FirstDay, false) => query.order((dossiers::listed_on, dossiers::id)),
        (ListedBy::FirstDay, true) => query.order((dossiers::listed_on.desc(), dossiers::id.desc())),
        (ListedBy::Update, false) => query.order((dossiers::updated_at, dossiers::id)),
        (ListedBy::Update, true) => query.order((dossiers::updated_at.desc(), dossiers::id.desc())),
        (ListedBy::Number, false) => query.order((number(), dossiers::id)),
        (ListedBy::Number, true) => query.order((number().desc(), dossiers::id.desc())),
    };
    Ok(query.load(conn)?)
}

pub fn count(
    conn: &mut Conn,
    filter: &NarrowedFilter,
    actor: &Actor,
    registers: &RegisterEntries,
    today: Day,
) -> Result<i64> {
    if filter.finds_nothing() {
        return Ok(0);
    }
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
    let mut theirs: Option<RowCondition> = None;
    for (name, country) in names {
        let own = dossiers::counterpart_norm.eq(name.clone()).and(dossiers::counterpart_country.eq(country.clone()));
        either(&mut theirs, Box::new(own));
    }
    let Some(theirs) = theirs else { return Ok(Vec::new()) };
    let query = dossiers::table
        .filter(theirs)
        .filter(visible(actor, registers))
        .order((dossiers::listed_on.desc(), dossiers::id.desc()))
        .limit(limit)
        .select(DossierItem::as_select())
        .into_boxed::<MultiBackend>();
    Ok(query.load(conn)?)
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
        .filter(dossiers::begins_on.assume_not_null().le(period.to))
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
