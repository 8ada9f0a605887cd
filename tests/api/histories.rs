//! Laws of figures over histories of acts drawn at random: their order is of no matter, facts derived again are the stored
//! ones, and what a frozen report differs by is explained by its corrections.

use kernel::procedure::Procedure;
use kernel::time::Period;
use ngoaivu::db::Conn;
use ngoaivu::procedures;
use ngoaivu::procedures::register::registers;
use ngoaivu::statistics::columns::FactColumns;
use ngoaivu::statistics::count::count_in;
use ngoaivu::statistics::dimension::{DateBasis, Dimension};
use ngoaivu::statistics::fact::Fact;
use ngoaivu::statistics::kept_facts::KeptFacts;
use ngoaivu::statistics::selection::Selection;
use ngoaivu::statistics::store as facts;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::world::{World, decision};

/// Histories a law is tried on.
const TRIED: usize = 4;
/// Dossiers of one history.
const DOSSIERS: usize = 5;

/// What becomes of a dossier, act by act; each begins as a draft.
const LIVES: &[(&str, &[&str])] = &[
    ("trip", &["submit", "appraise", "approve"]),
    ("trip", &["submit", "appraise", "approve", "cancel"]),
    ("trip", &["submit", "appraise", "approve", "depart"]),
    ("trip", &["submit", "appraise", "reject"]),
    ("trip", &["submit"]),
    ("visit", &["submit", "appraise", "opine", "approve", "arrive"]),
    ("visit", &["submit", "appraise", "opine", "approve"]),
    ("visit", &["submit", "appraise", "opine", "approve", "cancel"]),
    ("visit", &["submit", "withdraw"]),
    ("trip", &[]),
    ("trip", &["ask-signature"]),
    ("trip", &["submit", "appraise", "approve", "depart", "return"]),
    ("visit", &["submit", "supplement"]),
];

/// Lives of a history, and the order in which they go on: each number is the dossier that takes its next act.
pub type History = (Vec<usize>, Vec<usize>);

pub fn histories(seed: u8) -> Vec<History> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = proptest::collection::vec(0..LIVES.len(), DOSSIERS).prop_flat_map(|lives| {
        let turns: Vec<usize> =
            lives.iter().enumerate().flat_map(|(at, life)| vec![at; LIVES[*life].1.len()]).collect();
        (Just(lives), Just(turns).prop_shuffle())
    });
    (0..TRIED).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The draft of the n-th dossier: days of its own, so that nobody is in two places.
async fn draft(w: &World, n: usize, kind: &str) -> String {
    let (from, to) =
        (format!("2026-0{}-{:02}", 3 + n / 3, 5 + 7 * (n % 3)), format!("2026-0{}-{:02}", 3 + n / 3, 8 + 7 * (n % 3)));
    if kind == "trip" {
        let mut trip = w.small_trip().await;
        trip["title"] = json!(format!("Đoàn {n}"));
        (trip["departure_date"], trip["return_date"]) = (json!(from), json!(to));
        (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!(from), json!(to));
        trip["stops"][0]["country"] = json!(["LA", "KR", "JP"][n % 3]);
        return w.draft(trip).await;
    }
    let mut visit = w.visit().await;
    visit["title"] = json!(format!("Đoàn {n}"));
    visit["programme"] = json!([]);
    (visit["arrival_date"], visit["departure_date"]) = (json!(from), json!(to));
    visit["headcount"] = json!(8 + n);
    w.draft_visit(visit).await
}

async fn step(w: &World, id: &str, kind: &str, step: &str, n: usize) {
    let (trip, day) = (kind == "trip", format!("2026-0{}-{:02}", 3 + n / 3, 6 + 7 * (n % 3)));
    let papers: &[&str] = if trip {
        &["request_letter", "invitation", "programme"]
    } else {
        &["request_letter", "guest_list", "programme"]
    };
    let decider = if trip { "director.snv" } else { "chair" };
    let (user, action, body): (&str, &str, Value) = match step {
        "submit" => {
            for paper in papers {
                let path = if trip { "outbound-delegations" } else { "inbound-delegations" };
                w.upload_to(path, "clerk.skhcn", id, paper, "a.pdf", b"%PDF-1.7\n").await.expect(201);
            }
            ("head.skhcn", "submit", json!({}))
        }
        "appraise" => ("officer.snv", "appraise", json!({"opinion": "favourable"})),
        "opine" => ("police", "give-opinion", json!({"opinion": "favourable"})),
        "approve" => (decider, "decide", decision("approve")),
        "reject" => (decider, "decide", decision("reject")),
        "cancel" => ("head.skhcn", "cancel", json!({"reason": "Bạn đổi lịch."})),
        "withdraw" => ("head.skhcn", "withdraw", json!({"reason": "Thôi."})),
        "ask-signature" => ("clerk.skhcn", "request-signature", json!({})),
        "supplement" => ("officer.snv", "request-supplement", json!({"missing": [papers[1]], "note": "Thiếu."})),
        "return" => ("clerk.skhcn", "record-return", json!({"on": day})),
        "depart" => ("clerk.skhcn", "record-departure", json!({"on": day})),
        "arrive" => ("clerk.skhcn", "record-arrival", json!({"on": day, "headcount": 7 + n})),
        other => panic!("{other}"),
    };
    let answer = if trip { w.act(user, id, action, body).await } else { w.act_in(user, id, action, body).await };
    answer.expect(200);
}

/// Lives through a history, its acts in this order; gives the collections and ids of its dossiers.
pub async fn live(w: &World, lives: &[usize], turns: &[usize]) -> Vec<(&'static str, String)> {
    w.advance_days(120);
    let mut ids = Vec::new();
    for (n, life) in lives.iter().enumerate() {
        ids.push(draft(w, n, LIVES[*life].0).await);
    }
    let mut taken = vec![0; lives.len()];
    for at in turns {
        let (kind, steps) = LIVES[lives[*at]];
        step(w, &ids[*at], kind, steps[taken[*at]], *at).await;
        taken[*at] += 1;
    }
    let path = |life: &usize| if LIVES[*life].0 == "trip" { "outbound-delegations" } else { "inbound-delegations" };
    lives.iter().map(path).zip(ids).collect()
}

/// Every figure, without what differs from world to world: ids of agencies, and the version of the data.
async fn figures(w: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for what in ["outbound", "inbound"] {
        for by in ["country", "month", "purpose", "reception_level", "country,month"] {
            let mut answer = w
                .get("stats", &format!("/statistics/{what}?year=2026&by={by}&measures=days,cost"))
                .await
                .expect(200)
                .json();
            answer["data_version"] = Value::Null;
            all.push(answer);
        }
    }
    all
}

fn stored(conn: &mut Conn) -> ngoaivu::error::Result<Vec<Fact>> {
    let days = Period { from: "1990-01-01".parse().unwrap(), to: "2100-12-31".parse().unwrap() };
    let mut all = facts::in_period(conn, Procedure::OUTBOUND, days, DateBasis::Travel)?;
    all.extend(facts::in_period(conn, Procedure::INBOUND, days, DateBasis::Travel)?);
    Ok(all)
}

on_both! {
    async fn totals_do_not_depend_on_the_order_of_acts(w) {
        let mut w = Some(w);
        for (lives, turns) in histories(1).into_iter().take(2) {
            // One dossier after the other, in a world of its own on SQLite, against all at once in this one.
            let mut orderly = turns.clone();
            orderly.sort_unstable();
            let here = match w.take() {
                Some(world) => world,
                None => World::sqlite().await,
            };
            live(&here, &lives, &turns).await;
            let there = World::sqlite().await;
            live(&there, &lives, &orderly).await;
            assert_eq!(figures(&here).await, figures(&there).await, "{lives:?} {turns:?}");
        }
    }

    async fn facts_derived_again_are_the_stored_ones_after_any_history(w) {
        let mut w = Some(w);
        for (lives, turns) in histories(2) {
            let world = match w.take() {
                Some(world) => world,
                None => World::sqlite().await,
            };
            live(&world, &lives, &turns).await;
            let before = world.house.db.read_now(stored).unwrap();
            let counted = world.house.db.write_now(|conn| procedures::rebuild_facts(conn, &registers())).unwrap();
            assert_eq!(world.house.db.read_now(stored).unwrap(), before, "{lives:?} {turns:?}");
            assert_eq!(counted, before.len());
            // And from nothing, not only on top of what is there.
            world.house.db.write_now(|conn| { facts::clear(conn, Procedure::OUTBOUND)?; facts::clear(conn, Procedure::INBOUND) }).unwrap();
            world.house.db.write_now(|conn| procedures::rebuild_facts(conn, &registers())).unwrap();
            assert_eq!(world.house.db.read_now(stored).unwrap(), before, "{lives:?} {turns:?}");
        }
    }

    async fn facts_in_memory_follow_every_act(w) {
        let kept = KeptFacts::default();
        let follows = |w: &World| {
            let kept = kept.clone();
            let counted = |facts: FactColumns| {
                let all = Selection::whole(facts, DateBasis::Travel);
                count_in(&all, &[Dimension::Country, Dimension::Month], &Default::default())
            };
            let (here, there) =
                w.house.db.read_now(move |conn| Ok((kept.of_snapshot(conn)?, facts::all(conn)?))).unwrap();
            assert_eq!(counted((*here).clone()), counted(there));
            here.facts().count()
        };
        w.advance_days(120);
        let mut most = 0;
        for (lives, turns) in histories(4).into_iter().take(1) {
            let mut ids = Vec::new();
            for (n, life) in lives.iter().enumerate() {
                ids.push(draft(&w, n, LIVES[*life].0).await);
            }
            let mut taken = vec![0; lives.len()];
            for at in turns {
                let (kind, steps) = LIVES[lives[at]];
                step(&w, &ids[at], kind, steps[taken[at]], at).await;
                taken[at] += 1;
                most = most.max(follows(&w));
            }
        }
        assert!(most > 1, "{most}");
        w.house.db.write_now(|conn| { facts::clear(conn, Procedure::OUTBOUND)?; facts::clear(conn, Procedure::INBOUND) }).unwrap();
        assert_eq!(follows(&w), 0);
        w.house.db.write_now(|conn| procedures::rebuild_facts(conn, &registers())).unwrap();
        assert!(follows(&w) > 1);
        // What a transaction wrote and took back was never there.
        let undone = w.house.db.write_now(|conn| {
            facts::clear(conn, Procedure::INBOUND)?;
            facts::clear(conn, Procedure::OUTBOUND)?;
            Err::<(), _>(ngoaivu::error::not_found())
        });
        assert!(undone.is_err() && follows(&w) > 1);
    }

    async fn freeze_correct_reopen_explains_every_difference(w) {
        let mut w = Some(w);
        let mut explained = 0;
        for (lives, turns) in histories(3) {
            let world = match w.take() {
                Some(world) => world,
                None => World::sqlite().await,
            };
            // Frozen half-way through the history: the rest of it are corrections.
            world.advance_days(120);
            let mut ids = Vec::new();
            for (n, life) in lives.iter().enumerate() {
                ids.push(draft(&world, n, LIVES[*life].0).await);
            }
            let mut taken = vec![0; lives.len()];
            let mut report = Value::Null;
            for (turn, at) in turns.iter().enumerate() {
                if turn == turns.len() / 2 {
                    report = world.post("officer.snv", "/reports", json!({"kind": "annual", "year": 2026})).await.expect(201).json();
                }
                let (kind, steps) = LIVES[lives[*at]];
                step(&world, &ids[*at], kind, steps[taken[*at]], *at).await;
                taken[*at] += 1;
            }
            if report.is_null() {
                continue;
            }
            let path = format!("/reports/{}", report["id"].as_str().unwrap());
            let opened = world.get("officer.snv", &path).await.expect(200).json();
            assert_eq!((&opened["tables"], &opened["hash"]), (&report["tables"], &report["hash"]));
            for what in ["outbound", "inbound"] {
                let live = world.get("stats", &format!("/statistics/{what}?year=2026")).await.expect(200).json()["total"].clone();
                assert_eq!((&opened["now"][what]["visits"], &opened["now"][what]["delegations"]), (&live["visits"], &live["delegations"]));
                let rows = opened["tables"][0]["rows"].as_array().unwrap();
                let frozen = rows.iter().find(|r| r["key"] == what).unwrap();
                let own: Vec<&Value> = opened["corrections"].as_array().unwrap().iter().filter(|c| c["procedure"] == what).collect();
                let visits = |side: &Value| side["visits"].as_i64().unwrap_or(0);
                let more: i64 = own.iter().map(|c| visits(&c["after"]) - visits(&c["before"])).sum();
                assert_eq!(live["visits"].as_i64().unwrap() - frozen["visits"].as_i64().unwrap(), more, "{lives:?} {turns:?}");
                let more: i64 = own.iter().map(|c| i64::from(!c["after"].is_null()) - i64::from(!c["before"].is_null())).sum();
                assert_eq!(live["delegations"].as_i64().unwrap() - frozen["delegations"].as_i64().unwrap(), more, "{lives:?} {turns:?}");
                explained += own.len();
                // Each names its record and the acts that brought it about.
                assert!(own.iter().all(|c| c["title"].is_string() && !c["acts"].as_array().unwrap().is_empty()), "{own:?}");
            }
        }
        assert!(explained >= TRIED, "{explained} corrections are too few to prove anything");
    }
}
