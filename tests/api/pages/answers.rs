//! What stands beside what: a finding at the answer that it is about, what was recorded in its own words, the number of the register
//! in the form that wanted it; and lists that are printed whole.

use serde_json::json;

use crate::pages::browser::Browser;

on_both! {
    async fn a_finding_stands_at_the_answer_that_it_is_about(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        // Two key leaders.
        trip["members"] = json!([{"official_id": people[0], "role": "head"}, {"official_id": people[1], "role": "member"}]);
        let id = w.draft(trip).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let page = clerk.get(&format!("/outbound-delegations/{id}/edit/check")).await;
        let answers = page.all("dl.summary-list > div");
        let said = |label: &str| answers.iter().find(|a| a.starts_with(label)).cloned().unwrap_or_default();
        assert!(said("Thành viên").contains("lãnh đạo chủ chốt"), "{answers:?}");
        // It stands there alone.
        assert_eq!(page.all("section.panel > .finding").iter().filter(|f| f.contains("chủ chốt")).count(), 0);
    }

    async fn a_step_without_a_term_is_due_with_the_one_before(w) {
        let id = w.draft(w.study_visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let rule = clerk.get(&format!("/outbound-delegations/{id}")).await.all(".rule .steps").join(" ");
        assert!(rule.contains("cùng hạn bước trước"), "{rule}");
        assert!(!rule.contains("không định hạn"), "{rule}");
        let id = w.submitted(w.study_visit().await).await;
        let rule = clerk.get(&format!("/outbound-delegations/{id}")).await.all(".rule .steps").join(" ");
        assert!(!rule.contains("cùng hạn bước trước") && !rule.contains("không định hạn"), "{rule}");
    }

    async fn what_lacks_weighs_the_same_wherever_the_agency_looks(w) {
        let id = w.draft(w.small_trip().await).await;
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        let head = Browser::signed_in(&w, "head.skhcn").await;
        for action in ["submit", "return"] {
            let page = head.get(&format!("/outbound-delegations/{id}/{action}")).await;
            let lacks = page.all(".pill.stop");
            assert!(lacks.iter().any(|word| word == "Còn thiếu"), "{action}: {lacks:?}");
        }
    }

    async fn a_number_of_the_register_comes_back_to_the_decision_that_wanted_it(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let director = Browser::signed_in(&w, "director.snv").await;
        let decide = format!("/outbound-delegations/{id}/decide");
        let page = director.get(&decide).await;
        let to = page.links().into_iter().find(|l| l.starts_with("/papers/new?")).unwrap().replace("&amp;", "&");
        let form = director.get(&to).await.form("/papers/new");
        let back = director.send(&form).await;
        assert!(back.address.starts_with(&decide), "{} {}", back.address, back.text);
        let number = back.value("/document/number").unwrap();
        let papers = w.get("director.snv", &format!("/papers?delegation_id={id}")).await.json();
        assert_eq!(papers["items"][0]["number"], number.as_str());
    }

    async fn a_form_comes_back_with_its_key_and_gets_another_when_it_is_used(w) {
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let page = officer.get("/partners/new?key=one-and-the-same").await;
        let mut form = page.form("/partners/new");
        assert!(form.action.contains("key=one-and-the-same"), "{}", form.action);
        form.fill("/name", "Tỉnh Chiba").fill("/country", "JP").fill("/kind", "locality");
        let made = officer.send(&form).await;
        assert_eq!(made.status, 200, "{}", made.text);
        // The same again is the same.
        assert_eq!(officer.send(&form).await.address, made.address);
        form.fill("/name", "Tỉnh Gunma");
        let refused = officer.send(&form).await;
        assert!(refused.status == 422 && refused.text.contains("đã được gửi một lần với nội dung khác"), "{}", refused.text);
        let again = refused.form("/partners/new");
        assert!(!again.action.contains("one-and-the-same"), "{}", again.action);
        assert_eq!(officer.send(&again).await.status, 200);
        let all = w.get("officer.snv", "/partners?country=JP").await.json()["items"].to_string();
        assert_eq!((all.matches("Chiba\"").count(), all.matches("Gunma\"").count()), (1, 1), "{all}");
    }

    async fn a_file_that_nobody_chose_is_told_as_that(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let path = format!("/outbound-delegations/{id}/attachments");
        let told = clerk.send_file(&format!("{path}?key=k"), &[("document", "invitation")], "", b"").await;
        assert!(told.status == 422 && told.text.contains("Chưa chọn tệp."), "{} {}", told.status, told.text);
    }

    async fn a_currency_is_typed_in_small_letters_and_a_row_is_called_by_what_it_is(w) {
        let id = w.draft(w.study_visit().await).await;
        let visit = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let at = format!("/outbound-delegations/{id}/edit/inviter-and-funding");
        let mut form = clerk.get(&at).await.form("/edit/inviter-and-funding");
        form.fill("/funding/0/amount/amount", "1.200").fill("/funding/0/amount/currency", "usd");
        assert_eq!(clerk.send(&form).await.status, 200);
        assert_eq!(w.trip("clerk.skhcn", &id).await["funding"][0]["amount"], json!({"amount": 1200, "currency": "USD"}));
        let guests = clerk.get(&format!("/inbound-delegations/{visit}/edit/guests")).await;
        let legends = guests.all("legend");
        assert!(legends.iter().any(|l| l == "Khách 1") && legends.iter().all(|l| !l.starts_with("Danh sách khách 1")), "{legends:?}");
    }

    async fn countries_stand_in_the_order_of_the_language(w) {
        let of = async |language: &'static str| {
            let browser = Browser::signed_in(&w, "officer.snv").await.reading(language);
            browser.get("/partners").await.all("#f-country option")
        };
        let english = of("en").await;
        let mut sorted = english[1..].to_vec();
        sorted.sort_by_key(|name| kernel::text::fold(name));
        assert!(english.len() > 200 && english[1..] == sorted, "{english:?}");
        assert!(of("vi").await.iter().any(|name| name == "Hàn Quốc"));
    }

    async fn registers_duties_and_the_inbox_are_printed_whole(w) {
        for n in 0..60 {
            let partner = json!({"name": format!("Đối tác in {n:02}"), "country": "KR", "kind": "locality"});
            w.post("officer.snv", "/partners", partner).await.expect(201);
        }
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let page = officer.get("/partners?q=in&country=KR").await;
        assert_eq!(page.all("tbody tr").len(), 50);
        let to = page.links().into_iter().find(|l| l.contains("print=true")).unwrap();
        let print = officer.get(&to).await;
        assert!(print.all("tbody tr").len() == 60 && print.all(".lead").join("").contains("bản in: 60 dòng"), "{}", print.text);
        assert!(print.links().iter().all(|l| !l.contains("cursor=") && !l.contains("print=")), "{:?}", print.links());
        let id = w.approved(w.small_trip().await).await;
        w.advance_days(21);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.advance_days(5);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-27"})).await.expect(200);
        let officer = Browser::signed_in(&w, "officer.snv").await;
        w.submitted(w.later_trip(&[4, 5]).await).await;
        for at in ["/duties", "/inbox"] {
            let page = officer.get(at).await;
            let to = page.links().into_iter().find(|l| l.contains("print=true")).unwrap_or_else(|| panic!("{at}: {}", page.text));
            let print = officer.get(&to).await;
            assert_eq!(print.all("tbody tr").len(), page.all("tbody tr").len(), "{at}");
            assert!(print.all(".lead").join("").contains("bản in: "), "{at}: {}", print.text);
        }
    }

    async fn the_administrator_sees_when_the_trail_was_verified(w) {
        let admin = Browser::signed_in(&w, "admin").await;
        w.get("admin", "/audit/verification?last=true").await.refused(404, "not_found");
        assert!(admin.get("/").await.text.contains("Chưa kiểm chứng lần nào"));
        w.house.jobs.run_due().unwrap();
        let last = w.get("admin", "/audit/verification?last=true").await.expect(200).json();
        assert_eq!((&last["whole"], &last["at"]), (&json!(true), &json!("2026-03-02T02:00:00Z")));
        assert!(w.get("admin", "/audit/verification").await.expect(200).json().get("at").is_none());
        let page = admin.get("/").await;
        assert!(page.text.contains("Nguyên vẹn") && page.text.contains("kiểm chứng lúc"), "{}", page.text);
        // Once a day, and whoever changed a row meanwhile is found.
        crate::trail::unlock(&w);
        crate::trail::execute(&w, "UPDATE audit SET actor = 'x' WHERE seq = 1").unwrap();
        w.house.jobs.run_due().unwrap();
        assert_eq!(w.get("admin", "/audit/verification?last=true").await.json()["whole"], true);
        w.advance_days(1);
        w.house.jobs.run_due().unwrap();
        let last = w.get("admin", "/audit/verification?last=true").await.json();
        assert_eq!((&last["whole"], &last["seq"]), (&json!(false), &json!(1)));
        let page = Browser::signed_in(&w, "admin").await.get("/").await;
        assert!(page.text.contains("Không nguyên vẹn từ dòng 1"), "{}", page.text);
    }
}
