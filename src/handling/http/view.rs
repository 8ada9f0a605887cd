//! Parts of a dossier's view that every procedure shows.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::approval::process::{Process, Standing, Step};
use crate::kernel::time::rfc3339;
use crate::kernel::words::{Body, StepKind, Term};

#[derive(Serialize, ToSchema)]
#[schema(as = DossierStep)]
pub struct StepView {
    kind: StepKind,
    /// None where a human still has to name the decider.
    body: Option<Body>,
    within: Option<Term>,
    due_on: Option<NaiveDate>,
    #[schema(value_type = String)]
    standing: &'static str,
    outcome: Option<String>,
    acted_at: Option<String>,
    citation: String,
}

impl From<&Step> for StepView {
    fn from(s: &Step) -> Self {
        StepView {
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

/// The steps as they are shown.
pub fn steps(process: &Process) -> impl Iterator<Item = &Step> {
    process.steps.iter().filter(|s| s.kind != StepKind::Propose || s.standing != Standing::Waiting)
}
