//! Forms with a file: they are passed on as they came, because they are the forms that the API reads.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::web;
use serde_json::Value;

use crate::pages::request::{PageRequest, PageResult, settled};
use crate::pages::show::{self, items, text};

/// Bytes of a form around its file.
const AROUND: usize = 64 << 10;

/// Why a file was not taken, and at which field of its form that is told.
#[derive(Default)]
pub struct UploadFault {
    pub said: String,
    pub field: &'static str,
}

impl UploadFault {
    fn of_file(said: &str) -> Self {
        UploadFault { said: said.to_owned(), field: "file" }
    }

    fn of(problem: &Value) -> Self {
        let of_kind = items(problem, "/errors").iter().all(|fault| text(fault, "/pointer") == "/document");
        let field = if of_kind && !items(problem, "/errors").is_empty() { "document" } else { "file" };
        UploadFault { said: show::said(problem), field }
    }
}

/// How large the file is that was not taken, and how large it may be.
fn too_large(page: &PageRequest, most: usize) -> String {
    let most = most >> 20;
    let announced = page.http.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<i64>().ok());
    match announced {
        Some(bytes) => {
            let size = show::size(bytes);
            page.language.say(
                &format!("Tệp {size}, tối đa {most} MB. Chưa gửi."),
                &format!("The file is {size}; the limit is {most} MB. It was not sent."),
            )
        }
        None => page.language.say(
            &format!("Tệp không được quá {most} MB. Chưa gửi."),
            &format!("A file may have at most {most} MB. It was not sent."),
        ),
    }
}

/// Passes a form on whose file has at most so many bytes: what the API answers, or the status and the sentence that the page
/// shows. Of a stranger nothing is read.
pub async fn passed_on(
    page: &PageRequest,
    body: web::Payload,
    path: &str,
    most: usize,
) -> PageResult<Result<Value, (u16, UploadFault)>> {
    page.me().await?;
    let given = page.http.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut headers: Vec<(HeaderName, String)> = vec![(header::CONTENT_TYPE, given.to_owned())];
    headers.extend(page.key());
    match body.to_bytes_limited(most + AROUND).await {
        Ok(Ok(body)) => {
            let came = settled(page.call(Method::POST, path, &headers, body).await)?;
            Ok(came.map_err(|(status, problem)| (status, UploadFault::of(&problem))))
        }
        Ok(Err(_)) => Ok(Err((400, UploadFault::of_file(page.t("Không nhận được tệp.", "The file did not arrive."))))),
        Err(_) => Ok(Err((413, UploadFault::of_file(&too_large(page, most))))),
    }
}
