//! What clerks do all day: copy a dossier, take a draft back, remark on it, remove a wrong document, find it again.

use serde_json::{Value, json};

use crate::world::{World, decision};

async fn ids(w: &World, user: &str, query: &str) -> Vec<String> {
    let found = w.get(user, &format!("/outbound-delegations?{query}")).await.expect(200).json();
    found["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn a_trip_is_copied_with_its_people_on_other_days(w) {
        let id = w.approved(w.small_trip().await).await;
        let days = json!({"departure_date": "2026-05-11", "return_date": "2026-05-15"});
        let copied = w.post("clerk.skhcn", &format!("/outbound-delegations/{id}/copy"), days.clone()).await.expect(201);
        assert!(copied.headers.contains_key("location"));
        let (copy, from) = (copied.json(), w.trip("clerk.skhcn", &id).await);
        assert_eq!((&copy["state"], &copy["number"], &copy["decision"], &copy["title"]), (&json!("draft"), &Value::Null, &Value::Null, &from["title"]));
        assert_eq!((&copy["stops"][0]["from"], &copy["stops"][0]["to"]), (&json!("2026-05-11"), &json!("2026-05-15")));
        let people = |trip: &Value| trip["members"].as_array().unwrap().iter().map(|m| m["official_id"].clone()).collect::<Vec<_>>();
        assert_eq!(people(&copy), people(&from));
        let papers = w.get("clerk.skhcn", &format!("/outbound-delegations/{}/attachments", copy["id"].as_str().unwrap())).await.json();
        assert_eq!(papers["items"], json!([]));
        w.post("clerk.syt", &format!("/outbound-delegations/{id}/copy"), days.clone()).await.refused(404, "not_found");
        w.post("officer.snv", &format!("/outbound-delegations/{id}/copy"), days).await.refused(403, "forbidden");
        let back = json!({"departure_date": "2026-05-15", "return_date": "2026-05-11"});
        let wrong = w.post("clerk.skhcn", &format!("/outbound-delegations/{id}/copy"), back).await;
        assert_eq!(wrong.faults(), [("/return_date".to_owned(), "returns_before_departure".to_owned())]);
    }

    async fn a_visit_is_copied_with_its_guests_and_programme(w) {
        let id = w.approved_visit(w.visit().await).await;
        let days = json!({"arrival_date": "2026-06-01", "departure_date": "2026-06-03"});
        let copy = w.post("clerk.skhcn", &format!("/inbound-delegations/{id}/copy"), days).await.expect(201).json();
        assert_eq!((&copy["state"], &copy["guests"][0]["full_name"], &copy["recorded_headcount"]), (&json!("draft"), &json!("KIM Young-hwan"), &Value::Null));
        assert_eq!(copy["programme"][0]["starts_at"], "2026-06-02T02:00:00Z");
    }

    async fn a_draft_on_the_heads_desk_is_taken_back(w) {
        let id = w.draft(w.small_trip().await).await;
        w.act("clerk.skhcn", &id, "recall", json!({})).await.refused(409, "not_possible_in_state");
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        w.act("officer.snv", &id, "recall", json!({})).await.refused(404, "not_found");
        let taken = w.act("clerk.skhcn", &id, "recall", json!({})).await.expect(200).json();
        assert!(taken["allowed_actions"].as_array().unwrap().contains(&json!("request-signature")));
        assert_eq!(w.get("head.skhcn", "/inbox").await.json()["items"], json!([]));
    }

    async fn remarks_are_seen_by_whoever_sees_the_whole_and_never_change(w) {
        let id = w.submitted_visit(w.visit().await).await;
        let path = format!("/inbound-delegations/{id}/comments");
        let version = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
        let added = w.post("officer.snv", &path, json!({"text": "Xem lại nơi làm việc ngày 24."})).await.expect(201).json();
        assert_eq!((&added["actor"], &added["text"]), (&json!("officer.snv"), &json!("Xem lại nơi làm việc ngày 24.")));
        w.post("clerk.skhcn", &path, json!({"text": "Đã sửa."})).await.expect(201);
        let all = w.get("head.skhcn", &path).await.expect(200).json();
        assert_eq!(all["items"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect::<Vec<_>>(), ["Xem lại nơi làm việc ngày 24.", "Đã sửa."]);
        // A consulted body is asked about the visit, not told what others think of it.
        w.get("police", &path).await.refused(403, "forbidden");
        w.post("police", &path, json!({"text": "x"})).await.refused(403, "forbidden");
        w.get("clerk.syt", &path).await.refused(404, "not_found");
        let empty = w.post("officer.snv", &path, json!({"text": ""})).await;
        assert_eq!(empty.faults(), [("/text".to_owned(), "too_short".to_owned())]);
        // It stands in history and trail, and changes nothing of the dossier.
        assert_eq!(w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag(), version);
        let history = w.get("inspector", &format!("/inbound-delegations/{id}/history")).await.json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["action"], "comment");
    }

    async fn a_wrong_document_goes_before_anybody_has_looked_at_it(w) {
        let id = w.draft(w.small_trip().await).await;
        let paper = w.upload("clerk.skhcn", &id, "invitation").await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/outbound-delegations/{id}/attachments/{paper}");
        let delete = async |user: &str| w.as_user(user, World::request("DELETE", &path)).await;
        delete("clerk.syt").await.refused(404, "not_found");
        let files = w.files();
        delete("clerk.skhcn").await.expect(204);
        assert_eq!(w.files(), files - 1);
        delete("clerk.skhcn").await.refused(404, "not_found");
        let id = w.submitted(w.small_trip().await).await;
        let papers = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/attachments")).await.json();
        let path = format!("/outbound-delegations/{id}/attachments/{}", papers["items"][0]["id"].as_str().unwrap());
        w.as_user("clerk.skhcn", World::request("DELETE", &path)).await.refused(409, "not_possible_in_state");
    }

    async fn a_list_takes_several_values_any_word_and_either_order(w) {
        let first = w.approved(w.small_trip().await).await;
        let second = w.submitted(w.later_trip(&[4]).await).await;
        let mut third = w.small_trip().await;
        (third["purpose"], third["title"]) = (json!("training"), json!("Lớp bồi dưỡng tại Tokyo"));
        let third = w.draft(third).await;
        let of = async |query: &str| ids(&w, "clerk.skhcn", query).await;
        assert_eq!(of("state=approved,draft").await.len(), 2);
        assert_eq!(of("purpose=training").await, std::slice::from_ref(&third));
        assert_eq!(of("purpose=training,study_visit&state=draft").await, std::slice::from_ref(&third));
        assert_eq!(of("q=tokyo%20lop").await, std::slice::from_ref(&third));
        // The agency is found, too, in any order of words.
        assert_eq!(of("q=cong%20nghe%20khoa").await.len(), 3);
        assert!(of("q=khong%20co%20gi").await.is_empty());
        let member = w.officials("SKHCN").await[4].clone();
        assert_eq!(of(&format!("traveller={member}")).await, std::slice::from_ref(&second));
        assert_eq!(of("in_plan=true").await, Vec::<String>::new());
        assert_eq!(of("in_plan=false").await.len(), 3);
        assert_eq!(of("procedure=private_travel").await, Vec::<String>::new());
        for order in ["departure_date", "updated_at", "number"] {
            let mut up = of(&format!("sort={order}")).await;
            up.reverse();
            assert_eq!(up, of(&format!("sort=-{order}")).await, "{order}");
            // Page by page it is the same.
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = w.get("clerk.skhcn", &format!("/outbound-delegations?sort=-{order}&limit=1{cursor}")).await.expect(200).json();
                paged.extend(page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(paged, up, "{order}");
        }
        for query in ["state=flying", "purpose=", "sort=size", "procedure=x%20y"] {
            w.get("clerk.skhcn", &format!("/outbound-delegations?{query}")).await.refused(400, "invalid_query");
        }
        assert!(!first.is_empty());
    }

    async fn a_list_is_taken_away_whole_with_words_instead_of_codes(w) {
        let list = include_bytes!("../data/doan-vao-2020.xlsx");
        w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "a.xlsx", list).await.expect(201);
        let text = String::from_utf8(w.get("officer.snv", "/inbound-delegations?year=2020&format=csv&limit=10").await.expect(200).bytes).unwrap();
        assert_eq!(text.lines().count(), 409);
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        w.act("chair", &id, "decide", decision("approve")).await.expect(200);
        let text = String::from_utf8(w.get("officer.snv", "/outbound-delegations?format=csv").await.expect(200).bytes).unwrap();
        let head = w.trip("officer.snv", &id).await["members"][0]["full_name"].as_str().unwrap().to_owned();
        for said in ["Sở Khoa học và Công nghệ", "Đã chấp thuận", "Hàn Quốc", "Tỉnh Chungbuk", "Đoàn ra", head.as_str()] {
            assert!(text.contains(said), "{said} in {text}");
        }
    }
}
