//! Pages of lists: the response with its link to the next page (RFC 8288).

use actix_web::{HttpResponse, HttpResponseBuilder};
use url::form_urlencoded::{Serializer, parse};

/// 200 with the link to the next page: the same question, filters and limit, from another place on.
pub fn page_response(path: &str, query: &str, next: Option<&str>) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        let mut asked = Serializer::new(String::new());
        asked.extend_pairs(parse(query.as_bytes()).filter(|(name, _)| name != "cursor"));
        let asked = asked.append_pair("cursor", cursor).finish();
        response.insert_header(("Link", format!("<{path}?{asked}>; rel=\"next\"")));
    }
    response
}
