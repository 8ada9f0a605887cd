//! Reads the cells of one row, and collects every error in it. Pure.

use crate::imports::batch::ImportFault;
use crate::imports::cells;
use crate::imports::header::{Column, Header};
use crate::imports::names::{self, List};
use documents::sheet::{CellValue, SheetRow};
use kernel::text::{Bilingual, nfc};
use kernel::time::Day;

/// The agency that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    Known(i64),
    /// Not in the tree, to be created.
    New(String),
}

/// Parses one row and collects its errors and warnings.
pub struct Reading<'a> {
    pub header: &'a Header,
    pub row: &'a SheetRow,
    pub today: Day,
    /// Countries in the rows that continue this one (merged cells).
    pub further_countries: Vec<String>,
    pub errors: Vec<ImportFault>,
    pub warnings: Vec<ImportFault>,
}

/// Maximum characters of free text.
const LONGEST: usize = 4_000;

impl Reading<'_> {
    pub fn cell(&self, column: Column) -> &CellValue {
        self.header.at(column).map_or(&CellValue::Empty, |at| self.row.cell(at))
    }

    /// The text of a cell in NFC, with single spaces; none if it is empty.
    pub fn text(&self, column: Column) -> Option<String> {
        let text = nfc(&self.cell(column).text());
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        (!text.is_empty()).then_some(text)
    }

    fn fault(&self, column: Column, code: &str, vi: impl Into<String>, en: impl Into<String>) -> ImportFault {
        let value = self.cell(column).text();
        ImportFault {
            row: self.row.number,
            column: self.header.name(column).unwrap_or("-").to_owned(),
            code: code.to_owned(),
            value: (!value.is_empty()).then(|| value.chars().take(200).collect()),
            detail: Bilingual::new(vi, en),
        }
    }

    pub fn error(&mut self, column: Column, code: &str, vi: impl Into<String>, en: impl Into<String>) {
        let fault = self.fault(column, code, vi, en);
        self.errors.push(fault);
    }

    pub fn warn(&mut self, column: Column, code: &str, vi: impl Into<String>, en: impl Into<String>) {
        let fault = self.fault(column, code, vi, en);
        self.warnings.push(fault);
    }

    /// A required text.
    pub fn required(&mut self, column: Column, longest: usize) -> String {
        let text = self.text(column).unwrap_or_default();
        if text.is_empty() {
            self.error(column, "missing", "Thiếu nội dung.", "This value is missing.");
        }
        self.bounded(column, &text, longest);
        text
    }

    pub fn bounded(&mut self, column: Column, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.error(
                column,
                "too_long",
                format!("Dài quá {longest} ký tự."),
                format!("Longer than {longest} characters."),
            );
        }
    }

    pub fn kept(&mut self, column: Column) -> Option<String> {
        let text = self.text(column);
        if let Some(text) = &text {
            self.bounded(column, &text.clone(), LONGEST);
        }
        text
    }

    /// A vocabulary word; an unknown one gives a warning and no value.
    pub fn word<T: std::str::FromStr>(&mut self, column: Column, list: List) -> Option<T> {
        let text = self.text(column)?;
        let word = names::word(list, &text).unwrap_or(&text);
        let known = word.parse().ok();
        if known.is_none() {
            self.warn(
                column,
                "unknown_value",
                "Không nhận ra giá trị này nên để trống.",
                "The value is not known and is left empty.",
            );
        }
        known
    }

    pub fn yes(&mut self, column: Column) -> bool {
        let Some(text) = self.text(column) else { return false };
        match names::word(List::YesNo, &text) {
            Some(word) => word == "true",
            None if matches!(text.as_str(), "✓" | "✔" | "☑" | "+") => true,
            None if matches!(text.as_str(), "-" | "–" | "☐") => false,
            None => {
                self.warn(
                    column,
                    "unknown_value",
                    "Không rõ là có hay không; được coi là không.",
                    "Neither yes nor no; treated as no.",
                );
                false
            }
        }
    }

    pub fn day(&mut self, column: Column) -> Option<Day> {
        let found = cells::day(self.cell(column));
        if found.is_none() {
            let (code, vi, en) = if self.cell(column).is_empty() {
                ("missing", "Thiếu ngày.", "The date is missing.")
            } else {
                ("bad_date", "Ngày không hợp lệ; hãy viết theo dạng dd/mm/yyyy.", "Not a date; write dd/mm/yyyy.")
            };
            self.error(column, code, vi, en);
        }
        found
    }
}
