//! The list of a collection: a table whose filters stand in its address, and what may be done with each row that has no page of
//! its own.

use actix_web::HttpResponse;
use askama::Template;
use chrono::Datelike;
use serde_json::Value;

use crate::pages::collections::lookup::{collection, of_area};
use crate::pages::collections::model::{Collection, InnerList, ItemAct};
use crate::pages::collections::words::Telling;
use crate::pages::contract::Offer;
use crate::pages::forms::days;
use crate::pages::forms::fields::FaultLine;
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind, field_of};
use crate::pages::frame::{Frame, answer, html};
use crate::pages::marks::marked;
use crate::pages::printing::{ListPrint, listed};
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{items, number, text};
use kernel::words::Label;

/// A cell of a table.
pub struct ItemCell {
    pub label: String,
    pub lines: Vec<String>,
    pub right: bool,
}

/// Where an act or a file of an item is.
pub struct ItemLink {
    pub label: String,
    pub href: String,
}

impl ItemLink {
    pub fn to(page: &PageRequest, label: Label, href: String) -> Self {
        ItemLink { label: label.in_language(page.language).to_owned(), href }
    }
}

/// An item in a table.
pub struct ListedItem {
    pub name: String,
    pub href: String,
    pub cells: Vec<ItemCell>,
    pub links: Vec<ItemLink>,
}

pub struct ItemTable {
    pub caption: String,
    /// The headings: of the name, and of each column.
    pub heads: Vec<(String, bool)>,
    pub rows: Vec<ListedItem>,
    pub has_links: bool,
    /// The list goes on there.
    pub next: Option<String>,
}

/// A filter of a list.
pub struct ListFilter {
    pub name: String,
    pub label: String,
    pub value: String,
    pub control: FilterControl,
}

pub enum FilterControl {
    Line,
    Choice(Vec<Offer>),
    Check,
}

/// A sibling of the list in the same place.
pub struct AreaTab {
    pub label: String,
    pub href: String,
    pub here: bool,
}

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage {
    frame: Frame,
    about: String,
    tabs: Vec<AreaTab>,
    path: String,
    filters: Vec<ListFilter>,
    total: Option<i64>,
    adds: Vec<ItemLink>,
    table: ItemTable,
    print: ListPrint,
    /// What in the address cannot be understood.
    faults: Vec<FaultLine>,
    /// The same list as a file.
    files: Vec<ItemLink>,
}

/// The lists of the same place that the account may read.
pub fn tabs(page: &PageRequest, me: &Value, of: &Collection) -> Vec<AreaTab> {
    let tab = |c: &'static Collection| AreaTab {
        label: c.label.in_language(page.language).to_owned(),
        href: c.href(),
        here: c.path == of.path,
    };
    of_area(of.area, me).map(tab).collect()
}

/// The address of an act: with the version that is seen, where the item has one.
pub fn act_link(page: &PageRequest, base: &str, act: &ItemAct, item: &Value) -> ItemLink {
    let seen = item.get("version").and_then(Value::as_i64).map(|v| format!("?version={v}")).unwrap_or_default();
    ItemLink::to(page, act.label, format!("{base}/{}{seen}", act.path))
}

/// Parameters of a list that are no filter of it.
const NO_FILTER: [&str; 6] = ["limit", "cursor", "count", "format", "reason", "id"];
/// Filters that hold an id: another page leads here with them.
const BY_LINK: [&str; 4] = ["agency_id", "delegation_id", "official_id", "at"];

/// Filters by yes or no of which the no is asked for as often.
const BOTH_WAYS: [&str; 2] = ["active", "activated"];

fn filters(page: &PageRequest, path: &str) -> Vec<ListFilter> {
    let mut all = Vec::new();
    for parameter in page.contract.parameters("get", path).filter(|p| text(p, "/in") == "query") {
        let name = text(parameter, "/name");
        if NO_FILTER.contains(&name) || BY_LINK.contains(&name) {
            continue;
        }
        let Some(FormField { kind, .. }) = field_of(&page.contract, parameter) else { continue };
        let value = page.asked(name).unwrap_or_default();
        let control = match kind {
            // Of accounts, those that are not are looked for, too.
            InputKind::YesNo if BOTH_WAYS.contains(&name) => {
                let said = [("true", page.t("Có", "Yes")), ("false", page.t("Không", "No"))];
                let offer = |(word, label): (&str, &str)| Offer {
                    value: word.to_owned(),
                    label: label.to_owned(),
                    chosen: value == word,
                };
                FilterControl::Choice(said.into_iter().map(offer).collect())
            }
            InputKind::YesNo => FilterControl::Check,
            InputKind::Choice { list, words } => {
                let offer = |word: &String| page.contract.offer(&list, word, *word == value, page.language);
                FilterControl::Choice(words.iter().map(offer).collect())
            }
            InputKind::Country => FilterControl::Choice(page.contract.offers("country", &value, page.language)),
            _ => FilterControl::Line,
        };
        let label = labels::of("query", name).map_or(name, |l| l.label(page.language)).to_owned();
        all.push(ListFilter { name: name.to_owned(), label, value, control });
    }
    all
}

/// Whether a filter is a day.
fn is_day(name: &str) -> bool {
    matches!(name, "from" | "to" | "on")
}

/// The query of what is asked of a list, without the place in it.
fn asked(page: &PageRequest, path: &str) -> Vec<String> {
    let names = page.contract.parameters("get", path).filter(|p| text(p, "/in") == "query");
    let names = names.map(|p| text(p, "/name")).filter(|name| !NO_FILTER.contains(name));
    // A day is typed as people write it.
    let typed = |v: String| days::day(&v).map_or_else(|_| v.trim().to_owned(), |day| day.to_string());
    let value = |name: &str| {
        let value = page.asked(name).map(|v| if is_day(name) { typed(v) } else { v.trim().to_owned() });
        value.filter(|v| !v.is_empty())
    };
    names.filter_map(|name| value(name).map(|v| format!("{name}={}", encoded(&v)))).collect()
}

/// The formats of a file in which a list can be taken away.
fn formats(page: &PageRequest, path: &str) -> Vec<String> {
    let format = page.contract.parameters("get", path).find(|p| text(p, "/name") == "format");
    let words = format.map_or(&[][..], |p| items(p, "/schema/enum")).iter().filter_map(Value::as_str);
    words.filter(|word| matches!(*word, "xlsx" | "csv")).map(str::to_owned).collect()
}

fn cells(telling: &Telling<'_>, columns: &[&str], item: &Value) -> Vec<ItemCell> {
    let cell = |name: &&str| ItemCell {
        label: telling.label(name),
        lines: telling.cell(item, name),
        right: telling.is_number(name),
    };
    columns.iter().map(cell).collect()
}

/// The name of an item, marked where it is one and no word of the contract; an item without one is called by its first words.
pub fn name_of(telling: &Telling<'_>, collection: &Collection, item: &Value) -> String {
    match telling.cell(item, collection.name).join(", ") {
        none if none.is_empty() => marked(&collection.name_of(item)),
        name => name,
    }
}

fn table(page: &PageRequest, me: &Value, of: &'static Collection, list: &Value, next: Option<String>) -> ItemTable {
    let path = format!("/api/v1/{}", of.path);
    let schema = page.contract.item_of(&path).unwrap_or_default();
    let telling = Telling::of(&page.contract, schema, page.language);
    let has_page = of.has_page(&page.contract);
    let row = |item: &Value| {
        let base = of.item_href(item);
        let mut links = Vec::new();
        if !has_page {
            links.extend(of.acts.iter().filter(|a| a.is_offered(me, item)).map(|a| act_link(page, &base, a, item)));
        }
        let file = |(at, label): &(&str, Label)| ItemLink::to(page, *label, format!("/api/v1{base}/{at}"));
        links.extend(of.files.iter().map(file));
        ListedItem {
            name: name_of(&telling, of, item),
            href: if has_page { base } else { String::new() },
            cells: cells(&telling, of.columns, item),
            links,
        }
    };
    let rows: Vec<ListedItem> = items(list, "/items").iter().map(row).collect();
    let head = |name: &&str| (telling.label(name), telling.is_number(name));
    ItemTable {
        caption: of.label.in_language(page.language).to_owned(),
        heads: std::iter::once(&of.name).chain(of.columns).map(head).collect(),
        has_links: rows.iter().any(|row| !row.links.is_empty()),
        rows,
        next,
    }
}

/// A list that belongs to an item.
pub fn part_table(
    page: &PageRequest,
    me: &Value,
    (of, item): (&'static Collection, &Value),
    part: &'static InnerList,
    list: &Value,
) -> ItemTable {
    let path = of.part_path(part);
    let telling = Telling::of(&page.contract, page.contract.item_of(&path).unwrap_or_default(), page.language);
    let (first, columns) = part.columns.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let row = |inner: &Value| {
        let base = format!("{}/{}/{}", of.item_href(item), part.path, text(inner, "/id"));
        // An inner item that says nothing of its agency belongs to that of the whole.
        let judged = if inner.get("agency_id").is_some() { inner } else { item };
        let offered = |act: &&ItemAct| act.is_offered(me, &merged(judged, inner));
        let acts = part.acts.iter().filter(offered);
        // What has no version of its own changes with the whole.
        let seen = if inner.get("version").is_some() { inner } else { item };
        ListedItem {
            name: telling.cell(inner, first).join(", "),
            href: String::new(),
            cells: cells(&telling, columns, inner),
            links: acts.map(|act| act_link(page, &base, act, seen)).collect(),
        }
    };
    let rows: Vec<ListedItem> = items(list, "/items").iter().map(row).collect();
    let next = list.pointer("/next").and_then(Value::as_str);
    ItemTable {
        caption: part.label.in_language(page.language).to_owned(),
        heads: part.columns.iter().map(|name| (telling.label(name), telling.is_number(name))).collect(),
        has_links: rows.iter().any(|row| !row.links.is_empty()),
        next: next.map(|cursor| format!("{}?{}={}", of.item_href(item), part.path, encoded(cursor))),
        rows,
    }
}

/// The members of both, those of the inner one first.
fn merged(outer: &Value, inner: &Value) -> Value {
    let mut all = outer.as_object().cloned().unwrap_or_default();
    all.extend(inner.as_object().cloned().unwrap_or_default());
    Value::Object(all)
}

/// How the address of a page names an act that was just done: several lists of an item have an act of the same path.
pub fn done_word(part: Option<&InnerList>, act: &ItemAct) -> String {
    part.map_or_else(|| act.path.to_owned(), |part| format!("{}.{}", part.path, act.path))
}

/// What was just recorded, in the words of the act.
pub fn done(page: &PageRequest, of: &Collection) -> Option<String> {
    let asked = page.asked("done")?;
    let own = of.adds.iter().chain(of.acts).map(|act| (None, act));
    let inner = of.parts.iter().flat_map(|part| part.adds.iter().chain(part.acts).map(move |act| (Some(part), act)));
    let (_, act) = own.chain(inner).find(|(part, act)| done_word(*part, act) == asked)?;
    Some(format!("{}: {}", page.t("Đã ghi", "Recorded"), act.label.in_language(page.language)))
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let first = page.http.path().trim_matches('/').to_owned();
    let of = collection(&first).ok_or_else(Trouble::not_found)?;
    let me = page.me().await?;
    let path = format!("/api/v1/{}", of.path);
    let kept = asked(page, &path);
    let mut query = kept.clone();
    let takes = |name: &str| page.contract.takes("get", &path, name);
    query.extend(takes("count").then(|| "count=true".to_owned()));
    let limited = takes("limit");
    let ((list, print), faults) = match listed(page, &of.href(), &query.join("&"), limited).await {
        // A filter that cannot be understood, or a place of another list, finds nothing, and says so.
        Err(Trouble::Refused { status: 400, problem }) => {
            let fault = FaultLine { id: "main".into(), text: text(&problem, "/detail").to_owned() };
            ((Value::Null, ListPrint::none()), vec![fault])
        }
        answered => (answered?, Vec::new()),
    };
    let status = if faults.is_empty() { 200 } else { 422 };
    let kept = kept.join("&");
    let mark = if kept.is_empty() { "" } else { "&" };
    let next = list.pointer("/next").and_then(Value::as_str);
    let next = print.next(next.map(|cursor| format!("{}?{kept}{mark}cursor={}", of.href(), encoded(cursor))));
    let file = |format: String| ItemLink {
        label: format!("{} {}", page.t("Tải", "Download"), format.to_uppercase()),
        href: format!("{path}?{kept}{mark}format={format}"),
    };
    let own = |(at, label): &(&str, Label)| ItemLink::to(page, *label, format!("{path}/{at}"));
    let add = |act: &ItemAct| ItemLink::to(page, act.label, format!("{}/{}", of.href(), act.path));
    let mut adds: Vec<ItemLink> = of.adds.iter().filter(|a| a.is_offered(&me, &Value::Null)).map(add).collect();
    if of.key == "year" {
        // A year begins with its first item: the plan of a year that has none is there, empty.
        let years = [page.today.year(), page.today.year() + 1].map(|year| year.to_string());
        let new = years.into_iter().filter(|year| !items(&list, "/items").iter().any(|i| of.key_of(i) == *year));
        adds.extend(new.map(|year| ItemLink { href: format!("{}/{year}", of.href()), label: year }));
    }
    let title = of.label.in_language(page.language);
    let mut frame = Frame::of(page, of.area.href(), title).await?;
    frame.done = done(page, of);
    let body = CollectionPage {
        frame,
        about: of.about.in_language(page.language).to_owned(),
        tabs: tabs(page, &me, of),
        filters: filters(page, &path),
        total: list.get("total").and_then(Value::as_i64).map(|_| number(&list, "/total")),
        adds,
        table: table(page, &me, of, &list, next),
        print,
        faults,
        files: formats(page, &path).into_iter().map(file).chain(of.list_files.iter().map(own)).collect(),
        path: of.href(),
    };
    Ok(html(status, &body))
}

pub async fn show_list(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
