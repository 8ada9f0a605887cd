//! *Quy định trả lời* while somebody types: the content as far as it was typed, answered by the API.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::forms::decode::{Blank, TypingFaults, body};
use crate::pages::forms::names::{of_chosen, resolve};
use crate::pages::forms::shape::fields_of;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, html};
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, PageResult, Trouble, settled};
use crate::pages::rule::{self, RuleAnswer};
use crate::pages::show;
use kernel::id::Id;

/// Why nothing is answered.
#[derive(Template)]
#[template(path = "rule_refused.html")]
struct NoRuleFragment {
    frame: Frame,
    said: String,
    /// What was typed is kept all the same.
    kept: bool,
}

#[derive(Template)]
#[template(path = "rule_only.html")]
struct RuleFragment {
    frame: Frame,
    rule: RuleAnswer,
}

/// What the regulation says of a content as typed; none where the API does not say it (a secret in the text, the unit of
/// somebody else).
pub async fn rule_as_typed(
    page: &PageRequest,
    register: &RegisterPages,
    query: &str,
    typed: Typed,
) -> PageResult<Option<RuleAnswer>> {
    Ok(answer_as_typed(page, register, query, typed).await?.ok())
}

/// The same, or why the API does not say it.
pub async fn answer_as_typed(
    page: &PageRequest,
    register: &RegisterPages,
    query: &str,
    mut typed: Typed,
) -> PageResult<Result<RuleAnswer, String>> {
    let fields = fields_of(&page.contract, &register.created_by);
    // A name that means nobody yet is left as it was typed: the API says that it is not known.
    resolve(page, &fields, &mut typed).await;
    let names = of_chosen(page, &fields, &typed, &Value::Null).await;
    let mut sent = body(&fields, &typed, Blank::LeftOut, &mut TypingFaults::new());
    only_ids(&mut sent);
    let path = format!("/{}/assessment{query}", register.path);
    let answer = page.ask(&path, &sent).await;
    let answer = match settled(answer)? {
        Ok(answer) => answer,
        Err((status @ 500.., problem)) => return Err(Trouble::Refused { status, problem }),
        Err((_, problem)) => return Ok(Err(show::said(&problem))),
    };
    Ok(Ok(rule::answer(&page.contract, &answer, &names, true, page.language)))
}

/// Leaves out ids that are none yet: one of them would be refused as a fault of the whole body. A row that lacks its id is
/// named as lacking, and so is a list in which one is none: it keeps its place, so that no fault stands at another.
fn only_ids(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, own| !is_reference(name) || own.as_str().is_none_or(is_id));
            for (name, own) in members.iter_mut() {
                if let (true, Value::Array(ids)) =
                    (matches!(name.as_str(), "hosts" | "coordinating_agency_ids"), &mut *own)
                {
                    ids.iter_mut().filter(|id| !id.as_str().is_some_and(is_id)).for_each(|id| *id = Value::Null);
                }
                only_ids(own);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(only_ids),
        _ => {}
    }
}

fn is_reference(name: &str) -> bool {
    name.ends_with("_id") || name == "relative_of"
}

fn is_id(text: &str) -> bool {
    text.parse::<Id>().is_ok()
}

/// The panel alone, for the page that is open; or why there is no answer.
pub fn rule_fragment(page: &PageRequest, rule: Result<RuleAnswer, String>, kept: bool) -> HttpResponse {
    let frame = Frame::open(page, "");
    match rule {
        Ok(rule) => html(200, &RuleFragment { frame, rule }),
        Err(said) => html(422, &NoRuleFragment { frame, said, kept }),
    }
}
