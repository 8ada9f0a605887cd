//! Drafting a trip and changing the draft.

use std::collections::{HashMap, HashSet};

use chrono::Datelike;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::amend::amend as amend_dossier;
use crate::dossier::actions::{HistoryNote, VisibleDossier, begin, conclude, for_own_agency, open};
use crate::dossier::flow::Action;
use crate::dossier::parts::model::Member;
use crate::dossier::rules::Circumstances;
use crate::error::Result;
use crate::plans::model::PlanItemState;
use crate::plans::store as plans;
use crate::procedures::outbound::actions::moved;
use crate::procedures::outbound::model::{Journey, MemberSnapshot, Trip, TripContent};
use crate::procedures::outbound::requests::{AmendTrip, CopyTrip, NewTrip, TripChanges};
use crate::procedures::outbound::rules::{check, stops_on};
use crate::registry::agencies::{self, Agency};
use crate::registry::officials_store::{self, KnownOfficial};
use crate::registry::references::{agency_open, official_left};
use kernel::violation::Violations;
use kernel::words::{FieldError, MemberRole};

/// Checks a content against the registry; returns what its agency allows, and who its members are.
pub fn check_content(
    conn: &mut Conn,
    call: &RequestContext,
    content: &TripContent,
    before: Option<&TripContent>,
) -> Result<(Circumstances, Vec<MemberSnapshot>)> {
    let CheckedTrip { faults, agency, officials } = checked(conn, call, content, before)?;
    faults.finish()?;
    let rule =
        Circumstances { clerk_may_submit: agency.is_some_and(|a| a.clerk_may_submit), ..Circumstances::default() };
    Ok((rule, snapshots(content, &officials)))
}

/// What is wrong with a content, and what the registry knows of it.
pub struct CheckedTrip {
    pub faults: Violations,
    pub agency: Option<Agency>,
    pub officials: HashMap<i64, KnownOfficial>,
}

/// Checks a content against the registry; `before` is the content that it replaces.
pub fn checked(
    conn: &mut Conn,
    call: &RequestContext,
    content: &TripContent,
    before: Option<&TripContent>,
) -> Result<CheckedTrip> {
    let agency = agencies::find(conn, content.agency_id)?;
    if agency.is_some() && content.origin.is_none() {
        for_own_agency(call, content)?;
    }
    let officials = officials_store::known_on(conn, &content.official_ids(), content.departure)?;
    let known: HashSet<i64> = officials.keys().copied().collect();
    let mut faults = Violations::default();
    check(content, &known, &mut faults);
    faults.require(
        agency.is_some(),
        "/requesting_agency_id",
        FieldError::UnknownAgency,
        "Không có cơ quan này.",
        "There is no such agency.",
    );
    let same = before.is_some_and(|b| (b.agency_id, b.departure) == (content.agency_id, content.departure));
    if let Some(agency) = agency.as_ref().filter(|_| !same && content.origin.is_none()) {
        agency_open(conn, agency, content.departure, "/requesting_agency_id", &mut faults)?;
    }
    for (index, member) in content.members.iter().enumerate() {
        let id = member.official_id;
        let new =
            before.is_none_or(|b| b.departure != content.departure || b.members.iter().all(|m| m.official_id != id));
        let left = officials.get(&id.0).and_then(|o| o.left_on).filter(|left| new && *left <= content.departure);
        if let Some(left) = left {
            official_left(left, &format!("/members/{index}/official_id"), &mut faults);
        }
    }
    // A plan item is checked when it is chosen: what becomes of it later is a finding and does not block edits.
    let chosen = content.plan_item_id.filter(|id| before.and_then(|b| b.plan_item_id) != Some(*id));
    if let Some(item) = chosen {
        check_plan_item(conn, call, content, item, &mut faults)?;
    }
    Ok(CheckedTrip { faults, agency, officials })
}

/// Who the members are, as far as they are known.
pub fn snapshots(content: &TripContent, officials: &HashMap<i64, KnownOfficial>) -> Vec<MemberSnapshot> {
    let of = |id: i64| {
        officials.get(&id).cloned().map(|o| MemberSnapshot {
            full_name: o.full_name,
            post: o.post,
            agency_id: o.agency_id,
            post_level: o.post_level,
        })
    };
    content.official_ids().into_iter().filter_map(of).collect()
}

/// The dossier must use an approved plan item of its own agency, in the year of its departure.
fn check_plan_item(
    conn: &mut Conn,
    call: &RequestContext,
    content: &TripContent,
    id: i64,
    faults: &mut Violations,
) -> Result<()> {
    let item =
        plans::item(conn, id)?.filter(|i| i.agency_id == content.agency_id || call.actor.belongs_to(i.agency_id));
    let pointer = "/plan_item_id";
    let (vi, en) = ("Không có mục kế hoạch này.", "There is no such plan item.");
    faults.require(item.is_some(), pointer, FieldError::UnknownPlanItem, vi, en);
    let Some(item) = item else { return Ok(()) };
    let (vi, en) = ("Mục kế hoạch chưa được duyệt.", "The plan item is not approved.");
    faults.require(item.state == PlanItemState::Approved, pointer, FieldError::PlanItemNotApproved, vi, en);
    let (vi, en) = ("Mục kế hoạch thuộc năm khác.", "The plan item belongs to another year.");
    let same_year = item.year == i64::from(content.departure.year());
    faults.require(same_year, pointer, FieldError::PlanItemOfAnotherYear, vi, en);
    Ok(())
}

/// Drafts a dossier.
pub fn create(
    conn: &mut Conn,
    call: &RequestContext,
    body: impl FnOnce() -> Result<NewTrip>,
) -> Result<VisibleDossier<TripContent>> {
    call.actor.require(Permission::DraftDossiers)?;
    drafted(conn, call, body()?.into_content())
}

/// Drafts a trip of the same agency with the people and stops of another one, on other days.
pub fn copy(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<TripContent>,
    body: impl FnOnce() -> Result<CopyTrip>,
) -> Result<VisibleDossier<TripContent>> {
    call.actor.require(Permission::DraftDossiers)?;
    for_own_agency(call, &seen.dossier.content)?;
    let CopyTrip { departure_date: departure, return_date: returning } = body()?;
    let from = seen.dossier.content;
    // What was given for that trip alone stays with it: the item of the plan, leave, opinions, what was recorded.
    let content = TripContent {
        stops: stops_on(&from, departure, returning),
        departure,
        returning,
        plan_item_id: None,
        planned: None,
        queued_on: None,
        leave: None,
        party_opinions: Vec::new(),
        journey: Journey::default(),
        origin: None,
        verdicts: Vec::new(),
        ..from
    };
    drafted(conn, call, content)
}

fn drafted(conn: &mut Conn, call: &RequestContext, mut content: TripContent) -> Result<VisibleDossier<TripContent>> {
    let (agency, people) = check_content(conn, call, &content, None)?;
    content.people = people;
    let dossier = Trip::draft(content, call.actor.id(), call.now);
    begin(conn, call, &dossier)?;
    Ok(VisibleDossier::new(dossier, agency))
}

/// Changes the content of a draft, or of a dossier that was sent back for a supplement.
pub fn edit(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<TripContent>,
    body: impl FnOnce() -> Result<TripChanges>,
) -> Result<Trip> {
    open(call, &seen, Action::Edit)?;
    let mut trip = seen.dossier.clone();
    body()?.apply(&mut trip.content);
    (_, trip.content.people) = check_content(conn, call, &trip.content, Some(&seen.dossier.content))?;
    trip.content.verdicts = Vec::new();
    conclude(conn, call, &seen.dossier, trip, Action::Edit, HistoryNote::default())
}

/// Asks for an amendment of what was decided. Members who stay keep their recorded data and their verdicts.
pub fn amend(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: AmendTrip,
) -> Result<Trip> {
    let decided = &seen.dossier.content;
    let mut proposed = decided.clone();
    let states_stops = body.changes.states_stops();
    body.changes.apply(&mut proposed);
    if !states_stops {
        proposed.stops = stops_on(decided, proposed.departure, proposed.returning);
    }
    let (_, people) = check_content(conn, call, &proposed, Some(decided)).map_err(|e| e.below("/changes"))?;
    let before = |id| decided.members.iter().position(|m| m.official_id == id);
    proposed.people = proposed
        .members
        .iter()
        .zip(people)
        .map(|(m, now)| before(m.official_id).and_then(|at| decided.people.get(at)).cloned().unwrap_or(now))
        .collect();
    let said = |m: &Member| before(m.official_id).and_then(|at| decided.verdicts.get(at)).copied().unwrap_or_default();
    proposed.verdicts = proposed.members.iter().map(said).collect();
    let mut faults = Violations::default();
    let (vi, en) = ("Không còn ai trong đoàn.", "Nobody is left in the delegation.");
    faults.require(proposed.travelling().next().is_some(), "/changes/members", FieldError::NobodyLeft, vi, en);
    let led = proposed.members == decided.members || proposed.travelling().any(|(m, _)| m.role == MemberRole::Head);
    let (vi, en) = ("Trưởng đoàn mới là người đã bị loại.", "The decision refused the person who would lead it.");
    faults.require(led, "/changes/members", FieldError::HeadRefused, vi, en);
    faults.finish()?;
    let proposed = moved(conn, call, &seen.dossier, proposed)?;
    amend_dossier(conn, call, tools, seen, proposed, body.reason)
}
