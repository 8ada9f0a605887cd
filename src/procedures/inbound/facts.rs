//! What a visit counts for: guests by nationality, the recorded headcount as lượt khách. Pure.

use crate::kernel::words::Procedure;
use crate::procedures::inbound::model::Visit;
use crate::statistics::fact::Fact;

/// One fact for every guest by name, and one for the unnamed of each nationality; none unless it is approved or later.
///
/// A list longer than the number who came says no more who came: then nobody counts by name until it is corrected.
pub fn facts(visit: &Visit) -> Vec<Fact> {
    let (true, Some(decision)) = (visit.state.is_approved_or_later(), &visit.decision) else { return Vec::new() };
    let c = &visit.content;
    let shares = c.shares();
    let fits = shares.iter().all(|share| c.named(&share.country) <= share.count)
        && c.guests.iter().all(|g| shares.iter().any(|s| s.country == g.nationality));
    let fact = |country: &str, person: String, named: bool, heads: i64| Fact {
        delegation_id: visit.id,
        procedure: Procedure::Inbound,
        travel_date: c.stay.arrived_on.unwrap_or(c.arrival),
        decided_on: decision.document.date,
        agency_id: c.host_agency_id,
        country: country.to_owned(),
        person,
        named,
        heads,
        purpose: c.purpose.word().to_owned(),
        field: c.field.map_or("other", |f| f.word()).to_owned(),
        funding: String::new(),
        leader_level: String::new(),
        in_plan: false,
        reception_level: c.reception_level.word().to_owned(),
        channel: c.channel.word().to_owned(),
        waived: !decision.waivers.is_empty(),
    };
    let mut facts = Vec::new();
    for share in &shares {
        let mut left = share.count;
        let known = c.guests.iter().filter(|g| fits && g.nationality == share.country);
        for id in known.filter_map(|g| g.guest_id) {
            facts.push(fact(&share.country, format!("guest {id}"), true, 1));
            left -= 1;
        }
        if left > 0 {
            facts.push(fact(&share.country, format!("group {} {}", visit.id, share.country), false, left));
        }
    }
    facts
}
