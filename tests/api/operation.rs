//! The IT officer's day: stopping a server, ending all sign-ins, asking the doctor.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::command_line::{Folder, Server, ngoaivu, said};

/// Asks again until the answer fits; the longest wait is for machines that are busy.
fn until(fits: impl FnMut() -> bool) {
    let (end, mut fits) = (Instant::now() + Duration::from_secs(30), fits);
    while !fits() {
        assert!(Instant::now() < end, "it never held");
        std::thread::yield_now();
    }
}

#[test]
fn a_server_that_is_told_to_stop_says_so_before_it_closes_the_door() {
    let folder = Folder::new("stop");
    let mut server = Server::demo(folder.text());
    let pid = server.process.id().to_string();
    assert_eq!(server.send("GET", "/readyz", "", "").unwrap().0, 200);
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut told = None;
    until(|| {
        told = server.send("GET", "/readyz", "", "").map(|(status, _)| status);
        told != Some(200)
    });
    assert_eq!(told, Some(503), "the door was closed before readiness said no");
    // Alive all the same, until the door closes.
    assert!(matches!(server.send("GET", "/healthz", "", ""), Some((200, _)) | None));
    assert!(server.process.wait().unwrap().success());
}

#[test]
fn a_command_on_the_machine_ends_all_sign_ins_of_a_running_server() {
    let folder = Folder::new("end-sessions");
    let server = Server::demo(folder.text());
    let token = server.token("stats");
    let me = || server.send("GET", "/api/v1/me", &format!("Authorization: Bearer {token}\r\n"), "").unwrap().0;
    assert_eq!(me(), 200);
    let ended = ngoaivu(&["admin", "end-sessions", "--data", folder.text()]);
    assert!(ended.status.success() && said(&ended).contains("1 sign-in(s) ended"), "{}", said(&ended));
    until(|| me() == 401);
    server.token("stats");
    let verified = ngoaivu(&["audit", "verify", "--data", folder.text()]);
    assert!(verified.status.success() && said(&verified).contains("\"signed_checkpoints\":"), "{}", said(&verified));
}

/// U-29: not even where the IT officer asks for every detail.
#[test]
fn no_log_has_a_passport_number() {
    const NUMBER: &str = "N7654321";
    let (folder, logs) = (Folder::new("log"), Folder::new("log-of-log"));
    let file = logs.0.join("log");
    let server = Server::logging(folder.text(), "trace", std::fs::File::create(&file).unwrap().into());
    let token = format!("Authorization: Bearer {}\r\n", server.token("clerk.skhcn"));
    let send = |method: &str, path: &str, body: &str| server.send(method, path, &token, body).unwrap();
    let (_, all) = send("GET", "/api/v1/officials?limit=1", "");
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let path = format!("/api/v1/officials/{}/passports", all["items"][0]["id"].as_str().unwrap());
    let good = format!("{{\"kind\":\"official\",\"passport_number\":\"{NUMBER}\",\"expires_on\":\"2035-01-01\"}}");
    assert_eq!(send("POST", &path, &good).0, 201);
    for bad in [
        good.replace("2035-01-01", "never"),
        good.replace("kind", "knid"),
        good.replace('}', ""),
        format!("{{\"passport_number\":[\"{NUMBER}\"]}}"),
    ] {
        assert!((400..500).contains(&send("POST", &path, &bad).0), "{bad}");
    }
    send("GET", &format!("/api/v1/officials?q={NUMBER}"), "");
    send("GET", &format!("/officials?q={NUMBER}"), "");
    send("GET", &format!("/api/v1/officials/{NUMBER}"), "");
    let written = || std::fs::read_to_string(&file).unwrap();
    until(|| written().contains("\"level\":\"TRACE\""));
    let told: Vec<String> = written().lines().filter(|line| line.contains(NUMBER)).map(str::to_owned).collect();
    assert_eq!(told, [""; 0]);
}

#[test]
fn the_doctor_names_what_is_missing_and_fails_only_for_faults() {
    let folder = Folder::new("doctor");
    let examine = || ngoaivu(&["doctor", "--data", folder.text()]);
    #[cfg(unix)]
    std::fs::set_permissions(&folder.0, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let empty = examine();
    assert!(!empty.status.success() && said(&empty).contains("ngoaivu migrate"), "{}", said(&empty));
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    let nobody = examine();
    assert!(!nobody.status.success() && said(&nobody).contains("There is no administrator"), "{}", said(&nobody));
    let demo = Folder::new("doctor-well");
    #[cfg(unix)]
    std::fs::set_permissions(&demo.0, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    drop(Server::demo(demo.text()));
    let well = ngoaivu(&["doctor", "--data", demo.text()]);
    assert!(well.status.success(), "{}", said(&well));
    for advice in ["never a backup", "only one administrator", "NGOAIVU_SECOND_FACTOR=seats", "The trail is whole"] {
        assert!(said(&well).contains(advice), "{advice}: {}", said(&well));
    }
    let backup = demo.0.join("today.zip");
    assert!(ngoaivu(&["backup", backup.to_str().unwrap(), "--data", demo.text()]).status.success());
    assert!(said(&ngoaivu(&["doctor", "--data", demo.text()])).contains("a backup of today"));
    #[cfg(unix)]
    {
        std::fs::set_permissions(&demo.0, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let open = ngoaivu(&["doctor", "--data", demo.text()]);
        assert!(!open.status.success() && said(&open).contains("chmod 700"), "{}", said(&open));
    }
}
