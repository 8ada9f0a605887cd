//! A plan, its items, and their state changes. Pure.

use kernel::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::id::Id;
use kernel::money::Money;
use kernel::time::Moment;
use kernel::words::{Body, FundingSource, PaperRef, Purpose};

words! {
    /// The state of a plan.
    PlanState {
        /// Agencies may propose items.
        Draft: "Đang đề xuất" / "Proposals being made",
        /// DOFA has consolidated it; the body has to decide.
        Consolidated: "Đã tổng hợp, chờ duyệt" / "Consolidated",
        /// In force; changes need an adjustment.
        Approved: "Đã phê duyệt" / "Approved",
    }
}

words! {
    /// The state of an item.
    #[schema(as = ItemState)]
    PlanItemState {
        Proposed: "Đã đề xuất" / "Proposed",
        /// Excluded by DOFA, with a reason.
        LeftOut: "Không đưa vào kế hoạch" / "Left out",
        Approved: "Đã duyệt" / "Approved",
        /// Not approved by the body.
        Refused: "Không được duyệt" / "Refused",
        /// Approved, then removed by an adjustment.
        Dropped: "Đã đưa ra khỏi kế hoạch" / "Dropped",
    }
}

/// What an agency proposes for the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Wanted)]
pub struct PlannedTrips {
    pub title: String,
    /// 1–12.
    pub month: u32,
    pub countries: Vec<String>,
    pub purpose: Purpose,
    /// Number of delegations.
    pub delegations: i64,
    /// Number of people in all of them.
    pub headcount: i64,
    pub funding_source: Option<FundingSource>,
    pub budget: Option<Money>,
    pub note: Option<String>,
}

/// A requested change of an approved item on which the body has not decided yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanItemChange)]
pub struct PlanChange {
    /// The new content of the item; none: remove it.
    pub wanted: Option<PlannedTrips>,
    pub reason: String,
}

/// One item of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanItem {
    pub id: i64,
    pub version: i64,
    pub year: i64,
    pub agency_id: i64,
    pub state: PlanItemState,
    pub wanted: PlannedTrips,
    pub change: Option<PlanChange>,
    /// Why it was excluded.
    pub reason: Option<String>,
    pub created_by: i64,
    pub created_at: Moment,
}

/// An approval of the plan or of an adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanDecision, example = json!({"body": "ppc_chair", "document": {"number": "02/KH-UBND", "date": "2026-01-06"},
    "at": "2026-01-06T02:00:00Z", "by": "01ke3m9p00063", "approved": ["01ke3m9p000j1"], "refused": [], "note": null}))]
pub struct PlanDecision {
    pub body: Body,
    pub document: PaperRef,
    pub at: String,
    #[schema(value_type = String)]
    pub by: Id,
    /// Items that it approved, changed or removed.
    #[schema(value_type = Vec<String>)]
    pub approved: Vec<Id>,
    #[schema(value_type = Vec<String>)]
    pub refused: Vec<Id>,
    pub note: Option<String>,
}

/// The plan of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub year: i64,
    pub version: i64,
    pub state: PlanState,
    pub decisions: Vec<PlanDecision>,
}

/// An action on a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[schema(as = PlanAction)]
pub enum PlanAction {
    Propose,
    Consolidate,
    Reopen,
    Approve,
    Adjust,
}

impl Plan {
    /// A plan without any proposal.
    pub fn empty(year: i64) -> Self {
        Plan { year, version: 0, state: PlanState::Draft, decisions: Vec::new() }
    }

    /// The state after an action; none if the action is not possible now.
    pub fn next(&self, action: PlanAction) -> Option<PlanState> {
        match (self.state, action) {
            (PlanState::Draft | PlanState::Approved, PlanAction::Propose) => Some(self.state),
            (PlanState::Draft, PlanAction::Consolidate) => Some(PlanState::Consolidated),
            (PlanState::Consolidated, PlanAction::Reopen) => Some(PlanState::Draft),
            (PlanState::Consolidated, PlanAction::Approve) | (PlanState::Approved, PlanAction::Adjust) => {
                Some(PlanState::Approved)
            }
            _ => None,
        }
    }
}

/// Whether the body has to decide on an item: it is a proposal, or a change is requested.
pub fn waits(state: PlanItemState, changes: bool) -> bool {
    state == PlanItemState::Proposed || changes
}

impl PlanItem {
    /// Whether the body has to decide on it.
    pub fn waits(&self) -> bool {
        waits(self.state, self.change.is_some())
    }

    /// Applies the decision of the body. A refused change leaves the approved item as it was.
    pub fn answered(&mut self, approves: bool) {
        match (self.change.take(), approves) {
            (Some(PlanChange { wanted: Some(wanted), .. }), true) => self.wanted = wanted,
            (Some(PlanChange { wanted: None, .. }), true) => self.state = PlanItemState::Dropped,
            (Some(_), false) => {}
            (None, true) => self.state = PlanItemState::Approved,
            (None, false) => self.state = PlanItemState::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> PlanItem {
        let wanted = PlannedTrips {
            title: "Đoàn xúc tiến".into(),
            month: 5,
            countries: vec!["KR".into()],
            purpose: Purpose::Promotion,
            delegations: 1,
            headcount: 8,
            funding_source: None,
            budget: None,
            note: None,
        };
        let at = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        PlanItem {
            id: 1,
            version: 1,
            year: 2027,
            agency_id: 1,
            state: PlanItemState::Proposed,
            wanted,
            change: None,
            reason: None,
            created_by: 1,
            created_at: at,
        }
    }

    #[test]
    fn what_was_approved_stays_until_a_change_of_it_is_approved() {
        let mut one = item();
        one.answered(true);
        assert_eq!(one.state, PlanItemState::Approved);
        let more = PlannedTrips { headcount: 12, ..one.wanted.clone() };
        one.change = Some(PlanChange { wanted: Some(more.clone()), reason: "Thêm doanh nghiệp".into() });
        one.answered(false);
        assert_eq!((one.state, one.wanted.headcount), (PlanItemState::Approved, 8));
        one.change = Some(PlanChange { wanted: Some(more), reason: "Thêm doanh nghiệp".into() });
        one.answered(true);
        assert_eq!((one.state, one.wanted.headcount), (PlanItemState::Approved, 12));
        one.change = Some(PlanChange { wanted: None, reason: "Hủy".into() });
        one.answered(true);
        assert_eq!(one.state, PlanItemState::Dropped);
        let mut other = item();
        other.answered(false);
        assert!(other.state == PlanItemState::Refused && !other.waits());
    }

    #[test]
    fn a_plan_is_approved_only_after_it_was_put_together() {
        let mut plan = Plan::empty(2027);
        assert_eq!(plan.next(PlanAction::Approve), None);
        plan.state = plan.next(PlanAction::Consolidate).unwrap();
        assert_eq!(plan.next(PlanAction::Propose), None);
        plan.state = plan.next(PlanAction::Approve).unwrap();
        assert_eq!((plan.next(PlanAction::Approve), plan.next(PlanAction::Adjust)), (None, Some(PlanState::Approved)));
    }
}
