//! What an item says, in words: by the schema of the answer, as cells of a table and rows of a page. Pure.

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind, fields_of};
use crate::pages::show;
use crate::pages::summary::{self, SummaryRow};
use kernel::text::Language;

/// The schema of a row of the trail.
const TRAIL: &str = "TrailRow";

/// What an act of the trail is called, that is no act on a dossier.
pub fn trail_act(word: &str) -> Option<(&'static str, &'static str)> {
    let lines = include_str!("trail_acts.tsv").lines();
    lines.map(|line| line.split('\t').collect::<Vec<_>>()).find_map(|cells| match cells.as_slice() {
        [act, vi, en] if *act == word => Some((*vi, *en)),
        _ => None,
    })
}

/// The members of an item that say nothing to people.
const SILENT: [&str; 8] =
    ["id", "version", "hash", "session_id", "trace_id", "allowed_actions", "asked_by", "merged_into"];

/// Members whose words the document does not name: schema, member, list of the vocabulary.
const WORDS: [(&str, &str, &str); 3] =
    [("Duty", "code", "duty"), ("WebhookDelivery", "state", "delivery_state"), ("WebhookDelivery", "event", "action")];

/// How items of one kind are told.
pub struct Telling<'a> {
    contract: &'a Contract,
    schema: &'a str,
    fields: Vec<FormField>,
    language: Language,
}

impl<'a> Telling<'a> {
    pub fn of(contract: &'a Contract, schema: &'a str, language: Language) -> Self {
        Telling { contract, schema, fields: fields_of(contract, schema), language }
    }

    /// What a member is called.
    pub fn label(&self, name: &str) -> String {
        labels::of(self.schema, name).map_or(name, |label| label.label(self.language)).to_owned()
    }

    /// Whether its values stand at the right, under each other.
    pub fn is_number(&self, name: &str) -> bool {
        self.fields.iter().any(|f| f.name == name && f.kind == InputKind::Number)
    }

    /// What an item says in one member.
    pub fn cell(&self, item: &Value, name: &str) -> Vec<String> {
        if let Some((.., list)) =
            WORDS.into_iter().find(|(schema, member, _)| *schema == self.schema && *member == name)
        {
            return vec![self.contract.label(list, show::text(item, &format!("/{name}")), self.language)];
        }
        if self.schema == TRAIL && matches!(name, "action" | "reason") {
            let word = show::text(item, &format!("/{name}"));
            return (!word.is_empty()).then(|| self.of_trail(word)).into_iter().collect();
        }
        // In a table, the weekday of every day is noise.
        if self.fields.iter().any(|f| f.name == name && f.kind == InputKind::Day) {
            return show::day_at(item, &format!("/{name}")).map(show::day).into_iter().collect();
        }
        let field = self.fields.iter().filter(|f| f.name == name).cloned().collect::<Vec<_>>();
        let rows = summary::rows(self.contract, self.schema, &field, item, self.language);
        rows.into_iter().flat_map(|row| row.lines).collect()
    }

    /// A word of the trail: an act on a dossier, another act, or why it was refused.
    fn of_trail(&self, word: &str) -> String {
        let lists = ["action", "error"].map(|list| self.contract.label(list, word, self.language));
        if let Some(label) = lists.into_iter().find(|label| label != word) {
            return label;
        }
        trail_act(word).map_or_else(|| word.replace('_', " "), |(vi, en)| self.language.say(vi, en))
    }

    /// All that an item says but for what stands elsewhere on its page.
    pub fn rows(&self, item: &Value, elsewhere: &[&str]) -> Vec<SummaryRow> {
        let beside = |f: &FormField| self.fields.iter().any(|other| other.name == format!("{}_id", f.name));
        // What an id means stands beside it.
        let bare_id = |f: &FormField| f.name.ends_with("_id") && matches!(f.kind, InputKind::Line { .. });
        let shown = self.fields.iter().filter(|f| {
            !SILENT.contains(&f.name.as_str()) && !elsewhere.contains(&f.name.as_str()) && !beside(f) && !bare_id(f)
        });
        let shown: Vec<FormField> = shown.cloned().collect();
        summary::rows(self.contract, self.schema, &shown, item, self.language)
    }

    /// The members that a page may show; each needs a label.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|f| f.name.as_str()).filter(|name| !SILENT.contains(name))
    }
}
