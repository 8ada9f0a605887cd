//! Rows of outbound dossiers.

pub mod list;

use diesel::prelude::*;

use crate::approval::store as approval;
use crate::db::schema::{
    officials, outbound_delegations as trips, outbound_members as members, outbound_stops as stops,
};
use crate::db::{Conn, each, word};
use crate::dossier::model::{Member, Stop};
use crate::error::{Code, Error, Result, refuse};
use crate::kernel::id::Id;
use crate::kernel::text::fold;
use crate::kernel::time::{Day, Moment, Period};
use crate::procedures::outbound::flow::State;
use crate::procedures::outbound::model::{Content, Person, Trip, Verdicts};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = trips, treat_none_as_null = true)]
struct Row {
    id: i64,
    version: i64,
    number: Option<String>,
    title: String,
    search_norm: String,
    procedure: String,
    purpose: String,
    field: Option<String>,
    capacity: String,
    requesting_agency_id: i64,
    plan_item_id: Option<i64>,
    funding: String,
    inviting_party: String,
    departure_date: Day,
    return_date: Day,
    countries: String,
    headcount: i64,
    note: Option<String>,
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
    journey: String,
}

/// What acts on a dossier change of its row; the rest is the agency's content.
#[derive(AsChangeset)]
#[diesel(table_name = trips, treat_none_as_null = true)]
struct StandingRow {
    version: i64,
    number: Option<String>,
    state: &'static str,
    signature_requested: bool,
    updated_at: Moment,
    submitted_on: Option<Day>,
    complete_on: Option<Day>,
    due_on: Option<Day>,
    ruling: Option<String>,
    decision: Option<String>,
    report: Option<String>,
    journey: String,
}

fn standing_row(trip: &Trip) -> Result<StandingRow> {
    Ok(StandingRow {
        version: trip.version,
        number: trip.number.clone(),
        state: trip.state.word(),
        signature_requested: trip.signature_requested,
        updated_at: trip.updated_at,
        submitted_on: trip.submitted_on,
        complete_on: trip.complete_on,
        due_on: trip.due_on(),
        ruling: trip.ruling.as_ref().map(to_json).transpose()?,
        decision: trip.decision.as_ref().map(to_json).transpose()?,
        report: trip.report.as_ref().map(to_json).transpose()?,
        journey: to_json(&trip.journey)?,
    })
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Internal(format!("unreadable JSON in the database: {e}")))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.to_string()))
}

fn row(trip: &Trip) -> Result<Row> {
    let c = &trip.content;
    let searched = format!(
        "{} {} {}",
        trip.number.as_deref().unwrap_or(""),
        c.title,
        trip.people.iter().map(|p| p.full_name.as_str()).collect::<Vec<_>>().join(" ")
    );
    Ok(Row {
        id: trip.id,
        version: trip.version,
        number: trip.number.clone(),
        title: c.title.clone(),
        search_norm: fold(&searched),
        procedure: c.procedure.word().to_owned(),
        purpose: c.purpose.word().to_owned(),
        field: c.field.map(|f| f.word().to_owned()),
        capacity: c.capacity.word().to_owned(),
        requesting_agency_id: c.agency_id,
        plan_item_id: c.plan_item_id,
        funding: to_json(&c.funding)?,
        inviting_party: to_json(&c.inviting_party)?,
        departure_date: c.departure,
        return_date: c.returning,
        countries: c.countries().join(","),
        headcount: i64::try_from(c.members.len()).unwrap_or(i64::MAX),
        note: c.note.clone(),
        state: trip.state.word().to_owned(),
        signature_requested: trip.signature_requested,
        created_by: trip.created_by,
        created_at: trip.created_at,
        updated_at: trip.updated_at,
        submitted_on: trip.submitted_on,
        complete_on: trip.complete_on,
        due_on: trip.due_on(),
        ruling: trip.ruling.as_ref().map(to_json).transpose()?,
        decision: trip.decision.as_ref().map(to_json).transpose()?,
        report: trip.report.as_ref().map(to_json).transpose()?,
        journey: to_json(&trip.journey)?,
    })
}

type MemberRow = (i64, String, Option<i64>, Option<String>, Option<String>, i64, String, String);
type StopRow = (String, String, Day, Day);

/// The dossier with members, stops and process; none where there is no such id.
pub fn load(conn: &mut Conn, id: i64) -> Result<Option<Trip>> {
    let found: Option<Row> = trips::table.find(id).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = found else { return Ok(None) };
    let who: Vec<MemberRow> = members::table
        .inner_join(officials::table)
        .filter(members::delegation_id.eq(id))
        .order(members::ord)
        .select((
            members::official_id,
            members::role,
            members::relative_of,
            members::consent,
            members::verdict,
            members::agency_id,
            members::post_level,
            officials::full_name,
        ))
        .load(conn)?;
    let where_to: Vec<StopRow> = stops::table
        .filter(stops::delegation_id.eq(id))
        .order(stops::ord)
        .select((stops::country, stops::place, stops::from_date, stops::to_date))
        .load(conn)?;
    let process = approval::load(conn, id)?;
    let mut travelling = Vec::with_capacity(who.len());
    let mut verdicts = Vec::with_capacity(who.len());
    let mut people = Vec::with_capacity(who.len());
    for (official, role, relative_of, consent, verdict, agency_id, post_level, full_name) in who {
        travelling.push(Member { official_id: Id(official), role: word(&role)?, relative_of: relative_of.map(Id) });
        let (consent, decision) =
            (consent.as_deref().map(word).transpose()?, verdict.as_deref().map(word).transpose()?);
        verdicts.push(Verdicts { consent, decision });
        people.push(Person { full_name, agency_id, post_level: word(&post_level)? });
    }
    Ok(Some(Trip {
        id: row.id,
        version: row.version,
        number: row.number,
        content: Content {
            title: row.title,
            procedure: word(&row.procedure)?,
            purpose: word(&row.purpose)?,
            field: row.field.as_deref().map(word).transpose()?,
            capacity: word(&row.capacity)?,
            agency_id: row.requesting_agency_id,
            plan_item_id: row.plan_item_id,
            funding: from_json(&row.funding)?,
            inviting_party: from_json(&row.inviting_party)?,
            departure: row.departure_date,
            returning: row.return_date,
            stops: where_to.into_iter().map(|(country, place, from, to)| Stop { country, place, from, to }).collect(),
            members: travelling,
            note: row.note,
        },
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
        journey: from_json(&row.journey)?,
        verdicts,
        people,
        process,
    }))
}

pub fn insert(conn: &mut Conn, trip: &Trip) -> Result<()> {
    diesel::insert_into(trips::table).values(row(trip)?).execute(conn)?;
    insert_parts(conn, trip)
}

fn insert_parts(conn: &mut Conn, trip: &Trip) -> Result<()> {
    let people: Vec<_> = (0i64..)
        .zip(trip.members().zip(&trip.people))
        .map(|(ord, ((m, v), p))| {
            (
                members::delegation_id.eq(trip.id),
                members::ord.eq(ord),
                members::official_id.eq(m.official_id.0),
                members::role.eq(m.role.word()),
                members::relative_of.eq(m.relative_of.map(|id| id.0)),
                members::consent.eq(v.consent.map(|c| c.word())),
                members::verdict.eq(v.decision.map(|d| d.word())),
                members::agency_id.eq(p.agency_id),
                members::post_level.eq(p.post_level.word()),
            )
        })
        .collect();
    let places: Vec<_> = (0i64..)
        .zip(&trip.content.stops)
        .map(|(ord, s)| {
            (
                stops::delegation_id.eq(trip.id),
                stops::ord.eq(ord),
                stops::country.eq(&s.country),
                stops::place.eq(&s.place),
                stops::from_date.eq(s.from),
                stops::to_date.eq(s.to),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(members::table).values(&people).execute(c))?;
    each!(conn, c => diesel::insert_into(stops::table).values(&places).execute(c))?;
    Ok(())
}

/// What of a dossier is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Only the dossier's own row.
    Standing,
    /// Its process too.
    Process,
    /// Members, stops and process too.
    All,
}

/// Saves what was loaded as `before`; another version in the table is a conflict.
pub fn save(conn: &mut Conn, trip: &Trip, before: &Trip, part: Part) -> Result<()> {
    let place = trips::table.filter(trips::id.eq(trip.id)).filter(trips::version.eq(before.version));
    let saved = match part {
        Part::All => diesel::update(place).set(row(trip)?).execute(conn)?,
        Part::Standing | Part::Process => diesel::update(place).set(standing_row(trip)?).execute(conn)?,
    };
    if saved != 1 {
        return Err(refuse(Code::VersionConflict, "Hồ sơ vừa được thay đổi.", "The dossier has just been changed."));
    }
    if part == Part::All {
        diesel::delete(members::table.filter(members::delegation_id.eq(trip.id))).execute(conn)?;
        diesel::delete(stops::table.filter(stops::delegation_id.eq(trip.id))).execute(conn)?;
        insert_parts(conn, trip)?;
    }
    if part != Part::Standing {
        let c = &trip.content;
        let dossier =
            approval::Dossier { id: trip.id, procedure: c.procedure, title: &c.title, agency_id: c.agency_id };
        // The title stands in every step, so an edit writes them all.
        let kept = (part == Part::Process).then_some(&before.process);
        if kept.is_none() {
            approval::delete_steps(conn, trip.id)?;
        }
        approval::save(conn, &dossier, kept, &trip.process)?;
    }
    Ok(())
}

pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(members::table.filter(members::delegation_id.eq(id))).execute(conn)?;
    diesel::delete(stops::table.filter(stops::delegation_id.eq(id))).execute(conn)?;
    approval::delete(conn, id)?;
    diesel::delete(trips::table.find(id)).execute(conn)?;
    Ok(())
}

pub(super) const APPROVED_OR_LATER: [&str; 5] = ["approved", "under_way", "returned", "reported", "closed"];

/// Approved or later official trips of these people that depart in a year, one dossier excluded: person by person.
pub fn missions(conn: &mut Conn, people: &[i64], year: i32, except: i64) -> Result<Vec<i64>> {
    let day = |month, day| Day::from_ymd_opt(year, month, day).unwrap_or(Day::MAX);
    Ok(members::table
        .inner_join(trips::table)
        .filter(members::official_id.eq_any(people))
        .filter(trips::id.ne(except))
        .filter(trips::procedure.eq("outbound"))
        .filter(trips::state.eq_any(APPROVED_OR_LATER))
        .filter(trips::departure_date.between(day(1, 1), day(12, 31)))
        .filter(members::verdict.is_null().or(members::verdict.ne("reject").assume_not_null()))
        .select(members::official_id)
        .load(conn)?)
}

/// Other dossiers of these people at the same time: the person, and whether it is a mere draft.
pub fn overlapping(conn: &mut Conn, people: &[i64], period: Period, except: i64) -> Result<Vec<(i64, bool)>> {
    let rows: Vec<(i64, String)> = members::table
        .inner_join(trips::table)
        .filter(members::official_id.eq_any(people))
        .filter(trips::id.ne(except))
        .filter(trips::departure_date.le(period.to))
        .filter(trips::return_date.ge(period.from))
        .filter(trips::state.ne_all(["rejected", "withdrawn", "cancelled"]))
        .filter(members::verdict.is_null().or(members::verdict.ne("reject").assume_not_null()))
        .select((members::official_id, trips::state))
        .load(conn)?;
    Ok(rows.into_iter().map(|(person, state)| (person, state == State::Draft.word())).collect())
}

/// Ids of every dossier, for rebuilding facts.
pub fn all_ids(conn: &mut Conn) -> Result<Vec<i64>> {
    Ok(trips::table.order(trips::id).select(trips::id).load(conn)?)
}
