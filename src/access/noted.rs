//! Middleware: what leaves as a file, and what somebody was not allowed to do, leaves a row in the trail.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, ResponseError, web};
use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Problem};

/// A paper of a dossier was taken away.
pub const DOWNLOAD: &str = "download";
/// A list, a figure or a report was taken away as a file.
pub const EXPORT: &str = "export";

/// Somebody was not allowed to do something.
const ATTEMPT: &str = "attempt";

/// Marks a request that a page makes for somebody: what it reads it was not told to read by them.
#[derive(Debug, Clone, Copy)]
pub struct AskedByPage;

/// What is noted of an answer: what was done, or why it was not.
struct Noted {
    action: &'static str,
    refused: Option<Code>,
}

impl Noted {
    fn attempt(response: &ServiceResponse<BoxBody>) -> Option<Self> {
        let refused = response.response().extensions().get::<Problem>()?.code;
        Some(Noted { action: ATTEMPT, refused: Some(refused) })
    }

    fn of(method: &Method, response: &ServiceResponse<BoxBody>) -> Option<Self> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match response.status().as_u16() {
            200 if reads => {
                let disposition = response.headers().get(header::CONTENT_DISPOSITION)?.to_str().ok()?;
                let paper = response.request().path().contains("/attachments/");
                let action = if paper { DOWNLOAD } else { EXPORT };
                disposition.starts_with("attachment").then_some(Noted { action, refused: None })
            }
            // A password that somebody who is signed in was asked for once more, and did not know.
            401 => Noted::attempt(response).filter(|noted| noted.refused == Some(Code::InvalidCredentials)),
            // Whoever still lacks a second factor is told so with every page.
            403 if reads => Noted::attempt(response).filter(|noted| noted.refused == Some(Code::Forbidden)),
            403 => Noted::attempt(response),
            _ => None,
        }
    }
}

/// The middleware. A file that cannot be noted does not leave.
pub async fn note(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let method = request.method().clone();
    let by_page = request.extensions().get::<AskedByPage>().is_some();
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(noted) = Noted::of(&method, &response) else { return Ok(response) };
    // Pages look what there is to show, and take a refusal for an answer.
    if by_page && method == Method::GET && noted.refused.is_some() {
        return Ok(response);
    }
    let request = response.request().clone();
    let Some(context) = request.extensions().get::<RequestContext>().cloned() else { return Ok(response) };
    match write(&request, &method, context, noted).await {
        Ok(()) => Ok(response),
        Err(error) => Ok(response.into_response(error.error_response())),
    }
}

async fn write(request: &HttpRequest, method: &Method, context: RequestContext, noted: Noted) -> Result<(), Error> {
    let Some(db) = request.app_data::<web::Data<Db>>() else { return Ok(()) };
    let path = request.path();
    let object = path.strip_prefix("/api/v1/").unwrap_or(path).to_owned();
    let detail = json!({"method": method.as_str()});
    let row = move |conn: &mut Conn| match noted.refused {
        None => context.remember(conn, noted.action, &object, detail),
        Some(code) => context.remember_refusal(conn, noted.action, &object, detail, code),
    };
    db.write(row, |()| {}).await
}
