//! Why a body decides: the conditions of the rule with the facts of the case, and what would make another body decide.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use std::collections::BTreeSet;

use kernel::words::{Body, FundingSource, ManagedBy, PostLevel};
use regulation::assess::assess;
use regulation::case::{Case, Traveller, Unknown};
use regulation::fact::FactName;
use regulation::why::{Why, why};

use cases::{calendar, head, law, staff, trip, visit, with_trip};

/// Ten people and more, or money of the province: the Chair; anybody else: the Director.
const RULES: &str = r#"
[[authority]]
id = "director"
for = ["outbound"]
decider = "dofa_director"
status = "sample"
citation = "Đ.1"

[[authority]]
id = "many"
for = ["outbound"]
when = { members = { min = 10 } }
decider = "ppc_chair"
status = "sample"
citation = "Đ.2"

[[authority]]
id = "budget"
for = ["outbound"]
when = { funding = { any = ["provincial_budget"] } }
overrides = ["many"]
decider = "ppc_chair"
status = "sample"
citation = "Đ.3"
"#;

fn of(people: usize) -> Case {
    let members = (1..people).map(|n| staff(&n.to_string()));
    trip(std::iter::once(head(PostLevel::DivisionHead, ManagedBy::Agency)).chain(members).collect())
}

fn told(why: &Why) -> Vec<(FactName, &str, Option<Body>, &str)> {
    why.otherwise.iter().map(|o| (o.fact, o.requires.vi.as_str(), o.decider, o.citation.as_str())).collect()
}

#[test]
fn a_rule_is_explained_by_its_conditions_and_by_what_would_leave_them() {
    let law = law(RULES);
    let many = why(&law, &of(12)).unwrap();
    let because: Vec<(FactName, &str, &str)> =
        many.because.iter().map(|r| (r.fact, r.value.vi.as_str(), r.requires.vi.as_str())).collect();
    assert_eq!((many.body, because), (Some(Body::PpcChair), vec![(FactName::Members, "12", "từ 10 trở lên")]));
    assert_eq!(told(&many), [(FactName::Members, "từ 9 trở xuống", Some(Body::DofaDirector), "Đ.1")]);
    assert_eq!(many.otherwise[0].requires.en, "9 or fewer");

    // The general rule has no condition; two facts would lead away from it, each alone.
    let few = why(&law, &of(3)).unwrap();
    assert_eq!((few.body, few.because.is_empty()), (Some(Body::DofaDirector), true));
    assert_eq!(
        told(&few),
        [
            (FactName::Members, "từ 10 trở lên", Some(Body::PpcChair), "Đ.2"),
            (FactName::Funding, "có Ngân sách tỉnh", Some(Body::PpcChair), "Đ.3"),
        ]
    );
}

#[test]
fn a_change_that_does_not_help_alone_is_not_told() {
    // Twelve people with money of the province: nine would still go to the Chair, and so would the host's money.
    let paid = with_trip(of(12), |t| t.funding = BTreeSet::from([FundingSource::ProvincialBudget]));
    let why = why(&law(RULES), &paid).unwrap();
    assert_eq!((why.body, told(&why)), (Some(Body::PpcChair), vec![]));
}

#[test]
fn a_rule_on_one_person_names_them_and_the_change_is_theirs() {
    let law = law(r#"
[[authority]]
id = "agency"
for = ["outbound"]
decider = "agency_head"
status = "sample"
citation = "Đ.1"

[[authority]]
id = "managed"
for = ["outbound"]
when = { managed_by = ["party_standing_board"] }
decider = "ppc_chair"
status = "sample"
citation = "Đ.2"
"#);
    let leader =
        Traveller { reference: "leader".into(), ..head(PostLevel::DepartmentHead, ManagedBy::PartyStandingBoard) };
    for order in [vec![leader.clone(), staff("a")], vec![staff("a"), leader]] {
        let why = why(&law, &trip(order)).unwrap();
        assert_eq!(why.travellers, ["leader"]);
        assert!(
            told(&why).iter().all(|(fact, _, body, _)| *fact == FactName::ManagedBy && *body == Some(Body::AgencyHead))
        );
        assert!(!why.otherwise.is_empty());
    }
}

#[test]
fn each_word_is_told_with_the_body_to_which_it_leads_and_a_range_only_as_far_as_it_holds() {
    let law = law(r#"
[[authority]]
id = "agency"
for = ["outbound"]
decider = "agency_head"
status = "sample"
citation = "Đ.1"

[[authority]]
id = "heads"
for = ["outbound"]
when = { purpose = ["training", "promotion", "event"] }
decider = "dofa_director"
status = "sample"
citation = "Đ.2"

[[authority]]
id = "events"
for = ["outbound"]
when = { purpose = ["event"] }
decider = "ppc_chair"
status = "sample"
citation = "Đ.3"

[[authority]]
id = "ten"
for = ["outbound"]
when = { members = { min = 10 } }
overrides = ["heads", "events"]
decider = "dofa_director"
status = "sample"
citation = "Đ.4"

[[authority]]
id = "hundred"
for = ["outbound"]
when = { members = { min = 100 } }
overrides = ["heads", "events"]
decider = "ppc_chair"
status = "sample"
citation = "Đ.5"
"#);
    let why = why(&law, &of(3)).unwrap();
    let lines: Vec<(String, Option<Body>)> =
        why.otherwise.iter().map(|o| (format!("{} {}", o.fact.word(), o.requires.en), o.decider)).collect();
    let of = |body: Body| {
        lines.iter().filter(|(_, decider)| *decider == Some(body)).map(|(l, _)| l.as_str()).collect::<Vec<_>>()
    };
    // Two purposes lead to one body and are said together; the third leads elsewhere; ten lead there, but not a hundred.
    assert_eq!(of(Body::DofaDirector), ["purpose Training or Promotion", "members exactly 10"], "{lines:?}");
    assert_eq!(of(Body::PpcChair).len(), 2, "{lines:?}");
}

#[test]
fn nothing_is_explained_while_nobody_can_say_who_decides() {
    let law = law(RULES);
    let unknown = Unknown { people: true, ..Unknown::default() };
    assert!(why(&law, &Case { unknown, ..of(3) }).is_none());
    // A visit has no rule here.
    assert!(why(&law, &visit()).is_none());
}

#[test]
fn every_shipped_pack_is_explained_as_it_answers() {
    let (book, calendar) = (regulation::shipped().unwrap(), calendar());
    let cases =
        [of(1), of(15), with_trip(of(3), |t| t.funding = BTreeSet::from([FundingSource::CentralBudget])), visit()];
    let mut explained = 0;
    for pack in book.latest() {
        for case in &cases {
            let law = book.by_code(&pack.code, case.received_on).unwrap();
            let answer = assess(&law, case, &calendar);
            let Some(why) = why(&law, case) else {
                assert!(answer.decider.is_none(), "{}", pack.code);
                continue;
            };
            explained += 1;
            assert_eq!(why.body, answer.decider.map(|d| d.body), "{}", pack.code);
            for other in &why.otherwise {
                assert_ne!(other.decider, why.body, "{}: {other:?}", pack.code);
                assert!(!other.citation.is_empty() && !other.requires.vi.is_empty());
            }
        }
    }
    assert!(explained > 20, "{explained}");
}
