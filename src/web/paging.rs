//! Pages of lists: the query, and the response with its link to the next page (RFC 8288).

use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use utoipa::IntoParams;

/// Cursor pagination.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows per page, 1–200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
    /// The `next` of the previous page.
    pub cursor: Option<String>,
    /// Adds `total` to the response.
    pub count: Option<bool>,
}

/// 200 with the RFC 8288 link to the next page.
pub fn page_response(path: &str, next: Option<&str>) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        let joint = if path.contains('?') { '&' } else { '?' };
        response.insert_header(("Link", format!("<{path}{joint}cursor={cursor}>; rel=\"next\"")));
    }
    response
}
