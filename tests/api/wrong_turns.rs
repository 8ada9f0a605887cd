//! Every wrong turn gets its status and code, and changes nothing.

use serde_json::{Value, json};

use crate::world::{World, decision};

on_both! {
    async fn acts_out_of_order_are_refused_with_what_is_possible_instead(w) {
        let id = w.submitted(w.study_visit().await).await;
        let problem = w.act("chair", &id, "decide", decision("approve")).await.refused(409, "not_possible_in_state");
        assert_eq!(problem["allowed_actions"], json!([]));
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.refused(409, "not_possible_in_state");
        let problem = w.act("head.skhcn", &id, "submit", json!({})).await.refused(409, "not_possible_in_state");
        assert_eq!(problem["allowed_actions"], json!(["withdraw"]));
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-01"})).await.refused(409, "not_possible_in_state");
        w.act("officer.snv", &id, "close", json!({})).await.refused(409, "not_possible_in_state");
        assert_eq!(w.trip("inspector", &id).await["state"], "submitted");
    }

    async fn twice_is_once_too_often(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.refused(409, "not_possible_in_state");
        w.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
        w.act("director.snv", &id, "decide", decision("reject")).await.refused(409, "not_possible_in_state");
        assert_eq!(w.trip("inspector", &id).await["state"], "approved");
    }

    async fn the_wrong_person_is_refused_and_a_stranger_sees_nothing(w) {
        let id = w.draft(w.small_trip().await).await;
        for stranger in ["clerk.syt", "head.syt", "officer.snv", "chair", "inspector", "custodian", "office.vptu"] {
            w.get(stranger, &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        }
        w.act("clerk.skhcn", &id, "submit", json!({})).await.refused(403, "forbidden");
        let submitted = w.submitted(w.small_trip_of(4).await).await;
        w.act("head.skhcn", &submitted, "appraise", json!({"opinion": "favourable"})).await.refused(403, "forbidden");
        w.act("officer.snv", &submitted, "decide", decision("approve")).await.refused(403, "forbidden");
        w.act("inspector", &submitted, "withdraw", json!({"reason": "x"})).await.refused(403, "forbidden");
        w.act("clerk.syt", &submitted, "withdraw", json!({"reason": "x"})).await.refused(404, "not_found");
        w.act("stats", &submitted, "appraise", json!({"opinion": "favourable"})).await.refused(404, "not_found");
        w.get("stats", "/outbound-delegations").await.refused(403, "forbidden");
        w.get("police", &format!("/outbound-delegations/{submitted}")).await.refused(404, "not_found");
        // A refused act leaves no trace in the dossier.
        let history = w.get("inspector", &format!("/outbound-delegations/{submitted}/history")).await.expect(200).json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["action"], "submit");
    }

    async fn nobody_takes_a_step_in_his_own_trip_or_draft_or_two_steps(w) {
        // The officer's account belongs to an official of SNV who travels along.
        let officer = w.officials("SNV").await[1].clone();
        let me = w.get("officer.snv", "/me").await.json();
        assert_eq!(me["official_id"], officer.as_str());
        let mut trip = w.small_trip().await;
        trip["members"].as_array_mut().unwrap().push(json!({"official_id": officer, "role": "member"}));
        let own = w.submitted(trip).await;
        w.act("officer.snv", &own, "appraise", json!({"opinion": "favourable"})).await.refused(403, "separation_of_duties");

        let by_head = w.post("head.skhcn", "/outbound-delegations", w.small_trip_of(4).await).await.expect(201).json();
        let by_head = by_head["id"].as_str().unwrap();
        w.act("head.skhcn", by_head, "submit", json!({})).await.refused(403, "separation_of_duties");

        // An account that sits in two bodies takes one step only.
        let both = w.give_seats("officer.snv", json!([{"body": "dofa"}, {"body": "ppc_chair"}])).await;
        assert_eq!(both, 200);
        let mut later = w.study_visit().await;
        (later["departure_date"], later["return_date"]) = (json!("2026-06-01"), json!("2026-06-05"));
        (later["stops"][0]["from"], later["stops"][0]["to"]) = (json!("2026-06-01"), json!("2026-06-05"));
        let id = w.submitted(later).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        w.act("officer.snv", &id, "decide", decision("approve")).await.refused(403, "separation_of_duties");
    }

    async fn a_clerk_submits_only_where_the_agency_lets_him_and_never_his_own_trip(w) {
        let skhcn = w.agency("SKHCN").await;
        let etag = w.get("admin", &format!("/agencies/{skhcn}")).await.etag();
        let drafted = async |trip: Value| {
            let id = w.draft(trip).await;
            for document in ["request_letter", "invitation", "programme"] {
                w.upload("clerk.skhcn", &id, document).await.expect(201);
            }
            id
        };
        let id = drafted(w.small_trip().await).await;
        let state = async || w.trip("clerk.skhcn", &id).await["state"].clone();
        w.act("clerk.skhcn", &id, "submit", json!({})).await.refused(403, "forbidden");
        assert_eq!(state().await, "draft");
        w.patch("admin", &format!("/agencies/{skhcn}"), &etag, json!({"clerk_may_submit": true})).await.expect(200);
        let submitted = w.act("clerk.skhcn", &id, "submit", json!({})).await.expect(200).json();
        assert_eq!((&submitted["state"], state().await), (&json!("submitted"), json!("submitted")));

        // The clerk is one of those who travel.
        let people = w.officials("SKHCN").await;
        let users = w.get("admin", "/users?limit=200").await.expect(200).json();
        let clerk = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "clerk.skhcn").unwrap();
        let path = format!("/users/{}", clerk["id"].as_str().unwrap());
        let etag = w.get("admin", &path).await.etag();
        w.patch("admin", &path, &etag, json!({"official_id": people[4]})).await.expect(200);
        let own = drafted(w.later_trip(&[2, 4]).await).await;
        w.act("clerk.skhcn", &own, "submit", json!({})).await.refused(403, "separation_of_duties");
        assert_eq!(w.trip("clerk.skhcn", &own).await["state"], "draft");
        let others = drafted(w.later_trip(&[3, 5]).await).await;
        w.act("clerk.skhcn", &others, "submit", json!({})).await.expect(200);
    }

    async fn preconditions_are_missing_stale_or_malformed(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        let bare = w.as_user("clerk.skhcn", World::request("PATCH", &path).set_json(json!({"title": "Mới"}))).await;
        bare.refused(428, "precondition_required");
        for stale in ["\"7\"", "\"0\"", "W/\"1\"", "1", "\"1"] {
            w.patch("clerk.skhcn", &path, stale, json!({"title": "Mới"})).await.refused(412, "version_conflict");
        }
        // Rights come before versions, versions before states, states before contents.
        w.act_at("clerk.skhcn", &id, "close", "\"9\"", json!({})).await.refused(403, "forbidden");
        w.act_at("head.skhcn", &id, "resubmit", "\"9\"", json!({})).await.refused(412, "version_conflict");
        w.act_at("head.skhcn", &id, "resubmit", "\"1\"", json!({"x": 1})).await.refused(409, "not_possible_in_state");
        w.act_at("head.skhcn", &id, "submit", "\"1\"", json!({"x": 1})).await.refused(422, "validation_failed");
        let changed = w.patch("clerk.skhcn", &path, "\"1\"", json!({"title": "Mới"})).await.expect(200);
        assert_eq!((changed.etag().as_str(), changed.json()["title"].as_str()), ("\"2\"", Some("Mới")));
    }

    async fn a_retry_with_the_same_key_gets_the_first_answer_and_nothing_is_done_twice(w) {
        let body = w.small_trip().await;
        let create = |key: &str, body: &Value| World::request("POST", "/outbound-delegations").insert_header(("Idempotency-Key", key.to_owned())).set_json(body);
        let first = w.as_user("clerk.skhcn", create("k1", &body)).await.expect(201);
        let again = w.as_user("clerk.skhcn", create("k1", &body)).await.expect(201);
        assert_eq!((first.json(), first.etag()), (again.json(), again.etag()));
        let mut other = body.clone();
        other["title"] = json!("Khác");
        w.as_user("clerk.skhcn", create("k1", &other)).await.refused(422, "idempotency_key_reused");
        let list = w.get("clerk.skhcn", "/outbound-delegations?count=true").await.json();
        assert_eq!(list["total"], 1);
        // Without a key, or with another, it is another dossier.
        w.as_user("clerk.skhcn", create("k2", &body)).await.expect(201);
        assert_eq!(w.get("clerk.skhcn", "/outbound-delegations?count=true").await.json()["total"], 2);
        // A refusal is not kept.
        let id = first.json()["id"].as_str().unwrap().to_owned();
        let submit = |etag: &'static str| World::request("POST", &format!("/outbound-delegations/{id}/request-signature"))
            .insert_header(("Idempotency-Key", "k3")).insert_header(("If-Match", etag)).set_json(json!({}));
        w.as_user("clerk.skhcn", submit("\"5\"")).await.refused(412, "version_conflict");
        let done = w.as_user("clerk.skhcn", submit("\"1\"")).await.expect(200);
        // The retry comes with the old ETag and still gets the first answer.
        let again = w.as_user("clerk.skhcn", submit("\"1\"")).await.expect(200);
        assert_eq!((done.bytes, done.headers["etag"].as_str()), (again.bytes, "\"2\""));
        w.advance_days(1);
        w.house.clock.advance(chrono::Duration::seconds(1));
        w.as_user("clerk.skhcn", create("k1", &other)).await.expect(201);
    }

    async fn what_a_rule_blocks_is_not_submitted_and_what_needs_a_waiver_is_not_approved_without(w) {
        let people = w.officials("SKHCN").await;
        let mut two = w.study_visit().await;
        two["members"] = json!([{"official_id": people[0], "role": "head"}, {"official_id": people[1], "role": "member"}]);
        let blocked = w.draft(two).await;
        for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
            w.upload("clerk.skhcn", &blocked, document).await.expect(201);
        }
        let problem = w.act("head.skhcn", &blocked, "submit", json!({})).await.refused(409, "blocked_by_rule");
        assert_eq!(problem["errors"][0]["code"], "two_key_leaders");

        let mut family = w.small_trip_of(4).await;
        family["members"][1] = json!({"official_id": people[5], "role": "member", "relative_of": people[4]});
        family["funding"] = json!([{"source": "provincial_budget", "amount": {"amount": 1, "currency": "VND"}}]);
        let id = w.submitted(family).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let problem = w.act("chair", &id, "decide", decision("approve")).await.refused(409, "waiver_needed");
        assert_eq!(problem["errors"][0]["code"], "relative_in_delegation");
        let mut waived = decision("approve");
        waived["waivers"] = json!([{"finding": "relative_in_delegation", "reason": "Cùng là chuyên gia của dự án."}]);
        let approved = w.act("chair", &id, "decide", waived).await.expect(200).json();
        assert_eq!(approved["decision"]["waivers"][0]["finding"], "relative_in_delegation");
        let counted = w.get("stats", "/statistics/outbound?year=2026&by=waived").await.json();
        assert_eq!(counted["rows"][0]["key"], "true");
        // An exception is an act: who, from what, why, under which document.
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let given = history["items"].as_array().unwrap().last().unwrap();
        assert_eq!((&given["action"], &given["actor"], &given["body"]), (&json!("waive"), &json!("chair"), &json!("ppc_chair")));
        assert_eq!((given["note"].as_str(), &given["document"]["number"]), (Some("Có người thân đi cùng: Cùng là chuyên gia của dự án."), &json!("24/QĐ-UBND")));
    }

    async fn a_third_trip_of_a_leader_in_a_year_needs_special_approval(w) {
        let people = w.officials("SKHCN").await;
        let etag = w.get("clerk.skhcn", &format!("/officials/{}", people[0])).await.etag();
        w.patch("clerk.skhcn", &format!("/officials/{}", people[0]), &etag, json!({"opening_missions": {"year": 2026, "count": 2}})).await.expect(200);
        let id = w.draft(w.study_visit().await).await;
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.json();
        assert_eq!(asked["outcome"], "special_approval_needed");
        let finding = asked["findings"].as_array().unwrap().iter().find(|f| f["code"] == "yearly_trip_limit").unwrap();
        assert_eq!((&finding["limit"], &finding["actual"], &finding["waivable_by"]), (&json!(2), &json!(3), &json!("ppc_chair")));
    }

    async fn two_who_submit_at_once_do_not_both_take_the_last_place_of_the_year(w) {
        let people = w.officials("SKHCN").await;
        let etag = w.get("clerk.skhcn", &format!("/officials/{}", people[0])).await.etag();
        w.patch("clerk.skhcn", &format!("/officials/{}", people[0]), &etag, json!({"opening_missions": {"year": 2026, "count": 1}})).await.expect(200);
        let mut ids = Vec::new();
        for month in ["05", "06"] {
            let mut trip = w.study_visit().await;
            let (from, to) = (format!("2026-{month}-04"), format!("2026-{month}-08"));
            for (at, day) in [(0, &from), (1, &to)] {
                trip[["departure_date", "return_date"][at]] = json!(day);
                trip["stops"][0][["from", "to"][at]] = json!(day);
            }
            let id = w.draft(trip).await;
            for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
                w.upload("clerk.skhcn", &id, document).await.expect(201);
            }
            ids.push(id);
        }
        let limit = async |w: &World, id: &str| {
            let asked = w.get("inspector", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
            asked["findings"].as_array().unwrap().iter().find(|f| f["code"] == "yearly_trip_limit").map(|f| f["actual"].clone())
        };
        let (one, other) = futures_util::future::join(
            w.act("head.skhcn", &ids[0], "submit", json!({})),
            w.act("head.skhcn", &ids[1], "submit", json!({})),
        ).await;
        one.expect(200);
        other.expect(200);
        let found = [limit(&w, &ids[0]).await, limit(&w, &ids[1]).await];
        let over: Vec<usize> = (0..2).filter(|at| found[*at].is_some()).collect();
        assert_eq!(over.len(), 1, "{found:?}");
        assert_eq!(found[over[0]], Some(json!(3)));
        // Whoever comes to nothing frees his place.
        w.act("clerk.skhcn", &ids[1 - over[0]], "withdraw", json!({"reason": "Hoãn sang năm."})).await.expect(200);
        assert_eq!(limit(&w, &ids[over[0]]).await, None);
    }

    async fn the_same_person_on_two_trips_warns_against_drafts_and_blocks_against_submitted_ones(w) {
        let first = w.draft(w.small_trip().await).await;
        let second = w.draft(w.small_trip().await).await;
        let severity = async |w: &World, id: &str| {
            let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.json();
            let found = asked["findings"].as_array().unwrap().iter().find(|f| f["code"] == "overlapping_trip").cloned();
            found.map(|f| f["severity"].as_str().unwrap().to_owned())
        };
        assert_eq!(severity(&w, &second).await.as_deref(), Some("warn"));
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &first, document).await.expect(201);
        }
        w.act("head.skhcn", &first, "submit", json!({})).await.expect(200);
        assert_eq!(severity(&w, &second).await.as_deref(), Some("block"));
        w.act("clerk.skhcn", &first, "withdraw", json!({"reason": "Đổi kế hoạch."})).await.expect(200);
        assert_eq!(severity(&w, &second).await, None);
    }

    async fn a_party_body_that_refuses_some_keeps_them_at_home(w) {
        let people = w.officials("SKHCN").await;
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let mut letter = json!({"verdict": "agree", "members": [{"official_id": people[5], "verdict": "refuse"}], "document": {"number": "1-CV/TU", "date": "2026-03-02"}});
        w.act("office.vptu", &id, "consent", letter.clone()).await.refused(422, "validation_failed");
        letter["note"] = json!("Đồng chí này đang có việc.");
        w.act("office.vptu", &id, "consent", letter).await.expect(200);
        w.act("chair", &id, "decide", decision("approve")).await.refused(409, "consent_missing");
        let mut without = decision("approve");
        without["members"] = json!([{"official_id": people[5], "verdict": "reject"}]);
        w.act("chair", &id, "decide", without).await.expect(200);
        assert_eq!(w.get("stats", "/statistics/outbound?year=2026").await.json()["total"]["visits"], 4);
        // The history names whom each of them refused.
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let noted = |action: &str| history["items"].as_array().unwrap().iter().find(|i| i["action"] == action).unwrap()["note"].as_str().unwrap().to_owned();
        let name = w.get("inspector", &format!("/officials/{}", people[5])).await.expect(200).json()["full_name"].as_str().unwrap().to_owned();
        assert_eq!(noted("consent"), format!("Đồng chí này đang có việc. Không đồng ý: {name}."));
        assert!(noted("decide").ends_with(&format!("Không cử: {name}.")));
        // To leave out who was refused anyway changes nothing.
        let members = w.trip("clerk.skhcn", &id).await["members"].clone();
        let kept: Vec<Value> = members.as_array().unwrap().iter().filter(|m| m["official_id"] != people[5].as_str())
            .map(|m| json!({"official_id": m["official_id"], "role": m["role"]})).collect();
        assert_eq!(kept.len(), 4);
        let same = w.act("clerk.skhcn", &id, "amend", json!({"changes": {"members": kept}, "reason": "x"})).await;
        assert_eq!(same.faults(), [("/changes".to_owned(), "nothing_changed".to_owned())]);
    }

    async fn nobody_decides_on_their_own_journey_and_the_dossier_does_not_end_there(w) {
        let chair = w.get("chair", "/me").await.expect(200).json()["official_id"].clone();
        assert!(chair.is_string());
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": chair, "role": "head"}]);
        let id = w.draft(trip).await;
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        let note = asked["notes"].as_array().unwrap().iter().find(|n| n["code"] == "decider_travels").expect("a note");
        assert!(note["detail"].as_str().unwrap().contains("tách bạch"), "{note}");
        // The sample text names nobody above the Chair: DOFA names who decides.
        assert_eq!((&asked["decider"], &asked["outcome"]), (&Value::Null, &json!("manual_authority_required")));
        assert!(asked["steps"].as_array().unwrap().iter().all(|s| s["kind"] != "decide"), "{asked}");
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let assign = json!({"body": "party_standing_secretariat", "citation": "Quy chế làm việc của Tỉnh ủy", "reason": "Chủ tịch đi trong đoàn."});
        let assigned = w.act("officer.snv", &id, "assign-authority", assign).await.expect(200).json();
        let open: Vec<&str> = assigned["steps"].as_array().unwrap().iter().filter(|s| s["standing"] == "open").map(|s| s["body"].as_str().unwrap()).collect();
        assert!(!open.contains(&"ppc_chair"), "{open:?}");
        // Without the Chair in it, the Chair decides.
        let usual = w.get("clerk.skhcn", &format!("/outbound-delegations/{}/assessment", w.draft(w.study_visit().await).await)).await.expect(200).json();
        assert_eq!(usual["decider"]["body"], "ppc_chair");
    }

    async fn one_number_for_two_things_is_told(w) {
        let first = w.approved(w.small_trip().await).await;
        let number = w.trip("clerk.skhcn", &first).await["number"].clone();
        let second = w.submitted(w.later_trip(&[4]).await).await;
        w.act("officer.snv", &second, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let mut given = decision("approve");
        given["document"]["number"] = json!("24 / QĐ-ubnd");
        let decided = w.act("director.snv", &second, "decide", given).await.expect(200).json();
        assert_eq!(decided["decision"]["same_number"], json!([{"delegation_id": first, "number": number}]));
        assert_eq!(w.trip("clerk.skhcn", &first).await["decision"]["same_number"], json!([]));
        // A passport belongs to one person.
        let people = w.officials("SKHCN").await;
        let passport = |number: &str| json!({"kind": "ordinary", "passport_number": number, "issued_on": "2025-01-01", "expires_on": "2035-01-01"});
        w.post("custodian", &format!("/officials/{}/passports", people[0]), passport("C7654321")).await.expect(201);
        let refused = w.post("custodian", &format!("/officials/{}/passports", people[1]), passport("c7654321")).await.refused(409, "already_exists");
        let name = w.get("custodian", &format!("/officials/{}", people[0])).await.expect(200).json()["full_name"].as_str().unwrap().to_owned();
        assert!(refused["detail"].as_str().unwrap().contains(&name), "{refused}");
    }

    async fn a_delegation_has_a_head_at_every_moment(w) {
        let people = w.officials("SKHCN").await;
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let head = w.trip("clerk.skhcn", &id).await["members"][0]["official_id"].clone();
        let mut letter = json!({"verdict": "agree", "members": [{"official_id": head, "verdict": "refuse"}],
            "document": {"number": "1-CV/TU", "date": "2026-03-03"}, "note": "Đồng chí này đang có việc."});
        w.act("office.vptu", &id, "consent", letter.clone()).await.refused(422, "validation_failed");
        letter["document"]["date"] = json!("2026-03-02");
        w.act("office.vptu", &id, "consent", letter.clone()).await.refused(409, "head_refused");
        letter["new_head"] = head.clone();
        w.act("office.vptu", &id, "consent", letter.clone()).await.refused(422, "validation_failed");
        letter["new_head"] = json!(people[2]);
        w.act("office.vptu", &id, "consent", letter).await.expect(200);
        let heads = |trip: &Value| trip["members"].as_array().unwrap().iter().filter(|m| m["role"] == "head").map(|m| m["official_id"].clone()).collect::<Vec<_>>();
        assert_eq!(heads(&w.trip("clerk.skhcn", &id).await), [json!(people[2])]);
        // The decision, too, and it is not dated tomorrow.
        let mut given = decision("approve");
        given["members"] = json!([{"official_id": head, "verdict": "reject"}, {"official_id": people[2], "verdict": "reject"}]);
        w.act("chair", &id, "decide", given.clone()).await.refused(409, "head_refused");
        given["new_head"] = json!(people[3]);
        given["document"]["date"] = json!("2026-03-03");
        let faults = w.act("chair", &id, "decide", given.clone()).await.expect(422).faults();
        assert_eq!(faults, [("/document/date".to_owned(), "in_the_future".to_owned())]);
        given["document"]["date"] = json!("2026-03-02");
        w.act("chair", &id, "decide", given).await.expect(200);
        assert_eq!(heads(&w.trip("clerk.skhcn", &id).await), [json!(people[3])]);
    }

    async fn a_refusal_for_all_ends_the_dossier(w) {
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let letter = json!({"verdict": "refuse", "document": {"number": "1-CV/TU", "date": "2026-03-02"}, "note": "Không phù hợp."});
        let refused = w.act("office.vptu", &id, "consent", letter).await.expect(200).json();
        assert_eq!(refused["state"], "rejected");
        assert!(w.get("chair", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
    }

    async fn the_future_cannot_be_recorded_and_the_return_follows_the_departure(w) {
        let id = w.approved(w.small_trip().await).await;
        let early = w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await;
        assert_eq!(early.expect(422).faults(), [("/on".into(), "in_the_future".into())]);
        w.advance_days(40);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        let before = w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-22"})).await;
        assert_eq!(before.expect(422).faults(), [("/on".into(), "returns_before_departure".into())]);
    }

    async fn a_decision_is_corrected_by_who_decided_and_the_original_stays(w) {
        let id = w.approved(w.small_trip().await).await;
        let correction = json!({"document": {"number": "25/QĐ-UBND", "date": "2026-03-02"}, "reason": "Sai ngày sinh."});
        w.act("officer.snv", &id, "correct-decision", correction.clone()).await.refused(403, "forbidden");
        let corrected = w.act("director.snv", &id, "correct-decision", correction).await.expect(200).json();
        assert_eq!(corrected["decision"]["document"]["number"], "24/QĐ-UBND");
        assert_eq!(corrected["decision"]["corrections"][0]["document"]["number"], "25/QĐ-UBND");
    }

    async fn of_many_who_decide_at_once_one_does(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let etag = w.get("director.snv", &format!("/outbound-delegations/{id}")).await.etag();
        let all: Vec<_> = (0..20).map(|_| w.act_at("director.snv", &id, "decide", &etag, decision("approve"))).collect();
        let mut statuses: Vec<u16> = futures_util::future::join_all(all).await.iter().map(|a| a.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(statuses[1..].iter().all(|s| *s == 412), "{statuses:?}");
    }
}

impl World {
    /// A small trip of other people, so that it overlaps with nobody's.
    pub async fn small_trip_of(&self, first: usize) -> Value {
        let people = self.officials("SKHCN").await;
        let mut trip = self.small_trip().await;
        trip["members"] = json!([{"official_id": people[first], "role": "head"}, {"official_id": people[first + 1], "role": "member"}]);
        trip
    }

    /// The administrator gives seats to an account.
    pub async fn give_seats(&self, username: &str, seats: Value) -> u16 {
        let users = self.get("admin", "/users?limit=200").await.expect(200).json();
        let user = users["items"].as_array().unwrap().iter().find(|u| u["username"] == username).unwrap().clone();
        let etag = format!("\"{}\"", user["version"]);
        self.patch("admin", &format!("/users/{}", user["id"].as_str().unwrap()), &etag, json!({"seats": seats}))
            .await
            .status
    }
}
