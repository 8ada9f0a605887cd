//! What people ask about their data, and incidents: each with its clock and its citation, and whose data an incident may concern.

use serde_json::{Value, json};

use crate::world::World;

async fn act(w: &World, path: &str, action: &str, body: Value) -> crate::world::Answer {
    let etag = w.get("admin", path).await.expect(200).etag();
    w.post_with("admin", &format!("{path}/{action}"), &etag, body).await
}

async fn asked(w: &World, kind: &str) -> (String, Value) {
    let body = json!({"kind": kind, "subject": "Đặng Văn Minh", "contact": "minh@tinhmau.gov.vn", "received_on": "2026-03-02"});
    let made = w.post("admin", "/subject-requests", body).await.expect(201).json();
    (format!("/subject-requests/{}", made["id"].as_str().unwrap()), made)
}

on_both! {
    async fn each_request_has_the_terms_of_its_kind_and_one_extension_with_a_reason(w) {
        // Monday 2 March: two working days, then ten, fifteen or twenty days.
        for (kind, due) in [("view", "2026-03-12"), ("correct", "2026-03-12"), ("copy", "2026-03-12"), ("restrict", "2026-03-17"),
            ("object", "2026-03-17"), ("withdraw", "2026-03-17"), ("erase", "2026-03-22")] {
            let (path, made) = asked(&w, kind).await;
            assert_eq!((&made["reply_due_on"], &made["due_on"]), (&json!("2026-03-04"), &json!(due)), "{kind}");
            assert_eq!((&made["citation_read"], &made["overdue"]), (&json!("secondary"), &json!(false)));
            assert!(made["citation"].as_str().unwrap().contains("356/2025"));
            assert_eq!(w.get("admin", &path).await.expect(200).json(), made);
        }
        // A Friday: the weekend is no working day.
        let friday = json!({"kind": "view", "subject": "A", "received_on": "2026-02-27"});
        assert_eq!(w.post("admin", "/subject-requests", friday).await.expect(201).json()["reply_due_on"], "2026-03-03");
        let (path, _) = asked(&w, "erase").await;
        act(&w, &path, "reply", json!({"on": "2026-03-01"})).await.refused(422, "validation_failed");
        act(&w, &path, "reply", json!({"on": "2026-03-03"})).await.refused(422, "validation_failed");
        let replied = act(&w, &path, "reply", json!({"on": "2026-03-02"})).await.expect(200).json();
        assert_eq!(replied["replied_on"], "2026-03-02");
        let blank = act(&w, &path, "extend", json!({"until": "2026-03-30"})).await.expect(422);
        assert_eq!(blank.faults(), [("/reason".to_owned(), "missing".to_owned())]);
        act(&w, &path, "extend", json!({"until": "2026-03-22", "reason": "Tra cứu lưu trữ."})).await.expect(422);
        act(&w, &path, "extend", json!({"until": "2026-03-30", "reason": "Tra cứu lưu trữ."})).await.expect(200);
        act(&w, &path, "extend", json!({"until": "2026-04-30", "reason": "Nữa."})).await.refused(409, "not_possible_in_state");
        w.advance_days(30);
        assert_eq!(w.get("admin", &path).await.json()["overdue"], true);
        let waiting = w.get("admin", "/subject-requests?open=true").await.expect(200).json();
        assert_eq!(waiting["items"].as_array().unwrap().len(), 9);
        // What is refused needs its ground: a dossier under archive stays.
        let faults = act(&w, &path, "close", json!({"on": "2026-04-01", "outcome": "refused"})).await.expect(422).faults();
        assert_eq!(faults, [("/ground".to_owned(), "missing".to_owned())]);
        let ground = "Luật 91/2025/QH15 Đ.14: hồ sơ trong thời hạn lưu trữ.";
        let closed = act(&w, &path, "close", json!({"on": "2026-04-01", "outcome": "refused", "ground": ground})).await.expect(200).json();
        assert_eq!((&closed["ground"], &closed["overdue"]), (&json!(ground), &json!(false)));
        act(&w, &path, "reply", json!({"on": "2026-04-01"})).await.refused(409, "not_possible_in_state");
        let (other, _) = asked(&w, "view").await;
        act(&w, &other, "reply", json!({"on": "2026-03-03"})).await.expect(200);
        act(&w, &other, "reply", json!({"on": "2026-03-02"})).await.refused(409, "not_possible_in_state");
        let far = json!({"until": "9999-12-31", "reason": "Nhầm."});
        act(&w, &other, "extend", far).await.refused(422, "validation_failed");
        assert_eq!(w.get("admin", "/subject-requests?open=true").await.json()["items"].as_array().unwrap().len(), 9);
        // Only who protects personal data: neither clerks nor those who read the trail.
        for user in ["clerk.skhcn", "inspector", "custodian", "officer.snv"] {
            w.get(user, "/subject-requests").await.expect(403);
            w.get(user, &path).await.expect(403);
        }
        let trail = w.get("inspector", "/audit?action=close_subject_request").await.expect(200).json();
        assert!(!trail.to_string().contains("Đặng"), "the trail names who asked");
    }

    async fn an_incident_has_its_hours_and_says_whose_data_it_may_concern(w) {
        let people = w.officials("SKHCN").await;
        w.get("custodian", &format!("/officials/{}/passports", people[0])).await.expect(200);
        w.get("custodian", "/officials?format=csv").await.expect(200);
        w.get("inspector", &format!("/officials/{}", people[0])).await.expect(200);
        let visit = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &visit, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.get("police", &format!("/inbound-delegations/{visit}")).await.expect(200);
        let body = json!({"title": "Mất máy tính của người quản lý hộ chiếu", "description": "Mất trên xe.", "detected_at": "2026-03-01T20:00:00Z"});
        let made = w.post("admin", "/incidents", body).await.expect(201).json();
        assert_eq!((&made["notice_due_at"], &made["report_due_at"]), (&json!("2026-03-02T20:00:00Z"), &json!("2026-03-04T20:00:00Z")));
        assert_eq!((&made["overdue"], &made["citation_read"]), (&json!(false), &json!("secondary")));
        let path = format!("/incidents/{}", made["id"].as_str().unwrap());
        let told = w.get("admin", &format!("{path}/concerned?actor=custodian")).await.expect(200).json();
        let rows: Vec<(&str, &Value)> = told["items"].as_array().unwrap().iter().map(|r| (r["action"].as_str().unwrap(), &r["people"])).collect();
        assert!(rows.contains(&("reveal_passport", &json!(1))), "{told}");
        assert!(rows.iter().any(|(action, _)| *action == "export"), "{told}");
        // Of the two guests one has a passport.
        let police = w.get("admin", &format!("{path}/concerned?actor=police")).await.expect(200).json();
        assert_eq!((&police["items"][0]["people"], &police["items"][0]["action"]), (&json!(1), &json!("reveal_passport")));
        assert_eq!(w.get("admin", &format!("{path}/concerned?to=2026-02-28")).await.json()["items"], json!([]));
        act(&w, &path, "notice", json!({"at": "2026-03-01T19:00:00Z"})).await.refused(422, "validation_failed");
        w.advance(chrono::Duration::hours(20));
        assert_eq!(w.get("admin", &path).await.json()["overdue"], true);
        act(&w, &path, "notice", json!({})).await.expect(200);
        act(&w, &path, "notice", json!({"at": "2026-03-02T20:00:00Z"})).await.refused(409, "not_possible_in_state");
        let reported = act(&w, &path, "report", json!({"at": "2026-03-02T21:00:00Z"})).await.expect(200).json();
        assert_eq!((&reported["noticed_at"], &reported["reported_at"], &reported["overdue"]),
            (&json!("2026-03-02T22:00:00Z"), &json!("2026-03-02T21:00:00Z"), &json!(false)));
        act(&w, &path, "close", json!({"conclusion": "Ổ đĩa được mã hóa."})).await.expect(200);
        act(&w, &path, "report", json!({})).await.refused(409, "not_possible_in_state");
        w.get("inspector", &path).await.expect(403);
        w.get("clerk.skhcn", &format!("{path}/concerned")).await.expect(403);
    }
}
