//! After the trip: passports, reports, settlements, follow-ups; what is overdue, excused, held and overridden.

use serde_json::{Value, json};

use crate::world::{Answer, World, decision};

/// A rule that holds agencies after two reminders.
const HOLD: &str = r#"
[[limit]]
id = "reports-overdue"
for = ["outbound"]
finding = "report_overdue"
severity = "block"
max = 2
waivable_by = "dofa_director"
status = "sample"
citation = "Quy chế mẫu 2026: quá 02 lần nhắc thì chưa nhận hồ sơ mới, trừ khi Giám đốc Sở Ngoại vụ đồng ý"
"#;

/// The sample province's pack with it.
fn holding() -> String {
    include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1) + HOLD
}

async fn duties(w: &World, user: &str, query: &str) -> Vec<Value> {
    w.get(user, &format!("/duties{query}")).await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn act(w: &World, user: &str, path: &str, action: &str, body: Value) -> Answer {
    let etag = w.get("officer.snv", path).await;
    let etag = if etag.status == 200 && etag.headers.contains_key("etag") { etag.etag() } else { "\"1\"".into() };
    w.as_user(
        user,
        World::request("POST", &format!("{path}/{action}")).insert_header(("If-Match", etag)).set_json(body),
    )
    .await
}

/// The study visit with an official passport of its third member, approved; and that member.
async fn approved_with_passport(w: &World) -> (String, String) {
    let people = w.officials("SKHCN").await;
    let passport = json!({"kind": "official", "passport_number": "O7654321", "issued_on": "2026-01-05", "expires_on": "2031-01-05"});
    w.post("custodian", &format!("/officials/{}/passports", people[3]), passport).await.expect(201);
    (w.approved(w.small_trip().await).await, people[3].clone())
}

async fn hand_over(w: &World, id: &str, official: &str) -> Answer {
    let given = json!({"delegation_id": id, "official_id": official, "on": "2026-03-02", "receipt": "12/BN-SNV"});
    w.post("custodian", "/custodies", given).await
}

on_both! {
    // A9: re-entry on Friday 12 June 2026.
    async fn an_official_passport_is_due_in_five_working_days_and_a_private_journey_is_reported_in_seven(w) {
        let people = w.officials("SKHCN").await;
        let passport = json!({"kind": "official", "passport_number": "O7654321", "expires_on": "2031-01-05"});
        w.post("custodian", &format!("/officials/{}/passports", people[3]), passport).await.expect(201);
        let mut trip = w.small_trip().await;
        for (field, day) in [("departure_date", "2026-06-08"), ("return_date", "2026-06-12")] {
            trip[field] = json!(day);
        }
        trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-06-08", "to": "2026-06-12"}]);
        let id = w.approved(trip).await;
        hand_over(&w, &id, &people[3]).await.expect(201);
        w.advance_days(98);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-06-08"})).await.expect(200);
        w.advance_days(4);
        w.act("custodian", &id, "record-return", json!({"on": "2026-06-12"})).await.expect(200);
        let owed = duties(&w, "custodian", "").await;
        assert_eq!((owed.len(), &owed[0]["code"], &owed[0]["due_on"]), (1, &json!("passport_return"), &json!("2026-06-19")));
        assert_eq!(owed[0]["official_id"], people[3].as_str());
        w.advance_days(7);
        assert!(duties(&w, "custodian", "?overdue=true").await.is_empty());
        w.advance_days(3);
        // On 22 June it is late; whoever keeps it reports in writing.
        let late = duties(&w, "custodian", "?overdue=true").await;
        assert_eq!((&late[0]["overdue"], &late[0]["reminders"]), (&json!(true), &json!(1)));
        let out = w.get("custodian", "/custodies?out=true").await.expect(200).json();
        assert_eq!((&out["items"][0]["overdue"], &out["items"][0]["due_on"]), (&json!(true), &json!("2026-06-19")));
        // The head of the agency accepts a reason: it is late no more.
        let path = format!("/duties/{}", late[0]["id"].as_str().unwrap());
        let reason = json!({"reason": "Đi công tác tiếp.", "until": "2026-06-30"});
        act(&w, "clerk.skhcn", &path, "excuse", reason.clone()).await.refused(403, "forbidden");
        let excused = act(&w, "head.skhcn", &path, "excuse", reason).await.expect(200).json();
        assert_eq!((&excused["overdue"], &excused["excused_until"]), (&json!(false), &json!("2026-06-30")));
        let custody = format!("/custodies/{}", out["items"][0]["id"].as_str().unwrap());
        let back = w.as_user("custodian", World::request("POST", &format!("{custody}/return")).insert_header(("If-Match", "\"1\"")).set_json(json!({"on": "2026-06-22"}))).await.expect(200).json();
        assert_eq!((&back["returned_on"], &back["overdue"]), (&json!("2026-06-22"), &json!(false)));
        assert_eq!(duties(&w, "custodian", "?open=true").await.len(), 0);

        // Seven working days after a private journey of a Party member: Tuesday 23 June.
        let mut private = w.small_trip().await;
        private["procedure"] = json!("private_travel");
        private["purpose"] = json!("private");
        private["funding"] = json!([{"source": "self"}]);
        private.as_object_mut().unwrap().remove("inviting_party");
        private["members"] = json!([{"official_id": people[1], "role": "head"}]);
        for (field, day) in [("departure_date", "2026-06-08"), ("return_date", "2026-06-12")] {
            private[field] = json!(day);
        }
        private["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-06-08", "to": "2026-06-12"}]);
        let id = w.draft(private).await;
        w.upload("clerk.skhcn", &id, "leave_application").await.expect(201);
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        let mut given = decision("approve");
        given["document"]["date"] = json!("2026-06-01");
        w.act("chair", &id, "decide", given).await.expect(200);
        let no = hand_over(&w, &id, &people[1]).await;
        // Nor before the decision.
        let wrong = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        assert_eq!(no.faults(), [wrong("/passport_id", "ordinary_passport_only"), wrong("/on", "before_the_decision")]);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-06-08"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-06-12"})).await.expect(200);
        let owed = duties(&w, "clerk.skhcn", &format!("?delegation_id={id}")).await;
        assert_eq!((owed.len(), &owed[0]["code"], &owed[0]["due_on"]), (1, &json!("party_report"), &json!("2026-06-23")));
        let path = format!("/duties/{}", owed[0]["id"].as_str().unwrap());
        let done = act(&w, "clerk.skhcn", &path, "fulfil", json!({"on": "2026-06-22", "note": "Đã báo cáo chi bộ."})).await.expect(200).json();
        assert_eq!(done["done_on"], "2026-06-22");
    }

    async fn whoever_looks_at_a_list_of_numbers_leaves_a_row(w) {
        let (id, official) = approved_with_passport(&w).await;
        hand_over(&w, &id, &official).await.expect(201);
        let seen = async || w.get("inspector", "/audit?action=reveal_passport&object=custodies").await.json()["items"].clone();
        w.get("inspector", "/custodies").await.expect(200);
        assert_eq!(seen().await, json!([]), "masked numbers are no look");
        w.get("custodian", "/custodies").await.expect(200);
        assert_eq!(seen().await[0]["detail"]["of"], json!([official]));
    }

    async fn a_passport_is_recalled_by_the_days_that_hold(w) {
        let people = w.officials("SKHCN").await;
        let kept = |number: &str, kind: &str| json!({"kind": kind, "passport_number": number, "expires_on": "2031-01-05"});
        let path = format!("/officials/{}/passports", people[3]);
        w.post("custodian", &path, kept("O7654321", "official")).await.expect(201);
        let second = w.post("custodian", &path, kept("D7654321", "diplomatic")).await.expect(201).json();
        let id = w.approved(w.small_trip().await).await;
        let early = json!({"delegation_id": id, "official_id": people[3], "on": "2026-02-27", "receipt": "1"});
        assert_eq!(w.post("custodian", "/custodies", early).await.faults(), [("/on".to_owned(), "before_the_decision".to_owned())]);
        hand_over(&w, &id, &people[3]).await.expect(201);
        let both = json!({"delegation_id": id, "official_id": people[3], "passport_id": second["id"], "on": "2026-03-02", "receipt": "2"});
        w.post("custodian", "/custodies", both).await.refused(409, "already_exists");
        let due = async |w: &World| duties(w, "custodian", "?code=passport_return").await[0]["due_on"].clone();
        assert_eq!(due(&w).await, "2026-04-03");
        w.act("clerk.skhcn", &id, "amend", json!({"changes": {"return_date": "2026-03-25"}, "reason": "Về sớm."})).await.expect(200);
        assert_eq!(due(&w).await, "2026-04-01");
        w.act("clerk.skhcn", &id, "cancel", json!({"reason": "Bạn hủy."})).await.expect(200);
        assert_eq!(due(&w).await, "2026-03-09");
        // Whoever recalls it sees why.
        assert_eq!(w.trip("custodian", &id).await["state"], "cancelled");
    }

    async fn what_is_entered_late_is_overdue_at_once_and_reminded_of_from_then_on(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[3], "role": "head"}]);
        (trip["departure_date"], trip["return_date"]) = (json!("2026-02-02"), json!("2026-02-05"));
        trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-02-02", "to": "2026-02-05"}]);
        let id = w.draft(trip).await;
        for paper in ["request_letter", "invitation", "programme", "cost_estimate"] {
            w.upload("clerk.skhcn", &id, paper).await.expect(201);
        }
        w.act("head.skhcn", &id, "submit", json!({"explanation": "Nhập hồ sơ giấy."})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let mut old = decision("approve");
        old["document"]["date"] = json!("2026-01-30");
        w.act("director.snv", &id, "decide", old).await.expect(200);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-02-02"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-02-05"})).await.expect(200);
        let late = duties(&w, "officer.snv", "?overdue=true&code=trip_report").await;
        assert_eq!((late.len(), &late[0]["overdue"], &late[0]["reminders"]), (1, &json!(true), &json!(0)));
        w.advance_days(1);
        assert_eq!(duties(&w, "officer.snv", "?overdue=true&code=trip_report").await[0]["reminders"], 1);
    }

    async fn official_business_is_done_on_the_official_passport(w) {
        let people = w.officials("SKHCN").await;
        let passport = json!({"kind": "official", "passport_number": "O7654321", "expires_on": "2026-06-30"});
        w.post("custodian", &format!("/officials/{}/passports", people[3]), passport).await.expect(201);
        let expires_early = async |w: &World, trip: Value| {
            let id = w.draft(trip).await;
            let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
            asked["findings"].as_array().unwrap().iter().any(|f| f["code"] == "passport_expires_early")
        };
        assert!(expires_early(&w, w.small_trip().await).await);
        let mut private = w.small_trip().await;
        private["procedure"] = json!("private_travel");
        private["purpose"] = json!("private");
        private["funding"] = json!([{"source": "self"}]);
        private.as_object_mut().unwrap().remove("inviting_party");
        private["members"] = json!([{"official_id": people[3], "role": "head"}]);
        assert!(!expires_early(&w, private).await);
    }

    async fn a_passport_is_handed_over_only_after_the_decision(w) {
        let people = w.officials("SKHCN").await;
        let passport = json!({"kind": "official", "passport_number": "O7654321", "expires_on": "2031-01-05"});
        let own = w.post("custodian", &format!("/officials/{}/passports", people[3]), passport).await.expect(201).json();
        let id = w.submitted(w.small_trip().await).await;
        hand_over(&w, &id, &people[3]).await.refused(409, "not_possible_in_state");
        let draft = w.draft(w.later_trip(&[3]).await).await;
        assert_eq!(hand_over(&w, &draft, &people[3]).await.faults(), [("/delegation_id".to_owned(), "unknown_delegation".to_owned())]);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
        w.post("clerk.skhcn", "/custodies", json!({"delegation_id": id, "official_id": people[3], "on": "2026-03-02", "receipt": "1"})).await.refused(403, "forbidden");
        let stranger = hand_over(&w, &id, &people[4]).await;
        assert_eq!(stranger.faults(), [("/official_id".to_owned(), "unknown_member".to_owned())]);
        let none = hand_over(&w, &id, &people[2]).await;
        assert_eq!(none.faults(), [("/passport_id".to_owned(), "not_kept".to_owned())]);
        let given = hand_over(&w, &id, &people[3]).await.expect(201).json();
        assert_eq!((given["kind"].as_str(), given["receipt"].as_str(), given["due_on"].as_str()), (Some("official"), Some("12/BN-SNV"), Some("2026-04-03")));
        hand_over(&w, &id, &people[3]).await.refused(409, "already_exists");
        // Lost: it is valid no more, and no trip is made on it.
        let custody = format!("/custodies/{}", given["id"].as_str().unwrap());
        let lost = json!({"on": "2026-03-02", "document": {"number": "45/SKHCN-VP", "date": "2026-03-02"}});
        w.as_user("custodian", World::request("POST", &format!("{custody}/lost")).insert_header(("If-Match", "\"1\"")).set_json(lost)).await.expect(200);
        let passports = w.get("custodian", &format!("/officials/{}/passports", people[3])).await.expect(200).json();
        let found = passports["items"].as_array().unwrap().iter().find(|p| p["id"] == own["id"]).unwrap();
        assert_eq!(found["standing"], "lost");
        // It does not become valid by being put down again.
        let twice = json!({"kind": "official", "passport_number": " o7654321", "expires_on": "2031-01-05"});
        w.post("custodian", &format!("/officials/{}/passports", people[3]), twice).await.refused(409, "already_exists");
        let again = w.post("custodian", "/custodies", json!({"delegation_id": id, "official_id": people[3], "passport_id": own["id"], "on": "2026-03-02", "receipt": "2"})).await;
        assert_eq!(again.faults(), [("/passport_id".to_owned(), "passport_not_valid".to_owned())]);
        let ordinary = passports["items"].as_array().unwrap().iter().find(|p| p["kind"] == "ordinary").unwrap()["id"].as_str().unwrap().to_owned();
        let cancelled = json!({"standing": "cancelled", "on": "2026-03-02", "document": {"number": "1", "date": "2026-03-02"}});
        w.post("clerk.syt", &format!("/officials/{}/passports/{ordinary}/report", people[3]), cancelled.clone()).await.refused(403, "forbidden");
        w.post("clerk.skhcn", &format!("/officials/{}/passports/{ordinary}/report", people[3]), cancelled).await.expect(200);
        w.get("clerk.skhcn", "/custodies").await.refused(403, "forbidden");
    }

    async fn reports_settlements_and_follow_ups_are_owed_and_done(w) {
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        w.act("chair", &id, "decide", decision("approve")).await.expect(200);
        w.advance_days(30);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-28"})).await.expect(200);
        // Terms run from the day they were really back.
        let owed = duties(&w, "clerk.skhcn", "").await;
        let told: Vec<(&str, &Value)> = owed.iter().map(|d| (d["code"].as_str().unwrap(), &d["due_on"])).collect();
        assert_eq!(told, [("trip_report", &json!("2026-04-12")), ("settlement", &Value::Null)]);
        let settlement = format!("/duties/{}", owed[1]["id"].as_str().unwrap());
        let none = act(&w, "clerk.skhcn", &settlement, "fulfil", json!({"on": "2026-03-30"})).await;
        assert_eq!(none.faults(), [("/lines".to_owned(), "missing".to_owned())]);
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let lines = json!([{"what": "Vé máy bay", "estimate": usd(1_300_000), "actual": usd(1_250_000), "rate": "25400.5"},
            {"what": "Bảo hiểm", "estimate": {"amount": 5_000_000, "currency": "VND"}, "actual": {"amount": 4_000_000, "currency": "VND"}}]);
        let mut unrated = lines.clone();
        unrated[0].as_object_mut().unwrap().remove("rate");
        let bad = act(&w, "clerk.skhcn", &settlement, "fulfil", json!({"on": "2026-03-30", "lines": unrated})).await;
        assert_eq!(bad.faults(), [("/lines/0/rate".to_owned(), "invalid_rate".to_owned())]);
        let settled = act(&w, "clerk.skhcn", &settlement, "fulfil", json!({"on": "2026-03-30", "lines": lines})).await.expect(200).json();
        assert_eq!((&settled["settlement"]["total_vnd"], &settled["settlement"]["estimated_vnd"]), (&json!(321_506_250), &json!(335_206_500)));
        act(&w, "clerk.skhcn", &settlement, "fulfil", json!({"on": "2026-03-30", "lines": []})).await.refused(409, "not_possible_in_state");
        let figures = async || w.get("stats", "/statistics/outbound?year=2026&by=month&measures=days,person_days,settled").await.expect(200).json();
        let counted = figures().await;
        assert_eq!(counted["total"]["settled"], json!({"amount": 321_506_250, "currency": "VND"}));
        assert_eq!((&counted["total"]["days"], &counted["total"]["person_days"]), (&json!(6), &json!(6 * counted["total"]["visits"].as_i64().unwrap())));
        assert_eq!(counted["rows"][0]["settled"], counted["total"]["settled"]);
        // It is put right by another, which says why.
        let right = json!({"on": "2026-03-31", "reason": "Thiếu hóa đơn.", "lines": [{"what": "Vé máy bay", "actual": usd(1_250_000), "rate": "25400.5"}]});
        act(&w, "clerk.syt", &settlement, "correct", right.clone()).await.refused(404, "not_found");
        let corrected = act(&w, "clerk.skhcn", &settlement, "correct", right.clone()).await.expect(200).json();
        assert_eq!((&corrected["settlement"]["total_vnd"], &corrected["settlement"]["estimated_vnd"], &corrected["done_note"]), (&json!(317_506_250), &Value::Null, &json!("Thiếu hóa đơn.")));
        assert_eq!(figures().await["total"]["settled"]["amount"], 317_506_250);
        let trail = w.get("inspector", "/audit?limit=200").await.expect(200).json().to_string();
        assert!(trail.contains("correct_settlement") && trail.contains("321506250"));
        let report_due = format!("/duties/{}", owed[0]["id"].as_str().unwrap());
        act(&w, "clerk.skhcn", &report_due, "correct", right).await.refused(409, "not_possible_in_state");

        let report = json!({"summary": "Tốt.", "results": [], "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": w.agency("SYT").await, "due_on": "2026-12-31"}]});
        w.act("head.skhcn", &id, "submit-report", report).await.expect(200);
        let of_syt = duties(&w, "clerk.syt", "").await;
        assert_eq!((&of_syt[0]["task"], &of_syt[0]["due_on"]), (&json!("Cử 10 thực tập sinh"), &json!("2026-12-31")));
        assert!(duties(&w, "clerk.skhcn", "?open=true").await.is_empty());
        w.get("clerk.skhcn", &format!("/duties/{}", of_syt[0]["id"].as_str().unwrap())).await.refused(404, "not_found");
        assert!(w.get("clerk.skhcn", &format!("/duties?agency_id={}", w.agency("SYT").await)).await.status == 403);
        let by = w.get("officer.snv", "/duties/by-agency").await.expect(200).json();
        assert_eq!((by["items"].as_array().unwrap().len(), &by["items"][0]["open"], &by["items"][0]["overdue"]), (1, &json!(1), &json!(0)));
    }

    async fn an_agency_that_leaves_reminders_unanswered_is_held_until_a_named_body_overrides(w) {
        w.as_user("rules", World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(holding())).await.expect(201);
        let (id, _) = approved_with_passport(&w).await;
        w.advance_days(30);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-27"})).await.expect(200);
        let owed = duties(&w, "clerk.skhcn", "").await;
        assert_eq!((owed.len(), &owed[0]["due_on"]), (1, &json!("2026-04-11")));
        let next = async |w: &World| {
            let mut trip = w.small_trip().await;
            for (field, day) in [("departure_date", "2026-07-06"), ("return_date", "2026-07-07")] {
                trip[field] = json!(day);
            }
            trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-07-06", "to": "2026-07-07"}]);
            let id = w.draft(trip).await;
            for document in ["request_letter", "invitation", "programme"] {
                w.upload("clerk.skhcn", &id, document).await.expect(201);
            }
            id
        };
        let waiting = next(&w).await;
        // Reminders come on 12 and 19 April; on the 26th, with the third, the agency is held.
        w.advance_days(24);
        assert_eq!(duties(&w, "clerk.skhcn", "").await[0]["reminders"], 2);
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{waiting}/assessment")).await.expect(200).json();
        assert!(asked["findings"].as_array().unwrap().iter().all(|f| f["code"] != "report_overdue"));
        w.advance_days(1);
        let held = w.act("head.skhcn", &waiting, "submit", json!({})).await.refused(409, "blocked_by_rule");
        assert_eq!(held["errors"][0]["code"], "report_overdue");
        // Its head cannot excuse it away.
        let path = format!("/duties/{}", owed[0]["id"].as_str().unwrap());
        act(&w, "head.skhcn", &path, "excuse", json!({"reason": "x", "until": "2026-06-30"})).await.refused(409, "not_possible_in_state");
        // Another agency is not held by it.
        let path = format!("/duties/{}", owed[0]["id"].as_str().unwrap());
        act(&w, "chair", &path, "override", json!({"reason": "x"})).await.refused(403, "forbidden");
        let over = act(&w, "director.snv", &path, "override", json!({"reason": "Theo chỉ đạo."})).await.expect(200).json();
        assert_eq!((&over["overridden"], &over["overdue"]), (&json!("Theo chỉ đạo."), &json!(true)));
        w.act("head.skhcn", &waiting, "submit", json!({})).await.expect(200);
        let by = w.get("officer.snv", "/duties/by-agency").await.expect(200).json();
        assert_eq!((&by["items"][0]["overdue"], &by["items"][0]["reminders"]), (&json!(1), &json!(3)));
    }
}
