//! The whole way of a trip on pages without script, beside the same way over the API (U-05 to U-10).

use serde_json::{Value, json};

use crate::pages::browser::{Browser, Page};
use crate::world::World;

/// Drafts the small trip on the pages and returns its address.
async fn drafted(w: &World, clerk: &Browser<'_>) -> String {
    let trip = w.small_trip().await;
    let begin = clerk.get("/outbound-delegations/new").await;
    let first = begin.links().into_iter().find(|l| l.contains("/new/journey?copy=")).unwrap();
    let mut form = clerk.get(&first).await.form("/new/journey");
    form.fill("/title", trip["title"].as_str().unwrap()).fill("/procedure", "outbound");
    form.fill("/field", trip["field"].as_str().unwrap());
    form.fill("/purpose", trip["purpose"].as_str().unwrap()).fill("/capacity", trip["capacity"].as_str().unwrap());
    let page = clerk.send(&form).await;
    let mut form = page.form("/new/inviter-and-funding");
    let inviter = &trip["inviting_party"];
    form.fill("/inviting_party/name", inviter["name"].as_str().unwrap()).fill("/inviting_party/country", "han quoc");
    form.fill("/inviting_party/kind", inviter["kind"].as_str().unwrap());
    form.fill("/funding/0/source", trip["funding"][0]["source"].as_str().unwrap());
    if let Some(amount) = trip["funding"][0]["amount"].as_object() {
        form.fill("/funding/0/amount/amount", &amount["amount"].to_string());
        form.fill("/funding/0/amount/currency", amount["currency"].as_str().unwrap());
    }
    let page = clerk.send(&form).await;
    let mut form = page.form("/new/days-and-stops");
    let day = |value: &Value| value.as_str().unwrap().split('-').rev().collect::<Vec<_>>().join("/");
    form.fill("/departure_date", &day(&trip["departure_date"])).fill("/return_date", &day(&trip["return_date"]));
    let stop = &trip["stops"][0];
    form.fill("/stops/0/country", "nhat ban").fill("/stops/0/place", stop["place"].as_str().unwrap());
    form.fill("/stops/0/from", &day(&stop["from"])).fill("/stops/0/to", &day(&stop["to"]));
    let mut page = clerk.send(&form).await;
    for (n, member) in trip["members"].as_array().unwrap().iter().enumerate() {
        let mut form = page.form("/new/members");
        if n > 0 {
            form.press("add", "/members");
            page = clerk.send(&form).await;
            form = page.form("/new/members");
        }
        form.fill(&format!("/members/{n}/official_id"), member["official_id"].as_str().unwrap());
        form.fill(&format!("/members/{n}/role"), member["role"].as_str().unwrap());
        if n + 1 == trip["members"].as_array().unwrap().len() {
            page = clerk.send(&form).await;
        } else {
            form.press("change", "/nothing");
            page = clerk.send(&form).await;
        }
    }
    assert_eq!(page.status, 200, "{}", page.text);
    let id = page.address.split('/').nth(2).unwrap().to_owned();
    assert_eq!(id.len(), 13, "not drafted: {} {}", page.address, page.text);
    format!("/outbound-delegations/{id}")
}

/// Opens the form of an act from the page of the dossier, fills it in and sends it.
async fn act(browser: &Browser<'_>, path: &str, action: &str, typed: &[(&str, &str)]) -> Page {
    let dossier = browser.get(path).await;
    let href = format!("{path}/{action}");
    assert!(dossier.links().contains(&href), "{action} is not offered: {:?}", dossier.links());
    let mut form = browser.get(&href).await.form(&format!("/{action}?"));
    typed.iter().for_each(|(name, value)| {
        form.fill(name, value);
    });
    browser.send(&form).await
}

on_both! {
    async fn a_trip_is_drafted_signed_appraised_and_decided_without_script_as_over_the_api(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let path = drafted(&w, &clerk).await;
        let id = path.rsplit('/').next().unwrap().to_owned();
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        // What was typed is what the API got from others.
        let same = w.draft(w.small_trip().await).await;
        let content = async |id: &str| {
            let mut trip = w.trip("clerk.skhcn", id).await;
            for own in ["id", "number", "version", "created_at", "updated_at", "note"] {
                trip.as_object_mut().unwrap().remove(own);
            }
            trip
        };
        assert_eq!(content(&id).await, content(&same).await);
        act(&clerk, &path, "request-signature", &[]).await;
        let head = Browser::signed_in(&w, "head.skhcn").await;
        let submitted = act(&head, &path, "submit", &[]).await;
        assert!(submitted.address.ends_with("?done=submit") && submitted.text.contains("Đã ghi: Trình hồ sơ"), "{}", submitted.text);
        let officer = Browser::signed_in(&w, "officer.snv").await;
        assert!(officer.get("/inbox").await.links().contains(&path));
        act(&officer, &path, "appraise", &[("/opinion", "favourable"), ("/note", "Phù hợp.")]).await;
        let director = Browser::signed_in(&w, "director.snv").await;
        let decided = act(&director, &path, "decide", &[("/verdict", "approve"), ("/document/number", "12/QĐ-SNgV"), ("/document/signed_as", "direct")]).await;
        assert!(decided.text.contains("Đã chấp thuận"), "{}", decided.text);

        // The same over the API leaves the same acts.
        let other = w.draft(w.later_trip(&[3]).await).await;
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &other, document).await.expect(201);
        }
        w.act("clerk.skhcn", &other, "request-signature", json!({})).await.expect(200);
        w.act("head.skhcn", &other, "submit", json!({})).await.expect(200);
        w.act("officer.snv", &other, "appraise", json!({"opinion": "favourable", "note": "Phù hợp."})).await.expect(200);
        let decision = json!({"verdict": "approve", "document": {"number": "13/QĐ-SNgV", "date": "2026-03-02", "signed_as": "direct"}});
        w.act("director.snv", &other, "decide", decision).await.expect(200);
        let acts = |trip: Value| -> Vec<Value> {
            let of = |a: &Value| json!([a["action"], a["actor"], a["body"], a["from_state"], a["to_state"], a["note"]]);
            trip["items"].as_array().unwrap().iter().filter(|a| a["action"] != "edit").map(of).collect()
        };
        let on_pages = acts(w.get("inspector", &format!("{path}/history")).await.json());
        let over_api = acts(w.get("inspector", &format!("/outbound-delegations/{other}/history")).await.json());
        assert_eq!(on_pages, over_api);
    }

    async fn the_forms_of_a_dossier_are_the_acts_that_are_allowed(w) {
        let drafted = w.draft(w.small_trip().await).await;
        let submitted = w.submitted(w.small_trip().await).await;
        let approved = w.approved(w.later_trip(&[3]).await).await;
        for user in ["clerk.skhcn", "head.skhcn", "officer.snv", "director.snv", "chair", "inspector"] {
            let browser = Browser::signed_in(&w, user).await;
            for id in [&drafted, &submitted, &approved] {
                let seen = w.get(user, &format!("/outbound-delegations/{id}")).await;
                let page = browser.get(&format!("/outbound-delegations/{id}")).await;
                assert_eq!(page.status, seen.status);
                if seen.status != 200 {
                    continue;
                }
                let mut allowed: Vec<String> = seen.json()["allowed_actions"].as_array().unwrap().iter().map(|a| match a.as_str().unwrap() {
                    "upload" => "attachments".to_owned(),
                    "edit-guests" => "edit/guests".to_owned(),
                    other => other.to_owned(),
                }).collect();
                let shown = page.html();
                let links = scraper::Selector::parse(".acts a").unwrap();
                let mut offered: Vec<String> = shown.select(&links).map(|a| a.value().attr("href").unwrap().split_once(id.as_str()).unwrap().1.trim_start_matches('/').to_owned()).collect();
                allowed.sort();
                offered.sort();
                assert_eq!(offered, allowed, "{user} {id}");
                // Each of them opens, and no other does.
                for action in ["decide", "appraise", "submit", "withdraw", "cancel"] {
                    let opened = browser.get(&format!("/outbound-delegations/{id}/{action}")).await;
                    let has_form = opened.text.contains(&format!("/{action}?key="));
                    assert_eq!(has_form, allowed.iter().any(|a| a == action), "{user} {action}");
                }
            }
        }
    }

    async fn wrong_fields_are_told_at_their_place_and_nothing_typed_is_lost(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let before = w.trip("clerk.skhcn", &id).await;
        let page = clerk.get(&format!("/outbound-delegations/{id}/edit/days-and-stops")).await;
        // What a dossier must have is not called optional because a change may leave it out.
        assert_eq!(page.all(".optional"), [""; 0]);
        let mut form = page.form("/edit/days-and-stops");
        form.fill("/departure_date", "31/02/2026").fill("/return_date", "27/3/26");
        form.fill("/stops/0/country", "Nước Không Có").fill("/stops/0/from", "mai");
        let refused = clerk.send(&form).await;
        assert_eq!(refused.status, 422);
        let told = refused.all(".error-summary li");
        assert_eq!(told.len(), 4, "{told:?}");
        for said in ["Ngày không có thật: 31/02/2026", "Ghi năm đủ bốn chữ số", "Không tìm thấy: «Nước Không Có»", "Không đọc được ngày «mai»"] {
            assert!(told.iter().any(|t| t.contains(said)), "{said}: {told:?}");
        }
        assert!(refused.all("title")[0].starts_with("4 lỗi"));
        for (name, value) in [("/departure_date", "31/02/2026"), ("/return_date", "27/3/26"), ("/stops/0/country", "Nước Không Có"), ("/stops/0/from", "mai")] {
            assert_eq!(refused.value(name).as_deref(), Some(value));
        }
        assert_eq!(w.trip("clerk.skhcn", &id).await, before);
        // What the API says of a single field stands there, too.
        let mut form = clerk.get(&format!("/outbound-delegations/{id}/edit/journey")).await.form("/edit/journey");
        form.fill("/title", "");
        let refused = clerk.send(&form).await;
        assert!(refused.status == 422 && refused.all(".has-error .error").len() == 1, "{}", refused.text);
        // A secrecy mark is refused as a whole, and nothing of it is kept.
        form.fill("/title", "TỐI MẬT: đoàn đi Lào");
        let refused = clerk.send(&form).await;
        assert!(refused.status == 422 && refused.text.contains("bí mật nhà nước"));
        assert_eq!(w.trip("clerk.skhcn", &id).await, before);
    }

    async fn what_is_sent_twice_is_done_once_and_what_changed_meanwhile_is_told(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut form = clerk.get(&format!("{path}/comments")).await.form("/comments");
        form.fill("/text", "Một lần thôi.");
        clerk.send(&form).await;
        clerk.send(&form).await;
        let remarks = w.get("clerk.skhcn", &format!("{path}/comments")).await.json();
        assert_eq!(remarks["items"].as_array().unwrap().len(), 1);

        let (mut mine, mut other) = {
            let page = clerk.get(&format!("{path}/edit/journey")).await;
            (page.form("/edit/journey"), page.form("/edit/journey"))
        };
        other.fill("/title", "Tên của người khác");
        assert_eq!(clerk.send(&other).await.status, 200);
        mine.fill("/title", "Tên của tôi");
        let refused = clerk.send(&mine).await;
        assert_eq!((refused.status, refused.value("/title").as_deref()), (412, Some("Tên của tôi")));
        assert_eq!(w.trip("clerk.skhcn", &id).await["title"], "Tên của người khác");
        // Sent again, knowingly, it is recorded on the present version.
        let mut mine = refused.form("/edit/journey");
        assert_eq!(clerk.send(&mine).await.status, 422, "it is asked what stays");
        mine.fill("keep:/title", "mine");
        assert_eq!(clerk.send(&mine).await.status, 200);
        assert_eq!(w.trip("clerk.skhcn", &id).await["title"], "Tên của tôi");
    }

    async fn what_people_type_is_shown_as_text(w) {
        let mut trip = w.small_trip().await;
        let script = "<script>alert(1)</script>";
        trip["title"] = json!(format!("Đoàn {script}"));
        trip["note"] = json!(script);
        let id = w.draft(trip).await;
        w.post("clerk.skhcn", &format!("/outbound-delegations/{id}/comments"), json!({"text": script})).await.expect(201);
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        for address in ["", "/edit", "/edit/journey", "/comments", "/delete"] {
            let page = clerk.get(&format!("/outbound-delegations/{id}{address}")).await;
            assert!(page.status == 200 && !page.text.contains("<script>"), "{address}");
        }
        assert!(!clerk.get("/").await.text.contains("<script>") && !clerk.get("/search?q=%3Cscript%3E").await.text.contains("<script>"));
    }

    async fn a_consulted_body_sees_only_what_it_is_asked(w) {
        let id = w.submitted_visit(w.visit().await).await;
        let police = Browser::signed_in(&w, "police").await;
        let path = format!("/inbound-delegations/{id}");
        let seen = w.get("police", &path).await;
        let page = police.get(&path).await;
        assert_eq!(page.status, seen.status);
        for word in ["Khác quy định", "id=\"differs\"", "id=\"remarks\""] {
            assert!(seen.status != 200 || !page.text.contains(word), "{word}");
        }
    }
}
