//! Forms that change what was decided or recorded: they show the present content, and send only what differs from it.

use serde_json::{Map, Value};

use crate::pages::forms::decode::{Blank, TypingFaults, members};
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;

/// The group of a body that holds the changes.
pub const CHANGES: &str = "changes";
const AT: &str = "/changes";

/// The fields that a form changes, if it is one of these.
pub fn changed_fields(fields: &[FormField]) -> Option<&[FormField]> {
    let group = fields.iter().find(|f| f.name == CHANGES)?;
    match &group.kind {
        InputKind::Group(inner) => Some(inner),
        _ => None,
    }
}

/// The present content as if it had been typed into the form.
pub fn present(fields: &[FormField], dossier: &Value) -> Typed {
    let inner = changed_fields(fields).unwrap_or_default();
    let typed = Typed::of_value(inner, dossier);
    Typed(typed.0.into_iter().map(|(at, value)| (format!("{AT}{at}"), value)).collect())
}

/// The changes of a body: the members that differ from the present content; a blank one takes the value away.
pub fn differing(fields: &[FormField], typed: &Typed, before: &Typed) -> Value {
    differing_below(AT, changed_fields(fields).unwrap_or_default(), typed, before)
}

/// The members of a body below a pointer that differ from the present content.
pub fn differing_below(at: &str, fields: &[FormField], typed: &Typed, before: &Typed) -> Value {
    // Faults of the typing were told when the whole body was made.
    let of = |typed: &Typed| members(fields, typed, at, Blank::TakenAway, &mut TypingFaults::new());
    let (mine, now) = (of(typed), of(before));
    let changed: Map<String, Value> = mine.into_iter().filter(|(name, value)| now.get(name) != Some(value)).collect();
    Value::Object(changed)
}

/// Takes away exceptions for which nobody gave a reason: they were only offered.
pub fn drop_unreasoned(typed: &mut Typed) {
    for n in typed.rows("/waivers").into_iter().rev() {
        if typed.is_blank(&format!("/waivers/{n}/reason")) {
            typed.remove_row(&format!("/waivers/{n}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_sent_and_a_blank_takes_the_value_away() {
        let line = |name: &str, nullable| FormField {
            name: name.to_owned(),
            kind: InputKind::Line { longest: 100 },
            required: false,
            nullable,
        };
        let inner = vec![line("title", false), line("note", true), line("place", true)];
        let fields = vec![FormField {
            name: CHANGES.to_owned(),
            kind: InputKind::Group(inner),
            required: true,
            nullable: false,
        }];
        let before = present(&fields, &json!({"title": "A", "note": "B", "place": null}));
        let mut typed = before.clone();
        assert_eq!(differing(&fields, &typed, &before), json!({}));
        typed.set("/changes/title", "C");
        typed.set("/changes/note", "");
        assert_eq!(differing(&fields, &typed, &before), json!({"title": "C", "note": null}));
    }
}
