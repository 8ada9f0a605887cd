//! One's own second factor on the page of the account: enrolling an app, recovery codes, proving once more who one is.

use actix_web::http::Method;
use actix_web::{HttpResponse, post};
use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::{Value, json};

use crate::pages::form_body::FormBody;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::my_account::{me_made, panel_fault, sent};
use crate::pages::request::{PageRequest, PageResult, judged};
use crate::pages::show::{self, items, text};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct EnrolPage {
    frame: Frame,
    secret: String,
    address: String,
    /// A picture of the address, as SVG.
    picture: String,
    fault: String,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
}

/// The picture that an app reads; nothing if the address does not fit one, for the key stands beside it.
fn picture(address: &str) -> String {
    let Ok(code) = QrCode::new(address.as_bytes()) else { return String::new() };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // What stands before the picture itself is for files, not for pages.
    let from = drawn.find("<svg").unwrap_or(0);
    drawn.get(from..).unwrap_or_default().to_owned()
}

async fn enrolling(page: &PageRequest, status: u16, made: (&str, &str), fault: String) -> PageResult<HttpResponse> {
    let (secret, address) = (made.0.to_owned(), made.1.to_owned());
    let frame = Frame::of(page, "/me", page.t("Bật xác thực hai lớp", "Turn the second factor on")).await?;
    Ok(html(status, &EnrolPage { frame, picture: picture(&address), secret, address, fault }))
}

async fn with_codes(page: &PageRequest, given: &Value) -> PageResult<HttpResponse> {
    let codes = items(given, "/recovery_codes").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let frame = Frame::of(page, "/me", page.t("Mã khôi phục", "Recovery codes")).await?;
    Ok(html(200, &CodesPage { frame, codes }))
}

async fn begun(page: &PageRequest) -> PageResult<HttpResponse> {
    let answer = page.send(Method::POST, "/me/second-factor", &[], &json!({})).await;
    if matches!(answer.status, 403 | 409) {
        return me_made(page, answer.status, panel_fault("second-factor", show::said(&answer.json()))).await;
    }
    let made = judged(answer)?.json();
    enrolling(page, 200, (text(&made, "/secret"), text(&made, "/address")), String::new()).await
}

#[post("/me/second-factor")]
pub async fn begin(page: PageRequest) -> HttpResponse {
    answer(&page, begun(&page).await).await
}

async fn confirmed(page: &PageRequest, typed: &Typed) -> PageResult<HttpResponse> {
    let code = typed.get("/code").unwrap_or_default().trim();
    let answer = page.send(Method::POST, "/me/second-factor/confirm", &[], &json!({"code": code})).await;
    if matches!(answer.status, 403 | 422 | 429) {
        let made = (typed.get("secret").unwrap_or_default(), typed.get("address").unwrap_or_default());
        return enrolling(page, answer.status, made, show::said(&answer.json())).await;
    }
    let given = judged(answer)?.json();
    with_codes(page, &given).await
}

#[post("/me/second-factor/confirm")]
pub async fn confirm(page: PageRequest, form: FormBody) -> HttpResponse {
    answer(&page, confirmed(&page, &Typed::of_form(&form)).await).await
}

#[post("/me/second-factor/remove")]
pub async fn remove(page: PageRequest) -> HttpResponse {
    answer(&page, sent(&page, Method::DELETE, "/me/second-factor", json!({})).await).await
}

async fn renewed(page: &PageRequest) -> PageResult<HttpResponse> {
    let answer = page.send(Method::POST, "/me/recovery-codes", &[], &json!({})).await;
    if matches!(answer.status, 403 | 409) {
        return me_made(page, answer.status, panel_fault("second-factor", show::said(&answer.json()))).await;
    }
    let given = judged(answer)?.json();
    with_codes(page, &given).await
}

#[post("/me/recovery-codes")]
pub async fn renew(page: PageRequest) -> HttpResponse {
    answer(&page, renewed(&page).await).await
}

#[post("/me/proof")]
pub async fn prove(page: PageRequest, form: FormBody) -> HttpResponse {
    let typed = Typed::of_form(&form);
    let password = typed.get("/password").unwrap_or_default();
    let body = match typed.get("/proof-code").map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => json!({"password": password, "code": code}),
        None => json!({"password": password}),
    };
    answer(&page, sent(&page, Method::POST, "/me/proof", body).await).await
}
