//! Loading a template of a paper: a DOCX of the province or of an agency takes the place of the shipped one.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::access::token::random_text;
use crate::pages::collections::lookup::collection;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, encoded, see_other, settled};
use crate::pages::show;

/// Most bytes of the form: a file of 2 MiB, and what is around it.
const MOST: usize = (2 << 20) + (64 << 10);

#[derive(Template)]
#[template(path = "paper_template.html")]
struct TemplateUploadPage {
    frame: Frame,
    target: String,
    fault: String,
}

async fn made(page: &PageRequest, kind: &str, status: u16, fault: String) -> PageResult<HttpResponse> {
    page.me().await?;
    let label = page.contract.label("paper_kind", kind, page.language);
    let list = collection("paper-templates").map_or("", |c| c.label.in_language(page.language));
    let title = format!("{}: {label}", page.t("Nạp mẫu riêng", "Load an own template"));
    let frame = Frame::of(page, "/registers", &title).await?.crumb(list, "/paper-templates");
    let target = format!("/paper-templates/{}/upload?key={}", encoded(kind), random_text());
    Ok(html(status, &TemplateUploadPage { frame, target, fault }))
}

pub async fn show_upload(page: PageRequest, kind: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &kind, 200, String::new()).await).await
}

/// Passes the form on as it came: it is the form that the API reads. Of a stranger nothing is read.
pub async fn upload(http: HttpRequest, page: PageRequest, kind: web::Path<String>, body: web::Payload) -> HttpResponse {
    let given = http.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let done = async {
        page.me().await?;
        let refused = |status, vi, en| made(&page, &kind, status, page.t(vi, en).to_owned());
        match body.to_bytes_limited(MOST).await {
            Ok(Ok(body)) => {
                let mut headers: Vec<(HeaderName, String)> = vec![(header::CONTENT_TYPE, given)];
                headers.extend(page.asked("key").map(|key| (HeaderName::from_static("idempotency-key"), key)));
                let path = format!("/paper-templates/{}", encoded(&kind));
                match settled(page.call(Method::POST, &path, &headers, body).await)? {
                    Ok(_) => Ok(see_other("/paper-templates?done=upload")),
                    Err((status, problem)) => made(&page, &kind, status, show::said(&problem)).await,
                }
            }
            Ok(Err(_)) => refused(400, "Không nhận được tệp.", "The file did not arrive.").await,
            Err(_) => refused(413, "Tệp không được quá 2 MiB.", "A file may have at most 2 MiB.").await,
        }
    };
    answer(&page, done.await).await
}
