//! Substitution: by document, for a matter and a time, never lent on, never for one's own benefit.

use serde_json::{Value, json};

use crate::papers::file;
use crate::world::{Answer, World};

async fn user(w: &World, name: &str) -> String {
    let users = w.get("admin", "/users?limit=200").await.expect(200).json();
    let found = users["items"].as_array().unwrap().iter().find(|u| u["username"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn full_name(w: &World, name: &str) -> String {
    let users = w.get("admin", "/users?limit=200").await.expect(200).json();
    let found = users["items"].as_array().unwrap().iter().find(|u| u["username"] == name).unwrap();
    found["full_name"].as_str().unwrap().to_owned()
}

/// The Director lends his seat to the clerk of SYT, from Monday to the Monday after.
async fn lent(w: &World, to: &str, more: Value) -> Answer {
    let mut body = json!({"to_user_id": user(w, to).await, "body": "dofa_director", "signed_as": "tuq", "valid_from": "2026-03-02",
        "valid_to": "2026-03-09", "document_number": "15/UQ-SNV", "document_date": "2026-03-01"});
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    w.post("director.snv", "/substitutions", body).await
}

fn signed(signed_as: &str) -> Value {
    json!({"verdict": "approve", "document": {"number": "24/QĐ-SNV", "date": "2026-03-02", "signed_as": signed_as}})
}

async fn to_decide(w: &World) -> String {
    let id = w.submitted(w.small_trip().await).await;
    w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
    id
}

on_both! {
    async fn the_substitute_decides_and_both_names_stand_in_the_history(w) {
        let id = to_decide(&w).await;
        w.get("custodian", &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        lent(&w, "custodian", json!({})).await.expect(201);
        let inbox = w.get("custodian", "/inbox").await.expect(200).json();
        assert_eq!(inbox["items"][0]["delegation_id"], id.as_str());
        let wrong = w.act("custodian", &id, "decide", signed("direct")).await;
        assert_eq!(wrong.faults(), [("/document/signed_as".to_owned(), "not_as_lent".to_owned())]);
        w.act("custodian", &id, "decide", signed("tuq")).await.expect(200);
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let last = history["items"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["actor"], &last["on_behalf_of"], &last["body"]), (&json!("custodian"), &json!("director.snv"), &json!("dofa_director")));
        let before = &history["items"][history["items"].as_array().unwrap().len() - 2];
        assert_eq!(before["on_behalf_of"], Value::Null);
        assert_eq!(w.get("admin", "/audit/verification").await.expect(200).json()["whole"], true);
        // Both names stand on the paper, with the document by which.
        let paper = w.post("officer.snv", "/papers", json!({"delegation_id": id, "kind": "sending_decision"})).await.expect(201).json();
        let told = crate::papers::file(&w, "officer.snv", &paper).await;
        let (signer, lender) = (full_name(&w, "custodian").await, full_name(&w, "director.snv").await);
        for part in ["TUQ. GIÁM ĐỐC".to_owned(), format!("Căn cứ văn bản số 15/UQ-SNV ngày 01/03/2026 về việc giao {signer} ký văn bản thay {lender}"), format!("{lender} (để báo cáo)")] {
            assert!(told.iter().any(|l| l.contains(&part)), "{part}: {told:#?}");
        }
    }

    async fn the_days_are_half_open_and_end_with_the_lender(w) {
        let id = to_decide(&w).await;
        lent(&w, "custodian", json!({"valid_from": "2026-03-03", "valid_to": "2026-03-05"})).await.expect(201);
        let sees = async |w: &World| w.get("custodian", &format!("/outbound-delegations/{id}")).await.status;
        assert_eq!(sees(&w).await, 404);
        w.advance_days(1);
        assert_eq!(sees(&w).await, 200);
        w.advance_days(1);
        assert_eq!(sees(&w).await, 200);
        w.advance_days(1);
        assert_eq!(sees(&w).await, 404);

        let again = lent(&w, "custodian", json!({"valid_from": "2026-03-05", "valid_to": "2026-04-01"})).await.expect(201);
        assert_eq!(sees(&w).await, 200);
        // The Director leaves: what he lent lapses with his seat, at once.
        let director = user(&w, "director.snv").await;
        let etag = w.get("admin", &format!("/users/{director}")).await.etag();
        w.patch("admin", &format!("/users/{director}"), &etag, json!({"seats": []})).await.expect(200);
        assert_eq!(sees(&w).await, 404);
        let still = w.get("admin", &format!("/substitutions/{}", again.json()["id"].as_str().unwrap())).await.expect(200).json();
        assert_eq!(still["valid_to"], "2026-04-01");
    }

    async fn it_covers_only_its_matter(w) {
        let id = to_decide(&w).await;
        lent(&w, "custodian", json!({"scope": {"procedures": ["inbound"], "steps": ["decide"]}})).await.expect(201);
        // What was lent for guests opens no trip.
        w.get("custodian", &format!("/outbound-delegations/{id}")).await.refused(404, "not_found");
        let listed = async |w: &World| {
            let list = w.get("custodian", "/outbound-delegations").await.expect(200).json()["items"].as_array().unwrap().len();
            (list, w.get("custodian", "/inbox").await.expect(200).json()["items"].as_array().unwrap().len())
        };
        assert_eq!(listed(&w).await, (0, 0));
        lent(&w, "custodian", json!({"scope": {"procedures": ["outbound"], "steps": ["decide"]}})).await.expect(201);
        assert_eq!(listed(&w).await, (1, 1));
        let seen = w.trip("custodian", &id).await;
        assert_eq!(seen["allowed_actions"], json!(["decide"]));
        w.act("custodian", &id, "cancel", json!({"reason": "x"})).await.refused(403, "forbidden");
        w.act("custodian", &id, "decide", signed("tuq")).await.expect(200);
        // No register, no figure, no account comes with it.
        w.get("custodian", "/statistics/outbound?year=2026").await.refused(403, "forbidden");
        w.get("custodian", "/users").await.refused(403, "forbidden");
    }

    async fn nobody_lends_on_or_to_himself_or_what_he_has_not(w) {
        lent(&w, "custodian", json!({})).await.expect(201);
        let on = json!({"to_user_id": user(&w, "stats").await, "body": "dofa_director", "signed_as": "kt", "valid_from": "2026-03-02",
            "document_number": "1", "document_date": "2026-03-02"});
        w.post("custodian", "/substitutions", on.clone()).await.refused(403, "forbidden");
        let mut by_admin = on.clone();
        by_admin["from_user_id"] = json!(user(&w, "custodian").await);
        let cascade = w.post("officer.snv", "/substitutions", by_admin).await;
        assert_eq!(cascade.faults(), [("/body".to_owned(), "not_held".to_owned())]);
        let not_his = w.post("chair", "/substitutions", on.clone()).await;
        assert_eq!(not_his.faults(), [("/body".to_owned(), "not_held".to_owned())]);
        let mut own = on.clone();
        own["to_user_id"] = json!(user(&w, "director.snv").await);
        w.post("director.snv", "/substitutions", own).await.refused(403, "separation_of_duties");
        let mut to_admin = on.clone();
        to_admin["from_user_id"] = json!(user(&w, "director.snv").await);
        to_admin["to_user_id"] = json!(user(&w, "officer.snv").await);
        w.post("officer.snv", "/substitutions", to_admin).await.refused(403, "separation_of_duties");
        // An administrator, who makes accounts, makes nobody the Chair.
        let chair = json!({"from_user_id": user(&w, "chair").await, "to_user_id": user(&w, "stats").await, "body": "ppc_chair", "signed_as": "kt",
            "valid_from": "2026-03-02", "valid_to": "2026-03-09", "document_number": "99/UQ", "document_date": "2026-03-02"});
        w.post("admin", "/substitutions", chair.clone()).await.refused(403, "forbidden");
        w.post("officer.snv", "/substitutions", chair).await.expect(201);
        let endless = lent(&w, "stats", json!({"valid_to": null})).await;
        assert_eq!(endless.faults(), [("/valid_to".to_owned(), "missing".to_owned())]);
        let direct = lent(&w, "stats", json!({"signed_as": "direct"})).await;
        assert_eq!(direct.faults(), [("/signed_as".to_owned(), "not_a_substitution".to_owned())]);
        lent(&w, "custodian", json!({})).await.refused(409, "already_exists");
        let elsewhere = json!({"to_user_id": user(&w, "clerk.syt").await, "body": "agency_head", "signed_as": "kt", "valid_from": "2026-03-02",
            "document_number": "1", "document_date": "2026-03-02"});
        let far = w.post("head.skhcn", "/substitutions", elsewhere).await;
        assert_eq!(far.faults(), [("/to_user_id".to_owned(), "another_agency".to_owned())]);
    }

    async fn nobody_acts_for_one_who_travels_or_took_another_step(w) {
        // The Director's own trip: his substitute is not to decide it.
        let people = w.officials("SKHCN").await;
        let id = to_decide(&w).await;
        let director = user(&w, "director.snv").await;
        let etag = w.get("admin", &format!("/users/{director}")).await.etag();
        w.patch("admin", &format!("/users/{director}"), &etag, json!({"official_id": people[3]})).await.expect(200);
        lent(&w, "custodian", json!({})).await.expect(201);
        w.act("custodian", &id, "decide", signed("tuq")).await.refused(403, "separation_of_duties");
        // Whoever appraised does not decide in the Director's place either.
        let etag = w.get("admin", &format!("/users/{director}")).await.etag();
        w.patch("admin", &format!("/users/{director}"), &etag, json!({"official_id": people[5]})).await.expect(200);
        lent(&w, "officer.snv", json!({})).await.expect(201);
        w.act("officer.snv", &id, "decide", signed("tuq")).await.refused(403, "separation_of_duties");
        assert_eq!(w.trip("inspector", &id).await["state"], "awaiting_decision");
        let decided = w.act("custodian", &id, "decide", signed("tuq")).await.expect(200).json();
        assert_eq!((&decided["state"], &decided["decision"]["document"]["signed_as"]), (&json!("approved"), &json!("tuq")));
    }

    async fn whoever_is_represented_has_taken_the_step(w) {
        // The Director appraised through another: he does not decide himself.
        let director = user(&w, "director.snv").await;
        let etag = w.get("admin", &format!("/users/{director}")).await.etag();
        w.patch("admin", &format!("/users/{director}"), &etag, json!({"seats": [{"body": "dofa_director"}, {"body": "dofa"}]})).await.expect(200);
        lent(&w, "custodian", json!({"body": "dofa"})).await.expect(201);
        let id = w.submitted(w.small_trip().await).await;
        w.act("custodian", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &id, "decide", signed("direct")).await.refused(403, "separation_of_duties");
        // Nor does another who stands in for him.
        lent(&w, "stats", json!({})).await.expect(201);
        w.act("stats", &id, "decide", signed("tuq")).await.refused(403, "separation_of_duties");
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        let last = history["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["action"], &last["actor"], &last["on_behalf_of"]), (&json!("appraise"), &json!("custodian"), &json!("director.snv")));
    }

    async fn the_head_lends_his_seat_within_the_agency(w) {
        let body = json!({"to_user_id": user(&w, "clerk.skhcn").await, "body": "agency_head", "signed_as": "kt", "valid_from": "2026-03-02",
            "document_number": "3/UQ", "document_date": "2026-03-02"});
        w.post("head.skhcn", "/substitutions", body).await.expect(201);
        let id = w.draft(w.small_trip().await).await;
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        // Who drafted does not sign, not for another either.
        w.act("clerk.skhcn", &id, "submit", json!({})).await.refused(403, "separation_of_duties");
        // Another of the unit does, and the paper says in whose place.
        let account = json!({"username": "deputy.skhcn", "full_name": "Phó Giám đốc", "agency_id": w.agency("SKHCN").await, "seats": []});
        w.joins(account).await;
        let body = json!({"to_user_id": user(&w, "deputy.skhcn").await, "body": "agency_head", "signed_as": "kt", "valid_from": "2026-03-02",
            "document_number": "4/UQ", "document_date": "2026-03-02"});
        w.post("head.skhcn", "/substitutions", body).await.expect(201);
        w.act("deputy.skhcn", &id, "submit", json!({})).await.expect(200);
        let paper = w.post("clerk.skhcn", "/papers", json!({"delegation_id": id, "kind": "submission"})).await.expect(201).json();
        let told = crate::papers::file(&w, "deputy.skhcn", &paper).await;
        for part in ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Phó Giám đốc", "Căn cứ văn bản số 4/UQ ngày 02/03/2026 về việc giao Phó Giám đốc ký văn bản thay"] {
            assert!(told.iter().any(|l| l.contains(part)), "{part}: {told:#?}");
        }
    }

    async fn papers_cite_the_document_that_was_used_and_the_seat_corrects_what_a_substitute_signed(w) {
        let id = to_decide(&w).await;
        let inbound = json!({"scope": {"procedures": ["inbound"]}, "signed_as": "tl", "document_number": "1/UQ-IN"});
        lent(&w, "custodian", inbound).await.expect(201);
        let outbound = lent(&w, "custodian", json!({"scope": {"procedures": ["outbound"]}, "document_number": "2/UQ-OUT"})).await.expect(201);
        w.act("custodian", &id, "decide", signed("tuq")).await.expect(200);
        // It ends the same day: what was signed stays signed under it.
        let path = format!("/substitutions/{}", outbound.json()["id"].as_str().unwrap());
        w.patch("director.snv", &path, &outbound.etag(), json!({"valid_to": "2026-03-02"})).await.expect(200);
        let paper = w.post("officer.snv", "/papers", json!({"delegation_id": id, "kind": "sending_decision"})).await.expect(201).json();
        let told = crate::papers::file(&w, "officer.snv", &paper).await;
        assert!(told.iter().any(|l| l.contains("số 2/UQ-OUT")) && !told.iter().any(|l| l.contains("1/UQ-IN")), "{told:#?}");
        let corrected = json!({"document": {"number": "24/QĐ-SNV", "date": "2026-03-02"}, "reason": "Sai ngày."});
        w.act("custodian", &id, "correct-decision", corrected.clone()).await.refused(403, "forbidden");
        w.act("officer.snv", &id, "correct-decision", corrected.clone()).await.refused(403, "forbidden");
        w.act("director.snv", &id, "correct-decision", corrected).await.expect(200);
    }

    async fn every_act_names_in_whose_place_and_each_body_its_signers(w) {
        w.joins(json!({"username": "deputy.skhcn", "full_name": "Phó Giám đốc", "agency_id": w.agency("SKHCN").await, "seats": []})).await;
        let body = json!({"to_user_id": user(&w, "deputy.skhcn").await, "body": "agency_head", "signed_as": "kt", "valid_from": "2026-03-02",
            "document_number": "4/UQ", "document_date": "2026-03-02"});
        w.post("head.skhcn", "/substitutions", body).await.expect(201);
        let id = w.approved(w.small_trip().await).await;
        w.act("deputy.skhcn", &id, "amend", json!({"changes": {"return_date": "2026-03-26"}, "reason": "x"})).await.expect(200);
        w.act("deputy.skhcn", &id, "postpone", json!({"reason": "x"})).await.expect(200);
        let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.expect(200).json();
        for line in history["items"].as_array().unwrap().iter().rev().take(2) {
            assert_eq!((&line["on_behalf_of"], &line["body"]), (&json!("head.skhcn"), &json!("agency_head")), "{line}");
        }
        // So does the report that he hands in, on paper, too.
        let etag = w.get("deputy.skhcn", &format!("/outbound-delegations/{id}")).await.etag();
        w.as_user("deputy.skhcn", World::request("POST", &format!("/outbound-delegations/{id}/resume")).insert_header(("If-Match", etag)).set_json(
            json!({"departure_date": "2026-03-23", "return_date": "2026-03-26", "stops": [{"country": "JP", "place": "Tokyo", "from": "2026-03-23", "to": "2026-03-26"}]}))).await.expect(200);
        for (act, body) in [("record-departure", json!({"on": "2026-03-02"})), ("record-return", json!({"on": "2026-03-02"})), ("submit-report", json!({"summary": "Xong.", "results": []}))] {
            w.act("deputy.skhcn", &id, act, body).await.expect(200);
        }
        let report = w.post("deputy.skhcn", "/papers", json!({"delegation_id": id, "kind": "trip_report"})).await.expect(201).json();
        let told = file(&w, "deputy.skhcn", &report).await;
        for part in ["KT. ", "Phó Giám đốc", "(để báo cáo)"] {
            assert!(told.iter().any(|l| l.contains(part)), "{part}: {told:#?}");
        }
        for (body, who) in [("ppc", "chair"), ("dofa", "director.snv")] {
            let found = w.get("inspector", &format!("/bodies/{body}/holders")).await.expect(200).json();
            assert!(found["items"].as_array().unwrap().iter().any(|h| h["username"] == who), "{found}");
        }
        // A closed account signs nothing more.
        let path = format!("/users/{}", user(&w, "chair").await);
        let etag = w.get("admin", &path).await.etag();
        w.patch("admin", &path, &etag, json!({"active": false})).await.expect(200);
        assert_eq!(w.get("inspector", "/bodies/ppc/holders").await.expect(200).json()["items"], json!([]));
    }

    async fn a_seat_lent_for_guests_drafts_no_trip(w) {
        let clerk = user(&w, "clerk.skhcn").await;
        let body = json!({"to_user_id": clerk, "body": "agency_head", "signed_as": "kt", "scope": {"procedures": ["inbound"]},
            "valid_from": "2026-03-02", "document_number": "3/UQ", "document_date": "2026-03-02"});
        w.post("head.skhcn", "/substitutions", body).await.expect(201);
        let etag = w.get("admin", &format!("/users/{clerk}")).await.etag();
        w.patch("admin", &format!("/users/{clerk}"), &etag, json!({"roles": []})).await.expect(200);
        let visit = w.post("clerk.skhcn", "/inbound-delegations", w.visit().await).await.expect(201).json();
        assert_eq!(visit["state"], "draft");
        w.post("clerk.skhcn", "/outbound-delegations", w.small_trip().await).await.refused(403, "forbidden");
        assert_eq!(w.get("clerk.skhcn", "/outbound-delegations").await.expect(200).json()["items"], json!([]));
        let item = json!({"agency_id": w.agency("SKHCN").await, "title": "Xúc tiến", "month": 5, "countries": ["KR"], "purpose": "promotion", "headcount": 8});
        w.post("clerk.skhcn", "/plans/2026/items", item).await.refused(403, "forbidden");
    }

    async fn the_seat_of_a_unit_stays_in_the_unit_and_no_plan_is_approved_in_anothers_place(w) {
        let clerk = user(&w, "clerk.skhcn").await;
        let body = json!({"to_user_id": clerk, "body": "agency_head", "signed_as": "kt", "valid_from": "2026-03-02", "document_number": "3/UQ", "document_date": "2026-03-02"});
        w.post("head.skhcn", "/substitutions", body).await.expect(201);
        assert_eq!(w.get("clerk.skhcn", "/me").await.expect(200).status, 200);
        let etag = w.get("admin", &format!("/users/{clerk}")).await.etag();
        w.patch("admin", &format!("/users/{clerk}"), &etag, json!({"agency_id": w.agency("SYT").await, "roles": []})).await.expect(200);
        // He went to another unit: he is head of neither.
        w.get("clerk.skhcn", "/outbound-delegations").await.refused(403, "forbidden");
        lent(&w, "officer.snv", json!({})).await.expect(201);
        let chair = json!({"to_user_id": user(&w, "officer.snv").await, "body": "ppc_chair", "signed_as": "kt", "valid_from": "2026-03-02", "document_number": "4/UQ", "document_date": "2026-03-02"});
        w.post("chair", "/substitutions", chair).await.expect(201);
        let item = json!({"agency_id": w.agency("SYT").await, "title": "Xúc tiến", "month": 5, "countries": ["KR"], "purpose": "promotion", "headcount": 8});
        w.post("head.syt", "/plans/2026/items", item).await.expect(201);
        let act = async |w: &World, action: &str, body: Value| {
            let etag = w.get("officer.snv", "/plans/2026").await.expect(200).etag();
            w.as_user("officer.snv", World::request("POST", &format!("/plans/2026/{action}")).insert_header(("If-Match", etag)).set_json(body)).await
        };
        act(&w, "consolidate", json!({})).await.expect(200);
        act(&w, "approve", json!({"body": "ppc_chair", "document": {"number": "1", "date": "2026-03-02"}})).await.refused(403, "forbidden");
    }

    async fn who_could_sign_then_is_told_for_any_day(w) {
        let holders = async |w: &World, at: &str| {
            let told = w.get("inspector", &format!("/bodies/dofa_director/holders?at={at}")).await.expect(200).json();
            let name = |h: &Value| (h["username"].as_str().unwrap().to_owned(), h["on_behalf_of"].as_str().map(str::to_owned));
            told["items"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
        };
        let made = lent(&w, "custodian", json!({})).await.expect(201);
        let own = ("director.snv".to_owned(), None);
        let stands = ("custodian".to_owned(), Some("director.snv".to_owned()));
        assert_eq!(holders(&w, "2026-03-01").await, vec![own.clone()]);
        assert_eq!(holders(&w, "2026-03-02").await, [own.clone(), stands.clone()]);
        assert_eq!(holders(&w, "2026-03-08").await, [own.clone(), stands.clone()]);
        assert_eq!(holders(&w, "2026-03-09").await, vec![own.clone()]);
        w.get("inspector", "/bodies/nobody/holders").await.refused(404, "not_found");
        w.get("stats", "/bodies/ppc_chair/holders").await.refused(403, "forbidden");

        w.advance_days(3);
        let path = format!("/substitutions/{}", made.json()["id"].as_str().unwrap());
        let back = w.patch("director.snv", &path, "\"1\"", json!({"valid_to": "2026-03-04"})).await;
        assert_eq!(back.faults(), [("/valid_to".to_owned(), "in_the_past".to_owned())]);
        let longer = w.patch("director.snv", &path, "\"1\"", json!({"valid_to": "2027-03-05"})).await;
        assert_eq!(longer.faults(), [("/valid_to".to_owned(), "longer_than_lent".to_owned())]);
        w.patch("custodian", &path, "\"1\"", json!({"valid_to": "2026-03-05"})).await.refused(403, "forbidden");
        w.patch("director.snv", &path, "\"1\"", json!({"valid_to": "2026-03-05"})).await.expect(200);
        w.patch("director.snv", &path, "\"1\"", json!({"valid_to": "2026-03-06"})).await.refused(412, "version_conflict");
        assert_eq!(holders(&w, "2026-03-05").await, vec![own.clone()]);
        // The seat is taken from the Director: who could sign before stays known.
        let director = user(&w, "director.snv").await;
        let etag = w.get("admin", &format!("/users/{director}")).await.etag();
        w.patch("admin", &format!("/users/{director}"), &etag, json!({"seats": []})).await.expect(200);
        assert_eq!(holders(&w, "2026-03-04").await, [own, stands]);
        assert!(holders(&w, "2026-03-05").await.is_empty());
        w.get("clerk.syt", &path).await.refused(404, "not_found");
        assert_eq!(w.get("clerk.syt", "/substitutions").await.expect(200).json()["items"], json!([]));
        assert_eq!(w.get("custodian", "/substitutions?body=dofa_director").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    }
}
