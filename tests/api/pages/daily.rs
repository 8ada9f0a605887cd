//! What people need from day to day: which papers are asked for, what an amendment changes, what was sent already, where a form
//! is wrong, and whose turn it is.

use serde_json::json;

use crate::pages::browser::Browser;
use ngoaivu::demo::PASSWORD;

fn trip(id: &str) -> String {
    format!("/outbound-delegations/{id}")
}

/// The address at which a new dossier is begun.
async fn begun(clerk: &Browser<'_>, register: &str, part: &str) -> String {
    let begin = clerk.get(&format!("/{register}/new")).await;
    begin.links().into_iter().find(|link| link.contains(&format!("/new/{part}?copy="))).unwrap()
}

on_both! {
    async fn papers_that_a_body_asks_for_are_named_wherever_the_agency_looks(w) {
        let id = w.submitted(w.small_trip().await).await;
        let ask = json!({"missing": ["programme", "cost_estimate"], "note": "Chương trình chưa ghi ngày 24/3."});
        w.act("officer.snv", &id, "request-supplement", ask).await.expect(200);
        let history = w.get("clerk.skhcn", &format!("{}/history", trip(&id))).await.json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["missing"], json!(["programme", "cost_estimate"]));
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        for address in ["/".to_owned(), trip(&id), format!("{}/attachments", trip(&id))] {
            let page = clerk.get(&address).await;
            for said in ["Cần bổ sung", "Chương trình", "Dự toán", "Chương trình chưa ghi ngày 24/3."] {
                assert!(page.text.contains(said), "{address}: {said}");
            }
        }
        // What is asked for is what the form of a paper offers first, and the way there is offered.
        let papers = clerk.get(&format!("{}/attachments", trip(&id))).await;
        assert_eq!(papers.value("document").as_deref(), Some("programme"));
        assert!(clerk.get(&trip(&id)).await.links().contains(&format!("{}/attachments", trip(&id))));
        // The head who is asked to sign it again reads the same, and once it came back nobody is asked any more.
        let head = Browser::signed_in(&w, "head.skhcn").await;
        assert!(head.get(&format!("{}/resubmit", trip(&id))).await.text.contains("Dự toán"));
        w.upload("clerk.skhcn", &id, "programme").await.expect(201);
        w.act("head.skhcn", &id, "resubmit", json!({})).await.expect(200);
        assert!(!clerk.get(&trip(&id)).await.text.contains("Cần bổ sung</h2>"));
    }

    async fn an_amendment_stands_before_and_after_wherever_it_is_decided(w) {
        let id = w.approved(w.small_trip().await).await;
        let changes = json!({"return_date": "2026-03-28", "title": "Tập huấn dài hơn"});
        w.act("clerk.skhcn", &id, "amend", json!({"changes": changes, "reason": "Bạn mời ở thêm một ngày."})).await.expect(200);
        let director = Browser::signed_in(&w, "director.snv").await;
        let inbox = director.get("/inbox").await;
        assert!(inbox.text.contains("Ngày về: thứ Sáu 27/03/2026 → thứ Bảy 28/03/2026"), "{}", inbox.text);
        for address in [trip(&id), format!("{}/decide", trip(&id))] {
            let page = director.get(&address).await;
            let rows = page.all("table.blocks tbody tr");
            let of = |label: &str| rows.iter().find(|row| row.contains(label)).unwrap_or_else(|| panic!("{address}: {rows:?}"));
            assert!(of("Ngày về").contains("27/03/2026") && of("Ngày về").contains("28/03/2026") && of("Ngày về").contains("cần quyết định"));
            assert!(of("Tên đoàn").contains("Tập huấn tại Nhật Bản") && !of("Tên đoàn").contains("cần quyết định"));
            assert!(page.text.contains("Bạn mời ở thêm một ngày.") && !page.text.contains(">Đúng quy định<"), "{}", page.text);
        }
        let mut said = crate::world::decision("reject");
        said["note"] = json!("Giữ nguyên chương trình.");
        w.act("director.snv", &id, "decide", said).await.expect(200);
        let after = director.get(&trip(&id)).await;
        assert!(after.text.contains("Không chấp thuận") && after.text.contains("Giữ nguyên chương trình."), "{}", after.text);
    }

    async fn whoever_was_not_in_favour_stands_among_what_differs(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "unfavourable", "note": "Không cần thiết."})).await.expect(200);
        let director = Browser::signed_in(&w, "director.snv").await;
        let decide = director.get(&format!("{}/decide", trip(&id))).await;
        assert!(decide.all(".finding").iter().any(|line| line.contains("Không nhất trí")), "{}", decide.text);
        assert!(decide.text.contains("Không cần thiết.") && !decide.text.contains(">Đúng quy định<"));
        // The way says what was answered, too.
        assert!(director.get(&trip(&id)).await.all("#way li").iter().any(|step| step.contains("Không nhất trí")));
    }

    async fn what_is_sent_twice_is_done_once(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut edit = clerk.get(&format!("{}/edit/journey", trip(&id))).await.form("/edit/journey");
        edit.fill("/title", "Tên mới");
        let (first, second) = (clerk.send(&edit).await, clerk.send(&edit).await);
        assert_eq!((first.status, second.status), (200, 200), "{}", second.text);
        assert_eq!(first.address, second.address);
        let history = w.get("clerk.skhcn", &format!("{}/history", trip(&id))).await.json();
        assert_eq!(history["items"].as_array().unwrap().iter().filter(|act| act["action"] == "edit").count(), 1);
        // Somebody else's change between the two is still told.
        let version = w.trip("clerk.skhcn", &id).await["version"].as_i64().unwrap();
        w.patch("clerk.skhcn", &trip(&id), &format!("\"{version}\""), json!({"title": "Tên của người khác"})).await.expect(200);
        assert_eq!(clerk.send(&edit).await.status, 412);
        let delete = clerk.get(&format!("{}/delete", trip(&id))).await.form("/delete");
        let (first, second) = (clerk.send(&delete).await, clerk.send(&delete).await);
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!(first.address, second.address);
        // An amendment that is in force at once, too.
        let id = w.approved(w.later_trip(&[2, 3]).await).await;
        let mut amend = clerk.get(&format!("{}/amend", trip(&id))).await.form("/amend?");
        amend.fill("/changes/return_date", "23/4/2026").fill("/reason", "Phía bạn rút ngắn.");
        let (first, second) = (clerk.send(&amend).await, clerk.send(&amend).await);
        assert_eq!((first.status, second.status), (200, 200), "{}", second.text);
        assert_eq!(w.trip("clerk.skhcn", &id).await["amendments"].as_array().unwrap().len(), 1);
    }

    async fn a_dossier_that_was_made_is_not_begun_again(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let visit = w.visit().await;
        let first = begun(&clerk, "inbound-delegations", "visit").await;
        let mut form = clerk.get(&first).await.form("/new/visit");
        for name in ["title", "sending_organisation", "purpose", "field", "channel", "reception_level", "guest_class"] {
            if form.fields.iter().any(|(at, _)| *at == format!("/{name}")) || clerk.get(&first).await.text.contains(&format!("\"/{name}\"")) {
                form.fill(&format!("/{name}"), visit[name].as_str().unwrap());
            }
        }
        let mut page = clerk.send(&form).await;
        let mut last = None;
        for _ in 0..6 {
            let Some(action) = page.address.contains("/new/").then(|| page.form("/new/")) else { break };
            let mut form = action;
            let typed = [("/country", "Hàn Quốc"), ("/arrival_date", "23/3/2026"), ("/departure_date", "25/3/2026"), ("/headcount", "2"),
                ("/sending_organisation", "Chính quyền tỉnh Chungbuk"), ("/reception_level", "province"), ("/guest_class", "other"), ("/purpose", "official"), ("/field", "science"), ("/channel", "state")];
            for (name, value) in typed {
                if page.text.contains(&format!("name=\"{name}\"")) {
                    form.fill(name, value);
                }
            }
            page = clerk.send(&form).await;
            last = Some(form);
        }
        assert!(!page.address.contains("/new/"), "not drafted: {} {}", page.address, page.text);
        let last = last.unwrap();
        let again = clerk.send(&last).await;
        assert_eq!((again.status, &again.address), (200, &page.address));
        let count = w.get("clerk.skhcn", "/inbound-delegations?mine=true&count=true").await.json()["total"].clone();
        assert_eq!(count, json!(1));
        assert_eq!(clerk.get("/inbound-delegations/new").await.all(".rows a.title"), Vec::<String>::new());
        // What was typed since the first sending is not thrown away: it comes back in the form of the dossier.
        let mut changed = last.clone();
        let field = ["/programme/0/activity", "/note", "/title", "/sending_organisation", "/headcount"]
            .into_iter()
            .find(|name| changed.fields.iter().any(|(at, _)| at == name))
            .unwrap_or_else(|| panic!("{:?}", changed.fields));
        changed.fill(field, "Gõ thêm sau lần gửi đầu");
        let back = clerk.send(&changed).await;
        assert!(back.text.contains("Gõ thêm sau lần gửi đầu"), "{}", back.address);
        // Going back in the browser leads to the dossier.
        assert!(clerk.get(&first).await.address.ends_with("/edit/visit"));
        // What is unfinished and not wanted goes away.
        let other = begun(&clerk, "inbound-delegations", "visit").await;
        let mut form = clerk.get(&other).await.form("/new/visit");
        form.fill("/title", "Đoàn sẽ bỏ");
        clerk.send(&form).await;
        let listed = clerk.get("/inbound-delegations/new").await;
        assert_eq!(listed.all(".rows a.title"), ["Đoàn sẽ bỏ"]);
        let after = clerk.send(&listed.form("discard=true")).await;
        assert_eq!(after.all(".rows a.title"), Vec::<String>::new());
    }

    async fn a_long_list_with_its_passport_numbers_comes_back_after_the_session_ended(w) {
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/inbound-delegations/{id}/edit/guests");
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        let mut sheet = String::from("Họ và tên\tQuốc tịch\tChức vụ\tSố hộ chiếu\n");
        for n in 0..450 {
            sheet += &format!("KIM Số {n}\tHàn Quốc\tChuyên viên cao cấp phụ trách hợp tác quốc tế và xúc tiến đầu tư\tM7{n:06}\n");
        }
        form.fill("paste:text", &sheet).press("paste:do", "preview");
        let mut form = clerk.send(&form).await.form("/edit/guests");
        form.fill("/headcount", "450").press("paste:do", "replace");
        w.advance(chrono::Duration::minutes(61));
        // The rows were shown before the session ended; now they are sent too late, and after that once more.
        let ended = clerk.send(&form).await;
        assert_eq!(ended.status, 401, "{}", ended.text);
        assert!(!ended.text.contains("KIM Số 7") && !ended.text.contains("M7000007"), "what was typed stands in the page in clear");
        let back = clerk.sign_in_again(&ended, "clerk.skhcn").await;
        assert!(back.address.starts_with(&edit), "{}", back.address);
        assert_eq!(back.value("/headcount").as_deref(), Some("450"));
        // A number that is typed goes the same way, in one form.
        let mut typed = clerk.get(&edit).await.form("/edit/guests");
        typed.fill("/guests/0/passport_number", "K7654321");
        w.advance(chrono::Duration::minutes(61));
        let back = clerk.sign_in_again(&clerk.send(&typed).await, "clerk.skhcn").await;
        assert_eq!(back.value("/guests/0/passport_number").as_deref(), Some("•••••321"));
        assert_eq!(clerk.send(&back.form("/edit/guests")).await.status, 200);
        let visit = w.get("officer.snv", &format!("/inbound-delegations/{id}")).await;
        let visit = if visit.status == 200 { visit } else { w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await };
        assert!(visit.json()["guests"][0]["passport_number"].as_str().unwrap().ends_with("321"));
    }

    async fn nobody_makes_the_server_open_what_it_did_not_seal_for_a_form(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let visit = w.draft_visit(w.visit().await).await;
        // A sealed text of the database, and a text in clear, are nothing that a sign-in carries.
        let browser = Browser::new(&w);
        for held in ["carried form\n%2Ftitle=Cài%20sẵn", "s1.x.y"] {
            let mut form = browser.get("/sign-in").await.form("/sign-in");
            form.fill("/username", "clerk.skhcn").fill("/password", PASSWORD).fill("next", &format!("/inbound-delegations/{visit}/edit/visit"));
            form.press("held", held);
            let page = browser.send(&form).await;
            assert!(!page.address.contains("held="), "{}", page.address);
            assert_ne!(page.value("/title").as_deref(), Some("Cài sẵn"));
        }
        drop(clerk);
    }

    async fn a_refusal_names_whose_the_act_is(w) {
        let id = w.submitted(w.study_visit().await).await;
        let refused = w.act("officer.snv", &id, "decide", crate::world::decision("approve")).await.expect(403).json();
        let decider = w.trip("officer.snv", &id).await["steps"].as_array().unwrap().iter().find(|s| s["kind"] == "decide").unwrap()["body"].clone();
        let words = w.get("officer.snv", "/vocabulary").await.json();
        let label = words["words"]["body"].as_array().unwrap().iter().find(|b| b["code"] == decider || b["word"] == decider || b["value"] == decider).unwrap()["vi"].as_str().unwrap().to_owned();
        assert!(refused["detail"].as_str().unwrap().contains(&label), "{refused} {label}");
        let of_agency = w.act("officer.snv", &id, "withdraw", json!({"reason": "Thử."})).await.expect(403).json();
        assert!(of_agency["detail"].as_str().unwrap().contains("Thủ trưởng cơ quan"), "{of_agency}");
        let right = w.get("clerk.skhcn", "/users").await.expect(403).json();
        assert!(right["detail"].as_str().unwrap().contains("Quản trị hệ thống"), "{right}");
        // A consulted body is not told who else is asked.
        let visit = w.submitted_visit(w.visit().await).await;
        let police = w.act_in("police", &visit, "decide", crate::world::decision("approve")).await.expect(403).json();
        assert!(!police["detail"].as_str().unwrap().contains("Chủ tịch"), "{police}");
    }

    async fn a_list_says_where_a_dossier_is_and_is_filtered_in_words(w) {
        let id = w.submitted(w.small_trip().await).await;
        let visit = w.submitted_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let list = clerk.get("/outbound-delegations").await;
        assert!(list.text.contains("đang ở Sở Ngoại vụ") || list.text.contains("đang ở"), "{}", list.text);
        let found = clerk.get("/outbound-delegations?country=Nh%E1%BA%ADt+B%E1%BA%A3n&agency_id=SKHCN&from=1/3/2026&to=31-3-2026&in_plan=false").await;
        assert!(found.status == 200 && found.links().contains(&trip(&id)), "{}", found.text);
        // With script, what was chosen from the list comes beside what was typed.
        let chosen = w.agency("SKHCN").await;
        let found = clerk.get(&format!("/outbound-delegations?agency_id=So+Khoa+hoc+%E2%80%93+SKHCN&agency_id={chosen}")).await;
        assert!(found.status == 200 && found.links().contains(&trip(&id)), "{}", found.text);
        assert!(!clerk.get("/outbound-delegations?country=KR").await.links().contains(&trip(&id)));
        for (query, said) in [("year=abc", "abc"), ("from=31/2/2026", "31/2/2026"), ("country=Nowhere", "Nowhere"), ("agency_id=Khong+co", "Khong co")] {
            let page = clerk.get(&format!("/outbound-delegations?{query}")).await;
            assert!(page.status == 422 && page.all(".error-summary li").len() == 1 && page.text.contains(said), "{query}: {}", page.text);
        }
        // The police see that they were asked, neither what became of it nor a filter that tells.
        w.act_in("officer.snv", &visit, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        // Whose turn it is narrows the list of whoever is told; who is only asked finds their own turn.
        for (user, body, finds) in [("officer.snv", "provincial_police", 1), ("officer.snv", "dofa,ppc_chair", 0), ("police", "provincial_police,dofa", 1), ("police", "dofa", 0)] {
            let list = w.get(user, &format!("/inbound-delegations?waiting_for={body}&count=true")).await.expect(200).json();
            assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(finds), finds), "{user} {body}");
        }
        w.act_in("police", &visit, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        let own = w.get("police", "/inbound-delegations?waiting_for=dofa,ppc_chair,provincial_police").await.expect(200).json();
        assert_eq!(own["items"], json!([]));
        w.get("officer.snv", "/inbound-delegations?waiting_for=nobody").await.refused(400, "invalid_query");
        w.act_in("chair", &visit, "decide", crate::world::decision("approve")).await.expect(200);
        let police = Browser::signed_in(&w, "police").await;
        for address in ["/inbound-delegations".to_owned(), format!("/inbound-delegations/{visit}")] {
            let page = police.get(&address).await;
            assert!(page.status == 200 && !page.text.contains("Đã chấp thuận"), "{address}: {}", page.text);
        }
        let search = police.get("/search?q=Chungbuk").await;
        assert!(search.links().contains(&format!("/inbound-delegations/{visit}")) && !search.text.contains("Đã chấp thuận"), "{}", search.text);
        // A filter by what became of it finds the same, whatever it asks, and no file says it.
        for query in ["state=approved", "state=rejected", "state=approved,closed", "overdue=true", "waiting_for=ppc_chair"] {
            let page = police.get(&format!("/inbound-delegations?{query}")).await;
            assert!(page.links().contains(&format!("/inbound-delegations/{visit}")), "{query}: {}", page.text);
            assert!(!page.text.contains("format=xlsx") && !page.text.contains("name=\"state\""), "{}", page.text);
        }
        let seen = w.get("police", "/inbound-delegations?waiting=true").await.json();
        assert_eq!((&seen["items"][0]["waiting_for"], &seen["items"][0]["seen_whole"]), (&json!([]), &json!(false)));
    }

    async fn faults_stand_in_the_order_of_the_form_and_say_what_to_enter(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let id = w.draft(w.small_trip().await).await;
        let mut form = clerk.get(&format!("{}/edit/days-and-stops", trip(&id))).await.form("/edit/days-and-stops");
        form.fill("/departure_date", "").fill("/return_date", "31/2/2026").fill("/stops/0/country", "").fill("/stops/0/from", "27/3/26");
        let page = clerk.send(&form).await;
        assert_eq!(page.status, 422);
        let told = page.all(".error-summary li");
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], "Nhập ngày đi");
        assert!(told[1].contains("Ngày không có thật: 31/2/2026"), "{told:?}");
        assert!(told[2].starts_with("Điểm đến 1"), "{told:?}");
        // A day that can be read is told back with what it is.
        let page = clerk.get(&format!("{}/edit/days-and-stops", trip(&id))).await;
        assert!(page.all(".told-back").contains(&"Thứ Hai, 23/03/2026, ngày làm việc".to_owned()), "{:?}", page.all(".told-back"));
        // A name that fits several countries is chosen from them without script.
        let mut form = page.form("/edit/days-and-stops");
        form.fill("/stops/0/country", "Cộng hòa");
        let several = clerk.send(&form).await;
        assert!(several.status == 422 && several.all(".offers .choice").len() > 1, "{}", several.text);
        let mut form = several.form("/edit/days-and-stops");
        let code = several.html().select(&scraper::Selector::parse(".offers input").unwrap()).next().unwrap().value().attr("value").unwrap().to_owned();
        form.press("/stops/0/country", &code);
        assert_eq!(clerk.send(&form).await.status, 200);
        assert_eq!(w.trip("clerk.skhcn", &id).await["stops"][0]["country"], code);
    }

    async fn the_head_is_one_choice_and_a_part_in_question_says_so(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let id = w.draft(w.small_trip().await).await;
        let page = clerk.get(&format!("{}/edit/members", trip(&id))).await;
        assert_eq!(page.value("head").as_deref(), Some("/members/0"));
        let mut form = page.form("/edit/members");
        form.fill("head", "/members/1");
        assert_eq!(clerk.send(&form).await.status, 200);
        let now = w.trip("clerk.skhcn", &id).await;
        assert_eq!((&now["members"][0]["role"], &now["members"][1]["role"]), (&json!("member"), &json!("head")));
        assert!(clerk.get(&format!("{}/edit/papers", trip(&id))).await.address.ends_with("/attachments"));
        // Two key leaders may not travel together.
        let (version, people) = (now["version"].as_i64().unwrap(), w.officials("SKHCN").await);
        let two = json!({"members": [{"official_id": people[0], "role": "head"}, {"official_id": people[1], "role": "member"}]});
        w.patch("clerk.skhcn", &trip(&id), &format!("\"{version}\""), two).await.expect(200);
        let check = clerk.get(&format!("{}/edit/check", trip(&id))).await;
        let parts = check.all(".parts li");
        assert!(parts.iter().any(|part| part.starts_with("4.") && part.contains("Có vướng")), "{parts:?}");
        assert!(check.text.contains("Sau khi chuyển"), "{}", check.text);
        // A day that is none is told, not passed over.
        let bad = clerk.get(&format!("{}?as_of=31/2/2026", trip(&id))).await;
        assert!(bad.status == 422 && bad.text.contains("31/2/2026"), "{}", bad.status);
    }

    async fn all_other_sign_ins_end_at_once_and_faults_of_the_account_stand_at_their_field(w) {
        let (here, there) = (Browser::signed_in(&w, "chair").await, Browser::signed_in(&w, "chair").await);
        let page = here.get("/me").await;
        here.send(&page.form("/me/sessions/end-others")).await;
        assert!(there.get("/inbox").await.address.starts_with("/sign-in"));
        let page = here.get("/me").await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("end-others"));
        let mut form = page.form("/me/password");
        form.fill("/current", PASSWORD).fill("/new", "ngắn");
        let refused = here.send(&form).await;
        assert!(refused.status == 422 && refused.all("#new-e").len() == 1 && refused.text.contains("href=\"#new\""), "{}", refused.text);
    }

    async fn home_pages_lead_to_what_comes_first(w) {
        w.submitted(w.small_trip().await).await;
        let first = |page: &crate::pages::browser::Page| page.all(".page-head .button").into_iter().next();
        for (user, button) in [("clerk.skhcn", "Lập hồ sơ: đoàn ra"), ("officer.snv", "Mở hồ sơ đầu tiên"), ("admin", "Tạo tài khoản"), ("rules", "Nạp bộ quy định")] {
            let page = Browser::signed_in(&w, user).await.get("/").await;
            assert_eq!(first(&page).as_deref(), Some(button), "{user}");
        }
        // The head sees what their agency has under way, whoever drafted it, with whom it is and since when.
        let head = Browser::signed_in(&w, "head.skhcn").await.get("/").await;
        let rows: Vec<String> = head.all("#way tbody tr");
        assert!(rows.len() == 1 && rows[0].contains("đang ở") && rows[0].contains("từ"), "{rows:?}");
    }

    async fn signing_without_a_tick_keeps_the_page_and_what_was_typed(w) {
        let first = w.submitted(w.small_trip().await).await;
        let second = w.submitted(w.later_trip(&[4, 5]).await).await;
        for id in [&first, &second] {
            w.act("officer.snv", id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        }
        let director = Browser::signed_in(&w, "director.snv").await;
        let page = director.get(&format!("/inbox/sign?pick={}&pick={}", trip(&first), trip(&second))).await;
        let mut form = page.form("/inbox/sign");
        form.fill("/rows/0/number", "77/QĐ-SNgV").fill("/note", "Ghi chú chung");
        let again = director.send(&form).await;
        assert!(again.status == 422 && again.all(".error-summary li").len() == 1, "{}", again.text);
        assert_eq!(again.value("/rows/0/number").as_deref(), Some("77/QĐ-SNgV"));
        assert_eq!(again.value("/note").as_deref(), Some("Ghi chú chung"));
        assert_eq!(w.trip("director.snv", &first).await["state"], "awaiting_decision");
    }
}
