//! What the agency was asked to add: which papers, by whom, and why. Pure.

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::show::{self, items, text};
use kernel::text::Language;

/// A request for a supplement that is not answered yet.
pub struct SupplementAsked {
    /// The body that asked, and when.
    pub who: String,
    /// Words of the kinds of papers.
    pub documents: Vec<String>,
    /// The same in the language of the reader.
    pub papers: Vec<String>,
    pub note: String,
    /// Where papers are added, for whoever may.
    pub to: String,
}

/// Papers in words.
pub fn papers(contract: &Contract, act: &Value, language: Language) -> Vec<String> {
    let words = items(act, "/missing").iter().filter_map(Value::as_str);
    words.map(|word| contract.label("document", word, language)).collect()
}

/// What a dossier in this state, with this history, still lacks by the word of a body.
pub fn asked(contract: &Contract, state: &str, history: &Value, language: Language) -> Option<SupplementAsked> {
    if state != "supplement_requested" {
        return None;
    }
    let act = items(history, "/items").iter().rev().find(|act| text(act, "/action") == "request-supplement")?;
    let body = contract.label("body", text(act, "/body"), language);
    let at = show::moment(text(act, "/at"), language);
    Some(SupplementAsked {
        who: show::joined([body.as_str(), &at], " · "),
        documents: items(act, "/missing").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        papers: papers(contract, act, language),
        note: text(act, "/note").to_owned(),
        to: String::new(),
    })
}
