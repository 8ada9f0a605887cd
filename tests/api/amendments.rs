//! Amendments of what was decided (TT 04/2020/TT-BNG Đ.4 k.1), and looking back on what stood before.

use serde_json::{Value, json};

use crate::world::{World, decision};

/// The decision with another number.
fn another(number: &str) -> Value {
    let mut said = decision("approve");
    said["document"]["number"] = json!(number);
    said
}

async fn amend(w: &World, user: &str, id: &str, changes: Value) -> crate::world::Answer {
    w.act(user, id, "amend", json!({"changes": changes, "reason": "Phía bạn đổi chương trình."})).await
}

async fn counted(w: &World) -> Value {
    w.get("stats", "/statistics/outbound?year=2026").await.expect(200).json()["total"].clone()
}

async fn acts(w: &World, id: &str) -> Vec<String> {
    let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
    history["items"].as_array().unwrap().iter().map(|i| i["action"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    // A10: only the day of return differs.
    async fn one_kind_of_change_is_annotated_on_the_decision(w) {
        let id = w.approved(w.small_trip().await).await;
        let amended = amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-26"})).await.expect(200).json();
        assert_eq!((amended["state"].as_str(), amended["return_date"].as_str()), (Some("approved"), Some("2026-03-26")));
        assert_eq!(amended["stops"][0]["to"], "2026-03-26");
        assert_eq!(amended["decision"]["document"]["number"], "24/QĐ-UBND");
        assert_eq!(amended["decision"]["annotations"][0]["kinds"], json!(["dates"]));
        let first = &amended["amendments"][0];
        assert_eq!((first["standing"].as_str(), first["form"].as_str(), first["material"].as_bool()), (Some("in_force"), Some("annotation"), Some(false)));
        assert_eq!(first["differences"], json!([{"kind": "dates", "before": {"departure_date": "2026-03-23", "return_date": "2026-03-27"},
            "after": {"departure_date": "2026-03-23", "return_date": "2026-03-26"}, "material": false, "people": []}]));
        assert!(acts(&w, &id).await.ends_with(&["amend".to_owned()]));
        assert!(w.get("director.snv", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
    }

    // A10: the day of return and one member differ.
    async fn two_kinds_need_another_decision(w) {
        let id = w.approved(w.small_trip().await).await;
        let people = w.officials("SKHCN").await;
        let members = json!([{"official_id": people[2], "role": "head"}]);
        let asked = amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-26", "members": members})).await.expect(200).json();
        assert_eq!((asked["state"].as_str(), asked["return_date"].as_str()), (Some("approved"), Some("2026-03-27")));
        assert_eq!((asked["amendments"][0]["standing"].as_str(), asked["amendments"][0]["form"].as_str()), (Some("pending"), Some("new_decision")));
        // Until it is decided, what was decided stands and counts.
        assert_eq!(counted(&w).await, json!({"delegations": 1, "visits": 2, "persons": 2}));
        let inbox = w.get("director.snv", "/inbox").await.json();
        assert_eq!((&inbox["items"][0]["delegation_id"], &inbox["items"][0]["step"]["kind"]), (&json!(id), &json!("decide")));
        // The decider sees what differs.
        let seen = w.trip("director.snv", &id).await;
        let kinds: Vec<&Value> = seen["amendments"][0]["differences"].as_array().unwrap().iter().map(|d| &d["kind"]).collect();
        assert_eq!(kinds, ["dates", "members"]);
        let left = &seen["amendments"][0]["differences"][1];
        assert_eq!((left["before"]["members"].as_array().unwrap().len(), left["after"]["members"].as_array().unwrap().len()), (1, 0));

        let refused = w.act("director.snv", &id, "decide", decision("approve")).await;
        assert_eq!(refused.faults(), [("/document/number".to_owned(), "new_decision_needed".to_owned())]);
        let approved = w.act("director.snv", &id, "decide", another("31/QĐ-SNV")).await.expect(200).json();
        assert_eq!((approved["state"].as_str(), approved["return_date"].as_str()), (Some("approved"), Some("2026-03-26")));
        assert_eq!(approved["decision"]["document"]["number"], "31/QĐ-SNV");
        // The decision before stays with the amendment that took its place.
        assert_eq!(approved["amendments"][0]["replaced"]["document"]["number"], "24/QĐ-UBND");
        assert_eq!(counted(&w).await, json!({"delegations": 1, "visits": 1, "persons": 1}));
        w.act("director.snv", &id, "decide", another("32/QĐ-SNV")).await.refused(409, "not_possible_in_state");
    }

    async fn longer_goes_back_to_the_competent_body(w) {
        let id = w.approved(w.small_trip().await).await;
        let asked = amend(&w, "head.skhcn", &id, json!({"return_date": "2026-03-28"})).await.expect(200).json();
        assert_eq!(asked["amendments"][0]["material"], true);
        assert!(asked["allowed_actions"].as_array().unwrap().contains(&json!("withdraw")));
        amend(&w, "head.skhcn", &id, json!({"return_date": "2026-03-29"})).await.refused(409, "not_possible_in_state");
        // Whoever asked does not decide, nobody else's body does.
        w.act("chair", &id, "decide", another("5/QĐ-UBND")).await.refused(404, "not_found");
        // One kind of change: it may be signed on the decision itself.
        let approved = w.act("director.snv", &id, "decide", decision("approve")).await.expect(200).json();
        assert_eq!((approved["return_date"].as_str(), &approved["decision"]["annotations"][0]["amendment"]), (Some("2026-03-28"), &json!(1)));
        assert!(approved["amendments"][0]["replaced"].is_null());
    }

    async fn a_refused_or_withdrawn_amendment_leaves_what_was_decided(w) {
        let id = w.approved(w.small_trip().await).await;
        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-28"})).await.expect(200);
        let refused = w.act("director.snv", &id, "decide", decision("reject")).await.expect(200).json();
        assert_eq!((refused["state"].as_str(), refused["return_date"].as_str()), (Some("approved"), Some("2026-03-27")));
        assert_eq!(refused["amendments"][0]["standing"], "refused");
        assert_eq!(refused["decision"]["verdict"], "approve");

        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-29"})).await.expect(200);
        let back = w.act("clerk.skhcn", &id, "withdraw", json!({"reason": "Không cần nữa."})).await.expect(200).json();
        assert_eq!((back["state"].as_str(), back["amendments"][1]["standing"].as_str()), (Some("approved"), Some("withdrawn")));
        assert!(w.get("director.snv", "/inbox").await.json()["items"].as_array().unwrap().is_empty());
        // Nothing waits any more, so nothing can be withdrawn.
        w.act("clerk.skhcn", &id, "withdraw", json!({"reason": "Lần nữa."})).await.refused(409, "not_possible_in_state");

        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-30"})).await.expect(200);
        let off = w.act("clerk.skhcn", &id, "cancel", json!({"reason": "Phía bạn hủy."})).await.expect(200).json();
        assert_eq!((off["state"].as_str(), off["amendments"][2]["standing"].as_str()), (Some("cancelled"), Some("lapsed")));
        assert_eq!(counted(&w).await["visits"], 0);
    }

    async fn a_newcomer_of_the_party_needs_consent_and_the_stricter_body(w) {
        let id = w.approved(w.small_trip().await).await;
        let people = w.officials("SKHCN").await;
        let members = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member"},
            {"official_id": people[1], "role": "member"}]);
        let asked = amend(&w, "clerk.skhcn", &id, json!({"members": members})).await.expect(200).json();
        let people_in = asked["amendments"][0]["differences"][0]["people"].clone();
        assert_eq!(people_in, json!([people[1]]));
        let open: Vec<(&str, &str)> = asked["steps"].as_array().unwrap().iter().rev().take(2).rev()
            .map(|s| (s["kind"].as_str().unwrap(), s["body"].as_str().unwrap())).collect();
        assert_eq!(open, [("consent", "party_standing_secretariat"), ("decide", "ppc_chair")]);
        w.act("chair", &id, "decide", another("40/QĐ-UBND")).await.refused(409, "consent_missing");
        w.act("director.snv", &id, "decide", another("40/QĐ-UBND")).await.refused(403, "forbidden");
        let letter = json!({"verdict": "agree", "document": {"number": "9-CV/TU", "date": "2026-03-02"}});
        w.act("office.vptu", &id, "consent", letter).await.expect(200);
        let approved = w.act("chair", &id, "decide", another("40/QĐ-UBND")).await.expect(200).json();
        assert_eq!((approved["members"].as_array().unwrap().len(), &approved["members"][2]["consent"]), (3, &json!("agree")));
        assert_eq!(approved["decision"]["body"], "ppc_chair");
        assert_eq!(counted(&w).await["visits"], 3);
    }

    async fn the_party_refuses_the_newcomer(w) {
        let id = w.approved(w.small_trip().await).await;
        let people = w.officials("SKHCN").await;
        let members = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[1], "role": "member"}]);
        amend(&w, "clerk.skhcn", &id, json!({"members": members})).await.expect(200);
        let letter = json!({"verdict": "refuse", "note": "Không đồng ý.", "document": {"number": "9-CV/TU", "date": "2026-03-02"}});
        let after = w.act("office.vptu", &id, "consent", letter).await.expect(200).json();
        assert_eq!((after["state"].as_str(), after["amendments"][0]["standing"].as_str()), (Some("approved"), Some("refused")));
        assert_eq!(after["members"].as_array().unwrap().len(), 2);
        assert_eq!(after["members"][1]["official_id"], people[3].as_str());
    }

    async fn what_cannot_be_amended_is_said(w) {
        let id = w.approved(w.small_trip().await).await;
        let nothing = amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-27"})).await;
        assert_eq!(nothing.faults(), [("/changes".to_owned(), "nothing_changed".to_owned())]);
        let backwards = amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-20"})).await;
        assert_eq!(backwards.faults()[0].0, "/changes/return_date");
        amend(&w, "officer.snv", &id, json!({"return_date": "2026-03-26"})).await.refused(403, "forbidden");
        let secret = amend(&w, "clerk.skhcn", &id, json!({"note": "TUYỆT MẬT"})).await;
        secret.refused(422, "state_secret_refused");
        let draft = w.draft(w.small_trip().await).await;
        amend(&w, "clerk.skhcn", &draft, json!({"return_date": "2026-03-26"})).await.refused(409, "not_possible_in_state");
        // A blocking rule stands against an amendment as it stood against the dossier.
        let people = w.officials("SKHCN").await;
        let both = json!([{"official_id": people[0], "role": "head"}, {"official_id": people[1], "role": "member"}]);
        amend(&w, "clerk.skhcn", &id, json!({"members": both})).await.refused(409, "blocked_by_rule");
        assert_eq!(w.trip("clerk.skhcn", &id).await["amendments"], json!([]));
    }

    async fn moved_days_are_asked_about_like_new_ones(w) {
        let id = w.approved(w.small_trip().await).await;
        let mut other = w.small_trip().await;
        for (field, day) in [("departure_date", "2026-06-01"), ("return_date", "2026-06-05")] {
            other[field] = json!(day);
        }
        other["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-06-01", "to": "2026-06-05"}]);
        w.submitted(other).await;
        // As long as before, but onto days on which its people are elsewhere.
        amend(&w, "clerk.skhcn", &id, json!({"departure_date": "2026-06-03", "return_date": "2026-06-07"})).await.refused(409, "blocked_by_rule");
        // More money of a budget is for the body that decided.
        let study = w.submitted({
            let mut trip = w.study_visit().await;
            for (field, day) in [("departure_date", "2026-09-07"), ("return_date", "2026-09-11")] {
                trip[field] = json!(day);
            }
            trip["stops"] = json!([{"country": "KR", "place": "Cheongju", "from": "2026-09-07", "to": "2026-09-11"}]);
            trip
        }).await;
        w.act("officer.snv", &study, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &study, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        w.act("chair", &study, "decide", decision("approve")).await.expect(200);
        let money = |amount: i64| json!({"funding": [{"source": "provincial_budget", "amount": {"amount": amount, "currency": "VND"}}]});
        let less = amend(&w, "clerk.skhcn", &study, money(300_000_000)).await.expect(200).json();
        assert_eq!(less["amendments"][0]["standing"], "in_force");
        let more = amend(&w, "clerk.skhcn", &study, money(3_500_000_000)).await.expect(200).json();
        assert_eq!(more["amendments"][1]["standing"], "pending");
        // A waiver for the head is none for who comes in.
        w.act("clerk.skhcn", &study, "withdraw", json!({"reason": "Thôi."})).await.expect(200);
        assert_eq!(w.trip("chair", &study).await["state"], "approved");
    }

    async fn the_title_is_no_part_of_the_decision(w) {
        let id = w.approved(w.small_trip().await).await;
        let titled = amend(&w, "clerk.skhcn", &id, json!({"title": "Tập huấn tại Tokyo", "return_date": "2026-03-26"})).await.expect(200).json();
        assert_eq!((titled["title"].as_str(), titled["amendments"][0]["form"].as_str()), (Some("Tập huấn tại Tokyo"), Some("annotation")));
        assert_eq!(titled["decision"]["annotations"][0]["kinds"], json!(["dates"]));
    }

    async fn a_postponed_trip_resumes_no_longer_than_decided(w) {
        let id = w.approved(w.small_trip().await).await;
        w.act("clerk.skhcn", &id, "postpone", json!({"reason": "Phía bạn đổi lịch."})).await.expect(200);
        let on = |to: &str| json!({"departure_date": "2026-05-11", "return_date": to,
            "stops": [{"country": "JP", "place": "Tokyo", "from": "2026-05-11", "to": to}]});
        let longer = w.act("clerk.skhcn", &id, "resume", on("2026-05-16")).await;
        assert_eq!(longer.faults(), [("/return_date".to_owned(), "longer_than_decided".to_owned())]);
        // Somebody is on another trip by now.
        let mut other = w.small_trip().await;
        for (field, day) in [("departure_date", "2026-05-14"), ("return_date", "2026-05-18")] {
            other[field] = json!(day);
        }
        other["stops"][0]["from"] = json!("2026-05-14");
        other["stops"][0]["to"] = json!("2026-05-18");
        let other = w.submitted(other).await;
        w.act("clerk.skhcn", &id, "resume", on("2026-05-15")).await.refused(409, "blocked_by_rule");
        w.act("clerk.skhcn", &other, "withdraw", json!({"reason": "Trùng lịch."})).await.expect(200);
        let resumed = w.act("clerk.skhcn", &id, "resume", on("2026-05-15")).await.expect(200).json();
        assert_eq!((resumed["state"].as_str(), &resumed["decision"]["annotations"][0]["kinds"]), (Some("approved"), &json!(["dates"])));
    }

    async fn a_dossier_is_seen_as_it_was(w) {
        let id = w.approved(w.small_trip().await).await;
        w.advance_days(1);
        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-26"})).await.expect(200);
        w.advance_days(1);
        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-28"})).await.expect(200);
        w.advance_days(1);
        w.act("director.snv", &id, "decide", another("31/QĐ-SNV")).await.expect(200);
        let mut seen = Vec::new();
        for day in ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"] {
            let then = w.get("inspector", &format!("/outbound-delegations/{id}?as_of={day}")).await.expect(200).json();
            assert_eq!(then["allowed_actions"], json!([]));
            seen.push((then["return_date"].as_str().unwrap().to_owned(), then["amendments"].as_array().unwrap().len(),
                then["decision"]["document"]["number"].as_str().unwrap().to_owned()));
        }
        let stood = |day: &str, n: usize, number: &str| (day.to_owned(), n, number.to_owned());
        assert_eq!(seen, [
            stood("2026-03-27", 0, "24/QĐ-UBND"), stood("2026-03-26", 1, "24/QĐ-UBND"),
            stood("2026-03-26", 2, "24/QĐ-UBND"), stood("2026-03-28", 2, "24/QĐ-UBND"),
        ].map(|mut s| { if s.0 == "2026-03-28" { s.2 = "31/QĐ-SNV".into(); } s }));
        w.get("inspector", &format!("/outbound-delegations/{id}?as_of=2026-03-01")).await.refused(404, "not_found");
        let held = async |part: &str, day: &str| {
            let found = w.get("inspector", &format!("/outbound-delegations/{id}/{part}?as_of={day}")).await.expect(200).json();
            found["items"].as_array().unwrap().len()
        };
        for part in ["history", "attachments"] {
            assert!(held(part, "2026-03-01").await == 0 && held(part, "2026-03-02").await >= 4, "{part}");
        }
        assert!(held("history", "2026-03-02").await < held("history", "2026-12-31").await);
        w.get("inspector", &format!("/outbound-delegations/{id}?as_of=x")).await.expect(400);
        w.get("clerk.syt", &format!("/outbound-delegations/{id}?as_of=2026-03-03")).await.refused(404, "not_found");
    }

    async fn what_came_from_an_old_list_is_seen_as_it_was_too(w) {
        let list = b"Delegation,Country,Arrival,Departure,Persons\nA,LA,2021-03-05,2021-03-07,6\n";
        w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "a.csv", list).await.expect(201);
        let id = w.get("inspector", "/inbound-delegations").await.expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        w.advance_days(2);
        let then = w.get("inspector", &format!("/inbound-delegations/{id}?as_of=2026-03-03")).await.expect(200).json();
        assert_eq!((then["headcount"].as_i64(), &then["allowed_actions"]), (Some(6), &json!([])));
        w.get("inspector", &format!("/inbound-delegations/{id}?as_of=2026-03-01")).await.refused(404, "not_found");
    }

    async fn a_visit_grows_only_with_the_body_that_decided(w) {
        let id = w.approved_visit(w.visit().await).await;
        let fewer = w.act_in("clerk.skhcn", &id, "amend", json!({"changes": {"departure_date": "2026-03-24", "programme": []}, "reason": "Đoàn về sớm."})).await.expect(200).json();
        assert_eq!((fewer["departure_date"].as_str(), fewer["amendments"][0]["standing"].as_str()), (Some("2026-03-24"), Some("in_force")));
        let more = w.act_in("clerk.skhcn", &id, "amend", json!({"changes": {"headcount": 20}, "reason": "Thêm doanh nghiệp."})).await.expect(200).json();
        assert_eq!((more["headcount"].as_i64(), more["amendments"][1]["standing"].as_str()), (Some(12), Some("pending")));
        let count = async |w: &World| w.get("stats", "/statistics/inbound?year=2026").await.json()["total"]["visits"].clone();
        assert_eq!(count(&w).await, 12);
        // The police answered for twelve guests: it is asked about twenty, and sees no more than that.
        let early = w.act_in("chair", &id, "decide", another("77/UBND-NV")).await.refused(409, "not_possible_in_state");
        assert!(early["detail"].as_str().unwrap().contains("Lấy ý kiến (Công an tỉnh)"), "{early}");
        let asked = w.get("police", &format!("/inbound-delegations/{id}")).await.expect(200).json();
        assert_eq!((asked["amendments"].as_array().unwrap().len(), &asked["amendments"][0]["differences"][0]["after"]["headcount"]), (1, &json!(20)));
        assert_eq!((&asked["decision"], &asked["amendments"][0]["findings"]), (&Value::Null, &json!([])));
        assert!(asked["allowed_actions"].as_array().unwrap().contains(&json!("give-opinion")));
        let given = w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200).json();
        assert_eq!((given["state"].as_str(), &given["amendments"]), (Some("approved"), &json!([])));
        let approved = w.act_in("chair", &id, "decide", another("77/UBND-NV")).await.expect(200).json();
        assert_eq!(approved["headcount"], 20);
        assert_eq!(count(&w).await, 20);
        let before = w.get("inspector", &format!("/inbound-delegations/{id}/history")).await.expect(200).json();
        let words: Vec<&str> = before["items"].as_array().unwrap().iter().map(|i| i["action"].as_str().unwrap()).collect();
        assert_eq!(&words[words.len() - 3..], ["amend", "give-opinion", "decide"]);
    }

    async fn silence_of_a_consultee_does_not_hold_an_amendment(w) {
        let id = w.approved_visit(w.visit().await).await;
        w.act_in("clerk.skhcn", &id, "amend", json!({"changes": {"headcount": 20}, "reason": "Thêm doanh nghiệp."})).await.expect(200);
        let reason = json!({"reason": "Đã quá hạn góp ý."});
        w.act_in("officer.snv", &id, "proceed", reason.clone()).await.refused(409, "not_possible_in_state");
        w.advance_days(8);
        let on = w.act_in("officer.snv", &id, "proceed", reason).await.expect(200).json();
        assert_eq!((on["state"].as_str(), on["steps"].as_array().unwrap().last().unwrap()["standing"].as_str()), (Some("approved"), Some("open")));
        w.act_in("chair", &id, "decide", another("78/UBND-NV")).await.expect(200);
    }

    async fn an_exception_is_an_act_of_its_own(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member", "relative_of": people[2]}]);
        let id = w.submitted(trip).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("chair", &id, "decide", decision("approve")).await.refused(409, "waiver_needed");
        let refuse_one = json!({"verdict": "approve", "document": {"number": "24/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"},
            "members": [{"official_id": people[3], "verdict": "reject"}]});
        // Who is refused brings no relative along: nothing is left to waive, and one travels.
        let approved = w.act("chair", &id, "decide", refuse_one).await.expect(200).json();
        assert_eq!(approved["decision"]["waivers"], json!([]));
        assert_eq!(counted(&w).await["visits"], 1);
    }

    async fn what_was_submitted_first_holds_its_place_whichever_is_decided_first(w) {
        let people = w.officials("SKHCN").await;
        let mut ids = Vec::new();
        for month in ["04", "05", "06"] {
            let (from, to) = (format!("2026-{month}-20"), format!("2026-{month}-22"));
            let mut trip = w.small_trip().await;
            trip["members"] = json!([{"official_id": people[0], "role": "head"}]);
            (trip["departure_date"], trip["return_date"]) = (json!(from), json!(to));
            trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": from, "to": to}]);
            let id = w.submitted(trip).await;
            w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
            w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
            ids.push(id);
        }
        w.act("chair", &ids[2], "decide", decision("approve")).await.refused(409, "waiver_needed");
        let mut excepted = decision("approve");
        excepted["waivers"] = json!([{"finding": "yearly_trip_limit", "reason": "Trung ương triệu tập."}]);
        let third = w.act("chair", &ids[2], "decide", excepted).await.expect(200).json();
        assert_eq!(third["decision"]["waivers"].as_array().unwrap().len(), 1);
        // One excess costs one exception.
        for id in [&ids[1], &ids[0]] {
            let decided = w.act("chair", id, "decide", decision("approve")).await.expect(200).json();
            assert_eq!((&decided["state"], &decided["decision"]["waivers"]), (&json!("approved"), &json!([])));
        }
    }

    async fn a_trip_moved_into_another_year_queues_behind_those_that_are_there(w) {
        let people = w.officials("SKHCN").await;
        let led = async |w: &World, from: &str| {
            let mut trip = w.small_trip().await;
            trip["members"] = json!([{"official_id": people[0], "role": "head"}]);
            (trip["departure_date"], trip["return_date"]) = (json!(from), json!(from));
            trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": from, "to": from}]);
            let id = w.submitted(trip).await;
            w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
            w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
            id
        };
        let old = led(&w, "2026-04-20").await;
        w.act("chair", &old, "decide", decision("approve")).await.expect(200);
        let (first, second) = (led(&w, "2027-04-20").await, led(&w, "2027-05-20").await);
        w.act("chair", &first, "decide", decision("approve")).await.expect(200);
        let into = json!({"departure_date": "2027-06-01", "return_date": "2027-06-01"});
        // It would be the third of that year: it needs an exception, and those that were there do not.
        amend(&w, "clerk.skhcn", &old, into).await.expect(200);
        w.act("chair", &old, "decide", another("51/QĐ-UBND")).await.refused(409, "waiver_needed");
        w.act("chair", &second, "decide", decision("approve")).await.expect(200);
        let mut excepted = another("51/QĐ-UBND");
        excepted["waivers"] = json!([{"finding": "yearly_trip_limit", "reason": "Trung ương triệu tập."}]);
        let moved = w.act("chair", &old, "decide", excepted).await.expect(200).json();
        assert_eq!((&moved["departure_date"], moved["decision"]["waivers"].as_array().unwrap().len()), (&json!("2027-06-01"), 1));
        // Back where there is room, the exception is none any more.
        let back = amend(&w, "clerk.skhcn", &old, json!({"departure_date": "2026-06-01", "return_date": "2026-06-01"})).await.expect(200).json();
        assert_eq!((&back["amendments"][1]["standing"], &back["decision"]["waivers"]), (&json!("in_force"), &json!([])));
    }

    async fn a_postponed_trip_resumes_with_an_exception_and_whoever_came_back_is_free(w) {
        let people = w.officials("SKHCN").await;
        let id = w.approved(w.small_trip().await).await;
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-02"})).await.expect(200);
        let moved = amend(&w, "clerk.skhcn", &id, json!({"departure_date": "2026-03-24", "return_date": "2026-03-27"})).await;
        assert_eq!(moved.faults(), [("/changes/departure_date".to_owned(), "begun_already".to_owned())]);
        let again = async |w: &World| {
            let mut trip = w.small_trip().await;
            trip["members"] = json!([{"official_id": people[2], "role": "head"}]);
            w.draft(trip).await
        };
        let overlaps = async |w: &World, id: &str| {
            let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
            asked["findings"].as_array().unwrap().iter().any(|f| f["code"] == "overlapping_trip")
        };
        let other = again(&w).await;
        assert!(overlaps(&w, &other).await);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-02"})).await.expect(200);
        assert!(!overlaps(&w, &other).await);
    }

    async fn whom_the_party_refused_need_not_be_refused_again_and_nobody_left_is_said(w) {
        let people = w.officials("SKHCN").await;
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let paper = json!({"number": "1", "date": "2026-03-02"});
        let refused = json!({"verdict": "agree", "members": [{"official_id": people[2], "verdict": "refuse"}], "document": paper, "note": "Không đồng ý."});
        w.act("office.vptu", &id, "consent", refused).await.expect(200);
        let mut said = decision("approve");
        said["members"] = json!([{"official_id": people[2], "verdict": "reject"}]);
        let approved = w.act("chair", &id, "decide", said).await.expect(200).json();
        // Headcount, list and figures follow the decision.
        assert_eq!((&approved["headcount"], &counted(&w).await["visits"]), (&json!(4), &json!(4)));
        amend(&w, "clerk.skhcn", &id, json!({"return_date": "2026-03-28"})).await.expect(200);
        w.act("chair", &id, "decide", another("31/QĐ-UBND")).await.expect(200);
        let gone = amend(&w, "clerk.skhcn", &id, json!({"members": [{"official_id": people[2], "role": "head"}]})).await;
        assert_eq!(gone.faults()[0], ("/changes/members".to_owned(), "nobody_left".to_owned()));
        let led = json!({"members": [{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member"}]});
        assert_eq!(amend(&w, "clerk.skhcn", &id, led).await.faults(), [("/changes/members".to_owned(), "head_refused".to_owned())]);
    }

    async fn what_needs_an_exception_goes_to_the_body_that_may_give_it(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member", "relative_of": people[2]}]);
        let id = w.submitted(trip).await;
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.expect(200).json();
        let note = asked["notes"].as_array().unwrap().iter().find(|n| n["code"] == "exception_decided_by").unwrap();
        assert!(note["detail"].as_str().unwrap().contains("Chủ tịch Ủy ban nhân dân tỉnh") && note["detail"].as_str().unwrap().contains("38-CT/TW"));
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        // The Director, who usually decides, sees why he does not; it is offered to him no more.
        let seen = w.trip("director.snv", &id).await;
        let deciding: Vec<Value> = seen["steps"].as_array().unwrap().iter().filter(|s| s["kind"] == "decide")
            .map(|s| json!([s["body"], s["standing"], s["outcome"]])).collect();
        assert_eq!(deciding, [json!(["dofa_director", "skipped", "exception_needed"]), json!(["ppc_chair", "open", null])]);
        assert!(!seen["allowed_actions"].as_array().unwrap().contains(&json!("decide")));
        let waives = |number: &str| json!({"verdict": "approve", "document": {"number": number, "date": "2026-03-02", "signed_as": "direct"},
            "waivers": [{"finding": "relative_in_delegation", "reason": "Bạn mời đích danh."}]});
        w.act("director.snv", &id, "decide", waives("24/QĐ-SNV")).await.refused(409, "waiver_needed");
        let inbox = w.get("chair", "/inbox").await.expect(200).json();
        assert_eq!(inbox["items"][0]["delegation_id"], id.as_str());
        w.act("chair", &id, "decide", decision("approve")).await.refused(409, "waiver_needed");
        let approved = w.act("chair", &id, "decide", waives("24/QĐ-UBND")).await.expect(200).json();
        assert_eq!((&approved["decision"]["body"], &approved["decision"]["waivers"][0]["body"]), (&json!("ppc_chair"), &json!("ppc_chair")));
        // Afterwards the Director is told what anybody is told who decides nothing here.
        w.act("director.snv", &id, "decide", waives("25/QĐ-SNV")).await.refused(403, "forbidden");
        // An exception that came to be needed since the submission goes there as soon as a step is taken.
        let since = w.submitted(w.later_trip(&[4, 5]).await).await;
        let mut may = w.later_trip(&[4, 5]).await;
        (may["departure_date"], may["return_date"]) = (json!("2026-05-11"), json!("2026-05-15"));
        (may["stops"][0]["from"], may["stops"][0]["to"]) = (json!("2026-05-11"), json!("2026-05-15"));
        let waits = w.submitted(may).await;
        w.act("officer.snv", &waits, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let to = |body: &str| json!({"body": body, "citation": "Đ.9", "reason": "Quy chế mới."});
        w.act("officer.snv", &waits, "assign-authority", to("ppc_chair")).await.refused(409, "not_possible_in_state");
        let mau = include_str!("../../regulations/mau.toml").replacen("\nversion = 1", "\nversion = 9", 1);
        let stricter = format!("{mau}\n[[limit]]\nid = \"alone\"\nfor = [\"outbound\"]\nfinding = \"too_many_members\"\nmax = 1\n\
            severity = \"special_approval\"\nwaivable_by = \"ppc_chair\"\nstatus = \"sample\"\ncitation = \"Đ.9\"\n");
        let load = World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(stricter);
        w.as_user("rules", load).await.expect(201);
        let risen = w.act("officer.snv", &since, "appraise", json!({"opinion": "favourable"})).await.expect(200).json();
        assert_eq!(risen["steps"].as_array().unwrap().last().unwrap()["body"], "ppc_chair");
        let many = json!({"verdict": "approve", "document": {"number": "23/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"},
            "waivers": [{"finding": "too_many_members", "reason": "Bạn mời hai người."}]});
        w.act("chair", &since, "decide", many.clone()).await.expect(200);
        // Of what waits for its decision already, DOFA passes it on.
        w.act("director.snv", &waits, "decide", decision("approve")).await.refused(409, "waiver_needed");
        w.act("officer.snv", &waits, "assign-authority", to("ppc")).await.refused(409, "not_possible_in_state");
        assert_eq!(w.trip("officer.snv", &waits).await["allowed_actions"], json!([]));
        let passed = w.act("officer.snv", &waits, "assign-authority", to("ppc_chair")).await.expect(200).json();
        assert_eq!((&passed["ruling"]["assigned"]["body"], &passed["state"]), (&json!("ppc_chair"), &json!("awaiting_decision")));
        w.act("chair", &waits, "decide", many).await.expect(200);
    }

    async fn an_amendment_that_needs_an_exception_goes_to_the_body_that_may_give_it(w) {
        let people = w.officials("SKHCN").await;
        let waives = |number: &str| json!({"verdict": "approve", "document": {"number": number, "date": "2026-03-02", "signed_as": "direct"},
            "waivers": [{"finding": "relative_in_delegation", "reason": "Bạn mời đích danh."}]});
        let plain = w.approved(w.later_trip(&[4, 5]).await).await;
        let members = json!([{"official_id": people[4], "role": "head"}, {"official_id": people[5], "role": "member", "relative_of": people[4]}]);
        let asked = amend(&w, "clerk.skhcn", &plain, json!({"members": members})).await.expect(200).json();
        assert_eq!(asked["amendments"][0]["standing"], "pending");
        w.act("director.snv", &plain, "decide", waives("26/QĐ-SNV")).await.refused(409, "waiver_needed");
        w.act("chair", &plain, "decide", waives("27/QĐ-UBND")).await.expect(200);
    }
}
