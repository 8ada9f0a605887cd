//! A table as CSV (RFC 4180): UTF-8 with BOM for Excel, CRLF, and no cell that a spreadsheet would evaluate.

use kernel::table::{Cell, Table};
use kernel::time::in_vietnamese;

/// Returns the bytes of the CSV file.
pub fn write(table: &Table) -> Result<Vec<u8>, String> {
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
    let fault = |e: ::csv::Error| e.to_string();
    writer.write_record(table.header.iter().map(|h| harmless(h))).map_err(fault)?;
    for row in &table.rows {
        writer
            .write_record(row.iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                Cell::Number(number) => number.to_string(),
                Cell::Day(day) => in_vietnamese(*day),
                Cell::Empty => String::new(),
            }))
            .map_err(fault)?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// Prefixes an apostrophe to a cell that a spreadsheet would read as a formula (ASVS 1.2.10).
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\0']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_dated_and_harmless() {
        let table = Table {
            name: "Đoàn ra".into(),
            header: vec!["Tên đoàn".into(), "Số người".into(), "Ngày đi".into()],
            rows: vec![vec![
                Cell::Text("=HYPERLINK(\"x\"), a".into()),
                Cell::Number(5),
                Cell::Day("2026-12-01".parse().unwrap()),
            ]],
        };
        let text = String::from_utf8(write(&table).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Tên đoàn,Số người,Ngày đi\r\n\"'=HYPERLINK(\"\"x\"\"), a\",5,01/12/2026\r\n");
    }
}
