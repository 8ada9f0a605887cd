//! Chromium by ChromeDriver: a server on a free port of loopback, keys as people press them, waits for conditions.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use ngoaivu::app;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::world::World;

pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";
pub const SPACE: &str = " ";
pub const DOWN: &str = "\u{E015}";
/// Most tabs before a place is called unreachable.
const MOST_TABS: usize = 250;

/// One browser at a time: each wants more than a core.
static ONE: Mutex<()> = Mutex::const_new(());

pub struct Chrome {
    pub client: Client,
    pub base: String,
    driver: Child,
    server: std::cell::RefCell<actix_web::dev::ServerHandle>,
    address: SocketAddr,
    profile: PathBuf,
    /// Whether pages run their script.
    pub scripts: bool,
    _one: MutexGuard<'static, ()>,
}

fn program(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Without Chromium the stories are skipped, aloud; in CI that is a failure.
fn skipped() -> Option<Chrome> {
    println!("skipped: chromium or chromedriver was not found");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must run the stories in a browser");
    None
}

/// ChromeDriver on a port of its choice.
fn driver(program: PathBuf) -> (Child, u16) {
    let mut child = Command::new(program)
        .args(["--port=0", "--allowed-ips=127.0.0.1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let port = line.split("started successfully on port ").nth(1)?;
        port.trim_end_matches('.').parse().ok()
    });
    (child, port.expect("chromedriver says its port"))
}

/// A server that answers as the product does.
fn serve(world: &World, at: SocketAddr) -> (actix_web::dev::ServerHandle, SocketAddr) {
    let house = world.house.clone();
    let server = actix_web::HttpServer::new(move || app::build(&house)).workers(1).disable_signals();
    let server = server.bind(at).unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    (handle, address)
}

impl Chrome {
    /// A browser that looks at this world, with scripts or without; none where the programs are missing.
    pub async fn open(world: &World, scripts: bool, width: u32) -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) = (program("chromium"), program("chromedriver")) else {
            return skipped();
        };
        let one = ONE.lock().await;
        let (handle, address) = serve(world, "127.0.0.1:0".parse().unwrap());
        let (child, port) = driver(chromedriver);
        let profile = crate::world::fresh_folder();
        let mut args: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=vi",
        ]
        .map(str::to_owned)
        .into();
        args.push(format!("--window-size={width},900"));
        args.push(format!("--user-data-dir={}", profile.display()));
        let mut asked = Capabilities::new();
        asked.insert(
            "goog:chromeOptions".into(),
            json!({"binary": chromium, "args": args, "prefs": {"intl.accept_languages": "vi"}}),
        );
        asked.insert("goog:loggingPrefs".into(), json!({"browser": "ALL"}));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(asked)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session of chromedriver");
        let chrome = Chrome {
            client,
            base: format!("http://{address}"),
            driver: child,
            server: std::cell::RefCell::new(handle),
            address,
            profile,
            scripts,
            _one: one,
        };
        if !scripts {
            chrome.command("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
        }
        Some(chrome)
    }

    /// The server goes away, as when somebody pulls its plug.
    pub async fn stop_server(&self) {
        let handle = self.server.borrow().clone();
        handle.stop(false).await;
    }

    /// It comes back at the same address.
    pub fn start_server(&self, world: &World) {
        *self.server.borrow_mut() = serve(world, self.address).0;
    }

    /// A DevTools command.
    pub async fn command(&self, name: &str, params: Value) -> Value {
        #[derive(Debug)]
        struct Cdp(Value);
        impl fantoccini::wd::WebDriverCompatibleCommand for Cdp {
            fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
                base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
            }
            fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
                (http::Method::POST, Some(self.0.to_string()))
            }
        }
        self.client.issue_cmd(Cdp(json!({"cmd": name, "params": params}))).await.unwrap()
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    pub async fn run(&self, script: &str, args: Vec<Value>) -> Value {
        self.client.execute(script, args).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    /// Waits until a script says so; fails with what the page shows.
    pub async fn until(&self, condition: &str, args: Vec<Value>) {
        for _ in 0..200 {
            let holds = self.client.execute(&format!("return Boolean({condition})"), args.clone()).await;
            if holds.is_ok_and(|held| held == json!(true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let shown = self.run("return document.body.innerText", Vec::new()).await;
        self.leave_evidence().await;
        panic!("{condition} {args:?} never held at {}: {shown}", self.path().await);
    }

    /// Leaves what a story that fails was looking at under `target/screens`: a picture, the page, and the log of the browser.
    async fn leave_evidence(&self) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        let story = std::thread::current().name().unwrap_or("story").replace("::", ".");
        let page = self.client.source().await.unwrap_or_default();
        std::fs::write(folder.join(format!("failed.{story}.html")), page).unwrap();
        std::fs::write(folder.join(format!("failed.{story}.log")), self.complaints().await.join("\n")).unwrap();
        self.picture(&format!("failed.{story}")).await;
    }

    pub async fn keys(&self, keys: &str) {
        let keys = keys.chars().fold(KeyActions::new("keyboard".to_owned()), |all, value| {
            all.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Presses Tab until the focus is where a person wants it; it is seen at every stop, and never lost.
    pub async fn tab_to(&self, css: &str) {
        for _ in 0..MOST_TABS {
            self.keys(TAB).await;
            let at = self
                .run(
                    "const a = document.activeElement; const s = getComputedStyle(a); \
                     return [a.matches(arguments[0]), a === document.body, s.outlineStyle !== 'none', a.outerHTML.slice(0, 200)]",
                    vec![json!(css)],
                )
                .await;
            // Past the last stop the focus is the browser's for one step.
            let seen = at[1] == json!(true) || at[2] == json!(true);
            assert!(seen, "the focus is not to be seen on the way to {css}: {}", at[3]);
            if at[0] == json!(true) {
                return;
            }
        }
        self.leave_evidence().await;
        panic!("Tab never came to {css} at {}", self.path().await);
    }

    /// Comes to a field and types.
    pub async fn type_into(&self, name: &str, text: &str) {
        self.tab_to(&format!("[name='{name}']")).await;
        self.keys(text).await;
    }

    /// Comes to a group of radio buttons, or to a select, and chooses.
    pub async fn choose(&self, name: &str, value: &str) {
        self.tab_to(&format!("[name='{name}']")).await;
        let chosen =
            "const a = document.activeElement; return a.type === 'radio' ? (a.checked ? a.value : '') : a.value";
        if self.run("return document.activeElement.type", Vec::new()).await == json!("radio") {
            self.keys(SPACE).await;
        }
        for _ in 0..60 {
            if self.run(chosen, Vec::new()).await == json!(value) {
                return;
            }
            self.keys(DOWN).await;
        }
        panic!("{name} has no {value}");
    }

    /// Comes to a button or a link and presses it; the next page is there when this returns.
    pub async fn press(&self, css: &str) {
        self.tab_to(css).await;
        self.run("document.documentElement.dataset.before = 'true'", Vec::new()).await;
        let before = self.run("return document.querySelector('main')?.innerHTML.length ?? 0", Vec::new()).await;
        self.keys(ENTER).await;
        self.until(
            "document.readyState === 'complete' && !document.querySelector('[aria-busy=true]') && (document.documentElement.dataset.before !== 'true' \
             || document.querySelector('main')?.innerHTML.length !== arguments[0])",
            vec![before],
        )
        .await;
    }

    pub async fn sign_in(&self, user: &str) {
        self.client.delete_all_cookies().await.unwrap();
        self.go("/sign-in").await;
        self.type_into("/username", user).await;
        self.type_into("/password", ngoaivu::demo::PASSWORD).await;
        self.keys(ENTER).await;
        self.until("location.pathname === '/' && document.querySelector('h1')", Vec::new()).await;
    }

    /// Text of all elements.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await.unwrap() {
            texts.push(element.text().await.unwrap());
        }
        texts
    }

    /// What the browser complained of: nothing of a policy, no error of a script.
    pub async fn complaints(&self) -> Vec<String> {
        #[derive(Debug)]
        struct Log;
        impl fantoccini::wd::WebDriverCompatibleCommand for Log {
            fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
                base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
            }
            fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
                (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
            }
        }
        let log = self.client.issue_cmd(Log).await.unwrap();
        let said = log.as_array().into_iter().flatten();
        // A status that a page answers on purpose (401, 412, 422) is a line of the browser's own.
        let told = said.filter(|line| line["level"] == "SEVERE" && line["source"] != "network");
        let told = told.map(|line| line["message"].as_str().unwrap_or_default().to_owned());
        // Its own pages (an empty tab before the first address) are not ours.
        told.filter(|message| !message.starts_with("chrome://")).collect()
    }

    /// What axe-core has against the page as it is: all rules up to WCAG 2.2 AA. None where it is missing.
    pub async fn violations(&self) -> Option<Vec<String>> {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
        let Ok(source) = std::fs::read_to_string(file) else {
            println!("skipped: axe-core was not found under target/axe");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must judge the pages with axe-core");
            return None;
        };
        self.run(&source, Vec::new()).await;
        let script = "const done = arguments[0]; \
            axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}) \
            .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes[0].html)), e => done(['axe: ' + e]))";
        let found = self.client.execute_async(script, Vec::new()).await.unwrap();
        Some(found.as_array().into_iter().flatten().map(|v| v.as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Leaves a picture of the page under `target/screens`.
    pub async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }

    pub async fn close(self) {
        let _ = self.client.clone().close().await;
        self.stop_server().await;
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // A story that failed leaves its browser behind when its driver is killed; the profile is in its command line.
        let _ = Command::new("pkill").arg("-f").arg(&self.profile).status();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
