//! The list of a register, and the inbox: tables whose filters stand in their address.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::contract::Offer;
use crate::pages::dossier::{if_seen, number_of, span, state_class};
use crate::pages::frame::{Frame, answer, html, may};
use crate::pages::registers::{RegisterPages, entries, register};
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::rule::{FindingLine, findings};
use crate::pages::show::{self, day_at, is_true, items, number, text};

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

/// The countries of a dossier by name.
pub fn countries_of(page: &PageRequest, value: &Value) -> String {
    let countries = items(value, "/countries").iter().filter_map(Value::as_str);
    countries.map(|c| page.contract.label("country", c, page.language)).collect::<Vec<_>>().join(", ")
}

pub fn row(page: &PageRequest, register: &RegisterPages, item: &Value) -> Row {
    let (due, due_said, late) = show::due_at(item, "/due_on", page.today, page.language);
    Row {
        href: format!("/{}/{}", register.path, text(item, "/id")),
        title: text(item, "/title").to_owned(),
        number: number_of(page, item),
        agency: text(item, &format!("/{}/name", register.agency)).to_owned(),
        days: span(register, item),
        countries: match countries_of(page, item) {
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

/// A step that waits for the reader.
pub struct Waiting {
    pub href: String,
    pub title: String,
    pub about: String,
    pub trip: String,
    pub days: String,
    pub findings: Vec<FindingLine>,
    pub due: String,
    pub due_said: String,
    pub late: bool,
}

/// The steps of one kind.
pub struct InboxPart {
    pub heading: String,
    pub rows: Vec<Waiting>,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxTemplate {
    frame: Frame,
    parts: Vec<InboxPart>,
    total: i64,
    overdue: usize,
    first: Option<String>,
    next: Option<String>,
}

/// The parts of the inbox, by kind of step, most urgent first.
pub async fn waiting(page: &PageRequest, inbox: &Value) -> PageResult<Vec<InboxPart>> {
    let registers = entries(page);
    let mut parts: Vec<(String, InboxPart)> = Vec::new();
    for item in items(inbox, "/items") {
        let procedure = text(item, "/procedure");
        let entry = registers.iter().find(|e| e.procedures.iter().any(|p| p.word() == procedure));
        let path = format!("/{}/{}", entry.map_or("", |e| e.path), text(item, "/delegation_id"));
        // Only what differs from the rule; a body that is consulted sees nothing of it.
        let assessment = if_seen(page, &format!("{path}/assessment")).await?.unwrap_or_default();
        let kind = text(item, "/step/kind").to_owned();
        let (due, due_said, late) = show::due_at(item, "/step/due_on", page.today, page.language);
        let (from, to) = (day_at(item, "/begins_on"), day_at(item, "/ends_on"));
        let people = number(item, "/headcount");
        let row = Waiting {
            href: path,
            title: text(item, "/title").to_owned(),
            about: format!("{} · {}", text(item, "/number"), text(item, "/agency/name")),
            trip: format!("{} · {people} {}", countries_of(page, item), page.t("người", "people")),
            days: from.zip(to).map(|(from, to)| show::days(from, to)).unwrap_or_default(),
            findings: findings(&page.contract, &assessment, page.language),
            due: due.map(|d| show::long_day(d, page.language)).unwrap_or_default(),
            due_said: if due.is_none() { page.t("không định hạn", "no term").to_owned() } else { due_said },
            late,
        };
        match parts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, part)) => part.rows.push(row),
            None => {
                let heading = page.contract.label("step_kind", &kind, page.language);
                parts.push((kind, InboxPart { heading, rows: vec![row] }));
            }
        }
    }
    Ok(parts.into_iter().map(|(_, part)| part).collect())
}

async fn inbox_made(page: &PageRequest) -> PageResult<HttpResponse> {
    let cursor = page.asked("cursor").map(|c| format!("&cursor={}", encoded(&c))).unwrap_or_default();
    let inbox = page.get(&format!("/inbox?count=true&limit=50{cursor}")).await?;
    let parts = waiting(page, &inbox).await?;
    let next = inbox.pointer("/next").and_then(Value::as_str);
    let body = InboxTemplate {
        frame: Frame::of(page, "/inbox", page.t("Việc chờ", "Inbox")).await?,
        total: number(&inbox, "/total"),
        overdue: parts.iter().flat_map(|part| &part.rows).filter(|row| row.late).count(),
        first: parts.iter().flat_map(|part| &part.rows).next().map(|row| row.href.clone()),
        next: next.map(|cursor| format!("/inbox?cursor={}", encoded(cursor))),
        parts,
    };
    Ok(html(200, &body))
}

pub async fn show_inbox(page: PageRequest) -> HttpResponse {
    answer(&page, inbox_made(&page).await).await
}
