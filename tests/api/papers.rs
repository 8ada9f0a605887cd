//! Papers of the office: numbered without a gap, in the order of NĐ 30/2020, from templates that the office may change.

use std::io::Read;

use documents::docx::{CELL, paragraph, write};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{World, decision, form};

/// The text of a DOCX, paragraph by paragraph.
fn lines(bytes: &[u8]) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    let text = |part: &str| {
        let runs =
            part.split("<w:t").skip(1).filter_map(|r| r.split_once('>')).filter_map(|(_, r)| r.split_once("</w:t>"));
        runs.map(|(text, _)| text.replace("&amp;", "&")).collect::<String>()
    };
    xml.split("</w:p>").map(text).filter(|t| !t.trim().is_empty()).collect()
}

pub async fn file(w: &World, user: &str, paper: &Value) -> Vec<String> {
    let path = format!("/papers/{}/file", paper["id"].as_str().unwrap());
    let answer = w.get(user, &path).await.expect(200);
    assert!(answer.headers["content-type"].ends_with("wordprocessingml.document"));
    lines(&answer.bytes)
}

async fn user_name(w: &World, username: &str) -> String {
    let all = w.get("admin", "/users?limit=200").await.expect(200).json();
    let found = all["items"].as_array().unwrap().iter().find(|u| u["username"] == username).unwrap().clone();
    found["full_name"].as_str().unwrap().to_owned()
}

async fn issue(w: &World, user: &str, id: &str, kind: &str) -> crate::world::Answer {
    w.post(user, "/papers", json!({"delegation_id": id, "kind": kind})).await
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|l| l.contains(part))
}

on_both! {
    async fn a_trip_has_its_submission_decision_and_report(w) {
        let id = w.submitted(w.study_visit().await).await;
        let paper = issue(&w, "clerk.skhcn", &id, "submission").await.expect(201).json();
        assert_eq!((paper["number"].as_str(), paper["ordinal"].as_i64(), paper["year"].as_i64()), (Some("01/TTr-SKHCN"), Some(1), Some(2026)));
        let told = file(&w, "officer.snv", &paper).await;
        // The components in their order (NĐ 30/2020/NĐ-CP Đ.8).
        let order = ["ỦY BAN NHÂN DÂN TỈNH MẪU", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Số: 01/TTr-SKHCN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc", "Mẫu, ngày 02 tháng 3 năm 2026", "TỜ TRÌNH", "Kính gửi: Chủ tịch Ủy ban nhân dân tỉnh; Sở Ngoại vụ",
            "Căn cứ Quy chế mẫu", "Theo thư mời của Tỉnh Chungbuk", "Tổng số: 5 người", "Tổng số: 5 ngày", "350.000.000 VND (Ba trăm năm mươi triệu đồng)", "Nơi nhận:", "GIÁM ĐỐC"];
        let mut at = 0;
        for part in order {
            at += told[at..].iter().position(|l| l.contains(part)).unwrap_or_else(|| panic!("{part} after line {at}: {told:#?}"));
        }
        assert!(!told.iter().any(|l| l.contains("{{")), "{told:#?}");
        issue(&w, "clerk.skhcn", &id, "submission").await.refused(409, "already_exists");
        issue(&w, "clerk.skhcn", &id, "sending_decision").await.refused(403, "forbidden");
        issue(&w, "officer.snv", &id, "submission").await.refused(403, "forbidden");
        issue(&w, "officer.snv", &id, "sending_decision").await.refused(409, "not_possible_in_state");

        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("office.vptu", &id, "consent", json!({"verdict": "agree", "document": {"number": "1", "date": "2026-03-02"}})).await.expect(200);
        let kind = issue(&w, "officer.snv", &id, "permission").await;
        assert_eq!(kind.faults(), [("/kind".to_owned(), "not_of_this_procedure".to_owned())]);
        // The number is taken first, then the Chair decides with it, then the paper stands as it was signed.
        let drawn = issue(&w, "officer.snv", &id, "sending_decision").await.expect(201).json();
        assert_eq!(drawn["number"], "01/QĐ-UBND");
        let mut signed = decision("approve");
        signed["document"] = json!({"number": "01/QĐ-UBND", "date": "2026-03-02", "signed_as": "kt"});
        let members = w.officials("SKHCN").await;
        signed["members"] = json!([{"official_id": members[5], "verdict": "reject"}]);
        w.act("chair", &id, "decide", signed).await.expect(200);
        let same = issue(&w, "officer.snv", &id, "sending_decision").await.expect(201).json();
        assert_eq!((&same["id"], &same["number"], &same["version"]), (&drawn["id"], &drawn["number"], &json!(2)));
        let told = file(&w, "clerk.skhcn", &same).await;
        for part in ["QUYẾT ĐỊNH:", "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH MẪU", "Điều 1. Cử 4 người", "Theo ý kiến đồng ý của Thường trực Tỉnh ủy tại văn bản số 1 ngày 02/03/2026", "tại Tờ trình số 01/TTr-SKHCN ngày 02/03/2026", "- Quyết toán kinh phí;", "- Văn phòng Tỉnh ủy;", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH",
            "Nộp lại hộ chiếu cho cơ quan quản lý", "Luật 49/2019/QH14 Đ.23", "Công an tỉnh (quản lý xuất nhập cảnh)"] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }

        issue(&w, "clerk.skhcn", &id, "trip_report").await.refused(409, "not_possible_in_state");
        w.advance_days(30);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-28"})).await.expect(200);
        let report = json!({"summary": "Đoàn đã làm việc với tỉnh Chungbuk.", "results": ["Ký biên bản ghi nhớ", "Thống nhất lịch trao đổi"],
            "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": w.agency("SYT").await, "due_on": "2026-12-31"}]});
        w.act("head.skhcn", &id, "submit-report", report).await.expect(200);
        let settlement = w.get("clerk.skhcn", "/duties?code=settlement").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let spent = json!({"on": "2026-03-30", "lines": [{"what": "Vé máy bay", "estimate": {"amount": 350_000_000, "currency": "VND"}, "actual": {"amount": 340_000_000, "currency": "VND"}}]});
        w.as_user("clerk.skhcn", World::request("POST", &format!("/duties/{settlement}/fulfil")).insert_header(("If-Match", "\"1\"")).set_json(spent)).await.expect(200);
        let report = issue(&w, "head.skhcn", &id, "trip_report").await.expect(201).json();
        assert_eq!(report["number"], "01/BC-SKHCN");
        let told = file(&w, "officer.snv", &report).await;
        for part in ["BÁO CÁO", "Từ ngày 23/03/2026 đến ngày 28/03/2026 (6 ngày), 4 người", "- Thống nhất lịch trao đổi.", "Cử 10 thực tập sinh", "Sở Y tế", "340.000.000 đồng (Ba trăm bốn mươi triệu đồng)"] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }
        // The rows of days add up to the days, the rows of people to the people.
        let days: i64 = told.iter().skip_while(|l| !l.contains("Số ngày")).skip(1).take(10).filter_map(|l| l.parse::<i64>().ok()).filter(|n| *n != 1).sum();
        assert!(days >= 5, "{told:#?}");
        let register = w.get("inspector", "/papers?year=2026").await.expect(200).json();
        let numbers: Vec<&str> = register["items"].as_array().unwrap().iter().map(|p| p["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["01/TTr-SKHCN", "01/QĐ-UBND", "01/BC-SKHCN"]);
        assert_eq!(w.get("clerk.syt", "/papers").await.expect(200).json()["items"], json!([]));
        w.get("clerk.syt", &format!("/papers/{}", report["id"].as_str().unwrap())).await.refused(404, "not_found");
    }

    async fn a_delegation_that_does_not_go_ahead_has_its_letter(w) {
        let id = w.approved(w.small_trip().await).await;
        issue(&w, "clerk.skhcn", &id, "postponement").await.refused(409, "not_possible_in_state");
        w.act("head.skhcn", &id, "postpone", json!({"reason": "Phía bạn đề nghị lùi lịch."})).await.expect(200);
        issue(&w, "officer.snv", &id, "postponement").await.refused(403, "forbidden");
        let paper = issue(&w, "clerk.skhcn", &id, "postponement").await.expect(201).json();
        assert_eq!(paper["number"], "01/SKHCN");
        let told = file(&w, "officer.snv", &paper).await;
        for part in ["V/v hoãn: Tập huấn tại Nhật Bản", "Thực hiện văn bản số 24/QĐ-UBND ngày 02/03/2026", "Lý do: Phía bạn đề nghị lùi lịch.", "báo cáo việc hoãn đoàn"] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }
        w.act("head.skhcn", &id, "cancel", json!({"reason": "Không thu xếp được."})).await.expect(200);
        let paper = issue(&w, "head.skhcn", &id, "cancellation").await.expect(201).json();
        let told = file(&w, "officer.snv", &paper).await;
        assert!(has(&told, "báo cáo việc hủy đoàn") && has(&told, "Lý do: Không thu xếp được."), "{told:#?}");
        assert!(!told.iter().any(|l| l.contains("{{")), "{told:#?}");

        let refused = w.submitted(w.small_trip().await).await;
        w.act("officer.snv", &refused, "appraise", json!({"opinion": "unfavourable", "note": "Chưa cần thiết."})).await.expect(200);
        let mut no = decision("reject");
        (no["note"], no["document"]["number"]) = (json!("Chưa có trong kế hoạch."), json!("77/SNV-LS"));
        w.act("director.snv", &refused, "decide", no).await.expect(200);
        issue(&w, "clerk.skhcn", &refused, "refusal").await.refused(403, "forbidden");
        let paper = issue(&w, "officer.snv", &refused, "refusal").await.expect(201).json();
        assert_eq!(paper["number"], "77/SNV-LS");
        let told = file(&w, "clerk.skhcn", &paper).await;
        for part in ["V/v không chấp thuận cử đoàn ra nước ngoài", "Kính gửi: Sở Khoa học và Công nghệ", "1. Không chấp thuận đề nghị nêu trên.", "2. Lý do: Chưa có trong kế hoạch.", "; 2 người;"] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }
        assert!(!told.iter().any(|l| l.contains("{{")), "{told:#?}");
    }

    async fn the_decision_on_an_amendment_names_the_one_it_replaces(w) {
        let id = w.approved(w.small_trip().await).await;
        let first = issue(&w, "officer.snv", &id, "sending_decision").await.expect(201).json();
        assert!(!has(&file(&w, "clerk.skhcn", &first).await, "thay thế văn bản"));
        let people = w.officials("SKHCN").await;
        let members = json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member"}, {"official_id": people[4], "role": "member"}]);
        w.act("head.skhcn", &id, "amend", json!({"changes": {"members": members}, "reason": "Thêm phiên dịch."})).await.expect(200);
        let draft = issue(&w, "officer.snv", &id, "sending_decision").await.expect(201).json();
        let told = file(&w, "clerk.skhcn", &draft).await;
        for part in ["Căn cứ văn bản số 24/QĐ-UBND ngày 02/03/2026", "có hiệu lực từ ngày ký, thay thế văn bản số 24/QĐ-UBND ngày 02/03/2026."] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }
        // As signed it says the same.
        let mut signed = decision("approve");
        signed["document"]["number"] = draft["number"].clone();
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await;
        w.act("director.snv", &id, "decide", signed).await.expect(200);
        let same = issue(&w, "officer.snv", &id, "sending_decision").await.expect(201).json();
        assert_eq!(same["id"], draft["id"]);
        assert!(has(&file(&w, "clerk.skhcn", &same).await, "thay thế văn bản số 24/QĐ-UBND"));
    }

    async fn the_register_is_paged_past_what_the_caller_does_not_see(w) {
        let mut numbers = Vec::new();
        for submits in [true, false, false, true] {
            let id = if submits { w.submitted(w.study_visit().await).await } else { w.draft(w.study_visit().await).await };
            let paper = issue(&w, "clerk.skhcn", &id, "submission").await.expect(201).json();
            numbers.push(paper["number"].as_str().unwrap().to_owned());
            if submits {
                w.act("clerk.skhcn", &id, "withdraw", json!({"reason": "Thôi."})).await.expect(200);
            }
        }
        let pages = async |user: &str| {
            let (mut all, mut next) = (Vec::new(), String::from("/papers?limit=1"));
            loop {
                let page = w.get(user, &next).await.expect(200).json();
                all.extend(page["items"].as_array().unwrap().iter().map(|p| p["number"].as_str().unwrap().to_owned()));
                match page["next"].as_str() {
                    Some(cursor) => next = format!("/papers?limit=1&cursor={cursor}"),
                    None => return all,
                }
            }
        };
        assert_eq!(pages("clerk.skhcn").await, numbers);
        // Drafts are their agency's.
        assert_eq!(pages("officer.snv").await, [numbers[0].clone(), numbers[3].clone()]);
    }

    async fn no_number_stands_for_two_dossiers(w) {
        let submitted = async |trip: Value| {
            let id = w.submitted(trip).await;
            w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
            id
        };
        let (a, b) = (submitted(w.small_trip().await).await, submitted(w.later_trip(&[4, 5]).await).await);
        let decide = |number: &str| {
            let mut said = decision("approve");
            said["document"] = json!({"number": number, "date": "2026-03-02", "signed_as": "direct"});
            said
        };
        let drawn = issue(&w, "officer.snv", &a, "sending_decision").await.expect(201).json();
        assert_eq!(drawn["number"], "01/QĐ-SNV");
        for spelled in ["01/QĐ-SNV", "1 / qđ-snv"] {
            let taken = w.act("director.snv", &b, "decide", decide(spelled)).await;
            assert_eq!(taken.faults(), [("/document/number".to_owned(), "number_taken".to_owned())], "{spelled}");
        }
        let mut last_year = decide("01/QĐ-SNV");
        last_year["document"]["date"] = json!("2025-12-31");
        let other = w.act("director.snv", &a, "decide", last_year).await;
        assert_eq!(other.faults(), [("/document/date".to_owned(), "another_year".to_owned())]);
        // A number typed by hand is left out by the next draw.
        w.act("director.snv", &b, "decide", decide("002/QĐ-SNV")).await.expect(200);
        issue(&w, "officer.snv", &b, "sending_decision").await.expect(201);
        // Decided under another number than was drawn: that one is made void first.
        w.act("director.snv", &a, "decide", decide("77/QĐ-SNV")).await.expect(200);
        issue(&w, "officer.snv", &a, "sending_decision").await.refused(409, "already_exists");
        let void = |paper: &Value| World::request("POST", &format!("/papers/{}/void", paper["id"].as_str().unwrap())).insert_header(("If-Match", "\"1\"")).set_json(json!({"reason": "x"}));
        w.as_user("officer.snv", void(&drawn)).await.expect(200);
        issue(&w, "officer.snv", &a, "sending_decision").await.expect(201);
        // The decision on an amendment draws a number of its own, and is written of what is asked for.
        let people = w.officials("SKHCN").await;
        let change = json!({"changes": {"return_date": "2026-04-23", "members": [{"official_id": people[4], "role": "head"}]}, "reason": "x"});
        w.act("clerk.skhcn", &b, "amend", change).await.expect(200);
        let next = issue(&w, "officer.snv", &b, "sending_decision").await.expect(201).json();
        assert_eq!(next["number"], "03/QĐ-SNV");
        assert!(has(&file(&w, "officer.snv", &next).await, "Điều 1. Cử 1 người"));
        w.act("director.snv", &b, "decide", decide("03/QĐ-SNV")).await.expect(200);
        assert_eq!(issue(&w, "officer.snv", &b, "sending_decision").await.expect(201).json()["version"], 2);
        let c = submitted({ let mut trip = w.later_trip(&[2, 3]).await; trip["title"] = json!("Khác"); trip }).await;
        // Nor is a number drawn that a decision bears of which no paper was written here.
        let corrected = json!({"document": {"number": "4/qđ-snv", "date": "2026-03-02"}, "reason": "Nhầm số"});
        w.act("director.snv", &a, "correct-decision", corrected).await.expect(200);
        let drawn = issue(&w, "officer.snv", &c, "sending_decision").await.expect(201).json();
        assert_eq!(drawn["number"], "05/QĐ-SNV");
        w.as_user("officer.snv", void(&drawn)).await.expect(200);
        let voided = w.act("director.snv", &c, "decide", decide("05/QĐ-SNV")).await;
        assert_eq!(voided.faults(), [("/document/number".to_owned(), "number_taken".to_owned())]);
        // Typed twice by hand: the second is put right, and then written.
        let mut may = w.later_trip(&[4]).await;
        (may["departure_date"], may["return_date"]) = (json!("2026-05-11"), json!("2026-05-15"));
        (may["stops"][0]["from"], may["stops"][0]["to"]) = (json!("2026-05-11"), json!("2026-05-15"));
        let d = submitted(may).await;
        w.act("director.snv", &d, "decide", decide("2/QĐ-SNV")).await.expect(200);
        issue(&w, "officer.snv", &d, "sending_decision").await.refused(409, "already_exists");
        let right = json!({"document": {"number": "90/QĐ-SNV", "date": "2026-03-02"}, "reason": "Gõ nhầm số"});
        w.act("director.snv", &d, "correct-decision", right).await.expect(200);
        assert_eq!(issue(&w, "officer.snv", &d, "sending_decision").await.expect(201).json()["number"], "90/QĐ-SNV");
        // What was drawn for a trip that came to nothing is made void.
        let drawn = issue(&w, "officer.snv", &c, "sending_decision").await.expect(201).json();
        w.act("director.snv", &c, "decide", decision("reject")).await.expect(200);
        w.as_user("officer.snv", void(&drawn)).await.expect(200);
    }

    async fn a_unit_that_was_renamed_issues_under_its_new_name(w) {
        let id = w.submitted(w.small_trip().await).await;
        let old = w.agency("SKHCN").await;
        let body = json!({"kind": "rename", "on": "2026-03-02", "from": [old], "to": [{"code": "SKHCN-M", "name": "Sở Khoa học mới"}],
            "document": {"number": "05/NQ-HĐND", "date": "2026-03-01"}});
        w.post("officer.snv", "/agency-changes", body).await.expect(201);
        let paper = issue(&w, "head.skhcn", &id, "submission").await.expect(201).json();
        assert_eq!((paper["number"].as_str(), paper["agency_id"] == json!(old)), (Some("01/TTr-SKHCN-M"), false));
        let told = file(&w, "head.skhcn", &paper).await;
        assert!(has(&told, "SỞ KHOA HỌC MỚI"), "{told:#?}");
        let name = user_name(&w, "head.skhcn").await;
        assert!(has(&told, &name), "{name}: {told:#?}");
    }

    async fn guests_get_a_letter_of_permission(w) {
        let id = w.approved_visit(w.visit().await).await;
        let paper = issue(&w, "officer.snv", &id, "permission").await.expect(201).json();
        // It was decided under a number of its own.
        assert_eq!((paper["number"].as_str(), paper["ordinal"].as_i64(), paper["date"].as_str()), (Some("24/QĐ-UBND"), None, Some("2026-03-02")));
        let told = file(&w, "clerk.skhcn", &paper).await;
        for part in ["V/v Đoàn tỉnh Chungbuk", "Kính gửi: Sở Khoa học và Công nghệ", "12 người; từ ngày 23/03/2026 đến ngày 25/03/2026 (3 ngày)", "KIM Young-hwan", "09:00 – 11:00 ngày 24/03/2026", "Hội đàm"] {
            assert!(has(&told, part), "{part}: {told:#?}");
        }
        // Who is only consulted sees no paper: it says what others said and decided.
        w.get("police", &format!("/papers/{}", paper["id"].as_str().unwrap())).await.refused(404, "not_found");
        w.get("police", &format!("/papers?delegation_id={id}")).await.refused(404, "not_found");
        assert_eq!(w.get("police", "/papers").await.expect(200).json()["items"], json!([]));
        assert!(!has(&told, "Chức vụ, Đơn vị") && !has(&told, "Loại, ngạch, bậc"), "a table without rows is left out");
    }

    async fn numbers_have_no_gap_whoever_asks_at_once(w) {
        let mut ids = Vec::new();
        for month in 4..10 {
            let mut trip = w.small_trip().await;
            let (from, to) = (format!("2026-{month:02}-06"), format!("2026-{month:02}-07"));
            for (field, day) in [("departure_date", &from), ("return_date", &to)] {
                trip[field] = json!(day);
            }
            trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": from, "to": to}]);
            ids.push(w.draft(trip).await);
        }
        // Half of them fail: they take no number.
        let asked = ids.iter().flat_map(|id| [issue(&w, "clerk.skhcn", id, "submission"), issue(&w, "clerk.skhcn", id, "trip_report")]);
        let answers = join_all(asked).await;
        let mut taken: Vec<i64> = answers.iter().filter(|a| a.status == 201).map(|a| a.json()["ordinal"].as_i64().unwrap()).collect();
        taken.sort_unstable();
        assert_eq!(taken, [1, 2, 3, 4, 5, 6]);
        // A voided number is not given again.
        let first = answers.iter().find(|a| a.status == 201 && a.json()["ordinal"] == 3).unwrap().json();
        let path = format!("/papers/{}/void", first["id"].as_str().unwrap());
        let void = |etag: &str| World::request("POST", &path).insert_header(("If-Match", etag.to_owned())).set_json(json!({"reason": "Sai tên."}));
        w.as_user("officer.snv", void("\"1\"")).await.refused(404, "not_found");
        w.as_user("clerk.skhcn", void("\"1\"")).await.expect(200);
        w.as_user("clerk.skhcn", void("\"2\"")).await.refused(409, "not_possible_in_state");
        let again = issue(&w, "clerk.skhcn", first["delegation_id"].as_str().unwrap(), "submission").await.expect(201).json();
        assert_eq!(again["number"], "07/TTr-SKHCN");
        // The next year begins with 01.
        w.advance_days(305);
        w.as_user("clerk.skhcn", World::request("POST", &format!("/papers/{}/void", again["id"].as_str().unwrap())).insert_header(("If-Match", "\"1\"")).set_json(json!({"reason": "x"}))).await.expect(200);
        let next = issue(&w, "clerk.skhcn", first["delegation_id"].as_str().unwrap(), "submission").await.expect(201).json();
        assert_eq!((next["number"].as_str(), next["year"].as_i64()), (Some("01/TTr-SKHCN"), Some(2027)));
    }

    async fn an_office_puts_its_own_template_in_use(w) {
        let id = w.draft(w.small_trip().await).await;
        let preview = w.get("clerk.skhcn", &format!("/papers/preview?delegation_id={id}&kind=submission")).await.expect(200);
        assert!(has(&lines(&preview.bytes), "Số:       /TTr-SKHCN"));
        let taken = w.get("rules", "/paper-templates/submission/file").await.expect(200);
        assert!(has(&lines(&taken.bytes), "{{members.no}}"));
        let put = async |w: &World, user: &str, bytes: &[u8]| w.as_user(user, form("/paper-templates/submission", &[], "mau.docx", bytes)).await;
        let own = write(&(paragraph("Mẫu riêng {{number}}", CELL) + &paragraph("- {{members.name}}", CELL))).unwrap();
        put(&w, "clerk.skhcn", &own).await.refused(403, "forbidden");
        let wrong = write(&(paragraph("{{numbre}} {{members.salary}}", CELL))).unwrap();
        let refused = put(&w, "rules", &wrong).await;
        let said = |code: &str| ("/file".to_owned(), code.to_owned());
        assert_eq!(refused.faults(), [said("unknown_template_field"), said("unknown_template_field"), said("missing_template_field")]);
        assert_eq!(put(&w, "rules", b"no document").await.faults(), [("/file".to_owned(), "unreadable_template".to_owned())]);
        let secret = write(&(paragraph("{{number}} TUYỆT MẬT", CELL))).unwrap();
        put(&w, "rules", &secret).await.refused(422, "state_secret_refused");
        let deep = write(&format!("{}{}", "<w:sdt>".repeat(500), "</w:sdt>".repeat(500))).unwrap();
        assert_eq!(put(&w, "rules", &deep).await.faults(), [("/file".to_owned(), "unreadable_template".to_owned())]);
        put(&w, "rules", &own).await.expect(201);
        let paper = issue(&w, "clerk.skhcn", &id, "submission").await.expect(201).json();
        let told = file(&w, "clerk.skhcn", &paper).await;
        assert_eq!((told.len(), told[0].as_str()), (3, "Mẫu riêng 01/TTr-SKHCN"));
        let reset = World::request("DELETE", "/paper-templates/submission").insert_header(("If-Match", "\"1\""));
        w.as_user("rules", reset).await.expect(204);
        // An office has its own, for its papers alone.
        let office = w.agency("SKHCN").await;
        let path = format!("/paper-templates/submission?agency_id={office}");
        let of_office = async |w: &World, user: &str| w.as_user(user, form(&path, &[], "mau.docx", &own)).await;
        of_office(&w, "clerk.syt").await.refused(403, "forbidden");
        of_office(&w, "police").await.refused(403, "forbidden");
        let put = of_office(&w, "clerk.skhcn").await.expect(201).json();
        assert_eq!((&put["agency_id"], &put["version"]), (&json!(office), &json!(1)));
        let preview = async |w: &World| lines(&w.get("clerk.skhcn", &format!("/papers/preview?delegation_id={id}&kind=submission")).await.expect(200).bytes);
        assert!(preview(&w).await[0].starts_with("Mẫu riêng"));
        assert_eq!(w.get("clerk.syt", &format!("/paper-templates?agency_id={}", w.agency("SYT").await)).await.expect(200).json()["items"][0]["own"], false);
        w.as_user("clerk.skhcn", World::request("DELETE", &path).insert_header(("If-Match", "\"1\""))).await.expect(204);
        assert!(has(&preview(&w).await, "TỜ TRÌNH"));
        let nobody = form("/paper-templates/submission?agency_id=01ke3m9p000b2", &[], "mau.docx", &own);
        assert_eq!(w.as_user("rules", nobody).await.faults(), [("/agency_id".to_owned(), "unknown_agency".to_owned())]);
        let listed = w.get("clerk.skhcn", "/paper-templates").await.expect(200).json();
        assert!(listed["items"].as_array().unwrap().iter().all(|t| t["own"] == false));
        assert!(listed["fields"].as_array().unwrap().len() > 50);
    }
}
