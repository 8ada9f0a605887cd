//! The two databases: one schema, migrations up and down and up, a writer that fails without lying.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use ngoaivu::db::{Address, Conn, Db, migrate, roles};
use ngoaivu::error::{Code, refuse};

use secrecy::ExposeSecret;

use crate::world::{World, fresh_folder, postgresql_server, skipped};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Planned {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Table.column → type and whether it may be null, in words both databases share.
fn schema(conn: &mut Conn) -> BTreeMap<String, String> {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT m.name || '.' || c.name AS place, lower(c.type) || CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN ' null' ELSE '' END AS kind \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
             UNION ALL SELECT 'index ' || name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        }
        Conn::Postgresql(_) => {
            "SELECT table_name || '.' || column_name AS place, data_type || CASE WHEN is_nullable = 'YES' THEN ' null' ELSE '' END AS kind \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' \
             UNION ALL SELECT 'index ' || indexname, tablename FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key' AND tablename NOT LIKE '\\_\\_%'"
        }
    };
    let rows: Vec<Column> = diesel::sql_query(sql).load(conn).unwrap();
    let word = |kind: &str| {
        kind.replace("integer", "bigint")
            .replace("timestamp without time zone", "timestamp")
            .replace("bytea", "blob")
            .trim()
            .to_owned()
    };
    rows.into_iter().map(|c| (c.place, word(&c.kind))).collect()
}

#[actix_web::test]
async fn the_two_schemas_are_the_same_column_by_column() {
    let sqlite = World::sqlite().await;
    let Some(postgresql) = World::postgresql().await else { return skipped() };
    let of = |w: &World| schema(&mut w.house.db.address().connect().unwrap());
    let (a, b) = (of(&sqlite), of(&postgresql));
    let only = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        one.iter().filter(|(k, v)| other.get(*k) != Some(v)).map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>()
    };
    assert_eq!((only(&a, &b), only(&b, &a)), (Vec::new(), Vec::new()), "SQLite's, PostgreSQL's alone");
    // And diesel's picture of them: every column there, none more.
    let drawn = include_str!("../../crates/schema/src/lib.rs");
    let columns =
        drawn.lines().filter(|l| l.trim_start() != *l && l.contains(" -> ") && !l.contains("joinable")).count();
    assert_eq!(columns, a.keys().filter(|k| !k.starts_with("index ")).count());
}

#[actix_web::test]
async fn a_server_need_not_own_the_tables() {
    let Some(w) = World::postgresql().await else { return skipped() };
    let Address::Postgresql(url) = w.house.db.address() else { unreachable!() };
    let as_role =
        |role: &str| Address::from_url(&format!("{}?options=-c%20role%3D{role}", url.expose_secret())).unwrap();
    let served = World::open(as_role("ngoaivu_app"), fresh_folder(), None).await;
    served.submitted(served.small_trip().await).await;
    let refused = |role: &str, sql: &str| {
        let mut conn = as_role(role).connect().unwrap();
        let done = diesel::sql_query(sql).execute(&mut conn);
        done.err().map(|error| error.to_string()).unwrap_or_default()
    };
    for sql in [
        "DROP TABLE officials",
        "ALTER TABLE officials ADD COLUMN spy TEXT",
        "TRUNCATE dossiers",
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "DELETE FROM __diesel_schema_migrations",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ] {
        let said = refused("ngoaivu_app", sql);
        assert!(
            ["permission denied", "must be owner", "must be superuser"].iter().any(|words| said.contains(words)),
            "{sql}: {said}"
        );
    }
    assert_eq!(refused("ngoaivu_read", "SELECT count(*) FROM facts"), "");
    assert!(refused("ngoaivu_read", "SELECT count(*) FROM officials").contains("permission denied"));
    assert_eq!(refused("ngoaivu_backup", "SELECT count(*) FROM officials"), "");
    assert!(refused("ngoaivu_backup", "DELETE FROM officials").contains("permission denied"));
    let owns = |address: &Address| roles::is_owner(&mut address.connect().unwrap()).unwrap();
    assert!(owns(w.house.db.address()) && !owns(served.house.db.address()));
}

on_both! {
    async fn a_pack_that_was_loaded_when_less_was_asked_stops_nothing(w) {
        let old = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1).replace("waivable_by = \"ppc_chair\"\n", "");
        let mut conn = w.house.db.address().connect().unwrap();
        diesel::sql_query(format!("INSERT INTO regulations (id, code, pack_version, source, loaded_at) VALUES (1, 'mau', 2, '{}', '2026-03-02 00:00:00')", old.replace('\'', "''")))
            .execute(&mut conn).unwrap();
        let shown = w.get("rules", "/regulations/mau").await.expect(200).json();
        assert_eq!(shown["version"], 2);
        let trip = w.draft(w.small_trip().await).await;
        assert_eq!(w.get("clerk.skhcn", &format!("/outbound-delegations/{trip}/assessment")).await.expect(200).json()["regulation"]["version"], 2);
        let newer = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 3", 1);
        w.as_user("rules", World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(newer)).await.expect(201);
    }

    // Undoing a list of 40,000 rows took 55 seconds, because each deleted guest was looked for in the whole table.
    async fn whoever_deletes_a_row_finds_what_refers_to_it_by_an_index(w) {
        if !matches!(w.house.db.address(), Address::Sqlite(_)) {
            return;
        }
        let mut conn = w.house.db.address().connect().unwrap();
        let names = |conn: &mut Conn, sql: String| -> Vec<String> {
            let rows: Vec<Named> = diesel::sql_query(sql).load(conn).unwrap();
            rows.into_iter().map(|row| row.name).collect()
        };
        // Rows of these are few: accounts and what administrators make.
        let few = ["users", "one_time_tokens", "substitutions", "past_seats", "text_choices", "paper_templates", "agency_successions", "official_moves"];
        let by_few = |column: &str| ["created_by", "chosen_by", "updated_by"].contains(&column);
        for table in names(&mut conn, "SELECT name FROM sqlite_master WHERE type = 'table'".into()) {
            for column in names(&mut conn, format!("SELECT \"from\" AS name FROM pragma_foreign_key_list('{table}')")) {
                let plan: Vec<Planned> = diesel::sql_query(format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 1")).load(&mut conn).unwrap();
                let scans = plan.iter().any(|step| step.detail.starts_with("SCAN"));
                assert!(!scans || few.contains(&table.as_str()) || by_few(&column), "{table}.{column}: {:?}", plan[0].detail);
            }
        }
    }

    async fn migrations_go_up_and_down_and_up_again(w) {
        let address = w.house.db.address().clone();
        let mut conn = address.connect().unwrap();
        let before = schema(&mut conn);
        assert!(migrate::is_current(&mut conn).unwrap());
        migrate::revert_all(&mut conn).unwrap();
        assert!(schema(&mut conn).is_empty());
        drop(conn);
        assert_eq!(migrate::run(&address).unwrap(), std::fs::read_dir("migrations/sqlite").unwrap().count());
        assert_eq!(migrate::run(&address).unwrap(), 0);
        assert_eq!(schema(&mut address.connect().unwrap()), before);
    }

    async fn a_newer_database_is_refused(w) {
        let address = w.house.db.address().clone();
        let mut conn = address.connect().unwrap();
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')").execute(&mut conn).unwrap();
        assert!(matches!(migrate::run(&address), Err(migrate::MigrationFault::NewerDatabase(v)) if v == "29990101000000"));
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('20261122000001')").execute(&mut conn).unwrap();
        assert!(matches!(migrate::run(&address), Err(migrate::MigrationFault::TrialDatabase(v)) if v == "20261122000001"));
    }

    async fn a_refusal_or_a_panic_in_one_write_spares_the_others_of_its_group(w) {
        let db = &w.house.db;
        let count = |name: &'static str| move |conn: &mut Conn| ngoaivu::db::counters::next(conn, name);
        let fails = |conn: &mut Conn| -> ngoaivu::error::Result<i64> {
            ngoaivu::db::counters::next(conn, "refused")?;
            Err(refuse(Code::InUse, "không", "no"))
        };
        let panics = |conn: &mut Conn| -> ngoaivu::error::Result<i64> {
            ngoaivu::db::counters::next(conn, "panicked")?;
            panic!("on purpose")
        };
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let (a, b, c, d) = futures_util::future::join4(db.write(count("kept"), |_| {}), db.write(fails, |_| {}), db.write(panics, |_| {}), db.write(count("kept"), |_| {})).await;
        std::panic::set_hook(quiet);
        assert_eq!((a.unwrap(), b.unwrap_err().code(), c.unwrap_err().code(), d.unwrap()), (1, Code::InUse, Code::Internal, 2));
        let value = |name: &'static str| db.write_now(move |conn| ngoaivu::db::counters::next(conn, name)).unwrap();
        assert_eq!((value("kept"), value("refused"), value("panicked")), (3, 1, 1));
    }

    async fn numbers_are_gap_free_under_many_at_once(w) {
        let all: Vec<_> = (0..200).map(|at| {
            let db = w.house.db.clone();
            async move {
                db.write(move |conn| {
                    let number = ngoaivu::db::counters::next(conn, "n")?;
                    if at % 7 == 0 { Err(refuse(Code::InUse, "không", "no")) } else { Ok(number) }
                }, |_| {}).await.ok()
            }
        }).collect();
        let mut taken: Vec<i64> = futures_util::future::join_all(all).await.into_iter().flatten().collect();
        taken.sort_unstable();
        assert_eq!(taken, (1..=171).collect::<Vec<_>>());
    }
}

#[actix_web::test]
async fn a_write_that_cannot_begin_is_answered_and_the_writer_lives_on() {
    let w = World::sqlite().await;
    let Address::Sqlite(file) = w.house.db.address().clone() else { panic!() };
    // Another process holds the write lock for longer than a write waits.
    let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    diesel::sql_query("BEGIN IMMEDIATE").execute(&mut other).unwrap();
    let db = w.house.db.clone();
    let refused = db.write(|conn| ngoaivu::db::counters::next(conn, "x"), |_| {}).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unavailable);
    diesel::sql_query("ROLLBACK").execute(&mut other).unwrap();
    assert_eq!(db.write(|conn| ngoaivu::db::counters::next(conn, "x"), |_| {}).await.unwrap(), 1);
}

#[actix_web::test]
async fn a_full_disk_fails_the_group_and_not_the_thread() {
    let w = World::sqlite().await;
    // SQLite's own limit on pages stands in for the disk's end: the error is the same SQLITE_FULL.
    let full = w
        .house
        .db
        .write(
            |conn| {
                diesel::sql_query("PRAGMA max_page_count = 1").execute(conn)?;
                let text = "x".repeat(4_000_000);
                diesel::sql_query("INSERT INTO counters (name, value) VALUES ($1, 1)")
                    .bind::<Text, _>(text)
                    .execute(conn)?;
                Ok(())
            },
            |()| {},
        )
        .await;
    assert!(full.is_err());
    // The limit belongs to the connection; one write may still meet it, then the writer works on.
    let mut last = Err(Code::Internal);
    for _ in 0..3 {
        last = w.house.db.write(|conn| ngoaivu::db::counters::next(conn, "x"), |_| {}).await.map_err(|e| e.code());
        if last.is_ok() {
            break;
        }
    }
    assert_eq!(last, Ok(1));
}

#[test]
fn a_mistyped_address_makes_no_file() {
    assert!(Address::from_url("postgre://x/y").is_err());
    assert!(Address::from_url("postgres://x/y").is_ok());
    let _ = (postgresql_server(), Db::open);
}
