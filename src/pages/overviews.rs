//! Search, calendar and duties: what stands across all dossiers.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{Datelike, Months};
use serde_json::Value;

use crate::pages::frame::{Frame, answer, html, may};
use crate::pages::lists::{Row, row};
use crate::pages::registers::{self, entries};
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::{self, day_at, is_true, items, number, text};
use kernel::time::Day;

/// People or units that a search finds.
struct FoundLine {
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
    people: Vec<FoundLine>,
    agencies: Vec<FoundLine>,
    nothing: bool,
}

async fn found(page: &PageRequest) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let q = page.asked("q").unwrap_or_default().trim().to_owned();
    let mut dossiers = Vec::new();
    let (mut people, mut agencies) = (Vec::new(), Vec::new());
    let asked = encoded(&q);
    if !q.is_empty() {
        if may(&me, "read_dossiers") {
            for register in registers::all(page) {
                let list = page.get(&format!("/{}?q={asked}&sort=-updated_at&limit=20", register.path)).await?;
                let rows: Vec<Row> = items(&list, "/items").iter().map(|item| row(page, &register, item)).collect();
                if !rows.is_empty() {
                    let all = format!("/{}?q={asked}", register.path);
                    dossiers.push(FoundDossiers { heading: register.label(page.language).to_owned(), rows, all });
                }
            }
        }
        let thing = |t: &Value| FoundLine {
            name: [text(t, "/full_name"), text(t, "/name")].concat(),
            about: show::joined([text(t, "/post"), text(t, "/agency/name"), text(t, "/code")], ", "),
        };
        if may(&me, "read_officials") {
            let list = page.get(&format!("/officials?q={asked}&limit=20")).await?;
            people.extend(items(&list, "/items").iter().map(thing));
        }
        if may(&me, "read_agencies") {
            let list = page.get(&format!("/agencies?q={asked}&limit=20")).await?;
            agencies.extend(items(&list, "/items").iter().map(thing));
        }
    }
    let title = if q.is_empty() {
        page.t("Tìm kiếm", "Search").to_owned()
    } else {
        format!("{} «{q}»", page.t("Tìm", "Search"))
    };
    let mut frame = Frame::of(page, "", &title).await?;
    frame.searched = q;
    let nothing = dossiers.is_empty() && people.is_empty() && agencies.is_empty();
    Ok(html(200, &SearchPage { frame, dossiers, people, agencies, nothing }))
}

#[get("/search")]
pub async fn search(page: PageRequest) -> HttpResponse {
    answer(&page, found(&page).await).await
}

struct Entry {
    href: String,
    title: String,
    number: String,
    agency: String,
    days: String,
    weekday: String,
    countries: String,
    direction: String,
    people: String,
}

struct ClashLine {
    name: String,
    sides: Vec<String>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    frame: Frame,
    month: String,
    before: String,
    after: String,
    clashes: Vec<ClashLine>,
    entries: Vec<Entry>,
}

async fn month(page: &PageRequest) -> PageResult<HttpResponse> {
    let asked = page.asked("month").and_then(|m| format!("{m}-01").parse::<Day>().ok());
    let first = asked.or_else(|| page.today.with_day(1)).unwrap_or(page.today);
    let next = first + Months::new(1);
    let last = next.pred_opt().unwrap_or(first);
    let seen = page.get(&format!("/calendar?from={first}&to={last}")).await?;
    let registers = entries(page);
    let entry = |e: &Value| {
        let of = registers.iter().find(|r| r.key == text(e, "/direction"));
        let (from, to) = (day_at(e, "/begins_on"), day_at(e, "/ends_on"));
        let people: Vec<&str> = items(e, "/people").iter().map(|p| text(p, "/full_name")).collect();
        Entry {
            href: format!("/{}/{}", of.map_or("", |r| r.path), text(e, "/delegation_id")),
            title: text(e, "/title").to_owned(),
            number: text(e, "/number").to_owned(),
            agency: text(e, "/agency/name").to_owned(),
            days: from.zip(to).map(|(from, to)| show::days(from, to)).unwrap_or_default(),
            weekday: from.map(|d| show::sentence(show::weekday(d, page.language))).unwrap_or_default(),
            countries: page.contract.countries(e, page.language),
            direction: of.map(|r| page.t(r.label.vi, r.label.en).to_owned()).unwrap_or_default(),
            people: if people.is_empty() {
                format!("{} {}", number(e, "/headcount"), page.t("người", "people"))
            } else {
                people.join(", ")
            },
        }
    };
    let side = |s: &Value| {
        let title = match text(s, "/title") {
            "" => page.t("một việc khác", "another engagement"),
            title => title,
        };
        format!(
            "{title} ({} – {})",
            show::moment(text(s, "/starts_at"), page.language),
            show::moment(text(s, "/ends_at"), page.language)
        )
    };
    let clash = |c: &Value| ClashLine {
        name: text(c, "/full_name").to_owned(),
        sides: items(c, "/sides").iter().map(side).collect(),
    };
    let address = |first: Day| format!("/calendar?month={}", first.format("%Y-%m"));
    let body = CalendarPage {
        frame: Frame::of(page, "/calendar", page.t("Lịch", "Calendar")).await?,
        month: format!("{:02}/{}", first.month(), first.year()),
        before: address(first - Months::new(1)),
        after: address(next),
        clashes: items(&seen, "/clashes").iter().map(clash).collect(),
        entries: items(&seen, "/items").iter().map(entry).collect(),
    };
    Ok(html(200, &body))
}

#[get("/calendar")]
pub async fn calendar(page: PageRequest) -> HttpResponse {
    answer(&page, month(&page).await).await
}

struct Owed {
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
    duties: Vec<Owed>,
    next: Option<String>,
    overdue: bool,
}

async fn owed(page: &PageRequest) -> PageResult<HttpResponse> {
    let overdue = page.asked("overdue").is_some();
    let narrowed = if overdue { "&overdue=true" } else { "" };
    let cursor = page.asked("cursor").map(|c| format!("&cursor={}", encoded(&c))).unwrap_or_default();
    let list = page.get(&format!("/duties?open=true&limit=50{narrowed}{cursor}")).await?;
    let duty = |d: &Value| {
        let (due, due_said, late) = show::due_at(d, "/due_on", page.today, page.language);
        Owed {
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
    let body = DutiesPage {
        frame: Frame::of(page, "/duties", page.t("Nghĩa vụ", "Duties")).await?,
        duties: items(&list, "/items").iter().map(duty).collect(),
        next: next.map(|cursor| format!("/duties?cursor={}", encoded(cursor))),
        overdue,
    };
    Ok(html(200, &body))
}

#[get("/duties")]
pub async fn duties(page: PageRequest) -> HttpResponse {
    answer(&page, owed(&page).await).await
}
