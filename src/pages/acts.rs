//! The form of an act: left what differs from the rule, right what the act asks for. A form sends the very call that its
//! address names, with the version that was seen and a key of its own, so that it is done once.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::access::token::random_text;
use crate::dossier::flow::Action;
use crate::pages::changing::{changed_fields, drop_unreasoned, present};
use crate::pages::dossier::{FileLine, file_line, if_seen, number_of, person, span};
use crate::pages::forms::compare::{DifferingField, SideBySide};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::names::of_chosen;
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::shape::{FormField, InputKind, fields_of};
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{forget_parts, hide_numbers, reveal_numbers, typed_before};
use crate::pages::inbox::outcome_of;
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, Trouble, see_other};
use crate::pages::rule::{FindingLine, StepLine, finding_lines, findings};
use crate::pages::show::{self, day_at, items, text};
use crate::pages::sign_in::answer_form;

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
    /// What is seldom needed, folded away while nothing stands in it.
    rare: Vec<DrawnField>,
    rare_said: String,
    rare_open: bool,
    faults: Vec<FaultLine>,
    /// The dossier changed since it was seen: who changed it, and when.
    changed_said: String,
    /// What an amendment changes, before it is sent.
    differing: Vec<DifferingField>,
    /// Where typed passport numbers are kept.
    numbers: String,
    previews: bool,
    /// What a previewed amendment would come to.
    foreseen: Option<Foreseen>,
    files: Vec<FileLine>,
    /// The document that the decision would become.
    drafted: Option<DraftedPaper>,
    /// Whether whoever acts may see what the regulation says: a body that is only asked for its opinion may not.
    assessed: bool,
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

/// A document of the decider before it is issued.
struct DraftedPaper {
    kind: String,
    href: String,
    paragraphs: Vec<String>,
}

/// The document that a decision would become, for whoever may write it.
async fn drafted(page: &PageRequest, act: &Act, dossier: &Value) -> PageResult<Option<DraftedPaper>> {
    if act.action != "decide" {
        return Ok(None);
    }
    for kind in ["sending_decision", "permission"] {
        let at = format!("/papers/preview?delegation_id={}&kind={kind}", text(dossier, "/id"));
        // Whatever keeps the draft from being written, the decision is taken without it.
        let paper = match page.get(&format!("{at}&format=text")).await {
            Err(Trouble::SignIn) => return Err(Trouble::SignIn),
            answered => answered.ok(),
        };
        if let Some(paper) = paper {
            let said = items(&paper, "/paragraphs").iter().filter_map(Value::as_str).map(str::to_owned);
            return Ok(Some(DraftedPaper {
                kind: page.contract.label("paper_kind", kind, page.language),
                href: format!("/api/v1{at}"),
                paragraphs: said.collect(),
            }));
        }
    }
    Ok(None)
}

/// What an amendment would come to.
struct Foreseen {
    said: String,
    cite: String,
    /// Who would decide it, in order.
    steps: Vec<StepLine>,
    findings: Vec<FindingLine>,
}

/// What the trial of an amendment answered.
fn foreseen(page: &PageRequest, answer: &Value) -> Option<Foreseen> {
    let amendment = items(answer, "/amendments").last()?;
    let label = |list: &str, word: &str| page.contract.label(list, word, page.language);
    let form = label("amendment_form", text(amendment, "/form"));
    let said = match text(amendment, "/standing") {
        "in_force" => format!("{form}: {}", page.t("có hiệu lực ngay", "in force at once")),
        _ => format!("{form}: {}", page.t("chờ cơ quan có thẩm quyền quyết định", "waits for the competent body")),
    };
    let waiting = items(answer, "/steps").iter().filter(|s| matches!(text(s, "/standing"), "open" | "waiting"));
    let steps = waiting.map(|s| StepLine {
        what: label("step_kind", text(s, "/kind")),
        who: show::joined([label("body", text(s, "/body")).as_str(), text(s, "/citation")], " · "),
        when: day_at(s, "/due_on").map(|d| show::long_day(d, page.language)).unwrap_or_default(),
    });
    Some(Foreseen {
        said,
        cite: text(amendment, "/citation").to_owned(),
        steps: steps.collect(),
        findings: finding_lines(&page.contract, items(amendment, "/findings"), page.language),
    })
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
            let word = match outcome_of(page, outcome) {
                same if same == outcome => page.contract.label("step_kind", text(s, "/kind"), page.language),
                label => label,
            };
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
    mut typed: Typed,
    refusal: Refusal,
    tried: Option<&Value>,
) -> PageResult<HttpResponse> {
    let assessment = if_seen(page, &format!("{}/assessment", act.path)).await?;
    let (assessed, assessment) = (assessment.is_some(), assessment.unwrap_or_default());
    let history = if_seen(page, &format!("{}/history", act.path)).await?.unwrap_or_default();
    let label = match act.action.as_str() {
        "comments" => page.t("Nhận xét", "Remark").to_owned(),
        "copy" => page.t("Lập hồ sơ mới từ hồ sơ này", "A new dossier from this one").to_owned(),
        action => page.contract.label("action", action, page.language),
    };
    let number = number_of(page, dossier);
    let frame = Frame::below(page, &act.register, &label).await?.crumb(&number, &act.path).crumb(&label, "");
    let changing = changed_fields(&act.fields).is_some();
    offer_waivers(&mut typed, &assessment, &refusal);
    let numbers = hide_numbers(page, &mut typed, &Typed::default()).await?;
    let names = of_chosen(page, &act.fields, &typed, dossier).await;
    // An act on a delegation names its members, nobody else.
    let member = |m: &Value| (text(m, "/official_id").to_owned(), person(m, "/official", text(m, "/full_name")));
    let people: Vec<(String, String)> = items(dossier, "/members").iter().map(member).collect();
    // Without anything to waive there is nothing to fill in.
    let waivable = items(&assessment, "/findings").iter().any(|f| !text(f, "/waivable_by").is_empty());
    let drafted = drafted(page, &act, dossier).await?;
    let mut fields = act.fields;
    let late = items(&assessment, "/findings").iter().any(|f| text(f, "/code") == "late_submission");
    fields.retain(|f| (f.name != "waivers" || waivable) && (f.name != "explanation" || late));
    let attachments = if_seen(page, &format!("{}/attachments", act.path)).await?.unwrap_or_default();
    // What is changed has the names of the form in which it was written.
    let schema = if changing { act.register.changed_by.as_str() } else { act.schema.as_str() };
    let comparison = SideBySide { contract: &page.contract, schema, language: page.language, names: &names };
    let differing = match changed_fields(&fields) {
        Some(inner) if tried.is_some() => comparison.differing(inner, "/changes", &typed, &present(&fields, dossier)),
        _ => Vec::new(),
    };
    let people = if changing { Vec::new() } else { people };
    let drawing = refusal.drawing(page, schema, &typed, &names, &people);
    // After a refusal for its version, the form goes with the one that is shown now.
    let changed = refusal.is_stale();
    let seen = page.asked("version").filter(|_| !changed);
    let version = seen.unwrap_or_else(|| show::number(dossier, "/version").to_string());
    let key = page.asked("key").filter(|_| !changed && refusal.faults.is_empty()).unwrap_or_else(random_text);
    let status = refusal.page_status();
    let (rare, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|f| act.action == "decide" && is_rare(f));
    let rare_open = rare.iter().any(|f| refusal.is_about(&f.name) || typed.says(&f.name));
    let rare = drawing.fields(&rare);
    let body = ActPage {
        kicker: text(dossier, "/title").to_owned(),
        target: format!("{}/{}?key={key}&version={version}", act.path, act.action),
        button: show::joined([label.as_str(), text(dossier, "/number")], " "),
        fields: drawing.fields(&fields),
        rare_said: rare.iter().map(|f| f.label.as_str()).collect::<Vec<_>>().join(", "),
        rare,
        rare_open,
        faults: refusal.summary,
        changed_said: if changed { refusal.said } else { String::new() },
        differing,
        numbers,
        previews: changing,
        foreseen: tried.and_then(|answer| foreseen(page, answer)),
        files: items(&attachments, "/items").iter().map(|f| file_line(page, &act.path, f, false)).collect(),
        drafted,
        assessed,
        findings: findings(&page.contract, &assessment, page.language),
        opinions: opinions(page, dossier, &history),
        days: span(&act.register, dossier),
        number,
        path: act.path,
        frame,
    };
    Ok(html(status, &body))
}

/// What few decisions need: one member decided otherwise than the rest, another head.
fn is_rare(field: &FormField) -> bool {
    matches!(field.name.as_str(), "members" | "new_head")
}

async fn form_of(page: &PageRequest, id: &str, action: &str) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    let dossier = page.get(&act.path).await?;
    let always = matches!(action, "comments" | "copy");
    if !always && !items(&dossier, "/allowed_actions").iter().any(|a| a == action) {
        // The page of the dossier says whose turn it is and what may be done.
        return Ok(see_other(&act.path));
    }
    let typed = match typed_before(page).await {
        Some(held) => held,
        None => begun(page, &act, &dossier),
    };
    draw(page, act, &dossier, typed, Refusal::default(), None).await
}

/// Why an amendment is asked for.
const REASON: &str = "/reason";
/// The button that shows what an amendment changes.
const PREVIEW: &str = "preview";

/// What stands in a form before anybody typed: nothing that decides, only today as the day of a paper, and the content that
/// is to be changed.
fn begun(page: &PageRequest, act: &Act, dossier: &Value) -> Typed {
    let mut typed = present(&act.fields, dossier);
    for at in ["/document/date", "/on"] {
        typed.set(at, &show::day(page.today));
    }
    typed
}

/// Offers a row for each exception that may be given; only those with a reason are sent.
fn offer_waivers(typed: &mut Typed, assessment: &Value, refusal: &Refusal) {
    if refusal.page_status() != 200 || !typed.rows("/waivers").is_empty() {
        return;
    }
    let mut offered: Vec<&str> = Vec::new();
    for finding in items(assessment, "/findings").iter().filter(|f| !text(f, "/waivable_by").is_empty()) {
        let code = text(finding, "/code");
        if !offered.contains(&code) {
            typed.set(&format!("/waivers/{}/finding", offered.len()), code);
            offered.push(code);
        }
    }
}

/// Adds or takes away a row, or lets a choice be made anew; nothing is sent.
pub fn redrawn(typed: &mut Typed) -> bool {
    let asked = |name: &str, typed: &Typed| typed.get(name).map(str::to_owned);
    if let Some(list) = asked("add", typed) {
        let next = typed.rows(&list).last().map_or(0, |last| last + 1);
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
    page.me().await?;
    let mut typed = Typed::of_form(form);
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    let previews = typed.get(PREVIEW).is_some();
    typed.0.retain(|(name, _)| name != PREVIEW);
    if redrawn(&mut typed) {
        let dossier = page.get(&act.path).await?;
        return draw(page, act, &dossier, typed, Refusal::default(), None).await;
    }
    drop_unreasoned(&mut typed);
    let changes = changed_fields(&act.fields).is_some();
    let before = if changes { Some(present(&act.fields, &page.get(&act.path).await?)) } else { None };
    let call = FormCall {
        method: Method::POST,
        path: format!("{}/{}{}", act.path, act.action, if previews { "?dry_run=true" } else { "" }),
        schema: &act.schema,
        fields: &act.fields,
        blank: Blank::LeftOut,
        present: before,
    };
    // What would come of it does not hang on the reason, which is often typed last.
    let reason = previews && typed.is_blank(REASON);
    if reason {
        typed.set(REASON, "…");
    }
    let came = send(page, call, &mut typed).await?;
    if reason {
        typed.set(REASON, "");
    }
    match came {
        Sent::Done(answer) if previews => {
            let dossier = page.get(&act.path).await?;
            draw(page, act, &dossier, typed, Refusal::default(), Some(&answer)).await
        }
        Sent::Done(answer) => {
            if matches!(act.action.as_str(), "submit" | "resubmit" | "request-signature") {
                forget_parts(page, id).await;
            }
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
            draw(page, act, &dossier, typed, refusal, None).await
        }
    }
}

pub async fn show_form(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, form_of(&page, &path.0, &path.1).await).await
}

pub async fn send_form(page: PageRequest, path: web::Path<(String, String)>, form: web::Bytes) -> HttpResponse {
    answer_form(&page, &form, sent(&page, &path.0, &path.1, &form).await).await
}
