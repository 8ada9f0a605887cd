//! Finds the header row of a sheet and the meaning of its columns, by their usual names (`names/headers.tsv`). Pure.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::imports::batch::ImportKind;
use crate::imports::names::{key, lines};
use documents::sheet::{CellValue, Sheet, SheetRow};
use kernel::text::bears_secret_mark;

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    Ordinal,
    Title,
    Head,
    Country,
    FirstDay,
    LastDay,
    /// First and last day in one cell.
    Period,
    Headcount,
    Agency,
    Level,
    Field,
    Purpose,
    Activity,
    Partner,
    Funding,
    Report,
    InPlan,
    Note,
    FullName,
    BirthDate,
    Post,
    PostLevel,
    Personnel,
    PartyMember,
    CommitteeMember,
    KeyLeader,
    ManagedBy,
    Code,
    Name,
    Parent,
    Bloc,
    Username,
    Email,
    Roles,
    Seats,
    PassportKind,
    PassportNumber,
    IssuedOn,
    ExpiresOn,
    Year,
    Month,
    Delegations,
    Budget,
    MemberRole,
    ClerkMaySubmit,
}

/// Columns by the list whose names they are (`ImportKind::columns`), and by name.
type HeaderNames = HashMap<(&'static str, String), Column>;

fn table() -> &'static HeaderNames {
    static TABLE: OnceLock<HeaderNames> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = HeaderNames::new();
        for (kinds, column, names) in lines(include_str!("names/headers.tsv")) {
            let Ok(column) = column.parse::<Column>() else { continue };
            for kind in kinds.split(',') {
                for name in names.split(';').filter(|name| !key(name).is_empty()) {
                    // If two lines claim a name, the first wins.
                    table.entry((kind, key(name))).or_insert(column);
                }
            }
        }
        table
    })
}

/// The header of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Number of its last row; the data follow.
    pub row: u32,
    /// Index and name of each known column.
    columns: HashMap<Column, (usize, String)>,
    /// Names that are not understood.
    pub unknown: Vec<String>,
}

/// Number of rows searched for a header.
const SEARCHED: usize = 40;

/// The name in a header on one line; a line break may be written as two signs by a program.
fn one_line(name: &str) -> String {
    name.replace("\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The column with this name.
fn named(kind: ImportKind, name: &str) -> Option<Column> {
    table().get(&(kind.columns(), key(name))).copied()
}

/// The column that a name in a header means.
pub fn column(kind: ImportKind, name: &str) -> Option<Column> {
    named(kind, name).or_else(|| hinted(kind, name))
}

/// The column whose name stands beside a hint: «Nước (quốc tịch)», «Danh nghĩa / Tên đoàn», «Thời gian [từ – đến]».
fn hinted(kind: ImportKind, name: &str) -> Option<Column> {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0usize);
    for c in name.replace("\\n", "\n").chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            c => inside.push(c),
        }
    }
    let parts = |text: &str| {
        text.split(['/', '\n', '\r', ';', '|', ':'])
            .find_map(|part| named(kind, part.trim()).filter(|_| !part.is_empty()))
    };
    named(kind, &outside).or_else(|| parts(&outside)).or_else(|| parts(&inside))
}

impl Header {
    /// Finds the header: the row that names the most columns of this kind, if it names enough of them.
    pub fn find(kind: ImportKind, sheet: &Sheet) -> Option<Header> {
        let named: Vec<Header> = sheet.rows.iter().take(SEARCHED).map(|row| Header::of(kind, row)).collect();
        let best = (0..named.len()).rev().max_by_key(|at| named.get(*at).map_or(0, |h| h.columns.len()))?;
        let mut header = named.get(best)?.clone();
        if header.known() < kind.least_columns() {
            return None;
        }
        // A second header row names the parts of merged cells: "Thời gian" above "Từ ngày", "Đến ngày".
        if let (Some(under), Some(row)) = (named.get(best + 1), sheet.rows.get(best + 1)) {
            let parts = under.columns.iter().filter(|(c, _)| **c != Column::Ordinal).count();
            if parts >= 2 && row.cells.iter().filter(|c| !c.is_empty()).count() == under.columns.len() {
                for (column, place) in &under.columns {
                    header.columns.retain(|_, (at, _)| *at != place.0);
                    header.columns.insert(*column, place.clone());
                }
                header.row = under.row;
            }
        }
        Some(header)
    }

    fn of(kind: ImportKind, row: &SheetRow) -> Header {
        let mut header = Header { row: row.number, columns: HashMap::new(), unknown: Vec::new() };
        // A marked cell is never a name: names stand in messages, and messages are stored.
        let text = |cell: &CellValue| matches!(cell, CellValue::Text(text) if !bears_secret_mark(text));
        let cells: Vec<(usize, String)> =
            row.cells.iter().enumerate().filter(|(_, c)| text(c)).map(|(at, c)| (at, c.text())).collect();
        // A name as it is known goes before one with a hint: «Ngày đến» before «Ngày đến (dự kiến)».
        for (at, name) in &cells {
            if let Some(column) = named(kind, name) {
                header.columns.entry(column).or_insert((*at, one_line(name)));
            }
        }
        for (at, name) in cells {
            if header.columns.values().any(|(place, _)| *place == at) {
                continue;
            }
            match hinted(kind, &name) {
                Some(column) if !header.columns.contains_key(&column) => {
                    header.columns.insert(column, (at, one_line(&name)));
                }
                Some(_) => {}
                None if name.is_empty() => {}
                None => header.unknown.push(one_line(&name)),
            }
        }
        header
    }

    /// Whether a row is this header again, as on the top of each printed page: all its names but one at most, since somebody
    /// may have corrected it. Asked of every row, so that it ends at the second cell that is no name.
    pub fn is_repeated_in(&self, row: &SheetRow) -> bool {
        let (mut same, mut others) = (0, 0);
        for (at, name) in self.columns.values() {
            match row.cell(*at) {
                cell if cell.is_empty() => {}
                CellValue::Text(text) if key(&one_line(text)) == key(name) => same += 1,
                _ => others += 1,
            }
            if others > 1 {
                return false;
            }
        }
        same >= 2
    }

    /// Index of a column, from 0.
    pub fn at(&self, column: Column) -> Option<usize> {
        self.columns.get(&column).map(|(at, _)| *at)
    }

    /// The name of a column in the sheet.
    pub fn name(&self, column: Column) -> Option<&str> {
        self.columns.get(&column).map(|(_, name)| name.as_str())
    }

    /// Whether the sheet has any of the columns.
    pub fn has_any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|column| self.columns.contains_key(column))
    }

    /// Whether the column at an index is understood.
    pub fn is_named(&self, at: usize) -> bool {
        self.columns.values().any(|(place, _)| *place == at)
    }

    /// Number of columns that are understood.
    pub fn known(&self) -> usize {
        self.columns.len()
    }

    /// The name of the column at an index, or its letter if it is not known.
    pub fn name_at(&self, at: usize) -> String {
        let named = self.columns.values().find(|(place, _)| *place == at);
        named.map_or_else(|| letter(at), |(_, name)| name.clone())
    }
}

/// The letters of a column as spreadsheets show them: A … Z, AA …
pub fn letter(at: usize) -> String {
    let last = char::from(b'A' + u8::try_from(at % 26).unwrap_or(0));
    if at < 26 { last.to_string() } else { format!("{}{last}", letter(at / 26 - 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procedures::register::registers;
    use documents::sheet::read;

    fn header(kind: &str, text: &str) -> Option<Header> {
        let kind = ImportKind::by_word(kind, registers().entries()).unwrap();
        Header::find(kind, &read(text.as_bytes()).unwrap()[0])
    }

    #[test]
    fn headers_are_found_in_any_order_in_two_languages_under_titles() {
        let found =
            header("inbound", "DANH SÁCH ĐOÀN VÀO;;;\n(năm 2020);;;\nSố người;Ngày đến;Tên đoàn;Quốc tịch\n1;2;3;4\n")
                .unwrap();
        assert_eq!((found.row, found.at(Column::Headcount), found.at(Column::Country)), (3, Some(0), Some(3)));
        assert_eq!(found.name(Column::Title), Some("Tên đoàn"));
        let english = header("outbound", "People,Departure,Return,Destination,Delegation\n").unwrap();
        assert_eq!((english.at(Column::FirstDay), english.at(Column::LastDay)), (Some(1), Some(2)));
        let two = header("outbound", "STT,Tên đoàn,Nước đi,Thời gian,,Số người\n,,,Từ ngày,Đến ngày,\n1,a,b,c,d,e\n")
            .unwrap();
        assert_eq!(
            (two.row, two.at(Column::FirstDay), two.at(Column::LastDay), two.at(Column::Period)),
            (2, Some(3), Some(4), None)
        );
        assert_eq!(header("inbound", "a,b,c\n1,2,3\n"), None);
        assert_eq!((letter(0), letter(25), letter(26), letter(59)), ("A".into(), "Z".into(), "AA".into(), "BH".into()));
    }

    #[test]
    fn names_with_hints_are_understood_and_others_are_told() {
        let found = header(
            "inbound",
            "STT;Danh nghĩa / Tên đoàn;Nước\\n(quốc tịch);Ngày đến (dd/mm/yyyy);Ngày đi *;\"Số người\n[lượt]\";Màu xe\n",
        )
        .unwrap();
        let columns = [Column::Title, Column::Country, Column::FirstDay, Column::LastDay, Column::Headcount];
        assert_eq!(columns.map(|c| found.at(c)), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
        assert_eq!(
            (found.name(Column::Country), &*found.unknown),
            (Some("Nước (quốc tịch)"), &["Màu xe".to_owned()][..])
        );
        // The plain name goes before the one with a hint, wherever they stand.
        let two = header("inbound", "Tên đoàn;Nước;Ngày đến (dự kiến);Ngày đến;Số người\n").unwrap();
        assert_eq!(two.at(Column::FirstDay), Some(3));
    }

    #[test]
    fn every_line_of_the_list_is_understood() {
        for (kinds, column, _) in lines(include_str!("names/headers.tsv")) {
            assert!(column.parse::<Column>().is_ok(), "{column}");
            let known: Vec<&str> = ImportKind::with_template(registers().entries()).map(ImportKind::columns).collect();
            assert!(kinds.split(',').all(|k| known.contains(&k)), "{kinds}");
        }
    }
}
