//! The steps before the decision: submission, supplement, appraisal, consultation.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::store as accounts;
use crate::approval::process::{NotOpen, Process, SUPPLEMENT, Step, StepStanding};
use crate::db::Conn;
use crate::dossier::actions::exceptions::{findings_problem, refuse_blocking};
use crate::dossier::actions::{
    HistoryNote, VisibleDossier, assess_dossier, by_actor, conclude, not_possible, received_on,
};
use crate::dossier::amendments;
use crate::dossier::flow::{Action, State};
use crate::dossier::model::{Assigned, Dossier, Ruling};
use crate::dossier::parts::numbering::dossier_number;
use crate::dossier::requests::{AssignAuthority, OpinionGiven, ReasonGiven, RequestSupplement, Submit};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Code, Error, Result, refuse};
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::{Body, FieldError, FindingCode, Opinion, Outcome, StepKind};
use kernel::workdays::WorkCalendar;
use regulation::assess::{Assessment, Finding, exceptions_body};
use regulation::book::Law;

/// Submits the dossier. It must be complete and nothing may block it; then the steps of its bodies are planned.
pub fn submit<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: Submit,
) -> Result<Dossier<C>> {
    let (law, answer) = assess_dossier(conn, tools, &seen.dossier, call.today)?;
    fit_to_submit(conn, &seen.dossier, &answer)?;
    if answer.has(FindingCode::LateSubmission) && body.explanation.is_none() {
        return Err(refuse(
            Code::ExplanationNeeded,
            "Hồ sơ nộp muộn, cần có giải trình.",
            "The dossier is late: an explanation is needed.",
        ));
    }
    // The decider may not propose, because nobody takes two steps.
    if answer.decider.as_ref().is_some_and(|d| d.body == Body::AgencyHead) && call.actor.sits_in(Body::AgencyHead) {
        return Err(refuse(
            Code::SeparationOfDuties,
            "Việc này do thủ trưởng quyết định: hãy để chuyên viên nộp hồ sơ (cơ quan phải cho phép chuyên viên nộp).",
            "The head of the agency decides this, so a clerk must submit it (the agency must let its clerks submit).",
        ));
    }
    let mut dossier = seen.dossier.clone();
    if dossier.number.is_none() {
        dossier.number = Some(dossier_number(conn, C::ENTRY.prefix, chrono::Datelike::year(&call.today))?);
    }
    dossier.submitted_on = Some(call.today);
    let note = body.explanation.clone();
    enter(&mut dossier, call, &law, &answer, body.explanation);
    let trace = HistoryNote { body: Some(Body::AgencyHead), note: note.as_deref(), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Submit, trace)
}

/// The supplement was provided: the dossier returns to the first appraiser, and terms start again.
pub fn resubmit<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
) -> Result<Dossier<C>> {
    let (law, answer) = assess_dossier(conn, tools, &seen.dossier, call.today)?;
    fit_to_submit(conn, &seen.dossier, &answer)?;
    let mut dossier = seen.dossier.clone();
    let explanation = dossier.ruling.as_ref().and_then(|r| r.explanation.clone());
    enter(&mut dossier, call, &law, &answer, explanation);
    let trace = HistoryNote { body: Some(Body::AgencyHead), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Resubmit, trace)
}

/// 409 if a rule blocks the dossier or documents are missing, with each of them named; 422 if an agency head or a
/// commune chair would decide on people of another unit.
fn fit_to_submit<C: Content>(conn: &mut Conn, dossier: &Dossier<C>, answer: &Assessment) -> Result<()> {
    refuse_blocking(&answer.findings.iter().collect::<Vec<_>>())?;
    if answer.decider.as_ref().is_some_and(|d| d.body.is_local()) {
        let own = accounts::lineage(conn, dossier.content.agency_id())?;
        let mut faults = Violations::default();
        for (at, unit) in dossier.content.units().into_iter().enumerate() {
            let (vi, en) =
                ("Người của cơ quan khác: cơ quan đó lập hồ sơ.", "The person's own unit must submit the dossier.");
            faults.require(own.contains(&unit), &format!("/members/{at}/official_id"), FieldError::AnotherUnit, vi, en);
        }
        faults.finish()?;
    }
    let lacking = |f: &&Finding| matches!(f.code, FindingCode::MissingDocument | FindingCode::MissingDetail);
    let missing: Vec<&Finding> = answer.findings.iter().filter(lacking).collect();
    if missing.is_empty() || answer.outcome == Outcome::ManualAuthorityRequired {
        return Ok(());
    }
    Err(findings_problem(Code::DossierIncomplete, &missing))
}

/// Plans the bodies' steps and opens the first.
fn enter<C: Content>(
    dossier: &mut Dossier<C>,
    call: &RequestContext,
    law: &Law,
    answer: &Assessment,
    explanation: Option<String>,
) {
    dossier.signature_requested = false;
    dossier.complete_on = Some(call.today);
    dossier.content.forget_verdicts();
    dossier.ruling = Some(Ruling {
        regulation: law.pack.code.clone(),
        regulation_version: law.pack.version,
        assigned: None,
        explanation,
        supplemented: dossier.ruling.as_ref().is_some_and(|r| r.supplemented),
    });
    dossier.process = plan(law, answer, call);
    dossier.state = C::state_of(dossier.process.stage());
}

/// The steps of an assessment. If no rule names the decider, DOFA appraises and a person names one. A dossier that
/// needs an exception is decided by the body that may give it.
fn plan(law: &Law, answer: &Assessment, call: &RequestContext) -> Process {
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    propose.done("submitted", call.actor.id(), by_actor(call).1(Body::AgencyHead), call.now);
    let mut steps = vec![propose];
    if answer.steps.is_empty() {
        steps.push(Step::planned(StepKind::Appraise, Some(Body::Dofa), None, None, ""));
        steps.push(Step::planned(StepKind::Decide, None, None, None, ""));
    }
    steps.extend(
        answer.steps.iter().map(|s| Step {
            silence: s.silence,
            ..Step::planned(s.kind, Some(s.body), s.within, s.due_on, &s.citation)
        }),
    );
    if !answer.steps.is_empty() && answer.decider.is_none() {
        // The text names appraisers, but its decider was not read.
        steps.push(Step::planned(StepKind::Decide, None, None, None, ""));
    }
    let mut process = Process { steps };
    if let Some((body, citation)) = answer.decider.as_ref().and_then(|d| exceptions_body(law, &answer.findings, d.body))
    {
        process.pass_on(body, citation);
    }
    process.open_next();
    process
}

/// DOFA names the decider if no rule does, and cites the text. If rules name one, DOFA names the body that may give an
/// exception, where one became necessary while the dossier waits for its decision.
pub fn assign_authority<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: AssignAuthority,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    let unnamed = dossier.process.lacks_decider();
    if unnamed {
        for step in dossier.process.steps.iter_mut().filter(|s| s.kind == StepKind::Decide) {
            step.body = Some(body.body);
            step.citation.clone_from(&body.citation);
        }
    }
    go_on(conn, call, tools, &mut dossier)?;
    let passed_on = dossier.process != seen.dossier.process && dossier.process.decider() == Some(body.body);
    if !unnamed && !passed_on {
        return Err(not_possible(call, &seen, Action::AssignAuthority));
    }
    if let Some(ruling) = &mut dossier.ruling {
        ruling.assigned =
            Some(Assigned { body: body.body, citation: body.citation.clone(), reason: body.reason.clone() });
    }
    let detail = json!({"body": body.body, "citation": body.citation});
    let trace = HistoryNote { body: Some(Body::Dofa), note: Some(&body.reason), detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::AssignAuthority, trace)
}

/// The agency withdraws what is not decided yet: the dossier, or the amendment of an approved one.
pub fn withdraw<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    body: ReasonGiven,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    match dossier.pending_mut() {
        // The delegation stays as it was decided.
        Some(amendment) => {
            amendment.standing = amendments::AmendmentStanding::Withdrawn;
            amendment.ended_at = Some(call.now);
            amendment.proposed = None;
        }
        None => dossier.state = State::Withdrawn,
    }
    dossier.process.end();
    let trace = HistoryNote { note: Some(&body.reason), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Withdraw, trace)
}

/// A single, complete request for what is missing; terms stop running.
pub fn request_supplement<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    body: RequestSupplement,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    let asking = dossier.process.open().filter_map(|s| s.body).find(|b| call.actor.sits_in(*b)).or(Some(Body::Dofa));
    dossier.state = State::SupplementRequested;
    if let Some(ruling) = &mut dossier.ruling {
        ruling.supplemented = true;
    }
    for step in &mut dossier.process.steps {
        if step.kind == StepKind::Propose {
            step.standing = StepStanding::Open;
            step.outcome = Some(SUPPLEMENT.into());
        } else if step.standing == StepStanding::Open {
            step.standing = StepStanding::Waiting;
        }
    }
    let missing: Vec<&str> = body.missing.iter().map(|d| d.word()).collect();
    let trace = HistoryNote {
        body: asking,
        note: Some(&body.note),
        missing: &body.missing,
        detail: json!({"missing": missing}),
        ..HistoryNote::default()
    };
    conclude(conn, call, &seen.dossier, dossier, Action::RequestSupplement, trace)
}

/// 422 if an unfavourable opinion, a refusal or a rejection gives no reason.
pub fn require_note(note: Option<&str>, needed: bool) -> Result<()> {
    let mut faults = Violations::default();
    let said = note.is_some_and(|n| !n.trim().is_empty());
    faults.require(said || !needed, "/note", FieldError::Missing, "Cần nêu lý do.", "A reason is needed.");
    Ok(faults.finish()?)
}

pub fn not_open(_: NotOpen) -> Error {
    refuse(Code::NotPossibleInState, "Bước này chưa đến lượt hoặc đã xong.", "This step is not open.")
}

/// The appraiser's opinion; an unfavourable one does not stop the dossier on its way to the decider.
pub fn appraise<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: OpinionGiven,
) -> Result<Dossier<C>> {
    let (mut dossier, by) = opine(call, &seen, &body, StepKind::Appraise)?;
    own_clocks(&mut dossier.process, call.today, &*tools.shelf.calendar(conn)?);
    go_on(conn, call, tools, &mut dossier)?;
    given(conn, call, &seen, dossier, &body, by, Action::Appraise)
}

/// A consultee's opinion.
pub fn give_opinion<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: OpinionGiven,
) -> Result<Dossier<C>> {
    let (mut dossier, by) = opine(call, &seen, &body, StepKind::Consult)?;
    go_on(conn, call, tools, &mut dossier)?;
    given(conn, call, &seen, dossier, &body, by, Action::GiveOpinion)
}

/// Takes the actor's open step of this kind; returns the dossier after it, and the body whose step it was.
fn opine<C: Content>(
    call: &RequestContext,
    seen: &VisibleDossier<C>,
    body: &OpinionGiven,
    kind: StepKind,
) -> Result<(Dossier<C>, Body)> {
    require_note(body.note.as_deref(), body.opinion == Opinion::Unfavourable)?;
    let mut dossier = seen.dossier.clone();
    let his = |b| call.actor.sits_in(b);
    let by = dossier.process.take(kind, his, body.opinion.word(), by_actor(call), call.now).map_err(not_open)?;
    Ok((dossier, by))
}

/// After a step was taken, the state follows the process. If an exception became necessary since the submission, the
/// decision goes to the body that may give it. While an amendment is pending, the delegation stays as it was decided.
pub fn go_on<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &mut Dossier<C>,
) -> Result<()> {
    if dossier.pending().is_some() {
        return Ok(());
    }
    let (law, answer) = assess_dossier(conn, tools, dossier, received_on(dossier, call.today))?;
    let usual = dossier.process.decider();
    if let Some((body, citation)) = usual.and_then(|usual| exceptions_body(&law, &answer.findings, usual)) {
        dossier.process.pass_on(body, citation);
    }
    dossier.state = C::state_of(dossier.process.stage());
    Ok(())
}

fn given<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: &VisibleDossier<C>,
    dossier: Dossier<C>,
    body: &OpinionGiven,
    by: Body,
    action: Action,
) -> Result<Dossier<C>> {
    let detail = json!({"opinion": body.opinion});
    let trace = HistoryNote { body: Some(by), note: body.note.as_deref(), detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, action, trace)
}

/// Each consulted body has its own term: if it is asked later than planned, it still gets its full time.
fn own_clocks(process: &mut Process, today: Day, calendar: &WorkCalendar) {
    let asked = process.steps.iter_mut().filter(|s| s.kind == StepKind::Consult && s.standing == StepStanding::Open);
    for step in asked {
        if let Some(within) = step.within {
            // The calendar of that year may have come to be known, or not to be, since the step was planned.
            step.due_on = calendar.after(today, within).ok().map(|own| step.due_on.map_or(own, |due| due.max(own)));
        }
    }
}

/// Proceeds without the consultations that are overdue.
pub fn proceed<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<C>,
    body: ReasonGiven,
) -> Result<Dossier<C>> {
    let mut dossier = seen.dossier.clone();
    if dossier.process.pass_over_overdue(call.today) == 0 {
        return Err(refuse(
            Code::NotPossibleInState,
            "Chưa có ý kiến nào quá hạn, hoặc quy định buộc phải chờ.",
            "No consultation is overdue, or the rule requires waiting for it.",
        ));
    }
    go_on(conn, call, tools, &mut dossier)?;
    let trace = HistoryNote { body: Some(Body::Dofa), note: Some(&body.reason), ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Proceed, trace)
}
