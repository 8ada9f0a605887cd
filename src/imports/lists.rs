//! The lists of a file: which sheets are read, which are not, and where marks of state secrets stand. Pure.

use std::collections::HashSet;

use crate::imports::batch::{ImportFault, ImportKind};
use crate::imports::header::{Column, Header, letter};
use crate::imports::template;
use documents::sheet::{self, CellValue, Sheet, Unreadable};
use documents::words_in::{NoText, each_text};
use kernel::text::{Bilingual, bears_secret_mark};

/// A sheet with a header of the kind.
pub struct ListSheet {
    pub sheet: Sheet,
    pub header: Header,
}

/// What was found in a file.
pub struct Lists {
    /// At least one.
    pub lists: Vec<ListSheet>,
    /// Warnings about sheets and rows that a reader does not see, or that are not read.
    pub warnings: Vec<ImportFault>,
    /// Marks of state secrets: nothing of the file is kept.
    pub secrets: Vec<ImportFault>,
    /// Marked rows, by index of the list.
    pub secret_rows: HashSet<(usize, u32)>,
}

/// Why a file has no list.
pub enum NoList {
    Unreadable(Unreadable),
    /// No visible sheet has a header; the names of hidden sheets.
    NoHeader(Vec<String>),
}

impl Lists {
    /// Reads every visible sheet that has a header of this kind.
    pub fn read(kind: ImportKind, bytes: &[u8]) -> Result<Lists, NoList> {
        let sheets = sheet::read(bytes).map_err(NoList::Unreadable)?;
        let mut elsewhere = false;
        if sheet::is_workbook(bytes) {
            each_text(bytes, sheet::MAX_UNPACKED, &mut |text| elsewhere |= bears_secret_mark(text)).map_err(
                |e| match e {
                    NoText::TooLarge => NoList::Unreadable(Unreadable::TooLarge),
                    NoText::Broken(reason) => NoList::Unreadable(Unreadable::NotAWorkbook(reason)),
                },
            )?;
        }
        let names: Vec<(String, bool)> = sheets.iter().map(|s| (s.name.clone(), s.hidden)).collect();
        let (lists, left_out) = choose(kind, sheets);
        let Some(first) = lists.first() else {
            let hidden = names.into_iter().filter(|(name, hidden)| *hidden && !bears_secret_mark(name));
            return Err(NoList::NoHeader(hidden.map(|(name, _)| name).collect()));
        };
        let top = first.header.row;
        let mut found = Lists { warnings: Vec::new(), secret_rows: HashSet::new(), secrets: Vec::new(), lists };
        for (at, list) in found.lists.iter().enumerate() {
            let marked = marks(&list.sheet, |column| list.header.name_at(column));
            found.secret_rows.extend(marked.iter().map(|fault| (at, fault.row)));
            found.secrets.extend(marked);
        }
        found.secrets.extend(left_out.iter().flat_map(|sheet| marks(sheet, letter)));
        if elsewhere && found.secrets.is_empty() {
            found.secrets.push(secret(
                None,
                0,
                "-".into(),
                "ngoài các ô (tên trang, ghi chú, đầu trang, hình)",
                "outside the cells",
            ));
        }
        let of_template = |sheet: &&Sheet| !template::explains(sheet);
        found.warnings = left_out.iter().filter(of_template).map(|sheet| left_out_warning(sheet, top)).collect();
        found.warnings.extend(found.lists.iter().flat_map(unseen));
        Ok(found)
    }

    /// Whether nothing of the file may be kept.
    pub fn is_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// The list on a sheet.
    pub fn on(&self, sheet: Option<&str>) -> Option<(usize, &ListSheet)> {
        self.lists.iter().enumerate().find(|(_, list)| sheet_name(&list.sheet).as_deref() == sheet)
    }
}

/// The sheets that are lists, and the others: visible ones with a header; if some of them have a column of days, only
/// those, since a summary by country has a header, too.
fn choose(kind: ImportKind, sheets: Vec<Sheet>) -> (Vec<ListSheet>, Vec<Sheet>) {
    let (mut lists, mut left_out) = (Vec::new(), Vec::new());
    for sheet in sheets {
        match Header::find(kind, &sheet).filter(|_| !sheet.hidden) {
            Some(header) => lists.push(ListSheet { sheet, header }),
            None => left_out.push(sheet),
        }
    }
    let wanted: &[Column] = match kind {
        ImportKind::Delegations(..) => &[Column::FirstDay, Column::Period],
        ImportKind::Officials => &[Column::FullName],
        ImportKind::Agencies => &[Column::Code],
        ImportKind::Accounts => &[Column::Username],
        ImportKind::Passports => &[Column::PassportNumber],
        ImportKind::PlanItems => &[Column::Month],
        ImportKind::Guests => &[Column::FullName],
    };
    let whole = |list: &ListSheet| list.header.has_any(wanted);
    if lists.iter().any(whole) {
        let (chosen, others): (Vec<ListSheet>, Vec<ListSheet>) = lists.into_iter().partition(whole);
        left_out.extend(others.into_iter().map(|list| list.sheet));
        return (chosen, left_out);
    }
    // None is whole: the one with the most columns is read, so that its messages say what is missing.
    let best = (0..lists.len()).rev().max_by_key(|at| lists.get(*at).map_or(0, |list| list.header.known()));
    let chosen = best.map(|at| lists.remove(at));
    left_out.extend(lists.into_iter().map(|list| list.sheet));
    (chosen.into_iter().collect(), left_out)
}

/// The name of a sheet in messages; none for CSV, and none that bears a mark, since messages are stored.
pub fn sheet_name(sheet: &Sheet) -> Option<String> {
    sheet.in_workbook.then(|| if bears_secret_mark(&sheet.name) { "…".to_owned() } else { sheet.name.clone() })
}

/// The first mark of each row; `column_name` says how the column at an index is named.
fn marks(sheet: &Sheet, column_name: impl Fn(usize) -> String) -> Vec<ImportFault> {
    let name = sheet_name(sheet);
    let marked = |cell: &CellValue| matches!(cell, CellValue::Text(text) if bears_secret_mark(text));
    let rows = sheet.rows.iter().filter_map(|row| Some((row.number, row.cells.iter().position(marked)?)));
    let fault = |(number, at): (u32, usize)| {
        let cell = format!("{}{number}", letter(at));
        let place = name.as_ref().map_or_else(|| format!("ô {cell}"), |name| format!("trang «{name}», ô {cell}"));
        let where_en =
            name.as_ref().map_or_else(|| format!("cell {cell}"), |name| format!("sheet «{name}», cell {cell}"));
        secret(name.clone(), number, column_name(at), &place, &where_en)
    };
    rows.map(fault).collect()
}

fn secret(sheet: Option<String>, row: u32, column: String, vi: &str, en: &str) -> ImportFault {
    ImportFault {
        sheet,
        row,
        column,
        code: "state_secret_refused".into(),
        value: None,
        detail: Bilingual::new(
            format!("Có dấu chỉ độ mật ở {vi}. Không tiếp nhận bí mật nhà nước; tệp không được lưu."),
            format!("There is a mark of a state secret in {en}. State secrets are refused; the file is not stored."),
        ),
    }
}

fn left_out_warning(sheet: &Sheet, row: u32) -> ImportFault {
    let name = sheet_name(sheet);
    let shown = name.clone().unwrap_or_default();
    let detail = if sheet.hidden {
        Bilingual::new(
            format!("Trang «{shown}» bị ẩn nên không được đọc; nếu cần, hãy bỏ ẩn rồi tải lên lại."),
            format!("The sheet «{shown}» is hidden and is not read; unhide it and upload again if it is needed."),
        )
    } else {
        Bilingual::new(
            format!("Trang «{shown}» không có dòng tiêu đề của danh sách nên không được đọc."),
            format!("The sheet «{shown}» has no header of a list and is not read."),
        )
    };
    ImportFault { sheet: name, row, column: "-".into(), code: "sheet_left_out".into(), value: None, detail }
}

/// Rows and columns that a reader does not see, or sees struck through. They are read all the same.
fn unseen(list: &ListSheet) -> Vec<ImportFault> {
    let ListSheet { sheet, header } = list;
    let below = |rows: &[u32]| -> Vec<u32> { rows.iter().copied().filter(|row| *row > header.row).collect() };
    let columns: Vec<String> = sheet
        .hidden_columns
        .iter()
        .filter(|at| header.is_named(**at))
        .map(|at| format!("«{}»", header.name_at(*at)))
        .collect();
    let warning = |code: &str, row: u32, vi: String, en: String| ImportFault {
        sheet: sheet_name(sheet),
        row,
        column: "-".into(),
        code: code.into(),
        value: None,
        detail: Bilingual::new(vi, en),
    };
    let mut all = Vec::new();
    let (hidden, struck) = (below(&sheet.hidden_rows), below(&sheet.struck_rows));
    if let Some(first) = hidden.first() {
        let rows = ranges(&hidden);
        all.push(warning(
            "hidden_rows",
            *first,
            format!("Các dòng bị ẩn hoặc bị lọc vẫn được đọc: {rows}. Nếu không phải là đoàn của danh sách, hãy xóa các dòng này."),
            format!("Hidden or filtered rows are read all the same: {rows}. Delete them if they do not belong to the list."),
        ));
    }
    if let Some(first) = struck.first() {
        let rows = ranges(&struck);
        all.push(warning(
            "struck_rows",
            *first,
            format!("Các dòng có chữ gạch ngang vẫn được đọc: {rows}. Nếu đoàn đã hủy, hãy xóa các dòng này."),
            format!("Rows with struck-through text are read all the same: {rows}. Delete them if they were cancelled."),
        ));
    }
    if !columns.is_empty() {
        let names = columns.join(", ");
        all.push(warning(
            "hidden_columns",
            header.row,
            format!("Các cột bị ẩn vẫn được đọc: {names}."),
            format!("Hidden columns are read all the same: {names}."),
        ));
    }
    all
}

/// Row numbers as people write them: 3–5, 9.
fn ranges(rows: &[u32]) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => spans.push((*row, *row)),
        }
    }
    let text = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    let shown: Vec<String> = spans.iter().take(50).map(text).collect();
    format!("{}{}", shown.join(", "), if spans.len() > 50 { ", …" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_as_people_write_them() {
        assert_eq!(ranges(&[3, 4, 5, 9, 11, 12]), "3–5, 9, 11–12");
        assert_eq!(ranges(&[2]), "2");
        let many: Vec<u32> = (1..200).map(|n| n * 2).collect();
        assert!(ranges(&many).ends_with("100, …"));
    }
}
