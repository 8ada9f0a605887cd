//! Middleware for every response: trace id, security headers, and problem documents in the caller's language.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt;

use crate::audit::TraceId;
use crate::error::{Code, Error, Problem, not_found, refuse};
use crate::web::health;
use crate::web::paced_body::paced;
use crate::web::quota::QuotaLeft;
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
    // Only a proxy speaks TLS; without one nothing has to be read.
    let by_proxy = ["x-forwarded-proto", "forwarded"].iter().any(|name| request.headers().contains_key(*name));
    let secure = by_proxy && request.connection_info().scheme() == "https";
    let mut too_slow = None;
    let body = request.take_payload();
    request.set_payload(if matches!(body, Payload::None) {
        body
    } else {
        let (body, late) = paced(body);
        too_slow = Some(late);
        body
    });
    let response = match refused_at_once(&request) {
        Some(error) => request.into_response(error.error_response()),
        // Handlers and extractors turn their errors into responses; only an inner middleware could fail, and there is none.
        None => match AssertUnwindSafe(async { next.call(request).await }).catch_unwind().await {
            Ok(done) => done?.map_into_boxed_body(),
            // Said by the panic hook of the process. The request went down with it, so only its answer can be made.
            Err(_) => return Err(after_panic(language, trace_id.as_str())),
        },
    };
    let response = match too_slow {
        Some(late) if late.get() => response.into_response(late_body()),
        _ => response,
    };
    // A page says itself what is wrong.
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let refused = response.status().as_u16() >= 400 && !told;
    let mut response = if refused { explain(response, language, trace_id.as_str()) } else { response };
    let page = response.request().path().starts_with("/docs");
    safe_headers(response.headers_mut(), trace_id.as_str(), page);
    if secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ALWAYS_TLS));
    }
    let left = response.request().extensions().get::<QuotaLeft>().copied();
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    let route = response.request().match_pattern();
    health::count(route.as_deref().unwrap_or("unknown"), response.status().as_u16(), started.elapsed().as_secs_f64());
    Ok(response)
}

/// What is refused before anybody looks at it: a NUL, which is in no name and which PostgreSQL does not take; and an answer
/// of a type that the API never gives.
fn refused_at_once(request: &ServiceRequest) -> Option<Error> {
    if request.path().contains("%00") {
        return Some(not_found());
    }
    // Several lines are one list (RFC 9110 §5.3).
    let accepted: Vec<&str> = request.headers().get_all(header::ACCEPT).filter_map(|v| v.to_str().ok()).collect();
    let answerable = accepted.is_empty() || accepted.iter().any(|line| is_answerable(line));
    let refused = request.path().starts_with("/api/") && !answerable;
    refused.then(|| {
        refuse(
            Code::NotAcceptable,
            "Không có định dạng trả lời nào trong số được yêu cầu; hãy yêu cầu application/json.",
            "No answer has one of the types that are accepted; ask for application/json.",
        )
    })
}

/// Types of which answers are, by their beginnings.
const ANSWERS: [&str; 5] = ["application/", "image/", "text/csv", "text/calendar", "text/plain"];
/// Types of `application/` of which no answer is.
const NO_ANSWERS: [&str; 2] = ["application/xml", "application/xhtml+xml"];

/// Whether an `Accept` header (RFC 9110 §12.5.1) has a type that the API answers with.
fn is_answerable(accepted: &str) -> bool {
    accepted.trim().is_empty()
        || accepted.split(',').any(|range| {
            let mut fields = range.split(';').map(str::trim);
            let kind = fields.next().unwrap_or_default().to_ascii_lowercase();
            let refused =
                fields.any(|f| f.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)));
            let known =
                matches!(kind.as_str(), "*/*" | "text/*") || ANSWERS.iter().any(|answer| kind.starts_with(answer));
            known && !NO_ANSWERS.contains(&kind.as_str()) && !refused
        })
}

/// What a body that was too slow gets; what else it sends is not waited for.
fn late_body() -> HttpResponse {
    let error = refuse(Code::RequestTimeout, "Nội dung được gửi lên quá chậm.", "The body took too long to arrive.");
    let mut response = error.error_response();
    response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    response
}

/// The answer after a panic: the same problem document as after any other failure.
fn after_panic(language: Language, trace_id: &str) -> actix_web::Error {
    let problem = of_framework(500);
    let mut response = HttpResponse::InternalServerError().body(problem.to_json(language, trace_id).to_string());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    safe_headers(response.headers_mut(), trace_id, false);
    InternalError::from_response("a handler panicked", response).into()
}

/// Adds the problem document to an error response.
fn explain(response: ServiceResponse<BoxBody>, language: Language, trace_id: &str) -> ServiceResponse<BoxBody> {
    let problem = response.response().extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| of_framework(response.status().as_u16()));
    let body = problem.to_json(language, trace_id).to_string();
    let status = problem.code.status();
    response.map_body(|head, _| {
        // A framework error takes the status of the code that it is mapped to; 431, for example, becomes 400.
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

/// Two years, as browsers' lists ask for.
const ALWAYS_TLS: &str = "max-age=63072000; includeSubDomains";

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
    fn an_answer_that_nobody_takes_is_not_made() {
        for taken in [
            "",
            "*/*",
            "application/json",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/csv",
            "application/*;q=0.1",
        ] {
            assert!(is_answerable(taken), "{taken}");
        }
        for refused in ["text/xml", "application/xml", "text/html", "*/*;q=0", "audio/mpeg, video/*"] {
            assert!(!is_answerable(refused), "{refused}");
        }
    }

    #[actix_web::test]
    async fn a_panic_is_an_answer_and_the_next_request_works() {
        use actix_web::middleware::from_fn;
        use actix_web::{App, test, web};
        async fn fails() -> HttpResponse {
            panic!("a handler that panics")
        }
        let app = App::new()
            .wrap(from_fn(trace))
            .route("/fails", web::get().to(fails))
            .route("/works", web::get().to(async || HttpResponse::Ok().finish()));
        let app = test::init_service(app).await;
        let failed = test::try_call_service(&app, test::TestRequest::get().uri("/fails").to_request()).await;
        let answer = failed.unwrap_err().error_response();
        assert_eq!(answer.status().as_u16(), 500);
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        let works = test::call_service(&app, test::TestRequest::get().uri("/works").to_request()).await;
        assert_eq!(works.status().as_u16(), 200);
    }

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
