//! What the fields of forms are called. A test walks every form: a field without a label does not ship.

use std::collections::HashMap;
use std::sync::OnceLock;

use kernel::text::Language;

/// A label and a hint, in both languages, and of a list what one of its rows is called.
#[derive(Debug, Clone, Copy)]
pub struct FieldLabel {
    vi: &'static str,
    en: &'static str,
    hint_vi: &'static str,
    hint_en: &'static str,
    one_vi: &'static str,
    one_en: &'static str,
}

impl FieldLabel {
    pub fn label(&self, language: Language) -> &'static str {
        language.pick(self.vi, self.en)
    }

    /// What one row of a list is called.
    pub fn one(&self, language: Language) -> &'static str {
        match language.pick(self.one_vi, self.one_en) {
            "" => self.label(language),
            one => one,
        }
    }

    pub fn hint(&self, language: Language) -> &'static str {
        language.pick(self.hint_vi, self.hint_en)
    }
}

fn table() -> &'static HashMap<&'static str, FieldLabel> {
    static TABLE: OnceLock<HashMap<&'static str, FieldLabel>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let line = |line: &'static str| {
            let mut cells = line.split('\t');
            let name = cells.next()?;
            let mut cell = || cells.next().unwrap_or_default();
            let (vi, en, hint_vi, hint_en, one_vi, one_en) = (cell(), cell(), cell(), cell(), cell(), cell());
            Some((name, FieldLabel { vi, en, hint_vi, hint_en, one_vi, one_en }))
        };
        include_str!("labels.tsv").lines().filter_map(line).collect()
    })
}

/// The name of the field that a pointer leads to: `guests` of `/guests/2`.
pub fn name_of(pointer: &str) -> &str {
    pointer.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default()
}

/// The label of a field: of this body, else of any body that has it.
pub fn of(schema: &str, name: &str) -> Option<&'static FieldLabel> {
    table().get(format!("{schema}.{name}").as_str()).or_else(|| table().get(name))
}
