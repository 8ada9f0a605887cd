//! Passport numbers and copies of passports are erased on request and after their term; what was counted stays, and what is held
//! stays whole.

use std::num::NonZeroU32;

use diesel::RunQueryDsl as _;
use serde_json::{Value, json};

use crate::world::World;

const NUMBER: &str = "M12345678";
const GROUND: &str = "Theo yêu cầu của chủ thể dữ liệu ngày 01/6/2026";

/// An approved visit with a copy of a passport, as the clerk has it: its id and its number.
async fn visit(w: &World) -> (String, String) {
    let id = w.approved_visit(w.visit().await).await;
    let copy =
        w.upload_to("inbound-delegations", "clerk.skhcn", &id, "passport_copy", "hc.pdf", b"%PDF-1.7\n%copy\n").await;
    copy.expect(201);
    let number = dossier(w, &id).await["number"].as_str().unwrap().to_owned();
    (id, number)
}

async fn dossier(w: &World, id: &str) -> Value {
    w.get("police", &format!("/inbound-delegations/{id}")).await.expect(200).json()
}

async fn figures(w: &World) -> Value {
    let asked = "/statistics/inbound?year=2026&by=country";
    w.get("officer.snv", asked).await.expect(200).json()["rows"].clone()
}

/// Rows of the database that a condition holds of.
fn rows(w: &World, of: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Counted {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let asked = format!("SELECT COUNT(*) AS n FROM {of}");
    let counted: Counted = w.house.db.read_now(|conn| Ok(diesel::sql_query(asked).get_result(conn)?)).unwrap();
    counted.n
}

/// Where a number stands in the tables, in whatever form: now, in the register, in versions and amendments.
fn numbers(w: &World) -> [i64; 4] {
    [
        rows(w, "inbound_guests WHERE passport_number IS NOT NULL"),
        rows(w, "guests WHERE passport_number IS NOT NULL"),
        rows(w, "dossier_versions WHERE body LIKE '%\"passport_number\":\"%'"),
        rows(w, "dossiers WHERE amendments LIKE '%\"passport_number\":\"%'"),
    ]
}

async fn erase(w: &World, number: &str) -> crate::world::Answer {
    w.post("admin", "/erasures", json!({"dossier": number, "ground": GROUND})).await
}

on_both! {
    async fn on_request_the_numbers_of_a_visit_that_is_over_are_gone_in_every_version_and_its_figures_stay(w) {
        let (id, number) = visit(&w).await;
        let files = w.files();
        erase(&w, &number).await.refused(409, "not_possible_in_state");
        w.post("clerk.skhcn", "/erasures", json!({"dossier": number, "ground": GROUND})).await.refused(403, "forbidden");
        let unknown = erase(&w, "ĐV-1999-0001").await.refused(422, "validation_failed");
        assert_eq!((&unknown["errors"][0]["pointer"], &unknown["errors"][0]["code"]), (&json!("/dossier"), &json!("unknown_delegation")));
        w.advance_days(60);
        let counted = figures(&w).await;
        let seen = w.get("police", &format!("/inbound-delegations/{id}")).await.expect(200);
        assert!(seen.json().to_string().contains(NUMBER) && numbers(&w)[2] > 2);
        let past = format!("/inbound-delegations/{id}?as_of=2026-03-20");
        let then = w.get("officer.snv", &past).await.expect(200);
        let kept = World::request("POST", &format!("/inbound-delegations/{id}/comments")).insert_header(("Idempotency-Key", "remark-1"));
        w.as_user("officer.snv", kept.set_json(json!({"text": "Đã đối chiếu."}))).await.expect(201);
        assert_eq!(rows(&w, &format!("idempotency_keys WHERE path LIKE '%{id}%'")), 1);
        let held = w.post("admin", "/archive-holds", json!({"dossier": number, "ground": "Kết luận thanh tra số 12/KL-TTr"})).await.expect(201);
        w.post("admin", "/archive-holds", json!({"dossier": number, "ground": "Một lần nữa"})).await.refused(409, "already_exists");
        let why = erase(&w, &number).await.refused(409, "under_hold");
        assert!(why["detail"].as_str().unwrap().contains("Kết luận thanh tra số 12/KL-TTr"), "{why}");
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER), "what is held stays whole");
        let hold = held.json()["id"].as_str().unwrap().to_owned();
        w.post_with("admin", &format!("/archive-holds/{hold}/release"), &held.etag(), json!({})).await.expect(200);
        let left = erase(&w, &number).await.expect(201).json();
        assert_eq!((&left["people"], &left["papers"], &left["dossier"]), (&json!(1), &json!(1), &json!(number)));
        assert_eq!(numbers(&w), [0; 4]);
        assert_eq!(rows(&w, &format!("idempotency_keys WHERE path LIKE '%{id}%'")), 0);
        // Now, on every past day, in the register of guests, among the papers, and on disk.
        let after = dossier(&w, &id).await;
        assert!(!after.to_string().contains(NUMBER) && after["guests"][0]["full_name"] == "KIM Young-hwan", "{after}");
        for day in ["2026-03-02", "2026-03-20"] {
            let then = w.get("officer.snv", &format!("/inbound-delegations/{id}?as_of={day}")).await.expect(200).json();
            assert!(then["guests"][0]["passport_number"].is_null(), "{day}: {then}");
        }
        assert!(!w.get("officer.snv", "/guests?q=kim").await.expect(200).json().to_string().contains("5678"));
        let papers = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/attachments")).await.expect(200).json();
        assert!(!papers.to_string().contains("passport_copy"), "{papers}");
        // The file goes in one round, and is forgotten once a later one finds it gone.
        w.house.jobs.run_due().unwrap();
        assert_eq!((w.files(), rows(&w, "files_to_remove")), (files - 1, 1));
        w.house.jobs.run_due().unwrap();
        assert_eq!((w.files(), rows(&w, "files_to_remove")), (files - 1, 0));
        let again = World::request("GET", &format!("/inbound-delegations/{id}")).insert_header(("If-None-Match", seen.etag()));
        w.as_user("police", again).await.expect(200);
        let again = World::request("GET", &past).insert_header(("If-None-Match", then.etag()));
        w.as_user("officer.snv", again).await.expect(200);
        assert_eq!(figures(&w).await, counted, "what was counted stays");
        // What is left says how much it was, and of whom nothing.
        let list = w.get("admin", "/erasures").await.expect(200).json();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["ground"]), (1, &json!(GROUND)));
        let trail = w.get("inspector", "/audit?action=erase_passports").await.expect(200).json();
        assert_eq!(trail["items"][0]["detail"], json!({"people": 1, "papers": 1}));
    }

    async fn after_their_term_numbers_are_erased_by_themselves_and_a_namesake_is_somebody_else(w) {
        let (id, number) = visit(&w).await;
        w.advance_days(30);
        let w = w.set(|house| house.jobs.passport_months = NonZeroU32::new(12)).await;
        w.post("admin", "/archive-holds", json!({"dossier": number, "ground": "Đang có khiếu nại"})).await.expect(201);
        w.house.jobs.run_due().unwrap();
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER), "its term has not ended");
        w.advance_days(400);
        w.house.jobs.run_due().unwrap();
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER), "it is held");
        let holds = w.get("admin", "/archive-holds").await.expect(200).json();
        let hold = holds["items"][0]["id"].as_str().unwrap().to_owned();
        let tag = format!("\"{}\"", holds["items"][0]["version"]);
        w.post_with("admin", &format!("/archive-holds/{hold}/release"), &tag, json!({})).await.expect(200);
        w.post_with("admin", &format!("/archive-holds/{hold}/release"), "\"2\"", json!({})).await.refused(409, "not_possible_in_state");
        w.advance_days(2);
        w.house.jobs.run_due().unwrap();
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER), "it was released the day before yesterday");
        w.advance_days(6);
        w.house.jobs.run_due().unwrap();
        assert_eq!(numbers(&w), [0; 4]);
        w.advance_days(1);
        w.house.jobs.run_due().unwrap();
        let list = w.get("admin", "/erasures").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "once: {list}");
        let known = dossier(&w, &id).await["guests"][0]["guest_id"].clone();
        let mut later = w.visit().await;
        (later["arrival_date"], later["departure_date"]) = (json!("2027-06-21"), json!("2027-06-23"));
        later["programme"][0]["starts_at"] = json!("2027-06-22T02:00:00Z");
        later["programme"][0]["ends_at"] = json!("2027-06-22T04:00:00Z");
        later["guests"][0].as_object_mut().unwrap().remove("passport_number");
        let draft = w.draft_visit(later).await;
        let guests = w.get("clerk.skhcn", &format!("/inbound-delegations/{draft}")).await.expect(200).json()["guests"].clone();
        assert!(known.is_string() && guests[0]["guest_id"] != known, "whose number was erased is not found by their name");
    }

    async fn numbers_that_stand_in_old_versions_or_merged_rows_alone_are_erased_too_and_what_cannot_be_read_stops_no_other(w) {
        // Listed, and taken off the list before the visit was submitted.
        let id = w.draft_visit(w.visit().await).await;
        let tag = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.etag();
        let guests = json!({"guests": [{"full_name": "LEE Ji-eun", "nationality": "KR", "position": "Phiên dịch", "role": "head"}]});
        w.patch("clerk.skhcn", &format!("/inbound-delegations/{id}"), &tag, guests).await.expect(200);
        // The same person twice, under another number, and merged.
        let (first, _) = visit(&w).await;
        let mut twin = w.visit().await;
        twin["guests"][0]["passport_number"] = json!("M87654321");
        let second = w.approved_visit(twin).await;
        let of = async |id: &str| dossier(&w, id).await["guests"][0]["guest_id"].as_str().unwrap().to_owned();
        let (into, from) = (of(&first).await, of(&second).await);
        w.post("officer.snv", &format!("/guests/{into}/merge"), json!({"guest_id": from})).await.expect(200);
        // Somebody who was to join, for which the visit waits to this day.
        let (waiting, _) = visit(&w).await;
        let mut joined = w.visit().await["guests"].clone();
        joined[1] = json!({"full_name": "PARK Min-jun", "nationality": "KR", "position": "Giám đốc", "passport_number": "M22223333", "role": "member"});
        let change = json!({"reason": "Thêm một khách.", "changes": {"guests": joined}});
        w.act_in("clerk.skhcn", &waiting, "amend", change).await.expect(200);
        // Nobody can read this one.
        let mut other = w.visit().await;
        other["guests"][0]["passport_number"] = json!("M11112222");
        let broken = w.approved_visit(other).await.parse::<kernel::id::Id>().unwrap().0;
        w.house.db.write_now(move |conn| {
            let spoil = format!("UPDATE dossier_versions SET body = '{{' WHERE dossier_id = {broken} AND version = 1");
            Ok(diesel::sql_query(spoil).execute(conn)?)
        }).unwrap();
        let w = w.set(|house| house.jobs.passport_months = NonZeroU32::new(1)).await;
        w.advance_days(90);
        assert!(numbers(&w).iter().all(|n| *n > 0), "{:?}", numbers(&w));
        assert!(w.house.jobs.run_due().is_err(), "it is told");
        assert_eq!(rows(&w, &format!("dossiers WHERE passports_seen IS NULL AND id = {broken}")), 1);
        assert_eq!(numbers(&w)[3], 0);
        let left = format!("dossier_versions WHERE body LIKE '%\"passport_number\":\"%' AND dossier_id <> {broken}");
        assert_eq!(rows(&w, &left), 0);
        assert_eq!(rows(&w, &format!("inbound_guests WHERE passport_number IS NOT NULL AND delegation_id <> {broken}")), 0);
        let named = format!("(SELECT guest_id FROM inbound_guests WHERE delegation_id = {broken})");
        assert_eq!(rows(&w, &format!("guests WHERE passport_number IS NOT NULL AND id NOT IN {named}")), 0);
    }

    async fn who_is_still_listed_after_an_erasure_stays_the_same_person(w) {
        let (id, number) = visit(&w).await;
        w.advance_days(60);
        erase(&w, &number).await.expect(201);
        let before = dossier(&w, &id).await;
        let mut guests = before["guests"].clone();
        for guest in guests.as_array_mut().unwrap() {
            guest.as_object_mut().unwrap().remove("guest_id");
        }
        guests[1]["position"] = json!("Phiên dịch viên");
        let path = format!("/inbound-delegations/{id}");
        let tag = w.get("clerk.skhcn", &path).await.etag();
        w.patch("clerk.skhcn", &path, &tag, json!({"guests": guests})).await.expect(200);
        let after = dossier(&w, &id).await;
        assert_eq!(after["guests"][0]["guest_id"], before["guests"][0]["guest_id"]);
    }
}
