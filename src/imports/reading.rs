//! Reads the cells of one row, and collects every error in it. Pure.

use crate::imports::batch::{ImportFault, NO_COLUMN};
use crate::imports::cells;
use crate::imports::header::{Column, Header};
use crate::imports::names::{self, List};
use documents::sheet::{CellValue, DateSystem, SheetRow};
use kernel::text::{Bilingual, nfc};
use kernel::time::Day;

/// The agency that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    Known(i64),
    /// Not in the tree, to be created.
    New(String),
}

/// A row of a file; the sheet is named if the file has several lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPlace {
    pub sheet: Option<String>,
    pub row: u32,
}

impl RowPlace {
    /// «dòng 5», «trang «Tháng 4», dòng 5».
    pub fn name(&self) -> Bilingual {
        let row = self.row;
        match &self.sheet {
            None => Bilingual::new(format!("dòng {row}"), format!("row {row}")),
            Some(sheet) => {
                Bilingual::new(format!("trang «{sheet}», dòng {row}"), format!("row {row} of the sheet «{sheet}»"))
            }
        }
    }
}

/// Parses one row and collects its errors and warnings.
pub struct Reading<'a> {
    pub header: &'a Header,
    pub row: &'a SheetRow,
    /// The name of the sheet, if the file has any.
    pub sheet: Option<&'a str>,
    /// The file has several lists, so that a row is named with its sheet.
    pub in_several: bool,
    pub dates: DateSystem,
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
        let name = self.header.name(column).unwrap_or(NO_COLUMN);
        self.fault_of(name.to_owned(), self.cell(column), code, Bilingual::new(vi, en))
    }

    /// A fault of the cell at an index, whether its column is understood or not.
    pub fn fault_at(&self, at: usize, code: &str, vi: &str, en: &str) -> ImportFault {
        self.fault_of(self.header.name_at(at), self.row.cell(at), code, Bilingual::new(vi, en))
    }

    fn fault_of(&self, column: String, cell: &CellValue, code: &str, detail: Bilingual) -> ImportFault {
        let value = cell.text();
        ImportFault {
            sheet: self.sheet.map(str::to_owned),
            row: self.row.number,
            column,
            code: code.to_owned(),
            value: (!value.is_empty()).then(|| value.chars().take(200).collect()),
            detail,
        }
    }

    /// Where the row stands, for people.
    pub fn place(&self) -> RowPlace {
        RowPlace { sheet: self.sheet.filter(|_| self.in_several).map(str::to_owned), row: self.row.number }
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
        let found = cells::day(self.cell(column), self.dates);
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
