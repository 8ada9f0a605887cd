//! The audit trail: what it tells, that nobody changes it, and that whoever does is found.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use ngoaivu::audit::{self, AuditRow, TrailVerdict};
use ngoaivu::error::{Error, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::World;

pub fn execute(w: &World, sql: &str) -> Result<usize> {
    let sql = sql.to_owned();
    w.house.db.write_now(move |conn| Ok(diesel::sql_query(sql).execute(conn)?))
}

/// Takes the triggers away, as somebody would who owns the database.
pub fn unlock(w: &World) {
    let names = if w.is_sqlite() {
        ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    } else {
        ["DROP TRIGGER audit_no_update ON audit", "DROP TRIGGER audit_no_truncate ON audit"]
    };
    names.iter().for_each(|sql| {
        execute(w, sql).unwrap();
    });
}

fn rows(conn: &mut ngoaivu::db::Conn) -> Vec<AuditRow> {
    audit::after(conn, 0, 10_000).unwrap()
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Writes the hashes of all rows from one on, so that they fit each other again.
fn chained_again(conn: &mut ngoaivu::db::Conn, from: usize) {
    let all = rows(conn);
    let mut previous = all.get(from.wrapping_sub(1)).map(|row| row.hash.clone()).unwrap_or_default();
    for row in all.iter().skip(from) {
        let row = AuditRow { previous: previous.clone(), ..row.clone() };
        previous = row.seal();
        let sql = format!(
            "UPDATE audit SET previous = {}, hash = {} WHERE seq = {}",
            text(&row.previous),
            text(&previous),
            row.seq
        );
        diesel::sql_query(sql).execute(conn).unwrap();
    }
}

/// Checks a path as somebody outside would, with nothing but SHA-256 (RFC 9162 §2.1.3.2).
fn proved(proof: &Value) -> bool {
    let hash = |parts: &[&[u8]]| -> Vec<u8> {
        let mut hasher = Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().to_vec()
    };
    let number = |name: &str| proof[name].as_u64().unwrap();
    let (mut place, mut last) = (number("index"), number("size") - 1);
    let mut found = hash(&[&[0], proof["hash"].as_str().unwrap().as_bytes()]);
    for step in proof["path"].as_array().unwrap() {
        let beside = STANDARD.decode(step.as_str().unwrap()).unwrap();
        if place & 1 == 1 || place == last {
            found = hash(&[&[1], &beside, &found]);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            found = hash(&[&[1], &found, &beside]);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    let root = proof["note"].as_str().unwrap().lines().nth(2).unwrap().to_owned();
    last == 0 && STANDARD.encode(found) == root
}

on_both! {
    async fn a_clock_that_was_set_back_is_told(w) {
        w.draft(w.small_trip().await).await;
        w.advance(chrono::Duration::hours(-2));
        w.draft(w.small_trip().await).await;
        let rows = w.get("inspector", "/audit?action=sign_in").await.expect(200).json();
        let steps: Vec<&serde_json::Value> = rows["items"].as_array().unwrap().iter().map(|row| &row["detail"]["clock_step"]).filter(|s| !s.is_null()).collect();
        assert_eq!(steps, [&serde_json::json!(7200)], "{rows}");
    }

    async fn rows_are_added_and_never_changed(w) {
        w.login("chair").await;
        for sql in ["UPDATE audit SET actor = 'x'", "UPDATE audit SET result = NULL WHERE seq = 1", "DELETE FROM audit"] {
            execute(&w, sql).unwrap_err();
        }
        if !w.is_sqlite() {
            execute(&w, "TRUNCATE audit").unwrap_err();
        }
        assert_eq!(w.get("inspector", "/audit/verification").await.json()["whole"], true);
    }

    async fn what_was_refused_and_what_was_taken_away_has_a_row(w) {
        let trip = w.submitted(w.small_trip().await).await;
        let list = format!("/outbound-delegations/{trip}/attachments");
        let paper = w.get("clerk.skhcn", &list).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        w.get("officer.snv", &format!("{list}/{paper}")).await.expect(200);
        w.get("officer.snv", "/outbound-delegations?format=csv").await.expect(200);
        w.post("clerk.skhcn", "/users", json!({"username": "x.y.z", "full_name": "X"})).await.refused(403, "forbidden");
        w.get("inspector", "/outbound-delegations").await.expect(200);
        let asked = async |query: &str| -> Vec<Value> {
            let found = w.get("inspector", &format!("/audit?{query}")).await.expect(200).json();
            found["items"].as_array().unwrap().clone()
        };
        let refused = asked("result=refused").await;
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(
            (&refused[0]["actor"], &refused[0]["object"], &refused[0]["reason"]),
            (&json!("clerk.skhcn"), &json!("users"), &json!("forbidden"))
        );
        assert!(refused[0]["session_id"].is_string());
        assert_eq!(asked("action=download").await[0]["object"], format!("outbound-delegations/{trip}/attachments/{paper}"));
        assert_eq!(asked("action=export&actor=officer.snv").await.len(), 1);
        // Everything about one dossier, and nothing else.
        let about = asked(&format!("object=outbound-delegations/{trip}")).await;
        assert!(about.len() >= 3 && about.iter().all(|row| row["object"].as_str().unwrap().contains(&trip)), "{about:?}");
        assert_eq!(asked("from=2026-03-03").await.len(), 0);
        assert!(!asked("from=2026-03-02&to=2026-03-02").await.is_empty());
        let counted = w.get("inspector", "/audit?actor=officer.snv&count=true").await.json();
        assert_eq!(counted["total"], counted["items"].as_array().unwrap().len());
        w.get("clerk.skhcn", "/audit/checkpoint").await.refused(403, "forbidden");
    }

    async fn any_row_is_proved_by_a_signed_checkpoint(w) {
        w.submitted(w.small_trip().await).await;
        let last = w.get("inspector", "/audit").await.json()["items"][0]["seq"].as_i64().unwrap();
        for seq in [1, 2, last - 1, last] {
            let proof = w.get("inspector", &format!("/audit/proof?seq={seq}")).await.expect(200).json();
            assert!(proved(&proof), "{proof}");
            let other = w.get("inspector", &format!("/audit/proof?seq={}", seq % last + 1)).await.json();
            let mut forged = proof.clone();
            forged["hash"] = other["hash"].clone();
            assert!(!proved(&forged));
            let verifier = proof["verifier"].as_str().unwrap().to_owned();
            let note = proof["note"].as_str().unwrap();
            assert!(audit::note::verified(note, std::slice::from_ref(&verifier)).is_some());
            assert!(audit::note::verified(&note.replace('\n', "\n1"), &[verifier]).is_none());
        }
        w.get("inspector", &format!("/audit/proof?seq={}", last + 100)).await.refused(404, "not_found");
        let now = w.get("inspector", "/audit/checkpoint").await.expect(200).json();
        assert_eq!(now["note"].as_str().unwrap().lines().nth(1).unwrap(), now["seq"].to_string());
    }

    async fn a_start_goes_on_from_the_last_checkpoint_if_it_was_signed(w) {
        w.submitted(w.small_trip().await).await;
        w.house.jobs.run_due().unwrap();
        unlock(&w);
        execute(&w, "UPDATE audit SET hash = 'x' WHERE seq = 1").unwrap();
        let point = |w: &World| w.house.db.read_now(|conn| w.house.trail.now(conn)).unwrap().0;
        let before = point(&w);
        let registers = w.house.registers.clone();
        let mut w = w.with_registers(registers.clone()).await;
        assert_eq!(point(&w), before, "the first row was not read again");
        let file = w.folder.join("checkpoints/edge.json");
        let kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let mut forged = kept.clone();
        forged["peaks"][0] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        for other in [forged, json!({"note": "x", "peaks": [], "last": "x"})] {
            std::fs::write(&file, other.to_string()).unwrap();
            w = w.with_registers(registers.clone()).await;
            assert_ne!(point(&w), before);
        }
    }

    async fn a_thousand_of_a_thousand_tamperings_are_found(w) {
        w.submitted(w.small_trip().await).await;
        w.house.jobs.run_due().unwrap();
        let points = w.house.trail.files.written().unwrap();
        assert_eq!(points.len(), 1);
        unlock(&w);
        let size = points[0].size as usize;
        let found = w.house.db.write_now(move |conn| {
            assert!(matches!(audit::verify(conn, None, &points)?, TrailVerdict::Whole(_)));
            let mut found = 0;
            for n in 0..1_000_usize {
                // A place that is another one in every round, without chance.
                let (row, other) = (n * 7 % size, (n * 7 + 1 + n * 3 % (size - 1)) % size);
                let (seq, second) = (row + 1, other + 1);
                let tampered = conn.transaction::<(), Error, _>(|conn| {
                    let columns = ["actor", "action", "object", "detail", "trace_id", "hash", "previous", "address", "reason", "result"];
                    let change = format!("UPDATE audit SET {} = 'x{n}' WHERE seq = {seq}", columns[n / 8 % columns.len()]);
                    let statements: Vec<String> = match n % 8 {
                        0 | 1 => vec![change],
                        2 => vec![format!("DELETE FROM audit WHERE seq = {seq}")],
                        3 => vec![format!("DELETE FROM audit WHERE seq >= {seq}")],
                        4 => vec![format!("UPDATE audit SET session_id = {n} WHERE seq = {seq}")],
                        5 => vec![
                            format!("UPDATE audit SET seq = -1 WHERE seq = {seq}"),
                            format!("UPDATE audit SET seq = {seq} WHERE seq = {second}"),
                            format!("UPDATE audit SET seq = {second} WHERE seq = -1"),
                        ],
                        6 => vec![format!("INSERT INTO audit (seq, at, actor, action, object, detail, trace_id, previous, hash) SELECT -{n}, at, actor, action, object, detail, trace_id, previous, hash FROM audit WHERE seq = {seq}")],
                        // Everything fits again but the checkpoint.
                        _ => vec![format!("UPDATE audit SET actor = 'x{n}' WHERE seq = {seq}")],
                    };
                    for sql in statements {
                        diesel::sql_query(sql).execute(conn)?;
                    }
                    if n % 8 == 7 {
                        chained_again(conn, row);
                    }
                    if matches!(audit::verify(conn, None, &points)?, TrailVerdict::Broken { .. }) {
                        found += 1;
                    }
                    Err(Error::Internal("taken back".into()))
                });
                assert!(matches!(tampered, Err(Error::Internal(said)) if said == "taken back"));
            }
            Ok(found)
        });
        assert_eq!(found.unwrap(), 1_000);
    }

    async fn a_checkpoint_is_written_when_rows_were_added_and_survives_a_cut_line(w) {
        w.login("chair").await;
        w.house.jobs.run_due().unwrap();
        w.house.jobs.run_due().unwrap();
        assert_eq!(w.house.trail.files.written().unwrap().len(), 1, "nothing was added between the two");
        let file = w.folder.join("checkpoints/2026-03.jsonl");
        let whole = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{whole}{{\"at\":\"2026-03-02T02")).unwrap();
        w.login("chair").await;
        w.house.jobs.run_due().unwrap();
        assert_eq!(w.house.trail.files.written().unwrap().len(), 1, "not more than one in ten seconds");
        w.advance(chrono::Duration::seconds(10));
        w.house.jobs.run_due().unwrap();
        let points = w.house.trail.files.written().unwrap();
        assert!(points.len() == 2 && points[0].size < points[1].size);
        // A note that the server did not sign is no note.
        std::fs::write(&file, whole.replace("trail\\n", "trail\\n1")).unwrap();
        w.house.trail.files.written().unwrap_err();
    }
}
