//! What script adds, and what a page must hold at both widths (U-09, U-11, U-12, U-16, U-26, U-29, U-30, U-32).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::chromium::driver::{Chrome, ENTER};
use crate::world::World;

/// A request about personal data and an incident, with the longest names.
async fn personal_data(w: &World) -> (String, String) {
    let asked = json!({"kind": "erase", "subject": "Công Tằng Tôn Nữ Thị Hoàng Phương Anh Nguyệt Minh", "contact": "cong.tang.ton.nu.thi.hoang.phuong.anh@tinhmau.gov.vn",
        "received_on": "2026-02-20", "note": "Đề nghị xóa bản chụp hộ chiếu đã hết hạn khỏi hồ sơ năm 2021."});
    let asked = w.post("admin", "/subject-requests", asked).await.expect(201).json();
    let incident = json!({"title": "Mất máy tính xách tay có danh sách khách của đoàn tỉnh Chungbuk trên đường công tác", "description": "Mất trên xe khách. Chưa tìm lại được."});
    let people = w.officials("SKHCN").await;
    w.get("custodian", &format!("/officials/{}/passports", people[0])).await.expect(200);
    let incident = w.post("admin", "/incidents", incident).await.expect(201).json();
    let path = |kind: &str, made: &serde_json::Value| format!("/{kind}/{}", made["id"].as_str().unwrap());
    (path("subject-requests", &asked), path("incidents", &incident))
}

on_both! {
    async fn the_answer_of_the_regulation_follows_what_is_typed(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("/outbound-delegations/{id}/edit/days-and-stops")).await;
        let before = b.texts("#rule .steps .due").await;
        b.run("const f = document.querySelector(\"[name='/return_date']\"); f.focus(); f.select()", Vec::new()).await;
        b.keys("03/04/2026").await;
        b.run("const f = document.querySelector(\"[name='/stops/0/to']\"); f.focus(); f.select()", Vec::new()).await;
        b.keys("03/04/2026").await;
        b.until("JSON.stringify([...document.querySelectorAll('#rule .steps .due')].map(e => e.innerText)) !== arguments[0]", vec![json!(serde_json::to_string(&before).unwrap())]).await;
        // It says what the API says of the same content, and nothing is stored.
        let mut trip = w.small_trip().await;
        trip["return_date"] = json!("2026-04-03");
        trip["stops"][0]["to"] = json!("2026-04-03");
        let said = w.post("clerk.skhcn", &format!("/outbound-delegations/assessment?dossier={id}"), trip).await.expect(200).json();
        let shown = b.texts("#rule").await.remove(0);
        let words = w.get("clerk.skhcn", "/vocabulary").await.json();
        let label = |word: &Value| words["words"]["body"].as_array().unwrap().iter().find(|b| b["value"] == *word).unwrap()["vi"].as_str().unwrap().to_owned();
        assert!(shown.contains(&label(&said["decider"]["body"])), "{shown}");
        assert!(shown.contains(said["decider"]["citation"].as_str().unwrap()), "{shown}");
        for duty in said["obligations"].as_array().unwrap() {
            if let Some(due) = duty["due_on"].as_str() {
                let day = due.split('-').rev().collect::<Vec<_>>().join("/");
                assert!(shown.contains(&day), "{day}: {shown}");
            }
        }
        assert_eq!(w.trip("clerk.skhcn", &id).await["return_date"], "2026-03-27");
        assert_eq!(b.complaints().await, [""; 0]);
        b.close().await;
    }

    async fn what_was_typed_survives_a_reload_and_a_secret_is_kept_nowhere(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        b.sign_in("clerk.skhcn").await;
        let edit = format!("/outbound-delegations/{id}/edit/journey");
        b.go(&edit).await;
        b.type_into("/note", "Ghi chú rất dài mà không ai muốn gõ lại.").await;
        b.until("Object.keys(localStorage).length === 1", Vec::new()).await;
        b.go(&edit).await;
        b.until("document.querySelector('.rescue')", Vec::new()).await;
        b.tab_to(".rescue button").await;
        b.keys(crate::chromium::driver::ENTER).await;
        b.until("document.querySelector(\"[name='/note']\").value.startsWith('Ghi chú rất dài')", Vec::new()).await;
        // A secret leaves nothing behind.
        b.type_into("/note", " TỐI MẬT").await;
        b.until("Object.keys(localStorage).length === 0", Vec::new()).await;
        b.press("main form[data-rescue] > .buttons button").await;
        b.until("document.querySelector('.error-summary')?.contains(document.activeElement)", Vec::new()).await;
        let kept = b.run("return JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})", Vec::new()).await;
        assert!(!kept.as_str().unwrap().contains("MẬT"), "{kept}");
        assert!(w.trip("clerk.skhcn", &id).await["note"].is_null());
        b.close().await;
    }

    async fn what_is_typed_into_a_new_dossier_is_found_on_another_machine(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        b.sign_in("clerk.skhcn").await;
        b.go("/outbound-delegations/new").await;
        b.press("a.button[href*='/new/journey?copy=']").await;
        b.type_into("/title", "Đoàn gõ dở ở máy này").await;
        b.until("document.querySelector('#rule').innerText.includes('Thành viên')", Vec::new()).await;
        let mut found = String::new();
        for _ in 0..100 {
            let copies = w.get("clerk.skhcn", "/me/working-copies").await.json();
            if let Some(copy) = copies["items"].as_array().unwrap().first() {
                found = w.get("clerk.skhcn", &format!("/me/working-copies/{}", copy["name"].as_str().unwrap())).await.json().to_string();
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(found.contains("Đoàn gõ dở ở máy này"), "{found}");
        b.go("/outbound-delegations/new").await;
        assert!(b.texts("main").await[0].contains("Đoàn gõ dở ở máy này"));
        b.close().await;
    }

    async fn the_password_is_asked_for_in_place_when_the_session_ended(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("/outbound-delegations/{id}/comments")).await;
        b.type_into("/text", "Gõ trước khi hết phiên.").await;
        w.advance(chrono::Duration::minutes(61));
        b.tab_to("main form .buttons button").await;
        b.keys(crate::chromium::driver::ENTER).await;
        b.until("document.querySelector('dialog[open] input[type=password]') === document.activeElement", Vec::new()).await;
        b.picture("again.clerk.vi.1280").await;
        assert_eq!(b.violations().await.unwrap_or_default(), Vec::<String>::new());
        b.keys(ngoaivu::demo::PASSWORD).await;
        b.keys(crate::chromium::driver::ENTER).await;
        b.until("location.pathname === arguments[0]", vec![json!(format!("/outbound-delegations/{id}"))]).await;
        let remarks = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/comments")).await.json();
        let texts: Vec<&Value> = remarks["items"].as_array().unwrap().iter().map(|r| &r["text"]).collect();
        assert_eq!(texts, ["Gõ trước khi hết phiên."]);
        b.close().await;
    }

    async fn what_was_sent_is_not_sent_again_by_reloading_or_going_back(w) {
        for scripts in [true, false] {
            let Some(b) = Chrome::open(&w, scripts, 1280).await else { return };
            let id = w.draft(w.later_trip(&[if scripts { 2 } else { 3 }]).await).await;
            let path = format!("/outbound-delegations/{id}");
            b.sign_in("clerk.skhcn").await;
            b.go(&format!("{path}/comments")).await;
            b.type_into("/text", "Một lần thôi.").await;
            b.press("main form .buttons button").await;
            b.until("location.pathname === arguments[0]", vec![json!(path)]).await;
            b.client.refresh().await.unwrap();
            b.until("document.readyState === 'complete'", Vec::new()).await;
            b.client.back().await.unwrap();
            b.until("document.querySelector(\"[name='/text']\")", Vec::new()).await;
            // What the browser kept of the form is the form that was sent: the same key, so the same answer.
            if b.run("return document.querySelector(\"[name='/text']\").value", Vec::new()).await != json!("") {
                b.press("main form .buttons button").await;
                b.until("location.pathname === arguments[0]", vec![json!(path)]).await;
            }
            let remarks = w.get("clerk.skhcn", &format!("{path}/comments")).await.json();
            assert_eq!(remarks["items"].as_array().unwrap().len(), 1, "scripts: {scripts}");
            b.close().await;
        }
    }

    async fn twenty_are_signed_while_two_change_and_the_server_starts_anew(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let people = w.officials("SKHCN").await;
        let mut ids = Vec::new();
        for n in 0..20usize {
            // Ten people of rank and file, each twice, months apart.
            let mut trip = w.later_trip(&[2 + n % (people.len() - 2)]).await;
            let (month, day) = (5 + n / (people.len() - 2), 4);
            let on = |day: usize| json!(format!("2026-{month:02}-{day:02}"));
            (trip["departure_date"], trip["return_date"]) = (on(day), on(day + 4));
            (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (on(day), on(day + 4));
            ids.push(w.submitted(trip).await);
        }
        b.sign_in("officer.snv").await;
        let query: Vec<String> = ids.iter().map(|id| format!("pick=/outbound-delegations/{id}")).collect();
        b.go(&format!("/inbox/sign?{}", query.join("&"))).await;
        let boxes = b.run("const all = [...document.querySelectorAll(\"[name$='/tick']\")]; all.forEach(x => x.click()); return all.length", Vec::new()).await;
        assert_eq!(boxes, json!(20), "{}", b.run("return document.body.innerText", Vec::new()).await);
        for id in &ids[17..19] {
            w.act("officer.snv", id, "appraise", json!({"opinion": "unfavourable", "note": "Chưa rõ."})).await.expect(200);
        }
        // Some are done when the server goes away.
        b.run("document.querySelector('form[data-each] .buttons button').click()", Vec::new()).await;
        b.until("document.querySelectorAll('main .rows li').length >= 3", Vec::new()).await;
        b.stop_server().await;
        b.until("document.querySelector('.status-line').innerText.includes('Mất kết nối')", Vec::new()).await;
        b.start_server(&w);
        b.until("document.querySelectorAll('main .rows li').length === 20", Vec::new()).await;
        let told = b.texts("main .rows li .pill").await;
        assert_eq!((told.iter().filter(|t| *t == "Đã ghi").count(), told.iter().filter(|t| *t == "Chưa ghi").count()), (18, 2), "{told:?}");
        // Both that were refused say why, and lead to the dossier.
        let refused = b.run("return [...document.querySelectorAll('main .rows li')].filter(li => li.innerText.includes('Chưa ghi')).map(li => [li.innerText, li.querySelector('a').getAttribute('href')])", Vec::new()).await;
        for (n, told) in refused.as_array().unwrap().iter().enumerate() {
            assert_eq!(told[1], json!(format!("/outbound-delegations/{}", ids[17 + n])), "{refused}");
            assert!(told[0].as_str().unwrap().contains("thay đổi"), "{refused}");
        }
        for id in &ids {
            let history = w.get("inspector", &format!("/outbound-delegations/{id}/history")).await.json();
            let appraised = history["items"].as_array().unwrap().iter().filter(|act| act["action"] == "appraise").count();
            assert_eq!(appraised, 1);
        }
        b.picture("signed.officer.vi.1280").await;
        b.close().await;
    }

    async fn a_double_click_records_once_and_keys_do_nothing_in_fields(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.submitted(w.small_trip().await).await;
        w.submitted(w.later_trip(&[3]).await).await;
        b.sign_in("officer.snv").await;
        b.go(&format!("/outbound-delegations/{id}/comments")).await;
        // Letters that are keys elsewhere are letters in a field.
        b.type_into("/text", "jk/x?").await;
        let send = "main form .buttons button";
        b.run("const f = document.querySelector(arguments[0]); f.click(); f.click()", vec![json!(send)]).await;
        b.until("location.pathname.length === arguments[0]", vec![json!(format!("/outbound-delegations/{id}").len())]).await;
        let remarks = w.get("officer.snv", &format!("/outbound-delegations/{id}/comments")).await.json();
        let texts: Vec<&Value> = remarks["items"].as_array().unwrap().iter().map(|r| &r["text"]).collect();
        assert_eq!(texts, ["jk/x?"]);
        let focused = async || b.run("return document.activeElement.className", Vec::new()).await;
        b.go("/inbox").await;
        b.keys("j").await;
        b.until("document.activeElement.className === 'title'", Vec::new()).await;
        w.as_user("officer.snv", crate::world::World::request("PATCH", "/me/settings").set_json(json!({"shortcuts": false}))).await.expect(200);
        b.go("/inbox").await;
        b.keys("j").await;
        assert_ne!(focused().await, json!("title"));
        b.close().await;
    }

    async fn nothing_scrolls_sideways_on_a_phone_and_every_page_leaves_its_picture(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.submitted(w.study_visit().await).await;
        let visit = w.submitted_visit(w.visit().await).await;
        let draft = w.draft(w.later_trip(&[3]).await).await;
        let trip = format!("/outbound-delegations/{id}");
        let person = w.officials("SKHCN").await[2].clone();
        let (asked, incident) = personal_data(&w).await;
        let pages: [(&str, Vec<String>); 6] = [
            ("clerk.skhcn", vec![
                "/".into(), "/outbound-delegations".into(), "/outbound-delegations/new".into(), format!("/outbound-delegations/{draft}/edit"),
                format!("/outbound-delegations/{draft}/edit/members"), format!("/outbound-delegations/{draft}/edit/days-and-stops"),
                format!("/outbound-delegations/{draft}/attachments"), trip.clone(), "/calendar?month=2026-03".into(), "/calendar?week=2026-03-23".into(), "/duties".into(), "/me".into(), "/help".into(),
            ]),
            ("officer.snv", vec!["/".into(), "/inbox".into(), format!("{trip}/appraise"), format!("/inbound-delegations/{visit}"), "/search?q=doan".into(),
                "/statistics/outbound?by=country&year=2026&compare=previous_year&measures=days".into(), "/statistics/overview".into(), "/statistics/outbound/records?year=2026".into(),
                "/registers".into(), "/agencies".into(), "/officials".into(), format!("/officials/{person}"), format!("/officials/{person}/edit"), "/partners/new".into(), "/plans".into(), "/imports".into(), "/substitutions/new".into()]),
            ("custodian", vec!["/".into(), "/custodies".into(), "/custodies/new".into()]),
            ("rules", vec!["/".into(), "/regulations".into(), "/regulations/mau".into(), "/regulations/new".into(), "/assessments".into(), "/holidays".into(), "/holidays/new".into()]),
            ("admin", vec!["/".into(), "/administration".into(), "/users".into(), "/users/new".into(), "/audit".into(), "/webhooks/new".into(), "/service-tokens".into(),
                "/subject-requests".into(), asked.clone(), "/subject-requests/new".into(), "/incidents".into(), incident.clone(), format!("{incident}/close")]),
            ("stats", vec!["/".into(), "/reports".into(), "/reports/new".into(), "/report-schedules".into()]),
        ];
        for (user, paths) in &pages {
            b.sign_in(user).await;
            for width in [1280, 360] {
                b.command("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == 360})).await;
                for path in paths {
                    b.go(path).await;
                    let sideways = b.run("return document.documentElement.scrollWidth > document.documentElement.clientWidth + 1", Vec::new()).await;
                    assert_eq!(sideways, json!(false), "{user} {path} at {width}");
                    let name: String = path.replace(&id, "trip").replace(&visit, "visit").replace(&draft, "draft").replace(&person, "person").replace(&asked, "/subject-requests/one").replace(&incident, "/incidents/one").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                    b.picture(&format!("{user}{name}-{width}")).await;
                }
            }
            b.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
        }
        assert_eq!(b.complaints().await, [""; 0]);
        b.close().await;
    }

    async fn no_page_is_faulty_for_people_who_see_or_move_otherwise(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.submitted(w.study_visit().await).await;
        let visit = w.submitted_visit(w.visit().await).await;
        let draft = w.draft(w.later_trip(&[3]).await).await;
        let (trip, edit) = (format!("/outbound-delegations/{id}"), format!("/outbound-delegations/{draft}"));
        let person = w.officials("SKHCN").await[2].clone();
        let (asked, incident) = personal_data(&w).await;
        let pages: [(&str, Vec<String>); 6] = [
            ("clerk.skhcn", vec![
                "/".into(), "/outbound-delegations".into(), "/inbound-delegations/new".into(), format!("{edit}/edit"), format!("{edit}/edit/journey"),
                format!("{edit}/edit/members"), format!("{edit}/attachments"), format!("{edit}/delete"), trip.clone(), format!("{trip}/comments"),
                "/calendar?month=2026-03".into(), "/calendar?week=2026-03-23".into(), "/duties".into(), "/me".into(), "/help".into(), "/khong-co".into(),
            ]),
            ("officer.snv", vec!["/".into(), "/inbox".into(), format!("/inbox/sign?pick={trip}"), format!("{trip}/appraise"), format!("/inbound-delegations/{visit}"), "/search?q=doan".into(),
                "/statistics/outbound?by=country&year=2026&compare=previous_year&measures=days".into(), "/statistics/overview".into(), "/statistics/outbound/records?year=2026".into(),
                "/registers".into(), "/agencies".into(), "/officials".into(), format!("/officials/{person}"), format!("/officials/{person}/edit"), "/partners/new".into(), "/plans".into(), "/imports".into(), "/substitutions/new".into()]),
            ("custodian", vec!["/".into(), "/custodies".into(), "/custodies/new".into()]),
            ("rules", vec!["/".into(), "/regulations".into(), "/regulations/mau".into(), "/regulations/new".into(), "/assessments".into(), "/holidays".into(), "/holidays/new".into()]),
            ("admin", vec!["/".into(), "/administration".into(), "/users".into(), "/users/new".into(), "/audit".into(), "/webhooks/new".into(), "/service-tokens".into(),
                "/subject-requests".into(), asked.clone(), "/subject-requests/new".into(), "/incidents".into(), incident.clone(), format!("{incident}/close")]),
            ("stats", vec!["/".into(), "/reports".into(), "/reports/new".into(), "/report-schedules".into()]),
        ];
        for (user, paths) in &pages {
            b.sign_in(user).await;
            for language in ["vi", "en"] {
                b.go(&format!("/language?to={language}")).await;
                for path in paths {
                    b.go(path).await;
                    let Some(found) = b.violations().await else { return };
                    assert_eq!(found, [""; 0], "{user} {language} {path}");
                }
            }
        }
        // A form with faults, and the list that opens below a field.
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("{edit}/edit/days-and-stops")).await;
        b.run("document.querySelector(\"[name='/departure_date']\").value = '31/02/2026'", Vec::new()).await;
        b.press("main form[data-rescue] > .buttons button").await;
        b.until("document.querySelector('.error-summary')", Vec::new()).await;
        assert_eq!(b.violations().await.unwrap_or_default(), [""; 0]);
        b.run("const f = document.querySelector(\"[name='/stops/0/country']\"); f.focus(); f.select()", Vec::new()).await;
        b.keys("han").await;
        b.until("document.querySelector('.options:not([hidden]) li')", Vec::new()).await;
        assert_eq!(b.violations().await.unwrap_or_default(), [""; 0]);
        b.close().await;
    }

    async fn a_second_factor_is_turned_on_and_asked_for(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        b.sign_in("clerk.skhcn").await;
        b.go("/me").await;
        b.picture("account.clerk.vi.1280").await;
        b.press("form[action='/me/second-factor'] button").await;
        b.until("document.querySelector('.qr svg') && document.activeElement !== document.body", Vec::new()).await;
        assert_eq!(b.violations().await.unwrap_or_default(), [""; 0]);
        b.picture("second-factor.clerk.vi.1280").await;
        let secret = b.texts("code.key").await.remove(0);
        b.type_into("/code", &crate::second_factors::code(&w, &secret, 0)).await;
        b.keys(ENTER).await;
        b.until("document.querySelectorAll('.codes code').length === 10", Vec::new()).await;
        assert_eq!(b.violations().await.unwrap_or_default(), [""; 0]);
        b.picture("recovery-codes.clerk.vi.1280").await;
        let codes = b.texts(".codes code").await;
        // In the place of a page whose session ended, too.
        b.go("/me").await;
        w.house.clock.advance(chrono::Duration::hours(1));
        b.tab_to("form[action='/me/settings'] button").await;
        b.keys(ENTER).await;
        b.until("document.querySelector('dialog[open] #again-p') === document.activeElement", Vec::new()).await;
        b.keys(ngoaivu::demo::PASSWORD).await;
        b.keys(ENTER).await;
        b.until("document.querySelector('dialog label').textContent === 'Mã xác thực'", Vec::new()).await;
        b.picture("again-code.clerk.vi.1280").await;
        b.keys(&codes[1]).await;
        b.keys(ENTER).await;
        // What was sent again has arrived: nothing of it is under way when the cookies go.
        b.until("!document.querySelector('dialog') && document.activeElement?.tagName === 'H1'", Vec::new()).await;
        // Signing in again, now in two steps, to the page that was asked for.
        b.client.delete_all_cookies().await.unwrap();
        b.go("/calendar").await;
        b.type_into("/username", "clerk.skhcn").await;
        b.type_into("/password", ngoaivu::demo::PASSWORD).await;
        b.keys(ENTER).await;
        b.until("document.querySelector('#code')", Vec::new()).await;
        assert_eq!(b.violations().await.unwrap_or_default(), [""; 0]);
        b.picture("sign-in-code.clerk.vi.1280").await;
        b.type_into("/code", &codes[0]).await;
        b.keys(ENTER).await;
        b.until("location.pathname === '/calendar' && document.querySelector('h1')", Vec::new()).await;
        b.close().await;
    }

    async fn a_list_of_three_hundred_is_printed_with_its_heads_on_each_sheet(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let mut rows = String::from("Tên đoàn,Trưởng đoàn,Nước đi,Ngày đi,Ngày về,Số người,Đơn vị,Mục đích\n");
        for n in 1..=300 {
            rows += &format!("Đoàn công tác số{n:03},Đặng Văn Minh,Lào,{:02}/{:02}/2025,{:02}/{:02}/2025,3,SKHCN,Công tác\n", 1 + n % 20, 1 + n / 27, 3 + n % 20, 1 + n / 27);
        }
        let batch = w.import("officer.snv", &[("kind", "outbound"), ("dry_run", "false")], "a.csv", rows.as_bytes()).await.expect(201).json();
        assert_eq!(batch["created"], 300, "{}", batch["errors"]);
        b.sign_in("officer.snv").await;
        b.go("/outbound-delegations?year=2025&sort=departure_date&print=true").await;
        let printed = b.command("Page.printToPDF", json!({"preferCSSPageSize": true, "printBackground": false})).await;
        let file = w.folder.join("list.pdf");
        std::fs::write(&file, STANDARD.decode(printed["data"].as_str().unwrap()).unwrap()).unwrap();
        let Ok(read) = std::process::Command::new("pdftotext").args(["-layout", file.to_str().unwrap(), "-"]).output() else {
            println!("skipped: pdftotext was not found");
            return;
        };
        let text = String::from_utf8(read.stdout).unwrap();
        let sheets: Vec<&str> = text.split('\u{c}').filter(|sheet| !sheet.trim().is_empty()).collect();
        assert!(sheets.len() > 5, "{}", sheets.len());
        for (n, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.contains("Đoàn công tác số")) {
            assert!(sheet.contains("Cơ quan") && sheet.contains("Trạng thái"), "sheet {n}: {sheet}");
        }
        // Every row is there once, whole: its title and the agency beside it on one sheet.
        for n in 1..=300 {
            assert_eq!(text.matches(&format!("số{n:03}")).count(), 1, "{n}");
        }
        for (n, sheet) in sheets.iter().enumerate() {
            let (titles, agencies) = (sheet.matches("Đoàn công tác số").count(), sheet.matches("Sở Khoa học và").count());
            assert!(agencies >= titles, "sheet {n}: {titles} titles, {agencies} agencies: {sheet}");
        }
        assert!(text.contains("Bản in để làm việc, không thay văn bản"));
        b.close().await;
    }
}
