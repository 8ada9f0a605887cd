//! A frozen report: its tables as they were, what changed since beside them, every number with its records.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::pages::collections::lookup::collection;
use crate::pages::figures::records::{RecordLine, record_line};
use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, day_at, is_true, items, may, number, text};

/// A line of a frozen table.
struct FrozenLine {
    label: String,
    href: String,
    delegations: String,
    visits: String,
    persons: String,
    before: String,
    change: String,
}

struct FrozenTable {
    code: String,
    title: String,
    heading: String,
    lines: Vec<FrozenLine>,
    total: Option<FrozenLine>,
    notes: Vec<String>,
}

/// A record that counts otherwise now.
struct CorrectionLine {
    title: String,
    href: String,
    change: String,
    before: String,
    after: String,
}

/// What a register counted when the report was frozen, and counts now.
struct TotalLine {
    label: String,
    frozen: String,
    now: String,
    differs: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
struct FrozenReportPage {
    frame: Frame,
    lead: String,
    reason: String,
    early: bool,
    hash: String,
    rules: String,
    totals: Vec<TotalLine>,
    tables: Vec<FrozenTable>,
    corrections: Vec<CorrectionLine>,
    corrections_total: i64,
    files: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "report_records.html")]
struct ReportRecordsPage {
    frame: Frame,
    back: String,
    lines: Vec<RecordLine>,
    next: Option<String>,
}

fn figures(value: &Value, at: &str) -> [String; 3] {
    ["delegations", "visits", "persons"].map(|m| show::grouped(number(value, &format!("{at}/{m}"))))
}

fn frozen_line(path: &str, code: &str, opens: bool, line: &Value, key: Option<&str>) -> FrozenLine {
    let [delegations, visits, persons] = figures(line, "");
    let change = number(line, "/difference/visits");
    let key = key.map(|key| format!("&key={}", encoded(key))).unwrap_or_default();
    FrozenLine {
        label: text(line, "/label").to_owned(),
        href: if opens { format!("{path}/records?table={}{key}", encoded(code)) } else { String::new() },
        delegations,
        visits,
        persons,
        before: show::grouped(number(line, "/previous/visits")),
        change: if change > 0 { format!("+{}", show::grouped(change)) } else { show::grouped(change) },
    }
}

fn frozen_table(path: &str, opens: bool, table: &Value) -> FrozenTable {
    let code = text(table, "/code");
    let line = |l: &Value| frozen_line(path, code, opens, l, Some(text(l, "/key")));
    FrozenTable {
        code: code.to_owned(),
        title: text(table, "/title").to_owned(),
        heading: text(table, "/heading").to_owned(),
        lines: items(table, "/rows").iter().map(line).collect(),
        total: table.get("total").filter(|t| !t.is_null()).map(|t| frozen_line(path, code, opens, t, None)),
        notes: items(table, "/notes").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

async fn made(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let path = format!("/reports/{}", encoded(id));
    let report = page.get(&path).await?;
    let me = page.me().await?;
    // A cell lists dossiers by name, so that whoever sees figures alone opens none.
    let opens = may(&me, "read_dossiers");
    let registers = entries(page);
    let side = |c: &Value, at: &str| match day_at(c, &format!("{at}/date")) {
        Some(day) => {
            let visits = show::grouped(number(c, &format!("{at}/visits")));
            format!("{} · {visits} {}", show::day(day), page.t("lượt", "person-trips"))
        }
        None => page.t("không tính", "does not count").to_owned(),
    };
    let correction = |c: &Value| {
        let of = registers.iter().find(|r| r.procedures.iter().any(|p| p.word() == text(c, "/procedure")));
        let id = text(c, "/delegation_id");
        CorrectionLine {
            title: match text(c, "/title") {
                "" => page.t("Hồ sơ ngoài phạm vi xem", "A dossier that you may not see").to_owned(),
                title => show::joined([text(c, "/number"), title], " · "),
            },
            href: of.filter(|_| !id.is_empty()).map(|r| format!("/{}/{id}", r.path)).unwrap_or_default(),
            change: match text(c, "/change") {
                "added" => page.t("Thêm vào", "Added"),
                "removed" => page.t("Không còn tính", "Counts no longer"),
                _ => page.t("Tính khác", "Counts otherwise"),
            }
            .to_owned(),
            before: side(c, "/before"),
            after: side(c, "/after"),
        }
    };
    let total = |entry: &&'static kernel::procedure::RegisterEntry| {
        let said = |at: String| {
            let [delegations, visits, persons] = figures(&report, &at);
            format!(
                "{delegations} {}, {visits} {}, {persons} {}",
                page.t("đoàn", "delegations"),
                page.t("lượt", "person-trips"),
                page.t("người", "people")
            )
        };
        let (frozen, now) = (said(format!("/{}", entry.key)), said(format!("/now/{}", entry.key)));
        TotalLine { label: entry.label.in_language(page.language).to_owned(), differs: frozen != now, frozen, now }
    };
    let rules = items(&report, "/rules").iter().map(|r| {
        let count = number(r, "/delegations");
        format!("{} ({count} {})", text(r, "/code"), page.t("đoàn", "delegations"))
    });
    let title = text(&report, "/title").to_owned();
    let label = collection("reports").map_or("", |c| c.label.in_language(page.language));
    let mut frame = Frame::of(page, "/reports", &title).await?.crumb(label, "/reports");
    frame.named = true;
    frame.done = page.asked("done").map(|_| page.t("Đã chốt báo cáo", "The report is frozen").to_owned());
    let (from, to) = (day_at(&report, "/from"), day_at(&report, "/to"));
    let days = from.zip(to).map(|(from, to)| show::days(from, to)).unwrap_or_default();
    let frozen = show::moment(text(&report, "/frozen_at"), page.language);
    let file = |format: &str| (format.to_uppercase(), format!("/api/v1{path}?format={format}"));
    let body = FrozenReportPage {
        frame,
        lead: format!("{days} · {} {frozen}", page.t("chốt", "frozen")),
        reason: text(&report, "/reason").to_owned(),
        early: is_true(&report, "/early"),
        hash: text(&report, "/hash").to_owned(),
        rules: rules.collect::<Vec<_>>().join(", "),
        totals: registers.iter().filter(|r| r.counted.is_some()).map(total).collect(),
        tables: items(&report, "/tables").iter().map(|t| frozen_table(&path, opens, t)).collect(),
        corrections: items(&report, "/corrections").iter().map(correction).collect(),
        corrections_total: number(&report, "/corrections_total"),
        files: ["docx", "xlsx"].into_iter().map(file).collect(),
    };
    Ok(html(200, &body))
}

pub async fn show_report(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &id).await).await
}

async fn behind(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let path = format!("/reports/{}", encoded(id));
    let table = page.asked("table").ok_or_else(Trouble::not_found)?;
    let key = page.asked("key").map(|key| format!("&key={}", encoded(&key))).unwrap_or_default();
    let query = format!("table={}{key}", encoded(&table));
    let cursor = page.asked("cursor").map(|cursor| format!("&cursor={}", encoded(&cursor))).unwrap_or_default();
    let list = page.get(&format!("{path}/records?{query}&limit=200{cursor}")).await?;
    let registers = entries(page);
    // The code of a table, or the row of the summary, begins with the register that it counts.
    let row = page.asked("key").unwrap_or_default();
    let of = registers.iter().find(|r| table.starts_with(r.key) || row.starts_with(r.key));
    let line = |r: &Value| {
        let corrected =
            if is_true(r, "/corrected") { page.t("Đã sửa sau khi chốt", "Changed since") } else { "" };
        RecordLine { why: corrected.to_owned(), ..record_line(page, of.map(|of| of.path), r) }
    };
    let title = page.t("Hồ sơ làm nên số này", "Records behind this number");
    let frame = Frame::of(page, "/reports", title).await?.crumb(page.t("Báo cáo", "Report"), &path);
    let next = list.pointer("/next").and_then(Value::as_str);
    let body = ReportRecordsPage {
        frame,
        lines: items(&list, "/items").iter().map(line).collect(),
        next: next.map(|cursor| format!("{path}/records?{query}&cursor={}", encoded(cursor))),
        back: path,
    };
    Ok(html(200, &body))
}

pub async fn show_report_records(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, behind(&page, &id).await).await
}
