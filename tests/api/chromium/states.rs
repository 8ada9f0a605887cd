//! Pages in the states that a walk by links does not come to: with faults, empty, before a dossier exists, printed, and what a
//! browser keeps of them (U-03, U-16, U-27, U-29).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::chromium::driver::{Chrome, ENTER};
use crate::pages::browser::Browser;
use crate::pages::markup::{ACCOUNTS, crawl, kind_of};
use crate::world::{World, beside_others};

/// The text of a page as it is printed, sheet by sheet; none without `pdftotext`.
async fn printed(w: &World, b: &Chrome, name: &str) -> Option<Vec<String>> {
    let settings = json!({"preferCSSPageSize": true, "printBackground": false});
    let pdf = b.command("Page.printToPDF", settings).await;
    let file = w.folder.join(format!("{name}.pdf"));
    std::fs::write(&file, STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap()).unwrap();
    let Ok(read) = std::process::Command::new("pdftotext").args(["-layout", file.to_str().unwrap(), "-"]).output()
    else {
        println!("skipped: pdftotext was not found");
        return None;
    };
    let text = String::from_utf8(read.stdout).unwrap();
    Some(text.split('\u{c}').filter(|sheet| !sheet.trim().is_empty()).map(str::to_owned).collect())
}

/// What axe has against the page in both languages.
async fn sound(b: &Chrome, at: &str) {
    assert_eq!(b.violations().await.unwrap_or_default(), [""; 0], "{at}");
}

/// Sends a form as it is, and judges the page with its faults.
async fn sound_when_refused(b: &Chrome, address: &str, button: &str) {
    b.go(address).await;
    sound(b, address).await;
    b.press(button).await;
    b.until("document.querySelector('.error-summary')?.contains(document.activeElement)", Vec::new()).await;
    sound(b, &format!("{address}, refused")).await;
}

on_both! {
    async fn pages_are_sound_with_faults_and_without_anything(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let draft = w.draft(w.small_trip().await).await;
        let submitted = w.submitted(w.later_trip(&[4, 5]).await).await;
        let approved = w.approved(w.later_trip(&[2]).await).await;
        let visit = w.draft_visit(w.visit().await).await;
        let trip = |id: &str| format!("/outbound-delegations/{id}");
        let send = ".panel-foot .buttons button:last-of-type";
        for language in ["vi", "en"] {
            b.client.delete_all_cookies().await.unwrap();
            b.go("/sign-in").await;
            b.go(&format!("/language?to={language}&next=/sign-in")).await;
            // A wrong name, and an activation without a token.
            b.type_into("/username", "nobody").await;
            b.type_into("/password", "wrong").await;
            b.keys(ENTER).await;
            b.until("document.querySelector('.error-summary, .error')", Vec::new()).await;
            sound(&b, "a sign-in that was refused").await;
            b.go("/activate").await;
            sound(&b, "/activate").await;
            b.sign_in("clerk.skhcn").await;
            b.go(&format!("/language?to={language}&next=/")).await;
            b.go("/outbound-delegations/new").await;
            sound(&b, "a new dossier").await;
            b.press("a.button[href*='/new/journey?copy=']").await;
            sound(&b, "its first part").await;
            let copy = b.path().await;
            b.go(&copy.replace("/journey", "/check")).await;
            sound(&b, "its check").await;
            sound_when_refused(&b, &format!("{}/amend", trip(&approved)), send).await;
            sound_when_refused(&b, &format!("{}/comments", trip(&draft)), send).await;
            b.go(&format!("{}/edit/members", trip(&draft))).await;
            b.run("document.querySelector(\"[name='/members/0/official_id']\").remove(); document.querySelectorAll('[type=hidden].chosen').forEach(e => e.remove())", Vec::new()).await;
            b.press("button[name=add]").await;
            sound(&b, "members with an empty row").await;
            let guests = format!("/inbound-delegations/{visit}/edit/guests");
            b.go(&guests).await;
            b.run("document.querySelector(\"[name='paste:text']\").value = 'Họ và tên\\tQuốc tịch\\nKIM\\tKhông Có\\n'", Vec::new()).await;
            b.press("button[value=preview]").await;
            b.until("document.querySelector('#paste tbody tr')", Vec::new()).await;
            sound(&b, "a preview with faults").await;
            b.go("/outbound-delegations?q=khongcoai&year=abc").await;
            sound(&b, "a list with a faulty filter").await;
            b.go("/outbound-delegations?q=khongcoai").await;
            sound(&b, "an empty list").await;
            b.sign_in("head.skhcn").await;
            b.go(&format!("/language?to={language}&next=/")).await;
            sound_when_refused(&b, &format!("{}/submit", trip(&draft)), send).await;
            b.sign_in("officer.snv").await;
            b.go(&format!("/language?to={language}&next=/")).await;
            sound_when_refused(&b, &format!("{}/request-supplement", trip(&submitted)), send).await;
            b.sign_in("chair").await;
            b.go(&format!("/language?to={language}&next=/")).await;
            for address in ["/", "/inbox"] {
                b.go(address).await;
                sound(&b, &format!("{address} with nothing")).await;
            }
        }
        assert_eq!(b.complaints().await, [""; 0]);
        b.close().await;
    }

    async fn a_third_member_and_a_second_key_leader_change_the_answer(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        let people = w.officials("SKHCN").await;
        b.sign_in("clerk.skhcn").await;
        let edit = format!("/outbound-delegations/{id}/edit/members");
        b.go(&edit).await;
        // The panel says what the API says of the same people, and nothing is stored.
        let same_as = async |members: Value| {
            let mut trip = w.small_trip().await;
            trip["members"] = members;
            let said = w.post("clerk.skhcn", &format!("/outbound-delegations/assessment?dossier={id}"), trip).await.expect(200).json();
            let label = |word: &Value| {
                let contract = crate::pages::markup::contract();
                contract.label("body", word.as_str().unwrap(), kernel::text::Language::Vietnamese)
            };
            let decider = label(&said["decider"]["body"]);
            b.until("document.querySelector('#rule .decider')?.innerText === arguments[0]", vec![json!(decider)]).await;
            let told = async |text: String| b.until("document.querySelector('#rule').innerText.includes(arguments[0])", vec![json!(text)]).await;
            told(said["decider"]["citation"].as_str().unwrap().to_owned()).await;
            for finding in said["findings"].as_array().unwrap().iter().filter(|f| f["code"] != "missing_document") {
                told(finding["detail"].as_str().unwrap().to_owned()).await;
            }
            for step in said["steps"].as_array().unwrap() {
                if let Some(due) = step["due_on"].as_str() {
                    told(due.split('-').rev().collect::<Vec<_>>().join("/")).await;
                }
            }
        };
        let member = |n: usize, role: &str| json!({"official_id": people[n], "role": role});
        let name = async |n: usize| w.get("clerk.skhcn", &format!("/officials/{}", people[n])).await.json()["full_name"].as_str().unwrap().to_owned();
        for (row, n) in [(2, 4), (3, 0), (4, 1)] {
            b.press("button[name=add][value='/members']").await;
            b.type_into(&format!("/members/{row}/official_id"), &name(n).await).await;
            b.until("document.querySelector('.options:not([hidden]) li')", Vec::new()).await;
            b.keys(crate::chromium::driver::DOWN).await;
            b.keys(ENTER).await;
            b.choose(&format!("/members/{row}/role"), "member").await;
            let mut members = vec![member(2, "head"), member(3, "member"), member(4, "member")];
            members.extend([member(0, "member"), member(1, "member")].into_iter().take(row - 2));
            same_as(json!(members)).await;
        }
        assert!(b.texts("#rule").await.remove(0).contains("lãnh đạo chủ chốt"));
        assert_eq!(w.trip("clerk.skhcn", &id).await["members"].as_array().unwrap().len(), 2);
        b.close().await;
    }

    async fn a_dossier_and_figures_are_printed_whole(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.approved(w.small_trip().await).await;
        for n in 0..30 {
            w.post("officer.snv", &format!("/outbound-delegations/{id}/comments"), json!({"text": format!("Nhận xét số {n:02}")})).await.expect(201);
        }
        w.advance_days(21);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        b.sign_in("officer.snv").await;
        b.go(&format!("/outbound-delegations/{id}")).await;
        let Some(sheets) = printed(&w, &b, "dossier").await else { return };
        let text = sheets.concat();
        assert!(sheets.len() > 1, "{}", sheets.len());
        for said in ["Tập huấn tại Nhật Bản", "Nhận xét số 00", "Nhận xét số 29", "phiên bản", "Bản in để làm việc, không thay văn bản"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        b.sign_in("stats").await;
        b.go("/statistics/outbound?by=country&year=2026").await;
        let Some(sheets) = printed(&w, &b, "figures").await else { return };
        let text = sheets.concat();
        for said in ["Nhật Bản", "Bản in để làm việc, không thay văn bản"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        b.close().await;
    }

    async fn a_browser_keeps_no_passport_number_and_nothing_after_the_sign_out(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft_visit(w.visit().await).await;
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("/inbound-delegations/{id}/edit/guests")).await;
        b.run("const f = document.querySelector(\"[name='/guests/1/position']\"); f.focus(); f.select()", Vec::new()).await;
        b.keys("Phiên dịch chính").await;
        b.run("document.querySelector(\"[name='/guests/1/passport_number']\").focus()", Vec::new()).await;
        b.keys("K7654321").await;
        b.until("Object.keys(localStorage).length === 1", Vec::new()).await;
        b.until("JSON.stringify({...localStorage}).includes('Phiên dịch chính')", Vec::new()).await;
        let kept = b.run("return JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie", Vec::new()).await;
        assert!(!kept.as_str().unwrap().contains("K7654321") && !kept.as_str().unwrap().contains("M12345678"), "{kept}");
        b.run("document.querySelector('form.sign-out button').click()", Vec::new()).await;
        b.until("location.pathname === '/sign-in'", Vec::new()).await;
        b.until("Object.keys(localStorage).length === 0", Vec::new()).await;
        b.close().await;
    }
}

/// Every kind of page that somebody comes to by links, with axe; the accounts read Vietnamese and English by turns. What a page is
/// does not hang on the database.
#[actix_web::test]
async fn every_kind_of_page_is_sound_for_people_who_see_or_move_otherwise() {
    let _beside = beside_others().await;
    let w = World::sqlite().await;
    let Some(b) = Chrome::open(&w, true, 1280).await else { return };
    if b.violations().await.is_none() {
        return;
    }
    w.draft(w.study_visit().await).await;
    w.submitted(w.later_trip(&[4, 5]).await).await;
    let approved = w.approved(w.small_trip().await).await;
    let change = json!({"changes": {"return_date": "2026-03-28"}, "reason": "Thêm một ngày."});
    w.act("clerk.skhcn", &approved, "amend", change).await.expect(200);
    w.submitted_visit(w.visit().await).await;
    w.draft_visit(w.visit().await).await;
    let mut known = std::collections::BTreeSet::new();
    for (n, user) in ACCOUNTS.into_iter().enumerate() {
        let mut found = Vec::new();
        let browser = Browser::signed_in(&w, user).await;
        crawl(&browser, &mut |page| {
            if known.insert(kind_of(&page.address)) {
                found.push(page.address.clone());
            }
        })
        .await;
        b.sign_in(user).await;
        b.go(&format!("/language?to={}", if n % 2 == 0 { "vi" } else { "en" })).await;
        for address in found {
            b.go(&address).await;
            assert_eq!(b.violations().await.unwrap_or_default(), [""; 0], "{user} {address}");
        }
    }
    assert!(known.len() > 100, "{known:?}");
    b.close().await;
}
