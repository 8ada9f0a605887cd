//! Load test: seeds 100,000 delegations with 800,000 members, then runs `wrk` and prints each figure as a ratio to
//! `/healthz`.
//!
//! `cargo bench --bench load` measures SQLite; `cargo bench --bench load -- --database-url postgres://…` an empty
//! PostgreSQL database. `--delegations N` seeds fewer, `--only WORD` runs the measurements whose name contains the
//! word, or one of several with commas between. Client and server share the machine's cores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "a script"
)]

mod accounts;
mod backup;
mod figures;
mod lists;
mod pages;
mod seed;
mod visits;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ngoaivu::db::Address;
use serde_json::{Value, json};

struct Arguments {
    database_url: Option<String>,
    delegations: usize,
    seconds: u32,
    only: String,
}

impl Arguments {
    /// Whether a measurement is asked for: its name has one of the words.
    fn wants(&self, name: &str) -> bool {
        self.only.split(',').any(|word| name.contains(word))
    }
}

fn arguments() -> Arguments {
    let mut found = Arguments { database_url: None, delegations: 100_000, seconds: 10, only: String::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--database-url" => found.database_url = words.next(),
            "--delegations" => found.delegations = words.next().unwrap().parse().unwrap(),
            "--seconds" => found.seconds = words.next().unwrap().parse().unwrap(),
            "--only" => found.only = words.next().unwrap(),
            // cargo always passes this one.
            "--bench" => {}
            other => panic!("unknown argument {other}"),
        }
    }
    found
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, url: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngoaivu"));
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("NGOAIVU_LOG", "warn")
            .env("NGOAIVU_ATTACHMENTS", folder.join("attachments"));
        match url {
            Some(url) => command.args(["--database-url", url]),
            None => command.arg("--data").arg(folder),
        };
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().trim().to_owned();
        Server { process, address }
    }

    /// Sends one request over a new connection; returns head and body of the response.
    fn exchange(&self, method: &str, path: &str, token: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &str) -> Value {
        let (head, body) = self.exchange(method, path, token, body);
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{head}\n{body}"))
    }

    /// The entity tag of a response.
    fn tag(&self, path: &str, token: &str) -> String {
        let (head, _) = self.exchange("GET", path, token, "");
        let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with("etag: ")).unwrap();
        line["etag: ".len()..].trim().to_owned()
    }

    fn token(&self, user: &str) -> String {
        let body = json!({"username": user, "password": ngoaivu::demo::PASSWORD}).to_string();
        self.send("POST", "/api/v1/auth/login", "", &body)["access_token"].as_str().unwrap().to_owned()
    }

    /// Resident and anonymous memory, MiB.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let kib = |name: &str| {
            let line = status.lines().find(|l| l.starts_with(name)).unwrap_or("0 0");
            line.split_whitespace().nth(1).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0)
        };
        (kib("VmRSS:") / 1024, kib("RssAnon:") / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Measured {
    requests: f64,
    p50: String,
    p99: String,
}

/// One run of wrk: 64 connections, one thread, after a short warm-up.
fn wrk(server: &Server, folder: &Path, seconds: u32, warm: bool, script: &str, path: &str) -> Measured {
    let file = folder.join("case.lua");
    std::fs::write(&file, script).unwrap();
    let run = |seconds: u32| {
        let output = Command::new("wrk")
            .args(["-t1", "-c64", &format!("-d{seconds}s"), "--latency", "-s"])
            .arg(&file)
            .arg(format!("http://{}{path}", server.address))
            .output()
            .expect("wrk is needed: apt-get install wrk");
        String::from_utf8(output.stdout).unwrap()
    };
    if warm {
        run(2);
    }
    let text = run(seconds);
    assert!(!text.contains("Non-2xx"), "some responses were errors:\n{text}");
    let field = |name: &str| {
        let line = text.lines().find(|l| l.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{text}"));
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    Measured { requests: field("Requests/sec:").parse().unwrap(), p50: field("50%"), p99: field("99%") }
}

fn get(token: &str) -> String {
    format!("wrk.headers['Authorization'] = 'Bearer {token}'")
}

/// Throughput of creating drafts while eight clients read statistics, compared with creating drafts alone.
fn beside_readers(server: &Server, folder: &Path, seconds: u32, (officer, clerk): (&str, &str), body: &str) {
    let create = format!(
        "{}\nwrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [==[{body}]==]",
        get(clerk)
    );
    let path = "/api/v1/outbound-delegations";
    println!(
        "\n| 8 clients read statistics | writes/s alone | writes/s with readers | share kept (target 0.9) | statistics/s |\n|---|---|---|---|---|"
    );
    for (name, pause) in [("each once a second", 1_000), ("each ten times a second", 100), ("as fast as possible", 0)] {
        // A different year each time: the first ten answers are computed, later ones come from the cache.
        let readers = format!(
            "{}\nlocal at = 0\nrequest = function() at = at + 1; return wrk.format('GET', '/api/v1/statistics/inbound?by=country,month&year=' .. (2016 + at % 10)) end\n{}",
            get(officer),
            if pause > 0 { format!("function delay() return {pause} end") } else { String::new() }
        );
        let file = folder.join("readers.lua");
        std::fs::write(&file, readers).unwrap();
        let mut kept = Vec::new();
        let (mut pulled, mut alone_best, mut beside_best) = (String::new(), 0.0, 0.0);
        // Alternate between the two, because the host's speed drifts.
        for _ in 0..3 {
            let alone = wrk(server, folder, seconds, false, &create, path).requests;
            let readers = Command::new("wrk")
                .args(["-t1", "-c8", &format!("-d{}s", seconds + 1), "-s"])
                .arg(&file)
                .arg(format!("http://{}/", server.address))
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let beside = wrk(server, folder, seconds, false, &create, path).requests;
            let text = String::from_utf8(readers.wait_with_output().unwrap().stdout).unwrap();
            assert!(!text.contains("Non-2xx"), "{text}");
            let line = text.lines().find(|l| l.contains("Requests/sec:")).unwrap();
            pulled = line.split_whitespace().nth(1).unwrap().to_owned();
            kept.push(beside / alone);
            (alone_best, beside_best) = (alone, beside);
        }
        kept.sort_by(f64::total_cmp);
        println!("| {name} | {alone_best:.0} | {beside_best:.0} | {:.2} | {pulled} |", kept[1]);
    }
}

fn main() {
    let asked = arguments();
    let folder =
        PathBuf::from(std::env::var("CARGO_TARGET_TMPDIR").unwrap_or_else(|_| "target/tmp".into())).join("load");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let address = match &asked.database_url {
        Some(url) => Address::from_url(url).unwrap(),
        None => Address::in_folder(&folder),
    };
    let started = std::time::Instant::now();
    let seeded = seed::fill(&address, &folder, asked.delegations);
    eprintln!(
        "seeded {} delegations, {} members, {} visits in {:.0} s",
        seeded.delegations,
        seeded.members,
        seeded.visits,
        started.elapsed().as_secs_f64()
    );
    let server = Server::start(&folder, asked.database_url.as_deref());
    let (officer, clerk) = (server.token("officer.snv"), server.token("clerk.skhcn"));
    let at_rest = server.memory();
    let mut rows: Vec<(String, Measured, f64)> = Vec::new();
    let mut base = 0.0;
    let mut measure = |name: &str, wanted: f64, warm: bool, script: String, path: &str| {
        if base > 0.0 && !asked.wants(name) {
            return;
        }
        let found = wrk(&server, &folder, asked.seconds, warm, &script, path);
        base = if base == 0.0 { found.requests } else { base };
        let ratio = found.requests / base;
        eprintln!("{name}: {:.0}/s, ratio {ratio:.3}, p50 {}, p99 {}", found.requests, found.p50, found.p99);
        rows.push((format!("{name} | {wanted}"), found, ratio));
    };
    measure("`GET /healthz`", 1.0, true, String::new(), "/healthz");
    measure("`GET /me`", 0.4, true, get(&officer), "/api/v1/me");
    let ids = seeded.closed.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
    let one = format!(
        "{}\nlocal ids = {{{ids}}}\nlocal at = 0\nrequest = function() at = at % #ids + 1; return wrk.format('GET', '/api/v1/outbound-delegations/' .. ids[at]) end",
        get(&officer)
    );
    measure("one dossier with members", 0.15, true, one, "/");
    let list = "/api/v1/outbound-delegations?state=closed&limit=50";
    measure("list of 50, filtered, page 1", 0.05, true, get(&officer), list);
    let mut deep = list.to_owned();
    let pages = 1000.min(seeded.closed_count / 50 - 1);
    for _ in 1..pages {
        let page = server.send("GET", &deep, &officer, "");
        deep = format!("{list}&cursor={}", page["next"].as_str().unwrap());
    }
    measure(&format!("list of 50, filtered, page {pages}"), 0.05, true, get(&officer), &deep);
    let police = server.token("police");
    let visits = "/api/v1/inbound-delegations?limit=50";
    measure("list of a consulted body", 0.02, true, get(&police), visits);
    measure("inbox of 50", 0.0, true, get(&officer), "/api/v1/inbox?limit=50");
    measure("numbers of the navigation", 0.1, true, get(&officer), "/api/v1/me/counts");
    measure("search by a name", 0.02, true, get(&officer), "/api/v1/outbound-delegations?q=nguoi%20399&limit=50");
    measure(
        "search that finds nothing",
        0.02,
        true,
        get(&officer),
        "/api/v1/outbound-delegations?q=khongcoai&limit=50",
    );
    measure(
        "statistics by country, nothing changed",
        0.25,
        true,
        get(&officer),
        "/api/v1/statistics/outbound?year=2024&by=country",
    );
    let body = seeded.new_trip.to_string();
    // Before thousands of drafts send the same eight people abroad on the same days.
    if asked.wants("pages") {
        pages::assessment(&server, &clerk, &body);
        pages::measure(&server, &folder, asked.seconds, &officer, &seeded.closed[0].to_string());
    }
    let create = format!(
        "{}\nwrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [==[{body}]==]",
        get(&clerk)
    );
    measure("create with 8 members, durable, audited", 0.04, true, create, "/api/v1/outbound-delegations");
    std::fs::write(folder.join("submitted.txt"), seeded.submitted.join("\n")).unwrap();
    let appraise = format!(
        "{}\nwrk.headers['Content-Type'] = 'application/json'\nwrk.headers['If-Match'] = '\"2\"'\nlocal ids = {{}}\nfor line in io.lines('{}') do ids[#ids + 1] = line end\nlocal at = 0\nrequest = function() at = at + 1; return wrk.format('POST', '/api/v1/outbound-delegations/' .. ids[at] .. '/appraise', nil, '{{\"opinion\":\"favourable\"}}') end",
        get(&officer),
        folder.join("submitted.txt").display()
    );
    // No warm-up: a dossier can be appraised only once.
    measure("appraise, durable, audited", 0.05, false, appraise, "/");
    let ids = seeded.closed_visits.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
    let one = format!(
        "{}\nlocal ids = {{{ids}}}\nlocal at = 0\nrequest = function() at = at % #ids + 1; return wrk.format('GET', '/api/v1/inbound-delegations/' .. ids[at]) end",
        get(&officer)
    );
    measure("one visit with guests", 0.15, true, one, "/");
    let list = "/api/v1/inbound-delegations?state=closed&limit=50";
    measure("list of 50 visits, filtered, page 1", 0.05, true, get(&officer), list);
    measure(
        "inbound statistics by country, nothing changed",
        0.25,
        true,
        get(&officer),
        "/api/v1/statistics/inbound?year=2024&by=country",
    );
    let lines: Vec<String> = seeded.approved_visits.iter().map(|(id, on)| format!("{id} {on}")).collect();
    std::fs::write(folder.join("approved.txt"), lines.join("\n")).unwrap();
    let arrive = format!(
        "{}\nwrk.headers['Content-Type'] = 'application/json'\nwrk.headers['If-Match'] = '\"2\"'\nlocal ids = {{}}\nfor line in io.lines('{}') do ids[#ids + 1] = line end\nlocal at = 0\nrequest = function() at = at + 1; return wrk.format('POST', '/api/v1/inbound-delegations/' .. ids[at]:sub(1, 13) .. '/record-arrival', nil, '{{\"on\":\"' .. ids[at]:sub(15) .. '\",\"headcount\":11}}') end",
        get(&clerk),
        folder.join("approved.txt").display()
    );
    measure("record-arrival, durable, audited, counted", 0.05, false, arrive, "/");
    let known = server.tag("/api/v1/statistics/inbound?year=2024&by=country", &officer);
    let unchanged = format!("{}\nwrk.headers['If-None-Match'] = '{known}'", get(&officer));
    measure("statistics, 304", 0.4, true, unchanged, "/api/v1/statistics/inbound?year=2024&by=country");
    let under_load = server.memory();
    println!("\n| operation | target | requests/s | p50 | p99 | ratio to `/healthz` |\n|---|---|---|---|---|---|");
    for (name, found, ratio) in &rows {
        println!("| {name} | {:.0} | {} | {} | {ratio:.3} |", found.requests, found.p50, found.p99);
    }
    println!(
        "\nMemory (resident / anonymous, MiB): at rest {} / {}, after the load {} / {}.",
        at_rest.0, at_rest.1, under_load.0, under_load.1
    );
    if asked.wants("figures") {
        figures::measure(&server, &address, &officer);
    }
    if asked.wants("writers") {
        beside_readers(&server, &folder, asked.seconds, (&officer, &clerk), &body);
    }
    if asked.wants("sign-ins") {
        accounts::beside_sign_ins(&server, &folder, asked.seconds, &officer, &seeded.closed[0].to_string());
    }
    if asked.wants("lists") {
        lists::measure(&server, &officer);
    }
    if asked.wants("backup") {
        backup::measure(&server, &folder, asked.database_url.as_deref(), &clerk, &body);
    }
    drop(server);
    if asked.wants("start") {
        accounts::start(&folder, asked.database_url.as_deref());
    }
    if asked.wants("growth") && asked.database_url.is_none() {
        figures::growth(&folder);
    }
    let _ = std::fs::remove_dir_all(&folder);
}
