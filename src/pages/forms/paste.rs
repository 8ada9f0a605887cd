//! Rows pasted from a sheet: cells divided by tabs, with quotation marks around cells that hold line breaks. Pure.

use crate::imports::batch::ImportKind;
use crate::imports::header::{Column, column};
use kernel::text::fold;
use kernel::words::{Label, MemberRole};

/// Most rows that are taken at once.
pub const MOST_ROWS: usize = 500;
/// Most columns of a sheet that are looked at.
const MOST_COLUMNS: usize = 20;

/// A list that rows are pasted into.
#[derive(Debug, PartialEq, Eq)]
pub struct PastedInto {
    /// The field of the form.
    pub field: &'static str,
    /// The schema of a row.
    pub schema: &'static str,
    /// The member that holds the name.
    pub name: &'static str,
    /// The members that a column may hold, in the order of a sheet without a header.
    pub members: &'static [&'static str],
    /// Most rows that are taken at once: each name of an official is looked up.
    pub most: usize,
}

pub static GUESTS: PastedInto = PastedInto {
    field: "guests",
    schema: "NewGuest",
    name: "full_name",
    members: &["full_name", "nationality", "position", "passport_number", "role"],
    most: MOST_ROWS,
};

/// Members of a trip are officials: their names are exchanged for ids like typed ones.
pub static MEMBERS: PastedInto = PastedInto {
    field: "members",
    schema: "NewMember",
    name: "official_id",
    members: &["official_id", "role"],
    most: 100,
};

/// The list of a form that rows may be pasted into.
pub fn list_of(field: &str) -> Option<&'static PastedInto> {
    [&GUESTS, &MEMBERS].into_iter().find(|list| list.field == field)
}

/// What was pasted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// The member that each column holds; none for a column that is left out.
    pub columns: Vec<Option<&'static str>>,
    pub rows: Vec<Vec<String>>,
    /// The first row of the text names the columns.
    pub header: bool,
    /// There were more rows than are taken at once.
    pub cut: bool,
}

impl PastedInto {
    /// A member by its name.
    pub fn member(&self, name: &str) -> Option<&'static str> {
        self.members.iter().copied().find(|known| *known == name)
    }

    fn member_of(&self, header: &str) -> Option<&'static str> {
        let name = match column(ImportKind::Guests, header)? {
            Column::FullName => self.name,
            Column::Country => "nationality",
            Column::Post => "position",
            Column::PassportNumber => "passport_number",
            Column::MemberRole => "role",
            _ => return None,
        };
        self.member(name)
    }
}

/// The cells of what was pasted, each on one line; rows without a word are left out.
pub fn cells(text: &str) -> Vec<Vec<String>> {
    let delimiter = if text.contains('\t') { b'\t' } else { b';' };
    let mut sheet =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let cells = |row: csv::StringRecord| -> Vec<String> {
        let one_line = |cell: &str| cell.split_whitespace().collect::<Vec<_>>().join(" ");
        row.iter().take(MOST_COLUMNS).map(one_line).collect()
    };
    let rows = sheet.records().filter_map(Result::ok).map(cells);
    rows.filter(|row| row.iter().any(|cell| !cell.is_empty())).take(MOST_ROWS + 2).collect()
}

/// Whether a cell looks like the number of a passport (ICAO Doc 9303: up to nine letters and digits), however it is spaced.
pub fn is_number(cell: &str) -> bool {
    let plain: String = cell.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    let fits = (6..=12).contains(&plain.len()) && plain.chars().all(|c| c.is_ascii_alphanumeric());
    // Days are digits, too: 27032026, 27/3/2026 has strokes.
    fits && plain.chars().filter(char::is_ascii_digit).count() >= 5 && plain.parse::<u64>().is_err()
        || fits && plain.len() == 9 && plain.parse::<u64>().is_ok()
}

/// Reads what was pasted. A first row that names at least two columns is the header.
pub fn read(text: &str, list: &PastedInto) -> Pasted {
    let mut rows = cells(text);
    let first = || rows.first().into_iter().flatten();
    let named: Vec<Option<&'static str>> = first().map(|cell| list.member_of(cell)).collect();
    // Known headings, whichever of them this list takes: "STT" is one, too.
    let headings = first().filter(|cell| column(ImportKind::Guests, cell).is_some()).count();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let header = headings >= 2 || named.contains(&Some(list.name));
    let columns = if header {
        rows.remove(0);
        named
    } else {
        let in_order = list.members.iter().copied().map(Some).chain(std::iter::repeat(None));
        in_order.take(width).collect()
    };
    let cut = rows.len() > list.most;
    rows.truncate(list.most);
    Pasted { columns, rows, header, cut }
}

impl Pasted {
    /// Whether a role stands in it that is none.
    pub fn has_unknown_role(&self) -> bool {
        let role = self.columns.iter().position(|column| *column == Some("role"));
        let cells = role.into_iter().flat_map(|at| self.rows.iter().filter_map(move |row| row.get(at)));
        cells.filter(|cell| !cell.is_empty()).any(|cell| value_of("role", cell).parse::<MemberRole>().is_err())
    }

    /// The cells as they are typed into the rows of a list, from a number on.
    pub fn typed(&self, into: &PastedInto, first: usize) -> Vec<(String, String)> {
        let list = format!("/{}", into.field);
        let mut typed = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            // Whose role a sheet of officials does not say goes with the rest.
            let says_role = self.columns.iter().zip(row).any(|(m, cell)| *m == Some("role") && !cell.is_empty());
            if into == &MEMBERS && !says_role {
                typed.push((format!("{list}/{}/role", first + at), "member".to_owned()));
            }
            for (member, cell) in self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                if let Some(member) = member {
                    typed.push((format!("{list}/{}/{member}", first + at), value_of(member, cell)));
                }
            }
        }
        typed
    }
}

/// A role in words is one of the words of the contract; every other cell is typed as it stands.
pub fn value_of(member: &str, cell: &str) -> String {
    if member != "role" {
        return cell.to_owned();
    }
    match fold(cell).as_str() {
        "doan vien" => MemberRole::Member.word().to_owned(),
        said => {
            let called = |role: &&MemberRole| {
                let Label { vi, en } = role.label();
                [vi, en, role.word()].iter().any(|name| fold(name) == said)
            };
            MemberRole::all().iter().find(called).map_or(cell, |role| role.word()).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_in_any_order_names_the_columns() {
        let pasted = read(
            "STT\tQuốc tịch\tHọ và tên\tVai trò\n1\tHàn Quốc\t\"KIM\nYoung\"\tTrưởng đoàn\n\n2\tLào\tKhamla\t\n",
            &GUESTS,
        );
        assert_eq!(pasted.columns, [None, Some("nationality"), Some("full_name"), Some("role")]);
        let typed = pasted.typed(&GUESTS, 3);
        let line = |at: &str, value: &str| (at.to_owned(), value.to_owned());
        assert_eq!(
            typed,
            [
                line("/guests/3/nationality", "Hàn Quốc"),
                line("/guests/3/full_name", "KIM Young"),
                line("/guests/3/role", "head"),
                line("/guests/4/nationality", "Lào"),
                line("/guests/4/full_name", "Khamla"),
            ]
        );
    }

    #[test]
    fn without_a_header_the_order_is_that_of_the_form_and_five_hundred_are_taken() {
        let pasted = read("KIM Young-hwan\tHàn Quốc\tTỉnh trưởng\n", &GUESTS);
        assert_eq!(pasted.columns, [Some("full_name"), Some("nationality"), Some("position")]);
        assert_eq!((pasted.rows.len(), pasted.cut), (1, false));
        let many = read(&"A\tLào\n".repeat(501), &GUESTS);
        assert_eq!((many.rows.len(), many.cut), (500, true));
        assert_eq!(read("", &GUESTS), Pasted::default());
        // A list of names alone, with its heading and without; a sheet of guests whose other columns are left out.
        assert_eq!(read("Họ và tên\nĐặng Văn Minh\n", &MEMBERS).rows, [["Đặng Văn Minh"]]);
        assert_eq!(read("Đặng Văn Minh\nPhạm Thu Hà\n", &MEMBERS).rows.len(), 2);
        let staff = read("Họ và tên\tChức vụ\tVai trò\nĐặng Văn Minh\tGiám đốc\tTrưởng đoàn\n", &MEMBERS);
        assert_eq!(staff.columns, [Some("official_id"), None, Some("role")]);
    }
}
