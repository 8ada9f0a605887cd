//! A request for a page: who asks, in which language, and what the API answers them.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::Datelike as _;
use serde_json::Value;

use crate::access::cookies;
use crate::access::token::random_text;
use crate::error::Error;
use crate::pages::contract::SharedContract;
use crate::pages::door::{ApiAnswer, ApiCall, Door};
use crate::pages::forms::days;
use crate::pages::forms::typed::Typed;
use crate::pages::show::{self, text};
use crate::pages::working_days::WorkingDays;
use crate::web::proxy_headers::PROXY_HEADERS;
use crate::web::trace::language_of;
use kernel::text::Language;
use kernel::time::{Clock, Day, day_of};

/// The cookie in which somebody who is not signed in keeps their language.
pub const LANGUAGE: &str = "ngoaivu-language";

/// How an answer says that something in it is overdue.
const OVERDUE: &[u8] = br#""overdue":true"#;

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody is signed in.
    SignIn,
    /// The API refused, with a problem document.
    Refused { status: u16, problem: Value },
}

pub type PageResult<T> = Result<T, Trouble>;

impl Trouble {
    /// There is no such page.
    pub fn not_found() -> Self {
        Trouble::Refused { status: 404, problem: Value::Null }
    }
}

impl Trouble {
    /// They hold none of these rights.
    pub fn of_rights(page: &PageRequest, rights: &[&str]) -> Self {
        let named: Vec<String> =
            rights.iter().map(|right| page.contract.label("permission", right, page.language)).collect();
        let detail = match named.is_empty() {
            true => page.t("Tài khoản của bạn không có việc ở đây.", "Your account has no work here.").to_owned(),
            false => format!("{} {}.", page.t("Việc này cần quyền:", "This needs the right:"), named.join("; ")),
        };
        Trouble::Refused { status: 403, problem: serde_json::json!({ "detail": detail }) }
    }
}

/// A request for a page.
#[derive(Clone)]
pub struct PageRequest {
    pub http: HttpRequest,
    pub door: Door,
    pub contract: SharedContract,
    pub language: Language,
    pub today: Day,
    /// The cookie of a sign-in that has just been made.
    fresh: Option<HeaderValue>,
    /// What the API said already: of the account and its numbers, several parts of a page want to know.
    known: Rc<RefCell<HashMap<&'static str, Value>>>,
    /// The working calendar, once something that is overdue is shown.
    worked: Rc<OnceCell<WorkingDays>>,
}

impl FromRequest for PageRequest {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Ok(PageRequest::of(&req)?.in_own_language().await) })
    }
}

impl PageRequest {
    fn of(req: &HttpRequest) -> Result<Self, Error> {
        let missing = || Error::Internal("the pages are not set up".into());
        let door = req.app_data::<Door>().cloned().ok_or_else(missing)?;
        let contract = req.app_data::<web::Data<SharedContract>>().ok_or_else(missing)?.get_ref().clone();
        let clock = req.app_data::<web::Data<Clock>>().ok_or_else(missing)?;
        let language = match req.cookie(LANGUAGE).as_ref().map(Cookie::value) {
            Some("en") => Language::English,
            Some("vi") => Language::Vietnamese,
            _ => language_of(req.headers()),
        };
        let today = day_of(clock.now());
        Ok(PageRequest {
            http: req.clone(),
            door,
            contract,
            language,
            today,
            fresh: None,
            known: Rc::default(),
            worked: Rc::default(),
        })
    }

    /// Whether the browser brings the cookie of a sign-in.
    pub fn has_cookie(&self) -> bool {
        cookies::of(&self.http).is_some()
    }

    /// One of two texts, by the language of the reader.
    pub fn t<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.language.pick(vi, en)
    }

    /// Path and query of this page.
    pub fn address(&self) -> String {
        self.http.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
    }

    /// The key of the form, by which a call that is sent twice is done once.
    pub fn key(&self) -> Option<(HeaderName, String)> {
        self.asked("key").map(|key| (HeaderName::from_static("idempotency-key"), key))
    }

    /// The key that a form is drawn with: that of its address, with which a browser comes back to it, unless it needs a new one.
    pub fn form_key(&self, anew: bool) -> String {
        self.asked("key").filter(|_| !anew).unwrap_or_else(random_text)
    }

    /// The same of a page whose form goes back to it: whatever was sent, the next one is another.
    pub fn opened_key(&self) -> String {
        self.form_key(self.http.method() != Method::GET)
    }

    /// The value of a parameter of the query.
    pub fn asked(&self, name: &str) -> Option<String> {
        let query = self.http.query_string().as_bytes();
        url::form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Calls the API as the person who asks for the page. Where the request comes from is passed on, so that the API
    /// itself judges whether another site sent it; reading for a page is this site's own doing.
    pub async fn call(&self, method: Method, path: &str, more: &[(HeaderName, String)], body: Bytes) -> ApiAnswer {
        self.call_as(method == Method::GET, method, path, more, body).await
    }

    async fn call_as(
        &self,
        reads: bool,
        method: Method,
        path: &str,
        more: &[(HeaderName, String)],
        body: Bytes,
    ) -> ApiAnswer {
        let mut headers = Vec::new();
        let given = self.http.headers();
        let peer = self.http.peer_addr();
        for name in PROXY_HEADERS {
            headers.extend(given.get_all(name).map(|value| (HeaderName::from_static(name), value.clone())));
        }
        for name in [header::COOKIE, header::HOST, header::USER_AGENT] {
            if name == header::COOKIE && self.fresh.is_some() {
                continue;
            }
            headers.extend(given.get_all(&name).map(|value| (name.clone(), value.clone())));
        }
        headers.extend(self.fresh.iter().map(|cookie| (header::COOKIE, cookie.clone())));
        let fetch_site = HeaderName::from_static("sec-fetch-site");
        if reads {
            headers.push((fetch_site, HeaderValue::from_static("same-origin")));
        } else {
            for name in [fetch_site, header::ORIGIN] {
                headers.extend(given.get(&name).map(|value| (name.clone(), value.clone())));
            }
        }
        headers.push((header::ACCEPT_LANGUAGE, HeaderValue::from_static(self.language.tag())));
        for (name, value) in more {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.push((name.clone(), value));
            }
        }
        let answer = self.door.call(ApiCall { method, path: format!("/api/v1{path}"), headers, body, peer }).await;
        // The session goes on, only a password or a code was wrong. For pages and their script 401 means that it has ended.
        match answer.status {
            401 if text(&answer.json(), "/code") == "invalid_credentials" => ApiAnswer { status: 403, ..answer },
            _ => answer,
        }
    }

    /// Calls what is not below `/api/v1`, as nobody.
    pub async fn outside(&self, method: Method, path: &str, body: Bytes) -> ApiAnswer {
        let language = HeaderValue::from_static(self.language.tag());
        let headers = vec![(header::ACCEPT_LANGUAGE, language)];
        self.door.call(ApiCall { method, path: path.to_owned(), headers, body, peer: self.http.peer_addr() }).await
    }

    /// What the API answers to a GET, or why it does not.
    pub async fn get(&self, path: &str) -> PageResult<Value> {
        let answer = judged(self.call(Method::GET, path, &[], Bytes::new()).await)?;
        // How late something is, is told in working days; most pages show nothing that is late.
        if self.worked.get().is_none() && show::stands_in(&answer.body, OVERDUE) {
            let year = self.today.year();
            let days = self.working_days([year - 1, year]).await;
            self.worked.get_or_init(|| days);
        }
        Ok(answer.json())
    }

    /// An answer that some readers do not get.
    pub async fn if_seen(&self, path: &str) -> PageResult<Option<Value>> {
        match self.get(path).await {
            Ok(value) => Ok(Some(value)),
            Err(Trouble::Refused { status: 403 | 404 | 409, .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The working calendar of some years, as far as somebody told it.
    async fn working_days(&self, years: impl IntoIterator<Item = i32>) -> WorkingDays {
        let mut all = WorkingDays::default();
        for year in years {
            let answer = self.call(Method::GET, &format!("/holidays?year={year}"), &[], Bytes::new()).await;
            if let Ok(told) = judged(answer) {
                all.add(year, &told.json());
            }
        }
        all
    }

    /// The working calendar of this year and the next, where a day of that year was typed.
    pub async fn working_days_of(&self, typed: &Typed) -> WorkingDays {
        let written =
            typed.0.iter().map(|(_, value)| value.trim()).filter(|v| v.starts_with(|c: char| c.is_ascii_digit()));
        let years: HashSet<i32> = written.filter_map(|v| days::day(v).ok()).map(|day| day.year()).collect();
        let shown = [self.today.year(), self.today.year() + 1];
        self.working_days(shown.into_iter().filter(|year| years.contains(year))).await
    }

    /// A due day, how far it is in words, and whether it has passed; nothing where there is none.
    pub fn due_at(&self, value: &Value, pointer: &str) -> (Option<Day>, String, bool) {
        // A duty that was excused is due later.
        let due = show::day_at(value, pointer).map(|day| day.max(show::day_at(value, "/excused_until").unwrap_or(day)));
        let Some(day) = due else { return (None, String::new(), false) };
        let worked = self.worked.get().and_then(|calendar| calendar.passed_since(day, self.today));
        let (said, late) = show::due(day, self.today, worked, self.language);
        (Some(day), said, late)
    }

    /// Calls the API with a JSON body.
    pub async fn send(&self, method: Method, path: &str, more: &[(HeaderName, String)], body: &Value) -> ApiAnswer {
        let mut headers = vec![(header::CONTENT_TYPE, "application/json".to_owned())];
        headers.extend_from_slice(more);
        self.call(method, path, &headers, Bytes::from(body.to_string())).await
    }

    /// Asks by POST for what changes nothing. A page that was opened from a bookmark asks it, too: like any reading for a page it is
    /// this site's own doing.
    pub async fn ask(&self, path: &str, body: &Value) -> ApiAnswer {
        let kind = (header::CONTENT_TYPE, "application/json".to_owned());
        self.call_as(true, Method::POST, path, &[kind], Bytes::from(body.to_string())).await
    }

    /// What the API answers to a GET; asked once a page.
    async fn once(&self, path: &'static str) -> PageResult<Value> {
        if let Some(known) = self.known.borrow().get(path) {
            return Ok(known.clone());
        }
        let answer = self.get(path).await?;
        self.known.borrow_mut().insert(path, answer.clone());
        Ok(answer)
    }

    /// The account that asks.
    pub async fn me(&self) -> PageResult<Value> {
        if self.has_cookie() { self.once("/me").await } else { Err(Trouble::SignIn) }
    }

    /// How much waits for the account.
    pub async fn counts(&self) -> PageResult<Value> {
        self.once("/me/counts").await
    }

    /// The same request of somebody who has just signed in, and whose browser does not bring the cookie yet.
    pub fn with_cookie(&self, cookie: &Cookie<'_>) -> Self {
        let cookie = HeaderValue::from_str(&format!("{}={}", cookie.name(), cookie.value())).ok();
        PageRequest { fresh: cookie, known: Rc::default(), ..self.clone() }
    }

    /// The same request in the language that the account keeps.
    async fn in_own_language(mut self) -> Self {
        if self.http.cookie(LANGUAGE).is_none()
            && let Ok(me) = self.me().await
        {
            match me.pointer("/settings/language").and_then(Value::as_str) {
                Some("en") => self.language = Language::English,
                Some("vi") => self.language = Language::Vietnamese,
                _ => {}
            }
        }
        self
    }
}

/// An answer that is not a refusal.
pub fn judged(answer: ApiAnswer) -> PageResult<ApiAnswer> {
    match answer.status {
        200..=399 => Ok(answer),
        401 => Err(Trouble::SignIn),
        status => Err(Trouble::Refused { status, problem: answer.json() }),
    }
}

/// What a form came to: done, or refused with the status and the problem that its page shows, where all that was typed
/// stays, also when the server broke something. Who is not signed in and what is not there have pages of their own.
pub fn settled(answer: ApiAnswer) -> PageResult<Result<Value, (u16, Value)>> {
    match answer.status {
        401 | 404 => judged(answer).map(|answer| Ok(answer.json())),
        200..=299 => Ok(Ok(answer.json())),
        status => Ok(Err((status, answer.json()))),
    }
}

/// Sends the browser to another page of this site.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// A value as it stands in a query.
pub fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// A path of this site, or its first page: an address of elsewhere is never followed.
pub fn local(path: Option<&str>) -> String {
    let plain = |path: &&str| {
        // Browsers pass over tabs and line breaks in an address, and headers hold no other letters.
        let plain = path.bytes().all(|b| (0x21..=0x7E).contains(&b) && b != b'\\');
        path.starts_with('/') && !path.starts_with("//") && plain && path.len() < 2_000
    };
    path.filter(plain).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for (next, to) in [
            (Some("/inbox?x=1"), "/inbox?x=1"),
            (Some("//evil.vn"), "/"),
            (Some("/\\evil.vn"), "/"),
            (Some("https://evil.vn/"), "/"),
            (Some("inbox"), "/"),
            (Some("/a\r\nb"), "/"),
            (Some("/\t/evil.vn"), "/"),
            (Some("/é"), "/"),
            (None, "/"),
        ] {
            assert_eq!(local(next), to, "{next:?}");
        }
    }
}
