//! A content as people read it: every field that has a value, with its label, made from the schema. Pure.

use std::collections::HashMap;

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::marks::marked;
use crate::pages::show;
use kernel::id::Id;
use kernel::text::Language;
use kernel::time::local;

pub struct SummaryRow {
    pub label: String,
    pub lines: Vec<String>,
}

/// The rows of a content; fields without a value are left out.
pub fn rows(
    contract: &Contract,
    schema: &str,
    fields: &[FormField],
    value: &Value,
    language: Language,
) -> Vec<SummaryRow> {
    ContentReader { contract, schema, language, names: &HashMap::new() }.rows(fields, value)
}

/// Reads values of a content to people.
pub struct ContentReader<'a> {
    pub contract: &'a Contract,
    pub schema: &'a str,
    pub language: Language,
    /// Names of people and units by their ids, where they do not stand beside them.
    pub names: &'a HashMap<String, String>,
}

/// Whether it is somebody or something with a name of its own.
fn is_named(value: &Value) -> bool {
    value.get("id").is_some() && (value.get("name").is_some() || value.get("full_name").is_some())
}

impl ContentReader<'_> {
    /// The rows of a content; fields without a value are left out.
    pub fn rows(&self, fields: &[FormField], value: &Value) -> Vec<SummaryRow> {
        fields.iter().filter_map(|field| self.row(field, value)).collect()
    }

    /// The row of a field that has a value.
    pub fn row(&self, field: &FormField, value: &Value) -> Option<SummaryRow> {
        let own = value.get(&field.name).filter(|own| !own.is_null())?;
        let lines = self.lines(field, own, value);
        (!lines.is_empty()).then(|| SummaryRow { label: self.label(&field.name), lines })
    }

    fn label(&self, name: &str) -> String {
        labels::of(self.schema, name).map_or(name, |l| l.label(self.language)).to_owned()
    }

    fn lines(&self, field: &FormField, value: &Value, around: &Value) -> Vec<String> {
        match (&field.kind, value) {
            (InputKind::Rows { row, .. }, Value::Array(items)) => {
                let line = |item: &Value| if is_named(item) { self.named(item) } else { self.joined(row, item) };
                items.iter().map(line).filter(|line| !line.is_empty()).collect()
            }
            (InputKind::Picks { of, .. }, Value::Array(items)) => {
                let one = FormField { name: field.name.clone(), kind: (**of).clone(), required: true, nullable: false };
                let line =
                    |item: &Value| if item.is_object() { self.named(item) } else { self.one(&one, item, around) };
                items.iter().map(line).filter(|line| !line.is_empty()).collect()
            }
            (InputKind::Choices { list, .. }, Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).map(|w| self.contract.label(list, w, self.language)).collect()
            }
            (InputKind::Lines, Value::Array(items)) => items.iter().filter_map(Value::as_str).map(marked).collect(),
            _ => Some(self.one(field, value, around)).filter(|line| !line.is_empty()).into_iter().collect(),
        }
    }

    /// Whoever or whatever an answer names.
    fn named(&self, value: &Value) -> String {
        let name = match show::text(value, "/full_name") {
            "" => show::text(value, "/name"),
            name => name,
        };
        marked(&show::joined([name, show::text(value, "/post")], ", "))
    }

    fn one(&self, field: &FormField, value: &Value, around: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        match &field.kind {
            InputKind::Day => text.parse().map_or_else(|_| text.to_owned(), |d| show::long_day(d, self.language)),
            InputKind::Moment => chrono::DateTime::parse_from_rfc3339(text)
                .map_or_else(|_| text.to_owned(), |at| local(at.naive_utc()).format("%d/%m/%Y %H:%M").to_string()),
            InputKind::Choice { list, .. } => self.contract.label(list, text, self.language),
            InputKind::Country => self.contract.label("country", text, self.language),
            InputKind::YesNo if value.as_bool() == Some(true) => self.language.say("Có", "Yes"),
            InputKind::YesNo => String::new(),
            InputKind::Number if field.name == "year" => value.to_string(),
            InputKind::Number => value.as_i64().map(show::grouped).unwrap_or_default(),
            // Which item it is stands in the plan; an id says nothing to people.
            InputKind::PlanItem if !self.names.contains_key(text) && text.parse::<Id>().is_ok() => {
                self.language.say("Có trong kế hoạch", "In the plan")
            }
            kind if kind.is_chosen_by_name() => {
                let beside = field.name.trim_end_matches("_id");
                let named = around.get(beside).map(|thing| self.named(thing)).filter(|name| !name.is_empty());
                let known = || self.names.get(text).map(|name| marked(name));
                // The name beside an id is that of the person whose row it is, not of their relative.
                let own = matches!(field.name.as_str(), "official_id" | "guest_id");
                let of_person =
                    || Some(marked(show::text(around, "/full_name"))).filter(|name| own && !name.is_empty());
                let named = named.or_else(known).or_else(of_person);
                named.unwrap_or_else(|| if text.parse::<Id>().is_ok() { String::new() } else { marked(text) })
            }
            InputKind::Group(_) if value.get("currency").is_some() => show::money(value),
            InputKind::Group(_) if is_named(value) => self.named(value),
            InputKind::Group(inner) if inner.is_empty() => self.free(value),
            InputKind::Group(inner) => self.joined(inner, value),
            // Moments of answers have no format of their own in the document.
            InputKind::Line { .. } if field.name == "at" || field.name.ends_with("_at") => {
                match show::moment(text, self.language) {
                    none if none.is_empty() => marked(text),
                    moment => moment,
                }
            }
            _ => marked(text),
        }
    }

    /// An object of no fixed shape, member by member.
    fn free(&self, value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let told = members.iter().filter(|(_, own)| !own.is_null());
                let told = told.map(|(name, own)| format!("{}: {}", self.label(name), self.free(own)));
                told.collect::<Vec<_>>().join("; ")
            }
            Value::Array(items) => items.iter().map(|item| self.free(item)).collect::<Vec<_>>().join(", "),
            Value::Bool(yes) => self.language.say(if *yes { "có" } else { "không" }, if *yes { "yes" } else { "no" }),
            Value::String(word) => {
                let lists = ["role", "body"].map(|list| self.contract.label(list, word, self.language));
                lists.into_iter().find(|label| label != word).unwrap_or_else(|| marked(word))
            }
            other => other.to_string(),
        }
    }

    /// The values of a group in one line.
    fn joined(&self, fields: &[FormField], value: &Value) -> String {
        let part = |field: &FormField| {
            // Who approved what stands in the items themselves; ids say nothing to people.
            if matches!(field.name.as_str(), "id" | "by" | "approved" | "refused") {
                return None;
            }
            let own = value.get(&field.name).filter(|own| !own.is_null())?;
            let lines = self.lines(field, own, value);
            if lines.is_empty() {
                return None;
            }
            // A box that is checked says nothing without its label.
            let text = lines.join("; ");
            // Of what is held for a time, the weekday says nothing.
            let held = |vi: &str, en: &str| {
                let day = show::day_at(value, &format!("/{}", field.name)).map(show::day);
                day.map(|day| self.language.say(&format!("{vi} {day}"), &format!("{en} {day}")))
            };
            let since = match field.name.as_str() {
                "valid_from" => held("từ", "from"),
                "valid_to" => held("đến trước", "until before"),
                _ => None,
            };
            if let Some(since) = since {
                return Some(since);
            }
            Some(if field.kind == InputKind::YesNo { self.label(&field.name) } else { text })
        };
        fields.iter().filter_map(part).collect::<Vec<_>>().join(" · ")
    }
}
