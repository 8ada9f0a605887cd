//! Two typings of the same fields side by side: what somebody typed, and what stands there now. Pure.

use std::collections::HashMap;

use crate::pages::contract::Contract;
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;
use crate::pages::marks::marked;
use kernel::text::Language;

/// A field that differs.
pub struct DifferingField {
    pub pointer: String,
    pub label: String,
    pub mine: Vec<String>,
    pub now: Vec<String>,
}

impl DifferingField {
    /// The name of the choice between its two values.
    pub fn choice(&self) -> String {
        format!("{KEEP}{}", self.pointer)
    }
}

/// What is known of the values that are compared.
pub struct SideBySide<'a> {
    pub contract: &'a Contract,
    pub schema: &'a str,
    pub language: Language,
    /// Names of people and units by their ids.
    pub names: &'a HashMap<String, String>,
}

impl SideBySide<'_> {
    /// The fields below a pointer that differ.
    pub fn differing(&self, fields: &[FormField], at: &str, mine: &Typed, now: &Typed) -> Vec<DifferingField> {
        let mut all = Vec::new();
        for field in fields {
            let pointer = format!("{at}/{}", field.name);
            let (ours, theirs) = (self.said(&field.kind, mine, &pointer), self.said(&field.kind, now, &pointer));
            if ours != theirs {
                let label =
                    labels::of(self.schema, &field.name).map_or(field.name.as_str(), |l| l.label(self.language));
                all.push(DifferingField { pointer, label: label.to_owned(), mine: ours, now: theirs });
            }
        }
        all
    }

    /// What was typed at a pointer, in words.
    fn said(&self, kind: &InputKind, typed: &Typed, at: &str) -> Vec<String> {
        let text = || typed.get(at).unwrap_or_default().trim().to_owned();
        let lines = match kind {
            InputKind::Group(fields) => vec![self.joined(fields, typed, at)],
            InputKind::Rows { row, .. } => {
                typed.rows(at).iter().map(|n| self.joined(row, typed, &format!("{at}/{n}"))).collect()
            }
            InputKind::Picks { of, .. } => {
                typed.rows(at).iter().flat_map(|n| self.said(of, typed, &format!("{at}/{n}"))).collect()
            }
            InputKind::Choices { list, .. } => {
                typed.all(at).map(|word| self.contract.label(list, word, self.language)).collect()
            }
            InputKind::Choice { list, .. } => vec![self.contract.label(list, &text(), self.language)],
            InputKind::Country => vec![self.contract.label("country", &text(), self.language)],
            kind if kind.is_chosen_by_name() => {
                let id = text();
                vec![marked(self.names.get(&id).unwrap_or(&id))]
            }
            InputKind::YesNo => {
                let yes = typed.get(at).map(|_| self.language.say("Có", "Yes"));
                vec![yes.unwrap_or_default()]
            }
            InputKind::Lines => text().lines().map(marked).collect(),
            InputKind::Day | InputKind::Moment | InputKind::Number => vec![text()],
            _ => vec![marked(&text())],
        };
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }

    fn joined(&self, fields: &[FormField], typed: &Typed, at: &str) -> String {
        let parts = fields.iter().filter(|f| f.name != "passport_number");
        let parts = parts.flat_map(|f| self.said(&f.kind, typed, &format!("{at}/{}", f.name)));
        parts.collect::<Vec<_>>().join(" · ")
    }
}

/// Marks a choice between the two for a field: the name of its radio buttons.
const KEEP: &str = "keep:";

/// The field of a form in which two people met: whoever sends it is asked which value stays.
const ASKED: &str = "keep:asked";

/// Whether somebody was asked to choose between values.
pub fn is_asked(typed: &Typed) -> bool {
    typed.get(ASKED).is_some()
}

/// Puts what stands there now in the place of what was typed, where the person chose so; the pointers for which they chose nothing
/// are returned.
pub fn settle(typed: &mut Typed, now: &Typed) -> Vec<String> {
    let asked: Vec<String> = typed.all(ASKED).map(str::to_owned).collect();
    let open = asked.into_iter().filter(|pointer| typed.get(&format!("{KEEP}{pointer}")).is_none()).collect();
    let chosen = typed.0.iter().filter(|(name, value)| name.starts_with(KEEP) && value == "now");
    let pointers: Vec<String> = chosen.filter_map(|(name, _)| name.strip_prefix(KEEP).map(str::to_owned)).collect();
    typed.0.retain(|(name, _)| !name.starts_with(KEEP));
    for pointer in pointers.into_iter().filter(|pointer| pointer.starts_with('/')) {
        let below = format!("{pointer}/");
        let inside = |name: &str| name == pointer || name.starts_with(&below);
        typed.0.retain(|(name, _)| !inside(name));
        typed.0.extend(now.0.iter().filter(|(name, _)| inside(name)).cloned());
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_now_takes_the_place_of_what_was_typed_only_where_it_was_chosen() {
        let line = |at: &str, value: &str| (at.to_owned(), value.to_owned());
        let mut mine = Typed(vec![
            line("/title", "Của tôi"),
            line("/stops/0/place", "Seoul"),
            line("/stops/1/place", "Busan"),
            line("keep:/title", "mine"),
            line("keep:/stops", "now"),
        ]);
        let now = Typed(vec![line("/title", "Của họ"), line("/stops/0/place", "Jeju")]);
        assert!(!is_asked(&mine));
        assert_eq!(settle(&mut mine, &now), [""; 0]);
        assert_eq!(mine.0, [line("/title", "Của tôi"), line("/stops/0/place", "Jeju")]);
        // Where nobody chose, what was typed stays for now, and is asked for.
        let mut mine = Typed(vec![
            line("/note", "Của tôi"),
            line("keep:asked", "/note"),
            line("keep:asked", "/title"),
            line("keep:/title", "now"),
        ]);
        assert!(is_asked(&mine));
        assert_eq!(settle(&mut mine, &now), ["/note"]);
        assert_eq!(mine.0, [line("/note", "Của tôi"), line("/title", "Của họ")]);
    }
}
