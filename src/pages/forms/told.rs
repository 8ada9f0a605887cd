//! Faults as people read them: in the order of the form, each with the name of its row, and what to enter where something is
//! missing. Pure.

use std::collections::HashMap;

use crate::pages::forms::fields::{FaultLine, id_of};
use crate::pages::forms::labels;
use crate::pages::forms::shape::{FormField, InputKind};
use kernel::text::Language;

/// The fields of a body, in order.
#[derive(Clone, Copy)]
pub struct FaultTeller<'a> {
    pub schema: &'a str,
    pub fields: &'a [FormField],
    pub language: Language,
}

/// Where a fault stands in its form.
struct FaultPlace {
    /// The position of each field and row on the way to it.
    order: Vec<usize>,
    /// `Thành viên 3`; empty outside of rows.
    row: String,
    label: String,
    /// It is chosen, not typed.
    chosen: bool,
}

fn is_chosen(kind: &InputKind) -> bool {
    matches!(kind, InputKind::Choice { .. } | InputKind::Choices { .. }) || kind.is_chosen_by_name()
}

impl FaultTeller<'_> {
    fn label(&self, name: &str) -> String {
        labels::of(self.schema, name).map_or("", |label| label.label(self.language)).to_owned()
    }

    fn place(&self, pointer: &str) -> FaultPlace {
        let mut place = FaultPlace { order: Vec::new(), row: String::new(), label: String::new(), chosen: false };
        let mut fields = self.fields;
        for part in pointer.split('/').skip(1) {
            if let Ok(row) = part.parse::<usize>() {
                place.row = format!("{} {}", place.label, row + 1);
                place.order.push(row);
                continue;
            }
            place.label = self.label(part);
            // What no field asks for comes last.
            let at = fields.iter().position(|field| field.name == part);
            place.order.push(at.unwrap_or(usize::MAX));
            let Some(field) = at.and_then(|at| fields.get(at)) else { continue };
            place.chosen = is_chosen(&field.kind);
            fields = match &field.kind {
                InputKind::Group(inner) | InputKind::Rows { row: inner, .. } => inner,
                _ => &[],
            };
        }
        // A fault of a row as a whole has the name of the row.
        if pointer.rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok()) {
            place.label = std::mem::take(&mut place.row);
        }
        place
    }

    /// What to do where something is missing: `Nhập ngày đi`.
    pub fn missing(&self, pointer: &str) -> String {
        let place = self.place(pointer);
        let label = match self.language {
            Language::Vietnamese => first_in_lower_case(&place.label),
            Language::English => place.label.to_lowercase(),
        };
        match (self.language, place.chosen) {
            (Language::Vietnamese, true) => format!("Chọn {label}"),
            (Language::Vietnamese, false) => format!("Nhập {label}"),
            (Language::English, true) => format!("Choose the {label}"),
            (Language::English, false) => format!("Enter the {label}"),
        }
    }

    /// The lines of the summary, in the order of the form. Each names its row and its field, unless it says them itself.
    pub fn summary(&self, faults: &HashMap<String, String>) -> Vec<FaultLine> {
        let mut lines: Vec<(FaultPlace, &String, &String)> =
            faults.iter().map(|(at, said)| (self.place(at), at, said)).collect();
        lines.sort_by(|(one, at, _), (other, to, _)| (&one.order, at).cmp(&(&other.order, to)));
        let line = |(place, at, said): (FaultPlace, &String, &String)| {
            let names_itself = *said == self.missing(at) || place.label.is_empty();
            let named = match (place.row.is_empty(), names_itself) {
                (true, true) => said.clone(),
                (true, false) => format!("{}: {said}", place.label),
                (false, true) => format!("{}: {said}", place.row),
                (false, false) => format!("{}, {}: {said}", place.row, first_in_lower_case(&place.label)),
            };
            // What stands in no field of the form leads to the page as a whole.
            let id = if place.order.contains(&usize::MAX) { "main".to_owned() } else { id_of(at) };
            FaultLine { id, text: named }
        };
        lines.into_iter().map(line).collect()
    }
}

/// `Ngày đi` as it stands within a sentence; what begins with an abbreviation stays as it is.
fn first_in_lower_case(text: &str) -> String {
    let mut letters = text.chars();
    let (first, second) = (letters.next(), text.chars().nth(1));
    match first {
        Some(first) if !second.is_some_and(char::is_uppercase) => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stand_in_the_order_of_the_form_with_the_names_of_their_rows() {
        let field =
            |name: &str, kind: InputKind| FormField { name: name.into(), kind, required: true, nullable: false };
        let line = || InputKind::Line { longest: 100 };
        let row = vec![field("official_id", InputKind::Official), field("note", line())];
        let fields = vec![
            field("title", line()),
            field("departure_date", InputKind::Day),
            field("members", InputKind::Rows { row, most: 9 }),
        ];
        let teller = FaultTeller { schema: "", fields: &fields, language: Language::Vietnamese };
        let mut faults = HashMap::new();
        for at in ["/members/10/official_id", "/members/2/note", "/title"] {
            faults.insert(at.to_owned(), teller.missing(at));
        }
        faults.insert("/departure_date".to_owned(), "Ngày không có thật: 31/02/2026".to_owned());
        faults.insert("/members".to_owned(), "Cần đúng một trưởng đoàn.".to_owned());
        let told: Vec<String> = teller.summary(&faults).into_iter().map(|line| line.text).collect();
        assert_eq!(
            told,
            [
                "Nhập tên đoàn",
                "Ngày đi: Ngày không có thật: 31/02/2026",
                "Thành viên: Cần đúng một trưởng đoàn.",
                "Thành viên 3: Nhập ghi chú",
                "Thành viên 11: Chọn họ tên",
            ]
        );
    }
}
