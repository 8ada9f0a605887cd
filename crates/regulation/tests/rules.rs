//! Tables beside single rules: what exceeds each limit, when steps and duties are due, and which rule applies.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use std::collections::BTreeSet;

use kernel::procedure::Procedure;
use kernel::words::{
    Body, FindingCode, FundingSource, ManagedBy, Outcome, PassportKind, PostLevel, Severity, Silence, StepKind, Topic,
};
use kernel::workdays::WorkCalendar;
use regulation::assess::{assess, exceptions_body};
use regulation::book::{Book, load_for};
use regulation::case::{Case, ItemCase, Matter, PassportFacts, StopDays, Traveller};

use cases::{answer, calendar, day, head, law, staff, trip, visit, with_trip, with_visit};

fn leader() -> Traveller {
    head(PostLevel::DepartmentHead, ManagedBy::PartyStandingBoard)
}

fn limit(finding: &str, more: &str) -> String {
    let for_ = if more.contains("for = ") { "" } else { "for = [\"outbound\"]\n" };
    let severity = if more.contains("severity") { "" } else { "severity = \"warn\"\n" };
    format!(
        "[[limit]]\nid = \"l\"\n{for_}finding = \"{finding}\"\n{severity}{more}\nstatus = \"sample\"\ncitation = \"Đ.9\"\n"
    )
}

fn authority(more: &str) -> String {
    format!("[[authority]]\nid = \"a\"\nfor = [\"outbound\"]\n{more}\nstatus = \"sample\"\ncitation = \"Đ.1\"\n")
}

#[test]
fn each_limit_is_exceeded_only_beyond_it() {
    let people = |n: usize| trip(std::iter::once(leader()).chain((1..n).map(|i| staff(&i.to_string()))).collect());
    let days = |to: &str| Case { ends: day(to), ..trip(vec![leader()]) };
    let stops = |all: &[(&str, i64)]| {
        let all = all.iter().map(|(c, days)| StopDays { country: (*c).into(), days: *days }).collect();
        with_trip(trip(vec![leader()]), |t| t.stops = all)
    };
    let one = |change: fn(&mut Traveller)| {
        let mut who = leader();
        change(&mut who);
        trip(vec![who])
    };
    let passport = |to: &str| {
        let passport = Some(PassportFacts { kind: PassportKind::Official, expires_on: day(to) });
        trip(vec![Traveller { passport, ..leader() }])
    };
    let key = |locality: &str| {
        let other = Traveller { key_leader: true, locality: locality.into(), ..staff("b") };
        trip(vec![Traveller { key_leader: true, ..leader() }, other])
    };
    let paid = |source| with_trip(trip(vec![leader()]), |t| t.funding = BTreeSet::from([source]));
    // Finding, its limit, the largest case that keeps it, the smallest that does not, and the numbers told.
    type LimitRow<'a> = (&'a str, &'a str, Case, Case, (Option<i64>, Option<i64>));
    let table: Vec<LimitRow> = vec![
        ("too_many_members", "max = 3", people(3), people(4), (Some(3), Some(4))),
        ("too_many_days", "max = 5", days("2026-06-12"), days("2026-06-13"), (Some(5), Some(6))),
        (
            "too_many_days",
            "max = 5\nunit = \"working_days\"",
            days("2026-06-14"),
            days("2026-06-15"),
            (Some(5), Some(6)),
        ),
        (
            "too_many_days_in_country",
            "max = 4",
            stops(&[("KR", 2), ("JP", 4), ("KR", 2)]),
            stops(&[("KR", 2), ("JP", 1), ("KR", 3)]),
            (Some(4), Some(5)),
        ),
        (
            "too_many_countries",
            "max = 2",
            stops(&[("KR", 1), ("JP", 1), ("KR", 1)]),
            stops(&[("KR", 1), ("JP", 1), ("TH", 1)]),
            (Some(2), Some(3)),
        ),
        ("two_key_leaders", "max = 1", key("so-tai-chinh"), key("so-y-te"), (Some(1), Some(2))),
        (
            "yearly_trip_limit",
            "max = 2",
            one(|t| t.missions_this_year = 1),
            one(|t| t.missions_this_year = 2),
            (Some(2), Some(3)),
        ),
        ("under_discipline", "", one(|_| {}), one(|t| t.under_discipline = true), (None, None)),
        ("enterprise_funded", "", paid(FundingSource::Host), paid(FundingSource::Enterprise), (None, None)),
        (
            "enterprise_funded",
            "",
            paid(FundingSource::Project),
            with_trip(trip(vec![leader()]), |t| t.enterprise_invites_by_name = true),
            (None, None),
        ),
        ("project_funded", "", paid(FundingSource::Enterprise), paid(FundingSource::Project), (None, None)),
        ("relative_in_delegation", "", one(|_| {}), one(|t| t.relative_of = Some("b".into())), (None, None)),
        ("off_plan", "", trip(vec![leader()]), with_trip(trip(vec![leader()]), |t| t.in_plan = false), (None, None)),
        // Six months after the return on 12 June.
        ("passport_expires_early", "max = 6", passport("2026-12-12"), passport("2026-12-11"), (None, None)),
        ("passport_expires_early", "max = 6", one(|t| t.passport = None), passport("2026-12-11"), (None, None)),
        ("overlapping_trip", "", one(|_| {}), one(|t| t.overlapping = vec![Severity::Warn]), (None, None)),
        ("consent_missing", "", one(|_| {}), one(|t| t.opinions_lacking = true), (None, None)),
        (
            "report_overdue",
            "max = 2",
            with_trip(trip(vec![leader()]), |t| t.reminders_unanswered = 2),
            with_trip(trip(vec![leader()]), |t| t.reminders_unanswered = 3),
            (Some(2), Some(3)),
        ),
    ];
    for (finding, more, kept, exceeded, numbers) in table {
        let law = law(&limit(finding, more));
        assert_eq!(answer(&law, &kept).findings, [], "{finding} {more}: kept");
        let found = answer(&law, &exceeded).findings;
        let told: Vec<_> = found.iter().map(|f| (f.code.word(), (f.limit, f.actual), f.rule.as_str())).collect();
        assert_eq!(told, [(finding, numbers, "l")], "{finding} {more}: exceeded");
        assert!(found.iter().all(|f| f.citation == "Đ.9" && f.detail.vi.ends_with('.') && f.detail.en.ends_with('.')));
    }
}

#[test]
fn findings_name_the_people_concerned_once_and_in_order() {
    let law = law(&limit("under_discipline", "severity = \"block\""));
    let bad = |name: &str| Traveller { under_discipline: true, ..staff(name) };
    let found = answer(&law, &trip(vec![leader(), bad("z"), bad("a"), staff("m")]));
    assert_eq!(found.findings.iter().map(|f| f.travellers.join(",")).collect::<Vec<_>>(), ["a,z"]);
    assert_eq!(found.outcome, Outcome::Blocked);
    // The heaviest of other journeys at the same time decides how heavy the finding is.
    let law = self::law(&limit("overlapping_trip", "severity = \"warn\""));
    let twice = Traveller { overlapping: vec![Severity::Warn, Severity::Block], ..leader() };
    assert_eq!(answer(&law, &trip(vec![twice])).findings[0].severity, Severity::Block);
    let visits = self::law(&limit("overlapping_trip", "for = [\"inbound\"]"));
    let clash = |n| with_visit(visit(), |v| v.clashes = n);
    assert!(answer(&visits, &clash(0)).findings.is_empty());
    assert_eq!(answer(&visits, &clash(2)).findings[0].actual, Some(2));
}

#[test]
fn the_outcome_is_that_of_the_gravest_finding() {
    let decided = authority("decider = \"dofa_director\"");
    let block = limit("under_discipline", "severity = \"block\"");
    let special = limit("relative_in_delegation", "severity = \"special_approval\"\nwaivable_by = \"ppc_chair\"")
        .replace("\"l\"", "\"s\"");
    let paper = "[[document_rule]]\nid = \"p\"\nfor = [\"outbound\"]\ndocument = \"invitation\"\nstatus = \"sample\"\ncitation = \"Đ.2\"\n";
    let law = law(&format!("{decided}{block}{special}{paper}"));
    let with = |discipline, relative: bool, papers: bool| {
        let who = Traveller { under_discipline: discipline, relative_of: relative.then(|| "x".into()), ..leader() };
        let case = trip(vec![who]);
        if papers { case } else { Case { documents: BTreeSet::new(), ..case } }
    };
    let table = [
        (with(false, false, true), Outcome::Ready),
        (with(false, false, false), Outcome::SupplementNeeded),
        (with(false, true, true), Outcome::SpecialApprovalNeeded),
        (with(true, false, true), Outcome::Blocked),
        (with(true, true, false), Outcome::Blocked),
    ];
    for (case, expected) in table {
        assert_eq!(answer(&law, &case).outcome, expected, "{case:?}");
    }
    // Who waives: the strictest of those that the rules name, if stricter than the decider.
    let found = answer(&law, &with(false, true, true)).findings;
    assert_eq!(exceptions_body(&law, &found, Body::DofaDirector).map(|(body, _)| body), Some(Body::PpcChair));
    assert_eq!(exceptions_body(&law, &found, Body::PpcChair), None);
    assert_eq!(exceptions_body(&law, &answer(&law, &with(true, false, true)).findings, Body::DofaDirector), None);
    let mixed = answer(&law, &with(true, true, true));
    assert!(mixed.has(FindingCode::UnderDiscipline) && !mixed.has(FindingCode::OffPlan));
    assert_eq!(mixed.with_severity(Severity::Block).count(), 1);
    assert_eq!(answer(&law, &with(false, false, true)).missing(), []);
    // A dossier that is not complete has no clock.
    let incomplete = answer(&law, &with(false, false, false));
    assert_eq!((incomplete.clock_starts_on, incomplete.due_on), (None, None));
    assert_eq!(incomplete.missing().len(), 1);
    assert_eq!(answer(&law, &with(false, false, true)).clock_starts_on, Some(day("2026-05-04")));
}

#[test]
fn steps_are_due_one_after_another_and_consultations_side_by_side() {
    // Monday 4 May 2026 is received; 1 May is a holiday before it.
    let rules = authority(
        "decider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\", within = \"2 working_days\" },\n\
         { kind = \"consult\", body = \"provincial_police\", within = \"3 working_days\", silence = \"proceed\" },\n\
         { kind = \"consult\", body = \"border_guard\", within = \"5 working_days\" }]\ndecide_within = \"3 days\"",
    );
    let plan = answer(&law(&rules), &trip(vec![leader()]));
    let told: Vec<_> =
        plan.steps.iter().map(|s| (s.kind, s.body, s.due_on.map(|d| d.to_string()), s.silence)).collect();
    assert_eq!(
        told,
        [
            (StepKind::Appraise, Body::Dofa, Some("2026-05-06".into()), None),
            (StepKind::Consult, Body::ProvincialPolice, Some("2026-05-11".into()), Some(Silence::Proceed)),
            (StepKind::Consult, Body::BorderGuard, Some("2026-05-13".into()), None),
            (StepKind::Decide, Body::PpcChair, Some("2026-05-16".into()), None),
        ]
    );
    assert_eq!(plan.due_on, Some(day("2026-05-16")));
    // The term of the whole goes before the sum of its steps; a step without a term is due with the one before it.
    let whole = authority(
        "decider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\" }]\nterm = \"10 working_days\"",
    );
    let plan = answer(&law(&whole), &trip(vec![leader()]));
    assert_eq!((plan.steps[0].due_on, plan.steps[1].due_on, plan.due_on), (None, plan.due_on, Some(day("2026-05-18"))));
    let first = authority(
        "decider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\", within = \"2 days\" },\n\
         { kind = \"appraise\", body = \"ppc_office\" }]",
    );
    let plan = answer(&law(&first), &trip(vec![leader()]));
    assert!(plan.steps.iter().all(|s| s.due_on == Some(day("2026-05-06"))), "{:?}", plan.steps);
    // A year without a table is not guessed.
    let beyond = Case {
        received_on: day("2040-05-04"),
        begins: day("2040-06-08"),
        ends: day("2040-06-12"),
        ..trip(vec![leader()])
    };
    let counted = law(&authority("decider = \"ppc_chair\"\ndecide_within = \"3 working_days\""));
    for (case, calendar, year) in [(&beyond, calendar(), 2040), (&trip(vec![leader()]), WorkCalendar::default(), 2026)]
    {
        let plan = assess(&counted, case, &calendar);
        assert_eq!((plan.due_on, plan.steps[0].due_on, plan.decider.unwrap().body), (None, None, Body::PpcChair));
        assert!(
            plan.notes
                .iter()
                .any(|(code, said)| code == "holiday_table_missing" && said.vi.contains(&year.to_string()))
        );
    }
    // What does not hang on the missing year has its day, and what follows an unknown day is unknown.
    let across = authority(
        "decider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\", within = \"2 days\" },\n\
         { kind = \"appraise\", body = \"ppc_office\", within = \"3 working_days\" }]\ndecide_within = \"2 days\"",
    );
    let plan = assess(&law(&across), &beyond, &calendar());
    let due: Vec<_> = plan.steps.iter().map(|step| step.due_on).collect();
    assert_eq!((due, plan.due_on), (vec![Some(day("2040-05-06")), None, None], None));
}

#[test]
fn consents_are_steps_or_papers_and_name_whom_they_are_about() {
    let consent = |mode: &str| {
        format!(
            "{}[[consent]]\nid = \"c\"\nfor = [\"outbound\"]\nwhen = {{ managed_by = \"party_standing_board\" }}\n\
             body = \"party_standing_secretariat\"\nmode = \"{mode}\"\nstatus = \"sample\"\ncitation = \"Đ.3\"\n",
            authority(
                "decider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\", within = \"2 days\" }]"
            )
        )
    };
    let managed = |name: &str| Traveller { managed_by: ManagedBy::PartyStandingBoard, ..staff(name) };
    let case = trip(vec![leader(), managed("b"), staff("c")]);
    let step = answer(&law(&consent("step")), &case);
    assert_eq!(step.consents.iter().map(|c| c.travellers.join(",")).collect::<Vec<_>>(), ["b,head"]);
    let kinds: Vec<_> = step.steps.iter().map(|s| (s.kind, s.due_on)).collect();
    let due = Some(day("2026-05-06"));
    assert_eq!(kinds, [(StepKind::Appraise, due), (StepKind::Consent, due), (StepKind::Decide, due)]);
    assert!(step.dossier.is_empty());
    // The same body under two articles is asked twice, and each names its own travellers.
    let other = "[[consent]]\nid = \"d\"\nfor = [\"outbound\"]\nwhen = { managed_by = \"ppc\" }\nbody = \"party_standing_secretariat\"\nmode = \"step\"\nstatus = \"sample\"\ncitation = \"Đ.8\"\n";
    let two = answer(
        &law(&format!("{}{other}", consent("step"))),
        &trip(vec![leader(), Traveller { managed_by: ManagedBy::Ppc, ..staff("p") }]),
    );
    let asked: Vec<_> = two.consents.iter().map(|c| (c.citation.as_str(), c.travellers.join(","))).collect();
    assert_eq!(asked, [("Đ.3", "head".to_owned()), ("Đ.8", "p".to_owned())]);
    let paper = law(&consent("in_dossier"));
    let there = answer(&paper, &case);
    assert_eq!(
        there.dossier.iter().map(|p| (p.document.word(), p.required, p.present)).collect::<Vec<_>>(),
        [("party_consent", true, true)]
    );
    let without = answer(&paper, &Case { documents: BTreeSet::new(), ..case });
    let told: Vec<_> = without.findings.iter().map(|f| (f.code.word(), f.travellers.join(","))).collect();
    assert_eq!(told, [("missing_document", String::new()), ("consent_missing", "b,head".into())]);
    assert!(answer(&paper, &trip(vec![Traveller { managed_by: ManagedBy::Agency, ..leader() }])).consents.is_empty());
}

#[test]
fn duties_and_deadlines_count_from_their_own_day() {
    let duty = |more: &str, procedure: &str| {
        format!(
            "[[obligation]]\nid = \"o\"\nfor = [\"{procedure}\"]\ncode = \"trip_report\"\n{more}\nstatus = \"sample\"\ncitation = \"Đ.4\"\n"
        )
    };
    let due = |more: &str, case: &Case, procedure: &str| {
        let owed = answer(&law(&duty(more, procedure)), case).obligations;
        assert_eq!(owed.len(), 1, "{more}");
        (owed[0].due_on.map(|d| d.to_string()), owed[0].due_at.map(|at| at.to_string()), owed[0].report_year)
    };
    let some = |day: &str| Some(day.to_owned());
    let trip = trip(vec![leader()]);
    // Friday 12 June is the return.
    assert_eq!(
        due("within = \"5 working_days\"\nafter = \"return\"", &trip, "outbound"),
        (some("2026-06-19"), None, None)
    );
    assert_eq!(due("within = \"15 days\"\nafter = \"return\"", &trip, "outbound"), (some("2026-06-27"), None, None));
    assert_eq!(due("within = \"7 days\"\nafter = \"departure\"", &trip, "outbound"), (some("2026-06-15"), None, None));
    assert_eq!(
        due("within = \"3 working_days\"\nbefore = \"departure\"", &trip, "outbound"),
        (some("2026-06-03"), None, None)
    );
    let border = with_visit(visit(), |v| {
        v.restricted_from = Some(day("2026-06-09").and_hms_opt(2, 0, 0).unwrap());
        v.topics = BTreeSet::from([Topic::BorderArea]);
    });
    assert_eq!(
        due("within = \"24 hours\"\nbefore = \"restricted_area\"", &border, "inbound"),
        (some("2026-06-08"), some("2026-06-08 02:00:00"), None)
    );
    assert_eq!(due("within = \"24 hours\"\nbefore = \"restricted_area\"", &visit(), "inbound"), (None, None, None));
    assert_eq!(
        due("within = \"5 days\"\nafter = \"departure\"", &visit(), "inbound"),
        (some("2026-06-15"), None, None)
    );
    assert_eq!(due("within = \"5 days\"\nafter = \"reception\"", &visit(), "inbound"), (None, None, None));
    // A report year that ends on 14 December, reported by the 18th.
    let yearly = "after = \"return\"\nreport_year_ends = \"12-14\"\ndue = \"12-18\"";
    for (to, expected) in [("2026-12-14", 2026), ("2026-12-15", 2027), ("2026-06-12", 2026)] {
        let case = Case { begins: day("2026-06-08"), ends: day(to), ..trip.clone() };
        assert_eq!(due(yearly, &case, "outbound"), (Some(format!("{expected}-12-18")), None, Some(expected)), "{to}");
    }
    // A deadline: the latest day to submit, the note that it is no working day, and the finding once it has passed.
    let deadline = |lead: &str| {
        format!(
            "[[deadline]]\nid = \"d\"\nfor = [\"outbound\"]\nlead = \"{lead}\"\nbefore = \"departure\"\nseverity = \"warn\"\nstatus = \"sample\"\ncitation = \"Đ.5\"\n"
        )
    };
    let told = |lead: &str, received: &str| {
        let asked = answer(&law(&deadline(lead)), &Case { received_on: day(received), ..trip.clone() });
        let notes = asked.notes.iter().any(|(code, _)| code == "latest_day_not_working");
        (asked.latest_submission_on.map(|d| d.to_string()), asked.findings.len(), notes)
    };
    assert_eq!(told("5 working_days", "2026-06-01"), (some("2026-06-01"), 0, false));
    assert_eq!(told("5 working_days", "2026-06-02"), (some("2026-06-01"), 1, false));
    // Eight days before is a Sunday.
    assert_eq!(told("8 days", "2026-05-31"), (some("2026-05-31"), 0, true));
    // Of several deadlines the earliest counts.
    let both = format!(
        "{}{}",
        deadline("5 working_days"),
        deadline("20 days")
            .replace("\"d\"", "\"e\"")
            .replace("for = [\"outbound\"]", "for = [\"outbound\"]\nwhen = { leader = true }")
    );
    assert_eq!(answer(&law(&both), &trip).latest_submission_on, Some(day("2026-05-19")));
}

#[test]
fn of_the_rules_that_match_the_most_specific_applies_and_of_the_deciders_the_strictest() {
    let rule = |id: &str, when: &str, decider: &str, more: &str| {
        let decider = if decider.is_empty() { String::new() } else { format!("decider = \"{decider}\"\n") };
        format!(
            "[[authority]]\nid = \"{id}\"\nfor = [\"outbound\"]\n{when}\n{decider}{more}\nstatus = \"sample\"\ncitation = \"{id}\"\n"
        )
    };
    let decided = |rules: &str, who: Vec<Traveller>| {
        answer(&law(rules), &trip(who)).decider.map(|d| (d.body.word().to_owned(), d.rule))
    };
    let of = |body: &str, rule: &str| Some((body.to_owned(), rule.to_owned()));
    let general = rule("general", "", "ppc_chair", "");
    let lower = rule("staff", "when = { leader = false }", "dofa_director", "");
    let both = format!("{general}{lower}");
    assert_eq!(decided(&both, vec![head(PostLevel::Staff, ManagedBy::Agency)]), of("dofa_director", "staff"));
    assert_eq!(decided(&both, vec![leader()]), of("ppc_chair", "general"));
    // One leader raises the whole delegation.
    assert_eq!(decided(&both, vec![leader(), staff("b")]), of("ppc_chair", "general"));
    // Nobody decides for one traveller: nobody is named for all.
    assert_eq!(decided(&lower, vec![leader(), staff("b")]), None);
    let unread = format!("{lower}{}", rule("unread", "when = { leader = true }", "", ""));
    assert_eq!(decided(&unread, vec![leader(), staff("b")]), None);
    assert_eq!(answer(&law(&unread), &trip(vec![leader()])).outcome, Outcome::ManualAuthorityRequired);
    // What a rule overrides does not apply, whichever is more specific.
    let overridden = format!("{}{lower}", rule("general", "", "ppc_chair", "overrides = [\"staff\"]"));
    assert!(regulation::book::load(&overridden, &[]).is_err(), "a rule that can never match is refused");
    // No permission is needed only if nobody needs one.
    let free = "[[no_permission]]\nid = \"free\"\nfor = [\"outbound\"]\nwhen = { post_level = \"staff\" }\nstatus = \"sample\"\ncitation = \"Đ.7\"\n";
    let some = format!("{}{free}", rule("leaders", "when = { leader = true }", "ppc_chair", ""));
    let none = answer(&law(&some), &trip(vec![head(PostLevel::Staff, ManagedBy::Agency)]));
    assert!(none.decider.is_none() && none.notes.iter().any(|(code, _)| code == "no_permission_needed"));
    assert_eq!(none.outcome, Outcome::NoPermissionNeeded);
    assert_eq!(decided(&some, vec![leader(), staff("b")]), of("ppc_chair", "leaders"));
    // Among rules of one decider, the longest term, in whatever order the members are.
    let short = rule("short", "when = { party_member = false }", "ppc_chair", "decide_within = \"2 days\"");
    let long = rule("long", "when = { party_member = true }", "ppc_chair", "decide_within = \"9 days\"");
    for rules in [format!("{short}{long}"), format!("{long}{short}")] {
        for who in [vec![leader(), staff("b")], vec![staff("b"), leader()]] {
            assert_eq!(decided(&rules, who), of("ppc_chair", "long"));
        }
    }
    // Terms of different units are compared by their length: eight working days are longer than nine days.
    let working = rule("working", "when = { party_member = true }", "ppc_chair", "decide_within = \"8 working_days\"");
    let calendar_days = rule("days", "when = { party_member = false }", "ppc_chair", "decide_within = \"9 days\"");
    let hours_less = rule("days", "when = { party_member = false }", "ppc_chair", "decide_within = \"12 days\"");
    let who = || vec![leader(), staff("b")];
    assert_eq!(decided(&format!("{working}{calendar_days}"), who()), of("ppc_chair", "working"));
    assert_eq!(decided(&format!("{working}{hours_less}"), who()), of("ppc_chair", "days"));
    // A rule has its own days, and its own procedures.
    let dated = rule("dated", "", "ppc_chair", "valid_from = 2026-05-04\nvalid_to = 2026-05-05");
    for (received, expected) in [("2026-05-03", None), ("2026-05-04", of("ppc_chair", "dated")), ("2026-05-05", None)] {
        let case = Case { received_on: day(received), ..trip(vec![leader()]) };
        assert_eq!(
            answer(&law(&dated), &case).decider.map(|d| (d.body.word().to_owned(), d.rule)),
            expected,
            "{received}"
        );
    }
    let private = Case { procedure: Procedure::PRIVATE_TRAVEL, ..trip(vec![leader()]) };
    assert_eq!(answer(&law(&general), &private).decider, None);
}

#[test]
fn an_item_without_travel_is_judged_by_its_amount_and_who_pays() {
    let rule = "[[authority]]\nid = \"large\"\nfor = [\"note\"]\nwhen = { amount = { min = 100 }, funding = { any = [\"host\"] } }\n\
                decider = \"ppc_chair\"\nstatus = \"sample\"\ncitation = \"Đ.1\"\n";
    let head = "code = \"test\"\nversion = 1\ntitle = \"T\"\ndocument = \"QĐ 1\"\nstatus = \"sample\"\nin_force_from = 2020-01-01\nstrictness = [\"ppc_chair\"]\n";
    let note = Procedure::of("note");
    let source = format!("{head}{rule}");
    assert_eq!(load_for(&source, &[], &[]).unwrap_err()[0].code, "unknown_word");
    let mut book = Book::default();
    book.add(load_for(&source, &[], &[note]).unwrap());
    let law = book.by_code("test", day("2026-05-04")).unwrap();
    let decides = |amount: Option<i64>, source| {
        let item = ItemCase { amount, funding: BTreeSet::from([source]) };
        let case = Case { procedure: note, matter: Matter::Item(item), ..visit() };
        answer(&law, &case).decider.is_some()
    };
    assert!(decides(Some(100), FundingSource::Host) && decides(Some(500), FundingSource::Host));
    assert!(
        !decides(Some(99), FundingSource::Host)
            && !decides(None, FundingSource::Host)
            && !decides(Some(100), FundingSource::Own)
    );
}

#[test]
fn a_commune_is_known_by_the_post_or_by_the_name_of_the_unit() {
    let of = |locality: &str, unit: Option<&str>, post_level| Traveller {
        locality: locality.into(),
        unit: unit.map(str::to_owned),
        post_level,
        ..staff("a")
    };
    let staff_of = |locality: &str| of(locality, None, PostLevel::Staff).commune_unit();
    for name in
        ["UBND phường 5", "Ủy ban nhân dân xã Phú Mỹ", "phuong-5", "Đặc khu Phú Quốc", "thị trấn Cái Dầu", "ward 5"]
    {
        assert!(staff_of(name), "{name}");
    }
    for name in ["Sở Y tế", "xaphu", "Phường", "so-khcn", "Hợp tác xã Thanh Bình"] {
        assert!(!staff_of(name), "{name}");
    }
    assert!(of("x", Some("Xã Phú Mỹ"), PostLevel::Staff).commune_unit());
    assert!(
        of("x", None, PostLevel::CommuneViceChair).commune_unit()
            && of("x", None, PostLevel::CommuneChair).commune_unit()
    );
}

#[test]
fn a_delegation_of_several_units_is_interdisciplinary() {
    let several = authority("when = { interdisciplinary = true }\ndecider = \"ppc_chair\"");
    let one = authority("when = { interdisciplinary = false }\ndecider = \"dofa_director\"").replace("\"a\"", "\"b\"");
    let law = law(&format!("{several}{one}"));
    let decider = |who: Vec<Traveller>| answer(&law, &trip(who)).decider.map(|d| d.body);
    let elsewhere = Traveller { locality: "so-tai-chinh".into(), ..staff("b") };
    assert_eq!(decider(vec![leader(), staff("b")]), Some(Body::DofaDirector));
    assert_eq!(decider(vec![leader(), elsewhere]), Some(Body::PpcChair));
}

#[test]
fn findings_of_several_rules_stay_apart_and_secondary_sources_are_named() {
    let members = limit("too_many_members", "max = 1\nfor = [\"outbound\"]").replace("\"l\"", "\"members\"");
    let days = limit("too_many_days", "max = 2\nfor = [\"outbound\"]").replace("\"l\"", "\"days\"");
    let party = limit("too_many_days_in_country", "max = 1\nfor = [\"outbound\"]\nwhen = { party_member = true }")
        .replace("\"l\"", "\"party\"");
    let others = limit("too_many_days_in_country", "max = 3\nfor = [\"outbound\"]\nwhen = { party_member = false }")
        .replace("\"l\"", "\"others\"");
    let law = law(&format!("{members}{days}{party}{others}"));
    let found = answer(&law, &trip(vec![leader(), staff("b")])).findings;
    let told: Vec<_> = found.iter().map(|f| (f.rule.as_str(), f.limit, f.actual)).collect();
    assert_eq!(
        told,
        [
            ("members", Some(1), Some(2)),
            ("days", Some(2), Some(5)),
            ("others", Some(3), Some(5)),
            ("party", Some(1), Some(5)),
        ]
    );
    // A rule known from a secondary source says so, by its text without our note.
    let partial = "code = \"p\"\nversion = 1\ntitle = \"T\"\ndocument = \"QĐ\"\nstatus = \"partial\"\nin_force_from = 2020-01-01\nstrictness = [\"ppc_chair\"]\n".to_owned()
        + &authority("decider = \"ppc_chair\"").replace("\"sample\"", "\"partial\"").replace("\"Đ.1\"", "\"QĐ 5 Đ.1: theo báo\"");
    let mut book = Book::default();
    book.add(load_for(&partial, &[], &[]).unwrap());
    let asked = answer(&book.by_code("p", day("2026-05-04")).unwrap(), &trip(vec![leader()]));
    let note = asked.notes.iter().find(|(code, _)| code == "secondary_source").unwrap();
    assert_eq!(note.1.vi, "Dẫn theo nguồn thứ cấp: QĐ 5 Đ.1.");
}
