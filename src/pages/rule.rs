//! *Quy định trả lời*: what the regulation answers, as a panel beside a form or a dossier. Pure.

use std::collections::HashMap;

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::forms::labels;
use crate::pages::marks::marked;
use crate::pages::show::{self, day_at, is_true, items, number, text};
use kernel::text::Language;
use kernel::words::FindingCode;

/// A finding in a panel or in the inbox.
#[derive(Clone)]
pub struct FindingLine {
    /// Its word; empty for what is no finding of the regulation.
    pub code: String,
    /// How it is drawn: `stop`, `ask`, or nothing.
    pub class: &'static str,
    pub word: String,
    pub text: String,
    pub cite: String,
}

impl FindingLine {
    /// Whether it names a paper that is not there.
    pub fn is_missing_paper(&self) -> bool {
        self.code == FindingCode::MissingDocument.word()
    }

    /// Whether it names something that is not there: a paper, or what a letter must state.
    pub fn lacks(&self) -> bool {
        matches!(self.code.parse(), Ok(FindingCode::MissingDocument | FindingCode::MissingDetail))
    }

    /// What stands among the findings and is none of the regulation.
    pub fn beside(class: &'static str, word: &str, text: String) -> Self {
        FindingLine { code: String::new(), class, word: word.to_owned(), text, cite: String::new() }
    }
}

pub struct StepLine {
    pub what: String,
    pub who: String,
    pub when: String,
}

#[derive(Clone)]
pub struct PaperLine {
    pub document: String,
    pub cite: String,
    pub present: bool,
}

pub struct RuleAnswer {
    pub blocked: bool,
    /// Nobody has to permit it.
    pub free: bool,
    pub outcome: String,
    pub more: String,
    pub decider: String,
    pub decider_cite: String,
    pub findings: Vec<FindingLine>,
    pub consents: Vec<StepLine>,
    pub missing: Vec<PaperLine>,
    pub papers: Vec<PaperLine>,
    pub steps: Vec<StepLine>,
    pub duties: Vec<StepLine>,
    pub latest: String,
    pub document: String,
    pub status: String,
    pub notes: Vec<String>,
    /// Labels of what is not typed yet.
    pub unknown: Vec<String>,
    /// Pointers of what is not typed yet, or not right yet.
    pub lacking: Vec<String>,
    /// What saving would be refused for, by pointer.
    pub faults: HashMap<String, String>,
    /// Why it is decided so.
    pub why: Option<WhyLines>,
    /// Who travels, as the regulation knows them.
    pub travellers: Vec<TravellerLine>,
}

pub struct TravellerLine {
    pub name: String,
    pub about: String,
    /// Something about them is worth a look: no passport, a discipline.
    pub late: bool,
}

/// Most travellers that the panel lists.
const TRAVELLERS: usize = 50;

fn travellers(
    contract: &Contract,
    assessment: &Value,
    names: &HashMap<String, String>,
    language: Language,
) -> Vec<TravellerLine> {
    let line = |t: &Value| {
        let name = names.get(text(t, "/for"))?.split(" – ").next().unwrap_or_default().to_owned();
        let missions = number(t, "/missions_this_year");
        let passport = match day_at(t, "/passport/expires_on") {
            Some(day) => {
                let kind = contract.label("passport_kind", text(t, "/passport/kind"), language);
                language.say(
                    &format!("{} đến {}", kind.to_lowercase(), show::day(day)),
                    &format!("{} until {}", kind.to_lowercase(), show::day(day)),
                )
            }
            None => language.say("chưa có hộ chiếu", "no passport known"),
        };
        let discipline = if is_true(t, "/under_discipline") {
            language.say("đang chịu kỷ luật", "under discipline")
        } else {
            String::new()
        };
        let managed = contract.label("managed_by", text(t, "/managed_by"), language);
        let trips =
            language.say(&format!("{missions} chuyến khác trong năm"), &format!("{missions} other trips in the year"));
        let late = t.pointer("/passport").is_none_or(Value::is_null) || !discipline.is_empty();
        let about = show::joined([managed.as_str(), &trips, &passport, &discipline], " · ");
        Some(TravellerLine { name, about, late })
    };
    items(assessment, "/travellers").iter().filter_map(line).take(TRAVELLERS).collect()
}

/// *Vì sao?*: the conditions of the rule with the facts of the case, and what would lead elsewhere.
pub struct WhyLines {
    pub because: Vec<BecauseLine>,
    /// For whom the rule speaks, where not for all.
    pub who: String,
    pub otherwise: Vec<OtherwiseLine>,
}

pub struct BecauseLine {
    pub fact: String,
    pub value: String,
    pub requires: String,
}

pub struct OtherwiseLine {
    pub said: String,
    pub decider: String,
    pub cite: String,
}

fn why(
    contract: &Contract,
    assessment: &Value,
    names: &HashMap<String, String>,
    language: Language,
) -> Option<WhyLines> {
    let told = assessment.pointer("/why").filter(|why| !why.is_null())?;
    let because = |r: &Value| BecauseLine {
        fact: show::sentence(text(r, "/label")),
        value: text(r, "/value").to_owned(),
        requires: text(r, "/requires").to_owned(),
    };
    let other = |o: &Value| OtherwiseLine {
        said: format!("{} {}: {}", language.pick("Nếu", "If"), text(o, "/label"), text(o, "/requires")),
        decider: match text(o, "/decider") {
            "" => language.say("không phải xin phép", "no permission is needed"),
            body => contract.label("body", body, language),
        },
        cite: text(o, "/citation").to_owned(),
    };
    Some(WhyLines {
        because: items(told, "/because").iter().map(because).collect(),
        who: people(told, names),
        otherwise: items(told, "/otherwise").iter().map(other).collect(),
    })
}

fn term(contract: &Contract, value: &Value, language: Language) -> String {
    if value.is_null() {
        return String::new();
    }
    let unit = contract.label("term_unit", text(value, "/unit"), language);
    format!("{} {}", number(value, "/value"), unit.to_lowercase())
}

/// Findings by weight: what blocks, what needs an approval, what is only noted.
pub fn findings(contract: &Contract, assessment: &Value, language: Language) -> Vec<FindingLine> {
    finding_lines(contract, items(assessment, "/findings"), language)
}

/// The same of a list of findings.
pub fn finding_lines<'a>(
    contract: &Contract,
    findings: impl IntoIterator<Item = &'a Value>,
    language: Language,
) -> Vec<FindingLine> {
    let weight = |f: &&Value| match text(f, "/severity") {
        "block" => 0,
        "special_approval" => 1,
        _ => 2,
    };
    let mut all: Vec<&Value> = findings.into_iter().collect();
    all.sort_by_key(weight);
    let line = |f: &Value| {
        let word = contract.label("severity", text(f, "/severity"), language);
        let mut cite = marked(text(f, "/citation"));
        let waiver = text(f, "/waivable_by");
        if !waiver.is_empty() {
            let who = contract.label("body", waiver, language);
            let may = language.say(&format!("{who} có thể chấp thuận"), &format!("{who} may waive it"));
            cite = show::joined([cite.as_str(), &may], " · ");
        }
        let said = match text(f, "/detail") {
            "" => contract.label("finding", text(f, "/code"), language),
            said => said.to_owned(),
        };
        let class = match text(f, "/severity") {
            "block" => "stop",
            "special_approval" => "ask",
            _ => "",
        };
        FindingLine { code: text(f, "/code").to_owned(), class, word, text: said, cite }
    };
    all.into_iter().map(line).collect()
}

/// Whether the agency still has the dossier, before it is submitted, or back to be added to.
pub fn is_with_agency(dossier: &Value) -> bool {
    matches!(text(dossier, "/state"), "draft" | "supplement_requested")
}

/// Before a dossier is submitted, what the rule asks for and is not there is no remark: the submission is refused for it. Where a
/// person names the decider, nobody knows what is asked for.
pub fn stop_for_missing(lines: &mut [FindingLine], outcome: &str, language: Language) {
    if outcome == "manual_authority_required" {
        return;
    }
    for line in lines.iter_mut().filter(|line| line.lacks()) {
        (line.class, line.word) = ("stop", language.say("Còn thiếu", "Missing"));
    }
    lines.sort_by_key(|line| line.class != "stop");
}

/// Whom something is about: names, never ids.
fn people(value: &Value, names: &HashMap<String, String>) -> String {
    let ids = items(value, "/for").iter().filter_map(Value::as_str);
    let named = ids.filter_map(|id| names.get(id)).map(|line| line.split(" – ").next().unwrap_or_default());
    show::joined(named, ", ")
}

/// What is not typed yet, by the labels of its fields; each once.
fn unknown(assessment: &Value, language: Language) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for pointer in items(assessment, "/unknown").iter().filter_map(Value::as_str) {
        let member = pointer.split('/').nth(1).unwrap_or_default();
        let label = labels::of("", member).map_or(member, |l| l.label(language)).to_owned();
        if !named.contains(&label) {
            named.push(label);
        }
    }
    named
}

/// What happens after the sending, in one sentence: who takes which step, and until when.
pub fn onward(contract: &Contract, assessment: &Value, language: Language) -> String {
    let step = |s: &Value| {
        let body = contract.label("body", text(s, "/body"), language);
        let kind = contract.label("step_kind", text(s, "/kind"), language).to_lowercase();
        let due = day_at(s, "/due_on").map(|day| format!("{} {}", language.pick("hạn", "due"), show::day(day)));
        show::joined([format!("{body}: {kind}").as_str(), due.as_deref().unwrap_or_default()], ", ")
    };
    let steps: Vec<String> =
        items(assessment, "/steps").iter().filter(|s| !text(s, "/body").is_empty()).map(step).collect();
    if steps.is_empty() {
        return String::new();
    }
    let first = language.pick("Thủ trưởng cơ quan ký, rồi", "The head of the agency signs, then");
    format!("{first} {}.", steps.join(language.pick("; rồi ", "; then ")))
}

/// The answer of the regulation in words; while the agency has the dossier, what lacks stops it.
pub fn answer(
    contract: &Contract,
    assessment: &Value,
    names: &HashMap<String, String>,
    with_agency: bool,
    language: Language,
) -> RuleAnswer {
    let label = |list: &str, word: &str| contract.label(list, word, language);
    let due = |value: &Value| match day_at(value, "/due_on") {
        Some(day) => show::long_day(day, language),
        // A term runs from an event that has no day yet.
        None if value.pointer("/within").is_some_and(|term| !term.is_null()) => {
            language.say("chưa tính được ngày", "day not known yet")
        }
        None => language.say("không định hạn", "no term"),
    };
    let outcome = text(assessment, "/outcome");
    let papers: Vec<PaperLine> = items(assessment, "/dossier")
        .iter()
        .map(|p| PaperLine {
            document: label("document", text(p, "/document")),
            cite: text(p, "/citation").to_owned(),
            present: is_true(p, "/present"),
        })
        .collect();
    let missing: Vec<PaperLine> = papers
        .iter()
        .filter(|p| !p.present)
        .map(|p| PaperLine { document: p.document.clone(), cite: p.cite.clone(), present: false })
        .collect();
    // Missing papers have a list of their own, each with its article.
    let others =
        items(assessment, "/findings").iter().filter(|f| text(f, "/code") != FindingCode::MissingDocument.word());
    let mut found = finding_lines(contract, others, language);
    if with_agency {
        stop_for_missing(&mut found, outcome, language);
    }
    let count = |class: &str| found.iter().filter(|f| f.class == class).count();
    let mut parts = Vec::new();
    let mut told = |n: usize, vi: &str, en: &str| {
        if n > 0 {
            parts.push(format!("{n} {}", language.pick(vi, en)));
        }
    };
    told(count("stop"), "điều chặn", "blocking");
    told(count("ask"), "điều cần chấp thuận", "to be waived");
    told(count(""), "lưu ý", "to note");
    told(missing.len(), "giấy tờ còn thiếu", "papers missing");
    // Whether a step before has a term: one without its own is due together with it.
    let mut timed = false;
    let step = |s: &Value| {
        let who = label("body", text(s, "/body"));
        let within = term(contract, s.pointer("/within").unwrap_or(&Value::Null), language);
        let follows = timed && within.is_empty() && day_at(s, "/due_on").is_none();
        timed |= !within.is_empty();
        let who = if within.is_empty() { who } else { format!("{who}, {within}") };
        let when = if follows { language.say("cùng hạn bước trước", "with the step before") } else { due(s) };
        StepLine { what: label("step_kind", text(s, "/kind")), who, when }
    };
    let duty = |o: &Value| StepLine {
        what: label("duty", text(o, "/code")),
        who: term(contract, o.pointer("/within").unwrap_or(&Value::Null), language),
        when: due(o),
    };
    let consent = |c: &Value| StepLine {
        what: label("body", text(c, "/body")),
        who: people(c, names),
        when: text(c, "/citation").to_owned(),
    };
    RuleAnswer {
        blocked: outcome == "blocked",
        free: outcome == "no_permission_needed",
        outcome: label("outcome", outcome),
        more: parts.join(", "),
        decider: label("body", text(assessment, "/decider/body")),
        decider_cite: text(assessment, "/decider/citation").to_owned(),
        consents: items(assessment, "/consents").iter().map(consent).collect(),
        steps: items(assessment, "/steps").iter().map(step).collect(),
        duties: items(assessment, "/obligations").iter().map(duty).collect(),
        latest: day_at(assessment, "/latest_submission_on").map(|d| show::long_day(d, language)).unwrap_or_default(),
        document: text(assessment, "/regulation/document").to_owned(),
        status: label("rule_status", text(assessment, "/regulation/status")),
        notes: items(assessment, "/notes").iter().map(|n| text(n, "/detail").to_owned()).collect(),
        unknown: unknown(assessment, language),
        lacking: items(assessment, "/unknown").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        faults: items(assessment, "/faults")
            .iter()
            .map(|fault| (text(fault, "/pointer").to_owned(), text(fault, "/detail").to_owned()))
            .collect(),
        why: why(contract, assessment, names, language),
        travellers: travellers(contract, assessment, names, language),
        findings: found,
        missing,
        papers,
    }
}
