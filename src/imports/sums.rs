//! Sums of rows, compared with the totals and the group headings of a list. Pure.

use crate::imports::batch::ImportFault;
use crate::imports::headcount::{headcount, numbers};
use crate::imports::header::{Column, Header};
use crate::imports::row_kind::GroupSign;
use documents::sheet::SheetRow;
use kernel::money::grouped;
use kernel::text::{Bilingual, fold};

/// Sums of the rows above a total.
#[derive(Default)]
pub struct Sums {
    rows: i64,
    people: i64,
    /// The sums at the previous total.
    before: (i64, i64),
    /// A total was seen: later rows may be signatures.
    pub ended: bool,
    /// Groups whose rows are being read, from the outermost.
    groups: Vec<Group>,
}

/// A heading that tells the sum of the rows below it.
struct Group {
    sign: GroupSign,
    row: u32,
    told: Option<i64>,
    /// The sum of people where it begins.
    from: i64,
}

impl Sums {
    /// Adds a row of data.
    pub fn add(&mut self, people: Option<i64>) {
        self.rows += 1;
        self.people += people.unwrap_or(0);
    }

    /// Begins a group, which ends the groups beside it and within it.
    pub fn begin(&mut self, sign: GroupSign, header: &Header, row: &SheetRow, warnings: &mut Vec<ImportFault>) {
        if let Some(beside) = self.groups.iter().position(|group| group.sign == sign) {
            self.end_groups(beside, header, warnings);
        }
        let told = header.at(Column::Headcount).and_then(|at| headcount(row.cell(at)));
        self.groups.push(Group { sign, row: row.number, told, from: self.people });
    }

    fn end_groups(&mut self, keep: usize, header: &Header, warnings: &mut Vec<ImportFault>) {
        for group in self.groups.split_off(keep) {
            let sum = self.people - group.from;
            if let Some(told) = group.told.filter(|told| *told != sum) {
                warnings.push(differs(header, Column::Headcount, group.row, told, sum));
            }
        }
    }

    /// Ends the list: the groups that are still open are compared.
    pub fn end(&mut self, header: &Header, warnings: &mut Vec<ImportFault>) {
        self.end_groups(0, header, warnings);
    }

    /// Compares a total with the rows above it: all of them, or those since the total before.
    pub fn compare(&mut self, header: &Header, row: &SheetRow, warnings: &mut Vec<ImportFault>) {
        self.end(header, warnings);
        let part = (self.rows - self.before.0, self.people - self.before.1);
        let mut compare = |column: Column, told: i64, whole: i64, part: i64| {
            if told != whole && told != part {
                warnings.push(differs(header, column, row.number, told, whole));
            }
        };
        if let Some(people) = header.at(Column::Headcount).and_then(|at| headcount(row.cell(at))) {
            compare(Column::Headcount, people, self.people, part.1);
        }
        let text = header.at(Column::Title).map(|at| fold(&row.cell(at).text())).unwrap_or_default();
        // "Tổng cộng: 408 đoàn": take the number before the word.
        let told = text.split_once("doan").map(|(before, _)| numbers(before));
        if let Some(delegations) = told.as_ref().and_then(|n| n.last()) {
            compare(Column::Title, *delegations, self.rows, part.0);
        }
        self.before = (self.rows, self.people);
        self.ended = true;
    }
}

fn differs(header: &Header, column: Column, row: u32, told: i64, sum: i64) -> ImportFault {
    ImportFault {
        sheet: None,
        row,
        column: header.name(column).unwrap_or("-").to_owned(),
        code: "total_differs".into(),
        value: Some(told.to_string()),
        detail: Bilingual::new(
            format!("Dòng này ghi {}, nhưng các dòng cộng lại là {}.", grouped(told), grouped(sum)),
            format!("This row says {told}, but the rows add up to {sum}."),
        ),
    }
}
