//! Passport numbers, shown one by one for a reason; pages show them in no other way.

use ngoaivu::access::reveal::RevealRule;
use serde_json::{Value, json};

use crate::pages::browser::Browser;
use crate::world::World;

const WHY: &str = "Đối chiếu với công văn của Cục Quản lý xuất nhập cảnh";

/// An official, one of their passports, and its number in full.
async fn passport(w: &World) -> (String, String, String) {
    let person = w.officials("SKHCN").await[0].clone();
    let list = w.get("custodian", &format!("/officials/{person}/passports")).await.expect(200).json();
    let number = list["items"][0]["passport_number"].as_str().unwrap().to_owned();
    assert!(!number.contains('•'), "{number}");
    (person, list["items"][0]["id"].as_str().unwrap().to_owned(), number)
}

on_both! {
    async fn a_number_is_shown_for_a_reason_to_whoever_may_and_twenty_an_hour(w) {
        let (person, id, number) = passport(&w).await;
        let path = format!("/officials/{person}/passports/{id}/reveal");
        w.post("clerk.skhcn", &path, json!({"reason": WHY})).await.refused(403, "forbidden");
        for body in [json!({}), json!({"reason": ""}), json!({"reason": "vì"})] {
            w.post("custodian", &path, body).await.refused(422, "validation_failed");
        }
        w.post("custodian", "/officials/01ke3m9p00009/passports/01ke3m9p00009/reveal", json!({"reason": WHY})).await.refused(404, "not_found");
        for _ in 0..20 {
            let shown = w.post("custodian", &path, json!({"reason": WHY})).await.expect(200);
            assert_eq!((shown.json()["passport_number"].as_str(), shown.headers["cache-control"].as_str()), (Some(number.as_str()), "no-store"));
        }
        let waits = w.post("custodian", &path, json!({"reason": WHY})).await;
        assert_eq!(waits.headers["retry-after"], "3601");
        waits.refused(429, "too_many_requests");
        // Others are not kept waiting, and an hour later nobody is.
        w.post("police", &path, json!({"reason": WHY})).await.refused(403, "forbidden");
        w.advance(chrono::Duration::minutes(61));
        w.post("custodian", &path, json!({"reason": WHY})).await.expect(200);
        let trail = w.get("inspector", "/audit?action=reveal_passport&actor=custodian&limit=200").await.expect(200).json();
        let rows = trail["items"].as_array().unwrap();
        let told: Vec<&Value> = rows.iter().filter(|row| row["detail"]["reason"] == WHY).collect();
        assert_eq!(told.len(), 21, "one row each, and none for what was refused");
        assert!(told.iter().all(|row| row["object"] == format!("officials/{person}")));
        assert!(!trail.to_string().contains(&number));
    }

    async fn pages_show_no_number_before_it_was_asked_for(w) {
        let (person, _, number) = passport(&w).await;
        let b = Browser::signed_in(&w, "custodian").await;
        for address in ["/officials".to_owned(), format!("/officials/{person}"), "/custodies".into()] {
            let page = b.get(&address).await;
            assert!(page.status == 200 && !page.text.contains(&number), "{address}");
        }
        // The file that a page leads to is no other way, nor what a browser asks the API for.
        let seen = format!("/officials/{person}/passports");
        assert!(w.get("custodian", &seen).await.json().to_string().contains(&number));
        let asked = b.get(&format!("/api/v1{seen}")).await;
        assert!(asked.status == 200 && asked.text.contains("••••") && !asked.text.contains(&number), "{}", asked.text);
        let page = b.get(&format!("/officials/{person}")).await;
        let link = page.links().into_iter().find(|link| link.contains("/reveal")).unwrap();
        let mut form = b.get(&link).await.form("/reveal");
        let refused = b.send(&form).await;
        assert!(refused.status == 422 && !refused.text.contains(&number), "{}", refused.text);
        form.fill("/reason", WHY);
        let shown = b.send(&form).await;
        assert!(shown.status == 200 && shown.text.contains(&number) && shown.text.contains("data-revealed"), "{}", shown.text);
    }

    async fn where_a_province_asks_for_reasons_programs_see_masked_numbers_too(w) {
        let (person, id, number) = passport(&w).await;
        let visit = w.submitted_visit(w.visit().await).await;
        let w = w.set(|house| house.reveal = RevealRule(true)).await;
        for path in [format!("/officials/{person}"), format!("/officials/{person}/passports"), "/custodies".into()] {
            let text = w.get("custodian", &path).await.expect(200).json().to_string();
            assert!(!text.contains(&number), "{path}: {text}");
        }
        let before = w.get("inspector", "/audit?action=reveal_passport&limit=200").await.expect(200).json();
        let guests = w.get("officer.snv", &format!("/inbound-delegations/{visit}")).await;
        assert!(!guests.expect(200).json().to_string().contains("M12345678"));
        let after = w.get("inspector", "/audit?action=reveal_passport&limit=200").await.expect(200).json();
        assert_eq!(before["items"], after["items"], "what is masked reveals nothing");
        let path = format!("/officials/{person}/passports/{id}/reveal");
        assert_eq!(w.post("custodian", &path, json!({"reason": WHY})).await.expect(200).json()["passport_number"], number);
    }
}
