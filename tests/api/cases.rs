//! Inputs that once failed, one of each kind (`tests/data/cases/`): lists as offices really keep them.

use ngoaivu::web::health::OpenOperationSwitch;
use serde_json::{Value, json};

use crate::world::{World, form};

macro_rules! case {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../data/cases/", $name)).as_slice())
    };
}

async fn import(w: &World, kind: &str, dry_run: &str, (name, bytes): (&str, &[u8])) -> Value {
    w.import("officer.snv", &[("kind", kind), ("dry_run", dry_run)], name, bytes).await.expect(201).json()
}

/// Sheet, row, column and code of each fault.
fn faults(of: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    let one = |f: &Value| format!("{}!{} {} {}", text(&f["sheet"]), f["row"], text(&f["column"]), text(&f["code"]));
    of.as_array().unwrap().iter().map(one).collect()
}

/// State, rows, created, and the faults.
fn result(batch: &Value) -> (&str, i64, Vec<String>, Vec<String>) {
    let state = batch["state"].as_str().unwrap();
    (state, batch["rows"].as_i64().unwrap(), faults(&batch["errors"]), faults(&batch["warnings"]))
}

fn texts(of: &[&str]) -> Vec<String> {
    of.iter().map(|text| (*text).to_owned()).collect()
}

async fn total(w: &World, path: &str) -> (Value, Value) {
    let found = w.get("stats", &format!("/statistics/{path}")).await.expect(200).json();
    (found["total"]["delegations"].clone(), found["total"]["visits"].clone())
}

async fn rows_of(w: &World, path: &str) -> Vec<(String, i64, i64)> {
    let found = w.get("stats", &format!("/statistics/{path}")).await.expect(200).json();
    let number = |v: &Value| v.as_i64().unwrap();
    let row = |r: &Value| (r["key"].as_str().unwrap_or("").to_owned(), number(&r["delegations"]), number(&r["visits"]));
    found["rows"].as_array().unwrap().iter().map(row).collect()
}

on_both! {
    async fn a_mark_of_a_secret_anywhere_in_a_workbook_refuses_it(w) {
        let files = w.files();
        let batch = import(&w, "inbound", "true", case!("01-secret-other-sheet.xlsx")).await;
        let (state, _, errors, _) = result(&batch);
        assert_eq!((state, errors), ("rejected", texts(&["Phụ lục!1 A state_secret_refused"])));
        assert_eq!(batch["errors"][0]["value"], Value::Null);
        assert!(batch["errors"][0]["detail"].as_str().unwrap().contains("trang «Phụ lục», ô A1"), "{batch}");
        // Only the sheet with remarks is kept, and it has nothing of the other sheet.
        assert_eq!(w.files(), files + 1);
        let path = format!("/imports/{}/annotated", batch["id"].as_str().unwrap());
        let sheets = documents::sheet::read(&w.get("officer.snv", &path).await.expect(200).bytes).unwrap();
        assert_eq!(sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Danh sách"]);
    }

    async fn a_document_with_a_mark_is_not_kept(w) {
        let id = w.draft(w.small_trip().await).await;
        let files = w.files();
        let path = format!("/outbound-delegations/{id}/attachments");
        let (name, bytes) = case!("03-programme.docx");
        w.as_user("clerk.skhcn", form(&path, &[("document", "programme")], name, bytes)).await.refused(422, "state_secret_refused");
        let broken = [b"PK\x03\x04".as_slice(), &[0; 40]].concat();
        w.as_user("clerk.skhcn", form(&path, &[("document", "programme")], name, &broken)).await.refused(415, "unsupported_media_type");
        assert_eq!(w.files(), files);
    }

    async fn every_visible_list_is_read_and_every_other_sheet_is_named(w) {
        let hidden = import(&w, "inbound", "false", case!("04-hidden-first.xlsx")).await;
        assert_eq!(result(&hidden), ("committed", 2, vec![], texts(&["Nháp!1 - sheet_left_out"])));
        let two = import(&w, "inbound", "false", case!("05-two-months.xlsx")).await;
        assert_eq!(result(&two), ("committed", 3, vec![], vec![]));
        assert_eq!(total(&w, "inbound?year=2024").await, (json!(5), json!(27)));
        assert_eq!(rows_of(&w, "inbound?year=2024&by=month").await, [("2024-03".into(), 3, 14), ("2024-04".into(), 2, 13)]);
        let path = format!("/imports/{}/annotated", two["id"].as_str().unwrap());
        let sheets = documents::sheet::read(&w.get("officer.snv", &path).await.expect(200).bytes).unwrap();
        assert_eq!(sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Tháng 3", "Tháng 4"]);
        let summary = import(&w, "inbound", "true", case!("32-summary-first.xlsx")).await;
        assert_eq!(result(&summary), ("staged", 2, vec![], texts(&["Tổng hợp!1 - sheet_left_out"])));
    }

    async fn days_are_those_that_the_sheet_shows(w) {
        let mac = import(&w, "inbound", "false", case!("06-1904-numbers.xlsx")).await;
        assert_eq!(result(&mac), ("committed", 1, vec![], vec![]));
        let item = w.get("officer.snv", "/inbound-delegations?year=2024").await.expect(200).json()["items"][0].clone();
        assert_eq!((&item["arrival_date"], &item["departure_date"]), (&json!("2024-03-05"), &json!("2024-03-07")));
        let months = import(&w, "inbound", "false", case!("11-months.xlsx")).await;
        assert_eq!(result(&months), ("rejected", 1, texts(&["Danh sách!2 Thời gian bad_date"]), vec![]));
        let marked = import(&w, "inbound", "true", case!("22-direction-mark.xlsx")).await;
        assert_eq!(result(&marked), ("staged", 1, vec![], vec![]));
    }

    async fn births_are_in_the_past(w) {
        let find = async || {
            let list = w.get("custodian", "/officials?q=nguyen%20van%20thu").await.expect(200).json();
            list["items"][0]["birth_date"].clone()
        };
        let batch = import(&w, "officials", "false", case!("10-birth-two-digits.xlsx")).await;
        assert_eq!(result(&batch), ("committed", 1, vec![], vec![]));
        assert_eq!(find().await, "1960-02-01");
        w.post("officer.snv", &format!("/imports/{}/undo", batch["id"].as_str().unwrap()), json!({})).await.expect(200);
        let batch = import(&w, "officials", "false", case!("24-birth-serial.xlsx")).await;
        assert_eq!(result(&batch), ("committed", 1, vec![], vec![]));
        assert_eq!(find().await, "1975-01-01");
        let year = b"H\xe1\xbb\x8d t\xc3\xaan,N\xc4\x83m sinh,\xc4\x90\xc6\xa1n v\xe1\xbb\x8b,Ch\xe1\xbb\xa9c v\xe1\xbb\xa5\nTr\xe1\xba\xa7n Th\xe1\xbb\xad,1980,S\xe1\xbb\x9f Y t\xe1\xba\xbf,Chuy\xc3\xaan vi\xc3\xaan\n";
        let batch = import(&w, "officials", "true", ("nam.csv", year)).await;
        assert_eq!(result(&batch), ("staged", 1, vec![], texts(&["!2 Năm sinh birth_year_only"])));
    }

    async fn what_a_cell_says_of_head_country_and_money_is_read_or_told(w) {
        let heads = import(&w, "outbound", "false", case!("08-head-with-post.xlsx")).await;
        assert_eq!(result(&heads), ("committed", 3, vec![], vec![]));
        let mut levels = rows_of(&w, "outbound?year=2024&by=leader_level").await;
        levels.sort();
        assert_eq!(levels.iter().map(|(key, n, _)| (key.as_str(), *n)).collect::<Vec<_>>(), [("", 1), ("ppc_chair", 1), ("ppc_vice_chair", 1)]);
        let home = import(&w, "outbound", "false", case!("09-to-vietnam.xlsx")).await;
        assert_eq!(result(&home), ("rejected", 2, texts(&["Danh sách!2 Nước đến home_country"]), vec![]));
        let money = import(&w, "outbound", "false", case!("28-two-sources.xlsx")).await;
        assert_eq!(result(&money), ("committed", 1, vec![], vec![]));
        let mut sources = rows_of(&w, "outbound?year=2024&by=funding").await;
        sources.retain(|(key, ..)| !key.is_empty());
        sources.sort();
        assert_eq!(sources.iter().map(|(key, n, _)| (key.as_str(), *n)).collect::<Vec<_>>(), [("provincial_budget", 1), ("self", 1)]);
        let unread = "Tên đoàn;Nước;Ngày đi;Ngày về;Số người;Trưởng đoàn;Kinh phí\nĐoàn;Lào;1/3/2023;2/3/2023;2;Ông A, Cục trưởng Cục Thử;NSNN, quỹ Thử\n";
        let batch = import(&w, "outbound", "true", ("a.csv", unread.as_bytes())).await;
        assert_eq!(result(&batch).3, texts(&["!1 - agency_not_stated", "!2 Trưởng đoàn post_not_read", "!2 Kinh phí unknown_value"]));
        let counts = import(&w, "inbound", "true", case!("29-number-first.xlsx")).await;
        assert_eq!(result(&counts), ("staged", 1, vec![], vec![]));
        let people = import(&w, "inbound", "true", case!("30-people-words.xlsx")).await;
        assert_eq!(result(&people), ("staged", 2, vec![], vec![]));
    }

    async fn rows_that_are_no_delegations_are_not_read_as_such(w) {
        let numbers = import(&w, "inbound", "true", case!("14-column-numbers.xlsx")).await;
        assert_eq!(result(&numbers), ("staged", 1, vec![], vec![]));
        let signatures = import(&w, "inbound", "true", case!("15-signatures.xlsx")).await;
        assert_eq!(result(&signatures), ("staged", 1, vec![], vec![]));
        let groups = import(&w, "inbound", "true", case!("16-groups.xlsx")).await;
        assert_eq!(result(&groups), ("staged", 2, vec![], vec![]));
        let again = import(&w, "inbound", "true", case!("17-header-again.xlsx")).await;
        assert_eq!(result(&again), ("staged", 2, vec![], vec![]));
        let hints = import(&w, "inbound", "true", case!("18-header-with-hints.xlsx")).await;
        assert_eq!(result(&hints), ("staged", 1, vec![], vec![]));
        let eth = import(&w, "inbound", "true", case!("21-eth.xlsx")).await;
        assert_eq!(result(&eth), ("staged", 1, vec![], vec![]));
        // A group whose sum is wrong is told; signatures without a total above them, too.
        let list = "STT;Tên đoàn;Nước;Ngày đến;Ngày đi;Số người\nA;Đoàn cấp tỉnh;;;;9\nI;Quý I;;;;5\n1;Đoàn A;Lào;5/3/2024;7/3/2024;5\n\
            II;Quý II;;;;3\n2;Đoàn B;Đức;5/4/2024;7/4/2024;4\nB;Đoàn cấp sở;;;;2\n3;Đoàn C;Cộng hòa Séc;6/4/2024;6/4/2024;2\n\
            ;Thử, ngày 5 tháng 1 năm 2025;;;;\n;NGƯỜI LẬP BIỂU;;GIÁM ĐỐC;;\n;Trần Thử;;Lê Văn Thử;;\n";
        let batch = import(&w, "inbound", "true", ("nhom.csv", list.as_bytes())).await;
        let told = ["!5 Số người total_differs", "!9 Tên đoàn row_skipped", "!10 Tên đoàn row_skipped", "!11 Tên đoàn row_skipped"];
        let warnings: Vec<String> = result(&batch).3.into_iter().filter(|w| !w.contains("agency_not_stated")).collect();
        assert_eq!((result(&batch).0, result(&batch).1, warnings), ("staged", 3, texts(&told)));
    }

    async fn a_header_that_is_not_understood_is_named_once(w) {
        let list = "STT;Tên đoàn;Nơi xuất phát;Ngày đến;Ngày đi;Số người\n1;A;Lào;5/3/2024;7/3/2024;5\n2;B;Lào;5/3/2024;x;5\n";
        let batch = import(&w, "inbound", "true", ("a.csv", list.as_bytes())).await;
        let (state, rows, errors, _) = result(&batch);
        assert_eq!((state, rows, errors), ("rejected", 2, texts(&["!1 - missing_column", "!3 Ngày đi bad_date"])));
        assert!(batch["errors"][0]["detail"].as_str().unwrap().contains("«Nơi xuất phát»"), "{batch}");
        assert_eq!(batch["rejected"], 2);
    }

    async fn csv_is_numbered_and_divided_as_a_spreadsheet_does_it(w) {
        let blank = import(&w, "inbound", "true", case!("19-blank-lines.csv")).await;
        assert_eq!(result(&blank), ("rejected", 2, texts(&["!6 Ngày đến bad_date"]), vec![]));
        let commas = import(&w, "inbound", "true", case!("20-semicolons-and-commas.csv")).await;
        assert_eq!(result(&commas), ("staged", 4, vec![], vec![]));
    }

    async fn files_that_no_spreadsheet_would_write_are_read_or_refused(w) {
        let long = format!("Tên đoàn;Nước;Ngày đến;Ngày đi;Số người;Đơn vị\n{};Lào;5/3/2024;6/3/2024;5;SYT\n", "a".repeat(40_000));
        let batch = import(&w, "inbound", "true", ("dai.csv", long.as_bytes())).await;
        assert_eq!(result(&batch).2, texts(&["!2 Tên đoàn too_long"]));
        w.get("officer.snv", &format!("/imports/{}/annotated", batch["id"].as_str().unwrap())).await.expect(200);
        let (_, good) = case!("05-two-months.xlsx");
        let with = |change: &dyn Fn(&str, String) -> String| {
            let mut from = zip::ZipArchive::new(std::io::Cursor::new(good)).unwrap();
            let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for at in 0..from.len() {
                let mut part = from.by_index(at).unwrap();
                let name = part.name().unwrap().into_owned();
                let mut text = String::new();
                std::io::Read::read_to_string(&mut part, &mut text).unwrap();
                to.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
                std::io::Write::write_all(&mut to, change(&name, text).as_bytes()).unwrap();
            }
            to.finish().unwrap().into_inner()
        };
        let beyond = with(&|name, text| if name.ends_with("sheet1.xml") { text.replace("<row r=\"2\"", "<row r=\"1048577\"").replace("r=\"A2\"", "r=\"A1048577\"") } else { text });
        let send = async |name: &str, bytes: &[u8]| w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "true")], name, bytes).await;
        send("xa.xlsx", &beyond).await.refused(415, "unsupported_media_type");
        let nameless = with(&|name, text| if name == "xl/workbook.xml" { text.replace("Tháng 3", "''").replace("Tháng 4", "''") } else { text });
        let batch = send("khong-ten.xlsx", &nameless).await.expect(201).json();
        w.get("officer.snv", &format!("/imports/{}/annotated", batch["id"].as_str().unwrap())).await.expect(200);
    }

    async fn what_cannot_be_trusted_is_told(w) {
        let old = "STT;Tên đoàn;Nước;Ngày đến;Ngày đi;Số người\n1;§oµn c¸n bé Lµo;Lào;5/3/2024;7/3/2024;5\n";
        let batch = import(&w, "inbound", "true", ("cu.csv", old.as_bytes())).await;
        assert_eq!(result(&batch).2, texts(&["!2 Tên đoàn legacy_font"]));
        let mut book = rust_xlsxwriter::Workbook::new();
        let struck = rust_xlsxwriter::Format::new().set_font_strikethrough();
        let sheet = book.add_worksheet();
        for (at, name) in (0u16..).zip(["Tên đoàn", "Nước", "Ngày đến", "Ngày đi", "Số người"]) {
            sheet.write_string(0, at, name).unwrap();
            for (row, text) in (1u32..).zip([["A", "Lào", "5/3/2024", "6/3/2024", "5"], ["B", "Đức", "5/3/2024", "6/3/2024", "5"], ["C", "Pháp", "5/3/2024", "6/3/2024", "5"]]) {
                let text = text[usize::from(at)];
                if row == 2 { sheet.write_string_with_format(row, at, text, &struck).unwrap(); } else { sheet.write_string(row, at, text).unwrap(); }
            }
        }
        sheet.set_row_hidden(3).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let batch = import(&w, "inbound", "true", ("an.xlsx", &bytes)).await;
        let told: Vec<String> = result(&batch).3.into_iter().filter(|w| !w.contains("agency_not_stated")).collect();
        assert_eq!((result(&batch).0, told), ("staged", texts(&["Sheet1!3 - struck_rows", "Sheet1!4 - hidden_rows"])));
    }

    async fn a_february_is_reported_beside_the_whole_february_before(w) {
        for (title, first, last, people) in [("29 tháng 2", "2024-02-29", "2024-03-01", 4), ("10 tháng 2", "2024-02-10", "2024-02-10", 3), ("Năm sau", "2025-02-28", "2025-02-28", 7)] {
            let list = format!("Tên đoàn;Nước;Ngày đến;Ngày đi;Số người;Đơn vị\n{title};Lào;{first};{last};{people};SYT\n");
            assert_eq!(import(&w, "inbound", "false", ("a.csv", list.as_bytes())).await["state"], "committed");
        }
        let report = w.post("stats", "/reports", json!({"kind": "month", "year": 2025, "period": 2})).await.expect(201).json();
        let summary = report["tables"].as_array().unwrap().iter().find(|t| t["code"] == "summary").unwrap();
        let line = summary["rows"].as_array().unwrap().iter().find(|l| l["key"] == "inbound").unwrap();
        assert_eq!((&line["visits"], &line["previous"]["visits"]), (&json!(7), &json!(7)), "{line}");
        assert_eq!(line["percent"]["visits"], 0.0, "{line}");
    }

    async fn a_unit_that_has_ended_is_not_used_any_more(w) {
        let syt = w.agency("SYT").await;
        let change = json!({"kind": "rename", "on": "2025-03-01", "from": [syt], "to": [{"code": "SYTM", "name": "Sở Y tế mới"}],
            "document": {"number": "1/NQ-HĐND", "date": "2025-02-20"}});
        w.post("officer.snv", "/agency-changes", change).await.expect(201);
        let body = |agency: &str, day: &str| json!({"title": "Đoàn khách thử", "host_agency_id": agency, "channel": "state",
            "sending_organisation": "Tỉnh Thử", "country": "LA", "purpose": "official", "reception_level": "agency", "guest_class": "c",
            "arrival_date": day, "departure_date": day, "headcount": 2, "classification": "unclassified"});
        let refused = w.post("clerk.syt", "/inbound-delegations", body(&syt, "2026-08-01")).await.refused(422, "validation_failed");
        assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!("/host_agency_id"), &json!("agency_ended")));
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("«Sở Y tế mới»"), "{refused}");
        let new = w.agency("SYTM").await;
        let draft = w.post("clerk.syt", "/inbound-delegations", body(&new, "2026-08-01")).await.expect(201).json();
        let path = format!("/inbound-delegations/{}", draft["id"].as_str().unwrap());
        let etag = w.get("clerk.syt", &path).await.etag();
        let coordinating = json!({"coordinating_agency_ids": [syt]});
        let refused = w.patch("clerk.syt", &path, &etag, coordinating).await.refused(422, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/coordinating_agency_ids/0");
        // Lists name units as they were on the day; after its end, a unit is refused with its successor.
        let list = |day: &str| format!("Tên đoàn;Nước;Ngày đến;Ngày đi;Số người;Đơn vị\nĐoàn;Lào;{day};{day};2;SYT\n");
        assert_eq!(import(&w, "inbound", "true", ("a.csv", list("28/02/2025").as_bytes())).await["state"], "staged");
        let later = import(&w, "inbound", "true", ("a.csv", list("01/03/2025").as_bytes())).await;
        assert_eq!(result(&later).2, texts(&["!2 Đơn vị agency_ended"]));
        assert!(later["errors"][0]["detail"].as_str().unwrap().contains("«Sở Y tế mới»"), "{later}");
    }

    async fn a_text_in_a_workbook_is_what_was_written(w) {
        let mut body = w.small_trip().await;
        body["title"] = json!("+84 đoàn bạn");
        w.draft(body).await;
        let sheet = w.get("clerk.skhcn", "/outbound-delegations?format=xlsx").await.expect(200).bytes;
        let rows = documents::sheet::read(&sheet).unwrap().remove(0).rows;
        assert!(rows[1].cells.iter().any(|c| c.text() == "+84 đoàn bạn"), "{rows:?}");
        let csv = w.get("clerk.skhcn", "/outbound-delegations?format=csv").await.expect(200).bytes;
        assert!(String::from_utf8_lossy(&csv).contains("'+84 đoàn bạn"));
    }

    async fn a_list_of_tags_and_a_star_allow_a_change(w) {
        let id = w.draft(w.small_trip().await).await;
        let path = format!("/outbound-delegations/{id}");
        let note = || json!({"note": "thử"});
        let etag = w.get("clerk.skhcn", &path).await.etag();
        w.patch("clerk.skhcn", &path, "W/\"1\", \"zzz\"", note()).await.refused(412, "version_conflict");
        w.patch("clerk.skhcn", &path, &format!("\"zzz\", {etag}"), note()).await.expect(200);
        w.patch("clerk.skhcn", &path, &etag, note()).await.refused(412, "version_conflict");
        w.patch("clerk.skhcn", &path, "*", note()).await.expect(200);
    }

    async fn head_is_answered_wherever_get_is(w) {
        for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/openapi.json", 200), ("/nowhere", 404)] {
            let request = actix_web::test::TestRequest::with_uri(path).method(actix_web::http::Method::HEAD);
            w.send(request.peer_addr("127.0.0.1:40000".parse().unwrap())).await.expect(status);
        }
        for path in ["/me", "/outbound-delegations", "/inbox", "/agencies", "/vocabulary"] {
            let got = w.get("chair", path).await.expect(200);
            let head = w.as_user("chair", World::request("HEAD", path)).await.expect(200);
            assert_eq!(head.headers.get("content-type"), got.headers.get("content-type"), "{path}");
        }
        let refused = w.as_user("chair", World::request("HEAD", "/auth/refresh")).await;
        assert_eq!((refused.status, refused.headers["allow"].as_str()), (405, "POST"));
    }

    async fn what_is_meant_for_operators_answers_this_machine_alone_unless_it_is_opened(w) {
        let ask = |path: &str, from: &str, proxy: Option<&str>| {
            let request = actix_web::test::TestRequest::with_uri(path).peer_addr(from.parse().unwrap());
            proxy.into_iter().fold(request, |request, name| request.insert_header((name.to_owned(), "10.1.2.3")))
        };
        let closed = ["127.0.0.1:4000 x-forwarded-for", "127.0.0.1:4000 forwarded", "10.1.2.3:4000", "[2001:db8::1]:4000"];
        for path in ["/metrics", "/docs/"] {
            for from in closed {
                let (from, proxy) = from.split_once(' ').map_or((from, None), |(from, proxy)| (from, Some(proxy)));
                w.send(ask(path, from, proxy)).await.refused(404, "not_found");
            }
            for here in ["127.0.0.1:4000", "[::1]:4000", "[::ffff:127.0.0.1]:4000"] {
                w.send(ask(path, here, None)).await.expect(200);
            }
        }
        let w = w.set(|house| house.open_operation = OpenOperationSwitch(true)).await;
        for path in ["/metrics", "/docs/"] {
            w.send(ask(path, "10.1.2.3:4000", Some("x-forwarded-for"))).await.expect(200);
        }
    }

    async fn a_trip_across_the_end_of_the_calendar_is_decided_in_time(w) {
        let asked = json!({"procedure": "outbound", "regulation": "mau", "received_on": "2027-11-15", "departure_date": "2027-12-20",
            "return_date": "2027-12-29", "purpose": "study_visit", "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
            "stops": [{"country": "TH", "days": 10}], "travellers": [{"ref": "a", "role": "head", "post_level": "staff", "managed_by": "agency",
            "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false, "key_leader": false, "locality": "x",
            "under_discipline": false, "missions_this_year": 1}], "documents": ["request_letter", "invitation", "programme"]});
        let answer = w.post("clerk.skhcn", "/assessments", asked).await.expect(200).json();
        assert_eq!(answer["decider"]["body"], "dofa_director");
        assert!(answer["steps"].as_array().unwrap().iter().all(|s| s["due_on"].as_str().unwrap().starts_with("2027-11")), "{answer}");
        let duty = answer["obligations"].as_array().unwrap().iter().find(|o| o["code"] == "passport_return").unwrap();
        assert_eq!(duty["due_on"], Value::Null);
        let notes: Vec<&str> = answer["notes"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect();
        assert!(notes.contains(&"holiday_table_missing"), "{notes:?}");
        // The same as a dossier: submitted, appraised, decided.
        w.advance_days(623);
        let mut body = w.small_trip().await;
        (body["departure_date"], body["return_date"]) = (json!("2027-12-20"), json!("2027-12-29"));
        (body["stops"][0]["from"], body["stops"][0]["to"]) = (json!("2027-12-20"), json!("2027-12-29"));
        let id = w.submitted(body).await;
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
    }
}
