//! Papers of a dossier: which are asked for, which are there, sending one, taking one away; and drafts that are given up.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::dossier::parts::attachments::FILE_LIMIT;
use crate::pages::contract::Offer;
use crate::pages::dossier::{FileLine, file_line};
use crate::pages::forms::names::names_in;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::forget_parts;
use crate::pages::registers::register;
use crate::pages::request::{PageRequest, PageResult, Trouble, judged, see_other};
use crate::pages::rule::{self, PaperLine};
use crate::pages::show::{items, number, text};
use crate::pages::supplement::{self, SupplementAsked};
use crate::pages::uploads::{UploadFault, passed_on};

#[derive(Template)]
#[template(path = "files.html")]
struct FilesPage {
    frame: Frame,
    kicker: String,
    title: String,
    path: String,
    /// A file that is sent twice is added once.
    key: String,
    wanted: Vec<PaperLine>,
    files: Vec<FileLine>,
    documents: Vec<Offer>,
    fault: String,
    /// The field that is at fault.
    fault_at: &'static str,
    /// What the agency is asked to add.
    asked: Option<SupplementAsked>,
}

#[derive(Template)]
#[template(path = "sure.html")]
struct SurePage {
    frame: Frame,
    about: String,
    target: String,
    button: String,
    back: String,
}

async fn made(page: &PageRequest, id: &str, status: u16, fault: UploadFault) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let assessment = page.if_seen(&format!("{path}/assessment")).await?;
    let attachments = page.get(&format!("{path}/attachments")).await?;
    let absent = |p: &&Value| p.pointer("/present") == Some(&Value::Bool(false));
    let missing = assessment.iter().flat_map(|a| items(a, "/dossier")).find(absent);
    let history = page.if_seen(&format!("{path}/history")).await?.unwrap_or_default();
    let asked = supplement::asked(&page.contract, text(&dossier, "/state"), &history, page.language);
    // What a body asked for comes first, then what the rule asks for.
    let by_body = asked.as_ref().and_then(|asked| asked.documents.first()).map(String::as_str);
    let first = by_body.unwrap_or_else(|| missing.map_or("", |p| text(p, "/document")));
    let frame =
        Frame::below(page, &register, page.t("Giấy tờ", "Papers")).await?.crumb(page.t("Hồ sơ", "Dossier"), &path);
    let body = FilesPage {
        kicker: register.label(page.language).to_owned(),
        title: text(&dossier, "/title").to_owned(),
        wanted: assessment
            .iter()
            .flat_map(|a| rule::answer(&page.contract, a, &names_in(&dossier), false, page.language).papers)
            .collect(),
        files: items(&attachments, "/items").iter().map(|f| file_line(page, &path, f, true)).collect(),
        documents: page.contract.offers("document", first, page.language),
        fault: fault.said,
        fault_at: fault.field,
        asked,
        key: page.opened_key(),
        path,
        frame,
    };
    Ok(html(status, &body))
}

pub async fn show_files(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &id, 200, UploadFault::default()).await).await
}

async fn sent(page: &PageRequest, id: &str, body: web::Payload) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}/attachments", register.path);
    match passed_on(page, body, &path, FILE_LIMIT).await? {
        Ok(_) => Ok(see_other(&path)),
        Err((status, said)) => made(page, id, status, said).await,
    }
}

pub async fn upload(page: PageRequest, id: web::Path<String>, body: web::Payload) -> HttpResponse {
    answer(&page, sent(&page, &id, body).await).await
}

/// What is asked before something goes away.
async fn sure(page: &PageRequest, id: &str, file: Option<&str>) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let heading = match file {
        Some(_) => page.t("Gỡ giấy tờ", "Remove a paper"),
        None => page.t("Xóa bản nháp", "Delete the draft"),
    };
    let target = match file {
        Some(file) => format!("{path}/attachments/{file}/delete"),
        None => format!("{path}/delete?version={}", number(&dossier, "/version")),
    };
    let frame = Frame::below(page, &register, heading).await?.crumb(page.t("Hồ sơ", "Dossier"), &path);
    let about = text(&dossier, "/title").to_owned();
    Ok(html(200, &SurePage { frame, about, target, button: heading.to_owned(), back: path }))
}

async fn gone(page: &PageRequest, id: &str, file: Option<&str>) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let (call, then) = match file {
        Some(file) => (format!("{path}/attachments/{file}"), format!("{path}/attachments")),
        None => (path.clone(), format!("/{}", register.path)),
    };
    let version: Vec<(HeaderName, String)> =
        page.asked("version").map(|v| (header::IF_MATCH, format!("\"{v}\""))).into_iter().collect();
    match judged(page.call(Method::DELETE, &call, &version, Bytes::new()).await) {
        // A second click: what is gone needs not go again.
        Ok(_) | Err(Trouble::Refused { status: 404, .. }) => {}
        Err(other) => return Err(other),
    }
    if file.is_none() {
        forget_parts(page, id).await;
    }
    Ok(see_other(&then))
}

pub async fn ask_delete(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, sure(&page, &id, None).await).await
}

pub async fn delete(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, gone(&page, &id, None).await).await
}

pub async fn ask_delete_file(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, sure(&page, &path.0, Some(&path.1)).await).await
}

pub async fn delete_file(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, gone(&page, &path.0, Some(&path.1)).await).await
}
