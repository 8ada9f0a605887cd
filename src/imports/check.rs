//! Checks the lists of a file: data rows, totals, duplicates, and sums that do not match. Pure.

use std::collections::HashMap;

use crate::imports::batch::{ImportFault, ImportKind, NO_COLUMN};
use crate::imports::cells;
use crate::imports::guide::{alternative, guide};
use crate::imports::headcount::headcount;
use crate::imports::header::{Column, Header};
use crate::imports::known::{KnownRegistry, NO_UNIT, UnitTally, unit_of};
use crate::imports::legacy_fonts::legacy_font;
use crate::imports::lists::{ListSheet, Lists, sheet_name};
use crate::imports::parsed::Parsed;
use crate::imports::reading::Reading;
use crate::imports::row_kind::{GroupSign, RowKind, RowKinds};
use crate::imports::sums::Sums;
use crate::imports::twins::{Twins, twins_of};
use documents::sheet::{CellValue, Sheet, SheetRow};
use kernel::money::grouped;
use kernel::text::Bilingual;
use kernel::time::{Day, Period};
use kernel::words::Label;

/// The result of checking a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// Data rows.
    pub rows: i64,
    pub rejected: i64,
    pub parsed: Vec<Parsed>,
    pub errors: Vec<ImportFault>,
    pub warnings: Vec<ImportFault>,
}

/// Counts the data rows of a file.
pub fn count_rows(kind: ImportKind, lists: &Lists) -> i64 {
    let of_list = |list: &ListSheet| {
        let merged = Merges::of(&list.sheet, &list.header);
        let mut kinds = RowKinds::new(kind, &list.header, list.sheet.dates);
        let rows = body(list).filter(|row| !merged.goes_on.contains_key(&row.number));
        rows.filter(|row| kinds.next(row) == RowKind::Data).count()
    };
    i64::try_from(lists.lists.iter().map(of_list).sum::<usize>()).unwrap_or(i64::MAX)
}

fn body(list: &ListSheet) -> impl Iterator<Item = &SheetRow> {
    list.sheet.rows.iter().filter(|row| row.number > list.header.row)
}

/// Maximum merged cells to process: people merge a few, a malicious file may claim millions.
const MERGED: usize = 500_000;

/// Cells merged across several rows.
struct Merges {
    /// A row that continues a delegation, and the row where that delegation starts.
    goes_on: HashMap<u32, u32>,
    /// By row: columns that show the value of another row, and the number of that row.
    shows: HashMap<u32, Vec<(usize, u32)>>,
}

impl Merges {
    fn of(sheet: &Sheet, header: &Header) -> Self {
        let whole: Vec<usize> =
            [Column::Title, Column::FullName, Column::Name].iter().filter_map(|c| header.at(*c)).collect();
        let mut merges = Merges { goes_on: HashMap::new(), shows: HashMap::new() };
        let mut cells = 0;
        for region in sheet.merged.iter().filter(|m| m.first_row > header.row && m.last_row > m.first_row) {
            if cells > MERGED {
                break;
            }
            // Nobody merges that many rows by hand.
            for row in (region.first_row + 1)..=region.last_row.min(region.first_row + 1_000) {
                for column in region.first_column..=region.last_column.min(region.first_column + 60) {
                    cells += 1;
                    merges.shows.entry(row).or_default().push((column, region.first_row));
                    if whole.contains(&column) {
                        merges.goes_on.insert(row, region.first_row);
                    }
                }
            }
        }
        merges
    }
}

/// Checks the lists of a file; calls `progress` every 1,000 rows with the number of rows done.
pub fn check(kind: ImportKind, lists: &Lists, known: &KnownRegistry, progress: &mut dyn FnMut(i64)) -> Checked {
    let mut run = Run {
        kind,
        known,
        found: Checked { errors: lists.secrets.clone(), warnings: lists.warnings.clone(), ..Checked::default() },
        twins: Twins::default(),
        named: UnitTally::default(),
        several: lists.lists.len() > 1,
    };
    for (at, list) in lists.lists.iter().enumerate() {
        run.list(list, &|row| lists.secret_rows.contains(&(at, row)), progress);
    }
    let Run { mut found, named, .. } = run;
    if let (Some(first), true) = (lists.lists.first(), named.unstated > 0) {
        found.warnings.push(ImportFault {
            sheet: sheet_name(&first.sheet),
            row: first.header.row,
            column: first.header.name(Column::Agency).unwrap_or("-").to_owned(),
            code: "agency_not_stated".into(),
            value: None,
            detail: Bilingual::new(
                format!("{} dòng không ghi đơn vị; được ghi vào «{NO_UNIT}», chờ xác nhận.", grouped(named.unstated)),
                format!("{} row(s) name no unit; they are assigned to «{NO_UNIT}», to be confirmed.", named.unstated),
            ),
        });
    }
    let place = |fault: &ImportFault| lists.on(fault.sheet.as_deref()).map_or(usize::MAX, |(at, _)| at);
    found.errors.sort_by_key(|f| (place(f), f.row));
    found.warnings.sort_by_key(|f| (place(f), f.row));
    progress(found.rows);
    found
}

/// The check of a file, over all its lists.
struct Run<'a> {
    kind: ImportKind,
    known: &'a KnownRegistry,
    found: Checked,
    twins: Twins,
    named: UnitTally,
    /// The file has several lists, so that a row number alone does not say where.
    several: bool,
}

impl Run<'_> {
    fn list(&mut self, list: &ListSheet, is_secret: &dyn Fn(u32) -> bool, progress: &mut dyn FnMut(i64)) {
        let (sheet, header, name) = (&list.sheet, &list.header, sheet_name(&list.sheet));
        let first_warning = self.found.warnings.len();
        self.missing_columns(list);
        let merges = Merges::of(sheet, header);
        let by_number: HashMap<u32, &SheetRow> = sheet.rows.iter().map(|row| (row.number, row)).collect();
        let mut further: HashMap<u32, Vec<String>> = HashMap::new();
        for (row, first) in &merges.goes_on {
            let text = by_number.get(row).zip(header.at(Column::Country)).map(|(r, at)| r.cell(at).text());
            further.entry(*first).or_default().extend(text.filter(|t| !t.is_empty()));
        }
        let mut sums = Sums::default();
        let mut kinds = RowKinds::new(self.kind, header, sheet.dates);
        for row in body(list).filter(|row| !merges.goes_on.contains_key(&row.number)) {
            let role = kinds.next(row);
            if role != RowKind::Data {
                // Of a marked row nothing is kept, not even in a warning.
                if !is_secret(row.number) {
                    self.aside(role, header, row, &mut sums);
                }
                continue;
            }
            self.found.rows += 1;
            if self.found.rows % 1_000 == 0 {
                progress(self.found.rows);
            }
            if is_secret(row.number) {
                self.found.rejected += 1;
                sums.add(None);
                continue;
            }
            let shown = shown(row, &merges, &by_number);
            let reading = Reading {
                header,
                row: &shown,
                sheet: name.as_deref(),
                in_several: self.several,
                dates: sheet.dates,
                today: self.known.today,
                further_countries: further.remove(&row.number).unwrap_or_default(),
                errors: Vec::new(),
                warnings: Vec::new(),
            };
            sums.add(headcount(reading.cell(Column::Headcount)));
            self.row(reading);
        }
        sums.end(header, &mut self.found.warnings);
        for warning in self.found.warnings.iter_mut().skip(first_warning) {
            warning.sheet.clone_from(&name);
        }
    }

    /// A row that is no data: compared where it tells sums, and told where it is skipped.
    fn aside(&mut self, role: RowKind, header: &Header, row: &SheetRow, sums: &mut Sums) {
        let warnings = &mut self.found.warnings;
        match role {
            RowKind::Total => sums.compare(header, row, warnings),
            RowKind::Group(sign) => {
                if sign == GroupSign::Unnumbered {
                    warnings.push(skipped(header, row));
                }
                sums.begin(sign, header, row, warnings);
            }
            RowKind::HeaderAgain | RowKind::Data => {}
            RowKind::Signature | RowKind::Other => {
                if !sums.ended {
                    warnings.push(skipped(header, row));
                }
            }
        }
    }

    fn row(&mut self, mut reading: Reading) {
        let known = self.known;
        if legacy_fonts(&mut reading) {
            self.found.rejected += 1;
            self.found.errors.append(&mut reading.errors);
            return;
        }
        let parsed = match self.kind {
            ImportKind::Delegations(_, shape) => {
                let agency = unit_of(&mut reading, known, &mut self.named);
                reading.delegation(shape, agency).map(Parsed::Delegation)
            }
            ImportKind::Officials => {
                let agency = unit_of(&mut reading, known, &mut self.named);
                reading.person(agency).map(Parsed::Person)
            }
            ImportKind::Agencies => reading.unit().map(Parsed::Unit),
            ImportKind::Accounts => reading.account(known).map(Parsed::Account),
            ImportKind::Passports => reading.passport(known).map(Parsed::Passport),
            ImportKind::PlanItems => reading.plan_item(known).map(Parsed::PlanItem),
            ImportKind::Guests => reading.guest().map(Parsed::Guest),
        };
        if let Some(parsed) = parsed.as_ref() {
            twins_of(parsed, &mut reading, known, &mut self.twins);
        }
        self.found.rejected += i64::from(!reading.errors.is_empty());
        // A column that the sheet does not have is told once, at the header.
        reading.errors.retain(|fault| fault.code != "missing" || fault.column != NO_COLUMN);
        self.found.errors.append(&mut reading.errors);
        self.found.warnings.append(&mut reading.warnings);
        self.found.parsed.extend(parsed);
    }

    /// Tells the columns that every row needs and the sheet does not have, with the headers that were not understood.
    fn missing_columns(&mut self, list: &ListSheet) {
        let header = &list.header;
        let unknown: Vec<String> = header.unknown.iter().take(20).map(|name| format!("«{name}»")).collect();
        let unknown = unknown.join(", ");
        let (hint_vi, hint_en) = if unknown.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" Các tiêu đề chưa hiểu: {unknown}."), format!(" Headers that are not understood: {unknown}."))
        };
        let there =
            |column: Column| header.has_any(&[column]) || alternative(column).is_some_and(|c| header.has_any(&[c]));
        for Label { vi, en } in guide(self.kind).into_iter().filter(|c| c.needed && !there(c.column)).map(|c| c.name) {
            self.found.errors.push(ImportFault {
                sheet: sheet_name(&list.sheet),
                row: header.row,
                column: NO_COLUMN.into(),
                code: "missing_column".into(),
                value: None,
                detail: Bilingual::new(
                    format!("Danh sách không có cột «{vi}».{hint_vi}"),
                    format!("The list has no column «{en}».{hint_en}"),
                ),
            });
        }
    }
}

/// Refuses texts in fonts from before Unicode: they cannot be read, only shown.
fn legacy_fonts(reading: &mut Reading) -> bool {
    let texts = reading.row.cells.iter().enumerate();
    let old = texts.filter(|(_, cell)| matches!(cell, CellValue::Text(text) if legacy_font(text).is_some()));
    let columns: Vec<usize> = old.map(|(at, _)| at).collect();
    for at in &columns {
        let fault = reading.fault_at(
            *at,
            "legacy_font",
            "Chữ gõ bằng phông cũ (TCVN3 hoặc VNI) nên không đọc được; hãy chuyển sang Unicode rồi tải lên lại.",
            "The text was typed in a font from before Unicode (TCVN3 or VNI); convert it to Unicode and upload again.",
        );
        reading.errors.push(fault);
    }
    !columns.is_empty()
}

/// The row, with the values that merged cells show in it.
fn shown(row: &SheetRow, merges: &Merges, by_number: &HashMap<u32, &SheetRow>) -> SheetRow {
    let mut shown = row.clone();
    for (column, first) in merges.shows.get(&row.number).into_iter().flatten() {
        let value = by_number.get(first).map(|r| r.cell(*column).clone()).unwrap_or_default();
        if shown.cells.len() <= *column {
            shown.cells.resize_with(column + 1, CellValue::default);
        }
        if let Some(cell) = shown.cells.get_mut(*column).filter(|c| c.is_empty()) {
            *cell = value;
        }
    }
    shown
}

fn skipped(header: &Header, row: &SheetRow) -> ImportFault {
    let at = row.cells.iter().position(|c| !c.is_empty()).unwrap_or(0);
    ImportFault {
        sheet: None,
        row: row.number,
        column: header.name_at(at),
        code: "row_skipped".into(),
        value: Some(row.cell(at).text().chars().take(200).collect()),
        detail: Bilingual::new(
            "Dòng này không phải là dữ liệu nên được bỏ qua.",
            "The row contains no data and is skipped.",
        ),
    }
}

/// The period from the earliest to the latest first day in the lists; unreadable days are ignored.
pub fn span(lists: &Lists) -> Option<Period> {
    let first = |list: &ListSheet, row: &SheetRow| {
        let cell = |column: Column| list.header.at(column).map_or(&CellValue::Empty, |at| row.cell(at));
        let dates = list.sheet.dates;
        cells::day(cell(Column::FirstDay), dates).or(cells::period(cell(Column::Period), dates).map(|p| p.from))
    };
    let days: Vec<Day> = lists.lists.iter().flat_map(|list| body(list).filter_map(|row| first(list, row))).collect();
    Some(Period { from: *days.iter().min()?, to: *days.iter().max()? })
}
