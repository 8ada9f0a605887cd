//! The list of a register: a table whose filters stand in its address.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::contract::Offer;
use crate::pages::dossier::{number_of, span, state_class};
use crate::pages::frame::{Frame, answer, html, may};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::{self, is_true, items, number, text};

/// A dossier in a table.
pub struct Row {
    pub href: String,
    pub title: String,
    pub number: String,
    pub agency: String,
    pub days: String,
    pub countries: String,
    pub people: i64,
    pub state: String,
    pub state_class: &'static str,
    pub due: String,
    pub due_said: String,
    pub late: bool,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    path: &'static str,
    rows: Vec<Row>,
    total: i64,
    next: Option<String>,
    states: Vec<Offer>,
    q: String,
    year: String,
    overdue: bool,
    mine: bool,
    /// Whoever drafts has dossiers of their own.
    may_draft: bool,
    /// The query of the filters, for the files of the same list.
    filter: String,
}

pub fn row(page: &PageRequest, register: &RegisterPages, item: &Value) -> Row {
    let (due, due_said, late) = show::due_at(item, "/due_on", page.today, page.language);
    Row {
        href: format!("/{}/{}", register.path, text(item, "/id")),
        title: text(item, "/title").to_owned(),
        number: number_of(page, item),
        agency: text(item, &format!("/{}/name", register.agency)).to_owned(),
        days: span(register, item),
        countries: match page.contract.countries(item, page.language) {
            none if none.is_empty() => page.contract.label("country", text(item, "/country"), page.language),
            names => names,
        },
        people: number(item, "/headcount"),
        state: page.contract.label("state", text(item, "/state"), page.language),
        state_class: state_class(text(item, "/state")),
        due: due.map(show::day).unwrap_or_default(),
        due_said,
        late: late || is_true(item, "/overdue"),
    }
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let asked = |name: &str| page.asked(name).filter(|v| !v.trim().is_empty());
    let mut filter = Vec::new();
    for name in ["state", "q", "year", "overdue", "mine", "agency_id", "country", "purpose", "procedure", "traveller"] {
        if let Some(value) = asked(name) {
            filter.push(format!("{name}={}", encoded(value.trim())));
        }
    }
    let sort = asked("sort").unwrap_or_else(|| "-updated_at".to_owned());
    let mut query = filter.clone();
    query.push(format!("sort={}", encoded(&sort)));
    let filter = query.join("&");
    query.push("count=true&limit=50".to_owned());
    query.extend(asked("cursor").map(|cursor| format!("cursor={}", encoded(&cursor))));
    let list = page.get(&format!("/{}?{}", register.path, query.join("&"))).await?;
    let label = register.label(page.language);
    let me = page.me().await?;
    let chosen = asked("state").unwrap_or_default();
    let next = list.pointer("/next").and_then(Value::as_str);
    let body = ListPage {
        frame: Frame::of(page, &format!("/{}", register.path), label).await?,
        path: register.path,
        rows: items(&list, "/items").iter().map(|item| row(page, &register, item)).collect(),
        total: number(&list, "/total"),
        next: next.map(|cursor| format!("/{}?{filter}&cursor={}", register.path, encoded(cursor))),
        states: page.contract.offers("state", &chosen, page.language),
        q: asked("q").unwrap_or_default(),
        year: asked("year").unwrap_or_default(),
        overdue: asked("overdue").is_some(),
        mine: asked("mine").is_some(),
        may_draft: may(&me, "draft_dossiers"),
        filter,
    };
    Ok(html(200, &body))
}

pub async fn show_list(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
