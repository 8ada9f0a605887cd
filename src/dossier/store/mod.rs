//! Rows of the register of dossiers.

pub mod erasing;
pub mod few;
pub mod filter;
pub mod kept_texts;
pub mod list;
pub mod numbers;
pub mod participants;
pub mod versions;
pub mod visible;

use diesel::prelude::*;

use crate::approval::store as approval;
use crate::db::schema::dossiers;
use crate::db::{Conn, each, from_json, insert_rows, load_of, to_json, word};
use crate::dossier::flow::State;
use crate::dossier::model::{Dossier, Listed};
use crate::dossier::{Content, StoredContent};
use crate::error::{Code, Result, refuse};
use kernel::every_field;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dossiers, treat_none_as_default_value = false)]
struct DossierRow {
    id: i64,
    version: i64,
    register: String,
    procedure: String,
    number: Option<String>,
    title: String,
    search_norm: String,
    texts_version: i64,
    agency_id: i64,
    listed_on: Day,
    begins_on: Option<Day>,
    ends_on: Option<Day>,
    countries: String,
    headcount: i64,
    counterpart_norm: String,
    counterpart_country: String,
    content: String,
    state: String,
    signature_requested: bool,
    created_by: i64,
    created_at: Moment,
    updated_at: Moment,
    submitted_on: Option<Day>,
    complete_on: Option<Day>,
    due_on: Option<Day>,
    ruling: Option<String>,
    decision: Option<String>,
    report: Option<String>,
    amendments: Option<String>,
}

/// The columns that most actions change; the rest is the agency's content.
#[derive(AsChangeset)]
#[diesel(table_name = dossiers, treat_none_as_null = true)]
struct StandingRow {
    version: i64,
    state: &'static str,
    signature_requested: bool,
    updated_at: Moment,
    submitted_on: Option<Day>,
    complete_on: Option<Day>,
    due_on: Option<Day>,
    ruling: Option<String>,
    decision: Option<String>,
    report: Option<String>,
    amendments: Option<String>,
}

/// The other columns, as far as an edit changed them: an unchanged column is not written, nor are its indexes.
#[derive(AsChangeset)]
#[diesel(table_name = dossiers)]
struct ContentRow {
    number: Option<Option<String>>,
    title: Option<String>,
    search_norm: Option<String>,
    texts_version: Option<i64>,
    agency_id: Option<i64>,
    listed_on: Option<Day>,
    begins_on: Option<Option<Day>>,
    ends_on: Option<Option<Day>>,
    countries: Option<String>,
    headcount: Option<i64>,
    counterpart_norm: Option<String>,
    counterpart_country: Option<String>,
    content: String,
}

fn content_row<C: Content>(new: &Dossier<C>, old: &Dossier<C>) -> Result<ContentRow> {
    fn changed<T: PartialEq>(new: T, old: T) -> Option<T> {
        (new != old).then_some(new)
    }
    let (c, b) = (&new.content, &old.content);
    let (listed, before) = (c.listed(), b.listed());
    // Folding is expensive: only texts that changed are folded.
    let searched = changed(searched(new, &listed), searched(old, &before)).map(|text| fold(&text));
    let countries = changed(listed.countries.join(","), before.countries.join(","));
    let counterpart = changed(listed.counterpart.unwrap_or_default(), before.counterpart.unwrap_or_default());
    Ok(ContentRow {
        number: changed(new.number.clone(), old.number.clone()),
        title: changed(c.title(), b.title()).map(str::to_owned),
        search_norm: searched,
        texts_version: None,
        agency_id: changed(c.agency_id(), b.agency_id()),
        listed_on: changed(listed.listed_on, before.listed_on),
        begins_on: changed(listed.days.map(|d| d.from), before.days.map(|d| d.from)),
        ends_on: changed(listed.days.map(|d| d.to), before.days.map(|d| d.to)),
        countries,
        headcount: changed(listed.headcount, before.headcount),
        counterpart_norm: counterpart.as_ref().map(|(name, _)| fold(name)),
        counterpart_country: counterpart.map(|(_, country)| country),
        content: c.json()?,
    })
}

/// All text by which a search finds a dossier.
fn searched<C: Content>(dossier: &Dossier<C>, listed: &Listed) -> String {
    let counterpart = listed.counterpart.as_ref().map_or("", |(name, _)| name.as_str());
    let number = dossier.number.as_deref().unwrap_or("");
    format!("{number} {} {} {counterpart}", dossier.content.title(), listed.names.join(" "))
}

fn standing_row<C: Content>(dossier: &Dossier<C>) -> Result<StandingRow> {
    every_field!(Dossier of dossier:
        id, version, number, content, state, signature_requested, created_by, created_at, updated_at,
        submitted_on, complete_on, ruling, decision, report, process, amendments);
    Ok(StandingRow {
        version: dossier.version,
        state: dossier.state.word(),
        signature_requested: dossier.signature_requested,
        updated_at: dossier.updated_at,
        submitted_on: dossier.submitted_on,
        complete_on: dossier.complete_on,
        due_on: dossier.due_on(),
        ruling: dossier.ruling.as_ref().map(to_json).transpose()?,
        decision: dossier.decision.as_ref().map(to_json).transpose()?,
        report: dossier.report.as_ref().map(to_json).transpose()?,
        amendments: Some(&dossier.amendments).filter(|all| !all.is_empty()).map(to_json).transpose()?,
    })
}

fn row<C: Content>(dossier: &Dossier<C>, json: String, texts_version: i64) -> Result<DossierRow> {
    let c = &dossier.content;
    let listed = c.listed();
    let search_norm = fold(&searched(dossier, &listed));
    let Listed { listed_on, days, countries, headcount, names: _, counterpart } = listed;
    let (counterpart, counterpart_country) = counterpart.unwrap_or_default();
    let standing = standing_row(dossier)?;
    Ok(DossierRow {
        id: dossier.id,
        version: dossier.version,
        register: C::ENTRY.key.to_owned(),
        procedure: c.procedure().word().to_owned(),
        number: dossier.number.clone(),
        title: c.title().to_owned(),
        search_norm,
        texts_version,
        agency_id: c.agency_id(),
        listed_on,
        begins_on: days.map(|d| d.from),
        ends_on: days.map(|d| d.to),
        countries: countries.join(","),
        headcount,
        counterpart_norm: fold(&counterpart),
        counterpart_country,
        content: json,
        state: standing.state.to_owned(),
        signature_requested: standing.signature_requested,
        created_by: dossier.created_by,
        created_at: dossier.created_at,
        updated_at: standing.updated_at,
        submitted_on: standing.submitted_on,
        complete_on: standing.complete_on,
        due_on: standing.due_on,
        ruling: standing.ruling,
        decision: standing.decision,
        report: standing.report,
        amendments: standing.amendments,
    })
}

/// The dossier with its parts and its process; `None` if this register has no such id.
pub fn load<C: Content>(conn: &mut Conn, id: i64) -> Result<Option<Dossier<C>>> {
    Ok(load_all(conn, &[id])?.pop())
}

/// Those of these dossiers that this register has, in the order of their ids. However many they are, each part is read
/// with one statement.
pub fn load_all<C: Content>(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Dossier<C>>> {
    let own = dossiers::table.order(dossiers::id);
    let mut rows: Vec<DossierRow> = load_of!(conn, own.select(DossierRow::as_select()), dossiers::id, ids)?;
    rows.retain(|row| row.register == C::ENTRY.key);
    let contents = C::load(conn, rows.iter_mut().map(stored_content).collect::<Result<_>>()?)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut processes = approval::processes(conn, &ids)?;
    let dossier = |(row, content): (DossierRow, C)| {
        Ok(Dossier {
            id: row.id,
            version: row.version,
            number: row.number,
            content,
            state: word(&row.state)?,
            signature_requested: row.signature_requested,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            submitted_on: row.submitted_on,
            complete_on: row.complete_on,
            ruling: row.ruling.as_deref().map(from_json).transpose()?,
            decision: row.decision.as_deref().map(from_json).transpose()?,
            report: row.report.as_deref().map(from_json).transpose()?,
            process: processes.remove(&row.id).unwrap_or_default(),
            amendments: row.amendments.as_deref().map(from_json).transpose()?.unwrap_or_default(),
        })
    };
    rows.into_iter().zip(contents).map(dossier).collect()
}

/// What the content of a row is made of; it leaves the row.
fn stored_content(row: &mut DossierRow) -> Result<StoredContent> {
    Ok(StoredContent {
        id: row.id,
        procedure: word(&row.procedure)?,
        title: std::mem::take(&mut row.title),
        agency_id: row.agency_id,
        days: row.begins_on.zip(row.ends_on).map(|(from, to)| Period { from, to }),
        listed_on: row.listed_on,
        json: std::mem::take(&mut row.content),
    })
}

/// The word of the register that has the dossier.
pub fn register_of(conn: &mut Conn, id: i64) -> Result<Option<String>> {
    Ok(each!(conn, c => dossiers::table.find(id).select(dossiers::register).first(c)).optional()?)
}

pub fn insert<C: Content>(conn: &mut Conn, dossier: &Dossier<C>) -> Result<()> {
    // The row comes first because the parts refer to it; the JSON of the content needs no database.
    let json = dossier.content.json()?;
    let row = row(dossier, json, kept_texts::next_version(conn)?)?;
    each!(conn, c => diesel::insert_into(dossiers::table).values(&row).execute(c))?;
    dossier.content.save(conn, dossier.id, None)?;
    numbers::keep(conn, dossier, None)?;
    participants::keep(conn, dossier, None)?;
    C::keep_standing(conn, dossier, None)?;
    save_process(conn, dossier, None)
}

/// Inserts many at once.
pub fn insert_all<C: Content>(conn: &mut Conn, all: &[Dossier<C>]) -> Result<()> {
    let texts = kept_texts::next_version(conn)?;
    let rows: Vec<DossierRow> =
        all.iter().map(|dossier| row(dossier, dossier.content.json()?, texts)).collect::<Result<_>>()?;
    insert_rows!(conn, dossiers::table, &rows);
    for dossier in all {
        dossier.content.save(conn, dossier.id, None)?;
        numbers::keep(conn, dossier, None)?;
        participants::keep(conn, dossier, None)?;
        C::keep_standing(conn, dossier, None)?;
        save_process(conn, dossier, None)?;
    }
    Ok(())
}

fn save_process<C: Content>(conn: &mut Conn, dossier: &Dossier<C>, before: Option<&Dossier<C>>) -> Result<()> {
    let c = &dossier.content;
    let owner =
        approval::StepOwner { id: dossier.id, procedure: c.procedure(), title: c.title(), agency_id: c.agency_id() };
    // The title is stored with every step, so a new title rewrites them all.
    let kept = before.filter(|b| b.content.title() == c.title());
    if kept.is_none() && before.is_some() {
        approval::delete_steps(conn, &[dossier.id])?;
    }
    approval::save(conn, &owner, kept.map(|b| &b.process), &dossier.process)
}

/// Saves what differs from `before`, the dossier as it was loaded; another version in the table is a conflict.
pub fn save<C: Content>(conn: &mut Conn, dossier: &Dossier<C>, before: &Dossier<C>) -> Result<()> {
    let place = dossiers::table.filter(dossiers::id.eq(dossier.id)).filter(dossiers::version.eq(before.version));
    let same = dossier.content == before.content && dossier.number == before.number;
    let saved = if same {
        let standing = standing_row(dossier)?;
        each!(conn, c => diesel::update(place).set(&standing).execute(c))?
    } else {
        dossier.content.save(conn, dossier.id, Some(&before.content))?;
        participants::keep(conn, dossier, Some(before))?;
        let mut content = content_row(dossier, before)?;
        if content.search_norm.is_some() || content.agency_id.is_some() {
            content.texts_version = Some(kept_texts::next_version(conn)?);
        }
        let changes = (standing_row(dossier)?, content);
        each!(conn, c => diesel::update(place).set(changes).execute(c))?
    };
    if saved != 1 {
        return Err(refuse(Code::VersionConflict, "Hồ sơ vừa được thay đổi.", "The dossier has just been changed."));
    }
    numbers::keep(conn, dossier, Some(before))?;
    C::keep_standing(conn, dossier, Some(before))?;
    save_process(conn, dossier, Some(before))
}

/// Writes again what a dossier is found by: rows from before a migration lack some of it.
pub fn index<C: Content>(conn: &mut Conn, dossier: &Dossier<C>) -> Result<()> {
    let listed = dossier.content.listed();
    let (name, country) = listed.counterpart.clone().unwrap_or_default();
    let texts = kept_texts::next_version(conn)?;
    diesel::update(dossiers::table.find(dossier.id))
        .set((
            dossiers::search_norm.eq(fold(&searched(dossier, &listed))),
            dossiers::texts_version.eq(texts),
            dossiers::counterpart_norm.eq(fold(&name)),
            dossiers::counterpart_country.eq(country),
        ))
        .execute(conn)?;
    C::index(conn, dossier)?;
    participants::delete(conn, &[dossier.id])?;
    participants::keep(conn, dossier, None)
}

/// Most dossiers that are read or deleted together.
pub const AT_ONCE: usize = 500;

/// Deletes dossiers with everything that belongs to them.
pub fn delete<C: Content>(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(AT_ONCE) {
        C::delete(conn, some)?;
        approval::delete(conn, some)?;
        versions::delete(conn, some)?;
        numbers::delete(conn, some)?;
        participants::delete(conn, some)?;
        diesel::delete(dossiers::table.filter(dossiers::id.eq_any(some))).execute(conn)?;
    }
    Ok(())
}

/// Ids of every dossier of a register, for rebuilding facts.
pub fn all_ids(conn: &mut Conn, register: &str) -> Result<Vec<i64>> {
    Ok(dossiers::table.filter(dossiers::register.eq(register)).order(dossiers::id).select(dossiers::id).load(conn)?)
}

/// Ids of the dossiers of a register that were submitted on these days.
pub fn submitted_ids(conn: &mut Conn, register: &str, days: Period) -> Result<Vec<i64>> {
    Ok(dossiers::table
        .filter(dossiers::register.eq(register))
        .filter(dossiers::submitted_on.assume_not_null().between(days.from, days.to))
        .order(dossiers::id)
        .select(dossiers::id)
        .load(conn)?)
}

/// Whether nobody travels and nobody hosts by a dossier of this stored state.
pub fn is_void(state: &str) -> bool {
    State::VOID.iter().any(|void| void.word() == state)
}

/// States as they are stored.
pub fn words_of(states: &[State]) -> Vec<&'static str> {
    states.iter().map(|s| s.word()).collect()
}
