//! The parts of a form, as the register of procedures names them.

use serde_json::Value;

use crate::pages::forms::fields::{Control, DrawnField, id_of};
use crate::pages::forms::shape::{FormField, fields_of};
use crate::pages::forms::typed::Typed;
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, PageResult, Trouble};
use kernel::procedure::Procedure;

/// A part with its fields.
pub struct FormSection {
    pub key: String,
    pub label: String,
    pub fields: Vec<FormField>,
    /// The procedures that ask for it; without any, all of the register.
    only_for: &'static [Procedure],
}

impl FormSection {
    /// Whether nothing stands in it.
    pub fn is_blank(&self, typed: &Typed) -> bool {
        self.fields.iter().all(|field| typed.is_blank(&format!("/{}", field.name)))
    }

    /// Whether the form asks for it: the procedure that was typed does, or something stands in it already.
    pub fn is_asked(&self, typed: &Typed) -> bool {
        let procedure = typed.get("/procedure").unwrap_or_default();
        self.only_for.is_empty() || self.only_for.iter().any(|p| p.word() == procedure) || !self.is_blank(typed)
    }

    /// Its field of a name.
    pub fn field_named(&self, name: &str) -> Option<&str> {
        self.fields.iter().map(|field| field.name.as_str()).find(|own| *own == name)
    }

    /// Its field that a pointer leads to or into.
    pub fn field_at(&self, pointer: &str) -> Option<&str> {
        self.field_named(pointer.split('/').nth(1).unwrap_or_default())
    }

    /// Whether a pointer is of one of its fields.
    pub fn holds(&self, pointer: &str) -> bool {
        self.field_at(pointer).is_some()
    }

    /// Puts this part as it was typed over what the whole form held of it. Other parts stay.
    pub fn put_over(&self, whole: &mut Typed, typed: Typed) {
        whole.0.retain(|(pointer, _)| !self.holds(pointer));
        whole.0.extend(typed.0.into_iter().filter(|(pointer, _)| self.holds(pointer)));
    }
}

/// The parts of a register; a register without parts of its own has one with everything.
pub fn sections(page: &PageRequest, register: &RegisterPages, schema: &str) -> Vec<FormSection> {
    let mut left = fields_of(&page.contract, schema);
    // A change may leave everything out; what a dossier must have is said by the body that creates it.
    let whole = fields_of(&page.contract, &register.created_by);
    for field in &mut left {
        field.required = whole.iter().any(|f| f.name == field.name && f.required);
    }
    let mut made: Vec<FormSection> = Vec::new();
    for part in register.entry.parts {
        let mut fields = Vec::new();
        for name in part.fields {
            if let Some(at) = left.iter().position(|f| f.name == *name) {
                fields.push(left.remove(at));
            }
        }
        let label = part.label.in_language(page.language).to_owned();
        made.push(FormSection { key: part.key.to_owned(), label, fields, only_for: part.only_for });
    }
    match made.last_mut() {
        Some(last) => last.fields.append(&mut left),
        None => {
            let label = page.t("Nội dung", "Content").to_owned();
            made.push(FormSection { key: "content".to_owned(), label, fields: left, only_for: &[] });
        }
    }
    made
}

/// The fields of what is changed, by the parts of the form in which it was written.
pub fn by_parts(drawn: Vec<DrawnField>, all: &[FormSection]) -> Vec<DrawnField> {
    let mut made = Vec::new();
    for field in drawn {
        let DrawnField { control: Control::Group(inner), pointer, .. } = field else {
            made.push(field);
            continue;
        };
        let mut left = inner;
        for (n, section) in all.iter().enumerate() {
            let is_own = |own: &DrawnField| section.holds(own.pointer.strip_prefix(&pointer).unwrap_or_default());
            let (own, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_own);
            left = others;
            if let Some(language) = own.first().map(|field| field.language) {
                made.push(DrawnField {
                    id: format!("{}-{n}", id_of(&pointer)),
                    pointer: pointer.clone(),
                    label: section.label.clone(),
                    hint: String::new(),
                    optional: false,
                    fault: String::new(),
                    control: Control::Group(own),
                    language,
                });
            }
        }
        made.extend(left);
    }
    made
}

/// The part with a key.
pub fn part_of<'a>(all: &'a [FormSection], key: &str) -> PageResult<&'a FormSection> {
    all.iter().find(|section| section.key == key).ok_or_else(Trouble::not_found)
}

/// The part after another one that a form which holds this asks for.
pub fn part_after<'a>(all: &'a [FormSection], section: &FormSection, typed: &Typed) -> Option<&'a FormSection> {
    all.iter().skip_while(|other| other.key != section.key).skip(1).find(|other| other.is_asked(typed))
}

/// The whole content of a dossier as if it had been typed.
pub fn stored_of(page: &PageRequest, register: &RegisterPages, dossier: &Value) -> Typed {
    Typed::of_value(&fields_of(&page.contract, &register.created_by), dossier)
}
