//! Returns the lists with an added column of remarks; rows with a state-secret marking are blank. Pure.

use std::collections::{HashMap, HashSet};

use rust_xlsxwriter::{Color, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::imports::cells;
use crate::imports::check::Checked;
use crate::imports::header::{Column, Header};
use crate::imports::lists::{ListSheet, Lists, sheet_name};
use documents::sheet::{CellValue, DateSystem};
use documents::xlsx::{is_formula_like, text_only};
use kernel::text::Language;
use kernel::time::Day;

/// Returns the bytes of the annotated workbook.
pub fn write(lists: &Lists, found: &Checked) -> Result<Vec<u8>, String> {
    fill(lists, found).map_err(|e| e.to_string())
}

/// Remarks by list and row.
type Remarks = HashMap<(usize, u32), Vec<String>>;

fn fill(lists: &Lists, found: &Checked) -> Result<Vec<u8>, XlsxError> {
    let mut remarks = Remarks::new();
    for (faults, mark) in [(&found.errors, "LỖI"), (&found.warnings, "Lưu ý")] {
        for fault in faults {
            let detail = fault.detail.in_language(Language::Vietnamese);
            // What is said of another sheet, or of the file, stands at the header of the first list.
            let there = lists.on(fault.sheet.as_deref()).map(|(at, _)| (at, fault.row));
            let place = there.unwrap_or((0, lists.lists.first().map_or(1, |list| list.header.row)));
            remarks.entry(place).or_default().push(format!("{mark} – {}: {detail}", fault.column));
        }
    }
    let mut workbook = Workbook::new();
    let mut taken: HashSet<String> = HashSet::new();
    for (at, list) in lists.lists.iter().enumerate() {
        let name = sheet_name(&list.sheet).unwrap_or_else(|| list.sheet.name.clone());
        let out = workbook.add_worksheet();
        let plain = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect::<String>();
        // A program may have written a name that no spreadsheet allows, or one name twice.
        let number = format!("Trang {}", at + 1);
        let free = !plain.trim().is_empty() && taken.insert(plain.to_lowercase());
        out.set_name(if free { &plain } else { &number })?;
        fill_sheet(out, list, &|row| lists.secret_rows.contains(&(at, row)), &|row| remarks.get(&(at, row)))?;
    }
    workbook.save_to_buffer()
}

fn fill_sheet<'a>(
    out: &mut Worksheet,
    ListSheet { sheet, header }: &ListSheet,
    is_secret: &dyn Fn(u32) -> bool,
    remarks: &dyn Fn(u32) -> Option<&'a Vec<String>>,
) -> Result<(), XlsxError> {
    let wide = sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let last = u16::try_from(wide).unwrap_or(u16::MAX);
    let (bold, date) = (Format::new().set_bold(), Format::new().set_num_format("dd/mm/yyyy"));
    let red = Format::new().set_font_color(Color::Red).set_text_wrap();
    out.set_column_width(last, 60)?;
    out.set_freeze_panes(header.row, 0)?;
    for row in &sheet.rows {
        let line = row.number - 1;
        for (column, cell) in (0u16..).zip(&row.cells).filter(|_| !is_secret(row.number)) {
            if let Some(day) = day_shown(cell, header, usize::from(column), sheet.dates) {
                let value = ExcelDateTime::parse_from_str(&day.to_string())?;
                out.write_datetime_with_format(line, column, &value, &date)?;
                continue;
            }
            match cell {
                CellValue::Empty | CellValue::Day(_) => {}
                CellValue::Text(text) if row.number == header.row => {
                    out.write_string_with_format(line, column, fitting(text), &bold)?;
                }
                CellValue::Text(text) if is_formula_like(text) => {
                    out.write_string_with_format(line, column, fitting(text), &text_only())?;
                }
                CellValue::Text(text) => {
                    out.write_string(line, column, fitting(text))?;
                }
                CellValue::Number(number) => {
                    out.write_number(line, column, *number)?;
                }
            }
        }
        let said = remarks(row.number).map(|said| said.join("\n"));
        if row.number == header.row {
            let said = said.map(|said| format!("\n{said}")).unwrap_or_default();
            out.write_string_with_format(line, last, fitting(&format!("Kết quả kiểm tra{said}")), &bold)?;
        } else if let Some(said) = said {
            out.write_string_with_format(line, last, fitting(&said), &red)?;
        }
    }
    Ok(())
}

/// What fits into one cell of a workbook (ISO/IEC 29500-1 §18.3.1.96); CSV has no such limit.
fn fitting(text: &str) -> &str {
    let end = text.char_indices().nth(32_767).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}

/// The day that a cell shows. This workbook counts its days from 1900: a number that means a day in another system is
/// written as that day.
fn day_shown(cell: &CellValue, header: &Header, column: usize, dates: DateSystem) -> Option<Day> {
    let days = [Column::FirstDay, Column::LastDay, Column::Period, Column::BirthDate];
    match cell {
        CellValue::Day(day) => Some(*day),
        CellValue::Number(_)
            if dates == DateSystem::Since1904 && days.iter().any(|c| header.at(*c) == Some(column)) =>
        {
            cells::day(cell, dates)
        }
        _ => None,
    }
}
