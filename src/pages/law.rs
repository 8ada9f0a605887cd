//! The law book: a text with its rules as sentences, loading a pack, and asking without a dossier.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde_json::Value;

use crate::pages::collections::lookup::collection;
use crate::pages::contract::Offer;
use crate::pages::form_body::FormBody;
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::names::of_chosen;
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::shape::fields_of;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, encoded, see_other, settled};
use crate::pages::rule::{self, RuleAnswer};
use crate::pages::show::{self, day_at, items, may, number, text};
use crate::pages::sign_in::answer_form;

/// A rule in a table.
struct RuleLine {
    says: String,
    about: String,
    cite: String,
    status: String,
    class: &'static str,
}

struct RuleKind {
    heading: String,
    rules: Vec<RuleLine>,
}

/// A rule that is otherwise than in the edition before.
struct RuleChange {
    id: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "regulation.html")]
struct LawTextPage {
    frame: Frame,
    document: String,
    status: String,
    class: &'static str,
    in_force: String,
    edition: i64,
    /// The edition before, with its address.
    earlier: Option<(String, String)>,
    /// Texts that apply and were not read.
    unread: Vec<String>,
    kinds: Vec<RuleKind>,
    changes: Option<Vec<RuleChange>>,
    source: String,
    may_load: bool,
}

fn status_class(status: &str) -> &'static str {
    match status {
        "verified" => "done",
        "unverified" => "stop",
        _ => "ask",
    }
}

/// The kinds of rules in the order in which people look for them, by the first word of their group.
const KINDS: [(&str, &str, &str); 7] = [
    ("authority", "Ai quyết định", "Who decides"),
    ("consent", "Ý kiến trước khi quyết định", "Consents"),
    ("document", "Giấy tờ", "Papers"),
    ("detail", "Nội dung phải ghi", "Details"),
    ("limit", "Giới hạn", "Limits"),
    ("deadline", "Hạn trình", "Deadlines"),
    ("obligation", "Nghĩa vụ", "Duties"),
];

fn rule_line(page: &PageRequest, rule: &Value) -> RuleLine {
    let about = items(rule, "/procedures").iter().filter_map(Value::as_str);
    let about: Vec<String> = about.map(|p| page.contract.label("procedure", p, page.language)).collect();
    let status = text(rule, "/status");
    RuleLine {
        says: text(rule, "/says").to_owned(),
        about: about.join(", "),
        cite: text(rule, "/citation").to_owned(),
        status: page.contract.label("rule_status", status, page.language),
        class: status_class(status),
    }
}

/// What differs between two editions, rule by rule.
fn changes(page: &PageRequest, before: &[Value], after: &[Value]) -> Vec<RuleChange> {
    let said = |rule: &Value| {
        let procedures = items(rule, "/procedures").iter().filter_map(Value::as_str);
        let about: Vec<String> = procedures.map(|p| page.contract.label("procedure", p, page.language)).collect();
        let status = page.contract.label("rule_status", text(rule, "/status"), page.language);
        show::joined([text(rule, "/says"), &about.join(", "), text(rule, "/citation"), &status], " — ")
    };
    let of = |all: &[Value], id: &str| all.iter().find(|r| text(r, "/id") == id).map(said).unwrap_or_default();
    let mut ids: Vec<&str> = after.iter().chain(before).map(|r| text(r, "/id")).collect();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let change = |id: &str| RuleChange { id: id.to_owned(), before: of(before, id), after: of(after, id) };
    ids.into_iter().map(change).filter(|c| c.before != c.after).collect()
}

async fn made(page: &PageRequest, code: &str) -> PageResult<HttpResponse> {
    let path = format!("/regulations/{}", encoded(code));
    let version = page.asked("version").map(|v| format!("?version={}", encoded(&v))).unwrap_or_default();
    let regulation = page.get(&format!("{path}{version}")).await?;
    let me = page.me().await?;
    let edition = number(&regulation, "/version");
    let rules = items(&regulation, "/rules");
    let kind = |(word, vi, en): (&str, &str, &str)| RuleKind {
        heading: page.t(vi, en).to_owned(),
        rules: rules
            .iter()
            .filter(|r| text(r, "/group").split(' ').next() == Some(word))
            .map(|r| rule_line(page, r))
            .collect(),
    };
    let before = match edition {
        ..=1 => None,
        _ => page.if_seen(&format!("{path}?version={}", edition - 1)).await?,
    };
    let status = text(&regulation, "/status");
    let title = text(&regulation, "/title").to_owned();
    let label = collection("regulations").map_or("", |c| c.label.in_language(page.language));
    let mut frame = Frame::of(page, "/regulations", &title).await?.crumb(label, "/regulations");
    frame.named = true;
    frame.done = page.asked("done").map(|_| page.t("Đã nạp bộ quy định", "The pack is loaded").to_owned());
    let day = |at: &str| day_at(&regulation, at).map(show::day);
    let in_force = match (day("/in_force_from"), day("/in_force_to")) {
        (None, None) => page.t("chưa đọc được ngày hiệu lực", "the days in force were not read").to_owned(),
        (from, to) => {
            let from = from.unwrap_or_else(|| "…".to_owned());
            let to = to.map(|to| format!(" {} {to}", page.t("đến trước", "until before"))).unwrap_or_default();
            format!("{} {from}{to}", page.t("từ", "from"))
        }
    };
    // Editions are numbered by the province, so that only the one before is sure to be found.
    let earlier = before.as_ref().map(|_| edition - 1);
    let body = LawTextPage {
        frame,
        document: text(&regulation, "/document").to_owned(),
        status: page.contract.label("rule_status", status, page.language),
        class: status_class(status),
        in_force,
        edition,
        earlier: earlier.map(|n| (n.to_string(), format!("{path}?version={n}"))),
        unread: items(&regulation, "/texts").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        kinds: KINDS.into_iter().map(kind).filter(|k| !k.rules.is_empty()).collect(),
        changes: before.map(|before| changes(page, items(&before, "/rules"), rules)),
        source: text(&regulation, "/source").to_owned(),
        may_load: may(&me, "administer_regulations"),
    };
    Ok(html(200, &body))
}

pub async fn show_regulation(page: PageRequest, code: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &code).await).await
}

#[derive(Template)]
#[template(path = "load_pack.html")]
struct LoadPage {
    frame: Frame,
    key: String,
    source: String,
    faults: Vec<FaultLine>,
}

const SOURCE: &str = "/source";

async fn load_form(
    page: &PageRequest,
    status: u16,
    source: String,
    faults: Vec<FaultLine>,
) -> PageResult<HttpResponse> {
    let label = collection("regulations").map_or("", |c| c.label.in_language(page.language));
    let title = page.t("Nạp bộ quy định", "Load a pack");
    let frame = Frame::of(page, "/regulations", title).await?.crumb(label, "/regulations");
    let key = page.opened_key();
    Ok(html(status, &LoadPage { frame, key, source, faults }))
}

async fn loaded(page: &PageRequest, form: &[u8]) -> PageResult<HttpResponse> {
    let source = Typed::of_form(form).get(SOURCE).unwrap_or_default().replace("\r\n", "\n");
    let mut headers: Vec<(HeaderName, String)> = vec![(header::CONTENT_TYPE, "application/toml".to_owned())];
    headers.extend(page.key());
    match settled(page.call(Method::POST, "/regulations", &headers, Bytes::from(source.clone())).await)? {
        Ok(pack) => Ok(see_other(&format!("/regulations/{}?done=load", encoded(text(&pack, "/code"))))),
        Err((status, problem)) => {
            let fault = |f: &Value| FaultLine { id: "f-source".to_owned(), text: text(f, "/detail").to_owned() };
            let mut faults: Vec<FaultLine> = items(&problem, "/errors").iter().map(fault).collect();
            if faults.is_empty() {
                faults.push(FaultLine { id: "f-source".to_owned(), text: text(&problem, "/detail").to_owned() });
            }
            load_form(page, status, source, faults).await
        }
    }
}

#[get("/regulations/new")]
pub async fn show_load(page: PageRequest) -> HttpResponse {
    answer(&page, load_form(&page, 200, String::new(), Vec::new()).await).await
}

#[post("/regulations/new")]
pub async fn send_load(page: PageRequest, form: FormBody) -> HttpResponse {
    answer_form(&page, &form, loaded(&page, &form).await).await
}

#[derive(Template)]
#[template(path = "question.html")]
struct QuestionPage {
    frame: Frame,
    about: Vec<Offer>,
    target: String,
    fields: Vec<DrawnField>,
    faults: Vec<FaultLine>,
    rule: Option<RuleAnswer>,
}

/// The kinds of questions: the variants of the body.
fn variants(page: &PageRequest) -> Vec<String> {
    let all = items(page.contract.schema("Question"), "/oneOf").iter();
    all.filter_map(|one| text(one, "/$ref").rsplit('/').next()).map(str::to_owned).collect()
}

fn variant_label(page: &PageRequest, schema: &str) -> String {
    let mapping = page.contract.schema("Question").pointer("/discriminator/mapping").and_then(Value::as_object);
    let of = mapping.into_iter().flatten();
    let words = of.filter(|(_, at)| at.as_str().is_some_and(|at| at.ends_with(&format!("/{schema}"))));
    let labels: Vec<String> = words.map(|(word, _)| page.contract.label("procedure", word, page.language)).collect();
    labels.join(", ")
}

async fn question(page: &PageRequest, typed: Typed, refusal: Refusal, told: Option<Value>) -> PageResult<HttpResponse> {
    let variants = variants(page);
    let asked = page.asked("about").filter(|about| variants.contains(about));
    let chosen = asked.or_else(|| variants.first().cloned()).unwrap_or_default();
    let fields = fields_of(&page.contract, &chosen);
    let names = of_chosen(page, &fields, &typed, &Value::Null).await;
    let calendar = page.working_days_of(&typed).await;
    let drawing = refusal.drawing(page, &chosen, &typed, &names, &[], &calendar);
    let offer = |schema: &String| Offer {
        value: schema.clone(),
        label: variant_label(page, schema),
        chosen: *schema == chosen,
    };
    let title = page.t("Tra cứu thẩm quyền", "Ask the regulations");
    let label = collection("regulations").map_or("", |c| c.label.in_language(page.language));
    let body = QuestionPage {
        frame: Frame::of(page, "/regulations", title).await?.crumb(label, "/regulations"),
        about: variants.iter().map(offer).collect(),
        target: format!("/assessments?about={}", encoded(&chosen)),
        fields: drawing.fields(&fields),
        faults: refusal.summary,
        rule: told.map(|told| rule::answer(&page.contract, &told, &Default::default(), false, page.language)),
    };
    Ok(html(if refusal.status == 0 { 200 } else { refusal.status }, &body))
}

async fn asked(page: &PageRequest, form: &[u8]) -> PageResult<HttpResponse> {
    let mut typed = Typed::of_form(form);
    if typed.redrawn() {
        return question(page, typed, Refusal::default(), None).await;
    }
    let variants = variants(page);
    let schema = page.asked("about").filter(|about| variants.contains(about)).unwrap_or_default();
    let fields = fields_of(&page.contract, &schema);
    let call = FormCall {
        method: Method::POST,
        path: "/assessments".to_owned(),
        schema: &schema,
        fields: &fields,
        blank: Blank::None,
        present: None,
    };
    match send(page, call, &mut typed).await? {
        Sent::Done(told) => question(page, typed, Refusal::default(), Some(told)).await,
        Sent::Refused(refusal) => question(page, typed, refusal, None).await,
    }
}

#[get("/assessments")]
pub async fn show_question(page: PageRequest) -> HttpResponse {
    answer(&page, question(&page, Typed::default(), Refusal::default(), None).await).await
}

#[post("/assessments")]
pub async fn send_question(page: PageRequest, form: FormBody) -> HttpResponse {
    answer_form(&page, &form, asked(&page, &form).await).await
}
