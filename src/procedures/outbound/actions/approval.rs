//! The way to the decision: submit, supplement, appraise, consult, consent, decide.

use serde_json::json;

use crate::access::call::Call;
use crate::approval::process::{NotOpen, Process, Standing, Step};
use crate::db::Conn;
use crate::dossier::numbering::dossier_number;
use crate::error::{Code, Error, Problem, Result, refuse};
use crate::kernel::id::Id;
use crate::kernel::time::Day;
use crate::kernel::violation::Violations;
use crate::kernel::words::{
    Body, ConsentVerdict, DecisionVerdict, Document, FindingCode, Opinion, Outcome, Severity, StepKind,
};
use crate::procedures::outbound::actions::{Seen, Tools, Trace, assess_trip, conclude};
use crate::procedures::outbound::flow::{Action, State, state_of};
use crate::procedures::outbound::http::body::{
    AssignAuthority, ConsentGiven, CorrectDecision, Decide, MemberVerdict, OpinionGiven, Reasoned, RequestSupplement,
    Submit,
};
use crate::procedures::outbound::model::{Assigned, Correction, Decision, Ruling, Trip};
use crate::procedures::outbound::store::Part;
use crate::regulation::assess::{Assessment, Finding};
use crate::regulation::book::Law;

/// Hands the dossier in: it must be complete and nothing may block it; then its bodies are planned.
pub fn submit(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen, body: Submit) -> Result<Trip> {
    let (law, answer) = assess_trip(conn, tools, &seen.trip, call.today)?;
    fit_to_submit(&answer)?;
    if answer.has(FindingCode::LateSubmission) && body.explanation.is_none() {
        return Err(refuse(
            Code::ExplanationNeeded,
            "Hồ sơ nộp muộn: cần giải trình (explanation).",
            "The dossier is late: an explanation is needed.",
        ));
    }
    let mut trip = seen.trip.clone();
    if trip.number.is_none() {
        trip.number = Some(dossier_number(conn, "DR", chrono::Datelike::year(&call.today))?);
    }
    trip.submitted_on = Some(call.today);
    let note = body.explanation.clone();
    enter(&mut trip, call, &law, &answer, body.explanation);
    let trace = Trace { body: Some(Body::AgencyHead), note: note.as_deref(), ..Trace::default() };
    // All of it: the search column has the number from now on.
    conclude(conn, call, &seen.trip, trip, Action::Submit, Part::All, trace)
}

/// The supplement is there: back to the first appraiser, terms run anew.
pub fn resubmit(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen) -> Result<Trip> {
    let (law, answer) = assess_trip(conn, tools, &seen.trip, call.today)?;
    fit_to_submit(&answer)?;
    let mut trip = seen.trip.clone();
    let explanation = trip.ruling.as_ref().and_then(|r| r.explanation.clone());
    enter(&mut trip, call, &law, &answer, explanation);
    let trace = Trace { body: Some(Body::AgencyHead), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::Resubmit, Part::Process, trace)
}

/// 409 where a rule blocks the dossier or a document is missing, each named.
fn fit_to_submit(answer: &Assessment) -> Result<()> {
    let blocking: Vec<&Finding> = answer.with_severity(Severity::Block).collect();
    if !blocking.is_empty() {
        return Err(findings_problem(Code::BlockedByRule, &blocking));
    }
    let lacking = |f: &&Finding| matches!(f.code, FindingCode::MissingDocument | FindingCode::MissingDetail);
    let missing: Vec<&Finding> = answer.findings.iter().filter(lacking).collect();
    if missing.is_empty() || answer.outcome == Outcome::ManualAuthorityRequired {
        return Ok(());
    }
    Err(findings_problem(Code::DossierIncomplete, &missing))
}

/// A refusal that names every finding with its rule.
fn findings_problem(code: Code, findings: &[&Finding]) -> Error {
    let mut errors = Violations::default();
    for f in findings {
        let pointer =
            f.document.map_or_else(|| format!("/findings/{}", f.code), |d| format!("/documents/{}", d.word()));
        errors.add(
            pointer,
            f.code.word(),
            format!("{} ({})", f.detail.vi, f.citation),
            format!("{} ({})", f.detail.en, f.citation),
        );
    }
    let sentence = |pick: fn(&Finding) -> &str| findings.iter().map(|f| pick(f)).collect::<Vec<_>>().join(" ");
    let mut problem = Problem::new(code, sentence(|f| &f.detail.vi), sentence(|f| &f.detail.en));
    problem.errors = errors;
    let missing: Vec<&str> = findings.iter().filter_map(|f| f.document).map(Document::word).collect();
    problem.with("missing", json!(missing)).into()
}

/// Plans the bodies' steps and opens the first.
fn enter(trip: &mut Trip, call: &Call, law: &Law, answer: &Assessment, explanation: Option<String>) {
    trip.signature_requested = false;
    trip.complete_on = Some(call.today);
    trip.verdicts = Vec::new();
    trip.ruling = Some(Ruling {
        regulation: law.pack.code.clone(),
        regulation_version: law.pack.version,
        assigned: None,
        explanation,
    });
    trip.process = plan(answer, call);
    trip.state = state_of(trip.process.stage());
}

/// The steps of an assessment; where no rule names the decider, DOFA appraises and a human names one.
fn plan(answer: &Assessment, call: &Call) -> Process {
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    propose.standing = Standing::Done;
    propose.outcome = Some("submitted".into());
    propose.acted_by = Some(call.actor.id());
    propose.acted_at = Some(call.now);
    let mut steps = vec![propose];
    if answer.steps.is_empty() {
        steps.push(Step::planned(StepKind::Appraise, Some(Body::Dofa), None, None, ""));
        steps.push(Step::planned(StepKind::Decide, None, None, None, ""));
    }
    steps.extend(answer.steps.iter().map(|s| Step::planned(s.kind, Some(s.body), s.within, s.due_on, &s.citation)));
    let mut process = Process { steps };
    process.open_next();
    process
}

/// DOFA names the decider where no rule does, with the text it rests on.
pub fn assign_authority(conn: &mut Conn, call: &Call, seen: Seen, body: AssignAuthority) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    for step in trip.process.steps.iter_mut().filter(|s| s.kind == StepKind::Decide) {
        step.body = Some(body.body);
        step.citation.clone_from(&body.citation);
    }
    if let Some(ruling) = &mut trip.ruling {
        ruling.assigned =
            Some(Assigned { body: body.body, citation: body.citation.clone(), reason: body.reason.clone() });
    }
    let detail = json!({"body": body.body, "citation": body.citation});
    let trace = Trace { body: Some(Body::Dofa), note: Some(&body.reason), detail, ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::AssignAuthority, Part::Process, trace)
}

/// The agency takes the dossier back before it is decided.
pub fn withdraw(conn: &mut Conn, call: &Call, seen: Seen, body: Reasoned) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    trip.state = State::Withdrawn;
    trip.process.end();
    let trace = Trace { note: Some(&body.reason), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::Withdraw, Part::Process, trace)
}

/// One complete request for what is missing; the clocks stop.
pub fn request_supplement(conn: &mut Conn, call: &Call, seen: Seen, body: RequestSupplement) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    let asking = trip.process.open().filter_map(|s| s.body).find(|b| call.actor.sits_in(*b)).or(Some(Body::Dofa));
    trip.state = State::SupplementRequested;
    for step in &mut trip.process.steps {
        if step.kind == StepKind::Propose {
            step.standing = Standing::Open;
            step.outcome = Some("supplement_requested".into());
        } else if step.standing == Standing::Open {
            step.standing = Standing::Waiting;
        }
    }
    let missing: Vec<&str> = body.missing.iter().map(|d| d.word()).collect();
    let trace = Trace { body: asking, note: Some(&body.note), detail: json!({"missing": missing}), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::RequestSupplement, Part::Process, trace)
}

/// What an unfavourable opinion, a refusal or a rejection must say.
fn require_note(note: Option<&str>, needed: bool) -> Result<()> {
    let mut faults = Violations::default();
    let said = note.is_some_and(|n| !n.trim().is_empty());
    faults.require(said || !needed, "/note", "missing", "Cần nêu lý do.", "A reason is needed.");
    Ok(faults.finish()?)
}

fn not_open(_: NotOpen) -> Error {
    refuse(Code::NotPossibleInState, "Bước này chưa đến lượt hoặc đã xong.", "This step is not open.")
}

/// The appraiser's opinion; an unfavourable one goes on to the decider.
pub fn appraise(conn: &mut Conn, call: &Call, seen: Seen, body: OpinionGiven) -> Result<Trip> {
    opine(conn, call, seen, body, StepKind::Appraise, Action::Appraise)
}

/// A consultee's opinion.
pub fn give_opinion(conn: &mut Conn, call: &Call, seen: Seen, body: OpinionGiven) -> Result<Trip> {
    opine(conn, call, seen, body, StepKind::Consult, Action::GiveOpinion)
}

fn opine(conn: &mut Conn, call: &Call, seen: Seen, body: OpinionGiven, kind: StepKind, action: Action) -> Result<Trip> {
    require_note(body.note.as_deref(), body.opinion == Opinion::Unfavourable)?;
    let mut trip = seen.trip.clone();
    let his = |b| call.actor.sits_in(b);
    let by = trip.process.take(kind, his, body.opinion.word(), call.actor.id(), call.now).map_err(not_open)?;
    trip.state = state_of(trip.process.stage());
    let trace = Trace {
        body: Some(by),
        note: body.note.as_deref(),
        detail: json!({"opinion": body.opinion}),
        ..Trace::default()
    };
    conclude(conn, call, &seen.trip, trip, action, Part::Process, trace)
}

/// Goes on past consultations that are overdue.
pub fn proceed(conn: &mut Conn, call: &Call, seen: Seen, body: Reasoned) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    if trip.process.pass_over_overdue(call.today) == 0 {
        return Err(refuse(Code::NotPossibleInState, "Chưa có ý kiến nào quá hạn.", "No consultation is overdue."));
    }
    trip.state = state_of(trip.process.stage());
    let trace = Trace { body: Some(Body::Dofa), note: Some(&body.reason), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::Proceed, Part::Process, trace)
}

/// Puts verdicts on members by their ids; ids that do not travel are faults.
fn place<V: Copy>(trip: &Trip, given: &[MemberVerdict<V>], faults: &mut Violations) -> Vec<Option<V>> {
    let mut placed: Vec<Option<V>> = vec![None; trip.content.members.len()];
    for (index, verdict) in given.iter().enumerate() {
        let at = trip.content.members.iter().position(|m| m.official_id == verdict.official_id);
        let pointer = format!("/members/{index}/official_id");
        match at.and_then(|at| placed.get_mut(at)) {
            Some(slot) if slot.is_none() => *slot = Some(verdict.verdict),
            Some(_) => faults.add(pointer, "repeated", "Một người có mặt hai lần.", "The person stands twice."),
            None => {
                faults.add(pointer, "unknown_member", "Người này không trong đoàn.", "He is not in the delegation.")
            }
        }
    }
    placed
}

/// A Party body's answer, given by its seat or recorded by the Party office from its letter.
pub fn consent(conn: &mut Conn, call: &Call, seen: Seen, body: ConsentGiven) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    let mut faults = Violations::default();
    let placed = place(&trip, &body.members, &mut faults);
    faults.finish()?;
    let refused_all =
        body.verdict == ConsentVerdict::Refuse && body.members.iter().all(|m| m.verdict == ConsentVerdict::Refuse);
    let refuses =
        body.verdict == ConsentVerdict::Refuse || body.members.iter().any(|m| m.verdict == ConsentVerdict::Refuse);
    require_note(body.note.as_deref(), refuses)?;
    let records = call.actor.sits_in(Body::PartyOffice);
    let his = |b| body.body.is_none_or(|asked| asked == b) && (records || call.actor.sits_in(b));
    let by =
        trip.process.take(StepKind::Consent, his, body.verdict.word(), call.actor.id(), call.now).map_err(not_open)?;
    trip.verdicts.resize(trip.content.members.len(), Default::default());
    for (verdict, given) in trip.verdicts.iter_mut().zip(placed) {
        let given = given.unwrap_or(body.verdict);
        // Where several bodies answer, one refusal stands.
        if verdict.consent != Some(ConsentVerdict::Refuse) {
            verdict.consent = Some(given);
        }
    }
    if refused_all {
        trip.state = State::Rejected;
        trip.process.end();
    } else {
        trip.state = state_of(trip.process.stage());
    }
    let trace = Trace {
        body: Some(by),
        note: body.note.as_deref(),
        document: Some(&body.document),
        detail: json!({"verdict": body.verdict}),
    };
    conclude(conn, call, &seen.trip, trip, Action::Consent, Part::All, trace)
}

/// The decision. Nothing blocked is approved; what needs an exception gets it here or waits.
pub fn decide(conn: &mut Conn, call: &Call, tools: &Tools, seen: Seen, body: Decide) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    let mut faults = Violations::default();
    let placed = place(&trip, &body.members, &mut faults);
    let approves = body.verdict == DecisionVerdict::Approve;
    let left = placed.iter().any(|v| *v != Some(DecisionVerdict::Reject));
    faults.require(
        !approves || left,
        "/members",
        "nobody_left",
        "Không còn ai trong đoàn.",
        "Nobody is left in the delegation.",
    );
    faults.finish()?;
    require_note(body.note.as_deref(), !approves)?;
    if approves {
        let on = trip.complete_on.unwrap_or(call.today);
        check_consents(&trip, &placed)?;
        check_findings(conn, call, tools, &trip, &body, on)?;
    }
    let verdict: &'static str = body.verdict.word();
    let decides = |b| call.actor.decides_for(b);
    let by = trip.process.take(StepKind::Decide, decides, verdict, call.actor.id(), call.now).map_err(not_open)?;
    trip.verdicts.resize(trip.content.members.len(), Default::default());
    for (known, given) in trip.verdicts.iter_mut().zip(placed) {
        known.decision = Some(given.filter(|_| approves).unwrap_or(body.verdict));
    }
    trip.state = if approves { State::Approved } else { State::Rejected };
    trip.process.end();
    let paper = crate::kernel::words::PaperRef { number: body.document.number.clone(), date: body.document.date };
    trip.decision = Some(Decision {
        verdict: body.verdict,
        body: by,
        document: body.document,
        note: body.note.clone(),
        decided_by: Id(call.actor.id()),
        waivers: if approves { body.waivers } else { Vec::new() },
        corrections: Vec::new(),
    });
    let detail = json!({"verdict": verdict, "number": paper.number});
    let trace = Trace { body: Some(by), note: body.note.as_deref(), document: Some(&paper), detail };
    conclude(conn, call, &seen.trip, trip, Action::Decide, Part::All, trace)
}

/// Members whom the Party body refused may not be approved.
fn check_consents(trip: &Trip, placed: &[Option<DecisionVerdict>]) -> Result<()> {
    let stands = |v: &Option<DecisionVerdict>| *v != Some(DecisionVerdict::Reject);
    let refused: Vec<String> = trip
        .members()
        .zip(placed)
        .filter(|((_, said), decided)| said.consent == Some(ConsentVerdict::Refuse) && stands(decided))
        .map(|((member, _), _)| member.official_id.to_string())
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::ConsentMissing,
        "Cấp ủy không đồng ý với một số thành viên; phải loại họ khỏi quyết định.",
        "The Party body refused some members; the decision must leave them out.",
    )
    .with("members", json!(refused))
    .into())
}

/// 409 where a rule blocks, or where a waiver is needed that is not given by a body that may give it.
fn check_findings(conn: &mut Conn, call: &Call, tools: &Tools, trip: &Trip, body: &Decide, on: Day) -> Result<()> {
    let (_, answer) = assess_trip(conn, tools, trip, on)?;
    let blocking: Vec<&Finding> = answer.with_severity(Severity::Block).collect();
    if !blocking.is_empty() {
        return Err(findings_problem(Code::BlockedByRule, &blocking));
    }
    let waived = |f: &&Finding| {
        body.waivers.iter().any(|w| w.finding == f.code) && f.waivable_by.is_some_and(|b| call.actor.decides_for(b))
    };
    let open: Vec<&Finding> = answer.with_severity(Severity::SpecialApproval).filter(|f| !waived(f)).collect();
    if !open.is_empty() {
        return Err(findings_problem(Code::WaiverNeeded, &open));
    }
    let mut faults = Violations::default();
    for (index, waiver) in body.waivers.iter().enumerate() {
        let found = answer.with_severity(Severity::SpecialApproval).any(|f| f.code == waiver.finding);
        let pointer = format!("/waivers/{index}/finding");
        faults.require(
            found,
            &pointer,
            "nothing_to_waive",
            "Không có phát hiện này để miễn.",
            "There is no such finding to waive.",
        );
    }
    Ok(faults.finish()?)
}

/// A correction on the document (TT 04/2020/TT-BNG Đ.4); the original stays in the history.
pub fn correct_decision(conn: &mut Conn, call: &Call, seen: Seen, body: CorrectDecision) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    let decision = trip.decision.as_mut().ok_or_else(|| Error::Internal("a decided dossier has no decision".into()))?;
    decision.corrections.push(Correction { document: body.document.clone(), reason: body.reason.clone() });
    let by = decision.body;
    let trace = Trace { body: Some(by), note: Some(&body.reason), document: Some(&body.document), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::CorrectDecision, Part::Standing, trace)
}
