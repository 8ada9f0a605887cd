//! Any figure opens: the dossiers behind a cell, and those that one would look for there and do not count.

use serde_json::{Value, json};

use crate::world::{World, decision};

/// Every record of a cell, over all pages.
async fn records(w: &World, user: &str, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = w.get(user, &format!("{path}{cursor}")).await.expect(200).json();
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn reasons(all: &[Value]) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    all.iter().map(|r| (text(&r["title"]), text(&r["reason"]))).collect()
}

on_both! {
    async fn every_cell_opens_to_exactly_the_dossiers_it_counts(w) {
        let (skhcn, syt) = (w.officials("SKHCN").await, w.officials("SYT").await);
        let mut joint = w.small_trip().await;
        joint["members"] = json!([{"official_id": skhcn[2], "role": "head"}, {"official_id": syt[4], "role": "member"}]);
        joint["stops"] = json!([{"country": "LA", "place": "Savannakhet", "from": "2026-03-23", "to": "2026-03-25"}, {"country": "KR", "place": "Cheongju", "from": "2026-03-25", "to": "2026-03-27"}]);
        joint["funding"] = json!([{"source": "host"}, {"source": "project", "amount": {"amount": 5, "currency": "VND"}}]);
        w.approved(joint).await;
        w.approved(w.small_trip_of(3).await).await;
        let mut visit = w.visit().await;
        visit["nationalities"] = json!([{"country": "KR", "count": 10}, {"country": "JP", "count": 2}]);
        w.approved_visit(visit).await;
        let mut opened = 0;
        for what in ["outbound", "inbound"] {
            for by in ["country", "agency", "funding", "month", "reception_level", "country,month", "agency,country", "region,purpose", "quarter,channel"] {
                let figures = w.get("stats", &format!("/statistics/{what}?year=2026&by={by}")).await.expect(200).json();
                let rows = figures["rows"].as_array().unwrap().iter().cloned().chain([figures["total"].clone()]);
                for row in rows {
                    let keys = row["keys"].as_array().map(|k| k.iter().map(|k| k.as_str().unwrap()).collect::<Vec<_>>().join(","));
                    let key = keys.or(row["key"].as_str().map(str::to_owned)).map_or(String::new(), |key| format!("&key={key}"));
                    let found = records(&w, "inspector", &format!("/statistics/{what}/records?year=2026&by={by}{key}&limit=1")).await;
                    let counted: Vec<&Value> = found.iter().filter(|r| r["counted"] == true).collect();
                    assert_eq!(counted.len() as i64, row["delegations"].as_i64().unwrap(), "{what} {by} {key}");
                    assert_eq!(counted.iter().map(|r| r["visits"].as_i64().unwrap()).sum::<i64>(), row["visits"].as_i64().unwrap(), "{what} {by} {key}");
                    opened += 1;
                }
            }
        }
        assert!(opened > 30, "{opened}");
    }

    async fn what_does_not_count_says_why(w) {
        // Nobody is in two places: each trip has days of its own.
        let titled = async |title: &str, day: u32| {
            let mut trip = w.small_trip().await;
            let (from, to) = (json!(format!("2026-03-{day}")), json!(format!("2026-03-{}", day + 1)));
            (trip["title"], trip["departure_date"], trip["return_date"]) = (json!(title), from.clone(), to.clone());
            (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (from, to);
            trip
        };
        w.approved(titled("Được tính", 10).await).await;
        w.draft(titled("Dự thảo", 12).await).await;
        w.submitted(titled("Đang xử lý", 14).await).await;
        let refused = w.submitted(titled("Bị từ chối", 16).await).await;
        w.act("officer.snv", &refused, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &refused, "decide", decision("reject")).await.expect(200);
        let cancelled = w.approved(titled("Đã hủy", 18).await).await;
        w.act("head.skhcn", &cancelled, "cancel", json!({"reason": "Bạn đổi lịch."})).await.expect(200);
        let mut lent = titled("Người của sở khác", 20).await;
        lent["members"] = json!([{"official_id": w.officials("SYT").await[4], "role": "head"}]);
        w.approved(lent).await;
        let late = w.approved(titled("Đi muộn", 24).await).await;
        w.advance_days(60);
        w.act("clerk.skhcn", &late, "record-departure", json!({"on": "2026-04-02"})).await.expect(200);
        let skhcn = w.agency("SKHCN").await;
        let path = format!("/statistics/outbound/records?from=2026-03-01&to=2026-03-31&by=agency&key={skhcn}");
        let all = records(&w, "clerk.skhcn", &format!("{path}&limit=3")).await;
        let mut found = reasons(&all);
        assert_eq!(found.remove(0), ("Được tính".to_owned(), "counted".to_owned()));
        found.sort();
        let expected = [("Bị từ chối", "rejected"), ("Dự thảo", "draft"), ("Người của sở khác", "other_agency"), ("Đang xử lý", "in_progress"), ("Đi muộn", "other_date"), ("Đã hủy", "cancelled")];
        assert_eq!(found, expected.map(|(t, r)| (t.to_owned(), r.to_owned())));
        assert_eq!(all[0]["detail"], "Quyết định ngày 02/03/2026, khởi hành ngày 10/03/2026: 2 lượt.");
        let other = all.iter().find(|r| r["reason"] == "other_date").unwrap();
        assert_eq!((&other["detail"], &other["counted"], &other["visits"]), (&json!("Được tính vào ngày 02/04/2026."), &json!(false), &json!(0)));
        // Drafts are the agency's own; the inspector sees the rest.
        assert_eq!(records(&w, "inspector", &path).await.len(), 6);
        // The month it was planned for, where the whole year is asked.
        let march = records(&w, "inspector", "/statistics/outbound/records?year=2026&by=month&key=2026-03").await;
        assert_eq!(march.iter().filter(|r| r["reason"] == "other_date").count(), 1);
        assert_eq!(march.iter().filter(|r| r["counted"] == true).count(), 2);
        // Another country, another cell: none of it is looked for there.
        assert_eq!(records(&w, "inspector", "/statistics/outbound/records?year=2026&by=country&key=LA").await, Vec::<Value>::new());
        // Aggregates only, nowhere a name.
        w.get("stats", &path).await.refused(403, "forbidden");
        w.get("clerk.syt", &path.replace("by=agency", &format!("agency_id={skhcn}&by=agency"))).await.refused(403, "forbidden");
        w.get("inspector", "/statistics/outbound/records?by=country,month&key=LA").await.refused(400, "invalid_query");
        w.get("inspector", "/statistics/outbound/records?cursor=nonsense").await.refused(400, "invalid_cursor");
        w.get("inspector", "/statistics/outbound/records?format=csv").await.refused(400, "invalid_query");
        w.get("inspector", "/statistics/outbound/records?unknown=1").await.refused(400, "invalid_query");
    }
}
