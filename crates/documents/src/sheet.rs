//! Reads tables made by people (the sheets of an XLSX workbook, or CSV) as rows of typed cells, within limits.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::text::is_invisible;
use kernel::time::Day;

/// Maximum rows per sheet.
pub const MAX_ROWS: usize = 100_000;
/// Maximum cells in all sheets of a file; limits the memory that reading needs.
pub(crate) const MAX_CELLS: usize = 2_000_000;
/// Columns that are read; lists have fewer, so anything further right is ignored.
pub(crate) const MAX_COLUMNS: usize = 60;

/// Maximum bytes of an unpacked workbook: a small file can be a zip bomb.
pub const MAX_UNPACKED: u64 = 64 << 20;

/// The value of one cell, with its type.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CellValue {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Day(Day),
}

impl CellValue {
    pub fn is_empty(&self) -> bool {
        match self {
            CellValue::Empty => true,
            CellValue::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The value as a person reads it.
    pub fn text(&self) -> String {
        match self {
            CellValue::Empty => String::new(),
            CellValue::Text(text) => text.trim().to_owned(),
            CellValue::Number(number) => number.to_string(),
            CellValue::Day(day) => day.to_string(),
        }
    }
}

/// A row with at least one non-empty cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    /// The row number in the sheet, from 1.
    pub number: u32,
    pub cells: Vec<CellValue>,
}

impl SheetRow {
    /// The cell in a column, counted from 0.
    pub fn cell(&self, column: usize) -> &CellValue {
        self.cells.get(column).unwrap_or(&CellValue::Empty)
    }
}

/// A range of merged cells: rows from 1, columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: usize,
    pub last_column: usize,
}

/// The day from which a workbook counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// Day 1 is 1 January 1900; the usual one, and that of CSV.
    #[default]
    Since1900,
    /// Day 0 is 1 January 1904, as in workbooks that began on a Macintosh.
    Since1904,
}

/// One sheet, and what of it a reader does not see or sees struck through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub name: String,
    /// Whether the sheet is part of a workbook; CSV has no sheets, and no name.
    pub in_workbook: bool,
    /// The sheet itself is hidden.
    pub hidden: bool,
    pub dates: DateSystem,
    pub rows: Vec<SheetRow>,
    pub merged: Vec<Merged>,
    /// Numbers of hidden rows, filtered ones among them.
    pub hidden_rows: Vec<u32>,
    /// Numbers of rows with text that is struck through.
    pub struck_rows: Vec<u32>,
    /// Indexes of hidden columns, from 0.
    pub hidden_columns: Vec<usize>,
}

/// Why a file cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("not a workbook: {0}")]
    NotAWorkbook(String),
    #[error("not a CSV file in UTF-8: {0}")]
    NotCsv(String),
    #[error("more than {MAX_ROWS} rows or {MAX_CELLS} cells, or too large when unpacked")]
    TooLarge,
}

/// Whether the bytes are an XLSX workbook; anything else is read as CSV.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads every sheet that has cells.
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Unreadable> {
    if !is_workbook(bytes) {
        return csv(bytes);
    }
    // The reader can panic on a broken file; the result is a refusal of the file, not a crash.
    catch_unwind(AssertUnwindSafe(|| crate::workbook::read(bytes)))
        .unwrap_or_else(|_| Err(Unreadable::NotAWorkbook("its parts are inconsistent".into())))
}

/// The text of a cell without characters that nobody sees: a direction mark before a day keeps it from being read.
pub(crate) fn seen(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.chars().filter(|c| !is_invisible(*c)).collect() }
}

/// Records from which the separator is guessed.
const SAMPLED: usize = 100;

fn records(text: &str, separator: u8) -> ::csv::Reader<&[u8]> {
    let mut builder = ::csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// The separator by which the most lines have the same number of fields. Counting the signs would be wrong: a title may
/// hold more commas than a row has columns.
fn separator(text: &str) -> u8 {
    let regular = |separator: u8| {
        let mut lines: HashMap<usize, usize> = HashMap::new();
        for record in records(text, separator).records().take(SAMPLED).flatten().filter(|r| r.len() > 1) {
            *lines.entry(record.len()).or_default() += 1;
        }
        lines.into_iter().map(|(fields, lines)| (lines, fields)).max().unwrap_or_default()
    };
    [b';', b'\t', b','].into_iter().max_by_key(|separator| regular(*separator)).unwrap_or(b',')
}

fn csv(bytes: &[u8]) -> Result<Vec<Sheet>, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|e| Unreadable::NotCsv(e.to_string()))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') {
        return Err(Unreadable::NotCsv("binary".into()));
    }
    // With every line ended, and in one way, the last one is counted like the others.
    let text = format!("{}\n", text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n'));
    let mut reader = records(&text, separator(&text));
    let mut record = ::csv::StringRecord::new();
    let mut rows = Vec::new();
    let (mut cells, mut number, mut line) = (0, 0, 1);
    while reader.read_record(&mut record).map_err(|e| Unreadable::NotCsv(e.to_string()))? {
        // The reader leaves blank lines out, and a spreadsheet counts them: of the lines since the last record, one is
        // the record, and some are line breaks within its fields.
        let breaks: u64 = record.iter().map(|field| field.bytes().filter(|b| *b == b'\n').count() as u64).sum();
        let lines = reader.position().line().saturating_sub(line).saturating_sub(breaks).max(1);
        line = reader.position().line();
        number += u32::try_from(lines).unwrap_or(u32::MAX);
        let cell = |text: &str| if text.trim().is_empty() { CellValue::Empty } else { CellValue::Text(seen(text)) };
        let row = SheetRow { number, cells: record.iter().take(MAX_COLUMNS).map(cell).collect() };
        cells += row.cells.len();
        if row.cells.iter().any(|c| !c.is_empty()) {
            rows.push(row);
        }
        if rows.len() > MAX_ROWS || cells > MAX_CELLS {
            return Err(Unreadable::TooLarge);
        }
    }
    let sheet = Sheet { name: "CSV".into(), rows, ..Sheet::default() };
    Ok(if sheet.rows.is_empty() { Vec::new() } else { vec![sheet] })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn csv_is_read_with_any_separator_and_with_or_without_a_byte_order_mark() {
        for text in ["a,b\n1,\"x,y\"\n", "\u{feff}a;b\n1;\"x,y\"\n", "a\tb\n\n1\t\"x,y\"\n"] {
            let sheets = read(text.as_bytes()).unwrap();
            assert_eq!(sheets[0].rows.last().unwrap().cell(1), &CellValue::Text("x,y".into()), "{text}");
            assert_eq!(sheets[0].rows[0].number, 1);
        }
        assert!(matches!(read(&[0xff, 0xfe, 0x41]), Err(Unreadable::NotCsv(_))));
        assert!(matches!(read(b"PK\x03\x04 nothing"), Err(Unreadable::NotAWorkbook(_))));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let numbers = |text: &str| read(text.as_bytes()).unwrap()[0].rows.iter().map(|r| r.number).collect::<Vec<_>>();
        assert_eq!(numbers("a;b\n\n\n1;2\n\n3;4"), [1, 4, 6]);
        assert_eq!(numbers("a;b\r\n\r\n1;\"2\r\n2\"\r\n3;4\r\n"), [1, 3, 4]);
        assert_eq!(numbers("\n\na,b\n,\n1,2\n"), [3, 5]);
    }

    #[test]
    fn commas_in_titles_do_not_make_a_comma_the_separator() {
        let rows = "1;A, B, C, D, E, F, G, H, I;Lào\n".repeat(4);
        assert_eq!(read(format!("STT;Tên;Nước\n{rows}").as_bytes()).unwrap()[0].rows[1].cell(2).text(), "Lào");
        let other = "STT,Tên,Nước\n1,\"A; B; C; D\",Lào\n2,E;F;G,Đức\n";
        assert_eq!(read(other.as_bytes()).unwrap()[0].rows[2].cell(2).text(), "Đức");
        let padded = "DANH SÁCH ĐOÀN, NĂM 2024;;\nSTT;Tên;Nước\n1;A, B;Lào, Thái Lan\n";
        assert_eq!(read(padded.as_bytes()).unwrap()[0].rows[2].cell(2).text(), "Lào, Thái Lan");
    }

    #[test]
    fn a_small_file_that_unpacks_to_an_enormous_one_is_refused() {
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        file.start_file("xl/sharedStrings.xml", options).unwrap();
        let block = vec![b' '; 1 << 20];
        (0..=64).for_each(|_| std::io::Write::write_all(&mut file, &block).unwrap());
        let bytes = file.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 20, "{}", bytes.len());
        assert_eq!(read(&bytes), Err(Unreadable::TooLarge));
    }

    proptest! {
        #[test]
        fn a_broken_workbook_is_refused_or_read_without_harm(at in 0usize..5_653, byte in any::<u8>(), cut in 0usize..5_653) {
            let mut bytes = include_bytes!("../../../tests/data/doan-vao-loi.xlsx").to_vec();
            bytes[at] = byte;
            let _ = read(&bytes);
            bytes.truncate(cut);
            let _ = read(&bytes);
        }
    }
}
