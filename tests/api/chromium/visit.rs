//! A visit with twelve guests pasted from a sheet, the police asked, decided by the Chair: by keys alone, with script and
//! without (U-04, U-05, U-07, U-17, U-22).

use serde_json::{Value, json};

use crate::chromium::driver::Chrome;
use crate::chromium::trip::{SEND, open_act, same_is_left, sent};
use crate::world::World;

/// Twelve rows as a spreadsheet gives them, with a line break within a cell.
fn sheet() -> String {
    let mut rows = String::from("Họ và tên\tQuốc tịch\tChức vụ\tSố hộ chiếu\tVai trò\n");
    for n in 1..=12 {
        let role = if n == 1 { "Trưởng đoàn" } else { "Thành viên" };
        rows += &format!("\"KIM\nSố {n}\"\tHàn Quốc\tChuyên viên\tM7{n:06}\t{role}\n");
    }
    rows
}

async fn drafted(b: &Chrome) -> String {
    b.sign_in("clerk.skhcn").await;
    b.press("a[href='/inbound-delegations/new']").await;
    b.press("a.button[href*='/new/visit?copy=']").await;
    b.type_into("/title", "Đoàn tỉnh Chungbuk thăm và làm việc").await;
    b.choose("/channel", "state").await;
    b.type_into("/sending_organisation", "Chính quyền tỉnh Chungbuk").await;
    b.type_into("/country", "Hàn Quốc").await;
    b.choose("/purpose", "official").await;
    b.choose("/field", "science").await;
    b.type_into("/arrival_date", "23/3/2026").await;
    b.type_into("/departure_date", "25/3/2026").await;
    b.press(SEND).await;
    b.choose("/reception_level", "province").await;
    b.choose("/guest_class", "other").await;
    b.press(SEND).await;
    b.type_into("/headcount", "12").await;
    // What the clipboard would put there; the keys of a sheet cannot be typed, since Tab leaves the field.
    b.run("document.querySelector(\"[name='paste:text']\").value = arguments[0]", vec![json!(sheet())]).await;
    b.press("button[value=preview]").await;
    b.until("document.querySelectorAll('#paste tbody tr').length === 12", Vec::new()).await;
    b.press("button[name='paste:do'][value=replace]").await;
    let path = b.path().await;
    let id = path.split('/').nth(2).unwrap().to_owned();
    assert_eq!(id.len(), 13, "not drafted: {path}");
    b.press("button[name=add][value='/programme']").await;
    b.type_into("/programme/0/starts_at", "24/3/2026 09:00").await;
    b.type_into("/programme/0/ends_at", "24/3/2026 11:00").await;
    b.type_into("/programme/0/place", "Trụ sở Sở").await;
    b.type_into("/programme/0/activity", "Hội đàm").await;
    b.press(SEND).await;
    id
}

const PAPERS: [&str; 3] = ["request_letter", "guest_list", "programme"];

async fn papers(w: &World, id: &str) {
    for document in PAPERS {
        w.upload_to("inbound-delegations", "clerk.skhcn", id, document, "giấy tờ.pdf", b"%PDF-1.7\n%test\n")
            .await
            .expect(201);
    }
}

/// The same story over the API.
async fn over_the_api(w: &World) -> String {
    let mut visit = w.visit().await;
    let guest = |n: usize| {
        json!({"full_name": format!("KIM Số {n}"), "nationality": "KR", "position": "Chuyên viên",
            "passport_number": format!("M7{n:06}"), "role": if n == 1 { "head" } else { "member" }})
    };
    visit["guests"] = (1..=12).map(guest).collect();
    visit["programme"] = json!([]);
    let id = w.draft_visit(visit).await;
    let path = format!("/inbound-delegations/{id}");
    let hour = json!({"starts_at": "2026-03-24T02:00:00Z", "ends_at": "2026-03-24T04:00:00Z", "place": "Trụ sở Sở", "activity": "Hội đàm"});
    let etag = w.get("clerk.skhcn", &path).await.etag();
    w.patch("clerk.skhcn", &path, &etag, json!({"programme": [hour]})).await.expect(200);
    papers(w, &id).await;
    let act = async |user: &str, action: &str, body: Value| w.act_in(user, &id, action, body).await.expect(200);
    act("head.skhcn", "submit", json!({})).await;
    let note = "Ý kiến riêng của cơ quan ngoại vụ.";
    act("officer.snv", "appraise", json!({"opinion": "favourable", "note": note})).await;
    act("police", "give-opinion", json!({"opinion": "favourable"})).await;
    let paper = json!({"number": "25/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"});
    act("chair", "decide", json!({"verdict": "approve", "document": paper})).await;
    w.advance_days(21);
    act("clerk.skhcn", "record-arrival", json!({"on": "2026-03-23", "headcount": 12})).await;
    w.advance_days(2);
    act("clerk.skhcn", "record-departure", json!({"on": "2026-03-25"})).await;
    act("head.skhcn", "submit-report", json!({"summary": "Đoàn đã làm việc tại tỉnh.", "results": ["Ký biên bản"]}))
        .await;
    act("officer.snv", "close", json!({})).await;
    id
}

async fn the_whole_way(w: World, scripts: bool) {
    let Some(b) = Chrome::open(&w, scripts, 1280).await else { return };
    let id = drafted(&b).await;
    let path = format!("/inbound-delegations/{id}");
    let visit = w.get("clerk.skhcn", &path).await.json();
    let guests = visit["guests"].as_array().unwrap();
    assert_eq!((guests.len(), &guests[0]["full_name"], &guests[0]["role"]), (12, &json!("KIM Số 1"), &json!("head")));
    papers(&w, &id).await;
    open_act(&b, "head.skhcn", &path, "submit").await;
    sent(&b, "submit").await;
    open_act(&b, "officer.snv", &path, "appraise").await;
    b.choose("/opinion", "favourable").await;
    b.type_into("/note", "Ý kiến riêng của cơ quan ngoại vụ.").await;
    sent(&b, "appraise").await;
    // The police sees what it is asked, and nothing that others said: not on the page, and not in its source.
    b.sign_in("police").await;
    b.go(&path).await;
    let source = b.client.source().await.unwrap();
    assert!(!source.contains("Ý kiến riêng của cơ quan ngoại vụ") && !source.contains("id=\"differs\""), "{source}");
    b.press(".acts a[href$='/give-opinion']").await;
    b.choose("/opinion", "favourable").await;
    sent(&b, "give-opinion").await;
    b.sign_in("chair").await;
    b.press("a[href='/inbox']").await;
    b.press(&format!("a.title[href='{path}']")).await;
    b.press(".acts a[href$='/decide']").await;
    b.choose("/verdict", "approve").await;
    b.type_into("/document/number", "25/QĐ-UBND").await;
    b.choose("/document/signed_as", "direct").await;
    sent(&b, "decide").await;
    let decided = w.get("inspector", &path).await.json();
    assert_eq!(decided["state"], "approved");
    // No passport number stands in a page.
    b.sign_in("clerk.skhcn").await;
    for page in [path.clone(), format!("{path}/edit/guests"), format!("{path}/amend")] {
        b.go(&page).await;
        let source = b.client.source().await.unwrap();
        assert!(!source.contains("M7000003"), "{page}");
    }
    // They come, they leave, it is reported and closed.
    w.advance_days(21);
    open_act(&b, "clerk.skhcn", &path, "record-arrival").await;
    b.type_into("/headcount", "12").await;
    sent(&b, "record-arrival").await;
    w.advance_days(2);
    open_act(&b, "clerk.skhcn", &path, "record-departure").await;
    sent(&b, "record-departure").await;
    open_act(&b, "head.skhcn", &path, "submit-report").await;
    b.type_into("/summary", "Đoàn đã làm việc tại tỉnh.").await;
    b.type_into("/results", "Ký biên bản").await;
    sent(&b, "submit-report").await;
    open_act(&b, "officer.snv", &path, "close").await;
    sent(&b, "close").await;
    assert_eq!(w.get("inspector", &path).await.json()["state"], "closed");
    // The same story over the API, in a world of its own, leaves the same rows.
    let other = World::sqlite().await;
    let same = over_the_api(&other).await;
    same_is_left("inbound-delegations", "inbound?year=2026&by=country,month", (&w, &id), (&other, &same)).await;
    assert_eq!(b.complaints().await, [""; 0]);
    b.close().await;
}

on_both! {
    async fn a_visit_with_twelve_pasted_guests_by_keys_alone(w) {
        the_whole_way(w, true).await;
    }

    async fn a_visit_with_twelve_pasted_guests_without_script(w) {
        the_whole_way(w, false).await;
    }
}
