//! A demo world of its own for every test: a database, a clock that is moved by hand, and a client.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use diesel::prelude::*;
use futures_util::future::LocalBoxFuture;
use kernel::time::{Clock, Day, Moment};
use ngoaivu::app::{self, AppState};
use ngoaivu::config::{Network, SecondFactorRule};
use ngoaivu::db::{Address, Db, migrate};
use ngoaivu::demo;
use ngoaivu::dossier::register::Registers;
use ngoaivu::jobs::sealed_data;
use ngoaivu::private_files;
use ngoaivu::sealing::{self, SealingKey};
use ngoaivu::statistics::open_http::OpenStatisticsSwitch;
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::sentences;

/// Runs a test on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($( async fn $name:ident($world:ident) $body:block )+) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($world: $crate::world::World) $body

            #[actix_web::test]
            async fn sqlite() {
                let _beside = $crate::world::beside_others().await;
                run($crate::world::World::sqlite().await).await;
            }

            #[actix_web::test]
            async fn postgresql() {
                let _beside = $crate::world::beside_others().await;
                match $crate::world::World::postgresql().await {
                    Some(world) => run(world).await,
                    None => $crate::world::skipped(),
                }
            }
        }
    )+ };
}

/// Tests run side by side, but for one that measures time: it waits until it is alone.
static SIDE_BY_SIDE: RwLock<()> = RwLock::const_new(());

pub async fn beside_others() -> RwLockReadGuard<'static, ()> {
    SIDE_BY_SIDE.read().await
}

/// For a test that is not made by `on_both!`: nothing else runs while it has this.
pub async fn alone() -> RwLockWriteGuard<'static, ()> {
    SIDE_BY_SIDE.write().await
}

/// Without PostgreSQL its half of the suite is skipped, aloud; in CI that is a failure.
pub fn skipped() {
    println!("skipped: neither TEST_DATABASE_URL nor PostgreSQL's initdb was found");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must run the PostgreSQL half of the suite");
}

pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// A problem of this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let body = answer.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(body["status"] == status && body["title"].is_string() && body["detail"].is_string());
        body
    }

    pub fn etag(&self) -> String {
        self.headers["etag"].clone()
    }

    /// Pointers and codes of the faults.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        self.json()["errors"].as_array().unwrap().iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    }
}

type Send = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

pub struct World {
    pub house: AppState,
    send: Send,
    tokens: RefCell<HashMap<String, String>>,
    ids: RefCell<HashMap<String, String>>,
    pub folder: PathBuf,
    database: Option<String>,
}

/// Monday 2 March 2026, nine o'clock in the province.
pub fn monday() -> Moment {
    Day::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(2, 0, 0).unwrap()
}

/// Webhooks may reach this machine: here the receivers of tests live.
pub fn post() -> app::DeliverySettings {
    app::DeliverySettings {
        smtp: None,
        networks: vec![Network { base: [127, 0, 0, 0].into(), prefix: 8 }],
        origin: Some("https://ngoaivu.tinhmau.gov.vn".into()),
    }
}

pub fn fresh_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let base = if Path::new("/dev/shm").is_dir() { PathBuf::from("/dev/shm") } else { std::env::temp_dir() };
    let name = format!("ngoaivu-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let folder = base.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The keys of personal data of every world: what the templates hold is sealed by them.
fn place_keys(folder: &Path) {
    static KEYS: OnceLock<String> = OnceLock::new();
    let keys = KEYS.get_or_init(SealingKey::make);
    let _ = private_files::create_whole(&folder.join(sealing::FILE_NAME), keys.as_bytes());
}

fn fill(address: &Address) {
    migrate::run(address).unwrap();
    let db = Db::open(address.clone()).unwrap();
    let folder = fresh_folder();
    place_keys(&folder);
    sealed_data::open(&db, folder.join("attachments")).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    db.write_now(|conn| ngoaivu::regulations::store::add_shipped(conn, monday())).unwrap();
    db.write_now(|conn| demo::make(conn, monday())).unwrap();
    db.close();
}

/// A migrated and filled SQLite file, made once and copied for every test.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = fresh_folder();
        fill(&Address::in_folder(&folder));
        let bytes = std::fs::read(folder.join("ngoaivu.db")).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        bytes
    })
}

/// The server that tests may make databases on: given, or a throw-away cluster of our own.
pub fn postgresql_server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER.get_or_init(|| std::env::var("TEST_DATABASE_URL").ok().or_else(start_cluster)).as_deref()
}

fn postgresql_programs() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    places.sort();
    places.reverse();
    places.extend(std::env::split_paths(&std::env::var_os("PATH")?));
    places.into_iter().find(|p| p.join("initdb").exists() && p.join("pg_ctl").exists() && p.join("postgres").exists())
}

/// Starts a cluster in a temporary folder. A shell that waits on our pipe stops and removes it when this process ends,
/// however it ends.
fn start_cluster() -> Option<String> {
    let programs = postgresql_programs()?;
    let folder = fresh_folder();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    // initdb refuses root; the package's own user, or nobody, stands in.
    let user = if root {
        ["postgres", "nobody"]
            .into_iter()
            .find(|u| Command::new("id").arg(u).output().is_ok_and(|o| o.status.success()))
    } else {
        None
    };
    if let Some(user) = user {
        assert!(Command::new("chown").arg(user).arg(&folder).status().unwrap().success());
    }
    let script = format!(
        "cd '{dir}' && '{bin}/initdb' -D '{dir}/data' -U ngoaivu -A trust -E UTF8 --locale=C -N >init.log 2>&1 && \
         '{bin}/pg_ctl' -D '{dir}/data' -w -l '{dir}/log' -o '-p {port} -k {dir} -c listen_addresses=127.0.0.1 -c fsync=off \
         -c full_page_writes=off -c synchronous_commit=off -c max_connections=300' start >start.log 2>&1 && echo ready || echo failed; \
         read line; '{bin}/pg_ctl' -D '{dir}/data' -m immediate stop >/dev/null 2>&1; cd / && rm -rf '{dir}'",
        dir = folder.display(),
        bin = programs.display(),
    );
    let mut command = match user {
        Some(user) => {
            let mut c = Command::new("setpriv");
            c.args(["--reuid", user, "--regid", user, "--clear-groups", "sh", "-c", &script]);
            c
        }
        None => {
            let mut c = Command::new("sh");
            c.args(["-c", &script]);
            c
        }
    };
    #[allow(clippy::zombie_processes, reason = "it waits for us, not we for it")]
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut said).unwrap();
    assert_eq!(said, "ready\n", "the throw-away cluster did not start: see {}", folder.display());
    // Kept open until this process ends.
    std::mem::forget(child.stdin.take());
    Some(format!("postgres://ngoaivu@127.0.0.1:{port}/postgres"))
}

/// The same server, another database.
fn database_url(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

fn on_server(server: &str, sql: &str) {
    let mut conn = PgConnection::establish(server).unwrap();
    diesel::sql_query(sql).execute(&mut conn).unwrap();
}

/// The URL of a new, empty database, and its name; nothing without PostgreSQL.
pub fn empty_database(purpose: &str) -> Option<(String, String)> {
    let server = postgresql_server()?;
    let name = format!("ngoaivu_{purpose}_{}", std::process::id());
    on_server(server, &format!("CREATE DATABASE {name}"));
    Some((database_url(server, &name), name))
}

/// Drops a database, even if a process is still connected.
pub fn drop_database(name: &str) {
    if let Some(server) = postgresql_server() {
        on_server(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

fn template_database(server: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("ngoaivu_template_{}", std::process::id());
        on_server(server, &format!("DROP DATABASE IF EXISTS {name}"));
        on_server(server, &format!("CREATE DATABASE {name}"));
        fill(&Address::from_url(&database_url(server, &name)).unwrap());
        // A migrating connection may still be closing.
        on_server(server, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
        name
    })
}

/// What answers requests, as the server would.
async fn sender(house: &AppState) -> Send {
    let service = Rc::new(test::init_service(app::build(house)).await);
    Rc::new(move |request: TestRequest| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let response = test::call_service(&*service, request.to_request()).await;
            let status = response.status().as_u16();
            let text = |v: &actix_web::http::header::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
            // A header that comes twice has both values, a line each.
            let mut headers: HashMap<String, String> = HashMap::new();
            for (name, value) in response.headers() {
                let known = headers.entry(name.as_str().to_owned());
                known.and_modify(|all| *all = format!("{all}\n{}", text(value))).or_insert_with(|| text(value));
            }
            let answer = Answer { status, headers, bytes: test::read_body(response).await.to_vec() };
            if answer.headers.get("content-type").is_some_and(|kind| kind.contains("json")) {
                sentences::check(&answer.json());
            }
            answer
        })
    })
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = fresh_folder();
        std::fs::write(folder.join("ngoaivu.db"), template()).unwrap();
        Self::open(Address::in_folder(&folder), folder, None).await
    }

    pub async fn postgresql() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static MAKING: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let server = postgresql_server()?;
        let name = format!("ngoaivu_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        {
            let _one = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let template = template_database(server);
            on_server(server, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"));
        }
        let address = Address::from_url(&database_url(server, &name)).unwrap();
        Some(Self::open(address, fresh_folder(), Some(name)).await)
    }

    /// A world in a place that is there.
    pub async fn open(address: Address, folder: PathBuf, database: Option<String>) -> Self {
        let calendar = regulation::holidays::calendar(None).unwrap();
        let clock = Clock::manual(monday());
        place_keys(&folder);
        let house = AppState::open(address, folder.join("attachments"), "tinh-mau", calendar, clock, post()).unwrap();
        let send = sender(&house).await;
        if !sentences::words_are_known() {
            sentences::know(&send(World::request("GET", "/vocabulary")).await.json());
        }
        World { house, send, tokens: RefCell::default(), ids: RefCell::default(), folder, database }
    }

    pub fn is_sqlite(&self) -> bool {
        self.database.is_none()
    }

    /// The same world, whose province publishes its figures.
    pub async fn publishing(self) -> Self {
        self.set(|house| house.published = OpenStatisticsSwitch(true)).await
    }

    /// The same world with other settings.
    pub async fn set(mut self, settings: impl FnOnce(&mut AppState)) -> Self {
        settings(&mut self.house);
        self.send = sender(&self.house).await;
        self
    }

    /// The same world, whose province asks for a second factor.
    pub async fn asking_for(self, rule: SecondFactorRule) -> Self {
        self.set(|house| house.second_factor = rule).await
    }

    /// The same world with other procedures.
    pub async fn with_registers(mut self, registers: Registers) -> Self {
        let (address, folder) = (self.house.db.address().clone(), self.folder.join("attachments"));
        let (calendar, clock) = (regulation::holidays::calendar(None).unwrap(), self.house.clock.clone());
        self.house = AppState::open_with(registers, address, folder, "tinh-mau", calendar, clock, post()).unwrap();
        self.send = sender(&self.house).await;
        self
    }

    pub fn advance_days(&self, days: i64) {
        self.advance(chrono::Duration::days(days));
    }

    /// Moves the clock; ten-minute tokens do not come along.
    pub fn advance(&self, by: chrono::Duration) {
        self.house.clock.advance(by);
        self.tokens.borrow_mut().clear();
    }

    /// The attachments' folder.
    pub fn files(&self) -> usize {
        std::fs::read_dir(self.folder.join("attachments")).map(Iterator::count).unwrap_or(0)
    }

    pub async fn send(&self, request: TestRequest) -> Answer {
        (self.send)(request).await
    }

    pub fn request(method: &str, path: &str) -> TestRequest {
        let uri = if path.starts_with("/api") || path.starts_with("/healthz") || path.starts_with("/openapi") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        TestRequest::default().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(&uri)
    }

    pub async fn login(&self, user: &str) -> Value {
        let body = json!({"username": user, "password": demo::PASSWORD});
        self.send(Self::request("POST", "/auth/login").set_json(body)).await.expect(200).json()
    }

    /// An access token, signed in once per user and day.
    pub async fn token(&self, user: &str) -> String {
        if let Some(token) = self.tokens.borrow().get(user) {
            return token.clone();
        }
        let token = self.login(user).await["access_token"].as_str().unwrap().to_owned();
        self.tokens.borrow_mut().insert(user.to_owned(), token.clone());
        token
    }

    pub async fn as_user(&self, user: &str, request: TestRequest) -> Answer {
        let token = self.token(user).await;
        self.send(request.insert_header(("Authorization", format!("Bearer {token}")))).await
    }

    pub async fn get(&self, user: &str, path: &str) -> Answer {
        self.as_user(user, Self::request("GET", path)).await
    }

    pub async fn post(&self, user: &str, path: &str, body: Value) -> Answer {
        self.as_user(user, Self::request("POST", path).set_json(body)).await
    }

    pub async fn patch(&self, user: &str, path: &str, etag: &str, body: Value) -> Answer {
        self.as_user(user, Self::request("PATCH", path).insert_header(("If-Match", etag)).set_json(body)).await
    }

    /// A request that names the version it replaces.
    pub async fn post_with(&self, user: &str, path: &str, etag: &str, body: Value) -> Answer {
        self.as_user(user, Self::request("POST", path).insert_header(("If-Match", etag)).set_json(body)).await
    }

    /// An act on a trip with its current ETag, as the inspector sees it (or the actor, for drafts).
    pub async fn act(&self, user: &str, id: &str, action: &str, body: Value) -> Answer {
        self.act_on("outbound-delegations", user, id, action, body).await
    }

    /// The same on a visit.
    pub async fn act_in(&self, user: &str, id: &str, action: &str, body: Value) -> Answer {
        self.act_on("inbound-delegations", user, id, action, body).await
    }

    pub async fn act_on(&self, path: &str, user: &str, id: &str, action: &str, body: Value) -> Answer {
        let mut etag = String::from("\"1\"");
        for viewer in [user, "clerk.skhcn", "inspector"] {
            let seen = self.get(viewer, &format!("/{path}/{id}")).await;
            if seen.status == 200 {
                etag = seen.etag();
                break;
            }
        }
        let request = Self::request("POST", &format!("/{path}/{id}/{action}")).insert_header(("If-Match", etag));
        self.as_user(user, request.set_json(body)).await
    }

    pub async fn act_at(&self, user: &str, id: &str, action: &str, etag: &str, body: Value) -> Answer {
        let path = format!("/outbound-delegations/{id}/{action}");
        self.as_user(user, Self::request("POST", &path).insert_header(("If-Match", etag)).set_json(body)).await
    }

    pub async fn trip(&self, user: &str, id: &str) -> Value {
        self.get(user, &format!("/outbound-delegations/{id}")).await.expect(200).json()
    }

    pub async fn agency(&self, code: &str) -> String {
        let key = format!("agency {code}");
        if let Some(id) = self.ids.borrow().get(&key) {
            return id.clone();
        }
        let found = self.get("admin", &format!("/agencies?code={code}")).await.expect(200).json();
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();
        self.ids.borrow_mut().insert(key, id.clone());
        id
    }

    /// Ids of an agency's officials, leaders first.
    pub async fn officials(&self, code: &str) -> Vec<String> {
        let agency = self.agency(code).await;
        let found = self.get("inspector", &format!("/officials?agency_id={agency}&limit=200")).await.expect(200).json();
        let rank = |o: &Value| {
            ["ppc_chair", "department_head", "department_deputy_head", "division_head", "staff"]
                .iter()
                .position(|l| o["post_level"] == **l)
                .unwrap()
        };
        let mut all = found["items"].as_array().unwrap().clone();
        all.sort_by_key(|o| (rank(o), o["id"].as_str().unwrap().to_owned()));
        all.iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The study visit of the issue: five people to Korea, led by a Party-managed leader, paid by the provincial budget.
    pub async fn study_visit(&self) -> Value {
        let people = self.officials("SKHCN").await;
        let members: Vec<Value> = [0usize, 2, 3, 4, 5]
            .iter()
            .map(|at| json!({"official_id": people[*at], "role": if *at == 0 { "head" } else { "member" }}))
            .collect();
        json!({
            "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc", "procedure": "outbound", "purpose": "study_visit",
            "field": "science", "capacity": "department", "requesting_agency_id": self.agency("SKHCN").await,
            "funding": [{"source": "provincial_budget", "amount": {"amount": 350_000_000, "currency": "VND"}}],
            "inviting_party": {"name": "Tỉnh Chungbuk", "country": "KR", "kind": "locality"},
            "departure_date": "2026-03-23", "return_date": "2026-03-27",
            "stops": [{"country": "KR", "place": "Cheongju", "from": "2026-03-23", "to": "2026-03-27"}],
            "members": members, "classification": "unclassified"
        })
    }

    /// A trip of rank and file that the host pays.
    pub async fn small_trip(&self) -> Value {
        let people = self.officials("SKHCN").await;
        let mut trip = self.study_visit().await;
        trip["title"] = json!("Tập huấn tại Nhật Bản");
        trip["funding"] = json!([{"source": "host"}]);
        trip["stops"][0]["country"] = json!("JP");
        trip["members"] =
            json!([{"official_id": people[2], "role": "head"}, {"official_id": people[3], "role": "member"}]);
        trip
    }

    /// Somebody gets an account and a password.
    pub async fn joins(&self, account: Value) {
        let created = self.post("admin", "/users", account).await.expect(201).json();
        let reset = format!("/users/{}/reset", created["id"].as_str().unwrap());
        let token = self.post("admin", &reset, json!({})).await.expect(200).json()["token"].clone();
        let activation = json!({"token": token, "password": ngoaivu::demo::PASSWORD});
        self.send(World::request("POST", "/auth/activate").set_json(activation)).await;
    }

    /// The small trip of others, four weeks later.
    pub async fn later_trip(&self, who: &[usize]) -> Value {
        let people = self.officials("SKHCN").await;
        let mut trip = self.small_trip().await;
        (trip["departure_date"], trip["return_date"]) = (json!("2026-04-20"), json!("2026-04-24"));
        (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2026-04-20"), json!("2026-04-24"));
        let role = |at: usize| if at == 0 { "head" } else { "member" };
        let members = who.iter().enumerate().map(|(at, n)| json!({"official_id": people[*n], "role": role(at)}));
        trip["members"] = members.collect();
        trip
    }

    pub async fn draft(&self, body: Value) -> String {
        let created = self.post("clerk.skhcn", "/outbound-delegations", body).await.expect(201).json();
        created["id"].as_str().unwrap().to_owned()
    }

    pub async fn upload(&self, user: &str, id: &str, document: &str) -> Answer {
        self.upload_file(user, id, document, "giấy tờ.pdf", b"%PDF-1.7\n%test\n").await
    }

    pub async fn upload_file(&self, user: &str, id: &str, document: &str, name: &str, bytes: &[u8]) -> Answer {
        self.upload_to("outbound-delegations", user, id, document, name, bytes).await
    }

    pub async fn upload_to(
        &self,
        path: &str,
        user: &str,
        id: &str,
        document: &str,
        name: &str,
        bytes: &[u8],
    ) -> Answer {
        let request = form(&format!("/{path}/{id}/attachments"), &[("document", document)], name, bytes);
        self.as_user(user, request).await
    }

    /// Brings in a list.
    pub async fn import(&self, user: &str, texts: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        self.as_user(user, form("/imports", texts, name, bytes)).await
    }

    /// A dossier with every paper, submitted by the head.
    pub async fn submitted(&self, body: Value) -> String {
        let id = self.draft(body).await;
        for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
            self.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        self.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        id
    }

    /// The visit of the issue: twelve guests from Chungbuk for three days, received by the province, a programme with
    /// a host of SKHCN on the second day at nine.
    pub async fn visit(&self) -> Value {
        let host = self.officials("SKHCN").await[2].clone();
        json!({
            "title": "Đoàn tỉnh Chungbuk thăm và làm việc", "host_agency_id": self.agency("SKHCN").await, "channel": "state",
            "sending_organisation": "Chính quyền tỉnh Chungbuk", "country": "KR", "purpose": "official", "field": "science",
            "reception_level": "province", "guest_class": "other", "arrival_date": "2026-03-23", "departure_date": "2026-03-25",
            "headcount": 12,
            "guests": [
                {"full_name": "KIM Young-hwan", "nationality": "KR", "position": "Tỉnh trưởng", "passport_number": "M12345678", "role": "head"},
                {"full_name": "LEE Ji-eun", "nationality": "KR", "position": "Phiên dịch", "role": "interpreter"}
            ],
            "programme": [{"starts_at": "2026-03-24T02:00:00Z", "ends_at": "2026-03-24T04:00:00Z", "place": "Trụ sở Sở",
                "activity": "Hội đàm", "hosts": [host], "restricted_area": false}],
            "classification": "unclassified"
        })
    }

    pub async fn draft_visit(&self, body: Value) -> String {
        let created = self.post("clerk.skhcn", "/inbound-delegations", body).await.expect(201).json();
        created["id"].as_str().unwrap().to_owned()
    }

    /// A visit with every paper, submitted by the head.
    pub async fn submitted_visit(&self, body: Value) -> String {
        let id = self.draft_visit(body).await;
        for document in ["request_letter", "guest_list", "programme"] {
            let papers = "inbound-delegations";
            self.upload_to(papers, "clerk.skhcn", &id, document, "a.pdf", b"%PDF-1.7\n").await.expect(201);
        }
        self.act_in("head.skhcn", &id, "submit", json!({})).await.expect(200);
        id
    }

    /// A visit of the province, approved by the Chair.
    pub async fn approved_visit(&self, body: Value) -> String {
        let id = self.submitted_visit(body).await;
        self.act_in("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        self.act_in("police", &id, "give-opinion", json!({"opinion": "favourable"})).await.expect(200);
        self.act_in("chair", &id, "decide", decision("approve")).await.expect(200);
        id
    }

    /// The small trip, approved by the director.
    pub async fn approved(&self, body: Value) -> String {
        let id = self.submitted(body).await;
        self.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        self.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
        id
    }
}

/// A form with texts and one file.
pub fn form(path: &str, texts: &[(&str, &str)], name: &str, bytes: &[u8]) -> TestRequest {
    let mut form = Vec::new();
    for (field, text) in texts {
        write!(form, "--frontier\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n").unwrap();
    }
    write!(form, "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").unwrap();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--frontier--\r\n");
    World::request("POST", path)
        .insert_header(("Content-Type", "multipart/form-data; boundary=frontier"))
        .set_payload(form)
}

pub fn decision(verdict: &str) -> Value {
    json!({"verdict": verdict, "document": {"number": "24/QĐ-UBND", "date": "2026-03-02", "signed_as": "direct"},
        "note": "Theo đề nghị của Sở Ngoại vụ."})
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        if let (Some(name), Some(server), false) = (&self.database, postgresql_server(), std::thread::panicking()) {
            on_server(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
