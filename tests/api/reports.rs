//! Frozen reports: what was published stays, what changes later is a correction with its record.

use diesel::RunQueryDsl;
use serde_json::{Value, json};

use crate::world::World;

const DOAN_VAO: &[u8] = include_bytes!("../data/doan-vao-2020.xlsx");
const DOAN_RA: &[u8] = include_bytes!("../data/doan-ra-2023.xlsx");

async fn import(w: &World, kind: &str, bytes: &[u8]) -> String {
    let batch =
        w.import("officer.snv", &[("kind", kind), ("dry_run", "false")], "a.xlsx", bytes).await.expect(201).json();
    assert_eq!(batch["state"], "committed");
    batch["id"].as_str().unwrap().to_owned()
}

async fn freeze(w: &World, body: Value) -> Value {
    w.post("officer.snv", "/reports", body).await.expect(201).json()
}

fn table<'a>(report: &'a Value, code: &str) -> &'a Value {
    report["tables"].as_array().unwrap().iter().find(|t| t["code"] == code).unwrap_or_else(|| panic!("no {code}"))
}

fn row<'a>(table: &'a Value, key: &str) -> &'a Value {
    table["rows"].as_array().unwrap().iter().find(|r| r["key"] == key).unwrap_or_else(|| panic!("no {key} in {table}"))
}

/// Every record behind a cell, over all pages.
async fn records(w: &World, user: &str, id: &str, cell: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = w.get(user, &format!("/reports/{id}/records?limit=50&{cell}{cursor}")).await.expect(200).json();
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

on_both! {
    async fn a_year_is_frozen_with_its_figures_and_every_cell_opens(w) {
        import(&w, "inbound", DOAN_VAO).await;
        let report = freeze(&w, json!({"kind": "annual", "year": 2020, "window": "calendar"})).await;
        assert_eq!((&report["title"], &report["ordinal"], &report["early"]), (&json!("Báo cáo đoàn ra, đoàn vào năm 2020"), &json!(1), &json!(false)));
        assert_eq!(report["hash"].as_str().unwrap().len(), 64);
        assert_eq!(report["records"], json!({"outbound": 0, "inbound": 408}));
        let summary = table(&report, "summary");
        assert_eq!((&row(summary, "inbound")["delegations"], &row(summary, "inbound")["visits"]), (&json!(408), &json!(2208)));
        assert_eq!((&row(summary, "inbound_province")["delegations"], &row(summary, "inbound_province")["visits"]), (&json!(25), &json!(150)));
        // The frozen figures are those of the statistics of that moment.
        let live = w.get("stats", "/statistics/inbound?year=2020&by=country").await.expect(200).json();
        for live in live["rows"].as_array().unwrap() {
            let frozen = row(table(&report, "inbound_by_country"), live["key"].as_str().unwrap());
            for measure in ["delegations", "visits", "persons"] {
                assert_eq!(frozen[measure], live[measure], "{frozen}");
            }
        }
        assert_eq!((&report["corrections"], &report["now"]["inbound"]["visits"]), (&json!([]), &json!(2208)));
        let id = report["id"].as_str().unwrap();
        for code in ["inbound_by_country", "inbound_by_purpose", "inbound_by_reception_level", "inbound_by_month", "inbound_by_field"] {
            for line in table(&report, code)["rows"].as_array().unwrap().iter().filter(|r| r["delegations"] != 0) {
                let behind = records(&w, "inspector", id, &format!("table={code}&key={}", line["key"].as_str().unwrap())).await;
                assert_eq!(behind.len() as i64, line["delegations"].as_i64().unwrap(), "{code} {line}");
                assert_eq!(behind.iter().map(|r| r["visits"].as_i64().unwrap()).sum::<i64>(), line["visits"].as_i64().unwrap());
            }
        }
        let received = records(&w, "inspector", id, "table=summary&key=inbound_province").await;
        assert_eq!(received.len(), 25);
        // With the columns in which provinces list their delegations.
        assert!(received.iter().all(|r| r["line"]["head"].is_string() && r["line"]["people"] == r["visits"] && r["line"]["countries"][0].is_string()), "{}", received[0]);
        assert_eq!(records(&w, "inspector", id, "table=inbound_by_agency").await.len(), 408);
        w.get("inspector", &format!("/reports/{id}/records?table=nothing")).await.refused(400, "invalid_query");
        w.get("inspector", &format!("/reports/{id}/records?table=summary&key=nothing")).await.refused(400, "invalid_query");
        let listed = w.get("chair", "/reports?year=2020&kind=annual").await.expect(200).json();
        assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().unwrap().len()), (&report["id"], 1));
        assert_eq!(w.get("chair", "/reports?year=2021").await.expect(200).json()["items"], json!([]));
    }

    async fn later_changes_are_corrections_that_explain_every_difference(w) {
        let batch = import(&w, "inbound", DOAN_VAO).await;
        let report = freeze(&w, json!({"kind": "annual", "year": 2020})).await;
        let path = format!("/reports/{}", report["id"].as_str().unwrap());
        // A frozen row is not taken back silently.
        w.post("officer.snv", &format!("/imports/{batch}/undo"), json!({})).await.refused(409, "batch_in_use");
        let all = w.get("officer.snv", "/inbound-delegations?year=2020&limit=3").await.expect(200).json();
        let change = async |at: usize, body: Value| {
            let id = all["items"][at]["id"].as_str().unwrap();
            // Once it is frozen, a row of a list is changed by a correction, and in no other way.
            let place = format!("/inbound-delegations/{id}");
            let shown = w.get("officer.snv", &place).await;
            assert_eq!(shown.json()["allowed_actions"], json!(["upload", "correct-record"]));
            w.patch("officer.snv", &place, &shown.etag(), json!({"title": "Khác"})).await.refused(409, "not_possible_in_state");
            let correction = json!({"changes": body, "reason": "Đối chiếu bản gốc."});
            w.act_in("officer.snv", id, "correct-record", correction).await.expect(200);
            id.to_owned()
        };
        let more = all["items"][0]["headcount"].as_i64().unwrap() + 5;
        let counted = change(0, json!({"recorded_headcount": more})).await;
        let moved = change(1, json!({"content": {"arrival_date": "2021-02-01", "departure_date": "2021-02-02"}})).await;
        // A change that counts for nothing is no correction.
        change(2, json!({"content": {"title": "Tên khác"}})).await;
        let late = b"Delegation,Country,Arrival,Departure,Persons,Host\nLate,LA,2020-12-30,2020-12-31,9,SYT\n";
        let added = w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "b.csv", late).await.expect(201).json();
        assert_eq!(added["created"], 1);
        let opened = w.get("officer.snv", &path).await.expect(200).json();
        // What was frozen stands as it stood.
        assert_eq!((&opened["hash"], &opened["tables"]), (&report["hash"], &report["tables"]));
        let corrections = opened["corrections"].as_array().unwrap();
        assert_eq!((corrections.len(), &opened["corrections_total"]), (3, &json!(3)));
        let of = |id: &str| corrections.iter().find(|c| c["delegation_id"] == id).unwrap();
        assert_eq!((&of(&counted)["change"], &of(&counted)["changed"]), (&json!("changed"), &json!(["people"])));
        assert_eq!(of(&counted)["after"]["visits"], more);
        assert_eq!(of(&counted)["acts"][0]["action"], "correct-record");
        assert_eq!((&of(&moved)["change"], &of(&moved)["after"]), (&json!("removed"), &Value::Null));
        let late = corrections.iter().find(|c| c["change"] == "added").unwrap();
        assert_eq!((&late["title"], &late["acts"][0]["action"]), (&json!("Late"), &json!("import")));
        let side = |c: &Value, when: &str| c[when]["visits"].as_i64().unwrap_or(0);
        let explained: i64 = corrections.iter().map(|c| side(c, "after") - side(c, "before")).sum();
        let frozen = row(table(&opened, "summary"), "inbound")["visits"].as_i64().unwrap();
        let now = opened["now"]["inbound"]["visits"].as_i64().unwrap();
        assert_eq!(now - frozen, explained);
        assert_eq!(w.get("stats", "/statistics/inbound?year=2020").await.json()["total"]["visits"], now);
        // The records of the report are those that were counted, and say which count otherwise by now.
        let behind = records(&w, "officer.snv", report["id"].as_str().unwrap(), "table=summary&key=inbound").await;
        assert_eq!((behind.len(), behind.iter().filter(|r| r["corrected"] == true).count()), (408, 2));
        // The second report of the year is another; the first stays.
        let again = freeze(&w, json!({"kind": "annual", "year": 2020})).await;
        assert_eq!((&again["ordinal"], &again["corrections_total"]), (&json!(2), &json!(0)));
        assert_eq!(w.get("officer.snv", &path).await.expect(200).json()["tables"], report["tables"]);
    }

    // Reports of 0.1.0 did not note which delegations they count; `ngoaivu migrate` does.
    async fn the_delegations_of_older_reports_are_noted_by_an_upgrade(w) {
        import(&w, "outbound", DOAN_RA).await;
        freeze(&w, json!({"kind": "month", "year": 2023, "period": 7})).await;
        let july = w.get("officer.snv", "/outbound-delegations?from=2023-07-01&to=2023-07-31&limit=1").await.json()["items"][0].clone();
        let path = format!("/outbound-delegations/{}", july["id"].as_str().unwrap());
        let offered = async || w.get("officer.snv", &path).await.json()["allowed_actions"].clone();
        w.house.db.write_now(|conn| Ok(diesel::sql_query("DELETE FROM report_delegations").execute(conn)?)).unwrap();
        assert_eq!(offered().await, json!(["edit", "upload", "correct-record"]));
        for _ in 0..2 {
            w.house.db.write_now(ngoaivu::reports::store::index).unwrap();
            assert_eq!(offered().await, json!(["upload", "correct-record"]));
        }
    }

    async fn a_month_above_its_year_needs_a_stated_reason(w) {
        import(&w, "outbound", DOAN_RA).await;
        let month = freeze(&w, json!({"kind": "month", "year": 2023, "period": 7})).await;
        let outbound = row(table(&month, "summary"), "outbound").clone();
        assert_eq!((&outbound["delegations"], &outbound["visits"], &outbound["to_date"]["visits"]), (&json!(7), &json!(29), &json!(302)));
        // Every July trip is found to have been in another year.
        let july = w.get("officer.snv", "/outbound-delegations?from=2023-07-01&to=2023-07-31").await.expect(200).json();
        for item in july["items"].as_array().unwrap() {
            let days = json!({"departure_date": "2022-07-01", "return_date": "2022-07-02"});
            let correction = json!({"changes": {"content": days}, "reason": "Ghi nhầm năm."});
            w.act("officer.snv", item["id"].as_str().unwrap(), "correct-record", correction).await.expect(200);
        }
        let quarter = json!({"kind": "quarter", "year": 2023, "period": 3});
        let refused = w.post("officer.snv", "/reports", quarter.clone()).await.refused(422, "impossible_total");
        assert_eq!(refused["impossible"][1], json!({"measure": "visits", "part": 29, "whole": 0}));
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("báo cáo tháng 7 năm 2023"), "{refused}");
        assert_eq!(w.get("officer.snv", "/reports?year=2023").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        // A year that is larger is possible.
        freeze(&w, json!({"kind": "annual", "year": 2023})).await;
        let mut reasoned = quarter;
        reasoned["reason"] = json!("Bảy đoàn ghi nhầm năm, đã đính chính.");
        let report = freeze(&w, reasoned).await;
        assert_eq!(report["reason"], "Bảy đoàn ghi nhầm năm, đã đính chính.");
    }

    async fn reports_are_of_months_quarters_halves_and_years_in_both_windows(w) {
        for (body, from, to) in [
            (json!({"kind": "month", "year": 2026, "period": 1}), "2026-01-01", "2026-01-31"),
            (json!({"kind": "quarter", "year": 2026, "period": 1, "window": "reporting"}), "2025-12-15", "2026-03-14"),
            (json!({"kind": "half_year", "year": 2026, "period": 2}), "2026-07-01", "2026-12-31"),
            (json!({"kind": "annual", "year": 2026, "window": "reporting"}), "2025-12-15", "2026-12-14"),
        ] {
            let report = freeze(&w, body).await;
            assert_eq!((report["from"].as_str().unwrap(), report["to"].as_str().unwrap()), (from, to));
            assert_eq!(report["early"], to >= "2026-03-02");
        }
        for wrong in [json!({"kind": "month", "year": 2026}), json!({"kind": "annual", "year": 2026, "period": 1}), json!({"kind": "quarter", "year": 2026, "period": 5}),
            json!({"kind": "week", "year": 2026}), json!({"kind": "annual", "year": 1800}), json!({"kind": "annual", "year": 2026, "colour": 1})] {
            w.post("officer.snv", "/reports", wrong).await.refused(422, "validation_failed");
        }
        for user in ["clerk.skhcn", "head.skhcn", "police", "admin", "inspector"] {
            w.post(user, "/reports", json!({"kind": "annual", "year": 2026})).await.refused(403, "forbidden");
        }
        w.get("clerk.skhcn", "/reports").await.refused(403, "forbidden");
        w.get("stats", "/reports/01ke3m9p000zz").await.refused(404, "not_found");
    }

    async fn a_report_under_the_rules_names_them_and_the_people_only_to_those_who_may_see_them(w) {
        w.approved(w.small_trip().await).await;
        let report = freeze(&w, json!({"kind": "month", "year": 2026, "period": 3})).await;
        assert_eq!(report["rules"], json!([{"code": "mau", "version": 1, "delegations": 1}]));
        let path = format!("/reports/{}", report["id"].as_str().unwrap());
        let text = |bytes: &[u8]| {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
            let mut all = String::new();
            for at in 0..archive.len() {
                let mut part = archive.by_index(at).unwrap();
                let _ = std::io::Read::read_to_string(&mut part, &mut all);
            }
            all
        };
        for format in ["xlsx", "docx"] {
            let open = w.get("officer.snv", &format!("{path}?format={format}")).await.expect(200);
            assert!(open.headers["content-disposition"].contains(&format!("bao-cao-month-2026.{format}")));
            let open = text(&open.bytes);
            assert!(open.contains("Tập huấn tại Nhật Bản") && open.contains("Trưởng đoàn") && open.contains("Đoàn ra theo nước"), "{format}");
            if format == "docx" {
                // Superior body, letters of the office, place and the day of freezing.
                for head in ["ỦY BAN NHÂN DÂN TỈNH", "SỞ NGOẠI VỤ", "/BC-SNV", "Mẫu, ngày 02 tháng 3 năm 2026"] {
                    assert!(open.contains(head), "{head}");
                }
            }
            // Aggregates only: nowhere a title or a head.
            let closed = text(&w.get("stats", &format!("{path}?format={format}")).await.expect(200).bytes);
            assert!(closed.contains("Đoàn ra theo nước") && !closed.contains("Tập huấn") && !closed.contains("Trưởng đoàn"), "{format}");
        }
        w.get("stats", &format!("{path}/records?table=summary&key=outbound")).await.refused(403, "forbidden");
        w.get("stats", &format!("{path}?format=pdf")).await.refused(400, "invalid_query");
        // The director sees figures of all, and the dossiers he decided.
        let behind = records(&w, "chair", report["id"].as_str().unwrap(), "table=summary&key=outbound").await;
        assert_eq!((behind.len(), &behind[0]["title"]), (1, &Value::Null));
        // A cancelled trip is a correction; to the statistician one without a name.
        let id = records(&w, "director.snv", report["id"].as_str().unwrap(), "table=summary&key=outbound").await[0]["delegation_id"].as_str().unwrap().to_owned();
        let first = w.get("stats", &path).await.expect(200);
        let etag = first.etag();
        let unchanged = w.as_user("stats", World::request("GET", &path).insert_header(("If-None-Match", etag.clone()))).await;
        assert_eq!(unchanged.status, 304);
        w.act("head.skhcn", &id, "cancel", json!({"reason": "Bạn đổi lịch."})).await.expect(200);
        let changed = w.as_user("stats", World::request("GET", &path).insert_header(("If-None-Match", etag))).await.expect(200).json();
        let correction = &changed["corrections"][0];
        assert_eq!((&correction["change"], &correction["title"], &correction["delegation_id"]), (&json!("removed"), &Value::Null, &Value::Null));
        assert_eq!(correction["acts"][0]["action"], "cancel");
        assert!(!changed.to_string().contains("Tập huấn"));
        let seen = w.get("officer.snv", &path).await.expect(200).json();
        assert_eq!(seen["corrections"][0]["title"], "Tập huấn tại Nhật Bản");
    }
}
