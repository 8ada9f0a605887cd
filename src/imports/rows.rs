//! Parses one row of a list, or reports every error in it. Pure.

use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::names::{self, List, NotACountry, country_of};
use crate::imports::nations::{countries_in, with_count};
use crate::imports::reading::{Reading, Unit};
use kernel::procedure::ListShape;
use kernel::time::{Day, Period, in_vietnamese};
use kernel::words::{Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// A delegation in a list (một dòng danh sách đoàn).
#[derive(Debug, Clone, PartialEq)]
pub struct Delegation {
    pub row: u32,
    pub title: String,
    pub countries: Vec<&'static str>,
    /// Number of people by country, if the cell gives it.
    pub counts: Vec<(&'static str, i64)>,
    pub days: Period,
    pub headcount: i64,
    pub agency: Unit,
    pub level: ReceptionLevel,
    pub field: Option<Field>,
    pub purpose: Purpose,
    pub funding: Option<FundingSource>,
    pub leader_level: Option<PostLevel>,
    pub in_plan: bool,
    pub said: Said,
}

/// Free text of a row, stored unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    pub head: Option<String>,
    pub activity: Option<String>,
    pub partner: Option<String>,
    pub funding: Option<String>,
    pub report: Option<String>,
    pub note: Option<String>,
}

/// Maximum characters of a title.
const TITLE: usize = 500;

impl Reading<'_> {
    /// The period of the delegation, from two columns or from one.
    fn days(&mut self) -> Option<Period> {
        if self.header.at(Column::FirstDay).is_none() {
            let days = cells::period(self.cell(Column::Period));
            return match days {
                Some(days) => self.past(Column::Period, days.from).then_some(days),
                None => {
                    self.error(
                        Column::Period,
                        if self.cell(Column::Period).is_empty() { "missing" } else { "bad_date" },
                        "Không đọc được thời gian; ví dụ 10-16/03/2023, từ 10/03/2023 đến 16/03/2023.",
                        "The period cannot be read; write for example 10-16/03/2023.",
                    );
                    None
                }
            };
        }
        let from = self.day(Column::FirstDay);
        let to = if self.header.at(Column::LastDay).is_none() { from } else { self.day(Column::LastDay) };
        let (from, to) = (from?, to?);
        if to < from {
            self.error(
                Column::LastDay,
                "ends_before_it_begins",
                format!("Ngày này trước ngày đầu tiên ({}).", in_vietnamese(from)),
                format!("It is before the first day, {from}."),
            );
            return None;
        }
        self.past(Column::FirstDay, from).then_some(Period { from, to })
    }

    /// A list may contain only past delegations; future ones must be proposed and decided.
    fn past(&mut self, column: Column, first: Day) -> bool {
        if first > self.today {
            self.error(
                column,
                "day_in_the_future",
                "Danh sách chỉ ghi đoàn đã đi hoặc đã đến; đoàn sắp tới phải lập hồ sơ.",
                "A list may contain only past delegations; a future one needs a dossier.",
            );
        }
        first <= self.today
    }

    /// The countries of the row, and the number of people by country where it is given.
    fn countries(&mut self, needed: bool) -> (Vec<&'static str>, Vec<(&'static str, i64)>) {
        let first = self.text(Column::Country);
        if needed && first.is_none() && self.further_countries.is_empty() {
            self.error(Column::Country, "missing", "Thiếu tên nước.", "The country is missing.");
        }
        let (mut found, mut counts) = (Vec::new(), Vec::new());
        for text in first.into_iter().chain(std::mem::take(&mut self.further_countries)) {
            for part in countries_in(&text) {
                let (name, count) = with_count(&part);
                match country_of(name) {
                    Ok(code) if !found.contains(&code) => {
                        found.push(code);
                        counts.extend(count.map(|n| (code, n)));
                    }
                    Ok(_) => {}
                    Err(NotACountry::Unknown) => self.error(
                        Column::Country,
                        "unknown_country",
                        format!("Không nhận ra nước «{name}»."),
                        format!("«{name}» is not a known country."),
                    ),
                    Err(NotACountry::Ambiguous) => self.error(
                        Column::Country,
                        "ambiguous_country",
                        format!("«{name}» có thể là hai nước; hãy viết đủ tên."),
                        format!("«{name}» may mean two countries; write the name in full."),
                    ),
                }
            }
        }
        (found, counts)
    }

    /// Parses a row as a delegation of `agency`, in a list of this shape.
    pub fn delegation(&mut self, shape: ListShape, agency: Option<Unit>) -> Option<Delegation> {
        let title = self.title();
        let (countries, counts) = self.countries(shape.needs_country);
        let days = self.days();
        let missing = self.cell(Column::Headcount).is_empty();
        let without = missing && !shape.needs_people;
        let told: i64 = counts.iter().map(|(_, n)| n).sum();
        let headcount = cells::headcount(self.cell(Column::Headcount)).or(without.then_some(told));
        if headcount.is_none() {
            let code = if missing { "missing" } else { "bad_number" };
            self.error(
                Column::Headcount,
                code,
                "Số người phải là số nguyên, từ 1 trở lên.",
                "The number of people must be a whole number of at least 1.",
            );
        }
        if shape.counts_by_country && countries.len() > 1 {
            if counts.len() != countries.len() || Some(told) != headcount {
                self.error(
                    Column::Country,
                    "counts_needed",
                    "Nhiều quốc tịch: ghi số người của từng nước, ví dụ «Đức (3), Pháp (2)», cộng lại bằng số người.",
                    "Give the number for each nationality, as in «Đức (3), Pháp (2)»; they must add up to the total.",
                );
            }
        }
        let level = match self.text(Column::Level) {
            None => Some(ReceptionLevel::Agency),
            Some(text) => {
                let level = names::word(List::ReceptionLevel, &text).unwrap_or(&text).parse().ok();
                if level.is_none() {
                    self.error(
                        Column::Level,
                        "unknown_value",
                        "Không rõ cấp đón tiếp: ghi tỉnh, cơ quan hoặc xã.",
                        "Not a level of reception; write province, agency or commune.",
                    );
                }
                level
            }
        };
        let head = self.kept(Column::Head);
        // If the cell of the head names a post, it gives the level of the head; a personal name does not.
        let leader_level = head.as_deref().and_then(|h| names::word(List::PostLevel, h)?.parse().ok());
        let funding = self.kept(Column::Funding);
        let said = Said {
            activity: self.kept(Column::Activity),
            partner: self.kept(Column::Partner),
            report: self.kept(Column::Report),
            note: self.kept(Column::Note),
            head,
            funding,
        };
        let purpose = self.purpose(&said);
        let parsed = Delegation {
            row: self.row.number,
            title,
            countries,
            counts,
            days: days?,
            headcount: headcount?,
            agency: agency?,
            level: level?,
            field: self.word(Column::Field, List::Field),
            purpose,
            funding: said.funding.as_deref().and_then(|f| names::word(List::Funding, f)?.parse().ok()),
            leader_level: leader_level.filter(|l: &PostLevel| l.is_leader()),
            in_plan: self.yes(Column::InPlan),
            said,
        };
        self.errors.is_empty().then_some(parsed)
    }

    /// The name of the delegation; without a column for it, it is named after its head.
    fn title(&mut self) -> String {
        match self.text(Column::Head).filter(|_| self.header.at(Column::Title).is_none()) {
            Some(head) => format!("Đoàn {head}"),
            None => self.required(Column::Title, TITLE),
        }
    }

    /// The purpose given; otherwise the purpose that the activity names; otherwise an official visit.
    fn purpose(&mut self, said: &Said) -> Purpose {
        let named = self.word::<Purpose>(Column::Purpose, List::Purpose).filter(|p| *p != Purpose::Private);
        let by_content = || said.activity.as_deref().and_then(|a| names::word(List::Purpose, a)?.parse().ok());
        named.or_else(by_content).unwrap_or(Purpose::Official)
    }
}
