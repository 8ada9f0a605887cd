//! The flow of a visit: which action is possible in which state, and where it leads. Pure.

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
        (S::Submitted | S::Appraising | S::Consulting, A::RequestSupplement) => Next::To(S::SupplementRequested),
        (S::Submitted | S::Appraising, A::Appraise) | (S::Consulting, A::GiveOpinion | A::Proceed) => Next::ByProcess,
        (S::AwaitingDecision, A::Decide) => Next::To(S::Approved),
        (S::Submitted | S::Appraising | S::Consulting | S::AwaitingDecision, A::AssignAuthority) => Next::Stay,
        (S::Submitted | S::SupplementRequested | S::Appraising | S::Consulting | S::AwaitingDecision, A::Withdraw) => {
            Next::To(S::Withdrawn)
        }
        // The guest list may be completed until the guests leave.
        (
            S::Submitted | S::Appraising | S::Consulting | S::AwaitingDecision | S::Approved | S::Postponed | S::OnSite,
            A::EditGuests,
        ) => Next::Stay,
        // A pending amendment does not change the state, which stays that of what was decided.
        (S::Approved | S::OnSite, A::Amend | A::Withdraw | A::GiveOpinion | A::Proceed | A::Decide) => Next::Stay,
        (S::Approved, A::RecordArrival) => Next::To(S::OnSite),
        (S::Approved, A::Postpone) => Next::To(S::Postponed),
        (S::Approved | S::Postponed, A::Cancel) => Next::To(S::Cancelled),
        (S::Postponed, A::Resume) => Next::To(S::Approved),
        (S::OnSite, A::RecordDeparture) => Next::To(S::Departed),
        (S::Departed, A::SubmitReport) => Next::To(S::Reported),
        (S::Reported, A::Close) => Next::To(S::Closed),
        (S::OnSite | S::Departed | S::Reported | S::Closed, A::CorrectRecord) => Next::Stay,
        (S::Approved | S::OnSite | S::Departed | S::Reported, A::Upload) => Next::Stay,
        (S::Approved | S::OnSite | S::Departed | S::Reported | S::Rejected | S::Postponed, A::CorrectDecision) => {
            Next::Stay
        }
        _ => return Err(NotPossible),
    })
}

/// The state of a dossier at a stage of its process. States that its rules do not need are skipped.
pub fn state_of(stage: Stage) -> State {
    match stage {
        Stage::Intake => State::Submitted,
        Stage::Appraisal => State::Appraising,
        // No pack has a consent as a step of a visit; the check of packs ensures that.
        Stage::Consultation | Stage::Consent => State::Consulting,
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
        fn no_path_decides_twice_or_receives_guests_without_a_decision(acts in proptest::collection::vec(0usize..Action::VARIANTS.len(), 0..80)) {
            let stages = [State::Submitted, State::Appraising, State::Consulting, State::AwaitingDecision];
            laws::decided_once_before_it_counts(next, stages, &acts);
        }
    }
}
