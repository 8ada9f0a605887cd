//! The template of a list: a workbook with the columns of the kind, drop-downs, and a page that explains them. Pure.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

use crate::imports::batch::ImportKind;
use crate::imports::guide::{ColumnGuide, guide};
use crate::imports::header::{Column, letter};
use documents::sheet::Sheet;
use kernel::text::Language;
use kernel::words::Label;

/// The first cell of the page that explains the columns; a list is uploaded with it, and nobody is told that it is no list.
const EXPLAINS: Label = Label { vi: "Hướng dẫn điền mẫu", en: "How to fill in the template" };
const PAGE: Label = Label { vi: "Hướng dẫn", en: "Guide" };

/// Rows that have drop-downs and formats; more may be filled in.
const ROWS: u32 = 2_000;
/// The row of the first value of a drop-down on the explaining page, from 0, and the column of the first list.
const VALUES: (u32, u16) = (3, 7);

/// Whether a sheet is the explaining page of a template.
pub fn explains(sheet: &Sheet) -> bool {
    let first = sheet.rows.first().map(|row| row.cell(0).text()).unwrap_or_default();
    [EXPLAINS.vi, EXPLAINS.en].contains(&first.as_str())
}

/// Returns the bytes of the template of a kind.
pub fn write(kind: ImportKind, language: Language) -> Result<Vec<u8>, String> {
    fill(kind, language).map_err(|e| e.to_string())
}

fn fill(kind: ImportKind, language: Language) -> Result<Vec<u8>, XlsxError> {
    let columns = guide(kind);
    let mut book = Workbook::new();
    let list = book.add_worksheet();
    let name: String = kind.label().in_language(language).chars().filter(|c| !"[]:*?/\\'".contains(*c)).collect();
    list.set_name(name.chars().take(31).collect::<String>())?;
    list.set_freeze_panes(1, 0)?;
    list.set_row_height(0, 32)?;
    for (at, column) in (0u16..).zip(&columns) {
        head(list, at, column, language)?;
        hints(list, at, column, language)?;
    }
    // Drop-downs take their values from the page that explains them.
    let mut next = VALUES.1;
    for (at, column) in (0u16..).zip(&columns) {
        let Some(values) = column.list.map(|list| list.values().len()).filter(|n| *n > 0) else { continue };
        let last = VALUES.0 + u32::try_from(values).unwrap_or(u32::MAX);
        let place = letter(usize::from(next));
        let page = PAGE.in_language(language);
        let range = format!("='{page}'!${place}${}:${place}${last}", VALUES.0 + 1);
        let choice = told(DataValidation::new().allow_list_formula(Formula::new(range)), column, language)?
            // Usual names and several values are understood, too.
            .set_error_style(DataValidationErrorStyle::Information);
        list.add_data_validation(1, at, ROWS, at, &choice)?;
        next += 1;
    }
    explain(book.add_worksheet(), &columns, language)?;
    book.save_to_buffer()
}

/// The name of a column; those that every row needs are marked and darker.
fn head(list: &mut Worksheet, at: u16, column: &ColumnGuide, language: Language) -> Result<(), XlsxError> {
    let name = column.name.in_language(language);
    let look = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(if column.needed { 0x9b_1c1c } else { 0xe5_e5e5 }))
        .set_font_color(Color::RGB(if column.needed { 0xff_ffff } else { 0x22_2222 }));
    let shown = if column.needed { format!("{name} *") } else { name.to_owned() };
    list.write_string_with_format(0, at, shown, &look)?;
    let wide = match column.column {
        Column::Title | Column::Name | Column::Activity | Column::Note => 40.0,
        Column::FullName | Column::Head | Column::Partner | Column::Roles | Column::Seats | Column::Email => 28.0,
        _ => 18.0,
    };
    list.set_column_width(at, wide)?;
    Ok(())
}

/// What a cell shows when it is selected, and how its values are kept.
fn hints(list: &mut Worksheet, at: u16, column: &ColumnGuide, language: Language) -> Result<(), XlsxError> {
    let format = match column.column {
        Column::FirstDay | Column::LastDay | Column::BirthDate | Column::IssuedOn | Column::ExpiresOn => "dd/mm/yyyy",
        Column::Headcount | Column::Year | Column::Month | Column::Delegations => "0",
        Column::Budget => "#,##0",
        // A number of a passport or a code with leading zeros stays what was typed.
        _ => "@",
    };
    list.set_column_format(at, &Format::new().set_num_format(format))?;
    if column.list.is_none_or(|list| list.values().is_empty()) && !column.about.vi.is_empty() {
        let hint = told(DataValidation::new(), column, language)?;
        list.add_data_validation(1, at, ROWS, at, &hint)?;
    }
    Ok(())
}

fn told(rule: DataValidation, column: &ColumnGuide, language: Language) -> Result<DataValidation, XlsxError> {
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    rule.set_input_title(short(column.name.in_language(language), 32))?
        .set_input_message(short(column.about.in_language(language), 255))
}

/// The page with every column, its meaning, an example, and the values of the drop-downs beside them.
fn explain(page: &mut Worksheet, columns: &[ColumnGuide], language: Language) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let text = |label: Label| label.in_language(language);
    page.set_name(text(PAGE))?;
    page.write_string_with_format(0, 0, text(EXPLAINS), &Format::new().set_bold().set_font_size(14))?;
    page.write_string(
        1,
        0,
        text(Label {
            vi: "Mỗi dòng của trang đầu là một mục. Cột có dấu * phải có giá trị. Không cần xóa trang này khi tải lên.",
            en: "Each row of the first page is one item. Columns with * need a value. This page may stay in the file.",
        }),
    )?;
    let heads = [
        Label { vi: "Cột", en: "Column" },
        Label { vi: "Bắt buộc", en: "Needed" },
        Label { vi: "Giải thích", en: "Meaning" },
        Label { vi: "Ví dụ", en: "Example" },
    ];
    for (at, head) in (0u16..).zip(heads) {
        page.write_string_with_format(2, at, text(head), &bold)?;
    }
    let mut next = VALUES.1;
    for (row, column) in (3u32..).zip(columns) {
        page.write_string_with_format(row, 0, text(column.name), &bold)?;
        if column.needed {
            page.write_string(row, 1, text(Label { vi: "Có", en: "Yes" }))?;
        }
        page.write_string_with_format(row, 2, text(column.about), &wrapped)?;
        page.write_string_with_format(row, 3, column.example, &wrapped)?;
        let values = column.list.map(|list| list.values()).unwrap_or_default();
        if values.is_empty() {
            continue;
        }
        page.write_string_with_format(2, next, text(column.name), &bold)?;
        for (line, (_, label)) in (VALUES.0..).zip(&values) {
            page.write_string(line, next, text(*label))?;
        }
        page.set_column_width(next, 34)?;
        next += 1;
    }
    for (at, width) in [(0, 22), (1, 10), (2, 60), (3, 40)] {
        page.set_column_width(at, width)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::lists::Lists;
    use crate::procedures::register::registers;

    #[test]
    fn a_template_is_read_as_a_list_of_its_kind_in_which_nothing_is_unknown() {
        for kind in ImportKind::with_template(registers().entries()) {
            for language in [Language::Vietnamese, Language::English] {
                let bytes = write(kind, language).unwrap();
                let lists = Lists::read(kind, &bytes).unwrap_or_else(|_| panic!("{}", kind.word()));
                let header = &lists.lists[0].header;
                assert_eq!((header.known(), header.unknown.len()), (guide(kind).len(), 0), "{}", kind.word());
                assert!(lists.warnings.is_empty() && !lists.is_secret(), "{:?}", lists.warnings);
            }
        }
    }
}
