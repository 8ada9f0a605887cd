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

/// What is noted of an answer.
enum Noted {
    TakenAway(&'static str),
    Refused(Code),
}

impl Noted {
    fn of(method: &Method, response: &ServiceResponse<BoxBody>) -> Option<Self> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match response.status().as_u16() {
            200 if reads => {
                let disposition = response.headers().get(header::CONTENT_DISPOSITION)?.to_str().ok()?;
                let paper = response.request().path().contains("/attachments/");
                disposition.starts_with("attachment").then_some(Noted::TakenAway(if paper { DOWNLOAD } else { EXPORT }))
            }
            403 if !reads => Some(Noted::Refused(response.response().extensions().get::<Problem>()?.code)),
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
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(noted) = Noted::of(&method, &response) else { return Ok(response) };
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
    let action = match &noted {
        Noted::TakenAway(how) => *how,
        Noted::Refused(_) => "attempt",
    };
    let row = move |conn: &mut Conn| match noted {
        Noted::TakenAway(_) => context.remember(conn, action, &object, detail),
        Noted::Refused(code) => context.remember_refusal(conn, action, &object, detail, code),
    };
    db.write(row, |()| {}).await
}
