//! The actions on a dossier. Each one checks the right and the state, applies the change, and is one transaction.

pub mod after;
pub mod amend;
pub mod approval;
pub mod correct;
pub mod decision;
pub mod decision_given;
pub mod draft;
pub mod duties;
pub mod exceptions;
pub mod travelling_decider;
pub mod waiting;

use serde_json::{Value, json};

use crate::access::account::StandIn;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::approval::process::{InPlace, Step};
use crate::approval::recorded::CorrectedValue;
use crate::approval::store::{HistoryEntry, record};
use crate::db::{Conn, unique};
use crate::dossier::actions::travelling_decider::{Offices, pass_over};
use crate::dossier::amendments::AmendmentStanding;
use crate::dossier::decision::{Decision, DecisionPaper, Waived};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::rules::{Circumstances, allowed, decider, is_of_list, is_passed_over, may, possible};
use crate::dossier::store::versions;
use crate::dossier::visibility::sees;
use crate::dossier::{CompleteOn, Content, ProvinceLaw, store};
use crate::error::{Code, Error, Problem, Result, forbidden, not_found, refuse};
use crate::registry::agencies;
use crate::regulations::view::Explained;
use crate::statistics::store as statistics;
use kernel::id::Id;
use kernel::text::Bilingual;
use kernel::time::{Day, start_of};
use kernel::violation::Violations;
use kernel::words::{Body, DecisionVerdict, Document, FieldError, PaperRef, Role, SignedAs, StepKind};
use regulation::assess::{Assessment, assess};
use regulation::book::Law;
use regulation::case::{Case, Unknown};
use regulation::why::why;

/// A dossier the caller may see, and what acts on it depend on.
#[derive(Debug, Clone)]
pub struct VisibleDossier<C> {
    pub dossier: Dossier<C>,
    pub around: Circumstances,
    /// A past version: no action is possible on it.
    pub past: bool,
}

impl<C: Content> VisibleDossier<C> {
    pub fn new(dossier: Dossier<C>, around: Circumstances) -> Self {
        VisibleDossier { dossier, around, past: false }
    }

    /// The actions that the caller can take now.
    pub fn allowed(&self, call: &RequestContext) -> Vec<Action> {
        if self.past { Vec::new() } else { allowed(&call.actor, &self.dossier, self.around) }
    }
}

/// Finds a dossier; 404 if the caller may not see it.
pub fn find<C: Content>(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<VisibleDossier<C>> {
    find_all(conn, call, &[id])?.pop().ok_or_else(not_found)
}

/// Those of these dossiers that the caller sees, in the order of their ids.
pub fn find_all<C: Content>(conn: &mut Conn, call: &RequestContext, ids: &[i64]) -> Result<Vec<VisibleDossier<C>>> {
    let mut found = store::load_all::<C>(conn, ids)?;
    found.retain(|dossier| sees(&call.actor, dossier));
    // What the agency lets its clerks do matters only to its own people.
    let own = found.iter().map(|dossier| dossier.content.agency_id()).filter(|id| call.actor.belongs_to(*id));
    let own = agencies::find_all(conn, &unique(own))?;
    let seen = found.into_iter().map(|dossier| {
        // Only imported dossiers can be changed after they are closed.
        let frozen = is_of_list(&dossier) && statistics::frozen(conn, &[dossier.id])?;
        let clerk_may_submit = own.get(&dossier.content.agency_id()).is_some_and(|agency| agency.clerk_may_submit);
        Ok(VisibleDossier::new(dossier, Circumstances { clerk_may_submit, frozen }))
    });
    seen.collect()
}

/// The dossier as it was at the end of a day (nhìn lại hồ sơ); only for those who see it now and would have then.
pub fn find_as_of<C: Content>(conn: &mut Conn, call: &RequestContext, id: i64, day: Day) -> Result<VisibleDossier<C>> {
    let now = find::<C>(conn, call, id)?;
    let moment = start_of(day + chrono::Duration::days(1));
    // An imported dossier, or one older than the version table, has been unchanged since its last update.
    let unchanged = || Some(&now.dossier).filter(|d| d.updated_at < moment).cloned();
    let then = versions::before::<C>(conn, id, moment)?.or_else(unchanged);
    let dossier = then.filter(|found| sees(&call.actor, found)).ok_or_else(not_found)?;
    Ok(VisibleDossier { dossier, past: true, ..now })
}

/// 403 if the caller may not draft the dossier: it belongs to another agency, or their substitution does not cover it.
pub fn for_own_agency<C: Content>(call: &RequestContext, content: &C) -> Result<()> {
    call.on((content.procedure(), None)).actor.require(Permission::DraftDossiers)?;
    if call.actor.belongs_to(content.agency_id()) {
        return Ok(());
    }
    Err(forbidden("Chỉ được lập hồ sơ cho cơ quan mình.", "You can only draft a dossier for your own agency."))
}

/// The checks before every action, in the order of the API contract: 428, 403, 412, 409.
pub fn open<C: Content>(call: &RequestContext, seen: &VisibleDossier<C>, action: Action) -> Result<()> {
    call.guard(seen.dossier.version, || may(&call.actor, &seen.dossier, action, seen.around))?;
    require_possible(call, seen, action)?;
    if action == Action::Decide && is_passed_over(&call.actor, &seen.dossier) {
        return Err(refuse(
            Code::WaiverNeeded,
            "Hồ sơ cần chấp thuận ngoại lệ; cơ quan được phép chấp thuận quyết định.",
            "The dossier needs an exception; the body that may give it decides.",
        ));
    }
    Ok(())
}

/// 422 if a document that is said to be signed is dated after today: nobody has signed it yet.
pub fn signed_by_today(call: &RequestContext, date: Day) -> Result<()> {
    let mut faults = Violations::default();
    let (vi, en) = ("Ngày văn bản không được sau hôm nay.", "The document is dated after today.");
    faults.require(date <= call.today, "/document/date", FieldError::InTheFuture, vi, en);
    Ok(faults.finish()?)
}

/// 409 if the action is not possible now, with what is possible instead.
pub fn require_possible<C: Content>(call: &RequestContext, seen: &VisibleDossier<C>, action: Action) -> Result<()> {
    if possible(&seen.dossier, action, seen.around) {
        return Ok(());
    }
    let consent_open = seen.dossier.process.open().any(|s| s.kind == StepKind::Consent);
    if action == Action::Decide && consent_open {
        return Err(consent_missing(&seen.dossier));
    }
    Err(not_possible(call, seen, action))
}

/// 409 with what is possible instead, and whose turn it is.
pub fn not_possible<C: Content>(call: &RequestContext, seen: &VisibleDossier<C>, action: Action) -> Error {
    let instead: Vec<&str> = seen.allowed(call).into_iter().map(Action::word).collect();
    let state = seen.dossier.state;
    let (vi, en) = match waited_for(&seen.dossier) {
        Some(Bilingual { vi, en }) => (format!("; đang chờ: {vi}"), format!("; it waits for: {en}")),
        None => Default::default(),
    };
    Problem::new(
        Code::NotPossibleInState,
        format!("Chưa thể thực hiện «{}»: hồ sơ ở trạng thái «{}»{vi}.", action.vi(), state.vi()),
        format!("\"{}\" is not possible: the dossier is in the state \"{}\"{en}.", action.en(), state.en()),
    )
    .with("allowed_actions", json!(instead))
    .with("state", json!(state.word()))
    .into()
}

/// The open steps with their bodies, such as "Thẩm định (Sở Ngoại vụ)"; a step without a known body stands alone.
fn waited_for<C>(dossier: &Dossier<C>) -> Option<Bilingual> {
    let steps = |kind: fn(StepKind) -> &'static str, body: fn(Body) -> &'static str| {
        let one = |s: &Step| s.body.map_or(kind(s.kind).to_owned(), |b| format!("{} ({})", kind(s.kind), body(b)));
        dossier.process.open().map(one).collect::<Vec<_>>().join(", ")
    };
    dossier.process.open().next()?;
    Some(Bilingual::new(steps(StepKind::vi, Body::vi), steps(StepKind::en, Body::en)))
}

/// The consent must come before the decision.
fn consent_missing<C: Content>(dossier: &Dossier<C>) -> Error {
    let bodies: Vec<&str> = dossier.process.open().filter_map(|s| s.body).map(Body::word).collect();
    Problem::new(
        Code::ConsentMissing,
        "Chưa có ý kiến của cấp ủy; phải có trước khi quyết định.",
        "The Party's consent is still missing; it must come before the decision.",
    )
    .with("bodies", json!(bodies))
    .with("allowed_actions", json!([]))
    .into()
}

/// What an action leaves in the history.
#[derive(Default)]
pub struct HistoryNote<'a> {
    pub body: Option<Body>,
    pub note: Option<&'a str>,
    pub document: Option<&'a PaperRef>,
    /// Exceptions given with it: each has its own entry in the history.
    pub waived: &'a [Waived],
    /// What it changed of the record.
    pub changes: &'a [CorrectedValue],
    /// Papers that a request for a supplement asks for.
    pub missing: &'a [Document],
    /// Further details for the audit trail.
    pub detail: Value,
}

/// Saves the result of an action: dossier, facts, history and audit trail, all in the caller's transaction.
pub fn conclude<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    before: &Dossier<C>,
    mut dossier: Dossier<C>,
    action: Action,
    mut trace: HistoryNote,
) -> Result<Dossier<C>> {
    trace.body = trace.body.or_else(|| represented(call, before));
    let amendable = matches!(dossier.state, State::Approved | State::UnderWay | State::OnSite);
    if let (false, Some(amendment)) = (amendable, dossier.pending_mut()) {
        amendment.standing = AmendmentStanding::Lapsed;
        amendment.ended_at = Some(call.now);
        amendment.proposed = None;
        dossier.process.end();
    }
    dossier.version = before.version + 1;
    dossier.updated_at = call.now;
    store::save(conn, &dossier, before)?;
    versions::keep(conn, &dossier)?;
    if before.state.is_approved_or_later() || dossier.state.is_approved_or_later() {
        statistics::replace(conn, dossier.id, C::fact(&dossier).as_ref())?;
    }
    // Uploads do not change the state: the audit trail has them, the history does not need them.
    if !matches!(action, Action::Upload) {
        record(conn, &deed(call, &dossier, Some(before.state), action.word(), &trace))?;
    }
    for waiver in trace.waived {
        let note = format!("{}: {}", waiver.finding.vi(), waiver.reason);
        let given =
            HistoryNote { body: waiver.body, note: Some(&note), document: trace.document, ..HistoryNote::default() };
        record(conn, &deed(call, &dossier, Some(dossier.state), "waive", &given))?;
    }
    let (from, to) = (before.state.word(), dossier.state.word());
    let mut detail = json!({"from": from, "to": to, "version": dossier.version, "more": trace.detail});
    if let (Some(lent), Some(told)) = (trace.body.and_then(|b| call.actor.in_place_of(b)), detail.as_object_mut()) {
        told.insert("on_behalf_of".into(), json!(lent.for_username));
    }
    call.remember(conn, action.word(), &object::<C>(dossier.id), detail)?;
    Ok(dossier)
}

/// Stores a new draft, with its first history entry.
pub fn begin<C: Content>(conn: &mut Conn, call: &RequestContext, dossier: &Dossier<C>) -> Result<()> {
    store::insert(conn, dossier)?;
    versions::keep(conn, dossier)?;
    record(conn, &deed(call, dossier, None, "create", &HistoryNote::default()))?;
    call.remember(conn, "create", &object::<C>(dossier.id), json!({"version": 1}))
}

fn deed<'a, C: Content>(
    call: &RequestContext,
    dossier: &Dossier<C>,
    from: Option<State>,
    action: &'a str,
    trace: &HistoryNote<'a>,
) -> HistoryEntry<'a> {
    HistoryEntry {
        delegation_id: dossier.id,
        procedure: dossier.content.procedure(),
        at: call.now,
        action,
        actor_id: call.actor.id(),
        on_behalf_of: trace.body.and_then(|b| call.actor.in_place_of(b)).map(|s| s.for_user),
        body: trace.body,
        from_state: from.map(State::word),
        to_state: dossier.state.word(),
        note: trace.note,
        document: trace.document,
        changes: trace.changes,
        missing: trace.missing,
    }
}

/// Who takes a step, and for each body in whose place.
pub fn by_actor(call: &RequestContext) -> (i64, impl Fn(Body) -> Option<InPlace> + use<'_>) {
    let in_place = |lent: &StandIn| InPlace { user: lent.for_user, substitution: lent.id };
    (call.actor.id(), move |body| call.actor.in_place_of(body).map(in_place))
}

/// The body that a substitute represents in an action that is not a step; `None` if the actor has their own right.
fn represented<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Option<Body> {
    let actor = &call.actor;
    if actor.belongs_to(dossier.content.agency_id()) {
        let lent = !actor.has(Role::Clerk) && actor.in_place_of(Body::AgencyHead).is_some();
        return lent.then_some(Body::AgencyHead);
    }
    decider(dossier).filter(|body| actor.decides_for(*body) && actor.in_place_of(*body).is_some())
}

/// The name of a dossier in the audit trail.
pub fn object<C: Content>(id: i64) -> String {
    format!("{}/{}", C::ENTRY.path, Id(id))
}

/// Assesses a dossier under the province's regulation, as if it were complete on `received_on`.
pub fn assess_dossier<C: Content>(
    conn: &mut Conn,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    received_on: Day,
) -> Result<(Law, Assessment)> {
    let (law, _, answer) = answered(conn, tools, &[(dossier, received_on)], &Unknown::default())?.remove(0);
    Ok((law, answer))
}

/// The same of a content that may not be known to the end, with the case and why it is decided so; for people who read it.
pub fn explained<C: Content>(
    conn: &mut Conn,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    received_on: Day,
    unknown: Unknown,
) -> Result<Explained> {
    let (law, case, answer) = answered(conn, tools, &[(dossier, received_on)], &unknown)?.remove(0);
    let why = why(&law, &case);
    // A decider who travels is passed over: that is no rule of the text, and a note says it.
    let body = answer.decider.as_ref().map(|d| d.body);
    Ok(Explained { why: why.filter(|why| why.body == body), law, case, answer })
}

/// Assesses dossiers together; the answers are in their order.
pub fn assess_all<C: Content>(conn: &mut Conn, tools: &ProvinceLaw, of: &[CompleteOn<C>]) -> Result<Vec<Assessment>> {
    let answers = answered(conn, tools, of, &Unknown::default())?;
    Ok(answers.into_iter().map(|(_, _, answer)| answer).collect())
}

/// However many they are, each thing that the rules need is read with one statement.
fn answered<C: Content>(
    conn: &mut Conn,
    tools: &ProvinceLaw,
    of: &[CompleteOn<C>],
    unknown: &Unknown,
) -> Result<Vec<(Law, Case, Assessment)>> {
    let (book, calendar) = tools.shelf.book_and_calendar(conn)?;
    let mut offices = Offices::default();
    let mut answers = Vec::with_capacity(of.len());
    for ((dossier, received_on), case) in of.iter().zip(C::cases(conn, &tools.registers, of)?) {
        let law = book
            .in_force(&tools.jurisdiction, *received_on)
            .ok_or_else(|| Error::Internal(format!("no regulation of {} is loaded", tools.jurisdiction)))?;
        let case = Case { unknown: unknown.clone(), ..case };
        let mut answer = assess(&law, &case, &calendar);
        pass_over(conn, &mut offices, &law, dossier, *received_on, &mut answer)?;
        answers.push((law, case, answer));
    }
    Ok(answers)
}

/// The day on which a dossier is assessed: today for a draft, later the day it became complete.
pub fn received_on<C>(dossier: &Dossier<C>, today: Day) -> Day {
    match dossier.state {
        State::Draft | State::SupplementRequested => today,
        _ => dossier.complete_on.unwrap_or(today),
    }
}

/// Derives every fact of a register again; returns how many delegations count.
pub fn rebuild_facts<C: Content>(conn: &mut Conn) -> Result<usize> {
    let mut counted = 0;
    for some in store::all_ids(conn, C::ENTRY.key)?.chunks(store::AT_ONCE) {
        counted += derive_again::<C>(conn, some)?;
    }
    Ok(counted)
}

/// Derives the facts of these dossiers again, and what they are found by; returns how many count.
pub fn derive_again<C: Content>(conn: &mut Conn, ids: &[i64]) -> Result<usize> {
    let mut counted = 0;
    for dossier in store::load_all::<C>(conn, ids)? {
        let derived = C::fact(&dossier);
        statistics::replace(conn, dossier.id, derived.as_ref())?;
        store::index(conn, &dossier)?;
        counted += usize::from(derived.is_some());
    }
    Ok(counted)
}

/// The dossier as it would count if it had been approved on its first day.
pub fn as_if_approved<C: Content>(mut dossier: Dossier<C>) -> Dossier<C> {
    let date = dossier.content.listed().listed_on;
    dossier.state = State::Approved;
    // A refusal is also stored with each member.
    dossier.content.forget_verdicts();
    dossier.decision = Some(Decision {
        verdict: DecisionVerdict::Approve,
        body: Body::PpcChair,
        document: DecisionPaper { number: String::new(), date, signed_as: SignedAs::Direct },
        note: None,
        decided_by: Id(0),
        waivers: Vec::new(),
        conditions: Vec::new(),
        corrections: Vec::new(),
        annotations: Vec::new(),
        same_number: Vec::new(),
    });
    dossier
}
