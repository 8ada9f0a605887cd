//! Agencies, officials, searching without marks, lists by page.

use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use crate::world::World;

on_both! {
    async fn dang_finds_dang_however_it_is_typed(w) {
        for typed in ["dang", "Đặng", "ĐẶNG VĂN", &"Đặng".nfd().collect::<String>(), "van minh"] {
            let query: String = typed.bytes().map(|b| format!("%{b:02X}")).collect();
            let found = w.get("clerk.skhcn", &format!("/officials?q={query}")).await.expect(200).json();
            assert_eq!(found["items"][0]["full_name"], "Đặng Văn Minh", "{typed}");
        }
        let nothing = w.get("clerk.skhcn", "/officials?q=%25").await.expect(200).json();
        assert_eq!(nothing["items"], json!([]), "a percent sign is only a percent sign");
        let id = w.draft(w.study_visit().await).await;
        for typed in ["chuyen%20doi%20so", "dang%20van%20minh", "han%20quoc"] {
            let found = w.get("clerk.skhcn", &format!("/outbound-delegations?q={typed}")).await.json();
            assert_eq!(found["items"][0]["id"], id.as_str(), "{typed}");
        }
        assert_eq!(w.get("clerk.syt", "/outbound-delegations?q=dang").await.json()["items"], json!([]));
    }

    async fn a_list_is_paged_by_keyset_and_keeps_its_order(w) {
        for day in 1..=7 {
            let mut trip = w.small_trip().await;
            (trip["departure_date"], trip["return_date"]) = (json!(format!("2026-07-{day:02}")), json!("2026-07-20"));
            (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2026-07-10"), json!("2026-07-20"));
            trip["title"] = json!(format!("Đoàn số {day}"));
            w.draft(trip).await;
        }
        for (sort, first) in [("departure_date", "Đoàn số 1"), ("-updated_at", "Đoàn số 7")] {
            let mut path = format!("/outbound-delegations?limit=3&sort={sort}&count=true");
            let mut titles = Vec::new();
            loop {
                let answer = w.get("clerk.skhcn", &path).await.expect(200);
                let page = answer.json();
                assert_eq!(page["total"], 7);
                titles.extend(page["items"].as_array().unwrap().iter().map(|i| i["title"].as_str().unwrap().to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                assert!(answer.headers["link"].contains("rel=\"next\"") && answer.headers["link"].contains(next));
                path = format!("/outbound-delegations?limit=3&sort={sort}&count=true&cursor={next}");
            }
            assert_eq!((titles.len(), titles[0].as_str()), (7, first));
            titles.sort();
            titles.dedup();
            assert_eq!(titles.len(), 7);
        }
        let other = w.get("clerk.skhcn", "/outbound-delegations?limit=3").await.json()["next"].as_str().unwrap().to_owned();
        w.get("clerk.skhcn", &format!("/outbound-delegations?limit=3&state=draft&cursor={other}")).await.refused(400, "invalid_cursor");
        let filtered = w.get("clerk.skhcn", "/outbound-delegations?country=JP&from=2026-07-03&to=2026-07-04&mine=true&overdue=false").await.expect(200).json();
        assert_eq!(filtered["items"].as_array().unwrap().len(), 2);
        let csv = w.get("clerk.skhcn", "/outbound-delegations?format=csv").await.expect(200);
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.starts_with("\u{feff}Mã,Số hồ sơ,Tên đoàn") && text.contains(",Bản nháp,01/07/2026,") && text.contains(",Nhật Bản,"), "{text}");
        let xlsx = w.get("clerk.skhcn", "/outbound-delegations?format=xlsx").await.expect(200);
        assert!(xlsx.bytes.starts_with(b"PK\x03\x04"));
    }

    async fn agencies_have_dates_and_codes_are_unique_at_a_time(w) {
        let sct = json!({"code": "SCT", "name": "Sở Công Thương", "bloc": "state", "valid_from": "2010-01-01", "valid_to": "2020-01-01"});
        w.post("officer.snv", "/agencies", sct.clone()).await.expect(201);
        w.post("officer.snv", "/agencies", sct.clone()).await.refused(409, "already_exists");
        let mut later = sct.clone();
        (later["valid_from"], later["valid_to"]) = (json!("2020-01-01"), json!(null));
        w.post("officer.snv", "/agencies", later).await.expect(201);
        w.post("clerk.skhcn", "/agencies", sct).await.refused(403, "forbidden");
        let on = async |w: &World, day: &str| w.get("chair", &format!("/agencies?code=SCT&on={day}")).await.json()["items"].as_array().unwrap().len();
        assert_eq!((on(&w, "2009-12-31").await, on(&w, "2019-12-31").await, on(&w, "2020-01-01").await), (0, 1, 1));
        assert_eq!(w.get("chair", "/agencies?q=so%20y%20te").await.json()["items"][0]["code"], "SYT");
    }

    async fn a_management_level_has_dates_and_selects_the_rule_of_the_day(w) {
        let people = w.officials("SKHCN").await;
        let id = w.draft(w.small_trip().await).await;
        let consents = async |w: &World, day: &str| {
            let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment?as_of={day}")).await.expect(200).json();
            asked["consents"].as_array().unwrap().len()
        };
        let level = json!({"managed_by": "party_standing_board", "valid_from": "2026-02-01"});
        w.post("clerk.syt", &format!("/officials/{}/management-levels", people[2]), level.clone()).await.refused(403, "forbidden");
        w.post("clerk.skhcn", &format!("/officials/{}/management-levels", people[2]), level).await.expect(201);
        assert_eq!((consents(&w, "2026-01-31").await, consents(&w, "2026-02-01").await), (0, 1));
        let levels = w.get("clerk.skhcn", &format!("/officials/{}/management-levels", people[2])).await.json();
        assert_eq!(levels["items"][0]["valid_to"], "2026-02-01");
        let discipline = json!({"kind": "khiển trách", "document": "1/QĐ", "valid_from": "2026-01-01", "valid_to": "2027-01-01"});
        w.post("clerk.skhcn", &format!("/officials/{}/disciplines", people[3]), discipline).await.expect(201);
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/assessment")).await.json();
        assert_eq!((&asked["outcome"], &asked["findings"][0]["code"]), (&json!("blocked"), &json!("under_discipline")));
    }

    async fn a_person_is_one_however_often_and_wherever_entered(w) {
        let people = w.officials("SKHCN").await;
        let deputy = w.get("custodian", &format!("/officials/{}", people[1])).await.expect(200).json();
        let syt = w.agency("SYT").await;
        let mut again = json!({"full_name": deputy["full_name"].as_str().unwrap().to_uppercase(), "birth_date": deputy["birth_date"],
            "agency_id": syt, "post": deputy["post"], "post_level": deputy["post_level"], "personnel": deputy["personnel"],
            "party_member": true, "provincial_committee_member": false, "key_leader": false, "managed_by": "agency"});
        let refused = w.post("clerk.syt", "/officials", again.clone()).await.refused(409, "possible_duplicate");
        assert_eq!(refused["official_id"], deputy["id"]);
        assert!(refused["detail"].as_str().unwrap().contains(deputy["full_name"].as_str().unwrap()), "{refused}");
        // Leaving the date out does not get around it; another date is another person.
        let mut undated = again.clone();
        undated["birth_date"] = json!(null);
        w.post("clerk.syt", "/officials", undated).await.refused(409, "possible_duplicate");
        let mut other = again.clone();
        other["birth_date"] = json!("1955-05-05");
        w.post("clerk.syt", "/officials", other).await.expect(201);
        again["confirmed_different"] = json!(true);
        w.post("clerk.syt", "/officials", again).await.expect(201);
    }

    async fn an_official_moves_with_trips_and_quota_and_counts_under_the_unit_of_the_day(w) {
        let people = w.officials("SKHCN").await;
        let (skhcn, syt) = (w.agency("SKHCN").await, w.agency("SYT").await);
        let path = format!("/officials/{}", people[2]);
        let mut body = w.small_trip().await;
        w.approved(body.clone()).await;
        let etag = w.get("head.skhcn", &path).await.etag();
        let transfer = |on: &str| json!({"agency_id": syt, "on": on, "document": {"number": "15/QĐ-SNV", "date": "2026-02-20"}});
        let to = format!("{path}/transfer");
        w.post("clerk.skhcn", &to, transfer("2026-03-01")).await.refused(428, "precondition_required");
        w.post_with("clerk.syt", &to, &etag, transfer("2026-03-01")).await.refused(403, "forbidden");
        let ahead = w.post_with("clerk.skhcn", &to, &etag, transfer("2026-03-03")).await.expect(422).faults();
        assert_eq!(ahead, [("/on".into(), "in_the_future".into())]);
        let moved = w.post_with("clerk.skhcn", &to, &etag, transfer("2026-03-01")).await.expect(200);
        assert_eq!(moved.json()["agency_id"], syt.as_str());
        w.post_with("clerk.skhcn", &to, &etag, transfer("2026-03-02")).await.refused(403, "forbidden");
        // In the new unit, the same person on an overlapping trip.
        body["requesting_agency_id"] = json!(syt);
        body["members"] = json!([{"official_id": people[2], "role": "head"}]);
        let created = w.post("clerk.syt", "/outbound-delegations", body.clone()).await.expect(201).json();
        let asked = w.get("clerk.syt", &format!("/outbound-delegations/{}/assessment", created["id"].as_str().unwrap())).await.expect(200).json();
        let found: Vec<&str> = asked["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(found.contains(&"overlapping_trip"), "{found:?}");
        // A trip before the move counts under the old unit, one after it under the new.
        let id = people[2].parse::<kernel::id::Id>().unwrap().0;
        for (day, agency) in [("2026-02-28", &skhcn), ("2026-03-01", &syt), ("2026-04-10", &syt)] {
            let day = day.parse().unwrap();
            let known = w.house.db.read_now(move |conn| ngoaivu::registry::officials_store::known_on(conn, &[id], day)).unwrap();
            assert_eq!(kernel::id::Id(known[&id].agency_id).to_string(), *agency, "{day}");
        }
    }

    async fn two_records_of_one_person_become_one_with_trips_limits_and_passports(w) {
        let people = w.officials("SKHCN").await;
        let (stays, gone) = (&people[2], &people[3]);
        let (path, from) = (format!("/officials/{stays}"), format!("/officials/{gone}"));
        let passport = json!({"kind": "ordinary", "passport_number": "C7654321", "issued_on": "2024-01-01", "expires_on": "2034-01-01"});
        w.post("clerk.skhcn", &format!("{from}/passports"), passport).await.expect(201);
        let discipline = json!({"kind": "khiển trách", "document": "1/QĐ", "valid_from": "2026-01-01", "valid_to": "2027-01-01"});
        w.post("clerk.skhcn", &format!("{from}/disciplines"), discipline).await.expect(201);
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": gone, "role": "head"}]);
        let travelled = w.draft(trip.clone()).await;

        let to = format!("{from}/merge");
        let etag = w.get("clerk.skhcn", &from).await.etag();
        let into = json!({"into": stays});
        w.post("clerk.skhcn", &to, into.clone()).await.refused(428, "precondition_required");
        w.post_with("clerk.syt", &to, &etag, into.clone()).await.refused(403, "forbidden");
        for (wrong, word) in [(gone.as_str(), "same"), ("01zzzzzzzzzzz", "unknown_official")] {
            let faults = w.post_with("clerk.skhcn", &to, &etag, json!({"into": wrong})).await.expect(422).faults();
            assert_eq!(faults, [("/into".to_owned(), word.to_owned())]);
        }
        // The other record's unit has its own keeper, who has to agree: nobody takes a person from another unit.
        let elsewhere = &w.officials("SYT").await[0];
        w.post_with("clerk.skhcn", &to, &etag, json!({"into": elsewhere})).await.refused(403, "forbidden");

        let merged = w.post_with("clerk.skhcn", &to, &etag, into.clone()).await.expect(200).json();
        assert_eq!((&merged["id"], &merged["merged_into"]), (&json!(stays), &serde_json::Value::Null));
        let members = w.get("clerk.skhcn", &format!("/outbound-delegations/{travelled}")).await.json()["members"].clone();
        assert_eq!(members[0]["official_id"], stays.as_str());
        let passports = w.get("custodian", &format!("{path}/passports")).await.json();
        assert!(passports.to_string().contains("C7654321"), "{passports}");
        // The discipline counts against the one person, also in a trip that names the record that stays.
        trip["members"] = json!([{"official_id": stays, "role": "head"}]);
        let asked = w.draft(trip.clone()).await;
        let asked = w.get("clerk.skhcn", &format!("/outbound-delegations/{asked}/assessment")).await.json();
        let codes: Vec<&str> = asked["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"under_discipline"), "{codes:?}");

        // The record that went is kept, named by nobody and changed by nobody.
        let kept = w.get("clerk.skhcn", &from).await.expect(200);
        assert_eq!(kept.json()["merged_into"], stays.as_str());
        w.post_with("clerk.skhcn", &to, &kept.etag(), into).await.refused(409, "in_use");
        let leave = json!({"on": "2026-03-01"});
        w.post_with("clerk.skhcn", &format!("{from}/leave"), &kept.etag(), leave).await.refused(409, "in_use");
        let listed = w.get("clerk.skhcn", "/officials?limit=200").await.json();
        assert!(!listed.to_string().contains(&format!("\"id\":\"{gone}\"")), "a merged record is listed");
        trip["members"] = json!([{"official_id": gone, "role": "head"}]);
        let refused = w.post("clerk.skhcn", "/outbound-delegations", trip).await.expect(422).faults();
        assert_eq!(refused, [("/members/0/official_id".into(), "unknown_official".into())]);
    }

    async fn two_records_that_travel_together_are_two_people(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member"}]);
        let id = w.draft(trip).await;
        let from = format!("/officials/{}", people[3]);
        let etag = w.get("clerk.skhcn", &from).await.etag();
        let merge = json!({"into": people[2]});
        w.post_with("clerk.skhcn", &format!("{from}/merge"), &etag, merge).await.refused(409, "in_use");
        let members = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}")).await.json()["members"].clone();
        assert_eq!(members[1]["official_id"], people[3].as_str());
    }

    async fn who_has_left_service_does_not_travel_any_more(w) {
        let people = w.officials("SKHCN").await;
        let path = format!("/officials/{}", people[2]);
        let draft = w.draft(w.small_trip().await).await;
        let etag = w.get("head.skhcn", &path).await.etag();
        let left = w.post_with("clerk.skhcn", &format!("{path}/leave"), &etag, json!({"on": "2026-03-10"})).await.expect(200);
        assert_eq!(left.json()["left_on"], "2026-03-10");
        let refused = w.post("clerk.skhcn", "/outbound-delegations", w.small_trip().await).await.expect(422).faults();
        assert_eq!(refused, [("/members/0/official_id".into(), "official_left".into())]);
        // A draft from before can still be edited, so that the person can be exchanged.
        let trip = format!("/outbound-delegations/{draft}");
        let etag = w.get("clerk.skhcn", &trip).await.etag();
        w.patch("clerk.skhcn", &trip, &etag, json!({"note": "Thay trưởng đoàn."})).await.expect(200);
        let etag = left.etag();
        let back = json!({"agency_id": w.agency("SKHCN").await, "on": "2026-03-02"});
        let refused = w.post_with("clerk.skhcn", &format!("{path}/transfer"), &etag, back).await.expect(422).faults();
        assert_eq!(refused, [("/on".into(), "out_of_order".into())]);
    }

    async fn a_passport_that_its_machine_readable_zone_contradicts_is_not_recorded(w) {
        let people = w.officials("SKHCN").await;
        let path = format!("/officials/{}", people[0]);
        let seen = w.get("clerk.skhcn", &path).await.expect(200).json();
        assert_eq!((&seen["full_name"], &seen["birth_date"]), (&json!("Đặng Văn Minh"), &json!("1970-05-12")));
        let zone = |name: &str, number: &str, birth: &str, expiry: &str| {
            let digit = |text: &str| {
                let value = |c: char| c.to_digit(36).unwrap_or(0);
                text.chars().zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(c) * weight).sum::<u32>() % 10
            };
            let number = format!("{number:<<9}");
            let (one, two, three) = (format!("{number}{}", digit(&number)), format!("{birth}{}", digit(birth)), format!("{expiry}{}", digit(expiry)));
            let last = digit(&format!("{one}{two}{three}<<<<<<<<<<<<<<<"));
            format!("P<VNM{name:<<39}{one}VNM{two}M{three}<<<<<<<<<<<<<<<{last}")
        };
        let passport = |mrz: &str| json!({"kind": "ordinary", "passport_number": "C7654321", "issued_on": "2024-01-01", "expires_on": "2034-01-01", "mrz": mrz});
        let right = zone("DANG<<VAN<MINH", "C7654321", "700512", "340101");
        let refused = [
            (zone("DANG<<VAN<MINH", "C7654322", "700512", "340101"), vec!["/passport_number"]),
            (zone("DANG<<VAN<MINH", "C7654321", "700512", "350101"), vec!["/expires_on"]),
            (zone("DANG<<VAN<MINH", "C7654321", "710512", "340101"), vec!["/mrz"]),
            (zone("PHAM<<THU<HA", "C7654322", "700512", "350101"), vec!["/passport_number", "/expires_on", "/mrz"]),
            (right.replace("C7654321", "C7654327"), vec!["/mrz"]),
            (right.replacen('P', "V", 1), vec!["/mrz"]),
        ];
        for (mrz, fields) in refused {
            let faults = w.post("clerk.skhcn", &format!("{path}/passports"), passport(&mrz)).await.expect(422).faults();
            let wanted: Vec<_> = fields.iter().map(|f| (f.to_string(), "mrz_mismatch".to_owned())).collect();
            assert_eq!(faults, wanted, "{mrz}");
        }
        w.post("clerk.skhcn", &format!("{path}/passports"), passport(&right)).await.expect(201);
    }

    async fn a_passport_and_a_discipline_recorded_wrongly_are_put_right_with_a_reason(w) {
        let people = w.officials("SKHCN").await;
        let path = format!("/officials/{}", people[3]);
        let passport = json!({"kind": "ordinary", "passport_number": "C7654321", "issued_on": "2024-01-01", "expires_on": "2034-01-01"});
        let id = w.post("clerk.skhcn", &format!("{path}/passports"), passport).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let one = format!("{path}/passports/{id}");
        let patch = |user: &'static str, path: String, body: serde_json::Value| { let w = &w; async move { w.as_user(user, World::request("PATCH", &path).set_json(body)).await } };
        patch("clerk.skhcn", one.clone(), json!({"expires_on": "2035-01-01"})).await.refused(422, "validation_failed");
        let right = json!({"expires_on": "2035-01-01", "issued_on": null, "reason": "Nhập nhầm năm."});
        let corrected = patch("clerk.skhcn", one.clone(), right.clone()).await.expect(200).json();
        assert_eq!((&corrected["expires_on"], &corrected["issued_on"], &corrected["passport_number"]), (&json!("2035-01-01"), &serde_json::Value::Null, &json!("••••4321")));
        patch("clerk.syt", one.clone(), right.clone()).await.refused(403, "forbidden");
        patch("stats", one.clone(), right.clone()).await.refused(403, "forbidden");
        let backwards = json!({"expires_on": "2020-01-01", "issued_on": "2024-01-01", "reason": "x"});
        assert_eq!(patch("clerk.skhcn", one.clone(), backwards).await.faults(), [("/expires_on".to_owned(), "ends_before_it_begins".to_owned())]);
        // A version that somebody else changed meanwhile is told.
        let stale = World::request("PATCH", &one).insert_header(("If-Match", "\"1\"")).set_json(right);
        w.as_user("clerk.skhcn", stale).await.refused(412, "version_conflict");
        let delete = async |user: &str, path: String| w.as_user(user, World::request("DELETE", &path)).await;
        delete("clerk.skhcn", one.clone()).await.refused(400, "invalid_query");
        delete("clerk.skhcn", format!("{one}?reason=%20")).await.refused(400, "invalid_query");
        delete("clerk.syt", format!("{one}?reason=x")).await.refused(403, "forbidden");
        delete("clerk.skhcn", format!("{one}?reason=Nh%E1%BA%ADp%20nh%E1%BA%A7m%20ng%C6%B0%E1%BB%9Di")).await.expect(204);
        let left = w.get("custodian", &format!("{path}/passports")).await.expect(200).json();
        assert!(!left.to_string().contains(&id));

        let discipline = json!({"kind": "khiển trách", "document": "12/QĐ", "valid_from": "2026-01-01", "valid_to": "2027-01-01"});
        let id = w.post("head.skhcn", &format!("{path}/disciplines"), discipline).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let one = format!("{path}/disciplines/{id}");
        let shorter = json!({"valid_to": "2026-07-01", "reason": "Quyết định ghi sáu tháng."});
        assert_eq!(patch("head.skhcn", one.clone(), shorter.clone()).await.expect(200).json()["valid_to"], "2026-07-01");
        // The custodian keeps passports, and has no say in disciplines.
        patch("custodian", one.clone(), shorter).await.refused(403, "forbidden");
        w.post("custodian", &format!("{path}/disciplines"), json!({"kind": "x", "document": "y", "valid_from": "2026-01-01"})).await.refused(403, "forbidden");
        w.post("custodian", &format!("{path}/management-levels"), json!({"managed_by": "central", "valid_from": "2026-03-01"})).await.refused(403, "forbidden");
        delete("head.skhcn", format!("{one}?reason=H%E1%BB%A7y")).await.expect(204);
        let trail = w.get("inspector", "/audit?limit=200").await.expect(200).json().to_string();
        for part in ["correct_passport", "remove_passport", "correct_discipline", "remove_discipline", "Nhập nhầm năm."] {
            assert!(trail.contains(part), "{part}");
        }
        assert!(!trail.contains("C7654321"));
    }

}
