//! A row of an old list as the content of a trip. Pure.

use kernel::country::country;
use kernel::procedure::Procedure;
use kernel::words::{Capacity, InviterKind};

use crate::dossier::parts::listed::ListedRow;
use crate::dossier::parts::model::{Funding, InvitingParty, Stop};
use crate::procedures::outbound::model::{Journey, TripContent};

/// The trip that a row describes; the row does not say who travelled.
pub fn trip(d: ListedRow) -> TripContent {
    let first = d.countries.first().copied().unwrap_or_default();
    // The list gives the countries but not the dates in each, so every stop gets the whole period.
    let stop = |code: &&str| Stop {
        country: (*code).to_owned(),
        place: country(code).map_or(*code, |c| c.vi).to_owned(),
        from: d.days.from,
        to: d.days.to,
    };
    TripContent {
        note: d.origin.note.clone(),
        stops: d.countries.iter().map(stop).collect(),
        funding: d.funding.iter().map(|source| Funding { source: *source, amount: None }).collect(),
        inviting_party: Some(InvitingParty {
            name: d.origin.partner.clone().unwrap_or_else(|| "Không ghi trong danh sách".into()),
            country: first.to_owned(),
            kind: InviterKind::Locality,
            invites_by_name: false,
        }),
        title: d.title,
        origin: Some(d.origin),
        procedure: Procedure::OUTBOUND,
        purpose: d.purpose,
        field: d.field,
        capacity: Capacity::Department,
        agency_id: d.agency_id,
        plan_item_id: None,
        planned: None,
        queued_on: None,
        departure: d.days.from,
        returning: d.days.to,
        members: Vec::new(),
        leave: None,
        party_opinions: Vec::new(),
        journey: Journey::default(),
        people: Vec::new(),
        verdicts: Vec::new(),
    }
}
