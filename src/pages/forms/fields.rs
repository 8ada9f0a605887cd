//! Fields as they are shown: label, hint, what was typed, what is wrong with it.

use std::collections::HashMap;

use askama::Template;

use crate::pages::contract::{Contract, Offer};
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::{HEAD, ROLE, Typed};
use crate::pages::working_days::WorkingDays;
use kernel::text::Language;

/// How a field is drawn.
pub enum Control {
    Line {
        value: String,
        class: &'static str,
        longest: u64,
        /// The list that script offers to choose from.
        pick: &'static str,
        /// What fits, where the text fits several.
        offers: Vec<Offer>,
        /// A day, told back with what it is.
        told: String,
    },
    Text {
        value: String,
        longest: u64,
    },
    Check {
        checked: bool,
    },
    /// Few words.
    Radios(Vec<Offer>),
    /// Many words, or names of people.
    Select {
        offers: Vec<Offer>,
        named: bool,
    },
    Checks(Vec<Offer>),
    /// Somebody or something that is chosen by name: its id and name once it is known, else the text and what fits it.
    Pick {
        id: String,
        name: String,
        typed: String,
        offers: Vec<Offer>,
        /// The list that script offers to choose from.
        list: &'static str,
    },
    Group(Vec<DrawnField>),
    Rows {
        rows: Vec<RowView>,
        more: bool,
        pointer: String,
        /// What one row is called.
        one: String,
    },
}

pub struct RowView {
    /// Of a list of people: whether this one leads them.
    pub leads: Option<bool>,
    pub legend: String,
    pub pointer: String,
    pub fields: Vec<DrawnField>,
}

#[derive(Template)]
#[template(path = "field.html")]
pub struct DrawnField {
    pub id: String,
    pub pointer: String,
    pub label: String,
    pub hint: String,
    pub optional: bool,
    pub fault: String,
    pub control: Control,
    pub language: Language,
}

impl DrawnField {
    fn t(&self, vi: &'static str, en: &'static str) -> &'static str {
        self.language.pick(vi, en)
    }
}

/// A fault in the summary: where it is, and what it says.
pub struct FaultLine {
    pub id: String,
    pub text: String,
}

/// The id of the element of a pointer.
pub fn id_of(pointer: &str) -> String {
    format!("f{}", pointer.replace('/', "-"))
}

/// What fields need to be shown.
pub struct Drawing<'a> {
    pub contract: &'a Contract,
    pub schema: &'a str,
    pub language: Language,
    pub typed: &'a Typed,
    /// What is wrong, by pointer.
    pub faults: &'a HashMap<String, String>,
    /// Names of people, units and items by their ids.
    pub names: &'a HashMap<String, String>,
    /// Whom alone a form may name, if it is about these people.
    pub people: &'a [(String, String)],
    /// What fits a name that fits several, by pointer.
    pub offers: &'a HashMap<String, Vec<(String, String)>>,
    /// For telling days back.
    pub calendar: &'a WorkingDays,
}

impl Drawing<'_> {
    pub fn fields(&self, fields: &[FormField]) -> Vec<DrawnField> {
        fields.iter().map(|field| self.field(field, "")).collect()
    }

    fn offered(&self, list: &str, words: &[String], chosen: &[&str]) -> Vec<Offer> {
        let offer = |word: &String| self.contract.offer(list, word, chosen.contains(&word.as_str()), self.language);
        words.iter().map(offer).collect()
    }

    /// Whether the person of a row leads the others.
    fn leads(&self, row: &str) -> bool {
        self.typed.get(&format!("{row}{ROLE}")) == Some(HEAD)
    }

    /// What fits a text that fits several.
    fn fitting(&self, pointer: &str) -> Vec<Offer> {
        let offered = self.offers.get(pointer).into_iter().flatten();
        offered.map(|(id, name)| Offer { value: id.clone(), label: name.clone(), chosen: false }).collect()
    }

    /// One of the people whom alone the form may name.
    fn chosen_of_people(&self, chosen: &str) -> Control {
        let offers = self.people.iter().map(|one| offer_of(one, chosen)).collect();
        Control::Select { offers, named: true }
    }

    fn field(&self, field: &FormField, at: &str) -> DrawnField {
        let pointer = format!("{at}/{}", field.name);
        let label = labels::of(self.schema, &field.name);
        self.view(
            pointer,
            &field.kind,
            label.map_or(field.name.as_str(), |l| l.label(self.language)),
            label.map_or("", |l| l.hint(self.language)),
            !field.required,
        )
    }

    /// The rows that were typed, or one to begin with.
    fn rows(&self, list: &str, most: u64, begins: bool, row: impl Fn(usize, String) -> RowView) -> Control {
        let mut numbers = self.typed.rows(list);
        if numbers.is_empty() && begins {
            numbers.push(0);
        }
        let rows: Vec<RowView> = numbers.into_iter().map(|n| row(n, format!("{list}/{n}"))).collect();
        let more = u64::try_from(rows.len()).unwrap_or(u64::MAX) < most;
        Control::Rows { rows, more, pointer: list.to_owned(), one: self.one_of(list).to_owned() }
    }

    /// What one row of a list is called.
    fn one_of(&self, list: &str) -> &'static str {
        labels::of(self.schema, labels::name_of(list)).map_or("", |label| label.one(self.language))
    }

    fn view(&self, pointer: String, kind: &InputKind, label: &str, hint: &str, optional: bool) -> DrawnField {
        let value = self.typed.get(&pointer).unwrap_or_default().to_owned();
        let line = |class: &'static str, longest: u64| Control::Line {
            value: value.clone(),
            class,
            longest,
            pick: "",
            offers: Vec::new(),
            told: String::new(),
        };
        let control = match kind {
            InputKind::Line { longest } => line("", *longest),
            InputKind::Text { longest } => Control::Text { value, longest: *longest },
            InputKind::Day => Control::Line {
                told: self.calendar.told(&value, self.language),
                value,
                class: "day",
                longest: 20,
                pick: "",
                offers: Vec::new(),
            },
            InputKind::Moment => line("short", 30),
            InputKind::Number => line("short", 30),
            InputKind::YesNo => Control::Check { checked: self.typed.get(&pointer).is_some() },
            // Who leads is one choice for the whole list.
            InputKind::Choice { list, words } if is_leading(words) && pointer.ends_with(ROLE) => {
                let others: Vec<String> = words.iter().filter(|word| *word != HEAD).cloned().collect();
                Control::Select { offers: self.offered(list, &others, &[value.as_str()]), named: false }
            }
            InputKind::Choice { list, words } => {
                let offers = self.offered(list, words, &[value.as_str()]);
                if offers.len() <= 4 { Control::Radios(offers) } else { Control::Select { offers, named: false } }
            }
            InputKind::Choices { list, words } => {
                let chosen: Vec<&str> = self.typed.all(&pointer).collect();
                Control::Checks(self.offered(list, words, &chosen))
            }
            InputKind::Lines => Control::Text { value, longest: 4_000 },
            InputKind::Country => {
                let label = self.contract.label("country", &value, self.language);
                Control::Line {
                    value: if label.is_empty() { value } else { label },
                    class: "",
                    longest: 100,
                    pick: "country",
                    offers: self.fitting(&pointer),
                    told: String::new(),
                }
            }
            InputKind::Account => self.chosen_of_people(&value),
            InputKind::Official if !self.people.is_empty() => self.chosen_of_people(&value),
            InputKind::Official
            | InputKind::Agency
            | InputKind::PlanItem
            | InputKind::Partner
            | InputKind::Guest
            | InputKind::Dossier => {
                let name = self.names.get(&value).cloned().unwrap_or_default();
                let offers = self.fitting(&pointer);
                let (id, typed) = if name.is_empty() { (String::new(), value) } else { (value, String::new()) };
                let list = kind.list().filter(|list| matches!(*list, "officials" | "agencies")).unwrap_or_default();
                Control::Pick { id, name, typed, offers, list }
            }
            InputKind::Group(inner) => Control::Group(inner.iter().map(|field| self.field(field, &pointer)).collect()),
            // What may be left out begins without a row.
            InputKind::Rows { row, most } => self.rows(&pointer, *most, !optional, |n, below| RowView {
                legend: format!("{} {}", self.one_of(&pointer), n + 1),
                leads: row.iter().any(is_led).then(|| self.leads(&below)),
                // Whoever leads has no other role.
                fields: row
                    .iter()
                    .filter(|field| !(is_led(field) && self.leads(&below)))
                    .map(|field| self.field(field, &below))
                    .collect(),
                pointer: below,
            }),
            InputKind::Picks { of, most } => self.rows(&pointer, *most, true, |n, below| {
                let legend = format!("{} {}", self.one_of(&pointer), n + 1);
                let inner = self.view(below.clone(), of, &legend, hint, true);
                RowView { leads: None, legend: String::new(), fields: vec![inner], pointer: below }
            }),
        };
        DrawnField {
            id: id_of(&pointer),
            label: label.to_owned(),
            hint: hint.to_owned(),
            optional,
            fault: self.faults.get(&pointer).cloned().unwrap_or_default(),
            control,
            pointer,
            language: self.language,
        }
    }
}

/// Whether one of several may lead the others.
fn is_leading(words: &[String]) -> bool {
    words.iter().any(|word| word == HEAD) && words.len() > 1
}

fn is_led(field: &FormField) -> bool {
    matches!(&field.kind, InputKind::Choice { words, .. } if field.name == ROLE[1..] && is_leading(words))
}

fn offer_of((id, name): &(String, String), chosen: &str) -> Offer {
    Offer { value: id.clone(), label: name.clone(), chosen: id == chosen }
}
