//! Imports: a file is checked first; its faults stand in the rows of the sheet; then it is taken in, and can be taken out.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::pages::contract::Offer;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, encoded, see_other, settled};
use crate::pages::show::{self, items, may, number, text};
use crate::pages::uploads::passed_on;

/// Most bytes of a file.
const MOST: usize = 20 << 20;

struct BatchLine {
    name: String,
    href: String,
    kind: String,
    state: String,
    class: &'static str,
    rows: String,
    when: String,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsPage {
    frame: Frame,
    lines: Vec<BatchLine>,
    next: Option<String>,
    kinds: Vec<Offer>,
    /// The templates of files, by kind.
    templates: Vec<(String, String)>,
    key: String,
    fault: String,
}

/// A row of the sheet with its remarks.
struct RemarkedRow {
    place: String,
    remarks: Vec<Remarked>,
}

struct Remarked {
    column: String,
    value: String,
    said: String,
    /// It keeps the file from being taken in.
    is_fault: bool,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportedFilePage {
    frame: Frame,
    kind: String,
    state: String,
    class: &'static str,
    /// It is being checked: how far it is.
    checking: bool,
    done: i64,
    rows: i64,
    progress: String,
    tally: Vec<(String, String)>,
    /// How many faults of each kind.
    groups: Vec<(String, usize)>,
    remarked: Vec<RemarkedRow>,
    shown: usize,
    only_faults: bool,
    path: String,
    annotated: String,
    commit: bool,
    undo: bool,
    key: String,
    fault: String,
    /// Accounts that were made, with what is told once.
    activations: Vec<(String, String, String)>,
}

fn state_class(state: &str) -> &'static str {
    match state {
        "committed" => "done",
        "rejected" | "failed" => "stop",
        "checking" => "wait",
        _ => "",
    }
}

/// The kinds of lists that an account may bring.
fn kinds(page: &PageRequest, me: &Value) -> Vec<Offer> {
    let open = |kind: &str| match kind {
        "accounts" => may(me, "administer_accounts"),
        "agencies" => may(me, "administer_agencies"),
        "passports" => may(me, "keep_passports") || may(me, "edit_officials"),
        "plan_items" => may(me, "handle_plans") || may(me, "draft_plans"),
        _ => may(me, "import_lists"),
    };
    page.contract.offers("import_kind", "", page.language).into_iter().filter(|o| open(&o.value)).collect()
}

async fn listed(page: &PageRequest, status: u16, fault: String) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let cursor = page.asked("cursor").map(|cursor| format!("&cursor={}", encoded(&cursor))).unwrap_or_default();
    let list = page.get(&format!("/imports?limit=50{cursor}")).await?;
    let line = |b: &Value| BatchLine {
        name: text(b, "/file_name").to_owned(),
        href: format!("/imports/{}", text(b, "/id")),
        kind: page.contract.label("import_kind", text(b, "/kind"), page.language),
        state: page.contract.label("import_state", text(b, "/state"), page.language),
        class: state_class(text(b, "/state")),
        rows: show::grouped(number(b, "/rows")),
        when: show::moment(text(b, "/created_at"), page.language),
    };
    let kinds = kinds(page, &me);
    let template = |o: &Offer| (o.label.clone(), format!("/api/v1/imports/templates/{}", o.value));
    let next = list.pointer("/next").and_then(Value::as_str);
    let body = ImportsPage {
        frame: Frame::of(page, "/registers", page.t("Nhập danh sách", "Imports")).await?,
        lines: items(&list, "/items").iter().map(line).collect(),
        next: next.map(|cursor| format!("/imports?cursor={}", encoded(cursor))),
        templates: kinds.iter().map(template).collect(),
        kinds,
        key: page.opened_key(),
        fault,
    };
    Ok(html(status, &body))
}

pub async fn show_imports(page: PageRequest) -> HttpResponse {
    answer(&page, listed(&page, 200, String::new()).await).await
}

async fn sent(page: &PageRequest, body: web::Payload) -> PageResult<HttpResponse> {
    match passed_on(page, body, "/imports", MOST).await? {
        Ok(batch) => Ok(see_other(&format!("/imports/{}", text(&batch, "/id")))),
        Err((status, fault)) => listed(page, status, fault.said).await,
    }
}

pub async fn upload(page: PageRequest, body: web::Payload) -> HttpResponse {
    answer(&page, sent(&page, body).await).await
}

/// Most rows of the sheet that a page shows; the annotated sheet has all.
const ROWS: usize = 200;

/// Faults and warnings by the row that they stand in, rows with faults first.
fn remarked(page: &PageRequest, batch: &Value, only_faults: bool) -> Vec<RemarkedRow> {
    let of = |list: &'static str, is_fault: bool| items(batch, list).iter().map(move |f| (is_fault, f));
    let mut all: Vec<(bool, &Value)> = of("/errors", true).collect();
    if !only_faults {
        all.extend(of("/warnings", false));
    }
    let place = |f: &Value| (text(f, "/sheet").to_owned(), number(f, "/row"));
    let faulty: std::collections::HashSet<(String, i64)> =
        all.iter().filter(|(is_fault, _)| *is_fault).map(|(_, f)| place(f)).collect();
    all.sort_by_key(|(is_fault, f)| (!faulty.contains(&place(f)), place(f), !is_fault));
    let mut rows: Vec<((String, i64), RemarkedRow)> = Vec::new();
    for (is_fault, fault) in all {
        let at = place(fault);
        if rows.last().is_none_or(|(last, _)| *last != at) {
            let said = match at.1 {
                0 => page.t("Cả tệp", "The whole file").to_owned(),
                row => show::joined([at.0.as_str(), &format!("{} {row}", page.t("dòng", "row"))], ", "),
            };
            rows.push((at, RemarkedRow { place: show::sentence(&said), remarks: Vec::new() }));
        }
        if let Some((_, row)) = rows.last_mut() {
            row.remarks.push(Remarked {
                column: text(fault, "/column").to_owned(),
                value: text(fault, "/value").to_owned(),
                said: text(fault, "/detail").to_owned(),
                is_fault,
            });
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// How many faults there are of each kind, the most frequent first.
fn groups(page: &PageRequest, batch: &Value) -> Vec<(String, usize)> {
    let mut all: Vec<(String, usize)> = Vec::new();
    for fault in items(batch, "/errors") {
        let label = page.contract.label("field_error", text(fault, "/code"), page.language);
        match all.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => all.push((label, 1)),
        }
    }
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all
}

async fn shown(page: &PageRequest, id: &str, made: Option<Value>, refused: (u16, String)) -> PageResult<HttpResponse> {
    let path = format!("/imports/{}", encoded(id));
    let batch = match made {
        Some(batch) => batch,
        None => page.get(&path).await?,
    };
    let state = text(&batch, "/state");
    let checking = state == "checking";
    let count = |at: &str| show::grouped(number(&batch, at));
    let only_faults = page.asked("only").is_some();
    let mut remarked = remarked(page, &batch, only_faults);
    remarked.truncate(ROWS);
    let once = |a: &Value| {
        let until = show::moment(text(a, "/expires_at"), page.language);
        (text(a, "/full_name").to_owned(), text(a, "/token").to_owned(), until)
    };
    let title = text(&batch, "/file_name").to_owned();
    let label = page.t("Nhập danh sách", "Imports");
    let mut frame = Frame::of(page, "/registers", &title).await?.crumb(label, "/imports");
    frame.named = true;
    let body = ImportedFilePage {
        frame,
        kind: page.contract.label("import_kind", text(&batch, "/kind"), page.language),
        state: page.contract.label("import_state", state, page.language),
        class: state_class(state),
        checking,
        done: number(&batch, "/done"),
        rows: number(&batch, "/rows"),
        progress: format!(
            "{} {}/{} {}",
            page.t("Đã đọc", "Read:"),
            count("/done"),
            count("/rows"),
            page.t("dòng", "rows")
        ),
        tally: [
            (page.t("dòng", "rows"), count("/rows")),
            (page.t("dòng nhận được", "accepted"), count("/accepted")),
            (page.t("dòng có lỗi", "with faults"), count("/rejected")),
            (page.t("đã tạo", "created"), count("/created")),
        ]
        .map(|(label, n)| (label.to_owned(), n))
        .into(),
        groups: groups(page, &batch),
        shown: remarked.len(),
        remarked,
        only_faults,
        annotated: format!("/api/v1{path}/annotated"),
        commit: state == "staged",
        undo: state == "committed",
        key: page.opened_key(),
        fault: refused.1,
        activations: items(&batch, "/activations").iter().map(once).collect(),
        path,
    };
    let mut response = html(refused.0, &body);
    if checking {
        // Whoever has no script sees how far it is, too.
        response.headers_mut().insert(HeaderName::from_static("refresh"), header::HeaderValue::from_static("5"));
    }
    Ok(response)
}

pub async fn show_import(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, shown(&page, &id, None, (200, String::new())).await).await
}

async fn acted(page: &PageRequest, id: &str, act: &str) -> PageResult<HttpResponse> {
    let path = format!("/imports/{}", encoded(id));
    let headers: Vec<(HeaderName, String)> = page.key().into_iter().collect();
    match settled(page.send(Method::POST, &format!("{path}/{act}"), &headers, &json!({})).await)? {
        // Tokens of new accounts are in this answer and nowhere else.
        Ok(batch) if !items(&batch, "/activations").is_empty() => {
            shown(page, id, Some(batch), (200, String::new())).await
        }
        Ok(_) => Ok(see_other(&path)),
        Err((status, problem)) => shown(page, id, None, (status, show::said(&problem))).await,
    }
}

pub async fn commit(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, acted(&page, &id, "commit").await).await
}

pub async fn undo(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, acted(&page, &id, "undo").await).await
}
