//! Private journeys: leave, opinions of cell and committee, deciders that each unit has of its own.

use serde_json::{Value, json};

use crate::world::{World, decision};

async fn journey(w: &World, code: &str, member: usize) -> Value {
    let people = w.officials(code).await;
    let mut trip = w.small_trip().await;
    trip["requesting_agency_id"] = json!(w.agency(code).await);
    trip["procedure"] = json!("private_travel");
    trip["purpose"] = json!("private");
    trip["funding"] = json!([{"source": "self"}]);
    trip.as_object_mut().unwrap().remove("inviting_party");
    trip["members"] = json!([{"official_id": people[member], "role": "head"}]);
    trip
}

/// The sample province, where the head of the unit – or the chair of the commune – decides for rank and file.
fn delegated(body: &str) -> String {
    let pack = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1);
    let (before, after) = pack.split_once("id = \"private-rank-and-file\"").unwrap();
    format!(
        "{before}id = \"private-rank-and-file\"{}",
        after.replacen("decider = \"dofa_director\"", &format!("decider = \"{body}\""), 1)
    )
}

async fn load(w: &World, body: &str) {
    let request = World::request("POST", "/regulations")
        .insert_header(("Content-Type", "application/toml"))
        .set_payload(delegated(body));
    w.as_user("rules", request).await.expect(201);
}

on_both! {
    async fn the_cell_and_the_committee_are_asked_and_leave_covers_the_journey(w) {
        let mut trip = journey(&w, "SKHCN", 1).await;
        trip["leave"] = json!({"kind": "annual", "from": "2026-03-24", "to": "2026-03-31"});
        let outside = w.post("clerk.skhcn", "/outbound-delegations", trip.clone()).await;
        assert_eq!(outside.faults(), [("/leave".to_owned(), "outside_leave".to_owned())]);
        trip["leave"]["from"] = json!("2026-03-20");
        let created = w.post("clerk.skhcn", "/outbound-delegations", trip).await.expect(201);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let lacking = async |w: &World| {
            let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
            asked["findings"].as_array().unwrap().iter().find(|f| f["code"] == "consent_missing").map(|f| f["severity"].clone())
        };
        assert_eq!(lacking(&w).await, Some(json!("warn")));
        let opinion = |level: &str, verdict: &str| json!({"level": level, "verdict": verdict, "document": {"number": "05-CV/CB", "date": "2026-03-01"}});
        let path = format!("/outbound-delegations/{id}");
        let told = json!({"party_opinions": [opinion("cell", "agree"), opinion("committee", "refuse")]});
        w.patch("clerk.skhcn", &path, "\"1\"", told).await.expect(200);
        assert_eq!(lacking(&w).await, Some(json!("warn")));
        let told = json!({"party_opinions": [opinion("cell", "agree"), opinion("committee", "agree")]});
        let seen = w.patch("clerk.skhcn", &path, "\"2\"", told).await.expect(200).json();
        assert_eq!(lacking(&w).await, None);
        // What was said of another member is not said of him.
        let people = w.officials("SKHCN").await;
        let of = |member: usize| { let mut o = opinion("committee", "agree"); o["official_id"] = json!(people[member]); o };
        let told = json!({"party_opinions": [opinion("cell", "agree"), of(3)]});
        let stranger = w.patch("clerk.skhcn", &path, "\"3\"", told).await;
        assert_eq!(stranger.faults(), [("/party_opinions/1/official_id".to_owned(), "unknown_member".to_owned())]);
        let told = json!({"party_opinions": [opinion("cell", "agree"), of(1)], "members": [{"official_id": people[1], "role": "head"}, {"official_id": people[0], "role": "member"}]});
        w.patch("clerk.skhcn", &path, "\"3\"", told).await.expect(200);
        assert_eq!(lacking(&w).await, Some(json!("warn")));
        assert_eq!((&seen["leave"]["kind"], &seen["party_opinions"][1]["level"]), (&json!("annual"), &json!("committee")));
        // An official trip has neither.
        let mut official = w.small_trip().await;
        official["leave"] = json!({"kind": "annual", "from": "2026-03-20", "to": "2026-03-31"});
        let refused = w.post("clerk.skhcn", "/outbound-delegations", official).await;
        assert_eq!(refused.faults(), [("/leave".to_owned(), "not_private".to_owned())]);
    }

    async fn private_journeys_count_only_where_figures_are_asked_for_by_procedure(w) {
        w.approved(w.small_trip().await).await;
        let id = w.draft(journey(&w, "SKHCN", 4).await).await;
        w.upload("clerk.skhcn", &id, "leave_application").await.expect(201);
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
        let total = w.get("stats", "/statistics/outbound?year=2026").await.expect(200).json()["total"]["delegations"].clone();
        let by_country = w.get("stats", "/statistics/outbound?year=2026&by=country").await.expect(200).json()["total"]["delegations"].clone();
        assert_eq!((total, by_country), (json!(1), json!(1)));
        let both = w.get("stats", "/statistics/outbound?year=2026&by=procedure").await.expect(200).json();
        let rows: Vec<Value> = both["rows"].as_array().unwrap().iter().map(|r| json!([r["key"], r["label"], r["delegations"], r["visits"]])).collect();
        assert_eq!(rows, [json!(["outbound", "Đoàn ra", 1, 2]), json!(["private_travel", "Việc riêng", 1, 1])]);
        assert_eq!(both["total"]["delegations"], 2);
        let opened = async |query: &str| {
            let found = w.get("officer.snv", &format!("/statistics/outbound/records?year=2026{query}")).await.expect(200).json();
            found["items"].as_array().unwrap().iter().map(|i| (i["counted"] == true, i["reason"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(opened("").await, [(true, "counted".into()), (false, "private_travel".into())]);
        assert_eq!(opened("&by=procedure&key=private_travel").await, [(true, "counted".into())]);
        // A frozen report counts missions.
        let report = w.post("officer.snv", "/reports", json!({"kind": "month", "year": 2026, "period": 3})).await.expect(201).json();
        assert_eq!(report["records"]["outbound"], 1);
    }

    async fn the_head_of_the_unit_decides_for_his_own_unit_alone(w) {
        load(&w, "agency_head").await;
        let id = w.draft(journey(&w, "SKHCN", 3).await).await;
        w.upload("clerk.skhcn", &id, "leave_application").await.expect(201);
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(asked["decider"]["body"], "agency_head");
        // Who decides does not propose.
        w.act("head.skhcn", &id, "submit", json!({})).await.refused(403, "separation_of_duties");
        let agency = w.agency("SKHCN").await;
        let etag = w.get("admin", &format!("/agencies/{agency}")).await.etag();
        w.patch("admin", &format!("/agencies/{agency}"), &etag, json!({"clerk_may_submit": true})).await.expect(200);
        w.act("clerk.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        // The head of another unit neither sees nor decides it.
        w.get("head.syt", &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        assert!(w.get("head.syt", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
        assert!(w.get("head.syt", "/outbound-delegations").await.json()["items"].as_array().unwrap().is_empty());
        let inbox = w.get("head.skhcn", "/inbox").await.json();
        assert_eq!((&inbox["items"][0]["delegation_id"], &inbox["items"][0]["step"]["kind"]), (&json!(id), &json!("decide")));
        w.act("head.skhcn", &id, "decide", decision("approve")).await.expect(200);
        // Nor does he decide on the people of another unit.
        let mut other = journey(&w, "SKHCN", 3).await;
        other["members"] = json!([{"official_id": w.officials("SYT").await[3], "role": "head"}]);
        let other = w.draft(other).await;
        w.upload("clerk.skhcn", &other, "leave_application").await.expect(201);
        let refused = w.act("clerk.skhcn", &other, "submit", json!({})).await;
        assert_eq!(refused.faults(), [("/members/0/official_id".to_owned(), "another_unit".to_owned())]);
        let paper = w.post("head.skhcn", "/papers", json!({"delegation_id": id, "kind": "permission"})).await.expect(201).json();
        assert_eq!(paper["agency_id"], agency.as_str());
    }

    async fn the_chair_of_a_commune_decides_for_his_commune_alone(w) {
        load(&w, "commune_chair").await;
        let mut chairs = Vec::new();
        for code in ["SKHCN", "SYT"] {
            let name = format!("chair.{}", code.to_lowercase());
            let account = json!({"username": name, "full_name": "Chủ tịch xã", "agency_id": w.agency(code).await, "seats": [{"body": "commune_chair"}]});
            w.joins(account).await;
            chairs.push(name);
        }
        let id = w.draft(journey(&w, "SKHCN", 3).await).await;
        w.upload("clerk.skhcn", &id, "leave_application").await.expect(201);
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let sees = async |w: &World, who: &str| {
            let listed = w.get(who, "/outbound-delegations").await.expect(200).json()["items"].as_array().unwrap().len();
            let inbox = w.get(who, "/inbox").await.expect(200).json()["items"].as_array().unwrap().len();
            (w.get(who, &format!("/outbound-delegations/{id}")).await.status, listed, inbox)
        };
        assert_eq!((sees(&w, &chairs[0]).await, sees(&w, &chairs[1]).await), ((200, 1, 1), (404, 0, 0)));
        w.act(&chairs[1], &id, "decide", decision("approve")).await.refused(404, "not_found");
        w.act(&chairs[0], &id, "decide", decision("approve")).await.expect(200);
    }
}
