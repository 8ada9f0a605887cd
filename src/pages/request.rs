//! A request for a page: who asks, in which language, and what the API answers them.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::access::cookies;
use crate::error::Error;
use crate::pages::contract::Contract;
use crate::pages::door::{ApiAnswer, ApiCall, Door};
use crate::web::trace::language_of;
use kernel::text::Language;
use kernel::time::{Clock, Day, day_of};

/// The cookie in which somebody who is not signed in keeps their language.
pub const LANGUAGE: &str = "ngoaivu-language";

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody is signed in.
    SignIn,
    /// The API refused, with a problem document.
    Refused { status: u16, problem: Value },
}

pub type PageResult<T> = Result<T, Trouble>;

/// A request for a page.
#[derive(Clone)]
pub struct PageRequest {
    pub http: HttpRequest,
    pub door: Door,
    pub contract: Arc<Contract>,
    pub language: Language,
    pub today: Day,
    /// What the API said of the account, asked once a page.
    me: Rc<RefCell<Option<Value>>>,
}

impl FromRequest for PageRequest {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || Error::Internal("the pages are not set up".into());
        ready((|| {
            let door = req.app_data::<Door>().cloned().ok_or_else(missing)?;
            let contract = req.app_data::<Arc<Contract>>().cloned().ok_or_else(missing)?;
            let clock = req.app_data::<web::Data<Clock>>().ok_or_else(missing)?;
            let language = match req.cookie(LANGUAGE).as_ref().map(Cookie::value) {
                Some("en") => Language::English,
                Some("vi") => Language::Vietnamese,
                _ => language_of(req.headers()),
            };
            let today = day_of(clock.now());
            Ok(PageRequest { http: req.clone(), door, contract, language, today, me: Rc::default() })
        })())
    }
}

impl PageRequest {
    /// Whether the browser brings the cookie of a sign-in.
    pub fn has_cookie(&self) -> bool {
        cookies::of(&self.http).is_some()
    }

    /// One of two texts, by the language of the reader.
    pub fn t<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    /// Path and query of this page.
    pub fn address(&self) -> String {
        self.http.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
    }

    /// The value of a parameter of the query.
    pub fn asked(&self, name: &str) -> Option<String> {
        let query = self.http.query_string().as_bytes();
        url::form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Calls the API as the person who asks for the page. Where the request comes from is passed on, so that the API
    /// itself judges whether another site sent it; reading for a page is this site's own doing.
    pub async fn call(&self, method: Method, path: &str, more: &[(HeaderName, String)], body: Bytes) -> ApiAnswer {
        let mut headers = Vec::new();
        let given = self.http.headers();
        for name in [header::COOKIE, header::HOST, header::USER_AGENT] {
            headers.extend(given.get_all(&name).map(|value| (name.clone(), value.clone())));
        }
        let fetch_site = HeaderName::from_static("sec-fetch-site");
        if method == Method::GET {
            headers.push((fetch_site, HeaderValue::from_static("same-origin")));
        } else {
            for name in [fetch_site, header::ORIGIN] {
                headers.extend(given.get(&name).map(|value| (name.clone(), value.clone())));
            }
        }
        let language = if self.language == Language::English { "en" } else { "vi" };
        headers.push((header::ACCEPT_LANGUAGE, HeaderValue::from_static(language)));
        for (name, value) in more {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.push((name.clone(), value));
            }
        }
        self.door.call(ApiCall { method, path: format!("/api/v1{path}"), headers, body }).await
    }

    /// What the API answers to a GET, or why it does not.
    pub async fn get(&self, path: &str) -> PageResult<Value> {
        let answer = self.call(Method::GET, path, &[], Bytes::new()).await;
        judged(answer).map(|answer| answer.json())
    }

    /// The account that asks.
    pub async fn me(&self) -> PageResult<Value> {
        if let Some(known) = self.me.borrow().clone() {
            return Ok(known);
        }
        if !self.has_cookie() {
            return Err(Trouble::SignIn);
        }
        let me = self.get("/me").await?;
        *self.me.borrow_mut() = Some(me.clone());
        Ok(me)
    }

    /// The same request in the language that the account keeps.
    pub async fn in_own_language(mut self) -> Self {
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

/// Sends the browser to another page of this site.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// A path of this site, or its first page: an address of elsewhere is never followed.
pub fn local(path: Option<&str>) -> String {
    let plain = |path: &&str| {
        path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r']) && path.len() < 2_000
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
            (None, "/"),
        ] {
            assert_eq!(local(next), to, "{next:?}");
        }
    }
}
