//! What each role sees first (§3 of the contract of the pages), and where it leads.

use serde_json::{Value, json};

use crate::pages::browser::{Browser, Page};

fn panel(page: &Page, heading: &str) -> String {
    let html = page.html();
    let all = scraper::Selector::parse("section.panel").unwrap();
    let found = html.select(&all).find(|panel| {
        let h2 = scraper::Selector::parse("h2").unwrap();
        panel.select(&h2).any(|h| h.text().collect::<String>().trim() == heading)
    });
    found.unwrap_or_else(|| panic!("no panel {heading}: {:?}", page.all("h2"))).text().collect::<Vec<_>>().join(" ")
}

fn days_of(mut trip: Value, day: &str) -> Value {
    for at in ["/departure_date", "/return_date", "/stops/0/from", "/stops/0/to"] {
        *trip.pointer_mut(at).unwrap() = json!(day);
    }
    trip
}

on_both! {
    async fn the_custodian_hands_out_what_waits_and_takes_back_what_is_out(w) {
        let custodian = Browser::signed_in(&w, "custodian").await;
        let home = custodian.get("/").await;
        assert!(panel(&home, "Hộ chiếu chờ giao").contains("Không có hộ chiếu nào chờ giao"));
        assert!(home.all("h2").iter().all(|h| h != "Thẩm định") && !home.text.contains("Không có việc chờ"), "they sign nothing");
        // Of both who travel an official passport is kept: of one a second, which is lost.
        let people = w.officials("SKHCN").await;
        for (n, number) in [(2, "O7654321"), (3, "O7654322"), (3, "O7654323")] {
            let kept = json!({"kind": "official", "passport_number": number, "issued_on": "2026-01-05", "expires_on": "2031-01-05"});
            let made = w.post("custodian", &format!("/officials/{}/passports", people[n]), kept).await.expect(201).json();
            if number == "O7654323" {
                let lost = json!({"standing": "lost", "on": "2026-03-01", "document": {"number": "1", "date": "2026-03-01"}});
                w.post("custodian", &format!("/officials/{}/passports/{}/report", people[n], made["id"].as_str().unwrap()), lost).await.expect(200);
            }
        }
        let trip = w.approved(w.small_trip().await).await;
        let due = w.get("custodian", "/custodies/due-out").await.expect(200).json();
        let dossier = w.trip("custodian", &trip).await;
        let travel: Vec<&str> = dossier["members"].as_array().unwrap().iter().map(|m| m["official_id"].as_str().unwrap()).collect();
        let listed: Vec<&str> = due["items"].as_array().unwrap().iter().map(|d| d["official"]["id"].as_str().unwrap()).collect();
        assert_eq!(listed.len(), travel.len());
        assert!(travel.iter().all(|id| listed.contains(id)) && due["items"][0]["kind"] == "official", "{due}");
        // Page by page the same people, each once.
        let first = w.get("custodian", "/custodies/due-out?limit=1").await.json();
        let next = w.get("custodian", &format!("/custodies/due-out?limit=1&cursor={}", first["next"].as_str().unwrap())).await.json();
        let both: Vec<&Value> = [&first, &next].map(|page| &page["items"][0]["official"]["id"]).to_vec();
        assert_eq!(both, [&due["items"][0]["official"]["id"], &due["items"][1]["official"]["id"]]);
        assert_eq!(next["next"], Value::Null);
        for user in ["clerk.skhcn", "officer.snv", "police"] {
            w.get(user, "/custodies/due-out").await.refused(403, "forbidden");
        }
        // The row leads to the form, filled in.
        let home = custodian.get("/").await;
        let name = due["items"][0]["official"]["full_name"].as_str().unwrap();
        assert!(panel(&home, "Hộ chiếu chờ giao").contains(name));
        let href = home.links().into_iter().find(|l| l.starts_with("/custodies/new?delegation_id=") && l.contains(listed[0])).unwrap();
        let mut form = custodian.get(&href).await.form("/custodies/new");
        form.fill("/receipt", "12/BN").fill("/on", "02/03/2026");
        let sent = custodian.send(&form).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let home = custodian.get("/").await;
        assert!(panel(&home, "Hộ chiếu đang giao").contains(name) && !panel(&home, "Hộ chiếu chờ giao").contains(name));
        let back = home.links().into_iter().find(|l| l.starts_with("/custodies/") && l.ends_with("/return")).unwrap();
        assert!(custodian.get(&back).await.text.contains(name));
        // After the last day nobody hands anything out; what is out is overdue, in working days.
        w.advance_days(60);
        let custodian = Browser::signed_in(&w, "custodian").await;
        assert_eq!(w.get("custodian", "/custodies/due-out").await.json()["items"], json!([]));
        let out = panel(&custodian.get("/").await, "Hộ chiếu đang giao");
        assert!(out.contains("ngày làm việc") && out.contains("1 quá hạn"), "{out}");
    }

    async fn the_statistician_sees_figures_as_of_today_and_the_reports_to_come(w) {
        let stats = Browser::signed_in(&w, "stats").await;
        let home = stats.get("/").await;
        assert!(panel(&home, "Số liệu năm 2026").contains("Số liệu đến 02/03/2026"));
        assert!(panel(&home, "Báo cáo đến kỳ").contains("Chưa đặt lịch"));
        let schedule = json!({"kind": "month", "days_after": 3, "recipients": []});
        let made = w.post("stats", "/report-schedules", schedule).await.expect(201).json();
        assert_eq!(made["next_on"], "2026-03-03");
        let list = w.get("stats", "/report-schedules").await.json();
        assert_eq!(list["items"][0]["next_on"], "2026-03-03");
        w.post("stats", "/reports", json!({"kind": "annual", "year": 2025})).await.expect(201);
        let home = stats.get("/").await;
        assert!(panel(&home, "Báo cáo đến kỳ").contains("chốt ngày 03/03/2026"), "{}", panel(&home, "Báo cáo đến kỳ"));
        assert!(home.links().iter().any(|l| l.starts_with("/reports/")), "{:?}", home.links());
    }

    async fn the_administrator_of_rules_sees_what_applies_what_changes_and_what_is_in_doubt(w) {
        let applies = w.get("rules", "/regulations?applies=true").await.expect(200).json();
        let codes: Vec<&str> = applies["items"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"mau") && codes.contains(&"national") && !codes.contains(&"an-giang"), "{codes:?}");
        let rules = Browser::signed_in(&w, "rules").await;
        let home = rules.get("/").await;
        assert!(panel(&home, "Văn bản đang áp dụng tại tỉnh").contains("Quy chế mẫu"));
        assert!(panel(&home, "Chưa đọc đủ, hoặc chưa rõ ngày hiệu lực").contains("Chưa đọc được văn bản"));
        let pack = "code = \"tinh-mau-2027\"\nversion = 1\ntitle = \"Quy chế 2027 của tỉnh mẫu\"\ndocument = \"QĐ 5/2027\"\nstatus = \"verified\"\njurisdiction = \"tinh-mau\"\nreplaces = \"mau\"\nin_force_from = 2027-01-01\nextends = \"national\"\n[[authority]]\nid = \"chair\"\nfor = [\"outbound\"]\ndecider = \"ppc_chair\"\nstatus = \"verified\"\ncitation = \"QĐ 5/2027 Đ.4\"\n";
        let load = crate::world::World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(pack);
        w.as_user("rules", load).await.expect(201);
        let said = panel(&rules.get("/").await, "Sắp thay đổi");
        assert!(said.contains("Quy chế 2027 của tỉnh mẫu") && said.contains("có hiệu lực từ 01/01/2027"), "{said}");
        let codes = async || w.get("rules", "/regulations?applies=true&limit=200").await.json().to_string();
        assert!(!codes().await.contains("tinh-mau-2027"));
        w.advance_days(400);
        assert!(codes().await.contains("tinh-mau-2027"));
    }

    async fn the_inspector_searches_and_sees_what_is_late_and_what_was_done(w) {
        w.submitted(w.small_trip().await).await;
        w.advance_days(30);
        let inspector = Browser::signed_in(&w, "inspector").await;
        let home = inspector.get("/").await;
        assert!(home.text.contains("chỉ xem"));
        assert!(panel(&home, "Hồ sơ quá hạn").contains("1 hồ sơ"), "{}", panel(&home, "Hồ sơ quá hạn"));
        assert!(panel(&home, "Nhật ký, mới nhất").contains("inspector"));
        assert_eq!(home.html().select(&scraper::Selector::parse("main form[action='/search'] input[name=q]").unwrap()).count(), 1);
        let found = inspector.get("/search?q=nhat+ban").await;
        assert!(found.text.contains("Tập huấn tại Nhật Bản"));
    }

    async fn deciders_see_what_waits_and_who_travels_and_nothing_else(w) {
        let id = w.approved(days_of(w.small_trip().await, "2026-03-04")).await;
        for user in ["director.snv", "chair"] {
            let home = Browser::signed_in(&w, user).await.get("/").await;
            assert!(home.text.contains("Không có việc chờ"), "{user}");
            // The Chair had no part in what the director decides.
            let seen = user == "director.snv";
            assert_eq!(panel(&home, "Đang đi, đang đến trong 7 ngày").contains("04/03/2026"), seen, "{user}");
            assert_eq!(home.links().contains(&format!("/outbound-delegations/{id}")), seen);
            assert_eq!(home.all("h2").len(), 1, "{user}: {:?}", home.all("h2"));
        }
        let visit = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &visit, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let police = Browser::signed_in(&w, "police").await.get("/").await;
        assert_eq!(police.all(".page-head .button"), ["Mở hồ sơ đầu tiên"]);
        assert!(police.all("table.inbox tbody tr").len() == 1 && police.text.contains("Được hỏi ý kiến"));
        let next = w.submitted(w.later_trip(&[4]).await).await;
        w.act("officer.snv", &next, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let director = Browser::signed_in(&w, "director.snv").await.get("/").await;
        assert_eq!(director.all(".page-head .button"), ["Mở hồ sơ đầu tiên"]);
        assert!(director.all(".panel-head p").iter().any(|p| p.starts_with('1')), "{:?}", director.all(".panel-head p"));
    }

    async fn the_party_office_sees_whose_answers_are_due_and_begins_with_the_first(w) {
        let id = w.submitted(w.study_visit().await).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        let office = Browser::signed_in(&w, "office.vptu").await;
        let home = office.get("/").await;
        let body = home.all("h2").into_iter().find(|h| h.contains(':')).unwrap_or_default();
        assert!(body.contains("Thường trực Tỉnh ủy"), "{:?}", home.all("h2"));
        assert_eq!(home.all(".page-head .button")[0], "Ghi ý kiến");
        let first = home.links().into_iter().find(|l| l.ends_with("/consent")).unwrap();
        assert_eq!(first, format!("/outbound-delegations/{id}/consent"));
        assert_eq!(office.get(&first).await.status, 200);
    }

    async fn a_clerk_finds_what_the_head_sent_back_among_what_is_to_mend_and_how_late_it_is(w) {
        let id = w.draft(w.small_trip().await).await;
        for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        w.act("head.skhcn", &id, "return", json!({"note": "Ghi rõ người đi cùng."})).await.expect(200);
        let list = w.get("clerk.skhcn", "/outbound-delegations?waiting=true").await.json();
        assert_eq!(list["items"][0]["returned"], "Ghi rõ người đi cùng.");
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let home = clerk.get("/").await;
        let mend = home.all("#mend tbody tr");
        assert!(mend.len() == 1 && mend[0].contains("Thủ trưởng trả lại") && mend[0].contains("Ghi rõ người đi cùng."), "{mend:?}");
        assert_eq!(home.all("#drafts tbody tr").len(), 0);
        // Once it is asked for again, it is on its way; what is not asked for says nothing of it.
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        let list = w.get("clerk.skhcn", "/outbound-delegations?waiting=true").await.json();
        assert_eq!(list["items"][0].get("returned"), None);
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        // Overdue over a weekend: days on which nobody works are not counted.
        w.advance_days(11);
        let home = Browser::signed_in(&w, "clerk.skhcn").await.get("/").await;
        let way = home.all("#way tbody tr").join(" ");
        let due: chrono::NaiveDate = w.trip("clerk.skhcn", &id).await["due_on"].as_str().unwrap().parse().unwrap();
        let worked = due.iter_days().skip(1).take_while(|d| *d <= "2026-03-13".parse().unwrap());
        let worked = worked.filter(|d| chrono::Datelike::weekday(d).num_days_from_monday() < 5).count();
        assert!(worked > 0 && way.contains(&format!("quá hạn {worked} ngày làm việc")), "{worked} {way}");
    }

    async fn both_registers_are_shown_however_full_one_of_them_is(w) {
        for n in 0..14 {
            let day = format!("2026-06-{:02}", n + 1);
            w.draft(days_of(w.small_trip().await, &day)).await;
        }
        let visit = w.draft_visit(w.visit().await).await;
        let home = Browser::signed_in(&w, "clerk.skhcn").await.get("/").await;
        assert!(home.links().contains(&format!("/inbound-delegations/{visit}")));
        let all = home.links().into_iter().find(|l| l.starts_with("/outbound-delegations?state=draft")).unwrap();
        assert!(home.all(".tally a").iter().any(|t| t.starts_with("15 bản nháp")), "{:?}", home.all(".tally a"));
        let list = Browser::signed_in(&w, "clerk.skhcn").await.get(&all).await;
        assert_eq!((list.status, list.all("tbody tr").len()), (200, 14));
    }

    async fn an_import_that_waits_stands_on_the_first_page(w) {
        let sheet = "Tên đơn vị,Mã,Loại\nBan Quản lý khu công nghệ,BQLKCN,department\n".as_bytes();
        let state = w.import("admin", &[("kind", "agencies")], "co-quan.csv", sheet).await.json();
        let home = Browser::signed_in(&w, "admin").await.get("/").await;
        assert!(matches!(state["state"].as_str(), Some("staged" | "checking")), "{state}");
        assert!(panel(&home, "Danh sách đang nhập").contains("co-quan.csv"));
        assert!(panel(&home, "Hệ thống").contains("Chưa đặt máy chủ thư"), "{}", panel(&home, "Hệ thống"));
        let mail = w.get("admin", "/mail").await.expect(200).json();
        assert_eq!(mail, json!({"configured": false, "waiting": 0, "failed": 0, "last_sent_at": null, "last_error": null}));
        w.get("clerk.skhcn", "/mail").await.refused(403, "forbidden");
    }
}
