//! What an outbound dossier counts for. Pure.

use crate::kernel::words::Procedure;
use crate::procedures::outbound::model::Trip;
use crate::statistics::fact::Fact;

/// One fact for every travelling member and country; none unless the dossier is approved or later.
pub fn facts(trip: &Trip) -> Vec<Fact> {
    let (true, Some(decision)) = (trip.state.is_approved_or_later(), &trip.decision) else { return Vec::new() };
    if trip.content.procedure != Procedure::Outbound {
        // Private travel is no mission of the province; it has figures of its own.
        return Vec::new();
    }
    let leader = trip.content.travelling().map(|(_, person)| person.post_level).filter(|l| l.is_leader()).min();
    let funding: Vec<&str> = trip.content.funding.iter().map(|f| f.source.word()).collect();
    let mut facts = Vec::new();
    for (member, person) in trip.content.travelling() {
        for country in trip.content.countries() {
            facts.push(Fact {
                delegation_id: trip.id,
                procedure: trip.content.procedure,
                travel_date: trip.content.journey.departed_on.unwrap_or(trip.content.departure),
                decided_on: decision.document.date,
                agency_id: person.agency_id,
                country,
                person: format!("official {}", member.official_id),
                named: true,
                heads: 1,
                purpose: trip.content.purpose.word().to_owned(),
                field: trip.content.field.map_or("other", |f| f.word()).to_owned(),
                funding: funding.join(","),
                leader_level: leader.map_or("", |l| l.word()).to_owned(),
                in_plan: trip.content.plan_item_id.is_some(),
                reception_level: String::new(),
                channel: String::new(),
                waived: !decision.waivers.is_empty(),
            });
        }
    }
    facts
}
