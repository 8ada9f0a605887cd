//! Passport numbers and copies of passports are erased on request and after their term; what was counted stays, and what is held
//! stays whole.

use std::num::NonZeroU32;

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
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER));
        let held = w.post("admin", "/archive-holds", json!({"dossier": number, "ground": "Kết luận thanh tra số 12/KL-TTr"})).await.expect(201);
        w.post("admin", "/archive-holds", json!({"dossier": number, "ground": "Một lần nữa"})).await.refused(409, "already_exists");
        let why = erase(&w, &number).await.refused(409, "under_hold");
        assert!(why["detail"].as_str().unwrap().contains("Kết luận thanh tra số 12/KL-TTr"), "{why}");
        assert!(dossier(&w, &id).await.to_string().contains(NUMBER), "what is held stays whole");
        let hold = held.json()["id"].as_str().unwrap().to_owned();
        w.post_with("admin", &format!("/archive-holds/{hold}/release"), &held.etag(), json!({})).await.expect(200);
        let left = erase(&w, &number).await.expect(201).json();
        assert_eq!((&left["people"], &left["papers"], &left["dossier"]), (&json!(1), &json!(1), &json!(number)));
        // Now, on every past day, in the register of guests, among the papers, and on disk.
        let after = dossier(&w, &id).await;
        assert!(!after.to_string().contains(NUMBER) && after["guests"][0]["full_name"] == "KIM Young-hwan", "{after}");
        for day in ["2026-03-02", "2026-03-20"] {
            let then = w.get("police", &format!("/inbound-delegations/{id}?as_of={day}")).await;
            assert!(!String::from_utf8_lossy(&then.bytes).contains(NUMBER), "{day}");
        }
        assert!(!w.get("officer.snv", "/guests?q=kim").await.expect(200).json().to_string().contains("5678"));
        let papers = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/attachments")).await.expect(200).json();
        assert!(!papers.to_string().contains("passport_copy"), "{papers}");
        assert_eq!(w.files(), files - 1);
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
        w.house.jobs.run_due().unwrap();
        assert!(!dossier(&w, &id).await.to_string().contains(NUMBER));
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
}
