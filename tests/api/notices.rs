//! Notices: mail from the outbox to a real SMTP conversation, daily digests, signed webhooks; nothing lost, nothing twice.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use chrono::Duration;
use ngoaivu::config::{Security, Smtp};
use ngoaivu::jobs::hooks::signature;
use ngoaivu::jobs::outbox::{self, DeliveryChannel};
use ngoaivu::jobs::tools::{DeliverySettings, Jobs};
use serde_json::{Value, json};

use crate::world::{World, decision, post};

/// A mail server that answers `RCPT` from a script, and then takes everything.
pub struct MailServer {
    pub port: u16,
    pub letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start(script: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let (kept, script) = (Arc::clone(&letters), Arc::new(Mutex::new(script.to_vec())));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = Self::converse(stream, &kept, &script);
            }
        });
        MailServer { port, letters }
    }

    fn converse(
        mut stream: TcpStream,
        kept: &Mutex<Vec<String>>,
        script: &Mutex<Vec<&'static str>>,
    ) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        stream.write_all(b"220 test\r\n")?;
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            let command = line.trim_end().to_ascii_uppercase();
            line.clear();
            if command == "DATA" {
                stream.write_all(b"354 go\r\n")?;
                let mut letter = String::new();
                while !letter.ends_with("\r\n.\r\n") {
                    lines.read_line(&mut letter)?;
                }
                kept.lock().unwrap().push(letter);
                stream.write_all(b"250 taken\r\n")?;
            } else if command.starts_with("RCPT") {
                let answer = {
                    let mut script = script.lock().unwrap();
                    if script.is_empty() { "250 ok" } else { script.remove(0) }
                };
                stream.write_all(format!("{answer}\r\n").as_bytes())?;
            } else if command == "QUIT" {
                stream.write_all(b"221 bye\r\n")?;
                return Ok(());
            } else {
                stream.write_all(b"250 ok\r\n")?;
            }
        }
        Ok(())
    }

    /// Message-ID and recipient of every letter.
    pub fn taken(&self) -> Vec<(String, String)> {
        let header = |letter: &String, name: &str| {
            let line = letter.lines().find(|l| l.to_ascii_lowercase().starts_with(name)).unwrap();
            line.split_once(':').unwrap().1.trim().to_owned()
        };
        self.letters.lock().unwrap().iter().map(|l| (header(l, "message-id"), header(l, "to"))).collect()
    }
}

/// Headers and body.
type Message = (HashMap<String, String>, String);

/// A receiver of webhooks that answers from a script, then 204.
struct Receiver {
    port: u16,
    got: Arc<Mutex<Vec<Message>>>,
}

impl Receiver {
    fn start(script: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut script) = (Arc::clone(&got), script.to_vec());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                let mut headers = HashMap::new();
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                        break;
                    }
                    if let Some((name, value)) = line.split_once(':') {
                        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
                    }
                }
                let mut body = vec![0; headers.get("content-length").map_or(0, |l| l.parse().unwrap())];
                lines.read_exact(&mut body).unwrap();
                kept.lock().unwrap().push((headers, String::from_utf8(body).unwrap()));
                let status = if script.is_empty() { "204 No Content" } else { script.remove(0) };
                let _ = stream.write_all(
                    format!(
                        "HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n"
                    )
                    .as_bytes(),
                );
            }
        });
        Receiver { port, got }
    }
}

pub fn jobs(w: &World, mail_port: Option<u16>) -> Jobs {
    let smtp = mail_port.map(|port| Smtp {
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        login: None,
        from: "Sở Ngoại vụ <ngoaivu@tinhmau.gov.vn>".into(),
    });
    Jobs::new(
        w.house.db.clone(),
        w.house.clock.clone(),
        w.house.shelf.clone(),
        "tinh-mau.ngoaivu",
        DeliverySettings { smtp, ..post() },
        w.house.folder.clone(),
        w.house.answers.clone(),
        w.house.registers.clone(),
    )
}

pub async fn give_addresses(w: &World, users: &[&str]) {
    let all = w.get("admin", "/users?limit=200").await.json();
    for name in users {
        let user = all["items"].as_array().unwrap().iter().find(|u| u["username"] == *name).unwrap();
        let path = format!("/users/{}", user["id"].as_str().unwrap());
        let etag = w.get("admin", &path).await.etag();
        w.patch("admin", &path, &etag, json!({"email": format!("{name}@tinhmau.gov.vn")})).await.expect(200);
    }
}

/// The text of a letter, in whichever of the two encodings (RFC 2045 §6) it came.
pub fn text(letter: &str) -> String {
    let (head, body) = letter.split_once("\r\n\r\n").unwrap();
    let body = body.trim_end_matches("\r\n.\r\n");
    if !head.contains("quoted-printable") {
        use base64::Engine;
        let body: String = body.split_whitespace().collect();
        return String::from_utf8(base64::engine::general_purpose::STANDARD.decode(body).unwrap()).unwrap();
    }
    let (joined, mut bytes) = (body.replace("=\r\n", ""), Vec::new());
    let mut signs = joined.bytes();
    while let Some(sign) = signs.next() {
        let hex: String = if sign == b'=' { signs.by_ref().take(2).map(char::from).collect() } else { String::new() };
        bytes.push(if sign == b'=' { u8::from_str_radix(&hex, 16).unwrap() } else { sign });
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

on_both! {
    async fn every_step_tells_the_next_person_once_by_mail(w) {
        give_addresses(&w, &["officer.snv", "police", "chair", "head.skhcn", "clerk.skhcn"]).await;
        let server = MailServer::start(&[]);
        let jobs = jobs(&w, Some(server.port));
        jobs.run_due().unwrap();
        assert!(server.taken().is_empty(), "drafts and accounts are told to nobody");
        let to = |server: &MailServer| server.taken().into_iter().map(|(_, to)| to.split('@').next().unwrap().to_owned()).collect::<Vec<_>>();
        let id = w.submitted_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        assert_eq!(to(&server), ["officer.snv"]);
        w.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        // Two acts at once: only who is next now is told.
        jobs.run_due().unwrap();
        assert_eq!(to(&server)[1..], ["chair"]);
        w.act_in("chair", &id, "decide", decision("approve")).await.expect(200);
        jobs.run_due().unwrap();
        let mut agency = to(&server)[2..].to_vec();
        agency.sort();
        assert_eq!(agency, ["clerk.skhcn", "head.skhcn"]);
        let letter = server.letters.lock().unwrap()[0].clone();
        assert!(letter.contains("Date: Mon, 02 Mar 2026") && letter.is_ascii() && letter.contains("charset=utf-8"), "{letter}");
        assert!(letter.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{letter}");
        let ids: std::collections::HashSet<String> = server.taken().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(|id| id.ends_with("@tinh-mau.ngoaivu>")));
        // A supplement begins a new round, and the agency's clerks are asked too.
        let again = w.submitted_visit(w.visit().await).await;
        w.act_in("officer.snv", &again, "request-supplement", json!({"missing": ["guest_list"], "note": "Thiếu."})).await.expect(200);
        jobs.run_due().unwrap();
        let mut asked = to(&server)[4..].to_vec();
        asked.sort();
        assert_eq!(asked, ["clerk.skhcn", "head.skhcn"]);
        w.act_in("head.skhcn", &again, "resubmit", json!({})).await.expect(200);
        jobs.run_due().unwrap();
        assert_eq!(to(&server)[6..], ["officer.snv"]);
    }

    async fn the_holder_of_an_account_learns_what_an_administrator_did_with_it(w) {
        give_addresses(&w, &["chair", "clerk.skhcn"]).await;
        let server = MailServer::start(&[]);
        let jobs = jobs(&w, Some(server.port));
        jobs.run_due().unwrap();
        assert!(server.taken().is_empty(), "an address is no right");
        let all = w.get("admin", "/users?limit=200").await.json();
        let of = |name: &str| {
            let user = all["items"].as_array().unwrap().iter().find(|u| u["username"] == name).unwrap();
            format!("/users/{}", user["id"].as_str().unwrap())
        };
        w.post("admin", &format!("{}/reset", of("chair")), json!({})).await.expect(200);
        let clerk = of("clerk.skhcn");
        let etag = w.get("admin", &clerk).await.etag();
        w.patch("admin", &clerk, &etag, json!({"seats": [{"body": "ppc_chair"}]})).await.expect(200);
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        let letters: Vec<String> = server.letters.lock().unwrap().iter().map(|letter| text(letter)).collect();
        assert_eq!(letters.len(), 2, "{letters:?}");
        assert!(letters[0].contains("Mật khẩu của tài khoản được cấp lại: chair") && letters[0].contains("người thực hiện: admin"));
        assert!(letters[1].contains("Quyền của tài khoản đã thay đổi: clerk.skhcn"), "{}", letters[1]);
        // Of their own acts they are told one: whoever took their sign-in would do it.
        let change = json!({"current": ngoaivu::demo::PASSWORD, "new": "tre xanh ben bo song"});
        w.post("clerk.skhcn", "/me/password", change).await.expect(200);
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        let last = text(server.letters.lock().unwrap().last().unwrap());
        assert!(last.contains("Mật khẩu của tài khoản đã được đổi: clerk.skhcn"), "{last}");
    }

    async fn mail_is_tried_again_and_given_up_only_for_the_letters_own_fault(w) {
        give_addresses(&w, &["officer.snv"]).await;
        w.submitted_visit(w.visit().await).await;
        // Nobody listens: nothing is lost, no attempt is counted.
        let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        jobs(&w, Some(unused)).run_due().unwrap();
        let officer = w.get("admin", "/users?limit=200").await.json()["items"].as_array().unwrap().iter().find(|u| u["username"] == "officer.snv").unwrap()["id"].as_str().unwrap().parse::<kernel::id::Id>().unwrap().0;
        let row = |w: &World| w.house.db.read_now(move |c| outbox::of_target(c, DeliveryChannel::Mail, officer, None)).unwrap().remove(0);
        assert_eq!((row(&w).state.as_str(), row(&w).attempts), ("waiting", 0));
        // Busy, then taken.
        let server = MailServer::start(&["451 later"]);
        let jobs = jobs(&w, Some(server.port));
        w.advance(Duration::minutes(6));
        jobs.run_due().unwrap();
        assert_eq!((row(&w).state.as_str(), row(&w).attempts, server.taken().len()), ("waiting", 1, 0));
        jobs.run_due().unwrap();
        assert!(server.taken().is_empty(), "not before its time");
        w.advance(Duration::minutes(2));
        jobs.run_due().unwrap();
        assert_eq!((row(&w).state.as_str(), server.taken().len()), ("done", 1));
        // A process that dies after claiming: another sends it later, under the same id.
        let first = server.taken()[0].0.clone();
        let id = row(&w).id;
        w.house.db.write_now(move |c| {
            use diesel::prelude::*;
            use ngoaivu::db::schema::deliveries;
            let claimed = w_now();
            diesel::update(deliveries::table.find(id)).set((deliveries::state.eq("sending"), deliveries::claimed_at.eq(claimed))).execute(c)?;
            Ok(())
        }).unwrap();
        w.advance(Duration::minutes(1));
        jobs.run_due().unwrap();
        assert_eq!(server.taken().len(), 1, "it may still be on its way");
        w.advance(Duration::minutes(20));
        jobs.run_due().unwrap();
        assert_eq!(server.taken()[1].0, first);
        // The letter's own fault.
        let refusing = MailServer::start(&["550 no such user"]);
        let jobs = self::jobs(&w, Some(refusing.port));
        w.submitted_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        assert_eq!((row(&w).state.as_str(), row(&w).last_error.unwrap().contains("550")), ("dead", true));
    }

    async fn one_digest_a_day_reminds_before_and_after_the_day(w) {
        give_addresses(&w, &["officer.snv", "chair"]).await;
        w.submitted_visit(w.visit().await).await;
        let server = MailServer::start(&[]);
        let jobs = jobs(&w, Some(server.port));
        jobs.run_due().unwrap();
        assert_eq!(server.taken().len(), 1, "due on Wednesday: no reminder on Monday");
        w.advance_days(1);
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        let letters = server.letters.lock().unwrap().clone();
        assert_eq!(letters.len(), 2);
        assert!(text(&letters[1]).contains("SẮP ĐẾN HẠN") && text(&letters[1]).contains("hạn 04/03/2026"), "{}", text(&letters[1]));
        // Thursday: overdue; at the weekend nobody is reminded.
        w.advance_days(2);
        jobs.run_due().unwrap();
        assert!(text(server.letters.lock().unwrap().last().unwrap()).contains("QUÁ HẠN"));
        w.advance_days(2);
        jobs.run_due().unwrap();
        assert_eq!(server.taken().len(), 3);
        assert!(server.taken().iter().all(|(_, to)| to.starts_with("officer")));
    }

    async fn webhooks_are_signed_retried_and_buried(w) {
        let receiver = Receiver::start(&["500 Oops", "302 Found"]);
        let made = w.post("admin", "/webhooks", json!({"url": format!("http://127.0.0.1:{}/hook", receiver.port)})).await.expect(201);
        let (id, secret) = (made.json()["id"].as_str().unwrap().to_owned(), made.json()["secret"].as_str().unwrap().to_owned());
        assert!(w.get("admin", &format!("/webhooks/{id}")).await.json().get("secret").is_none());
        let jobs = jobs(&w, None);
        jobs.run_due().unwrap();
        receiver.got.lock().unwrap().clear();
        let visit = w.draft_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        let taken = || receiver.got.lock().unwrap().clone();
        assert_eq!(taken().len(), 1);
        w.advance(Duration::seconds(10));
        jobs.run_due().unwrap();
        w.advance(Duration::minutes(10));
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        let all = taken();
        // Failed, redirected (which is a failure, and is not followed), taken: one message under one id.
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|(h, b)| h["webhook-id"] == all[0].0["webhook-id"] && *b == all[0].1));
        let body: Value = serde_json::from_str(&all[2].1).unwrap();
        assert_eq!((&body["type"], &body["data"]), (&json!("delegation.create"), &json!({"register": "inbound-delegations", "delegation_id": visit, "action": "create", "state": null})));
        assert!(!all[2].1.contains("Chungbuk"));
        for (headers, body) in &all {
            let at: i64 = headers["webhook-timestamp"].parse().unwrap();
            assert_eq!(signature(&[&secret], &headers["webhook-id"], at, body).unwrap(), headers["webhook-signature"]);
        }
        // After a rotation both secrets sign, for a day.
        let rotated = w.post("admin", &format!("/webhooks/{id}/rotate"), json!({})).await.expect(200).json()["secret"].as_str().unwrap().to_owned();
        w.draft_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        let (headers, body) = taken().last().unwrap().clone();
        let at: i64 = headers["webhook-timestamp"].parse().unwrap();
        assert_eq!(signature(&[&rotated, &secret], &headers["webhook-id"], at, &body).unwrap(), headers["webhook-signature"]);
        w.advance_days(2);
        w.draft_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        assert!(!taken().last().unwrap().0["webhook-signature"].contains(' '));
    }

    async fn a_receiver_that_does_not_answer_is_asked_once_a_round_and_keeps_no_other_waiting(w) {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let good = Receiver::start(&[]);
        let mut ids = Vec::new();
        for port in [nobody, good.port] {
            let made = w.post("admin", "/webhooks", json!({"url": format!("http://127.0.0.1:{port}/")})).await.expect(201).json();
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let jobs = jobs(&w, None);
        for _ in 0..3 {
            w.draft_visit(w.visit().await).await;
        }
        jobs.run_due().unwrap();
        assert_eq!(good.got.lock().unwrap().len(), 3);
        let left = w.get("admin", &format!("/webhooks/{}/deliveries", ids[0])).await.expect(200).json();
        let tried: Vec<i64> = left["items"].as_array().unwrap().iter().map(|d| d["attempts"].as_i64().unwrap()).collect();
        assert_eq!(tried, [0, 0, 1], "the latest first; only one message was tried: {left}");
    }

    async fn an_endpoint_that_is_gone_is_switched_off_and_dead_letters_can_be_tried_again(w) {
        let receiver = Receiver::start(&["500 x"; 10]);
        let made = w.post("admin", "/webhooks", json!({"url": format!("http://127.0.0.1:{}/", receiver.port)})).await.expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let jobs = jobs(&w, None);
        w.draft_visit(w.visit().await).await;
        for _ in 0..12 {
            jobs.run_due().unwrap();
            w.advance(Duration::hours(30));
        }
        let dead = w.get("admin", &format!("/webhooks/{id}/deliveries?state=dead")).await.expect(200).json();
        assert_eq!((dead["items"].as_array().unwrap().len(), &dead["items"][0]["attempts"], &dead["items"][0]["last_error"]), (1, &json!(10), &json!("answered 500")));
        let delivery = dead["items"][0]["id"].as_str().unwrap();
        let retry = format!("/webhooks/{id}/deliveries/{delivery}/retry");
        w.post("admin", &retry, json!({})).await.expect(200);
        jobs.run_due().unwrap();
        assert_eq!(receiver.got.lock().unwrap().len(), 11);
        w.post("admin", &retry, json!({})).await.refused(404, "not_found");
        let gone = Receiver::start(&["410 Gone"]);
        let etag = w.get("admin", &format!("/webhooks/{id}")).await.etag();
        w.patch("admin", &format!("/webhooks/{id}"), &etag, json!({"url": format!("http://127.0.0.1:{}/", gone.port)})).await.expect(200);
        w.draft_visit(w.visit().await).await;
        jobs.run_due().unwrap();
        let seen = w.get("admin", &format!("/webhooks/{id}")).await;
        assert_eq!((&seen.json()["active"], &seen.json()["disabled_reason"]), (&json!(false), &json!("410 Gone")));
        for (url, code) in [("https://10.0.0.1/", "private_address"), ("http://example.com/", "not_https"), ("https://a:b@example.com/", "not_a_url")] {
            assert_eq!(w.post("admin", "/webhooks", json!({"url": url})).await.expect(422).faults(), [("/url".to_owned(), code.to_owned())]);
        }
        w.post("officer.snv", "/webhooks", json!({"url": "https://example.com/"})).await.refused(403, "forbidden");
        let bad = json!({"username": "clerk.x", "full_name": "X", "email": "x@nowhere"});
        assert_eq!(w.post("admin", "/users", bad).await.expect(422).faults(), [("/email".to_owned(), "invalid_email".to_owned())]);
        let removed = World::request("DELETE", &format!("/webhooks/{id}")).insert_header(("If-Match", seen.etag()));
        assert_eq!(w.as_user("admin", removed).await.status, 204);
    }
}

/// When the clerk's machine died: the moment at which the clock of these tests stood then.
fn w_now() -> kernel::time::Moment {
    crate::world::monday() + Duration::minutes(8)
}

on_both! {
    async fn a_scheduled_report_is_told_by_mail_and_an_impossible_one_asks_for_a_reason(w) {
        let mail = MailServer::start(&[]);
        let jobs = jobs(&w, Some(mail.port));
        give_addresses(&w, &["stats"]).await;
        let receiver = Receiver::start(&[]);
        w.post("admin", "/webhooks", json!({"url": format!("http://127.0.0.1:{}/hook", receiver.port)})).await.expect(201);
        let users = w.get("admin", "/users?limit=200").await.json();
        let stats = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "stats").unwrap()["id"].clone();
        w.post("stats", "/report-schedules", json!({"kind": "quarter", "days_after": 1, "recipients": [stats]})).await.expect(201);
        w.approved(w.small_trip().await).await;
        w.post("stats", "/reports", json!({"kind": "month", "year": 2026, "period": 3})).await.expect(201);
        w.advance_days(35);
        // Letters of one round go out with the next.
        for _ in 0..2 {
            jobs.run_due().unwrap();
        }
        let letters = mail.letters.lock().unwrap().clone();
        assert_eq!(letters.len(), 1, "{letters:?}");
        // Programs are told of each report, by its id and hash.
        let told: Vec<Value> = receiver.got.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).filter(|b: &Value| b["type"] == "report.frozen").collect();
        let reports = w.get("stats", "/reports").await.expect(200).json();
        let mut hashes: Vec<&Value> = reports["items"].as_array().unwrap().iter().map(|r| &r["hash"]).collect();
        hashes.reverse();
        assert_eq!(told.iter().map(|t| &t["data"]["hash"]).collect::<Vec<_>>(), hashes);
        // The next quarter lacks what one of its months had.
        w.post("stats", "/reports", json!({"kind": "month", "year": 2026, "period": 4})).await.expect(201);
        let trip = w.get("officer.snv", "/outbound-delegations").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        w.act("head.skhcn", &trip, "cancel", json!({"reason": "Bạn đổi lịch."})).await.expect(200);
        w.post("stats", "/report-schedules", json!({"kind": "half_year", "days_after": 1, "recipients": [stats]})).await.expect(201);
        w.advance_days(95);
        for _ in 0..3 {
            jobs.run_due().unwrap();
        }
        let reports = w.get("stats", "/reports?kind=half_year").await.expect(200).json();
        assert_eq!(reports["items"], json!([]));
        // The half year was refused, and told once; the second quarter was frozen.
        let subjects: Vec<String> = mail.letters.lock().unwrap().iter().map(|l| l.lines().find(|l| l.starts_with("Subject:")).unwrap().to_owned()).collect();
        assert_eq!(subjects.len(), 3, "{subjects:?}");
    }
}
