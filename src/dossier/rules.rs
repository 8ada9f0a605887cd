//! Who may do what to a dossier, the same in every procedure (who sees it: `visibility.rs`). Pure.

use crate::access::account::{ActScope, Actor, StandIn, decides as decides_for};
use crate::access::holder::Holder;
use crate::access::permission::Permission;
use crate::approval::process::{Stage, Step};
use crate::dossier::Content;
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::whose::belongs_to_others;
use crate::error::{Code, Result, refuse};
use kernel::words::{Body, Document, Role, StepKind};

/// Whether the actor works for the requesting agency, as its clerk or its head.
pub fn is_of_agency<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> bool {
    Holder::Agency.is(actor, dossier.content.agency_id())
}

/// The body that decides now; once no step is open, the body that decided.
pub fn decider<C>(dossier: &Dossier<C>) -> Option<Body> {
    let open = dossier.process.open().find(|s| s.kind == StepKind::Decide).and_then(|s| s.body);
    let waits = dossier.process.open().next().is_some();
    let decided = dossier.decision.as_ref().map(|d| d.body).filter(|_| !waits);
    open.or(decided).or_else(|| dossier.process.decider())
}

/// Whether the actor may decide the dossier: for the body that decides, and only in this unit if each unit has its own.
pub fn decides<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> bool {
    decider(dossier).is_some_and(|body| decides_here(actor, dossier, body))
}

/// Whether the actor decides for a body, and only for that of this unit if each unit has its own.
fn decides_here<C: Content>(actor: &Actor, dossier: &Dossier<C>, body: Body) -> bool {
    actor.decides_for(body) && (!body.is_local() || actor.belongs_to(dossier.content.agency_id()))
}

/// What an act depends on beside the dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// The agency lets its clerks submit.
    pub clerk_may_submit: bool,
    /// A frozen report counts the dossier.
    pub frozen: bool,
}

/// Whether the actor may take the action at all (403), regardless of the state.
pub fn may<C: Content>(actor: &Actor, dossier: &Dossier<C>, action: Action, around: Circumstances) -> Result<()> {
    // A substitute may only do what the document covers.
    let actor = &actor.on(errand(dossier, action));
    if keeps_list_right(actor, dossier, action) || corrects_as_dofa(actor, action) {
        return Ok(());
    }
    actor.require(permission_for(action))?;
    if !is_his(actor, dossier, action, around) {
        return Err(belongs_to_others(actor, dossier, action));
    }
    let travels = |official| dossier.content.travels(official) || dossier.at_hand().travels(official);
    if action == Action::Amend && actor.account.official_id.is_some_and(travels) {
        return Err(refuse(
            Code::SeparationOfDuties,
            "Không được tự đề nghị điều chỉnh chuyến đi của mình.",
            "You may not ask for an amendment of your own trip.",
        ));
    }
    match step_of(action) {
        Some(step) => separate(actor, dossier, step, around),
        None => Ok(()),
    }
}

/// The action in the form in which substitutions cover it or not.
pub fn errand<C: Content>(dossier: &Dossier<C>, action: Action) -> ActScope {
    (dossier.content.procedure(), step_of(action))
}

/// An imported dossier was never drafted here: DOFA, which imported it, may correct it as well as its agency.
fn keeps_list_right<C: Content>(actor: &Actor, dossier: &Dossier<C>, action: Action) -> bool {
    is_of_list(dossier) && matches!(action, Action::Edit | Action::Upload) && actor.may(Permission::HandleDossiers)
}

/// DOFA answers for the figures of the province, so it corrects every record, also of a closed dossier.
fn corrects_as_dofa(actor: &Actor, action: Action) -> bool {
    action == Action::CorrectRecord && actor.sits_in(Body::Dofa) && actor.may(Permission::HandleDossiers)
}

/// Whether the dossier was imported from an old list.
pub fn is_of_list<C: Content>(dossier: &Dossier<C>) -> bool {
    dossier.content.origin().is_some() && dossier.state == State::Closed
}

/// The right in the grant table that an action needs.
fn permission_for(action: Action) -> Permission {
    match action {
        Action::Edit
        | Action::EditGuests
        | Action::Delete
        | Action::Upload
        | Action::RequestSignature
        | Action::Recall => Permission::DraftDossiers,
        Action::Return
        | Action::Submit
        | Action::Resubmit
        | Action::Withdraw
        | Action::Amend
        | Action::SubmitReport => Permission::SubmitDossiers,
        Action::AssignAuthority | Action::Proceed | Action::Close => Permission::HandleDossiers,
        Action::RequestSupplement | Action::Appraise => Permission::AppraiseDossiers,
        Action::GiveOpinion => Permission::GiveOpinions,
        Action::Consent => Permission::GiveConsents,
        Action::Decide | Action::CorrectDecision => Permission::DecideDossiers,
        Action::RecordArrival | Action::RecordDeparture | Action::RecordReturn | Action::CorrectRecord => {
            Permission::RecordJourneys
        }
        Action::Postpone | Action::Cancel | Action::Resume => Permission::ReadDossiers,
    }
}

fn is_his<C: Content>(actor: &Actor, dossier: &Dossier<C>, action: Action, around: Circumstances) -> bool {
    let own = is_of_agency(actor, dossier);
    let head = actor.belongs_to(dossier.content.agency_id()) && actor.sits_in(Body::AgencyHead);
    let sits = |kind| dossier.process.bodies(kind).any(|b| actor.sits_in(b));
    let decides = decides(actor, dossier);
    match action {
        Action::Edit
        | Action::EditGuests
        | Action::Delete
        | Action::Upload
        | Action::Recall
        | Action::Withdraw
        | Action::Amend
        | Action::SubmitReport => own,
        Action::RequestSignature => own && actor.has(Role::Clerk),
        Action::Return => head,
        Action::Submit | Action::Resubmit => head || (own && actor.has(Role::Clerk) && around.clerk_may_submit),
        Action::AssignAuthority | Action::Proceed | Action::Close => actor.sits_in(Body::Dofa),
        Action::RequestSupplement => actor.sits_in(Body::Dofa) || sits(StepKind::Appraise) || sits(StepKind::Consult),
        Action::Appraise => sits(StepKind::Appraise),
        Action::GiveOpinion => sits(StepKind::Consult),
        Action::Consent => {
            let any = dossier.process.bodies(StepKind::Consent).next().is_some();
            sits(StepKind::Consent) || (any && actor.sits_in(Body::PartyOffice))
        }
        Action::Decide => decides || is_passed_over(actor, dossier),
        Action::CorrectRecord => own && dossier.state != State::Closed,
        // The person who decided, and whoever holds that seat after them.
        Action::CorrectDecision => dossier
            .decision
            .as_ref()
            .is_some_and(|d| d.decided_by.0 == actor.id() || decides_here(actor, dossier, d.body)),
        Action::Postpone | Action::Cancel | Action::Resume => own || decides,
        Action::RecordArrival | Action::RecordDeparture | Action::RecordReturn => {
            own || (C::ENTRY.uses_passports && actor.has(Role::PassportCustodian))
        }
    }
}

/// Whether the actor usually decides such a dossier, but this one needs an exception that another body gives.
pub fn is_passed_over<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> bool {
    dossier.process.passed_over().any(|b| actor.decides_for(b)) && !decides(actor, dossier)
}

/// The kind of step that an action takes, if any.
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

/// Nobody takes a step in a dossier in which they travel or that they drafted, and nobody takes two steps.
fn separate<C: Content>(actor: &Actor, dossier: &Dossier<C>, step: StepKind, around: Circumstances) -> Result<()> {
    let refuse_for = |vi: &str, en: &str| Err(refuse(Code::SeparationOfDuties, vi, en));
    let travels = |official| dossier.content.travels(official) || dossier.at_hand().travels(official);
    if actor.account.official_id.is_some_and(travels) {
        return refuse_for("Không được xử lý hồ sơ chuyến đi của chính mình.", "You may not handle your own dossier.");
    }
    // Nor does a substitute in their name: nobody may be represented for their own benefit.
    let of_lender = actor.stand_ins().any(|s| {
        s.for_official.is_some_and(travels) || (dossier.created_by == s.for_user && s.body != Body::AgencyHead)
    });
    if of_lender && !holds_own(actor, dossier, step) {
        return refuse_for(
            "Không được thay người khác xử lý hồ sơ mà chính người đó đi hoặc soạn thảo.",
            "You may not act in place of a person who travels in the dossier or drafted it.",
        );
    }
    let excepted = step == StepKind::Propose && around.clerk_may_submit && actor.has(Role::Clerk);
    if dossier.created_by == actor.id() && !excepted {
        return refuse_for(
            "Người soạn thảo không được xử lý hồ sơ này.",
            "The person who drafted a dossier may not take a step in it.",
        );
    }
    // Only those in whose place the actor would take this step.
    let open: Vec<Body> = dossier.process.open().filter(|s| s.kind == step).filter_map(|s| s.body).collect();
    let lent = |s: &&StandIn| step == StepKind::Propose || open.iter().any(|b| decides_for(s.body, *b));
    let lenders: Vec<i64> = actor.stand_ins().filter(lent).map(|s| s.for_user).collect();
    let same = |by: i64| by == actor.id() || (lenders.contains(&by) && !holds_own(actor, dossier, step));
    let round = dossier.process.steps.iter().rposition(|s| s.kind == StepKind::Propose).unwrap_or(0);
    // A person who was represented has taken the step, too.
    let has_part = |s: &Step| s.acted_by.is_some_and(same) || s.on_behalf_of.is_some_and(same);
    let mut taken = dossier.process.steps.iter().enumerate().filter(|(_, s)| has_part(s));
    // Several letters of Party bodies count as one step; for other kinds, the answer of each body is its own step.
    let another = step != StepKind::Consent && dossier.process.open().any(|s| s.kind == step);
    // A body that is asked once more, because the guests have changed, answers once more.
    let asked_again = |s: &Step| s.body.is_some_and(|body| open.contains(&body));
    if taken.any(|(at, s)| s.kind != step || (at > round && another && !asked_again(s))) {
        return refuse_for(
            "Bạn, hoặc người mà bạn thay mặt, đã thực hiện một bước khác của hồ sơ này.",
            "You, or the person you represent, already took another step in this dossier.",
        );
    }
    Ok(())
}

/// Whether the actor takes a step of this kind in their own seat, so that it does not matter whom they represent.
fn holds_own<C: Content>(actor: &Actor, dossier: &Dossier<C>, step: StepKind) -> bool {
    let mut open = dossier.process.open().filter(|s| s.kind == step).filter_map(|s| s.body);
    match step {
        StepKind::Propose => actor.in_place_of(Body::AgencyHead).is_none(),
        _ => open.any(|b| actor.decides_himself(b) || (step == StepKind::Consent && actor.holds(Body::PartyOffice))),
    }
}

/// Which documents the actor may add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadRight {
    /// The agency, by the flow.
    AsAgency,
    /// Bodies with a part in it: what they answer with, from submission on.
    Only(Vec<Document>),
}

/// Which documents the actor may add to the dossier; 403 for none. The signed decision comes from whoever decides and from
/// DOFA, a letter from the body that answered with it.
pub fn upload_right<C: Content>(actor: &Actor, dossier: &Dossier<C>, around: Circumstances) -> Result<UploadRight> {
    let of_agency = may(actor, dossier, Action::Upload, around);
    if of_agency.is_ok() || dossier.state == State::Draft {
        return of_agency.map(|()| UploadRight::AsAgency);
    }
    let actor = &actor.on((dossier.content.procedure(), None));
    let sits = |kind| dossier.process.bodies(kind).any(|b| actor.sits_in(b));
    let mut own = Vec::new();
    let decided = dossier.decision.as_ref().is_some_and(|d| decides_here(actor, dossier, d.body));
    if decided || decides(actor, dossier) || actor.sits_in(Body::Dofa) {
        own.push(Document::Decision);
    }
    if sits(StepKind::Consult) || sits(StepKind::Appraise) || actor.sits_in(Body::Dofa) {
        own.push(Document::Other);
    }
    let party = dossier.process.bodies(StepKind::Consent).next().is_some() && actor.sits_in(Body::PartyOffice);
    if party || sits(StepKind::Consent) {
        own.extend([Document::PartyConsent, Document::Other]);
    }
    if own.is_empty() { of_agency.map(|()| UploadRight::AsAgency) } else { Ok(UploadRight::Only(own)) }
}

/// Whether the action is possible now: by the flow, and by what the flow alone does not say.
pub fn possible<C: Content>(dossier: &Dossier<C>, action: Action, around: Circumstances) -> bool {
    // What a frozen report counts is changed for a reason only: `correct-record`.
    let of_list = is_of_list(dossier);
    let corrects = of_list && (action == Action::Upload || (action == Action::Edit && !around.frozen));
    let by_flow = corrects || C::next(dossier.state, action).is_ok();
    let more = match action {
        Action::RequestSignature => !dossier.signature_requested,
        Action::Return | Action::Recall => dossier.signature_requested,
        Action::AssignAuthority => dossier.process.lacks_decider() || dossier.process.stage() == Stage::Decision,
        // Only once: the request must be specific and complete.
        Action::RequestSupplement => !dossier.ruling.as_ref().is_some_and(|r| r.supplemented),
        Action::Appraise => dossier.process.open().any(|s| s.kind == StepKind::Appraise),
        Action::Amend => dossier.pending().is_none() && !is_of_list(dossier),
        // After the approval, only an amendment can still be withdrawn, agreed to or decided.
        Action::Withdraw => !dossier.state.is_approved_or_later() || dossier.pending().is_some(),
        Action::Consent => dossier.process.open().any(|s| s.kind == StepKind::Consent),
        Action::Decide => dossier.process.open().any(|s| s.kind == StepKind::Decide),
        Action::GiveOpinion | Action::Proceed => dossier.process.open().any(|s| s.kind == StepKind::Consult),
        _ => true,
    };
    by_flow && more
}

/// Everything the actor can do now, computed by the same functions that enforce it.
pub fn allowed<C: Content>(actor: &Actor, dossier: &Dossier<C>, around: Circumstances) -> Vec<Action> {
    let all = <Action as strum::VariantArray>::VARIANTS.iter().copied();
    let over = is_passed_over(actor, dossier);
    let offered = |a: &Action| possible(dossier, *a, around) && may(actor, dossier, *a, around).is_ok();
    // If rules name the decider, another one is named only for an exception, which only the action itself looks for.
    let named = !dossier.process.lacks_decider();
    let kept_back = |a: &Action| match a {
        Action::Decide => over,
        Action::AssignAuthority => named,
        _ => false,
    };
    all.filter(|a| offered(a) && !kept_back(a)).collect()
}
