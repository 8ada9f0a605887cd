//! The cookie of a browser, the other credential beside the access token: opaque, new at every sign-in, kept as a digest.
//! A browser sends it by itself, so that requests of other sites are kept out here.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, web};
use chrono::Duration;

use crate::access::account::Account;
use crate::access::sessions::{ABSOLUTE_HOURS, BrowserSession, IDLE_MINUTES, SessionCache, SignInPlace};
use crate::access::throttle::DEVICE_DAYS;
use crate::access::token::{digest, unauthenticated};
use crate::access::{sessions_store, store};
use crate::config::Network;
use crate::db::Db;
use crate::error::{Code, Result, refuse};
use crate::web::proxy_headers::{FORWARDED_FOR, PROXY_HEADERS};
use kernel::time::Moment;

/// `__Host-`: only over TLS or from this machine, for this host alone (RFC 6265bis §4.1.3).
pub const COOKIE: &str = "__Host-ngoaivu";

/// By which a device is known where somebody signed in before; it opens nothing.
const DEVICE: &str = "__Host-ngoaivu-device";

/// What a browser keeps while it is at the provider of OpenID Connect.
const ON_THE_WAY: &str = "__Host-ngoaivu-way";
/// So long it may stay there.
const WAY_MINUTES: i64 = 10;

/// The last use is written at most this often.
const WRITTEN_EVERY: Duration = Duration::minutes(1);

/// Characters of the secret of a device.
const DEVICE_LENGTH: usize = 43;

/// Longest description of a browser that is kept, in characters.
const AGENT: usize = 200;

/// Networks of reverse proxies on other machines that are believed who asks.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<Network>);

/// The address that a request comes from, as far as it is sure.
pub fn address_of(req: &HttpRequest) -> Option<String> {
    let peer = req.peer_addr().map(|address| address.ip().to_canonical())?;
    let proxies = req.app_data::<web::Data<TrustedProxies>>();
    let is_proxy = peer.is_loopback() || proxies.is_some_and(|all| all.0.iter().any(|network| network.holds(peer)));
    if !is_proxy {
        return Some(peer.to_string());
    }
    // Behind a proxy, the proxy says who asked: it adds the last entry. Whoever asked could have written all
    // others, and `Forwarded`.
    let last = req.headers().get_all(FORWARDED_FOR).last().and_then(|v| v.to_str().ok());
    let named = last.and_then(|all| all.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let by_proxy = PROXY_HEADERS.iter().any(|name| req.headers().contains_key(*name));
    // A proxy that does not say who asked asks for everybody: better no address than the same for all.
    named.or((!by_proxy).then_some(peer)).map(|ip| ip.to_string())
}

/// From where somebody signs in.
pub fn place_of(req: &HttpRequest) -> SignInPlace {
    let agent = req.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    SignInPlace {
        address: address_of(req),
        agent: agent.map(|text| text.chars().take(AGENT).collect()),
        device: req.cookie(DEVICE).map(|cookie| cookie.value().to_owned()).filter(|value| value.len() == DEVICE_LENGTH),
    }
}

fn value_of(req: &HttpRequest, name: &str) -> Option<String> {
    req.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// The cookie that a request brings.
pub fn of(req: &HttpRequest) -> Option<String> {
    value_of(req, COOKIE)
}

/// The cookie to be set after a sign-in. It lives as long as the browser; the session ends by its own clock.
pub fn given(secret: String) -> Cookie<'static> {
    Cookie::build(COOKIE, secret).path("/").secure(true).http_only(true).same_site(SameSite::Strict).finish()
}

/// The cookie that makes a device known.
pub fn device(secret: String) -> Cookie<'static> {
    let mut cookie = given(secret);
    cookie.set_name(DEVICE);
    cookie.set_max_age(CookieAge::days(DEVICE_DAYS));
    cookie
}

/// What a browser keeps while it is at the provider. It comes back by a link of another site (`Lax`).
pub fn on_the_way(kept: String) -> Cookie<'static> {
    let mut cookie = given(kept);
    cookie.set_name(ON_THE_WAY);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(CookieAge::minutes(WAY_MINUTES));
    cookie
}

/// What it kept.
pub fn way_of(req: &HttpRequest) -> Option<String> {
    value_of(req, ON_THE_WAY)
}

/// The cookie that takes that away.
pub fn arrived() -> Cookie<'static> {
    let mut cookie = on_the_way(String::new());
    cookie.set_max_age(CookieAge::ZERO);
    cookie
}

/// The cookie that takes the other away.
pub fn taken_away() -> Cookie<'static> {
    let mut cookie = given(String::new());
    cookie.set_max_age(CookieAge::ZERO);
    cookie
}

/// Refuses what another site made the browser send. Every browser since 2023 says where a request comes from
/// (`Sec-Fetch-Site`); an older one says at least `Origin` with a form.
pub fn require_same_origin(method: &Method, headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let ours = match text("sec-fetch-site") {
        Some("same-origin") => true,
        // Typed into the address bar, or a bookmark.
        Some("none") => reads,
        Some(_) => false,
        None => match text("origin") {
            Some(origin) => {
                let host = origin.split_once("://").map(|(_, host)| host);
                host.is_some() && host == text("host")
            }
            None => reads,
        },
    };
    if ours {
        return Ok(());
    }
    Err(refuse(
        Code::CrossSite,
        "Yêu cầu này đến từ một trang khác; hãy mở lại từ trang của hệ thống.",
        "This request comes from another site; open it again from this one.",
    ))
}

/// The account and the session of a cookie, if the session still lives: 401 after half an hour without use, and after twelve
/// hours in any case.
pub async fn signed_in(cookie: &str, now: Moment, sessions: &SessionCache, db: &Db) -> Result<(Arc<Account>, i64)> {
    let stored = digest(cookie);
    let lives = |known: &BrowserSession| {
        known.last_used + Duration::minutes(IDLE_MINUTES) > now && known.since + Duration::hours(ABSOLUTE_HOURS) > now
    };
    let known = match sessions.browser(&stored).filter(lives) {
        Some(known) => known,
        // Another server may have been asked meanwhile.
        None => {
            let lookup = stored.clone();
            let found = db.read(move |conn| sessions_store::browser_session(conn, &lookup)).await?;
            found.filter(lives).ok_or_else(unauthenticated)?
        }
    };
    let account = account_of(known.session_id, known.user_id, sessions, db).await?;
    let written = if known.written + WRITTEN_EVERY <= now {
        let id = known.session_id;
        match db.write(move |conn| sessions_store::touch(conn, id, now), |()| {}).await {
            Ok(()) => now,
            // On a full disk people can still read.
            Err(error) => {
                tracing::warn!(%error, "the use of a sign-in could not be written");
                known.written
            }
        }
    } else {
        known.written
    };
    sessions.put_browser(stored, BrowserSession { last_used: now, written, ..known });
    Ok((account, known.session_id))
}

/// The account of a session that has not ended, from memory where it is known.
pub async fn account_of(session_id: i64, user_id: i64, sessions: &SessionCache, db: &Db) -> Result<Arc<Account>> {
    let account = match sessions.get(session_id) {
        Some(account) => account,
        None => {
            let generation = sessions.generation();
            let found = db.read(move |conn| match sessions_store::live_session(conn, session_id)? {
                Some((user_id, _)) => store::account(conn, user_id),
                None => Ok(None),
            });
            let account = Arc::new(found.await?.filter(|a| a.active).ok_or_else(unauthenticated)?);
            sessions.put(session_id, Arc::clone(&account), generation);
            account
        }
    };
    if account.id != user_id {
        return Err(unauthenticated());
    }
    Ok(account)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn an_address_is_the_one_that_cannot_be_made_up() {
        let seen = |peer: &str, headers: &[(&'static str, &str)]| {
            let request = TestRequest::default().peer_addr(format!("{peer}:4000").parse().unwrap());
            let add = |request: TestRequest, header: &(&'static str, &str)| request.append_header(*header);
            address_of(&headers.iter().fold(request, add).to_http_request())
        };
        let by_proxy = ("x-forwarded-proto", "https");
        for (peer, headers, expected) in [
            ("10.0.0.9", &[("x-forwarded-for", "1.2.3.4")][..], Some("10.0.0.9")),
            ("127.0.0.1", &[], Some("127.0.0.1")),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4, 10.0.0.9")], Some("10.0.0.9")),
            ("127.0.0.1", &[("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "10.0.0.9")], Some("10.0.0.9")),
            ("127.0.0.1", &[("forwarded", "for=1.2.3.4")], None),
            ("127.0.0.1", &[by_proxy], None),
            ("127.0.0.1", &[by_proxy, ("x-forwarded-for", "unknown")], None),
        ] {
            assert_eq!(seen(peer, headers).as_deref(), expected, "{peer} {headers:?}");
        }
    }

    #[test]
    fn what_another_site_sends_is_refused() {
        let judged = |method: Method, given: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            require_same_origin(&method, &headers).is_ok()
        };
        let (host, own, other) = (("host", "dn.vn"), ("origin", "https://dn.vn"), ("origin", "https://evil.vn"));
        for (post, get, given) in [
            (true, true, &[("sec-fetch-site", "same-origin")][..]),
            (false, true, &[("sec-fetch-site", "none")]),
            (false, false, &[("sec-fetch-site", "same-site")]),
            (false, false, &[("sec-fetch-site", "cross-site"), host, own]),
            (true, true, &[host, own]),
            (false, false, &[host, other]),
            (false, false, &[host, ("origin", "null")]),
            (false, false, &[own]),
            (false, true, &[host]),
            (false, true, &[]),
        ] {
            assert_eq!((judged(Method::POST, given), judged(Method::GET, given)), (post, get), "{given:?}");
        }
    }
}
