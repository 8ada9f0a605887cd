//! States and acts of dossiers, and what the two can mean to each other; each procedure says its own flow. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a dossier stands (api.md §5, §6). A procedure uses those that its flow leads to.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = DossierState)]
pub enum State {
    Draft,
    Submitted,
    SupplementRequested,
    Appraising,
    Consulting,
    AwaitingConsent,
    AwaitingDecision,
    Approved,
    /// The delegation is abroad.
    UnderWay,
    Returned,
    /// The guests are here.
    OnSite,
    Departed,
    Reported,
    Closed,
    Rejected,
    Withdrawn,
    Postponed,
    Cancelled,
}

/// What can be done to a dossier. A procedure uses those that its flow knows.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[schema(as = DossierAction)]
pub enum Action {
    Edit,
    /// Completing the list of guests after the draft, until they leave.
    EditGuests,
    Delete,
    Upload,
    RequestSignature,
    Return,
    Submit,
    AssignAuthority,
    Withdraw,
    RequestSupplement,
    Resubmit,
    Appraise,
    GiveOpinion,
    Proceed,
    Consent,
    Decide,
    CorrectDecision,
    Amend,
    Postpone,
    Cancel,
    Resume,
    RecordArrival,
    RecordDeparture,
    RecordReturn,
    SubmitReport,
    Close,
}

impl State {
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Every state in which a dossier counts.
    pub const APPROVED_OR_LATER: [State; 7] = [
        State::Approved,
        State::UnderWay,
        State::Returned,
        State::OnSite,
        State::Departed,
        State::Reported,
        State::Closed,
    ];

    /// It was approved and does not go on: passports may be out all the same.
    pub const SET_ASIDE: [State; 2] = [State::Postponed, State::Cancelled];

    /// Approved or later: it counts.
    pub fn is_approved_or_later(self) -> bool {
        Self::APPROVED_OR_LATER.contains(&self)
    }

    /// Nothing leads on from here.
    pub fn is_end(self) -> bool {
        matches!(self, State::Closed | State::Rejected | State::Withdrawn | State::Cancelled)
    }

    /// It came to nothing: nobody travels, nobody hosts.
    pub const VOID: [State; 3] = [State::Rejected, State::Withdrawn, State::Cancelled];
}

impl Action {
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Where an act leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The state stays.
    Stay,
    To(State),
    /// The process says: the state of the step that opens.
    ByProcess,
}

/// The act is not possible in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPossible;

/// What every procedure's flow is held to.
#[cfg(test)]
pub mod laws {
    use strum::VariantArray;

    use super::{Action, Next, NotPossible, State};

    pub type Flow = fn(State, Action) -> Result<Next, NotPossible>;

    pub fn end_states_lead_nowhere(next: Flow) {
        for state in State::VARIANTS.iter().filter(|s| s.is_end()) {
            for action in Action::VARIANTS {
                let moved = next(*state, *action);
                assert!(moved.is_err() || moved == Ok(Next::Stay), "{state:?} {action:?}");
            }
        }
    }

    /// Whatever is tried in whatever order, nothing is approved without a decision, none is decided twice. `stages`
    /// are the states of the shortest process: each act of a body opens the next.
    pub fn decided_once_before_it_counts(next: Flow, stages: [State; 4], acts: &[usize]) {
        let mut state = State::Draft;
        let mut decided = 0;
        for act in acts {
            let action = Action::VARIANTS[*act];
            match next(state, action) {
                Ok(Next::To(to)) => {
                    decided += usize::from(action == Action::Decide);
                    state = to;
                }
                Ok(Next::ByProcess) => {
                    let at = stages.iter().position(|s| *s == state).map_or(0, |p| p + 1);
                    state = stages[at.min(3)];
                }
                Ok(Next::Stay) | Err(NotPossible) => {}
            }
            assert!(decided <= 1);
            assert!(!state.is_approved_or_later() || decided == 1);
        }
    }
}
