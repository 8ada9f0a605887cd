//! What an approver needs to see of a dossier that waits for them: only what differs from the rule. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use crate::dossier::differences::Difference;
use crate::dossier::flow::Action;
use kernel::words::{Body, Outcome, StepKind};
use regulation::assess::Finding;

/// A dossier as it lies before one caller.
#[derive(Debug, Clone)]
pub struct AtHand {
    pub version: i64,
    /// What the caller can do now.
    pub actions: Vec<Action>,
    /// `None`, as the findings are, for whoever sees only what they are asked about.
    pub head: Option<String>,
    pub findings: Option<Vec<Finding>>,
    /// What the regulation says of the whole.
    pub outcome: Option<Outcome>,
    /// Why it was submitted late.
    pub explanation: Option<String>,
    pub objections: Vec<Objection>,
    /// What the pending amendment changes; else what changed since the caller's body last acted.
    pub changes: Vec<Difference>,
}

/// A body that was not in favour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"kind": "consult", "body": "police", "outcome": "disagree"}))]
pub struct Objection {
    pub kind: StepKind,
    pub body: Body,
    pub outcome: String,
}
