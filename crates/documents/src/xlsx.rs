//! A table as an XLSX workbook: typed cells, a frozen header row, and text that is never read as a formula.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use kernel::table::{Cell, Table};

/// Returns the bytes of a workbook with one sheet.
pub fn write(table: &Table) -> Result<Vec<u8>, String> {
    fill(table).map_err(|e| e.to_string())
}

fn fill(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let bold = Format::new().set_bold();
    let text_only = text_only();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet.set_name(table.name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect::<String>())?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, head) in (0u16..).zip(&table.header) {
        sheet.write_string_with_format(0, column, head, &bold)?;
    }
    for (line, row) in (1u32..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) if is_formula_like(text) => {
                    sheet.write_string_with_format(line, column, text, &text_only)?
                }
                Cell::Text(text) => sheet.write_string(line, column, text)?,
                Cell::Number(number) => sheet.write_number(line, column, exact(*number))?,
                Cell::Day(day) => {
                    let value = ExcelDateTime::parse_from_str(&day.to_string())?;
                    sheet.write_datetime_with_format(line, column, &value, &date)?
                }
                Cell::Empty => sheet,
            };
        }
    }
    sheet.autofit();
    workbook.save_to_buffer()
}

/// A number as a cell holds it: spreadsheets keep fifteen digits, as much as any sum in đồng has.
pub fn exact(number: i64) -> f64 {
    // A decimal text is the one lossless way without a cast.
    number.to_string().parse().unwrap_or_default()
}

/// Whether a spreadsheet would read the text as a formula if somebody typed it.
pub fn is_formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

/// The format of such a text. A text cell is never evaluated, and shows what was written; the format keeps it a text when
/// somebody edits the cell (`quotePrefix`, ISO/IEC 29500-1 §18.8.45).
pub fn text_only() -> Format {
    Format::new().set_quote_prefix()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{CellValue, read};

    #[test]
    fn sums_in_dong_are_written_whole() {
        let sums = [0, 650_000_000, i64::from(i32::MAX) + 1, 5_000_000_000, 123_456_789_012_345, -3];
        let rows = sums.iter().map(|sum| vec![Cell::Text("x".into()), Cell::Number(*sum)]).collect();
        let table = Table { name: "Kinh phí".into(), header: vec!["a".into(), "b".into()], rows };
        let sheet = read(&write(&table).unwrap()).unwrap().remove(0);
        for (row, sum) in sheet.rows.iter().skip(1).zip(sums) {
            assert_eq!(*row.cell(1), CellValue::Number(sum.to_string().parse().unwrap()), "{sum}");
        }
    }
}
