//! Laws of the law book and of the flow, tried at random: the order of members and stops is of no matter, everything
//! cites, a pack with faults loads nothing, and no path through the acts skips a step or decides twice.

use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Bloc, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use regulation::SHIPPED;
use regulation::assess::{Assessment, assess};
use regulation::book::{Book, load};
use regulation::case::{Case, Matter, PassportFacts, StopDays, Traveller, TripCase};
use serde_json::{Value, json};

use crate::world::{World, decision};

fn runner(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

fn book() -> Book {
    regulation::shipped().unwrap()
}

const LEVELS: [PostLevel; 7] = [
    PostLevel::ProvincialSecretary,
    PostLevel::PpcChair,
    PostLevel::PpcViceChair,
    PostLevel::DepartmentHead,
    PostLevel::CommuneChair,
    PostLevel::DivisionHead,
    PostLevel::Staff,
];
const MANAGED: [ManagedBy; 4] = [ManagedBy::Central, ManagedBy::PartyStandingBoard, ManagedBy::Ppc, ManagedBy::Agency];

fn traveller() -> impl Strategy<Value = Traveller> {
    (0..LEVELS.len(), 0..MANAGED.len(), any::<[bool; 6]>(), 0i64..4, 0u8..3, 0u8..3).prop_map(
        |(level, managed, flags, missions, place, kin)| Traveller {
            reference: String::new(),
            role: MemberRole::Member,
            post_level: LEVELS[level],
            managed_by: MANAGED[managed],
            personnel: Personnel::CivilServant,
            bloc: if flags[0] { Bloc::State } else { Bloc::Party },
            party_member: flags[1],
            provincial_committee_member: flags[2],
            key_leader: flags[3],
            locality: format!("unit-{place}"),
            unit: None,
            under_discipline: flags[4] && flags[5],
            missions_this_year: missions,
            relative_of: (kin == 0).then(|| "t0".to_owned()),
            passport: flags[5].then(|| PassportFacts {
                kind: PassportKind::Official,
                expires_on: Day::from_ymd_opt(2026, 9, 1).unwrap(),
            }),
            grade_stated: flags[0],
            opinions_lacking: flags[2],
            overlapping: Vec::new(),
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let stops = proptest::collection::vec((0usize..4, 1i64..5), 1..5);
    let people = proptest::collection::vec(traveller(), 1..9);
    (people, stops, any::<[bool; 4]>()).prop_map(|(mut travellers, stops, flags)| {
        for (at, t) in travellers.iter_mut().enumerate() {
            t.reference = format!("t{at}");
        }
        travellers[0].role = MemberRole::Head;
        let private = flags[0];
        let begins = Day::from_ymd_opt(2026, 6, 1).unwrap();
        let stops: Vec<StopDays> = stops
            .iter()
            .map(|(c, days)| StopDays { country: ["KR", "JP", "LA", "TH"][*c].into(), days: *days })
            .collect();
        Case {
            procedure: if private { Procedure::PRIVATE_TRAVEL } else { Procedure::OUTBOUND },
            received_on: Day::from_ymd_opt(2026, 5, 4).unwrap(),
            begins,
            ends: begins + chrono::Duration::days(stops.iter().map(|s| s.days).sum::<i64>() - 1),
            documents: Default::default(),
            unknown: Default::default(),
            matter: Matter::Trip(TripCase {
                purpose: if private { Purpose::Private } else { Purpose::Official },
                funding: [if flags[1] { FundingSource::Host } else { FundingSource::ProvincialBudget }]
                    .into_iter()
                    .collect(),
                in_plan: flags[2],
                reminders_unanswered: 0,
                enterprise_invites_by_name: flags[3],
                stops,
                travellers,
            }),
        }
    })
}

fn cited(answer: &Assessment) -> bool {
    let cites = |c: &str| !c.trim().is_empty();
    answer.findings.iter().all(|f| cites(&f.citation) && !f.detail.vi.is_empty() && !f.detail.en.is_empty())
        && answer.decider.iter().all(|d| cites(&d.citation))
        && answer.steps.iter().all(|s| cites(&s.citation))
        && answer.consents.iter().all(|c| cites(&c.citation) && !c.travellers.is_empty())
        && answer.dossier.iter().all(|p| cites(&p.citation))
        && answer.obligations.iter().all(|o| cites(&o.citation))
}

#[test]
fn under_every_text_the_order_of_members_and_stops_is_of_no_matter_and_everything_cites() {
    let (book, calendar) = (book(), regulation::holidays::calendar(None).unwrap());
    let mut runner = runner(7);
    let mut findings = 0;
    for _ in 0..60 {
        let one = case().new_tree(&mut runner).unwrap().current();
        let mut other = one.clone();
        let Matter::Trip(trip) = &mut other.matter else { unreachable!() };
        trip.travellers = Just(trip.travellers.clone()).prop_shuffle().new_tree(&mut runner).unwrap().current();
        trip.stops = Just(trip.stops.clone()).prop_shuffle().new_tree(&mut runner).unwrap().current();
        for pack in book.latest() {
            let law = book.by_code(&pack.code, one.received_on).unwrap();
            let answer = assess(&law, &one, &calendar);
            assert!(cited(&answer), "{} {answer:#?}", pack.code);
            assert_eq!(answer, assess(&law, &other, &calendar), "{}", pack.code);
            findings += answer.findings.len();
        }
    }
    assert!(findings > 1_000, "{findings} findings are too few to prove anything");
}

#[test]
fn a_pack_with_any_line_gone_loads_whole_or_names_its_faults() {
    let book = book();
    let latest = book.latest();
    let known: Vec<_> = latest.iter().map(|p| p.as_ref()).collect();
    let (mut good, mut bad) = (0, 0);
    for (code, source) in SHIPPED.iter().filter(|(code, _)| ["mau", "an-giang-2017", "da-nang-2025"].contains(code)) {
        let lines: Vec<&str> = source.lines().collect();
        for gone in 0..lines.len() {
            let rest: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, l)| *l).collect();
            let others: Vec<_> = known.iter().copied().filter(|p| p.code != *code).collect();
            match load(&rest.join("\n"), &others) {
                Ok(_) => good += 1,
                Err(faults) => {
                    assert!(
                        !faults.is_empty() && faults.iter().all(|f| f.line <= lines.len() && !f.text.vi.is_empty()),
                        "{code} without line {}",
                        gone + 1
                    );
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 50 && bad > 200, "{good} {bad}");
}

const WHO: [&str; 8] =
    ["clerk.skhcn", "head.skhcn", "officer.snv", "office.vptu", "director.snv", "chair", "police", "custodian"];

/// Acts with bodies that fit; whether they are possible is for the dossier to say.
fn acts(people: &[String]) -> Vec<(&'static str, Value)> {
    let paper = |n: &str| json!({"number": n, "date": "2026-03-02"});
    let mut another = decision("approve");
    another["document"]["number"] = json!("77/QĐ-UBND");
    vec![
        ("submit", json!({})),
        ("request-supplement", json!({"missing": ["programme"], "note": "Thiếu."})),
        ("resubmit", json!({})),
        ("appraise", json!({"opinion": "favourable"})),
        ("consent", json!({"verdict": "agree", "document": paper("1-CV/TU")})),
        ("decide", decision("approve")),
        ("decide", another),
        ("decide", decision("reject")),
        ("amend", json!({"changes": {"return_date": "2026-03-26"}, "reason": "Rút ngắn."})),
        ("amend", json!({"changes": {"return_date": "2026-03-30"}, "reason": "Kéo dài."})),
        (
            "amend",
            json!({"changes": {"members": [{"official_id": people[2], "role": "head"}, {"official_id": people[1], "role": "member"}]}, "reason": "Thêm người."}),
        ),
        (
            "amend",
            json!({"changes": {"members": [{"official_id": people[2], "role": "head"},
                {"official_id": people[3], "role": "member", "relative_of": people[2]}]}, "reason": "Là người thân."}),
        ),
        ("withdraw", json!({"reason": "Đổi ý."})),
        ("postpone", json!({"reason": "Hoãn."})),
        (
            "resume",
            json!({"departure_date": "2026-03-24", "return_date": "2026-03-26", "stops": [{"country": "JP", "place": "Tokyo", "from": "2026-03-24", "to": "2026-03-26"}]}),
        ),
        ("cancel", json!({"reason": "Hủy."})),
        ("record-departure", json!({"on": "2026-03-02"})),
        ("record-return", json!({"on": "2026-03-02"})),
        ("submit-report", json!({"summary": "Tốt.", "results": []})),
        ("close", json!({})),
    ]
}

/// No dossier waits for nobody: every open step is offered to somebody; how many there are.
async fn someone_has_the_turn(w: &World, id: &str) -> usize {
    let seen = w.get("inspector", &format!("/outbound-delegations/{id}")).await;
    if seen.status != 200 {
        return 0;
    }
    let seen = seen.json();
    let open = seen["steps"].as_array().unwrap().iter().filter(|s| s["standing"] == "open");
    let kinds: Vec<String> = open.map(|s| s["kind"].as_str().unwrap().to_owned()).collect();
    let mut offered = Vec::new();
    for who in WHO {
        let his = w.get(who, &format!("/outbound-delegations/{id}")).await;
        if his.status == 200 {
            offered.extend(his.json()["allowed_actions"].as_array().unwrap().clone());
        }
    }
    for kind in &kinds {
        let act = match kind.as_str() {
            "propose" => "resubmit",
            "consult" => "give-opinion",
            same => same,
        };
        assert!(offered.iter().any(|o| o == act), "nobody is offered {act}: {seen}");
    }
    kinds.len()
}

#[actix_web::test]
async fn no_path_skips_a_step_decides_twice_or_leaves_an_end() {
    let mut runner = runner(11);
    let (mut decided, mut amended, mut ended, mut turns) = (0, 0, 0, 0);
    for walk in 0..16 {
        let w = World::sqlite().await;
        let people = w.officials("SKHCN").await;
        let id = w.draft(w.small_trip().await).await;
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        let acts = acts(&people);
        let tries = proptest::collection::vec((0..WHO.len(), 0..acts.len(), 0u8..12), 160)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let mut state = "draft".to_owned();
        for (who, what, dice) in tries {
            // Mostly what is possible, so that the walk gets somewhere; ends only now and then.
            let seen = w.get(WHO[who], &format!("/outbound-delegations/{id}")).await;
            let offered = if seen.status == 200 { seen.json()["allowed_actions"].clone() } else { json!([]) };
            let ends = |action: &str| {
                matches!(action, "withdraw" | "cancel" | "close" | "record-departure") || action.starts_with("request")
            };
            let fits: Vec<usize> = (0..acts.len())
                .filter(|a| {
                    offered.as_array().unwrap().iter().any(|o| o == acts[*a].0) && (dice > 10 || !ends(acts[*a].0))
                })
                .collect();
            let what = if dice > 2 && !fits.is_empty() {
                fits[what % fits.len()]
            } else if dice < 2 {
                what
            } else {
                continue;
            };
            if dice < 2 && ends(acts[what].0) && walk < 12 {
                continue;
            }
            // An account may only be refused, never make the server fail; and what is done shows in the state.
            let (action, body) = &acts[what];
            let before = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}")).await.expect(200);
            let answer = w.act_at(WHO[who], &id, action, &before.etag(), body.clone()).await;
            assert!(
                [200, 403, 404, 409, 412, 422].contains(&answer.status),
                "{} {action}: {}",
                WHO[who],
                answer.status
            );
            let told = before.json();
            let allowed = told["allowed_actions"].as_array().unwrap().iter().any(|a| a == action);
            if WHO[who] == "clerk.skhcn" {
                assert!(allowed || answer.status != 200, "{action} was done though it was not offered in {state}");
            }
            if ["closed", "rejected", "withdrawn", "cancelled"].contains(&state.as_str()) {
                assert_ne!(answer.status, 200, "{action} led out of {state}");
                ended += 1;
            }
            if answer.status == 200 {
                state = answer.json()["state"].as_str().unwrap().to_owned();
                turns += someone_has_the_turn(&w, &id).await;
            }
        }
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await;
        if history.status != 200 {
            assert_eq!(state, "draft", "walk {walk}");
            continue;
        }
        let history = history.json();
        // Rounds begin with submit, resubmit and amend; in each nobody acts twice in steps of two kinds, and one decides.
        let (mut round, mut appraised, mut decisions): (Vec<(String, String)>, bool, usize) = (Vec::new(), false, 0);
        let mut open_amendment = false;
        for item in history["items"].as_array().unwrap() {
            let (action, actor) =
                (item["action"].as_str().unwrap().to_owned(), item["actor"].as_str().unwrap().to_owned());
            match action.as_str() {
                "submit" | "resubmit" => {
                    (round, appraised, decisions) = (vec![(action.clone(), actor.clone())], false, 0)
                }
                "amend" => {
                    (round, decisions, open_amendment) = (vec![(action.clone(), actor.clone())], 0, true);
                    amended += 1;
                }
                "appraise" => appraised = true,
                "decide" => {
                    assert!(appraised || open_amendment, "decided without an appraisal");
                    decisions += 1;
                    decided += 1;
                    assert_eq!(decisions, 1, "decided twice in a round: {history}");
                }
                _ => continue,
            }
            assert_ne!(actor, "police");
            if action != "amend" {
                assert!(
                    round.iter().all(|(a, who)| *who != actor || a == "amend" || *a == action),
                    "{actor} took two steps"
                );
            }
            round.push((action, actor));
        }
    }
    let counted = (decided, amended, ended, turns);
    assert!(decided >= 6 && amended >= 3 && ended >= 50 && turns >= 40, "{counted:?} are too few to prove anything");
}
