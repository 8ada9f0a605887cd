//! The first page of a place of the navigation: its lists in a line each; for the administration, how the system is.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Bytes;
use askama::Template;
use serde_json::Value;

use crate::pages::collections::lookup::of_area;
use crate::pages::collections::model::{Area, Collection};
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{self, is_true, items, may, may_any, number, text};

pub struct PlaceLine {
    pub label: String,
    pub about: String,
    pub href: String,
}

/// Something to know about the system, and whether it is as it should be.
pub struct StatusLine {
    pub label: String,
    pub said: String,
    pub well: bool,
    pub href: String,
}

#[derive(Template)]
#[template(path = "place.html")]
struct PlacePage {
    frame: Frame,
    lines: Vec<PlaceLine>,
    status: Vec<StatusLine>,
}

/// Whoever has one of these may import lists of some kind.
pub const IMPORT_RIGHTS: [&str; 5] =
    ["import_lists", "administer_accounts", "administer_agencies", "keep_passports", "draft_plans"];

/// Days after which a backup is too old.
const OLD_BACKUP: i64 = 2;

/// Days after which the server should have verified the trail again.
const OLD_VERDICT: i64 = 2;

/// Where the whole trail is verified: to read all of it at every look would take seconds once it is long.
const VERIFIES: &str = "/administration?trail=verified";

/// How the trail is: when all of it was last verified, and up to which row it is signed; verified now, if that was asked for.
async fn trail(page: &PageRequest) -> PageResult<StatusLine> {
    let label = page.t("Nhật ký", "Audit trail").to_owned();
    let now = page.asked("trail").as_deref() == Some("verified");
    let seen = page.if_seen(if now { "/audit/verification" } else { "/audit/verification?last=true" }).await?;
    let signed = page.if_seen("/audit/checkpoint").await?.unwrap_or_default();
    let words = page.t("đã ký đến dòng {}", "signed up to row {}");
    let signed = words.replace("{}", &show::grouped(number(&signed, "/seq")));
    let Some(seen) = seen else {
        let never = page.t("Chưa kiểm chứng lần nào", "Never verified yet");
        return Ok(StatusLine { label, said: format!("{never}; {signed}"), well: true, href: VERIFIES.into() });
    };
    // A verdict that is old says nothing of today.
    let old = show::day_of_moment(text(&seen, "/at")).is_some_and(|day| (page.today - day).num_days() > OLD_VERDICT);
    let well = is_true(&seen, "/whole") && !old;
    let when = match show::moment(text(&seen, "/at"), page.language) {
        none if none.is_empty() => page.t("vừa kiểm chứng", "verified just now").to_owned(),
        at => format!("{} {at}", page.t("kiểm chứng lúc", "verified at")),
    };
    let row = show::grouped(number(&seen, "/seq"));
    let tell = page.t("báo ngay người phụ trách", "tell whoever is responsible at once");
    let said = match (is_true(&seen, "/whole"), number(&seen, "/seq")) {
        (true, _) => format!("{}: {row}; {when}; {signed}", page.t("Nguyên vẹn, số dòng", "Whole, rows")),
        (false, 0) => format!("{}; {when}: {tell}", page.t("Không kiểm chứng được", "It could not be verified")),
        (false, _) => format!("{} {row}; {when}: {tell}", page.t("Không nguyên vẹn từ dòng", "Not whole from row")),
    };
    Ok(StatusLine { label, said, well, href: if now { "/audit" } else { VERIFIES }.into() })
}

/// How mail is doing.
async fn mail(page: &PageRequest) -> PageResult<StatusLine> {
    let state = page.if_seen("/mail").await?.unwrap_or_default();
    let (waiting, failed) = (number(&state, "/waiting"), number(&state, "/failed"));
    let mut said = match (is_true(&state, "/configured"), show::moment(text(&state, "/last_sent_at"), page.language)) {
        (false, _) => {
            page.t("Chưa đặt máy chủ thư: không gửi thư nào", "No mail server is set: nothing is sent").to_owned()
        }
        (true, never) if never.is_empty() => page.t("Chưa gửi thư nào", "Nothing was sent lately").to_owned(),
        (true, last) => format!("{} {last}", page.t("Gửi gần nhất", "Last sent")),
    };
    if waiting + failed > 0 {
        let words = [page.t("chờ gửi", "waiting"), page.t("không gửi được", "failed")];
        said = format!("{said}; {waiting} {}, {failed} {}", words[0], words[1]);
    }
    if !text(&state, "/last_error").is_empty() {
        said = format!("{said}: {}", text(&state, "/last_error"));
    }
    Ok(StatusLine { label: page.t("Thư", "Mail").to_owned(), said, well: failed == 0, href: String::new() })
}

/// How the system is, as far as the account may know.
pub async fn status(page: &PageRequest, me: &Value) -> PageResult<Vec<StatusLine>> {
    let t = |vi: &str, en: &str| page.t(vi, en).to_owned();
    let line =
        |label: String, said: String, well: bool, href: &str| StatusLine { label, said, well, href: href.into() };
    let version = text(&page.contract.document, "/info/version");
    let mut all = vec![line(t("Phiên bản", "Version"), version.to_owned(), true, "")];
    let ready = page.outside(Method::GET, "/readyz", Bytes::new()).await;
    let said = match ready.status {
        200 => t("Sẵn sàng: cơ sở dữ liệu, đĩa", "Ready: database, disk"),
        _ => show::said(&ready.json()),
    };
    all.push(line(t("Máy chủ", "Server"), said, ready.status == 200, ""));
    if may(me, "read_trail") {
        let taken = page.if_seen("/audit?action=backup&limit=1").await?.unwrap_or_default();
        let last = items(&taken, "/items").first().map(|row| text(row, "/at").to_owned());
        let day = last.as_deref().and_then(show::day_of_moment);
        let fresh = day.is_some_and(|day| (page.today - day).num_days() < OLD_BACKUP);
        let said = match &last {
            Some(at) => show::moment(at, page.language),
            None => t("Chưa sao lưu lần nào", "There was never a backup"),
        };
        all.push(line(t("Sao lưu gần nhất", "Last backup"), said, fresh, "/audit?action=backup"));
        all.push(trail(page).await?);
    }
    if may(me, "administer_webhooks") {
        all.push(mail(page).await?);
        let list = page.if_seen("/webhooks").await?.unwrap_or_default();
        let (mut failed, hooks) = (0, items(&list, "/items"));
        for hook in hooks {
            let path = format!("/webhooks/{}/deliveries?state=dead", encoded(text(hook, "/id")));
            failed += page.if_seen(&path).await?.map_or(0, |found| items(&found, "/items").len());
        }
        let off = hooks.iter().filter(|hook| !is_true(hook, "/active")).count();
        let said = format!(
            "{} {}, {failed} {}, {off} {}",
            hooks.len(),
            t("kết nối", "webhooks"),
            t("lần gửi hỏng", "failed deliveries"),
            t("đang tắt", "switched off")
        );
        all.push(line(t("Kết nối tự động", "Webhooks"), said, failed == 0 && off == 0, "/webhooks"));
    }
    Ok(all)
}

async fn made(page: &PageRequest, area: Area, vi: &str, en: &str) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let line = |c: &'static Collection| PlaceLine {
        label: c.label.in_language(page.language).to_owned(),
        about: c.about.in_language(page.language).to_owned(),
        href: format!("/{}", c.path),
    };
    let mut lines: Vec<PlaceLine> = of_area(area, &me).map(line).collect();
    if lines.is_empty() {
        return Err(Trouble::of_rights(page, &[]));
    }
    let mut more = |open: bool, (vi, en): (&str, &str), (about_vi, about_en): (&str, &str), href: &str| {
        if open {
            let (label, about) = (page.t(vi, en).to_owned(), page.t(about_vi, about_en).to_owned());
            lines.push(PlaceLine { label, about, href: href.to_owned() });
        }
    };
    if matches!(area, Area::Administration | Area::Registers) {
        let (label, about) = (("Nhập danh sách", "Imports"), ("Danh sách cũ từ Excel", "Old lists from spreadsheets"));
        more(may_any(&me, &IMPORT_RIGHTS), label, about, "/imports");
    }
    let status = match area {
        Area::Administration => {
            let (label, about) = (("Thay thế, ủy quyền", "Substitutions"), ("Ai thay ai", "Who stands in for whom"));
            more(may(&me, "administer_accounts"), label, about, "/substitutions");
            status(page, &me).await?
        }
        _ => Vec::new(),
    };
    let frame = Frame::of(page, area.href(), page.t(vi, en)).await?;
    Ok(html(200, &PlacePage { frame, lines, status }))
}

pub async fn show_registers(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page, Area::Registers, "Danh mục", "Registers").await).await
}

pub async fn show_administration(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page, Area::Administration, "Quản trị", "Administration").await).await
}
