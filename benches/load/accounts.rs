//! What signing in costs those who read, and how long a start takes: `--only sign-ins`, `--only start`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use crate::{Server, get, wrk};

/// Turns of each measurement; the middle one counts.
const TURNS: usize = 3;

/// Accounts of the demo world that sign in.
const USERS: [&str; 8] =
    ["clerk.skhcn", "head.skhcn", "clerk.syt", "head.syt", "director.snv", "chair", "police", "inspector"];

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Reads of one dossier by 64 clients, alone and while others sign in one after another.
pub fn beside_sign_ins(server: &Server, folder: &Path, seconds: u32, officer: &str, id: &str) {
    println!(
        "\n| clients signing in | reads/s alone | reads/s beside | share kept (target 0.7) | sign-ins/s |\n|---|---|---|---|---|"
    );
    let path = format!("/api/v1/outbound-delegations/{id}");
    for clients in [2, USERS.len()] {
        let (mut kept, mut signed, mut last) = (Vec::new(), Vec::new(), (0.0, 0.0));
        for _ in 0..TURNS {
            let alone = wrk(server, folder, seconds, true, &get(officer), &path).requests;
            let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
            let begun = Instant::now();
            let beside = std::thread::scope(|scope| {
                // Each signs in as somebody else: several attempts at once on one name have to wait.
                for user in USERS.iter().take(clients) {
                    let (stop, done) = (&stop, &done);
                    scope.spawn(move || {
                        while !stop.load(Ordering::Relaxed) {
                            server.token(user);
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                let beside = wrk(server, folder, seconds, false, &get(officer), &path).requests;
                stop.store(true, Ordering::Relaxed);
                beside
            });
            let number = f64::from(u32::try_from(done.load(Ordering::Relaxed)).unwrap());
            signed.push(number / begun.elapsed().as_secs_f64());
            kept.push(beside / alone);
            last = (alone, beside);
        }
        println!("| {clients} | {:.0} | {:.0} | {:.2} | {:.0} |", last.0, last.1, middle(kept), middle(signed));
    }
}

/// From the start of the process to its first answer.
pub fn start(folder: &Path, url: Option<&str>) {
    let mut memory = (0, 0);
    let times = (0..TURNS * 2 + 1).map(|_| {
        let begun = Instant::now();
        let server = Server::start(folder, url);
        let (head, _) = server.exchange("GET", "/healthz", "", "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        memory = server.memory();
        took
    });
    println!("\nStart to first answer (to stay under 60): {:.0} ms.", middle(times.collect()));
    println!("Memory after it (resident / anonymous, MiB; anonymous to stay under 60): {} / {}.", memory.0, memory.1);
}
