//! The page of figures: notes first, a picture with its sentence, the table in which every number opens its dossiers.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Datelike;
use serde_json::Value;

use crate::pages::contract::Offer;
use crate::pages::figures::asked::{AskedChoice, FiguresAsked, MORE};
use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, items, may, number, text};

/// One number of the table.
pub struct FigureCell {
    pub value: String,
    /// The dossiers behind it; empty where somebody may not see them, or where it is of another year.
    pub href: String,
}

pub struct FigureRow {
    pub label: String,
    pub cells: Vec<FigureCell>,
}

/// A register that has figures.
pub struct FigureTab {
    pub label: String,
    pub href: String,
    pub here: bool,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    lead: String,
    tabs: Vec<FigureTab>,
    path: String,
    first: Vec<Offer>,
    second: Vec<Offer>,
    years: Vec<Offer>,
    compare: bool,
    from: String,
    to: String,
    /// Another page led here with an agency.
    agency_id: String,
    seldom: Vec<AskedChoice>,
    more: Vec<Offer>,
    special: bool,
    /// What is wrong with the question.
    fault: String,
    notes: Vec<String>,
    picture: String,
    picture_said: String,
    /// In a sentence, what the picture shows.
    striking: String,
    heading: String,
    heads: Vec<String>,
    rows: Vec<FigureRow>,
    total: Option<FigureRow>,
    all: String,
    files: Vec<(String, String)>,
}

/// The measures of a row, in the order of the table: its own, then those of the year before, then the change.
struct Columns<'a> {
    asked: &'a FiguresAsked,
    compared: bool,
}

impl Columns<'_> {
    fn measures(&self) -> Vec<&str> {
        let more = MORE.into_iter().filter(|m| self.asked.measures.iter().any(|asked| asked == m));
        ["delegations", "visits", "persons"].into_iter().chain(more).collect()
    }

    fn heads(&self, page: &PageRequest) -> Vec<String> {
        let label = |word: &str| page.contract.label("measure", word, page.language);
        let mut heads: Vec<String> = self.measures().into_iter().map(label).collect();
        if self.compared {
            heads.push(format!("{}, {}", label("visits"), page.t("năm trước", "year before")));
            heads.push(page.t("Thêm, bớt", "Change").to_owned());
        }
        heads
    }

    fn cells(&self, row: &Value, href: &str) -> Vec<FigureCell> {
        let linked = |value: String| FigureCell { value, href: href.to_owned() };
        let bare = |value: String| FigureCell { value, href: String::new() };
        let one = |measure: &str| match row.get(measure) {
            Some(Value::Array(sums)) => bare(sums.iter().map(show::money).collect::<Vec<_>>().join("; ")),
            Some(sum @ Value::Object(_)) => bare(show::money(sum)),
            Some(Value::Null) | None => bare("–".to_owned()),
            Some(_) => linked(show::grouped(number(row, &format!("/{measure}")))),
        };
        let mut cells: Vec<FigureCell> = self.measures().into_iter().map(one).collect();
        if self.compared {
            let change = number(row, "/difference/visits");
            let sign = if change > 0 { "+" } else { "" };
            cells.push(bare(show::grouped(number(row, "/previous/visits"))));
            cells.push(bare(format!("{sign}{}", show::grouped(change))));
        }
        cells
    }
}

/// The greatest rows in a sentence.
fn striking(page: &PageRequest, rows: &[Value], total: i64) -> String {
    let mut most: Vec<&Value> = rows.iter().filter(|r| number(r, "/visits") > 0).collect();
    most.sort_by_key(|r| -number(r, "/visits"));
    let Some(first) = most.first() else { return String::new() };
    if most.len() < 2 || total == 0 {
        return String::new();
    }
    let share = number(first, "/visits") * 100 / total;
    let named = text(first, "/label");
    page.language.say(
        &format!("Nhiều nhất: {named}, {share} % số lượt"),
        &format!("The most: {named}, {share} % of the person-trips"),
    )
}

/// All numbers of the picture in words, for whoever does not see it.
fn picture_said(page: &PageRequest, asked: &FiguresAsked, rows: &[Value]) -> String {
    let line = |r: &Value| {
        let now = format!("{} {}", text(r, "/label"), show::grouped(number(r, "/visits")));
        match asked.compare {
            true => format!("{now} ({})", show::grouped(number(r, "/previous/visits"))),
            false => now,
        }
    };
    let mut rows: Vec<&Value> = rows.iter().collect();
    rows.sort_by_key(|r| -number(r, "/visits"));
    let lines: Vec<String> = rows.into_iter().take(25).map(line).collect();
    let about = page.t("Biểu đồ lượt người", "Chart of person-trips");
    let all = page.t("Số đầy đủ ở bảng dưới.", "All numbers are in the table below.");
    format!("{about} {}: {}. {all}", asked.said(page), lines.join(", "))
}

/// The key of a row in an address; none for a table that is not divided.
fn key_of(row: &Value) -> Option<String> {
    let keys: Vec<&str> = items(row, "/keys").iter().filter_map(Value::as_str).collect();
    if keys.is_empty() { row.get("key").and_then(Value::as_str).map(str::to_owned) } else { Some(keys.join(",")) }
}

async fn made(page: &PageRequest, register: &str) -> PageResult<HttpResponse> {
    let counted: Vec<_> = entries(page).into_iter().filter(|entry| entry.counted.is_some()).collect();
    let entry = counted.iter().find(|entry| entry.key == register).ok_or_else(Trouble::not_found)?;
    let me = page.me().await?;
    let asked = FiguresAsked::read(page);
    let (path, query) = (format!("/statistics/{register}"), asked.query());
    let (mut status, mut fault) = (200, String::new());
    let figures = match page.get(&format!("{path}?{query}")).await {
        Ok(figures) => figures,
        // A question that the API does not take is told beside the question.
        Err(Trouble::Refused { status: 400, problem }) => {
            (status, fault) = (400, show::said(&problem));
            Value::Null
        }
        Err(trouble) => return Err(trouble),
    };
    let opens = may(&me, "read_dossiers");
    let records = |key: Option<&str>| match (opens, key) {
        (false, _) => String::new(),
        (true, None) => format!("{path}/records?{}", asked.counted()),
        // The key of those of whom nothing is known is empty.
        (true, Some(key)) => format!("{path}/records?{}&key={}", asked.counted(), encoded(key)),
    };
    let rows = items(&figures, "/rows");
    let columns = Columns { asked: &asked, compared: asked.compare };
    let row = |r: &Value| FigureRow {
        label: text(r, "/label").to_owned(),
        cells: columns.cells(r, &records(key_of(r).as_deref())),
    };
    let label = entry.label.in_language(page.language);
    let title = format!("{label} {}", asked.said(page));
    let mut heads: Vec<String> = vec![
        asked.by.iter().map(|d| page.contract.label("dimension", d, page.language)).collect::<Vec<_>>().join(" · "),
    ];
    heads.extend(columns.heads(page));
    let tab = |e: &&&'static kernel::procedure::RegisterEntry| FigureTab {
        label: e.label.in_language(page.language).to_owned(),
        href: format!("/statistics/{}?{query}", e.key),
        here: e.key == register,
    };
    let overview = FigureTab {
        label: page.t("Toàn cảnh năm", "The year").to_owned(),
        href: "/statistics/overview".to_owned(),
        here: false,
    };
    let file = |format: &str| (format.to_uppercase(), format!("/api/v1{path}?{query}&format={format}"));
    let total = figures.get("total").filter(|_| fault.is_empty());
    let day = |iso: &str| iso.parse().map_or_else(|_| iso.to_owned(), show::day);
    let body = FiguresPage {
        frame: Frame::of(page, "/statistics", &title).await?.crumb(page.t("Số liệu", "Figures"), "/statistics"),
        lead: format!("{} {}", page.t("Số liệu đến", "As of"), show::long_day(page.today, page.language)),
        tabs: std::iter::once(overview).chain(counted.iter().map(|e| tab(&e))).collect(),
        first: asked.groupings(page, 0),
        second: asked.groupings(page, 1),
        years: asked.years(page.today.year()),
        compare: asked.compare,
        from: day(&asked.from),
        to: day(&asked.to),
        seldom: asked.seldom(page),
        more: asked.more(page),
        special: asked.is_special(),
        fault,
        notes: items(&figures, "/notes").iter().map(|n| text(n, "/detail").to_owned()).collect(),
        picture: if rows.is_empty() { String::new() } else { format!("/api/v1{path}?{query}&format=svg&style=screen") },
        picture_said: picture_said(page, &asked, rows),
        striking: striking(page, rows, number(&figures, "/total/visits")),
        heading: format!("{} {}", page.t("Lượt người", "Person-trips"), asked.said(page)),
        heads,
        rows: rows.iter().map(row).collect(),
        total: total.map(|t| FigureRow {
            label: page.t("Tổng, mỗi đoàn một lần", "Total, each delegation once").to_owned(),
            cells: columns.cells(t, &records(None)),
        }),
        all: records(None),
        agency_id: asked.agency_id.clone(),
        files: ["xlsx", "csv", "svg"].into_iter().map(file).collect(),
        path,
    };
    Ok(html(status, &body))
}

pub async fn show_figures(page: PageRequest, register: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &register).await).await
}

/// The first register that has figures.
pub async fn show_first(page: PageRequest) -> HttpResponse {
    match entries(&page).into_iter().find(|entry| entry.counted.is_some()) {
        Some(entry) => crate::pages::request::see_other(&format!("/statistics/{}", entry.key)),
        None => answer(&page, Err(Trouble::not_found())).await,
    }
}
