//! A new procedure is one folder and one line: the note of `note/` goes through everything that walks the registers.

use ngoaivu::dossier::content_register::Of;
use ngoaivu::dossier::register::Registers;
use ngoaivu::procedures::rebuild_facts;
use ngoaivu::procedures::register::registers;
use serde_json::{Value, json};

use crate::note::model::NoteContent;
use crate::papers::file;
use crate::world::World;

/// The registers that ship, and the line that adds the note.
pub fn with_notes() -> Registers {
    let mut all: Vec<_> = registers().all().collect();
    all.push(&Of::<NoteContent>::NEW);
    Registers::new(&all)
}

/// The sample regulation with rules for notes: the Chair decides from a hundred million đồng on.
fn pack() -> String {
    let rule = |id: &str, when: &str, decider: &str| {
        format!(
            "\n[[authority]]\nid = \"{id}\"\nfor = [\"note\"]\n{when}decider = \"{decider}\"\n\
             steps = [{{ kind = \"appraise\", body = \"dofa\", within = \"3 working_days\" }}]\n\
             decide_within = \"2 working_days\"\nstatus = \"sample\"\ncitation = \"Quy chế mẫu: công văn\"\n"
        )
    };
    let newer = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 9", 1);
    newer
        + &rule("note-director", "when = { amount = { max = 99999999 } }\n", "dofa_director")
        + &rule("note-chair", "when = { amount = { min = 100000000 } }\n", "ppc_chair")
}

async fn note(w: &World, amount: i64) -> String {
    let body = json!({"title": "Công văn tài trợ thiết bị y tế", "agency_id": w.agency("SKHCN").await, "signer": "Lê Văn Ký",
        "amount": amount, "written_on": "2026-03-02"});
    w.post("clerk.skhcn", "/notes", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn decider(w: &World, id: &str) -> Value {
    w.get("clerk.skhcn", &format!("/notes/{id}/assessment")).await.expect(200).json()["decider"]["body"].clone()
}

async fn inbox(w: &World, user: &str) -> Vec<Value> {
    w.get(user, "/inbox").await.expect(200).json()["items"].as_array().unwrap().clone()
}

on_both! {
    async fn a_note_goes_from_draft_to_the_figures_and_the_report(w) {
        let w = w.with_registers(with_notes()).await;
        let toml = World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(pack());
        w.as_user("rules", toml).await.expect(201);

        // The rule that decides depends on the amount.
        let (small, large) = (note(&w, 5_000_000).await, note(&w, 500_000_000).await);
        assert_eq!((decider(&w, &small).await, decider(&w, &large).await), (json!("dofa_director"), json!("ppc_chair")));

        // Lists and searches find it; drafts only for their own agency.
        let found = w.get("clerk.skhcn", "/notes?q=thiet%20bi").await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 2);
        assert_eq!(w.get("officer.snv", "/notes").await.expect(200).json()["items"], json!([]));

        // Its steps wait in the same inbox.
        w.act_on("notes", "head.skhcn", &large, "submit", json!({})).await.expect(200);
        assert!(inbox(&w, "officer.snv").await.iter().any(|i| i["delegation_id"] == *large && i["procedure"] == "note"));
        w.act_on("notes", "officer.snv", &large, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        assert!(inbox(&w, "chair").await.iter().any(|i| i["delegation_id"] == *large));
        let decided = json!({"verdict": "approve", "document": {"number": "77/UBND-NC", "date": "2026-03-02", "signed_as": "direct"}});
        w.act_on("notes", "director.snv", &large, "decide", decided.clone()).await.expect(403);
        let approved = w.act_on("notes", "chair", &large, "decide", decided).await.expect(200).json();
        assert_eq!((&approved["state"], &approved["number"]), (&json!("approved"), &json!("CV-2026-0001")));

        // The office issues what the procedure issues, in the procedure's own words, and nothing else.
        let paper = |kind: &str| json!({"delegation_id": large, "kind": kind});
        w.post("officer.snv", "/papers", paper("submission")).await.expect(403);
        let other = w.post("officer.snv", "/papers", paper("sending_decision")).await;
        assert_eq!(other.faults(), [("/kind".to_owned(), "not_of_this_procedure".to_owned())]);
        let permission = w.post("officer.snv", "/papers", paper("permission")).await.expect(201).json();
        assert_eq!(permission["number"], "77/UBND-NC");
        let lines = file(&w, "inspector", &permission).await;
        for part in ["Số: 77/UBND-NC", "V/v Công văn tài trợ thiết bị y tế", "đồng ý chi 500.000.000 đồng cho Sở Khoa học và Công nghệ", "CHỦ TỊCH"] {
            assert!(lines.iter().any(|l| l.contains(part)), "{part}: {lines:#?}");
        }
        let listed = w.get("inspector", "/papers").await.expect(200).json();
        assert_eq!(listed["items"][0]["id"], permission["id"]);

        // It counts under its own path, and nowhere else; the records behind the figure are its own.
        let figures = w.get("stats", "/statistics/note?year=2026&by=agency").await.expect(200).json();
        assert_eq!((&figures["procedure"], &figures["total"]["delegations"]), (&json!("note"), &json!(1)));
        let records = w.get("inspector", "/statistics/note/records?year=2026").await.expect(200).json();
        assert_eq!(records["items"].as_array().unwrap().iter().filter(|r| r["counted"] == true).count(), 1);
        let cells = w.get("stats", "/statistics/note/cells?year=2026").await.expect(200).json();
        assert_eq!(cells["total"], 1);
        let counted = w.house.db.write_now(|conn| rebuild_facts(conn, &with_notes())).unwrap();
        assert_eq!(w.get("stats", "/statistics/note?year=2026").await.expect(200).json()["total"], figures["total"]);
        assert!(counted >= 1);

        // A report has its line, its tables and its list.
        let report = w.post("officer.snv", "/reports", json!({"kind": "month", "year": 2026, "period": 3})).await.expect(201).json();
        assert_eq!((&report["note"]["delegations"], &report["records"]["note"]), (&json!(1), &json!(1)));
        let tables: Vec<&str> = report["tables"].as_array().unwrap().iter().filter_map(|t| t["code"].as_str()).collect();
        assert!(tables.contains(&"note_by_agency") && tables.contains(&"note_by_month"));
        for format in ["docx", "xlsx"] {
            let path = format!("/reports/{}?format={format}", report["id"].as_str().unwrap());
            w.get("officer.snv", &path).await.expect(200);
        }

        // The history, the specification and the trail know it.
        let history = w.get("clerk.skhcn", &format!("/notes/{large}/history")).await.expect(200).json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["action"], "decide");
        let spec = w.send(World::request("GET", "/openapi.json")).await.expect(200).json();
        for path in ["/api/v1/notes", "/api/v1/notes/{id}/decide", "/api/v1/statistics/note", "/api/v1/statistics/note/cells"] {
            assert!(spec["paths"][path].is_object(), "{path}");
        }
        assert!(spec.pointer("/paths/~1api~1v1~1notes~1{id}~1decide/post/responses/428").is_some());
        assert!(spec["components"]["schemas"]["Procedure"]["enum"].as_array().unwrap().contains(&json!("note")));
        assert_eq!(spec["components"]["schemas"]["Direction"]["enum"], json!(["outbound", "inbound", "note"]));
        assert_eq!(w.get("stats", "/statistics/nowhere").await.status, 404);
    }

    async fn an_old_list_of_notes_is_imported_and_undone(w) {
        let w = w.with_registers(with_notes()).await;
        let list = "Tên đoàn;Cơ quan;Từ ngày;Trưởng đoàn;Ghi chú\nCông văn xin máy thở;SKHCN;05/01/2026;Lê Văn Ký;\nCông văn hai;SYT;06/01/2026;Lê Văn Ký;\n";
        let texts = [("kind", "note"), ("dry_run", "false")];
        let batch = w.import("officer.snv", &texts, "cong-van.csv", list.as_bytes()).await.expect(201).json();
        assert_eq!((&batch["kind"], &batch["state"], &batch["created"]), (&json!("note"), &json!("committed"), &json!(2)), "{batch}");
        let found = w.get("inspector", "/notes?q=may%20tho").await.expect(200).json();
        assert_eq!((&found["items"][0]["title"], &found["items"][0]["state"]), (&json!("Công văn xin máy thở"), &json!("closed")));
        assert_eq!(w.get("stats", "/statistics/note?year=2026").await.expect(200).json()["total"]["delegations"], 2);
        let path = format!("/imports/{}", batch["id"].as_str().unwrap());
        assert_eq!(w.get("officer.snv", &path).await.expect(200).json()["kind"], "note");
        w.post("officer.snv", &format!("{path}/undo"), json!({})).await.expect(200);
        assert_eq!(w.get("inspector", "/notes").await.expect(200).json()["items"], json!([]));
        // The words of an installation name its own registers, and a register without lists takes none.
        let words = w.send(World::request("GET", "/vocabulary")).await.expect(200).json()["words"]["import_kind"].clone();
        assert_eq!(words.as_array().unwrap().iter().map(|w| &w["value"]).collect::<Vec<_>>(), ["outbound", "inbound", "note", "officials", "agencies", "accounts", "passports", "plan_items"]);
        let spec = w.send(World::request("GET", "/openapi.json")).await.expect(200).json();
        assert_eq!(spec["components"]["schemas"]["ImportKind"]["enum"], json!(["outbound", "inbound", "note", "officials", "agencies", "accounts", "passports", "plan_items"]));
        let wrong = w.import("officer.snv", &[("kind", "visits")], "cong-van.csv", list.as_bytes()).await;
        assert_eq!(wrong.faults(), [("/kind".to_owned(), "unknown_value".to_owned())]);
    }
}
