//! What a visit counts for: guests by nationality, the recorded headcount as lượt khách. Pure.

use crate::procedures::inbound::model::Visit;
use crate::statistics::fact::{Fact, Share};
use kernel::procedure::Procedure;
use kernel::time::Period;

/// Every guest by name, and the unnamed of each nationality as a group; `None` unless the visit is approved or later.
///
/// A list longer than the number who came no longer tells who came: nobody then counts by name until it is corrected.
pub fn fact(visit: &Visit) -> Option<Fact> {
    if !visit.state.is_approved_or_later() {
        return None;
    }
    let (c, decision) = (&visit.content, visit.decision.as_ref());
    let nations = c.shares();
    let fits = nations.iter().all(|nation| c.named(&nation.country) <= nation.count)
        && c.guests.iter().all(|g| nations.iter().any(|n| n.country == g.nationality));
    let mut shares = Vec::new();
    for (group, nation) in (1i64..).zip(&nations) {
        let share =
            |person, heads| Share { agency_id: c.host_agency_id, country: Some(nation.country.clone()), person, heads };
        let known = c.guests.iter().filter(|g| fits && g.nationality == nation.country);
        let named: Vec<Share> = known.filter_map(|g| g.guest_id).map(|id| share(id, 1)).collect();
        let left = nation.count - i64::try_from(named.len()).unwrap_or(i64::MAX);
        shares.extend(named);
        if left > 0 {
            shares.push(share(-group, left));
        }
    }
    let (from, to) = (c.stay.arrived_on.unwrap_or(c.arrival), c.stay.departed_on.unwrap_or(c.departure));
    Some(Fact {
        delegation_id: visit.id,
        procedure: Procedure::INBOUND,
        travel_date: from,
        // An imported visit has no decision here: the day of arrival is used instead.
        decided_on: decision.map(|d| d.document.date).or(c.origin.as_ref().map(|_| from))?,
        days: Period { from, to }.days().max(1),
        purpose: Some(c.purpose),
        field: c.field,
        funding: Vec::new(),
        leader_level: None,
        in_plan: c.origin.as_ref().is_some_and(|o| o.in_plan),
        reception_level: Some(c.reception_level),
        channel: Some(c.channel),
        waived: decision.is_some_and(|d| !d.waivers.is_empty()),
        shares,
    })
}
