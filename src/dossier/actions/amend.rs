//! Amending what was decided: annotated at once, or decided again by the competent body, which sees the differences.

use std::collections::BTreeSet;

use serde_json::json;

use crate::access::context::RequestContext;
use crate::approval::process::{Process, Step};
use crate::db::Conn;
use crate::dossier::actions::approval::not_open;
use crate::dossier::actions::decision_given::DecisionGiven;
use crate::dossier::actions::exceptions::{self, findings_problem, refuse_blocking};
use crate::dossier::actions::{HistoryNote, VisibleDossier, assess_dossier, by_actor, conclude, duties};
use crate::dossier::amendments::{Amendment, AmendmentFinding, AmendmentForm, AmendmentStanding, AmendmentWeight};
use crate::dossier::decision::{Annotation, Decision, Waived, Waiver};
use crate::dossier::differences::{AmendmentKind, Difference};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::store::numbers::{check_free, others_with};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Code, Error, Result, refuse};
use kernel::id::Id;
use kernel::text::number_key;
use kernel::time::in_vietnamese;
use kernel::violation::Violations;
use kernel::words::{Body, DecisionVerdict, FieldError, FindingCode, Severity, StepKind};
use kernel::workdays::WorkCalendar;
use regulation::assess::{Assessment, Finding, PlannedStep as Asked, exceptions_body};
use regulation::book::Law;
use regulation::pack::ConsentMode;

/// What the rules say about the delegation as it was decided, and as it is proposed.
struct ComparedAssessments {
    law: Law,
    before: Assessment,
    after: Assessment,
}

impl ComparedAssessments {
    fn of<C: Content>(
        conn: &mut Conn,
        call: &RequestContext,
        tools: &ProvinceLaw,
        decided: &Dossier<C>,
        proposed: &Dossier<C>,
    ) -> Result<Self> {
        let (law, after) = assess_dossier(conn, tools, proposed, call.today)?;
        let (_, before) = assess_dossier(conn, tools, decided, call.today)?;
        Ok(ComparedAssessments { law, before, after })
    }

    /// The findings that the amendment brings or makes worse; 409 if one blocks. Late submission no longer matters.
    fn brought(&self) -> Result<Vec<&Finding>> {
        let stood = |f: &Finding| {
            let alike = |b: &&Finding| b.rule == f.rule && b.code == f.code && b.document == f.document;
            // The same finding about another person is a new one.
            self.before.findings.iter().filter(alike).any(|b| {
                b.severity == f.severity
                    && b.actual >= f.actual
                    && f.travellers.iter().all(|t| b.travellers.contains(t))
            })
        };
        let news = self.after.findings.iter().filter(|f| f.code != FindingCode::LateSubmission && !stood(f));
        let found: Vec<&Finding> = news.collect();
        refuse_blocking(&found)?;
        Ok(found)
    }

    /// Drops the exceptions from limits that are no longer exceeded.
    fn keep_needed(&self, waivers: &mut Vec<Waived>) {
        waivers.retain(|w| self.after.findings.iter().any(|f| f.code == w.finding));
    }

    /// Bodies to be consulted. After a material change these are all that the rules name, because their answers were
    /// about other guests or another journey; otherwise only those that were not asked before.
    fn consulted(&self, material: bool) -> impl Iterator<Item = &Asked> {
        let asks = |s: &&Asked| s.kind == StepKind::Consult;
        let before = move |body| self.before.steps.iter().filter(asks).any(|s| s.body == body);
        self.after.steps.iter().filter(asks).filter(move |s| material || !before(s.body))
    }
}

/// The agency asks for an amendment (đề nghị điều chỉnh). A single kind of change that adds no person, no country and
/// no day is annotated at once; anything else goes to the body that is competent for the amended delegation.
pub fn amend<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    proposed: C,
    reason: String,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    let differences = dossier.content.differences(&proposed);
    let mut faults = Violations::default();
    faults.require(
        !differences.is_empty(),
        "/changes",
        FieldError::NothingChanged,
        "Không có gì thay đổi so với nội dung đã được quyết định.",
        "Nothing differs from what was decided.",
    );
    let (vi, en) = ("Đoàn đã đi hoặc đã đến: ngày này không đổi được nữa.", "It has begun: this day is now fixed.");
    let pointer = format!("/changes{}", C::DAYS.map_or("", |days| days.first));
    faults.require(!moves_begun(&dossier, &proposed), &pointer, FieldError::BegunAlready, vi, en);
    faults.finish()?;
    let judged = AmendmentWeight::of(&differences);
    let mut amendment = asked(call, &dossier, differences, reason);
    let compared = ComparedAssessments::of(conn, call, tools, &dossier, &dossier.with(&proposed))?;
    let found = compared.brought()?;
    let needs_waiver = found.iter().any(|f| f.severity == Severity::SpecialApproval);
    amendment.material |= needs_waiver;
    if needs_waiver || judged.goes_back() {
        let lacks = |f: &&Finding| matches!(f.code, FindingCode::MissingDocument | FindingCode::MissingDetail);
        let missing: Vec<&Finding> = found.iter().copied().filter(lacks).collect();
        if !missing.is_empty() {
            return Err(findings_problem(Code::DossierIncomplete, &missing));
        }
        amendment.findings = found.into_iter().map(AmendmentFinding::of).collect();
        plan(
            &mut dossier.process,
            call,
            &*tools.shelf.calendar(conn)?,
            &compared,
            &amendment,
            dossier.decision.as_ref(),
        )?;
        amendment.proposed = Some(proposed);
    } else {
        if let Some(decision) = &mut dossier.decision {
            compared.keep_needed(&mut decision.waivers);
        }
        dossier.content = proposed;
        put_in_force(&mut amendment, dossier.decision.as_mut(), call);
        duties::recall_passports(conn, call, tools, &dossier, dossier.content.last_day())?;
    }
    let kinds: Vec<&'static str> = amendment.differences.iter().map(|d| d.kind.into()).collect();
    let detail = json!({"amendment": amendment.ordinal, "kinds": kinds, "form": amendment.form,
        "material": amendment.material});
    let reason = amendment.reason.clone();
    dossier.amendments.push(amendment);
    let trace = HistoryNote { note: Some(&reason), detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Amend, trace)
}

/// Whether the first day would change although the delegation has begun.
fn moves_begun<C: Content>(dossier: &Dossier<C>, proposed: &C) -> bool {
    let begun = matches!(dossier.state, State::UnderWay | State::OnSite);
    let first = |content: &C| content.listed().days.map(|days| days.from);
    begun && first(&dossier.content) != first(proposed)
}

/// An amendment that is not decided yet.
fn asked<C>(call: &RequestContext, dossier: &Dossier<C>, differences: Vec<Difference>, reason: String) -> Amendment<C> {
    let AmendmentWeight { form, material } = AmendmentWeight::of(&differences);
    Amendment {
        ordinal: i64::try_from(dossier.amendments.len()).unwrap_or(i64::MAX) + 1,
        reason,
        asked_by: Id(call.actor.id()),
        asked_at: call.now,
        differences,
        form,
        material,
        findings: Vec::new(),
        standing: AmendmentStanding::Pending,
        document: None,
        body: None,
        note: None,
        ended_at: None,
        replaced: None,
        proposed: None,
    }
}

/// Puts an amendment in force that needs no other body: it is annotated on the decision at once.
fn put_in_force<C>(amendment: &mut Amendment<C>, decision: Option<&mut Decision>, call: &RequestContext) {
    amendment.standing = AmendmentStanding::InForce;
    amendment.ended_at = Some(call.now);
    annotate(decision, amendment, call.today);
}

/// A postponed delegation gets new days (tiếp tục), which are annotated on its decision. Only the body that decided may
/// grant additional days: 422 `longer_than_decided`.
pub fn resume<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: &VisibleDossier<C>,
    resumed: C,
    waivers: &[Waiver],
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    let differences = dossier.content.differences(&resumed);
    let mut faults = Violations::default();
    faults.require(
        differences.iter().all(|d| d.kind != AmendmentKind::Dates || !d.material),
        C::DAYS.map_or("", |days| days.last),
        FieldError::LongerThanDecided,
        "Số ngày nhiều hơn đã quyết định: hãy tiếp tục với đúng số ngày đã quyết định rồi đề nghị điều chỉnh.",
        "Longer than decided: resume with the number of days that was decided, then ask for an amendment.",
    );
    faults.finish()?;
    let compared = ComparedAssessments::of(conn, call, tools, &dossier, &dossier.with(&resumed))?;
    // An exception that the new days need must be given by the body that may, so that body resumes the delegation.
    let given = exceptions::waived(call, &compared.law, &dossier, &compared.brought()?, waivers)?;
    if let Some(decision) = &mut dossier.decision {
        decision.waivers.extend(given.clone());
    }
    if !differences.is_empty() {
        let mut amendment = asked(call, &dossier, differences, "Tổ chức lại sau khi hoãn.".into());
        put_in_force(&mut amendment, dossier.decision.as_mut(), call);
        dossier.amendments.push(amendment);
    }
    dossier.content = resumed;
    dossier.state = State::Approved;
    duties::recall_passports(conn, call, tools, &dossier, dossier.content.last_day())?;
    let note = dossier
        .content
        .listed()
        .days
        .map_or_else(String::new, |days| format!("{} – {}", in_vietnamese(days.from), in_vietnamese(days.to)));
    let trace = HistoryNote { note: Some(&note), waived: &given, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Resume, trace)
}

impl AmendmentFinding {
    fn of(f: &Finding) -> Self {
        AmendmentFinding {
            code: f.code,
            severity: f.severity,
            limit: f.limit,
            actual: f.actual,
            citation: f.citation.clone(),
            waivable_by: f.waivable_by,
        }
    }
}

/// Annotates the change on the document of the decision.
fn annotate<C>(decision: Option<&mut Decision>, amendment: &Amendment<C>, date: kernel::time::Day) {
    let kinds: Vec<_> = amendment.differences.iter().map(|d| d.kind).filter(|k| k.is_decided()).collect();
    if let (Some(decision), false) = (decision, kinds.is_empty()) {
        let reason = amendment.reason.clone();
        decision.annotations.push(Annotation { amendment: amendment.ordinal, kinds, date, reason });
    }
}

/// Opens the steps of an amendment: the consultations, the Party's consent to new members, then the decision by the
/// stricter of the body that decided and the one that is competent now.
fn plan<C>(
    process: &mut Process,
    call: &RequestContext,
    calendar: &WorkCalendar,
    compared: &ComparedAssessments,
    amendment: &Amendment<C>,
    decision: Option<&Decision>,
) -> Result<()> {
    let answer = &compared.after;
    let planned = |kind: StepKind, body: Body, citation: &str| -> Step {
        let asked = answer.steps.iter().find(|s| s.kind == kind && s.body == body);
        let within = asked.and_then(|s| s.within);
        // Without the calendar of a year, a step has no due day: the amendment must not wait for the calendar.
        let due = within.and_then(|t| calendar.after(call.today, t).ok());
        let silence = asked.and_then(|s| s.silence);
        Step { silence, ..Step::planned(kind, Some(body), within, due, citation) }
    };
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    propose.done("amendment", call.actor.id(), by_actor(call).1(Body::AgencyHead), call.now);
    let mut steps = vec![propose];
    for asked in compared.consulted(amendment.material) {
        steps.push(planned(asked.kind, asked.body, &asked.citation));
    }
    let newcomers: BTreeSet<&str> = amendment.differences.iter().flat_map(|d| &d.people).map(String::as_str).collect();
    let needed = |c: &&regulation::assess::Consent| {
        c.mode == ConsentMode::Step && c.travellers.iter().any(|t| newcomers.contains(t.as_str()))
    };
    for consent in answer.consents.iter().filter(needed) {
        steps.push(planned(StepKind::Consent, consent.body, &consent.citation));
    }
    let competent = answer.decider.as_ref().map(|d| (d.body, d.citation.as_str()));
    let decided = decision.map(|d| (d.body, "TT 04/2020/TT-BNG Đ.4 k.1"));
    let (law, news) = (&compared.law, compared.brought()?);
    let strictest = competent.into_iter().chain(decided).min_by_key(|(body, _)| law.strictness(*body));
    let (body, citation) =
        strictest.ok_or_else(|| Error::Internal("an approved dossier has no decision to amend".into()))?;
    steps.push(planned(StepKind::Decide, body, citation));
    process.steps.extend(steps);
    if let Some((body, citation)) = exceptions_body(law, news, body) {
        process.pass_on(body, citation);
    }
    process.open_next();
    Ok(())
}

/// The decision on a pending amendment. `dossier` contains the changes that the procedure itself made to the proposal.
pub fn decide<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: &VisibleDossier<C>,
    mut dossier: Dossier<C>,
    said: DecisionGiven,
) -> Result<Dossier<C>> {
    let approves = said.verdict == DecisionVerdict::Approve;
    if approves && moves_begun(&seen.dossier, dossier.at_hand()) {
        return Err(refuse(
            Code::NotPossibleInState,
            "Đoàn đã đi hoặc đã đến; ngày này không đổi được nữa, chỉ có thể từ chối hoặc rút điều chỉnh.",
            "The delegation has begun, so its first day can no longer change; refuse or withdraw the amendment.",
        ));
    }
    let (waived, compared) = waive(conn, call, tools, &dossier, &seen.dossier, &said, approves)?;
    let (given, note) = (waived.clone(), said.told());
    let current = dossier.decision.clone();
    let form = dossier.pending().map_or(AmendmentForm::Annotation, |a| a.form);
    let same_number =
        current.as_ref().is_some_and(|d| number_key(&d.document.number) == number_key(&said.document.number));
    let mut faults = Violations::default();
    // A body may not annotate a change on the decision of another body.
    let deciding = dossier.process.open().find(|s| s.kind == StepKind::Decide).and_then(|s| s.body);
    let others = current.as_ref().is_some_and(|d| deciding.is_some_and(|b| b != d.body));
    faults.require(
        !approves || (form == AmendmentForm::Annotation && !others) || !same_number,
        "/document/number",
        FieldError::NewDecisionNeeded,
        "Đổi từ hai nội dung hoặc cơ quan khác quyết định: phải ra quyết định mới, số mới (TT 04/2020/TT-BNG Đ.4 k.1).",
        "Two or more kinds of change, or another body, need a new decision and number (TT 04/2020/TT-BNG Art. 4(1)).",
    );
    let paper = said.document.reference();
    check_free(conn, dossier.id, &paper, &mut faults)?;
    faults.finish()?;
    let verdict = said.verdict.word();
    let decides = |b| call.actor.decides_for(b);
    let by = dossier.process.take(StepKind::Decide, decides, verdict, by_actor(call), call.now).map_err(not_open)?;
    dossier.process.end();
    let amendment = dossier.pending_mut().ok_or_else(|| not_open(crate::approval::process::NotOpen))?;
    amendment.standing = if approves { AmendmentStanding::InForce } else { AmendmentStanding::Refused };
    amendment.document = Some(said.document.clone());
    amendment.body = Some(by);
    amendment.note.clone_from(&said.note);
    amendment.ended_at = Some(call.now);
    let proposed = amendment.proposed.take();
    if let (true, Some(mut content)) = (approves, proposed) {
        content.keep_recorded(&seen.dossier.content);
        if same_number {
            let date = said.document.date;
            let amendment = amendment.clone();
            annotate(dossier.decision.as_mut(), &amendment, date);
            if let Some(decision) = &mut dossier.decision {
                decision.conditions.extend(said.conditions);
                compared.keep_needed(&mut decision.waivers);
                decision.waivers.extend(waived);
            }
        } else {
            amendment.replaced.clone_from(&current);
            let mut waivers = current.map(|d| d.waivers).unwrap_or_default();
            compared.keep_needed(&mut waivers);
            waivers.extend(waived);
            let same_number = others_with(conn, dossier.id, &paper)?;
            dossier.decision = Some(said.decision(call, by, waivers, same_number));
        }
        dossier.content = content;
        duties::recall_passports(conn, call, tools, &dossier, dossier.content.last_day())?;
    }
    let ordinal = dossier.amendments.last().map(|a| a.ordinal);
    let detail = json!({"verdict": verdict, "number": paper.number, "amendment": ordinal});
    let (note, document) = (note.as_deref(), Some(&paper));
    let trace = HistoryNote { body: Some(by), note, document, waived: &given, detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Decide, trace)
}

/// Exceptions from the findings that the amendment brings, each given by a body that may.
fn waive<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    judged: &Dossier<C>,
    before: &Dossier<C>,
    said: &DecisionGiven,
    approves: bool,
) -> Result<(Vec<Waived>, ComparedAssessments)> {
    // Includes the verdicts just given: members whom the decision refuses no longer count.
    let compared = ComparedAssessments::of(conn, call, tools, before, &judged.with(judged.at_hand()))?;
    let waived = if approves {
        exceptions::waived(call, &compared.law, before, &compared.brought()?, &said.waivers)?
    } else {
        Vec::new()
    };
    Ok((waived, compared))
}
