//! The list of a register: a table whose filters stand in its address.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::dossier::{number_of, span, state_class};
use crate::pages::forms::fields::FaultLine;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::list_filters::ListFilters;
use crate::pages::printing::{ListPrint, listed};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, is_true, items, may, number, text};

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
    /// What the agency is asked to add, or why its head sent the draft back.
    pub asked: String,
    /// Which of both.
    pub asked_for: &'static str,
    /// Whose turn it is.
    pub waits: String,
    /// Since when.
    pub since: String,
    /// The reader sees what they are asked about, and nothing else.
    pub asked_only: bool,
}

impl Row {
    /// A body that is only asked for its opinion does not learn what became of the dossier.
    fn hide_outcome(&mut self, page: &PageRequest) {
        let asked = page.t("Được hỏi ý kiến", "Asked for an opinion");
        self.state = if self.waits.is_empty() {
            page.t("Đã hỏi ý kiến", "Was asked").to_owned()
        } else {
            asked.to_owned()
        };
        self.state_class = "";
        // A due day that moves tells as much.
        if self.waits.is_empty() {
            (self.due, self.due_said, self.late) = (String::new(), String::new(), false);
        }
    }
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    path: &'static str,
    rows: Vec<Row>,
    total: i64,
    next: Option<String>,
    filters: ListFilters,
    /// They see what they are asked about, and not what became of it.
    asked_only: bool,
    /// Whoever drafts has dossiers of their own.
    may_draft: bool,
    print: ListPrint,
    sorts: Vec<SortLink>,
    /// The query of the API, for the files of the same list.
    files: String,
}

pub fn row(page: &PageRequest, register: &RegisterPages, item: &Value) -> Row {
    let (due, due_said, late) = page.due_at(item, "/due_on");
    let mut row = Row {
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
        asked: match item.get("returned").and_then(Value::as_str) {
            Some("") => page.t("không ghi lý do", "no reason was given").to_owned(),
            reason => reason.unwrap_or_default().to_owned(),
        },
        asked_for: match item.get("returned") {
            Some(_) => page.t("Thủ trưởng trả lại", "Sent back by the head"),
            None => page.t("Cần bổ sung", "To be added"),
        },
        waits: items(item, "/waiting_for")
            .iter()
            .filter_map(Value::as_str)
            .map(|body| page.contract.label("body", body, page.language))
            .collect::<Vec<_>>()
            .join(", "),
        since: show::day_of_moment(text(item, "/waiting_since")).map(show::day).unwrap_or_default(),
        // Where it is not known, nothing is told.
        asked_only: !is_true(item, "/seen_whole"),
    };
    if row.asked_only {
        row.hide_outcome(page);
    }
    row
}

/// A column by which the list may be sorted.
pub struct SortLink {
    pub label: String,
    pub href: String,
    /// `ascending`, `descending`, or nothing where the list is sorted by another column.
    pub now: &'static str,
}

fn sorts(page: &PageRequest, register: &RegisterPages, kept: &str, sort: &str) -> Vec<SortLink> {
    let first_day = if register.first_day == "/arrival_date" { "arrival_date" } else { "departure_date" };
    let columns = [
        ("number", page.t("Hồ sơ", "Dossier")),
        (first_day, page.t("Ngày, nước", "Days, country")),
        ("updated_at", page.t("lần sửa cuối", "last change")),
    ];
    let link = |(column, label): (&str, &str)| {
        let now = match sort.strip_prefix('-') {
            Some(by) if by == column => "descending",
            None if sort == column => "ascending",
            _ => "",
        };
        let turned = if now == "descending" { column.to_owned() } else { format!("-{column}") };
        let mark = if kept.is_empty() { "" } else { "&" };
        SortLink { label: label.to_owned(), href: format!("/{}?{kept}{mark}sort={turned}", register.path), now }
    };
    columns.into_iter().map(link).collect()
}

/// Whether somebody is only asked for opinions: whoever has no role sees what their seats open, and here that is parts of
/// dossiers alone.
async fn is_only_asked(page: &PageRequest, register: &RegisterPages, me: &Value) -> PageResult<bool> {
    if !items(me, "/roles").is_empty() {
        return Ok(false);
    }
    let seen = page.get(&format!("/{}?waiting=true&limit=50&sort=-updated_at", register.path)).await?;
    let seen = items(&seen, "/items");
    Ok(!seen.is_empty() && seen.iter().all(|item| !is_true(item, "/seen_whole")))
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let me = page.me().await?;
    let asked_only = is_only_asked(page, &register, &me).await?;
    let mut filters = ListFilters::read(page, &register, !asked_only).await;
    let sort = page.asked("sort").filter(|sort| !sort.is_empty()).unwrap_or_else(|| "-updated_at".to_owned());
    let ordered = |filter: &str| show::joined([filter, &format!("sort={}", encoded(&sort))], "&");
    let (asked, kept) = (ordered(&filters.query), ordered(&filters.kept));
    let query = format!("{asked}&count=true&waiting=true");
    // What cannot be understood finds nothing, and says so.
    let nothing = || (Value::Null, ListPrint::none());
    let (list, print) = match filters.faults.is_empty() {
        true => match listed(page, &format!("/{}", register.path), &query, true).await {
            // The order, or the place in the list: an address that somebody changed, or one of an older list.
            Err(Trouble::Refused { status: 400, problem }) => {
                filters.faults.push(FaultLine { id: "main".into(), text: text(&problem, "/detail").to_owned() });
                nothing()
            }
            answered => answered?,
        },
        false => nothing(),
    };
    let faulty = !filters.faults.is_empty();
    let label = register.label(page.language);
    let next = list.pointer("/next").and_then(Value::as_str);
    let body = ListPage {
        frame: Frame::of(page, &format!("/{}", register.path), label).await?,
        path: register.path,
        rows: items(&list, "/items").iter().map(|item| row(page, &register, item)).collect(),
        next: print.next(next.map(|cursor| format!("/{}?{kept}&cursor={}", register.path, encoded(cursor)))),
        print,
        sorts: sorts(page, &register, &filters.kept, &sort),
        total: number(&list, "/total"),
        may_draft: may(&me, "draft_dossiers"),
        asked_only,
        files: asked,
        filters,
    };
    Ok(html(if faulty { 422 } else { 200 }, &body))
}

pub async fn show_list(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
