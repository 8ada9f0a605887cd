//! What stands beside the form of an act: what the bodies said, what an amendment would come to, the document that the
//! decision would become.

use serde_json::Value;

use crate::pages::forms::sending::Refusal;
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;
use crate::pages::inbox::outcome_of;
use crate::pages::issued::papers_of;
use crate::pages::marks::marked;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::rule::{FindingLine, StepLine, finding_lines, findings, is_with_agency, stop_for_missing};
use crate::pages::show::{self, day_at, items, person, text};

/// What a body said.
pub struct OpinionLine {
    pub class: &'static str,
    pub word: String,
    pub body: String,
    pub who: String,
    pub note: String,
}

impl OpinionLine {
    fn is_in_favour(&self) -> bool {
        self.class == "done"
    }
}

/// A document of the decider before it is issued.
pub struct DraftedPaper {
    pub kind: String,
    /// Where its number is taken from the register.
    pub numbered_at: String,
    pub href: String,
    pub paragraphs: Vec<String>,
}

/// The document that a decision would become, for whoever may write it.
pub async fn drafted(page: &PageRequest, dossier: &Value) -> PageResult<Option<DraftedPaper>> {
    for kind in DECISIONS {
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
                numbered_at: format!(
                    "/papers/new?delegation_id={}&kind={kind}&next={}",
                    text(dossier, "/id"),
                    encoded(page.http.path())
                ),
                href: format!("/api/v1{at}"),
                paragraphs: said.collect(),
            }));
        }
    }
    Ok(None)
}

/// Kinds of papers by which somebody decides.
const DECISIONS: [&str; 2] = ["sending_decision", "permission"];

/// The number and the day of the decision, where its number was taken from the register already.
pub async fn number_taken(page: &PageRequest, dossier: &Value) -> PageResult<Option<(String, String)>> {
    let list = papers_of(page, dossier).await?;
    // What stands in a decision already is not the number of the next one.
    let used = text(dossier, "/decision/document/number");
    let valid = |paper: &&Value| {
        DECISIONS.contains(&text(paper, "/kind")) && text(paper, "/voided").is_empty() && text(paper, "/number") != used
    };
    let taken = items(&list, "/items").iter().rfind(valid);
    let day = |paper: &Value| day_at(paper, "/date").map(show::day).unwrap_or_default();
    Ok(taken.map(|paper| (text(paper, "/number").to_owned(), day(paper))))
}

/// What an amendment would come to.
pub struct Foreseen {
    pub said: String,
    pub cite: String,
    /// Who would decide it, in order.
    pub steps: Vec<StepLine>,
    pub findings: Vec<FindingLine>,
}

/// What the trial of an amendment answered.
pub fn foreseen(page: &PageRequest, answer: &Value) -> Option<Foreseen> {
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
        who: show::joined([label("body", text(s, "/body")).as_str(), &marked(text(s, "/citation"))], " · "),
        when: day_at(s, "/due_on").map(|d| show::long_day(d, page.language)).unwrap_or_default(),
    });
    Some(Foreseen {
        said,
        cite: marked(text(amendment, "/citation")),
        steps: steps.collect(),
        findings: finding_lines(&page.contract, items(amendment, "/findings"), page.language),
    })
}

/// In whose place the reader acts, where a substitution of today lends them the seat whose turn it is.
pub async fn in_place(page: &PageRequest, dossier: &Value) -> PageResult<String> {
    let me = page.me().await?;
    let is_today = |seat: &Value| {
        day_at(seat, "/valid_from").is_none_or(|from| from <= page.today)
            && day_at(seat, "/valid_to").is_none_or(|to| page.today < to)
    };
    let own = |body: &str| items(&me, "/seats").iter().any(|seat| text(seat, "/body") == body && is_today(seat));
    let open = items(dossier, "/steps").iter().filter(|step| text(step, "/standing") == "open");
    let mut lent = open.filter(|step| !text(step, "/body").is_empty() && !own(text(step, "/body")));
    let Some(step) = lent.next() else { return Ok(String::new()) };
    let body = text(step, "/body");
    let path = format!("/substitutions?body={body}&at={}&limit=200", page.today);
    let list = page.if_seen(&path).await?.unwrap_or_default();
    // A document lends a seat for some procedures and steps, or for all.
    let covers = |s: &Value, at: &str, word: &str| {
        items(s, at).is_empty() || items(s, at).iter().any(|own| own.as_str() == Some(word))
    };
    let by = items(&list, "/items").iter().find(|s| {
        text(s, "/to_user_id") == text(&me, "/id")
            && covers(s, "/scope/procedures", text(dossier, "/procedure"))
            && covers(s, "/scope/steps", text(step, "/kind"))
    });
    Ok(by.map_or_else(String::new, |by| {
        let document =
            [text(by, "/document_number").to_owned(), day_at(by, "/document_date").map(show::day).unwrap_or_default()];
        format!(
            "{} {} ({}), {} {}",
            page.t("Bạn ký thay", "You sign in the place of"),
            marked(&person(by, "/from_person", text(by, "/from"))),
            page.contract.label("body", body, page.language),
            page.t("theo", "by"),
            show::joined(document.iter().map(String::as_str), ", ")
        )
    }))
}

/// What the bodies said so far.
pub fn opinions(page: &PageRequest, dossier: &Value, history: &Value) -> Vec<OpinionLine> {
    let said = items(dossier, "/steps").iter().filter(|s| text(s, "/standing") == "done");
    // A body does other things, too: its opinion is what it did when it took the step.
    let noted = |step: &Value| {
        let of_step = |act: &&Value| {
            ["/body", "/at"].into_iter().zip(["/body", "/acted_at"]).all(|(own, its)| text(act, own) == text(step, its))
        };
        items(history, "/items").iter().rfind(of_step).map(|act| text(act, "/note").to_owned()).unwrap_or_default()
    };
    let mut lines: Vec<OpinionLine> = said
        .filter(|s| text(s, "/kind") != "propose")
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
                who: format!("{} · {at}", marked(&person(s, "/acted_by_person", ""))),
                note: noted(s),
            }
        })
        .collect();
    // Whoever was not in favour is read first.
    lines.sort_by_key(OpinionLine::is_in_favour);
    lines
}

/// What differs from the rule: what the regulation finds, bodies that were not in favour, and why the dossier came late.
pub fn differences(
    page: &PageRequest,
    assessment: &Value,
    opinions: &[OpinionLine],
    dossier: &Value,
) -> Vec<FindingLine> {
    let mut all = findings(&page.contract, assessment, page.language);
    if is_with_agency(dossier) {
        stop_for_missing(&mut all, text(assessment, "/outcome"), page.language);
    }
    let against = opinions.iter().filter(|opinion| !opinion.is_in_favour());
    all.extend(
        against.map(|o| FindingLine::beside("ask", page.t("Ý kiến", "Opinion"), format!("{}: {}", o.body, o.word))),
    );
    let explanation = text(dossier, "/ruling/explanation");
    if !explanation.is_empty() {
        all.push(FindingLine::beside("wait", page.t("Giải trình", "Explanation"), marked(explanation)));
    }
    all
}

/// Where a delegation goes, or comes from.
pub fn countries_of(page: &PageRequest, dossier: &Value) -> String {
    let label = |code: &str| page.contract.label("country", code, page.language);
    let mut named: Vec<String> = items(dossier, "/stops").iter().map(|stop| label(text(stop, "/country"))).collect();
    named.dedup();
    if named.is_empty() { label(text(dossier, "/country")) } else { named.join(", ") }
}

/// Offers a row for each exception that may be given; only those with a reason are sent.
pub fn offer_waivers(typed: &mut Typed, assessment: &Value, refusal: &Refusal) {
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

/// Of a consent only the bodies are offered whose answer is due.
pub fn only_bodies_asked(fields: &mut [FormField], dossier: &Value) {
    let due = |word: &String| {
        let of = |s: &&Value| text(s, "/kind") == "consent" && text(s, "/standing") == "open";
        items(dossier, "/steps").iter().filter(of).any(|s| text(s, "/body") == word)
    };
    for field in fields.iter_mut().filter(|f| f.name == "body") {
        if let InputKind::Choice { words, .. } = &mut field.kind {
            words.retain(due);
        }
    }
}
