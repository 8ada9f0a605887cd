//! Sending a form: the call of the API that it stands for, and what came of it.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use serde_json::{Value, json};

use crate::pages::changing;
use crate::pages::forms::decode::{Blank, body};
use crate::pages::forms::fields::{Drawing, FaultLine};
use crate::pages::forms::labels;
use crate::pages::forms::names::{Resolved, resolve};
use crate::pages::forms::shape::{FormField, is_classified};
use crate::pages::forms::told::FaultTeller;
use crate::pages::forms::typed::Typed;
use crate::pages::request::{PageRequest, PageResult, settled};
use crate::pages::show::{items, joined, text};
use crate::pages::working_days::WorkingDays;
use crate::web::schema::MISSING;
use kernel::text::{Language, bears_secret_mark};
use kernel::words::FieldError;

/// The code of a refusal because somebody changed the same meanwhile.
const STALE: &str = "version_conflict";

/// The code of a refusal because the form was sent before with something else in it.
const SENT_BEFORE: &str = "idempotency_key_reused";

/// A form and the call that it stands for.
pub struct FormCall<'a> {
    pub method: Method,
    /// Below `/api/v1`.
    pub path: String,
    /// The schema of its body.
    pub schema: &'a str,
    pub fields: &'a [FormField],
    pub blank: Blank,
    /// The present content, where only what differs from it is sent.
    pub present: Option<Typed>,
}

/// What the API, or the typing itself, has against a form.
#[derive(Default)]
pub struct Refusal {
    pub status: u16,
    /// By pointer.
    pub faults: HashMap<String, String>,
    pub offers: HashMap<String, Vec<(String, String)>>,
    pub summary: Vec<FaultLine>,
    /// The code of the problem; empty where the typing was at fault.
    pub code: String,
    /// What the refusal as a whole says, where it is not about single fields.
    pub said: String,
    pub problem: Value,
}

impl Refusal {
    /// The status of the page that shows it; of a form that was not sent, that of a page.
    pub fn page_status(&self) -> u16 {
        if self.status == 0 { 200 } else { self.status }
    }

    /// Whether something is wrong with a field.
    pub fn is_about(&self, name: &str) -> bool {
        let (at, below) = (format!("/{name}"), format!("/{name}/"));
        self.faults.keys().any(|pointer| *pointer == at || pointer.starts_with(&below))
    }

    /// A refusal that is about no single field.
    pub fn whole(status: u16, problem: Value) -> Self {
        let said = text(&problem, "/detail").to_owned();
        let summary = vec![FaultLine { id: "main".into(), text: said.clone() }];
        Refusal { status, summary, code: text(&problem, "/code").to_owned(), said, problem, ..Refusal::default() }
    }

    /// What is wrong with a form that is not sent: it is shown with a status, or with none where nobody asked for more than the
    /// page.
    pub fn of_faults(
        page: &PageRequest,
        schema: &str,
        fields: &[FormField],
        faults: HashMap<String, String>,
        status: u16,
    ) -> Self {
        let teller = FaultTeller { schema, fields, language: page.language };
        refusal(teller, status, faults, HashMap::new(), String::new(), &Value::Null)
    }

    /// What a form that is drawn again is refused for: nothing, unless it asks which of two values stays. That is told where the
    /// form was sent, not where a row was added to it.
    pub fn undecided(page: &PageRequest, asked: bool, redrawn: bool) -> Self {
        if !asked {
            return Refusal::default();
        }
        let said = page.t(
            "Chọn giữ nội dung nào cho từng mục khác nhau, rồi gửi lại.",
            "Choose for each difference what stays, then send it again.",
        );
        let refused = Refusal::whole(422, json!({"code": STALE, "detail": said}));
        if redrawn { Refusal { summary: Vec::new(), ..refused } } else { refused }
    }

    /// The dossier changed since the form was opened.
    pub fn is_stale(&self) -> bool {
        self.code == STALE
    }

    /// Whether the form cannot be sent again with the key that it has.
    pub fn needs_new_key(&self) -> bool {
        self.is_stale() || self.code == SENT_BEFORE
    }

    /// How the form is drawn again, with what was typed and what is wrong with it.
    pub fn drawing<'a>(
        &'a self,
        page: &'a PageRequest,
        schema: &'a str,
        typed: &'a Typed,
        names: &'a HashMap<String, String>,
        people: &'a [(String, String)],
        calendar: &'a WorkingDays,
    ) -> Drawing<'a> {
        Drawing {
            contract: &page.contract,
            schema,
            language: page.language,
            typed,
            faults: &self.faults,
            names,
            people,
            offers: &self.offers,
            calendar,
        }
    }
}

pub enum Sent {
    Done(Value),
    Refused(Refusal),
}

/// Marks of secrecy in what was typed, at their fields: nothing that bears one is sent or kept.
fn secrets(language: Language, schema: &str, typed: &Typed) -> HashMap<String, String> {
    let marked = typed.0.iter().filter(|(at, value)| at.starts_with('/') && bears_secret_mark(value));
    let told = |at: &str| {
        let name = labels::name_of(at);
        let label = labels::of(schema, name).map_or(name, |label| label.label(language));
        language.say(
            &format!("Có dấu độ mật ở «{label}». Hệ thống không nhận bí mật nhà nước; xử lý theo đường văn bản mật."),
            &format!("«{label}» bears a secrecy mark. State secrets are not accepted here; use the channel for secret papers."),
        )
    };
    marked.map(|(at, _)| (at.clone(), told(at))).collect()
}

/// What is wrong with the typing alone: days that are none, names that mean nobody; nothing is sent.
pub async fn judge_typing(
    page: &PageRequest,
    schema: &str,
    fields: &[FormField],
    typed: &mut Typed,
) -> Option<Refusal> {
    let teller = FaultTeller { schema, fields, language: page.language };
    let marked = secrets(page.language, schema, typed);
    if !marked.is_empty() {
        return Some(refusal(teller, 422, marked, HashMap::new(), String::new(), &Value::Null));
    }
    let Resolved { faults: mut told, offers } = resolve(page, fields, typed).await;
    let mut typing = Vec::new();
    body(fields, typed, Blank::LeftOut, &mut typing);
    told.extend(typing.into_iter().map(|(at, said)| (at, said.in_language(page.language).to_owned())));
    (!told.is_empty()).then(|| refusal(teller, 422, told, offers, String::new(), &Value::Null))
}

/// Whether a change was refused because it was made already, by the same form with the same typing.
fn was_sent(problem: &Value, stands_already: bool) -> bool {
    match text(problem, "/code") {
        SENT_BEFORE => true,
        STALE => stands_already,
        _ => false,
    }
}

/// Tells typings of one form apart. It is another one after each start, so that nobody guesses from it what was typed.
fn mark_of(typed: &Typed) -> String {
    static MARKS: OnceLock<RandomState> = OnceLock::new();
    format!("{:016x}", MARKS.get_or_init(RandomState::new).hash_one(&typed.0))
}

/// What is said where the server broke something: the form is there still, and may be sent again.
fn broken(language: Language, problem: &Value) -> String {
    let (detail, trace) = (text(problem, "/detail"), text(problem, "/trace_id"));
    let kept = language.say("Nội dung vẫn còn; hãy gửi lại.", "Your text is kept; send it again.");
    let mark = if trace.is_empty() { String::new() } else { format!("{} {trace}.", language.say("Mã:", "Reference")) };
    joined([detail, &kept, &mark], " ")
}

fn is_empty(body: &Value) -> bool {
    body.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Sends what was typed. Names are exchanged for ids first; what is wrong with the typing is told together with what the
/// API says.
pub async fn send(page: &PageRequest, call: FormCall<'_>, typed: &mut Typed) -> PageResult<Sent> {
    let teller = FaultTeller { schema: call.schema, fields: call.fields, language: page.language };
    let marked = secrets(page.language, call.schema, typed);
    if !marked.is_empty() {
        let told = refusal(teller, 422, marked, HashMap::new(), String::new(), &Value::Null);
        return Ok(Sent::Refused(told));
    }
    let Resolved { faults: unknown, offers } = resolve(page, call.fields, typed).await;
    let mut typing = Vec::new();
    let mut sent = body(call.fields, typed, call.blank, &mut typing);
    if let Some(present) = &call.present {
        match (changing::changed_fields(call.fields), sent.as_object_mut()) {
            (Some(_), Some(members)) => {
                members.insert("changes".into(), changing::differing(call.fields, typed, present));
            }
            _ => sent = changing::differing_below("", call.fields, typed, present),
        }
    }
    // What was typed stands there already: it was sent before.
    // What has a reason of its own is told by its key alone: somebody else may have made the same change for theirs.
    let stands_already = sent.get(changing::CHANGES).is_none() && is_empty(&sent);
    if is_classified(&page.contract, call.schema)
        && let Some(members) = sent.as_object_mut()
    {
        members.insert("classification".into(), json!("unclassified"));
    }
    if !unknown.is_empty() {
        // Nothing is sent while a name means nobody; everything that the typing says is told at once.
        let mut faults: HashMap<String, String> = unknown;
        faults.extend(typing.into_iter().map(|(at, said)| (at, said.in_language(page.language).to_owned())));
        return Ok(Sent::Refused(refusal(teller, 422, faults, offers, String::new(), &Value::Null)));
    }
    let mut headers: Vec<(HeaderName, String)> = Vec::new();
    if let Some(version) = page.asked("version") {
        headers.push((header::IF_MATCH, format!("\"{version}\"")));
    }
    headers.extend(page.key().map(|(name, key)| match call.present {
        // Its body is what differs from the present content, which the first sending has changed.
        Some(_) => (name, format!("{key}.{}", mark_of(typed))),
        None => (name, key),
    }));
    let (status, problem) = match settled(page.send(call.method, &call.path, &headers, &sent).await)? {
        Ok(done) => return Ok(Sent::Done(done)),
        // A second click, F5, or a line that broke before the first answer came.
        Err((_, problem)) if call.present.is_some() && was_sent(&problem, stands_already) => {
            return Ok(Sent::Done(Value::Null));
        }
        Err(refused) => refused,
    };
    let told = items(&problem, "/errors").iter();
    let told = told.map(|fault| {
        let (pointer, detail) = (text(fault, "/pointer").to_owned(), text(fault, "/detail"));
        // The schema knows no more than that something is missing.
        let bare = text(fault, "/code") == FieldError::Missing.word() && detail == MISSING.in_language(page.language);
        // Nor that a blank text is the same.
        let bare = bare || sent.pointer(&pointer).is_some_and(|own| own == "");
        let said = if bare { teller.missing(&pointer) } else { detail.to_owned() };
        (pointer, said)
    });
    let mut faults: HashMap<String, String> = told.collect();
    // The sentence about the typing is the better one: the API got a text that is no day.
    faults.extend(typing.into_iter().map(|(at, said)| (at, said.in_language(page.language).to_owned())));
    let said = match status {
        500.. => broken(page.language, &problem),
        _ if faults.is_empty() => text(&problem, "/detail").to_owned(),
        _ => String::new(),
    };
    Ok(Sent::Refused(refusal(teller, status, faults, offers, said, &problem)))
}

fn refusal(
    teller: FaultTeller<'_>,
    status: u16,
    faults: HashMap<String, String>,
    offers: HashMap<String, Vec<(String, String)>>,
    said: String,
    problem: &Value,
) -> Refusal {
    let mut summary = teller.summary(&faults);
    if !said.is_empty() {
        summary.push(FaultLine { id: "main".into(), text: said.clone() });
    }
    Refusal { status, faults, offers, summary, code: text(problem, "/code").to_owned(), said, problem: problem.clone() }
}
