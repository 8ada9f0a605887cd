//! Creates from rows what a batch brings, in its transaction.

use std::collections::HashMap;

use chrono::{Datelike, Days};

use crate::access::activation::Activation;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::db::counters;
use crate::dossier::parts::listed::ListedRow;
use crate::dossier::parts::model::Origin;
use crate::dossier::register::{Register, Registers};
use crate::error::{Error, Result};
use crate::imports::batch::Batch;
use crate::imports::known::Units;
use crate::imports::parsed::Parsed;
use crate::imports::passports::ListedPassport;
use crate::imports::people::{ListedPerson, ListedUnit};
use crate::imports::reading::Unit;
use crate::imports::rows::Delegation;
use crate::imports::setup;
use crate::imports::store::{Created, insert_records};
use crate::registry::agencies::{self, Agency};
use crate::registry::officials::{ManagementLevel, Official, SINCE_EVER};
use crate::registry::officials_store;
use kernel::id::Id;
use kernel::time::Day;
use kernel::words::Bloc;

/// The batch being committed, by whom and when.
pub struct ImportScope<'a> {
    pub call: &'a RequestContext,
    pub registers: &'a Registers,
    pub batch: &'a Batch,
}

/// Dossiers per insert.
const SOME: usize = 500;

/// What came of the rows of a batch.
#[derive(Default)]
pub struct Made {
    /// Objects of the batch's kind.
    pub created: i64,
    /// For new accounts.
    pub activations: Vec<Activation>,
}

/// Creates everything that the rows describe.
pub fn make(conn: &mut Conn, hand: &ImportScope, parsed: Vec<Parsed>) -> Result<Made> {
    let mut made: Vec<(Created, i64)> = Vec::new();
    let units = new_units(conn, hand, &parsed, &mut made)?;
    let mut named: Vec<(i64, ListedUnit)> = Vec::new();
    let mut listed: Vec<ListedRow> = Vec::new();
    let mut passports: Vec<ListedPassport> = Vec::new();
    let mut whole = Made::default();
    for row in parsed {
        whole.created += 1;
        match row {
            Parsed::Delegation(d) => {
                let agency_id = id_of(&d.agency, &units)?;
                listed.push(listed_row(hand, d, agency_id));
                if listed.len() >= SOME {
                    keep(conn, hand, std::mem::take(&mut listed), &mut made)?;
                }
            }
            Parsed::Person(p) => {
                let official = official(hand, &p, id_of(&p.agency, &units)?);
                officials_store::insert(conn, &official)?;
                made.push((Created::Official, official.id));
            }
            Parsed::Unit(u) => {
                let id = Id::new(hand.call.now).0;
                named.push((id, u));
                made.push((Created::Agency, id));
            }
            Parsed::Account(a) => {
                let (id, activation) = setup::account(conn, hand.call, a)?;
                whole.activations.push(activation);
                made.push((Created::Account, id));
            }
            Parsed::Passport(p) => passports.push(p),
            Parsed::PlanItem(p) => made.push((Created::PlanItem, setup::plan_item(conn, hand.call, p)?)),
            Parsed::Guest(_) => return Err(Error::Internal("guests go into a dossier, not into a batch".into())),
        }
    }
    keep(conn, hand, listed, &mut made)?;
    insert_units(conn, named)?;
    made.extend(setup::passports(conn, hand.call, passports)?.into_iter().map(|id| (Created::Passport, id)));
    insert_records(conn, hand.batch.id, &made)?;
    counters::raise_data_version(conn)?;
    Ok(whole)
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
            Parsed::Person(p) => (&p.agency, hand.call.today),
            _ => continue,
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
        same.add(&a);
    }
    for (name, first) in first_days {
        if let Some(id) = same.find(&name, hand.call.today) {
            created.insert(name, id);
            continue;
        }
        let from = Day::from_ymd_opt(first.year(), 1, 1).unwrap_or(first);
        let agency = Agency {
            id: Id::new(hand.call.now).0,
            version: 1,
            code: format!("CXN-{}", counters::next(conn, "units to be confirmed")?),
            name: name.clone(),
            parent_id: None,
            bloc: Bloc::State,
            valid_from: from,
            valid_to: Some(hand.call.today.max(from + Days::new(1))),
            clerk_may_submit: false,
            confirmed: false,
        };
        agencies::insert(conn, &agency)?;
        same.add(&agency);
        made.push((Created::Agency, agency.id));
        created.insert(name, agency.id);
    }
    Ok(created)
}

/// Creates the agencies of a list; a parent may come later in the list than its children.
fn insert_units(conn: &mut Conn, named: Vec<(i64, ListedUnit)>) -> Result<()> {
    let mut tree = Units::default();
    for a in agencies::all(conn)? {
        tree.add(&a);
    }
    let mut agencies: Vec<Agency> = Vec::new();
    let mut parents: Vec<Option<String>> = Vec::new();
    for (id, u) in named {
        parents.push(u.parent);
        let agency = Agency {
            id,
            version: 1,
            code: u.code,
            name: u.name,
            parent_id: None,
            bloc: u.bloc,
            valid_from: u.from,
            valid_to: u.to,
            clerk_may_submit: u.clerk_may_submit,
            confirmed: true,
        };
        agencies::insert(conn, &agency)?;
        tree.add(&agency);
        agencies.push(agency);
    }
    for (agency, parent) in agencies.iter_mut().zip(parents) {
        let found = parent.and_then(|name| tree.find(&name, agency.valid_from));
        agency.parent_id = found.filter(|parent| *parent != agency.id);
    }
    without_circles(&mut agencies);
    // Parents exist now, wherever they were in the list.
    agencies.iter().filter(|a| a.parent_id.is_some()).try_for_each(|a| agencies::update(conn, a))
}

/// Takes the parent from a unit that would stand below itself, as when two rows name each other.
fn without_circles(agencies: &mut [Agency]) {
    let mut above: HashMap<i64, i64> = agencies.iter().filter_map(|a| Some((a.id, a.parent_id?))).collect();
    for agency in agencies {
        let mut at = agency.id;
        // Bounded, because a unit may also stand below a circle that it is no part of.
        for _ in 0..above.len() {
            let Some(parent) = above.get(&at).copied() else { break };
            if parent == agency.id {
                agency.parent_id = None;
                above.remove(&agency.id);
                break;
            }
            at = parent;
        }
    }
}

/// Keeps the rows as dossiers of their register.
fn keep(conn: &mut Conn, hand: &ImportScope, rows: Vec<ListedRow>, made: &mut Vec<(Created, i64)>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids = register_of(hand.registers, hand.batch)?.keep_listed(conn, hand.call, rows)?;
    made.extend(ids.into_iter().map(|id| (Created::Dossier, id)));
    Ok(())
}

/// The register that the rows of a batch belong to.
pub fn register_of(registers: &Registers, batch: &Batch) -> Result<&'static dyn Register> {
    registers
        .by_key(batch.kind.word())
        .ok_or_else(|| Error::Internal(format!("no register takes lists of {}", batch.kind.word())))
}

fn listed_row(hand: &ImportScope, d: Delegation, agency_id: i64) -> ListedRow {
    let origin = Origin {
        import_id: Id(hand.batch.id),
        row: d.place.row,
        headcount: d.headcount,
        head: d.said.head,
        activity: d.said.activity,
        partner: d.said.partner,
        funding: d.said.funding,
        report: d.said.report,
        note: d.said.note,
        in_plan: d.in_plan,
        leader_level: d.leader_level,
    };
    ListedRow {
        note: format!("{} – {}", hand.batch.file_name, d.place.name().vi),
        title: d.title,
        agency_id,
        countries: d.countries,
        counts: d.counts,
        days: d.days,
        headcount: d.headcount,
        level: d.level,
        field: d.field,
        purpose: d.purpose,
        funding: d.funding,
        origin,
    }
}

fn official(hand: &ImportScope, p: &ListedPerson, agency_id: i64) -> Official {
    Official {
        id: Id::new(hand.call.now).0,
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
        left_on: None,
        merged_into: None,
        levels: vec![ManagementLevel {
            id: Id::new(hand.call.now).0,
            managed_by: p.managed_by,
            valid_from: SINCE_EVER,
            valid_to: None,
        }],
        passports: Vec::new(),
        disciplines: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_below_itself() {
        let unit = |id, parent_id| Agency {
            id,
            version: 1,
            code: id.to_string(),
            name: id.to_string(),
            parent_id,
            bloc: Bloc::State,
            valid_from: Day::from_ymd_opt(2026, 1, 1).unwrap(),
            valid_to: None,
            clerk_may_submit: false,
            confirmed: true,
        };
        let mut units = vec![unit(1, Some(2)), unit(2, Some(3)), unit(3, Some(2)), unit(4, Some(9)), unit(5, Some(5))];
        without_circles(&mut units);
        assert_eq!(units.iter().map(|u| u.parent_id).collect::<Vec<_>>(), [Some(2), None, Some(2), Some(9), None]);
    }
}
