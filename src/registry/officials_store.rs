//! Officials with all their parts in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{disciplines, management_levels, official_moves, officials, passports};
use crate::db::sealed::SealedText;
use crate::db::{Conn, containing, each, one_of, searched_words, to_json, word};
use crate::error::{Error, Result};
use crate::registry::officials::{Discipline, ManagementLevel, Official, Passport};
use crate::registry::officials_parts_store::{insert_discipline, insert_level, insert_passport};
use kernel::every_field;
use kernel::text::fold;
use kernel::time::Day;
use kernel::words::{PaperRef, PostLevel};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = officials, treat_none_as_null = true, treat_none_as_default_value = false)]
struct OfficialRow {
    id: i64,
    version: i64,
    full_name: String,
    search_norm: String,
    birth_date: Option<SealedText>,
    agency_id: i64,
    post: String,
    post_level: String,
    personnel: String,
    grade: Option<String>,
    party_member: bool,
    provincial_committee_member: bool,
    key_leader: bool,
    opening_year: Option<i64>,
    opening_count: i64,
    left_on: Option<Day>,
    merged_into: Option<i64>,
}

impl TryFrom<&Official> for OfficialRow {
    type Error = Error;

    fn try_from(o: &Official) -> Result<Self> {
        every_field!(Official of o:
            id, version, full_name, birth_date, agency_id, post, post_level, personnel, grade,
            party_member, provincial_committee_member, key_leader, opening_missions, left_on, merged_into, levels,
            passports, disciplines);
        Ok(OfficialRow {
            id: o.id,
            version: o.version,
            full_name: o.full_name.clone(),
            search_norm: fold(&o.full_name),
            birth_date: o.birth_date.map(|day| SealedText::hidden(&day.to_string())).transpose()?,
            agency_id: o.agency_id,
            post: o.post.clone(),
            post_level: o.post_level.word().to_owned(),
            personnel: o.personnel.word().to_owned(),
            grade: o.grade.as_ref().map(to_json).transpose()?,
            party_member: o.party_member,
            provincial_committee_member: o.provincial_committee_member,
            key_leader: o.key_leader,
            opening_year: o.opening_missions.map(|(year, _)| year),
            opening_count: o.opening_missions.map_or(0, |(_, count)| count),
            left_on: o.left_on,
            merged_into: o.merged_into,
        })
    }
}

impl TryFrom<OfficialRow> for Official {
    type Error = Error;

    fn try_from(row: OfficialRow) -> Result<Self> {
        Ok(Official {
            id: row.id,
            version: row.version,
            full_name: row.full_name,
            birth_date: row.birth_date.as_deref().map(stored_day).transpose()?,
            agency_id: row.agency_id,
            post: row.post,
            post_level: word(&row.post_level)?,
            personnel: word(&row.personnel)?,
            grade: row
                .grade
                .map(|g| serde_json::from_str(&g))
                .transpose()
                .map_err(|e| Error::Internal(e.to_string()))?,
            party_member: row.party_member,
            provincial_committee_member: row.provincial_committee_member,
            key_leader: row.key_leader,
            opening_missions: row.opening_year.map(|year| (year, row.opening_count)),
            left_on: row.left_on,
            merged_into: row.merged_into,
            levels: Vec::new(),
            passports: Vec::new(),
            disciplines: Vec::new(),
        })
    }
}

/// A day that was kept as a text, because a sealed day is one.
pub fn stored_day(text: &str) -> Result<Day> {
    text.parse().map_err(|_| Error::Internal("a birth date in the database is no day".into()))
}

type LevelRow = (i64, i64, String, Day, Option<Day>);
type PassportRow = (i64, i64, String, SealedText, Option<Day>, Day, String, Option<Day>, Option<String>);
type DisciplineRow = (i64, i64, String, String, Day, Option<Day>);

fn complete(conn: &mut Conn, rows: Vec<OfficialRow>) -> Result<Vec<Official>> {
    let mut people: Vec<Official> = rows.into_iter().map(Official::try_from).collect::<Result<_>>()?;
    let ids: Vec<i64> = people.iter().map(|o| o.id).collect();
    let place: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let levels = management_levels::table
        .filter(one_of(management_levels::official_id, &ids))
        .order(management_levels::valid_from)
        .select(management_levels::all_columns);
    let levels: Vec<LevelRow> = each!(conn, c => levels.load(c))?;
    for (id, official, managed_by, valid_from, valid_to) in levels {
        if let Some(person) = place.get(&official).and_then(|at| people.get_mut(*at)) {
            person.levels.push(ManagementLevel { id, managed_by: word(&managed_by)?, valid_from, valid_to });
        }
    }
    let held = passports::table.filter(one_of(passports::official_id, &ids)).select(passports::all_columns);
    let held: Vec<PassportRow> = each!(conn, c => held.load(c))?;
    for (id, official, kind, number, issued_on, expires_on, standing, standing_since, standing_document) in held {
        if let Some(person) = place.get(&official).and_then(|at| people.get_mut(*at)) {
            person.passports.push(Passport {
                id,
                kind: word(&kind)?,
                number: number.into_plain(),
                issued_on,
                expires_on,
                standing: word(&standing)?,
                standing_since,
                standing_document,
            });
        }
    }
    let found = disciplines::table.filter(one_of(disciplines::official_id, &ids)).select(disciplines::all_columns);
    let found: Vec<DisciplineRow> = each!(conn, c => found.load(c))?;
    for (id, official, kind, document, valid_from, valid_to) in found {
        if let Some(person) = place.get(&official).and_then(|at| people.get_mut(*at)) {
            person.disciplines.push(Discipline { id, kind, document, valid_from, valid_to });
        }
    }
    Ok(people)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Official>> {
    Ok(find_all(conn, &[id])?.pop())
}

/// The officials with these ids, unordered; ids that do not exist are ignored.
pub fn find_all(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Official>> {
    let these = officials::table.filter(one_of(officials::id, ids));
    let rows: Vec<OfficialRow> = each!(conn, c => these.select(OfficialRow::as_select()).load(c))?;
    complete(conn, rows)
}

/// Names of officials.
pub fn names(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let named = officials::table.filter(one_of(officials::id, ids)).select((officials::id, officials::full_name));
    let rows: Vec<(i64, String)> = each!(conn, c => named.load(c))?;
    Ok(rows.into_iter().collect())
}

/// What a dossier copies of an official.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOfficial {
    pub full_name: String,
    pub post: String,
    /// The agency of the day.
    pub agency_id: i64,
    pub post_level: PostLevel,
    /// First day on which the official is no longer in service.
    pub left_on: Option<Day>,
}

/// What a dossier copies of officials, as they were or will be on a day: people move between agencies, and figures by
/// agency follow the agency of the day.
pub fn known_on(conn: &mut Conn, ids: &[i64], day: Day) -> Result<HashMap<i64, KnownOfficial>> {
    let these = officials::table
        .filter(one_of(officials::id, ids))
        // A record that was merged is nobody whom a new dossier may name.
        .filter(officials::merged_into.is_null())
        .select((
            officials::id,
            officials::full_name,
            officials::post,
            officials::agency_id,
            officials::post_level,
            officials::left_on,
        ));
    let rows: Vec<(i64, String, String, i64, String, Option<Day>)> = each!(conn, c => these.load(c))?;
    let mut known = HashMap::new();
    for (id, full_name, post, agency_id, level, left_on) in rows {
        known.insert(id, KnownOfficial { full_name, post, agency_id, post_level: word(&level)?, left_on });
    }
    // Before a move, the official belonged to the agency that it left: the first move after the day decides.
    let later = official_moves::table
        .filter(one_of(official_moves::official_id, ids).and(official_moves::on_day.gt(day)))
        .order(official_moves::on_day.desc())
        .select((official_moves::official_id, official_moves::from_id));
    let later: Vec<(i64, i64)> = each!(conn, c => later.load(c))?;
    for (id, from) in later {
        if let Some(official) = known.get_mut(&id) {
            official.agency_id = from;
        }
    }
    Ok(known)
}

/// Somebody with this name and birth date, or with this name where one of the dates is not known.
pub fn namesake(conn: &mut Conn, full_name: &str, birth_date: Option<Day>) -> Result<Option<Official>> {
    let rows: Vec<OfficialRow> = officials::table
        .filter(officials::search_norm.eq(fold(full_name)))
        .filter(officials::merged_into.is_null())
        .order(officials::id)
        .select(OfficialRow::as_select())
        .load(conn)?;
    let named: Vec<Official> = rows.into_iter().map(Official::try_from).collect::<Result<_>>()?;
    let same = |one: &Official| one.birth_date.zip(birth_date).is_none_or(|(one, other)| one == other);
    Ok(named.into_iter().find(same))
}

/// A move to another agency, or out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialMove {
    pub id: i64,
    pub from: i64,
    /// None: out of service.
    pub to: Option<i64>,
    pub on: Day,
    pub document: Option<PaperRef>,
}

pub fn insert_move(conn: &mut Conn, official: i64, moved: &OfficialMove) -> Result<()> {
    every_field!(OfficialMove of moved: id, from, to, on, document);
    diesel::insert_into(official_moves::table)
        .values((
            official_moves::id.eq(moved.id),
            official_moves::official_id.eq(official),
            official_moves::from_id.eq(moved.from),
            official_moves::to_id.eq(moved.to),
            official_moves::on_day.eq(moved.on),
            official_moves::document.eq(moved.document.as_ref().map(to_json).transpose()?),
        ))
        .execute(conn)?;
    Ok(())
}

/// The day of the last move of an official.
pub fn last_move(conn: &mut Conn, official: i64) -> Result<Option<Day>> {
    let own = official_moves::table.filter(official_moves::official_id.eq(official));
    Ok(own.select(diesel::dsl::max(official_moves::on_day)).first(conn)?)
}

/// Officials after `after`, ordered by folded name and id.
pub fn page(
    conn: &mut Conn,
    agency: Option<i64>,
    q: Option<&str>,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Official>> {
    let mut query = officials::table
        .filter(officials::merged_into.is_null())
        .order((officials::search_norm, officials::id))
        .limit(limit)
        .select(OfficialRow::as_select())
        .into_boxed();
    if let Some(agency) = agency {
        query = query.filter(officials::agency_id.eq(agency));
    }
    for word in searched_words(q) {
        query = query.filter(officials::search_norm.like(containing(&word)).escape('\\'));
    }
    if let Some((name, id)) = after {
        let later = officials::search_norm.gt(name.clone());
        query = query.filter(later.or(officials::search_norm.eq(name).and(officials::id.gt(id))));
    }
    let rows: Vec<OfficialRow> = query.load(conn)?;
    complete(conn, rows)
}

pub fn count(conn: &mut Conn, agency: Option<i64>, q: Option<&str>) -> Result<i64> {
    let mut query =
        officials::table.filter(officials::merged_into.is_null()).select(diesel::dsl::count_star()).into_boxed();
    if let Some(agency) = agency {
        query = query.filter(officials::agency_id.eq(agency));
    }
    for word in searched_words(q) {
        query = query.filter(officials::search_norm.like(containing(&word)).escape('\\'));
    }
    Ok(query.first(conn)?)
}

/// Adds an official with levels, passports and disciplines.
pub fn insert(conn: &mut Conn, official: &Official) -> Result<()> {
    diesel::insert_into(officials::table).values(OfficialRow::try_from(official)?).execute(conn)?;
    for level in &official.levels {
        insert_level(conn, official.id, level)?;
    }
    for passport in &official.passports {
        insert_passport(conn, official.id, passport)?;
    }
    for discipline in &official.disciplines {
        insert_discipline(conn, official.id, discipline)?;
    }
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update(conn: &mut Conn, official: &Official) -> Result<()> {
    let row = OfficialRow::try_from(official)?;
    each!(conn, c => diesel::update(officials::table.find(official.id)).set(&row).execute(c))?;
    Ok(())
}

pub fn raise_version(conn: &mut Conn, official: &Official) -> Result<()> {
    diesel::update(officials::table.find(official.id))
        .set(officials::version.eq(official.version + 1))
        .execute(conn)?;
    Ok(())
}
