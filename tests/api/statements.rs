//! What an operation asks of the database, as a golden file that a person reads: every statement of the acts of a story, in
//! order, with the tables that it names. One more round trip, or one statement a row, shows there. `UPDATE_GOLDEN=1` writes it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, Once, OnceLock, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use ngoaivu::db::Address;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::world::{World, decision};

/// Statements of the databases that somebody listens to.
fn heard() -> std::sync::MutexGuard<'static, HashMap<String, Vec<String>>> {
    static HEARD: OnceLock<Mutex<HashMap<String, Vec<String>>>> = OnceLock::new();
    HEARD.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens on one connection.
#[derive(Default)]
struct Listener {
    /// Which database the connection leads to.
    database: String,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                // What the product adds to a URL are only time-outs.
                url.split('?').next().unwrap().clone_into(&mut self.database);
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                if let Some(list) = heard().get_mut(&self.database) {
                    list.push(query.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Connections that are opened from now on can be listened to.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Listener::default()))).unwrap();
    });
}

fn database_of(w: &World) -> String {
    match w.house.db.address() {
        Address::Sqlite(file) => file.to_string_lossy().into_owned(),
        Address::Postgresql(url) => url.expose_secret().split('?').next().unwrap().to_owned(),
    }
}

/// The statements of one request, with their values behind `-- binds:`.
pub async fn statements_of<T>(w: &World, doing: impl Future<Output = T>) -> (T, Vec<String>) {
    let database = database_of(w);
    heard().insert(database.clone(), Vec::new());
    let done = doing.await;
    (done, heard().remove(&database).unwrap())
}

/// Verb and tables of a statement.
fn brief(sql: &str) -> String {
    let sql = sql.split(" -- binds").next().unwrap().replace(['`', '"'], "");
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut tables: Vec<&str> = Vec::new();
    for pair in words.windows(2) {
        let table = pair[1].trim_matches(['(', ')', ',']);
        let names = matches!(pair[0], "FROM" | "JOIN" | "INTO" | "UPDATE" | "(FROM");
        if names && !table.starts_with("json_each") && !table.is_empty() && !tables.contains(&table) {
            tables.push(table);
        }
    }
    format!("{} {}", words.first().copied().unwrap_or_default(), tables.join(" + "))
}

/// The same connections with ears.
pub async fn listening(w: World) -> World {
    install();
    let registers = w.house.registers.clone();
    w.with_registers(registers).await
}

on_both! {
    async fn an_inbox_of_many_costs_the_statements_of_one(w) {
        let w = listening(w).await;
        let mut costs = Vec::new();
        for turn in 1..=4 {
            w.submitted(w.later_trip(&[1 + turn]).await).await;
            w.submitted_visit(w.visit().await).await;
            // The first time statements are prepared and the law book is read.
            w.get("officer.snv", "/inbox").await.expect(200);
            let (answer, heard) = statements_of(&w, w.get("officer.snv", "/inbox")).await;
            assert_eq!(answer.expect(200).json()["items"].as_array().unwrap().len(), 2 * turn);
            costs.push(heard.iter().map(|sql| brief(sql)).collect::<Vec<_>>());
        }
        for more in &costs {
            assert_eq!(costs[0], *more);
        }
    }

    async fn what_acts_ask_of_the_database_is_written_down(w) {
        let w = listening(w).await;
        let kind = if w.is_sqlite() { "sqlite" } else { "postgresql" };
        let mut table = String::new();
        let mut tell = |name: &str, statements: &[String]| {
            let _ = writeln!(table, "{name}: {}", statements.len());
            for statement in statements {
                let _ = writeln!(table, "  {}", brief(statement));
            }
        };
        // A first time for everything: statements are prepared, the law book is read.
        for turn in 0..2 {
            let told = turn == 1;
            let trip = w.later_trip(if told { &[4, 5] } else { &[2, 3] }).await;
            for user in ["clerk.skhcn", "head.skhcn", "officer.snv", "chair", "office.vptu", "custodian", "inspector"] {
                w.token(user).await;
            }
            let (created, heard) = statements_of(&w, w.post("clerk.skhcn", "/outbound-delegations", trip)).await;
            if told { tell("create", &heard); }
            let id = created.expect(201).json()["id"].as_str().unwrap().to_owned();
            for document in ["request_letter", "invitation", "programme"] {
                w.upload("clerk.skhcn", &id, document).await.expect(201);
            }
            for (user, action, body) in [
                ("head.skhcn", "submit", json!({})),
                ("officer.snv", "appraise", json!({"opinion": "favourable", "note": ""})),
                ("director.snv", "decide", decision("approve")),
            ] {
                if action == "appraise" {
                    let (answer, heard) = statements_of(&w, w.get("officer.snv", "/inbox")).await;
                    assert_eq!(answer.expect(200).json()["items"].as_array().unwrap().len(), 1);
                    if told { tell("inbox", &heard); }
                }
                let path = format!("/outbound-delegations/{id}");
                let etag = w.get("clerk.skhcn", &path).await.etag();
                let (answer, heard) = statements_of(&w, w.post_with(user, &format!("{path}/{action}"), &etag, body)).await;
                answer.expect(200);
                if told { tell(action, &heard); }
            }
            for (user, name, path) in [
                ("clerk.skhcn", "dossier", format!("/outbound-delegations/{id}")),
                ("clerk.skhcn", "list of 50", "/outbound-delegations?limit=50".to_owned()),
                ("clerk.skhcn", "assessment", format!("/outbound-delegations/{id}/assessment")),
                ("officer.snv", "counts", "/me/counts".to_owned()),
                ("clerk.skhcn", "search", "/search?q=hoc%20tap".to_owned()),
            ] {
                let (answer, heard) = statements_of(&w, w.get(user, &path)).await;
                let _: Value = answer.expect(200).json();
                if told { tell(name, &heard); }
            }
        }
        let file = format!("{}/tests/api/golden/statements.{kind}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &table).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        for (line, (found, written)) in table.lines().zip(written.lines()).enumerate() {
            assert_eq!(found, written, "line {} of {file}", line + 1);
        }
        assert_eq!(table.lines().count(), written.lines().count(), "{file}");
    }
}
