//! Amendments (điều chỉnh) of what was decided: what differs, whether a correction on the paper is enough, and whether
//! the competent body has to see it again (TT 04/2020/TT-BNG Đ.4 k.1). Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::dossier::model::{Decision, DecisionPaper};
use kernel::id::Id;
use kernel::time::Moment;
use kernel::words::{Body, FindingCode, Severity};

/// What of a dossier differs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = AmendmentKind)]
pub enum Kind {
    Dates,
    Members,
    Countries,
    Headcount,
    Purpose,
    Funding,
    /// Who invites, or who sends the guests.
    Counterpart,
    Capacity,
    Reception,
    Topics,
    /// Places and hours within the days and countries that were decided.
    Programme,
    /// Title, note and the like, which no decision states.
    Particulars,
}

impl Kind {
    /// Whether a decision states it, so that a change of it is a change of the decision.
    pub fn is_decided(self) -> bool {
        !matches!(self, Kind::Programme | Kind::Particulars)
    }
}

/// One thing that differs, as it was and as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"kind": "dates", "before": {"departure_date": "2027-01-11", "return_date": "2027-01-15"},
    "after": {"departure_date": "2027-01-11", "return_date": "2027-01-16"}, "material": true, "people": []}))]
pub struct Difference {
    pub kind: Kind,
    #[schema(value_type = Object)]
    pub before: Value,
    #[schema(value_type = Object)]
    pub after: Value,
    /// A person, a country or a day more, or something else that authority rests on: the competent body decides it.
    pub material: bool,
    /// Officials who come in.
    pub people: Vec<String>,
}

/// How an amendment is put on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AmendmentForm)]
pub enum Form {
    /// One kind of change: signed and sealed on the decision, which keeps its number.
    Annotation,
    /// Two kinds or more: another decision.
    NewDecision,
}

/// How an amendment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AmendmentStanding)]
pub enum Standing {
    Pending,
    InForce,
    Refused,
    Withdrawn,
    /// The delegation was over, put off or called off before it was decided.
    Lapsed,
}

/// What an amendment brings up that stood not against the delegation before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AmendmentFinding)]
pub struct Brought {
    pub code: FindingCode,
    pub severity: Severity,
    pub limit: Option<i64>,
    pub actual: Option<i64>,
    pub citation: String,
    pub waivable_by: Option<Body>,
}

/// An amendment of an approved dossier. Until it is decided, what was decided before stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amendment<C> {
    /// From 1.
    pub ordinal: i64,
    pub reason: String,
    pub asked_by: Id,
    pub asked_at: Moment,
    pub differences: Vec<Difference>,
    pub form: Form,
    pub material: bool,
    pub findings: Vec<Brought>,
    pub standing: Standing,
    pub document: Option<DecisionPaper>,
    pub body: Option<Body>,
    pub note: Option<String>,
    pub ended_at: Option<Moment>,
    /// The decision that stood until another took its place.
    pub replaced: Option<Decision>,
    /// The content as it shall be, while it waits.
    pub proposed: Option<C>,
}

/// What differences come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    pub form: Form,
    pub material: bool,
}

impl Judged {
    pub fn of(differences: &[Difference]) -> Self {
        let mut kinds: Vec<Kind> = differences.iter().map(|d| d.kind).filter(|k| k.is_decided()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let form = if kinds.len() > 1 { Form::NewDecision } else { Form::Annotation };
        Judged { form, material: differences.iter().any(|d| d.material) }
    }

    /// Whether the competent body decides it: what is material, and what needs another decision.
    pub fn goes_back(self) -> bool {
        self.material || self.form == Form::NewDecision
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn difference(kind: Kind, material: bool) -> Difference {
        Difference { kind, before: Value::Null, after: Value::Null, material, people: Vec::new() }
    }

    #[test]
    fn one_kind_is_annotated_and_two_need_another_decision() {
        let shorter = difference(Kind::Dates, false);
        assert_eq!(Judged::of(std::slice::from_ref(&shorter)).form, Form::Annotation);
        assert!(!Judged::of(std::slice::from_ref(&shorter)).goes_back());
        let both = Judged::of(&[shorter.clone(), difference(Kind::Members, false)]);
        assert!(both.form == Form::NewDecision && !both.material && both.goes_back());
        let titled = Judged::of(&[shorter, difference(Kind::Particulars, false)]);
        assert!(titled.form == Form::Annotation && !titled.goes_back());
        assert!(Judged::of(&[difference(Kind::Dates, true)]).goes_back());
    }

    proptest! {
        #[test]
        fn more_differences_never_need_less(all in proptest::collection::vec((0usize..4, any::<bool>()), 0..6), cut in 0usize..6) {
            let kinds = [Kind::Dates, Kind::Members, Kind::Countries, Kind::Programme];
            let all: Vec<Difference> = all.into_iter().map(|(k, m)| difference(kinds[k], m)).collect();
            let some = Judged::of(&all[..cut.min(all.len())]);
            let whole = Judged::of(&all);
            prop_assert!(whole.goes_back() || !some.goes_back());
            prop_assert!(whole.form == Form::NewDecision || some.form == Form::Annotation);
        }
    }
}
