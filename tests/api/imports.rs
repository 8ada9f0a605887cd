//! Old lists come in: the sample sheets to their very figures, faults by cell, all or nothing, and back again.

use serde_json::{Value, json};

use crate::world::{World, form};

const DOAN_VAO: &[u8] = include_bytes!("../data/doan-vao-2020.xlsx");
const DOAN_RA: &[u8] = include_bytes!("../data/doan-ra-2023.xlsx");
const LOI: &[u8] = include_bytes!("../data/doan-vao-loi.xlsx");

fn expected(file: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../data/expected.json")).unwrap();
    all[file].clone()
}

async fn figures(w: &World, path: &str) -> Value {
    w.get("stats", &format!("/statistics/{path}")).await.expect(200).json()
}

/// Every row of a grouping equals what is expected of its key.
fn same_rows(found: &Value, expected: &Value) {
    let expected = expected.as_object().unwrap();
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), expected.len(), "{rows:?}");
    for row in rows {
        let key = row["key"].as_str().unwrap();
        assert_eq!(
            (&row["delegations"], &row["visits"]),
            (&expected[key]["delegations"], &expected[key]["visits"]),
            "{key}"
        );
    }
}

async fn import(w: &World, kind: &str, dry_run: &str, name: &str, bytes: &[u8]) -> Value {
    w.import("officer.snv", &[("kind", kind), ("dry_run", dry_run)], name, bytes).await.expect(201).json()
}

/// A list in CSV, as many offices export it.
async fn csv(w: &World, kind: &str, lines: &str) -> Value {
    import(w, kind, "true", "danh-sach.csv", lines.as_bytes()).await
}

fn codes(faults: &Value) -> Vec<(u64, String, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    faults
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["row"].as_u64().unwrap(), text(&f["column"]), text(&f["code"])))
        .collect()
}

on_both! {
    async fn the_inbound_list_of_2020_counts_what_its_office_counted(w) {
        let expected = expected("doan-vao-2020.xlsx");
        let batch = import(&w, "inbound", "false", "doan-vao-2020.xlsx", DOAN_VAO).await;
        assert_eq!((&batch["state"], &batch["rows"], &batch["created"]), (&json!("committed"), &expected["rows"], &expected["rows"]));
        assert_eq!((&batch["accepted"], &batch["rejected"], &batch["errors"]), (&json!(408), &json!(0), &json!([])));
        let year = figures(&w, "inbound?year=2020&by=country").await;
        assert_eq!((&year["total"]["delegations"], &year["total"]["visits"]), (&json!(408), &expected["visits"]));
        assert_eq!(year["total"]["persons"], 2208);
        same_rows(&year, &expected["by_country"]);
        let province = &figures(&w, "inbound?year=2020&reception_level=province").await["total"];
        assert_eq!((&province["delegations"], &province["visits"]), (&json!(25), &json!(150)));
        // Every unit of the list stands in the tree, closed and to be confirmed where it was not there before.
        let named: Vec<String> = codes(&batch["warnings"]).into_iter().map(|(_, _, code)| code).collect();
        assert!(named.iter().all(|code| code == "unknown_agency" || code == "duplicate_row"), "{named:?}");
        let units = w.get("admin", "/agencies?q=dai%20hoc&limit=200").await.expect(200).json();
        assert_eq!((&units["items"][0]["confirmed"], units["items"][0]["valid_to"].is_string()), (&json!(false), true));
        let by_unit = figures(&w, "inbound?year=2020&by=agency").await;
        let visits: i64 = by_unit["rows"].as_array().unwrap().iter().map(|r| r["visits"].as_i64().unwrap()).sum();
        assert_eq!(visits, 2208);
        // Figures open to the rows of the list.
        let behind = w.get("inspector", "/statistics/inbound/records?year=2020&by=country&key=TW").await.expect(200).json();
        assert_eq!(behind["items"].as_array().unwrap().len(), 2);
        assert!(behind["items"][0]["detail"].as_str().unwrap().starts_with("Theo danh sách đã nhập, đến ngày"), "{behind}");
        let id = behind["items"][0]["delegation_id"].as_str().unwrap();
        let shown = w.get("inspector", &format!("/inbound-delegations/{id}")).await.expect(200).json();
        assert_eq!((&shown["state"], &shown["imported"]["import_id"], &shown["decision"]), (&json!("closed"), &batch["id"], &Value::Null));
        let history = w.get("inspector", &format!("/inbound-delegations/{id}/history")).await.expect(200).json();
        assert_eq!(history["items"][0]["action"], "import");
    }

    async fn the_outbound_list_of_2023_counts_journeys_under_each_of_their_countries(w) {
        let expected = expected("doan-ra-2023.xlsx");
        let staged = import(&w, "outbound", "true", "doan-ra-2023.xlsx", DOAN_RA).await;
        assert_eq!((&staged["state"], &staged["rows"], &staged["created"]), (&json!("staged"), &json!(41), &json!(0)));
        assert_eq!(figures(&w, "outbound?year=2023").await["total"]["delegations"], 0);
        let id = staged["id"].as_str().unwrap();
        let committed = w.post("officer.snv", &format!("/imports/{id}/commit"), json!({})).await.expect(200).json();
        assert_eq!((&committed["state"], &committed["created"]), (&json!("committed"), &json!(41)));
        let total = figures(&w, "outbound?year=2023&by=country").await;
        assert_eq!((&total["total"]["delegations"], &total["total"]["visits"]), (&json!(41), &expected["visits"]));
        same_rows(&total, &expected["by_country"]);
        assert_eq!(total["notes"][0]["code"], "rows_do_not_add_up");
        let months = figures(&w, "outbound?year=2023&by=month").await;
        for row in months["rows"].as_array().unwrap() {
            let month = row["key"].as_str().unwrap().trim_start_matches("2023-").trim_start_matches('0').to_owned();
            assert_eq!((&row["delegations"], &row["visits"]), (&expected["by_month"][&month]["delegations"], &expected["by_month"][&month]["visits"]));
        }
        let july = &figures(&w, "outbound?from=2023-07-01&to=2023-07-31").await["total"];
        assert_eq!((&july["delegations"], &july["visits"]), (&expected["july"]["delegations"], &expected["july"]["visits"]));
        // What the list says of heads, money and plan counts too.
        let leaders = figures(&w, "outbound?year=2023&by=leader_level").await;
        assert!(leaders["rows"].as_array().unwrap().iter().any(|r| r["key"] == "ppc_vice_chair"), "{leaders}");
        let plan = figures(&w, "outbound?year=2023&in_plan=true").await;
        assert!((1..41).contains(&plan["total"]["delegations"].as_i64().unwrap()));
        // No column names a unit: the product says so and guesses none.
        assert_eq!(codes(&staged["warnings"]), [(4, "-".into(), "agency_not_stated".into())]);
        let by_unit = figures(&w, "outbound?year=2023&by=agency").await;
        assert_eq!(by_unit["rows"][0]["label"], "Chưa rõ đơn vị");
    }

    async fn faults_are_told_by_row_and_column_and_nothing_is_stored(w) {
        let files = w.files();
        let batch = import(&w, "inbound", "false", "doan-vao-loi.xlsx", LOI).await;
        assert_eq!((&batch["state"], &batch["rows"], &batch["created"]), (&json!("rejected"), &json!(11), &json!(0)));
        let expected = expected("doan-vao-loi.xlsx");
        let mut wanted: Vec<(u64, String)> = expected["rejected"].as_array().unwrap().iter()
            // The header is row 1, so the n-th row of data is row n + 1.
            .map(|f| (f["stt"].as_u64().unwrap() + 1, f["column"].as_str().unwrap().to_owned())).collect();
        let mut found: Vec<(u64, String)> = codes(&batch["errors"]).into_iter().map(|(row, column, _)| (row, column)).collect();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted);
        assert_eq!((&batch["accepted"], &batch["rejected"]), (&json!(4), &json!(7)));
        assert!(codes(&batch["warnings"]).contains(&(10, "Tên đoàn".into(), "duplicate_row".into())));
        let errors = batch["errors"].as_array().unwrap();
        let secret = errors.iter().find(|e| e["code"] == "state_secret_refused").unwrap();
        assert_eq!((&secret["row"], &secret["value"]), (&json!(11), &Value::Null));
        assert_eq!(errors.iter().find(|e| e["row"] == 3).unwrap()["value"], "31/02/2021");
        assert_eq!(figures(&w, "inbound?year=2021").await["total"]["delegations"], 0);
        assert_eq!(w.get("admin", "/agencies?q=HYPERLINK").await.expect(200).json()["items"], json!([]));
        // The file is not kept; the sheet with its remarks is, without the row.
        assert_eq!(w.files(), files + 1);
        let path = format!("/imports/{}/annotated", batch["id"].as_str().unwrap());
        let sheet = documents::sheet::read(&w.get("officer.snv", &path).await.expect(200).bytes).unwrap().remove(0);
        assert_eq!(sheet.rows[0].cell(8).text(), "Kết quả kiểm tra");
        let row = |n: u32| sheet.rows.iter().find(|r| r.number == n).unwrap();
        assert!(row(3).cell(8).text().contains("Ngày đến"), "{:?}", row(3));
        assert!(row(2).cell(8).is_empty() && row(2).cell(1).text() == "Đoàn Lào");
        assert_eq!(row(11).cells.iter().filter(|c| !c.is_empty()).count(), 1, "{:?}", row(11));
        assert_eq!(row(9).cell(6).text(), "=HYPERLINK(\"http://x\")");
        w.post("officer.snv", &format!("/imports/{}/commit", batch["id"].as_str().unwrap()), json!({})).await.refused(409, "not_possible_in_state");
    }

    async fn text_that_looks_like_a_formula_is_a_name_and_a_year_of_two_digits_is_of_this_century(w) {
        let good = "STT,Tên đoàn,Nước,Ngày đến,Ngày đi,Số người,Đơn vị tiếp,Cấp tiếp\n\
            8,Đoàn công thức,Đức,11/06/2021,12/06/2021,5,\"=HYPERLINK(\"\"http://x\"\")\",Cơ quan\n\
            11,Đoàn năm hai số,Thái Lan,01/08/21,03/08/21,7,Sở Y tế,UBND tỉnh\n";
        let batch = w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "a.csv", good.as_bytes()).await.expect(201).json();
        assert_eq!((&batch["state"], &batch["created"]), (&json!("committed"), &json!(2)));
        let units = w.get("admin", "/agencies?q=HYPERLINK").await.expect(200).json();
        assert_eq!(units["items"][0]["name"], "=HYPERLINK(\"http://x\")");
        let year = figures(&w, "inbound?year=2021&by=agency&format=json").await;
        assert_eq!(year["total"]["visits"], 12);
        // The unit of the tree is known by name.
        let syt = w.agency("SYT").await;
        assert!(year["rows"].as_array().unwrap().iter().any(|r| r["key"] == syt.as_str()));
    }

    async fn a_batch_goes_back_whole_unless_a_row_was_touched(w) {
        let batch = import(&w, "inbound", "false", "doan-vao-2020.xlsx", DOAN_VAO).await;
        let id = batch["id"].as_str().unwrap().to_owned();
        let again = w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "true")], "other-name.xlsx", DOAN_VAO).await.refused(409, "already_imported");
        assert_eq!(again["import_id"], batch["id"]);
        // A retry of the first request gets its first answer, as everywhere.
        let keyed = |key: &str| form("/imports", &[("kind", "outbound"), ("dry_run", "false")], "b.xlsx", DOAN_RA).insert_header(("Idempotency-Key", key.to_owned()));
        let first = w.as_user("officer.snv", keyed("a")).await.expect(201);
        assert_eq!(w.as_user("officer.snv", keyed("a")).await.expect(201).bytes, first.bytes);
        w.as_user("officer.snv", keyed("b")).await.refused(409, "already_imported");
        // DOFA keeps a line of the list right; its figures follow.
        let row = w.get("officer.snv", "/inbound-delegations?year=2020&limit=1").await.expect(200).json()["items"][0].clone();
        let path = format!("/inbound-delegations/{}", row["id"].as_str().unwrap());
        let shown = w.get("officer.snv", &path).await.expect(200);
        assert_eq!(shown.json()["allowed_actions"], json!(["edit", "upload", "correct-record"]));
        let etag = shown.etag();
        let more = row["headcount"].as_i64().unwrap() + 10;
        w.patch("clerk.skhcn", &path, &etag, json!({"headcount": more})).await.refused(404, "not_found");
        w.patch("officer.snv", &path, &etag, json!({"headcount": more})).await.expect(200);
        assert_eq!(figures(&w, "inbound?year=2020").await["total"]["visits"], 2218);
        w.post("officer.snv", &format!("/imports/{id}/undo"), json!({})).await.refused(409, "batch_in_use");
        assert_eq!(figures(&w, "inbound?year=2020").await["total"]["delegations"], 408);
    }

    async fn after_undo_nothing_is_left_and_the_file_may_come_again(w) {
        let before = w.get("admin", "/agencies?count=true").await.expect(200).json()["total"].clone();
        for _ in 0..2 {
            let batch = import(&w, "outbound", "false", "doan-ra-2023.xlsx", DOAN_RA).await;
            assert_eq!(batch["created"], 41);
            let path = format!("/imports/{}/undo", batch["id"].as_str().unwrap());
            // No body at all is as good as an empty one.
            let undone = w.as_user("officer.snv", World::request("POST", &path)).await.expect(200).json();
            assert_eq!(undone["state"], "undone");
            assert_eq!(figures(&w, "outbound?year=2023").await["total"]["visits"], 0);
            assert_eq!(w.get("officer.snv", "/outbound-delegations?year=2023").await.expect(200).json()["items"], json!([]));
            w.post("officer.snv", &path, json!({})).await.refused(409, "not_possible_in_state");
        }
        assert_eq!(w.get("admin", "/agencies?count=true").await.expect(200).json()["total"], before);
        assert_eq!(w.get("inspector", "/audit/verification").await.expect(200).json()["whole"], true);
    }

    async fn clerks_bring_in_their_own_agency_and_others_nothing(w) {
        let list = |unit: &str| format!("Tên đoàn;Nước;Ngày đến;Ngày đi;Số người;Đơn vị\nĐoàn A;Lào;5/3/2021;7/3/2021;6;{unit}\n");
        let send = async |user: &str, text: String| w.import(user, &[("kind", "inbound"), ("dry_run", "false")], "a.csv", text.as_bytes()).await;
        let own = send("clerk.skhcn", list("Sở KH&CN")).await.expect(201).json();
        assert_eq!(own["state"], "committed");
        let blank = send("clerk.skhcn", list("").replace("Đoàn A", "Đoàn B")).await.expect(201).json();
        assert_eq!((&blank["state"], &blank["created"]), (&json!("committed"), &json!(1)));
        for foreign in ["Sở Y tế", "Hội chữ thập đỏ"] {
            let refused = send("clerk.skhcn", list(foreign)).await.expect(201).json();
            assert_eq!((&refused["state"], codes(&refused["errors"])), (&json!("rejected"), vec![(2, "Đơn vị".into(), "foreign_agency".into())]), "{foreign}");
        }
        for user in ["stats", "inspector", "admin", "chair", "head.skhcn"] {
            send(user, list("Sở KH&CN")).await.refused(403, "forbidden");
        }
        // Heads bring plans and administrators bring accounts; who brings nothing does not see that there is anything.
        for user in ["stats", "inspector", "chair"] {
            w.get(user, "/imports").await.refused(403, "forbidden");
        }
        assert_eq!(w.get("admin", "/imports").await.expect(200).json()["items"], json!([]));
        // One's own batches only; DOFA sees all.
        let path = format!("/imports/{}", own["id"].as_str().unwrap());
        w.get("clerk.syt", &path).await.refused(404, "not_found");
        assert_eq!(w.get("officer.snv", &path).await.expect(200).json()["file_name"], "a.csv");
        assert_eq!(w.get("clerk.syt", "/imports").await.expect(200).json()["items"], json!([]));
        let first = w.get("officer.snv", "/imports?limit=1").await.expect(200).json();
        let next = first["next"].as_str().unwrap();
        let second = w.get("officer.snv", &format!("/imports?limit=1&cursor={next}")).await.expect(200).json();
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        w.import("clerk.skhcn", &[("kind", "agencies")], "a.csv", b"Code,Name\nX,Y\n").await.refused(403, "forbidden");
    }

    async fn what_is_no_list_is_refused_with_its_reason(w) {
        let send = async |texts: &[(&str, &str)], name: &str, bytes: &[u8]| w.import("officer.snv", texts, name, bytes).await;
        let kind = ("kind", "inbound");
        send(&[kind], "a.csv", b"nothing,here\n1,2\n").await.refused(422, "validation_failed");
        send(&[kind], "a.xlsx", b"PK\x03\x04 not a workbook").await.refused(415, "unsupported_media_type");
        send(&[kind], "a.csv", &[0xff, 0xfe, 0x00]).await.refused(415, "unsupported_media_type");
        send(&[("kind", "visits")], "a.csv", b"a").await.refused(422, "validation_failed");
        send(&[kind, ("dry_run", "perhaps")], "a.csv", b"a").await.refused(422, "validation_failed");
        send(&[kind, ("colour", "red")], "a.csv", b"a").await.refused(422, "validation_failed");
        send(&[], "a.csv", b"a").await.refused(422, "validation_failed");
        send(&[kind], "TỐI MẬT.csv", b"a").await.refused(422, "state_secret_refused");
        w.get("officer.snv", "/imports/01ke3m9p000zz").await.refused(404, "not_found");
        assert_eq!(w.files(), 0);
    }

    async fn lists_are_read_as_people_write_them(w) {
        let nfd: String = unicode_normalization::UnicodeNormalization::nfd("Đoàn Hà Nội").collect();
        let text = format!("SỞ NGOẠI VỤ;;;;\nDANH SÁCH ĐOÀN RA;;;;\nSố lượng;Tên đoàn;Thời gian;Nước đi;Đơn vị\n\
            12 người; {nfd}  2 ;28/12-03/01/2023;Lào và Thái Lan;SKHCN\n\
            3;Đoàn B;10.3.2022;MY;SKHCN\n\
            I. Đoàn của huyện;;;;\n\
            4;Đoàn C;16-10/03/2022;Lào;SKHCN\n\
            5;Đoàn D;01/05/2027;Lào;SKHCN\n\
            ;Tổng cộng: 3 đoàn;;;\n25;Tổng;;;\n\
            ;;;NGƯỜI LẬP;\n");
        let batch = csv(&w, "outbound", &text).await;
        assert_eq!(batch["rows"], 4, "{batch}");
        let found = codes(&batch["errors"]);
        assert_eq!(found, [(5, "Nước đi".into(), "ambiguous_country".into()), (7, "Thời gian".into(), "bad_date".into()), (8, "Thời gian".into(), "day_in_the_future".into())]);
        let warned: Vec<String> = codes(&batch["warnings"]).into_iter().map(|(row, _, code)| format!("{row} {code}")).collect();
        assert_eq!(warned, ["6 row_skipped", "9 total_differs", "10 total_differs"]);
        // The one good row alone.
        let good: String = text.lines().take(4).map(|l| format!("{l}\n")).collect();
        let batch = import(&w, "outbound", "false", "a.csv", good.as_bytes()).await;
        assert_eq!((&batch["state"], &batch["created"]), (&json!("committed"), &json!(1)));
        let item = w.get("officer.snv", "/outbound-delegations?q=ha%20noi").await.expect(200).json()["items"][0].clone();
        assert_eq!((&item["title"], &item["departure_date"], &item["return_date"]), (&json!("Đoàn Hà Nội 2"), &json!("2022-12-28"), &json!("2023-01-03")));
        assert_eq!((&item["countries"], &item["headcount"]), (&json!(["LA", "TH"]), &json!(12)));
        let nations = csv(&w, "inbound", "Tên đoàn;Quốc tịch;Từ ngày;Đến ngày;Số người;Đơn vị\nA;Đức (3), Pháp (2);1/2/2022;2/2/2022;5;SYT\nB;Đức, Pháp;1/2/2022;2/2/2022;5;SYT\n").await;
        assert_eq!(codes(&nations["errors"]), [(3, "Quốc tịch".into(), "counts_needed".into())]);
    }

    async fn merged_cells_and_headers_of_two_lines_are_read_as_people_see_them(w) {
        let mut book = rust_xlsxwriter::Workbook::new();
        let plain = rust_xlsxwriter::Format::new();
        book.add_worksheet().set_name("Bìa").unwrap().write_string(0, 0, "Sở Ngoại vụ").unwrap();
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 6, "TỔNG HỢP ĐOÀN RA NĂM 2022", &plain).unwrap();
        for (column, text) in [(0, "TT"), (1, "Tên đoàn"), (2, "Nước đi"), (5, "Số người"), (6, "Đơn vị")] {
            sheet.merge_range(2, column, 3, column, text, &plain).unwrap();
        }
        sheet.merge_range(2, 3, 2, 4, "Thời gian thực hiện", &plain).unwrap();
        sheet.write_string(3, 3, "Từ ngày").unwrap().write_string(3, 4, "Đến ngày").unwrap();
        // One journey to two countries over two rows, and a unit that stands once for three delegations.
        for column in [0, 1, 3, 4, 5] {
            let text = ["1", "Đoàn hai nước", "", "05/04/2022", "09/04/2022", "4"][usize::from(column)];
            sheet.merge_range(4, column, 5, column, text, &plain).unwrap();
        }
        sheet.write_string(4, 2, "Lào").unwrap().write_string(5, 2, "Thái Lan").unwrap();
        sheet.merge_range(4, 6, 7, 6, "SYT", &plain).unwrap();
        for (row, n) in [(6, 2), (7, 3)] {
            sheet.write_number(row, 0, n).unwrap().write_string(row, 1, format!("Đoàn {n}")).unwrap().write_string(row, 2, "Nhật").unwrap();
            sheet.write_string(row, 3, "10/05/2022").unwrap().write_string(row, 4, "11/05/2022").unwrap().write_number(row, 5, 2).unwrap();
        }
        sheet.merge_range(8, 0, 8, 4, "Tổng cộng: 3 đoàn", &plain).unwrap();
        sheet.write_number(8, 5, 8).unwrap();
        let batch = import(&w, "outbound", "false", "gop.xlsx", &book.save_to_buffer().unwrap()).await;
        assert_eq!((&batch["state"], &batch["rows"], &batch["created"]), (&json!("committed"), &json!(3), &json!(3)), "{batch}");
        assert_eq!(codes(&batch["warnings"]), [(4, "-".into(), "sheet_left_out".into())]);
        let year = figures(&w, "outbound?year=2022&by=country").await;
        assert_eq!((&year["total"]["delegations"], &year["total"]["visits"]), (&json!(3), &json!(8)));
        same_rows(&year, &json!({"LA": {"delegations": 1, "visits": 4}, "TH": {"delegations": 1, "visits": 4}, "JP": {"delegations": 2, "visits": 4}}));
        let syt = w.agency("SYT").await;
        assert_eq!(figures(&w, "outbound?year=2022&by=agency").await["rows"], json!([{"key": syt, "label": "Sở Y tế", "delegations": 3, "visits": 8, "persons": 8}]));
    }

    async fn units_unknown_to_the_tree_can_be_a_fault(w) {
        let text = b"Delegation,Country,Arrival,Departure,Persons,Host\nA,LA,2021-03-05,2021-03-07,6,Unknown Institute\n";
        let texts = [("kind", "inbound"), ("unknown_agencies", "reject")];
        let batch = w.import("officer.snv", &texts, "a.csv", text).await.expect(201).json();
        assert_eq!((&batch["state"], codes(&batch["errors"])), (&json!("rejected"), vec![(2, "Host".into(), "unknown_agency".into())]));
        let syt = w.agency("SYT").await;
        let unnamed = b"Delegation,Country,Arrival,Departure,Persons\nA,LA,2021-03-05,2021-03-07,6\n";
        let batch = w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false"), ("agency_id", &syt)], "b.csv", unnamed).await.expect(201).json();
        assert_eq!((&batch["state"], &batch["warnings"]), (&json!("committed"), &json!([])));
        assert_eq!(figures(&w, "inbound?year=2021&by=agency").await["rows"][0]["key"], syt.as_str());
        w.import("officer.snv", &[("kind", "inbound"), ("agency_id", "01ke3m9p000zz")], "c.csv", unnamed).await.refused(422, "validation_failed");
        // A unit that a list named is confirmed by DOFA.
        let created = import(&w, "inbound", "false", "d.csv", text).await;
        assert_eq!(codes(&created["warnings"])[0].2, "unknown_agency");
        let unit = w.get("admin", "/agencies?q=institute").await.expect(200).json()["items"][0].clone();
        let path = format!("/agencies/{}", unit["id"].as_str().unwrap());
        let confirmed = w.patch("officer.snv", &path, "\"1\"", json!({"confirmed": true})).await.expect(200).json();
        assert_eq!(confirmed["confirmed"], true);
    }

    async fn officials_and_units_come_in_too(w) {
        let tree = "Mã;Tên đơn vị;Trực thuộc;Khối\nPA;Phòng A;Trung tâm X;Nhà nước\nTTX;Trung tâm X;SKHCN;\nSYT;Trùng mã;;\n";
        let batch = csv(&w, "agencies", tree).await;
        assert_eq!(codes(&batch["errors"]), [(4, "Mã".into(), "already_recorded".into())]);
        let tree: String = tree.lines().take(3).map(|l| format!("{l}\n")).collect();
        let units = import(&w, "agencies", "false", "cay.csv", tree.as_bytes()).await;
        assert_eq!(units["created"], 2);
        let (room, centre) = (w.agency("PA").await, w.agency("TTX").await);
        assert_eq!(w.get("admin", &format!("/agencies/{room}")).await.expect(200).json()["parent_id"], centre.as_str());
        let list = "Họ và tên,Ngày sinh,Chức vụ,Đơn vị,Đảng viên,Diện quản lý\nTrần Thị Bình,1/2/1980,Trưởng phòng,PA,X,Cơ quan\nLê Văn Chính,,Nghề lạ,PA,,\n";
        let people = csv(&w, "officials", list).await;
        assert_eq!(codes(&people["errors"]), [(3, "Chức vụ".into(), "unknown_post_level".into())]);
        let list: String = list.lines().take(2).map(|l| format!("{l}\n")).collect();
        let people = import(&w, "officials", "false", "nguoi.csv", list.as_bytes()).await;
        assert_eq!(people["created"], 1);
        let there = w.get("inspector", &format!("/officials?agency_id={room}")).await.expect(200).json()["items"][0].clone();
        assert_eq!((&there["full_name"], &there["post_level"], &there["party_member"]), (&json!("Trần Thị Bình"), &json!("division_head"), &json!(true)));
        let undo = |batch: &Value| format!("/imports/{}/undo", batch["id"].as_str().unwrap());
        w.post("officer.snv", &undo(&units), json!({})).await.refused(409, "batch_in_use");
        w.post("officer.snv", &undo(&people), json!({})).await.expect(200);
        w.post("officer.snv", &undo(&units), json!({})).await.expect(200);
        assert_eq!(w.get("admin", "/agencies?code=PA").await.expect(200).json()["items"], json!([]));
    }

    async fn a_long_list_is_read_in_the_background(w) {
        let mut text = String::from("Tên đoàn,Nước,Ngày đến,Ngày đi,Số người,Đơn vị\n");
        for n in 0..2_500 {
            text += &format!("Đoàn số {n},Lào,{}/{}/2019,{}/{}/2019,{},SYT\n", n % 28 + 1, n % 12 + 1, n % 28 + 1, n % 12 + 1, n % 9 + 1);
        }
        let texts = [("kind", "inbound"), ("dry_run", "false")];
        let answer = w.import("officer.snv", &texts, "dai.csv", text.as_bytes()).await.expect(202);
        let path = answer.headers["location"].clone();
        let batch = answer.json();
        assert_eq!((&batch["state"], &batch["rows"], &batch["done"]), (&json!("checking"), &json!(2_500), &json!(0)));
        w.house.jobs.run_due().unwrap();
        let done = w.get("officer.snv", &path).await.expect(200).json();
        assert_eq!((&done["state"], &done["done"], &done["created"]), (&json!("committed"), &json!(2_500), &json!(2_500)));
        let year = figures(&w, "inbound?year=2019").await;
        assert_eq!(year["total"]["delegations"], 2_500);
        w.import("officer.snv", &texts, "dai.csv", text.as_bytes()).await.refused(409, "already_imported");
        // A fault in the last line, and nothing of it is stored.
        let faulty = text.replace("2019", "2018") + "Đoàn lỗi,Wakanda,1/1/2018,1/1/2018,1,SYT\n";
        let path = w.import("clerk.syt", &texts, "loi.csv", faulty.as_bytes()).await.expect(202).headers["location"].clone();
        w.house.jobs.run_due().unwrap();
        let failed = w.get("clerk.syt", &path).await.expect(200).json();
        assert_eq!((&failed["state"], &failed["rejected"], codes(&failed["errors"]).len()), (&json!("rejected"), &json!(1), 1));
        assert_eq!(figures(&w, "inbound?year=2018").await["total"]["delegations"], 0);
        // A secret is found before anything is kept, however long the list.
        let files = w.files();
        let secret = text.replace("2019", "2017").replace("Đoàn số 7,", "Đoàn MẬT,");
        let refused = w.import("clerk.syt", &texts, "mat.csv", secret.as_bytes()).await.expect(201).json();
        assert_eq!((&refused["state"], codes(&refused["errors"])), (&json!("rejected"), vec![(9, "Tên đoàn".into(), "state_secret_refused".into())]));
        assert_eq!(w.files(), files + 1);
    }
}
