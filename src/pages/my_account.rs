//! One's own account: password, sign-ins, keys, second factor.

use actix_web::http::Method;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde_json::{Value, json};

use crate::pages::form_body::FormBody;
use crate::pages::forms::fields::FaultLine;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, judged, see_other};
use crate::pages::show::{self, is_true, items, text};

struct SignIn {
    id: String,
    since: String,
    used: String,
    place: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    username: String,
    post: String,
    rights: Vec<String>,
    sign_ins: Vec<SignIn>,
    shortcuts: bool,
    /// Whether there is a second factor, whether there must be one, and how many recovery codes are left.
    factor: bool,
    factor_required: bool,
    codes_left: i64,
    /// What the provider of accounts elsewhere is called, whether the account is linked to one there, and what that is called.
    provider: Option<String>,
    linked: bool,
    linked_to: String,
    /// Until when nobody has to prove again who they are; empty if they have to.
    proved_until: String,
    faults: Vec<FaultLine>,
}

impl MePage {
    /// What is wrong with a field.
    fn fault(&self, id: &str) -> &str {
        self.faults.iter().find(|fault| fault.id == id).map_or("", |fault| &fault.text)
    }

    /// There are sign-ins beside this one.
    fn has_others(&self) -> bool {
        self.sign_ins.iter().any(|sign_in| !sign_in.current)
    }
}

pub async fn me_made(page: &PageRequest, status: u16, faults: Vec<FaultLine>) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let sessions = page.get("/me/sessions").await?;
    let factor = page.get("/me/second-factor").await?;
    let provider = page.get("/me/provider").await?;
    let sign_in = |s: &Value| SignIn {
        id: text(s, "/id").to_owned(),
        since: show::moment(text(s, "/created_at"), page.language),
        used: show::moment(text(s, "/last_used_at"), page.language),
        place: show::joined(
            [
                text(s, "/address"),
                text(s, "/agent"),
                &page.contract.label("sign_in_factor", text(s, "/factor"), page.language),
            ],
            " · ",
        ),
        current: is_true(s, "/current"),
    };
    let frame = Frame::of(page, "/me", page.t("Tài khoản của tôi", "My account")).await?;
    let body = MePage {
        username: text(&me, "/username").to_owned(),
        post: frame.person.as_ref().map(|p| p.post.clone()).unwrap_or_default(),
        rights: items(&me, "/permissions")
            .iter()
            .filter_map(Value::as_str)
            .map(|p| page.contract.label("permission", p, page.language))
            .collect(),
        sign_ins: items(&sessions, "/items").iter().map(sign_in).collect(),
        shortcuts: is_true(&me, "/settings/shortcuts"),
        factor: is_true(&factor, "/enrolled"),
        factor_required: is_true(&factor, "/required"),
        codes_left: factor.pointer("/recovery_codes_left").and_then(Value::as_i64).unwrap_or(0),
        provider: provider.pointer("/provider").and_then(Value::as_str).map(str::to_owned),
        linked: is_true(&provider, "/linked"),
        linked_to: text(&provider, "/label").to_owned(),
        proved_until: match text(&factor, "/proved_until") {
            "" => String::new(),
            until => show::moment(until, page.language),
        },
        faults,
        frame,
    };
    Ok(html(status, &body))
}

#[get("/me")]
pub async fn account(page: PageRequest) -> HttpResponse {
    answer(&page, me_made(&page, 200, Vec::new()).await).await
}

/// What is wrong with a small form of the account: each field that the API names, else the panel of the form.
fn faults_of(path: &str, problem: &Value) -> Vec<FaultLine> {
    let line = |id: &str, text: &str| FaultLine { id: id.to_owned(), text: text.to_owned() };
    let of_field = |fault: &Value| match text(fault, "/pointer") {
        "/new" => line("new", text(fault, "/detail")),
        "/current" => line("current", text(fault, "/detail")),
        "/password" => line("proof", text(fault, "/detail")),
        "/code" => line("proof-code", text(fault, "/detail")),
        _ => line(panel_of(path), text(fault, "/detail")),
    };
    let told: Vec<FaultLine> = items(problem, "/errors").iter().map(of_field).collect();
    if told.is_empty() { vec![line(panel_of(path), text(problem, "/detail"))] } else { told }
}

/// A fault of a whole panel.
pub fn panel_fault(panel: &str, said: String) -> Vec<FaultLine> {
    vec![FaultLine { id: panel.to_owned(), text: said }]
}

fn panel_of(path: &str) -> &'static str {
    match path {
        "/me/password" => "current",
        "/me/proof" => "proof",
        "/me/provider" => "provider",
        _ => "second-factor",
    }
}

/// Sends a small form of the account to the API.
pub async fn sent(page: &PageRequest, method: Method, path: &str, body: Value) -> PageResult<HttpResponse> {
    let answer = page.send(method, path, &[], &body).await;
    if matches!(answer.status, 403 | 409 | 422 | 429) {
        return me_made(page, answer.status, faults_of(path, &answer.json())).await;
    }
    judged(answer)?;
    Ok(see_other("/me"))
}

#[post("/me/password")]
pub async fn password(page: PageRequest, form: FormBody) -> HttpResponse {
    let typed = Typed::of_form(&form);
    let body =
        json!({"current": typed.get("/current").unwrap_or_default(), "new": typed.get("/new").unwrap_or_default()});
    answer(&page, sent(&page, Method::POST, "/me/password", body).await).await
}

#[post("/me/settings")]
pub async fn settings(page: PageRequest, form: FormBody) -> HttpResponse {
    let body = json!({"shortcuts": Typed::of_form(&form).get("/shortcuts").is_some()});
    answer(&page, sent(&page, Method::PATCH, "/me/settings", body).await).await
}

#[post("/me/sessions/{id}/end")]
pub async fn end_session(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, sent(&page, Method::DELETE, &format!("/me/sessions/{id}"), json!({})).await).await
}

async fn others_ended(page: &PageRequest) -> PageResult<HttpResponse> {
    let sessions = page.get("/me/sessions").await?;
    for other in items(&sessions, "/items").iter().filter(|session| !is_true(session, "/current")) {
        let path = format!("/me/sessions/{}", text(other, "/id"));
        judged(page.send(Method::DELETE, &path, &[], &json!({})).await)?;
    }
    Ok(see_other("/me"))
}

#[post("/me/sessions/end-others")]
pub async fn end_others(page: PageRequest) -> HttpResponse {
    answer(&page, others_ended(&page).await).await
}
