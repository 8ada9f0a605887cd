//! How a page travels over a bad line: only if it changed, and in gzip (RFC 1952) for browsers that take it.

use std::io::Write as _;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::pages::show;
use crate::web::etag::IfNoneMatch;
use crate::web::idempotency::fingerprint;

/// What every form of an act, of a part or of the account says of itself.
const FORM: &[u8] = b" novalidate";
/// What a page says of itself that shows passport numbers in full.
const REVEALED: &[u8] = b" data-revealed";
/// Below so many bytes a page fits into one packet of the network as it is.
const LITTLE: usize = 1_200;

/// Whether the browser takes an answer in gzip.
pub fn takes_gzip(req: &HttpRequest) -> bool {
    let given = req.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    given.split(',').any(|one| one.trim().eq_ignore_ascii_case("gzip") || one.trim().starts_with("gzip;q=1"))
}

pub fn packed(body: &[u8], how: Compression) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::with_capacity(body.len() / 4), how);
    // Writing into memory does not fail; an empty body is never sent.
    writer.write_all(body).and_then(|()| writer.finish()).unwrap_or_default()
}

/// The page as it is sent.
pub fn travelling(req: &HttpRequest, response: HttpResponse) -> HttpResponse {
    in_gzip(req, known_already(req, response))
}

fn is_page(response: &HttpResponse) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The page in gzip, if the browser takes it. What shows passport numbers goes as it is: a packed length would tell of them
/// to whoever watches the line.
fn in_gzip(req: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if !takes_gzip(req) || !is_page(&response) {
        return response;
    }
    let (mut response, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => return response.set_body(body),
    };
    if bytes.len() < LITTLE || show::stands_in(&bytes, REVEALED) {
        return response.set_body(BoxBody::new(bytes));
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    // Other bytes of the same page: the tag is a weak one (RFC 9110, 8.8.1).
    if let Some(tag) =
        headers.get(header::ETAG).and_then(|tag| HeaderValue::from_str(&format!("W/{}", tag.to_str().ok()?)).ok())
    {
        headers.insert(header::ETAG, tag);
    }
    response.set_body(BoxBody::new(packed(&bytes, Compression::fast())))
}

/// A page that only shows has an entity tag, so that a bad line carries it once. A form has none: its key is new each time.
fn known_already(req: &HttpRequest, response: HttpResponse) -> HttpResponse {
    if req.method() != Method::GET || response.status() != StatusCode::OK {
        return response;
    }
    let (mut response, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => return response.set_body(body),
    };
    let says = |word: &[u8]| show::stands_in(&bytes, word);
    // What shows passport numbers is stored nowhere.
    if says(FORM) || says(REVEALED) {
        return response.set_body(BoxBody::new(bytes));
    }
    let tag = format!("\"{}\"", fingerprint(&bytes));
    let known = IfNoneMatch::read(req.headers()).hits(&tag);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response.set_body(BoxBody::new(()));
    }
    response.set_body(BoxBody::new(bytes))
}
