//! Wrong turns of visits: every fault named, nothing changed.

use serde_json::{Value, json};

use crate::world::{World, decision};

async fn faults(w: &World, changes: Value) -> Vec<(String, String)> {
    let mut body = w.visit().await;
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    w.post("clerk.skhcn", "/inbound-delegations", body).await.expect(422).faults()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

on_both! {
    async fn bad_content_is_named_field_by_field(w) {
        let other = w.officials("SYT").await[2].clone();
        let host = w.officials("SKHCN").await[2].clone();
        let item = |from: &str, to: &str, hosts: Value| json!([{"starts_at": from, "ends_at": to, "place": "Sở", "activity": "Hội đàm", "hosts": hosts}]);
        let guest = |name: &str, nation: &str| json!({"full_name": name, "nationality": nation});
        let cases = [
            (json!({"departure_date": "2026-03-22", "programme": []}), one("/departure_date", "departs_before_arrival")),
            (json!({"programme": item("2026-03-22T02:00:00Z", "2026-03-22T04:00:00Z", json!([]))}), one("/programme/0/starts_at", "outside_the_visit")),
            (json!({"programme": item("2026-03-25T16:00:00Z", "2026-03-25T18:00:00Z", json!([]))}), one("/programme/0/starts_at", "outside_the_visit")),
            (json!({"programme": item("2026-03-24T04:00:00Z", "2026-03-24T04:00:00Z", json!([]))}), one("/programme/0/ends_at", "ends_before_it_begins")),
            (json!({"programme": item("2026-03-24T02:00:00Z", "2026-03-24T04:00:00Z", json!([other]))}), one("/programme/0/hosts/0", "not_in_hosting_agency")),
            (json!({"programme": item("2026-03-24T02:00:00Z", "2026-03-24T04:00:00Z", json!([host, host]))}), one("/programme/0/hosts/1", "repeated")),
            (json!({"programme": [item("2026-03-24T02:00:00Z", "2026-03-24T04:00:00Z", json!([host]))[0], item("2026-03-24T03:00:00Z", "2026-03-24T05:00:00Z", json!([host]))[0]]}), one("/programme/1/hosts", "host_elsewhere")),
            (json!({"programme": item("2026-03-24T02:00:00Z", "2026-03-24T04:00:00Z", json!(["zzz"]))}), one("/programme/0/hosts/0", "unknown_official")),
            (json!({"programme": item("2026-03-24 02:00", "2026-03-24T04:00:00Z", json!([]))}), one("/programme/0/starts_at", "invalid_moment")),
            (json!({"headcount": 1}), one("/headcount", "below_guest_list")),
            (json!({"headcount": 0}), one("/headcount", "out_of_range")),
            (json!({"headcount": -3}), one("/headcount", "out_of_range")),
            (json!({"headcount": 1_000_000_000}), one("/headcount", "out_of_range")),
            (json!({"headcount": 1.5}), one("/headcount", "wrong_type")),
            (json!({"guests": [guest("KIM Young-hwan", "KR"), guest("Kim Young-Hwan", "KR")]}), one("/guests/1/full_name", "repeated")),
            (json!({"guests": [guest("KIM", "XX")]}), one("/guests/0/nationality", "unknown_country")),
            (json!({"guests": [guest("KIM", "Korea")]}), one("/guests/0/nationality", "too_long")),
            (json!({"country": "VN"}), one("/country", "home_country")),
            (json!({"nationalities": [{"country": "KR", "count": 11}]}), one("/nationalities", "does_not_add_up")),
            (json!({"nationalities": [{"country": "KR", "count": 6}, {"country": "KR", "count": 6}]}), one("/nationalities/1/country", "repeated")),
            (json!({"nationalities": [{"country": "JP", "count": 12}]}), one("/nationalities", "below_guest_list")),
            (json!({"nationalities": [{"country": "KR", "count": -1}]}), one("/nationalities/0/count", "out_of_range")),
            (json!({"purpose": "private"}), one("/purpose", "wrong_purpose")),
            (json!({"coordinating_agency_ids": [w.agency("SKHCN").await]}), one("/coordinating_agency_ids/0", "repeated")),
            (json!({"host_agency_id": "zzz", "programme": []}), one("/host_agency_id", "unknown_agency")),
            (json!({"hat": 1}), one("/hat", "unknown_field")),
        ];
        for (changes, expected) in cases {
            assert_eq!(faults(&w, changes.clone()).await, expected, "{changes}");
        }
        let mut whole = w.visit().await;
        whole.as_object_mut().unwrap().remove("headcount");
        assert_eq!(w.post("clerk.skhcn", "/inbound-delegations", whole).await.expect(422).faults(), one("/headcount", "missing"));
        for title in ["Đoàn thăm (MẬT)", "TỐI MẬT", "Tài liệu TUYỆT MẬT về đoàn"] {
            let mut secret = w.visit().await;
            secret["title"] = json!(title);
            w.post("clerk.skhcn", "/inbound-delegations", secret).await.refused(422, "state_secret_refused");
        }
        assert!(w.get("clerk.skhcn", "/inbound-delegations").await.json()["items"].as_array().unwrap().is_empty());
        // A coordinating agency's people may receive guests, and two of one name with two passports are two.
        let mut fine = w.visit().await;
        fine["coordinating_agency_ids"] = json!([w.agency("SYT").await]);
        fine["programme"][0]["hosts"] = json!([other]);
        fine["guests"] = json!([{"full_name": "KIM Min-su", "nationality": "KR", "passport_number": "M1"}, {"full_name": "Kim Min-su", "nationality": "KR", "passport_number": "M2"}]);
        w.post("clerk.skhcn", "/inbound-delegations", fine).await.expect(201);
    }

    async fn the_front_and_the_friendship_union_host_in_the_peoples_channel(w) {
        let front = json!({"code": "MTTQ", "name": "Ủy ban Mặt trận Tổ quốc tỉnh", "bloc": "mass_organisation", "valid_from": "2020-01-01"});
        let agency = w.post("admin", "/agencies", front).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let users = w.get("admin", "/users?limit=200").await.json();
        let clerk = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "clerk.skhcn").unwrap().clone();
        let path = format!("/users/{}", clerk["id"].as_str().unwrap());
        let etag = w.get("admin", &path).await.etag();
        let mut body = w.visit().await;
        w.patch("admin", &path, &etag, json!({"agency_id": agency})).await.expect(200);
        (body["host_agency_id"], body["programme"]) = (json!(agency), json!([]));
        assert_eq!(w.post("clerk.skhcn", "/inbound-delegations", body.clone()).await.expect(422).faults(), one("/channel", "wrong_channel"));
        body["channel"] = json!("people");
        w.post("clerk.skhcn", "/inbound-delegations", body).await.expect(201);
    }

    async fn steps_belong_to_their_bodies_and_nobody_takes_two(w) {
        let id = w.submitted_visit(w.visit().await).await;
        let favourable = json!({"opinion": "favourable"});
        for nobody in ["clerk.skhcn", "head.skhcn", "chair", "inspector", "director.snv"] {
            w.act_in(nobody, &id, "appraise", favourable.clone()).await.refused(403, "forbidden");
        }
        for blind in ["clerk.syt", "head.syt", "custodian", "stats", "admin", "office.vptu"] {
            let seen = w.get(blind, &format!("/inbound-delegations/{id}")).await;
            assert!(seen.status == 404, "{blind} {}", seen.status);
        }
        w.act_in("police", &id, "give-opinion", favourable.clone()).await.refused(409, "not_possible_in_state");
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "unfavourable"})).await.expect(422);
        w.act_in("officer.snv", &id, "appraise", favourable.clone()).await.expect(200);
        w.act_in("officer.snv", &id, "give-opinion", favourable.clone()).await.refused(403, "forbidden");
        w.act_in("police", &id, "request-supplement", json!({"missing": ["guest_list"], "note": "Thiếu số hộ chiếu."})).await.expect(200);
        w.act_in("head.skhcn", &id, "resubmit", json!({})).await.expect(200);
        w.act_in("officer.snv", &id, "appraise", favourable.clone()).await.expect(200);
        w.act_in("police", &id, "give-opinion", favourable).await.expect(200);
        w.act_in("chair", &id, "decide", decision("reject")).await.expect(200);
        w.act_in("chair", &id, "decide", decision("approve")).await.refused(409, "not_possible_in_state");
        assert_eq!(w.get("stats", "/statistics/inbound?year=2026").await.json()["total"]["delegations"], 0);
    }

    async fn a_postponed_visit_stops_counting_until_it_is_resumed_with_a_programme_that_fits(w) {
        let id = w.approved_visit(w.visit().await).await;
        let count = async |w: &World| w.get("stats", "/statistics/inbound?year=2026").await.json()["total"]["visits"].clone();
        assert_eq!(count(&w).await, 12);
        w.act_in("clerk.skhcn", &id, "postpone", json!({"reason": "Phía bạn đổi lịch."})).await.expect(200);
        assert_eq!(count(&w).await, 0);
        let later = json!({"arrival_date": "2026-05-11", "departure_date": "2026-05-13"});
        assert_eq!(w.act_in("clerk.skhcn", &id, "resume", later).await.expect(422).faults(), one("/programme/0/starts_at", "outside_the_visit"));
        let later = json!({"arrival_date": "2026-05-11", "departure_date": "2026-05-13", "programme": []});
        w.act_in("clerk.skhcn", &id, "resume", later).await.expect(200);
        assert_eq!(count(&w).await, 12);
        // The decider may do the same, though the agency is not his.
        w.act_in("chair", &id, "postpone", json!({"reason": "Bão."})).await.expect(200);
        w.act_in("chair", &id, "resume", json!({"arrival_date": "2026-05-18", "departure_date": "2026-05-20", "programme": []})).await.expect(200);
        w.act_in("chair", &id, "cancel", json!({"reason": "Không còn cần thiết."})).await.expect(200);
        assert_eq!(count(&w).await, 0);
    }

    async fn preconditions_and_retries_hold_for_visits_too(w) {
        let request = || World::request("POST", "/inbound-delegations").insert_header(("Idempotency-Key", "v-1"));
        let body = w.visit().await;
        let first = w.as_user("clerk.skhcn", request().set_json(&body)).await.expect(201);
        let again = w.as_user("clerk.skhcn", request().set_json(&body)).await.expect(201);
        assert_eq!((first.json()["id"].clone(), first.etag()), (again.json()["id"].clone(), again.etag()));
        let id = first.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/inbound-delegations/{id}");
        w.as_user("clerk.skhcn", World::request("PATCH", &path).set_json(json!({"title": "Khác"}))).await.refused(428, "precondition_required");
        w.patch("clerk.skhcn", &path, "\"9\"", json!({"title": "Khác"})).await.refused(412, "version_conflict");
        w.patch("clerk.skhcn", &path, "\"1\"", json!({"title": "Khác"})).await.expect(200);
        let mut other = w.visit().await;
        other["host_agency_id"] = json!(w.agency("SYT").await);
        w.post("clerk.skhcn", "/inbound-delegations", other).await.refused(403, "forbidden");
    }
}
