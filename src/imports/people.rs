//! Rows of officials and of agencies. Pure.

use crate::imports::cells::{self, Birth};
use crate::imports::header::Column;
use crate::imports::names::{self, List};
use crate::imports::reading::{Reading, RowPlace, Unit};
use kernel::time::Day;
use kernel::words::{Bloc, ManagedBy, Personnel, PostLevel};

/// An official in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPerson {
    pub place: RowPlace,
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
    pub place: RowPlace,
    pub code: String,
    pub name: String,
    /// Code or name of the parent agency.
    pub parent: Option<String>,
    pub bloc: Bloc,
    pub clerk_may_submit: bool,
    pub from: Day,
    pub to: Option<Day>,
}

impl Reading<'_> {
    /// Parses a row as an official.
    pub fn person(&mut self, agency: Option<Unit>) -> Option<ListedPerson> {
        let full_name = self.required(Column::FullName, 200);
        let birth = cells::birth(self.cell(Column::BirthDate), self.dates, self.today);
        match birth {
            None if !self.cell(Column::BirthDate).is_empty() => self.error(
                Column::BirthDate,
                "bad_date",
                "Ngày sinh không hợp lệ hoặc sau hôm nay; hãy viết theo dạng dd/mm/yyyy, hoặc chỉ ghi năm.",
                "Not a date of birth, or after today; write dd/mm/yyyy, or the year alone.",
            ),
            Some(Birth::Year(_)) => self.warn(
                Column::BirthDate,
                "birth_year_only",
                "Chỉ có năm sinh; ngày sinh được ghi là 01/01 của năm đó.",
                "Only the year of birth is given; the date of birth is recorded as 1 January of it.",
            ),
            _ => {}
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
            place: self.place(),
            full_name,
            birth_date: birth.map(Birth::day),
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
            place: self.place(),
            code,
            name,
            parent: self.text(Column::Parent),
            bloc: self.word(Column::Bloc, List::Bloc).unwrap_or(Bloc::State),
            clerk_may_submit: self.yes(Column::ClerkMaySubmit),
            from: from?,
            to,
        };
        self.errors.is_empty().then_some(parsed)
    }
}

/// First day of agencies for which the list gives none.
pub const SINCE: Day = match Day::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => Day::MIN,
};
