//! What was typed into a form: texts by the pointer of their field, in order; and a stored value as if it had been typed.
//! Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::show;
use kernel::time::{Day, local};

/// Most fields of a form: a list of 2,000 guests.
const MOST_FIELDS: usize = 12_000;

/// The choice of the row whose person leads the others: its value is the pointer of the row.
pub const HEAD_CHOICE: &str = "head";
/// The member of a row that says what somebody is in the delegation, and two of its words.
pub const ROLE: &str = "/role";
pub const HEAD: &str = "head";
const MEMBER: &str = "member";

/// Texts by pointer. A pointer may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// Reads the body of a form.
    pub fn of_form(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body).take(MOST_FIELDS).map(|(name, value)| {
            // Browsers end lines of a text area with CR LF.
            (name.into_owned(), value.replace("\r\n", "\n"))
        });
        let mut typed = Typed(pairs.collect());
        typed.name_head();
        typed
    }

    /// Gives the role of the head to the row that was chosen, and to no other. One pass: anybody may send a long form.
    fn name_head(&mut self) {
        let Some(row) = self.get(HEAD_CHOICE).filter(|row| row.starts_with('/')).map(str::to_owned) else { return };
        self.0.retain(|(name, _)| name != HEAD_CHOICE);
        let Some((list, chosen)) = row.rsplit_once('/') else { return };
        let below = format!("{list}/");
        // Rows in which something stands; true once their role does.
        let mut rows: BTreeMap<String, bool> = BTreeMap::from([(chosen.to_owned(), false)]);
        for (name, value) in &mut self.0 {
            let Some((n, member)) = name.strip_prefix(&below).and_then(|rest| rest.split_once('/')) else { continue };
            if member != &ROLE[1..] {
                if !value.trim().is_empty() {
                    rows.entry(n.to_owned()).or_default();
                }
            } else if n == chosen {
                HEAD.clone_into(value);
                rows.insert(n.to_owned(), true);
            } else if !value.is_empty() {
                // Whoever led before goes with the rest.
                if value == HEAD {
                    MEMBER.clone_into(value);
                }
                rows.insert(n.to_owned(), true);
            }
        }
        for (n, _) in rows.into_iter().filter(|(_, named)| !named) {
            let role = if n == chosen { HEAD } else { MEMBER };
            self.put(&format!("{below}{n}{ROLE}"), role);
        }
    }

    /// The value of a field. Where one comes several times, a choice below a text counts, not the text.
    pub fn get(&self, pointer: &str) -> Option<&str> {
        let own = || self.0.iter().filter(|(name, _)| name == pointer).map(|(_, value)| value.as_str());
        own().rfind(|value| !value.trim().is_empty()).or_else(|| own().next())
    }

    pub fn all<'a>(&'a self, pointer: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == pointer).map(|(_, value)| value.as_str())
    }

    pub fn set(&mut self, pointer: &str, value: &str) {
        self.0.retain(|(name, _)| name != pointer);
        self.0.push((pointer.to_owned(), value.to_owned()));
    }

    fn put(&mut self, pointer: &str, value: impl Into<String>) {
        self.0.push((pointer.to_owned(), value.into()));
    }

    /// The numbers of the rows below a pointer, in order.
    pub fn rows(&self, pointer: &str) -> Vec<usize> {
        let below = format!("{pointer}/");
        let number = |name: &str| name.strip_prefix(&below)?.split('/').next()?.parse().ok();
        let mut rows: Vec<usize> = self.0.iter().filter_map(|(name, _)| number(name)).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Whether something stands in a field, if only a row without a word.
    pub fn says(&self, name: &str) -> bool {
        let at = format!("/{name}");
        !self.is_blank(&at) || !self.rows(&at).is_empty()
    }

    /// Whether nothing was typed at a pointer or below it.
    pub fn is_blank(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        let here = |name: &str| name == pointer || name.starts_with(&below);
        !self.0.iter().any(|(name, value)| here(name) && !value.trim().is_empty())
    }

    /// Takes away the rows of a list in which nothing was typed; the others move up.
    pub fn drop_blank_rows(&mut self, list: &str) {
        let below = format!("{list}/");
        let row = |name: &str| name.strip_prefix(&below)?.split('/').next()?.parse::<usize>().ok();
        let filled: BTreeSet<usize> =
            self.0.iter().filter(|(_, value)| !value.trim().is_empty()).filter_map(|(name, _)| row(name)).collect();
        let place: HashMap<usize, usize> = filled.into_iter().enumerate().map(|(at, n)| (n, at)).collect();
        for (name, _) in &mut self.0 {
            let Some(n) = row(name) else { continue };
            let tail = name.get(below.len() + n.to_string().len()..).unwrap_or_default();
            *name = place.get(&n).map_or_else(String::new, |at| format!("{below}{at}{tail}"));
        }
        self.0.retain(|(name, _)| !name.is_empty());
    }

    /// Takes a row away; the rows after it move up.
    pub fn remove_row(&mut self, pointer: &str) {
        let Some((list, row)) = pointer.rsplit_once('/') else { return };
        let Ok(gone) = row.parse::<usize>() else { return };
        let below = format!("{list}/");
        let mut kept = Vec::new();
        for (name, value) in std::mem::take(&mut self.0) {
            let Some(rest) = name.strip_prefix(&below) else {
                kept.push((name, value));
                continue;
            };
            let (at, tail) = rest.split_once('/').map_or((rest, None), |(at, tail)| (at, Some(tail)));
            match at.parse::<usize>() {
                Ok(at) if at == gone => {}
                Ok(at) => {
                    let at = if at > gone { at - 1 } else { at };
                    let tail = tail.map(|tail| format!("/{tail}")).unwrap_or_default();
                    kept.push((format!("{below}{at}{tail}"), value));
                }
                Err(_) => kept.push((name, value)),
            }
        }
        self.0 = kept;
    }

    /// Adds or takes away a row, or lets a choice be made anew, where a button of the form asks for it; nothing is sent then.
    pub fn redrawn(&mut self) -> bool {
        let asked = |name: &str| self.get(name).map(str::to_owned);
        let (add, remove, change) = (asked("add"), asked("remove"), asked("change"));
        if let Some(list) = add {
            let next = self.rows(&list).last().map_or(0, |last| last + 1);
            self.set(&format!("{list}/{next}"), "");
        } else if let Some(row) = remove {
            self.remove_row(&row);
        } else if let Some(pointer) = change {
            self.set(&pointer, "");
        } else {
            return false;
        }
        self.0.retain(|(name, _)| name.starts_with('/'));
        true
    }

    /// A stored value as if it had been typed into these fields.
    pub fn of_value(fields: &[FormField], value: &Value) -> Self {
        let mut typed = Typed::default();
        typed.fill(fields, value, "");
        typed
    }

    fn fill(&mut self, fields: &[FormField], value: &Value, at: &str) {
        for field in fields {
            let pointer = format!("{at}/{}", field.name);
            if let Some(own) = value.get(&field.name).filter(|own| !own.is_null()) {
                self.fill_one(&field.kind, own, &pointer);
            }
        }
    }

    fn fill_one(&mut self, kind: &InputKind, value: &Value, at: &str) {
        match (kind, value) {
            (InputKind::Group(fields), _) => self.fill(fields, value, at),
            (InputKind::Rows { row, .. }, Value::Array(items)) => {
                items.iter().enumerate().for_each(|(n, item)| self.fill(row, item, &format!("{at}/{n}")));
            }
            (InputKind::Picks { of, .. }, Value::Array(items)) => {
                for (n, item) in items.iter().enumerate() {
                    // Beside an id, answers name the thing itself; forms send the id alone.
                    let id = item.get("official_id").or_else(|| item.get("id")).unwrap_or(item);
                    self.fill_one(of, id, &format!("{at}/{n}"));
                }
            }
            (InputKind::Choices { .. }, Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).for_each(|word| self.put(at, word));
            }
            (InputKind::Lines, Value::Array(items)) => {
                let lines: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                self.put(at, lines.join("\n"));
            }
            (InputKind::Day, Value::String(text)) => {
                self.put(at, text.parse::<Day>().map_or_else(|_| text.clone(), show::day));
            }
            (InputKind::Moment, Value::String(text)) => {
                let shown = chrono::DateTime::parse_from_rfc3339(text)
                    .map(|at| local(at.naive_utc()).format("%d/%m/%Y %H:%M").to_string());
                self.put(at, shown.unwrap_or_else(|_| text.clone()));
            }
            (InputKind::YesNo, Value::Bool(true)) => self.put(at, "true"),
            (_, Value::String(text)) => self.put(at, text.clone()),
            (_, Value::Number(number)) => self.put(at, number.to_string()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_was_chosen_leads_and_whoever_led_before_goes_with_the_rest() {
        let form = "head=%2Fm%2F1&%2Fm%2F0%2Fid=a&%2Fm%2F0%2Frole=&%2Fm%2F1%2Fid=b&%2Fm%2F1%2Frole=member\
            &%2Fm%2F2%2Fid=c&%2Fm%2F2%2Frole=interpreter&%2Fm%2F3%2Fid=&%2Fm%2F3%2Frole=";
        let typed = Typed::of_form(form.as_bytes());
        let roles: Vec<&str> = (0..4).map(|n| typed.get(&format!("/m/{n}/role")).unwrap_or_default()).collect();
        assert_eq!(roles, ["member", "head", "interpreter", ""]);
        assert_eq!(Typed::of_form(b"%2Fm%2F0%2Frole=head").get("/m/0/role"), Some("head"));
    }
}
