//! The queue of a year: what counts for a person's official trips, and which dossiers use a plan item first.

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::schema::{dossiers, missions, plan_draws};
use crate::db::{Conn, each, from_json, insert_rows, one_of};
use crate::dossier::flow::State;
use crate::dossier::store::words_of;
use crate::error::Result;
use crate::procedures::outbound::model::Trip;
use kernel::procedure::Procedure;
use kernel::time::Day;

/// The place of a dossier among those that were submitted: whoever was submitted first keeps it, whichever is decided
/// first. One that was moved into the year queues behind those of the day of the move.
fn place(on: Day, moved: Option<Day>, number: &str) -> (Day, bool, usize, &str) {
    (moved.unwrap_or(on), moved.is_some(), number.len(), number)
}

/// Whether another dossier comes before `own`. An imported dossier always comes first, and a draft last.
fn before(own: &Trip, other: Option<(Day, bool, usize, &str)>) -> bool {
    let own = own.submitted_on.zip(own.number.as_deref()).map(|(on, number)| place(on, own.content.queued_on, number));
    match (own, other) {
        (Some(own), Some(other)) => other < own,
        _ => true,
    }
}

/// A trip in the year of one of its people.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = missions, treat_none_as_default_value = false)]
struct MissionRow {
    official_id: i64,
    begins_on: Day,
    delegation_id: i64,
    queued_on: Option<Day>,
    moved: bool,
    number: Option<String>,
}

/// What a trip counts in the years of its people: nothing as a draft, as a private journey, or where nobody travels; and
/// nothing for whoever was refused.
fn missions_of(trip: &Trip) -> Vec<MissionRow> {
    let content = &trip.content;
    if content.procedure != Procedure::OUTBOUND || trip.state == State::Draft || State::VOID.contains(&trip.state) {
        return Vec::new();
    }
    let place = trip.submitted_on.zip(trip.number.as_ref());
    let row = |official: i64| MissionRow {
        official_id: official,
        // A year's quota goes by the days that were asked for, as the assessment of the trip itself does.
        begins_on: content.departure,
        delegation_id: trip.id,
        queued_on: place.map(|(on, _)| content.queued_on.unwrap_or(on)),
        moved: content.queued_on.is_some(),
        number: place.map(|(_, number)| number.clone()),
    };
    let mut rows: Vec<MissionRow> = content.travelling().map(|(member, _)| row(member.official_id.0)).collect();
    rows.sort_by_key(|row| row.official_id);
    rows.dedup();
    rows
}

/// Writes again what a trip counts.
pub fn index(conn: &mut Conn, trip: &Trip) -> Result<()> {
    delete(conn, &[trip.id])?;
    keep_missions(conn, trip, None)
}

pub fn delete(conn: &mut Conn, trips: &[i64]) -> Result<()> {
    diesel::delete(missions::table.filter(missions::delegation_id.eq_any(trips))).execute(conn)?;
    Ok(())
}

/// Writes what the trip counts in the years of its people, where it differs.
pub fn keep_missions(conn: &mut Conn, trip: &Trip, before: Option<&Trip>) -> Result<()> {
    let (now, then) = (missions_of(trip), before.map(missions_of).unwrap_or_default());
    if now == then {
        return Ok(());
    }
    if !then.is_empty() {
        diesel::delete(missions::table.filter(missions::delegation_id.eq(trip.id))).execute(conn)?;
    }
    insert_rows!(conn, missions::table, &now);
    Ok(())
}

/// What the queue needs of a content; the rest of it is passed over.
#[derive(Deserialize)]
struct QueuedJson {
    #[serde(default)]
    queued_on: Option<Day>,
}

type QueuePlace = (Option<Day>, Option<String>, String);

/// Number of other dossiers that use a plan item and come before this one.
pub fn drawn_before(conn: &mut Conn, item: i64, own: &Trip) -> Result<i64> {
    let others: Vec<QueuePlace> = plan_draws::table
        .inner_join(dossiers::table)
        .filter(plan_draws::item_id.eq(item))
        .filter(dossiers::id.ne(own.id))
        .filter(dossiers::state.ne(State::Draft.word()))
        .filter(dossiers::state.ne_all(words_of(&State::VOID)))
        .select((dossiers::submitted_on, dossiers::number, dossiers::content))
        .load(conn)?;
    let mut came = 0;
    for (on, number, content) in &others {
        let moved = from_json::<QueuedJson>(content)?.queued_on;
        let other = on.zip(number.as_deref()).map(|(on, number)| place(on, moved, number));
        came += i64::from(before(own, other));
    }
    Ok(came)
}

/// The official trips of these people in a year (hạn mức), without this dossier, one entry per person and trip. A
/// dossier submitted before this one counts unless it was rejected, withdrawn or cancelled; before a draft, all count.
pub fn missions_before(conn: &mut Conn, people: &[i64], year: i32, own: &Trip) -> Result<Vec<i64>> {
    let day = |month, day| Day::from_ymd_opt(year, month, day).unwrap_or(Day::MAX);
    let held = missions::table
        .filter(one_of(missions::official_id, people))
        .filter(missions::begins_on.between(day(1, 1), day(12, 31)))
        .filter(missions::delegation_id.ne(own.id))
        .select((missions::official_id, missions::queued_on, missions::moved, missions::number));
    let held: Vec<(i64, Option<Day>, bool, Option<String>)> = each!(conn, c => held.load(c))?;
    let earlier = held.into_iter().filter(|(_, queued_on, moved, number)| {
        let other = queued_on.zip(number.as_deref()).map(|(on, number)| (on, *moved, number.len(), number));
        before(own, other)
    });
    Ok(earlier.map(|(official, ..)| official).collect())
}
