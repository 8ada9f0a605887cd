//! The passport numbers of the guests of a visit, for a reason that is written down. No other page shows a number.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use crate::pages::form_body::FormBody;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::register;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, items, may, text};

/// A guest and their number.
struct NumberedGuest {
    name: String,
    nationality: String,
    number: String,
}

#[derive(Template)]
#[template(path = "reveal.html")]
struct RevealPage {
    frame: Frame,
    /// What was typed and is at fault.
    reason: String,
    fault: String,
    guests: Vec<NumberedGuest>,
    back: String,
}

/// Whether a dossier holds numbers that whoever looks at it may ask for.
pub fn has_numbers(me: &Value, dossier: &Value) -> bool {
    let numbered = |guest: &Value| !text(guest, "/passport_number").is_empty();
    may(me, "reveal_passports") && items(dossier, "/guests").iter().any(numbered)
}

async fn made(page: &PageRequest, id: &str, sent: Option<&Typed>) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let back = format!("/{}/{id}", register.path);
    let dossier = page.get(&back).await?;
    let title = page.t("Số hộ chiếu của khách", "Passport numbers of the guests");
    let frame = Frame::below(page, &register, title).await?.crumb_of(text(&dossier, "/title"), &back);
    let (mut reason, mut fault, mut guests, mut status) = (String::new(), String::new(), Vec::new(), 200);
    if let Some(typed) = sent {
        typed.get("/reason").unwrap_or_default().trim().clone_into(&mut reason);
        let call = format!("{back}/guests/reveal");
        let answer = page.send(Method::POST, &call, &[], &json!({"reason": reason})).await;
        let told = answer.json();
        status = answer.status;
        if status == 200 {
            let nation = |guest: &Value| page.contract.label("country", text(guest, "/nationality"), page.language);
            let numbered = |guest: &Value| NumberedGuest {
                name: text(guest, "/full_name").to_owned(),
                nationality: nation(guest),
                number: text(guest, "/passport_number").to_owned(),
            };
            guests = items(&told, "/items").iter().map(numbered).collect();
        } else {
            let first = items(&told, "/errors").first().map(|e| text(e, "/detail").to_owned());
            fault = first.unwrap_or_else(|| show::said(&told));
        }
    }
    Ok(html(status, &RevealPage { frame, reason, fault, guests, back }))
}

pub async fn ask(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &id, None).await).await
}

pub async fn show_numbers(page: PageRequest, id: web::Path<String>, form: FormBody) -> HttpResponse {
    let typed = Typed::of_form(&form);
    answer(&page, made(&page, &id, Some(&typed)).await).await
}
