//! What the rules need to know of trips beyond their contents, read for all of them together.

use std::collections::HashMap;

use chrono::Datelike;

use crate::access::store::Lineages;
use crate::db::{Conn, unique};
use crate::dossier::CompleteOn;
use crate::dossier::parts::engagement::Engagement;
use crate::dossier::parts::{attachments, duties};
use crate::dossier::register::Registers;
use crate::error::Result;
use crate::plans::model::{PlanItem, PlanItemState};
use crate::plans::store as plans;
use crate::procedures::engagements::elsewhere;
use crate::procedures::outbound::case::{TripSurroundings, case};
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::procedures::outbound::queue_store;
use crate::registry::officials::Official;
use crate::registry::{agencies, officials_store};
use regulation::case::Case;

/// The case of each trip as it would be if it were complete on its day.
pub fn cases(conn: &mut Conn, registers: &Registers, of: &[CompleteOn<TripContent>]) -> Result<Vec<Case>> {
    let Some(last) = of.iter().map(|(_, on)| *on).max() else { return Ok(Vec::new()) };
    let trips: Vec<&Trip> = of.iter().map(|(trip, _)| *trip).collect();
    let ids: Vec<i64> = trips.iter().map(|trip| trip.id).collect();
    let people = unique(trips.iter().flat_map(|trip| trip.content.official_ids()));
    let officials: HashMap<i64, Official> =
        officials_store::find_all(conn, &people)?.into_iter().map(|o| (o.id, o)).collect();
    let agencies = agencies::find_all(conn, &unique(officials.values().map(|o| o.agency_id)))?;
    let followed = Lineages::read(conn)?;
    let lineages: Vec<Vec<i64>> = trips.iter().map(|trip| followed.of(trip.content.agency_id)).collect();
    let late = duties::late(conn, &unique(lineages.iter().flatten().copied()), last)?;
    let mut missions = queue_store::missions_before(conn, &trips)?.into_iter();
    let ours: Vec<Vec<Engagement>> = trips.iter().map(|trip| trip.content.engagements(trip.id, false)).collect();
    let mut others = elsewhere(conn, registers, &ours)?.into_iter();
    let undecided: Vec<&Trip> = trips.iter().copied().filter(|trip| trip.content.planned.is_none()).collect();
    let mut room = rooms(conn, &undecided)?.into_iter();
    let mut documents = attachments::kinds(conn, &ids)?;
    let of_trip = |((trip, on), lineage): (&CompleteOn<TripContent>, &Vec<i64>)| {
        let around = TripSurroundings {
            officials: &officials,
            agencies: &agencies,
            missions: missions.next().unwrap_or_default(),
            elsewhere: others.next().unwrap_or_default(),
            documents: documents.remove(&trip.id).unwrap_or_default(),
            planned: trip.content.planned.or_else(|| room.next()).unwrap_or(false),
            reminders: duties::reminders(&late, lineage, *on),
        };
        case(&trip.content, &around, *on)
    };
    Ok(of.iter().zip(&lineages).map(of_trip).collect())
}

/// Whether the trip uses an approved plan item of its year that earlier trips have not used up.
pub fn has_room(conn: &mut Conn, trip: &Trip) -> Result<bool> {
    Ok(rooms(conn, &[trip])? == [true])
}

/// The same of each of these trips.
fn rooms(conn: &mut Conn, trips: &[&Trip]) -> Result<Vec<bool>> {
    let wanted = unique(trips.iter().filter_map(|trip| trip.at_hand().plan_item_id));
    if wanted.is_empty() {
        return Ok(vec![false; trips.len()]);
    }
    let items: HashMap<i64, PlanItem> = plans::items(conn, &wanted)?.into_iter().map(|item| (item.id, item)).collect();
    let drawn = queue_store::drawn(conn, &wanted)?;
    let has_room = |trip: &&Trip| {
        let content = trip.at_hand();
        let holds = |item: &&PlanItem| {
            item.state == PlanItemState::Approved && item.year == i64::from(content.departure.year())
        };
        let item = content.plan_item_id.and_then(|id| items.get(&id)).filter(holds);
        item.is_some_and(|item| drawn.before(item.id, trip) < item.wanted.delegations)
    };
    Ok(trips.iter().map(has_room).collect())
}
