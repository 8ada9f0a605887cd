//! The calendar as iCalendar events: stable ids, no guest names, no passports. Pure.

use crate::calendar::entries::CalendarEntry;
use crate::dossier::flow::State;
use crate::dossier::store::list::DossierItem;
use documents::ics::{Event, Ics, Status, When};
use kernel::country::country;
use kernel::id::Id;

/// Hours after which clients refresh.
const REFRESH: u32 = 6;

fn status(item: &DossierItem) -> Status {
    match item.state.parse::<State>() {
        Ok(state) if state.is_approved_or_later() => Status::Confirmed,
        Ok(State::Postponed) => Status::Cancelled,
        Ok(state) if State::VOID.contains(&state) => Status::Cancelled,
        _ => Status::Tentative,
    }
}

/// The file of a feed; `domain` makes the ids of this province globally unique.
pub fn feed(name: &str, domain: &str, entries: &[CalendarEntry]) -> String {
    let mut ics = Ics::new(name, REFRESH);
    for entry in entries {
        events(domain, entry).iter().for_each(|event| ics.event(event));
    }
    ics.finish()
}

fn events(domain: &str, entry: &CalendarEntry) -> Vec<Event> {
    let item = &entry.item;
    let countries: Vec<&str> = item.countries.split(',').map(|code| country(code).map_or(code, |c| c.vi)).collect();
    let kind = entry.entry.label.vi;
    // Guests come here; only travellers are elsewhere.
    let place = if entry.people_travel() { countries.join(", ") } else { String::new() };
    let number = item.number.as_deref().unwrap_or("chưa có số");
    let of = |uid: String, when, summary: String, location: String| Event {
        uid,
        changed: item.updated_at,
        sequence: item.version,
        status: status(item),
        when,
        summary,
        location,
        description: format!("{kind} {number}: {} người, {}.", item.headcount, countries.join(", ")),
    };
    let id = Id(item.id);
    let uid = format!("{}-{id}@{domain}", entry.entry.key);
    let days = item.begins_on.zip(item.ends_on).map(|(first, last)| When::Days(first, last));
    let whole = days.map(|days| of(uid, days, format!("{kind}: {}", item.title), place));
    let mut events: Vec<Event> = whole.into_iter().collect();
    for (at, hour) in entry.programme.iter().enumerate() {
        let uid = format!("programme-{id}-{at}@{domain}");
        let when = When::Times(hour.starts_at, hour.ends_at);
        events.push(of(uid, when, format!("{} ({})", hour.activity, item.title), hour.place.clone()));
    }
    events
}
