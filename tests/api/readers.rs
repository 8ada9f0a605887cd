//! Figures for other tools: service tokens, the feed of cells, open statistics, reports that freeze themselves.

use serde_json::{Value, json};

use crate::world::{Answer, World};

const DOAN_VAO: &[u8] = include_bytes!("../data/doan-vao-2020.xlsx");
const DOAN_RA: &[u8] = include_bytes!("../data/doan-ra-2023.xlsx");

async fn import(w: &World, kind: &str, bytes: &[u8]) {
    let texts = [("kind", kind), ("dry_run", "false")];
    assert_eq!(w.import("officer.snv", &texts, "a.xlsx", bytes).await.expect(201).json()["state"], "committed");
}

/// A call with a token of a program, or of nobody.
async fn with(w: &World, token: Option<&str>, path: &str) -> Answer {
    let request = World::request("GET", path);
    match token {
        Some(token) => w.send(request.insert_header(("Authorization", format!("Bearer {token}")))).await,
        None => w.send(request).await,
    }
}

async fn program(w: &World, scopes: Value) -> Value {
    let body = json!({"name": "Kho dữ liệu tỉnh", "scopes": scopes, "expires_on": "2026-06-30"});
    w.post("admin", "/service-tokens", body).await.expect(201).json()
}

on_both! {
    async fn a_program_reads_figures_within_its_scope_until_its_token_ends(w) {
        let figures = program(&w, json!(["statistics"])).await;
        let token = figures["token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("ngs_"));
        with(&w, Some(&token), "/statistics/inbound?year=2026").await.expect(200);
        with(&w, Some(&token), "/statistics/inbound/cells?year=2026").await.expect(200);
        for closed in ["/statistics/inbound/records?year=2026", "/reports", "/inbound-delegations", "/officials", "/users", "/audit", "/agencies", "/inbox", "/imports"] {
            with(&w, Some(&token), closed).await.refused(403, "forbidden");
        }
        // It only reads, and reaches no sign-in.
        for (method, path) in [("POST", "/reports"), ("POST", "/me/password"), ("POST", "/service-tokens"), ("PATCH", "/agencies/01ke3m9p0005s")] {
            let request = World::request(method, path).insert_header(("Authorization", format!("Bearer {token}")));
            w.send(request.set_json(json!({}))).await.refused(403, "forbidden");
        }
        let reports = program(&w, json!(["reports"])).await;
        let reader = reports["token"].as_str().unwrap();
        with(&w, Some(reader), "/reports").await.expect(200);
        with(&w, Some(reader), "/statistics/inbound?year=2026").await.refused(403, "forbidden");
        // Told once, listed without the secret, revoked, ended by its day.
        let listed = w.get("admin", "/service-tokens").await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert!(!listed.to_string().contains("ngs_"));
        let path = format!("/service-tokens/{}", reports["id"].as_str().unwrap());
        w.as_user("admin", World::request("DELETE", &path)).await.refused(428, "precondition_required");
        w.as_user("admin", World::request("DELETE", &path).insert_header(("If-Match", "\"1\""))).await.expect(204);
        with(&w, Some(reader), "/reports").await.refused(401, "unauthenticated");
        w.advance_days(120);
        with(&w, Some(&token), "/statistics/inbound?year=2026").await.refused(401, "unauthenticated");
        with(&w, Some("ngs_nonsense"), "/statistics/inbound?year=2026").await.refused(401, "unauthenticated");
        for wrong in [json!({"name": "a", "scopes": [], "expires_on": "2026-12-30"}), json!({"name": "a", "scopes": ["all"], "expires_on": "2026-12-30"}),
            json!({"name": "a", "scopes": ["reports"], "expires_on": "2026-01-01"}), json!({"name": "a", "scopes": ["reports"], "expires_on": "2028-01-01"})] {
            w.post("admin", "/service-tokens", wrong).await.refused(422, "validation_failed");
        }
        w.post("officer.snv", "/service-tokens", json!({"name": "a", "scopes": ["reports"], "expires_on": "2026-12-30"})).await.refused(403, "forbidden");
    }

    async fn the_feed_adds_up_page_by_page_to_the_statistics(w) {
        import(&w, "outbound", DOAN_RA).await;
        let mut cells: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.get("stats", &format!("/statistics/outbound/cells?year=2023&limit=7{cursor}")).await.expect(200);
            let etag = page.etag();
            let path = format!("/statistics/outbound/cells?year=2023&limit=7{cursor}");
            let again = w.as_user("stats", World::request("GET", &path).insert_header(("If-None-Match", etag))).await;
            assert_eq!(again.status, 304);
            let page = page.json();
            cells.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let sum = |cells: &[Value], measure: &str| cells.iter().map(|c| c[measure].as_i64().unwrap()).sum::<i64>();
        assert_eq!((sum(&cells, "delegations_once"), sum(&cells, "visits_once")), (41, 302));
        let july: Vec<Value> = cells.iter().filter(|c| c["month"] == "2023-07").cloned().collect();
        assert_eq!((sum(&july, "delegations_once"), sum(&july, "visits_once")), (7, 29));
        let laos: Vec<Value> = cells.iter().filter(|c| c["country"] == "LA").cloned().collect();
        assert_eq!((sum(&laos, "delegations"), sum(&laos, "visits")), (22, 166));
        assert!(sum(&cells, "delegations") > 41);
        assert!(!cells.iter().any(|c| c.to_string().contains("Đoàn công tác")));
        let narrow = w.get("stats", "/statistics/outbound/cells?year=2023&country=LA").await.expect(200).json();
        assert!(narrow["items"].as_array().unwrap().iter().all(|c| c["country"] == "LA"));
        w.get("stats", "/statistics/outbound/cells?year=2023&by=country").await.refused(400, "invalid_query");
        w.get("stats", "/statistics/outbound/cells?cursor=nonsense").await.refused(400, "invalid_cursor");
        w.get("police", "/statistics/outbound/cells").await.refused(403, "forbidden");
        // Clerks see their agency alone.
        assert_eq!(w.get("clerk.syt", "/statistics/outbound/cells?year=2023").await.expect(200).json()["total"], 0);
    }

    async fn figures_are_open_only_where_the_province_says_so_and_hide_small_cells(w) {
        import(&w, "inbound", DOAN_VAO).await;
        let small = b"Delegation,Country,Arrival,Departure,Persons,Host\nSmall,FI,2020-05-05,2020-05-06,3,SYT\n";
        w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "b.csv", small).await.expect(201);
        for path in ["/open/catalogue", "/open/statistics/inbound?year=2020", "/open/statistics/outbound?year=2020"] {
            with(&w, None, path).await.refused(404, "not_found");
        }
        let w = w.publishing().await;
        assert_eq!(with(&w, None, "/open/catalogue").await.expect(200).json()["last_year"], 2025);
        let answer = with(&w, None, "/open/statistics/inbound?year=2020&by=country").await.expect(200);
        let etag = answer.etag();
        let open = answer.json();
        assert_eq!(open["total"], json!({"key": "", "label": "Tổng số", "delegations": 409, "visits": 2211, "persons": 2211, "suppressed": false}));
        let rows = open["rows"].as_array().unwrap();
        let gone: Vec<&str> = rows.iter().filter(|r| r["suppressed"] == true).map(|r| r["key"].as_str().unwrap()).collect();
        // Finland's three, and the smallest other country, so that they cannot be reckoned from the total.
        assert_eq!(gone, ["FI", "TW"]);
        assert!(rows.iter().all(|r| r["suppressed"] == true || r["persons"].as_i64().unwrap() > 4));
        assert!(rows.iter().all(|r| r["suppressed"] == false || (r["persons"].is_null() && r["delegations"].is_null())));
        // The same numbers as the province's own.
        let own = w.get("stats", "/statistics/inbound?year=2020&by=country").await.expect(200).json();
        for row in rows.iter().filter(|r| r["suppressed"] == false) {
            let own = own["rows"].as_array().unwrap().iter().find(|o| o["key"] == row["key"]).unwrap();
            assert_eq!((&row["delegations"], &row["visits"], &row["persons"]), (&own["delegations"], &own["visits"], &own["persons"]));
        }
        let csv = String::from_utf8(with(&w, None, "/open/statistics/inbound?year=2020&by=country&format=csv").await.expect(200).bytes).unwrap();
        assert!(csv.starts_with("\u{feff}Nước,Số đoàn,Số lượt,Số người\r\n") && csv.contains("Phần Lan,*,*,*\r\n"), "{csv}");
        let again = w.send(World::request("GET", "/open/statistics/inbound?year=2020&by=country").insert_header(("If-None-Match", etag))).await;
        assert_eq!(again.status, 304);
        // A year that goes on, or two groupings, would let cells be reckoned.
        with(&w, None, "/open/statistics/inbound?year=2026").await.refused(400, "invalid_query");
        with(&w, None, "/open/statistics/inbound?year=2020&by=country,month").await.refused(400, "invalid_query");
        with(&w, None, "/open/statistics/inbound?year=2020&by=region").await.refused(400, "invalid_query");
    }

    async fn a_scheduled_report_is_frozen_once_on_its_day(w) {
        let schedule = json!({"kind": "month", "days_after": 3, "recipients": []});
        w.post("clerk.skhcn", "/report-schedules", schedule.clone()).await.refused(403, "forbidden");
        let made = w.post("stats", "/report-schedules", schedule).await.expect(201).json();
        w.house.jobs.run_due().unwrap();
        assert_eq!(w.get("stats", "/reports").await.expect(200).json()["items"], json!([]));
        // 28 February and three days: the third of March.
        w.advance_days(1);
        for _ in 0..2 {
            w.house.jobs.run_due().unwrap();
        }
        let reports = w.get("stats", "/reports").await.expect(200).json();
        let items = reports["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["from"], &items[0]["to"]), (1, &json!("2026-02-01"), &json!("2026-02-28")));
        // The machine was off for two months: both are made.
        w.advance_days(65);
        w.house.jobs.run_due().unwrap();
        let reports = w.get("stats", "/reports").await.expect(200).json();
        let ends: Vec<&str> = reports["items"].as_array().unwrap().iter().map(|r| r["to"].as_str().unwrap()).collect();
        assert_eq!(ends, ["2026-04-30", "2026-03-31", "2026-02-28"]);
        let path = format!("/report-schedules/{}", made["id"].as_str().unwrap());
        w.as_user("stats", World::request("DELETE", &path).insert_header(("If-Match", "\"1\""))).await.expect(204);
        w.advance_days(60);
        w.house.jobs.run_due().unwrap();
        assert_eq!(w.get("stats", "/reports").await.expect(200).json()["items"].as_array().unwrap().len(), 3);
        for wrong in [json!({"kind": "month", "days_after": 0, "recipients": []}), json!({"kind": "month", "days_after": 3, "recipients": ["01ke3m9p000zz"]})] {
            w.post("stats", "/report-schedules", wrong).await.refused(422, "validation_failed");
        }
    }
}
