//! A plan, its items, and what may become of them. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::id::Id;
use kernel::money::Money;
use kernel::time::Moment;
use kernel::words::{Body, FundingSource, PaperRef, Purpose};

/// How far a plan is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PlanState {
    /// Agencies propose.
    Draft,
    /// DOFA has put it together; the body is asked.
    Consolidated,
    /// It holds; changes need an adjustment.
    Approved,
}

/// How an item stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ItemState {
    Proposed,
    /// DOFA leaves it out, with a reason.
    LeftOut,
    Approved,
    /// The body did not approve it.
    Refused,
    /// It was approved, and taken out by an adjustment.
    Dropped,
}

impl PlanState {
    pub fn word(self) -> &'static str {
        self.into()
    }
}

impl ItemState {
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What an agency wants to do in the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wanted {
    pub title: String,
    /// 1–12.
    pub month: u32,
    pub countries: Vec<String>,
    pub purpose: Purpose,
    /// How many delegations.
    pub delegations: i64,
    /// People in all of them.
    pub headcount: i64,
    pub funding_source: Option<FundingSource>,
    pub budget: Option<Money>,
    pub note: Option<String>,
}

/// A change of an approved item that the body has not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanItemChange)]
pub struct Change {
    /// The item as it shall be; none where it shall go.
    pub wanted: Option<Wanted>,
    pub reason: String,
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: i64,
    pub version: i64,
    pub year: i64,
    pub agency_id: i64,
    pub state: ItemState,
    pub wanted: Wanted,
    pub change: Option<Change>,
    /// Why it was left out.
    pub reason: Option<String>,
    pub created_by: i64,
    pub created_at: Moment,
}

/// An approval of the plan, or of an adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanDecision, example = json!({"body": "ppc_chair", "document": {"number": "02/KH-UBND", "date": "2026-01-06"},
    "at": "2026-01-06T02:00:00Z", "by": "01ke3m9p00063", "approved": ["01ke3m9p000j1"], "refused": [], "note": null}))]
pub struct PlanDecision {
    pub body: Body,
    pub document: PaperRef,
    pub at: String,
    #[schema(value_type = String)]
    pub by: Id,
    /// Items that it approved, changed or took out.
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

/// What can be done to a plan.
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
    /// Nobody has proposed anything yet.
    pub fn empty(year: i64) -> Self {
        Plan { year, version: 0, state: PlanState::Draft, decisions: Vec::new() }
    }

    /// Where an act leads; none where it is not possible now.
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

/// Whether the body has to answer an item in this state: a proposal, or a change that is asked for.
pub fn waits(state: ItemState, changes: bool) -> bool {
    state == ItemState::Proposed || changes
}

impl Item {
    /// Whether the body has to answer it.
    pub fn waits(&self) -> bool {
        waits(self.state, self.change.is_some())
    }

    /// The body's answer: what was proposed holds, or what held stays.
    pub fn answered(&mut self, approves: bool) {
        match (self.change.take(), approves) {
            (Some(Change { wanted: Some(wanted), .. }), true) => self.wanted = wanted,
            (Some(Change { wanted: None, .. }), true) => self.state = ItemState::Dropped,
            (Some(_), false) => {}
            (None, true) => self.state = ItemState::Approved,
            (None, false) => self.state = ItemState::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        let wanted = Wanted {
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
        Item {
            id: 1,
            version: 1,
            year: 2027,
            agency_id: 1,
            state: ItemState::Proposed,
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
        assert_eq!(one.state, ItemState::Approved);
        let more = Wanted { headcount: 12, ..one.wanted.clone() };
        one.change = Some(Change { wanted: Some(more.clone()), reason: "Thêm doanh nghiệp".into() });
        one.answered(false);
        assert_eq!((one.state, one.wanted.headcount), (ItemState::Approved, 8));
        one.change = Some(Change { wanted: Some(more), reason: "Thêm doanh nghiệp".into() });
        one.answered(true);
        assert_eq!((one.state, one.wanted.headcount), (ItemState::Approved, 12));
        one.change = Some(Change { wanted: None, reason: "Hủy".into() });
        one.answered(true);
        assert_eq!(one.state, ItemState::Dropped);
        let mut other = item();
        other.answered(false);
        assert!(other.state == ItemState::Refused && !other.waits());
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
