//! Parts of a dossier's view that every procedure shows.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::call::Call;
use crate::approval::process::{Standing, Step};
use crate::handling::Content;
use crate::handling::model::Dossier;
use crate::handling::rules::sees_whole;
use crate::kernel::time::{Day, rfc3339};
use crate::kernel::words::{Body, Silence, StepKind, Term};

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
pub fn steps<C: Content>(call: &Call, dossier: &Dossier<C>) -> Vec<StepView> {
    let bodies = call.actor.bodies();
    let whole = sees_whole(&call.actor, dossier);
    let begun = dossier.process.steps.iter().filter(|s| s.kind != StepKind::Propose || s.standing != Standing::Waiting);
    let shown = begun.filter(|s| whole || s.body.is_some_and(|b| bodies.contains(&b)));
    shown.map(|s| StepView::of(s, call.today)).collect()
}
