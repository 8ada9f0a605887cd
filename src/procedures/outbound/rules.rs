//! Rules of an outbound dossier: is the content whole, and who may do what to it. Pure.

use std::collections::HashSet;

use crate::access::account::Actor;
use crate::access::permission::{Act, Kind};
use crate::dossier::rules::{check_country, check_funding, check_members, check_stops, check_trip_days};
use crate::error::{Code, Result, forbidden, refuse};
use crate::kernel::violation::Violations;
use crate::kernel::words::{Body, Procedure, Purpose, Role, StepKind};
use crate::procedures::outbound::flow::{Action, State, next};
use crate::procedures::outbound::model::{Content, Trip};

/// Every fault of a content; `known` are the officials that exist.
pub fn check(content: &Content, known: &HashSet<i64>, faults: &mut Violations) {
    check_trip_days(content.departure, content.returning, faults);
    check_stops(&content.stops, content.departure, content.returning, faults);
    check_funding(&content.funding, faults);
    check_members(&content.members, faults);
    for (index, member) in content.members.iter().enumerate() {
        let pointer = format!("/members/{index}/official_id");
        faults.require(
            known.contains(&member.official_id.0),
            &pointer,
            "unknown_official",
            "Không có người này.",
            "There is no such official.",
        );
    }
    let private = content.procedure == Procedure::PrivateTravel;
    faults.require(
        private == (content.purpose == Purpose::Private),
        "/purpose",
        "wrong_purpose",
        "Mục đích «private» chỉ dùng cho việc riêng.",
        "The purpose `private` goes with private travel, and only with it.",
    );
    match &content.inviting_party {
        Some(party) => check_country(&party.country, "/inviting_party/country", faults),
        None => faults.require(
            private,
            "/inviting_party",
            "missing",
            "Thiếu đơn vị mời.",
            "The inviting party is required.",
        ),
    }
}

/// Whether the actor is at work for the requesting agency: its clerk, or its head.
pub fn is_of_agency(actor: &Actor, trip: &Trip) -> bool {
    actor.belongs_to(trip.content.agency_id) && (actor.has(Role::Clerk) || actor.sits_in(Body::AgencyHead))
}

/// Who sees a dossier (api.md §4): drafts the agency alone; then at once every body with a part in it.
pub fn sees(actor: &Actor, trip: &Trip) -> bool {
    if !actor.may(Act::Read, Kind::Delegation) {
        return false;
    }
    if is_of_agency(actor, trip) {
        return true;
    }
    if trip.state == State::Draft {
        return false;
    }
    let consents = trip.process.steps.iter().any(|s| s.kind == StepKind::Consent);
    let bodies = actor.bodies();
    actor.has(Role::Inspector)
        || actor.sits_in(Body::Dofa)
        || (consents && actor.sits_in(Body::PartyOffice))
        || (actor.has(Role::PassportCustodian) && trip.state.is_approved_or_later())
        || trip.process.steps.iter().filter_map(|s| s.body).any(|b| bodies.contains(&b))
        || trip.process.decider().is_some_and(|b| actor.decides_for(b))
}

/// Whether the clerks of an agency may submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgencyRule {
    pub clerk_may_submit: bool,
}

/// Whether the act is the actor's at all (403), whatever the state.
pub fn may(actor: &Actor, trip: &Trip, action: Action, agency: AgencyRule) -> Result<()> {
    let (act, kind) = right_of(action);
    actor.require(act, kind)?;
    if !is_his(actor, trip, action, agency) {
        return Err(forbidden(
            "Việc này thuộc thẩm quyền của người hoặc cơ quan khác.",
            "This act belongs to another person or body.",
        ));
    }
    match step_of(action) {
        Some(step) => separate(actor, trip, step, agency),
        None => Ok(()),
    }
}

/// The right in the grant table that an act needs.
fn right_of(action: Action) -> (Act, Kind) {
    let act = match action {
        Action::Edit | Action::Delete | Action::Upload | Action::RequestSignature => Act::Draft,
        Action::Return | Action::Submit | Action::Resubmit | Action::Withdraw | Action::SubmitReport => Act::Submit,
        Action::AssignAuthority | Action::Proceed | Action::Close => Act::Handle,
        Action::RequestSupplement | Action::Appraise => Act::Appraise,
        Action::GiveOpinion => Act::Consult,
        Action::Consent => Act::Consent,
        Action::Decide | Action::CorrectDecision => Act::Decide,
        Action::RecordDeparture | Action::RecordReturn => Act::Travel,
        Action::Postpone | Action::Cancel | Action::Resume => Act::Read,
    };
    (act, Kind::Delegation)
}

fn is_his(actor: &Actor, trip: &Trip, action: Action, agency: AgencyRule) -> bool {
    let own = is_of_agency(actor, trip);
    let head = actor.belongs_to(trip.content.agency_id) && actor.sits_in(Body::AgencyHead);
    let sits = |kind| trip.process.bodies(kind).any(|b| actor.sits_in(b));
    let decides = trip.process.decider().is_some_and(|b| actor.decides_for(b));
    match action {
        Action::Edit | Action::Delete | Action::Upload | Action::Withdraw | Action::SubmitReport => own,
        Action::RequestSignature => own && actor.has(Role::Clerk),
        Action::Return => head,
        Action::Submit | Action::Resubmit => head || (own && actor.has(Role::Clerk) && agency.clerk_may_submit),
        Action::AssignAuthority | Action::Proceed | Action::Close => actor.sits_in(Body::Dofa),
        Action::RequestSupplement => actor.sits_in(Body::Dofa) || sits(StepKind::Appraise) || sits(StepKind::Consult),
        Action::Appraise => sits(StepKind::Appraise),
        Action::GiveOpinion => sits(StepKind::Consult),
        Action::Consent => {
            let any = trip.process.bodies(StepKind::Consent).next().is_some();
            sits(StepKind::Consent) || (any && actor.sits_in(Body::PartyOffice))
        }
        Action::Decide => decides,
        Action::CorrectDecision => trip.decision.as_ref().is_some_and(|d| d.decided_by.0 == actor.id()),
        Action::Postpone | Action::Cancel | Action::Resume => own || decides,
        Action::RecordDeparture | Action::RecordReturn => own || actor.has(Role::PassportCustodian),
    }
}

/// The kind of step an act takes, where it takes one.
fn step_of(action: Action) -> Option<StepKind> {
    match action {
        Action::Submit | Action::Resubmit => Some(StepKind::Propose),
        Action::Appraise => Some(StepKind::Appraise),
        Action::GiveOpinion => Some(StepKind::Consult),
        Action::Consent => Some(StepKind::Consent),
        Action::Decide => Some(StepKind::Decide),
        _ => None,
    }
}

/// Nobody takes a step in a dossier in which he travels or that he drafted, and nobody takes two steps.
fn separate(actor: &Actor, trip: &Trip, step: StepKind, agency: AgencyRule) -> Result<()> {
    let refuse_for = |vi: &str, en: &str| Err(refuse(Code::SeparationOfDuties, vi, en));
    if actor.account.official_id.is_some_and(|official| trip.has_member(official)) {
        return refuse_for("Không được xử lý hồ sơ chuyến đi của chính mình.", "Nobody handles his own trip.");
    }
    let excepted = step == StepKind::Propose && agency.clerk_may_submit && actor.has(Role::Clerk);
    if trip.created_by == actor.id() && !excepted {
        return refuse_for(
            "Người soạn thảo không được xử lý hồ sơ này.",
            "Whoever drafted a dossier takes no step in it.",
        );
    }
    let mut taken = trip.process.steps.iter().filter(|s| s.acted_by == Some(actor.id()));
    if taken.any(|s| s.kind != step) {
        return refuse_for(
            "Đã thực hiện một bước khác của hồ sơ này.",
            "He took another step of this dossier already.",
        );
    }
    Ok(())
}

/// Whether the act is possible now: the flow, and what the flow alone does not say.
pub fn possible(trip: &Trip, action: Action) -> bool {
    let by_flow = next(trip.state, action).is_ok();
    let more = match action {
        Action::RequestSignature => !trip.signature_requested,
        Action::Return => trip.signature_requested,
        Action::AssignAuthority => trip.process.lacks_decider(),
        Action::Appraise => trip.process.open().any(|s| s.kind == StepKind::Appraise),
        Action::GiveOpinion | Action::Proceed => trip.process.open().any(|s| s.kind == StepKind::Consult),
        _ => true,
    };
    by_flow && more
}

/// Everything the actor can do now, by the very functions that enforce it.
pub fn allowed(actor: &Actor, trip: &Trip, agency: AgencyRule) -> Vec<Action> {
    let all = <Action as strum::VariantArray>::VARIANTS.iter().copied();
    all.filter(|action| possible(trip, *action) && may(actor, trip, *action, agency).is_ok()).collect()
}
