//! The role of each row of a list: a delegation, a total, a group heading, or what stands around them. Pure.

use crate::imports::batch::ImportKind;
use crate::imports::cells;
use crate::imports::headcount::headcount;
use crate::imports::header::{Column, Header};
use crate::imports::names::country_of;
use crate::imports::nations::{countries_in, with_count};
use documents::sheet::{CellValue, DateSystem, SheetRow};
use kernel::text::fold;

/// The role of a row in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Data,
    Total,
    /// A heading above some rows, with their sums: «II | Đoàn cấp sở | 12».
    Group(GroupSign),
    /// The header again, or the numbers of its columns.
    HeaderAgain,
    /// Signatures and the lines around them.
    Signature,
    /// A heading within the list, or a line below it.
    Other,
}

/// How a group is numbered; groups of one sign stand beside each other, of two signs within each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupSign {
    Roman,
    Letter,
    Unnumbered,
}

/// Beginnings of lines that stand around signatures, folded (form of NĐ 30/2020/NĐ-CP, Phụ lục I).
const SIGNATURE: [&str; 15] = [
    "nguoi lap",
    "lap bieu",
    "nguoi ky",
    "(ky",
    "ky, ghi",
    "ky ten",
    "(da ky",
    "kt.",
    "tm.",
    "tl.",
    "tuq.",
    "noi nhan",
    "xac nhan cua",
    "prepared by",
    "approved by",
];

/// Finds the roles of rows, in the order of the sheet.
pub struct RowKinds<'a> {
    kind: ImportKind,
    header: &'a Header,
    dates: DateSystem,
    /// Signatures have begun: names and posts below them are no delegations.
    signed: bool,
}

impl<'a> RowKinds<'a> {
    pub fn new(kind: ImportKind, header: &'a Header, dates: DateSystem) -> Self {
        RowKinds { kind, header, dates, signed: false }
    }

    /// The role of the next row.
    pub fn next(&mut self, row: &SheetRow) -> RowKind {
        let found = self.role(row);
        match found {
            RowKind::Data => self.signed = false,
            RowKind::Signature => self.signed = true,
            _ => {}
        }
        found
    }

    fn role(&self, row: &SheetRow) -> RowKind {
        if self.header.is_repeated_in(row) || are_column_numbers(row) {
            return RowKind::HeaderAgain;
        }
        let ordinal = self.cell(row, Column::Ordinal).text();
        if ordinal.parse::<f64>().is_ok() {
            return RowKind::Data;
        }
        let filled = row.cells.iter().filter(|c| !c.is_empty()).count();
        let essential = self.essential().iter().any(|c| !self.cell(row, *c).is_empty());
        if !self.is_certain(row) {
            let texts = || row.cells.iter().filter_map(text_of);
            if texts().any(|text| is_total(&text)) {
                return RowKind::Total;
            }
            let counted = headcount(self.cell(row, Column::Headcount)).is_some();
            if !counted
                && (texts().any(|t| SIGNATURE.iter().any(|s| t.starts_with(s)) || is_place_and_day(&t)) || self.signed)
            {
                return RowKind::Signature;
            }
            match group_sign(&ordinal) {
                Some(sign) if !essential => return RowKind::Group(sign),
                None if ordinal.is_empty() && counted && filled == 2 => return RowKind::Group(GroupSign::Unnumbered),
                _ => {}
            }
        }
        if filled > 1 && essential {
            return RowKind::Data;
        }
        if filled > 2 { RowKind::Data } else { RowKind::Other }
    }

    fn cell<'r>(&self, row: &'r SheetRow, column: Column) -> &'r CellValue {
        self.header.at(column).map_or(&CellValue::Empty, |at| row.cell(at))
    }

    fn essential(&self) -> &'static [Column] {
        match self.kind {
            ImportKind::Delegations(..) => &[Column::Country, Column::FirstDay, Column::LastDay, Column::Period],
            ImportKind::Officials => &[Column::Post, Column::BirthDate],
            ImportKind::Agencies => &[Column::Code],
            ImportKind::Accounts => &[Column::Username],
            ImportKind::Passports => &[Column::PassportNumber, Column::ExpiresOn],
            ImportKind::PlanItems => &[Column::Country, Column::Month],
            ImportKind::Guests => &[Column::Country, Column::PassportNumber],
        }
    }

    /// Whether a row says something that only data say: a day, or a country.
    fn is_certain(&self, row: &SheetRow) -> bool {
        let a_day = |column| cells::day(self.cell(row, column), self.dates).is_some();
        match self.kind {
            ImportKind::Delegations(..) => {
                let country = self.cell(row, Column::Country).text();
                let known = |part: &String| country_of(with_count(part).0).is_ok();
                let a_country = !country.is_empty() && countries_in(&country).iter().any(known);
                let a_period = cells::period(self.cell(row, Column::Period), self.dates).is_some();
                a_country || a_period || a_day(Column::FirstDay) || a_day(Column::LastDay)
            }
            ImportKind::Officials => a_day(Column::BirthDate),
            ImportKind::Agencies => !self.cell(row, Column::Code).is_empty(),
            ImportKind::Accounts => !self.cell(row, Column::Username).is_empty(),
            ImportKind::Passports => a_day(Column::ExpiresOn),
            ImportKind::PlanItems | ImportKind::Guests => {
                countries_in(&self.cell(row, Column::Country).text()).iter().any(|part| country_of(part).is_ok())
            }
        }
    }
}

fn text_of(cell: &CellValue) -> Option<String> {
    match cell {
        CellValue::Text(text) => Some(fold(text)),
        _ => None,
    }
}

/// «Tổng cộng», «Cộng:», «Tổng số 12 đoàn»; not «Cộng hòa Pháp» nor «Tổng lãnh sự quán Lào».
fn is_total(text: &str) -> bool {
    let goes_on = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let whole = ["tong cong", "tong so", "luy ke", "grand total", "subtotal", "total", "sum"];
    if whole.iter().any(|word| text.strip_prefix(word).is_some_and(goes_on)) {
        return true;
    }
    let rest = text.strip_prefix("tong").or_else(|| text.strip_prefix("cong")).map(str::trim_start);
    let periods = ["thang", "quy", "nam", "nhom", "muc", "don"];
    rest.is_some_and(|rest| {
        rest.is_empty()
            || rest.starts_with([':', '(', '.', '='])
            || rest.starts_with(|c: char| c.is_ascii_digit())
            || (text.as_bytes().get(4) == Some(&b' ')
                && periods.iter().any(|p| rest.strip_prefix(p).is_some_and(goes_on)))
    })
}

/// «Thử, ngày 5 tháng 1 năm 2024»: the place and day above a signature.
fn is_place_and_day(text: &str) -> bool {
    let Some((_, day)) = text.split_once("ngay ") else { return false };
    day.contains(" thang ") && day.contains(" nam ")
}

/// «(1) | (2) | (3)», «1 | 2 | 3 | 4=2+3», «A | B | 1 | 2»: numbers of columns below a header.
fn are_column_numbers(row: &SheetRow) -> bool {
    // The second cell of a delegation is a name, which is told from a number at its first sign.
    let second = row.cells.iter().filter(|cell| !cell.is_empty()).nth(1);
    let begins = |text: &str| text.trim_start().starts_with(|c: char| c.is_ascii_digit() || "([".contains(c));
    match second {
        Some(CellValue::Text(text)) if begins(text) || text.trim().len() == 1 => {}
        Some(CellValue::Number(_)) => {}
        _ => return false,
    }
    let names: Vec<String> = row.cells.iter().map(CellValue::text).filter(|text| !text.is_empty()).collect();
    let number = |text: &str| -> Option<usize> {
        let bare = text.trim_matches(|c: char| "()[] ".contains(c));
        let (bare, formula) = bare.split_once('=').unwrap_or((bare, ""));
        let bare = bare.trim_end_matches([')', ' ']);
        let plain = formula.chars().all(|c| c.is_ascii_digit() || "()+-*/: ".contains(c));
        bare.parse().ok().filter(|_| plain)
    };
    let letter = |text: &str| text.len() == 1 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let letters = names.iter().take_while(|text| letter(text)).count();
    let counted: Option<Vec<usize>> = names.iter().skip(letters).map(|text| number(text)).collect();
    let rising = counted.is_some_and(|n| {
        n.len() >= 2
            && n.first().is_some_and(|f| *f <= letters + 1)
            && n.windows(2).all(|w| matches!(w, [a, b] if a + 1 == *b))
    });
    names.len() >= 3 && rising
}

/// The sign of a heading: a Roman number or a capital letter, alone or before the name of the group.
fn group_sign(ordinal: &str) -> Option<GroupSign> {
    let sign: String = ordinal.chars().take_while(char::is_ascii_uppercase).collect();
    let rest = ordinal.get(sign.len()..)?;
    let alone = rest.is_empty() || rest.starts_with(['.', ')', '/', '-', ':', ' ']);
    let roman = !sign.is_empty() && sign.chars().all(|c| "IVX".contains(c));
    match (alone, roman, sign.len()) {
        (false, ..) => None,
        (_, true, _) => Some(GroupSign::Roman),
        (_, false, 1) => Some(GroupSign::Letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_told_from_names_that_begin_alike() {
        for total in [
            "Tổng cộng",
            "TỔNG CỘNG: 408 đoàn",
            "Cộng",
            "Cộng:",
            "Tổng",
            "Tổng số",
            "Tổng 12 đoàn",
            "Cộng tháng 3",
            "Total",
            "Lũy kế năm",
        ] {
            assert!(is_total(&fold(total)), "{total}");
        }
        for name in [
            "Cộng hòa Pháp",
            "Tổng lãnh sự quán Lào",
            "Công ty Thử",
            "Cộng đồng Pháp ngữ",
            "Tổng cục Thử",
            "Totalenergies",
            "Summit",
        ] {
            assert!(!is_total(&fold(name)), "{name}");
        }
    }

    #[test]
    fn numbers_of_columns_and_signs_of_groups_are_known() {
        let row = |cells: &[&str]| SheetRow {
            number: 2,
            cells: cells.iter().map(|c| CellValue::Text((*c).into())).collect(),
        };
        for numbers in [
            &["(1)", "(2)", "(3)"][..],
            &["1", "2", "3", "4=2+3"],
            &["A", "B", "1", "2"],
            &["[1]", "[2]", "[3]"],
            &["1", "", "2", "3"],
        ] {
            assert!(are_column_numbers(&row(numbers)), "{numbers:?}");
        }
        for data in
            [&["1", "Đoàn A", "Lào"][..], &["1", "2"], &["1", "3", "5"], &["5", "6", "7"], &["2024", "2025", "2026"]]
        {
            assert!(!are_column_numbers(&row(data)), "{data:?}");
        }
        for (ordinal, sign) in [
            ("I", Some(GroupSign::Roman)),
            ("IV.", Some(GroupSign::Roman)),
            ("II. QUÝ II", Some(GroupSign::Roman)),
            ("A", Some(GroupSign::Letter)),
            ("B)", Some(GroupSign::Letter)),
            ("Đoàn", None),
            ("STT", None),
            ("Ivan", None),
            ("", None),
        ] {
            assert_eq!(group_sign(ordinal), sign, "{ordinal}");
        }
    }
}
