//! The annual plan: proposed, put together, approved, adjusted, drawn upon, and set against what came of it.

use serde_json::{Value, json};

use crate::pages::browser::Browser;
use crate::world::{Answer, World};

async fn propose(w: &World, user: &str, agency: &str, more: Value) -> Answer {
    let mut item = json!({"agency_id": w.agency(agency).await, "title": "Học tập chuyển đổi số", "month": 3, "countries": ["KR"],
        "purpose": "study_visit", "headcount": 8, "funding_source": "provincial_budget", "budget": {"amount": 500_000_000, "currency": "VND"}});
    for (field, value) in more.as_object().unwrap() {
        item[field] = value.clone();
    }
    w.post(user, "/plans/2026/items", item).await
}

async fn act(w: &World, user: &str, action: &str, body: Value) -> Answer {
    let etag = w.get("officer.snv", "/plans/2026").await.expect(200).etag();
    let path = format!("/plans/2026/{action}");
    w.as_user(user, World::request("POST", &path).insert_header(("If-Match", etag)).set_json(body)).await
}

fn paper(number: &str) -> Value {
    json!({"body": "ppc_chair", "document": {"number": number, "date": "2026-01-06"}})
}

async fn approved(w: &World) -> String {
    let id = propose(w, "clerk.skhcn", "SKHCN", json!({})).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    act(w, "officer.snv", "consolidate", json!({})).await.expect(200);
    act(w, "chair", "approve", paper("02/KH-UBND")).await.expect(200);
    id
}

async fn item(w: &World, id: &str) -> Answer {
    w.get("officer.snv", &format!("/plans/2026/items/{id}")).await.expect(200)
}

async fn findings(w: &World, id: &str) -> Vec<String> {
    let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
    asked["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn an_item_is_chosen_by_its_name_on_a_page(w) {
        let item = approved(&w).await;
        let id = w.draft(w.study_visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/outbound-delegations/{id}/edit/journey");
        let mut form = clerk.get(&edit).await.form("/edit/journey");
        form.fill("/plan_item_id", "khong co muc nay");
        assert_eq!(clerk.send(&form).await.status, 422);
        form.fill("/plan_item_id", "chuyen doi so");
        assert_eq!(clerk.send(&form).await.status, 200);
        assert_eq!(w.trip("clerk.skhcn", &id).await["plan_item_id"], item);
        assert!(clerk.get(&edit).await.text.contains("Học tập chuyển đổi số (2026)"));
        assert!(!clerk.get(&format!("/outbound-delegations/{id}")).await.text.contains(&item));
    }

    async fn a_plan_is_proposed_put_together_approved_and_adjusted(w) {
        let empty = w.get("clerk.skhcn", "/plans/2026").await.expect(200);
        assert_eq!((empty.json()["state"].as_str(), empty.etag().as_str()), (Some("draft"), "\"0\""));
        let one = propose(&w, "clerk.skhcn", "SKHCN", json!({})).await.expect(201);
        let one_id = one.json()["id"].as_str().unwrap().to_owned();
        let other = propose(&w, "head.syt", "SYT", json!({"title": "Y tế", "countries": ["LA"]})).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        propose(&w, "clerk.skhcn", "SYT", json!({})).await.refused(403, "forbidden");
        // Each agency sees its own; DOFA and bodies all.
        let seen = async |w: &World, user: &str| w.get(user, "/plans/2026/items").await.expect(200).json()["items"].as_array().unwrap().len();
        assert_eq!((seen(&w, "clerk.skhcn").await, seen(&w, "officer.snv").await, seen(&w, "chair").await), (1, 2, 2));
        w.get("clerk.skhcn", &format!("/plans/2026/items/{other}")).await.refused(404, "not_found");
        w.get("stats", "/plans/2026/items").await.refused(403, "forbidden");

        act(&w, "chair", "approve", paper("02/KH-UBND")).await.refused(409, "not_possible_in_state");
        act(&w, "clerk.skhcn", "consolidate", json!({})).await.refused(403, "forbidden");
        act(&w, "officer.snv", "consolidate", json!({})).await.expect(200);
        propose(&w, "clerk.skhcn", "SKHCN", json!({})).await.refused(409, "not_possible_in_state");
        let etag = item(&w, &other).await.etag();
        let path = format!("/plans/2026/items/{other}/leave-out");
        let out = w.as_user("officer.snv", World::request("POST", &path).insert_header(("If-Match", etag)).set_json(json!({"reason": "Chưa có kinh phí."}))).await;
        assert_eq!(out.expect(200).json()["state"], "left_out");
        act(&w, "police", "approve", paper("02/KH-UBND")).await.refused(403, "forbidden");
        let plan = act(&w, "chair", "approve", paper("02/KH-UBND")).await.expect(200).json();
        assert_eq!((plan["state"].as_str(), &plan["decisions"][0]["approved"]), (Some("approved"), &json!([one_id])));
        assert_eq!(item(&w, &one_id).await.json()["state"], "approved");
        act(&w, "chair", "adjust", paper("03/KH-UBND")).await.refused(409, "not_possible_in_state");

        // Afterwards what holds stays until the body has adjusted it.
        let change = json!({"headcount": 12});
        let asked = w.patch("clerk.skhcn", &format!("/plans/2026/items/{one_id}"), &item(&w, &one_id).await.etag(), change).await;
        assert_eq!(asked.faults(), [("/reason".to_owned(), "missing".to_owned())]);
        let change = json!({"headcount": 12, "reason": "Thêm doanh nghiệp."});
        let asked = w.patch("clerk.skhcn", &format!("/plans/2026/items/{one_id}"), &item(&w, &one_id).await.etag(), change).await.expect(200).json();
        assert_eq!((asked["headcount"].as_i64(), asked["change"]["wanted"]["headcount"].as_i64()), (Some(8), Some(12)));
        // Whoever approves has seen the items as they are: a change since is another version of the plan.
        let seen = w.get("chair", "/plans/2026").await.etag();
        let more = json!({"headcount": 1_000, "reason": "Thêm nữa."});
        w.patch("clerk.skhcn", &format!("/plans/2026/items/{one_id}"), &item(&w, &one_id).await.etag(), more).await.expect(200);
        let stale = World::request("POST", "/plans/2026/adjust").insert_header(("If-Match", seen)).set_json(paper("14/KH-UBND"));
        w.as_user("chair", stale).await.refused(412, "version_conflict");
        let less = json!({"headcount": 12, "reason": "Như đã nêu."});
        w.patch("clerk.skhcn", &format!("/plans/2026/items/{one_id}"), &item(&w, &one_id).await.etag(), less).await.expect(200);
        let late = propose(&w, "clerk.syt", "SYT", json!({"title": "Bổ sung"})).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let mut some = paper("15/KH-UBND");
        some["refuse"] = json!([late]);
        act(&w, "chair", "adjust", some).await.expect(200);
        assert_eq!(item(&w, &one_id).await.json()["headcount"], 12);
        assert_eq!(item(&w, &late).await.json()["state"], "refused");
        let plan = w.get("inspector", "/plans/2026").await.expect(200).json();
        assert_eq!(plan["decisions"].as_array().unwrap().iter().map(|d| d["document"]["number"].as_str().unwrap()).collect::<Vec<_>>(), ["02/KH-UBND", "15/KH-UBND"]);
    }

    async fn who_may_not_is_told_before_what_is_wrong(w) {
        let nonsense = json!({"body": 7});
        act(&w, "chair", "approve", nonsense.clone()).await.refused(409, "not_possible_in_state");
        act(&w, "officer.snv", "approve", nonsense.clone()).await.refused(403, "forbidden");
        let id = propose(&w, "clerk.skhcn", "SKHCN", json!({})).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        act(&w, "officer.snv", "reopen", nonsense.clone()).await.refused(409, "not_possible_in_state");
        act(&w, "officer.snv", "consolidate", nonsense.clone()).await.expect(422);
        act(&w, "officer.snv", "consolidate", json!({})).await.expect(200);
        act(&w, "chair", "approve", nonsense.clone()).await.expect(422);
        let mut for_another = paper("02/KH-UBND");
        for_another["body"] = json!("prime_minister");
        act(&w, "chair", "approve", for_another).await.refused(403, "forbidden");
        propose(&w, "clerk.skhcn", "SYT", json!({})).await.refused(403, "forbidden");
        propose(&w, "clerk.skhcn", "SKHCN", json!({"month": 13})).await.refused(409, "not_possible_in_state");
        let take_in = async |w: &World, body: Value| {
            let etag = item(w, &id).await.etag();
            let path = format!("/plans/2026/items/{id}/take-in");
            w.as_user("officer.snv", World::request("POST", &path).insert_header(("If-Match", etag)).set_json(body)).await
        };
        take_in(&w, json!({"x": 1})).await.refused(409, "not_possible_in_state");
        let plan = w.get("officer.snv", "/plans/2026").await.expect(200).json();
        assert_eq!((&plan["state"], item(&w, &id).await.json()["state"].as_str()), (&json!("consolidated"), Some("proposed")));
    }

    async fn faults_of_an_item_are_all_named(w) {
        let bad = propose(&w, "clerk.skhcn", "SKHCN", json!({"countries": ["VN", "XX"], "delegations": 3, "headcount": 2})).await;
        let pointers: Vec<String> = bad.faults().into_iter().map(|(p, _)| p).collect();
        assert_eq!(pointers, ["/countries/0", "/countries/1", "/headcount"]);
        w.get("officer.snv", "/plans/1300").await.refused(404, "not_found");
    }

    async fn dossiers_draw_on_items_and_off_plan_is_flagged(w) {
        let mut trip = w.small_trip().await;
        trip["plan_item_id"] = json!("01ke3m9p000j1");
        let unknown = w.post("clerk.skhcn", "/outbound-delegations", trip.clone()).await;
        assert_eq!(unknown.faults(), [("/plan_item_id".to_owned(), "unknown_plan_item".to_owned())]);
        let proposed = propose(&w, "clerk.skhcn", "SKHCN", json!({})).await.expect(201).json()["id"].clone();
        trip["plan_item_id"] = proposed.clone();
        let early = w.post("clerk.skhcn", "/outbound-delegations", trip.clone()).await;
        assert_eq!(early.faults(), [("/plan_item_id".to_owned(), "plan_item_not_approved".to_owned())]);
        act(&w, "officer.snv", "consolidate", json!({})).await.expect(200);
        act(&w, "chair", "approve", paper("02/KH-UBND")).await.expect(200);
        let mut next_year = trip.clone();
        for field in ["departure_date", "return_date"] {
            next_year[field] = json!("2027-03-23");
        }
        next_year["stops"][0]["from"] = json!("2027-03-23");
        next_year["stops"][0]["to"] = json!("2027-03-23");
        let other_year = w.post("clerk.skhcn", "/outbound-delegations", next_year).await;
        assert_eq!(other_year.faults(), [("/plan_item_id".to_owned(), "plan_item_of_another_year".to_owned())]);

        let off = w.draft(w.small_trip().await).await;
        assert!(findings(&w, &off).await.contains(&"off_plan".to_owned()));
        let first = w.submitted(trip.clone()).await;
        assert!(!findings(&w, &first).await.contains(&"off_plan".to_owned()));
        // One delegation was planned: a second is beside the plan, until the first comes to nothing.
        let mut second = trip.clone();
        for (field, day) in [("departure_date", "2026-06-01"), ("return_date", "2026-06-02")] {
            second[field] = json!(day);
        }
        second["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-06-01", "to": "2026-06-02"}]);
        let second = w.draft(second).await;
        assert!(findings(&w, &second).await.contains(&"off_plan".to_owned()));
        w.act("clerk.skhcn", &first, "withdraw", json!({"reason": "Hoãn."})).await.expect(200);
        assert!(!findings(&w, &second).await.contains(&"off_plan".to_owned()));
    }

    async fn what_becomes_of_an_item_freezes_no_dossier(w) {
        let id = approved(&w).await;
        let mut trip = w.small_trip().await;
        trip["plan_item_id"] = json!(id);
        let draft = w.draft(trip.clone()).await;
        let going = w.approved(trip.clone()).await;
        let beside = w.approved({ let mut later = w.later_trip(&[4, 5]).await; later["plan_item_id"] = json!(id); later }).await;
        // The second draws on an item that is used up: figures, plan and assessment say the same.
        let figures = async |w: &World| {
            let rows = w.get("stats", "/statistics/outbound?year=2026&by=in_plan").await.expect(200).json()["rows"].clone();
            let actual = w.get("stats", "/plans/2026/actual").await.expect(200).json()["total"].clone();
            let of = |key: &str| rows.as_array().unwrap().iter().find(|r| r["key"] == key).map_or(json!(0), |r| r["delegations"].clone());
            (of("true"), of("false"), actual["used"]["delegations"].clone(), actual["off_plan"]["delegations"].clone())
        };
        assert_eq!(figures(&w).await, (json!(1), json!(1), json!(1), json!(1)));
        let path = format!("/plans/2026/items/{id}");
        let etag = w.get("clerk.skhcn", &path).await.etag();
        w.patch("clerk.skhcn", &path, &etag, json!({"drop": true, "reason": "Thôi."})).await.expect(200);
        act(&w, "chair", "adjust", paper("09/KH-UBND")).await.expect(200);
        // What was decided stands; the draft is told, changed, and taken off the item.
        assert_eq!(figures(&w).await, (json!(1), json!(1), json!(1), json!(1)));
        assert!(findings(&w, &draft).await.contains(&"off_plan".to_owned()));
        let path = format!("/outbound-delegations/{draft}");
        w.patch("clerk.skhcn", &path, "\"1\"", json!({"title": "Đổi tên"})).await.expect(200);
        let off = w.patch("clerk.skhcn", &path, "\"2\"", json!({"plan_item_id": null, "note": null})).await.expect(200).json();
        assert_eq!(off["plan_item_id"], Value::Null);
        for trip in [&going, &beside] {
            w.act("clerk.skhcn", trip, "amend", json!({"changes": {"title": "Tên khác"}, "reason": "x"})).await.expect(200);
        }
    }

    async fn the_plan_is_set_against_what_came_of_it(w) {
        let id = approved(&w).await;
        let before = w.get("stats", "/plans/2026/actual").await.expect(200).json();
        assert_eq!(before["total"]["planned"], json!({"delegations": 1, "people": 8, "money": [{"amount": 500_000_000, "currency": "VND"}]}));
        assert_eq!((&before["total"]["used"]["delegations"], &before["total"]["unused"]), (&json!(0), &json!(1)));
        let mut trip = w.small_trip().await;
        trip["plan_item_id"] = json!(id);
        w.approved(trip).await;
        let mut beside = w.small_trip().await;
        for (field, day) in [("departure_date", "2026-06-01"), ("return_date", "2026-06-02")] {
            beside[field] = json!(day);
        }
        beside["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-06-01", "to": "2026-06-02"}]);
        w.approved(beside).await;
        let after = w.get("stats", "/plans/2026/actual").await.expect(200).json();
        let row = &after["items"][0];
        assert_eq!((row["agency_id"].as_str(), after["items"].as_array().unwrap().len()), (Some(w.agency("SKHCN").await.as_str()), 1));
        assert_eq!((&row["used"]["delegations"], &row["used"]["people"], &row["off_plan"]["delegations"], &row["unused"]), (&json!(1), &json!(2), &json!(1), &json!(0)));
        let figures = w.get("stats", "/statistics/outbound?year=2026&by=in_plan").await.expect(200).json();
        let of = |key: &str| figures["rows"].as_array().unwrap().iter().find(|r| r["key"] == key).unwrap()["visits"].clone();
        assert_eq!((of("true"), of("false")), (row["used"]["people"].clone(), row["off_plan"]["people"].clone()));
        let csv = w.get("stats", "/plans/2026/actual?format=csv").await.expect(200);
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.contains("Sở Khoa học và Công nghệ,1,8,500.000.000 VND,1,2,"), "{text}");
        w.get("stats", "/plans/2026/actual?format=xlsx").await.expect(200);
        // Later the unit is renamed: the plan stands under its old name as it was, and under the new one as of today.
        let renamed = json!({"kind": "rename", "on": "2026-03-02", "from": [w.agency("SKHCN").await], "to": [{"code": "SKHCN2", "name": "Sở Khoa học"}],
            "document": {"number": "05/NQ-HĐND", "date": "2026-03-02"}});
        w.post("officer.snv", "/agency-changes", renamed).await.expect(201);
        let named = async |view: &str| w.get("stats", &format!("/plans/2026/actual?agency_view={view}")).await.expect(200).json();
        assert_eq!(named("as_reported").await["items"][0]["name"], "Sở Khoa học và Công nghệ");
        let current = named("current").await;
        assert_eq!((&current["items"][0]["name"], &current["total"]["used"]), (&json!("Sở Khoa học"), &after["total"]["used"]));
        w.get("stats", "/plans/2026/actual?agency_view=then").await.refused(400, "invalid_query");
        w.get("clerk.syt", &format!("/plans/2026/actual?agency_id={}", w.agency("SKHCN").await)).await.refused(403, "forbidden");
        assert_eq!(w.get("clerk.syt", "/plans/2026/actual").await.expect(200).json()["items"], json!([]));
    }
}
