//! Lists that show few of many. In the order of a list, a database would walk through the whole register to find them, and the
//! longer the less there is to find. Who sees it, its agency, state, author, due day and open steps have an index each: where one of them
//! leaves few, the list looks among those alone. Countries, purposes and days do not narrow it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use kernel::procedure::RegisterEntries;
use kernel::time::Day;

use crate::access::account::Actor;
use crate::db::schema::{dossier_agencies, dossiers};
use crate::db::{Conn, MultiBackend};
use crate::dossier::flow::State;
use crate::dossier::store::filter::{DossierFilter, ListedBy};
use crate::dossier::store::visible::{RowCondition, by_steps, has_open_step, visible};
use crate::dossier::store::words_of;
use crate::dossier::visibility::SIGHTS;
use crate::error::Result;

/// So few dossiers are read one by one; of more, a page is soon full in any order.
const FEW: i64 = 1_000;

/// A filter, among the few dossiers that one of its conditions leaves, if one leaves few. Lists are read and counted by it.
pub struct NarrowedFilter(DossierFilter);

impl std::ops::Deref for NarrowedFilter {
    type Target = DossierFilter;

    fn deref(&self) -> &DossierFilter {
        &self.0
    }
}

impl NarrowedFilter {
    pub fn of(
        conn: &mut Conn,
        filter: DossierFilter,
        actor: &Actor,
        registers: &RegisterEntries,
        today: Day,
    ) -> Result<Self> {
        let among = match filter.among {
            Some(ids) => Some(ids),
            None => few_of(conn, &filter, actor, registers, today)?,
        };
        Ok(NarrowedFilter(DossierFilter { among, ..filter }))
    }
}

/// The few dossiers that one of the conditions leaves.
fn few_of(
    conn: &mut Conn,
    filter: &DossierFilter,
    actor: &Actor,
    registers: &RegisterEntries,
    today: Day,
) -> Result<Option<Vec<i64>>> {
    if let Some(agencies) = agencies_of(actor).filter(|_| filter.agency_id.is_none())
        && let Some(ids) = of_agencies(conn, filter.register, &agencies)?
    {
        return Ok(Some(ids));
    }
    for condition in narrowing(filter, actor, registers, today) {
        if let Some(ids) = few(conn, condition)? {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}

/// The ids of a condition, if they are few.
fn few(conn: &mut Conn, condition: RowCondition) -> Result<Option<Vec<i64>>> {
    let query = dossiers::table.select(dossiers::id).filter(condition).limit(FEW + 1);
    let ids: Vec<i64> = query.into_boxed::<MultiBackend>().load(conn)?;
    Ok(Some(ids).filter(|ids| i64::try_from(ids.len()).is_ok_and(|n| n <= FEW)))
}

/// What narrows a list, each with an index that answers it alone. The index in which a list is read anyway is left out.
fn narrowing(filter: &DossierFilter, actor: &Actor, registers: &RegisterEntries, today: Day) -> Vec<RowCondition> {
    let of_register = || dossiers::register.eq(filter.register);
    let by_first_day = filter.order.by == ListedBy::FirstDay;
    let mut all: Vec<RowCondition> = Vec::new();
    if by_steps(actor) {
        all.push(visible(actor, registers));
    }
    if let Some(agency) = filter.agency_id.filter(|_| !by_first_day) {
        all.push(Box::new(of_register().and(dossiers::agency_id.eq(agency))));
    }
    let read_in_order = by_first_day && filter.states.len() == 1;
    if !filter.states.is_empty() && !read_in_order {
        all.push(Box::new(of_register().and(dossiers::state.eq_any(words_of(&filter.states)))));
    }
    if filter.mine {
        all.push(Box::new(of_register().and(dossiers::created_by.eq(actor.id()))));
    }
    if filter.overdue == Some(true) {
        let late = dossiers::due_on.is_not_null().and(dossiers::due_on.assume_not_null().lt(today));
        all.push(Box::new(of_register().and(late)));
    }
    if !filter.waiting_for.is_empty() {
        all.push(Box::new(of_register().and(has_open_step(&filter.waiting_for))));
    }
    all
}

/// The agencies whose dossiers alone the actor sees; `None` for whoever sees more.
fn agencies_of(actor: &Actor) -> Option<Vec<i64>> {
    if actor.looks_apart() {
        return None;
    }
    let seen: Option<Vec<Vec<i64>>> = SIGHTS.iter().map(|sight| sight.holder.agencies(actor)).collect();
    Some(seen?.concat().into_iter().collect::<BTreeSet<i64>>().into_iter().collect())
}

/// The dossiers of a register in which these agencies ask or take part, if they are few.
fn of_agencies(conn: &mut Conn, register: &'static str, agencies: &[i64]) -> Result<Option<Vec<i64>>> {
    let asking = dossiers::register.eq(register).and(dossiers::agency_id.eq_any(agencies.to_vec()));
    let Some(mut ids) = few(conn, Box::new(asking))? else { return Ok(None) };
    // Not the drafts of others that only name the agency: nobody sees those.
    let part = dossier_agencies::table
        .inner_join(dossiers::table.on(dossiers::id.eq(dossier_agencies::delegation_id)))
        .filter(dossier_agencies::agency_id.eq_any(agencies.to_vec()))
        .filter(dossiers::register.eq(register))
        .filter(dossiers::state.ne(State::Draft.word()))
        .select(dossier_agencies::delegation_id)
        .limit(FEW + 1)
        .into_boxed::<MultiBackend>();
    ids.extend(part.load::<i64>(conn)?);
    Ok(Some(ids).filter(|ids| i64::try_from(ids.len()).is_ok_and(|n| n <= FEW)))
}
