//! What an operation reads does not grow with what lies in the register: rows are counted, not time. Each operation is run
//! in a small world and in one ten times as large; its queries are asked again with their very values, PostgreSQL counts
//! the rows that its scans touch, and SQLite says whether it would walk through a whole table.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use ngoaivu::db::Conn;

use crate::statements::{listening, statements_of};
use crate::world::{World, decision};

/// Dossiers for each of the two that are submitted: in the small world, and in the large one.
///
/// Few dossiers are read one by one (`store/few.rs`): both worlds have more than that.
const SMALL: i64 = 600;
const LARGE: i64 = 6_000;
/// Rows that an operation may read more in the large world. Whatever walks through the register reads 10,800 more.
const MORE: i64 = 150;

fn run(w: &World, sql: &str) {
    let sql = sql.to_owned();
    w.house.db.write_now(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).unwrap();
}

/// Copies of every trip with members, steps and what they count, each a week before the one before it.
fn multiply(w: &World, from: i64, to: i64) {
    let sqlite = w.is_sqlite();
    let series = match sqlite {
        true => format!(
            "(WITH RECURSIVE s(k) AS (SELECT {from} UNION ALL SELECT k + 1 FROM s WHERE k < {to}) SELECT k FROM s)"
        ),
        false => format!("(SELECT generate_series({from}::bigint, {to}::bigint) AS k)"),
    };
    let moved = |column: &str, sign: char| match sqlite {
        true => format!("date({column}, '{sign}' || (7 * k) || ' days')"),
        false => format!("{column} {sign} 7 * k::int"),
    };
    let day = |column: &str| moved(column, '-');
    let copy = |table: &str, changed: &[(&str, String)], rest: &str, only: &str| {
        let names: Vec<&str> = changed.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = changed.iter().map(|(_, value)| value.as_str()).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        run(
            w,
            &format!(
                "INSERT INTO {table} ({names}, {rest}) SELECT {values}, {rest} FROM {table}, {series} s WHERE {only}"
            ),
        );
    };
    // Ids of originals are larger than all that these take away.
    let id = |column: &str| format!("{column} - k * 1000000007");
    let original = |column: &str| format!("{column} IN (SELECT id FROM dossiers WHERE number NOT LIKE '%/%')");
    copy(
        "dossiers",
        &[
            ("id", id("id")),
            ("number", "number || '/' || k".to_owned()),
            ("listed_on", day("listed_on")),
            ("begins_on", day("begins_on")),
            ("ends_on", day("ends_on")),
        ],
        "version, title, search_norm, procedure, agency_id, countries, headcount, state, signature_requested, created_by, created_at, updated_at, \
         submitted_on, complete_on, due_on, ruling, decision, report, register, counterpart_norm, counterpart_country, content, amendments",
        "number NOT LIKE '%/%'",
    );
    copy(
        "outbound_members",
        &[("delegation_id", id("delegation_id")), ("begins_on", day("begins_on")), ("ends_on", day("ends_on"))],
        "ord, official_id, role, relative_of, consent, verdict, agency_id, post_level",
        &original("delegation_id"),
    );
    copy(
        "facts",
        // Nothing that is new: they were there before anybody asked.
        &[("delegation_id", id("delegation_id")), ("travel_date", day("travel_date")), ("version", "0".to_owned())],
        "procedure, decided_on, days, purpose, field, funding, leader_level, in_plan, reception_level, channel, waived",
        &original("delegation_id"),
    );
    copy(
        "fact_shares",
        &[("delegation_id", id("delegation_id"))],
        "ord, agency_id, country, person, heads",
        &original("delegation_id"),
    );
    copy(
        "missions",
        &[("delegation_id", id("delegation_id")), ("begins_on", day("begins_on"))],
        "official_id, queued_on, moved, number",
        &original("delegation_id"),
    );
    copy(
        "approval_steps",
        // What lies furthest back is the least urgent here, so that an inbox begins with what lies ahead.
        &[("delegation_id", id("delegation_id")), ("due_on", moved("due_on", '+'))],
        "ord, procedure, title, agency_id, kind, body, within_value, within_unit, citation, standing, outcome, acted_by, acted_at, silence, on_behalf_of, substitution_id",
        &original("delegation_id"),
    );
    if !sqlite {
        // As its autovacuum does; SQLite's tables are never analysed.
        run(w, "ANALYZE");
    }
}

/// The values of a statement as literals of SQL, as its debug text writes them.
fn literals(binds: &str) -> Vec<String> {
    let binds = binds.trim();
    let inner = binds.strip_prefix('[').and_then(|b| b.strip_suffix(']')).unwrap_or(binds);
    let (mut all, mut part, mut depth, mut quoted, mut escaped) = (Vec::new(), String::new(), 0, false, false);
    for c in inner.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '[' | '(' if !quoted => depth += 1,
            ']' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                all.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        part.push(c);
    }
    all.push(part);
    let literal = |text: &str| {
        let text = text.trim();
        let text = text.strip_prefix("Some(").and_then(|t| t.strip_suffix(')')).unwrap_or(text);
        if text == "None" {
            "NULL".to_owned()
        } else if let Some(list) = text.strip_prefix('[') {
            format!("'{{{}}}'", list.trim_end_matches(']'))
        } else if text.starts_with('"') {
            format!("'{}'", serde_json::from_str::<String>(text).unwrap().replace('\'', "''"))
        } else if text.parse::<i64>().is_ok() || text == "true" || text == "false" {
            text.to_owned()
        } else {
            format!("'{text}'")
        }
    };
    all.iter().filter(|part| !part.trim().is_empty()).map(|part| literal(part)).collect()
}

#[derive(QueryableByName)]
struct PostgresqlPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Rows that the scans of a plan touch, also those that a filter then takes away.
fn touched(plan: &[PostgresqlPlan]) -> i64 {
    let after = |line: &str, word: &str| -> Option<f64> {
        let rest = line.split(word).nth(1)?;
        rest.trim_start().split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
    };
    let (mut sum, mut loops) = (0.0, 0.0);
    for PostgresqlPlan { line } in plan {
        if line.contains("(actual ") || line.contains("(never executed)") {
            loops = after(line, " loops=").unwrap_or(0.0);
            // An index scan below a bitmap finds what the scan above it reads.
            if line.contains("Scan") && !line.contains("Bitmap Index Scan") {
                sum += line
                    .rsplit(" rows=")
                    .next()
                    .and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok())
                    .unwrap_or(0.0)
                    * loops;
            }
        } else if line.contains("Rows Removed by") {
            sum += after(line, ": ").unwrap_or(0.0) * loops;
        }
    }
    sum as i64
}

/// What reading these statements again costs: rows on PostgreSQL; on SQLite, the rows of every large table that would be
/// walked through.
fn read_again(w: &World, statements: &[String]) -> i64 {
    let mut sum = 0;
    for statement in statements.iter().filter(|s| s.starts_with("SELECT")) {
        let (sql, binds) = statement.split_once(" -- binds: ").unwrap_or((statement, "[]"));
        let mut sql = sql.to_owned();
        if !w.is_sqlite() {
            for (at, value) in literals(binds).iter().enumerate().rev() {
                sql = sql.replace(&format!("${}", at + 1), value);
            }
        }
        let read = move |conn: &mut Conn| match conn {
            Conn::Postgresql(conn) => {
                // A table of some thousand rows is read whole whatever its indexes: asked is whether there is another way.
                diesel::sql_query("SET LOCAL enable_seqscan = off").execute(conn)?;
                let asked = format!("EXPLAIN (ANALYZE) {sql}");
                let plan: Vec<PostgresqlPlan> =
                    diesel::sql_query(&asked).load(conn).unwrap_or_else(|e| panic!("{e}: {asked}"));
                Ok(touched(&plan))
            }
            Conn::Sqlite(conn) => {
                let plan: Vec<SqlitePlan> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
                let large = [
                    "facts",
                    "fact_shares",
                    "dossiers",
                    "outbound_members",
                    "approval_steps",
                    "missions",
                    "acts",
                    "audit",
                ];
                let walks =
                    |line: &&SqlitePlan| large.iter().any(|table| line.detail.starts_with(&format!("SCAN {table}")));
                Ok(plan.iter().filter(walks).map(|_| LARGE * 2).sum())
            }
        };
        sum += w.house.db.read_now(read).unwrap();
    }
    sum
}

/// What each operation reads in this world, as far as it lets itself be run once more.
async fn reads(w: &World, ids: &[String], turn: usize) -> Vec<(String, i64)> {
    let mut all = Vec::new();
    let id = &ids[turn];
    let path = format!("/outbound-delegations/{id}");
    for (user, name, at) in [
        ("clerk.skhcn", "dossier", path.clone()),
        ("clerk.skhcn", "assessment", format!("{path}/assessment")),
        ("clerk.skhcn", "history", format!("{path}/history")),
        ("officer.snv", "list", "/outbound-delegations?limit=50".to_owned()),
        ("clerk.skhcn", "list of an agency", "/outbound-delegations?limit=50&state=submitted".to_owned()),
        ("officer.snv", "latest changes", "/outbound-delegations?sort=-updated_at&limit=50".to_owned()),
        ("clerk.syt", "list of an agency that has none", "/outbound-delegations?limit=50".to_owned()),
        ("head.syt", "its latest changes", "/outbound-delegations?sort=-updated_at&limit=50&count=true".to_owned()),
        ("officer.snv", "a rare state", "/outbound-delegations?state=reported&sort=updated_at&limit=50".to_owned()),
        ("officer.snv", "overdue", "/outbound-delegations?state=submitted,consulting&overdue=true&limit=50".to_owned()),
        (
            "officer.snv",
            "late opinions",
            "/outbound-delegations?overdue=true&waiting_for=provincial_police,border_guard&sort=updated_at&count=true"
                .to_owned(),
        ),
        (
            "clerk.skhcn",
            "own ones to mend",
            "/outbound-delegations?state=supplement_requested&mine=true&sort=-updated_at".to_owned(),
        ),
        ("police", "list of a consulted body", "/outbound-delegations?limit=50".to_owned()),
        ("officer.snv", "search that finds nothing", "/outbound-delegations?q=khongcoai".to_owned()),
        ("officer.snv", "search by a name", "/search?q=khongcoai%202026".to_owned()),
        ("stats", "figures", format!("/statistics/outbound?year=2026&by=country,{}", ["month", "agency"][turn])),
        ("officer.snv", "behind a figure", "/statistics/outbound/records?year=2026&by=country&key=LA".to_owned()),
        ("officer.snv", "calendar", "/calendar?from=2026-03-01&to=2026-03-31".to_owned()),
    ] {
        let (answer, heard) = statements_of(w, w.get(user, &at)).await;
        answer.expect(200);
        all.push((name.to_owned(), read_again(w, &heard)));
    }
    let etag = w.get("clerk.skhcn", &path).await.etag();
    let body = json!({"opinion": "favourable", "note": ""});
    let (answer, heard) = statements_of(w, w.post_with("officer.snv", &format!("{path}/appraise"), &etag, body)).await;
    answer.expect(200);
    all.push(("appraise".to_owned(), read_again(w, &heard)));
    let etag = w.get("clerk.skhcn", &path).await.etag();
    let at = format!("{path}/decide");
    let decide = w.post_with("director.snv", &at, &etag, decision("approve"));
    let (answer, heard) = statements_of(w, decide).await;
    answer.expect(200);
    all.push(("decide".to_owned(), read_again(w, &heard)));
    // A page of an inbox costs what its fifty rows cost, however many wait behind them.
    let (answer, heard) = statements_of(w, w.get("officer.snv", "/inbox?limit=10")).await;
    answer.expect(200);
    all.push(("inbox".to_owned(), read_again(w, &heard)));
    all
}

on_both! {
    async fn what_an_operation_reads_does_not_grow_with_the_register(w) {
        let w = listening(w).await;
        let mut ids = Vec::new();
        for people in [[2, 3], [4, 5]] {
            ids.push(w.submitted(w.later_trip(&people).await).await);
        }
        for user in ["clerk.skhcn", "clerk.syt", "head.syt", "officer.snv", "director.snv", "police", "stats"] {
            w.token(user).await;
            w.get(user, "/me").await.expect(200);
        }
        multiply(&w, 1, SMALL);
        let small = reads(&w, &ids, 0).await;
        multiply(&w, SMALL + 1, LARGE);
        let large = reads(&w, &ids, 1).await;
        for ((name, before), (_, after)) in small.iter().zip(&large) {
            println!("{name}: {before} rows, then {after}");
            assert!(*after <= before + MORE, "{name} reads {before} rows in the small world and {after} in the large one");
        }
        // The count can fail: a purpose that no trip has is looked for in every content.
        let (answer, heard) = statements_of(&w, w.get("officer.snv", "/outbound-delegations?purpose=training")).await;
        answer.expect(200);
        assert!(w.is_sqlite() || read_again(&w, &heard) > 2 * SMALL + MORE);
    }
}
