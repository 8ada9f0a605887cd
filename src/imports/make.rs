//! Creates dossiers, officials and agencies from rows, in the transaction of the batch.

use std::collections::HashMap;

use chrono::{Datelike, Days};

use crate::access::context::RequestContext;
use crate::approval::store::{HistoryEntry, record_all};
use crate::db::Conn;
use crate::db::counters;
use crate::dossier::flow::State;
use crate::dossier::model::Dossier;
use crate::dossier::parts::model::{Funding, InvitingParty, Origin, Stop};
use crate::dossier::{Content, store as dossiers};
use crate::error::{Error, Result};
use crate::imports::batch::{Batch, ImportKind};
use crate::imports::known::Units;
use crate::imports::people::{ListedPerson, ListedUnit};
use crate::imports::rows::{Delegation, Parsed, Unit};
use crate::imports::store::{Created, insert_records};
use crate::procedures::inbound::model::{Nationality, Stay, VisitContent as Visit};
use crate::procedures::outbound::model::{Journey, TripContent as Trip};
use crate::registry::agencies::{self, Agency};
use crate::registry::officials::{ManagementLevel, Official, SINCE_EVER};
use crate::registry::officials_store;
use crate::statistics::fact::Fact;
use crate::statistics::store as statistics;
use kernel::country::country;
use kernel::id::Id;
use kernel::time::{Day, Moment};
use kernel::words::{Bloc, Capacity, Channel, GuestClass, InviterKind, Procedure};

/// The batch being committed, by whom and when.
pub struct ImportScope<'a> {
    pub user_id: i64,
    pub now: Moment,
    pub today: Day,
    pub batch: &'a Batch,
}

impl<'a> ImportScope<'a> {
    pub fn of(call: &RequestContext, batch: &'a Batch) -> Self {
        ImportScope { user_id: call.actor.id(), now: call.now, today: call.today, batch }
    }
}

/// Dossiers per insert.
const SOME: usize = 500;

/// Creates everything that the rows describe; returns how many objects of the batch's kind were created.
pub fn make(conn: &mut Conn, hand: &ImportScope, parsed: Vec<Parsed>) -> Result<i64> {
    let mut made: Vec<(Created, i64)> = Vec::new();
    let units = new_units(conn, hand, &parsed, &mut made)?;
    let mut named: Vec<(i64, ListedUnit)> = Vec::new();
    let (mut visits, mut trips): (Vec<Dossier<Visit>>, Vec<Dossier<Trip>>) = (Vec::new(), Vec::new());
    let mut created = 0;
    for row in parsed {
        created += 1;
        made.push(match row {
            Parsed::Delegation(d) => {
                let agency_id = id_of(&d.agency, &units)?;
                let id = match hand.batch.kind {
                    ImportKind::Inbound => line_up(hand, visit(hand, d, agency_id), &mut visits),
                    _ => line_up(hand, trip(hand, d, agency_id), &mut trips),
                };
                (Created::Dossier, id)
            }
            Parsed::Person(p) => {
                let official = official(hand, &p, id_of(&p.agency, &units)?);
                officials_store::insert(conn, &official)?;
                (Created::Official, official.id)
            }
            Parsed::Unit(u) => {
                let id = Id::new(hand.now).0;
                named.push((id, u));
                (Created::Agency, id)
            }
        });
        if visits.len() + trips.len() >= SOME {
            keep(conn, hand, &std::mem::take(&mut visits))?;
            keep(conn, hand, &std::mem::take(&mut trips))?;
        }
    }
    keep(conn, hand, &visits)?;
    keep(conn, hand, &trips)?;
    insert_units(conn, named)?;
    insert_records(conn, hand.batch.id, &made)?;
    counters::raise_data_version(conn)?;
    Ok(created)
}

fn id_of(unit: &Unit, new: &HashMap<String, i64>) -> Result<i64> {
    match unit {
        Unit::Known(id) => Ok(*id),
        Unit::New(name) => {
            new.get(name).copied().ok_or_else(|| Error::Internal(format!("the unit {name} was not created")))
        }
    }
}

/// Creates the agencies that are named in a list but not in the tree: closed, and to be confirmed.
fn new_units(
    conn: &mut Conn,
    hand: &ImportScope,
    parsed: &[Parsed],
    made: &mut Vec<(Created, i64)>,
) -> Result<HashMap<String, i64>> {
    let mut first_days: Vec<(String, Day)> = Vec::new();
    for row in parsed {
        let (unit, first) = match row {
            Parsed::Delegation(d) => (&d.agency, d.days.from),
            Parsed::Person(p) => (&p.agency, hand.today),
            Parsed::Unit(_) => continue,
        };
        if let Unit::New(name) = unit {
            match first_days.iter_mut().find(|(known, _)| known == name) {
                Some((_, day)) => *day = first.min(*day),
                None => first_days.push((name.clone(), first)),
            }
        }
    }
    let mut created = HashMap::new();
    if first_days.is_empty() {
        return Ok(created);
    }
    // Different spellings of one name are one agency; another batch may have created it since this one was checked.
    let mut same = Units::default();
    for a in agencies::all(conn)? {
        same.add(a.id, &a.code, &a.name, a.valid_from, a.valid_to);
    }
    for (name, first) in first_days {
        if let Some(id) = same.find(&name, hand.today) {
            created.insert(name, id);
            continue;
        }
        let from = Day::from_ymd_opt(first.year(), 1, 1).unwrap_or(first);
        let agency = Agency {
            id: Id::new(hand.now).0,
            version: 1,
            code: format!("CXN-{}", counters::next(conn, "units to be confirmed")?),
            name: name.clone(),
            parent_id: None,
            bloc: Bloc::State,
            valid_from: from,
            valid_to: Some(hand.today.max(from + Days::new(1))),
            clerk_may_submit: false,
            confirmed: false,
        };
        agencies::insert(conn, &agency)?;
        same.add(agency.id, &agency.code, &name, agency.valid_from, None);
        made.push((Created::Agency, agency.id));
        created.insert(name, agency.id);
    }
    Ok(created)
}

/// Creates the agencies of a list; a parent may come later in the list than its children.
fn insert_units(conn: &mut Conn, named: Vec<(i64, ListedUnit)>) -> Result<()> {
    let mut tree = Units::default();
    for a in agencies::all(conn)? {
        tree.add(a.id, &a.code, &a.name, a.valid_from, a.valid_to);
    }
    named.iter().for_each(|(id, u)| tree.add(*id, &u.code, &u.name, u.from, u.to));
    let mut agencies: Vec<Agency> = Vec::new();
    for (id, u) in named {
        let parent_id = u.parent.as_deref().and_then(|name| tree.find(name, u.from)).filter(|parent| *parent != id);
        agencies.push(Agency {
            id,
            version: 1,
            code: u.code,
            name: u.name,
            parent_id: None,
            bloc: u.bloc,
            valid_from: u.from,
            valid_to: u.to,
            clerk_may_submit: false,
            confirmed: true,
        });
        agencies::insert(conn, agencies.last().ok_or_else(|| Error::Internal("no unit".into()))?)?;
        if let Some(last) = agencies.last_mut() {
            last.parent_id = parent_id;
        }
    }
    // Parents exist now, wherever they were in the list.
    agencies.iter().filter(|a| a.parent_id.is_some()).try_for_each(|a| agencies::update(conn, a))
}

fn origin(hand: &ImportScope, d: &Delegation) -> Origin {
    let said = d.said.clone();
    Origin {
        import_id: Id(hand.batch.id),
        row: d.row,
        headcount: d.headcount,
        head: said.head,
        activity: said.activity,
        partner: said.partner,
        funding: said.funding,
        report: said.report,
        note: said.note,
        in_plan: d.in_plan,
        leader_level: d.leader_level,
    }
}

fn visit(hand: &ImportScope, d: Delegation, agency_id: i64) -> Visit {
    let nationality = |(country, count): &(&str, i64)| Nationality { country: (*country).to_owned(), count: *count };
    Visit {
        origin: Some(origin(hand, &d)),
        sending_organisation: d.said.partner.clone().unwrap_or_else(|| d.title.clone()),
        country: d.countries.first().copied().unwrap_or_default().to_owned(),
        nationalities: if d.countries.len() > 1 { d.counts.iter().map(nationality).collect() } else { Vec::new() },
        title: d.title,
        host_agency_id: agency_id,
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

fn trip(hand: &ImportScope, d: Delegation, agency_id: i64) -> Trip {
    let first = d.countries.first().copied().unwrap_or_default();
    // The list gives the countries but not the dates in each, so every stop gets the whole period.
    let stop = |code: &&str| Stop {
        country: (*code).to_owned(),
        place: country(code).map_or(*code, |c| c.vi).to_owned(),
        from: d.days.from,
        to: d.days.to,
    };
    Trip {
        origin: Some(origin(hand, &d)),
        stops: d.countries.iter().map(stop).collect(),
        funding: d.funding.iter().map(|source| Funding { source: *source, amount: None }).collect(),
        inviting_party: Some(InvitingParty {
            name: d.said.partner.clone().unwrap_or_else(|| "Không ghi trong danh sách".into()),
            country: first.to_owned(),
            kind: InviterKind::Locality,
            invites_by_name: false,
        }),
        title: d.title,
        procedure: Procedure::Outbound,
        purpose: d.purpose,
        field: d.field,
        capacity: Capacity::Department,
        agency_id,
        plan_item_id: None,
        planned: None,
        queued_on: None,
        departure: d.days.from,
        returning: d.days.to,
        members: Vec::new(),
        note: d.said.note.clone(),
        leave: None,
        party_opinions: Vec::new(),
        journey: Journey::default(),
        people: Vec::new(),
        verdicts: Vec::new(),
    }
}

/// Queues a dossier as closed or under way, by its last day; returns its id.
fn line_up<C: Content>(hand: &ImportScope, content: C, all: &mut Vec<Dossier<C>>) -> i64 {
    let mut dossier = Dossier::draft(content, hand.user_id, hand.now);
    let lasting = if dossier.content.procedure().is_visit() { State::OnSite } else { State::UnderWay };
    dossier.state = if dossier.content.listed().ends_on < hand.today { State::Closed } else { lasting };
    let id = dossier.id;
    all.push(dossier);
    id
}

/// Inserts dossiers with their first history entry and their statistical facts.
fn keep<C: Content>(conn: &mut Conn, hand: &ImportScope, all: &[Dossier<C>]) -> Result<()> {
    dossiers::insert_all(conn, all)?;
    let from = |d: &Dossier<C>| format!("{} – dòng {}", hand.batch.file_name, d.content.origin().map_or(0, |o| o.row));
    let notes: Vec<String> = all.iter().map(from).collect();
    let deeds: Vec<HistoryEntry> = all
        .iter()
        .zip(&notes)
        .map(|(dossier, note)| HistoryEntry {
            delegation_id: dossier.id,
            procedure: dossier.content.procedure(),
            at: hand.now,
            action: "import",
            actor_id: hand.user_id,
            on_behalf_of: None,
            body: None,
            from_state: None,
            to_state: dossier.state.word(),
            note: Some(note),
            document: None,
        })
        .collect();
    record_all(conn, &deeds)?;
    let facts: Vec<Fact> = all.iter().filter_map(C::fact).collect();
    statistics::add(conn, &facts)
}

fn official(hand: &ImportScope, p: &ListedPerson, agency_id: i64) -> Official {
    Official {
        id: Id::new(hand.now).0,
        version: 1,
        full_name: p.full_name.clone(),
        birth_date: p.birth_date,
        agency_id,
        post: p.post.clone(),
        post_level: p.post_level,
        personnel: p.personnel,
        grade: None,
        party_member: p.party_member,
        provincial_committee_member: p.committee_member,
        key_leader: p.key_leader,
        opening_missions: None,
        levels: vec![ManagementLevel {
            id: Id::new(hand.now).0,
            managed_by: p.managed_by,
            valid_from: SINCE_EVER,
            valid_to: None,
        }],
        passports: Vec::new(),
        disciplines: Vec::new(),
    }
}
