//! Reads tables made by people (the sheets of an XLSX workbook, or CSV) as rows of typed cells, within limits.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx};

use kernel::time::Day;

/// Maximum rows per sheet.
pub const MAX_ROWS: usize = 100_000;
/// Maximum cells in all sheets of a file; limits the memory that reading needs.
const MAX_CELLS: usize = 2_000_000;
/// Columns that are read; lists have fewer, so anything further right is ignored.
const MAX_COLUMNS: usize = 60;
/// Maximum bytes of an unpacked workbook: a small file can be a zip bomb.
const MAX_UNPACKED: u64 = 256 << 20;

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

#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<SheetRow>,
    pub merged: Vec<Merged>,
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
    catch_unwind(AssertUnwindSafe(|| workbook(bytes)))
        .unwrap_or_else(|_| Err(Unreadable::NotAWorkbook("its parts are inconsistent".into())))
}

/// Refuses a file that is too large when unpacked.
fn bounded(bytes: &[u8]) -> Result<(), Unreadable> {
    let fault = |e: zip::result::ZipError| Unreadable::NotAWorkbook(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    let mut left = MAX_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(fault)?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|e| Unreadable::NotAWorkbook(e.to_string()))?;
        left = left.checked_sub(unpacked).ok_or(Unreadable::TooLarge)?;
    }
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Vec<Sheet>, Unreadable> {
    bounded(bytes)?;
    let fault = |e: calamine::XlsxError| Unreadable::NotAWorkbook(e.to_string());
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut sheets = Vec::new();
    let mut cells = 0;
    for name in book.sheet_names() {
        let mut rows: Vec<SheetRow> = Vec::new();
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let mut reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A chart sheet has no cells.
            Err(_) => continue,
        };
        while let Some(cell) = reader.next_cell().map_err(fault)? {
            let (row, column) = cell.get_position();
            let value = value(cell.get_value());
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            if column >= MAX_COLUMNS || value.is_empty() {
                continue;
            }
            cells += 1;
            if rows.last().is_none_or(|last| last.number != row + 1) {
                rows.push(SheetRow { number: row + 1, cells: Vec::new() });
            }
            if rows.len() > MAX_ROWS || cells > MAX_CELLS {
                return Err(Unreadable::TooLarge);
            }
            if let Some(last) = rows.last_mut() {
                last.cells.resize_with(column.max(last.cells.len()), CellValue::default);
                last.cells.push(value);
            }
        }
        let column = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
        let merged = merged
            .iter()
            .map(|d| Merged {
                first_row: d.start.0 + 1,
                last_row: d.end.0 + 1,
                first_column: column(d.start.1),
                last_column: column(d.end.1),
            })
            .collect();
        if !rows.is_empty() {
            sheets.push(Sheet { name, rows, merged });
        }
    }
    Ok(sheets)
}

fn value(cell: &DataRef) -> CellValue {
    match cell {
        DataRef::Int(number) => CellValue::Number(number.to_string().parse().unwrap_or_default()),
        DataRef::Float(number) => CellValue::Number(*number),
        DataRef::String(text) => CellValue::Text(text.clone()),
        DataRef::SharedString(text) => CellValue::Text((*text).to_owned()),
        DataRef::Bool(yes) => CellValue::Text(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let found = Day::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            found.map_or(CellValue::Number(moment.as_f64()), CellValue::Day)
        }
        DataRef::DateTime(moment) => CellValue::Number(moment.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => CellValue::Text(text.clone()),
        DataRef::Error(error) => CellValue::Text(error.to_string()),
        DataRef::Empty => CellValue::Empty,
    }
}

/// The separator that occurs most often in the first lines, outside quotes.
fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut counted = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.lines().take(20).flat_map(|line| line.bytes().chain([b'\n'])) {
        quoted ^= byte == b'"';
        counted.iter_mut().filter(|(sign, _)| *sign == byte && !quoted).for_each(|(_, n)| *n += 1);
    }
    counted.iter().max_by_key(|(_, n)| *n).map_or(b',', |(sign, _)| *sign)
}

fn csv(bytes: &[u8]) -> Result<Vec<Sheet>, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|e| Unreadable::NotCsv(e.to_string()))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') {
        return Err(Unreadable::NotCsv("binary".into()));
    }
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut cells = 0;
    for (number, record) in (1u32..).zip(reader.records()) {
        let record = record.map_err(|e| Unreadable::NotCsv(e.to_string()))?;
        let cell =
            |text: &str| if text.trim().is_empty() { CellValue::Empty } else { CellValue::Text(text.to_owned()) };
        let row = SheetRow { number, cells: record.iter().take(MAX_COLUMNS).map(cell).collect() };
        cells += row.cells.len();
        if row.cells.iter().any(|c| !c.is_empty()) {
            rows.push(row);
        }
        if rows.len() > MAX_ROWS || cells > MAX_CELLS {
            return Err(Unreadable::TooLarge);
        }
    }
    Ok(if rows.is_empty() { Vec::new() } else { vec![Sheet { name: "CSV".into(), rows, merged: Vec::new() }] })
}

#[cfg(test)]
mod tests {
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
    fn a_small_file_that_unpacks_to_an_enormous_one_is_refused() {
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        file.start_file("xl/sharedStrings.xml", options).unwrap();
        let block = vec![b' '; 1 << 20];
        (0..=256).for_each(|_| std::io::Write::write_all(&mut file, &block).unwrap());
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
