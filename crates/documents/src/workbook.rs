//! Reads the sheets of an XLSX workbook (ISO/IEC 29500-1 §18), within the limits of [`crate::sheet`]. Pure.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx};

use crate::looks::CellLooks;
use crate::sheet::{
    CellValue, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Merged, Sheet, SheetRow, Unreadable, seen,
};
use kernel::time::Day;

/// Maximum shared texts: each costs memory, however short.
const MAX_TEXTS: usize = 500_000;
/// Maximum bytes of text in all cells: many cells may refer to one long text.
const MAX_TEXT: usize = 64 << 20;
/// The last row of a sheet (ISO/IEC 29500-1 §18.3.1.73).
const LAST_ROW: u32 = 1_048_576;

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

/// Reads every sheet that has cells.
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Unreadable> {
    bounded(bytes)?;
    let fault = |e: calamine::XlsxError| Unreadable::NotAWorkbook(e.to_string());
    let mut looks = CellLooks::of(bytes).map_err(Unreadable::NotAWorkbook)?;
    if looks.texts > MAX_TEXTS {
        return Err(Unreadable::TooLarge);
    }
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut sheets = Vec::new();
    let (mut cells, mut text) = (0, 0);
    let known: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    for (name, hidden) in known {
        let mut rows: Vec<SheetRow> = Vec::new();
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let mut reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A chart sheet has no cells.
            Err(_) => continue,
        };
        while let Some(cell) = reader.next_cell().map_err(fault)? {
            let (row, column) = cell.get_position();
            if row >= LAST_ROW {
                return Err(Unreadable::NotAWorkbook(format!("row {row} is beyond the last")));
            }
            let value = value(cell.get_value());
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            if column >= MAX_COLUMNS || value.is_empty() {
                continue;
            }
            cells += 1;
            if let CellValue::Text(found) = &value {
                text += found.len();
            }
            if rows.last().is_none_or(|last| last.number != row + 1) {
                rows.push(SheetRow { number: row + 1, cells: Vec::new() });
            }
            if rows.len() > MAX_ROWS || cells > MAX_CELLS || text > MAX_TEXT {
                return Err(Unreadable::TooLarge);
            }
            if let Some(last) = rows.last_mut() {
                last.cells.resize_with(column.max(last.cells.len()), CellValue::default);
                last.cells.push(value);
            }
        }
        if rows.is_empty() {
            continue;
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
        let mut sheet = Sheet { name, in_workbook: true, hidden, rows, merged, ..Sheet::default() };
        looks.note(&mut sheet).map_err(Unreadable::NotAWorkbook)?;
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn value(cell: &DataRef) -> CellValue {
    match cell {
        DataRef::Int(number) => CellValue::Number(number.to_string().parse().unwrap_or_default()),
        DataRef::Float(number) => CellValue::Number(*number),
        DataRef::String(text) => CellValue::Text(seen(text)),
        DataRef::SharedString(text) => CellValue::Text(seen(text)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::DateSystem;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    #[test]
    fn what_a_reader_of_the_workbook_sees_is_told() {
        let mut book = Workbook::new();
        let struck = Format::new().set_font_strikethrough();
        let first = book.add_worksheet();
        first.set_name("Nháp").unwrap().set_hidden(true);
        first.write_string(0, 0, "x").unwrap();
        let sheet = book.add_worksheet();
        sheet.set_name("Danh sách & khác").unwrap().set_active(true);
        for row in 0..5 {
            sheet.write_string(row, 0, "Đoàn").unwrap();
        }
        sheet.set_row_hidden(1).unwrap();
        sheet.write_string_with_format(2, 0, "Đoàn hủy", &struck).unwrap();
        sheet.write_rich_string(3, 0, &[(&Format::new(), "Đoàn "), (&struck, "hủy")]).unwrap();
        let day = ExcelDateTime::parse_from_str("2023-03-01").unwrap();
        for (row, code) in [(0, "mm/yyyy"), (1, "dd/mm/yyyy"), (2, "[$-42A]yyyy"), (3, "d \"tháng\" m")] {
            sheet.write_datetime_with_format(row, 1, &day, &Format::new().set_num_format(code)).unwrap();
        }
        sheet.set_column_hidden(1).unwrap();
        let sheets = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((sheets[0].hidden, sheets[1].hidden, sheets[1].dates), (true, false, DateSystem::Since1900));
        assert_eq!((&*sheets[1].hidden_rows, &*sheets[1].struck_rows), (&[2][..], &[3, 4][..]));
        assert_eq!(&*sheets[1].hidden_columns, &[1]);
        let shown: Vec<String> = sheets[1].rows.iter().take(4).map(|row| row.cell(1).text()).collect();
        assert_eq!(shown, ["03/2023", "2023-03-01", "2023", "2023-03-01"]);
    }
}
