//! Units that are renamed, merged, split and transferred: who goes on with their work, and under whose name they count.

use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::words::Purpose;
use ngoaivu::statistics::fact::{Fact, Share};
use ngoaivu::statistics::store;
use serde_json::{Value, json};

use crate::world::World;

async fn unit(w: &World, code: &str, name: &str, parent: Option<&str>) -> String {
    let body = json!({"code": code, "name": name, "bloc": "state", "valid_from": "2000-01-01", "parent_id": parent});
    w.post("admin", "/agencies", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn change(w: &World, kind: &str, on: &str, from: &[&str], to: Value) -> Value {
    let body =
        json!({"kind": kind, "on": on, "from": from, "to": to, "document": {"number": "05/NQ-HĐND", "date": on}});
    w.post("officer.snv", "/agency-changes", body).await.expect(201).json()
}

/// What two people of a unit count for who went to Laos.
fn mission(w: &World, id: i64, unit: &str, day: &str) {
    let (agency_id, travel_date) = (unit.parse::<Id>().unwrap().0, day.parse().unwrap());
    let share = |person| Share { agency_id, country: Some("LA".into()), person, heads: 1 };
    let fact = Fact {
        delegation_id: id,
        procedure: Procedure::OUTBOUND,
        travel_date,
        decided_on: travel_date,
        days: 3,
        purpose: Some(Purpose::Official),
        field: None,
        funding: Vec::new(),
        leader_level: None,
        in_plan: false,
        reception_level: None,
        channel: None,
        waived: false,
        shares: vec![share(id * 10), share(id * 10 + 1)],
    };
    w.house.db.write_now(move |conn| store::replace(conn, id, Some(&fact))).unwrap();
    // What a procedure's route does after its commit.
    w.house.answers.touch();
}

/// Total visits, and visits by the names of units.
async fn by_unit(w: &World, view: &str) -> (i64, Vec<(String, i64)>, Vec<String>) {
    let path = format!("/statistics/outbound?from=2024-01-01&to=2026-12-31&by=agency&agency_view={view}");
    let figures = w.get("stats", &path).await.expect(200).json();
    let mut rows: Vec<(String, i64)> = figures["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["label"].as_str().unwrap().to_owned(), r["visits"].as_i64().unwrap()))
        .collect();
    rows.sort();
    let notes = figures["notes"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap().to_owned());
    (figures["total"]["visits"].as_i64().unwrap(), rows, notes.collect())
}

fn rows(all: &[(&str, i64)]) -> Vec<(String, i64)> {
    all.iter().map(|(name, visits)| ((*name).to_owned(), *visits)).collect()
}

on_both! {
    async fn a_unit_merged_with_its_own_parent_does_not_stand_below_itself(w) {
        let unit = w.agency("SKHCN").await;
        let parent = w.get("admin", &format!("/agencies/{unit}")).await.json()["parent_id"].as_str().unwrap().to_owned();
        let above = w.get("admin", &format!("/agencies/{parent}")).await.json()["parent_id"].clone();
        let made = change(&w, "merge", "2026-03-02", &[&unit, &parent], json!([{"code": "GOP", "name": "Cơ quan gộp"}])).await;
        let merged = made["to"][0]["id"].as_str().unwrap();
        assert_eq!(w.get("admin", &format!("/agencies/{merged}")).await.expect(200).json()["parent_id"], above);
    }

    async fn figures_of_the_2025_mergers_hold_in_all_three_views(w) {
        let province = unit(&w, "PT", "UBND tỉnh Phú Thọ (cũ)", None).await;
        let second = unit(&w, "VP", "UBND tỉnh Vĩnh Phúc", None).await;
        let third = unit(&w, "HB", "UBND tỉnh Hòa Bình", None).await;
        let finance = unit(&w, "STC", "Sở Tài chính (cũ)", Some(&province)).await;
        let planning = unit(&w, "SKHDT", "Sở Kế hoạch và Đầu tư", Some(&province)).await;
        let labour = unit(&w, "SLDTBXH", "Sở Lao động", Some(&province)).await;
        let ethnic = unit(&w, "BDT", "Ban Dân tộc", Some(&province)).await;
        for (id, of) in [(1, &finance), (2, &planning), (3, &labour), (4, &ethnic), (5, &province), (6, &second)] {
            mission(&w, id, of, "2024-05-06");
        }
        // Departments on 1 March, provinces on 1 July 2025.
        let made = change(&w, "merge", "2025-03-01", &[&finance, &planning], json!([{"code": "STC", "name": "Sở Tài chính"}])).await;
        let merged = made["to"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!((&made["from"][0]["valid_to"], &made["to"][0]["valid_from"], &made["to"][0]["parent_id"]), (&json!("2025-03-01"), &json!("2025-03-01"), &json!(province)));
        change(&w, "rename", "2025-03-01", &[&ethnic], json!([{"code": "SDTTG", "name": "Sở Dân tộc và Tôn giáo"}])).await;
        change(&w, "split", "2025-03-01", &[&labour], json!([{"code": "SNV-LD", "name": "Sở Nội vụ"}, {"code": "SYT-XH", "name": "Sở Y tế (xã hội)"}])).await;
        let united = change(&w, "merge", "2025-07-01", &[&province, &second, &third], json!([{"code": "PT", "name": "UBND tỉnh Phú Thọ"}])).await;
        let united = united["to"][0]["id"].as_str().unwrap();
        // The departments below go over to the new province.
        assert_eq!(w.get("admin", &format!("/agencies/{merged}")).await.json()["parent_id"], united);
        mission(&w, 7, &merged, "2026-02-03");

        let (total, as_reported, notes) = by_unit(&w, "as_reported").await;
        assert_eq!((total, notes), (14, vec![]));
        assert_eq!(as_reported, rows(&[("Ban Dân tộc", 2), ("Sở Kế hoạch và Đầu tư", 2), ("Sở Lao động", 2), ("Sở Tài chính", 2), ("Sở Tài chính (cũ)", 2), ("UBND tỉnh Phú Thọ (cũ)", 2), ("UBND tỉnh Vĩnh Phúc", 2)]));
        let (total, current, notes) = by_unit(&w, "current").await;
        // Who was split stays as reported: no half is guessed.
        assert_eq!((total, notes), (14, vec!["units_not_attributed".to_owned()]));
        assert_eq!(current, rows(&[("Sở Dân tộc và Tôn giáo", 2), ("Sở Lao động", 2), ("Sở Tài chính", 6), ("UBND tỉnh Phú Thọ", 4)]));
        let (total, then, notes) = by_unit(&w, "on:2024-06-30").await;
        assert_eq!((total, notes), (14, vec!["units_not_attributed".to_owned()]));
        assert_eq!(then, as_reported);
        let (total, spring, _) = by_unit(&w, "on:2025-04-01").await;
        assert_eq!((total, spring), (14, rows(&[("Sở Dân tộc và Tôn giáo", 2), ("Sở Lao động", 2), ("Sở Tài chính", 6), ("UBND tỉnh Phú Thọ (cũ)", 2), ("UBND tỉnh Vĩnh Phúc", 2)])));
        // A delegation dated after the end of its unit is not passed over without a word.
        mission(&w, 8, &finance, "2026-04-07");
        let (_, _, notes) = by_unit(&w, "as_reported").await;
        assert_eq!(notes, ["units_ended"]);
        let told = w.get("stats", "/statistics/outbound?year=2026&by=agency").await.json()["notes"][0]["detail"].clone();
        assert!(told.as_str().unwrap().contains("Sở Tài chính (cũ) (nay là Sở Tài chính)"), "{told}");
        assert!(!by_unit(&w, "current").await.2.contains(&"units_ended".to_owned()));
        let one = w.get("stats", &format!("/statistics/outbound?year=2024&agency_view=current&agency_id={merged}")).await.json();
        assert_eq!(one["total"]["visits"], 4);
        w.get("stats", "/statistics/outbound?agency_view=yesterday").await.refused(400, "invalid_query");
    }

    async fn whoever_works_for_the_unit_that_follows_goes_on_with_its_work(w) {
        let (skhcn, syt) = (w.agency("SKHCN").await, w.agency("SYT").await);
        let approved = w.approved(w.small_trip().await).await;
        let draft = w.draft(w.small_trip_of(4).await).await;
        let etag = w.get("stats", "/statistics/outbound?year=2026&by=agency&agency_view=current").await.expect(200).etag();
        let made = change(&w, "merge", "2026-03-01", &[&skhcn, &syt], json!([{"code": "SKHYT", "name": "Sở Khoa học và Y tế"}])).await;
        assert_eq!((&made["accounts_moved"], &made["officials_moved"]), (&json!(4), &json!(12)));
        let united = made["to"][0]["id"].as_str().unwrap();
        for user in ["clerk.skhcn", "clerk.syt"] {
            assert_eq!(w.get(user, "/me").await.json()["agency_id"], united);
            let seen = w.get(user, "/outbound-delegations?count=true").await.json();
            assert_eq!(seen["total"], 2, "{user} sees what the old units left");
            assert_eq!(w.get(user, "/statistics/outbound?year=2026").await.json()["total"]["visits"], 2);
        }
        w.act("clerk.syt", &draft, "request-signature", json!({})).await.expect(200);
        assert_eq!(w.get("head.skhcn", "/inbox").await.json()["items"][0]["delegation_id"], draft.as_str());
        assert_eq!(w.trip("clerk.skhcn", &approved).await["requesting_agency_id"], skhcn.as_str());
        let again = World::request("GET", "/statistics/outbound?year=2026&by=agency&agency_view=current").insert_header(("If-None-Match", etag));
        let fresh = w.as_user("stats", again).await.expect(200).json();
        assert_eq!((&fresh["rows"][0]["key"], &fresh["rows"][0]["label"]), (&json!(united), &json!("Sở Khoa học và Y tế")));
        let listed = w.get("clerk.skhcn", "/agency-changes").await.expect(200).json();
        assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().unwrap().len()), (&made["id"], 1));
        assert_eq!(w.get("chair", &format!("/agency-changes/{}", made["id"].as_str().unwrap())).await.expect(200).json(), made);
        let trail = w.get("admin", "/audit?limit=200").await.json();
        assert!(trail["items"].as_array().unwrap().iter().any(|i| i["action"] == "change_agencies"));
    }

    async fn a_change_that_cannot_be_is_refused_with_every_fault_and_changes_nothing(w) {
        let (skhcn, syt) = (w.agency("SKHCN").await, w.agency("SYT").await);
        let document = json!({"number": "05/NQ-HĐND", "date": "2026-02-20"});
        let faults = async |user: &str, kind: &str, on: &str, from: Value, to: Value| {
            let body = json!({"kind": kind, "on": on, "from": from, "to": to, "document": document});
            let answer = w.post(user, "/agency-changes", body).await.expect(422).json();
            answer["errors"].as_array().unwrap().iter().map(|e| (e["pointer"].as_str().unwrap().to_owned(), e["code"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
        };
        let new = json!([{"code": "MOI", "name": "Sở mới"}]);
        let said = |all: &[(&str, &str)]| all.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect::<Vec<_>>();
        assert_eq!(faults("admin", "merge", "2026-03-01", json!([skhcn]), new.clone()).await, said(&[("/kind", "wrong_number_of_units")]));
        assert_eq!(faults("admin", "rename", "2027-03-01", json!([skhcn]), json!([{"code": "SYT", "name": "x"}])).await, said(&[("/on", "in_the_future"), ("/to/0/code", "code_in_use")]));
        assert_eq!(faults("admin", "merge", "1999-03-01", json!([skhcn, skhcn]), json!([{"code": "A", "name": "x", "parent_id": skhcn}])).await,
            said(&[("/from/0", "not_valid_then"), ("/from/1", "repeated"), ("/from/1", "not_valid_then"), ("/to/0/parent_id", "unknown_agency")]));
        assert_eq!(faults("admin", "split", "2026-03-01", json!(["01ke3m9p0005s"]), json!([{"code": "A", "name": "x"}, {"code": "A", "name": "y"}])).await,
            said(&[("/from/0", "unknown_agency"), ("/to/1/code", "repeated")]));
        let body = json!({"kind": "rename", "on": "2026-03-01", "from": [syt], "to": new, "document": document});
        w.post("clerk.skhcn", "/agency-changes", body.clone()).await.refused(403, "forbidden");
        assert_eq!(w.get("admin", &format!("/agencies/{syt}")).await.json()["valid_to"], Value::Null);
        w.post("admin", "/agency-changes", body.clone()).await.expect(201);
        // The same unit cannot end twice.
        assert_eq!(faults("admin", "rename", "2026-03-01", json!([syt]), json!([{"code": "KHAC", "name": "x"}])).await, said(&[("/from/0", "not_valid_then")]));
        w.get("admin", "/agency-changes/01ke3m9p0005s").await.refused(404, "not_found");
    }
}
