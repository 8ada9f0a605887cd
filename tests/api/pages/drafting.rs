//! Drafting: the parts of a form, what is wrong with them before there is a dossier, what is kept while somebody types.

use serde_json::json;

use crate::pages::browser::{Browser, Form, Page};

const NEW: &str = "/outbound-delegations/new";

/// The labels of the parts with how far each is.
fn parts(page: &Page) -> Vec<String> {
    page.all(".parts li").into_iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The form of the first part of a new dossier.
async fn first_part(clerk: &Browser<'_>, begin: &str) -> Form {
    let page = clerk.get(begin).await;
    // Unfinished ones stand above it.
    let first = page.links().into_iter().rfind(|link| link.contains("/new/journey?copy=")).unwrap();
    clerk.get(&first).await.form("/new/journey")
}

on_both! {
    async fn a_trip_has_six_parts_and_a_private_journey_one_more(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let home = clerk.get("/").await;
        assert_eq!(home.all(".page-head .button"), ["Lập hồ sơ: đoàn ra", "Lập hồ sơ: việc riêng", "Lập hồ sơ: đoàn vào"]);
        let begin = clerk.get(NEW).await;
        assert_eq!(begin.all(".task-list li").len(), 6, "{:?}", begin.all(".task-list li"));
        let mut form = first_part(&clerk, NEW).await;
        form.fill("/title", "Đoàn thử");
        let page = clerk.send(&form).await;
        let of_official = parts(&page);
        assert_eq!(of_official.len(), 6, "{of_official:?}");
        assert!(of_official[4].starts_with("5. Giấy tờ") && of_official[5].starts_with("6. Kiểm tra"), "{of_official:?}");
        let private = home.links().into_iter().find(|link| link.contains("procedure=private_travel")).unwrap();
        let form = first_part(&clerk, &private).await;
        assert!(form.fields.contains(&("/procedure".to_owned(), "private_travel".to_owned())), "{:?}", form.fields);
        let page = clerk.send(&form).await;
        let of_private = parts(&page);
        assert!(of_private.len() == 7 && of_private[4].starts_with("5. Nghỉ phép"), "{of_private:?}");
    }

    async fn what_contradicts_itself_is_told_before_there_is_a_dossier(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let page = clerk.send(&first_part(&clerk, NEW).await).await;
        let token = page.form("/new/").action.split("copy=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let part = |name: &str| format!("{NEW}/{name}?copy={token}");
        let mut days = clerk.get(&part("days-and-stops")).await.form("/new/days-and-stops");
        days.fill("/departure_date", "25/3/2026").fill("/return_date", "21/3/2026");
        let told = clerk.send(&days).await;
        assert!(told.status == 422 && told.all(".error-summary li").len() == 1, "{:?}", told.all(".error-summary li"));
        assert!(parts(&told)[2].ends_with("Có vướng"), "{:?}", parts(&told));
        // A stop outside of the journey is told beside the stop.
        days.fill("/return_date", "30/3/2026").fill("/stops/0/country", "Lào").fill("/stops/0/place", "Viêng Chăn");
        days.fill("/stops/0/from", "24/3/2026").fill("/stops/0/to", "30/3/2026");
        let told = clerk.send(&days).await;
        assert!(told.status == 422 && told.all(".error-summary li")[0].starts_with("Điểm đến 1"), "{:?}", told.all(".error-summary li"));
        days.fill("/stops/0/from", "25/3/2026");
        assert_eq!(clerk.send(&days).await.status, 200);
        // A delegation without a head is not done.
        let people = w.officials("SKHCN").await;
        let mut members = clerk.get(&part("members")).await.form("/new/members");
        members.fill("/members/0/official_id", &people[2]).fill("/members/0/role", "member");
        let told = clerk.send(&members).await;
        assert!(told.status == 422 && parts(&told)[3].ends_with("Có vướng"), "{:?} {:?}", parts(&told), told.all(".error-summary li"));
        // Whoever comes back sees it, too; the parts that are right stay right.
        let back = clerk.get(&part("members")).await;
        assert!(back.status == 200 && back.all(".error-summary li").len() == 1, "{}", back.text);
        assert!(parts(&back)[2].ends_with("Xong"), "{:?}", parts(&back));
        // Every answer so far, with what lacks, and what the rule asks for once that is known.
        let check = clerk.get(&part("check")).await;
        assert!(check.status == 200 && check.text.contains("Viêng Chăn") && check.text.contains("Chưa thành hồ sơ"), "{}", check.text);
        assert!(check.all(".finding").iter().any(|line| line.contains("Cần sửa")), "{:?}", check.all(".finding"));
        // Nothing of this is a dossier.
        assert_eq!(w.get("clerk.skhcn", "/outbound-delegations?mine=true&count=true").await.json()["total"], 0);
    }

    async fn the_api_says_of_a_content_as_typed_what_saving_it_would_be_refused_for(w) {
        let people = w.officials("SKHCN").await;
        let asked = |body: serde_json::Value| w.post("clerk.skhcn", "/outbound-delegations/assessment", body);
        let faults = |answer: serde_json::Value| answer["faults"].as_array().into_iter().flatten().map(|f| f["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        // What is not there is unknown, not wrong.
        assert_eq!(faults(asked(json!({})).await.expect(200).json()), [""; 0]);
        let reversed = asked(json!({"departure_date": "2026-03-25", "return_date": "2026-03-21"})).await.expect(200).json();
        assert_eq!(faults(reversed.clone()), ["/return_date"]);
        assert!(reversed["unknown"].as_array().unwrap().contains(&json!("/return_date")));
        let without_head = json!({"procedure": "outbound", "departure_date": "2026-03-21", "return_date": "2026-03-25",
            "members": [{"official_id": people[2], "role": "member"}]});
        assert_eq!(faults(asked(without_head).await.expect(200).json()), ["/members"]);
        // Stops hang on days: nothing is said of them before those are known.
        let stops = json!([{"country": "LA", "place": "Viêng Chăn", "from": "2026-03-21", "to": "2026-03-22"}]);
        assert_eq!(faults(asked(json!({"stops": stops})).await.expect(200).json()), [""; 0]);
        let outside = asked(json!({"stops": stops, "departure_date": "2026-03-22", "return_date": "2026-03-28"})).await.expect(200).json();
        assert_eq!(faults(outside), ["/stops/0/from"]);
        // A visit, as well: its guests are more than were announced.
        let visit = json!({"headcount": 1, "guests": [{"full_name": "KIM Min", "nationality": "KR", "role": "head"}, {"full_name": "LEE Jun", "nationality": "KR", "role": "member"}]});
        let answer = w.post("clerk.skhcn", "/inbound-delegations/assessment", visit).await.expect(200).json();
        assert_eq!(faults(answer), ["/headcount"]);
    }

    async fn papers_that_lack_stop_the_submission_before_it_is_sent(w) {
        let id = w.draft(w.small_trip().await).await;
        let head = Browser::signed_in(&w, "head.skhcn").await;
        let submit = format!("/outbound-delegations/{id}/submit");
        let page = head.get(&submit).await;
        let lines = page.all(".finding");
        assert!(lines[0].starts_with("Còn thiếu") && !lines.iter().any(|line| line.starts_with("Lưu ý") && line.contains("Thiếu giấy tờ")), "{lines:?}");
        // Whoever may add papers is led there.
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        assert!(clerk.get(&format!("/outbound-delegations/{id}/request-signature")).await.links().contains(&format!("/outbound-delegations/{id}/attachments")));
        // It is what the API says to it.
        assert_eq!(head.send(&page.form("/submit")).await.status, 409);
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        assert!(head.get("/inbox").await.text.contains("Còn thiếu"));
    }

    async fn the_form_of_an_act_comes_back_at_another_computer(w) {
        let id = w.submitted(w.small_trip().await).await;
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let appraise = format!("/outbound-delegations/{id}/appraise");
        let mut form = officer.get(&appraise).await.form("/appraise");
        form.fill("/note", "Đề nghị làm rõ kinh phí.");
        // What script does while somebody types.
        let mut typing = form.clone();
        let version = form.action.split("version=").nth(1).unwrap().to_owned();
        typing.action = format!("{appraise}/rule?version={version}");
        assert_eq!(officer.send(&typing).await.status, 204);
        let elsewhere = Browser::signed_in(&w, "officer.snv").await;
        let page = elsewhere.get(&appraise).await;
        assert!(page.text.contains("chưa gửi"), "{}", page.text);
        let restore = page.links().into_iter().find(|link| link.contains("held=")).unwrap();
        let back = elsewhere.get(&restore).await;
        assert_eq!(back.value("/note").as_deref(), Some("Đề nghị làm rõ kinh phí."));
        // Nobody else sees it, and after the act it is gone.
        assert!(!Browser::signed_in(&w, "director.snv").await.get(&format!("/outbound-delegations/{id}")).await.text.contains("làm rõ kinh phí"));
        let mut form = back.form("/appraise?");
        form.fill("/opinion", "favourable");
        assert_eq!(elsewhere.send(&form).await.status, 200);
        let copies = w.get("officer.snv", "/me/working-copies").await.json();
        assert_eq!(copies["items"], json!([]));
        // A mark of secrecy is kept nowhere.
        let other = w.submitted(w.later_trip(&[4, 5]).await).await;
        let appraise = format!("/outbound-delegations/{other}/appraise");
        let mut secret = officer.get(&appraise).await.form("/appraise");
        secret.fill("/note", "Tài liệu MẬT");
        secret.action = format!("{appraise}/rule");
        officer.send(&secret).await;
        assert_eq!(w.get("officer.snv", "/me/working-copies").await.json()["items"], json!([]));
    }

    async fn pasted_rows_come_back_after_the_session_ended_without_a_number_on_the_page(w) {
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/inbound-delegations/{id}/edit/guests");
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        let mut sheet = String::from("Họ và tên\tQuốc tịch\tChức vụ\tSố hộ chiếu\n");
        for n in 0..480 {
            sheet += &format!("KIM Số {n}\tHàn Quốc\tChuyên viên cao cấp phụ trách hợp tác quốc tế và xúc tiến đầu tư\tM7{n:06}\n");
        }
        form.fill("paste:text", &sheet).press("paste:do", "preview");
        // Once before the rows were shown, and once when their numbers were hidden already.
        for _ in 0..2 {
            w.advance(chrono::Duration::minutes(61));
            let back = clerk.sign_in_again(&clerk.send(&form).await, "clerk.skhcn").await;
            assert!(back.address.starts_with(&edit), "{}", back.address);
            let kept = back.value("paste:text").unwrap();
            assert!(kept.contains("KIM Số 479") && !back.text.contains("M7000479"), "{}", kept.len());
            form = back.form("/edit/guests");
            form.fill("/headcount", "480").press("paste:do", "replace");
        }
        let done = clerk.send(&form).await;
        assert_eq!(done.status, 200, "{:?}", done.all(".error-summary li"));
        let guests = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.json()["guests"].clone();
        assert_eq!(guests.as_array().unwrap().len(), 480);
        assert!(guests[479]["passport_number"].as_str().unwrap().ends_with("479"));
    }

    async fn a_new_dossier_is_typed_in_any_order_and_found_again(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        // A part that is saved first does not forget what they came for.
        let form = first_part(&clerk, &format!("{NEW}?procedure=private_travel")).await;
        let token = form.action.split("copy=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let days = format!("{NEW}/days-and-stops?copy={token}&procedure=private_travel");
        let mut form = clerk.get(&days).await.form("/new/days-and-stops");
        form.fill("/departure_date", "10/4/2026").fill("/return_date", "14/4/2026");
        let next = clerk.send(&form).await;
        assert_eq!(parts(&next).len(), 7, "{:?}", parts(&next));
        let journey = clerk.get(&format!("{NEW}/journey?copy={token}")).await.form("/new/journey");
        assert!(journey.fields.contains(&("/procedure".to_owned(), "private_travel".to_owned())), "{:?}", journey.fields);
        // Whoever changes an answer from the check comes back to it.
        let check = clerk.get(&format!("{NEW}/check?copy={token}")).await;
        let change = check.links().into_iter().find(|link| link.contains("/days-and-stops") && link.contains("to=check")).unwrap();
        let mut form = clerk.get(&change).await.form("/new/days-and-stops");
        form.fill("/return_date", "15/4/2026");
        let back = clerk.send(&form).await;
        assert!(back.address.contains("/new/check?copy="), "{}", back.address);
        assert!(back.text.contains("15/04/2026"));
        // The first page of the clerk leads there, too; of a draft it is the same way.
        let home = clerk.get("/").await;
        assert!(home.text.contains("Bản nhập dở") && home.links().iter().any(|link| link.contains(&token)), "{}", home.text);
        let id = w.draft(w.small_trip().await).await;
        let check = clerk.get(&format!("/outbound-delegations/{id}/edit/check")).await;
        let change = check.links().into_iter().find(|link| link.contains("/edit/journey?to=check")).unwrap();
        let mut form = clerk.get(&change).await.form("/edit/journey");
        form.fill("/title", "Tên khác");
        assert!(clerk.send(&form).await.address.ends_with("/edit/check"));
        // Opened from a bookmark, the answer of the regulation stands beside the form all the same.
        let asked = clerk.request(actix_web::http::Method::GET, &days).insert_header(("Sec-Fetch-Site", "none"));
        let text = String::from_utf8_lossy(&w.send(asked).await.bytes).into_owned();
        assert!(text.contains("id=\"r-h\""), "{text}");
        // Who may not draft reads it before they type.
        for user in ["inspector", "police", "chair"] {
            let refused = Browser::signed_in(&w, user).await.get(NEW).await;
            assert!(refused.status == 403 && refused.text.contains("Chuyên viên lập hồ sơ"), "{user}: {} {}", refused.status, refused.text);
        }
    }

    async fn pasted_rows_are_not_lost_and_their_passports_not_shown(w) {
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let edit = format!("/inbound-delegations/{id}/edit/guests");
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        let sheet = "Họ và tên\tQuốc tịch\tSố hộ chiếu\nKIM\tHàn Quốc\tKX1234567 cấp 2020\nLEE\tHàn Quốc\tHC: N7777777\nPARK\tHàn Quốc\tM1112223\n";
        form.fill("paste:text", sheet);
        // Sent without a look at the rows: they are shown, and nothing is saved without them.
        let shown = clerk.send(&form).await;
        assert!(shown.status == 200 && shown.all("#paste tbody tr").len() == 3 && shown.text.contains("Chưa lưu"), "{}", shown.text);
        for number in ["KX1234567", "N7777777", "M1112223"] {
            assert!(!shown.text.contains(number), "{number}");
        }
        let faulty = shown.all("#paste tbody tr").iter().filter(|row| row.contains("Không phải số hộ chiếu")).count();
        assert_eq!(faulty, 2);
        let mut form = shown.form("/edit/guests");
        form.fill("/headcount", "3").press("paste:do", "replace");
        let refused = clerk.send(&form).await;
        assert_eq!(refused.status, 422, "{:?}", refused.all(".error-summary li"));
        assert!(!refused.text.contains("KX1234567"));
        // Columns that were mistaken tell no number, either.
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        form.fill("paste:text", "KIM\tM5556667\tHàn Quốc\n").press("paste:column:0", "full_name").press("paste:column:1", "nationality").press("paste:do", "preview");
        let mistaken = clerk.send(&form).await;
        assert!(mistaken.all("#paste tbody tr")[0].contains("Không có nước này") && !mistaken.text.contains("M5556667"), "{:?}", mistaken.all("#paste tbody tr"));
        // A row that is taken away after the look leaves the numbers of the others theirs.
        let mut form = clerk.get(&edit).await.form("/edit/guests");
        form.fill("paste:text", "Họ và tên\tQuốc tịch\tSố hộ chiếu\nKIM\tHàn Quốc\tM1110001\nLEE\tHàn Quốc\tM2220002\nPARK\tHàn Quốc\tM3330003\n").press("paste:do", "preview");
        let mut form = clerk.send(&form).await.form("/edit/guests");
        let fewer: Vec<String> = form.fields.iter().find(|(name, _)| name == "paste:text").unwrap().1.lines().filter(|line| !line.contains("KIM")).map(str::to_owned).collect();
        form.fill("paste:text", &fewer.join("\n")).fill("/headcount", "2").press("paste:do", "replace");
        let done = clerk.send(&form).await;
        assert_eq!(done.status, 200, "{:?}", done.all(".error-summary li"));
        let guests = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.json()["guests"].clone();
        let last: Vec<String> = guests.as_array().unwrap().iter().map(|g| g["passport_number"].as_str().unwrap().chars().rev().take(2).collect()).collect();
        assert_eq!(last, ["20", "30"], "{guests}");
    }

    async fn every_box_that_was_ticked_is_kept(w) {
        let id = w.submitted(w.small_trip().await).await;
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let address = format!("/outbound-delegations/{id}/request-supplement");
        let mut form = officer.get(&address).await.form("/request-supplement");
        form.press("/missing", "programme").press("/missing", "invitation").press("/missing", "cost_estimate");
        form.action = format!("{address}/rule?version=4");
        officer.send(&form).await;
        let page = officer.get(&address).await;
        let restore = page.links().into_iter().find(|link| link.contains("held=")).unwrap();
        let back = officer.get(&restore).await.form("/request-supplement");
        let ticked: Vec<&str> = back.fields.iter().filter(|(name, _)| name == "/missing").map(|(_, word)| word.as_str()).collect();
        assert_eq!(ticked.len(), 3, "{ticked:?}");
    }

    async fn passports_of_an_unfinished_dossier_stand_in_no_page_and_are_no_fault(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let begin = clerk.get("/inbound-delegations/new").await;
        let first = begin.links().into_iter().find(|link| link.contains("/new/visit?copy=")).unwrap();
        let guests = first.replace("/new/visit", "/new/guests");
        let mut form = clerk.get(&guests).await.form("/new/guests");
        form.fill("/headcount", "2").press("add", "/guests");
        let mut form = clerk.send(&form).await.form("/new/guests");
        form.fill("/guests/0/full_name", "KIM Min").press("add", "/guests");
        let mut form = clerk.send(&form).await.form("/new/guests");
        for (n, name) in ["KIM Min", "LEE Jun"].iter().enumerate() {
            form.fill(&format!("/guests/{n}/full_name"), name).fill(&format!("/guests/{n}/nationality"), "Hàn Quốc");
            // Their last letters are the same.
            form.fill(&format!("/guests/{n}/passport_number"), &format!("M{n}654321")).fill(&format!("/guests/{n}/role"), "member");
        }
        assert_eq!(clerk.send(&form).await.status, 200);
        let back = clerk.get(&guests).await;
        assert_eq!(back.all(".error-summary li"), [""; 0]);
        assert!(parts(&back)[2].ends_with("Xong"), "{:?}", parts(&back));
        // The session ends with the form open: its numbers come back, however often the page is loaded.
        let late = back.form("/new/guests");
        w.advance(chrono::Duration::minutes(61));
        let restored = clerk.sign_in_again(&clerk.send(&late).await, "clerk.skhcn").await;
        for page in [&restored, &clerk.get(&restored.address).await] {
            assert_eq!(page.value("/guests/0/passport_number").as_deref(), Some("•••••321"));
        }
        let check = clerk.get(&first.replace("/new/visit", "/new/check")).await;
        assert!(check.text.contains("KIM Min") && !check.text.contains("M0654321") && !check.text.contains("M1654321"), "{}", check.text);
    }

    async fn a_form_that_came_too_late_is_given_to_nobody_else(w) {
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let id = w.draft(w.small_trip().await).await;
        let edit = format!("/outbound-delegations/{id}/edit/journey");
        let mut form = clerk.get(&edit).await.form("/edit/journey");
        form.fill("/note", "Chỉ mình tôi biết.");
        w.advance(chrono::Duration::minutes(61));
        let other = clerk.sign_in_again(&clerk.send(&form).await, "head.skhcn").await;
        assert!(!other.address.contains("held=") && !other.text.contains("Chỉ mình tôi biết."), "{}", other.address);
        assert_eq!(w.get("head.skhcn", "/me/working-copies").await.json()["items"], json!([]));
        // Whose it is finds it, and once it is sent nothing of it is kept.
        w.advance(chrono::Duration::minutes(61));
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        w.advance(chrono::Duration::minutes(61));
        let back = clerk.sign_in_again(&clerk.send(&form).await, "clerk.skhcn").await;
        assert_eq!(back.value("/note").as_deref(), Some("Chỉ mình tôi biết."));
        assert_eq!(clerk.send(&back.form("/edit/journey")).await.status, 200);
        assert_eq!(w.get("clerk.skhcn", "/me/working-copies").await.json()["items"], json!([]));
    }

    async fn what_the_office_looks_after_stands_on_its_first_page_if_it_is_nothing(w) {
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let headings = |page: &Page| page.all("h2");
        let page = officer.get("/").await;
        for part in ["Thẩm định", "Chỉ định thẩm quyền", "Quá hạn ý kiến", "Hồ sơ chờ đóng"] {
            assert!(headings(&page).contains(&part.to_owned()), "{part}: {:?}", headings(&page));
        }
        // The police let their day pass.
        let visit = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &visit, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.advance(chrono::Duration::days(30));
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let page = officer.get("/").await;
        let late = page.all("#overdue tbody tr");
        assert_eq!(late.len(), 1, "{late:?} {}", page.text);
        assert!(page.links().contains(&format!("/inbound-delegations/{visit}")));
        // A journey that is over and reported waits to be closed.
        w.act_in("police", &visit, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        let mut trip = w.small_trip().await;
        for day in ["/departure_date", "/return_date", "/stops/0/from", "/stops/0/to"] {
            *trip.pointer_mut(day).unwrap() = json!("2026-05-04");
        }
        let trip = w.approved(trip).await;
        w.advance(chrono::Duration::days(33));
        w.act("custodian", &trip, "record-departure", json!({"on": "2026-05-04"})).await.expect(200);
        w.act("clerk.skhcn", &trip, "record-return", json!({"on": "2026-05-04"})).await.expect(200);
        w.act("head.skhcn", &trip, "submit-report", json!({"summary": "Xong.", "results": ["Ký"]})).await.expect(200);
        let page = Browser::signed_in(&w, "officer.snv").await.get("/").await;
        assert_eq!((page.all("#close tbody tr").len(), page.all("#overdue tbody tr").len()), (1, 0));
        assert!(page.all("#close .panel-head p")[0].starts_with("1 · 04/05/2026"), "{:?}", page.all("#close .panel-head p"));
    }

    async fn accounts_that_nobody_uses_are_shown_to_the_administrator(w) {
        let unused = |days: u32| format!("/users?activated=true&unused_days={days}&count=true");
        Browser::signed_in(&w, "clerk.syt").await;
        let before = w.get("admin", &unused(45)).await.json()["total"].as_i64().unwrap();
        w.advance(chrono::Duration::days(46));
        Browser::signed_in(&w, "clerk.skhcn").await;
        let list = w.get("admin", &unused(45)).await.json();
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|u| u["username"].as_str().unwrap()).collect();
        assert!(names.contains(&"clerk.syt") && !names.contains(&"clerk.skhcn") && !names.contains(&"admin"), "{names:?}");
        assert!(list["total"].as_i64().unwrap() > before);
        w.get("admin", "/users?unused_days=0").await.refused(400, "invalid_query");
        let home = Browser::signed_in(&w, "admin").await.get("/").await;
        assert!(home.text.contains("Tài khoản không dùng 45 ngày") && home.text.contains("clerk.syt"), "{}", home.text);
    }

    async fn an_order_that_is_none_and_a_place_of_another_list_keep_the_list(w) {
        w.submitted(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        for (address, field) in [("/outbound-delegations?sort=bad&q=nhat", true), ("/outbound-delegations?cursor=abc&q=nhat", true), ("/officials?cursor=abc", false)] {
            let page = clerk.get(address).await;
            assert!(page.status == 422 && page.all(".error-summary li").len() == 1, "{address}: {} {}", page.status, page.text);
            assert!(!field || page.text.contains("value=\"nhat\""), "{address}");
        }
    }
}
