//! What somebody needs while they type and before they act: the answer to half a content, who changed a dossier meanwhile,
//! what differs from the rule, and one search over everything.

use serde_json::{Value, json};

const ASK: &str = "/outbound-delegations/assessment";

/// An answer without what a draft has and a typed content has not.
fn answer(value: &Value) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove("unknown");
    value
}

on_both! {
    async fn a_content_as_typed_is_answered_as_its_draft_is(w) {
        let trip = w.small_trip().await;
        let typed = w.post("clerk.skhcn", ASK, trip.clone()).await.expect(200).json();
        assert_eq!(typed["unknown"], json!([]));
        let drafts = w.get("clerk.skhcn", "/outbound-delegations?state=draft&count=true").await.json();
        assert_eq!(drafts["total"], 0, "nothing is stored");
        let id = w.draft(trip.clone()).await;
        let drafted = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(answer(&typed), drafted);
        // With its own dossier it does not clash with itself, and its papers count.
        let clash = w.post("clerk.skhcn", ASK, trip.clone()).await.expect(200).json();
        assert!(clash["findings"].to_string().contains("overlapping_trip"));
        w.upload("clerk.skhcn", &id, "invitation").await.expect(201);
        let own = w.post("clerk.skhcn", &format!("{ASK}?dossier={id}"), trip).await.expect(200).json();
        let drafted = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(answer(&own), drafted);
        let visit = w.visit().await;
        let typed = w.post("clerk.skhcn", "/inbound-delegations/assessment", visit.clone()).await.expect(200).json();
        let id = w.draft_visit(visit).await;
        let drafted = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!((answer(&typed), &typed["unknown"]), (drafted, &json!([])));
    }

    async fn what_is_not_typed_yet_is_named_and_what_hangs_on_it_is_left_open(w) {
        let nothing = w.post("clerk.skhcn", ASK, json!({})).await.expect(200).json();
        for pointer in ["/title", "/procedure", "/departure_date", "/members", "/funding", "/stops"] {
            assert!(nothing["unknown"].as_array().unwrap().contains(&json!(pointer)), "{pointer}: {nothing}");
        }
        assert_eq!((&nothing["decider"], &nothing["findings"], &nothing["outcome"]), (&Value::Null, &json!([]), &json!("supplement_needed")));
        let whole = w.small_trip().await;
        let decider = w.post("clerk.skhcn", ASK, whole.clone()).await.json()["decider"].clone();
        assert!(decider["body"].is_string());
        // Without days, no day is said; who decides does not hang on them here.
        let mut dayless = whole.clone();
        for day in ["departure_date", "return_date"] {
            dayless.as_object_mut().unwrap().remove(day);
        }
        let said = w.post("clerk.skhcn", ASK, dayless).await.expect(200).json();
        assert_eq!((&said["decider"], &said["latest_submission_on"]), (&decider, &Value::Null));
        assert!(said["obligations"].as_array().unwrap().iter().all(|o| o["due_on"].is_null()), "{said}");
        assert!(!said["findings"].to_string().contains("late_submission"));
        // Who pays decides who decides: without it, nobody is named.
        let mut unpaid = whole.clone();
        unpaid.as_object_mut().unwrap().remove("funding");
        let said = w.post("clerk.skhcn", ASK, unpaid).await.expect(200).json();
        assert_eq!((&said["decider"], &said["unknown"]), (&Value::Null, &json!(["/funding"])));
        // Whoever is not known yet may be one for whom a stricter body decides.
        let mut unnamed = whole.clone();
        unnamed["members"].as_array_mut().unwrap().push(json!({"role": "member"}));
        let said = w.post("clerk.skhcn", ASK, unnamed).await.expect(200).json();
        assert_eq!((&said["decider"], &said["unknown"]), (&Value::Null, &json!(["/members/2/official_id"])));
        let mut nobody = whole.clone();
        nobody["members"].as_array_mut().unwrap().push(json!({"official_id": "0zzzzzzzzzzzz", "role": "member"}));
        let said = w.post("clerk.skhcn", ASK, nobody).await.expect(200).json();
        assert_eq!((&said["decider"], &said["unknown"]), (&Value::Null, &json!(["/members"])));
        // A list that is too long is not looked at, and costs nothing.
        let mut crowd = whole.clone();
        crowd["members"] = json!(vec![whole["members"][0].clone(); 9_000]);
        let said = w.post("clerk.skhcn", ASK, crowd).await.expect(200).json();
        assert_eq!((&said["decider"], &said["unknown"]), (&Value::Null, &json!(["/members"])));
        // What is typed wrong is not known either, and no fault: it is still being typed.
        let mut wrong = whole.clone();
        wrong["return_date"] = json!("2026-02-31");
        wrong["stops"][0]["to"] = json!("mai");
        let said = w.post("clerk.skhcn", ASK, wrong).await.expect(200).json();
        assert_eq!(said["unknown"], json!(["/return_date", "/stops/0/to"]));
        let mut back = whole.clone();
        back["return_date"] = json!("2026-01-01");
        assert_eq!(w.post("clerk.skhcn", ASK, back).await.expect(200).json()["unknown"], json!(["/return_date"]));
    }

    async fn a_visit_without_its_arrival_has_no_day_that_hangs_on_it(w) {
        let mut visit = w.visit().await;
        visit["topics"] = json!(["border_area"]);
        visit.as_object_mut().unwrap().remove("arrival_date");
        let said = w.post("clerk.skhcn", "/inbound-delegations/assessment", visit).await.expect(200).json();
        assert_eq!((&said["unknown"], &said["latest_submission_on"]), (&json!(["/arrival_date"]), &Value::Null));
        let days: Vec<&Value> = said["obligations"].as_array().unwrap().iter().filter(|o| o["before"] != Value::Null || o["after"] != json!("departure")).map(|o| &o["due_on"]).collect();
        assert!(days.iter().all(|day| day.is_null()), "{said}");
        assert!(!said["findings"].to_string().contains("late_submission"));
    }

    async fn only_ones_own_agency_is_asked_for_and_no_secret_is_answered(w) {
        let trip = w.small_trip().await;
        w.post("clerk.syt", ASK, trip.clone()).await.refused(403, "forbidden");
        w.post("officer.snv", ASK, trip.clone()).await.refused(403, "forbidden");
        let mut secret = trip.clone();
        secret["title"] = json!("TỐI MẬT: đoàn");
        w.post("clerk.skhcn", ASK, secret).await.refused(422, "state_secret_refused");
        let mut odd = trip.clone();
        odd["wish"] = json!(1);
        assert_eq!(w.post("clerk.skhcn", ASK, odd).await.faults(), [("/wish".to_owned(), "unknown_field".to_owned())]);
        w.post("clerk.skhcn", ASK, json!([])).await.expect(422);
        let other = w.draft(trip.clone()).await;
        w.post("clerk.syt", &format!("{ASK}?dossier={other}"), json!({})).await.refused(404, "not_found");
    }

    async fn a_version_conflict_says_who_changed_it_and_when(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        let seen = w.get("clerk.skhcn", &path).await.etag();
        w.advance(chrono::Duration::minutes(5));
        w.patch("clerk.skhcn", &path, &seen, json!({"title": "Tên mới"})).await.expect(200);
        let refused = w.patch("clerk.skhcn", &path, &seen, json!({"title": "Tên khác"})).await.refused(412, "version_conflict");
        let me = w.get("clerk.skhcn", "/me").await.json();
        assert_eq!(refused["changed_by_person"]["full_name"], me["full_name"]);
        assert_eq!(refused["changed_at"], w.get("clerk.skhcn", &path).await.json()["updated_at"]);
        assert!(refused["detail"].as_str().unwrap().starts_with(me["full_name"].as_str().unwrap()));
    }

    async fn the_history_names_people_and_the_fields_that_an_edit_changed(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        for change in [json!({"title": "Tên mới"}), json!({"return_date": "2026-04-24", "note": "Thêm một ngày."})] {
            let etag = w.get("clerk.skhcn", &path).await.etag();
            w.advance(chrono::Duration::minutes(1));
            let answer = w.patch("clerk.skhcn", &path, &etag, change).await;
            assert!(matches!(answer.status, 200 | 422), "{}", answer.json());
        }
        let history = w.get("clerk.skhcn", &format!("{path}/history")).await.json();
        let items = history["items"].as_array().unwrap();
        let me = w.get("clerk.skhcn", "/me").await.json();
        assert!(items.iter().all(|act| act["actor_name"] == me["full_name"] && act["actor_name"] == act["actor_person"]["full_name"]));
        let edits: Vec<&Value> = items.iter().filter(|act| act["action"] == "edit").map(|act| &act["fields"]).collect();
        assert_eq!(edits[0], &json!(["/title"]));
        assert!(items.iter().filter(|act| act["action"] != "edit").all(|act| act["fields"] == json!([])));
    }

    async fn an_inbox_row_says_what_differs_and_what_can_be_done(w) {
        let id = w.submitted(w.small_trip().await).await;
        let row = async |user: &str| w.get(user, "/inbox").await.expect(200).json()["items"][0].clone();
        let first = row("officer.snv").await;
        let trip = w.trip("officer.snv", &id).await;
        let assessment = w.get("officer.snv", &format!("/outbound-delegations/{id}/assessment")).await.json();
        let count = |severity: &str| assessment["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == severity).count();
        assert_eq!(first["findings"], json!({"block": count("block"), "special_approval": count("special_approval"), "warn": count("warn")}));
        assert_eq!(first["differs"].as_array().unwrap().len(), assessment["findings"].as_array().unwrap().len());
        assert_eq!((&first["version"], &first["actions"]), (&trip["version"], &trip["allowed_actions"]));
        let head = trip["members"].as_array().unwrap().iter().find(|m| m["role"] == "head").unwrap();
        assert_eq!(first["head"], head["full_name"]);
        assert_eq!((&first["changes"], &first["objections"]), (&json!([]), &json!([])));
        // An unfavourable opinion is told to whoever decides.
        w.act("officer.snv", &id, "appraise", json!({"opinion": "unfavourable", "note": "Chưa phù hợp."})).await.expect(200);
        assert_eq!(row("director.snv").await["objections"], json!([{"kind": "appraise", "body": "dofa", "outcome": "unfavourable"}]));
    }

    async fn an_amendment_and_what_changed_since_are_told_in_the_inbox(w) {
        let id = w.approved(w.small_trip().await).await;
        let trip = w.trip("clerk.skhcn", &id).await;
        let member = w.officials("SKHCN").await[5].clone();
        let mut members: Vec<Value> = trip["members"].as_array().unwrap().iter().map(|m| json!({"official_id": m["official_id"], "role": m["role"]})).collect();
        members.push(json!({"official_id": member, "role": "member"}));
        w.act("clerk.skhcn", &id, "amend", json!({"changes": {"members": members}, "reason": "Thêm người."})).await.expect(200);
        let mut told = Value::Null;
        for user in ["officer.snv", "director.snv", "chair"] {
            let inbox = w.get(user, "/inbox").await.expect(200).json();
            if let Some(row) = inbox["items"].as_array().unwrap().iter().find(|row| row["delegation_id"] == json!(id)) {
                told = row["changes"].clone();
            }
        }
        assert_eq!(told[0]["kind"], "members", "{told}");
    }

    async fn each_row_of_a_crowded_inbox_says_what_its_dossier_says_alone(w) {
        // Trips that use up each other's quota and days, one of the year after, and visits of hosts who travel.
        let year_after = {
            let mut trip = w.later_trip(&[2, 3]).await;
            (trip["departure_date"], trip["return_date"]) = (json!("2027-02-01"), json!("2027-02-05"));
            (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2027-02-01"), json!("2027-02-05"));
            trip
        };
        for trip in [w.small_trip().await, w.later_trip(&[2, 3]).await, w.later_trip(&[4]).await, year_after] {
            w.advance(chrono::Duration::days(1));
            w.submitted(trip).await;
        }
        w.submitted_visit(w.visit().await).await;
        let inbox = w.get("officer.snv", "/inbox").await.expect(200).json();
        let rows = inbox["items"].as_array().unwrap();
        assert_eq!(rows.len(), 5, "{inbox}");
        let mut findings = 0;
        for row in rows {
            let (register, id) = match row["procedure"].as_str().unwrap() {
                "inbound" => ("inbound-delegations", &row["delegation_id"]),
                _ => ("outbound-delegations", &row["delegation_id"]),
            };
            let path = format!("/{register}/{}", id.as_str().unwrap());
            let alone = w.get("officer.snv", &format!("{path}/assessment")).await.expect(200).json();
            assert_eq!((&row["outcome"], &row["differs"]), (&alone["outcome"], &alone["findings"]), "{path}");
            let dossier = w.get("officer.snv", &path).await.expect(200).json();
            assert_eq!((&row["version"], &row["actions"]), (&dossier["version"], &dossier["allowed_actions"]));
            findings += alone["findings"].as_array().unwrap().len();
        }
        assert!(findings >= 3, "{inbox}");
    }

    async fn a_consulted_body_gets_no_findings_in_its_inbox(w) {
        let id = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let inbox = w.get("police", "/inbox").await.expect(200).json();
        let row = inbox["items"].as_array().unwrap().iter().find(|row| row["delegation_id"] == json!(id)).unwrap();
        assert_eq!((&row["findings"], &row["differs"], &row["head"], &row["objections"]), (&Value::Null, &json!([]), &Value::Null, &json!([])));
        assert!(row["actions"].as_array().unwrap().contains(&json!("give-opinion")));
    }

    async fn one_search_finds_what_one_may_see(w) {
        let id = w.submitted(w.small_trip().await).await;
        let title = w.trip("clerk.skhcn", &id).await["title"].as_str().unwrap().to_owned();
        let mut words: Vec<&str> = title.split_whitespace().collect();
        words.reverse();
        let q = words.join(" ").bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let find = async |user: &str, q: &str| w.get(user, &format!("/search?q={q}")).await.expect(200).json();
        assert_eq!(find("officer.snv", &q).await["dossiers"][0]["id"], json!(id));
        assert_eq!(find("clerk.syt", &q).await["dossiers"], json!([]));
        let found = find("officer.snv", "ha%20pham").await;
        assert!(found["officials"].to_string().contains("Phạm Thu Hà"), "{found}");
        assert!(find("officer.snv", "cong%20nghe%20khoa%20so").await["agencies"].to_string().contains("SKHCN"));
        w.get("officer.snv", "/search").await.refused(400, "invalid_query");
        w.get("officer.snv", "/search?q=%20").await.refused(400, "invalid_query");
        let long = "a%20".repeat(90);
        assert_eq!(find("officer.snv", &long).await["partners"], json!([]));
        // Whoever may read none of it gets empty lists, not an error.
        assert_eq!(find("admin", &q).await["dossiers"], json!([]));
    }
}
