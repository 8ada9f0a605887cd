//! What an outbound dossier counts for. Pure.

use crate::procedures::outbound::model::Trip;
use crate::statistics::fact::{Fact, Paid, Share};
use kernel::time::Period;

/// Private travel has facts of its own procedure, which count only where they are asked for.
///
/// Every travelling member in every country, and those whom an old list only counted as one group; `None` unless the
/// dossier is approved or later.
pub fn fact(trip: &Trip) -> Option<Fact> {
    if !trip.state.is_approved_or_later() {
        return None;
    }
    let (c, decision) = (&trip.content, trip.decision.as_ref());
    let mut shares = Vec::new();
    for (member, person) in c.travelling() {
        let share = |country| Share {
            agency_id: person.agency_id,
            country: Some(country),
            person: member.official_id.0,
            heads: 1,
        };
        shares.extend(c.countries().into_iter().map(share));
    }
    if c.unnamed() > 0 {
        let group = |country| Share { agency_id: c.agency_id, country: Some(country), person: -1, heads: c.unnamed() };
        shares.extend(c.countries().into_iter().map(group));
    }
    let (from, to) = (c.journey.departed_on.unwrap_or(c.departure), c.journey.returned_on.unwrap_or(c.returning));
    Some(Fact {
        delegation_id: trip.id,
        procedure: c.procedure,
        travel_date: from,
        // An imported trip has no decision here: the day of travel is used instead.
        decided_on: decision.map(|d| d.document.date).or(c.origin.as_ref().map(|_| from))?,
        days: Period { from, to }.days().max(1),
        purpose: Some(c.purpose),
        field: c.field,
        funding: c.funding.iter().map(|f| Paid { source: f.source, amount: f.amount.clone() }).collect(),
        leader_level: c
            .travelling()
            .map(|(_, person)| person.post_level)
            .chain(c.origin.as_ref().and_then(|o| o.leader_level))
            .filter(|l| l.is_leader())
            .min(),
        in_plan: c.in_plan(),
        reception_level: None,
        channel: None,
        waived: decision.is_some_and(|d| !d.waivers.is_empty()),
        shares,
    })
}
