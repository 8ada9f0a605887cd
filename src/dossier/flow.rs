//! States and actions of dossiers, and where an action leads. Each procedure defines its own flow. Pure.

use kernel::words;

words! {
    /// State of a dossier (api.md §5, §6). A procedure uses those that its flow reaches.
    #[schema(as = DossierState)]
    State {
        Draft: "Bản nháp" / "Draft",
        Submitted: "Đã trình" / "Submitted",
        SupplementRequested: "Chờ bổ sung" / "Supplement requested",
        Appraising: "Đang thẩm định" / "Being appraised",
        Consulting: "Đang lấy ý kiến" / "In consultation",
        AwaitingConsent: "Chờ ý kiến cấp ủy" / "Awaiting Party consent",
        AwaitingDecision: "Chờ quyết định" / "Awaiting decision",
        Approved: "Đã chấp thuận" / "Approved",
        /// The delegation is abroad.
        UnderWay: "Đang ở nước ngoài" / "Under way",
        Returned: "Đã về nước" / "Returned",
        /// The guests are here.
        OnSite: "Đang ở địa phương" / "On site",
        Departed: "Đã rời địa phương" / "Departed",
        Reported: "Đã báo cáo" / "Reported",
        Closed: "Đã đóng" / "Closed",
        Rejected: "Không chấp thuận" / "Rejected",
        Withdrawn: "Đã rút" / "Withdrawn",
        Postponed: "Đã hoãn" / "Postponed",
        Cancelled: "Đã hủy" / "Cancelled",
    }
}

words! {
    /// Action on a dossier. A procedure uses those that its flow knows.
    #[schema(as = DossierAction)]
    kebab Action {
        Edit: "Sửa hồ sơ" / "Edit",
        /// Completing the list of guests after the draft, until they leave.
        EditGuests: "Cập nhật danh sách khách" / "Update the guest list",
        Delete: "Xóa bản nháp" / "Delete the draft",
        Upload: "Tải giấy tờ lên" / "Upload a document",
        RequestSignature: "Chuyển thủ trưởng ký" / "Send to the head for signature",
        Return: "Trả lại" / "Send back",
        Recall: "Lấy lại từ bàn thủ trưởng" / "Take back from the head",
        Submit: "Trình hồ sơ" / "Submit",
        AssignAuthority: "Chỉ định thẩm quyền" / "Assign the authority",
        Withdraw: "Rút hồ sơ" / "Withdraw",
        RequestSupplement: "Yêu cầu bổ sung" / "Request a supplement",
        Resubmit: "Trình lại" / "Resubmit",
        Appraise: "Thẩm định" / "Appraise",
        GiveOpinion: "Cho ý kiến" / "Give an opinion",
        Proceed: "Tiếp tục, không chờ ý kiến" / "Proceed without the opinion",
        Consent: "Ghi ý kiến cấp ủy" / "Record the Party consent",
        Decide: "Quyết định" / "Decide",
        CorrectDecision: "Đính chính quyết định" / "Correct the decision",
        Amend: "Đề nghị điều chỉnh" / "Ask for an amendment",
        Postpone: "Hoãn" / "Postpone",
        Cancel: "Hủy" / "Cancel",
        Resume: "Tổ chức lại" / "Resume",
        RecordArrival: "Ghi nhận ngày đến" / "Record the arrival",
        RecordDeparture: "Ghi nhận ngày đi" / "Record the departure",
        RecordReturn: "Ghi nhận ngày về" / "Record the return",
        CorrectRecord: "Đính chính số liệu đã ghi nhận" / "Correct what was recorded",
        SubmitReport: "Nộp báo cáo" / "Submit the report",
        Close: "Đóng hồ sơ" / "Close",
    }
}

impl State {
    /// Every state in which a dossier counts in the statistics.
    pub const APPROVED_OR_LATER: [State; 7] = [
        State::Approved,
        State::UnderWay,
        State::Returned,
        State::OnSite,
        State::Departed,
        State::Reported,
        State::Closed,
    ];

    /// It was approved but does not go ahead; its passports may still be handed out.
    pub const SET_ASIDE: [State; 2] = [State::Postponed, State::Cancelled];

    /// Approved or later: it counts.
    pub fn is_approved_or_later(self) -> bool {
        Self::APPROVED_OR_LATER.contains(&self)
    }

    /// Whether this is a final state.
    pub fn is_end(self) -> bool {
        matches!(self, State::Closed | State::Rejected | State::Withdrawn | State::Cancelled)
    }

    /// States in which nobody travels and nobody hosts.
    pub const VOID: [State; 3] = [State::Rejected, State::Withdrawn, State::Cancelled];
}

/// Where an action leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The state stays.
    Stay,
    To(State),
    /// The process decides: the state of the step that opens next.
    ByProcess,
}

/// The action is not possible in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPossible;

/// Checks that the flow of every procedure must pass.
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

    /// Whatever is tried, in any order, nothing is approved without a decision and nothing is decided twice. `stages`
    /// are the states of the shortest process: each action of a body opens the next.
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
