//! Signing in and out in a browser, the first password, and the language.

use std::collections::HashMap;

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError as _, get, post, web};
use askama::Template;
use serde_json::json;

use crate::access::actions::AuthService;
use crate::access::call::stranger_of;
use crate::access::cookies;
use crate::access::sign_in::{FirstStep, Given, SignInWay, SignedIn};
use crate::error::Error;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{NUMBERS, carry_over};
use crate::pages::pasting::{is_pasting, show_again};
use crate::pages::request::{LANGUAGE, PageRequest, PageResult, Trouble, local, see_other};
use kernel::text::Language;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// Whether a password may be typed here.
    safe: bool,
    username: String,
    next: String,
    fault: Option<String>,
    /// A form that could not be sent because the session ended.
    held: String,
    /// What has just happened: the password was set, or somebody signed out.
    note: Option<String>,
    /// What the provider is called by whose accounts people may sign in, too.
    provider: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    frame: Frame,
    ticket: String,
    next: String,
    held: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "activate.html")]
struct ActivatePage {
    frame: Frame,
    safe: bool,
    token: String,
    faults: Vec<(String, String)>,
}

/// Whether what is typed can be read on the way: over TLS, or on this very machine, nobody reads it.
fn is_safe(page: &PageRequest) -> bool {
    let info = page.http.connection_info();
    let host = info
        .host()
        .rsplit_once(':')
        .map_or(info.host(), |(host, port)| if port.bytes().all(|b| b.is_ascii_digit()) { host } else { info.host() });
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1");
    local || info.scheme() == "https"
}

fn provider_of(desk: &AuthService) -> Option<String> {
    desk.provider.as_ref().map(|provider| provider.name().to_owned())
}

fn field(form: &HashMap<String, String>, name: &str) -> String {
    form.get(name).cloned().unwrap_or_default()
}

/// What a refusal says, in the language of the page.
pub fn said(page: &PageRequest, error: &Error) -> String {
    match error {
        Error::Refused(problem) => problem.detail.in_language(page.language).to_owned(),
        _ => page.t("Máy chủ gặp lỗi; hãy thử lại.", "Something went wrong on the server; try again.").to_owned(),
    }
}

#[get("/sign-in")]
pub async fn sign_in_form(page: PageRequest, desk: web::Data<AuthService>) -> HttpResponse {
    let note = match page.asked("after").as_deref() {
        Some("activate") => {
            Some(page.t("Đã đặt mật khẩu. Hãy đăng nhập.", "The password is set. Sign in now.").to_owned())
        }
        Some("provider") => Some(
            page.t(
                "Chưa đăng nhập: dịch vụ dùng chung không xác nhận.",
                "Not signed in: the service did not confirm it.",
            )
            .to_owned(),
        ),
        Some("sign-out") => Some(page.t("Đã đăng xuất.", "You are signed out.").to_owned()),
        _ => None,
    };
    let frame = Frame::open(&page, page.t("Đăng nhập", "Sign in"));
    let next = local(page.asked("next").as_deref());
    let held = String::new();
    let (username, provider) = (String::new(), provider_of(&desk));
    html(200, &SignInPage { frame, safe: is_safe(&page), username, next, fault: None, held, note, provider })
}

/// The page after a sign-in by an account elsewhere that was refused.
pub fn refused_sign_in(page: &PageRequest, desk: &AuthService, error: &Error) -> HttpResponse {
    let frame = Frame::open(page, page.t("Đăng nhập", "Sign in"));
    let (safe, fault, provider) = (is_safe(page), Some(said(page, error)), provider_of(desk));
    let (username, next, held) = (String::new(), "/".to_owned(), String::new());
    let status = error.status_code().as_u16();
    html(status, &SignInPage { frame, safe, username, next, fault, held, note: None, provider })
}

/// Asks for the code of the second factor.
pub fn ask_code(page: &PageRequest, ticket: String, next: &str) -> HttpResponse {
    let frame = Frame::open(page, page.t("Đăng nhập", "Sign in"));
    html(200, &CodePage { frame, ticket, next: next.to_owned(), held: String::new(), fault: None })
}

/// Characters of a user name.
const LONGEST_NAME: usize = 64;

/// Most bytes of a form that is carried over a new sign-in: sealed, it is longer by a third.
const MOST: usize = 360 << 10;

/// The page that a form led to. Whose session ended meanwhile signs in again, and finds what they typed.
pub async fn answer_form(page: &PageRequest, form: &web::Bytes, made: PageResult<HttpResponse>) -> HttpResponse {
    match made {
        Err(Trouble::SignIn) if form.len() <= MOST => {
            let plain = page.http.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
            let is_form = plain.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
            let desk = page.http.app_data::<web::Data<AuthService>>().filter(|_| is_form);
            let mut typed = Typed::of_form(form);
            typed.0.retain(|(at, _)| at.starts_with('/') || at == NUMBERS || is_pasting(at));
            show_again(&mut typed);
            let mut body = url::form_urlencoded::Serializer::new(String::new());
            typed.0.iter().for_each(|(at, value)| {
                body.append_pair(at, value);
            });
            match desk.and_then(|desk| desk.carried(&body.finish(), cookies::of(&page.http).as_deref())) {
                Some(held) => sign_in_again(page, held),
                None => answer(page, Err(Trouble::SignIn)).await,
            }
        }
        made => answer(page, made).await,
    }
}

/// Signing in again in the place of a page that was sent too late; what was typed goes with it.
fn sign_in_again(page: &PageRequest, held: String) -> HttpResponse {
    let frame = Frame::open(page, page.t("Đăng nhập", "Sign in"));
    let said = page.t(
        "Phiên đã hết. Nhập mật khẩu để gửi tiếp; nội dung vẫn còn.",
        "The session has ended. Enter your password to go on; nothing is lost.",
    );
    // The page of the form with the version that was seen, without the key of the sending that did not happen.
    let query = url::form_urlencoded::parse(page.http.query_string().as_bytes());
    let kept = query.filter(|(name, _)| !matches!(name.as_ref(), "key" | "method" | "held"));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let next = local(Some(&format!("{}{mark}{query}", page.http.path())));
    let username = String::new();
    let note = Some(said.to_owned());
    // What they typed would be lost on the way to the provider and back.
    html(401, &SignInPage { frame, safe: is_safe(page), username, next, fault: None, held, note, provider: None })
}

#[post("/sign-in")]
pub async fn sign_in(
    page: PageRequest,
    desk: web::Data<AuthService>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    // PostgreSQL takes no NUL, and no name has a control character.
    let username = field(&form, "/username");
    let username: String = username.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let next = local(Some(&field(&form, "next")));
    let safe = is_safe(&page);
    let frame = Frame::open(&page, page.t("Đăng nhập", "Sign in"));
    if !safe {
        // A password that could be read on the way is not even looked at.
        let held = String::new();
        return html(403, &SignInPage { frame, safe, username, next, fault: None, held, note: None, provider: None });
    }
    let opened = async {
        // Signing in somebody else than who sits there is what another site could want.
        cookies::require_same_origin(&Method::POST, page.http.headers())?;
        let password = field(&form, "/password");
        desk.login(username.clone(), password, SignInWay::Browser, stranger_of(&page.http)).await
    };
    let error = match opened.await {
        Ok(FirstStep::Code(ticket)) => {
            let held = field(&form, "held");
            return html(200, &CodePage { frame, ticket, next, held, fault: None });
        }
        Ok(FirstStep::In(done)) => return signed_in(&page, &desk, done, &next, &field(&form, "held")).await,
        Err(error) => error,
    };
    let fault = Some(said(&page, &error));
    let held = field(&form, "held");
    let provider = provider_of(&desk).filter(|_| held.is_empty());
    html(error.status_code().as_u16(), &SignInPage { frame, safe, username, next, fault, held, note: None, provider })
}

/// The second half of a sign-in: the code of the app, or a recovery code.
#[post("/sign-in/code")]
pub async fn sign_in_code(
    page: PageRequest,
    desk: web::Data<AuthService>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let (ticket, next) = (field(&form, "ticket"), local(Some(&field(&form, "next"))));
    let held = field(&form, "held");
    let done = async {
        cookies::require_same_origin(&Method::POST, page.http.headers())?;
        let code = field(&form, "/code");
        desk.login_by_code(ticket.clone(), code, SignInWay::Browser, stranger_of(&page.http)).await
    };
    let error = match done.await {
        Ok(done) => return signed_in(&page, &desk, done, &next, &held).await,
        Err(error) => error,
    };
    let frame = Frame::open(&page, page.t("Đăng nhập", "Sign in"));
    let (status, fault) = (error.status_code().as_u16(), Some(said(&page, &error)));
    if status == 410 {
        // From the start: the time for the code is over.
        let (username, safe) = (String::new(), is_safe(&page));
        return html(status, &SignInPage { frame, safe, username, next, fault, held, note: None, provider: None });
    }
    html(status, &CodePage { frame, ticket, next, held, fault })
}

/// The answer to a sign-in that is complete: the cookies, and the page that was asked for.
pub async fn signed_in(page: &PageRequest, desk: &AuthService, done: SignedIn, next: &str, held: &str) -> HttpResponse {
    let Given::Cookie(secret) = done.given else {
        return Error::Internal("a browser got tokens".into()).error_response();
    };
    let carried = desk.carried_back(held, &secret).await;
    let cookie = cookies::given(secret);
    let to = match carried {
        Some(form) => carry_over(&page.with_cookie(&cookie), next, &form).await,
        None => next.to_owned(),
    };
    let mut response = see_other(&to);
    // A cookie of a moment ago could be refused only if it were no header.
    let _ = response.add_cookie(&cookie);
    if let Some(device) = done.device {
        let _ = response.add_cookie(&cookies::device(device));
    }
    response
}

#[post("/sign-out")]
pub async fn sign_out(page: PageRequest) -> HttpResponse {
    // The API judges whether this site asked for it; a session that has ended already is signed out.
    let answer = page.send(Method::POST, "/auth/logout", &[], &json!({})).await;
    if !matches!(answer.status, 200..=299 | 401) {
        return see_other("/");
    }
    let mut response = see_other("/sign-in?after=sign-out");
    let _ = response.add_cookie(&cookies::taken_away());
    let forget = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(header::HeaderName::from_static("clear-site-data"), forget);
    response
}

#[get("/activate")]
pub async fn activate_form(page: PageRequest) -> HttpResponse {
    let frame = Frame::open(&page, page.t("Kích hoạt tài khoản", "Activate an account"));
    html(200, &ActivatePage { frame, safe: is_safe(&page), token: String::new(), faults: Vec::new() })
}

#[post("/activate")]
pub async fn activate(
    page: PageRequest,
    desk: web::Data<AuthService>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let (token, password) = (field(&form, "/token").trim().to_owned(), field(&form, "/password"));
    let set = async {
        cookies::require_same_origin(&Method::POST, page.http.headers())?;
        desk.activate(token.clone(), password, false, stranger_of(&page.http)).await
    };
    let error = match set.await {
        Ok(_) => return see_other("/sign-in?after=activate"),
        Err(error) => error,
    };
    let mut faults = Vec::new();
    if let Error::Refused(problem) = &error {
        let told = problem.errors.0.iter();
        faults.extend(told.map(|v| (v.pointer.clone(), v.detail.in_language(page.language).to_owned())));
    }
    if faults.is_empty() {
        faults.push(("/token".to_owned(), said(&page, &error)));
    }
    let frame = Frame::open(&page, page.t("Kích hoạt tài khoản", "Activate an account"));
    html(error.status_code().as_u16(), &ActivatePage { frame, safe: is_safe(&page), token, faults })
}

/// Changes the language and returns to the page.
#[get("/language")]
pub async fn language(page: PageRequest) -> HttpResponse {
    let to = if page.asked("to").as_deref() == Some("en") { Language::English } else { Language::Vietnamese };
    let word = to.tag();
    if page.has_cookie() {
        page.send(Method::PATCH, "/me/settings", &[], &json!({"language": word})).await;
    }
    let mut response = see_other(&local(page.asked("next").as_deref()));
    let _ = response.add_cookie(&Cookie::build(LANGUAGE, word).path("/").http_only(true).permanent().finish());
    response
}
