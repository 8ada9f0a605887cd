//! What comes in as a file: what runs, hides or harms is not taken, pictures lose what they tell, and nobody fills the disk.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::num::NonZeroU32;

use ngoaivu::config::ScannerAddress;
use ngoaivu::dossier::parts::attachments::UploadQuota;
use ngoaivu::web::quota::RequestQuota;
use ngoaivu::web::scanner::FileScanner;
use serde_json::json;

use crate::world::{Answer, World};

const ACTIVE: &[u8] = b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj\n%%EOF\n";
const PLAIN: &[u8] = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n";

/// A scanner as clamd is one: it says what it found in what it was sent, and ends the connection.
fn scanner_that_knows_eicar() -> (FileScanner, std::thread::JoinHandle<usize>) {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = door.local_addr().unwrap().to_string();
    let serving = std::thread::spawn(move || {
        let mut asked = 0;
        for stream in door.incoming().take(2) {
            let mut stream = stream.unwrap();
            let mut word = [0; 10];
            stream.read_exact(&mut word).unwrap();
            assert_eq!(&word, b"zINSTREAM\0");
            let mut file = Vec::new();
            loop {
                let mut length = [0; 4];
                stream.read_exact(&mut length).unwrap();
                let length = u32::from_be_bytes(length);
                if length == 0 {
                    break;
                }
                let mut piece = vec![0; usize::try_from(length).unwrap()];
                stream.read_exact(&mut piece).unwrap();
                file.extend(piece);
            }
            let found = file.windows(5).any(|w| w == b"EICAR");
            stream.write_all(if found { b"stream: Win.Test.EICAR FOUND\0" } else { b"stream: OK\0" }).unwrap();
            asked += 1;
        }
        asked
    });
    (FileScanner(ScannerAddress::parse(&address).unwrap()), serving)
}

/// A picture with one segment of metadata.
fn jpeg_with(told: &[u8]) -> Vec<u8> {
    let mut file = b"\xff\xd8\xff\xfe".to_vec();
    file.extend(u16::try_from(told.len() + 2).unwrap().to_be_bytes());
    file.extend(told);
    file.extend(b"\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0lines\xff\xd9");
    file
}

async fn send(w: &World, id: &str, name: &str, bytes: &[u8]) -> Answer {
    w.upload_file("clerk.skhcn", id, "other", name, bytes).await
}

on_both! {
    async fn what_runs_or_hides_is_refused_at_its_field_and_nothing_is_kept(w) {
        let id = w.draft(w.small_trip().await).await;
        for (bytes, code) in [
            (ACTIVE.to_vec(), "active_content"),
            (b"%PDF-1.7\n/Encrypt 3 0 R\n".to_vec(), "locked_file"),
            (b"%PDF-1.7\n<script>alert(1)</script>".to_vec(), "hidden_file"),
        ] {
            let problem = send(&w, &id, "thư mời.pdf", &bytes).await.refused(422, "validation_failed");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/file"), &json!(code)));
        }
        assert_eq!(w.files(), 0);
        send(&w, &id, "thư mời.pdf", PLAIN).await.expect(201);
        let picture = send(&w, &id, "ảnh.jpg", &jpeg_with(b"10.776N CANARY")).await.expect(201).json();
        let path = format!("/outbound-delegations/{id}/attachments/{}", picture["id"].as_str().unwrap());
        let kept = w.get("clerk.skhcn", &path).await.expect(200).bytes;
        assert!(kept.windows(5).any(|w| w == b"lines") && !kept.windows(6).any(|w| w == b"CANARY"));
        assert_eq!(picture["size"], json!(kept.len()));
    }

    async fn a_scanner_refuses_and_without_it_nothing_is_taken(w) {
        let (scanner, serving) = scanner_that_knows_eicar();
        let w = w.set(|house| house.scanner = Some(scanner)).await;
        let id = w.draft(w.small_trip().await).await;
        send(&w, &id, "thư mời.pdf", PLAIN).await.expect(201);
        let problem = send(&w, &id, "thư mời.pdf", b"%PDF-1.7 EICAR").await.refused(422, "validation_failed");
        assert_eq!(problem["errors"][0]["code"], "harmful_file");
        assert_eq!(serving.join().unwrap(), 2);
        // The scanner went away.
        send(&w, &id, "thư mời.pdf", PLAIN).await.refused(503, "unavailable");
        assert_eq!(w.files(), 1);
    }

    async fn nobody_fills_the_disk_and_others_go_on(w) {
        let w = w.set(|house| house.uploads = UploadQuota(Some(100))).await;
        let id = w.draft(w.small_trip().await).await;
        send(&w, &id, "a.pdf", PLAIN).await.expect(201);
        send(&w, &id, "b.pdf", PLAIN).await.refused(413, "payload_too_large");
        assert_eq!(w.files(), 1);
        w.act("clerk.skhcn", &id, "request-signature", json!({})).await.expect(200);
        w.upload_file("head.skhcn", &id, "other", "c.pdf", PLAIN).await.expect(201);
        w.advance(chrono::Duration::hours(25));
        w.upload_file("head.skhcn", &id, "other", "d.pdf", PLAIN).await.expect(201);
    }

    async fn an_account_that_asks_without_a_pause_waits_and_others_do_not(w) {
        let w = w.set(|house| house.quota = RequestQuota::a_minute(NonZeroU32::new(5).unwrap())).await;
        for left in (0..5).rev() {
            let answer = w.get("clerk.skhcn", "/me").await.expect(200);
            assert_eq!(answer.headers["ratelimit"], format!("\"account\";r={left};t=60"));
            assert_eq!(answer.headers["ratelimit-policy"], "\"account\";q=5;w=60");
        }
        let waits = w.get("clerk.skhcn", "/me").await;
        let seconds: u64 = waits.headers["retry-after"].parse().unwrap();
        assert!((1..=13).contains(&seconds), "{seconds}");
        waits.refused(429, "too_many_requests");
        w.get("chair", "/me").await.expect(200);
    }
}
