//! What became of a dossier stands on its page; changes that others made meanwhile are asked about one by one; what is too long, too
//! late or elsewhere is told as a page.

use actix_web::http::Method;
use serde_json::json;

use crate::pages::browser::Browser;
use crate::world::decision;

on_both! {
    async fn decision_report_and_duties_stand_on_the_page_of_a_trip(w) {
        let id = w.submitted(w.study_visit().await).await;
        let people: Vec<String> = w.trip("officer.snv", &id).await["members"].as_array().unwrap().iter().map(|m| m["full_name"].as_str().unwrap().to_owned()).collect();
        let stays = w.trip("officer.snv", &id).await["members"][4]["official_id"].clone();
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-03-02"}})).await.expect(200);
        let mut approval = decision("approve");
        approval["members"] = json!([{"official_id": stays, "verdict": "reject"}]);
        approval["note"] = json!("Bớt một người.");
        w.act("chair", &id, "decide", approval).await.expect(200);
        let page = Browser::signed_in(&w, "clerk.skhcn").await.get(&format!("/outbound-delegations/{id}")).await;
        let decided = page.all("#decision").join(" ");
        assert!(decided.contains("Bớt một người.") && decided.contains("Chủ tịch"), "{decided}");
        let content = page.all("#content").join(" ");
        assert!(content.contains("Không được cử đi") && content.contains("quyết định không cử") && content.contains(&people[4]), "{content}");
        w.advance_days(24);
        w.act("custodian", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.advance_days(5);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-27"})).await.expect(200);
        w.act("head.skhcn", &id, "submit-report", json!({"summary": "Đã học xong.", "results": ["Ký bản ghi nhớ"]})).await.expect(200);
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let page = officer.get(&format!("/outbound-delegations/{id}")).await;
        let after = page.all("#after").join(" ");
        for said in ["Đã học xong.", "Ký bản ghi nhớ", "23/03/2026", "27/03/2026", "Nghĩa vụ"] {
            assert!(after.contains(said), "{said}: {after}");
        }
        let anchors = page.all(".anchors a");
        assert!(["Quyết định", "Thực hiện và kết quả"].iter().all(|part| anchors.iter().any(|a| a == part)), "{anchors:?}");
        // In the other language no word of ours is left in Vietnamese.
        let english = Browser::signed_in(&w, "officer.snv").await.reading("en").get(&format!("/outbound-delegations/{id}")).await;
        assert!(english.all("#after h2")[0] == "How it went" && english.all("#content").join(" ").contains("May not travel"));
    }

    async fn a_consulted_body_reads_no_outcome(w) {
        let id = w.approved_visit(w.visit().await).await;
        let page = Browser::signed_in(&w, "police").await.get(&format!("/inbound-delegations/{id}")).await;
        assert_eq!((page.all("#decision").len(), page.all("#after").len()), (0, 0));
        let secret = w.get("chair", &format!("/inbound-delegations/{id}")).await.json()["decision"].clone();
        let (number, note) = (secret["document"]["number"].as_str().unwrap().to_owned(), secret["note"].as_str().unwrap().to_owned());
        let police = Browser::signed_in(&w, "police").await;
        let seen = [format!("/inbound-delegations/{id}"), format!("/inbound-delegations/{id}/decide"), format!("/inbound-delegations/{id}/give-opinion"), format!("/inbound-delegations/{id}/attachments"), "/".into(), "/inbox".into(), "/inbound-delegations".into(),
            "/inbound-delegations?q=chungbuk".into(), "/calendar?month=2026-03".into(), "/search?q=chungbuk".into(), "/duties".into(), format!("/papers?delegation_id={id}")];
        for at in seen {
            let page = police.get(&at).await;
            for told in [number.as_str(), note.as_str(), "Đã chấp thuận", "24/Q"] {
                assert!(!page.text.contains(told), "{at}: {told}: {}", page.text);
            }
        }
        let chair = Browser::signed_in(&w, "chair").await.get(&format!("/inbound-delegations/{id}")).await;
        assert_eq!(chair.all("#decision").len(), 1);
    }

    async fn a_host_who_is_elsewhere_is_named_beside_the_programme(w) {
        let trip = w.approved(w.small_trip().await).await;
        let id = w.draft_visit(w.visit().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let title = w.trip("clerk.skhcn", &trip).await["title"].as_str().unwrap().to_owned();
        for at in ["", "/edit/programme"] {
            let page = clerk.get(&format!("/inbound-delegations/{id}{at}")).await;
            assert!(page.text.contains("Trùng lịch") && page.text.contains(&title), "{at}: {}", page.text);
        }
        let guests = clerk.get(&format!("/inbound-delegations/{id}/edit/guests")).await;
        let parts = guests.all(".parts a");
        let said = |part: &str| parts.iter().find(|p| p.contains(part)).cloned().unwrap_or_default();
        assert!(!said("Khách").contains("Có vướng"), "{parts:?}");
    }

    async fn two_people_who_amend_or_change_a_register_keep_what_both_did(w) {
        let id = w.approved(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let at = format!("/outbound-delegations/{id}/amend");
        let mut form = clerk.get(&at).await.form("/amend");
        form.fill("/changes/note", "Ghi chú của tôi").fill("/reason", "Theo thư mời mới");
        // Meanwhile somebody else amends the title.
        let other = json!({"changes": {"title": "Tên của người khác"}, "reason": "Sửa tên"});
        w.act("head.skhcn", &id, "amend", other).await.expect(200);
        let back = clerk.send(&form).await;
        assert_eq!(back.status, 412, "{}", back.text);
        let rows = back.all("table.blocks tbody tr");
        assert!(rows.iter().any(|r| r.contains("Tên của người khác")), "{rows:?}");
        // Nothing is chosen for anybody: what is left open is asked again, and a row that is added in between takes no choice away.
        let mut again = back.form("/amend");
        again.fill("keep:/changes/title", "now");
        let open = clerk.send(&again).await;
        assert_eq!(open.status, 422, "{}", open.text);
        assert!(open.all("table.blocks tbody tr").iter().all(|r| !r.contains("Tên của người khác")), "{:?}", open.all("table.blocks tbody tr"));
        let mut longer = open.form("/amend");
        longer.press("add", "/changes/members");
        let open = clerk.send(&longer).await;
        assert!(open.status == 422 && open.all("table.blocks tbody tr").iter().any(|r| r.contains("Ghi chú của tôi")), "{} {}", open.status, open.text);
        let mut again = open.form("/amend");
        again.fill("keep:/changes/note", "mine");
        let sent = clerk.send(&again).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let now = w.trip("clerk.skhcn", &id).await;
        let last = now["amendments"].as_array().unwrap().last().unwrap().to_string();
        assert!(last.contains("Ghi chú của tôi") && !last.contains("Tập huấn tại Nhật Bản"), "{last}");
        // A register: the other's post stays, my name is sent.
        let official = w.officials("SKHCN").await[3].clone();
        let path = format!("/officials/{official}");
        let etag = w.get("clerk.skhcn", &path).await.etag();
        let mut form = clerk.get(&format!("{path}/edit")).await.form("/edit");
        form.fill("/full_name", "Tên Đã Sửa");
        w.patch("head.skhcn", &path, &etag, json!({"post": "Phó Chánh Văn phòng"})).await.expect(200);
        let back = clerk.send(&form).await;
        assert_eq!(back.status, 412, "{}", back.text);
        let mut again = back.form("/edit");
        again.fill("keep:/post", "now").fill("keep:/full_name", "mine");
        assert_eq!(clerk.send(&again).await.status, 200);
        let now = w.get("clerk.skhcn", &path).await.json();
        assert_eq!((&now["full_name"], &now["post"]), (&json!("Tên Đã Sửa"), &json!("Phó Chánh Văn phòng")));
    }

    async fn an_amendment_is_typed_by_the_parts_of_its_form(w) {
        let id = w.approved(w.small_trip().await).await;
        let page = Browser::signed_in(&w, "clerk.skhcn").await.get(&format!("/outbound-delegations/{id}/amend")).await;
        let legends = page.all("form fieldset.stop-block > legend").join("|");
        for part in ["Chuyến đi", "Ngày và điểm đến", "Thành viên đoàn"] {
            assert!(legends.contains(part), "{part}: {legends}");
        }
    }

    async fn what_comes_too_late_says_who_did_it_or_where_the_dossier_is(w) {
        let id = w.submitted(w.small_trip().await).await;
        let head = Browser::signed_in(&w, "head.skhcn").await;
        let page = head.get(&format!("/outbound-delegations/{id}/submit")).await;
        assert!(page.address.starts_with(&format!("/outbound-delegations/{id}")) && page.text.contains("đã được ghi"), "{}", page.text);
        let page = head.get(&format!("/outbound-delegations/{id}/submit-report")).await;
        assert!(page.text.contains("lúc này không làm được") && page.text.contains("đang chờ"), "{}", page.text);
        // Sent all the same: what may be done instead stands there.
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let mut form = officer.get(&format!("/outbound-delegations/{id}/appraise")).await.form("/appraise");
        form.fill("/opinion", "favourable");
        w.act("clerk.skhcn", &id, "withdraw", json!({"reason": "Không đi nữa."})).await.expect(200);
        form.action = form.action.replace("version=2", "version=3");
        let late = officer.send(&form).await;
        assert!(matches!(late.status, 409 | 412), "{} {}", late.status, late.text);
    }

    async fn what_is_too_long_and_an_address_that_is_none_are_pages(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut form = clerk.get(&format!("/outbound-delegations/{id}/edit/journey")).await.form("/edit/journey");
        form.fill("/note", &"dài ".repeat(400_000));
        let page = clerk.send(&form).await;
        assert_eq!(page.status, 413);
        assert!(page.all("h1") == ["Nội dung gửi đi quá dài"] && page.text.contains("Chưa có gì được ghi"), "{}", page.text);
        let page = clerk.get("/duties?cursor=abc").await;
        assert!(page.status == 400 && page.links().contains(&"/duties".to_owned()), "{}", page.text);
        // A register that is not theirs says by which right it is opened.
        let page = clerk.get("/users/new").await;
        assert!(page.status == 403 && page.text.contains("Việc này cần quyền"), "{}", page.text);
    }

    async fn many_members_are_pasted_and_found_in_the_register(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let part = format!("/outbound-delegations/{id}/edit/members");
        let mut form = clerk.get(&part).await.form("/edit/members");
        form.fill("paste:text", "Họ và tên\tChức vụ\tVai trò\nĐặng Văn Minh\tGiám đốc\tTrưởng đoàn\nPhạm Thu Hà\tPhó Giám đốc\t\n").press("paste:do", "preview");
        let shown = clerk.send(&form).await;
        assert!(shown.all("#paste tbody tr").len() == 2 && shown.all("#paste tbody .late").is_empty(), "{}", shown.text);
        let mut form = shown.form("/edit/members");
        form.press("paste:do", "replace");
        let sent = clerk.send(&form).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let members = w.trip("clerk.skhcn", &id).await["members"].clone();
        let said: Vec<(&str, &str)> = members.as_array().unwrap().iter().map(|m| (m["full_name"].as_str().unwrap(), m["role"].as_str().unwrap())).collect();
        assert_eq!(said, [("Đặng Văn Minh", "head"), ("Phạm Thu Hà", "member")]);
        // Nobody of that name: told at the row, nothing is lost.
        let mut form = clerk.get(&part).await.form("/edit/members");
        form.fill("paste:text", "Người Không Có\n").press("paste:do", "add");
        let back = clerk.send(&form).await;
        assert!(back.status == 422 && back.text.contains("Người Không Có"), "{} {}", back.status, back.text);
    }

    async fn a_day_is_read_alike_in_every_form_and_language_and_a_wrong_one_is_told(w) {
        let id = w.draft(w.small_trip().await).await;
        for language in ["vi", "en-US,en"] {
            let clerk = Browser::signed_in(&w, "clerk.skhcn").await.reading(language);
            let at = format!("/outbound-delegations/{id}/edit/days-and-stops");
            for typed in ["27/3/2026", "27-03-2026", "27032026", "2026-03-27", "27.3.2026"] {
                let mut form = clerk.get(&at).await.form("/edit/days-and-stops");
                form.fill("/return_date", typed);
                let sent = clerk.send(&form).await;
                assert_eq!((sent.status, w.trip("clerk.skhcn", &id).await["return_date"].as_str()), (200, Some("2026-03-27")), "{typed}");
            }
            for typed in ["3/27/2026", "27/3/26", "31/2/2026"] {
                let mut form = clerk.get(&at).await.form("/edit/days-and-stops");
                form.fill("/return_date", typed);
                let sent = clerk.send(&form).await;
                assert_eq!((sent.status, sent.value("/return_date").as_deref()), (422, Some(typed)), "{typed}");
                assert_eq!(sent.all(".error-summary li").len(), 1, "{typed}: {:?}", sent.all(".error-summary li"));
            }
        }
    }

    async fn leave_that_ends_before_it_begins_is_told_as_that(w) {
        let mut trip = w.small_trip().await;
        trip["procedure"] = json!("private_travel");
        trip["leave"] = json!({"kind": "annual", "from": "2026-03-28", "to": "2026-03-22"});
        let faults = w.post("clerk.skhcn", "/outbound-delegations", trip).await.expect(422).faults();
        assert!(faults.iter().any(|(at, code)| at == "/leave/to" && code == "ends_before_it_begins"), "{faults:?}");
        assert!(faults.iter().all(|(_, code)| code != "outside_leave"), "{faults:?}");
    }

    async fn search_finds_partners_and_leads_to_people(w) {
        let created = w.post("officer.snv", "/partners", json!({"name": "Đại học Quốc gia Chungbuk", "country": "KR", "kind": "organisation"})).await;
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let page = officer.get("/search?q=chungbuk").await;
        let partner = created.json()["id"].as_str().map(|id| format!("/partners/{id}"));
        assert!(created.status == 201 && page.links().contains(&partner.unwrap()), "{} {:?}", created.status, page.links());
        let person = w.officials("SKHCN").await[0].clone();
        let page = officer.get("/search?q=dang+van+minh").await;
        let href = format!("/officials/{person}");
        assert!(page.links().contains(&href), "{:?}", page.links());
        assert_eq!(officer.get(&href).await.status, 200);
    }

    async fn papers_that_were_issued_stand_with_their_numbers_on_the_dossier(w) {
        let id = w.approved(w.small_trip().await).await;
        let made = w.post("clerk.skhcn", "/papers", json!({"delegation_id": id, "kind": "submission"})).await;
        let paper = made.json();
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let page = clerk.get(&format!("/outbound-delegations/{id}")).await;
        assert_eq!(made.status, 201, "{paper}");
        let number = paper["number"].as_str().unwrap();
        assert!(page.all("#papers").join(" ").contains(number), "{:?}", page.all("#papers"));
        let void = format!("/papers/{}/void", paper["id"].as_str().unwrap());
        assert!(page.links().contains(&void), "{:?}", page.links());
    }

    async fn the_number_that_was_issued_stands_in_the_form_of_the_decision(w) {
        let id = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let at = format!("/outbound-delegations/{id}/decide");
        let director = Browser::signed_in(&w, "director.snv").await;
        let page = director.get(&at).await;
        assert_eq!(page.value("/document/number").unwrap_or_default(), "");
        let take = page.links().into_iter().find(|l| l.starts_with("/papers/new?delegation_id=") && l.contains("kind=sending_decision")).unwrap();
        let sent = director.send(&director.get(&take).await.form("/papers/new")).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let number = w.get("director.snv", &format!("/papers?delegation_id={id}")).await.json()["items"][0]["number"].clone();
        let page = director.get(&at).await;
        assert_eq!(page.value("/document/number").as_deref(), number.as_str());
        assert!(page.links().iter().all(|l| !l.starts_with("/papers/new")), "it is taken once");
    }

    async fn every_list_leads_on_with_its_filters(w) {
        for n in 0..3 {
            let account = json!({"username": format!("moi.{n}"), "full_name": "Người Mới", "agency_id": w.agency("SKHCN").await, "roles": [{"role": "clerk"}]});
            w.post("admin", "/users", account).await.expect(201);
        }
        for (user, path) in [
            ("clerk.skhcn", "/officials?agency_id={}&limit=1"),
            ("clerk.skhcn", "/agencies?q=so&limit=1"),
            ("inspector", "/audit?action=create_user&limit=1"),
            ("admin", "/users?activated=false&limit=1"),
            ("rules", "/regulations?limit=1"),
        ] {
            let path = path.replace("{}", &w.agency("SKHCN").await);
            let (mut seen, mut next) = (0, Some(path.clone()));
            let filter = path.split(['?', '&']).nth(1).unwrap().to_owned();
            while let Some(at) = next {
                let answer = w.get(user, &at).await.expect(200);
                seen += answer.json()["items"].as_array().unwrap().len();
                next = answer.headers.get("link").map(|link| {
                    let address = link.trim_start_matches('<').split('>').next().unwrap();
                    assert!(address.contains(&filter) && address.contains("limit=1"), "{link}");
                    address.trim_start_matches("/api/v1").to_owned()
                });
                assert!(seen < 60, "{path} never ends");
            }
            let whole = w.get(user, &path.replace("limit=1", "limit=200")).await.json();
            assert_eq!(seen, whole["items"].as_array().unwrap().len(), "{path}");
        }
    }

    async fn a_file_that_is_too_large_is_told_with_its_size(w) {
        let id = w.draft(w.small_trip().await).await;
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let page = clerk.get(&format!("/outbound-delegations/{id}/attachments")).await;
        assert_eq!(page.html().select(&scraper::Selector::parse("input[type=file][data-most='10485760']").unwrap()).count(), 1);
        let at = format!("/outbound-delegations/{id}/attachments?key=tep-lon");
        let mut body = b"--grenze\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\nprogramme\r\n--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lon.pdf\"\r\n\r\n".to_vec();
        body.resize(12 << 20, b'a');
        body.extend(b"\r\n--grenze--\r\n");
        let request = clerk
            .request(Method::POST, &at)
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(("Content-Type", "multipart/form-data; boundary=grenze"))
            .insert_header(("Content-Length", body.len().to_string()))
            .set_payload(body);
        let sent = clerk.follow(request, &at).await;
        assert_eq!(sent.status, 413, "{}", sent.text);
        assert!(sent.text.contains("Tệp 12,0 MB, tối đa 10 MB. Chưa gửi"), "{}", sent.text);
    }
}
