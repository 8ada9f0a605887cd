//! Who decides when the decider travels: nobody decides on their own journey, nor does a substitute in their name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::prelude::*;

use crate::access::seats::{Held, acting_seat, ever_held, own_holders};
use crate::access::store::Lineages;
use crate::db::schema::users;
use crate::db::{Conn, load_of};
use crate::dossier::Content;
use crate::dossier::model::Dossier;
use crate::error::Result;
use kernel::text::Bilingual;
use kernel::time::Day;
use kernel::words::{Body, Outcome, StepKind};
use regulation::assess::{Assessment, Decider};
use regulation::book::Law;
use regulation::pack::Effect;

/// The rule that moves the decision; it is the product's own, and no article of a pack.
const SEPARATION: &str = "Nguyên tắc tách bạch nhiệm vụ: không ai quyết định chuyến đi của chính mình";

/// Who holds the offices, each read once for all dossiers that are assessed together.
#[derive(Default)]
pub struct Offices {
    held: HashMap<Body, Office>,
    lineages: Option<Lineages>,
}

/// An office, and who its accounts belong to.
struct Office {
    held: Vec<Held>,
    /// Of each account that is open.
    people: HashMap<i64, OfAccount>,
}

/// Official and agency of an account.
type OfAccount = (Option<i64>, Option<i64>);

impl Offices {
    fn of(&mut self, conn: &mut Conn, body: Body) -> Result<&Office> {
        Ok(match self.held.entry(body) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Office::read(conn, body)?),
        })
    }

    /// A unit and those that it followed.
    fn lineage(&mut self, conn: &mut Conn, agency: i64) -> Result<Vec<i64>> {
        if self.lineages.is_none() {
            self.lineages = Some(Lineages::read(conn)?);
        }
        Ok(self.lineages.as_ref().map(|known| known.of(agency)).unwrap_or_default())
    }
}

impl Office {
    fn read(conn: &mut Conn, body: Body) -> Result<Self> {
        let seats = [Some(body), acting_seat(body)].into_iter().flatten();
        let held: Vec<Held> = seats.map(|seat| ever_held(conn, seat)).collect::<Result<_>>()?;
        let accounts: Vec<i64> = held.iter().flatten().map(|(user, ..)| *user).collect();
        let open = users::table.filter(users::active.eq(true));
        let open = open.select((users::id, (users::official_id, users::agency_id)));
        let people: Vec<(i64, OfAccount)> = load_of!(conn, open, users::id, accounts.as_slice())?;
        Ok(Office { held, people: people.into_iter().collect() })
    }

    /// Official and agency of those who hold it on a day.
    fn holders(&self, on: Day) -> Vec<OfAccount> {
        let accounts = self.held.iter().flat_map(|seat| own_holders(seat, on)).map(|holder| holder.user);
        accounts.filter_map(|account| self.people.get(&account)).copied().collect()
    }
}

/// Passes the decision to the next stricter body that the text names as decider of this procedure, where everybody who
/// holds the office travels; to a person who names the decider, where there is none.
pub fn pass_over<C: Content>(
    conn: &mut Conn,
    offices: &mut Offices,
    law: &Law,
    dossier: &Dossier<C>,
    on: Day,
    answer: &mut Assessment,
) -> Result<()> {
    let Some(usual) = answer.decider.as_ref().map(|d| d.body) else { return Ok(()) };
    // Every assessment comes here, and of a visit nobody travels.
    if dossier.content.units().is_empty() && dossier.at_hand().units().is_empty() {
        return Ok(());
    }
    if !all_travel(conn, offices, dossier, usual, on)? {
        return Ok(());
    }
    let mut next = None;
    for body in stricter(law, dossier, usual) {
        if !all_travel(conn, offices, dossier, body, on)? {
            next = Some(body);
            break;
        }
    }
    let detail = match next {
        Some(body) => Bilingual::new(
            format!("{} đi trong đoàn nên hồ sơ do {} quyết định ({SEPARATION}).", usual.vi(), body.vi()),
            format!(
                "{} travels in the delegation, so the decider is: {} (separation of duties).",
                usual.en(),
                body.en()
            ),
        ),
        None => Bilingual::new(
            format!(
                "{} đi trong đoàn; cơ quan ngoại vụ của tỉnh xác định cơ quan quyết định ({SEPARATION}).",
                usual.vi()
            ),
            format!("{} travels in the delegation; DOFA names the decider (separation of duties).", usual.en()),
        ),
    };
    answer.notes.push(("decider_travels".into(), detail));
    match (next, &mut answer.decider) {
        (Some(body), Some(decider)) => {
            *decider = Decider { body, citation: SEPARATION.into(), ..decider.clone() };
            for step in answer.steps.iter_mut().filter(|s| s.kind == StepKind::Decide) {
                (step.body, step.citation) = (body, SEPARATION.into());
            }
        }
        _ => {
            answer.decider = None;
            answer.steps.retain(|s| s.kind != StepKind::Decide);
            answer.outcome = Outcome::ManualAuthorityRequired;
        }
    }
    Ok(())
}

/// Whether a body has holders of its office, and all of them travel.
fn all_travel<C: Content>(
    conn: &mut Conn,
    offices: &mut Offices,
    dossier: &Dossier<C>,
    body: Body,
    on: Day,
) -> Result<bool> {
    let mut own: Vec<Option<i64>> = Vec::new();
    for (official, agency) in offices.of(conn, body)?.holders(on) {
        // The head of a unit decides for that unit alone, and for those that it followed.
        let here = match agency {
            _ if !body.is_local() => true,
            Some(agency) => offices.lineage(conn, agency)?.contains(&dossier.content.agency_id()),
            None => false,
        };
        own.extend(here.then_some(official));
    }
    let travels = |official: &Option<i64>| {
        official.is_some_and(|id| dossier.content.travels(id) || dossier.at_hand().travels(id))
    };
    Ok(!own.is_empty() && own.iter().all(travels))
}

/// Deciders that the text names for this procedure and ranks above a body, the least strict first.
fn stricter<C: Content>(law: &Law, dossier: &Dossier<C>, usual: Body) -> Vec<Body> {
    let procedure = dossier.content.procedure();
    let mut named: Vec<Body> = Vec::new();
    for rule in law.layers().flatten().filter(|rule| rule.procedures.contains(&procedure)) {
        if let Effect::Authority { decider: Some(body), .. } = rule.effect
            && law.strictness(body) < law.strictness(usual)
            && !named.contains(&body)
        {
            named.push(body);
        }
    }
    named.sort_by_key(|body| std::cmp::Reverse(law.strictness(*body)));
    named
}
