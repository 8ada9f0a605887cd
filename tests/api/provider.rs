//! Signing in by an account elsewhere: a provider of OpenID Connect that speaks as it should, and as it should not.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use ngoaivu::access::provider::SignInProvider;
use ngoaivu::config::ProviderSettings;
use ngoaivu::demo::PASSWORD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::pages::browser::{Browser, Page};
use crate::second_factors::code;
use crate::world::{Answer, World};

/// What the provider says of whoever comes.
#[derive(Clone)]
struct Script {
    /// Seconds of the server's clock.
    now: i64,
    subject: &'static str,
    /// Claims that differ from what is right.
    wrong: Vec<(&'static str, Value)>,
    key: u8,
    /// The key that stands in its list.
    listed: u8,
    algorithm: &'static str,
    status: u16,
}

struct Provider {
    issuer: String,
    script: Arc<Mutex<Script>>,
    /// How often it was asked, by path.
    asked: Arc<Mutex<HashMap<String, usize>>>,
    /// Nonce and challenge of whoever was sent there, by code.
    open: Arc<Mutex<HashMap<String, (String, String)>>>,
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Provider {
    fn start(w: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let now = w.house.clock.now().and_utc().timestamp();
        let (wrong, algorithm) = (Vec::new(), "EdDSA");
        let script = Script { now, subject: "hanh-0815", wrong, key: 1, listed: 1, algorithm, status: 200 };
        let provider =
            Provider { issuer, script: Arc::new(Mutex::new(script)), asked: Arc::default(), open: Arc::default() };
        let (issuer, script) = (provider.issuer.clone(), Arc::clone(&provider.script));
        let (asked, open) = (Arc::clone(&provider.asked), Arc::clone(&provider.open));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = script.lock().unwrap().clone();
                let _ = converse(stream, &issuer, &script, &asked, &open);
            }
        });
        provider
    }

    fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: "ngoaivu".into(),
            client_secret: "a secret: with % and +".into(),
            name: "SSO tỉnh".into(),
            origin: "http://127.0.0.1:8080".into(),
        }
    }

    fn say(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    /// Somebody proves there who they are; what their browser brings back: code and state.
    fn visited(&self, address: &str) -> (String, String) {
        let url = url::Url::parse(address).unwrap();
        assert!(address.starts_with(&format!("{}/authorize?", self.issuer)), "{address}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!((asked["client_id"].as_str(), asked["code_challenge_method"].as_str()), ("ngoaivu", "S256"));
        assert_eq!(asked["redirect_uri"], "http://127.0.0.1:8080/sign-in/provider/return");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut open = self.open.lock().unwrap();
        let code = format!("code-{}", open.len());
        open.insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
        (code, asked["state"].clone())
    }
}

fn converse(
    mut stream: TcpStream,
    issuer: &str,
    script: &Script,
    asked: &Mutex<HashMap<String, usize>>,
    open: &Mutex<HashMap<String, (String, String)>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    *asked.lock().unwrap().entry(path.clone()).or_default() += 1;
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |l| l.parse().unwrap())];
    lines.read_exact(&mut body)?;
    let (status, answer) = match path.as_str() {
        "/.well-known/openid-configuration" => (
            script.status,
            json!({"issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "EdDSA"]}),
        ),
        "/keys" => {
            let public = URL_SAFE_NO_PAD.encode(key(script.listed).verifying_key().to_bytes());
            (
                200,
                json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": format!("k{}", script.listed), "x": public}]}),
            )
        }
        "/token" => token(issuer, script, &headers, &body, open),
        _ => (404, json!({})),
    };
    let text = answer.to_string();
    let head = "Content-Type: application/json\r\nConnection: close\r\nContent-Length";
    write!(stream, "HTTP/1.1 {status} X\r\n{head}: {}\r\n\r\n{text}", text.len())
}

fn token(
    issuer: &str,
    script: &Script,
    headers: &HashMap<String, String>,
    body: &[u8],
    open: &Mutex<HashMap<String, (String, String)>>,
) -> (u16, Value) {
    let sent: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let refused = (400, json!({"error": "invalid_grant"}));
    // RFC 6749 §2.3.1: both parts are written like those of a form.
    let basic = STANDARD.encode("ngoaivu:a+secret%3A+with+%25+and+%2B");
    let known = headers.get("authorization").is_some_and(|given| *given == format!("Basic {basic}"));
    let Some((nonce, challenge)) = open.lock().unwrap().remove(&sent["code"]).filter(|_| known) else {
        return refused;
    };
    if URL_SAFE_NO_PAD.encode(Sha256::digest(sent["code_verifier"].as_bytes())) != challenge {
        return refused;
    }
    let mut claims = json!({"iss": issuer, "aud": "ngoaivu", "sub": script.subject, "nonce": nonce,
        "iat": script.now, "exp": script.now + 300, "preferred_username": "hanh.nt"});
    for (name, value) in &script.wrong {
        claims[*name] = value.clone();
    }
    let head = json!({"alg": script.algorithm, "typ": "JWT", "kid": format!("k{}", script.key)});
    let signed = format!("{}.{}", encoded(&head), encoded(&claims));
    let signature = match script.algorithm {
        "none" => String::new(),
        _ => URL_SAFE_NO_PAD.encode(key(script.key).sign(signed.as_bytes()).to_bytes()),
    };
    (200, json!({"access_token": "x", "token_type": "Bearer", "id_token": format!("{signed}.{signature}")}))
}

async fn with_provider(w: World) -> (World, Provider) {
    let provider = Provider::start(&w);
    let settings = provider.settings();
    (w.set(|house| house.provider = Some(SignInProvider::new(settings))).await, provider)
}

async fn ask(w: &World, path: &str, body: Value) -> Answer {
    w.send(World::request("POST", path).set_json(body)).await
}

/// Goes to the provider and back: what is sent then.
async fn journey(w: &World, provider: &Provider) -> Value {
    let begun = ask(w, "/auth/provider", json!({})).await.expect(200).json();
    let (code, state) = provider.visited(begun["address"].as_str().unwrap());
    json!({"flow": begun["flow"], "code": code, "state": state, "iss": provider.issuer})
}

/// Where a page leads by itself.
fn led_on(page: &Page) -> Option<String> {
    let (_, rest) = page.text.split_once("http-equiv=\"refresh\" content=\"0;url=")?;
    Some(rest.split_once('"')?.0.replace("&amp;", "&").replace("&#38;", "&"))
}

async fn links(w: &World, provider: &Provider, user: &str) -> Answer {
    let back = journey(w, provider).await;
    w.post(user, "/me/provider", back).await
}

on_both! {
    async fn whoever_linked_their_account_signs_in_by_it_and_nobody_else(w) {
        let (w, provider) = with_provider(w).await;
        // Known there, but to nobody here: no account is made.
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
        let link = links(&w, &provider, "clerk.skhcn").await.expect(200).json();
        assert_eq!((&link["provider"], &link["linked"], &link["label"]), (&json!("SSO tỉnh"), &json!(true), &json!("hanh.nt")));
        links(&w, &provider, "chair").await.refused(409, "already_exists");
        let back = journey(&w, &provider).await;
        let pair = ask(&w, "/auth/provider/sign-in", back.clone()).await.expect(200).json();
        let bearer = format!("Bearer {}", pair["access_token"].as_str().unwrap());
        let me = w.send(World::request("GET", "/me").insert_header(("Authorization", bearer.clone()))).await.expect(200);
        // Nothing was typed here, so that it proves nothing of who sits there.
        let delicate = World::request("POST", "/me/second-factor").insert_header(("Authorization", bearer.clone()));
        w.send(delicate.set_json(json!({}))).await.refused(403, "step_up_required");
        assert_eq!(me.json()["username"], "clerk.skhcn");
        let all = w.send(World::request("GET", "/me/sessions").insert_header(("Authorization", bearer))).await.json();
        assert!(all["items"].as_array().unwrap().iter().any(|s| s["factor"] == "provider"), "{all}");
        // The code is spent there.
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
        // The provider was asked about itself once.
        assert_eq!(provider.asked("/.well-known/openid-configuration"), 1);
        w.send(World::request("DELETE", "/me/provider")).await.refused(401, "unauthenticated");
        w.as_user("clerk.skhcn", World::request("DELETE", "/me/provider")).await.expect(204);
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
        let trail = w.get("inspector", "/audit?limit=200").await.expect(200).json();
        let acts: Vec<&str> = trail["items"].as_array().unwrap().iter().filter_map(|row| row["action"].as_str()).collect();
        for act in ["link_provider", "unlink_provider", "sign_in_failed", "sign_in"] {
            assert!(acts.contains(&act), "{act}: {acts:?}");
        }
    }

    async fn an_answer_that_is_not_right_in_everything_signs_nobody_in(w) {
        let (w, provider) = with_provider(w).await;
        links(&w, &provider, "clerk.skhcn").await.expect(200);
        let right = provider.script.lock().unwrap().clone();
        let now = right.now;
        let wrong = |claim: &'static str, value: Value| Script { wrong: vec![(claim, value)], ..right.clone() };
        for (what, script) in [
            ("issuer", wrong("iss", json!("https://evil.example"))),
            ("audience", wrong("aud", json!("another"))),
            ("one more audience", wrong("aud", json!(["ngoaivu", "another"]))),
            ("nonce", wrong("nonce", json!("of another sign-in"))),
            ("expired", wrong("exp", json!(now - 1))),
            ("unsigned", Script { algorithm: "none", ..right.clone() }),
            ("signed by the secret", Script { algorithm: "HS256", ..right.clone() }),
            ("a key that is not listed", Script { key: 9, ..right.clone() }),
        ] {
            provider.say(|said| *said = script);
            let back = journey(&w, &provider).await;
            let answer = ask(&w, "/auth/provider/sign-in", back).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.json());
        }
        provider.say(|said| *said = right.clone());
        // What another browser began, a state that was made up, another provider's answer.
        let (mine, theirs) = (journey(&w, &provider).await, journey(&w, &provider).await);
        for (field, value) in [("flow", theirs["flow"].clone()), ("state", theirs["state"].clone()), ("iss", json!("https://evil.example"))] {
            let mut mixed = mine.clone();
            mixed[field] = value;
            ask(&w, "/auth/provider/sign-in", mixed).await.refused(401, "invalid_credentials");
        }
        // A code that was stolen is worth nothing in another browser: PKCE.
        let mut stolen = theirs.clone();
        stolen["code"] = mine["code"].clone();
        ask(&w, "/auth/provider/sign-in", stolen).await.refused(401, "invalid_credentials");
        let fresh = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", fresh).await.expect(200);
    }

    async fn a_new_key_of_the_provider_is_learnt_and_a_silent_provider_is_said(w) {
        let (w, provider) = with_provider(w).await;
        links(&w, &provider, "clerk.skhcn").await.expect(200);
        w.advance(chrono::Duration::minutes(2));
        provider.say(|said| { said.now += 120; said.key = 2; said.listed = 2; });
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.expect(200);
        w.advance(chrono::Duration::hours(2));
        provider.say(|said| said.status = 500);
        ask(&w, "/auth/provider", json!({})).await.refused(503, "unavailable");
    }

    async fn a_second_factor_is_asked_all_the_same_and_a_reset_forgets_the_link(w) {
        let (w, provider) = with_provider(w).await;
        links(&w, &provider, "chair").await.expect(200);
        let made = w.post("chair", "/me/second-factor", json!({})).await.expect(200).json();
        let secret = made["secret"].as_str().unwrap();
        w.post("chair", "/me/second-factor/confirm", json!({"code": code(&w, secret, 0)})).await.expect(200);
        w.advance(chrono::Duration::seconds(60));
        let back = journey(&w, &provider).await;
        let half = ask(&w, "/auth/provider/sign-in", back).await.expect(200).json();
        assert_eq!((&half["next"], half.get("access_token")), (&json!("mfa"), None));
        let whole = json!({"ticket": half["ticket"], "code": code(&w, secret, 0)});
        ask(&w, "/auth/second-factor", whole).await.expect(200);
        let users = w.get("admin", "/users?limit=100").await.expect(200).json();
        let chair = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "chair").unwrap()["id"].clone();
        w.post("admin", &format!("/users/{}/reset", chair.as_str().unwrap()), json!({})).await.expect(200);
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
    }

    async fn a_link_that_was_made_before_the_new_password_is_set_is_forgotten(w) {
        let (w, provider) = with_provider(w).await;
        let users = w.get("admin", "/users?limit=100").await.expect(200).json();
        let clerk = users["items"].as_array().unwrap().iter().find(|u| u["username"] == "clerk.skhcn").unwrap()["id"].clone();
        let reset = format!("/users/{}/reset", clerk.as_str().unwrap());
        let token = w.post("admin", &reset, json!({})).await.expect(200).json()["token"].clone();
        // Whoever stole the old password.
        links(&w, &provider, "clerk.skhcn").await.expect(200);
        let new = json!({"token": token, "password": "mùa xuân năm ấy đẹp lắm"});
        ask(&w, "/auth/activate", new).await.expect(200);
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
    }

    async fn a_new_password_forgets_the_link(w) {
        let (w, provider) = with_provider(w).await;
        links(&w, &provider, "clerk.skhcn").await.expect(200);
        let new = json!({"current": PASSWORD, "new": "mùa xuân năm ấy đẹp lắm"});
        w.post("clerk.skhcn", "/me/password", new).await.expect(200);
        let back = journey(&w, &provider).await;
        ask(&w, "/auth/provider/sign-in", back).await.refused(401, "invalid_credentials");
    }

    async fn guesses_by_an_account_elsewhere_count_by_their_address(w) {
        let (w, provider) = with_provider(w).await;
        let back = journey(&w, &provider).await;
        let guess = |number: usize| {
            let mut back = back.clone();
            back["code"] = json!(format!("guess-{number}"));
            World::request("POST", "/auth/provider/sign-in").peer_addr("10.9.8.7:4000".parse().unwrap()).set_json(back)
        };
        for number in 0..50 {
            w.send(guess(number)).await.refused(401, "invalid_credentials");
        }
        let asked = provider.asked("/token");
        w.send(guess(50)).await.refused(429, "too_many_requests");
        assert_eq!(provider.asked("/token"), asked, "the provider is not asked for whoever has to wait");
    }

    async fn without_a_provider_there_is_none(w) {
        ask(&w, "/auth/provider", json!({})).await.refused(409, "not_possible_in_state");
        let back = json!({"flow": "f", "code": "c", "state": "s"});
        ask(&w, "/auth/provider/sign-in", back.clone()).await.refused(409, "not_possible_in_state");
        w.post("chair", "/me/provider", back).await.refused(409, "not_possible_in_state");
        assert_eq!(w.get("chair", "/me/provider").await.expect(200).json()["provider"], Value::Null);
        let page = Browser::new(&w).get("/sign-in").await;
        assert!(!page.text.contains("/sign-in/provider"));
    }

    async fn in_a_browser_a_link_leads_there_and_back_to_the_page_that_was_asked_for(w) {
        let (w, provider) = with_provider(w).await;
        let b = Browser::signed_in(&w, "clerk.skhcn").await;
        let mine = b.get("/me").await;
        assert!(mine.text.contains("SSO tỉnh"));
        // Another site cannot begin it: not by a link, not by a form, not by what a sign-in leads to.
        let form = mine.form("/me/provider/link");
        for site in ["cross-site", "same-site"] {
            assert_eq!(led_on(&b.send_from(&form, ("Sec-Fetch-Site", site)).await), None, "{site}");
        }
        for address in ["/me/provider/link", "/sign-in?next=%2Fme%2Fprovider%2Flink"] {
            assert_eq!(led_on(&b.get(address).await), None, "{address}");
        }
        let address = led_on(&b.send(&form).await).unwrap();
        assert!(address.contains("prompt=login"), "the provider asks there, whoever it remembers: {address}");
        let (code, state) = provider.visited(&address);
        let back = b.get(&format!("/sign-in/provider/return?code={code}&state={state}")).await;
        assert_eq!((back.status, back.address.as_str()), (200, "/me"), "{}", back.text);
        assert!(back.text.contains("hanh.nt"));
        let other = Browser::new(&w);
        let page = other.get("/sign-in?next=%2Foutbound-delegations%3Fstate%3Ddraft%26q%3Dh%25C3%25A0").await;
        let link = page.links().into_iter().find(|link| link.starts_with("/sign-in/provider")).unwrap();
        let (code, state) = provider.visited(&other.led_to(&link).await);
        let home = format!("/sign-in/provider/return?code={code}&state={state}");
        // Coming from another site, the browser has no cookie of ours yet: it is asked to come once more by itself.
        let first = w.send(other.request(Method::GET, &home).insert_header(("Sec-Fetch-Site", "cross-site"))).await;
        assert!(first.status == 200 && String::from_utf8_lossy(&first.bytes).contains("http-equiv=\"refresh\""));
        let there = other.get(&home).await;
        assert_eq!((there.status, there.address.as_str()), (200, "/outbound-delegations?state=draft&q=h%C3%A0"), "{}", there.text);
        // The button "back" does nothing any more.
        assert_eq!(other.get(&home).await.address, "/");
        // Who says no there stands before the sign-in again.
        let third = Browser::new(&w);
        third.led_to("/sign-in/provider?next=%2F").await;
        let refused = third.get("/sign-in/provider/return?error=access_denied").await;
        assert_eq!(refused.address, "/sign-in?after=provider");
        assert!(refused.text.contains("SSO tỉnh"));
    }
}
