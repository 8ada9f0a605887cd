//! Search and duties: what stands across all dossiers.

use actix_web::{HttpResponse, get};
use askama::Template;
use serde_json::Value;

use crate::pages::collections::listing::{AreaTab, tabs};
use crate::pages::collections::lookup::collection;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::lists::{Row, row};
use crate::pages::printing::{ListPrint, listed};
use crate::pages::registers;
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::{self, is_true, items, may, text};

/// Somebody or something that a search finds.
struct FoundLine {
    href: String,
    name: String,
    about: String,
}

struct FoundDossiers {
    heading: String,
    rows: Vec<Row>,
    all: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    dossiers: Vec<FoundDossiers>,
    /// People, partners and agencies, each kind with its heading.
    things: Vec<(String, Vec<FoundLine>)>,
    nothing: bool,
}

async fn found(page: &PageRequest) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let q = page.asked("q").unwrap_or_default().trim().to_owned();
    let mut dossiers = Vec::new();
    let mut things = Vec::new();
    let asked = encoded(&q);
    if !q.is_empty() {
        if may(&me, "read_dossiers") {
            for register in registers::all(page) {
                let list =
                    page.get(&format!("/{}?q={asked}&sort=-updated_at&limit=20&waiting=true", register.path)).await?;
                let rows: Vec<Row> = items(&list, "/items").iter().map(|item| row(page, &register, item)).collect();
                if !rows.is_empty() {
                    let all = format!("/{}?q={asked}", register.path);
                    dossiers.push(FoundDossiers { heading: register.label(page.language).to_owned(), rows, all });
                }
            }
        }
        let kinds = [
            ("read_officials", "officials", page.t("Cán bộ", "Officials")),
            ("read_partners", "partners", page.t("Đối tác", "Partners")),
            ("read_agencies", "agencies", page.t("Cơ quan", "Agencies")),
        ];
        for (_, path, heading) in kinds.into_iter().filter(|(right, ..)| may(&me, right)) {
            let list = page.get(&format!("/{path}?q={asked}&limit=20")).await?;
            let line = |t: &Value| FoundLine {
                href: format!("/{path}/{}", text(t, "/id")),
                name: [text(t, "/full_name"), text(t, "/name")].concat(),
                about: show::joined([text(t, "/post"), text(t, "/agency/name"), text(t, "/code")], ", "),
            };
            let lines: Vec<FoundLine> = items(&list, "/items").iter().map(line).collect();
            if !lines.is_empty() {
                things.push((heading.to_owned(), lines));
            }
        }
    }
    let title = if q.is_empty() {
        page.t("Tìm kiếm", "Search").to_owned()
    } else {
        format!("{} «{q}»", page.t("Tìm", "Search"))
    };
    let mut frame = Frame::of(page, "", &title).await?;
    frame.searched = q;
    let nothing = dossiers.is_empty() && things.is_empty();
    Ok(html(200, &SearchPage { frame, dossiers, things, nothing }))
}

#[get("/search")]
pub async fn search(page: PageRequest) -> HttpResponse {
    answer(&page, found(&page).await).await
}

struct Owed {
    href: String,
    what: String,
    who: String,
    dossier: String,
    agency: String,
    due: String,
    due_said: String,
    late: bool,
    cite: String,
}

#[derive(Template)]
#[template(path = "duties.html")]
struct DutiesPage {
    frame: Frame,
    tabs: Vec<AreaTab>,
    duties: Vec<Owed>,
    next: Option<String>,
    print: ListPrint,
    overdue: bool,
}

async fn owed(page: &PageRequest) -> PageResult<HttpResponse> {
    let overdue = page.asked("overdue").is_some();
    let narrowed = if overdue { "overdue=true&" } else { "" };
    let (list, print) = listed(page, "/duties", &format!("{narrowed}open=true"), true).await?;
    let duty = |d: &Value| {
        let (due, due_said, late) = page.due_at(d, "/due_on");
        Owed {
            href: format!("/duties/{}", text(d, "/id")),
            what: page.contract.label("duty", text(d, "/code"), page.language),
            who: show::joined([text(d, "/full_name"), text(d, "/task")], " · "),
            dossier: text(d, "/title").to_owned(),
            agency: text(d, "/agency/name").to_owned(),
            due: due.map(show::day).unwrap_or_default(),
            due_said: if due.is_none() { page.t("không định hạn", "no term").to_owned() } else { due_said },
            late: late && is_true(d, "/overdue"),
            cite: text(d, "/citation").to_owned(),
        }
    };
    let next = list.pointer("/next").and_then(Value::as_str);
    let me = page.me().await?;
    let body = DutiesPage {
        tabs: collection("duties").map(|of| tabs(page, &me, of)).unwrap_or_default(),
        frame: Frame::of(page, "/duties", page.t("Nghĩa vụ", "Duties")).await?,
        duties: items(&list, "/items").iter().map(duty).collect(),
        next: print.next(next.map(|cursor| format!("/duties?{narrowed}cursor={}", encoded(cursor)))),
        print,
        overdue,
    };
    Ok(html(200, &body))
}

#[get("/duties")]
pub async fn duties(page: PageRequest) -> HttpResponse {
    answer(&page, owed(&page).await).await
}
