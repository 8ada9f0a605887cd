//! The decider's verdict, as every procedure hands it to the decision and to the decision on an amendment.

use crate::access::context::RequestContext;
use crate::dossier::decision::{Decision, DecisionPaper, SameNumber, Waived, Waiver};
use kernel::id::Id;
use kernel::words::{Body, DecisionVerdict};

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
    pub fn decision(
        self,
        call: &RequestContext,
        body: Body,
        waivers: Vec<Waived>,
        same_number: Vec<SameNumber>,
    ) -> Decision {
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
            same_number,
        }
    }
}

/// A note followed by the names of the people concerned.
pub fn with_names(note: Option<&str>, what: &str, names: &[String]) -> Option<String> {
    let named = (!names.is_empty()).then(|| format!("{what}: {}.", names.join(", ")));
    let parts: Vec<&str> = note.into_iter().chain(named.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
