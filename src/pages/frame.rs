//! The frame around every page: who is signed in, where they may go, how much waits; and the pages for what cannot be
//! shown.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _};
use askama::Template;
use serde_json::Value;

use crate::access::sessions::IDLE_MINUTES;
use crate::error::Code;
use crate::pages::assets;
use crate::pages::collections::lookup::of_area;
use crate::pages::collections::model::Area;
use crate::pages::marks::{self, marked};
use crate::pages::packing::travelling;
use crate::pages::registers::{RegisterPages, entries};
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded, see_other};
use crate::pages::show::{self, items, may, number, text};
use kernel::text::Language;

/// A place that the navigation names.
pub struct NavPlace {
    pub label: String,
    pub href: String,
    pub count: Option<i64>,
    /// Something there is late.
    pub late: bool,
    pub here: bool,
    /// Begins a group.
    pub group: bool,
}

/// The account as the head of the page names it.
pub struct Person {
    pub name: String,
    pub post: String,
    pub username: String,
    /// Single keys do something in lists.
    pub shortcuts: bool,
}

/// A page above this one.
pub struct Crumb {
    pub label: String,
    pub href: String,
    /// It is a name, in Vietnamese whatever the language of the page.
    pub named: bool,
}

pub struct Frame {
    pub language: Language,
    pub title: String,
    /// The title is a name of the province's own, in Vietnamese whatever the language of the page.
    pub named: bool,
    /// The address of this page, for the switch of languages and for signing in again.
    pub address: String,
    pub person: Option<Person>,
    pub places: Vec<NavPlace>,
    pub crumbs: Vec<Crumb>,
    /// What was just recorded.
    pub done: Option<String>,
    pub today: String,
    /// The version of what is shown, for a print; 0 where it has none.
    pub version: i64,
    /// The query of a search.
    pub searched: String,
    pub style: String,
    pub script: String,
    pub icon: String,
}

impl Frame {
    /// The frame of a page that needs no sign-in.
    pub fn open(page: &PageRequest, title: &str) -> Self {
        Frame {
            language: page.language,
            title: title.to_owned(),
            named: false,
            address: page.address(),
            person: None,
            places: Vec::new(),
            crumbs: Vec::new(),
            done: None,
            // The day alone: with the minute no page would be known again on a bad line.
            today: show::long_day(page.today, page.language),
            version: 0,
            searched: String::new(),
            style: assets::address("pages.css"),
            script: assets::address("page.js"),
            icon: assets::address("star.svg"),
        }
    }

    /// The frame of a page for the person who is signed in; `here` is the path of the place that the page belongs to.
    pub async fn of(page: &PageRequest, here: &str, title: &str) -> PageResult<Self> {
        let me = page.me().await?;
        let counts = page.counts().await?;
        let done = page.asked("done").map(|act| {
            let said = page.contract.label("action", &act, page.language);
            format!("{}: {said}", page.t("Đã ghi", "Recorded"))
        });
        Ok(Frame {
            person: Some(Person {
                name: text(&me, "/full_name").to_owned(),
                post: post_of(page, &me),
                username: text(&me, "/username").to_owned(),
                shortcuts: show::is_true(&me, "/settings/shortcuts"),
            }),
            places: places(page, &me, &counts, here),
            done,
            ..Frame::open(page, title)
        })
    }

    /// The frame of a page of a register, below its list.
    pub async fn below(page: &PageRequest, register: &RegisterPages, title: &str) -> PageResult<Self> {
        let list = format!("/{}", register.path);
        Ok(Frame::of(page, &list, title).await?.crumb(register.label(page.language), &list))
    }

    /// One of two texts, by the language of the reader.
    pub fn t<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.language.pick(vi, en)
    }

    /// A text with names in it, as HTML.
    pub fn marked(&self, text: &str) -> String {
        marks::html(text, self.language == Language::Vietnamese)
    }

    /// Seconds without use after which a session ends.
    pub fn idle(&self) -> i64 {
        IDLE_MINUTES * 60
    }

    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    pub fn crumb(mut self, label: &str, href: &str) -> Self {
        self.crumbs.push(Crumb { label: label.to_owned(), href: href.to_owned(), named: false });
        self
    }

    /// A crumb that is the name of somebody or something.
    pub fn crumb_of(mut self, name: &str, href: &str) -> Self {
        self.crumbs.push(Crumb { label: name.to_owned(), href: href.to_owned(), named: true });
        self
    }
}

/// The post of a person: that of the official, else the first seat or role that they hold, and their agency.
fn post_of(page: &PageRequest, me: &Value) -> String {
    let held = |list: &str, member: &str, words: &str| {
        let first = items(me, list).first()?;
        Some(page.contract.label(words, text(first, member), page.language))
    };
    let post = match text(me, "/official/post") {
        "" => held("/seats", "/body", "body").or_else(|| held("/roles", "/role", "role")).unwrap_or_default(),
        post => marked(post),
    };
    match text(me, "/agency/name") {
        "" => post,
        agency => format!("{post}, {}", marked(agency)),
    }
}

/// The places that the account may go to.
fn places(page: &PageRequest, me: &Value, counts: &Value, here: &str) -> Vec<NavPlace> {
    let place = |vi, en, href: &str, count: Option<i64>, late, group| NavPlace {
        label: page.t(vi, en).to_owned(),
        href: href.to_owned(),
        count: count.filter(|n| *n > 0),
        late,
        here: href == here,
        group,
    };
    let mut all = vec![place("Trang chính", "Home", "/", None, false, false)];
    if may(me, "read_inbox") {
        let (waiting, late) = (number(counts, "/inbox_total"), number(counts, "/inbox_overdue"));
        all.push(place("Việc chờ", "Inbox", "/inbox", Some(waiting), late > 0, false));
    }
    if may(me, "read_dossiers") {
        for entry in entries(page) {
            let href = format!("/{}", entry.path);
            all.push(place(entry.label.vi, entry.label.en, &href, None, false, false));
        }
    }
    if may(me, "read_calendar") {
        all.push(place("Lịch", "Calendar", "/calendar", None, false, false));
    }
    if may(me, "read_dossiers") {
        let (open, late) = (number(counts, "/duties"), number(counts, "/duties_overdue"));
        all.push(place("Nghĩa vụ", "Duties", "/duties", Some(open), late > 0, true));
    }
    let mut more: Vec<(&str, &str, &str)> = Vec::new();
    if may(me, "read_plans") {
        more.push(("Kế hoạch năm", "Annual plans", "/plans"));
    }
    if may(me, "read_statistics") {
        more.push(("Số liệu", "Figures", "/statistics"));
    }
    if may(me, "read_reports") {
        more.push(("Báo cáo", "Reports", "/reports"));
    }
    if may(me, "read_agencies") || may(me, "read_officials") {
        more.push(("Danh mục", "Registers", "/registers"));
    }
    if may(me, "read_regulations") {
        more.push(("Quy định", "Regulations", "/regulations"));
    }
    if of_area(Area::Administration, me).next().is_some() {
        more.push(("Quản trị", "Administration", "/administration"));
    }
    all.extend(more.into_iter().enumerate().map(|(n, (vi, en, href))| place(vi, en, href, None, false, n == 0)));
    all.push(place("Tài khoản của tôi", "My account", "/me", None, false, true));
    all.push(place("Trợ giúp", "Help", "/help", None, false, false));
    all
}

/// Scripts and styles only of this site; nothing may frame a page, and forms go only here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types page";

/// A page as a response.
pub fn html(status: u16, template: &impl Template) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match template.render() {
        Ok(body) => with_headers(HttpResponse::build(status)).body(body),
        Err(reason) => {
            tracing::error!(%reason, "a page could not be made");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn with_headers(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::VARY, HeaderValue::from_static("Cookie, Accept-Language, Accept-Encoding")));
    response
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    heading: String,
    detail: String,
    next: String,
    /// The same page from its beginning.
    again: String,
    trace_id: String,
}

#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    frame: Frame,
    /// Where it leads.
    address: String,
}

/// The page, or the page that says why there is none.
pub async fn answer(page: &PageRequest, made: PageResult<HttpResponse>) -> HttpResponse {
    match made {
        Ok(response) => travelling(&page.http, response),
        Err(Trouble::SignIn) => sign_in_first(page),
        // Nothing else is open to them before.
        Err(Trouble::Refused { problem, .. }) if text(&problem, "/code") == Code::SecondFactorRequired.word() => {
            see_other("/me")
        }
        Err(Trouble::Refused { status, problem }) => refused(page, status, &problem).await,
    }
}

/// Who comes by a link of another site brings no cookie (`SameSite=Strict`). The browser is asked to come once more by
/// itself, and then brings it.
pub fn comes_again(page: &PageRequest) -> Option<HttpResponse> {
    let from = page.http.headers().get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let bare = matches!(from, Some("cross-site" | "same-site")) && !page.has_cookie();
    bare.then(|| leads_to(page, &page.address()))
}

/// A page that leads on by itself.
pub fn leads_to(page: &PageRequest, address: &str) -> HttpResponse {
    html(200, &AgainPage { frame: Frame::open(page, page.t("Đang mở", "Opening")), address: address.to_owned() })
}

fn sign_in_first(page: &PageRequest) -> HttpResponse {
    if let Some(again) = comes_again(page) {
        return again;
    }
    see_other(&format!("/sign-in?next={}", encoded(&page.address())))
}

/// The page for an address that leads nowhere.
pub async fn nowhere(http: &HttpRequest) -> HttpResponse {
    match PageRequest::extract(http).await {
        Ok(page) => refused(&page, 404, &Value::Null).await,
        Err(error) => error.error_response(),
    }
}

/// The page that says why there is none, for whom nobody has asked the API yet.
pub fn refused_before(page: &PageRequest, status: u16, problem: &Value) -> HttpResponse {
    trouble(page, status, problem, |heading| Frame::open(page, heading))
}

async fn refused(page: &PageRequest, status: u16, problem: &Value) -> HttpResponse {
    let known = Frame::of(page, "", "").await.ok();
    trouble(page, status, problem, |heading| match known {
        Some(frame) => Frame { title: heading.to_owned(), ..frame },
        None => Frame::open(page, heading),
    })
}

fn trouble(page: &PageRequest, status: u16, problem: &Value, frame: impl FnOnce(&str) -> Frame) -> HttpResponse {
    let heading = match status {
        404 => page.t("Không tìm thấy trang này", "This page was not found").to_owned(),
        400 => page.t("Địa chỉ này không đúng", "This address is not valid").to_owned(),
        413 => page.t("Nội dung gửi đi quá dài", "Too much was sent").to_owned(),
        403 => page.t("Không có quyền xem trang này", "You may not see this page").to_owned(),
        500.. => page.t("Máy chủ gặp lỗi", "Something went wrong on the server").to_owned(),
        _ => text(problem, "/title").to_owned(),
    };
    let next = match status {
        404 => page.t(
            "Địa chỉ sai, hoặc hồ sơ này không thuộc phạm vi của bạn.",
            "The address is wrong, or the dossier is not one that you may see.",
        ),
        _ => "",
    };
    // An address that somebody changed, or a place in an older list.
    let again = if status == 400 && page.http.method() == Method::GET { page.http.path() } else { "" };
    let frame = frame(&heading);
    let detail = if status == 404 { String::new() } else { text(problem, "/detail").to_owned() };
    let trace_id = if status >= 500 { text(problem, "/trace_id").to_owned() } else { String::new() };
    html(status, &TroublePage { frame, heading, detail, next: next.to_owned(), again: again.to_owned(), trace_id })
}
