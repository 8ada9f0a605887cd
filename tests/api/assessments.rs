//! The regulation answers: scenarios A1, A2, A4 and A14 of domain.md, and what a question must hold.

use serde_json::{Value, json};

fn question(regulation: &str, received_on: &str) -> Value {
    json!({ "procedure": "outbound", "regulation": regulation, "received_on": received_on,
      "departure_date": "2018-04-16", "return_date": "2018-04-20", "purpose": "study_visit",
      "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
      "stops": [{"country": "TH", "days": 5}],
      "travellers": [{"ref": "a", "role": "head", "post_level": "division_head", "managed_by": "agency",
         "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false,
         "key_leader": false, "locality": "so-khcn", "under_discipline": false, "missions_this_year": 0,
         "bloc": "state", "relative_of": null, "passport": {"kind": "ordinary", "expires_on": "2021-01-01"},
         "grade": {"category": "A1", "grade": "chuyên viên", "step": "3/9", "code": "01.003"}}],
      "documents": ["request_letter", "invitation"] })
}

fn notes(answer: &Value) -> Vec<&str> {
    answer["notes"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect()
}

on_both! {
    async fn a1_an_giang_rank_and_file_without_budget(w) {
        let mut asked = question("an-giang-2017", "2017-03-06");
        (asked["departure_date"], asked["return_date"]) = (json!("2017-04-10"), json!("2017-04-14"));
        let answer = w.post("stats", "/assessments", asked).await.expect(200).json();
        assert_eq!(answer["regulation"], json!({"code": "an-giang-2017", "version": 1, "status": "verified", "document": "TTHC 2017; QĐ 3459/QĐ-UBND 31/12/2007"}));
        assert_eq!(answer["outcome"], "ready");
        assert_eq!((&answer["decider"]["body"], &answer["decider"]["rule"]), (&json!("dofa_director"), &json!("out-rank-and-file-no-budget")));
        assert_eq!((&answer["clock_starts_on"], &answer["due_on"]), (&json!("2017-03-06"), &json!("2017-03-10")));
        let steps: Vec<Value> = answer["steps"].as_array().unwrap().iter().map(|s| json!([s["order"], s["kind"], s["body"], s["within"], s["due_on"]])).collect();
        assert_eq!(steps, [
            json!([1, "appraise", "dofa", {"value": 4, "unit": "working_days"}, "2017-03-10"]),
            json!([2, "decide", "dofa_director", null, "2017-03-10"]),
        ]);
        let dossier: Vec<&Value> = answer["dossier"].as_array().unwrap().iter().map(|p| &p["document"]).collect();
        assert_eq!(dossier, ["request_letter", "invitation"]);
        assert_eq!((&answer["sets"], &answer["fee"]), (&json!(1), &json!({"amount": 0, "currency": "VND"})));
        assert_eq!((&answer["findings"], &answer["consents"], &answer["notes"]), (&json!([]), &json!([]), &json!([])));
        assert_eq!((&answer["obligations"][0]["code"], &answer["obligations"][0]["due_on"]), (&json!("passport_return"), &json!("2017-04-21")));
    }

    async fn a2_an_giang_leader_with_budget(w) {
        let mut asked = question("an-giang-2017", "2017-03-06");
        let leader = &mut asked["travellers"][0];
        leader["post_level"] = json!("department_deputy_head");
        leader["provincial_committee_member"] = json!(true);
        leader["passport"]["kind"] = json!("official");
        leader["grade"] = Value::Null;
        asked["funding"] = json!(["provincial_budget"]);
        let answer = w.post("stats", "/assessments", asked.clone()).await.expect(200).json();
        assert_eq!(answer["outcome"], "supplement_needed");
        assert!(answer["clock_starts_on"].is_null() && answer["due_on"].is_null());
        assert!(answer["steps"].as_array().unwrap().iter().all(|s| s["due_on"].is_null()));
        let missing: Vec<&Value> = answer["dossier"].as_array().unwrap().iter().filter(|p| p["present"] == false).map(|p| &p["document"]).collect();
        assert_eq!(missing, ["party_consent"]);
        let found: Vec<&str> = answer["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!(found, ["missing_document", "missing_detail", "consent_missing"]);
        assert_eq!(answer["consents"], json!([{"body": "party_standing_secretariat", "for": ["a"], "citation": answer["consents"][0]["citation"]}]));
        asked["documents"].as_array_mut().unwrap().push(json!("party_consent"));
        asked["travellers"][0]["grade"] = json!({"category": "A2", "grade": "chuyên viên chính", "step": "2/8", "code": "01.002"});
        let answer = w.post("stats", "/assessments", asked).await.expect(200).json();
        assert_eq!((&answer["outcome"], &answer["decider"]["body"], &answer["due_on"]), (&json!("ready"), &json!("ppc"), &json!("2017-03-15")));
    }

    async fn a4_bac_giang_outside_and_inside_party_management(w) {
        let answer = w.post("stats", "/assessments", question("bac-giang-2018", "2018-03-05")).await.expect(200).json();
        assert_eq!((&answer["outcome"], &answer["decider"]["body"]), (&json!("ready"), &json!("ppc_chair")));
        let due: Vec<Value> = answer["steps"].as_array().unwrap().iter().map(|s| json!([s["body"], s["due_on"]])).collect();
        assert_eq!(due, [json!(["dofa", "2018-03-08"]), json!(["ppc_chair", "2018-03-13"])]);
        assert_eq!(notes(&answer), ["refusal_notified_by_ppc_office", "dossier_not_known"]);

        let mut managed = question("bac-giang-2018", "2018-03-05");
        managed["travellers"][0]["managed_by"] = json!("party_standing_board");
        managed["travellers"][0]["bloc"] = json!("party");
        let answer = w.post("stats", "/assessments", managed).await.expect(200).json();
        let bodies: Vec<&Value> = answer["steps"].as_array().unwrap().iter().map(|s| &s["body"]).collect();
        assert_eq!(bodies, ["party_office", "party_standing_secretariat"]);
        assert_eq!(answer["copies_to"], json!(["party_personnel_board", "dofa"]));
        assert!(notes(&answer).contains(&"secondary_source"));
        assert!(answer["steps"].as_array().unwrap().iter().all(|s| s["due_on"].is_null()), "no text gives a time");
    }

    async fn a14_hau_giang_names_its_texts_and_never_a_decider(w) {
        let mut asked = question("hau-giang-2012", "2016-05-04");
        asked["travellers"][0]["post_level"] = json!("department_deputy_head");
        let answer = w.post("stats", "/assessments", asked.clone()).await.expect(200).json();
        assert_eq!((&answer["outcome"], &answer["decider"], &answer["steps"]), (&json!("manual_authority_required"), &Value::Null, &json!([])));
        assert_eq!(answer["regulation"]["status"], "unverified");
        assert_eq!(notes(&answer), ["applicable_text", "applicable_text", "applicable_text", "dossier_not_known"]);
        let fields = asked.as_object_mut().unwrap();
        fields.remove("regulation");
        fields.insert("jurisdiction".into(), json!("hau-giang"));
        fields.insert("received_on".into(), json!("2025-08-04"));
        let answer = w.post("stats", "/assessments", asked).await.expect(200).json();
        assert_eq!(answer["outcome"], "manual_authority_required");
        let successor = answer["notes"].as_array().unwrap().iter().find(|n| n["code"] == "successor_jurisdiction").unwrap();
        assert!(successor["detail"].as_str().unwrap().contains("Cần Thơ") && notes(&answer).contains(&"not_in_force"));
    }

    async fn a_mixed_delegation_takes_the_strictest_decider_whatever_the_order(w) {
        let mut asked = question("mau", "2026-03-02");
        (asked["departure_date"], asked["return_date"]) = (json!("2026-03-23"), json!("2026-03-27"));
        let mut leader = asked["travellers"][0].clone();
        (leader["ref"], leader["role"]) = (json!("b"), json!("member"));
        (leader["post_level"], leader["managed_by"]) = (json!("department_head"), json!("party_standing_board"));
        asked["travellers"].as_array_mut().unwrap().push(leader);
        asked["documents"].as_array_mut().unwrap().push(json!("programme"));
        let answer = w.post("stats", "/assessments", asked.clone()).await.expect(200).json();
        assert_eq!(answer["decider"]["body"], "ppc_chair");
        assert_eq!(answer["consents"][0]["for"], json!(["b"]));
        asked["travellers"].as_array_mut().unwrap().reverse();
        assert_eq!(w.post("stats", "/assessments", asked).await.expect(200).json(), answer);
    }

    async fn a_question_without_its_facts_is_refused_with_every_one_named(w) {
        let mut asked = question("mau", "2026-03-02");
        asked["travellers"][0].as_object_mut().unwrap().remove("managed_by");
        asked.as_object_mut().unwrap().remove("in_plan");
        asked["colour"] = json!("red");
        let faults = w.post("stats", "/assessments", asked).await.expect(422).faults();
        for expected in [("/in_plan", "missing"), ("/travellers/0/managed_by", "missing"), ("/colour", "unknown_field")] {
            assert!(faults.contains(&(expected.0.into(), expected.1.into())), "{expected:?} in {faults:?}");
        }
        let mut wrong = question("mau", "2026-03-02");
        (wrong["departure_date"], wrong["stops"][0]["country"], wrong["travellers"][0]["role"]) = (json!("2018-05-01"), json!("XX"), json!("member"));
        let faults = w.post("stats", "/assessments", wrong).await.expect(422).faults();
        let codes: Vec<&str> = faults.iter().map(|(_, c)| c.as_str()).collect();
        assert_eq!(codes, ["unknown_country", "returns_before_departure", "one_head"]);
        w.post("stats", "/assessments", question("atlantis-2020", "2026-03-02")).await.refused(404, "not_found");
    }

    async fn a_year_without_a_holiday_table_leaves_its_days_open_and_is_named(w) {
        let mut asked = question("an-giang-2017", "2031-03-03");
        (asked["departure_date"], asked["return_date"]) = (json!("2031-04-07"), json!("2031-04-11"));
        let answer = w.post("stats", "/assessments", asked).await.expect(200).json();
        assert!(answer["decider"].is_object() && answer["due_on"].is_null(), "{answer}");
        let note = answer["notes"].as_array().unwrap().iter().find(|n| n["code"] == "holiday_table_missing").unwrap();
        assert!(note["detail"].as_str().unwrap().contains("2031"));
        let table = w.get("stats", "/holidays?year=2024").await.expect(200).json();
        assert!(table["off"].as_array().unwrap().contains(&json!("2024-04-29")) && table["work"] == json!(["2024-05-04"]));
        w.get("stats", "/holidays?year=2031").await.refused(404, "not_found");
    }

    async fn a_missing_passport_is_noted_and_one_that_ends_early_is_found(w) {
        let mut asked = question("mau", "2026-03-02");
        (asked["departure_date"], asked["return_date"]) = (json!("2026-03-23"), json!("2026-03-27"));
        asked["travellers"][0]["passport"] = json!({"kind": "ordinary", "expires_on": "2026-09-26"});
        let answer = w.post("stats", "/assessments", asked.clone()).await.expect(200).json();
        assert!(answer["findings"].as_array().unwrap().iter().any(|f| f["code"] == "passport_expires_early"));
        asked["travellers"][0]["passport"]["expires_on"] = json!("2026-09-27");
        assert!(w.post("stats", "/assessments", asked.clone()).await.json()["findings"].as_array().unwrap().iter().all(|f| f["code"] != "passport_expires_early"));
        asked["travellers"][0].as_object_mut().unwrap().remove("passport");
        let answer = w.post("stats", "/assessments", asked).await.expect(200).json();
        assert!(notes(&answer).contains(&"passport_not_stated"));
    }

    async fn a_pack_is_loaded_by_the_rule_administrator_or_refused_with_every_fault(w) {
        let pack = |text: &'static str| {
            crate::world::World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(text)
        };
        let faulty = "code = \"x-2026\"\nversion = 1\ntitle = \"X\"\ndocument = \"QĐ 1\"\nstatus = \"verified\"\nin_force_from = 2026-01-01\nextends = \"nowhere\"\n[[authority]]\nid = \"a\"\nfor = [\"outbound\"]\nstatus = \"verified\"\ncitation = \"Đ.1\"\ndecider = \"king\"\n";
        let refused = w.as_user("rules", pack(faulty)).await.expect(422);
        assert_eq!((refused.code().as_str(), refused.faults()), ("regulation_invalid", vec![("/line/1".into(), "unknown_regulation".into()), ("/line/13".into(), "unknown_body".into())]));
        let sound = "code = \"x-2026\"\nversion = 1\ntitle = \"X\"\ndocument = \"QĐ 1\"\nstatus = \"verified\"\nin_force_from = 2026-01-01\nextends = \"national\"\n[[authority]]\nid = \"a\"\nfor = [\"outbound\"]\nstatus = \"verified\"\ncitation = \"Đ.1\"\ndecider = \"ppc\"\n";
        let newer = "code = \"x-2026\"\nversion = 2\ntitle = \"Z\"\ndocument = \"QĐ 1\"\nstatus = \"verified\"\nin_force_from = 2026-01-01\nextends = \"national\"\n[[authority]]\nid = \"a\"\nfor = [\"outbound\"]\nstatus = \"verified\"\ncitation = \"Đ.1\"\ndecider = \"ppc\"\n";
        w.as_user("admin", pack(sound)).await.refused(403, "forbidden");
        w.as_user("rules", pack(sound)).await.expect(201);
        let answer = w.post("stats", "/assessments", question("x-2026", "2026-03-02")).await.expect(200).json();
        assert_eq!(answer["decider"]["body"], "ppc");
        let other = "code = \"x-2026\"\nversion = 1\ntitle = \"Y\"\ndocument = \"QĐ 1\"\nstatus = \"unverified\"\nin_force_from = 2026-01-01\n";
        w.as_user("rules", pack(other)).await.refused(409, "already_exists");
        let list = w.get("stats", "/regulations").await.expect(200).json();
        let codes: Vec<&str> = list["items"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = regulation::SHIPPED.iter().map(|(code, _)| *code).chain(["x-2026"]).collect();
        expected.sort_unstable();
        assert_eq!(codes, expected);
        w.get("stats", "/regulations/atlantis").await.refused(404, "not_found");
        // Editions of before can still be read.
        w.as_user("rules", pack(newer)).await.expect(201);
        for (asked, title) in [("", "Z"), ("?version=1", "X"), ("?version=2", "Z")] {
            assert_eq!(w.get("stats", &format!("/regulations/x-2026{asked}")).await.expect(200).json()["title"], title);
        }
        w.get("stats", "/regulations/x-2026?version=3").await.refused(404, "not_found");
    }

    async fn where_no_rule_names_a_decider_dofa_names_one_with_its_text(w) {
        // A pack of the demo province, newer than the sample, that was not read.
        let unread = "code = \"tinh-mau-2026\"\nversion = 1\ntitle = \"Quy chế 2026\"\ndocument = \"QĐ 5/2026\"\nstatus = \"unverified\"\njurisdiction = \"tinh-mau\"\nin_force_from = 2011-01-01\nin_force_to = 2012-01-01\ntexts = [\"QĐ 5/2026\"]\n";
        let request = crate::world::World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(unread);
        w.as_user("rules", request).await.expect(201);
        // In that year, on paper: the clock goes back.
        w.advance_days(-5_400);
        let mut trip = w.small_trip().await;
        (trip["departure_date"], trip["return_date"]) = (json!("2011-06-06"), json!("2011-06-10"));
        (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2011-06-06"), json!("2011-06-10"));
        let id = w.submitted(trip).await;
        let asked = w.get("inspector", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        assert_eq!((&asked["outcome"], &asked["decider"]), (&json!("manual_authority_required"), &Value::Null));
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("chair", &id, "decide", crate::world::decision("approve")).await.refused(404, "not_found");
        let waiting = w.get("officer.snv", "/inbox").await.json();
        assert_eq!(waiting["items"][0]["delegation_id"], id.as_str());
        let assign = json!({"body": "ppc_chair", "citation": "QĐ 5/2026 Đ.7", "reason": "Tra bản giấy."});
        w.act("director.snv", &id, "assign-authority", assign.clone()).await.refused(403, "forbidden");
        let assigned = w.act("officer.snv", &id, "assign-authority", assign.clone()).await.expect(200).json();
        assert_eq!(assigned["ruling"]["assigned"]["citation"], "QĐ 5/2026 Đ.7");
        w.act("officer.snv", &id, "assign-authority", assign).await.refused(409, "not_possible_in_state");
        let mut then = crate::world::decision("approve");
        let far = w.act("chair", &id, "decide", then.clone()).await;
        assert_eq!(far.faults(), [("/document/date".to_owned(), "in_the_future".to_owned())]);
        then["document"]["date"] = json!("2011-05-18");
        w.act("chair", &id, "decide", then).await.expect(200);
    }
}
