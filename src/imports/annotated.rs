//! Returns the sheet with an added column of remarks; rows with a state-secret marking are blank. Pure.

use std::collections::HashMap;

use rust_xlsxwriter::{Color, ExcelDateTime, Format, Workbook, XlsxError};

use crate::imports::check::Checked;
use crate::imports::header::Header;
use documents::csv::harmless;
use documents::sheet::{CellValue, Sheet};
use kernel::text::Language;

/// Returns the bytes of the annotated workbook.
pub fn write(sheet: &Sheet, header: &Header, found: &Checked) -> Result<Vec<u8>, String> {
    fill(sheet, header, found).map_err(|e| e.to_string())
}

fn fill(sheet: &Sheet, header: &Header, found: &Checked) -> Result<Vec<u8>, XlsxError> {
    let mut remarks: HashMap<u32, Vec<String>> = HashMap::new();
    for (faults, mark) in [(&found.errors, "LỖI"), (&found.warnings, "Lưu ý")] {
        for fault in faults {
            let detail = fault.detail.in_language(Language::Vietnamese);
            remarks.entry(fault.row).or_default().push(format!("{mark} – {}: {detail}", fault.column));
        }
    }
    let wide = sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let last = u16::try_from(wide).unwrap_or(u16::MAX);
    let mut workbook = Workbook::new();
    let out = workbook.add_worksheet();
    out.set_name(sheet.name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect::<String>())?;
    let (bold, date) = (Format::new().set_bold(), Format::new().set_num_format("dd/mm/yyyy"));
    let red = Format::new().set_font_color(Color::Red).set_text_wrap();
    out.set_column_width(last, 60)?;
    out.set_freeze_panes(header.row, 0)?;
    for row in &sheet.rows {
        let line = row.number - 1;
        let secret = found.secret.contains(&row.number);
        for (column, cell) in (0u16..).zip(&row.cells).filter(|_| !secret) {
            match cell {
                CellValue::Empty => {}
                CellValue::Text(text) if row.number == header.row => {
                    out.write_string_with_format(line, column, harmless(text), &bold)?;
                }
                CellValue::Text(text) => {
                    out.write_string(line, column, harmless(text))?;
                }
                CellValue::Number(number) => {
                    out.write_number(line, column, *number)?;
                }
                CellValue::Day(day) => {
                    let value = ExcelDateTime::parse_from_str(&day.to_string())?;
                    out.write_datetime_with_format(line, column, &value, &date)?;
                }
            }
        }
        if row.number == header.row {
            out.write_string_with_format(line, last, "Kết quả kiểm tra", &bold)?;
        } else if let Some(said) = remarks.get(&row.number) {
            out.write_string_with_format(line, last, said.join("\n"), &red)?;
        }
    }
    workbook.save_to_buffer()
}
