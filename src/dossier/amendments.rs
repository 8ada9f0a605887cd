//! Amendments (điều chỉnh) of what was decided: what differs, whether an annotation is enough, and whether the
//! competent body has to decide again (TT 04/2020/TT-BNG Đ.4 k.1). Pure.

use kernel::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dossier::decision::{Decision, DecisionPaper};
use crate::dossier::differences::{AmendmentKind, Difference};
use kernel::id::Id;
use kernel::time::Moment;
use kernel::words::{Body, FindingCode, Severity};

words! {
    /// How an amendment is documented.
    #[schema(as = AmendmentForm)]
    AmendmentForm {
        /// One kind of change: signed and sealed on the decision, which keeps its number.
        Annotation: "Ghi chú lên quyết định" / "Annotation on the decision",
        /// Two or more kinds: a new decision.
        NewDecision: "Quyết định mới" / "New decision",
    }
}

words! {
    /// Status of an amendment.
    #[schema(as = AmendmentStanding)]
    AmendmentStanding {
        Pending: "Chờ quyết định" / "Pending",
        InForce: "Có hiệu lực" / "In force",
        Refused: "Không chấp thuận" / "Refused",
        Withdrawn: "Đã rút" / "Withdrawn",
        /// The delegation ended, was postponed or was cancelled before the amendment was decided.
        Lapsed: "Không còn giá trị" / "Lapsed",
    }
}

/// A finding that an amendment brings and that the delegation did not have before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AmendmentFinding)]
pub struct AmendmentFinding {
    pub code: FindingCode,
    pub severity: Severity,
    pub limit: Option<i64>,
    pub actual: Option<i64>,
    pub citation: String,
    pub waivable_by: Option<Body>,
}

/// An amendment of an approved dossier. Until it is decided, the earlier decision applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amendment<C> {
    /// Counted from 1.
    pub ordinal: i64,
    pub reason: String,
    pub asked_by: Id,
    pub asked_at: Moment,
    pub differences: Vec<Difference>,
    pub form: AmendmentForm,
    pub material: bool,
    pub findings: Vec<AmendmentFinding>,
    pub standing: AmendmentStanding,
    pub document: Option<DecisionPaper>,
    pub body: Option<Body>,
    pub note: Option<String>,
    pub ended_at: Option<Moment>,
    /// The decision that a new one replaced.
    pub replaced: Option<Decision>,
    /// The proposed content, while the amendment is pending.
    pub proposed: Option<C>,
}

/// The article that says how an amendment is documented: it binds every province.
pub const ARTICLE: &str = "TT 04/2020/TT-BNG Đ.4 k.1";

/// The consequence of a set of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmendmentWeight {
    pub form: AmendmentForm,
    pub material: bool,
}

impl AmendmentWeight {
    pub fn of(differences: &[Difference]) -> Self {
        let mut kinds: Vec<AmendmentKind> = differences.iter().map(|d| d.kind).filter(|k| k.is_decided()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let form = if kinds.len() > 1 { AmendmentForm::NewDecision } else { AmendmentForm::Annotation };
        AmendmentWeight { form, material: differences.iter().any(|d| d.material) }
    }

    /// Whether the competent body decides it, because it is material or needs a new decision.
    pub fn goes_back(self) -> bool {
        self.material || self.form == AmendmentForm::NewDecision
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn difference(kind: AmendmentKind, material: bool) -> Difference {
        Difference { kind, before: Value::Null, after: Value::Null, material, people: Vec::new() }
    }

    #[test]
    fn one_kind_is_annotated_and_two_need_another_decision() {
        let shorter = difference(AmendmentKind::Dates, false);
        assert_eq!(AmendmentWeight::of(std::slice::from_ref(&shorter)).form, AmendmentForm::Annotation);
        assert!(!AmendmentWeight::of(std::slice::from_ref(&shorter)).goes_back());
        let both = AmendmentWeight::of(&[shorter.clone(), difference(AmendmentKind::Members, false)]);
        assert!(both.form == AmendmentForm::NewDecision && !both.material && both.goes_back());
        let titled = AmendmentWeight::of(&[shorter, difference(AmendmentKind::Particulars, false)]);
        assert!(titled.form == AmendmentForm::Annotation && !titled.goes_back());
        assert!(AmendmentWeight::of(&[difference(AmendmentKind::Dates, true)]).goes_back());
    }

    proptest! {
        #[test]
        fn more_differences_never_need_less(all in proptest::collection::vec((0usize..4, any::<bool>()), 0..6), cut in 0usize..6) {
            let kinds = [AmendmentKind::Dates, AmendmentKind::Members, AmendmentKind::Countries, AmendmentKind::Programme];
            let all: Vec<Difference> = all.into_iter().map(|(k, m)| difference(kinds[k], m)).collect();
            let some = AmendmentWeight::of(&all[..cut.min(all.len())]);
            let whole = AmendmentWeight::of(&all);
            prop_assert!(whole.goes_back() || !some.goes_back());
            prop_assert!(whole.form == AmendmentForm::NewDecision || some.form == AmendmentForm::Annotation);
        }
    }
}
