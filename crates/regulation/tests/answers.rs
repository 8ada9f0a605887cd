//! What every pack that ships answers to the same cases: a golden file that a reviewer reads when rules or packs change.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kernel::procedure::Procedure;
use kernel::words::{
    Bloc, Body, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose,
    ReceptionLevel, Severity, Topic, VisitorLevel,
};
use regulation::assess::{Assessment, assess};
use regulation::case::{Case, ItemCase, Matter, PassportFacts, StopDays, Traveller};

use cases::{all_documents, calendar, day, golden, head, staff, trip, visit, visitor, with_trip, with_visit};

/// Cases by name: each says one thing that some text has a rule about.
fn asked() -> Vec<(&'static str, Case)> {
    use ManagedBy::{Agency, Central, PartyStandingBoard, Ppc};
    let leader = || head(PostLevel::DepartmentHead, PartyStandingBoard);
    let clerk = || head(PostLevel::Staff, Agency);
    let paid = |source: FundingSource| move |t: &mut regulation::case::TripCase| t.funding = BTreeSet::from([source]);
    let private = |who: Traveller| Case {
        procedure: Procedure::PRIVATE_TRAVEL,
        ..with_trip(trip(vec![who]), |t| t.purpose = Purpose::Private)
    };
    let on = |case: Case, received: &str, begins: &str, ends: &str| Case {
        received_on: day(received),
        begins: day(begins),
        ends: day(ends),
        ..case
    };
    let topics = |topic: Topic| move |v: &mut regulation::case::VisitCase| v.topics = BTreeSet::from([topic]);
    vec![
        ("staff-host", trip(vec![clerk()])),
        ("staff-budget", with_trip(trip(vec![clerk()]), paid(FundingSource::ProvincialBudget))),
        ("division-head", trip(vec![head(PostLevel::DivisionHead, Agency)])),
        ("leader-host", trip(vec![leader()])),
        ("leader-budget", with_trip(trip(vec![leader()]), paid(FundingSource::CentralBudget))),
        ("deputy-ppc", trip(vec![head(PostLevel::DepartmentDeputyHead, Ppc)])),
        ("vice-chair", trip(vec![head(PostLevel::PpcViceChair, Central)])),
        ("chair", trip(vec![Traveller { key_leader: true, ..head(PostLevel::PpcChair, Central) }])),
        ("secretary", trip(vec![Traveller { bloc: Bloc::Party, ..head(PostLevel::ProvincialSecretary, Central) }])),
        ("committee", trip(vec![Traveller { provincial_committee_member: true, ..leader() }])),
        (
            "enterprise",
            trip(vec![Traveller { personnel: Personnel::EnterpriseManager, ..head(PostLevel::EnterpriseHead, Ppc) }]),
        ),
        ("commune", trip(vec![head(PostLevel::CommuneChair, Agency)])),
        ("ward", trip(vec![Traveller { locality: "UBND phường 5".into(), ..clerk() }])),
        ("mass", trip(vec![Traveller { bloc: Bloc::MassOrganisation, ..leader() }])),
        ("worker", trip(vec![Traveller { personnel: Personnel::Worker, ..clerk() }])),
        ("two-units", trip(vec![leader(), Traveller { locality: "so-tai-chinh".into(), ..staff("b") }])),
        ("many", trip(std::iter::once(leader()).chain((0..14).map(|n| staff(&format!("m{n}")))).collect())),
        (
            "long",
            on(
                with_trip(trip(vec![leader()]), |t| t.stops = vec![StopDays { country: "KR".into(), days: 12 }]),
                "2026-05-04",
                "2026-06-08",
                "2026-06-19",
            ),
        ),
        (
            "four-countries",
            with_trip(trip(vec![leader()]), |t| {
                t.stops = ["KR", "JP", "TH", "LA"].map(|c| StopDays { country: c.into(), days: 2 }).into()
            }),
        ),
        ("third-trip", trip(vec![Traveller { missions_this_year: 2, ..leader() }])),
        ("third-trip-staff", trip(vec![Traveller { missions_this_year: 2, ..clerk() }])),
        (
            "two-key-leaders",
            trip(vec![
                Traveller { key_leader: true, ..leader() },
                Traveller {
                    key_leader: true,
                    post_level: PostLevel::DepartmentDeputyHead,
                    managed_by: PartyStandingBoard,
                    ..staff("b")
                },
            ]),
        ),
        ("discipline", trip(vec![Traveller { under_discipline: true, ..clerk() }])),
        ("relative", trip(vec![leader(), Traveller { relative_of: Some("head".into()), ..staff("b") }])),
        ("by-name", with_trip(trip(vec![leader()]), |t| t.enterprise_invites_by_name = true)),
        ("enterprise-money", with_trip(trip(vec![leader()]), paid(FundingSource::Enterprise))),
        ("project-money", with_trip(trip(vec![leader()]), paid(FundingSource::Project))),
        ("own-money", with_trip(trip(vec![clerk()]), paid(FundingSource::Own))),
        ("off-plan", with_trip(trip(vec![leader()]), |t| t.in_plan = false)),
        ("study", with_trip(trip(vec![leader()]), |t| t.purpose = Purpose::StudyVisit)),
        ("training", with_trip(trip(vec![clerk()]), |t| t.purpose = Purpose::Training)),
        ("border", with_trip(trip(vec![clerk()]), |t| t.purpose = Purpose::BorderTalks)),
        (
            "passport-soon",
            trip(vec![Traveller {
                passport: Some(PassportFacts { kind: PassportKind::Official, expires_on: day("2026-09-01") }),
                ..clerk()
            }]),
        ),
        (
            "passport-plain",
            trip(vec![Traveller {
                passport: Some(PassportFacts { kind: PassportKind::Ordinary, expires_on: day("2031-01-01") }),
                ..clerk()
            }]),
        ),
        ("passport-unknown", trip(vec![Traveller { passport: None, ..clerk() }])),
        ("overlap-block", trip(vec![Traveller { overlapping: vec![Severity::Warn, Severity::Block], ..clerk() }])),
        ("overlap-warn", trip(vec![Traveller { overlapping: vec![Severity::Warn], ..clerk() }])),
        ("no-grade", trip(vec![Traveller { grade_stated: false, ..clerk() }])),
        ("reminded", with_trip(trip(vec![leader()]), |t| t.reminders_unanswered = 3)),
        ("empty-dossier", Case { documents: BTreeSet::new(), ..trip(vec![leader()]) }),
        (
            "no-consent",
            Case {
                documents: all_documents().into_iter().filter(|d| *d != Document::PartyConsent).collect(),
                ..trip(vec![leader()])
            },
        ),
        ("late", on(trip(vec![leader()]), "2026-06-05", "2026-06-08", "2026-06-12")),
        ("in-2016", on(trip(vec![leader()]), "2016-05-04", "2016-06-06", "2016-06-10")),
        ("private-staff", private(clerk())),
        ("private-member", private(Traveller { party_member: true, opinions_lacking: true, ..clerk() })),
        ("private-leader", private(leader())),
        ("private-committee", private(Traveller { provincial_committee_member: true, ..leader() })),
        ("visit-agency", visit()),
        ("visit-province", with_visit(visit(), |v| v.reception_level = Some(ReceptionLevel::Province))),
        ("visit-commune", with_visit(visit(), |v| v.reception_level = Some(ReceptionLevel::Commune))),
        ("visit-religion", with_visit(visit(), topics(Topic::Religion))),
        ("visit-defence", with_visit(visit(), topics(Topic::Defence))),
        ("visit-press", with_visit(visit(), topics(Topic::Press))),
        (
            "visit-border",
            with_visit(visit(), |v| {
                v.topics = BTreeSet::from([Topic::BorderArea]);
                v.restricted_from = Some(day("2026-06-09").and_hms_opt(2, 0, 0).unwrap());
            }),
        ),
        ("visit-minister", with_visit(visit(), |v| v.visitors = vec![visitor("JP", None, VisitorLevel::Minister)])),
        ("visit-ambassador", with_visit(visit(), |v| v.visitors = vec![visitor("US", None, VisitorLevel::Ambassador)])),
        (
            "visit-neighbour",
            with_visit(visit(), |v| v.visitors = vec![visitor("KH", Some("takeo"), VisitorLevel::ProvincialOfficial)]),
        ),
        ("visit-first", with_visit(visit(), |v| v.first_visit = true)),
        (
            "visit-by-chair",
            with_visit(visit(), |v| {
                v.reception_asked_of = Some(Body::PpcChair);
                v.reception_on = Some(day("2026-06-09"));
            }),
        ),
        ("visit-clash", with_visit(visit(), |v| v.clashes = 1)),
        ("visit-many", with_visit(visit(), |v| v.headcount = 60)),
        (
            "visit-two-kinds",
            with_visit(visit(), |v| {
                v.visitors =
                    vec![visitor("LA", None, VisitorLevel::Official), visitor("US", None, VisitorLevel::Private)]
            }),
        ),
        ("conference", Case { procedure: Procedure::CONFERENCE, ..with_visit(visit(), |v| v.headcount = 120) }),
        (
            "press",
            Case {
                procedure: Procedure::FOREIGN_PRESS,
                ..with_visit(visit(), |v| v.visitors = vec![visitor("FR", None, VisitorLevel::ResidentReporter)])
            },
        ),
        (
            "press-nonresident",
            Case {
                procedure: Procedure::FOREIGN_PRESS,
                ..with_visit(visit(), |v| v.visitors = vec![visitor("FR", None, VisitorLevel::NonResidentReporter)])
            },
        ),
        (
            "item",
            Case { matter: Matter::Item(ItemCase { amount: Some(5_000_000), funding: BTreeSet::new() }), ..visit() },
        ),
    ]
    .into_iter()
    .map(|(name, case)| {
        // The head may not be the first; every case of a trip has exactly one.
        if let Matter::Trip(t) = &case.matter {
            assert_eq!(t.travellers.iter().filter(|t| t.role == MemberRole::Head).count(), 1, "{name}");
        }
        (name, case)
    })
    .collect()
}

/// The answer on one line, without what only repeats a citation.
fn line(a: &Assessment) -> String {
    let mut text = a.outcome.word().to_owned();
    let mut part = |name: &str, value: String| {
        if !value.is_empty() {
            write!(text, " | {name} {value}").unwrap();
        }
    };
    let shown = |d: Option<kernel::time::Day>| d.map_or("-".to_owned(), |d| d.to_string());
    part("by", a.decider.as_ref().map_or(String::new(), |d| format!("{} ({})", d.body, d.rule)));
    part("due", a.due_on.map(|d| d.to_string()).unwrap_or_default());
    part("latest", a.latest_submission_on.map(|d| d.to_string()).unwrap_or_default());
    let steps: Vec<String> = a.steps.iter().map(|s| format!("{}:{}@{}", s.kind, s.body, shown(s.due_on))).collect();
    part("steps", steps.join(" "));
    let consents: Vec<String> =
        a.consents.iter().map(|c| format!("{}/{:?}[{}]", c.body, c.mode, c.travellers.join(","))).collect();
    part("consents", consents.join(" "));
    let papers: Vec<String> = a
        .dossier
        .iter()
        .map(|p| format!("{}{}{}", p.document, if p.required { "!" } else { "" }, if p.present { "" } else { "?" }))
        .collect();
    part("papers", papers.join(" "));
    let findings: Vec<String> = a
        .findings
        .iter()
        .map(|f| {
            let numbers = [f.limit, f.actual].map(|n| n.map(|n| n.to_string()).unwrap_or_default()).join("/");
            format!("{}:{}({numbers})[{}]", f.severity, f.code, f.travellers.join(","))
        })
        .collect();
    part("findings", findings.join(" "));
    let owed: Vec<String> = a
        .obligations
        .iter()
        .map(|o| {
            let at = o.due_at.map(|at| format!("T{}", at.format("%H:%M"))).unwrap_or_default();
            format!("{}@{}{at}{}", o.code, shown(o.due_on), o.report_year.map(|y| format!("/{y}")).unwrap_or_default())
        })
        .collect();
    part("owed", owed.join(" "));
    part("copies", a.copies_to.iter().map(|b| b.word()).collect::<Vec<_>>().join(" "));
    part("notes", a.notes.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(" "));
    text
}

#[test]
fn every_shipped_pack_answers_as_before() {
    let (book, calendar, asked) = (regulation::shipped().unwrap(), calendar(), asked());
    let mut text = String::from("# Pack, case: outcome and answer. Written by tests/answers.rs.\n");
    for pack in book.latest() {
        writeln!(text, "\n{}", pack.code).unwrap();
        // Cases that a text answers alike stand together.
        let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, case) in &asked {
            let law = book.by_code(&pack.code, case.received_on).unwrap();
            let answer = line(&assess(&law, case, &calendar));
            match lines.iter_mut().find(|(known, _)| *known == answer) {
                Some((_, names)) => names.push(name),
                None => lines.push((answer, vec![name])),
            }
        }
        for (answer, names) in lines {
            writeln!(text, "  {}: {answer}", names.join(" ")).unwrap();
        }
    }
    golden("answers.txt", &text);
}

#[test]
fn a_province_is_answered_by_its_text_of_the_day() {
    let book = regulation::shipped().unwrap();
    let mut text =
        String::from("# Province, day: text, out of force, of a former province. Written by tests/answers.rs.\n");
    let provinces: BTreeSet<&str> = book.latest().iter().filter_map(|p| p.jurisdiction.as_deref()).collect();
    for province in provinces {
        for on in ["2005-01-01", "2013-06-01", "2019-06-01", "2025-07-01", "2026-11-01"] {
            let law = book.in_force(province, day(on)).unwrap();
            let flags = (law.out_of_force, law.of_former_province, !law.below.is_empty());
            writeln!(text, "{province} {on}: {} {flags:?}", law.pack.code).unwrap();
        }
    }
    golden("in_force.txt", &text);
    assert!(book.in_force("nowhere", day("2026-01-01")).is_none() && !book.knows("nowhere"));
    assert!(book.by_code("nothing", day("2026-01-01")).is_none() && book.find("nothing").is_none());
}
