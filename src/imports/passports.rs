//! Rows of passports, for officials who are known. Pure.

use crate::imports::cells;
use crate::imports::header::Column;
use crate::imports::known::{KnownPerson, KnownRegistry, agency_in};
use crate::imports::names::List;
use crate::imports::reading::{Reading, RowPlace};
use kernel::text::{fold, number_key};
use kernel::time::Day;
use kernel::words::PassportKind;

/// A passport in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPassport {
    pub place: RowPlace,
    pub official_id: i64,
    pub kind: PassportKind,
    pub number: String,
    pub issued_on: Option<Day>,
    pub expires_on: Day,
}

impl Reading<'_> {
    /// Parses a row as a passport of an official.
    pub fn passport(&mut self, known: &KnownRegistry) -> Option<ListedPassport> {
        let holder = self.holder(known);
        let kind: Option<PassportKind> = self.word(Column::PassportKind, List::PassportKind);
        if kind.is_none() {
            let warned = self.warnings.iter().rposition(|w| w.code == "unknown_value");
            match warned.map(|at| self.warnings.remove(at)) {
                Some(unknown) => self.errors.push(unknown),
                None => self.error(Column::PassportKind, "missing", "Thiếu loại hộ chiếu.", "The kind is missing."),
            }
        }
        let number: String = self.required(Column::PassportNumber, 40).split_whitespace().collect();
        let number = number.to_uppercase();
        let plain = (5..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if !number.is_empty() && !plain {
            self.error(
                Column::PassportNumber,
                "bad_passport_number",
                "Số hộ chiếu gồm 5 đến 20 chữ cái không dấu và chữ số.",
                "A passport number has 5 to 20 letters A–Z and digits.",
            );
        }
        if let Some(owner) = known.passports.get(&number_key(&number)) {
            self.error(
                Column::PassportNumber,
                "already_recorded",
                format!("Hộ chiếu có số này đã được ghi cho {owner}."),
                format!("The passport with this number is recorded for {owner}."),
            );
        }
        let issued = self.cell(Column::IssuedOn);
        let issued_on = if issued.is_empty() { None } else { self.day(Column::IssuedOn) };
        let expires_on = self.day(Column::ExpiresOn);
        if let (Some(from), Some(to)) = (issued_on, expires_on)
            && to <= from
        {
            self.error(
                Column::ExpiresOn,
                "ends_before_it_begins",
                "Ngày hết hạn phải sau ngày cấp.",
                "It must expire after it was issued.",
            );
        }
        if expires_on.is_some_and(|to| to < self.today) {
            self.warn(
                Column::ExpiresOn,
                "expired",
                "Hộ chiếu đã hết hạn; vẫn được ghi nhận.",
                "The passport has expired; it is recorded all the same.",
            );
        }
        let parsed = ListedPassport {
            place: self.place(),
            official_id: holder?,
            kind: kind?,
            number,
            issued_on,
            expires_on: expires_on?,
        };
        self.errors.is_empty().then_some(parsed)
    }

    /// The official whom the row names: by name, and by birth and agency where the row gives them.
    fn holder(&mut self, known: &KnownRegistry) -> Option<i64> {
        let name = self.required(Column::FullName, 200);
        let agency = agency_in(self, known, known.today);
        let birth = cells::birth(self.cell(Column::BirthDate), self.dates, self.today).map(cells::Birth::day);
        if birth.is_none() && !self.cell(Column::BirthDate).is_empty() {
            self.error(
                Column::BirthDate,
                "bad_date",
                "Ngày sinh không hợp lệ; hãy viết theo dạng dd/mm/yyyy.",
                "Not a date of birth; write dd/mm/yyyy.",
            );
            return None;
        }
        if name.is_empty() || !self.errors.is_empty() {
            return None;
        }
        let fits = |p: &&KnownPerson| {
            agency.is_none_or(|id| id == p.agency_id)
                && birth.is_none_or(|day| p.birth_date.is_none_or(|known| known == day))
                && known.own.as_ref().is_none_or(|own| own.contains(&p.agency_id))
        };
        let found: Vec<i64> = known.people_named(&fold(&name)).iter().filter(fits).map(|p| p.id).collect();
        match found.as_slice() {
            [one] => return Some(*one),
            [] => self.error(
                Column::FullName,
                "unknown_official",
                "Không có cán bộ này trong hệ thống; hãy nhập danh sách cán bộ trước.",
                "There is no such official; import the list of officials first.",
            ),
            _ => self.error(
                Column::FullName,
                "ambiguous_official",
                "Có nhiều cán bộ cùng tên; ghi thêm ngày sinh hoặc đơn vị.",
                "Several officials have this name; give the date of birth or the agency.",
            ),
        }
        None
    }
}
