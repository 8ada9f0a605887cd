//! Seeds visits with guests: a quarter closed, the others approved and not yet arrived.

use kernel::id::Id;
use kernel::time::{Day, Moment};
use kernel::words::{Body, Channel, DecisionVerdict, GuestClass, MemberRole, Purpose, ReceptionLevel, SignedAs};
use ngoaivu::db::Conn;
use ngoaivu::dossier::decision::{Decision, DecisionPaper};
use ngoaivu::dossier::flow::State;
use ngoaivu::dossier::store;
use ngoaivu::error::Result;
use ngoaivu::procedures::inbound::facts::fact;
use ngoaivu::procedures::inbound::model::{Guest, Stay, Visit, VisitContent};
use ngoaivu::procedures::inbound::people;
use ngoaivu::statistics;

use crate::seed::COUNTRIES;

const PEOPLE: usize = 5_000;
const GUESTS: usize = 5;
const HEADCOUNT: i64 = 12;

/// The register of guests.
pub fn people(conn: &mut Conn, now: Moment) -> Result<Vec<Guest>> {
    let mut all: Vec<Guest> = (0..PEOPLE)
        .map(|n| Guest {
            guest_id: None,
            full_name: format!("Guest Number {n}"),
            nationality: COUNTRIES[n % COUNTRIES.len()].into(),
            position: "Chuyên gia".into(),
            passport_number: Some(format!("P{n:07}")),
            role: MemberRole::Member,
        })
        .collect();
    people::resolve(conn, &mut all, &[], now)?;
    Ok(all)
}

/// Builds one visit; returns it with its arrival date and whether it is closed.
pub fn one(
    conn: &mut Conn,
    agency: i64,
    clerk: i64,
    chair: i64,
    people: &[Guest],
    n: usize,
    now: Moment,
) -> Result<(String, Day, bool)> {
    let closed = n.is_multiple_of(4);
    let arrival = Day::from_ymd_opt(2016, 1, 4).unwrap() + chrono::Duration::days(i64::try_from(n % 3_650).unwrap());
    let country = COUNTRIES[n % COUNTRIES.len()];
    // All guests of a visit come from its country: the register repeats the countries with this stride.
    let guests = (0..GUESTS).map(|at| people[(n + (at + n / 12) * COUNTRIES.len()) % (PEOPLE - PEOPLE % 12)].clone());
    let content = VisitContent {
        title: format!("Đoàn khách số {n}"),
        host_agency_id: agency,
        coordinating: Vec::new(),
        channel: Channel::State,
        sending_organisation: format!("Đối tác {}", n % 500),
        country: country.into(),
        purpose: Purpose::Official,
        field: None,
        topics: Vec::new(),
        first_visit: false,
        reception_level: if n.is_multiple_of(5) { ReceptionLevel::Province } else { ReceptionLevel::Agency },
        guest_class: GuestClass::Other,
        arrival,
        departure: arrival + chrono::Duration::days(2),
        headcount: HEADCOUNT,
        nationalities: Vec::new(),
        guests: guests.collect(),
        programme: Vec::new(),
        stay: if closed {
            Stay { arrived_on: Some(arrival), headcount: Some(HEADCOUNT), departed_on: Some(arrival) }
        } else {
            Stay::default()
        },
        origin: None,
    };
    let mut visit = Visit::draft(content, clerk, now);
    visit.version = 2;
    visit.number = Some(format!("DV-{n}"));
    visit.state = if closed { State::Closed } else { State::Approved };
    visit.submitted_on = Some(arrival);
    visit.complete_on = Some(arrival);
    visit.decision = Some(Decision {
        verdict: DecisionVerdict::Approve,
        body: Body::PpcChair,
        document: DecisionPaper { number: n.to_string(), date: arrival, signed_as: SignedAs::Direct },
        note: None,
        decided_by: Id(chair),
        waivers: Vec::new(),
        conditions: Vec::new(),
        corrections: Vec::new(),
        annotations: Vec::new(),
        same_number: Vec::new(),
    });
    store::insert(conn, &visit)?;
    statistics::store::replace(conn, visit.id, fact(&visit).as_ref())?;
    Ok((Id(visit.id).to_string(), arrival, closed))
}
