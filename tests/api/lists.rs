//! Lists that are taken away whole: every row of the filter, with words and names in place of codes.

use serde_json::json;

use crate::world::World;

async fn csv(w: &World, user: &str, path: &str) -> Vec<String> {
    let join = if path.contains('?') { '&' } else { '?' };
    let answer = w.get(user, &format!("{path}{join}format=csv")).await.expect(200);
    assert!(answer.headers["content-type"].starts_with("text/csv"), "{path}");
    let text = String::from_utf8(answer.bytes).unwrap();
    text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

on_both! {
    async fn every_list_comes_as_a_file_with_labels(w) {
        let id = w.approved(w.small_trip().await).await;
        w.post("clerk.skhcn", "/papers", json!({"delegation_id": id, "kind": "submission"})).await.expect(201);
        w.post("officer.snv", "/partners", json!({"kind": "locality", "name": "Tỉnh Chungbuk", "country": "KR"})).await.expect(201);
        let item = json!({"agency_id": w.agency("SKHCN").await, "title": "Xúc tiến tại Hàn Quốc", "month": 5, "countries": ["KR"],
            "purpose": "promotion", "headcount": 8, "budget": {"amount": 5_000_000_000_i64, "currency": "VND"}});
        w.post("clerk.skhcn", "/plans/2027/items", item).await.expect(201);
        w.approved_visit(w.visit().await).await;

        let officials = csv(&w, "inspector", "/officials").await;
        let all = w.get("inspector", "/officials?limit=200&count=true").await.expect(200).json();
        assert_eq!(officials.len() as i64, 1 + all["total"].as_i64().unwrap());
        assert!(officials.iter().any(|l| l.contains("Sở Khoa học và Công nghệ") && l.contains("Trưởng phòng và tương đương")), "{officials:#?}");
        for (user, path, parts) in [
            ("officer.snv", "/partners", vec!["Tỉnh Chungbuk", "Hàn Quốc"]),
            ("officer.snv", "/guests", vec!["KIM Young-hwan", "Hàn Quốc"]),
            ("officer.snv", "/papers", vec!["01/TTr-SKHCN", "Tờ trình", "Sở Khoa học và Công nghệ"]),
            ("officer.snv", "/plans/2027/items", vec!["Xúc tiến", "Hàn Quốc", "5000000000", "Đã đề xuất"]),
            ("inspector", "/audit", vec!["decide", "director.snv"]),
        ] {
            let lines = csv(&w, user, path).await;
            assert!(parts.iter().all(|part| lines.iter().skip(1).any(|l| l.contains(part))), "{path}: {lines:#?}");
            let sheet = w.get(user, &format!("{path}?format=xlsx")).await.expect(200);
            assert!(sheet.bytes.starts_with(b"PK"), "{path}");
        }
        // A filter narrows the file as it narrows the page, and rights stand before both.
        assert_eq!(csv(&w, "inspector", "/officials?q=khong%20co%20ai").await.len(), 1);
        w.get("clerk.skhcn", "/audit?format=csv").await.refused(403, "forbidden");
        w.get("clerk.skhcn", "/guests?format=csv").await.refused(403, "forbidden");
    }

    async fn duties_and_passports_that_are_out_come_as_files(w) {
        let id = w.approved(w.small_trip().await).await;
        w.advance_days(20);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-16"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-20"})).await.expect(200);
        let duties = csv(&w, "officer.snv", "/duties").await;
        assert!(duties.iter().skip(1).any(|l| l.contains("Tập huấn tại Nhật Bản") && l.contains("Sở Khoa học và Công nghệ")), "{duties:#?}");
        assert_eq!(csv(&w, "custodian", "/custodies").await.len(), 1);
        // Filters that are no values are refused, not answered with nothing.
        for path in ["/partners?country=KOREA", "/guests?country=kr", "/papers?year=0"] {
            w.get("officer.snv", path).await.refused(400, "invalid_query");
        }
    }
}
