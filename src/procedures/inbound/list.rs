//! A row of an old list as the content of a visit. Pure.

use kernel::words::{Channel, GuestClass};

use crate::dossier::parts::listed::ListedRow;
use crate::procedures::inbound::model::{Nationality, Stay, VisitContent};

/// The visit that a row describes; the row does not say who came.
pub fn visit(d: ListedRow) -> VisitContent {
    let nationality = |(country, count): &(&str, i64)| Nationality { country: (*country).to_owned(), count: *count };
    VisitContent {
        sending_organisation: d.origin.partner.clone().unwrap_or_else(|| d.title.clone()),
        country: d.countries.first().copied().unwrap_or_default().to_owned(),
        nationalities: if d.countries.len() > 1 { d.counts.iter().map(nationality).collect() } else { Vec::new() },
        title: d.title,
        origin: Some(d.origin),
        host_agency_id: d.agency_id,
        coordinating: Vec::new(),
        channel: Channel::State,
        purpose: d.purpose,
        field: d.field,
        topics: Vec::new(),
        first_visit: false,
        reception_level: d.level,
        guest_class: GuestClass::Other,
        arrival: d.days.from,
        departure: d.days.to,
        headcount: d.headcount,
        guests: Vec::new(),
        programme: Vec::new(),
        stay: Stay::default(),
    }
}
