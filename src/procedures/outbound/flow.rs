//! The flow of an outbound dossier: which action is possible in which state, and where it leads. Pure.

use crate::approval::process::Stage;
use crate::dossier::flow::{Action, Next, NotPossible, State};

/// The whole flow.
pub fn next(state: State, action: Action) -> Result<Next, NotPossible> {
    use Action as A;
    use State as S;
    Ok(match (state, action) {
        (S::Draft, A::Edit | A::Delete | A::Upload | A::RequestSignature | A::Recall | A::Return) => Next::Stay,
        (S::Draft, A::Submit) | (S::SupplementRequested, A::Resubmit) => Next::ByProcess,
        (S::SupplementRequested, A::Edit | A::Upload) => Next::Stay,
        (S::Submitted | S::Appraising, A::RequestSupplement) => Next::To(S::SupplementRequested),
        (S::Submitted | S::Appraising, A::Appraise | A::GiveOpinion | A::Proceed) => Next::ByProcess,
        (S::AwaitingConsent, A::Consent) => Next::ByProcess,
        (S::AwaitingDecision, A::Decide) => Next::To(S::Approved),
        (S::Submitted | S::Appraising | S::AwaitingConsent | S::AwaitingDecision, A::AssignAuthority) => Next::Stay,
        (
            S::Submitted | S::SupplementRequested | S::Appraising | S::AwaitingConsent | S::AwaitingDecision,
            A::Withdraw,
        ) => Next::To(S::Withdrawn),
        // A pending amendment does not change the state, which stays that of what was decided.
        (S::Approved | S::UnderWay, A::Amend | A::Withdraw | A::GiveOpinion | A::Proceed | A::Consent | A::Decide) => {
            Next::Stay
        }
        (S::Approved, A::RecordDeparture) => Next::To(S::UnderWay),
        (S::Approved, A::Postpone) => Next::To(S::Postponed),
        (S::Approved | S::Postponed, A::Cancel) => Next::To(S::Cancelled),
        (S::Postponed, A::Resume) => Next::To(S::Approved),
        (S::UnderWay, A::RecordReturn) => Next::To(S::Returned),
        (S::Returned, A::SubmitReport) => Next::To(S::Reported),
        (S::Reported, A::Close) => Next::To(S::Closed),
        (S::UnderWay | S::Returned | S::Reported | S::Closed, A::CorrectRecord) => Next::Stay,
        (S::Approved | S::UnderWay | S::Returned | S::Reported, A::Upload) => Next::Stay,
        (S::Approved | S::UnderWay | S::Returned | S::Reported | S::Rejected | S::Postponed, A::CorrectDecision) => {
            Next::Stay
        }
        _ => return Err(NotPossible),
    })
}

/// The state of a dossier at a stage of its process. States that its rules do not need are skipped.
pub fn state_of(stage: Stage) -> State {
    match stage {
        Stage::Intake => State::Submitted,
        Stage::Appraisal | Stage::Consultation => State::Appraising,
        Stage::Consent => State::AwaitingConsent,
        Stage::Decision => State::AwaitingDecision,
        Stage::Concluded => State::Approved,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::VariantArray;

    use super::*;
    use crate::dossier::flow::laws;

    #[test]
    fn end_states_lead_nowhere() {
        laws::end_states_lead_nowhere(next);
    }

    proptest! {
        #[test]
        fn no_path_decides_twice_or_approves_without_a_decision(acts in proptest::collection::vec(0usize..Action::VARIANTS.len(), 0..80)) {
            let stages = [State::Submitted, State::Appraising, State::AwaitingConsent, State::AwaitingDecision];
            laws::decided_once_before_it_counts(next, stages, &acts);
        }
    }
}
