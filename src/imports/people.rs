//! Rows of officials and of agencies. Pure.

use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::names::{self, List};
use crate::imports::reading::{Reading, Unit};
use kernel::time::Day;
use kernel::words::{Bloc, ManagedBy, Personnel, PostLevel};

/// An official in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPerson {
    pub row: u32,
    pub full_name: String,
    pub birth_date: Option<Day>,
    pub agency: Unit,
    pub post: String,
    pub post_level: PostLevel,
    pub personnel: Personnel,
    pub party_member: bool,
    pub committee_member: bool,
    pub key_leader: bool,
    pub managed_by: ManagedBy,
}

/// An agency in a list of agencies.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedUnit {
    pub row: u32,
    pub code: String,
    pub name: String,
    /// Code or name of the parent agency.
    pub parent: Option<String>,
    pub bloc: Bloc,
    pub from: Day,
    pub to: Option<Day>,
}

impl Reading<'_> {
    /// Parses a row as an official.
    pub fn person(&mut self, agency: Option<Unit>) -> Option<ListedPerson> {
        let full_name = self.required(Column::FullName, 200);
        let birth_date = cells::birth(self.cell(Column::BirthDate));
        if birth_date.is_none() && !self.cell(Column::BirthDate).is_empty() {
            self.error(
                Column::BirthDate,
                "bad_date",
                "Ngày không hợp lệ; hãy viết theo dạng dd/mm/yyyy.",
                "Not a date; write dd/mm/yyyy.",
            );
        }
        let post = self.required(Column::Post, 300);
        let level: Option<PostLevel> = match self.text(Column::PostLevel) {
            Some(_) => self.word(Column::PostLevel, List::PostLevel),
            None => names::word(List::PostLevel, &post).and_then(|w| w.parse().ok()),
        };
        if level.is_none() {
            let column = if self.header.at(Column::PostLevel).is_some() { Column::PostLevel } else { Column::Post };
            self.error(
                column,
                "unknown_post_level",
                "Không rõ cấp chức vụ; thêm cột «Cấp chức vụ».",
                "The level of the post is not clear; add a column «Post level».",
            );
        }
        let parsed = ListedPerson {
            row: self.row.number,
            full_name,
            birth_date,
            agency: agency?,
            post,
            post_level: level?,
            personnel: self.word(Column::Personnel, List::Personnel).unwrap_or(Personnel::CivilServant),
            party_member: self.yes(Column::PartyMember),
            committee_member: self.yes(Column::CommitteeMember),
            key_leader: self.yes(Column::KeyLeader),
            managed_by: self.word(Column::ManagedBy, List::ManagedBy).unwrap_or(ManagedBy::Agency),
        };
        self.errors.is_empty().then_some(parsed)
    }

    /// Parses a row as an agency.
    pub fn unit(&mut self) -> Option<ListedUnit> {
        let (code, name) = (self.required(Column::Code, 40), self.required(Column::Name, 300));
        let from = if self.cell(Column::FirstDay).is_empty() { Some(SINCE) } else { self.day(Column::FirstDay) };
        let to = if self.cell(Column::LastDay).is_empty() { None } else { Some(self.day(Column::LastDay)?) };
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            self.error(
                Column::LastDay,
                "ends_before_it_begins",
                "Ngày kết thúc phải sau ngày bắt đầu.",
                "The end date must be after the start date.",
            );
        }
        let parsed = ListedUnit {
            row: self.row.number,
            code,
            name,
            parent: self.text(Column::Parent),
            bloc: self.word(Column::Bloc, List::Bloc).unwrap_or(Bloc::State),
            from: from?,
            to,
        };
        self.errors.is_empty().then_some(parsed)
    }
}

/// First day of agencies for which the list gives none.
const SINCE: Day = match Day::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => Day::MIN,
};
