//! Reads the condition of a rule: facts and their constraints; every unknown word is reported with its line. Pure.

use std::collections::BTreeSet;

use toml_edit::Item;

use crate::fact::{Condition, Constraint, Domain, FactName};
use crate::read::{Fields, line_of, what};
use kernel::words::PostLevel;

/// The condition of a rule, from its table `when`.
pub(super) fn condition(fields: &Fields) -> Condition {
    let mut condition = Condition::default();
    let Some(item) = fields.get("when") else { return condition };
    let Some(table) = item.as_table_like() else {
        fields.wrong("when", "bảng các dữ kiện", "a table of facts");
        return condition;
    };
    for (key, item) in table.iter() {
        let span = table.get_key_value(key).and_then(|(k, _)| k.span());
        let line = span.map_or(fields.line, |s| line_of(fields.source, s.start));
        if key == "leader" {
            // `leader` (lãnh đạo) is expressed as post levels, so that it can be compared with `post_level`.
            let Some(yes) = item.as_bool() else {
                fields.fault(
                    line,
                    "wrong_type",
                    format!("{key}: phải là true hoặc false"),
                    format!("{key}: must be true or false"),
                );
                continue;
            };
            let levels = PostLevel::all().iter().filter(|l| l.is_leader() == yes).map(|l| l.word().to_owned());
            add(&mut condition, FactName::PostLevel, Constraint::OneOf(levels.collect()));
            continue;
        }
        let Some(fact) = fields.parse::<FactName>(what::FACT, key, line) else { continue };
        if let Some(constraint) = constraint(fields, fact, item, line) {
            add(&mut condition, fact, constraint);
        }
    }
    condition
}

/// Combines a constraint with an earlier one on the same fact: `leader` and `post_level` are one fact.
fn add(condition: &mut Condition, fact: FactName, constraint: Constraint) {
    let both = match (condition.0.remove(&fact), constraint) {
        (Some(Constraint::OneOf(a)), Constraint::OneOf(b)) => Constraint::OneOf(a.intersection(&b).cloned().collect()),
        (_, constraint) => constraint,
    };
    condition.0.insert(fact, both);
}

/// Reports the keys of a constraint that are not known.
fn only(fields: &Fields, item: &Item, known: &[&str], line: usize) {
    for (key, _) in item.as_table_like().into_iter().flat_map(|t| t.iter()).filter(|(key, _)| !known.contains(key)) {
        fields.fault(
            line,
            "unknown_key",
            format!("không có khóa «{key}» ở đây"),
            format!("there is no key \"{key}\" here"),
        );
    }
}

fn constraint(fields: &Fields, fact: FactName, item: &Item, line: usize) -> Option<Constraint> {
    let wrong = |vi: &str, en: &str| {
        let key = fact.word();
        fields.fault(line, "wrong_type", format!("{key}: phải là {vi}"), format!("{key}: must be {en}"));
        None
    };
    let known = |words: BTreeSet<String>, all: &BTreeSet<String>| {
        for word in words.difference(all) {
            let key = fact.word();
            fields.fault(
                line,
                "unknown_word",
                format!("{key}: không có «{word}»"),
                format!("{key}: there is no \"{word}\""),
            );
        }
        words
    };
    let list = |item: &Item| -> Option<BTreeSet<String>> {
        if let Some(word) = item.as_str() {
            return Some(BTreeSet::from([word.to_owned()]));
        }
        let array = item.as_array()?;
        Some(fields.array_texts(array, line).into_iter().map(|(text, _)| text).collect())
    };
    match fact.domain() {
        Domain::Words(all) => {
            if let Some(yes) = item.as_bool() {
                return Some(Constraint::OneOf(known(BTreeSet::from([yes.to_string()]), &all)));
            }
            only(fields, item, &["not"], line);
            if let Some(not) = item.as_table_like().and_then(|t| t.get("not")) {
                let Some(words) = list(not) else { return wrong("{ not = [các từ] }", "{ not = [words] }") };
                let words = known(words, &all);
                return Some(Constraint::OneOf(all.difference(&words).cloned().collect()));
            }
            let Some(words) = list(item) else {
                return wrong(
                    "một từ, danh sách từ, hoặc { not = [các từ] }",
                    "a word, a list of words, or { not = [words] }",
                );
            };
            Some(Constraint::OneOf(known(words, &all)))
        }
        Domain::Text => match list(item) {
            Some(words) => Some(Constraint::OneOf(words)),
            None => wrong("một từ hoặc danh sách từ", "a word or a list of words"),
        },
        Domain::Set(all) => {
            only(fields, item, &["any", "none"], line);
            let table = item.as_table_like();
            let part = |key| table.and_then(|t| t.get(key)).and_then(list);
            match (part("any"), part("none")) {
                (Some(any), None) => Some(Constraint::Any(known(any, &all))),
                (None, Some(none)) => Some(Constraint::NoneOf(known(none, &all))),
                _ => wrong("{ any = [các từ] } hoặc { none = [các từ] }", "{ any = [words] } or { none = [words] }"),
            }
        }
        Domain::Number => {
            only(fields, item, &["min", "max"], line);
            let table = item.as_table_like();
            let part = |key| table.and_then(|t| t.get(key)).and_then(Item::as_integer);
            match (part("min"), part("max")) {
                (None, None) => wrong("{ min = số, max = số }", "{ min = number, max = number }"),
                (min, max) => Some(Constraint::Range(min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX))),
            }
        }
    }
}
