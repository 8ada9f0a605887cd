//! The way of a dossier: the acts of the past, what waits, and what is to come.

use serde_json::Value;

use crate::pages::inbox::outcome_of;
use crate::pages::marks::marked;
use crate::pages::request::PageRequest;
use crate::pages::show::{self, items, person, text};
use crate::pages::supplement;

/// An act of the history, or a step to come.
pub struct StoryEntry {
    pub class: &'static str,
    pub when: String,
    pub what: String,
    pub who: String,
    pub quote: String,
    /// What a body asked for, or how it answered.
    pub said: String,
}

/// What a body answered by an act, if the act was the answer of a step.
fn outcome_at(page: &PageRequest, act: &Value, dossier: &Value) -> Option<String> {
    let steps = items(dossier, "/steps").iter();
    let mut answered =
        steps.filter(|s| text(s, "/acted_at") == text(act, "/at") && text(s, "/body") == text(act, "/body"));
    let outcome = answered.find_map(|s| s.get("outcome")?.as_str())?;
    // What only says that the step was taken adds nothing.
    Some(outcome_of(page, outcome)).filter(|label| label != outcome)
}

/// The acts of the past, then what waits, then what is to come.
pub fn story(page: &PageRequest, history: &Value, dossier: &Value) -> Vec<StoryEntry> {
    let label = |list: &str, word: &str| page.contract.label(list, word, page.language);
    let mut story = Vec::new();
    for act in items(history, "/items") {
        let action = text(act, "/action");
        let mut who = marked(&person(act, "/actor_person", text(act, "/actor")));
        if let Some(other) = act.pointer("/on_behalf_of_person").filter(|p| !p.is_null()) {
            who = format!("{who} · {} {}", page.t("ký thay", "for"), marked(text(other, "/full_name")));
        }
        let document = text(act, "/document/number");
        if !document.is_empty() {
            who = format!("{who} · {document}");
        }
        let what = match action {
            "create" => page.t("Lập hồ sơ", "Drafted").to_owned(),
            _ => label("action", action),
        };
        let body = text(act, "/body");
        let what = if body.is_empty() { what } else { format!("{}: {}", label("body", body), what.to_lowercase()) };
        story.push(StoryEntry {
            class: if action == "edit" { "edit" } else { "" },
            when: show::sentence(&show::moment(text(act, "/at"), page.language)),
            what,
            who,
            said: outcome_at(page, act, dossier)
                .unwrap_or_else(|| supplement::papers(&page.contract, act, page.language).join("; ")),
            quote: text(act, "/note").to_owned(),
        });
    }
    for step in items(dossier, "/steps") {
        let open = match text(step, "/standing") {
            "open" => true,
            "waiting" => false,
            _ => continue,
        };
        let (due, said, late) = page.due_at(step, "/due_on");
        let due = due.map(|d| {
            let said = if open { said.as_str() } else { "" };
            let day = format!("{} {}", page.t("hạn", "due"), show::long_day(d, page.language));
            show::joined([day.as_str(), said], " · ")
        });
        let (kind, body) = (label("step_kind", text(step, "/kind")), label("body", text(step, "/body")));
        story.push(StoryEntry {
            class: match (open, late) {
                (true, true) => "now late-step",
                (true, false) => "now",
                _ => "next",
            },
            when: show::sentence(&due.unwrap_or_else(|| page.t("không định hạn", "no term").to_owned())),
            what: format!(
                "{}: {}",
                if open { page.t("Đang chờ", "Waiting") } else { page.t("Tiếp theo", "Next") },
                kind.to_lowercase()
            ),
            who: body,
            said: String::new(),
            quote: String::new(),
        });
    }
    story
}
