//! Drafting a visit, changing the draft, and completing its guest list later.

use std::collections::{BTreeSet, HashMap};

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::amend::amend as amend_dossier;
use crate::dossier::actions::{HistoryNote, VisibleDossier, begin, conclude, for_own_agency, open, require_possible};
use crate::dossier::flow::{Action, State};
use crate::dossier::rules::{Circumstances, is_of_list};
use crate::error::Result;
use crate::procedures::inbound::flow::state_of;
use crate::procedures::inbound::model::{Guest, Stay, Visit, VisitContent};
use crate::procedures::inbound::people;
use crate::procedures::inbound::requests::{AmendVisit, CopyVisit, NewVisit, VisitChanges};
use crate::procedures::inbound::rules::{KnownPeople, check, check_guests, check_nationalities, differences};
use crate::registry::agencies::{self, Agency};
use crate::registry::officials::masked;
use crate::registry::officials_store::{self, KnownOfficial};
use crate::registry::references::{agency_open, official_left};
use kernel::time::start_of;
use kernel::violation::Violations;

/// Checks a content against the registry, links the guests to their register, and fills in the names of hosts.
/// `before` is the content that it replaces.
pub fn check_content(
    conn: &mut Conn,
    call: &RequestContext,
    content: &mut VisitContent,
    before: Option<&VisitContent>,
) -> Result<Circumstances> {
    let CheckedVisit { faults, host, officials } = checked(conn, content, before)?;
    faults.finish()?;
    for item in &mut content.programme {
        let name = |id: &i64| officials.get(id).map(|o| o.full_name.clone()).unwrap_or_default();
        item.host_names = item.hosts.iter().map(name).collect();
    }
    let listed = before.map_or(&[][..], |before| &before.guests);
    people::resolve(conn, &mut content.guests, listed, call.now)?;
    Ok(Circumstances { clerk_may_submit: host.is_some_and(|a| a.clerk_may_submit), ..Circumstances::default() })
}

/// What is wrong with a content, and what the registry knows of it.
pub struct CheckedVisit {
    pub faults: Violations,
    pub host: Option<Agency>,
    pub officials: HashMap<i64, KnownOfficial>,
}

/// Checks a content against the registry; `before` is the content that it replaces.
pub fn checked(conn: &mut Conn, content: &VisitContent, before: Option<&VisitContent>) -> Result<CheckedVisit> {
    let host = agencies::find(conn, content.host_agency_id)?;
    let hosts: Vec<i64> = content.programme.iter().flat_map(|i| i.hosts.iter().copied()).collect();
    let officials = officials_store::known_on(conn, &hosts, content.arrival)?;
    let coordinating: BTreeSet<i64> = agencies::names(conn, &content.coordinating)?.into_keys().collect();
    let known = KnownPeople {
        host_bloc: host.as_ref().map(|a| a.bloc),
        agencies: coordinating,
        hosts: officials.iter().map(|(id, o)| (*id, o.agency_id)).collect::<HashMap<_, _>>(),
    };
    let mut faults = Violations::default();
    check(content, &known, &mut faults);
    for (index, item) in content.programme.iter().enumerate() {
        let known = |id: &i64| before.is_some_and(|b| b.programme.iter().any(|i| i.hosts.contains(id)));
        for (place, id) in item.hosts.iter().enumerate().filter(|(_, id)| !known(id)) {
            if let Some(left) = officials.get(id).and_then(|o| o.left_on).filter(|left| *left <= content.arrival) {
                official_left(left, &format!("/programme/{index}/hosts/{place}"), &mut faults);
            }
        }
    }
    if content.origin.is_none() {
        let moved = before.is_none_or(|b| b.arrival != content.arrival);
        if let Some(host) = host.as_ref().filter(|h| moved || before.is_some_and(|b| b.host_agency_id != h.id)) {
            agency_open(conn, host, content.arrival, "/host_agency_id", &mut faults)?;
        }
        let new = |id: &i64| moved || before.is_some_and(|b| !b.coordinating.contains(id));
        for (index, id) in content.coordinating.iter().enumerate().filter(|(_, id)| new(id)) {
            if let Some(agency) = agencies::find(conn, *id)? {
                let pointer = format!("/coordinating_agency_ids/{index}");
                agency_open(conn, &agency, content.arrival, &pointer, &mut faults)?;
            }
        }
    }
    Ok(CheckedVisit { faults, host, officials })
}

/// Drafts a dossier.
pub fn create(
    conn: &mut Conn,
    call: &RequestContext,
    body: impl FnOnce() -> Result<NewVisit>,
) -> Result<VisibleDossier<VisitContent>> {
    call.actor.require(Permission::DraftDossiers)?;
    let content = body()?.into_content();
    if agencies::find(conn, content.host_agency_id)?.is_some() {
        for_own_agency(call, &content)?;
    }
    drafted(conn, call, content)
}

/// Drafts a visit of the same host with the guests and the programme of another one, on other days.
pub fn copy(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<VisitContent>,
    body: impl FnOnce() -> Result<CopyVisit>,
) -> Result<VisibleDossier<VisitContent>> {
    call.actor.require(Permission::DraftDossiers)?;
    for_own_agency(call, &seen.dossier.content)?;
    let CopyVisit { arrival_date: arrival, departure_date: departure } = body()?;
    let from = seen.dossier.content;
    let later = arrival - from.arrival;
    let mut content = VisitContent { arrival, departure, stay: Stay::default(), origin: None, ..from };
    for item in &mut content.programme {
        item.starts_at += later;
        item.ends_at += later;
    }
    // A shorter visit has no room for what stood on later days.
    let ends = start_of(departure + chrono::Duration::days(1));
    content.programme.retain(|item| item.ends_at <= ends);
    drafted(conn, call, content)
}

fn drafted(conn: &mut Conn, call: &RequestContext, mut content: VisitContent) -> Result<VisibleDossier<VisitContent>> {
    let agency = check_content(conn, call, &mut content, None)?;
    let dossier = Visit::draft(content, call.actor.id(), call.now);
    begin(conn, call, &dossier)?;
    Ok(VisibleDossier::new(dossier, agency))
}

/// Changes a draft; after that only the guests, until they leave. Guests whom nobody looked at go back to the consulted
/// bodies: before the decision they are asked again, after it the change is a pending amendment.
pub fn edit(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: impl FnOnce() -> Result<VisitChanges>,
) -> Result<Visit> {
    let whole = matches!(seen.dossier.state, State::Draft | State::SupplementRequested) || is_of_list(&seen.dossier);
    let action = if whole { Action::Edit } else { Action::EditGuests };
    open(call, &seen, action)?;
    let changes = body()?;
    if !whole && !changes.is_of_guests() {
        // Anything but guests can only be changed in the draft.
        require_possible(call, &seen, Action::Edit)?;
    }
    let mut dossier = seen.dossier.clone();
    changes.apply(&mut dossier.content);
    unmask(&mut dossier.content.guests, &seen.dossier.content.guests);
    if whole {
        check_content(conn, call, &mut dossier.content, Some(&seen.dossier.content))?;
    } else {
        // Only the guests are checked: a host who has changed agency since the approval must not block this edit.
        let mut faults = Violations::default();
        check_guests(&dossier.content, &mut faults);
        check_nationalities(&dossier.content, &mut faults);
        faults.finish()?;
        people::resolve(conn, &mut dossier.content.guests, &seen.dossier.content.guests, call.now)?;
        if differences(&seen.dossier.content, &dossier.content).iter().any(|d| d.material) {
            if dossier.decision.is_some() {
                require_possible(call, &seen, Action::Amend)?;
                let reason = "Thay đổi danh sách khách.".to_owned();
                return amend_dossier(conn, call, tools, seen, dossier.content, reason);
            }
            let calendar = tools.shelf.calendar(conn)?;
            if dossier.process.ask_again(|within| calendar.after(call.today, within).ok()) {
                dossier.state = state_of(dossier.process.stage());
            }
        }
        // A pending amendment that does not change the list takes over the list as completed here.
        let completed = dossier.content.guests.clone();
        let before = &seen.dossier.content.guests;
        if let Some(proposed) = dossier.pending_mut().and_then(|a| a.proposed.as_mut())
            && proposed.guests == *before
        {
            proposed.guests = completed;
        }
    }
    conclude(conn, call, &seen.dossier, dossier, action, HistoryNote::default())
}

/// Asks for an amendment of what was approved.
pub fn amend(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<VisitContent>,
    body: AmendVisit,
) -> Result<Visit> {
    let mut proposed = seen.dossier.content.clone();
    body.changes.apply(&mut proposed);
    unmask(&mut proposed.guests, &seen.dossier.content.guests);
    check_content(conn, call, &mut proposed, Some(&seen.dossier.content)).map_err(|e| e.below("/changes"))?;
    amend_dossier(conn, call, tools, seen, proposed, body.reason)
}

/// A passport number that comes back masked, as it was shown, means the known number.
pub fn unmask(guests: &mut [Guest], known: &[Guest]) {
    for guest in guests {
        let same = |k: &&Guest| k.full_name == guest.full_name && k.nationality == guest.nationality;
        let shown = |k: &&Guest| k.passport_number.as_deref().map(masked) == guest.passport_number;
        // A name may be corrected while its number is masked, if only one guest of that nationality has such a number.
        let of_nation = || known.iter().filter(|k| k.nationality == guest.nationality).filter(shown);
        let alone = of_nation().next().filter(|_| of_nation().count() == 1);
        if let Some(k) = known.iter().filter(same).find(shown).or(alone) {
            guest.passport_number.clone_from(&k.passport_number);
        }
    }
}
