//! The product's main job end to end: an outbound trip from draft to signed decision to the annual figures.

use serde_json::{Value, json};

use crate::world::decision;

on_both! {
    async fn a_study_visit_goes_from_draft_to_the_annual_figures(w) {
        let none = w.get("stats", "/statistics/outbound?year=2026&by=country").await.expect(200).json();
        assert_eq!(none["total"], json!({"delegations": 0, "visits": 0, "persons": 0}));

        let created = w.post("clerk.skhcn", "/outbound-delegations", w.study_visit().await).await.expect(201);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(created.headers["location"], format!("/api/v1/outbound-delegations/{id}"));
        assert_eq!((created.json()["state"].as_str(), created.etag().as_str()), (Some("draft"), "\"1\""));

        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(asked["outcome"], "supplement_needed");
        assert_eq!(asked["decider"]["body"], "ppc_chair");
        assert_eq!(asked["consents"][0]["body"], "party_standing_secretariat");
        let missing: Vec<&str> = asked["dossier"].as_array().unwrap().iter().map(|p| p["document"].as_str().unwrap()).collect();
        assert_eq!(missing, ["request_letter", "invitation", "programme", "cost_estimate"]);
        assert!(asked["due_on"].is_null() && asked["clock_starts_on"].is_null());
        for part in ["steps", "consents", "dossier", "findings", "obligations"] {
            for item in asked[part].as_array().unwrap() {
                assert!(item["citation"].as_str().is_some_and(|c| !c.is_empty()), "{part}: {item}");
            }
        }

        for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(asked["outcome"], "ready");
        // Three working days from Monday, then four more.
        let due: Vec<&Value> = asked["steps"].as_array().unwrap().iter().map(|s| &s["due_on"]).collect();
        assert_eq!(due, ["2026-03-05", "2026-03-05", "2026-03-11"]);

        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        let inbox = w.get("head.skhcn", "/inbox").await.expect(200).json();
        assert_eq!(inbox["items"][0]["step"]["kind"], "propose");
        let submitted = w.act("head.skhcn", &id, "submit", json!({})).await.expect(200).json();
        assert_eq!((submitted["state"].as_str(), submitted["number"].as_str()), (Some("submitted"), Some("DR-2026-0001")));

        let inbox = w.get("officer.snv", "/inbox").await.expect(200).json();
        assert_eq!(inbox["items"][0]["delegation_id"], id.as_str());
        assert_eq!(inbox["items"][0]["step"], json!({"kind": "appraise", "body": "dofa", "due_on": "2026-03-05"}));
        assert!(w.get("office.vptu", "/inbox").await.json()["items"].as_array().unwrap().is_empty());

        w.act("officer.snv", &id, "request-supplement", json!({"missing": ["programme"], "note": "Chương trình chưa ghi nơi làm việc."})).await.expect(200);
        assert!(w.get("officer.snv", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
        assert_eq!(w.get("clerk.skhcn", "/inbox").await.json()["items"][0]["delegation_id"], id.as_str());
        w.advance_days(2);
        w.upload("clerk.skhcn", &id, "programme").await.expect(201);
        let back = w.act("head.skhcn", &id, "resubmit", json!({})).await.expect(200).json();
        assert_eq!((back["state"].as_str(), back["complete_on"].as_str(), back["due_on"].as_str()), (Some("submitted"), Some("2026-03-04"), Some("2026-03-09")));

        let appraised = w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable", "note": ""})).await.expect(200).json();
        assert_eq!(appraised["state"], "awaiting_consent");
        assert_eq!(w.get("office.vptu", "/inbox").await.json()["items"][0]["step"]["kind"], "consent");
        w.act("chair", &id, "decide", decision("approve")).await.refused(409, "consent_missing");
        let letter = json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-03-02"}});
        let agreed = w.act("office.vptu", &id, "consent", letter).await.expect(200).json();
        assert_eq!(agreed["state"], "awaiting_decision");
        assert_eq!(agreed["members"][0]["consent"], "agree");
        // Of whom nobody was asked nobody agreed to.
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        for member in agreed["members"].as_array().unwrap() {
            let about = asked["consents"][0]["for"].as_array().unwrap().contains(&member["official_id"]);
            assert_eq!(member["consent"] == "agree", about, "{member}");
        }

        let before = w.get("stats", "/statistics/outbound?year=2026").await.json();
        assert_eq!(before["total"]["delegations"], 0);
        let approved = w.act("chair", &id, "decide", decision("approve")).await.expect(200).json();
        assert_eq!(approved["state"], "approved");
        assert_eq!(approved["decision"]["document"], json!({"number": "24/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"}));

        w.advance_days(30);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-27"})).await.expect(200);
        let report = json!({"summary": "Đoàn đã làm việc với tỉnh Chungbuk.", "results": ["Ký biên bản ghi nhớ"],
            "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": w.agency("SKHCN").await, "due_on": "2026-12-31"}]});
        w.act("head.skhcn", &id, "submit-report", report).await.expect(200);
        let closed = w.act("officer.snv", &id, "close", json!({})).await.expect(200).json();
        assert_eq!((closed["state"].as_str(), &closed["allowed_actions"]), (Some("closed"), &json!(["correct-record"])));

        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let acts: Vec<(&str, &str, &str)> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| (i["actor"].as_str().unwrap(), i["action"].as_str().unwrap(), i["to_state"].as_str().unwrap()))
            .collect();
        assert_eq!(acts, [
            ("clerk.skhcn", "create", "draft"),
            ("clerk.skhcn", "request-signature", "draft"),
            ("head.skhcn", "submit", "submitted"),
            ("officer.snv", "request-supplement", "supplement_requested"),
            ("head.skhcn", "resubmit", "submitted"),
            ("officer.snv", "appraise", "awaiting_consent"),
            ("office.vptu", "consent", "awaiting_decision"),
            ("chair", "decide", "approved"),
            ("custodian", "record-departure", "under_way"),
            ("clerk.skhcn", "record-return", "returned"),
            ("head.skhcn", "submit-report", "reported"),
            ("officer.snv", "close", "closed"),
        ]);

        let figures = json!({"delegations": 1, "visits": 5, "persons": 5});
        for (by, key) in [("country", "KR".to_owned()), ("agency", w.agency("SKHCN").await), ("month", "2026-03".into()), ("funding", "provincial_budget".into())] {
            let counted = w.get("stats", &format!("/statistics/outbound?year=2026&by={by}")).await.expect(200).json();
            assert_eq!(counted["total"], figures);
            let row = &counted["rows"][0];
            assert_eq!(row["key"], key.as_str());
            assert_eq!(json!({"delegations": row["delegations"], "visits": row["visits"], "persons": row["persons"]}), figures);
        }
        assert_eq!(w.get("stats", "/statistics/outbound?year=2025").await.json()["total"]["delegations"], 0);
    }

    async fn a_trip_without_leaders_and_budget_goes_to_the_director(w) {
        let id = w.submitted(w.small_trip().await).await;
        let appraised = w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200).json();
        assert_eq!(appraised["state"], "awaiting_decision");
        assert_eq!(w.get("director.snv", "/inbox").await.json()["items"][0]["delegation_id"], id.as_str());
        assert!(w.get("chair", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
        w.get("chair", &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        w.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
    }

    async fn a_rejected_trip_never_counts(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "unfavourable", "note": "Chưa cần thiết."})).await.expect(200);
        let rejected = w.act("director.snv", &id, "decide", decision("reject")).await.expect(200).json();
        assert_eq!(rejected["state"], "rejected");
        assert_eq!(w.get("stats", "/statistics/outbound?year=2026").await.json()["total"]["delegations"], 0);
    }

    async fn a_cancelled_or_postponed_trip_stops_counting_until_it_is_resumed(w) {
        let id = w.approved(w.small_trip().await).await;
        let count = async |w: &crate::world::World| w.get("stats", "/statistics/outbound?year=2026").await.json()["total"]["visits"].clone();
        assert_eq!(count(&w).await, 2);
        w.act("clerk.skhcn", &id, "postpone", json!({"reason": "Phía bạn đổi lịch."})).await.expect(200);
        assert_eq!(count(&w).await, 0);
        let later = json!({"departure_date": "2026-05-11", "return_date": "2026-05-15",
            "stops": [{"country": "JP", "place": "Tokyo", "from": "2026-05-11", "to": "2026-05-15"}]});
        w.act("clerk.skhcn", &id, "resume", later).await.expect(200);
        assert_eq!(count(&w).await, 2);
        w.act("director.snv", &id, "cancel", json!({"reason": "Không còn cần thiết."})).await.expect(200);
        assert_eq!(count(&w).await, 0);
    }

    async fn private_travel_needs_a_leave_application_and_counts_as_no_mission(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["procedure"] = json!("private_travel");
        trip["purpose"] = json!("private");
        trip["funding"] = json!([{"source": "self"}]);
        trip.as_object_mut().unwrap().remove("inviting_party");
        trip["members"] = json!([{"official_id": people[1], "role": "head"}]);
        let id = w.draft(trip).await;
        let problem = w.act("head.skhcn", &id, "submit", json!({})).await.refused(409, "dossier_incomplete");
        assert_eq!(problem["missing"], json!(["leave_application"]));
        w.upload("clerk.skhcn", &id, "leave_application").await.expect(201);
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.json();
        assert_eq!(asked["decider"]["body"], "ppc_chair");
        assert_eq!(asked["obligations"][0]["code"], "party_report");
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        w.act("chair", &id, "decide", decision("approve")).await.expect(200);
        assert_eq!(w.get("stats", "/statistics/outbound?year=2026").await.json()["total"]["delegations"], 0);
    }
}
