//! A draft that is there: its form, part by part, each part a change of it; and its check before it is sent.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::pages::acts::redrawn;
use crate::pages::dossier::{ActLink, acts, if_seen};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::Drawing;
use crate::pages::forms::names::of_chosen;
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::shape::fields_of;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::parts::{FormPlace, FormSection, PartLink, PartPage, links, not_there, sections, standing};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, see_other};
use crate::pages::rule::{self, RuleAnswer};
use crate::pages::show::{self, number, text};
use crate::pages::summary::{self, SummaryRow};

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    kicker: String,
    title: String,
    parts: Vec<PartLink>,
    sections: Vec<(String, String, Vec<SummaryRow>)>,
    rule: Option<RuleAnswer>,
    acts: Vec<ActLink>,
    path: String,
}

async fn draw_edit(
    page: &PageRequest,
    id: &str,
    part: &str,
    typed: Option<Typed>,
    refusal: Refusal,
) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let mut all = sections(page, &register, &register.changed_by);
    let every = fields_of(&page.contract, &register.changed_by);
    let stored = Typed::of_value(&every, &dossier);
    let assessment = if_seen(page, &format!("{path}/assessment")).await?;
    let place = FormPlace::Draft { path: &path };
    let mut parts = links(page, &place, &all, &stored, part);
    // The changes of a draft may all be left out; what a new one requires says when a part is done.
    for (link, section) in parts.iter_mut().zip(sections(page, &register, &register.created_by)) {
        (link.said, link.class) = standing(page, &section, &stored_of(page, &register, &dossier));
    }
    let at = all.iter().position(|s| s.key == part).ok_or_else(not_there)?;
    let next = all.get(at + 1).map(|s| s.label.clone()).unwrap_or_else(|| page.t("Giấy tờ", "Papers").to_owned());
    let section = all.swap_remove(at);
    let typed = typed.unwrap_or(stored);
    let names = of_chosen(page, &section.fields, &typed, &dossier).await;
    let drawing = Drawing {
        contract: &page.contract,
        schema: &register.changed_by,
        language: page.language,
        typed: &typed,
        faults: &refusal.faults,
        names: &names,
        people: &[],
        offers: &refusal.offers,
    };
    let changed = refusal.code == "version_conflict";
    let version =
        page.asked("version").filter(|_| !changed).unwrap_or_else(|| number(&dossier, "/version").to_string());
    let title = text(&dossier, "/title").to_owned();
    let number_of = match text(&dossier, "/number") {
        "" => page.t("Bản nháp", "Draft").to_owned(),
        number => number.to_owned(),
    };
    let frame = Frame::of(page, &format!("/{}", register.path), &section.label)
        .await?
        .crumb(register.label(page.language), &format!("/{}", register.path))
        .crumb(&number_of, &path);
    let saved = show::moment(text(&dossier, "/updated_at"), page.language);
    let body = PartPage {
        kicker: format!("{} · {} {}/{}", register.label(page.language), page.t("phần", "part"), at + 1, parts.len()),
        saved: format!("{number_of} · {} {saved}", page.t("Đã lưu", "Saved")),
        target: format!("{path}/edit/{part}?method=patch&version={version}"),
        button: format!("{} {next}", page.t("Lưu và sang", "Save and go to")),
        fields: drawing.fields(&section.fields),
        faults: refusal.summary,
        changed,
        rule: assessment.as_ref().map(|a| rule::answer(&page.contract, a, page.language)),
        back: format!("{path}/edit/check"),
        parts,
        title,
        path,
        frame,
    };
    Ok(html(if refusal.status == 0 { 200 } else { refusal.status }, &body))
}

/// The whole content of a dossier as if it had been typed.
fn stored_of(page: &PageRequest, register: &RegisterPages, dossier: &Value) -> Typed {
    Typed::of_value(&fields_of(&page.contract, &register.created_by), dossier)
}

async fn send_edit(page: &PageRequest, id: &str, part: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let mut typed = Typed::of_form(form);
    if redrawn(&mut typed) {
        return draw_edit(page, id, part, Some(typed), Refusal::default()).await;
    }
    let mut all = sections(page, &register, &register.changed_by);
    let at = all.iter().position(|s| s.key == part).ok_or_else(not_there)?;
    let next = all.get(at + 1).map(|s| s.key.clone());
    let section = all.swap_remove(at);
    let path = format!("/{}/{id}", register.path);
    let call = FormCall {
        method: Method::PATCH,
        path: path.clone(),
        schema: &register.changed_by,
        fields: &section.fields,
        blank: Blank::TakenAway,
        inside: None,
    };
    match send(page, call, &mut typed).await? {
        Sent::Done(_) => Ok(see_other(&match next {
            Some(next) => format!("{path}/edit/{next}"),
            None => format!("{path}/attachments"),
        })),
        Sent::Refused(refusal) => draw_edit(page, id, part, Some(typed), refusal).await,
    }
}

async fn check(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let all = sections(page, &register, &register.created_by);
    let assessment = if_seen(page, &format!("{path}/assessment")).await?;
    let stored = stored_of(page, &register, &dossier);
    let parts = links(page, &FormPlace::Draft { path: &path }, &all, &stored, "check");
    let section = |s: &FormSection| {
        let rows = summary::rows(&page.contract, &register.created_by, &s.fields, &dossier, page.language);
        (s.label.clone(), format!("{path}/edit/{}", s.key), rows)
    };
    let frame = Frame::of(page, &format!("/{}", register.path), page.t("Kiểm tra", "Check"))
        .await?
        .crumb(register.label(page.language), &format!("/{}", register.path))
        .crumb(page.t("Hồ sơ", "Dossier"), &path);
    let possible = acts(page, &path, &dossier);
    let body = CheckPage {
        kicker: register.label(page.language).to_owned(),
        title: text(&dossier, "/title").to_owned(),
        sections: all.iter().map(section).collect(),
        rule: assessment.as_ref().map(|a| rule::answer(&page.contract, a, page.language)),
        acts: possible.into_iter().filter(|a| !a.href.ends_with("/edit")).collect(),
        parts,
        path,
        frame,
    };
    Ok(html(200, &body))
}

pub async fn show_edit(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let page = page.in_own_language().await;
    let made = match path.1.as_str() {
        "check" => check(&page, &path.0).await,
        part => draw_edit(&page, &path.0, part, None, Refusal::default()).await,
    };
    answer(&page, made).await
}

pub async fn save_edit(page: PageRequest, path: web::Path<(String, String)>, form: web::Bytes) -> HttpResponse {
    let page = page.in_own_language().await;
    answer(&page, send_edit(&page, &path.0, &path.1, &form).await).await
}

/// The form of a dossier begins with its check: every answer, with the way back to it.
pub async fn edit(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    let page = page.in_own_language().await;
    answer(&page, check(&page, &id).await).await
}
