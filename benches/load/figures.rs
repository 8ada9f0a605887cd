//! The cost of computing a statistic that is not cached, as a multiple of reading the same facts once with plain SQL.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};
use kernel::procedure::Procedure;
use kernel::time::{Clock, Day};
use kernel::words::{Channel, Purpose, ReceptionLevel};
use ngoaivu::db::{Address, Conn, Db, migrate};
use ngoaivu::statistics::fact::{Fact, Share};
use ngoaivu::statistics::store;

use crate::Server;
use crate::seed::COUNTRIES;

/// Repetitions of each measurement; the median counts.
const TIMES: usize = 7;

#[derive(QueryableByName)]
#[expect(dead_code, reason = "read, not looked at")]
struct FactRow {
    #[diesel(sql_type = BigInt)]
    delegation_id: i64,
    #[diesel(sql_type = Text)]
    procedure: String,
    #[diesel(sql_type = Date)]
    travel_date: Day,
    #[diesel(sql_type = Date)]
    decided_on: Day,
    #[diesel(sql_type = BigInt)]
    days: i64,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Nullable<Text>)]
    field: Option<String>,
    #[diesel(sql_type = Text)]
    funding: String,
    #[diesel(sql_type = Nullable<Text>)]
    leader_level: Option<String>,
    #[diesel(sql_type = Bool)]
    in_plan: bool,
    #[diesel(sql_type = Nullable<Text>)]
    reception_level: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    channel: Option<String>,
    #[diesel(sql_type = Bool)]
    waived: bool,
}

#[derive(QueryableByName)]
#[expect(dead_code, reason = "read, not looked at")]
struct ShareRow {
    #[diesel(sql_type = BigInt)]
    delegation_id: i64,
    #[diesel(sql_type = BigInt)]
    ord: i64,
    #[diesel(sql_type = BigInt)]
    agency_id: i64,
    #[diesel(sql_type = Text)]
    country: String,
    #[diesel(sql_type = BigInt)]
    person: i64,
    #[diesel(sql_type = BigInt)]
    heads: i64,
}

fn middle(mut all: Vec<Duration>) -> f64 {
    all.sort_unstable();
    all[all.len() / 2].as_secs_f64() * 1_000.0
}

/// Reads every column of the facts in this period; returns the number of people and groups, and the milliseconds.
fn plain(conn: &mut Conn, procedures: &str, from: &str, to: &str) -> (usize, f64) {
    let which = format!("f.procedure IN ({procedures}) AND f.travel_date BETWEEN '{from}' AND '{to}'");
    let facts = format!("SELECT f.* FROM facts f WHERE {which}");
    let shares =
        format!("SELECT s.* FROM fact_shares s JOIN facts f ON f.delegation_id = s.delegation_id WHERE {which}");
    let mut found = 0;
    let times = (0..TIMES).map(|_| {
        let started = Instant::now();
        let facts: Vec<FactRow> = diesel::sql_query(&facts).load(conn).unwrap();
        let shares: Vec<ShareRow> = diesel::sql_query(&shares).load(conn).unwrap();
        assert!(!facts.is_empty());
        found = shares.len();
        started.elapsed()
    });
    let times = times.collect();
    (found, middle(times))
}

/// Milliseconds of a query that is not cached: each run starts on a different day, before the first fact.
fn counted(server: &Server, token: &str, query: &dyn Fn(usize) -> String) -> f64 {
    let times = (0..TIMES).map(|n| {
        let path = format!("/api/v1/statistics/inbound?{}", query(n));
        let started = Instant::now();
        let answer = server.send("GET", &path, token, "");
        let took = started.elapsed();
        assert!(answer["total"]["visits"].as_i64().unwrap() > 0);
        took
    });
    middle(times.collect())
}

pub fn measure(server: &Server, address: &Address, token: &str) {
    let mut conn = address.connect().unwrap();
    println!("\n| not cached | target | plain SQL ms | answer ms | multiple |\n|---|---|---|---|---|");
    // Seeded delegations start in 2016, so the extra days in 2015 add no facts: each run counts the same ones.
    let (people, read) = plain(&mut conn, "'inbound'", "2016-01-01", "2016-12-31");
    let ms = counted(server, token, &|n| format!("from=2015-12-{:02}&to=2016-12-31&by=country", n + 1));
    println!("| one year by country, {people} people and groups | 2 | {read:.1} | {ms:.1} | {:.2} |", ms / read);
    let (people, read) = plain(&mut conn, "'inbound'", "2016-01-01", "2025-12-31");
    for by in ["country,month", "agency,purpose", "reception_level,quarter"] {
        let ms = counted(server, token, &|n| format!("from=2015-12-{:02}&to=2025-12-31&by={by}", n + 1));
        println!("| ten years by {by}, {people} people and groups | 3 | {read:.1} | {ms:.1} | {:.2} |", ms / read);
    }
    // A report compares with the previous year, so it reads the facts of both.
    let (people, read) = plain(&mut conn, "'inbound', 'outbound'", "2019-01-01", "2020-12-31");
    let body = r#"{"kind": "annual", "year": 2020}"#;
    let freeze = |_| {
        let started = Instant::now();
        let answer = server.send("POST", "/api/v1/reports", token, body);
        assert!(answer["records"]["inbound"].as_i64().unwrap() > 0, "{answer}");
        started.elapsed()
    };
    let ms = middle((0..TIMES).map(freeze).collect());
    println!(
        "| a frozen annual report with its records, {people} people and groups | 10 | {read:.1} | {ms:.1} | {:.2} |",
        ms / read
    );
}

/// Numbers of delegations to measure how the cost of counting grows; only their facts are created.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

fn made(n: usize) -> Fact {
    let id = i64::try_from(n).unwrap();
    let day = Day::from_ymd_opt(2016, 1, 1).unwrap() + chrono::Days::new(u64::try_from(n % 3_650).unwrap());
    let share = |person: i64| Share {
        agency_id: 1 + id % 40,
        country: Some(COUNTRIES[n % COUNTRIES.len()].into()),
        person: 1 + (id * 3 + person) % 40_000,
        heads: 1,
    };
    Fact {
        delegation_id: id + 1,
        procedure: Procedure::INBOUND,
        travel_date: day,
        decided_on: day,
        days: 3,
        purpose: Some(Purpose::Official),
        field: None,
        funding: Vec::new(),
        leader_level: None,
        in_plan: false,
        reception_level: Some(ReceptionLevel::Agency),
        channel: Some(Channel::State),
        waived: false,
        shares: (0..3).map(share).collect(),
    }
}

/// The cost of counting ten years, by number of delegations.
pub fn growth(folder: &Path) {
    println!(
        "\n| delegations | people | ten years by country, ms | µs per delegation | resident MiB after |\n|---|---|---|---|---|"
    );
    for size in SIZES {
        let place = folder.join(format!("growth-{size}"));
        std::fs::create_dir_all(&place).unwrap();
        let address = Address::in_folder(&place);
        migrate::run(&address).unwrap();
        let db = Db::open(address).unwrap();
        ngoaivu::jobs::sealed_data::open(&db, place.join("attachments")).unwrap();
        let now = Clock::Machine.now();
        db.write_now(move |conn| ngoaivu::regulations::store::add_shipped(conn, now)).unwrap();
        db.write_now(move |conn| ngoaivu::demo::make(conn, now)).unwrap();
        db.write_now(store::set_current).unwrap();
        for start in (0..size).step_by(10_000) {
            let some: Vec<Fact> = (start..(start + 10_000).min(size)).map(made).collect();
            db.write_now(move |conn| store::add(conn, &some)).unwrap();
        }
        db.close();
        let server = Server::start(&place, None);
        let token = server.token("stats");
        let ms = counted(&server, &token, &|n| format!("from=2015-12-{:02}&to=2025-12-31&by=country", n + 1));
        let each = ms * 1_000.0 / f64::from(u32::try_from(size).unwrap());
        println!("| {size} | {} | {ms:.1} | {each:.2} | {} |", size * 3, server.memory().0);
        drop(server);
        let _ = std::fs::remove_dir_all(&place);
    }
}
