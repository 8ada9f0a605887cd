//! Checks a whole sheet: title rows, data, totals, duplicates, state secrets, and sums that do not match. Pure.

use std::collections::{HashMap, HashSet};

use crate::imports::batch::{ImportFault, ImportKind};
use crate::imports::cells;
use crate::imports::header::{Column, Header};
use crate::imports::known::{KnownRegistry, NO_UNIT, Twin, UnitTally, twins_of, unit_of};
use crate::imports::parsed::Parsed;
use crate::imports::reading::Reading;
use documents::sheet::{CellValue, Sheet, SheetRow};
use kernel::money::grouped;
use kernel::text::{Bilingual, bears_secret_mark, fold};
use kernel::time::{Day, Period};

/// The result of checking a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// Data rows.
    pub rows: i64,
    pub rejected: i64,
    pub parsed: Vec<Parsed>,
    pub errors: Vec<ImportFault>,
    pub warnings: Vec<ImportFault>,
    /// Rows of which nothing may be stored.
    pub secret: HashSet<u32>,
}

/// The first sheet with a header of this kind, and that header.
pub fn list_in(kind: ImportKind, sheets: Vec<Sheet>) -> Option<(Sheet, Header)> {
    sheets.into_iter().find_map(|sheet| Header::find(kind, &sheet).map(|header| (sheet, header)))
}

/// The role of a row in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Data,
    Total,
    /// A heading within the list, or a line below it.
    Other,
}

fn essential(kind: ImportKind) -> &'static [Column] {
    match kind {
        ImportKind::Delegations(..) => &[Column::Country, Column::FirstDay, Column::LastDay, Column::Period],
        ImportKind::Officials => &[Column::Post, Column::BirthDate],
        ImportKind::Agencies => &[Column::Code],
    }
}

/// Finds the role of a row from its cells.
pub fn kind_of(kind: ImportKind, header: &Header, row: &SheetRow) -> RowKind {
    let cell = |column: &Column| header.at(*column).map_or(&CellValue::Empty, |at| row.cell(at));
    let numbered = !cell(&Column::Ordinal).is_empty() && cell(&Column::Ordinal).text().parse::<f64>().is_ok();
    let filled = row.cells.iter().filter(|c| !c.is_empty()).count();
    if numbered || (filled > 1 && essential(kind).iter().any(|c| !cell(c).is_empty())) {
        return RowKind::Data;
    }
    let totals = |cell: &CellValue| match cell {
        CellValue::Text(text) => ["tong", "cong", "total", "sum"].iter().any(|word| fold(text).starts_with(word)),
        _ => false,
    };
    if row.cells.iter().any(totals) {
        return RowKind::Total;
    }
    if filled > 2 { RowKind::Data } else { RowKind::Other }
}

/// Counts the data rows of a list.
pub fn count_rows(kind: ImportKind, sheet: &Sheet, header: &Header) -> i64 {
    let merged = Merges::of(sheet, header);
    let data =
        |row: &&SheetRow| kind_of(kind, header, row) == RowKind::Data && !merged.goes_on.contains_key(&row.number);
    i64::try_from(body(sheet, header).filter(data).count()).unwrap_or(i64::MAX)
}

fn body<'a>(sheet: &'a Sheet, header: &Header) -> impl Iterator<Item = &'a SheetRow> {
    let last = header.row;
    sheet.rows.iter().filter(move |row| row.number > last)
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

/// Checks a list; calls `progress` every 1,000 rows with the number of rows done.
pub fn check(
    kind: ImportKind,
    sheet: &Sheet,
    header: &Header,
    known: &KnownRegistry,
    progress: &mut dyn FnMut(i64),
) -> Checked {
    let mut found = Checked::default();
    secrets(sheet, header, &mut found);
    let merges = Merges::of(sheet, header);
    let by_number: HashMap<u32, &SheetRow> = sheet.rows.iter().map(|row| (row.number, row)).collect();
    let mut further: HashMap<u32, Vec<String>> = HashMap::new();
    for (row, first) in &merges.goes_on {
        let text = by_number.get(row).zip(header.at(Column::Country)).map(|(r, at)| r.cell(at).text());
        further.entry(*first).or_default().extend(text.filter(|t| !t.is_empty()));
    }
    let mut sums = Sums::default();
    let mut twins: HashMap<Twin, u32> = HashMap::new();
    let mut named = UnitTally::default();
    for row in body(sheet, header) {
        if merges.goes_on.contains_key(&row.number) {
            continue;
        }
        match kind_of(kind, header, row) {
            RowKind::Data => {}
            RowKind::Total => {
                sums.compare(header, row, &mut found.warnings);
                continue;
            }
            RowKind::Other => {
                if !sums.ended {
                    found.warnings.push(skipped(header, row));
                }
                continue;
            }
        }
        found.rows += 1;
        sums.rows += 1;
        if found.rows % 1_000 == 0 {
            progress(found.rows);
        }
        if found.secret.contains(&row.number) {
            found.rejected += 1;
            continue;
        }
        let shown = shown(row, &merges, &by_number);
        let mut reading = Reading {
            header,
            row: &shown,
            today: known.today,
            further_countries: further.remove(&row.number).unwrap_or_default(),
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        let parsed = match kind {
            ImportKind::Delegations(_, shape) => {
                let agency = unit_of(&mut reading, known, &mut named);
                reading.delegation(shape, agency).map(Parsed::Delegation)
            }
            ImportKind::Officials => {
                let agency = unit_of(&mut reading, known, &mut named);
                reading.person(agency).map(Parsed::Person)
            }
            ImportKind::Agencies => reading.unit().map(Parsed::Unit),
        };
        if let Some(people) = cells::headcount(reading.cell(Column::Headcount)) {
            sums.people += people;
        }
        if let Some(parsed) = parsed.as_ref() {
            twins_of(parsed, &mut reading, known, &mut twins);
        }
        found.rejected += i64::from(!reading.errors.is_empty());
        found.errors.append(&mut reading.errors);
        found.warnings.append(&mut reading.warnings);
        found.parsed.extend(parsed);
    }
    if named.unstated > 0 {
        found.warnings.push(ImportFault {
            row: header.row,
            column: header.name(Column::Agency).unwrap_or("-").to_owned(),
            code: "agency_not_stated".into(),
            value: None,
            detail: Bilingual::new(
                format!("{} dòng không ghi đơn vị; được ghi vào «{NO_UNIT}», chờ xác nhận.", grouped(named.unstated)),
                format!("{} row(s) name no unit; they are assigned to «{NO_UNIT}», to be confirmed.", named.unstated),
            ),
        });
    }
    found.errors.sort_by_key(|f| f.row);
    found.warnings.sort_by_key(|f| f.row);
    progress(found.rows);
    found
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

/// Finds rows with a state-secret marking; nothing else of them is read.
fn secrets(sheet: &Sheet, header: &Header, found: &mut Checked) {
    for row in &sheet.rows {
        let marked = row.cells.iter().position(|c| matches!(c, CellValue::Text(text) if bears_secret_mark(text)));
        if let Some(at) = marked {
            found.secret.insert(row.number);
            found.errors.push(ImportFault {
                row: row.number,
                column: header.name_at(at),
                code: "state_secret_refused".into(),
                value: None,
                detail: Bilingual::new(
                    "Không tiếp nhận bí mật nhà nước; tệp không được lưu.",
                    "State secrets are refused; the file is not stored.",
                ),
            });
        }
    }
}

fn skipped(header: &Header, row: &SheetRow) -> ImportFault {
    let at = row.cells.iter().position(|c| !c.is_empty()).unwrap_or(0);
    ImportFault {
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

/// Sums of the rows above a total.
#[derive(Default)]
struct Sums {
    rows: i64,
    people: i64,
    /// The sums at the previous total.
    before: (i64, i64),
    /// A total was seen: later rows may be signatures.
    ended: bool,
}

impl Sums {
    fn compare(&mut self, header: &Header, row: &SheetRow, warnings: &mut Vec<ImportFault>) {
        let part = (self.rows - self.before.0, self.people - self.before.1);
        let mut differs = |column: Column, value: i64, whole: i64, part: i64| {
            if value != whole && value != part {
                warnings.push(ImportFault {
                    row: row.number,
                    column: header.name(column).unwrap_or("-").to_owned(),
                    code: "total_differs".into(),
                    value: Some(value.to_string()),
                    detail: Bilingual::new(
                        format!("Dòng tổng ghi {}, nhưng các dòng cộng lại là {}.", grouped(value), grouped(whole)),
                        format!("The total is {value}, but the rows add up to {whole}."),
                    ),
                });
            }
        };
        if let Some(people) = header.at(Column::Headcount).and_then(|at| cells::headcount(row.cell(at))) {
            differs(Column::Headcount, people, self.people, part.1);
        }
        let text = header.at(Column::Title).map(|at| fold(&row.cell(at).text())).unwrap_or_default();
        // "Tổng cộng: 408 đoàn": take the number before the word.
        let told = text.split_once("doan").map(|(before, _)| cells::numbers(before));
        if let Some(delegations) = told.as_ref().and_then(|n| n.last()) {
            differs(Column::Title, *delegations, self.rows, part.0);
        }
        self.before = (self.rows, self.people);
        self.ended = true;
    }
}

/// The period from the earliest to the latest first day in the list; unreadable days are ignored.
pub fn span(sheet: &Sheet, header: &Header) -> Option<Period> {
    let cell = |row: &SheetRow, column: Column| header.at(column).map(|at| row.cell(at).clone()).unwrap_or_default();
    let first = |row: &SheetRow| {
        cells::day(&cell(row, Column::FirstDay)).or(cells::period(&cell(row, Column::Period)).map(|p| p.from))
    };
    let days: Vec<Day> = body(sheet, header).filter_map(first).collect();
    Some(Period { from: *days.iter().min()?, to: *days.iter().max()? })
}
