//! A visit end to end: from the draft over programme, police and decision to the recorded headcount in the figures.

use ngoaivu::procedures::rebuild_facts;
use ngoaivu::procedures::register::registers;
use ngoaivu::statistics::store;
use serde_json::{Value, json};

use crate::world::{World, decision};

async fn visit(w: &World, user: &str, id: &str) -> Value {
    w.get(user, &format!("/inbound-delegations/{id}")).await.expect(200).json()
}

async fn figures(w: &World, query: &str) -> Value {
    w.get("stats", &format!("/statistics/inbound?{query}")).await.expect(200).json()
}

on_both! {
    async fn a_visit_goes_from_the_draft_to_the_annual_figures(w) {
        let created = w.post("clerk.skhcn", "/inbound-delegations", w.visit().await).await.expect(201);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(created.headers["location"], format!("/api/v1/inbound-delegations/{id}"));
        assert_eq!(created.json()["allowed_actions"], json!(["edit", "delete", "upload", "request-signature"]));
        w.get("officer.snv", &format!("/inbound-delegations/{id}")).await.refused(404, "not_found");

        let asked = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!((&asked["outcome"], &asked["decider"]["body"]), (&json!("supplement_needed"), &json!("ppc_chair")));
        w.act_in("head.skhcn", &id, "submit", json!({})).await.refused(409, "dossier_incomplete");
        w.act_in("clerk.skhcn", &id, "cancel", json!({"reason": "x"})).await.refused(409, "not_possible_in_state");
        let etag = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
        let gone = World::request("DELETE", &format!("/inbound-delegations/{id}")).insert_header(("If-Match", etag));
        assert_eq!(w.as_user("clerk.skhcn", gone).await.status, 204);

        let id = w.submitted_visit(w.visit().await).await;
        let asked = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!(asked["outcome"], "ready");
        // Two working days from Monday, three for the police, two for the Chair.
        let steps: Vec<(&Value, &Value, &Value)> =
            asked["steps"].as_array().unwrap().iter().map(|s| (&s["kind"], &s["body"], &s["due_on"])).collect();
        assert_eq!(steps, [
            (&json!("appraise"), &json!("dofa"), &json!("2026-03-04")),
            (&json!("consult"), &json!("provincial_police"), &json!("2026-03-09")),
            (&json!("decide"), &json!("ppc_chair"), &json!("2026-03-11")),
        ]);
        assert_eq!(asked["steps"][1]["silence"], "proceed");
        for part in ["steps", "dossier"] {
            assert!(asked[part].as_array().unwrap().iter().all(|i| i["citation"].as_str().is_some_and(|c| !c.is_empty())));
        }
        let seen = visit(&w, "officer.snv", &id).await;
        assert_eq!((&seen["state"], &seen["number"], &seen["headcount"]), (&json!("submitted"), &json!("DV-2026-0001"), &json!(12)));
        assert_eq!(seen["guests"][0]["passport_number"], "••••5678");

        assert_eq!(w.get("officer.snv", "/inbox").await.json()["items"][0]["procedure"], "inbound");
        let appraised = w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable", "note": "Nội dung phù hợp."})).await.expect(200).json();
        assert_eq!(appraised["state"], "consulting");
        assert_eq!(w.get("police", "/inbox").await.json()["items"][0]["step"], json!({"kind": "consult", "body": "provincial_police", "due_on": "2026-03-09"}));

        // The police sees what it is asked about: guests with their passports, not what others said.
        let asked = visit(&w, "police", &id).await;
        assert_eq!((asked["guests"][0]["passport_number"].as_str(), asked["steps"].as_array().unwrap().len()), (Some("M12345678"), 1));
        assert!(asked["decision"].is_null() && asked["ruling"].is_null());
        let history = w.get("police", &format!("/inbound-delegations/{id}/history")).await.json();
        assert_eq!(history["items"], json!([]));
        let trail = w.get("admin", "/audit?limit=200").await.json();
        assert!(trail["items"].as_array().unwrap().iter().any(|i| i["action"] == "reveal_passport" && i["actor"] == "police"));
        w.get("police", &format!("/inbound-delegations/{id}/assessment")).await.refused(403, "forbidden");
        w.act_in("chair", &id, "decide", decision("approve")).await.refused(409, "not_possible_in_state");
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable", "note": ""})).await.expect(200);

        let with_conditions = json!({"verdict": "approve", "document": {"number": "812/UBND-NC", "date": "2026-03-02", "signed_as": "direct"},
            "conditions": ["Làm việc đúng chương trình.", "Báo cáo kết quả trong 15 ngày."]});
        let approved = w.act_in("chair", &id, "decide", with_conditions).await.expect(200).json();
        assert_eq!((&approved["state"], approved["decision"]["conditions"].as_array().unwrap().len()), (&json!("approved"), 2));
        assert_eq!(visit(&w, "police", &id).await["decision"], Value::Null);
        assert_eq!(figures(&w, "year=2026").await["total"], json!({"delegations": 1, "visits": 12, "persons": 12}));

        w.act_in("clerk.skhcn", &id, "record-arrival", json!({"on": "2026-03-23", "headcount": 11})).await.expect(422);
        w.advance_days(30);
        let here = w.act_in("clerk.skhcn", &id, "record-arrival", json!({"on": "2026-03-23", "headcount": 11})).await.expect(200).json();
        assert_eq!((&here["state"], &here["recorded_headcount"], &here["headcount"]), (&json!("on_site"), &json!(11), &json!(12)));
        let sooner = w.act_in("clerk.skhcn", &id, "amend", json!({"changes": {"arrival_date": "2026-03-22"}, "reason": "x"})).await;
        assert_eq!(sooner.faults(), [("/changes/arrival_date".to_owned(), "begun_already".to_owned())]);
        w.act_in("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-22"})).await.expect(422);
        w.act_in("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-25"})).await.expect(200);
        w.act_in("head.skhcn", &id, "submit-report", json!({"summary": "Đoàn đã làm việc tại tỉnh.", "results": ["Ký biên bản"]})).await.expect(200);
        let closed = w.act_in("officer.snv", &id, "close", json!({})).await.expect(200).json();
        assert_eq!((closed["state"].as_str(), &closed["allowed_actions"]), (Some("closed"), &json!(["correct-record"])));

        let history = w.get("inspector", &format!("/inbound-delegations/{id}/history")).await.json();
        let acts: Vec<(&str, &str)> = history["items"].as_array().unwrap().iter().map(|i| (i["action"].as_str().unwrap(), i["to_state"].as_str().unwrap())).collect();
        assert_eq!(acts, [("create", "draft"), ("submit", "submitted"), ("appraise", "consulting"), ("give-opinion", "awaiting_decision"),
            ("decide", "approved"), ("record-arrival", "on_site"), ("record-departure", "departed"), ("submit-report", "reported"), ("close", "closed")]);

        let expected = json!({"delegations": 1, "visits": 11, "persons": 11});
        for (by, key) in [("country", "KR".to_owned()), ("agency", w.agency("SKHCN").await), ("month", "2026-03".into()), ("field", "science".into()), ("reception_level", "province".into()), ("channel", "state".into())] {
            let counted = figures(&w, &format!("year=2026&by={by}")).await;
            assert_eq!(counted["total"], expected);
            let row = &counted["rows"][0];
            assert_eq!(row["key"], key.as_str());
            assert_eq!(json!({"delegations": row["delegations"], "visits": row["visits"], "persons": row["persons"]}), expected);
        }
        assert_eq!(figures(&w, "year=2026").await["notes"][0]["code"], "persons_not_all_named");
        assert_eq!(w.get("stats", "/statistics/outbound?year=2026").await.json()["total"]["delegations"], 0);
        let list = w.get("clerk.skhcn", "/inbound-delegations?state=closed&country=KR&count=true").await.expect(200).json();
        assert_eq!((&list["total"], &list["items"][0]["headcount"], &list["items"][0]["arrival_date"]), (&json!(1), &json!(11), &json!("2026-03-23")));
        assert!(w.get("inspector", "/outbound-delegations").await.json()["items"].as_array().unwrap().is_empty());
        w.get("inspector", &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        assert!(w.get("clerk.skhcn", "/inbound-delegations?format=xlsx").await.expect(200).bytes.starts_with(b"PK"));
    }

    async fn a_silent_consultee_is_overdue_and_dofa_goes_on_as_the_rule_says(w) {
        let mut body = w.visit().await;
        body["reception_level"] = json!("agency");
        let id = w.submitted_visit(body).await;
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act_in("officer.snv", &id, "proceed", json!({"reason": "Quá hạn."})).await.refused(409, "not_possible_in_state");
        w.advance_days(8);
        let seen = visit(&w, "officer.snv", &id).await;
        let step = &seen["steps"].as_array().unwrap().iter().find(|s| s["kind"] == "consult").unwrap().clone();
        assert_eq!((&step["overdue"], &step["silence"], &step["standing"]), (&json!(true), &json!("proceed"), &json!("open")));
        assert!(step["citation"].as_str().unwrap().contains("quá hạn"));
        assert_eq!(w.get("police", "/inbox").await.json()["items"][0]["overdue"], true);
        assert_eq!(w.get("officer.snv", "/inbound-delegations?overdue=true").await.json()["items"][0]["id"], id.as_str());
        let on = w.act_in("officer.snv", &id, "proceed", json!({"reason": "Công an tỉnh chưa trả lời."})).await.expect(200).json();
        assert_eq!(on["state"], "awaiting_decision");
        let silent = on["steps"].as_array().unwrap().iter().find(|s| s["kind"] == "consult").unwrap().clone();
        assert_eq!((&silent["standing"], &silent["outcome"]), (&json!("skipped"), &json!("silent")));
        w.act_in("director.snv", &id, "decide", decision("approve")).await.expect(200);
    }

    async fn police_and_border_guard_are_consulted_side_by_side_where_the_rules_say_so(w) {
        let pack = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1).replace(
            "  { kind = \"consult\", body = \"provincial_police\", within = \"3 working_days\", silence = \"proceed\" },",
            "  { kind = \"consult\", body = \"provincial_police\", within = \"3 working_days\", silence = \"wait\" },\n  { kind = \"consult\", body = \"border_guard\", within = \"5 working_days\" },",
        );
        let load = World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(pack);
        w.as_user("rules", load).await.expect(201);
        let guard = json!({"username": "bo.doi", "full_name": "Trần Biên Phòng", "agency_id": w.agency("CAT").await, "roles": [], "seats": [{"body": "border_guard"}]});
        let user = w.post("admin", "/users", guard).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let token = w.post("admin", &format!("/users/{user}/reset"), json!({})).await.expect(200).json()["token"].clone();
        w.send(World::request("POST", "/auth/activate").set_json(json!({"token": token, "password": ngoaivu::demo::PASSWORD}))).await.expect(200);
        let id = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let due = |seen: &Value, body: &str| seen["steps"].as_array().unwrap().iter().find(|s| s["body"] == body).map(|s| s["due_on"].clone());
        let seen = visit(&w, "officer.snv", &id).await;
        assert_eq!((due(&seen, "provincial_police"), due(&seen, "border_guard")), (Some(json!("2026-03-09")), Some(json!("2026-03-11"))));
        // Each sees its own question only.
        let guard = visit(&w, "bo.doi", &id).await;
        assert_eq!((due(&guard, "provincial_police"), due(&guard, "border_guard")), (None, Some(json!("2026-03-11"))));
        w.act_in("bo.doi", &id, "give-opinion", json!({"opinion": "unfavourable", "note": "Khu vực đang diễn tập."})).await.expect(200);
        assert_eq!(visit(&w, "officer.snv", &id).await["state"], "consulting");
        // The rule has the police waited for.
        w.advance_days(20);
        w.act_in("officer.snv", &id, "proceed", json!({"reason": "Quá hạn."})).await.refused(409, "not_possible_in_state");
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        assert_eq!(visit(&w, "chair", &id).await["state"], "awaiting_decision");
    }

    async fn whom_the_police_looked_at_is_not_exchanged_without_asking_it(w) {
        let id = w.approved_visit(w.visit().await).await;
        let path = format!("/inbound-delegations/{id}");
        let patch = async |guests: &Value| {
            let etag = w.get("clerk.skhcn", &path).await.etag();
            w.patch("clerk.skhcn", &path, &etag, json!({"guests": guests})).await.expect(200).json()
        };
        let names = |visit: &Value| visit["guests"].as_array().unwrap().iter().map(|g| g["full_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let vetted = w.visit().await["guests"].clone();
        // A corrected letter and another post are annotations.
        let mut corrected = vetted.clone();
        corrected[1]["full_name"] = json!("LEE Jie-un");
        corrected[1]["position"] = json!("Thư ký");
        let seen = patch(&corrected).await;
        assert_eq!((names(&seen)[1].as_str(), &seen["amendments"]), ("LEE Jie-un", &json!([])));
        // Another person, another nationality, one person more: each goes back to the police and the Chair.
        let mut others = corrected.clone();
        others[1] = json!({"full_name": "WANG Wei", "nationality": "CN", "position": "Phiên dịch", "role": "interpreter"});
        let asked = patch(&others).await;
        assert_eq!(names(&asked), ["KIM Young-hwan", "LEE Jie-un"]);
        let amendment = &asked["amendments"][0];
        assert_eq!((&amendment["standing"], &amendment["material"]), (&json!("pending"), &json!(true)));
        let open: Vec<&str> = asked["steps"].as_array().unwrap().iter().filter(|s| s["standing"] == "open").map(|s| s["body"].as_str().unwrap()).collect();
        assert_eq!(open, ["provincial_police"]);
        // Nothing goes past the pending one.
        let etag = w.get("clerk.skhcn", &path).await.etag();
        w.patch("clerk.skhcn", &path, &etag, json!({"guests": vetted[0]})).await.refused(422, "validation_failed");
        let mut more = others.clone();
        more.as_array_mut().unwrap().push(json!({"full_name": "PARK Min-su", "nationality": "KR", "position": ""}));
        w.patch("clerk.skhcn", &path, &etag, json!({"guests": more})).await.refused(409, "not_possible_in_state");
        w.act_in("chair", &id, "decide", decision("approve")).await.refused(409, "not_possible_in_state");
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        // Guests and nationalities are two matters, so it is another decision.
        let mut another = decision("approve");
        another["document"]["number"] = json!("25/QĐ-UBND");
        let decided = w.act_in("chair", &id, "decide", another).await.expect(200).json();
        assert_eq!((names(&decided)[1].as_str(), &decided["amendments"][0]["standing"]), ("WANG Wei", &json!("in_force")));
    }

    async fn an_opinion_about_others_is_asked_for_again_before_the_decision(w) {
        let id = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let path = format!("/inbound-delegations/{id}");
        let patch = async |guests: &Value| {
            let etag = w.get("clerk.skhcn", &path).await.etag();
            w.patch("clerk.skhcn", &path, &etag, json!({"guests": guests})).await.expect(200).json()
        };
        // Nobody has answered yet: the police will see the list as it is then.
        let mut guests = w.visit().await["guests"].clone();
        guests[1] = json!({"full_name": "PARK Min-su", "nationality": "KR", "position": "Phiên dịch"});
        assert_eq!(patch(&guests).await["state"], "consulting");
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        guests[1]["position"] = json!("Thư ký");
        assert_eq!(patch(&guests).await["state"], "awaiting_decision");
        guests[1]["full_name"] = json!("CHOI Dong-hyun");
        assert_eq!(patch(&guests).await["state"], "consulting");
        let inbox = w.get("police", "/inbox").await.expect(200).json();
        assert!(inbox["items"].as_array().unwrap().iter().any(|i| i["delegation_id"] == id.as_str()), "{inbox}");
        w.act_in("chair", &id, "decide", decision("approve")).await.refused(409, "not_possible_in_state");
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        w.act_in("chair", &id, "decide", decision("approve")).await.expect(200);
    }

    async fn guests_are_completed_until_they_leave_and_count_under_each_nationality(w) {
        let guests = json!([
            {"full_name": "KIM Young-hwan", "nationality": "KR", "passport_number": "m1234 5678", "role": "head"},
            {"full_name": "Tanaka Hiroshi", "nationality": "JP", "position": "Cố vấn"}
        ]);
        let mut body = w.visit().await;
        body["guests"] = guests.clone();
        let id = w.approved_visit(body).await;
        let patch = async |w: &World, body: Value| {
            let etag = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
            w.patch("clerk.skhcn", &format!("/inbound-delegations/{id}"), &etag, body).await
        };
        let seen = patch(&w, json!({"guests": guests})).await.expect(200).json();
        assert_eq!(seen["nationalities"], json!([{"country": "KR", "count": 11}, {"country": "JP", "count": 1}]));
        let by = figures(&w, "year=2026&by=country").await;
        assert_eq!((&by["total"]["visits"], by["rows"].as_array().unwrap().len(), &by["notes"][0]["code"]), (&json!(12), 2, &json!("rows_do_not_add_up")));
        // The title is the draft's matter.
        patch(&w, json!({"title": "Khác"})).await.refused(409, "not_possible_in_state");
        patch(&w, json!({"guests": guests, "title": "Khác"})).await.refused(409, "not_possible_in_state");
        // A number that comes back masked is the one that is known.
        let mut back = guests.clone();
        back[0]["passport_number"] = json!("••••5678");
        patch(&w, json!({"guests": back})).await.expect(200);
        w.advance_days(30);
        w.act_in("clerk.skhcn", &id, "record-arrival", json!({"on": "2026-03-23", "headcount": 2})).await.expect(200);
        // Two came, the announced difference is the sending country's: who they were the list says again.
        let by = figures(&w, "year=2026&by=country").await;
        assert_eq!((&by["total"]["visits"], &by["total"]["persons"]), (&json!(2), &json!(2)));
        let seen = patch(&w, json!({"guests": guests, "nationalities": [{"country": "KR", "count": 1}, {"country": "JP", "count": 1}]})).await.expect(200).json();
        assert_eq!(seen["nationalities"], json!([{"country": "KR", "count": 1}, {"country": "JP", "count": 1}]));
        let named = figures(&w, "year=2026").await;
        assert_eq!((&named["total"], &named["notes"]), (&json!({"delegations": 1, "visits": 2, "persons": 2}), &json!([])));
        w.act_in("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-25"})).await.expect(200);
        patch(&w, json!({"guests": []})).await.refused(409, "not_possible_in_state");
        assert_eq!(w.house.db.read_now(|c| ngoaivu::procedures::inbound::people::find(c, 0)).unwrap(), None);
    }

    async fn guests_of_drafts_are_the_agencys_alone_and_are_forgotten_with_them(w) {
        let mut body = w.visit().await;
        let id = w.draft_visit(body.clone()).await;
        assert_eq!(w.get("officer.snv", "/guests").await.json()["items"], json!([]));
        let etag = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
        let gone = World::request("DELETE", &format!("/inbound-delegations/{id}")).insert_header(("If-Match", etag));
        assert_eq!(w.as_user("clerk.skhcn", gone).await.status, 204);
        let left = |w: &World| w.house.db.read_now(|c| {
            use diesel::prelude::*;
            Ok(ngoaivu::db::schema::guests::table.count().get_result::<i64>(c)?)
        }).unwrap();
        assert_eq!(left(&w), 0);
        body["guests"][1]["passport_number"] = json!("M999");
        let id = w.draft_visit(body).await;
        let etag = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
        let fewer = json!({"guests": [{"full_name": "KIM Young-Hwan", "nationality": "KR", "passport_number": "••••5678", "role": "head"}]});
        let seen = w.patch("clerk.skhcn", &format!("/inbound-delegations/{id}"), &etag, fewer).await.expect(200).json();
        assert_eq!((seen["guests"][0]["passport_number"].as_str(), left(&w)), (Some("••••5678"), 1));
    }

    async fn a_consulted_body_that_is_asked_late_has_its_full_time(w) {
        let id = w.submitted_visit(w.visit().await).await;
        w.advance_days(14);
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        assert_eq!(w.get("police", "/inbox").await.json()["items"][0]["step"]["due_on"], "2026-03-19");
        w.act_in("officer.snv", &id, "proceed", json!({"reason": "Quá hạn."})).await.refused(409, "not_possible_in_state");
    }

    async fn the_same_guest_twice_is_one_person_and_two_rows_can_be_merged_with_a_trail(w) {
        let mut first = w.visit().await;
        first["headcount"] = json!(1);
        first["guests"] = json!([{"full_name": "KIM Young-hwan", "nationality": "KR", "passport_number": "M12345678"}]);
        let mut second = first.clone();
        (second["arrival_date"], second["departure_date"], second["programme"]) = (json!("2026-05-11"), json!("2026-05-12"), json!([]));
        w.approved_visit(first.clone()).await;
        w.approved_visit(second.clone()).await;
        assert_eq!(figures(&w, "year=2026").await["total"], json!({"delegations": 2, "visits": 2, "persons": 1}));
        let mut third = second;
        (third["arrival_date"], third["departure_date"]) = (json!("2026-06-08"), json!("2026-06-09"));
        third["guests"] = json!([{"full_name": "Kim Young-Hwan", "nationality": "KR"}]);
        w.approved_visit(third).await;
        assert_eq!(figures(&w, "year=2026").await["total"]["persons"], 2);
        let twins = w.get("officer.snv", "/guests?duplicates=true").await.expect(200).json();
        let ids: Vec<&str> = twins["items"].as_array().unwrap().iter().map(|g| g["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), &twins["items"][0]["passport_number"], &twins["items"][0]["visits"]), (2, &json!("••••5678"), &json!(2)));
        w.get("clerk.skhcn", "/guests").await.refused(403, "forbidden");
        w.post("director.snv", &format!("/guests/{}/merge", ids[0]), json!({"guest_id": ids[1]})).await.refused(403, "forbidden");
        w.post("officer.snv", &format!("/guests/{}/merge", ids[0]), json!({"guest_id": ids[0]})).await.expect(422);
        let merged = w.post("officer.snv", &format!("/guests/{}/merge", ids[0]), json!({"guest_id": ids[1]})).await.expect(200).json();
        assert_eq!(merged["visits"], 3);
        assert_eq!(figures(&w, "year=2026").await["total"], json!({"delegations": 3, "visits": 3, "persons": 1}));
        assert_eq!(w.get("officer.snv", "/guests?duplicates=true").await.json()["items"], json!([]));
        let trail = w.get("admin", "/audit?limit=200").await.json();
        let act = trail["items"].as_array().unwrap().iter().find(|i| i["action"] == "merge_guests").unwrap().clone();
        assert_eq!(act["detail"]["merged"], ids[1]);
        // Whoever comes again without a passport is the person he was merged into.
        let mut fourth = first;
        (fourth["arrival_date"], fourth["departure_date"], fourth["programme"]) = (json!("2026-07-06"), json!("2026-07-07"), json!([]));
        fourth["guests"] = json!([{"full_name": "KIM YOUNG-HWAN", "nationality": "KR"}]);
        w.approved_visit(fourth).await;
        assert_eq!(figures(&w, "year=2026").await["total"]["persons"], 1);
        let stored: Vec<_> = w.house.db.read_now(|c| {
            let year = kernel::time::Period { from: "2026-01-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
            store::in_period(c, kernel::procedure::Procedure::INBOUND, year, ngoaivu::statistics::dimension::DateBasis::Travel)
        }).unwrap();
        assert_eq!(w.house.db.write_now(|conn| rebuild_facts(conn, &registers())).unwrap(), 4);
        assert_eq!(w.house.db.read_now(|c| store::of_delegation(c, stored[0].delegation_id)).unwrap().as_ref(), stored.first());
    }

    async fn a_host_who_is_abroad_or_elsewhere_is_a_clash_for_clerk_and_decider(w) {
        let people = w.officials("SKHCN").await;
        // The host is abroad from 23 to 27 March.
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[2], "role": "head"}]);
        let trip = w.draft(trip).await;
        let id = w.draft_visit(w.visit().await).await;
        let seen = visit(&w, "clerk.skhcn", &id).await;
        let clash = &seen["clashes"][0];
        assert_eq!((&clash["official_id"], &clash["kind"], &clash["draft"], &clash["delegation_id"]), (&json!(people[2]), &json!("abroad"), &json!(true), &json!(trip)));
        let asked = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment")).await.json();
        let finding = asked["findings"].as_array().unwrap().iter().find(|f| f["code"] == "overlapping_trip").unwrap().clone();
        assert_eq!((&finding["severity"], &finding["actual"]), (&json!("warn"), &json!(1)));
        // The trip's own assessment shows it too.
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{trip}/assessment")).await.json();
        assert!(asked["findings"].as_array().unwrap().iter().any(|f| f["code"] == "overlapping_trip" && f["severity"] == "warn"));
        // The Chair sees that there is one, not the draft that is not his to see.
        let second = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &second, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act_in("police", &second, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        let seen = visit(&w, "chair", &second).await;
        let kinds: Vec<(&str, bool)> = seen["clashes"].as_array().unwrap().iter().map(|c| (c["kind"].as_str().unwrap(), c["delegation_id"].is_null())).collect();
        assert_eq!((kinds.len(), kinds.iter().all(|(_, hidden)| *hidden)), (2, true), "{seen}");
        // An hour earlier elsewhere does not clash.
        let mut apart = w.visit().await;
        apart["programme"][0]["starts_at"] = json!("2026-03-23T01:00:00Z");
        apart["programme"][0]["ends_at"] = json!("2026-03-23T02:00:00Z");
        apart["programme"][0]["hosts"] = json!([people[3]]);
        let apart = w.draft_visit(apart).await;
        assert_eq!(visit(&w, "clerk.skhcn", &apart).await["clashes"], json!([]));
    }

    async fn restricted_places_of_the_programme_raise_dated_notices(w) {
        let mut body = w.visit().await;
        body["programme"][0]["restricted_area"] = json!(true);
        let id = w.draft_visit(body).await;
        let asked = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment")).await.json();
        let duties: Vec<(&str, &Value, &Value)> = asked["obligations"].as_array().unwrap().iter().map(|o| (o["code"].as_str().unwrap(), &o["due_on"], &o["due_at"])).collect();
        assert_eq!(duties, [
            ("border_area_permit", &json!("2026-03-17"), &Value::Null),
            ("gate_declaration", &json!("2026-03-22"), &json!("2026-03-22T11:00:00Z")),
            ("border_area_notice", &json!("2026-03-23"), &json!("2026-03-23T02:00:00Z")),
        ]);
    }
}
