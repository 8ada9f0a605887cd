//! What a backup beside a running server costs the people who write, how long it takes, and whether a changed byte is noticed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::Server;

/// Writes a second, over this many connections.
const RATE: u32 = 200;
const CONNECTIONS: u32 = 4;
/// Random changes of a backup that must be noticed.
const TRIES: usize = 1_000;

/// Sends drafts at a steady rate until told to stop; returns how long each answer took from the moment it was due.
fn write(address: &str, token: &str, body: &str, stop: &AtomicBool) -> Vec<Duration> {
    let request = format!(
        "POST /api/v1/outbound-delegations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
    stream.get_ref().set_nodelay(true).unwrap();
    let pace = Duration::from_secs(1) * CONNECTIONS / RATE;
    let (mut due, mut taken) = (Instant::now(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        due += pace;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut line, mut length, mut first) = (String::new(), 0usize, true);
        loop {
            line.clear();
            stream.read_line(&mut line).unwrap();
            assert!(!first || line.contains(" 201 "), "{line}");
            first = false;
            if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        stream.read_exact(&mut vec![0; length]).unwrap();
        taken.push(due.elapsed());
    }
    taken
}

/// The 99th percentile of writing while something runs, and how many writes there were.
fn beside(server: &Server, token: &str, body: &str, run: impl FnOnce()) -> (Duration, usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, token, body, stop) =
                (server.address.clone(), token.to_owned(), body.to_owned(), Arc::clone(&stop));
            std::thread::spawn(move || write(&address, &token, &body, &stop))
        })
        .collect();
    run();
    stop.store(true, Ordering::Relaxed);
    let mut all: Vec<Duration> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    all.sort();
    (all[all.len() * 99 / 100], all.len())
}

fn ngoaivu(arguments: &[&str], folder: Option<&Path>, url: Option<&str>) -> Duration {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngoaivu"));
    command.args(arguments);
    match (url, folder) {
        (Some(url), Some(folder)) => {
            command.args(["--database-url", url]).env("NGOAIVU_ATTACHMENTS", folder.join("attachments"));
        }
        (None, Some(folder)) => {
            command.arg("--data").arg(folder);
        }
        _ => {}
    }
    let done = command.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    started.elapsed()
}

pub fn measure(server: &Server, folder: &Path, url: Option<&str>, token: &str, body: &str) {
    let file = folder.with_extension("backup");
    let path = file.to_str().unwrap().to_owned();
    let pause = || std::thread::sleep(Duration::from_secs(10));
    let (before, _) = beside(server, token, body, pause);
    let mut took = Duration::ZERO;
    let _ = std::fs::remove_file(&file);
    let (during, writes) = beside(server, token, body, || took = ngoaivu(&["backup", &path], Some(folder), url));
    let (after, _) = beside(server, token, body, pause);
    let size = std::fs::metadata(&file).unwrap().len();
    let mib = f64::from(u32::try_from(size >> 20).unwrap()).max(1.0);
    let verified = ngoaivu(&["backup", "verify", &path], None, None);
    println!(
        "\nBackup of {mib:.0} MiB beside {RATE} writes a second: {:.1} s ({:.0} MiB/s), verified in {:.1} s. p99 of writing: alone {:.1} ms and {:.1} ms, during the backup {:.1} ms ({writes} writes), ratio {:.2}.",
        took.as_secs_f64(),
        mib / took.as_secs_f64(),
        verified.as_secs_f64(),
        before.as_secs_f64() * 1e3,
        after.as_secs_f64() * 1e3,
        during.as_secs_f64() * 1e3,
        during.as_secs_f64() / before.max(after).as_secs_f64(),
    );
    if url.is_none() {
        let place = folder.with_extension("restored");
        let _ = std::fs::remove_dir_all(&place);
        let restored = ngoaivu(&["restore", &path], Some(&place), None);
        println!(
            "Restored in {:.1} s; 1 GiB at that rate: {:.0} s.",
            restored.as_secs_f64(),
            restored.as_secs_f64() * 1024.0 / mib
        );
        let _ = std::fs::remove_dir_all(&place);
    }
    std::fs::remove_file(&file).unwrap();
    noticed(folder);
}

/// Changes random bytes of a backup of the demo province, and cuts it at random places.
fn noticed(folder: &Path) {
    let demo = folder.with_extension("demo");
    let _ = std::fs::remove_dir_all(&demo);
    let file = folder.with_extension("small");
    let _ = std::fs::remove_file(&file);
    ngoaivu(&["init", "--from", concat!(env!("CARGO_MANIFEST_DIR"), "/docs/first-trip/tinh.toml")], Some(&demo), None);
    ngoaivu(&["backup", file.to_str().unwrap()], Some(&demo), None);
    let whole = std::fs::read(&file).unwrap();
    let mut random = rand::rng();
    for at in 0..TRIES {
        let mut changed = whole.clone();
        let place = random.random_range(0..whole.len());
        if at % 4 == 0 {
            changed.truncate(place);
        } else {
            changed[place] ^= 1 << random.random_range(0..8);
        }
        std::fs::write(&file, &changed).unwrap();
        assert!(ngoaivu::backup::verify(&file, None).is_err(), "a change at byte {place} was not noticed");
    }
    std::fs::write(&file, &whole).unwrap();
    ngoaivu::backup::verify(&file, None).unwrap();
    println!("{TRIES} of {TRIES} random changes of a backup of {} KiB were noticed.", whole.len() >> 10);
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_dir_all(&demo).unwrap();
}
