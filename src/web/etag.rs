//! Strong entity tags: the version of a resource, quoted (RFC 9110 §8.8.3).

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use kernel::precondition::Precondition;
use serde::Serialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use crate::error::{Error, Result};
use crate::web::idempotency::fingerprint;

/// Reads `If-Match`: `*`, or a list of entity tags, of which only strong ones of ours match (RFC 9110 §13.1.1).
pub fn if_match(headers: &HeaderMap) -> Precondition {
    let mut lines = headers.get_all("if-match").peekable();
    if lines.peek().is_none() {
        return Precondition::Missing;
    }
    let text: Vec<&str> = lines.filter_map(|v| v.to_str().ok()).collect();
    let text = text.join(",");
    if text.trim() == "*" {
        return Precondition::Any;
    }
    // A tag may hold a comma, and our versions hold none: of `"a,b"` neither half is one.
    let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    Precondition::Versions(text.split(',').filter_map(version).collect())
}

/// Marks an operation in the specification as a change of one version: it needs `If-Match`, and answers 428 and 412.
/// The check itself is [`RequestContext::guard`](crate::access::context::RequestContext::guard).
pub struct IfMatch;

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let parameter = ParameterBuilder::new()
            .name(IF_MATCH)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The ETag of the version that the caller has seen; 428 if missing, 412 if stale."))
            .schema(Some(text))
            .example(Some(json!("\"3\"")));
        vec![parameter.build()]
    }
}

/// The name of the header.
pub const IF_MATCH: &str = "If-Match";

/// The entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The value of `If-None-Match` (RFC 9110 §13.1.2).
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    pub fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all("if-none-match").filter_map(|v| v.to_str().ok());
        IfNoneMatch(values.flat_map(|v| v.split(',')).map(|t| t.trim().trim_start_matches("W/").to_owned()).collect())
    }

    /// Whether it contains this tag (weak comparison).
    pub fn hits(&self, tag: &str) -> bool {
        self.0.iter().any(|t| t == tag || t == "*")
    }
}

/// A JSON response tagged with the hash of its bytes; 304 if the caller already has it.
pub fn tagged<T: Serialize>(req: &HttpRequest, mut response: HttpResponseBuilder, body: &T) -> Result<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(|e| Error::Internal(e.to_string()))?;
    let tag = format!("\"{}\"", fingerprint(&body).get(..32).unwrap_or_default());
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(response.content_type("application/json").body(body))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(value: Option<&'static str>) -> Precondition {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(HeaderName::from_static("if-match"), HeaderValue::from_static(value));
        }
        if_match(&headers)
    }

    #[test]
    fn only_strong_tags_of_ours_match() {
        assert_eq!(read(None), Precondition::Missing);
        for ours in ["\"3\"", "\"2\", \"3\"", "\"zzz\", \"3\"", "W/\"2\",\"3\"", "*", " * ", "\"a,b\" , \"3\""] {
            assert!(read(Some(ours)).holds(3), "{ours}");
        }
        for other in ["3", "W/\"3\"", "\"x\"", "", "\"3", "\"3,4\"", "\"33\""] {
            assert_ne!(read(Some(other)), Precondition::Missing, "{other}");
            assert!(!read(Some(other)).holds(3), "{other}");
        }
    }
}
