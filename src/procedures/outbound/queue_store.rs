//! The queue of a year: what counts for a person's official trips, and which dossiers use a plan item first.

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::schema::{dossiers, missions, plan_draws};
use crate::db::{Conn, by_id, from_json, insert_rows, load_of, unique};
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

/// A dossier that uses a plan item: the item, the dossier, and its place in the queue.
struct Draw {
    item: i64,
    delegation: i64,
    submitted_on: Option<Day>,
    number: Option<String>,
    moved: Option<Day>,
}

type DrawRow = (i64, i64, Option<Day>, Option<String>, String);

/// Who uses plan items.
pub struct Drawn(Vec<Draw>);

impl Drawn {
    /// Number of other dossiers that use a plan item and come before this one.
    pub fn before(&self, item: i64, own: &Trip) -> i64 {
        let others = self.0.iter().filter(|draw| draw.item == item && draw.delegation != own.id);
        let earlier = others.filter(|draw| {
            let other = draw.submitted_on.zip(draw.number.as_deref());
            before(own, other.map(|(on, number)| place(on, draw.moved, number)))
        });
        i64::try_from(earlier.count()).unwrap_or(i64::MAX)
    }
}

/// The dossiers that use these plan items: neither drafts nor those by which nobody travels.
pub fn drawn(conn: &mut Conn, items: &[i64]) -> Result<Drawn> {
    let using = plan_draws::table
        .inner_join(dossiers::table)
        .filter(plan_draws::item_id.eq_any(items))
        .filter(dossiers::state.ne(State::Draft.word()))
        .filter(dossiers::state.ne_all(words_of(&State::VOID)))
        .select((plan_draws::item_id, dossiers::id, dossiers::submitted_on, dossiers::number, dossiers::content));
    let rows: Vec<DrawRow> = using.load(conn)?;
    let draw = |(item, delegation, submitted_on, number, content): DrawRow| {
        let moved = from_json::<QueuedJson>(&content)?.queued_on;
        Ok(Draw { item, delegation, submitted_on, number, moved })
    };
    Ok(Drawn(rows.into_iter().map(draw).collect::<Result<_>>()?))
}

type HeldMission = (Day, i64, Option<Day>, bool, Option<String>);

/// For each trip the official trips of its people in its year (hạn mức), without the trip itself, one entry per person
/// and trip. A dossier submitted before it counts unless it was rejected, withdrawn or cancelled; before a draft, all count.
pub fn missions_before(conn: &mut Conn, trips: &[&Trip]) -> Result<Vec<Vec<i64>>> {
    let year = |trip: &Trip| chrono::Datelike::year(&trip.content.departure);
    let years = || trips.iter().map(|trip| year(trip));
    let (Some(first), Some(last)) = (years().min(), years().max()) else { return Ok(Vec::new()) };
    let people = unique(trips.iter().flat_map(|trip| trip.content.official_ids()));
    let day = |year, month, day| Day::from_ymd_opt(year, month, day).unwrap_or(Day::MAX);
    let held = missions::table.filter(missions::begins_on.between(day(first, 1, 1), day(last, 12, 31))).select((
        missions::official_id,
        (missions::begins_on, missions::delegation_id, missions::queued_on, missions::moved, missions::number),
    ));
    let held: Vec<(i64, HeldMission)> = load_of!(conn, held, missions::official_id, people.as_slice())?;
    let held = by_id(held);
    let earlier = |own: &&Trip, official: &i64| {
        let theirs = held.get(official).map_or(&[][..], Vec::as_slice).iter();
        let others = theirs.filter(|(on, trip, ..)| chrono::Datelike::year(on) == year(own) && *trip != own.id);
        others
            .filter(|(_, _, queued_on, moved, number)| {
                let other = queued_on.zip(number.as_deref()).map(|(on, number)| (on, *moved, number.len(), number));
                before(own, other)
            })
            .count()
    };
    let of_trip = |own: &&Trip| {
        unique(own.content.official_ids())
            .into_iter()
            .flat_map(|official| vec![official; earlier(own, &official)])
            .collect()
    };
    Ok(trips.iter().map(of_trip).collect())
}
