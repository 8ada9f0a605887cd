//! Parses one row of a list, or reports every error in it. Pure.

use crate::imports::cells;
use crate::imports::headcount::headcount;
use crate::imports::header::Column;
use crate::imports::leaders::{HeadPost, post_in};
use crate::imports::names::{self, List, NotACountry, country_of};
use crate::imports::nations::{countries_in, with_count};
use crate::imports::reading::{Reading, RowPlace, Unit};
use kernel::country::HOME;
use kernel::procedure::ListShape;
use kernel::time::{Day, Period, in_vietnamese};
use kernel::words::{Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// A delegation in a list (một dòng danh sách đoàn).
#[derive(Debug, Clone, PartialEq)]
pub struct Delegation {
    pub place: RowPlace,
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
    pub funding: Vec<FundingSource>,
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
            let days = cells::period(self.cell(Column::Period), self.dates);
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
    pub fn countries(&mut self, needed: bool) -> (Vec<&'static str>, Vec<(&'static str, i64)>) {
        let first = self.text(Column::Country);
        if needed && first.is_none() && self.further_countries.is_empty() {
            self.error(Column::Country, "missing", "Thiếu tên nước.", "The country is missing.");
        }
        let (mut found, mut counts) = (Vec::new(), Vec::new());
        for text in first.into_iter().chain(std::mem::take(&mut self.further_countries)) {
            for part in countries_in(&text) {
                let (name, count) = with_count(&part);
                match country_of(name) {
                    Ok(HOME) => self.error(
                        Column::Country,
                        "home_country",
                        "Việt Nam không phải là nước ngoài.",
                        "Viet Nam is not a foreign country.",
                    ),
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
        let headcount = headcount(self.cell(Column::Headcount)).or(without.then_some(told));
        if headcount.is_none() {
            let code = if missing { "missing" } else { "bad_number" };
            self.error(
                Column::Headcount,
                code,
                "Số người phải là số nguyên, từ 1 trở lên.",
                "The number of people must be a whole number of at least 1.",
            );
        }
        let by_country = counts.len() == countries.len() && Some(told) == headcount;
        if shape.counts_by_country && countries.len() > 1 && !by_country {
            self.error(
                Column::Country,
                "counts_needed",
                "Nhiều quốc tịch: ghi số người của từng nước, ví dụ «Đức (3), Pháp (2)», cộng lại bằng số người.",
                "Give the number for each nationality, as in «Đức (3), Pháp (2)»; they must add up to the total.",
            );
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
        let leader_level = self.leader_level(head.as_deref().filter(|_| shape.led_by_officials));
        let (funding, sources) = (self.kept(Column::Funding), self.sources());
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
            place: self.place(),
            title,
            countries,
            counts,
            days: days?,
            headcount: headcount?,
            agency: agency?,
            level: level?,
            field: self.word(Column::Field, List::Field),
            purpose,
            funding: sources,
            leader_level,
            in_plan: self.yes(Column::InPlan),
            said,
        };
        self.errors.is_empty().then_some(parsed)
    }

    /// The level of the head, where the cell names a post; a personal name gives none.
    fn leader_level(&mut self, head: Option<&str>) -> Option<PostLevel> {
        match post_in(head?) {
            HeadPost::Known(level) => level.is_leader().then_some(level),
            HeadPost::Unstated => None,
            HeadPost::Unread => {
                self.warn(
                    Column::Head,
                    "post_not_read",
                    "Không đọc được chức vụ của trưởng đoàn; số liệu theo cấp lãnh đạo không tính đoàn này.",
                    "The post of the head is not understood; figures by level of leader do not count this delegation.",
                );
                None
            }
        }
    }

    /// The sources of funds in one cell: «NSNN + Tự túc», «Ngân sách tỉnh (70%), phía bạn đài thọ».
    fn sources(&mut self) -> Vec<FundingSource> {
        let Some(text) = self.text(Column::Funding) else { return Vec::new() };
        let source = |text: &str| names::word(List::Funding, text).and_then(|word| word.parse().ok());
        if let Some(one) = source(&text) {
            return vec![one];
        }
        let spread = text.replace(" và ", ",").replace(" and ", ",").replace(" - ", ",").replace(" – ", ",");
        let (mut found, mut unknown) = (Vec::new(), false);
        for part in spread.split([',', ';', '+', '/', '&']).filter(|part| !part.trim().is_empty()) {
            let name = part.split(['(', ':']).next().unwrap_or_default();
            // A share of the costs is not counted by source: 70%, 50 triệu đồng.
            let name = name.trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "%.".contains(c));
            match source(name) {
                Some(source) if !found.contains(&source) => found.push(source),
                Some(_) => {}
                None => unknown |= !name.is_empty(),
            }
        }
        if unknown {
            self.warn(
                Column::Funding,
                "unknown_value",
                "Có nguồn kinh phí không nhận ra; chỉ ghi các nguồn nhận ra được.",
                "A source of funds is not known; only the known ones are recorded.",
            );
        }
        found
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
