//! Parts of a dossier's view that every procedure shows.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::call::RequestContext;
use crate::approval::process::{Step, StepStanding};
use crate::dossier::Content;
use crate::dossier::amendments::{self, Amendment, AmendmentFinding, AmendmentForm, Difference};
use crate::dossier::model::{Decision, DecisionPaper, Dossier};
use crate::dossier::rules::sees_whole;
use kernel::time::{Day, rfc3339};
use kernel::words::{Body, Silence, StepKind, Term};

#[derive(Serialize, ToSchema)]
#[schema(as = DossierStep)]
pub struct StepView {
    kind: StepKind,
    /// None where a human still has to name the decider.
    body: Option<Body>,
    within: Option<Term>,
    due_on: Option<NaiveDate>,
    /// It is its turn, and its day is over.
    overdue: bool,
    /// What silence means once the day is over, where the rule says it.
    silence: Option<Silence>,
    #[schema(value_type = String)]
    standing: &'static str,
    outcome: Option<String>,
    acted_at: Option<String>,
    citation: String,
}

impl StepView {
    pub fn of(s: &Step, today: Day) -> Self {
        StepView {
            overdue: s.is_overdue(today),
            silence: s.silence,
            kind: s.kind,
            body: s.body,
            within: s.within,
            due_on: s.due_on,
            standing: s.standing.into(),
            outcome: s.outcome.clone(),
            acted_at: s.acted_at.map(rfc3339),
            citation: s.citation.clone(),
        }
    }
}

/// The steps as the caller is shown them: a consulted body sees its own only.
pub fn steps<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Vec<StepView> {
    let bodies = call.actor.bodies();
    let whole = sees_whole(&call.actor, dossier);
    let begun =
        dossier.process.steps.iter().filter(|s| s.kind != StepKind::Propose || s.standing != StepStanding::Waiting);
    let shown = begun.filter(|s| whole || s.body.is_some_and(|b| bodies.contains(&b)));
    shown.map(|s| StepView::of(s, call.today)).collect()
}

/// An amendment as everyone who sees the whole dossier is shown it: the difference, and what came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Amendment, example = json!({"ordinal": 1, "standing": "in_force", "form": "annotation", "material": false,
    "reason": "Phía bạn rút ngắn chương trình.", "asked_at": "2026-11-22T02:00:00Z",
    "differences": [{"kind": "dates", "before": {"departure_date": "2026-12-07", "return_date": "2026-12-11"},
        "after": {"departure_date": "2026-12-07", "return_date": "2026-12-10"}, "material": false, "people": []}],
    "findings": [], "document": null, "body": null, "note": null, "ended_at": "2026-11-22T02:00:00Z", "replaced": null}))]
pub struct AmendmentView {
    /// From 1.
    ordinal: i64,
    standing: amendments::AmendmentStanding,
    form: AmendmentForm,
    /// It adds a person, a country or days, or changes what authority rests on.
    material: bool,
    reason: String,
    asked_at: String,
    differences: Vec<Difference>,
    /// What it brings up that did not stand against the delegation before.
    findings: Vec<AmendmentFinding>,
    /// The paper by which it was decided.
    document: Option<DecisionPaper>,
    body: Option<Body>,
    note: Option<String>,
    ended_at: Option<String>,
    /// The decision whose place another took.
    replaced: Option<Decision>,
}

impl AmendmentView {
    fn of<C>(a: &Amendment<C>) -> Self {
        AmendmentView {
            ordinal: a.ordinal,
            standing: a.standing,
            form: a.form,
            material: a.material,
            reason: a.reason.clone(),
            asked_at: rfc3339(a.asked_at),
            differences: a.differences.clone(),
            findings: a.findings.clone(),
            document: a.document.clone(),
            body: a.body,
            note: a.note.clone(),
            ended_at: a.ended_at.map(rfc3339),
            replaced: a.replaced.clone(),
        }
    }
}

/// The amendments as the caller is shown them: a consulted body sees the one that it is asked about, without what the
/// rules say of it.
pub fn amendments<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Vec<AmendmentView> {
    if sees_whole(&call.actor, dossier) {
        return dossier.amendments.iter().map(AmendmentView::of).collect();
    }
    let bodies = call.actor.bodies();
    let asked =
        dossier.process.open().any(|s| s.kind == StepKind::Consult && s.body.is_some_and(|b| bodies.contains(&b)));
    let pending = dossier.pending().filter(|_| asked);
    pending.map(|a| AmendmentView { findings: Vec::new(), ..AmendmentView::of(a) }).into_iter().collect()
}
