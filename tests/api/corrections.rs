//! What was recorded is put right: old and new value, reason and actor stay; figures and duties follow.

use serde_json::{Value, json};

use crate::world::World;

/// A report with one task for SKHCN.
fn report(summary: &str, skhcn: &str, due: &str) -> Value {
    json!({"summary": summary, "results": ["Biên bản ghi nhớ"], "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": skhcn, "due_on": due}]})
}

fn correction(changes: Value) -> Value {
    json!({"changes": changes, "reason": "Ghi nhầm; đối chiếu dấu xuất nhập cảnh."})
}

async fn duties(w: &World, id: &str) -> Vec<(String, Value, Value)> {
    let all = w.get("officer.snv", &format!("/duties?delegation_id={id}")).await.expect(200).json();
    let one = |d: &Value| (d["code"].as_str().unwrap().to_owned(), d["due_on"].clone(), d["done_on"].clone());
    all["items"].as_array().unwrap().iter().map(one).collect()
}

on_both! {
    async fn a_trip_is_put_right_with_its_duties_and_figures(w) {
        let skhcn = w.agency("SKHCN").await;
        let id = w.approved(w.small_trip().await).await;
        // Nothing was recorded yet.
        w.act("clerk.skhcn", &id, "correct-record", correction(json!({"departed_on": "2026-03-23"}))).await.refused(409, "not_possible_in_state");
        w.advance_days(30);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        let early = w.act("clerk.skhcn", &id, "correct-record", correction(json!({"returned_on": "2026-03-26"}))).await;
        assert_eq!(early.faults(), [("/changes/returned_on".to_owned(), "not_recorded".to_owned())]);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-26"})).await.expect(200);
        assert_eq!(duties(&w, &id).await, [("trip_report".into(), json!("2026-04-10"), Value::Null)]);
        let days = async || w.get("stats", "/statistics/outbound?year=2026&measures=days").await.expect(200).json()["total"]["days"].clone();
        assert_eq!(days().await, 4);

        let right = w.act("clerk.skhcn", &id, "correct-record", correction(json!({"returned_on": "2026-03-28"}))).await.expect(200).json();
        assert_eq!((&right["returned_on"], &right["state"]), (&json!("2026-03-28"), &json!("returned")));
        assert_eq!(duties(&w, &id).await, [("trip_report".into(), json!("2026-04-12"), Value::Null)]);
        assert_eq!(days().await, 6);
        let history = w.get("officer.snv", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let last = history["items"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["action"], &last["actor"], &last["note"]), (&json!("correct-record"), &json!("clerk.skhcn"), &json!("Ghi nhầm; đối chiếu dấu xuất nhập cảnh.")));
        assert_eq!(last["changes"], json!([{"what": "returned_on", "before": "2026-03-26", "after": "2026-03-28"}]));
        let trail = w.get("inspector", "/audit?limit=200").await.expect(200).json();
        let row = trail["items"].as_array().unwrap().iter().find(|row| row["action"] == "correct-record").unwrap();
        assert_eq!((&row["object"], &row["detail"]["more"]["changes"]), (&json!(format!("outbound-delegations/{id}")), &last["changes"]));

        let wrong = async |user: &str, changes: Value| w.act(user, &id, "correct-record", correction(changes)).await.faults();
        let fault = |pointer: &str, code: &str| vec![(format!("/changes{pointer}"), code.to_owned())];
        assert_eq!(wrong("clerk.skhcn", json!({"returned_on": "2026-03-28"})).await, fault("", "nothing_changed"));
        assert_eq!(wrong("clerk.skhcn", json!({"returned_on": "2026-03-22"})).await, fault("/returned_on", "returns_before_departure"));
        assert_eq!(wrong("clerk.skhcn", json!({"returned_on": "2026-06-28"})).await, fault("/returned_on", "in_the_future"));
        assert_eq!(wrong("clerk.skhcn", json!({"departed_on": "2016-03-23"})).await, fault("/departed_on", "out_of_range"));
        assert_eq!(wrong("clerk.skhcn", json!({"headcount": 3})).await, fault("/headcount", "not_of_list"));
        assert_eq!(wrong("clerk.skhcn", json!({"content": {"title": "Khác"}})).await, fault("/content", "not_of_list"));
        assert_eq!(wrong("clerk.skhcn", json!({"report": report("A", &skhcn, "2026-06-01")})).await, fault("/report", "not_recorded"));
        w.act("custodian", &id, "correct-record", correction(json!({"returned_on": "2026-03-27"}))).await.refused(403, "forbidden");

        // The report, its task, and the day of the task.
        w.act("head.skhcn", &id, "submit-report", report("Đã làm việc.", &skhcn, "2026-06-01")).await.expect(200);
        w.act("clerk.skhcn", &id, "correct-record", correction(json!({"report": report("Đã làm việc.", &skhcn, "2026-07-01")}))).await.expect(200);
        let done = json!(w.get("officer.snv", &format!("/outbound-delegations/{id}")).await.json()["updated_at"].as_str().unwrap()[..10]);
        assert_eq!(duties(&w, &id).await, [("trip_report".into(), json!("2026-04-12"), done.clone()), ("follow_up".into(), json!("2026-07-01"), Value::Null)]);
        let bare = json!({"report": {"summary": "Đã làm việc.", "results": [], "follow_ups": []}});
        w.act("officer.snv", &id, "close", json!({})).await.expect(200);
        // A closed record is DOFA's to correct.
        w.act("clerk.skhcn", &id, "correct-record", correction(bare.clone())).await.refused(403, "forbidden");
        w.act("officer.snv", &id, "correct-record", correction(bare)).await.expect(200);
        assert_eq!(duties(&w, &id).await[1], ("follow_up".into(), json!("2026-07-01"), done));
    }

    async fn a_visit_counts_those_who_came(w) {
        let id = w.approved_visit(w.visit().await).await;
        w.advance_days(30);
        w.act_in("clerk.skhcn", &id, "record-arrival", json!({"on": "2026-03-23", "headcount": 112})).await.expect(200);
        w.act_in("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-25"})).await.expect(200);
        let total = async || w.get("stats", "/statistics/inbound?year=2026&measures=days").await.expect(200).json()["total"].clone();
        assert_eq!((&total().await["visits"], &total().await["days"]), (&json!(112), &json!(3)));
        let right = json!({"recorded_headcount": 12, "departed_on": "2026-03-26"});
        let seen = w.act_in("clerk.skhcn", &id, "correct-record", correction(right)).await.expect(200).json();
        assert_eq!((&seen["recorded_headcount"], &seen["departed_on"]), (&json!(12), &json!("2026-03-26")));
        assert_eq!((&total().await["visits"], &total().await["days"]), (&json!(12), &json!(4)));
        let changes = json!([{"what": "departed_on", "before": "2026-03-25", "after": "2026-03-26"}, {"what": "recorded_headcount", "before": 112, "after": 12}]);
        let history = w.get("officer.snv", &format!("/inbound-delegations/{id}/history")).await.expect(200).json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["changes"], changes);
        let wrong = w.act_in("clerk.skhcn", &id, "correct-record", correction(json!({"arrived_on": "2026-03-27"}))).await;
        assert_eq!(wrong.faults(), [("/changes/departed_on".to_owned(), "departs_before_arrival".to_owned())]);
        assert_eq!(total().await["visits"], 12);
    }

    async fn a_trip_of_an_old_list_is_put_right_in_its_number_days_and_content(w) {
        let list = "Tên đoàn,Nước đến,Ngày đi,Ngày về,Số người,Cơ quan\nĐoàn học tập,KR,2023-05-08,2023-05-12,7,SKHCN\n";
        let batch = w.import("officer.snv", &[("kind", "outbound"), ("dry_run", "false")], "a.csv", list.as_bytes()).await.expect(201).json();
        assert_eq!(batch["created"], 1, "{batch}");
        let id = w.get("officer.snv", "/outbound-delegations?year=2023").await.expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        w.post("officer.snv", "/reports", json!({"kind": "annual", "year": 2023})).await.expect(201);
        let changes = json!({"headcount": 17, "departed_on": "2023-05-07", "content": {"title": "Đoàn học tập tại Hàn Quốc"}});
        w.act("clerk.skhcn", &id, "correct-record", correction(changes.clone())).await.refused(403, "forbidden");
        let seen = w.act("officer.snv", &id, "correct-record", correction(changes)).await.expect(200).json();
        assert_eq!((&seen["title"], &seen["state"]), (&json!("Đoàn học tập tại Hàn Quốc"), &json!("closed")));
        let total = w.get("stats", "/statistics/outbound?year=2023&measures=days").await.expect(200).json()["total"].clone();
        assert_eq!((&total["visits"], &total["days"]), (&json!(17), &json!(6)));
        let history = w.get("officer.snv", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let what: Vec<&str> = history["items"][1]["changes"].as_array().unwrap().iter().map(|c| c["what"].as_str().unwrap()).collect();
        assert_eq!(what, ["departed_on", "headcount", "content"]);
        let back = w.act("officer.snv", &id, "correct-record", correction(json!({"departed_on": "2023-05-13"}))).await;
        assert_eq!(back.faults(), [("/changes/returned_on".to_owned(), "returns_before_departure".to_owned())]);
    }
}
