//! From the draft to the closed dossier by keys alone, with script and without (U-04, U-05, U-07).

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::chromium::driver::Chrome;
use crate::world::World;

/// The button that sends the form of a part or of an act.
pub const SEND: &str = "main form .buttons button:not([name])";

async fn drafted(w: &World, b: &Chrome) -> String {
    let trip = w.small_trip().await;
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
    b.choose("/funding/0/source", "host").await;
    b.press(SEND).await;
    b.type_into("/departure_date", "23/3/2026").await;
    b.type_into("/return_date", "27-3-2026").await;
    b.type_into("/stops/0/country", "Nhật Bản").await;
    b.type_into("/stops/0/place", "Cheongju").await;
    b.type_into("/stops/0/from", "23032026").await;
    b.type_into("/stops/0/to", "2026-03-27").await;
    b.press(SEND).await;
    b.type_into("/members/0/official_id", &name(&trip["members"][0]["official_id"])).await;
    b.choose("/members/0/role", "head").await;
    b.press("button[name=add][value='/members']").await;
    b.type_into("/members/1/official_id", &name(&trip["members"][1]["official_id"])).await;
    b.choose("/members/1/role", "member").await;
    b.press(SEND).await;
    let path = b.path().await;
    let id = path.split('/').nth(2).unwrap().to_owned();
    assert_eq!(id.len(), 13, "not drafted: {path}");
    id
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
    let lost = b.run("return document.activeElement === null", Vec::new()).await;
    assert_eq!(lost, json!(false));
}

async fn the_whole_way(w: World, scripts: bool) {
    let Some(b) = Chrome::open(&w, scripts, 1280).await else { return };
    let id = drafted(&w, &b).await;
    let path = format!("/outbound-delegations/{id}");
    let paper = w.folder.join("giấy tờ.pdf");
    std::fs::write(&paper, b"%PDF-1.7\n%test\n").unwrap();
    for (n, document) in ["request_letter", "invitation", "programme"].into_iter().enumerate() {
        b.go(&format!("{path}/attachments")).await;
        b.choose("document", document).await;
        b.tab_to("[name=file]").await;
        let field = b.client.find(Locator::Css("[name=file]")).await.unwrap();
        field.send_keys(paper.to_str().unwrap()).await.unwrap();
        b.press("main form button").await;
        b.until(
            "document.querySelectorAll(\"a[href*='/attachments/'][href^='/api/']\").length === arguments[0]",
            vec![json!(n + 1)],
        )
        .await;
    }
    open_act(&b, "clerk.skhcn", &path, "request-signature").await;
    sent(&b, "request-signature").await;
    open_act(&b, "head.skhcn", &path, "submit").await;
    sent(&b, "submit").await;
    open_act(&b, "officer.snv", &path, "appraise").await;
    b.choose("/opinion", "favourable").await;
    b.type_into("/note", "Phù hợp.").await;
    sent(&b, "appraise").await;
    // Whoever decides finds it in their inbox.
    b.sign_in("director.snv").await;
    b.press("a[href='/inbox']").await;
    b.press(&format!("a.title[href='{path}']")).await;
    b.press(".acts a[href$='/decide']").await;
    b.choose("/verdict", "approve").await;
    b.type_into("/document/number", "12/QĐ-SNgV").await;
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
    b.sign_in("officer.snv").await;
    b.go(&path).await;
    b.press(".acts a[href$='/close']").await;
    sent(&b, "close").await;
    let trip = w.trip("inspector", &id).await;
    assert_eq!(trip["state"], "closed");
    let history = w.get("inspector", &format!("{path}/history")).await.json();
    let acts: Vec<Value> =
        history["items"].as_array().unwrap().iter().map(|a| json!([a["action"], a["actor"], a["note"]])).collect();
    assert_eq!(
        acts,
        [
            json!(["create", "clerk.skhcn", null]),
            json!(["request-signature", "clerk.skhcn", null]),
            json!(["submit", "head.skhcn", null]),
            json!(["appraise", "officer.snv", "Phù hợp."]),
            json!(["decide", "director.snv", null]),
            json!(["record-departure", "custodian", null]),
            json!(["record-return", "clerk.skhcn", null]),
            json!(["submit-report", "head.skhcn", null]),
            json!(["close", "officer.snv", null]),
        ]
    );
    let counted = w.get("stats", "/statistics/outbound?year=2026").await.expect(200).json();
    assert_eq!((&counted["total"]["delegations"], &counted["total"]["visits"]), (&json!(1), &json!(2)));
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
