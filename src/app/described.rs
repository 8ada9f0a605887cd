//! What the application says of itself: the document of its API, and the answer to what no route matches.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, web};

use crate::error::{Code, not_found, refuse};
use crate::pages;
use crate::pages::contract::{Contract, SharedContract};
use crate::web::openapi::PathTable;
use crate::web::openapi_parts;

/// What the application knows of itself. Made when somebody first asks, because most processes are never asked.
pub struct Described {
    document: web::Bytes,
    paths: PathTable,
}

impl Described {
    fn of(contract: &Contract) -> Self {
        let document = &contract.document;
        Described { document: openapi_parts::text(document).into(), paths: PathTable::of(document) }
    }
}

/// The OpenAPI document of this API.
#[utoipa::path(tag = "operation", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
#[get("/openapi.json")]
pub async fn show_openapi(
    described: web::Data<OnceLock<Described>>,
    contract: web::Data<SharedContract>,
) -> HttpResponse {
    let described = described.get_or_init(|| Described::of(&contract));
    HttpResponse::Ok().content_type("application/json").body(described.document.clone())
}

/// Answers a request that no route matches: 405 with `Allow` where the path has other methods, else 404.
pub async fn nowhere(
    request: HttpRequest,
    described: web::Data<OnceLock<Described>>,
    contract: web::Data<SharedContract>,
) -> HttpResponse {
    let described = described.get_or_init(|| Described::of(&contract));
    let Some(methods) = described.paths.methods(request.path()) else {
        let accepted = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let person = accepted.contains("text/html") && !request.path().starts_with("/api/");
        return match person {
            true => pages::frame::nowhere(&request).await,
            false => not_found().error_response(),
        };
    };
    let allow = methods.join(", ");
    let error = refuse(
        Code::MethodNotAllowed,
        format!("Đường dẫn này chỉ hỗ trợ: {allow}."),
        format!("This path supports only: {allow}."),
    );
    let mut response = error.error_response();
    if let Ok(value) = header::HeaderValue::from_str(&allow) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
