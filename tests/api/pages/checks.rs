//! What must hold on every page that it concerns: forms are the acts that are allowed in each state, long lists, marks of
//! secrecy, what people type, and a server that breaks (U-06, U-08, U-13, U-17, U-21, U-30).

use serde_json::{Value, json};

use crate::pages::browser::{Browser, Page};
use crate::pages::markup::{ACCOUNTS, crawl, kind_of};
use crate::trail::execute;
use crate::world::{World, decision};

fn hrefs(page: &Page, css: &str) -> Vec<String> {
    let html = page.html();
    let links = scraper::Selector::parse(css).unwrap();
    html.select(&links).map(|a| a.value().attr("href").unwrap().to_owned()).collect()
}

/// The forms that a dossier offers each account are the acts that the API allows them; returns how many saw it.
async fn offered_as_allowed(w: &World, path: &str) -> usize {
    let mut seen = 0;
    for user in ACCOUNTS {
        let answer = w.get(user, path).await;
        let browser = Browser::signed_in(w, user).await;
        let page = browser.get(path).await;
        assert_eq!(page.status, answer.status, "{user} {path}");
        if answer.status != 200 {
            continue;
        }
        seen += 1;
        let dossier = answer.json();
        let state = dossier["state"].clone();
        let mut allowed: Vec<String> = dossier["allowed_actions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|action| match action.as_str().unwrap() {
                "upload" => format!("{path}/attachments"),
                "edit-guests" => format!("{path}/edit/guests"),
                other => format!("{path}/{other}"),
            })
            .collect();
        let mut offered = hrefs(&page, ".acts a");
        allowed.sort();
        offered.sort();
        assert_eq!(offered, allowed, "{user} {state}");
        // Each of them opens its form, and no other does.
        for action in
            ["submit", "resubmit", "appraise", "give-opinion", "decide", "amend", "withdraw", "cancel", "close"]
        {
            let opened = browser.get(&format!("{path}/{action}")).await;
            let has_form = opened.text.contains(&format!("/{action}?key="));
            assert_eq!(has_form, allowed.contains(&format!("{path}/{action}")), "{user} {state} {action}");
        }
    }
    seen
}

/// The fields of a page that text is typed into.
fn text_fields(page: &Page, form: &str) -> Vec<String> {
    let html = page.html();
    let fields =
        format!("form[action*='{form}'] input[type=text][name^='/'], form[action*='{form}'] textarea[name^='/']");
    let fields = scraper::Selector::parse(&fields).unwrap();
    html.select(&fields).map(|f| f.value().attr("name").unwrap().to_owned()).collect()
}

on_both! {
    async fn in_every_state_of_a_trip_each_account_is_offered_what_it_may_do(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        let mut seen = offered_as_allowed(&w, &path).await;
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        let paper = |number: &str| json!({"number": number, "date": "2026-03-02", "signed_as": "direct"});
        let today = [
            ("clerk.skhcn", "request-signature", json!({})),
            ("head.skhcn", "submit", json!({})),
            ("officer.snv", "request-supplement", json!({"missing": ["programme"], "note": "Thiếu."})),
            ("head.skhcn", "resubmit", json!({})),
            ("officer.snv", "appraise", json!({"opinion": "favourable"})),
            ("director.snv", "decide", decision("approve")),
            ("clerk.skhcn", "amend", json!({"changes": {"return_date": "2026-03-28"}, "reason": "Thêm một ngày."})),
            ("director.snv", "decide", json!({"verdict": "approve", "document": paper("25/QĐ-SNgV")})),
        ];
        for (user, action, body) in today {
            w.act(user, &id, action, body).await.expect(200);
            seen += offered_as_allowed(&w, &path).await;
        }
        w.advance_days(21);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        w.advance_days(5);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-28"})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        w.act("head.skhcn", &id, "submit-report", json!({"summary": "Xong.", "results": ["Ký"]})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        w.act("officer.snv", &id, "close", json!({})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        assert!(seen > 60, "{seen}");
    }

    async fn while_a_party_body_is_asked_each_account_is_offered_what_it_may_do(w) {
        let id = w.submitted(w.study_visit().await).await;
        let path = format!("/outbound-delegations/{id}");
        let mut seen = offered_as_allowed(&w, &path).await;
        let agreed = json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-03-02"}});
        for (user, action, body, state) in [
            ("officer.snv", "appraise", json!({"opinion": "favourable"}), "awaiting_consent"),
            ("office.vptu", "consent", agreed, "awaiting_decision"),
        ] {
            assert_eq!(w.act(user, &id, action, body).await.expect(200).json()["state"], state);
            seen += offered_as_allowed(&w, &path).await;
        }
        assert!(seen > 15, "{seen}");
    }

    async fn in_every_end_of_a_trip_each_account_is_offered_what_it_may_do(w) {
        let path = |id: &str| format!("/outbound-delegations/{id}");
        let withdrawn = w.submitted(w.small_trip().await).await;
        w.act("head.skhcn", &withdrawn, "withdraw", json!({"reason": "Bạn lùi lịch."})).await.expect(200);
        offered_as_allowed(&w, &path(&withdrawn)).await;
        let rejected = w.submitted(w.later_trip(&[4, 5]).await).await;
        w.act("officer.snv", &rejected, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let mut no = decision("reject");
        no["note"] = json!("Chưa cần thiết.");
        w.act("director.snv", &rejected, "decide", no).await.expect(200);
        offered_as_allowed(&w, &path(&rejected)).await;
        let postponed = w.approved(w.later_trip(&[2, 3]).await).await;
        w.act("clerk.skhcn", &postponed, "postpone", json!({"reason": "Bão."})).await.expect(200);
        offered_as_allowed(&w, &path(&postponed)).await;
        w.act("clerk.skhcn", &postponed, "cancel", json!({"reason": "Bão."})).await.expect(200);
        offered_as_allowed(&w, &path(&postponed)).await;
    }

    async fn in_every_state_of_a_visit_each_account_is_offered_what_it_may_do(w) {
        let id = w.draft_visit(w.visit().await).await;
        let path = format!("/inbound-delegations/{id}");
        let mut seen = offered_as_allowed(&w, &path).await;
        for document in ["request_letter", "guest_list", "programme"] {
            w.upload_to("inbound-delegations", "clerk.skhcn", &id, document, "a.pdf", b"%PDF-1.7\n").await.expect(201);
        }
        let today = [
            ("head.skhcn", "submit", json!({})),
            ("officer.snv", "appraise", json!({"opinion": "favourable"})),
            ("police", "give-opinion", json!({"opinion": "favourable"})),
            ("chair", "decide", decision("approve")),
        ];
        for (user, action, body) in today {
            w.act_in(user, &id, action, body).await.expect(200);
            seen += offered_as_allowed(&w, &path).await;
        }
        w.advance_days(21);
        w.act_in("clerk.skhcn", &id, "record-arrival", json!({"on": "2026-03-23", "headcount": 12})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        w.advance_days(2);
        w.act_in("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-25"})).await.expect(200);
        w.act_in("head.skhcn", &id, "submit-report", json!({"summary": "Xong.", "results": ["Ký"]})).await.expect(200);
        seen += offered_as_allowed(&w, &path).await;
        assert!(seen > 40, "{seen}");
    }

    async fn twelve_wrong_fields_are_twelve_lines_that_lead_to_them(w) {
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/inbound-delegations/{id}/edit/guests");
        let before = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.json();
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        for _ in 0..10 {
            form.press("add", "/guests");
            form = clerk.send(&form).await.form("/edit/guests");
        }
        for n in 0..12 {
            form.fill(&format!("/guests/{n}/full_name"), &format!("KIM Số {n}")).fill(&format!("/guests/{n}/nationality"), &format!("Nước Không Có {n}"));
            form.fill(&format!("/guests/{n}/passport_number"), &format!("K765{n:02}31"));
        }
        let refused = clerk.send(&form).await;
        assert_eq!(refused.status, 422);
        let told = hrefs(&refused, ".error-summary li a");
        assert_eq!(told.len(), 12, "{:?}", refused.all(".error-summary li"));
        for to in &told {
            let at = refused.html().select(&scraper::Selector::parse(&format!("[id='{}']", to.trim_start_matches('#'))).unwrap()).count();
            assert_eq!(at, 1, "{to}");
        }
        for n in 0..12 {
            assert_eq!(refused.value(&format!("/guests/{n}/full_name")), Some(format!("KIM Số {n}")));
            assert_eq!(refused.value(&format!("/guests/{n}/nationality")), Some(format!("Nước Không Có {n}")));
            assert_eq!(refused.value(&format!("/guests/{n}/passport_number")), Some("•••••".to_owned() + &format!("{n:02}31")[1..]));
            assert!(!refused.text.contains(&format!("K765{n:02}31")));
        }
        assert_eq!(w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.json(), before);
    }

    async fn five_hundred_guests_are_pasted_with_their_faults_by_row(w) {
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/inbound-delegations/{id}/edit/guests");
        // As LibreOffice puts it on the clipboard: a cell with a line break, or a quote, stands in quotes.
        let mut sheet = String::from("Quốc tịch\tHọ và tên\tVai trò\tChức vụ\tNgày sinh\n");
        for n in 1..=500 {
            let country = if n == 7 { "Nước Không Có" } else { "Hàn Quốc" };
            let role = match n { 1 => "Trưởng đoàn", 450 => "Đại sứ hòa bình", _ => "Thành viên" };
            sheet += &format!("{country}\t\"KIM\nSố {n}\"\t{role}\t\"Phòng \"\"Hợp tác\"\"\"\t01/02/1980\n");
        }
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        form.fill("paste:text", &sheet).press("paste:do", "preview");
        let preview = clerk.send(&form).await;
        let rows = preview.all("#paste tbody tr");
        assert_eq!(rows.len(), 500);
        let faulty: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| row.contains("Không có nước này") || row.contains("Không có vai trò này")).map(|(at, _)| at + 1).collect();
        assert_eq!(faulty, [7, 450]);
        let mut form = preview.form("/edit/guests");
        form.fill("/headcount", "500").press("paste:do", "replace");
        let refused = clerk.send(&form).await;
        assert!(refused.status == 422 && refused.all(".error-summary li").iter().any(|line| line.contains("Khách 7") || line.contains("7")), "{:?}", refused.all(".error-summary li"));
        let mut form = refused.form("/edit/guests");
        form.fill("/guests/6/nationality", "Hàn Quốc").fill("/guests/449/role", "member");
        assert_eq!(clerk.send(&form).await.status, 200);
        let guests = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.json()["guests"].clone();
        assert_eq!((guests.as_array().unwrap().len(), &guests[499]["full_name"], &guests[0]["position"]), (500, &json!("KIM Số 500"), &json!("Phòng \"Hợp tác\"")));
    }

    async fn an_inbox_of_two_hundred_says_only_what_differs(w) {
        for n in 0..200 {
            let mut visit = w.visit().await;
            visit["title"] = json!(format!("Đoàn công tác số {n:03}"));
            visit["programme"] = json!([]);
            let id = w.submitted_visit(visit).await;
            let opinion = |against: bool| json!({"opinion": if against { "unfavourable" } else { "favourable" }, "note": "Đã xem."});
            w.act_in("officer.snv", &id, "appraise", opinion(n % 5 == 0)).await.expect(200);
            w.act_in("police", &id, "give-opinion", opinion(n % 7 == 0)).await.expect(200);
        }
        let items = w.get("chair", "/inbox?limit=200").await.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 200);
        let chair = Browser::signed_in(&w, "chair").await;
        let (mut rows, mut at) = (Vec::new(), Some("/inbox".to_owned()));
        while let Some(address) = at {
            let page = chair.get(&address).await;
            rows.extend(page.all("table.inbox tbody tr"));
            at = page.links().into_iter().find(|link| link.starts_with("/inbox?") && link.contains("cursor="));
        }
        assert_eq!(rows.len(), 200);
        let (mut plain, mut different) = (0, 0);
        for item in &items {
            let row = rows.iter().find(|row| row.contains(item["title"].as_str().unwrap())).unwrap();
            let none = |name: &str| item[name].as_array().is_none_or(Vec::is_empty);
            let as_the_rule_says = ["differs", "objections", "changes"].into_iter().all(none) && item["explanation"].is_null();
            assert_eq!(row.contains("Đúng quy định"), as_the_rule_says, "{row}\n{item}");
            for finding in item["differs"].as_array().unwrap() {
                assert!(row.contains(finding["detail"].as_str().unwrap()), "{row}\n{finding}");
            }
            if as_the_rule_says { plain += 1 } else { different += 1 }
        }
        assert!(plain > 0 && different >= 40, "{plain} {different}");
    }

    async fn a_mark_of_secrecy_is_refused_in_every_field_and_kept_nowhere(w) {
        let trip = w.draft(w.small_trip().await).await;
        let visit = w.draft_visit(w.visit().await).await;
        let submitted = w.submitted(w.later_trip(&[4, 5]).await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let part = |part: &str| (&clerk, format!("/outbound-delegations/{trip}/edit/{part}"), format!("/edit/{part}"));
        let of_visit = |part: &str| (&clerk, format!("/inbound-delegations/{visit}/edit/{part}"), format!("/edit/{part}"));
        let act = |action: &str| (&officer, format!("/outbound-delegations/{submitted}/{action}"), format!("/{action}?key="));
        let pages = [
            part("journey"), part("inviter-and-funding"), part("days-and-stops"), part("members"),
            of_visit("visit"), of_visit("host-and-level"), of_visit("guests"), of_visit("programme"),
            (&clerk, format!("/outbound-delegations/{trip}/comments"), "/comments".to_owned()), act("appraise"), act("request-supplement"),
        ];
        let mut tried = 0;
        for (browser, address, form) in pages {
            let page = browser.get(&address).await;
            for name in text_fields(&page, &form) {
                let mut marked = page.form(&form);
                marked.fill(&name, "TỐI MẬT 12");
                let refused = browser.send(&marked).await;
                assert_eq!(refused.status, 422, "{address} {name}: {}", refused.text);
                let told = refused.all(".error-summary li").join("; ");
                assert!(told.contains("Có dấu độ mật ở «"), "{address} {name}: {told}");
                assert!(!told.contains("«»"), "{address} {name} is not named: {told}");
                // Nor is it kept while it is typed.
                marked.action = format!("{}/rule", address);
                browser.send(&marked).await;
                tried += 1;
            }
        }
        assert!(tried > 30, "{tried}");
        for user in ["clerk.skhcn", "officer.snv"] {
            for copy in w.get(user, "/me/working-copies").await.json()["items"].as_array().unwrap() {
                let kept = w.get(user, &format!("/me/working-copies/{}", copy["name"].as_str().unwrap())).await.json().to_string();
                assert!(!kept.contains("MẬT"), "{kept}");
            }
        }
    }

    // Whatever form an account comes to: the kinds of pages are those of the crawl.
    async fn no_form_of_any_account_takes_a_mark_of_secrecy(w) {
        w.submitted(w.small_trip().await).await;
        w.submitted_visit(w.visit().await).await;
        w.draft(w.later_trip(&[4, 5]).await).await;
        let mut tried = std::collections::BTreeSet::new();
        for user in ACCOUNTS {
            let browser = Browser::signed_in(&w, user).await;
            let mut forms = Vec::new();
            crawl(&browser, &mut |page| {
                if !tried.contains(&kind_of(&page.address)) && page.text.contains(" novalidate") && page.text.contains("?key=") {
                    forms.push(page.address.clone());
                }
            }).await;
            for address in forms {
                if !tried.insert(kind_of(&address)) {
                    continue;
                }
                let page = browser.get(&address).await;
                let to = page.form("?key=");
                for name in text_fields(&page, to.action.split('?').next().unwrap()) {
                    let mut marked = to.clone();
                    marked.fill(&name, "TUYỆT MẬT số 3");
                    let refused = browser.send(&marked).await;
                    let told = refused.all(".error, .error-summary li").join("; ");
                    assert!(refused.status == 422 && (told.contains("dấu độ mật") || told.contains("bí mật nhà nước")), "{user} {address} {name}: {} {told}", refused.status);
                }
            }
        }
        assert!(tried.len() > 40, "{tried:?}");
    }

    async fn what_anybody_types_anywhere_is_shown_as_text(w) {
        let script = "<script>alert(1)</script>";
        let mut visit = w.visit().await;
        visit["guests"][1]["full_name"] = json!(format!("LEE {script}"));
        visit["sending_organisation"] = json!(script);
        let visit = w.draft_visit(visit).await;
        let trip = w.draft(w.small_trip().await).await;
        w.upload_file("clerk.skhcn", &trip, "invitation", "<script>alert(1)<script>.pdf", b"%PDF-1.7\n%test\n").await.expect(201);
        let agency = json!({"code": "XSS", "name": format!("Sở {script}"), "bloc": "state", "valid_from": "2020-01-01"});
        let agency = w.post("admin", "/agencies", agency).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        for address in [format!("/inbound-delegations/{visit}"), format!("/inbound-delegations/{visit}/edit/guests"), format!("/inbound-delegations/{visit}/edit/check"),
            format!("/outbound-delegations/{trip}"), format!("/outbound-delegations/{trip}/attachments"), "/inbound-delegations".to_owned(), "/guests".to_owned(), "/agencies".to_owned()] {
            let page = clerk.get(&address).await;
            assert!((page.status == 200 || address == "/guests") && !page.text.contains("<script>alert"), "{address}");
            // Where it stands, it stands as text.
            let told = page.text.contains("&lt;script&gt;") || page.text.contains("&#60;script&#62;");
            assert!(told || matches!(address.as_str(), "/guests" | "/agencies" | "/inbound-delegations"), "{address}: {}", page.text);
        }
        let admin = Browser::signed_in(&w, "admin").await;
        for address in ["/agencies?q=XSS".to_owned(), format!("/agencies/{agency}"), format!("/agencies/{agency}/edit")] {
            let page = admin.get(&address).await;
            assert!(page.text.contains("&lt;script&gt;") || page.text.contains("&#60;script"), "{address}: {}", page.text);
        }
    }

    async fn a_server_that_breaks_keeps_the_form(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut form = clerk.get(&format!("/outbound-delegations/{id}/edit/journey")).await.form("/edit/journey");
        form.fill("/title", "Tên gõ khi máy chủ hỏng");
        // Whatever is written into the way of a dossier is lost from now on.
        execute(&w, "ALTER TABLE acts RENAME COLUMN action TO broken").unwrap();
        let broken = clerk.send(&form).await;
        assert!(broken.status >= 500, "{}", broken.status);
        assert_eq!(broken.value("/title").as_deref(), Some("Tên gõ khi máy chủ hỏng"));
        assert!(broken.text.contains("Nội dung vẫn còn") && broken.text.contains("Mã:"), "{}", broken.text);
        execute(&w, "ALTER TABLE acts RENAME COLUMN broken TO action").unwrap();
        assert_eq!(clerk.send(&broken.form("/edit/journey")).await.status, 200);
        assert_eq!(w.trip("clerk.skhcn", &id).await["title"], Value::from("Tên gõ khi máy chủ hỏng"));
    }
}
