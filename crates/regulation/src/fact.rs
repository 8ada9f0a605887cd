//! Facts and conditions on them: when one condition contains another, and when two can hold at once. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Unknown;
use kernel::procedure::Procedure;
use kernel::words::{
    Bloc, Body, CardRoute, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose,
    ReceptionLevel, Topic, VisitMatter, VisitorLevel,
};

kernel::words! {
    /// Every fact that a rule may use. A condition that cannot be expressed with these needs a new fact here.
    FactName {
        /// Purpose of the trip.
        Purpose: "mục đích" / "purpose",
        /// Sources of funding, a set.
        Funding: "nguồn kinh phí" / "funding",
        InPlan: "trong kế hoạch năm" / "in the annual plan",
        EnterpriseInvitesByName: "doanh nghiệp mời đích danh" / "invited by name by an enterprise",
        /// Calendar days of the trip, first and last included.
        Days: "số ngày" / "number of days",
        /// Number of travellers.
        Members: "số người đi" / "number of travellers",
        /// Number of distinct countries.
        Countries: "số nước" / "number of countries",
        /// Travellers come from more than one locality.
        Interdisciplinary: "người của nhiều địa phương, đơn vị" / "people of several localities",
        HeadPostLevel: "chức vụ trưởng đoàn" / "post of the head",
        Role: "vai trò trong đoàn" / "role in the delegation",
        PostLevel: "chức vụ" / "post",
        ManagedBy: "cấp quản lý" / "managing level",
        Personnel: "diện nhân sự" / "kind of personnel",
        Bloc: "khối" / "bloc",
        PartyMember: "đảng viên" / "Party member",
        ProvincialCommitteeMember: "tỉnh ủy viên" / "member of the provincial committee",
        KeyLeader: "lãnh đạo chủ chốt" / "key leader",
        /// The traveller works for a commune, ward or special zone (xã, phường, đặc khu).
        CommuneUnit: "công tác ở xã, phường, đặc khu" / "works for a commune, ward or special zone",
        /// `diplomatic`, `official`, `ordinary` or `none`.
        PassportKind: "loại hộ chiếu" / "kind of passport",
        /// Number of guests.
        Headcount: "số khách" / "number of guests",
        /// Topics of the visit, a set.
        Topics: "nội dung làm việc" / "topics",
        FirstVisit: "đến lần đầu" / "first visit",
        /// The body that is asked to receive the guests.
        ReceptionAskedOf: "nơi được đề nghị tiếp" / "asked to receive the guests",
        ReceptionLevel: "cấp tiếp khách" / "level of reception",
        /// Guests are taken to a restricted or border area.
        RestrictedArea: "đến khu vực hạn chế, biên giới" / "goes to a restricted or border area",
        /// ISO 3166-1 alpha-2.
        VisitorCountry: "nước của khách" / "country of the guests",
        /// Province or city abroad, a lower-case word.
        VisitorLocality: "địa phương của khách" / "locality of the guests",
        VisitorLevel: "cấp của khách" / "level of the guests",
        /// What is asked for, where one procedure has several matters.
        Matter: "việc xin phép" / "what is asked for",
        /// The value of a matter without travel, in đồng.
        Amount: "giá trị (đồng)" / "value (đồng)",
        /// Who asks for an APEC card.
        Route: "diện xin thẻ" / "route of the card",
        /// Months for which the enterprise has operated.
        FirmMonths: "số tháng doanh nghiệp hoạt động" / "months for which the enterprise has operated",
        /// Age of the person, in years.
        Age: "tuổi" / "age",
        MonthsInPost: "số tháng giữ chức vụ" / "months in the post",
        ExitSuspended: "bị tạm hoãn xuất cảnh" / "suspended from leaving the country",
    }
}

/// The values a fact can take.
pub enum Domain {
    Words(BTreeSet<String>),
    Set(BTreeSet<String>),
    Number,
    /// Any lower-case word.
    Text,
}

fn words<T: Copy + Into<&'static str>>(all: &[T]) -> BTreeSet<String> {
    all.iter().map(|w| (*w).into().to_owned()).collect()
}

impl FactName {
    pub fn domain(self) -> Domain {
        let yes_no = || ["true", "false"].map(String::from).into();
        Domain::Words(match self {
            FactName::Purpose => words(Purpose::all()),
            FactName::Funding => return Domain::Set(words(FundingSource::all())),
            FactName::Topics => return Domain::Set(words(Topic::all())),
            FactName::Days
            | FactName::Members
            | FactName::Countries
            | FactName::Headcount
            | FactName::Amount
            | FactName::FirmMonths
            | FactName::Age
            | FactName::MonthsInPost => return Domain::Number,
            FactName::Matter => words(VisitMatter::all()),
            FactName::Route => words(CardRoute::all()),
            FactName::VisitorLocality => return Domain::Text,
            FactName::VisitorCountry => kernel::country::codes().map(str::to_owned).collect(),
            FactName::VisitorLevel => words(VisitorLevel::all()),
            FactName::ReceptionLevel => words(ReceptionLevel::all()),
            FactName::ReceptionAskedOf => words(Body::all()),
            FactName::HeadPostLevel | FactName::PostLevel => words(PostLevel::all()),
            FactName::Role => words(MemberRole::all()),
            FactName::ManagedBy => words(ManagedBy::all()),
            FactName::Personnel => words(Personnel::all()),
            FactName::Bloc => words(Bloc::all()),
            FactName::PassportKind => {
                let mut kinds = words(PassportKind::all());
                kinds.insert("none".into());
                kinds
            }
            FactName::InPlan
            | FactName::EnterpriseInvitesByName
            | FactName::Interdisciplinary
            | FactName::PartyMember
            | FactName::ProvincialCommitteeMember
            | FactName::KeyLeader
            | FactName::CommuneUnit
            | FactName::FirstVisit
            | FactName::RestrictedArea
            | FactName::ExitSuspended => yes_no(),
        })
    }

    /// Whether the fact exists in this procedure; a rule that uses any other fact can never match.
    pub fn known_in(self, procedure: Procedure) -> bool {
        let of_visits = matches!(
            self,
            FactName::Headcount
                | FactName::Topics
                | FactName::FirstVisit
                | FactName::ReceptionAskedOf
                | FactName::ReceptionLevel
                | FactName::RestrictedArea
                | FactName::VisitorCountry
                | FactName::VisitorLocality
                | FactName::VisitorLevel
                | FactName::Matter
        );
        let of_cards = matches!(
            self,
            FactName::Route | FactName::FirmMonths | FactName::Age | FactName::MonthsInPost | FactName::ExitSuspended
        );
        match self {
            FactName::Days => procedure.is_trip() || procedure.is_visit(),
            FactName::Amount => !procedure.is_trip() && !procedure.is_visit() && procedure != Procedure::APEC_CARD,
            _ if of_cards => procedure == Procedure::APEC_CARD,
            FactName::Funding => !procedure.is_visit(),
            _ if of_visits => procedure.is_visit(),
            _ => procedure.is_trip(),
        }
    }
}

/// The value of a fact in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    Word(&'static str),
    Text(String),
    Set(BTreeSet<String>),
    Number(i64),
}

impl From<bool> for FactValue {
    fn from(yes: bool) -> Self {
        FactValue::Word(if yes { "true" } else { "false" })
    }
}

/// What a rule requires of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// The word is one of these.
    OneOf(BTreeSet<String>),
    /// The set holds at least one of these.
    Any(BTreeSet<String>),
    /// The set holds none of these.
    NoneOf(BTreeSet<String>),
    /// The number lies in this range, both ends included.
    Range(i64, i64),
}

impl Constraint {
    pub fn holds(&self, value: &FactValue) -> bool {
        match (self, value) {
            (Constraint::OneOf(words), FactValue::Word(word)) => words.contains(*word),
            (Constraint::OneOf(words), FactValue::Text(word)) => words.contains(word),
            (Constraint::Any(wanted), FactValue::Set(set)) => !wanted.is_disjoint(set),
            (Constraint::NoneOf(unwanted), FactValue::Set(set)) => unwanted.is_disjoint(set),
            (Constraint::Range(min, max), FactValue::Number(n)) => (*min..=*max).contains(n),
            _ => false,
        }
    }

    /// Whether no value satisfies it.
    pub fn is_impossible(&self) -> bool {
        match self {
            Constraint::OneOf(words) | Constraint::Any(words) => words.is_empty(),
            Constraint::Range(min, max) => min > max,
            Constraint::NoneOf(_) => false,
        }
    }

    /// Whether every value that satisfies this satisfies the other.
    pub fn within(&self, other: &Constraint) -> bool {
        match (self, other) {
            (Constraint::OneOf(a), Constraint::OneOf(b)) | (Constraint::Any(a), Constraint::Any(b)) => a.is_subset(b),
            (Constraint::NoneOf(a), Constraint::NoneOf(b)) => b.is_subset(a),
            (Constraint::Range(a, b), Constraint::Range(c, d)) => c <= a && b <= d,
            _ => false,
        }
    }

    /// Whether some value satisfies both.
    pub fn meets(&self, other: &Constraint) -> bool {
        match (self, other) {
            (Constraint::OneOf(a), Constraint::OneOf(b)) => !a.is_disjoint(b),
            // One set can satisfy both.
            (Constraint::Any(_), Constraint::Any(_)) | (Constraint::NoneOf(_), Constraint::NoneOf(_)) => true,
            (Constraint::Any(a), Constraint::NoneOf(b)) | (Constraint::NoneOf(b), Constraint::Any(a)) => {
                !a.is_subset(b)
            }
            (Constraint::Range(a, b), Constraint::Range(c, d)) => a <= d && c <= b,
            _ => false,
        }
    }
}

/// The condition of a rule: every constraint must hold. An empty condition always holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition(pub BTreeMap<FactName, Constraint>);

/// The facts of one traveller in one case.
pub type Facts = BTreeMap<FactName, FactValue>;

impl Condition {
    pub fn holds(&self, facts: &Facts) -> bool {
        self.0.iter().all(|(fact, constraint)| facts.get(fact).is_some_and(|value| constraint.holds(value)))
    }

    /// Whether it holds, or would for some value of the facts that are not known.
    pub fn may_hold(&self, facts: &Facts, unknown: &Unknown) -> bool {
        let holds = |(fact, constraint): (&FactName, &Constraint)| {
            unknown.has(*fact) || facts.get(fact).is_some_and(|value| constraint.holds(value))
        };
        self.0.iter().all(holds)
    }

    /// Whether it hangs on a fact that is not known.
    pub fn hangs_on(&self, unknown: &Unknown) -> bool {
        self.0.keys().any(|fact| unknown.has(*fact))
    }

    /// Whether every case that satisfies this one satisfies the other, so that this one is at least as specific.
    pub fn within(&self, other: &Condition) -> bool {
        other.0.iter().all(|(fact, theirs)| self.0.get(fact).is_some_and(|ours| ours.within(theirs)))
    }

    /// Whether some case satisfies both.
    pub fn meets(&self, other: &Condition) -> bool {
        self.0.iter().all(|(fact, ours)| other.0.get(fact).is_none_or(|theirs| ours.meets(theirs)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    fn constraint() -> impl Strategy<Value = (FactName, Constraint)> {
        let subset = |all: &'static [&'static str]| {
            proptest::sample::subsequence(all, 0..=all.len()).prop_map(|some| set(&some))
        };
        let funds: &[&str] = &["host", "self", "project"];
        prop_oneof![
            subset(&["official", "training", "event"]).prop_map(|s| (FactName::Purpose, Constraint::OneOf(s))),
            subset(funds).prop_map(|s| (FactName::Funding, Constraint::Any(s))),
            subset(funds).prop_map(|s| (FactName::Funding, Constraint::NoneOf(s))),
            (0i64..4, 0i64..4).prop_map(|(a, b)| (FactName::Days, Constraint::Range(a, b))),
        ]
    }

    fn condition() -> impl Strategy<Value = Condition> {
        proptest::collection::vec(constraint(), 0..3).prop_map(|all| Condition(all.into_iter().collect()))
    }

    /// Every case of the small world that the strategies generate.
    fn world() -> Vec<Facts> {
        let mut all = Vec::new();
        for purpose in ["official", "training", "event"] {
            for bits in 0u8..8 {
                for days in 0i64..4 {
                    let funds = ["host", "self", "project"].iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                    all.push(Facts::from([
                        (FactName::Purpose, FactValue::Word(purpose)),
                        (FactName::Funding, FactValue::Set(funds.map(|(_, f)| (*f).to_owned()).collect())),
                        (FactName::Days, FactValue::Number(days)),
                    ]));
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn containment_and_overlap_say_what_the_cases_say(a in condition(), b in condition()) {
            let possible = |c: &Condition| !c.0.values().any(Constraint::is_impossible);
            prop_assume!(possible(&a) && possible(&b));
            let world = world();
            if a.within(&b) {
                prop_assert!(world.iter().all(|f| !a.holds(f) || b.holds(f)));
            }
            prop_assert_eq!(a.meets(&b), world.iter().any(|f| a.holds(f) && b.holds(f)));
        }
    }
}
