//! Loading a template of a paper: a DOCX of the province or of an agency takes the place of the shipped one.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::pages::collections::lookup::collection;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, encoded, see_other};
use crate::pages::uploads::passed_on;

/// Most bytes of a file.
const MOST: usize = 2 << 20;

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
    let target = format!("/paper-templates/{}/upload?key={}", encoded(kind), page.opened_key());
    Ok(html(status, &TemplateUploadPage { frame, target, fault }))
}

pub async fn show_upload(page: PageRequest, kind: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &kind, 200, String::new()).await).await
}

async fn sent(page: &PageRequest, kind: &str, body: web::Payload) -> PageResult<HttpResponse> {
    match passed_on(page, body, &format!("/paper-templates/{}", encoded(kind)), MOST).await? {
        Ok(_) => Ok(see_other("/paper-templates?done=upload")),
        Err((status, fault)) => made(page, kind, status, fault.said).await,
    }
}

pub async fn upload(page: PageRequest, kind: web::Path<String>, body: web::Payload) -> HttpResponse {
    answer(&page, sent(&page, &kind, body).await).await
}
