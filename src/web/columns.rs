//! A list as a table of a spreadsheet: which fields of its items stand in which column, and what people read in their place.

use std::collections::HashMap;
use std::str::FromStr;

use kernel::country::country;
use kernel::table::{Cell, Table};
use kernel::words::Word;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// One column: the JSON pointer of the field, its heading, and how it is read.
pub struct FieldColumn {
    pub pointer: &'static str,
    pub heading: &'static str,
    pub of: FieldKind,
}

/// What a field holds.
pub enum FieldKind {
    Plain,
    Day,
    Country,
    /// Id of an agency, shown by its name.
    Agency,
    /// A word of a vocabulary, shown by its label.
    Word(fn(&str) -> Option<&'static str>),
}

/// The Vietnamese label of a word.
pub fn label<W: Word + FromStr>(word: &str) -> Option<&'static str> {
    word.parse::<W>().ok().map(|w| w.label().vi)
}

/// The table of a list; `agencies` are the names by id as it stands in the items.
pub fn table<V: Serialize>(
    name: &str,
    columns: &[FieldColumn],
    items: &[V],
    agencies: &HashMap<String, String>,
) -> Result<Table> {
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let item = serde_json::to_value(item).map_err(|e| Error::Internal(e.to_string()))?;
        let cell = |column: &FieldColumn| cell(column, item.pointer(column.pointer).unwrap_or(&Value::Null), agencies);
        rows.push(columns.iter().map(cell).collect());
    }
    let header = columns.iter().map(|c| c.heading.to_owned()).collect();
    Ok(Table { name: name.to_owned(), header, rows })
}

fn cell(column: &FieldColumn, value: &Value, agencies: &HashMap<String, String>) -> Cell {
    let text = |text: &str| Cell::Text(text.to_owned());
    match (value, &column.of) {
        (Value::Null, _) => Cell::Empty,
        (Value::Bool(yes), _) => text(if *yes { "Có" } else { "Không" }),
        (Value::Number(number), _) => number.as_i64().map_or_else(|| text(&number.to_string()), Cell::Number),
        (Value::Array(all), of) => {
            let parts = all.iter().filter_map(Value::as_str).map(|part| shown(part, of, agencies));
            Cell::Text(parts.collect::<Vec<_>>().join(", "))
        }
        (Value::String(said), FieldKind::Day) => said.parse().map_or_else(|_| text(said), Cell::Day),
        (Value::String(said), of) => Cell::Text(shown(said, of, agencies)),
        (other, _) => text(&other.to_string()),
    }
}

fn shown(said: &str, of: &FieldKind, agencies: &HashMap<String, String>) -> String {
    match of {
        FieldKind::Country => country(said).map_or(said, |c| c.vi).to_owned(),
        FieldKind::Agency => agencies.get(said).map_or(said, String::as_str).to_owned(),
        FieldKind::Word(label) => label(said).unwrap_or(said).to_owned(),
        FieldKind::Plain | FieldKind::Day => said.to_owned(),
    }
}

/// A column of text, numbers, or yes and no.
pub const fn plain(pointer: &'static str, heading: &'static str) -> FieldColumn {
    FieldColumn { pointer, heading, of: FieldKind::Plain }
}

pub const fn day(pointer: &'static str, heading: &'static str) -> FieldColumn {
    FieldColumn { pointer, heading, of: FieldKind::Day }
}

pub const fn agency(pointer: &'static str, heading: &'static str) -> FieldColumn {
    FieldColumn { pointer, heading, of: FieldKind::Agency }
}

pub const fn nation(pointer: &'static str, heading: &'static str) -> FieldColumn {
    FieldColumn { pointer, heading, of: FieldKind::Country }
}

pub const fn word(
    pointer: &'static str,
    heading: &'static str,
    label: fn(&str) -> Option<&'static str>,
) -> FieldColumn {
    FieldColumn { pointer, heading, of: FieldKind::Word(label) }
}

#[cfg(test)]
mod tests {
    use kernel::words::PassportKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn people_read_words_and_names_in_place_of_codes() {
        let columns = [
            plain("/name", "Tên"),
            word("/kind", "Loại", label::<PassportKind>),
            day("/on", "Ngày"),
            nation("/countries", "Nước"),
            agency("/agency_id", "Cơ quan"),
            plain("/sum/amount", "Số tiền"),
            plain("/yes", "Có không"),
        ];
        let items =
            [json!({"name": "A", "kind": "official", "on": "2026-03-02", "countries": ["KR", "LA"], "agency_id": "1",
            "sum": {"amount": 5}, "yes": true})];
        let named = HashMap::from([("1".to_owned(), "Sở Y tế".to_owned())]);
        let table = table("x", &columns, &items, &named).unwrap();
        let text = |text: &str| Cell::Text(text.into());
        let day = Cell::Day("2026-03-02".parse().unwrap());
        let row = vec![
            text("A"),
            text("Hộ chiếu công vụ"),
            day,
            text("Hàn Quốc, Lào"),
            text("Sở Y tế"),
            Cell::Number(5),
            text("Có"),
        ];
        assert_eq!(table.rows, [row]);
    }
}
