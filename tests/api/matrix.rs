//! Role × operation as a golden file that a person can read: what each account of the demo world gets from every operation.
//!
//! Each operation is really called, with a body that is not valid and an ETag that is stale, so that nothing changes:
//! 401, 403 and 404 are refusals of the person; 200, 400, 412 and 422 mean that the person may.

use std::fmt::Write;

use ngoaivu::demo;
use serde_json::json;

use crate::spec::{needs_if_match, operations};
use crate::world::{World, form};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/golden/access.txt");

async fn matrix(w: &World) -> String {
    let id = w.submitted(w.study_visit().await).await;
    let paper = w.get("inspector", &format!("/outbound-delegations/{id}/attachments")).await.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let visit = w.submitted_visit(w.visit().await).await;
    let visit_paper = w.get("inspector", &format!("/inbound-delegations/{visit}/attachments")).await.json()["items"][0]
        ["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let guest = w.get("inspector", "/guests").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let partner = json!({"kind": "locality", "name": "Tỉnh Chungbuk", "country": "KR"});
    let partner =
        w.post("officer.snv", "/partners", partner).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let hook = w.post("admin", "/webhooks", json!({"url": "https://example.com/"})).await.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let list = b"Delegation,Country,Arrival,Departure,Persons\nA,LA,2021-03-05,2021-03-07,6\n";
    let batch = w.import("officer.snv", &[("kind", "inbound")], "a.csv", list).await.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let report =
        w.post("officer.snv", "/reports", json!({"kind": "annual", "year": 2026})).await.expect(201).json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
    let program = json!({"name": "Kho", "scopes": ["statistics"], "expires_on": "2026-06-30"});
    let program =
        w.post("admin", "/service-tokens", program).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let schedule = json!({"kind": "month", "days_after": 3, "recipients": []});
    let schedule =
        w.post("stats", "/report-schedules", schedule).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let users = w.get("admin", "/users?limit=200").await.json();
    let user = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "police").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let id_of = |name: &str| {
        let found = users["items"].as_array().unwrap().iter().find(|u| u["username"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let lent = json!({"to_user_id": id_of("officer.snv"), "body": "dofa_director", "signed_as": "kt", "valid_from": "2030-01-01",
        "document_number": "1", "document_date": "2026-03-01"});
    let lent =
        w.post("director.snv", "/substitutions", lent).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let item = json!({"agency_id": w.agency("SKHCN").await, "title": "Xúc tiến", "month": 5, "countries": ["KR"], "purpose": "promotion", "headcount": 8});
    let item =
        w.post("clerk.skhcn", "/plans/2026/items", item).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let written = json!({"delegation_id": id, "kind": "submission"});
    let written = w.post("clerk.skhcn", "/papers", written).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let (duty, custody) = after_trip(w).await;
    let (agency, official) = (w.agency("SKHCN").await, w.officials("SKHCN").await[0].clone());
    let accounts: Vec<&str> = demo::accounts_shown().map(|(name, ..)| name).collect();
    let mut text = String::from("operation");
    write!(text, "{:63}{:>12}", "", "anonymous").unwrap();
    for account in &accounts {
        write!(text, "{account:>13}").unwrap();
    }
    text.push('\n');
    for (method, path, operation) in operations() {
        let uri = path
            .replace("/users/{id}", &format!("/users/{user}"))
            .replace("/agencies/{id}", &format!("/agencies/{agency}"))
            .replace("/officials/{id}", &format!("/officials/{official}"))
            .replace("/inbound-delegations/{id}", &format!("/inbound-delegations/{visit}"))
            .replace("/guests/{id}", &format!("/guests/{guest}"))
            .replace("/partners/{id}", &format!("/partners/{partner}"))
            .replace("/webhooks/{id}", &format!("/webhooks/{hook}"))
            .replace("/imports/{id}", &format!("/imports/{batch}"))
            .replace("/reports/{id}", &format!("/reports/{report}"))
            .replace("/service-tokens/{id}", &format!("/service-tokens/{program}"))
            .replace("/report-schedules/{id}", &format!("/report-schedules/{schedule}"))
            .replace("/substitutions/{id}", &format!("/substitutions/{lent}"))
            .replace("/plans/{year}/items/{id}", &format!("/plans/2026/items/{item}"))
            .replace("{year}", "2026")
            .replace("/duties/{id}", &format!("/duties/{duty}"))
            .replace("/custodies/{id}", &format!("/custodies/{custody}"))
            .replace("{passport_id}", &hook)
            .replace("/papers/{id}", &format!("/papers/{written}"))
            .replace("/paper-templates/{kind}", "/paper-templates/submission")
            .replace("/bodies/{code}", "/bodies/ppc_chair")
            .replace("{delivery_id}", &hook)
            .replace("{attachment_id}", if path.contains("inbound") { &visit_paper } else { &paper })
            .replace("{code}", "mau")
            .replace("{id}", &id)
            + match path.as_str() {
                "/api/v1/holidays" => "?year=2026",
                "/api/v1/calendar" => "?from=2026-03-01&to=2026-03-31",
                "/api/v1/open/statistics/outbound" | "/api/v1/open/statistics/inbound" => "?year=2025",
                "/api/v1/calendar.ics" => "?key=nothing",
                "/api/v1/papers/preview" => "?delegation_id=01ke3m9p000b2&kind=submission",
                "/api/v1/reports/{id}/records" => "?table=summary&key=outbound",
                _ => "",
            };
        let request = || {
            // From the server's own machine, which alone sees what is meant for operators.
            let mut request = World::request(&method, &uri).peer_addr("127.0.0.1:40000".parse().unwrap());
            if !uri.starts_with("/api") {
                request = request.uri(&uri);
            }
            if needs_if_match(&operation) {
                request = request.insert_header(("If-Match", "\"0\""));
            }
            if path.ends_with("/attachments") && method == "POST" {
                let payload = "--f\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\nnothing\r\n--f\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\r\n--f--\r\n";
                return request.insert_header(("Content-Type", "multipart/form-data; boundary=f")).set_payload(payload);
            }
            if path.ends_with("/paper-templates/{kind}") && method == "POST" {
                return form("/paper-templates/submission", &[], "a.docx", b"x");
            }
            if path.ends_with("/imports") && method == "POST" {
                return form("/imports", &[("kind", "nothing")], "a.csv", b"x");
            }
            match method.as_str() {
                "POST" if path.ends_with("/regulations") => {
                    request.insert_header(("Content-Type", "application/toml")).set_payload("x")
                }
                "POST" | "PATCH" => request.set_json(json!({"no_such_field": 1})),
                _ => request,
            }
        };
        write!(text, "{:<72}{:>12}", format!("{method} {path}"), w.send(request()).await.status).unwrap();
        for account in &accounts {
            write!(text, "{:>13}", w.as_user(account, request()).await.status).unwrap();
        }
        text.push('\n');
    }
    text
}

/// A duty of SKHCN and a passport that is out.
async fn after_trip(w: &World) -> (String, String) {
    let id = |v: &serde_json::Value| v["id"].as_str().unwrap().to_owned();
    let people = w.officials("SKHCN").await;
    let passport = json!({"kind": "official", "passport_number": "O1234567", "expires_on": "2031-01-01"});
    w.post("custodian", &format!("/officials/{}/passports", people[3]), passport).await.expect(201);
    let mut trip = w.small_trip().await;
    trip["members"] = json!([{"official_id": people[3], "role": "head"}]);
    for (field, day) in [("departure_date", "2026-08-03"), ("return_date", "2026-08-04")] {
        trip[field] = json!(day);
    }
    trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": "2026-08-03", "to": "2026-08-04"}]);
    let trip = w.approved(trip).await;
    let given = json!({"delegation_id": trip, "official_id": people[3], "on": "2026-03-02", "receipt": "1"});
    let given = w.post("custodian", "/custodies", given).await.expect(201).json();
    let duty = w.get("officer.snv", "/duties").await.expect(200).json()["items"][0].clone();
    (id(&duty), id(&given))
}

on_both! {
    async fn who_may_do_what_is_as_written(w) {
        let found = matrix(&w).await;
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(GOLDEN, &found).unwrap();
        }
        let written = std::fs::read_to_string(GOLDEN).unwrap_or_default();
        for (line, (found, written)) in found.lines().zip(written.lines().chain(std::iter::repeat(""))).enumerate() {
            assert_eq!(found, written, "line {} of tests/api/golden/access.txt; an operation missing there fails", line + 1);
        }
        assert_eq!(found.lines().count(), written.lines().count());
    }
}
