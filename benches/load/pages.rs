//! Pages beside the same reads over the API, and what the first page weighs: `--only pages`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Instant;

use flate2::read::GzDecoder;

use crate::{Server, get, wrk};

/// Requests one after another, for the time that one person waits.
const ALONE: usize = 200;

/// Sends one request as a browser does; head and body of the response.
fn browse(server: &Server, method: &str, path: &str, headers: &str, body: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let (address, length) = (&server.address, body.len());
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nSec-Fetch-Site: same-origin\r\n\
         Accept-Encoding: gzip\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&answer[..at]).into_owned(), answer[at + 4..].to_vec())
}

/// The cookie of a sign-in.
fn cookie(server: &Server, user: &str) -> String {
    let body = format!("%2Fusername={user}&%2Fpassword={}", ngoaivu::demo::PASSWORD);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let (head, _) = browse(server, "POST", "/sign-in", form, &body);
    let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with("set-cookie: ")).unwrap();
    line["set-cookie: ".len()..].split(';').next().unwrap().to_owned()
}

fn p95(server: &Server, method: &str, path: &str, headers: &str, body: &str) -> f64 {
    let mut took: Vec<f64> = (0..ALONE)
        .map(|_| {
            let begun = Instant::now();
            let (head, _) = browse(server, method, path, headers, body);
            assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[ALONE * 95 / 100]
}

/// What the regulation says of a trip of eight as it is typed, to one person: each pause of the keys asks it.
pub fn assessment(server: &Server, clerk: &str, body: &str) {
    let headers = format!("Authorization: Bearer {clerk}\r\nContent-Type: application/json\r\n");
    let waited = p95(server, "POST", "/api/v1/outbound-delegations/assessment", &headers, body);
    println!("\n| assessment of 8 as typed, p95 ms, one person (target 30) | {waited:.1} |\n|---|---|");
}

/// What the first page of the office asks for.
fn reads_of_home() -> Vec<String> {
    let bodies = kernel::words::Body::all().iter().map(|body| body.word()).filter(|body| *body != "dofa");
    let others = bodies.collect::<Vec<_>>().join(",");
    let today = chrono::Utc::now().date_naive();
    let week = format!("/calendar?from={today}&to={}", today + chrono::Duration::days(6));
    let mut reads = vec!["/inbox?limit=20".to_owned(), "/duties?open=true&limit=10".to_owned(), week];
    let late = format!("state=submitted,appraising,consulting&overdue=true&waiting_for={others}");
    for filter in [late.as_str(), "state=reported"] {
        for register in ["outbound-delegations", "inbound-delegations"] {
            reads.push(format!("/{register}?{filter}&sort=updated_at&limit=12&waiting=true&count=true"));
        }
    }
    reads
}

pub fn measure(server: &Server, folder: &Path, seconds: u32, officer: &str, id: &str) {
    let cookie = cookie(server, "officer.snv");
    let header = format!("Cookie: {cookie}\r\n");
    let list = "outbound-delegations?state=closed";
    println!(
        "\n| page | p95 ms, one person | pages/s | its main read/s | share | all its reads/s | share (target 0.5) |\n|---|---|---|---|---|---|---|"
    );
    let dossier = format!("/outbound-delegations/{id}");
    // What a page asks the API for, its main read first; every page asks for the account and its numbers.
    let pages = [
        ("home", "/".to_owned(), reads_of_home()),
        ("list", format!("/{list}"), vec![format!("/{list}&sort=-updated_at&limit=50&count=true&waiting=true")]),
        (
            "dossier",
            dossier.clone(),
            ["", "/assessment", "/history", "/attachments", "/comments"]
                .iter()
                .map(|part| format!("{dossier}{part}"))
                .chain(["/inbox?limit=1&count=true".to_owned()])
                .collect(),
        ),
        ("inbox", "/inbox".to_owned(), vec!["/inbox?limit=50&count=true".to_owned()]),
        ("help", "/help".to_owned(), vec!["/me".to_owned()]),
    ];
    for (name, page, reads) in &pages {
        let waited = p95(server, "GET", page, &header, "");
        let browser = format!("wrk.headers['Cookie'] = '{cookie}'\nwrk.headers['Sec-Fetch-Site'] = 'same-origin'");
        let shown = wrk(server, folder, seconds, true, &browser, page).requests;
        let rate = |path: &str| wrk(server, folder, seconds, true, &get(officer), &format!("/api/v1{path}")).requests;
        let rates: Vec<f64> = reads.iter().map(|path| rate(path)).collect();
        let frame = ["/me", "/me/counts"].into_iter().filter(|path| !reads.iter().any(|read| read == path));
        // Reads one after another take the sum of their times.
        let all = 1.0 / rates.iter().copied().chain(frame.map(rate)).map(|rate| 1.0 / rate).sum::<f64>();
        let main = rates.first().copied().unwrap_or(f64::NAN);
        println!(
            "| {name} | {waited:.1} | {shown:.0} | {main:.0} | {:.2} | {all:.0} | {:.2} |",
            shown / main,
            shown / all
        );
    }
    let (_, html) = browse(server, "GET", "/", &header, "");
    let mut text = String::new();
    GzDecoder::new(html.as_slice()).read_to_string(&mut text).unwrap();
    println!("\n| first page after sign-in | bytes sent |\n|---|---|\n| HTML | {} |", html.len());
    let mut all = html.len();
    let addresses = text.split('"').filter(|part| part.starts_with("/assets/"));
    let mut seen: Vec<&str> = Vec::new();
    for address in addresses {
        if !seen.contains(&address) {
            seen.push(address);
            let (_, body) = browse(server, "GET", address, "", "");
            all += body.len();
            println!("| {} | {} |", address.rsplit('/').next().unwrap(), body.len());
        }
    }
    println!("| together, in {} requests | {all} |", seen.len() + 1);
}
