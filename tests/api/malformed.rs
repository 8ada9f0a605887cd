//! Anything malformed gets its problem document and changes nothing.

use serde_json::{Value, json};

use crate::world::World;

fn raw(method: &str, path: &str, body: Vec<u8>) -> actix_web::test::TestRequest {
    World::request(method, path).insert_header(("Content-Type", "application/json")).set_payload(body)
}

/// The trip with one thing changed.
fn with(trip: &Value, pointer: &str, value: Value) -> Value {
    let mut trip = trip.clone();
    *trip.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    trip
}

on_both! {
    async fn days_beyond_every_calendar_are_refused(w) {
        let id = w.submitted(w.small_trip().await).await;
        for day in ["%2B262142-12-31", "-9999-01-01", "9999-12-31", "0001-01-01"] {
            for path in [
                format!("/outbound-delegations/{id}?as_of={day}"),
                format!("/outbound-delegations/{id}/assessment?as_of={day}"),
                format!("/bodies/ppc_chair/holders?at={day}"),
            ] {
                w.get("inspector", &path).await.refused(400, "invalid_query");
            }
        }
        let version = w.trip("inspector", &id).await["version"].clone();
        for day in ["-99999-1-1", "+99999-1-1"] {
            let report = serde_json::json!({"on": day});
            w.act("clerk.skhcn", &id, "record-departure", report).await.refused(409, "not_possible_in_state");
            let paper = serde_json::json!({"to_user_id": id, "body": "ppc_chair", "signed_as": "kt", "valid_from": "2026-03-02", "document_number": "1", "document_date": day});
            let faults = w.post("chair", "/substitutions", paper).await.expect(422).faults();
            assert!(faults.contains(&("/document_date".into(), "invalid_date".into())), "{faults:?}");
        }
        assert_eq!(w.trip("inspector", &id).await["version"], version, "nothing was changed");
    }

    async fn bodies_that_are_no_json_are_malformed(w) {
        let deep = format!("{{\"title\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for body in ["{", "", "{\"title\": NaN}", "\u{feff}{}", "[1,2", "{\"a\":\"\\ud800\"}", deep.as_str()] {
            w.as_user("clerk.skhcn", raw("POST", "/outbound-delegations", body.into())).await.refused(400, "malformed_request");
        }
        w.as_user("clerk.skhcn", raw("POST", "/outbound-delegations", b"{\"title\":\"\xff\xfe\"}".to_vec())).await.refused(400, "malformed_request");
        w.as_user("clerk.skhcn", raw("POST", "/outbound-delegations", vec![b' '; (1 << 20) + 1])).await.refused(413, "payload_too_large");
        let xml = World::request("POST", "/outbound-delegations").insert_header(("Content-Type", "text/xml")).set_payload("<a/>");
        w.as_user("clerk.skhcn", xml).await.refused(415, "unsupported_media_type");
        // Who is not signed in learns nothing of all this.
        w.send(raw("POST", "/outbound-delegations", b"{".to_vec())).await.refused(401, "unauthenticated");
    }

    async fn unknown_duplicate_and_mistyped_fields_are_all_named(w) {
        let trip = w.small_trip().await;
        let mut text = trip.to_string();
        text.insert_str(1, "\"title\":\"hai\",\"version\":9,\"field\":7,");
        let faults = w.as_user("clerk.skhcn", raw("POST", "/outbound-delegations", text.into_bytes())).await.expect(422).faults();
        for expected in [("/title", "duplicate_field"), ("/version", "unknown_field")] {
            assert!(faults.contains(&(expected.0.into(), expected.1.into())), "{expected:?} in {faults:?}");
        }
        let faults = w.post("clerk.skhcn", "/outbound-delegations", json!({"title": 5, "members": {}})).await.expect(422).faults();
        assert!(faults.len() > 10 && faults.contains(&("/title".into(), "wrong_type".into())), "{faults:?}");
        assert!(faults.contains(&("/members".into(), "wrong_type".into())) && faults.contains(&("/departure_date".into(), "missing".into())));
    }

    async fn what_must_be_there_cannot_be_taken_away(w) {
        let id = w.draft(w.small_trip().await).await;
        let nulls = json!({"title": null, "departure_date": null, "members": null, "classification": null, "note": null});
        let mut faults = w.patch("clerk.skhcn", &format!("/outbound-delegations/{id}"), "\"1\"", nulls).await.expect(422).faults();
        faults.sort();
        let expected: Vec<(String, String)> = ["/classification", "/departure_date", "/members", "/title"].map(|p| (p.into(), "wrong_type".into())).into();
        assert_eq!(faults, expected);
    }

    async fn contents_that_cannot_be_are_refused_at_their_field(w) {
        let trip = w.small_trip().await;
        let me = trip["members"][0]["official_id"].clone();
        let cases = [
            ("/departure_date", json!("2026-02-30"), "/departure_date", "invalid_date"),
            ("/departure_date", json!("2026-3-1"), "/departure_date", "invalid_date"),
            ("/return_date", json!("2026-03-20"), "/return_date", "returns_before_departure"),
            ("/stops/0/to", json!("2026-03-28"), "/stops/0/from", "outside_the_trip"),
            ("/stops/0/country", json!("XX"), "/stops/0/country", "unknown_country"),
            ("/stops/0/country", json!("VN"), "/stops/0/country", "home_country"),
            ("/members/0/role", json!("member"), "/members", "one_head"),
            ("/members/1/role", json!("head"), "/members", "one_head"),
            ("/members/1/official_id", me.clone(), "/members/1/official_id", "repeated"),
            ("/members/1/official_id", json!("0000000000000"), "/members/1/official_id", "unknown_official"),
            ("/members/1/official_id", json!("ai đó"), "/members/1/official_id", "unknown_official"),
            ("/requesting_agency_id", json!("0000000000000"), "/requesting_agency_id", "unknown_agency"),
            ("/funding", json!([{"source": "provincial_budget"}]), "/funding/0/amount", "missing"),
            ("/funding", json!([{"source": "host", "amount": {"amount": 1, "currency": "XYZ"}}]), "/funding/0/amount/currency", "unknown_currency"),
            ("/funding", json!([{"source": "host", "amount": {"amount": -1, "currency": "VND"}}]), "/funding/0/amount/amount", "out_of_range"),
            ("/purpose", json!("leisure"), "/purpose", "unknown_value"),
            ("/purpose", json!("private"), "/purpose", "wrong_purpose"),
            ("/title", json!(""), "/title", "too_short"),
            ("/title", json!("   "), "/title", "too_short"),
            ("/title", json!("a".repeat(501)), "/title", "too_long"),
            ("/title", json!("a\u{0000}b"), "/title", "control_character"),
            ("/inviting_party/country", json!("ZZ"), "/inviting_party/country", "unknown_country"),
            ("/inviting_party", Value::Null, "/inviting_party", "missing"),
        ];
        for (pointer, value, at, code) in cases {
            let answer = w.post("clerk.skhcn", "/outbound-delegations", with(&trip, pointer, value.clone())).await;
            let found = answer.expect(422).faults();
            assert!(found.contains(&(at.into(), code.into())), "{pointer} = {value}: {found:?}");
        }
        let syt = w.agency("SYT").await;
        w.post("clerk.skhcn", "/outbound-delegations", with(&trip, "/requesting_agency_id", json!(syt))).await.refused(403, "forbidden");
        assert_eq!(w.get("clerk.skhcn", "/outbound-delegations?count=true").await.json()["total"], 0);
        // Past days may be entered: offices catch up on paper dossiers.
        let mut past = with(&trip, "/departure_date", json!("2020-03-02"));
        (past["return_date"], past["stops"][0]["from"], past["stops"][0]["to"]) = (json!("2020-03-06"), json!("2020-03-02"), json!("2020-03-06"));
        w.post("clerk.skhcn", "/outbound-delegations", past).await.expect(201);
    }

    async fn state_secrets_are_refused_and_nothing_of_them_is_kept(w) {
        let trip = w.small_trip().await;
        for (pointer, value) in [("/classification", json!("mat")), ("/classification", json!("top_secret")), ("/title", json!("Đoàn công tác CANARY-7731 (TỐI MẬT)"))] {
            let request = World::request("POST", "/outbound-delegations").insert_header(("Idempotency-Key", "CANARY-7731")).set_json(with(&trip, pointer, value));
            w.as_user("clerk.skhcn", request).await.refused(422, "state_secret_refused");
        }
        let id = w.draft(trip).await;
        let file = w.upload_file("clerk.skhcn", &id, "other", "CANARY-7731 TUYỆT MẬT.pdf", b"%PDF-1.7").await;
        file.refused(422, "state_secret_refused");
        assert_eq!(w.files(), 0);
        let dump = w.get("inspector", "/audit?limit=200").await.bytes;
        assert!(!String::from_utf8_lossy(&dump).contains("CANARY-7731"));
        let kept = w.house.db.read_now(|conn| {
            use diesel::prelude::*;
            use ngoaivu::db::schema::idempotency_keys::dsl::idempotency_keys;
            Ok(idempotency_keys.count().get_result::<i64>(conn)?)
        });
        assert_eq!(kept.unwrap(), 0);
        // The words inside other words are no marks.
        let id = w.post("clerk.skhcn", "/outbound-delegations", with(&w.small_trip_of(4).await, "/title", json!("Hội thảo BẢO MẬTX và bảo mật"))).await;
        id.expect(201);
    }

    async fn queries_and_cursors_are_checked(w) {
        for query in ["limit=0", "limit=201", "limit=x", "colour=red", "state=flying", "year=12", "sort=title", "limit=5&limit=6", "from=2026-02-30"] {
            w.get("clerk.skhcn", &format!("/outbound-delegations?{query}")).await.refused(400, "invalid_query");
        }
        w.get("clerk.skhcn", "/outbound-delegations?cursor=bm9uc2Vuc2U").await.refused(400, "invalid_cursor");
        for query in ["by=colour", "by=country,agency,month", "by=country,country", "from=2026-01-01", "year=2026&from=2026-01-01&to=2026-02-01"] {
            w.get("stats", &format!("/statistics/outbound?{query}")).await.refused(400, "invalid_query");
        }
        let token = w.token("clerk.skhcn").await;
        let tampered = format!("{}A", &token[..token.len() - 1]);
        let request = World::request("GET", "/me").insert_header(("Authorization", format!("Bearer {}", tampered.replace('.', "x."))));
        w.send(request).await.refused(401, "unauthenticated");
        // The refusal says which parameter, in the reader's language.
        let told = w.get("clerk.skhcn", "/outbound-delegations?limit=0").await.json()["detail"].clone();
        assert_eq!(told, "Tham số «limit» phải từ 1 đến 200.");
    }

    async fn a_nul_is_in_no_name_and_an_answer_that_nobody_takes_is_not_made(w) {
        for path in ["/audit?actor=%00", "/audit?object=a%00b", "/agencies?code=%00", "/outbound-delegations?q=%1b"] {
            w.get("inspector", path).await.refused(400, "invalid_query");
        }
        w.get("inspector", "/regulations/a%00b").await.refused(404, "not_found");
        let asking = |accepted: &str| World::request("GET", "/vocabulary").insert_header(("Accept", accepted.to_owned()));
        let refused = w.send(asking("text/xml")).await;
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        refused.refused(406, "not_acceptable");
        w.send(asking("text/html, */*;q=0.1")).await.expect(200);
        // Behind TLS browsers are told to stay there.
        let safe = w.send(World::request("GET", "/vocabulary").insert_header(("X-Forwarded-Proto", "https"))).await;
        assert_eq!(safe.headers["strict-transport-security"], "max-age=63072000; includeSubDomains");
        assert!(!w.get("inspector", "/me").await.headers.contains_key("strict-transport-security"));
    }

    async fn files_are_what_they_say_and_lie_under_random_names(w) {
        let id = w.draft(w.small_trip().await).await;
        w.upload_file("clerk.skhcn", &id, "invitation", "thư mời.pdf", b"MZ not a pdf").await.refused(415, "unsupported_media_type");
        w.upload_file("clerk.skhcn", &id, "invitation", "thư mời.docx", b"%PDF-1.7").await.refused(415, "unsupported_media_type");
        w.upload_file("clerk.skhcn", &id, "love_letter", "thư.pdf", b"%PDF-1.7").await.refused(422, "validation_failed");
        let mut big = b"%PDF-1.7".to_vec();
        big.resize((10 << 20) + 1, b'x');
        w.upload_file("clerk.skhcn", &id, "invitation", "thư mời.pdf", &big).await.refused(413, "payload_too_large");
        w.upload_file("clerk.syt", &id, "invitation", "thư mời.pdf", b"%PDF-1.7").await.refused(404, "not_found");
        assert_eq!(w.files(), 0);
        let added = w.upload_file("clerk.skhcn", &id, "invitation", "../../thư mời.pdf", b"%PDF-1.7 noi dung").await.expect(201);
        assert_eq!(added.etag(), "\"2\"");
        let added = added.json();
        assert_eq!((added["size"].as_i64(), w.files()), (Some(17), 1));
        let path = format!("/outbound-delegations/{id}/attachments/{}", added["id"].as_str().unwrap());
        let file = w.get("clerk.skhcn", &path).await.expect(200);
        assert_eq!(file.bytes, b"%PDF-1.7 noi dung");
        assert!(file.headers["content-disposition"].starts_with("attachment;") && file.headers["x-content-type-options"] == "nosniff");
        w.get("clerk.syt", &path).await.refused(404, "not_found");
        let etag = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}")).await.etag();
        let remove = World::request("DELETE", &format!("/outbound-delegations/{id}")).insert_header(("If-Match", etag));
        w.as_user("clerk.skhcn", remove).await.expect(204);
        assert_eq!(w.files(), 0);
    }

    async fn unknown_paths_and_methods_get_problems_too(w) {
        w.get("chair", "/nowhere").await.refused(404, "not_found");
        let put = w.as_user("chair", World::request("PUT", "/me")).await;
        assert_eq!(put.headers["allow"], "GET, HEAD");
        put.refused(405, "method_not_allowed");
        let english = w.send(World::request("GET", "/me").insert_header(("Accept-Language", "en"))).await.refused(401, "unauthenticated");
        assert_eq!(english["title"], "Sign-in is required");
    }
}
