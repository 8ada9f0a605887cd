//! One rule of who sees what: a dossier that can be opened is in lists, in the calendar, and in the inbox of whoever's
//! turn it is, who was also notified by mail. Tried on random histories, for every account.

use std::collections::BTreeSet;

use diesel::prelude::*;
use kernel::id::Id;
use ngoaivu::db::schema::deliveries;
use ngoaivu::jobs::fan_out;
use serde_json::{Value, json};

use crate::histories::{History, histories, live};
use crate::notices::{give_addresses, jobs};
use crate::world::World;

/// Actions that take a step of a dossier.
const STEPS: &[&str] = &["submit", "resubmit", "appraise", "give-opinion", "consent", "decide"];

/// Accounts whose rights come from several lines of the tables.
async fn more_accounts(w: &World) {
    let agency = w.agency("SKHCN").await;
    let since = "2026-03-02";
    for (username, roles, seats) in [
        ("clerk.custodian", json!(["clerk", "passport_custodian"]), json!([])),
        ("party.office", json!([]), json!(["party_office"])),
        ("commune.chair", json!([]), json!(["commune_chair"])),
        ("substitute", json!([]), json!([])),
    ] {
        let dated = |words: Value, key: &str| -> Value {
            words.as_array().unwrap().iter().map(|word| json!({key: word, "valid_from": since})).collect()
        };
        w.joins(json!({"username": username, "full_name": username, "agency_id": agency,
            "roles": dated(roles, "role"), "seats": dated(seats, "body")}))
            .await;
    }
    let users = w.get("admin", "/users?limit=200").await.expect(200).json();
    let substitute = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "substitute").unwrap();
    let body = json!({"to_user_id": substitute["id"], "body": "ppc_chair", "signed_as": "kt", "valid_from": "2026-03-02",
        "document_number": "4/UQ", "document_date": "2026-03-02", "scope": {"procedures": ["inbound"]}});
    w.post("chair", "/substitutions", body).await.expect(201);
}

async fn accounts(w: &World) -> Vec<(String, i64)> {
    let users = w.get("admin", "/users?limit=200").await.expect(200).json();
    let account =
        |u: &Value| (u["username"].as_str().unwrap().to_owned(), u["id"].as_str().unwrap().parse::<Id>().unwrap().0);
    users["items"].as_array().unwrap().iter().map(account).collect()
}

/// The ids that a list names, an empty set if the account may not read it at all.
async fn ids(w: &World, user: &str, path: &str, key: &str) -> BTreeSet<String> {
    let answer = w.get(user, path).await;
    if answer.status == 403 {
        return BTreeSet::new();
    }
    let items = answer.expect(200).json()["items"].clone();
    items.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

/// The dossiers of whose open steps an account was notified.
fn notified(w: &World, account: i64) -> BTreeSet<String> {
    let keys: Vec<String> = w
        .house
        .db
        .read_now(move |conn| {
            let own =
                deliveries::table.filter(deliveries::target_id.eq(account)).filter(deliveries::channel.eq("mail"));
            Ok(own.select(deliveries::dedup).load(conn)?)
        })
        .unwrap();
    let of = |key: &String| {
        let mut words = key.split(' ');
        let step = words.next() == Some("step");
        step.then(|| Id(words.next().unwrap().parse().unwrap()).to_string())
    };
    keys.iter().filter_map(of).collect()
}

async fn check(w: &World, (lives, turns): &History) {
    let dossiers = live(w, lives, turns).await;
    more_accounts(w).await;
    let accounts = accounts(w).await;
    // The administrator cannot change their own account, and has no dossiers.
    let names: Vec<&str> = accounts.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "admin").collect();
    give_addresses(w, &names).await;
    // Nothing is sent: the messages stay in the outbox.
    fan_out::run(&jobs(w, Some(1))).unwrap();
    let (mut seen, mut turns_taken) = (0, 0);
    for (user, account) in &accounts {
        let mut listed = BTreeSet::new();
        for path in ["outbound-delegations", "inbound-delegations"] {
            listed.extend(ids(w, user, &format!("/{path}?limit=200"), "id").await);
        }
        let inbox = ids(w, user, "/inbox?limit=200", "delegation_id").await;
        let calendar = ids(w, user, "/calendar?from=2026-01-01&to=2026-12-31", "delegation_id").await;
        let mut found = BTreeSet::new();
        for (path, id) in &dossiers {
            let answer = w.get(user, &format!("/{path}/{id}")).await;
            if answer.status != 200 {
                assert!(matches!(answer.status, 403 | 404), "{user}: {}", answer.status);
                continue;
            }
            found.insert(id.clone());
            let dossier = answer.json();
            let allowed = dossier["allowed_actions"].as_array().unwrap();
            if allowed.iter().any(|action| STEPS.iter().any(|step| action == step)) && dossier["state"] != "draft" {
                assert!(inbox.contains(id), "{user} may act on {dossier} and is not told");
            }
        }
        assert_eq!(listed, found, "{user} opens what is listed: {lives:?} {turns:?}");
        assert!(inbox.is_subset(&found), "{user}: {inbox:?} {found:?} {lives:?} {turns:?}");
        assert!(calendar.is_subset(&found), "{user}: {calendar:?} {found:?} {lives:?} {turns:?}");
        assert_eq!(notified(w, *account), inbox, "{user} is notified of what is in the inbox: {lives:?} {turns:?}");
        seen += found.len();
        turns_taken += inbox.len();
        check_duties(w, user).await;
    }
    assert!(seen > 0 && turns_taken > 0, "a history in which nobody sees anything proves nothing");
}

/// Duties that can be opened are the listed ones.
async fn check_duties(w: &World, user: &str) {
    let all = ids(w, "inspector", "/duties?limit=200", "id").await;
    let listed = ids(w, user, "/duties?limit=200", "id").await;
    let mut opened = BTreeSet::new();
    for id in all {
        if w.get(user, &format!("/duties/{id}")).await.status == 200 {
            opened.insert(id);
        }
    }
    assert_eq!(listed, opened, "{user}");
}

on_both! {
    async fn what_is_found_is_listed_and_what_is_in_the_inbox_was_mailed(w) {
        let mut w = Some(w);
        for (lives, mut turns) in histories(7) {
            let world = match w.take() {
                Some(world) => world,
                None => World::sqlite().await,
            };
            // Stopped half-way, so that steps are open.
            turns.truncate(turns.len() * 2 / 3);
            check(&world, &(lives, turns)).await;
        }
    }

    async fn a_clerk_who_also_keeps_passports_sees_the_duties_of_their_own_agency(w) {
        more_accounts(&w).await;
        let id = w.approved(w.small_trip().await).await;
        w.advance_days(20);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-16"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-20"})).await.expect(200);
        let own = ids(&w, "clerk.skhcn", "/duties", "id").await;
        assert!(!own.is_empty());
        assert_eq!(ids(&w, "clerk.custodian", "/duties", "id").await, own);
        check_duties(&w, "clerk.custodian").await;
        let other = w.agency("SYT").await;
        assert_eq!(ids(&w, "clerk.custodian", &format!("/duties?agency_id={other}"), "id").await, BTreeSet::new());
    }
}
