//! Cases that the tests of this crate share: a plain trip and a plain visit, changed one by one.
#![allow(dead_code, clippy::allow_attributes, reason = "each test uses some of it")]

use std::collections::BTreeSet;

use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{
    Bloc, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose, ReceptionLevel,
    VisitorLevel,
};
use kernel::workdays::WorkCalendar;
use regulation::assess::{Assessment, assess};
use regulation::book::{Law, load};
use regulation::case::{Case, Matter, PassportFacts, StopDays, Traveller, TripCase, Unknown, VisitCase, Visitor};

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn calendar() -> WorkCalendar {
    regulation::holidays::calendar(None).unwrap()
}

/// Every document of a dossier, so that nothing is missing unless a case takes it away.
pub fn all_documents() -> BTreeSet<Document> {
    Document::all().iter().copied().collect()
}

/// A member of staff with a valid passport.
pub fn staff(reference: &str) -> Traveller {
    Traveller {
        reference: reference.to_owned(),
        role: MemberRole::Member,
        post_level: PostLevel::Staff,
        managed_by: ManagedBy::Agency,
        personnel: Personnel::CivilServant,
        bloc: Bloc::State,
        party_member: false,
        provincial_committee_member: false,
        key_leader: false,
        locality: "so-y-te".into(),
        unit: None,
        under_discipline: false,
        missions_this_year: 0,
        relative_of: None,
        passport: Some(PassportFacts { kind: PassportKind::Official, expires_on: day("2031-01-01") }),
        grade_stated: true,
        opinions_lacking: false,
        overlapping: Vec::new(),
    }
}

/// The head of a delegation.
pub fn head(post_level: PostLevel, managed_by: ManagedBy) -> Traveller {
    Traveller { role: MemberRole::Head, post_level, managed_by, party_member: true, ..staff("head") }
}

/// Five days in Korea in June 2026, submitted in May, paid by the host.
pub fn trip(travellers: Vec<Traveller>) -> Case {
    Case {
        procedure: Procedure::OUTBOUND,
        received_on: day("2026-05-04"),
        begins: day("2026-06-08"),
        ends: day("2026-06-12"),
        documents: all_documents(),
        unknown: Unknown::default(),
        matter: Matter::Trip(TripCase {
            purpose: Purpose::Official,
            funding: BTreeSet::from([FundingSource::Host]),
            in_plan: true,
            reminders_unanswered: 0,
            enterprise_invites_by_name: false,
            stops: vec![StopDays { country: "KR".into(), days: 5 }],
            travellers,
        }),
    }
}

/// Three days of a small delegation from Laos, received by an agency.
pub fn visit() -> Case {
    Case {
        procedure: Procedure::INBOUND,
        received_on: day("2026-05-04"),
        begins: day("2026-06-08"),
        ends: day("2026-06-10"),
        documents: all_documents(),
        unknown: Unknown::default(),
        matter: Matter::Visit(VisitCase {
            visitors: vec![visitor("LA", None, VisitorLevel::Official)],
            headcount: 8,
            topics: BTreeSet::new(),
            first_visit: false,
            reception_asked_of: None,
            reception_on: None,
            reception_level: Some(ReceptionLevel::Agency),
            restricted_from: None,
            clashes: 0,
            matter: kernel::words::VisitMatter::Usual,
            begins_at: None,
        }),
    }
}

pub fn visitor(country: &str, locality: Option<&str>, level: VisitorLevel) -> Visitor {
    Visitor { reference: "0".into(), country: country.into(), locality: locality.map(str::to_owned), level }
}

/// The case with its trip changed.
pub fn with_trip(mut case: Case, change: impl FnOnce(&mut TripCase)) -> Case {
    let Matter::Trip(trip) = &mut case.matter else { panic!("not a trip") };
    change(trip);
    case
}

/// The case with its visit changed.
pub fn with_visit(mut case: Case, change: impl FnOnce(&mut VisitCase)) -> Case {
    let Matter::Visit(visit) = &mut case.matter else { panic!("not a visit") };
    change(visit);
    case
}

/// A small text of these rules alone; the Chair is stricter than the Director.
pub fn law(rules: &str) -> Law {
    let head = "code = \"test\"\nversion = 1\ntitle = \"T\"\ndocument = \"QĐ 1\"\nstatus = \"sample\"\n\
                jurisdiction = \"test\"\nin_force_from = 2020-01-01\nstrictness = [\"ppc_chair\", \"dofa_director\", \"agency_head\"]\n\
                dossier_known = [\"outbound\", \"inbound\", \"private_travel\"]\n";
    let pack = load(&format!("{head}{rules}"), &[]).unwrap_or_else(|faults| panic!("{faults:#?}\n{rules}"));
    let mut book = regulation::book::Book::default();
    book.add(pack);
    book.by_code("test", day("2026-05-04")).unwrap()
}

pub fn answer(law: &Law, case: &Case) -> Assessment {
    assess(law, case, &calendar())
}

/// Compares a text with its golden file; `UPDATE_GOLDEN=1` writes it.
pub fn golden(name: &str, text: &str) {
    let file = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    for (at, (now, before)) in text.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, before, "{name}:{}; UPDATE_GOLDEN=1 writes it again", at + 1);
    }
    assert_eq!(text.lines().count(), kept.lines().count(), "{name}");
}
