//! The national texts beside delegations, with the days that were computed by hand from the articles: foreign press
//! (NĐ 262/2026/NĐ-CP), conferences (QĐ 06/2020/QĐ-TTg), APEC cards (QĐ 09/2023/QĐ-TTg).

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use std::collections::BTreeSet;

use cases::{calendar, day};
use kernel::procedure::Procedure;
use kernel::words::{Body, CardRoute, Document, FindingCode, Outcome, Silence, StepKind, VisitMatter, VisitorLevel};
use regulation::assess::{Assessment, assess};
use regulation::case::{CardCase, CardPerson, Case, Matter, VisitCase};

/// A visit of one level, with everything in the dossier.
fn visit(procedure: Procedure, level: VisitorLevel, matter: VisitMatter, received: &str, days: (&str, &str)) -> Case {
    let mut case = cases::with_visit(cases::visit(), |visit| {
        visit.visitors = vec![cases::visitor("JP", None, level)];
        visit.matter = matter;
    });
    case.procedure = procedure;
    (case.received_on, case.begins, case.ends) = (day(received), day(days.0), day(days.1));
    case
}

fn hour(case: &mut Case, at: &str) {
    if let Matter::Visit(VisitCase { begins_at, .. }) = &mut case.matter {
        *begins_at = Some(at.parse().unwrap());
    }
}

fn answer(code: &str, case: &Case) -> Assessment {
    let book = regulation::shipped().unwrap();
    assess(&book.by_code(code, case.received_on).unwrap(), case, &calendar())
}

fn due(answer: &Assessment, code: &str) -> Option<String> {
    answer.obligations.iter().find(|o| o.code == code).and_then(|o| o.due_on).map(|day| day.to_string())
}

fn steps(answer: &Assessment) -> Vec<(StepKind, Body, String)> {
    answer.steps.iter().map(|s| (s.kind, s.body, s.due_on.unwrap().to_string())).collect()
}

#[test]
fn b1_a_resident_reporter_waits_for_the_written_consent() {
    let press = |received, begins| {
        visit(Procedure::FOREIGN_PRESS, VisitorLevel::ResidentReporter, VisitMatter::Usual, received, (begins, begins))
    };
    let found = answer("nd-262-2026", &press("2026-08-26", "2026-09-07"));
    assert_eq!((found.outcome, found.due_on), (Outcome::Ready, Some(day("2026-09-07"))));
    assert_eq!(found.decider.as_ref().unwrap().body, Body::Ppc);
    let early = answer("nd-262-2026", &press("2026-08-26", "2026-09-04"));
    assert_eq!(early.outcome, Outcome::Blocked);
    // Form 04 alone: the copy of the card is gone.
    let papers: Vec<Document> = found.dossier.iter().map(|p| p.document).collect();
    assert_eq!(papers, [Document::RequestForm]);
    // A file of 30 June is under the text before, with the card.
    let mut before = press("2026-06-30", "2026-07-20");
    before.documents = BTreeSet::from([Document::RequestForm]);
    let old = answer("nd-88-2012", &before);
    assert_eq!((old.outcome, old.missing()), (Outcome::SupplementNeeded, vec![Document::ReporterCardCopy]));
    assert!(!old.notes.iter().any(|(code, _)| code == "not_in_force"));
    // Whoever asks the other text is told which one it is.
    for (code, case, named) in
        [("nd-262-2026", &before, "nd-88-2012"), ("nd-88-2012", &press("2026-07-01", "2026-07-20"), "nd-262-2026")]
    {
        let told = answer(code, case).notes.into_iter().find(|(note, _)| note == "not_in_force").unwrap().1;
        assert!(told.vi.contains(named), "{}", told.vi);
    }
}

#[test]
fn a_question_of_a_province_goes_to_the_text_of_the_day_of_receipt() {
    let book = regulation::shipped().unwrap();
    let asked =
        |province: &str, procedure, on: &str| book.answering(province, procedure, day(on)).unwrap().pack.code.clone();
    assert_eq!(asked("phu-tho", Procedure::FOREIGN_PRESS, "2026-06-30"), "nd-88-2012");
    assert_eq!(asked("phu-tho", Procedure::FOREIGN_PRESS, "2026-07-01"), "nd-262-2026");
    assert_eq!(asked("phu-tho", Procedure::CONFERENCE, "2026-07-01"), "qd-06-2020");
    assert_eq!(asked("phu-tho", Procedure::APEC_CARD, "2026-07-01"), "qd-09-2023");
    assert_eq!(asked("phu-tho", Procedure::OUTBOUND, "2026-07-01"), "phu-tho");
    assert_eq!(asked("kon-tum", Procedure::CONFERENCE, "2024-07-01"), "kon-tum");
}

#[test]
fn b2_a_non_resident_reporter_files_ten_days_before_and_may_be_answered_late() {
    let press = |received| {
        visit(
            Procedure::FOREIGN_PRESS,
            VisitorLevel::NonResidentReporter,
            VisitMatter::Usual,
            received,
            ("2026-10-05", "2026-10-07"),
        )
    };
    let last = answer("nd-262-2026", &press("2026-09-25"));
    assert_eq!((last.latest_submission_on, last.due_on), (Some(day("2026-09-25")), Some(day("2026-10-06"))));
    assert_eq!(last.findings.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::DecidedAfterStart]);
    assert_eq!((last.outcome, last.decider.as_ref().unwrap().body), (Outcome::Ready, Body::Mofa));
    let earlier = answer("nd-262-2026", &press("2026-09-23"));
    assert_eq!((earlier.due_on, earlier.findings.len()), (Some(day("2026-10-02")), 0));
    assert_eq!(due(&earlier, "host_report").unwrap(), "2026-10-12");
}

#[test]
fn b3_a_press_conference_is_told_twenty_four_hours_before() {
    let mut press = visit(
        Procedure::FOREIGN_PRESS,
        VisitorLevel::Private,
        VisitMatter::PressConference,
        "2026-09-01",
        ("2026-09-04", "2026-09-04"),
    );
    hour(&mut press, "2026-09-04T03:00:00");
    let found = answer("nd-262-2026", &press);
    assert_eq!(found.outcome, Outcome::NoPermissionNeeded);
    let notice = found.obligations.iter().find(|o| o.code == "press_conference_notice").unwrap();
    assert_eq!(notice.due_at.unwrap().to_string(), "2026-09-03 03:00:00");
    assert_eq!(notice.due_on, Some(day("2026-09-03")));
}

#[test]
fn b4_a_film_may_be_shown_when_nobody_answered() {
    let film = visit(
        Procedure::FOREIGN_PRESS,
        VisitorLevel::Private,
        VisitMatter::FilmShow,
        "2026-08-26",
        ("2026-09-15", "2026-09-15"),
    );
    let found = answer("nd-262-2026", &film);
    assert_eq!((found.due_on, found.steps[0].silence), (Some(day("2026-09-09")), Some(Silence::Agreement)));
    let told = &found.notes.iter().find(|(code, _)| code == "silence_agrees").unwrap().1;
    assert!(told.vi.contains("10/09/2026") && told.en.contains("2026-09-10"), "{told:?}");
}

#[test]
fn b5_a_press_card_has_its_clock_its_expiry_and_its_renewal_but_no_guessed_authority() {
    let card = visit(
        Procedure::FOREIGN_PRESS,
        VisitorLevel::ResidentReporter,
        VisitMatter::PressAssistant,
        "2026-07-13",
        ("2026-08-01", "2026-08-01"),
    );
    let found = answer("nd-262-2026", &card);
    assert_eq!((found.outcome, found.decider.clone()), (Outcome::ManualAuthorityRequired, None));
    assert_eq!(found.due_on, Some(day("2026-07-23")));
    assert_eq!(
        (due(&found, "press_card_expiry").unwrap(), due(&found, "press_card_renewal").unwrap()),
        ("2031-07-23".into(), "2031-07-08".into())
    );
    assert!(found.notes.iter().any(|(code, _)| code == "body_named_by_chair"));
}

#[test]
fn h1_conferences_by_their_opening_and_what_follows() {
    let conference = |level, received| {
        visit(Procedure::CONFERENCE, level, VisitMatter::Usual, received, ("2027-03-18", "2027-03-19"))
    };
    let chair = answer("qd-06-2020", &conference(VisitorLevel::Official, "2027-01-04"));
    assert_eq!(
        (chair.latest_submission_on, chair.decider.as_ref().unwrap().body),
        (Some(day("2027-02-16")), Body::PpcChair)
    );
    let report = chair.obligations.iter().find(|o| o.code == "result_report").unwrap();
    assert_eq!((report.due_on, report.last_working_day), (Some(day("2027-04-03")), Some(day("2027-04-02"))));
    for level in [VisitorLevel::Minister, VisitorLevel::OrganisationHead, VisitorLevel::HeadOfState] {
        let minister = answer("qd-06-2020", &conference(level, "2027-01-04"));
        assert_eq!(
            (minister.latest_submission_on, minister.decider.as_ref().unwrap().body),
            (Some(day("2027-02-06")), Body::PrimeMinister)
        );
        let told = &minister.notes.iter().find(|(code, _)| code == "latest_day_not_working").unwrap().1;
        assert!(told.vi.contains("03/02/2027"), "{}", told.vi);
        let asked: Vec<(Body, String)> =
            steps(&minister).into_iter().filter(|s| s.0 == StepKind::Consult).map(|s| (s.1, s.2)).collect();
        assert_eq!(asked, [(Body::Mofa, "2027-01-19".into()), (Body::Mps, "2027-01-19".into())]);
    }
}

#[test]
fn h2_kon_tum_has_its_own_clocks_and_leaves_the_prime_minister_to_the_national_text() {
    let conference =
        |level| visit(Procedure::CONFERENCE, level, VisitMatter::Usual, "2026-05-04", ("2026-07-20", "2026-07-21"));
    let found = answer("kon-tum", &conference(VisitorLevel::Official));
    let expected = [
        (StepKind::Appraise, Body::Dofa, "2026-05-13".to_owned()),
        (StepKind::Appraise, Body::DofaDirector, "2026-05-14".to_owned()),
        (StepKind::Decide, Body::PpcChair, "2026-05-28".to_owned()),
    ];
    assert_eq!((steps(&found), found.due_on), (expected.to_vec(), Some(day("2026-06-01"))));
    // An opinion asked on 4 May is due on 19 May (Đ.5).
    let minister = answer("kon-tum", &conference(VisitorLevel::Minister));
    assert_eq!(minister.decider.as_ref().unwrap().body, Body::PrimeMinister);
    assert_eq!(steps(&minister)[0], (StepKind::Consult, Body::Mofa, "2026-05-19".to_owned()));
}

#[test]
fn h3_h4_who_needs_no_permit_and_who_goes_elsewhere() {
    let of = |matter| {
        answer(
            "qd-06-2020",
            &visit(Procedure::CONFERENCE, VisitorLevel::Official, matter, "2026-05-04", ("2026-07-20", "2026-07-21")),
        )
    };
    assert_eq!(of(VisitMatter::HeldAbroad).outcome, Outcome::NoPermissionNeeded);
    assert_eq!(of(VisitMatter::ComponentWithScheme).outcome, Outcome::NoPermissionNeeded);
    assert_eq!(of(VisitMatter::ComponentWithoutScheme).decider.unwrap().body, Body::PpcChair);
    assert_eq!(of(VisitMatter::LicensedElsewhere).outcome, Outcome::ManualAuthorityRequired);
    let hosting = of(VisitMatter::Hosting);
    assert_eq!((hosting.decider.unwrap().body, hosting.latest_submission_on), (Body::PpcChair, None));
}

fn card(route: CardRoute, received: &str) -> Case {
    Case {
        procedure: Procedure::APEC_CARD,
        received_on: day(received),
        begins: day(received),
        ends: day(received),
        documents: Document::all().iter().copied().collect(),
        unknown: Default::default(),
        matter: Matter::Card(CardCase {
            route,
            firm_months: 36,
            persons: vec![CardPerson { reference: "a".into(), age: 41, months_in_post: 30, exit_suspended: false }],
            left_post_on: None,
        }),
    }
}

fn changed(mut case: Case, change: impl FnOnce(&mut CardCase)) -> Case {
    if let Matter::Card(card) = &mut case.matter {
        change(card);
    }
    case
}

#[test]
fn x1_x2_the_two_routes_to_a_card() {
    let firm = answer("qd-09-2023", &card(CardRoute::PrivateFirm, "2026-08-27"));
    let days: Vec<String> = steps(&firm).into_iter().map(|s| s.2).collect();
    assert_eq!(
        days,
        ["2026-09-04", "2026-09-24", "2026-09-24", "2026-09-24", "2026-09-24", "2026-10-01", "2026-10-08"]
    );
    assert_eq!((firm.outcome, firm.decider.as_ref().unwrap().body), (Outcome::Ready, Body::PpcChair));
    assert!(firm.steps.iter().filter(|s| s.kind == StepKind::Consult).all(|s| s.silence == Some(Silence::Agreement)));
    // Saturday 22 August 2026 is worked.
    let manager = answer("qd-09-2023", &card(CardRoute::SoeManager, "2026-08-03"));
    let days: Vec<String> = steps(&manager).into_iter().map(|s| s.2).collect();
    assert_eq!(days, ["2026-08-18", "2026-08-24"]);
    assert_eq!(
        answer("qd-09-2023", &card(CardRoute::CivilServant, "2026-08-03")).outcome,
        Outcome::ManualAuthorityRequired
    );
}

#[test]
fn x3_x4_x5_what_ends_a_permission_and_who_may_not_ask() {
    // Decided on Monday 5 October 2026, it can be used until 5 April 2027.
    let soon = answer("qd-09-2023", &card(CardRoute::SoeManager, "2026-09-13"));
    assert_eq!((soon.due_on, due(&soon, "consent_expiry").unwrap()), (Some(day("2026-10-05")), "2027-04-05".into()));
    let left = changed(card(CardRoute::PrivateFirm, "2026-08-27"), |c| c.left_post_on = Some(day("2026-10-01")));
    assert_eq!(due(&answer("qd-09-2023", &left), "leaver_letter").unwrap(), "2026-10-08");
    let report = answer("qd-09-2023", &card(CardRoute::PrivateFirm, "2026-08-27"));
    assert_eq!(due(&report, "annual_report").unwrap(), "2027-01-14");
    type Change = fn(&mut CardCase);
    let wrong: [(Change, FindingCode); 4] = [
        (|c| c.persons[0].months_in_post = 11, FindingCode::TooShortInPost),
        (|c| c.firm_months = 11, FindingCode::FirmTooYoung),
        (|c| c.persons[0].age = 17, FindingCode::PersonTooYoung),
        (|c| c.persons[0].exit_suspended = true, FindingCode::ExitSuspended),
    ];
    for (change, code) in wrong {
        let found = answer("qd-09-2023", &changed(card(CardRoute::PrivateFirm, "2026-08-27"), change));
        let told: Vec<(FindingCode, &[String])> =
            found.findings.iter().map(|f| (f.code, f.travellers.as_slice())).collect();
        assert_eq!((found.outcome, told), (Outcome::Blocked, vec![(code, &["a".to_owned()][..])]));
    }
}
