//! One calendar of trips and visits, its clashes, the feed as other programs read it, and the programme on paper.

use std::io::Read;

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty as P, ICalendarStatus, ICalendarValue};
use calcard::{Entry, Parser};
use serde_json::{Value, json};

use crate::world::World;

/// The wire form, which the parser is too kind to refuse: CRLF, 75 octets, no stray line break.
fn wire(ics: &str) {
    assert!(ics.ends_with("END:VCALENDAR\r\n"));
    for line in ics.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n']), "bare CR or LF: {line:?}");
        assert!(line.starts_with(' ') || line.contains(':') || line.contains(';'), "not a content line: {line:?}");
    }
}

fn parse(ics: &str) -> ICalendar {
    wire(ics);
    let mut parser = Parser::new(ics);
    let Entry::ICalendar(calendar) = parser.entry() else { panic!("not a calendar: {ics}") };
    assert!(matches!(parser.entry(), Entry::Eof));
    calendar
}

/// Uid, first moment, end, summary, sequence and status of every event.
fn events(calendar: &ICalendar) -> Vec<(String, String, String, String, i64, ICalendarStatus)> {
    let all = calendar.components.iter().filter(|c| c.component_type == ICalendarComponentType::VEvent);
    all.map(|c| {
        let first = |p: P| c.property(&p).and_then(|e| e.values.first());
        let when = |p: P| {
            let p = first(p).and_then(ICalendarValue::as_partial_date_time).unwrap();
            let day = format!("{:04}-{:02}-{:02}", p.year.unwrap(), p.month.unwrap(), p.day.unwrap());
            p.hour.map_or(day.clone(), |h| format!("{day}T{h:02}:{:02}Z", p.minute.unwrap()))
        };
        let summary = first(P::Summary).and_then(ICalendarValue::as_text).unwrap().to_owned();
        let sequence = first(P::Sequence).and_then(ICalendarValue::as_integer).unwrap();
        (c.uid().unwrap().to_owned(), when(P::Dtstart), when(P::Dtend), summary, sequence, c.status().unwrap().clone())
    })
    .collect()
}

async fn calendar(w: &World, user: &str) -> Value {
    w.get(user, "/calendar?from=2026-03-01&to=2026-03-31").await.expect(200).json()
}

on_both! {
    async fn trips_and_visits_stand_on_one_calendar_with_their_clashes(w) {
        let people = w.officials("SKHCN").await;
        let mut trip = w.small_trip().await;
        trip["members"] = json!([{"official_id": people[2], "role": "head"}]);
        let trip = w.approved(trip).await;
        let visit = w.approved_visit(w.visit().await).await;
        let seen = calendar(&w, "officer.snv").await;
        let items: Vec<(&str, &str)> = seen["items"].as_array().unwrap().iter().map(|i| (i["direction"].as_str().unwrap(), i["delegation_id"].as_str().unwrap())).collect();
        assert_eq!(items, [("outbound", trip.as_str()), ("inbound", visit.as_str())]);
        assert_eq!(seen["items"][0]["people"][0]["official_id"], people[2]);
        assert_eq!((&seen["items"][1]["programme"][0]["activity"], &seen["items"][1]["programme"][0]["hosts"][0]["official_id"]), (&json!("Hội đàm"), &json!(people[2])));
        let clash = &seen["clashes"][0];
        assert_eq!((&clash["official_id"], &clash["sides"][0]["kind"], &clash["sides"][1]["kind"]), (&json!(people[2]), &json!("abroad"), &json!("hosting")));
        assert_eq!(clash["sides"][0]["delegation_id"], trip.as_str());
        // Another agency sees neither, the Chair the visit that he approved, and that its host is away.
        let other = calendar(&w, "clerk.syt").await;
        assert_eq!((&other["items"], &other["clashes"]), (&json!([]), &json!([])));
        let chair = calendar(&w, "chair").await;
        assert_eq!((chair["items"].as_array().unwrap().len(), &chair["clashes"][0]["sides"][0]["delegation_id"]), (1, &Value::Null));
        w.act("clerk.skhcn", &trip, "cancel", json!({"reason": "Không đi nữa."})).await.expect(200);
        let seen = calendar(&w, "officer.snv").await;
        assert_eq!((seen["items"].as_array().unwrap().len(), &seen["clashes"]), (1, &json!([])));
        for query in ["from=2026-03-31&to=2026-03-01", "from=2026-01-01&to=2028-01-01", "from=2026-03-01"] {
            w.get("officer.snv", &format!("/calendar?{query}")).await.refused(400, "invalid_query");
        }
        w.get("stats", "/calendar?from=2026-03-01&to=2026-03-31").await.refused(403, "forbidden");
    }

    async fn a_feed_is_read_by_other_programs_and_can_be_revoked(w) {
        let mut body = w.visit().await;
        body["title"] = json!("Đoàn Chungbuk; thăm, \\ làm việc: “hữu nghị” 🇰🇷 và một tên rất dài để dòng phải gập lại nhiều lần cho đủ bảy mươi lăm octet");
        let visit = w.approved_visit(body.clone()).await;
        let trip = w.approved(w.small_trip().await).await;
        w.draft(w.small_trip_of(4).await).await;
        let made = w.post("officer.snv", "/calendar/feeds", json!({"name": "Lịch đối ngoại"})).await.expect(201).json();
        let path = made["path"].as_str().unwrap().to_owned();
        let feed = w.send(World::request("GET", &path)).await.expect(200);
        assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
        let text = String::from_utf8(feed.bytes.clone()).unwrap();
        let found = events(&parse(&text));
        let uid = format!("inbound-{visit}@tinh-mau.ngoaivu");
        let of = |uid: &str| found.iter().find(|e| e.0 == uid).unwrap_or_else(|| panic!("{found:?}")).clone();
        let title = body["title"].as_str().unwrap();
        assert_eq!((of(&uid).1.as_str(), of(&uid).2.as_str(), of(&uid).3, of(&uid).5), ("2026-03-23", "2026-03-26", format!("Đoàn vào: {title}"), ICalendarStatus::Confirmed));
        let hour = of(&format!("programme-{visit}-0@tinh-mau.ngoaivu"));
        assert_eq!((hour.1.as_str(), hour.2.as_str()), ("2026-03-24T02:00Z", "2026-03-24T04:00Z"));
        assert_eq!((found.len(), of(&format!("outbound-{trip}@tinh-mau.ngoaivu")).4), (3, 8));
        for secret in ["M12345678", "5678", "KIM"] {
            assert!(!text.contains(secret), "{secret}");
        }
        let again = World::request("GET", &path).insert_header(("If-None-Match", feed.etag()));
        assert_eq!(w.send(again).await.status, 304);
        // Cancelled, it stays with the same id and a higher sequence.
        w.act("clerk.skhcn", &trip, "cancel", json!({"reason": "Không đi nữa."})).await.expect(200);
        let text = String::from_utf8(w.send(World::request("GET", &path)).await.expect(200).bytes).unwrap();
        let gone = events(&parse(&text)).into_iter().find(|e| e.0.starts_with("outbound-")).unwrap();
        assert_eq!((gone.4, gone.5), (9, ICalendarStatus::Cancelled));
        // The owner's rights are those of today.
        w.send(World::request("GET", "/calendar.ics?key=nothing")).await.refused(404, "not_found");
        let list = w.get("officer.snv", "/calendar/feeds").await.expect(200).json();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["path"]), (1, &Value::Null));
        let id = made["id"].as_str().unwrap();
        let revoke = |tag: Option<&str>| {
            let request = World::request("DELETE", &format!("/calendar/feeds/{id}"));
            tag.map_or(World::request("DELETE", &format!("/calendar/feeds/{id}")), |t| request.insert_header(("If-Match", t)))
        };
        w.as_user("clerk.skhcn", revoke(Some("\"1\""))).await.refused(404, "not_found");
        w.as_user("officer.snv", revoke(None)).await.refused(428, "precondition_required");
        assert_eq!(w.as_user("officer.snv", revoke(Some("\"1\""))).await.status, 204);
        w.send(World::request("GET", &path)).await.refused(404, "not_found");
    }

    async fn the_programme_is_printed_day_by_day(w) {
        let mut body = w.visit().await;
        let host = w.officials("SKHCN").await[3].clone();
        body["programme"] = json!([
            {"starts_at": "2026-03-25T07:00:00Z", "ends_at": "2026-03-25T09:30:00Z", "place": "Cửa khẩu <A & B>", "activity": "Khảo sát", "hosts": [host], "restricted_area": true},
            {"starts_at": "2026-03-24T02:00:00Z", "ends_at": "2026-03-24T04:00:00Z", "place": "Trụ sở Sở", "activity": "Hội đàm", "hosts": []}
        ]);
        let id = w.approved_visit(body).await;
        let text = |bytes: Vec<u8>| {
            let mut file = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut xml = String::new();
            file.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
            xml
        };
        let all = text(w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/programme")).await.expect(200).bytes);
        for part in ["SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "24/03/2026", "09:00 - 11:00", "14:00 - 16:30", "Cửa khẩu &lt;A &amp; B&gt;", "24/QĐ-UBND", "12 người"] {
            assert!(all.contains(part), "{part}");
        }
        let (first, second) = (all.find("Ngày 24/03/2026").unwrap(), all.find("Ngày 25/03/2026").unwrap());
        assert!(first < second && all.matches("<w:tblHeader/>").count() == 2);
        let one = text(w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/programme?day=2026-03-25")).await.expect(200).bytes);
        assert!(one.contains("Khảo sát") && !one.contains("Hội đàm"));
        w.get("clerk.syt", &format!("/inbound-delegations/{id}/programme")).await.refused(404, "not_found");
    }
}
