//! The decision, and corrections of its document.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::approval::{not_open, require_note};
use crate::dossier::actions::exceptions::check_findings;
use crate::dossier::actions::{HistoryNote, VisibleDossier, amend, by_actor, conclude};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::{Decision, DecisionCorrection, DecisionPaper, Dossier, Waived, Waiver};
use crate::dossier::requests::CorrectDecision;
use crate::dossier::rules::decider;
use crate::dossier::store::numbers::check_free;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Error, Result};
use kernel::id::Id;
use kernel::violation::Violations;
use kernel::words::{Body, DecisionVerdict, FieldError, StepKind};

/// The decider's verdict, in every procedure.
pub struct DecisionGiven {
    pub verdict: DecisionVerdict,
    pub document: DecisionPaper,
    pub waivers: Vec<Waiver>,
    pub conditions: Vec<String>,
    pub note: Option<String>,
    /// Names of the members it refuses while it approves the others.
    pub refused: Vec<String>,
}

impl DecisionGiven {
    /// The note in the history.
    pub fn told(&self) -> Option<String> {
        with_names(self.note.as_deref(), "Không cử", &self.refused)
    }

    /// The decision as a body issues it.
    pub fn decision(self, call: &RequestContext, body: Body, waivers: Vec<Waived>) -> Decision {
        Decision {
            verdict: self.verdict,
            body,
            document: self.document,
            note: self.note,
            decided_by: Id(call.actor.id()),
            waivers,
            conditions: self.conditions,
            corrections: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

/// A note followed by the names of the people concerned.
pub fn with_names(note: Option<&str>, what: &str, names: &[String]) -> Option<String> {
    let named = (!names.is_empty()).then(|| format!("{what}: {}.", names.join(", ")));
    let parts: Vec<&str> = note.into_iter().chain(named.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Maximum days by which a decision may be dated after its delegation begins; more is a typing mistake.
const FAR: i64 = 366;

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
    signs_as_lent(call, &seen.dossier, &said.document)?;
    if seen.dossier.pending().is_some() {
        return amend::decide(conn, call, tools, seen, dossier, said);
    }
    let waived = if approves { check_findings(conn, call, tools, &dossier, &said.waivers)? } else { Vec::new() };
    let mut faults = Violations::default();
    let paper = said.document.reference();
    check_free(conn, dossier.id, &paper, &mut faults)?;
    // A wrong year in the date would count the delegation in the statistics of that year.
    let latest = call.today.max(dossier.content.listed().listed_on) + chrono::Duration::days(FAR);
    let (vi, en) = ("Ngày văn bản quá xa sau chuyến đi.", "The document is dated too far after the delegation.");
    faults.require(paper.date <= latest, "/document/date", FieldError::OutOfRange, vi, en);
    faults.finish()?;
    let verdict: &'static str = said.verdict.word();
    let decides = |b| call.actor.decides_for(b);
    let by = dossier.process.take(StepKind::Decide, decides, verdict, by_actor(call), call.now).map_err(not_open)?;
    dossier.state = if approves { State::Approved } else { State::Rejected };
    dossier.process.end();
    let note = said.told();
    dossier.decision = Some(said.decision(call, by, waived.clone()));
    let detail = json!({"verdict": verdict, "number": paper.number});
    let trace = HistoryNote { body: Some(by), note: note.as_deref(), document: Some(&paper), waived: &waived, detail };
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
    let mut faults = Violations::default();
    check_free(conn, seen.dossier.id, &body.document, &mut faults)?;
    faults.finish()?;
    let mut dossier = seen.dossier.clone();
    let decision =
        dossier.decision.as_mut().ok_or_else(|| Error::Internal("a decided dossier has no decision".into()))?;
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
