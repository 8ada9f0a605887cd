//! The dossiers behind a number, and those one would expect there that do not count, each with the reason.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::pages::figures::asked::FiguresAsked;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, day_at, is_true, items, number, text};

/// A dossier behind a figure.
pub struct RecordLine {
    pub title: String,
    pub number: String,
    pub href: String,
    pub date: String,
    pub visits: String,
    pub counted: bool,
    pub why: String,
}

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    frame: Frame,
    back: String,
    lines: Vec<RecordLine>,
    /// What the rows of this page add up to.
    delegations: String,
    visits: String,
    next: Option<String>,
}

/// A record as a line; who may see the figure but not the dossier sees its day and what it counts.
pub fn record_line(page: &PageRequest, path: Option<&str>, record: &Value) -> RecordLine {
    let id = text(record, "/delegation_id");
    RecordLine {
        title: text(record, "/title").to_owned(),
        number: text(record, "/number").to_owned(),
        href: path.filter(|_| !id.is_empty()).map(|path| format!("/{path}/{id}")).unwrap_or_default(),
        date: day_at(record, "/date").map(|d| show::long_day(d, page.language)).unwrap_or_default(),
        visits: show::grouped(number(record, "/visits")),
        counted: is_true(record, "/counted"),
        why: text(record, "/detail").to_owned(),
    }
}

async fn made(page: &PageRequest, register: &str) -> PageResult<HttpResponse> {
    let entry = entries(page).into_iter().find(|entry| entry.key == register && entry.counted.is_some());
    let entry = entry.ok_or_else(Trouble::not_found)?;
    let asked = FiguresAsked::read(page);
    let key = page.asked("key").map(|key| format!("&key={}", encoded(&key))).unwrap_or_default();
    let query = format!("{}{key}", asked.counted());
    let cursor = page.asked("cursor").map(|cursor| format!("&cursor={}", encoded(&cursor))).unwrap_or_default();
    let path = format!("/statistics/{register}");
    let list = page.get(&format!("{path}/records?{query}&limit=200{cursor}")).await?;
    let found = items(&list, "/items");
    let counted = || found.iter().filter(|r| is_true(r, "/counted"));
    let title = page.t("Hồ sơ làm nên số này", "Dossiers behind this number");
    let back = format!("{path}?{}", asked.query());
    let label = format!("{} {}", entry.label.in_language(page.language), asked.said(page));
    let frame = Frame::of(page, "/statistics", title).await?;
    let next = list.pointer("/next").and_then(Value::as_str);
    let body = RecordsPage {
        frame: frame.crumb(page.t("Số liệu", "Figures"), "/statistics").crumb(&label, &back),
        back,
        lines: found.iter().map(|r| record_line(page, Some(entry.path), r)).collect(),
        delegations: show::grouped(i64::try_from(counted().count()).unwrap_or_default()),
        visits: show::grouped(counted().map(|r| number(r, "/visits")).sum()),
        next: next.map(|cursor| format!("{path}/records?{query}&cursor={}", encoded(cursor))),
    };
    Ok(html(200, &body))
}

pub async fn show_records(page: PageRequest, register: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &register).await).await
}
