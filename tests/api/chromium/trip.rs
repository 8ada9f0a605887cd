//! From the draft to the closed dossier by keys alone, with script and without (U-04, U-05, U-07).

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::chromium::driver::{Chrome, SPACE};
use crate::world::World;
use kernel::time::Day;

/// The button that sends the form of a part or of an act.
pub const SEND: &str = "main form .buttons button:not([name])";

/// The trip of the story: a leader whom the Party committee manages, and a clerk, to Korea for five days.
async fn trip(w: &World) -> Value {
    let mut trip = w.study_visit().await;
    let members: Vec<Value> = trip["members"].as_array().unwrap()[..2].to_vec();
    trip["members"] = json!(members);
    trip
}

async fn drafted(w: &World, b: &Chrome) -> String {
    let trip = trip(w).await;
    let people = w.get("inspector", "/officials?limit=200").await.json();
    let name = |id: &Value| {
        let all = people["items"].as_array().unwrap();
        all.iter().find(|o| o["id"] == *id).unwrap()["full_name"].as_str().unwrap().to_owned()
    };
    b.sign_in("clerk.skhcn").await;
    b.press("a[href='/outbound-delegations/new']").await;
    b.press("a.button[href*='/new/journey?copy=']").await;
    b.type_into("/title", trip["title"].as_str().unwrap()).await;
    b.choose("/procedure", "outbound").await;
    b.choose("/purpose", "study_visit").await;
    b.choose("/field", "science").await;
    b.choose("/capacity", "department").await;
    b.press(SEND).await;
    b.type_into("/inviting_party/name", "Tỉnh Chungbuk").await;
    b.type_into("/inviting_party/country", "Hàn Quốc").await;
    b.choose("/inviting_party/kind", "locality").await;
    b.choose("/funding/0/source", "provincial_budget").await;
    b.type_into("/funding/0/amount/amount", "350.000.000").await;
    b.type_into("/funding/0/amount/currency", "VND").await;
    b.press(SEND).await;
    b.type_into("/departure_date", "23/3/2026").await;
    b.type_into("/return_date", "27-3-2026").await;
    b.type_into("/stops/0/country", "Hàn Quốc").await;
    b.type_into("/stops/0/place", "Cheongju").await;
    b.type_into("/stops/0/from", "23032026").await;
    b.type_into("/stops/0/to", "2026-03-27").await;
    b.press(SEND).await;
    b.type_into("/members/0/official_id", &name(&trip["members"][0]["official_id"])).await;
    b.choose("head", "/members/0").await;
    b.press("button[name=add][value='/members']").await;
    b.type_into("/members/1/official_id", &name(&trip["members"][1]["official_id"])).await;
    b.choose("/members/1/role", "member").await;
    b.press(SEND).await;
    let path = b.path().await;
    let id = path.split('/').nth(2).unwrap().to_owned();
    assert_eq!(id.len(), 13, "not drafted: {path}");
    id
}

/// A paper sent on the page of papers.
async fn paper(w: &World, b: &Chrome, path: &str, document: &str, there: usize) {
    let file = w.folder.join("giấy tờ.pdf");
    std::fs::write(&file, b"%PDF-1.7\n%test\n").unwrap();
    b.go(&format!("{path}/attachments")).await;
    b.choose("document", document).await;
    b.tab_to("[name=file]").await;
    let field = b.client.find(Locator::Css("[name=file]")).await.unwrap();
    field.send_keys(file.to_str().unwrap()).await.unwrap();
    b.press("main form button").await;
    let links = "document.querySelectorAll(\"main a[href*='/attachments/'][href^='/api/']\").length === arguments[0]";
    b.until(links, vec![json!(there)]).await;
}

const PAPERS: [&str; 4] = ["request_letter", "invitation", "programme", "cost_estimate"];

/// The same story over the API.
async fn over_the_api(w: &World) -> String {
    let id = w.draft(trip(w).await).await;
    for document in PAPERS {
        w.upload("clerk.skhcn", &id, document).await.expect(201);
    }
    let act = async |user: &str, action: &str, body: Value| w.act(user, &id, action, body).await.expect(200);
    act("clerk.skhcn", "request-signature", json!({})).await;
    act("head.skhcn", "submit", json!({})).await;
    act("officer.snv", "request-supplement", json!({"missing": ["programme"], "note": "Chưa ghi nơi làm việc."})).await;
    w.upload("clerk.skhcn", &id, "programme").await.expect(201);
    act("head.skhcn", "resubmit", json!({})).await;
    act("officer.snv", "appraise", json!({"opinion": "favourable", "note": "Phù hợp."})).await;
    act(
        "office.vptu",
        "consent",
        json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-03-02"}}),
    )
    .await;
    let paper = json!({"number": "24/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"});
    act("chair", "decide", json!({"verdict": "approve", "document": paper})).await;
    w.advance_days(21);
    act("custodian", "record-departure", json!({"on": "2026-03-23"})).await;
    w.advance_days(4);
    act("clerk.skhcn", "record-return", json!({"on": "2026-03-27"})).await;
    act(
        "head.skhcn",
        "submit-report",
        json!({"summary": "Đoàn đã hoàn thành chương trình.", "results": ["Ký biên bản ghi nhớ"]}),
    )
    .await;
    act("officer.snv", "close", json!({})).await;
    id
}

/// The rows that figures are counted from, without ids.
fn facts(w: &World) -> Value {
    use diesel::prelude::*;
    use ngoaivu::db::schema::{fact_shares as shares, facts};
    type Counted = (Day, Day, i64, Option<String>, Option<String>, String, Option<String>, bool);
    let rows = |conn: &mut ngoaivu::db::Conn| {
        let counted: Vec<Counted> = facts::table
            .order(facts::travel_date)
            .select((
                facts::travel_date,
                facts::decided_on,
                facts::days,
                facts::purpose,
                facts::field,
                facts::funding,
                facts::leader_level,
                facts::in_plan,
            ))
            .load(conn)?;
        let people: Vec<(i64, Option<String>, i64)> = shares::table
            .order((shares::delegation_id, shares::ord))
            .select((shares::ord, shares::country, shares::heads))
            .load(conn)?;
        Ok((counted, people))
    };
    let (counted, people) = w.house.db.read_now(rows).unwrap();
    assert!(!counted.is_empty() && !people.is_empty());
    json!([counted, people])
}

/// What a story leaves in history, trail and facts, without ids and times; the figures are those of a query.
async fn left(w: &World, register: &str, id: &str, figures: &str) -> Value {
    let path = format!("/{register}/{id}");
    let history = w.get("inspector", &format!("{path}/history")).await.expect(200).json();
    let act = |a: &Value| {
        json!([
            a["action"],
            a["actor"],
            a["body"],
            a["from_state"],
            a["to_state"],
            a["note"],
            a["document"],
            a["fields"]
        ])
    };
    let acts: Vec<Value> = history["items"].as_array().unwrap().iter().map(act).collect();
    let trail = w.get("inspector", "/audit?limit=200").await.expect(200).json();
    let object = path.trim_start_matches('/');
    let own =
        trail["items"].as_array().unwrap().iter().filter(|row| row["object"].as_str().unwrap().starts_with(object));
    // A program of the police is shown numbers of passports, and that is written down; a page masks them.
    let own = own.filter(|row| row["action"] != "reveal_passport");
    let row = |r: &Value| {
        let detail = &r["detail"];
        json!([
            r["action"],
            r["actor"],
            detail["from"],
            detail["to"],
            detail["version"],
            r["object"].as_str().unwrap().replace(id, "…").split('/').count()
        ])
    };
    let rows: Vec<Value> = own.map(row).collect();
    assert!(rows.len() > 10, "{trail}");
    let figures = w.get("stats", &format!("/statistics/{figures}")).await.expect(200).json();
    assert!(!figures["rows"].as_array().unwrap().is_empty(), "{figures}");
    json!({"acts": acts, "trail": rows, "total": figures["total"], "rows": figures["rows"], "facts": facts(w)})
}

/// Two stories, each in a world of its own, leave the same rows.
pub async fn same_is_left(register: &str, figures: &str, here: (&World, &str), there: (&World, &str)) {
    let (here, there) =
        (left(here.0, register, here.1, figures).await, left(there.0, register, there.1, figures).await);
    for part in ["acts", "trail", "total", "rows", "facts"] {
        assert_eq!(here[part], there[part], "{part}");
    }
}

/// Opens the form of an act from the page of the dossier, by keys.
pub async fn open_act(b: &Chrome, user: &str, path: &str, action: &str) {
    b.sign_in(user).await;
    b.go(path).await;
    b.press(&format!(".acts a[href$='/{action}']")).await;
}

pub async fn sent(b: &Chrome, action: &str) {
    b.press(SEND).await;
    b.until("location.search === arguments[0]", vec![json!(format!("?done={action}"))]).await;
    // Without script the focus is where a browser puts it after a full load; with it, it is told where one is.
    if b.scripts {
        b.until("document.activeElement?.tagName === 'H1'", Vec::new()).await;
    }
}

async fn the_whole_way(w: World, scripts: bool) {
    let Some(b) = Chrome::open(&w, scripts, 1280).await else { return };
    let id = drafted(&w, &b).await;
    let path = format!("/outbound-delegations/{id}");
    for (n, document) in PAPERS.into_iter().enumerate() {
        paper(&w, &b, &path, document, n + 1).await;
    }
    open_act(&b, "clerk.skhcn", &path, "request-signature").await;
    sent(&b, "request-signature").await;
    open_act(&b, "head.skhcn", &path, "submit").await;
    sent(&b, "submit").await;
    open_act(&b, "officer.snv", &path, "request-supplement").await;
    b.tab_to("[name='/missing'][value=programme]").await;
    b.keys(SPACE).await;
    b.type_into("/note", "Chưa ghi nơi làm việc.").await;
    sent(&b, "request-supplement").await;
    // It is the first thing that the clerk sees.
    b.sign_in("clerk.skhcn").await;
    b.press(&format!("#mend a[href='{path}']")).await;
    paper(&w, &b, &path, "programme", 5).await;
    open_act(&b, "head.skhcn", &path, "resubmit").await;
    sent(&b, "resubmit").await;
    open_act(&b, "officer.snv", &path, "appraise").await;
    b.choose("/opinion", "favourable").await;
    b.type_into("/note", "Phù hợp.").await;
    sent(&b, "appraise").await;
    open_act(&b, "office.vptu", &path, "consent").await;
    b.choose("/verdict", "agree").await;
    b.type_into("/document/number", "112-CV/TU").await;
    sent(&b, "consent").await;
    // Whoever decides finds it in their inbox.
    b.sign_in("chair").await;
    b.press("a[href='/inbox']").await;
    b.press(&format!("a.title[href='{path}']")).await;
    b.press(".acts a[href$='/decide']").await;
    b.choose("/verdict", "approve").await;
    b.type_into("/document/number", "24/QĐ-UBND").await;
    b.choose("/document/signed_as", "direct").await;
    b.picture(if scripts { "decide" } else { "decide-no-script" }).await;
    sent(&b, "decide").await;
    w.advance_days(21);
    open_act(&b, "custodian", &path, "record-departure").await;
    sent(&b, "record-departure").await;
    w.advance_days(4);
    open_act(&b, "clerk.skhcn", &path, "record-return").await;
    sent(&b, "record-return").await;
    open_act(&b, "head.skhcn", &path, "submit-report").await;
    b.type_into("/summary", "Đoàn đã hoàn thành chương trình.").await;
    b.type_into("/results", "Ký biên bản ghi nhớ").await;
    sent(&b, "submit-report").await;
    open_act(&b, "officer.snv", &path, "close").await;
    sent(&b, "close").await;
    assert_eq!(w.trip("inspector", &id).await["state"], "closed");
    // The same story over the API, in a world of its own, leaves the same rows.
    let other = World::sqlite().await;
    let same = over_the_api(&other).await;
    let figures = "outbound?year=2026&by=country,month&measures=days,person_days,cost,settled";
    same_is_left("outbound-delegations", figures, (&w, &id), (&other, &same)).await;
    assert_eq!(b.complaints().await, [""; 0]);
    b.close().await;
}

on_both! {
    async fn a_trip_from_draft_to_close_by_keys_alone(w) {
        the_whole_way(w, true).await;
    }

    async fn a_trip_from_draft_to_close_without_script(w) {
        the_whole_way(w, false).await;
    }
}
