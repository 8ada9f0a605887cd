//! Tables beside the rules of a dossier: who may do what, in which state it is possible, and which relation to the dossier
//! keeps somebody from a step. No database; `UPDATE_GOLDEN=1` writes `golden/rights.txt`.

use std::fmt::Write as _;
use std::sync::Arc;

use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Body, Capacity, MemberRole, PostLevel, Purpose, Role, SignedAs, StepKind};
use ngoaivu::access::account::{Account, Actor, Dated, Mandate, StandIn};
use ngoaivu::approval::process::{Process, Step, StepStanding};
use ngoaivu::dossier::flow::{Action, State};
use ngoaivu::dossier::model::Dossier;
use ngoaivu::dossier::parts::model::Member;
use ngoaivu::dossier::rules::{Circumstances, allowed, may, possible};
use ngoaivu::dossier::visibility::{extent, sees};
use ngoaivu::error::Code;
use ngoaivu::procedures::outbound::model::{Journey, MemberSnapshot, TripContent};

use crate::world::monday;

const OWN: i64 = 10;
const OTHER: i64 = 20;
/// The account that drafted the dossier, and the official who travels in it.
const DRAFTER: i64 = 900;
const TRAVELLER: i64 = 77;

fn today() -> Day {
    monday().date()
}

fn account(id: i64, agency: Option<i64>, roles: &[Role], seats: &[Body]) -> Account {
    let from = "2020-01-01".parse().unwrap();
    Account {
        id,
        agency_id: agency,
        roles: roles.iter().map(|what| Dated { what: *what, valid_from: from, valid_to: None }).collect(),
        seats: seats.iter().map(|what| Dated { what: *what, valid_from: from, valid_to: None }).collect(),
        ..Account::nobody("x")
    }
}

fn actor(account: Account) -> Actor {
    Actor::new(Arc::new(account), 0, today())
}

fn content() -> TripContent {
    TripContent {
        title: "Đoàn".into(),
        procedure: Procedure::OUTBOUND,
        purpose: Purpose::Official,
        field: None,
        capacity: Capacity::Department,
        agency_id: OWN,
        plan_item_id: None,
        planned: None,
        queued_on: None,
        funding: Vec::new(),
        inviting_party: None,
        departure: "2026-06-08".parse().unwrap(),
        returning: "2026-06-12".parse().unwrap(),
        stops: Vec::new(),
        members: vec![Member { official_id: Id(TRAVELLER), role: MemberRole::Head, relative_of: None }],
        note: None,
        leave: None,
        party_opinions: Vec::new(),
        journey: Journey::default(),
        origin: None,
        people: vec![MemberSnapshot {
            full_name: "A".into(),
            post: "Chuyên viên".into(),
            agency_id: OWN,
            post_level: PostLevel::Staff,
        }],
        verdicts: Vec::new(),
    }
}

/// A dossier of which the first steps are taken, and the next is open.
fn dossier(state: State, taken: usize) -> Dossier<TripContent> {
    let plan = [
        (StepKind::Propose, Body::AgencyHead),
        (StepKind::Appraise, Body::Dofa),
        (StepKind::Consult, Body::ProvincialPolice),
        (StepKind::Consent, Body::PartyStandingSecretariat),
        (StepKind::Decide, Body::PpcChair),
    ];
    let mut steps: Vec<Step> =
        plan.iter().map(|(kind, body)| Step::planned(*kind, Some(*body), None, None, "Đ.1")).collect();
    for (at, step) in steps.iter_mut().enumerate() {
        if at < taken {
            step.done("done", 500 + i64::try_from(at).unwrap(), None, monday());
        } else if at == taken {
            step.standing = StepStanding::Open;
        }
    }
    let process = if state == State::Draft { Process::default() } else { Process { steps } };
    Dossier { state, process, ..Dossier::draft(content(), DRAFTER, monday()) }
}

/// The state of a dossier, and how many steps are taken in it.
const STATES: &[(State, usize)] = &[
    (State::Draft, 0),
    (State::SupplementRequested, 0),
    (State::Submitted, 1),
    (State::Consulting, 2),
    (State::AwaitingConsent, 3),
    (State::AwaitingDecision, 4),
    (State::Approved, 5),
    (State::UnderWay, 5),
    (State::Returned, 5),
    (State::Reported, 5),
    (State::Closed, 5),
    (State::Rejected, 5),
    (State::Withdrawn, 1),
    (State::Postponed, 5),
    (State::Cancelled, 5),
];

fn people() -> Vec<(&'static str, Actor)> {
    let of = |agency, roles: &[Role], seats: &[Body]| actor(account(1, agency, roles, seats));
    vec![
        ("clerk", of(Some(OWN), &[Role::Clerk], &[])),
        ("head", of(Some(OWN), &[], &[Body::AgencyHead])),
        ("other clerk", of(Some(OTHER), &[Role::Clerk], &[])),
        ("other head", of(Some(OTHER), &[], &[Body::AgencyHead])),
        ("dofa", of(Some(OTHER), &[], &[Body::Dofa])),
        ("director", of(Some(OTHER), &[], &[Body::DofaDirector])),
        ("police", of(None, &[], &[Body::ProvincialPolice])),
        ("border guard", of(None, &[], &[Body::BorderGuard])),
        ("secretariat", of(None, &[], &[Body::PartyStandingSecretariat])),
        ("party office", of(None, &[], &[Body::PartyOffice])),
        ("chair", of(None, &[], &[Body::PpcChair])),
        ("custodian", of(Some(OTHER), &[Role::PassportCustodian], &[])),
        ("inspector", of(None, &[Role::Inspector], &[])),
        ("statistician", of(None, &[Role::Statistician], &[])),
        ("administrator", of(None, &[Role::SystemAdmin, Role::RuleAdmin], &[])),
    ]
}

const RULE: Circumstances = Circumstances { clerk_may_submit: false, frozen: false };

#[test]
fn who_may_do_what_in_which_state_is_as_written() {
    let mut text = String::from("# Written by tests/api/rights.rs: a trip of an agency, decided by the Chair.\n\n");
    text += "## What each sees: whole, asked, or nothing\n";
    for (state, taken) in STATES {
        write!(text, "{:22}", state.word()).unwrap();
        for (name, who) in people() {
            let seen = extent(&who, &dossier(*state, *taken)).map_or("-".to_owned(), |e| format!("{e:?}"));
            write!(text, " {name}={}", seen.to_lowercase()).unwrap();
        }
        text.push('\n');
    }
    text += "\n## Who may at all: + yes, - another's business\n";
    for action in Action::all() {
        // The state in which the action is most at home, so that its steps are open.
        let (state, taken) =
            STATES.iter().find(|(s, t)| possible(&dossier(*s, *t), *action, RULE)).unwrap_or(&STATES[0]);
        let dossier = dossier(*state, *taken);
        let yes: Vec<&str> = people()
            .iter()
            .filter(|(_, who)| may(who, &dossier, *action, RULE).is_ok())
            .map(|(name, _)| *name)
            .collect();
        writeln!(text, "{:20} {}", action.word(), yes.join(", ")).unwrap();
    }
    text += "\n## What each is offered, state by state\n";
    for (state, taken) in STATES {
        let dossier = dossier(*state, *taken);
        writeln!(text, "{}", state.word()).unwrap();
        for (name, who) in people().into_iter().filter(|(_, who)| sees(who, &dossier)) {
            let offered: Vec<&str> = allowed(&who, &dossier, RULE).into_iter().map(Action::word).collect();
            if !offered.is_empty() {
                writeln!(text, "  {name}: {}", offered.join(", ")).unwrap();
            }
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/golden/rights.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(file).unwrap(), "UPDATE_GOLDEN=1 writes it again");
}

/// What keeps somebody from a step: the code of the refusal, or nothing.
fn refused(who: Account, dossier: &Dossier<TripContent>, action: Action, rule: Circumstances) -> Option<Code> {
    may(&actor(who), dossier, action, rule).err().map(|e| e.code())
}

#[test]
fn nobody_takes_a_step_that_concerns_themselves_and_nobody_takes_two() {
    let appraising = || dossier(State::Submitted, 1);
    let deciding = || dossier(State::AwaitingDecision, 4);
    let dofa = |id| account(id, Some(OTHER), &[], &[Body::Dofa]);
    let chair = |id| account(id, None, &[], &[Body::PpcChair]);
    let head = |id| account(id, Some(OWN), &[], &[Body::AgencyHead]);
    let clerk = |id| account(id, Some(OWN), &[Role::Clerk], &[]);
    let lent = |body: Body, from: i64, official: Option<i64>| StandIn {
        id: 1,
        for_user: from,
        for_username: "y".into(),
        for_official: official,
        body,
        signed_as: SignedAs::Kt,
        mandate: Mandate::default(),
        periods: vec![("2020-01-01".parse().unwrap(), None)],
    };
    let substitute =
        |body, from, official| Account { stand_ins: vec![lent(body, from, official)], ..account(1, None, &[], &[]) };
    let travels = |account: Account| Account { official_id: Some(TRAVELLER), ..account };
    let (separated, foreign) = (Some(Code::SeparationOfDuties), Some(Code::Forbidden));
    let free = Circumstances { clerk_may_submit: true, frozen: false };
    let draft = || dossier(State::Draft, 0);
    // The steps before were taken by the accounts 500 (propose), 501, 502, 503.
    type Refusal<'a> = (&'a str, Account, Dossier<TripContent>, Action, Circumstances, Option<Code>);
    let table: Vec<Refusal> = vec![
        ("another appraises", dofa(1), appraising(), Action::Appraise, RULE, None),
        ("who travels", travels(dofa(1)), appraising(), Action::Appraise, RULE, separated),
        ("who drafted", dofa(DRAFTER), appraising(), Action::Appraise, RULE, separated),
        ("who proposed", dofa(500), appraising(), Action::Appraise, RULE, separated),
        ("another decides", chair(1), deciding(), Action::Decide, RULE, None),
        ("who appraised decides", chair(501), deciding(), Action::Decide, RULE, separated),
        ("who was consulted decides", chair(502), deciding(), Action::Decide, RULE, separated),
        ("who travels decides", travels(chair(1)), deciding(), Action::Decide, RULE, separated),
        (
            "the Director does not decide for the Chair",
            account(1, None, &[], &[Body::DofaDirector]),
            deciding(),
            Action::Decide,
            RULE,
            foreign,
        ),
        ("a substitute decides", substitute(Body::PpcChair, 600, None), deciding(), Action::Decide, RULE, None),
        (
            "for a Chair who travels",
            substitute(Body::PpcChair, 600, Some(TRAVELLER)),
            deciding(),
            Action::Decide,
            RULE,
            separated,
        ),
        (
            "for a Chair who drafted",
            substitute(Body::PpcChair, DRAFTER, None),
            deciding(),
            Action::Decide,
            RULE,
            separated,
        ),
        (
            "for a Chair who appraised",
            substitute(Body::PpcChair, 501, None),
            deciding(),
            Action::Decide,
            RULE,
            separated,
        ),
        (
            "in their own seat although they also represent",
            Account { stand_ins: vec![lent(Body::PpcChair, 501, None)], ..chair(1) },
            deciding(),
            Action::Decide,
            RULE,
            None,
        ),
        ("the head submits", head(1), draft(), Action::Submit, RULE, None),
        ("the head submits their own draft", head(DRAFTER), draft(), Action::Submit, RULE, separated),
        ("the head submits their own trip", travels(head(1)), draft(), Action::Submit, RULE, separated),
        (
            "another agency's head",
            account(1, Some(OTHER), &[], &[Body::AgencyHead]),
            draft(),
            Action::Submit,
            RULE,
            foreign,
        ),
        ("a clerk where only the head may", clerk(1), draft(), Action::Submit, RULE, foreign),
        ("a clerk who may", clerk(1), draft(), Action::Submit, free, None),
        ("a clerk who may, their own draft", clerk(DRAFTER), draft(), Action::Submit, free, None),
        ("a clerk who may, their own trip", travels(clerk(1)), draft(), Action::Submit, free, separated),
        ("an amendment of another's trip", clerk(1), dossier(State::Approved, 5), Action::Amend, RULE, None),
        (
            "an amendment of their own trip",
            travels(clerk(1)),
            dossier(State::Approved, 5),
            Action::Amend,
            RULE,
            separated,
        ),
        ("reading and drafting are no steps", clerk(DRAFTER), draft(), Action::Edit, RULE, None),
    ];
    for (what, who, dossier, action, rule, expected) in table {
        assert_eq!(refused(who, &dossier, action, rule), expected, "{what}");
    }
    // A mandate covers what it names and nothing else.
    let only = |procedures: &[Procedure], steps: &[StepKind]| {
        let mandate = Mandate { procedures: procedures.to_vec(), steps: steps.to_vec() };
        Account {
            stand_ins: vec![StandIn { mandate, ..lent(Body::PpcChair, 600, None) }],
            ..account(1, None, &[], &[])
        }
    };
    let decides = |who: Account| refused(who, &deciding(), Action::Decide, RULE).is_none();
    assert!(decides(only(&[Procedure::OUTBOUND], &[])) && decides(only(&[], &[StepKind::Decide])));
    assert!(!decides(only(&[Procedure::INBOUND], &[])) && !decides(only(&[], &[StepKind::Appraise])));
    // A seat that has ended, or has not begun, is none.
    let ended = |from: &str, to: Option<&str>| {
        let held =
            Dated { what: Body::PpcChair, valid_from: from.parse().unwrap(), valid_to: to.map(|d| d.parse().unwrap()) };
        Account { seats: vec![held], ..account(1, None, &[], &[]) }
    };
    assert!(decides(ended("2026-03-02", None)) && decides(ended("2026-01-01", Some("2026-03-03"))));
    assert!(!decides(ended("2026-03-03", None)) && !decides(ended("2026-01-01", Some("2026-03-02"))));
}
