//! Bad days: the server goes away, the line is slow and breaks, somebody types with Telex, or needs large letters (U-11,
//! U-19, U-23, U-26).

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::chromium::driver::{Chrome, ENTER};
use crate::pages::browser::Browser;
use crate::world::{World, alone};

on_both! {
    async fn what_is_sent_while_the_server_is_away_arrives_once_when_it_is_back(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("{path}/comments")).await;
        let words = "chữ ".repeat(300);
        b.type_into("/text", words.trim()).await;
        b.stop_server().await;
        b.tab_to("main form .buttons button").await;
        b.keys(ENTER).await;
        b.until("document.querySelector('.status-line').innerText.includes('Mất kết nối')", Vec::new()).await;
        assert_eq!(b.run("return document.querySelector(\"[name='/text']\").value.length", Vec::new()).await, json!(words.trim().chars().count()));
        b.start_server(&w);
        b.until("location.pathname === arguments[0]", vec![json!(path)]).await;
        let remarks = w.get("clerk.skhcn", &format!("{path}/comments")).await.json();
        let texts: Vec<&Value> = remarks["items"].as_array().unwrap().iter().map(|r| &r["text"]).collect();
        assert_eq!(texts, [words.trim()]);
        b.close().await;
    }

    async fn a_dossier_that_is_sent_while_the_server_is_away_is_made_once(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        // All of a new dossier but its members has been typed.
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let begun = clerk.get("/outbound-delegations/new").await;
        let begin = begun.links().into_iter().find(|l| l.contains("/new/journey?copy=")).unwrap().replace("&amp;", "&");
        let mut part = clerk.get(&begin).await;
        let agency = w.agency("SKHCN").await;
        let typed: [(&str, Vec<(&str, &str)>); 3] = [
            ("journey", vec![("/title", "Đoàn tập huấn"), ("/procedure", "outbound"), ("/purpose", "training"), ("/field", "science"), ("/capacity", "department"), ("/requesting_agency_id", agency.as_str())]),
            ("inviter-and-funding", vec![("/funding/0/source", "host"), ("/inviting_party/name", "Tỉnh Chiba"), ("/inviting_party/country", "Nhật Bản"), ("/inviting_party/kind", "locality")]),
            ("days-and-stops", vec![("/departure_date", "23/3/2026"), ("/return_date", "27/3/2026"), ("/stops/0/country", "Nhật Bản"), ("/stops/0/place", "Chiba"), ("/stops/0/from", "23/3/2026"), ("/stops/0/to", "27/3/2026")]),
        ];
        for (name, fields) in typed {
            let mut form = part.form(&format!("/new/{name}"));
            for (field, value) in fields {
                form.fill(field, value);
            }
            part = clerk.send(&form).await;
            assert_eq!(part.status, 200, "{name}: {}", part.text);
        }
        let members = part.address.clone();
        assert!(members.contains("/new/members"), "{members}");
        b.sign_in("clerk.skhcn").await;
        b.go(&members).await;
        let name = w.get("clerk.skhcn", &format!("/officials/{}", w.officials("SKHCN").await[2])).await.json()["full_name"].as_str().unwrap().to_owned();
        b.type_into("/members/0/official_id", &name).await;
        b.until("document.querySelector('.options:not([hidden]) li')", Vec::new()).await;
        b.keys(crate::chromium::driver::DOWN).await;
        b.keys(ENTER).await;
        b.run("document.querySelector(\"[name='head']\").click()", Vec::new()).await;
        b.stop_server().await;
        b.tab_to("main form[data-rescue] > .buttons button").await;
        b.keys(ENTER).await;
        b.until("document.querySelector('.status-line').innerText.includes('Mất kết nối')", Vec::new()).await;
        b.start_server(&w);
        b.until("!location.pathname.includes('/new/')", Vec::new()).await;
        let all = w.get("clerk.skhcn", "/outbound-delegations?limit=50").await.json();
        let titles: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|d| &d["title"]).collect();
        assert_eq!(titles, ["Đoàn tập huấn"]);
        b.close().await;
    }

    async fn a_slow_upload_tells_how_far_it_is_and_is_tried_again_after_the_line_broke(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}/attachments");
        let file = w.folder.join("lớn.pdf");
        let mut bytes = b"%PDF-1.7\n".to_vec();
        bytes.resize(10 << 20, b'x');
        std::fs::write(&file, &bytes).unwrap();
        b.sign_in("clerk.skhcn").await;
        b.go(&path).await;
        b.choose("document", "invitation").await;
        b.client.find(Locator::Css("[name=file]")).await.unwrap().send_keys(file.to_str().unwrap()).await.unwrap();
        let line = async |offline: bool, bytes: i64| {
            let line = json!({"offline": offline, "latency": 100, "downloadThroughput": bytes, "uploadThroughput": bytes});
            b.command("Network.emulateNetworkConditions", line).await;
        };
        b.command("Network.enable", json!({})).await;
        line(false, 50_000).await;
        b.tab_to("main form button").await;
        b.keys(ENTER).await;
        b.until("document.querySelector('progress')?.value > 0 && document.querySelector('progress').value < 1", Vec::new()).await;
        b.until("/Đã gửi [0-9]+ %/.test(document.querySelector('main form .told[role=status]')?.innerText ?? '')", Vec::new()).await;
        // Whoever leaves now is asked first: what is sent on waits for the file.
        let asks = "const leaving = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(leaving); return leaving.defaultPrevented";
        assert_eq!(b.run(asks, Vec::new()).await, json!(true));
        line(true, 0).await;
        b.until("document.querySelector('.status-line button')", Vec::new()).await;
        line(false, -1).await;
        b.run("document.querySelector('.status-line button').click()", Vec::new()).await;
        b.until("document.querySelectorAll(\"main a[href*='/attachments/'][href^='/api/']\").length === 1", Vec::new()).await;
        let kept = w.get("clerk.skhcn", &path).await.json();
        let sizes: Vec<&Value> = kept["items"].as_array().unwrap().iter().map(|a| &a["size"]).collect();
        assert_eq!(sizes, [&json!(10 << 20)]);
        b.close().await;
    }

    async fn what_is_composed_is_typed_as_it_is_and_the_list_waits_for_it(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.draft(w.small_trip().await).await;
        b.sign_in("clerk.skhcn").await;
        b.go(&format!("/outbound-delegations/{id}/edit/journey")).await;
        b.run("const f = document.querySelector(\"[name='/title']\"); f.focus(); f.select()", Vec::new()).await;
        // As an input method does: letter by letter, then the word; here in decomposed form.
        for composed in ["D", "Đ", "Đo", "Đoa", "Đoàn"] {
            let at = composed.encode_utf16().count();
            b.command("Input.imeSetComposition", json!({"text": composed, "selectionStart": at, "selectionEnd": at})).await;
        }
        b.command("Input.insertText", json!({"text": "\u{110}oa\u{300}n h\u{1ecd}c t\u{e2}\u{323}p"})).await;
        b.press("main form[data-rescue] > .buttons button").await;
        assert_eq!(w.trip("clerk.skhcn", &id).await["title"], "Đoàn học tập");
        // Every field into which words are typed: nothing is put in, taken away or chosen while a word is composed.
        let mut composed = 0;
        for part in ["journey", "inviter-and-funding", "days-and-stops", "members"] {
            b.go(&format!("/outbound-delegations/{id}/edit/{part}")).await;
            let fields = "return [...document.querySelectorAll(\"main form input[type=text][name^='/'], main form textarea[name^='/']\")].filter(f => f.offsetParent && !f.closest('details:not([open])')).map(f => f.name)";
            for name in b.run(fields, Vec::new()).await.as_array().unwrap() {
                b.run("const f = document.querySelector(`[name='${arguments[0]}']`); f.focus(); f.value = ''", vec![name.clone()]).await;
                for composing in ["N", "Ng", "Ngu", "Ngươ", "Người"] {
                    let at = composing.encode_utf16().count();
                    b.command("Input.imeSetComposition", json!({"text": composing, "selectionStart": at, "selectionEnd": at})).await;
                    let value = b.run("return document.querySelector(`[name='${arguments[0]}']`).value", vec![name.clone()]).await;
                    assert_eq!(value, json!(composing), "{part} {name}");
                    assert_eq!(b.run("return document.querySelectorAll('.options:not([hidden]) li').length", Vec::new()).await, json!(0), "{part} {name}");
                }
                b.command("Input.insertText", json!({"text": "Người Việt"})).await;
                let value = b.run("return document.querySelector(`[name='${arguments[0]}']`).value", vec![name.clone()]).await;
                assert_eq!(value, json!("Người Việt"), "{part} {name}");
                composed += 1;
            }
        }
        assert!(composed >= 12, "{composed}");
        b.go(&format!("/outbound-delegations/{id}/edit/days-and-stops")).await;
        b.run("const f = document.querySelector(\"[name='/stops/0/country']\"); f.focus(); f.select()", Vec::new()).await;
        b.command("Input.imeSetComposition", json!({"text": "hàn", "selectionStart": 3, "selectionEnd": 3})).await;
        assert_eq!(b.run("return document.querySelector(\"[name='/stops/0/country']\").value", Vec::new()).await, json!("hàn"));
        assert_eq!(b.run("return document.querySelectorAll('.options:not([hidden]) li').length", Vec::new()).await, json!(0));
        b.command("Input.insertText", json!({"text": "hàn"})).await;
        b.until("document.querySelector('.options:not([hidden]) li')?.innerText === 'Hàn Quốc'", Vec::new()).await;
        b.close().await;
    }

    async fn large_letters_and_wide_spacing_cut_nothing(w) {
        let Some(b) = Chrome::open(&w, true, 1280).await else { return };
        let id = w.submitted(w.study_visit().await).await;
        let draft = w.draft(w.later_trip(&[3]).await).await;
        let pages = [
            "/".to_owned(), "/outbound-delegations".into(), format!("/outbound-delegations/{id}"), format!("/outbound-delegations/{draft}/edit/members"),
            format!("/outbound-delegations/{draft}/attachments"), "/calendar?month=2026-03".into(), "/calendar?week=2026-03-23".into(), "/me".into(),
        ];
        b.sign_in("clerk.skhcn").await;
        // 1280 px at 400 % are 320; then the spacing of WCAG 1.4.12.
        for (width, spaced) in [(320, false), (1280, true), (360, true)] {
            b.command("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false})).await;
            for page in &pages {
                b.go(page).await;
                if spaced {
                    b.run(
                        "for (const e of document.body.querySelectorAll('*')) { e.style.setProperty('line-height', '1.5'); \
                         e.style.setProperty('letter-spacing', '.12em'); e.style.setProperty('word-spacing', '.16em'); } \
                         for (const p of document.querySelectorAll('p')) p.style.setProperty('margin-bottom', '2em')",
                        Vec::new(),
                    )
                    .await;
                }
                let wrong = b
                    .run(
                        "const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth + 1; \
                         const cut = [...document.body.querySelectorAll('main *')].filter(e => { const s = getComputedStyle(e); \
                           return s.overflow === 'hidden' && !e.closest('.hidden') && e.clientWidth > 1 && \
                             (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1); }); \
                         return [wide, cut.map(e => e.className)]",
                        Vec::new(),
                    )
                    .await;
                assert_eq!(wrong, json!([false, []]), "{page} at {width}, spaced: {spaced}");
            }
        }
        b.close().await;
    }
}

/// The budgets of a slow line and a slow machine, alone on this one: beside other tests it would measure them. What the page does is
/// the same on both databases.
#[actix_web::test]
async fn pages_are_usable_on_a_slow_line_and_on_a_slow_machine() {
    let _alone = alone().await;
    let w = World::sqlite().await;
    let Some(b) = Chrome::open(&w, true, 1280).await else { return };
    let id = w.submitted(w.study_visit().await).await;
    let visit = w.draft_visit(w.visit().await).await;
    b.sign_in("clerk.skhcn").await;
    b.command("Network.enable", json!({})).await;
    b.command("Network.clearBrowserCache", json!({})).await;
    // 400 kbit/s and 400 ms.
    let line = json!({"offline": false, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000});
    b.command("Network.emulateNetworkConditions", line).await;
    let usable = async |path: &str| {
        b.go(path).await;
        b.until("document.readyState === 'complete'", Vec::new()).await;
        b.run("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd", Vec::new())
            .await
            .as_f64()
            .unwrap()
    };
    let first = usable("/").await;
    let next = usable(&format!("/outbound-delegations/{id}")).await;
    b.command(
        "Network.emulateNetworkConditions",
        json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}),
    )
    .await;
    // Six times slower: five hundred guests pasted, and a key in a form.
    let mut sheet = String::from("Họ và tên\tQuốc tịch\tChức vụ\tSố hộ chiếu\tVai trò\n");
    for n in 0..500 {
        let role = if n == 0 { "Trưởng đoàn" } else { "Thành viên" };
        sheet += &format!("KIM Số {n}\tHàn Quốc\tChuyên viên\tM7{n:06}\t{role}\n");
    }
    b.go(&format!("/inbound-delegations/{visit}/edit/guests")).await;
    b.command("Emulation.setCPUThrottlingRate", json!({"rate": 6})).await;
    let painted = "const done = arguments[arguments.length - 1]; const f = document.querySelector(arguments[0]); const begun = performance.now(); \
        f.focus(); f.value = arguments[1]; f.dispatchEvent(new Event('input', { bubbles: true })); \
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)))";
    // The best of five: what else runs on the machine can only slow it down.
    let shown = async |css: &str, text: &str| {
        let mut best = f64::MAX;
        for _ in 0..5 {
            let took = b.client.execute_async(painted, vec![json!(css), json!(text)]).await.unwrap();
            best = best.min(took.as_f64().unwrap());
        }
        best
    };
    let pasted = shown("#paste-text", &sheet).await;
    b.go(&format!("/outbound-delegations/{id}/comments")).await;
    let key = shown("[name='/text']", "a").await;
    // The answer of the regulation to a third member, at the machine's own speed, and at a sixth of it.
    let draft = w.draft(w.later_trip(&[2, 3]).await).await;
    b.go(&format!("/outbound-delegations/{draft}/edit/days-and-stops")).await;
    let mut answered = Vec::new();
    for day in ["25/4/2026", "26/4/2026", "27/4/2026"] {
        let asked = "const done = arguments[arguments.length - 1]; const f = document.querySelector(\"[name='/return_date']\"); const begun = performance.now(); \
            const rule = document.querySelector('#rule'); const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now() - begun); }); \
            seen.observe(rule.parentElement, { childList: true, subtree: true, characterData: true }); \
            f.focus(); f.value = arguments[0]; f.dispatchEvent(new Event('input', { bubbles: true }))";
        answered.push(b.client.execute_async(asked, vec![json!(day)]).await.unwrap().as_f64().unwrap());
    }
    let answer = answered.into_iter().fold(f64::MAX, f64::min);
    println!("the answer of the regulation on a machine six times slower: {answer:.0} ms (1,500 after the last key)");
    assert!(answer < 3_000.0, "{answer}");
    println!(
        "slow line: first {first:.0} ms (4,000), next {next:.0} ms (1,500); slow machine: 500 rows {pasted:.0} ms (1,000), a key {key:.0} ms (100)"
    );
    // Twice the budget: the machines of whoever builds this differ.
    assert!(first < 8_000.0 && next < 3_000.0 && pasted < 2_000.0 && key < 200.0, "{first} {next} {pasted} {key}");
    b.close().await;
}
