//! Middleware for every response: trace id, security headers, and problem documents in the caller's language.

use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::audit::TraceId;
use crate::error::{Code, Problem};
use crate::web::health;
use kernel::text::Language;

/// English if the caller prefers it to Vietnamese, otherwise Vietnamese.
pub fn language_of(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let weight = |tag: &str| {
        accepted
            .split(',')
            .filter_map(|part| {
                let mut fields = part.split(';').map(str::trim);
                let name = fields.next()?.to_ascii_lowercase();
                let q = fields.find_map(|f| f.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
                (name == tag || name.starts_with(&format!("{tag}-"))).then_some(q)
            })
            .fold(0.0, f32::max)
    };
    if weight("en") > weight("vi") { Language::English } else { Language::Vietnamese }
}

/// The middleware.
pub async fn trace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let trace_id = TraceId::fresh();
    let language = language_of(request.headers());
    request.extensions_mut().insert(trace_id.clone());
    let started = Instant::now();
    // HEAD is answered like GET (RFC 9110 §9.3.2). The connection keeps the method that it read, and sends no body.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    // Handlers and extractors turn their errors into responses; only an inner middleware could fail, and there is none.
    let response = next.call(request).await?.map_into_boxed_body();
    // A page says itself what is wrong.
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let refused = response.status().as_u16() >= 400 && !told;
    let mut response = if refused { explain(response, language, trace_id.as_str()) } else { response };
    let page = response.request().path().starts_with("/docs");
    safe_headers(response.headers_mut(), trace_id.as_str(), page);
    let route = response.request().match_pattern();
    health::count(route.as_deref().unwrap_or("unknown"), response.status().as_u16(), started.elapsed().as_secs_f64());
    Ok(response)
}

/// Adds the problem document to an error response.
fn explain(response: ServiceResponse<BoxBody>, language: Language, trace_id: &str) -> ServiceResponse<BoxBody> {
    let problem = response.response().extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| of_framework(response.status().as_u16()));
    let body = problem.to_json(language, trace_id).to_string();
    let status = problem.code.status();
    response.map_body(|head, _| {
        // A framework error takes the status of the code that it is mapped to; 406, for example, becomes 400.
        head.status = actix_web::http::StatusCode::from_u16(status).unwrap_or(head.status);
        head.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        head.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        BoxBody::new(body)
    })
}

fn of_framework(status: u16) -> Problem {
    let code = match status {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        503 => Code::Unavailable,
        400..=499 => Code::MalformedRequest,
        _ => Code::Internal,
    };
    let title = code.title();
    Problem::new(code, format!("{}.", title.vi), format!("{}.", title.en))
}

/// The reference page may load only what the binary itself serves.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

fn safe_headers(headers: &mut HeaderMap, trace_id: &str, page: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, if page { PAGE_POLICY } else { API_POLICY });
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if let Ok(value) = HeaderValue::from_str(trace_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_unless_english_is_preferred() {
        for (accepted, expected) in [
            ("", Language::Vietnamese),
            ("en", Language::English),
            ("en-GB, vi;q=0.5", Language::English),
            ("vi, en;q=0.8", Language::Vietnamese),
            ("fr", Language::Vietnamese),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            assert_eq!(language_of(&headers), expected, "{accepted}");
        }
    }
}
