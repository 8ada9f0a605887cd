//! The form of an act: left what differs from the rule, right what the act asks for. A form sends the very call that its
//! address names, with the version that was seen and a key of its own, so that it is done once.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::access::token::random_text;
use crate::dossier::flow::Action;
use crate::pages::dossier::{if_seen, number_of, person, span};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::names::of_chosen;
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::shape::{FormField, InputKind, fields_of};
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, Trouble, see_other};
use crate::pages::rule::{FindingLine, findings};
use crate::pages::show::{self, items, text};

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    frame: Frame,
    kicker: String,
    path: String,
    /// Where the form goes.
    target: String,
    button: String,
    fields: Vec<DrawnField>,
    faults: Vec<FaultLine>,
    /// The dossier changed since it was seen.
    changed: bool,
    findings: Vec<FindingLine>,
    /// What the bodies said so far.
    opinions: Vec<OpinionLine>,
    days: String,
    number: String,
}

struct OpinionLine {
    class: &'static str,
    word: String,
    body: String,
    who: String,
    note: String,
}

/// What a form of an act is about.
struct Act {
    register: RegisterPages,
    path: String,
    action: String,
    schema: String,
    fields: Vec<FormField>,
}

/// The form of an act of a register, if there is one: the acts of the contract, and remarks and copies.
fn act(page: &PageRequest, id: &str, action: &str) -> PageResult<Act> {
    let register = register(page)?;
    let listed = action.parse::<Action>().is_ok() || matches!(action, "comments" | "copy");
    let at = format!("/api/v1/{}/{{id}}/{action}", register.path);
    let schema = page.contract.body_of("post", &at).filter(|_| listed).ok_or_else(Trouble::not_found)?.to_owned();
    let mut fields = fields_of(&page.contract, &schema);
    // A decision is typed in the order in which it is read: the verdict first, what is rare at the end.
    fields.sort_by_key(|f| match f.kind {
        InputKind::Rows { .. } => 2,
        // Only where the head is refused.
        _ if f.name == "new_head" => 3,
        _ if f.required => 0,
        _ => 1,
    });
    Ok(Act { path: format!("/{}/{id}", register.path), register, action: action.to_owned(), schema, fields })
}

fn opinions(page: &PageRequest, dossier: &Value, history: &Value) -> Vec<OpinionLine> {
    let said = items(dossier, "/steps").iter().filter(|s| text(s, "/standing") == "done");
    let noted = |body: &str| {
        let act = items(history, "/items").iter().rev().find(|act| text(act, "/body") == body);
        act.map(|act| text(act, "/note").to_owned()).unwrap_or_default()
    };
    said.filter(|s| text(s, "/kind") != "propose")
        .map(|s| {
            let outcome = text(s, "/outcome");
            let class = match outcome {
                "favourable" | "agree" | "approve" | "agreed" | "approved" => "done",
                _ => "ask",
            };
            let word = ["opinion", "consent_verdict", "decision_verdict"]
                .into_iter()
                .map(|list| page.contract.label(list, outcome, page.language))
                .find(|label| label != outcome)
                .unwrap_or_else(|| page.contract.label("step_kind", text(s, "/kind"), page.language));
            let body = text(s, "/body");
            let at = show::moment(text(s, "/acted_at"), page.language);
            OpinionLine {
                class,
                word,
                body: page.contract.label("body", body, page.language),
                who: format!("{} · {at}", text(s, "/acted_by_person/full_name")),
                note: noted(body),
            }
        })
        .collect()
}

async fn draw(
    page: &PageRequest,
    act: Act,
    dossier: &Value,
    typed: Typed,
    refusal: Refusal,
) -> PageResult<HttpResponse> {
    let assessment = if_seen(page, &format!("{}/assessment", act.path)).await?.unwrap_or_default();
    let history = if_seen(page, &format!("{}/history", act.path)).await?.unwrap_or_default();
    let label = match act.action.as_str() {
        "comments" => page.t("Nhận xét", "Remark").to_owned(),
        "copy" => page.t("Lập hồ sơ mới từ hồ sơ này", "A new dossier from this one").to_owned(),
        action => page.contract.label("action", action, page.language),
    };
    let number = number_of(page, dossier);
    let frame = Frame::below(page, &act.register, &label).await?.crumb(&number, &act.path).crumb(&label, "");
    let names = of_chosen(page, &act.fields, &typed, dossier).await;
    // An act on a delegation names its members, nobody else.
    let member = |m: &Value| (text(m, "/official_id").to_owned(), person(m, "/official", text(m, "/full_name")));
    let people: Vec<(String, String)> = items(dossier, "/members").iter().map(member).collect();
    // Without anything to waive there is nothing to fill in.
    let waivable = items(&assessment, "/findings").iter().any(|f| !text(f, "/waivable_by").is_empty());
    let mut fields = act.fields;
    let late = items(&assessment, "/findings").iter().any(|f| text(f, "/code") == "late_submission");
    fields.retain(|f| (f.name != "waivers" || waivable) && (f.name != "explanation" || late));
    let drawing = refusal.drawing(page, &act.schema, &typed, &names, &people);
    // After a refusal for its version, the form goes with the one that is shown now.
    let changed = refusal.is_stale();
    let seen = page.asked("version").filter(|_| !changed);
    let version = seen.unwrap_or_else(|| show::number(dossier, "/version").to_string());
    let key = page.asked("key").filter(|_| !changed && refusal.faults.is_empty()).unwrap_or_else(random_text);
    let status = refusal.page_status();
    let body = ActPage {
        kicker: text(dossier, "/title").to_owned(),
        target: format!("{}/{}?key={key}&version={version}", act.path, act.action),
        button: match text(dossier, "/number") {
            "" => label.clone(),
            number => format!("{label} {number}"),
        },
        fields: drawing.fields(&fields),
        faults: refusal.summary,
        changed,
        findings: findings(&page.contract, &assessment, page.language),
        opinions: opinions(page, dossier, &history),
        days: span(&act.register, dossier),
        number,
        path: act.path,
        frame,
    };
    Ok(html(status, &body))
}

async fn form_of(page: &PageRequest, id: &str, action: &str) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    let dossier = page.get(&act.path).await?;
    let always = matches!(action, "comments" | "copy");
    if !always && !items(&dossier, "/allowed_actions").iter().any(|a| a == action) {
        // The page of the dossier says whose turn it is and what may be done.
        return Ok(see_other(&act.path));
    }
    draw(page, act, &dossier, begun(page), Refusal::default()).await
}

/// What stands in a form before anybody typed: nothing that decides, only today as the day of a paper.
fn begun(page: &PageRequest) -> Typed {
    let mut typed = Typed::default();
    for at in ["/document/date", "/on"] {
        typed.set(at, &show::day(page.today));
    }
    typed
}

/// Adds or takes away a row, or lets a choice be made anew; nothing is sent.
pub fn redrawn(typed: &mut Typed) -> bool {
    let asked = |name: &str, typed: &Typed| typed.get(name).map(str::to_owned);
    if let Some(list) = asked("add", typed) {
        let next = typed.rows(&list).last().map_or(1, |last| last + 1);
        typed.set(&format!("{list}/{next}"), "");
    } else if let Some(row) = asked("remove", typed) {
        typed.remove_row(&row);
    } else if let Some(pointer) = asked("change", typed) {
        typed.set(&pointer, "");
    } else {
        return false;
    }
    typed.0.retain(|(name, _)| name.starts_with('/'));
    true
}

async fn sent(page: &PageRequest, id: &str, action: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    let mut typed = Typed::of_form(form);
    if redrawn(&mut typed) {
        let dossier = page.get(&act.path).await?;
        return draw(page, act, &dossier, typed, Refusal::default()).await;
    }
    let call = FormCall {
        method: Method::POST,
        path: format!("{}/{}", act.path, act.action),
        schema: &act.schema,
        fields: &act.fields,
        blank: Blank::LeftOut,
    };
    match send(page, call, &mut typed).await? {
        Sent::Done(answer) => {
            let to = match act.action.as_str() {
                "comments" => format!("{}#remarks", act.path),
                "copy" => format!("/{}/{}", act.register.path, text(&answer, "/id")),
                action => format!("{}?done={action}", act.path),
            };
            Ok(see_other(&to))
        }
        Sent::Refused(refusal) => {
            // Read only now: it may have changed meanwhile.
            let dossier = page.get(&act.path).await?;
            draw(page, act, &dossier, typed, refusal).await
        }
    }
}

pub async fn show_form(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, form_of(&page, &path.0, &path.1).await).await
}

pub async fn send_form(page: PageRequest, path: web::Path<(String, String)>, form: web::Bytes) -> HttpResponse {
    answer(&page, sent(&page, &path.0, &path.1, &form).await).await
}
