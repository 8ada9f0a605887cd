//! The command line on real files: migrations, administrators, packs, the proof of the trail, and writes that survive `kill -9`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::world::{drop_database, empty_database, skipped};

pub fn ngoaivu(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngoaivu"));
    command.args(arguments).env_remove("NGOAIVU_DATA").env_remove("NGOAIVU_DATABASE_URL").output().unwrap()
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ngoaivu-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running demo; ended by its id when it goes out of scope.
pub struct Server {
    pub process: Child,
    address: String,
    _output: BufReader<std::process::ChildStdout>,
}

impl Server {
    pub fn demo(folder: &str) -> Self {
        Server::logging(folder, "off", Stdio::null())
    }

    /// A demo that logs so much, to there.
    pub fn logging(folder: &str, level: &str, log: Stdio) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ngoaivu"))
            .args(["demo", "--data", folder, "--listen", "127.0.0.1:0"])
            .env("NGOAIVU_LOG", level)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        Server { process, address, _output: output }
    }

    /// One request over a connection of its own: status and body, or nothing where the server went away.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<(u16, String)> {
        exchange(&self.address, method, path, headers, body)
    }

    pub fn token(&self, user: &str) -> String {
        let body = format!("{{\"username\":\"{user}\",\"password\":\"{}\"}}", ngoaivu::demo::PASSWORD);
        let (status, body) = self.send("POST", "/api/v1/auth/login", "", &body).unwrap();
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["access_token"].as_str().unwrap().to_owned()
    }
}

fn exchange(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, body.to_owned()))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_administrator_is_made_on_the_machine_and_nowhere_else() {
    let folder = Folder::new("admin");
    let early = ngoaivu(&["admin", "create", "--username", "root.it", "--data", folder.text()]);
    assert!(!early.status.success() && said(&early).contains("ngoaivu migrate"), "{}", said(&early));
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    let made = ngoaivu(&["admin", "create", "--username", "root.it", "--data", folder.text()]);
    assert!(made.status.success() && String::from_utf8_lossy(&made.stdout).trim().len() >= 40, "{}", said(&made));
    let twice = ngoaivu(&["admin", "create", "--username", "root.it", "--data", folder.text()]);
    assert!(!twice.status.success() && said(&twice).contains("already"));
    assert!(ngoaivu(&["admin", "reset", "--username", "root.it", "--data", folder.text()]).status.success());
    assert!(ngoaivu(&["rebuild-facts", "--data", folder.text()]).status.success());
    let verified = ngoaivu(&["audit", "verify", "--data", folder.text()]);
    assert!(verified.status.success(), "{}", said(&verified));
    let nowhere = ngoaivu(&["serve"]);
    assert!(!nowhere.status.success() && said(&nowhere).contains("--data"));
    // A province does not run under the sample's rules because nobody named it, nor under rules of nobody.
    let serve = |province: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngoaivu"));
        // Nobody can listen there, so that a server that does start ends all the same.
        command.args(["serve", "--data", folder.text(), "--listen", "256.0.0.1:0"]).env_remove("NGOAIVU_JURISDICTION");
        command.envs(province.iter().copied()).output().unwrap()
    };
    for (province, named) in
        [(&[][..], "NGOAIVU_JURISDICTION"), (&[("NGOAIVU_JURISDICTION", "atlantis")][..], "atlantis")]
    {
        let refused = serve(province);
        assert!(!refused.status.success() && said(&refused).contains(named), "{}", said(&refused));
        assert!(said(&refused).contains("an-giang") && said(&refused).contains("dong-nai"), "{}", said(&refused));
    }
    let check = |province: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngoaivu"));
        command.args(["config", "check"]).env("NGOAIVU_JURISDICTION", province).output().unwrap()
    };
    assert!(check("an-giang").status.success(), "{}", said(&check("an-giang")));
    assert!(!check("atlantis").status.success() && said(&check("atlantis")).contains("an-giang"));
}

#[test]
fn figures_of_an_older_form_are_not_served_until_migrate_derived_them_again() {
    let folder = Folder::new("form");
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    let address = ngoaivu::db::Address::in_folder(&folder.0);
    let set = |form: i64| ngoaivu::db::counters::set(&mut address.connect().unwrap(), "facts_form", form).unwrap();
    let form = || ngoaivu::db::counters::counter(&mut address.connect().unwrap(), "facts_form").unwrap();
    let current = form();
    set(current - 1);
    let refused = ngoaivu(&["audit", "verify", "--data", folder.text()]);
    assert!(!refused.status.success() && said(&refused).contains("ngoaivu migrate"), "{}", said(&refused));
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    assert_eq!(form(), current);
    assert!(ngoaivu(&["audit", "verify", "--data", folder.text()]).status.success());
}

#[test]
fn a_backup_beside_a_writing_server_has_every_acknowledged_write() {
    let (folder, other) = (Folder::new("backup"), Folder::new("restore"));
    let mut server = Server::demo(folder.text());
    let token = server.token("clerk.skhcn");
    let trip = a_trip(&server, &token, "TITLE");
    let file = other.0.join("b.ngoaivu");
    let mut before = Vec::new();
    write_until_killed(&mut server, &token, &trip, 60, |acknowledged| {
        before = acknowledged.to_vec();
        let taken = ngoaivu(&["backup", file.to_str().unwrap(), "--data", folder.text()]);
        assert!(taken.status.success(), "{}", said(&taken));
    });
    assert!(ngoaivu(&["backup", "verify", file.to_str().unwrap()]).status.success());
    assert!(!ngoaivu(&["backup"]).status.success());
    // The settings of a file name the place, for every command.
    let (settings, place) = (other.0.join("settings"), other.0.join("data"));
    std::fs::write(&settings, format!("NGOAIVU_DATA={}\n", place.display())).unwrap();
    let restore = || ngoaivu(&["restore", file.to_str().unwrap(), "--config", settings.to_str().unwrap()]);
    let restored = restore();
    assert!(restored.status.success(), "{}", said(&restored));
    let titles = stored_titles(&place);
    let lost: Vec<&String> = before.iter().filter(|title| !titles.contains(*title)).collect();
    assert!(before.len() == 60 && lost.is_empty(), "{lost:?}");
    let again = restore();
    assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
    let whole = ngoaivu(&["audit", "verify", "--config", settings.to_str().unwrap()]);
    assert!(whole.status.success(), "{}", said(&whole));
}

#[test]
fn one_data_folder_has_one_server_and_is_free_again_after_a_crash() {
    let folder = Folder::new("alone");
    let mut first = Server::demo(folder.text());
    let second = ngoaivu(&["demo", "--data", folder.text(), "--listen", "127.0.0.1:0"]);
    assert!(!second.status.success() && said(&second).contains("one folder has one server"), "{}", said(&second));
    // Commands that only read or write a row work beside it.
    assert!(ngoaivu(&["audit", "verify", "--data", folder.text()]).status.success());
    first.process.kill().unwrap();
    first.process.wait().unwrap();
    let third = Server::demo(folder.text());
    assert_eq!(third.send("GET", "/healthz", "", "").unwrap().0, 200);
}

// An empty folder, migrated, takes a pack that stands on a shipped one, and knows its province.
#[test]
fn a_pack_is_loaded_before_the_server_ever_ran() {
    let folder = Folder::new("first-pack");
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    let pack = folder.0.join("x.toml");
    std::fs::write(&pack, "code = \"phu-tho-2027\"\nversion = 1\ntitle = \"X\"\ndocument = \"QĐ 5/2027\"\nstatus = \"verified\"\njurisdiction = \"phu-tho\"\nreplaces = \"phu-tho\"\nin_force_from = 2027-01-01\nextends = \"national\"\n[[authority]]\nid = \"chair\"\nfor = [\"outbound\"]\ndecider = \"ppc_chair\"\nstatus = \"verified\"\ncitation = \"QĐ 5/2027 Đ.4\"\n").unwrap();
    let loaded = ngoaivu(&["regulation", "load", pack.to_str().unwrap(), "--data", folder.text()]);
    assert!(loaded.status.success(), "{}", said(&loaded));
    // Migrating again changes nothing, and the trail is whole.
    assert!(ngoaivu(&["migrate", "--data", folder.text()]).status.success());
    let whole = ngoaivu(&["audit", "verify", "--data", folder.text()]);
    assert!(whole.status.success(), "{}", said(&whole));
}

#[test]
fn a_pack_is_checked_with_every_fault_by_line() {
    let sound =
        ngoaivu(&["regulation", "check", concat!(env!("CARGO_MANIFEST_DIR"), "/regulations/an-giang-2017.toml")]);
    assert!(sound.status.success(), "{}", said(&sound));
    let folder = Folder::new("pack");
    let file = folder.0.join("faulty.toml");
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/regulations/an-giang-2017.toml")).unwrap();
    let line = 1 + text.lines().position(|l| l == "decider = \"ppc\"").unwrap();
    std::fs::write(&file, text.replacen("decider = \"ppc\"", "decider = \"king\"", 1).replacen("purpose", "mood", 1))
        .unwrap();
    let faulty = ngoaivu(&["regulation", "check", file.to_str().unwrap()]);
    assert!(!faulty.status.success());
    assert!(said(&faulty).contains(&format!("faulty.toml:{line}: unknown_body")), "{}", said(&faulty));
}

#[test]
fn the_demo_serves_only_this_machine_and_reopens_its_world() {
    let folder = Folder::new("demo");
    let open = ngoaivu(&["demo", "--data", folder.text(), "--listen", "0.0.0.0:0"]);
    assert!(
        !open.status.success() && said(&open).contains("loopback") || said(&open).contains("only this machine"),
        "{}",
        said(&open)
    );
    for _ in 0..2 {
        let server = Server::demo(folder.text());
        assert_eq!(server.send("GET", "/healthz", "", "").unwrap().0, 200);
        assert_eq!(server.send("GET", "/readyz", "", "").unwrap().0, 200);
        // Its first page leads to the sign-in.
        assert_eq!(server.send("GET", "/", "", "").unwrap().0, 303);
        let (status, page) = server.send("GET", "/sign-in", "", "").unwrap();
        assert!(status == 200 && page.contains("<title>Đăng nhập"), "{page}");
        let (status, page) = server.send("GET", "/docs/", "", "").unwrap();
        assert!(status == 200 && page.contains("swagger") && !page.contains("https://"), "{page}");
        let metrics = server.send("GET", "/metrics", "", "").unwrap().1;
        for name in ["http_requests_total", "ngoaivu_writes_waiting", "ngoaivu_connections_idle", "ngoaivu_trail_rows"]
        {
            assert!(metrics.contains(name), "{name} is not in {metrics}");
        }
    }
    let sqlite: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .filter_map(|f| f.ok()?.file_name().into_string().ok())
        .filter(|n| n.ends_with(".db"))
        .collect();
    assert_eq!(sqlite, ["ngoaivu.db"]);
}

/// Titles that a server acknowledged, while `writers` threads write until it is gone.
/// Writes from four sides; after so many answers `then` gets what was acknowledged, and the server is killed.
fn write_until_killed(
    server: &mut Server,
    token: &str,
    trip: &str,
    after: usize,
    then: impl FnOnce(&[String]),
) -> Vec<String> {
    let (tell, told) = std::sync::mpsc::channel::<String>();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (tell, address, token, trip) =
                (tell.clone(), server.address.clone(), token.to_owned(), trip.to_owned());
            std::thread::spawn(move || {
                for at in 0.. {
                    let title = format!("T{thread}-{at}");
                    let headers = format!("Authorization: Bearer {token}\r\n");
                    match exchange(
                        &address,
                        "POST",
                        "/api/v1/outbound-delegations",
                        &headers,
                        &trip.replace("TITLE", &title),
                    ) {
                        Some((201, _)) => tell.send(title).unwrap(),
                        _ => return,
                    }
                }
            })
        })
        .collect();
    drop(tell);
    let mut acknowledged: Vec<String> = told.iter().take(after).collect();
    then(&acknowledged);
    // SIGKILL in the middle of the writes.
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    acknowledged.extend(told.iter());
    threads.into_iter().for_each(|t| t.join().unwrap());
    acknowledged
}

/// The body of a trip of SKHCN.
fn a_trip(server: &Server, token: &str, title: &str) -> String {
    let headers = format!("Authorization: Bearer {token}\r\n");
    let get = |path: &str| {
        serde_json::from_str::<serde_json::Value>(&server.send("GET", path, &headers, "").unwrap().1).unwrap()
    };
    let agency = get("/api/v1/agencies?code=SKHCN")["items"][0]["id"].as_str().unwrap().to_owned();
    let official = get(&format!("/api/v1/officials?agency_id={agency}"))["items"][0]["id"].as_str().unwrap().to_owned();
    serde_json::json!({"title": title, "procedure": "outbound", "purpose": "official", "capacity": "department",
        "requesting_agency_id": agency, "funding": [{"source": "host"}], "inviting_party": {"name": "X", "country": "KR", "kind": "locality"},
        "departure_date": "2026-12-07", "return_date": "2026-12-11", "stops": [{"country": "KR", "place": "S", "from": "2026-12-07", "to": "2026-12-11"}],
        "members": [{"official_id": official, "role": "head"}], "classification": "unclassified"}).to_string()
}

#[test]
fn an_acknowledged_write_survives_kill_9() {
    let folder = Folder::new("kill");
    let mut acknowledged = Vec::new();
    for round in 1..=3 {
        let mut server = Server::demo(folder.text());
        let token = server.token("clerk.skhcn");
        let trip = a_trip(&server, &token, &format!("R{round} TITLE"));
        let titles = write_until_killed(&mut server, &token, &trip, 60, |_| {});
        acknowledged.extend(titles.into_iter().map(|t| format!("R{round} {t}")));
    }
    assert!(acknowledged.len() >= 180);
    let kept = stored_titles(&folder.0);
    let lost: Vec<&String> = acknowledged.iter().filter(|t| !kept.contains(*t)).collect();
    assert!(lost.is_empty(), "{} acknowledged, lost: {lost:?}", acknowledged.len());
    let verified = ngoaivu(&["audit", "verify", "--data", folder.text()]);
    assert!(verified.status.success(), "{}", said(&verified));
}

fn stored_titles(folder: &Path) -> std::collections::HashSet<String> {
    use diesel::prelude::*;
    use ngoaivu::db::schema::dossiers::dsl::{dossiers, title};
    let db = ngoaivu::db::Db::open(ngoaivu::db::Address::in_folder(folder)).unwrap();
    let titles: Vec<String> = db.read_now(|conn| Ok(dossiers.select(title).load(conn)?)).unwrap();
    titles.into_iter().collect()
}

/// The words of an instruction in the Dockerfile that has the form of a JSON list.
fn of_image(instruction: &str) -> Vec<String> {
    let dockerfile = include_str!("../../Dockerfile");
    let line = dockerfile.lines().find(|line| line.starts_with(instruction)).unwrap();
    serde_json::from_str(line.get(line.find('[').unwrap()..).unwrap()).unwrap()
}

/// What the image starts, as a plain process against PostgreSQL: the URL from a file, the port from outside.
#[test]
fn the_command_of_the_image_migrates_serves_tells_its_health_and_stops() {
    let Some((url, database)) = empty_database("image") else { return skipped() };
    let folder = Folder::new("image");
    let (secret, work) = (folder.0.join("database_url"), folder.0.join("work"));
    let mut file = ngoaivu::private_files::create_file(&secret).unwrap();
    std::io::Write::write_all(&mut file, format!("{url}\n").as_bytes()).unwrap();
    let told = folder.0.join("told");
    std::fs::create_dir(&work).unwrap();
    let start = || {
        assert_eq!(of_image("ENTRYPOINT"), ["ngoaivu"]);
        let mut process = Command::new(env!("CARGO_BIN_EXE_ngoaivu"))
            .args(of_image("CMD"))
            .env_remove("NGOAIVU_DATA")
            .env("NGOAIVU_DATABASE_URL_FILE", &secret)
            .env("NGOAIVU_ATTACHMENTS", folder.0.join("attachments"))
            .env("NGOAIVU_LISTEN", "127.0.0.1:0")
            .env("NGOAIVU_JURISDICTION", "an-giang")
            .current_dir(&work)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(&told).unwrap())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "it ended: {}", std::fs::read_to_string(&told).unwrap());
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        Server { process, address, _output: output }
    };
    // Two containers that start at once migrate once, and both serve.
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(start);
        (start(), other.join().unwrap())
    });
    let health = |address: &str| {
        let asked = of_image("HEALTHCHECK");
        assert_eq!(asked, ["ngoaivu", "health"]);
        ngoaivu(&["health", "--listen", address])
    };
    for server in [&first, &second] {
        assert!(health(&server.address).status.success(), "{}", said(&health(&server.address)));
        assert_eq!(server.send("GET", "/api/v1/me", "", "").unwrap().0, 401);
    }
    let mut first = first;
    let id = first.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(first.process.wait().unwrap().success(), "SIGTERM is an orderly end");
    let gone = health(&first.address);
    assert!(gone.status.code() == Some(1) && said(&gone).contains("is not ready"), "{}", said(&gone));
    // The root file system of the image is read-only.
    assert_eq!(std::fs::read_dir(&work).unwrap().count(), 0, "it writes into its working directory");
    drop(second);
    drop_database(&database);
}
