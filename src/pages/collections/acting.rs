//! The form of an act on a collection or on one of it: what the body of the call asks for, sent as that call. What is shown once,
//! such as the token of a reset, is shown by the page that the form leads to.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::pages::collections::candidates::candidates;
use crate::pages::collections::listing::{done_word, name_of};
use crate::pages::collections::target::Target;
use crate::pages::collections::words::Telling;
use crate::pages::form_body::FormBody;
use crate::pages::forms::compare::{DifferingField, SideBySide, is_asked, settle};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::names::of_chosen;
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{NUMBERS, forget, forget_restored, hide_numbers, restored_from, reveal_numbers, typed_before};
use crate::pages::marks::unmarked;
use crate::pages::request::{PageRequest, PageResult, encoded, local, see_other};
use crate::pages::show::{self, text};
use crate::pages::sign_in::answer_form;
use crate::pages::summary::SummaryRow;

#[derive(Template)]
#[template(path = "collection_act.html")]
struct CollectionActPage {
    frame: Frame,
    kicker: String,
    target: String,
    button: String,
    back: String,
    fields: Vec<DrawnField>,
    faults: Vec<FaultLine>,
    changed_said: String,
    /// What differs then between what was typed and what stands there now.
    conflicts: Vec<DifferingField>,
    /// Where typed passport numbers are kept.
    numbers: String,
    /// What it cannot be taken back from.
    final_said: String,
    rows: Vec<SummaryRow>,
}

/// What was made and is never shown again.
#[derive(Template)]
#[template(path = "collection_once.html")]
struct ShownOncePage {
    frame: Frame,
    label: String,
    secret: String,
    /// Whether it can be shown once more.
    again: bool,
    until: String,
    back: String,
}

async fn draw(page: &PageRequest, target: Target, mut typed: Typed, refusal: Refusal) -> PageResult<HttpResponse> {
    let label = target.act.label.in_language(page.language).to_owned();
    let list = target.of.label.in_language(page.language);
    let frame = Frame::of(page, target.of.area.href(), &label).await?.crumb(list, &target.of.href());
    let schema = page.contract.item_of(&format!("/api/v1/{}", target.of.path)).unwrap_or_default();
    let telling = Telling::of(&page.contract, schema, page.language);
    let kicker = if target.whole.is_null() { list.to_owned() } else { name_of(&telling, target.of, &target.whole) };
    let above = unmarked(&kicker);
    let frame = match target.back == target.of.href() {
        true => frame,
        false if above == kicker => frame.crumb(&above, &target.back),
        false => frame.crumb_of(&above, &target.back),
    };
    let rows = match target.part {
        Some(part) if !target.item.is_null() => {
            let path = target.of.part_path(part);
            let telling = Telling::of(&page.contract, page.contract.item_of(&path).unwrap_or_default(), page.language);
            telling.rows(&target.item, &[])
        }
        Some(_) => Vec::new(),
        // A form that changes the item shows it in its fields.
        None if target.method == Method::PATCH => Vec::new(),
        None => telling.rows(&target.item, &[target.of.name]),
    };
    let numbers = hide_numbers(page, &mut typed, &target.present().unwrap_or_default()).await?;
    let names = of_chosen(page, &target.fields, &typed, &target.item).await;
    let people = candidates(page, &target.fields).await?;
    let calendar = page.working_days_of(&typed).await;
    let drawing = refusal.drawing(page, &target.schema, &typed, &names, &people, &calendar);
    let changed = refusal.is_stale();
    let comparison =
        SideBySide { contract: &page.contract, schema: &target.schema, language: page.language, names: &names };
    let conflicts = match target.present().filter(|_| changed) {
        Some(now) => comparison.differing(&target.fields, "", &typed, &now),
        None => Vec::new(),
    };
    let key = page.form_key(refusal.needs_new_key());
    let seen = page.asked("version").filter(|_| !changed).or_else(|| target.version().map(|v| v.to_string()));
    // What never changes is its first version for as long as it is there.
    let seen = seen.or_else(|| Some("1".to_owned())).filter(|_| target.is_guarded(page));
    let version = seen.map(|v| format!("&version={}", encoded(&v))).unwrap_or_default();
    let then = page.asked("next").map(|next| format!("&next={}", encoded(&local(Some(&next))))).unwrap_or_default();
    let body = CollectionActPage {
        target: format!("{}?key={}{version}{}{then}", page.http.path(), encoded(&key), restored_from(page)),
        fields: drawing.fields(&target.fields),
        final_said: match target.act.path {
            "new" if target.of.path == "erasures" => {
                page.t("Không khôi phục được.", "It cannot be brought back.").to_owned()
            }
            "delete" => page.t("Không khôi phục được.", "It cannot be brought back.").to_owned(),
            "merge" => {
                page.t("Hai hồ sơ thành một; không tách lại được.", "Two become one; it cannot be undone.").to_owned()
            }
            _ => String::new(),
        },
        button: label,
        back: target.back,
        numbers,
        changed_said: if changed { refusal.said.clone() } else { String::new() },
        conflicts,
        faults: refusal.summary,
        kicker,
        rows,
        frame,
    };
    Ok(html(if refusal.status == 0 { 200 } else { refusal.status }, &body))
}

/// What the page that led here already knows, as if it had been typed.
fn begun(page: &PageRequest, target: &Target) -> Typed {
    let mut typed = Typed::default();
    for field in &target.fields {
        if let Some(value) = page.asked(&field.name).filter(|value| !value.is_empty()) {
            typed.set(&format!("/{}", field.name), &value);
        }
    }
    typed
}

async fn form(page: &PageRequest, target: PageResult<Target>) -> PageResult<HttpResponse> {
    let target = target?;
    let typed = match typed_before(page, &target.present().unwrap_or_default()).await {
        Some(held) => held,
        None => target.present().unwrap_or_else(|| begun(page, &target)),
    };
    draw(page, target, typed, Refusal::default()).await
}

/// Members of an answer that are shown once.
const ONCE: [&str; 2] = ["token", "secret"];
/// What is shown again for another reason.
const REVEALED: &str = "passport_number";

async fn shown_once(page: &PageRequest, target: &Target, made: &Value) -> PageResult<Option<HttpResponse>> {
    let again = target.act.path == "reveal";
    let names = if again { &[REVEALED][..] } else { &ONCE };
    let Some(secret) = names.iter().find_map(|name| made.get(*name)?.as_str()) else { return Ok(None) };
    let label = target.act.label.in_language(page.language);
    let until = [text(made, "/expires_at"), text(made, "/expires_on")].into_iter().find(|at| !at.is_empty());
    let until = until.map(|at| match show::moment(at, page.language) {
        none if none.is_empty() => show::day_at(made, "/expires_on").map(show::day).unwrap_or_default(),
        moment => moment,
    });
    let list = target.of.label.in_language(page.language);
    let frame = Frame::of(page, target.of.area.href(), label).await?.crumb(list, &target.of.href());
    let body = ShownOncePage {
        frame,
        label: label.to_owned(),
        secret: secret.to_owned(),
        again,
        until: until.unwrap_or_default(),
        back: target.back.clone(),
    };
    Ok(Some(html(200, &body)))
}

async fn sent(page: &PageRequest, target: PageResult<Target>, form: &[u8]) -> PageResult<HttpResponse> {
    let mut target = target?;
    let mut typed = Typed::of_form(form);
    reveal_numbers(page, &mut typed, &target.present().unwrap_or_default()).await;
    let kept = typed.get(NUMBERS).unwrap_or_default().to_owned();
    let asked = is_asked(&typed);
    let open = target.present().map(|now| settle(&mut typed, &now)).unwrap_or_default();
    let redrawn = typed.redrawn();
    if redrawn || !open.is_empty() {
        let refusal = Refusal::undecided(page, asked, redrawn);
        return draw(page, target, typed, refusal).await;
    }
    if target.by_query {
        let said = target.fields.iter().filter_map(|f| Some((f, typed.get(&format!("/{}", f.name))?)));
        let query: Vec<String> = said.map(|(f, value)| format!("{}={}", f.name, encoded(value.trim()))).collect();
        if !query.is_empty() {
            target.call = format!("{}?{}", target.call, query.join("&"));
        }
    }
    let call = FormCall {
        method: target.method.clone(),
        path: target.call.clone(),
        schema: &target.schema,
        fields: if target.by_query { &[] } else { &target.fields },
        blank: if target.method == Method::PATCH { Blank::TakenAway } else { Blank::None },
        present: target.present(),
    };
    match send(page, call, &mut typed).await? {
        Sent::Done(made) => {
            forget(page, &kept).await;
            forget_restored(page).await;
            if let Some(page) = shown_once(page, &target, &made).await? {
                return Ok(page);
            }
            // A second administrator is asked first.
            if made.get("asked_by").is_some() {
                return Ok(see_other("/account-requests"));
            }
            // Whoever came from a form that wanted this goes back to it.
            if let Some(next) = page.asked("next") {
                return Ok(see_other(&local(Some(&next))));
            }
            let to = match (target.act.path, target.part) {
                // The page of a year of holidays is the list with that year.
                ("new", None) if target.of.own_list => {
                    return Ok(see_other(&format!(
                        "{}?{}={}",
                        target.of.href(),
                        target.of.key,
                        target.of.key_of(&made)
                    )));
                }
                ("new", None) if target.of.has_page(&page.contract) || target.of.own_item => target.of.item_href(&made),
                ("delete", None) => target.of.href(),
                _ => target.back.clone(),
            };
            Ok(see_other(&format!("{to}?done={}", done_word(target.part, target.act))))
        }
        Sent::Refused(refusal) => draw(page, target, typed, refusal).await,
    }
}

pub async fn show_new(page: PageRequest) -> HttpResponse {
    answer(&page, form(&page, Target::find(&page, None, None, "new").await).await).await
}

pub async fn send_new(page: PageRequest, body: FormBody) -> HttpResponse {
    answer_form(&page, &body, sent(&page, Target::find(&page, None, None, "new").await, &body).await).await
}

pub async fn show_act(page: PageRequest, at: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, form(&page, Target::find(&page, Some(&at.0), None, &at.1).await).await).await
}

pub async fn send_act(page: PageRequest, at: web::Path<(String, String)>, body: FormBody) -> HttpResponse {
    let target = Target::find(&page, Some(&at.0), None, &at.1).await;
    answer_form(&page, &body, sent(&page, target, &body).await).await
}

pub async fn show_part_new(page: PageRequest, at: web::Path<(String, String, String)>) -> HttpResponse {
    let target = Target::find(&page, Some(&at.0), Some((&at.1, None)), &at.2).await;
    answer(&page, form(&page, target).await).await
}

pub async fn send_part_new(page: PageRequest, at: web::Path<(String, String, String)>, body: FormBody) -> HttpResponse {
    let target = Target::find(&page, Some(&at.0), Some((&at.1, None)), &at.2).await;
    answer_form(&page, &body, sent(&page, target, &body).await).await
}

pub async fn show_part_act(page: PageRequest, at: web::Path<(String, String, String, String)>) -> HttpResponse {
    let target = Target::find(&page, Some(&at.0), Some((&at.1, Some(&at.2))), &at.3).await;
    answer(&page, form(&page, target).await).await
}

pub async fn send_part_act(
    page: PageRequest,
    at: web::Path<(String, String, String, String)>,
    body: FormBody,
) -> HttpResponse {
    let target = Target::find(&page, Some(&at.0), Some((&at.1, Some(&at.2))), &at.3).await;
    answer_form(&page, &body, sent(&page, target, &body).await).await
}
