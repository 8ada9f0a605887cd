//! The decision, and corrections of its document.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::approval::{not_open, require_note};
use crate::dossier::actions::decision_given::DecisionGiven;
use crate::dossier::actions::exceptions::check_findings;
use crate::dossier::actions::{HistoryNote, VisibleDossier, amend, by_actor, conclude, signed_by_today};
use crate::dossier::decision::{DecisionCorrection, DecisionPaper};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::requests::CorrectDecision;
use crate::dossier::rules::decider;
use crate::dossier::store::numbers::{check_free, others_with};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Error, Result};
use kernel::violation::Violations;
use kernel::words::{DecisionVerdict, FieldError, StepKind};

/// The decision on `dossier`, which contains the changes that the procedure itself made. A dossier that is blocked is
/// not approved; an exception that is needed is given here, or the dossier waits.
pub fn decide<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: &VisibleDossier<C>,
    mut dossier: Dossier<C>,
    said: DecisionGiven,
) -> Result<Dossier<C>> {
    let approves = said.verdict == DecisionVerdict::Approve;
    require_note(said.note.as_deref(), !approves)?;
    signed_by_today(call, said.document.date)?;
    signs_as_lent(call, &seen.dossier, &said.document)?;
    if seen.dossier.pending().is_some() {
        return amend::decide(conn, call, tools, seen, dossier, said);
    }
    let waived = if approves { check_findings(conn, call, tools, &dossier, &said.waivers)? } else { Vec::new() };
    let mut faults = Violations::default();
    let paper = said.document.reference();
    check_free(conn, dossier.id, &paper, &mut faults)?;
    faults.finish()?;
    let verdict: &'static str = said.verdict.word();
    let decides = |b| call.actor.decides_for(b);
    let by = dossier.process.take(StepKind::Decide, decides, verdict, by_actor(call), call.now).map_err(not_open)?;
    dossier.state = if approves { State::Approved } else { State::Rejected };
    dossier.process.end();
    let note = said.told();
    let same_number = others_with(conn, dossier.id, &paper)?;
    dossier.decision = Some(said.decision(call, by, waived.clone(), same_number));
    let detail = json!({"verdict": verdict, "number": paper.number});
    let (note, document) = (note.as_deref(), Some(&paper));
    let trace = HistoryNote { body: Some(by), note, document, waived: &waived, detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, dossier, Action::Decide, trace)
}

/// A substitute signs as the substitution document says (NĐ 30/2020/NĐ-CP Đ.13).
fn signs_as_lent<C>(call: &RequestContext, dossier: &Dossier<C>, paper: &DecisionPaper) -> Result<()> {
    let lent = decider(dossier).and_then(|body| call.actor.in_place_of(body));
    let mut faults = Violations::default();
    faults.require(
        lent.is_none_or(|s| s.signed_as == paper.signed_as),
        "/document/signed_as",
        FieldError::NotAsLent,
        "Phải ghi đúng hình thức ký theo văn bản ủy quyền (ký thay, thừa ủy quyền, thừa lệnh).",
        "Must be the form of signature that the substitution states (for the head, by authorisation, by order).",
    );
    Ok(faults.finish()?)
}

/// A correction on the document (TT 04/2020/TT-BNG Đ.4); the original stays in the history.
pub fn correct_decision<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<C>,
    body: CorrectDecision,
) -> Result<Dossier<C>> {
    signed_by_today(call, body.document.date)?;
    let mut faults = Violations::default();
    check_free(conn, seen.dossier.id, &body.document, &mut faults)?;
    faults.finish()?;
    let mut dossier = seen.dossier.clone();
    let same_number = others_with(conn, dossier.id, &body.document)?;
    let decision =
        dossier.decision.as_mut().ok_or_else(|| Error::Internal("a decided dossier has no decision".into()))?;
    decision.same_number.extend(same_number);
    decision.corrections.push(DecisionCorrection { document: body.document.clone(), reason: body.reason.clone() });
    let by = decision.body;
    let trace = HistoryNote {
        body: Some(by),
        note: Some(&body.reason),
        document: Some(&body.document),
        ..HistoryNote::default()
    };
    conclude(conn, call, &seen.dossier, dossier, Action::CorrectDecision, trace)
}
