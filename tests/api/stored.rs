//! What releases stored as JSON stays readable: one text of each kind and release lies in `tests/data/stored/`, and is
//! read by this version without losing a field.
//!
//! `WRITE_STORED=0.1.0 cargo test --test api stored` writes the texts of a new release. Those of a release that is out are
//! never written again.

use std::path::PathBuf;

use diesel::prelude::*;
use diesel::sql_types::Text;
use kernel::procedure::Procedure;
use kernel::time::Period;
use kernel::words::PaperRef;
use ngoaivu::db::{Conn, from_json};
use ngoaivu::dossier::amendments::Amendment;
use ngoaivu::dossier::decision::Decision;
use ngoaivu::dossier::model::{Dossier, ResultsReport, Ruling};
use ngoaivu::dossier::parts::duties::Settlement;
use ngoaivu::dossier::{Content, StoredContent};
use ngoaivu::error::Result;
use ngoaivu::imports::batch::ImportFault;
use ngoaivu::plans::model::{PlanChange, PlanDecision, PlannedTrips};
use ngoaivu::procedures::inbound::model::VisitContent;
use ngoaivu::procedures::outbound::model::TripContent;
use ngoaivu::registry::partners::Agreement;
use ngoaivu::regulations::question::AskedGrade;
use ngoaivu::reports::model::{ByRegister, ReportContent, ReportFigures};
use ngoaivu::sealing::{FieldKeys, with_keys};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::{World, decision};

/// Reads a text as this version does, and gives what it would store.
type Reader = fn(&mut Conn, &str) -> Result<Value>;

/// One kind of stored text: its name, the query that finds one, and how it is read.
struct Kind {
    name: &'static str,
    sql: &'static str,
    read: Reader,
}

const fn kind(name: &'static str, sql: &'static str, read: Reader) -> Kind {
    Kind { name, sql, read }
}

fn as_type<T: DeserializeOwned + Serialize>(_: &mut Conn, text: &str) -> Result<Value> {
    Ok(serde_json::to_value(from_json::<T>(text)?).unwrap())
}

/// The content column holds only what no other column does.
fn as_content<C: Content>(conn: &mut Conn, text: &str) -> Result<Value> {
    let day = "2026-03-02".parse().unwrap();
    let stored = StoredContent {
        id: -1,
        procedure: Procedure::OUTBOUND,
        title: String::new(),
        agency_id: 0,
        days: Some(Period { from: day, to: day }),
        listed_on: day,
        json: text.to_owned(),
    };
    from_json(&C::load(conn, vec![stored])?.remove(0).json()?)
}

const KINDS: &[Kind] = &[
    kind("trip_content", "SELECT content AS text FROM dossiers WHERE register = 'outbound'", as_content::<TripContent>),
    kind(
        "visit_content",
        "SELECT content AS text FROM dossiers WHERE register = 'inbound'",
        as_content::<VisitContent>,
    ),
    kind("ruling", "SELECT ruling AS text FROM dossiers", as_type::<Ruling>),
    kind("decision", "SELECT decision AS text FROM dossiers", as_type::<Decision>),
    kind("results_report", "SELECT report AS text FROM dossiers", as_type::<ResultsReport>),
    kind(
        "trip_amendments",
        "SELECT amendments AS text FROM dossiers WHERE register = 'outbound'",
        as_type::<Vec<Amendment<TripContent>>>,
    ),
    kind(
        "visit_amendments",
        "SELECT amendments AS text FROM dossiers WHERE register = 'inbound'",
        as_type::<Vec<Amendment<VisitContent>>>,
    ),
    kind(
        "trip_version",
        "SELECT v.body AS text FROM dossier_versions v JOIN dossiers d ON d.id = v.dossier_id WHERE d.register = 'outbound'",
        as_type::<Dossier<TripContent>>,
    ),
    kind(
        "visit_version",
        "SELECT v.body AS text FROM dossier_versions v JOIN dossiers d ON d.id = v.dossier_id WHERE d.register = 'inbound'",
        as_type::<Dossier<VisitContent>>,
    ),
    kind("history_document", "SELECT document AS text FROM acts", as_type::<PaperRef>),
    kind("plan_decisions", "SELECT decisions AS text FROM plans", as_type::<Vec<PlanDecision>>),
    kind("plan_item", "SELECT wanted AS text FROM plan_items", as_type::<PlannedTrips>),
    kind("plan_change", "SELECT change AS text FROM plan_items", as_type::<PlanChange>),
    kind("settlement", "SELECT settlement AS text FROM duties", as_type::<Settlement>),
    kind("import_errors", "SELECT errors AS text FROM imports", as_type::<Vec<ImportFault>>),
    kind("import_warnings", "SELECT warnings AS text FROM imports", as_type::<Vec<ImportFault>>),
    kind("agency_change_document", "SELECT document AS text FROM agency_changes", as_type::<PaperRef>),
    kind("agreement", "SELECT agreement AS text FROM partners", as_type::<Agreement>),
    kind("grade", "SELECT grade AS text FROM officials", as_type::<AskedGrade>),
    kind("report_totals", "SELECT totals AS text FROM reports", as_type::<ByRegister<ReportFigures>>),
    kind("report_content", "SELECT content AS text FROM reports", as_type::<ReportContent>),
];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/stored"))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    text: String,
}

/// The longest text of a kind: it says the most.
fn longest(conn: &mut Conn, kind: &Kind) -> Result<String> {
    let sql = format!(
        "SELECT text FROM ({}) s WHERE text IS NOT NULL AND length(text) > 2 ORDER BY length(text) DESC LIMIT 1",
        kind.sql
    );
    Ok(diesel::sql_query(sql).get_result::<Found>(conn).map_err(ngoaivu::error::Error::from)?.text)
}

/// Everything in it as it was before it was sealed.
fn unsealed(value: &mut Value, keys: &FieldKeys) {
    match value {
        Value::String(text) => *text = keys.open(text).unwrap(),
        Value::Array(items) => items.iter_mut().for_each(|item| unsealed(item, keys)),
        Value::Object(fields) => fields.values_mut().for_each(|field| unsealed(field, keys)),
        _ => {}
    }
}

/// What `after` lacks of `before`, by pointer. Fields that are new in this version are no loss.
fn lost(before: &Value, after: &Value, at: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                match new.get(key) {
                    Some(there) => lost(value, there, &format!("{at}/{key}"), found),
                    None if value.is_null() => {}
                    None => found.push(format!("{at}/{key}")),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).enumerate().for_each(|(i, (o, n))| lost(o, n, &format!("{at}/{i}"), found));
        }
        _ if before == after => {}
        _ => found.push(format!("{at}: {before} became {after}")),
    }
}

/// A year in which everything is stored at least once.
async fn live(w: &World) {
    let put = async |path: &str, user: &str, action: &str, body: Value| {
        let etag = w.get("officer.snv", path).await.expect(200).etag();
        let path = format!("{path}/{action}");
        w.as_user(user, World::request("POST", &path).insert_header(("If-Match", etag)).set_json(body))
            .await
            .expect(200)
    };
    // A plan, approved, with an item that is to change.
    let item = json!({"agency_id": w.agency("SKHCN").await, "title": "Học tập chuyển đổi số", "month": 3, "countries": ["KR"],
        "purpose": "study_visit", "headcount": 8, "funding_source": "provincial_budget", "budget": {"amount": 500_000_000, "currency": "VND"}});
    let item =
        w.post("clerk.skhcn", "/plans/2026/items", item).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    put("/plans/2026", "officer.snv", "consolidate", json!({})).await;
    let paper = json!({"body": "ppc_chair", "document": {"number": "02/KH-UBND", "date": "2026-01-06"}});
    put("/plans/2026", "chair", "approve", paper).await;
    let path = format!("/plans/2026/items/{item}");
    let etag = w.get("officer.snv", &path).await.etag();
    w.patch("clerk.skhcn", &path, &etag, json!({"headcount": 12, "reason": "Thêm doanh nghiệp."})).await.expect(200);

    // People and partners.
    let official = format!("/officials/{}", w.officials("SKHCN").await[0]);
    let etag = w.get("clerk.skhcn", &official).await.expect(200).etag();
    let grade = json!({"grade": {"category": "A1", "grade": "chuyên viên", "step": "3/9", "code": "01.003"}});
    w.patch("clerk.skhcn", &official, &etag, grade).await.expect(200);
    let partner = json!({"kind": "locality", "name": "Chính quyền tỉnh Chungbuk", "country": "KR",
        "relation": {"since": "2012-10-10", "state": "active", "agreement": {"title": "Thỏa thuận", "number": "01/TTQT", "signed_on": "2012-10-10"}}});
    w.post("officer.snv", "/partners", partner).await.expect(201);

    // A trip with consent, amendment, report and settlement.
    let mut trip = w.study_visit().await;
    trip["plan_item_id"] = json!(item);
    let id = w.submitted(trip).await;
    w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
    let letter = json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-03-02"}});
    w.act("office.vptu", &id, "consent", letter).await.expect(200);
    w.act("chair", &id, "decide", decision("approve")).await.expect(200);
    let shorter = json!({"changes": {"return_date": "2026-03-26", "note": "Rút ngắn."}, "reason": "Phía bạn rút ngắn chương trình."});
    w.act("clerk.skhcn", &id, "amend", shorter).await.expect(200);
    let visit = w.approved_visit(w.visit().await).await;
    let more = json!({"changes": {"headcount": 30}, "reason": "Bạn thêm khách."});
    w.act_in("clerk.skhcn", &visit, "amend", more).await.expect(200);
    w.advance_days(30);
    w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
    w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-26"})).await.expect(200);
    let duties = w.get("clerk.skhcn", "/duties").await.expect(200).json();
    let duty = duties["items"].as_array().unwrap().iter().find(|d| d["code"] == "settlement").unwrap()["id"].clone();
    let lines = json!([{"what": "Vé máy bay", "actual": {"amount": 1_250_000, "currency": "USD"}, "rate": "25400.5"}]);
    let path = format!("/duties/{}", duty.as_str().unwrap());
    put(&path, "clerk.skhcn", "fulfil", json!({"on": "2026-03-30", "lines": lines})).await;
    let report = json!({"summary": "Tốt.", "results": ["Ký biên bản"], "follow_ups": [{"task": "Cử thực tập sinh", "agency_id": w.agency("SYT").await, "due_on": "2026-12-31"}]});
    w.act("head.skhcn", &id, "submit-report", report).await.expect(200);

    // A list with an error and a warning; a renamed unit; a frozen report.
    let list = "Delegation,Country,Arrival,Departure,Persons,Agency\nA,LA,2021-03-05,2021-03-07,6,Sở chưa có\nB,XX,2021-03-05,2021-03-07,x,SYT\n";
    w.import("officer.snv", &[("kind", "inbound")], "a.csv", list.as_bytes()).await.expect(201);
    let renamed = json!({"kind": "rename", "on": "2026-03-20", "from": [w.agency("SYT").await], "to": [{"code": "SYT2", "name": "Sở Y tế mới"}],
        "document": {"number": "05/NQ-HĐND", "date": "2026-03-20"}});
    w.post("officer.snv", "/agency-changes", renamed).await.expect(201);
    w.post("officer.snv", "/reports", json!({"kind": "annual", "year": 2026})).await.expect(201);
}

on_both! {
    async fn what_every_release_stored_is_read_without_losing_a_field(w) {
        if let Some(release) = std::env::var_os("WRITE_STORED") {
            let target = folder().join(release);
            std::fs::create_dir_all(&target).unwrap();
            live(&w).await;
            for kind in KINDS {
                let text = w.house.db.read_now(|conn| longest(conn, kind)).unwrap();
                let keys = w.house.db.keys().unwrap();
                let mut value: Value = serde_json::from_str(&keys.open(&text).unwrap()).unwrap();
                unsealed(&mut value, keys);
                std::fs::write(target.join(format!("{}.json", kind.name)), serde_json::to_string_pretty(&value).unwrap() + "\n").unwrap();
            }
        }
        let releases: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!releases.is_empty());
        let newest = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/stored/", env!("CARGO_PKG_VERSION"));
        for release in releases {
            for kind in KINDS {
                let file = release.join(format!("{}.json", kind.name));
                // A kind that is younger than a release has no text of it.
                if !file.exists() {
                    assert!(!release.ends_with(newest), "{} has no {}", release.display(), kind.name);
                    continue;
                }
                let text = std::fs::read_to_string(&file).unwrap();
                let before: Value = serde_json::from_str(&text).unwrap();
                // As it was before it was sealed: the keys of a release are nobody's.
                let after = w.house.db.read_now(|conn| with_keys(None, || (kind.read)(conn, &text))).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
                let mut missing = Vec::new();
                lost(&before, &after, "", &mut missing);
                assert!(missing.is_empty(), "{}: {missing:?}", file.display());
            }
        }
    }
}
