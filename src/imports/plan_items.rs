//! Rows of a plan of trips (kế hoạch đoàn ra). Pure.

use crate::imports::cells::whole;
use crate::imports::headcount::headcount;
use crate::imports::header::Column;
use crate::imports::known::{KnownRegistry, agency_in};
use crate::imports::names::List;
use crate::imports::reading::{Reading, RowPlace};
use crate::plans::model::{PlanAction, PlannedTrips};
use documents::sheet::CellValue;
use kernel::money::Money;
use kernel::text::fold;
use kernel::time::Day;
use kernel::words::{FundingSource, Purpose};

/// A proposal in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPlanItem {
    pub place: RowPlace,
    pub year: i64,
    pub agency_id: i64,
    pub wanted: PlannedTrips,
}

impl Reading<'_> {
    /// Parses a row as a proposal for the plan of a year.
    pub fn plan_item(&mut self, known: &KnownRegistry) -> Option<ListedPlanItem> {
        let year = self.number(Column::Year, 2000..=2100, "năm", "year");
        let month = self.number(Column::Month, 1..=12, "tháng", "month");
        let title = self.required(Column::Title, 500);
        let (countries, _) = self.countries(true);
        if countries.len() > 20 {
            self.error(Column::Country, "too_many", "Nhiều nhất 20 nước.", "At most 20 countries.");
        }
        let purpose: Option<Purpose> = self.word(Column::Purpose, List::Purpose);
        let delegations = match self.cell(Column::Delegations) {
            CellValue::Empty => Some(1),
            _ => self.number(Column::Delegations, 1..=100, "đoàn", "delegation"),
        };
        let people = headcount(self.cell(Column::Headcount)).filter(|people| *people <= 10_000);
        if people.is_none() || people < delegations {
            self.error(
                Column::Headcount,
                "bad_number",
                "Số người là số nguyên, không ít hơn số đoàn và không quá 10.000.",
                "A whole number, at least the number of delegations and at most 10,000.",
            );
        }
        let funding_source: Option<FundingSource> = self.word(Column::Funding, List::Funding);
        let budget = self.budget();
        let note = self.kept(Column::Note);
        let first = year.and_then(|year| Day::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)).unwrap_or(known.today);
        let own = known.own.as_ref().and_then(|own| own.first().copied());
        let named = self.text(Column::Agency).is_some();
        let agency_id = agency_in(self, known, first).or(known.agency_id.or(own).filter(|_| !named));
        if agency_id.is_none() && !named {
            self.error(Column::Agency, "missing", "Thiếu cơ quan đề xuất.", "The proposing agency is missing.");
        }
        if let Some(plan) = year.and_then(|year| known.plans.get(&year))
            && plan.next(PlanAction::Propose).is_none()
        {
            self.error(
                Column::Year,
                "plan_not_open",
                format!("Kế hoạch năm này đang ở trạng thái «{}».", plan.state.vi()),
                format!("The plan of this year is in the state \"{}\".", plan.state.en()),
            );
        }
        let wanted = PlannedTrips {
            title,
            month: u32::try_from(month?).ok()?,
            countries: countries.into_iter().map(str::to_owned).collect(),
            purpose: purpose.unwrap_or(Purpose::Official),
            delegations: delegations?,
            headcount: people?,
            funding_source,
            budget,
            note,
        };
        let parsed = ListedPlanItem { place: self.place(), year: year?, agency_id: agency_id?, wanted };
        self.errors.is_empty().then_some(parsed)
    }

    /// A whole number in a range, with the word that people write beside it: «tháng 5», «năm 2027».
    fn number(&mut self, column: Column, range: std::ops::RangeInclusive<i64>, vi: &str, en: &str) -> Option<i64> {
        let found = match self.cell(column) {
            CellValue::Number(number) if number.fract() == 0.0 => whole(*number),
            CellValue::Text(text) => {
                let text = fold(text);
                let bare = text.trim().trim_start_matches(&fold(vi)).trim_end_matches(&fold(vi));
                bare.trim_start_matches(en).trim().parse().ok()
            }
            _ => None,
        };
        let found = found.filter(|number| range.contains(number));
        if found.is_none() {
            let code = if self.cell(column).is_empty() { "missing" } else { "bad_number" };
            let (from, to) = (range.start(), range.end());
            self.error(column, code, format!("Là số từ {from} đến {to}."), format!("A number from {from} to {to}."));
        }
        found
    }

    /// A sum in đồng; one that is not read gives a warning and none.
    fn budget(&mut self) -> Option<Money> {
        let amount = match self.cell(Column::Budget) {
            CellValue::Empty => return None,
            CellValue::Number(number) => Some(*number).filter(|n| *n >= 0.0 && n.fract() == 0.0).and_then(whole),
            CellValue::Text(text) => dong(text),
            CellValue::Day(_) => None,
        };
        if amount.is_none() {
            self.warn(
                Column::Budget,
                "unknown_value",
                "Không đọc được số tiền nên để trống; ví dụ 650.000.000 hoặc 650 triệu.",
                "The amount cannot be read and is left empty; write for example 650.000.000 or 650 triệu.",
            );
        }
        let amount = amount.filter(|amount: &i64| *amount <= 9_000_000_000_000_000)?;
        Some(Money { amount, currency: "VND".into() })
    }
}

/// The sum in a text: «650.000.000 đồng», «650 triệu», «1,2 tỷ».
fn dong(text: &str) -> Option<i64> {
    let text = fold(text);
    let (number, unit) = text.trim().split_at(text.trim().find(char::is_alphabetic).unwrap_or(text.trim().len()));
    let number = number.trim();
    let (unit, _) = unit.split_once(' ').unwrap_or((unit, ""));
    let factor: i64 = match unit.trim_end_matches('.') {
        "" | "d" | "dong" | "vnd" => 1,
        "trieu" | "tr" => 1_000_000,
        "ty" | "ti" => 1_000_000_000,
        _ => return None,
    };
    let parts: Vec<&str> = number.split(['.', ',']).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(digits) {
        return None;
    }
    let grouped = parts.iter().skip(1).all(|part| part.len() == 3);
    match parts.as_slice() {
        // «1,2 tỷ», «1.250 triệu»: beside a unit, one separator before fewer than three digits is a decimal one.
        [whole, part] if factor > 1 && !grouped => {
            let scale = 10i64.checked_pow(u32::try_from(part.len()).ok()?)?;
            let part = part.parse::<i64>().ok()?.checked_mul(factor)?.checked_div(scale)?;
            whole.parse::<i64>().ok()?.checked_mul(factor)?.checked_add(part)
        }
        _ if grouped => parts.concat().parse::<i64>().ok()?.checked_mul(factor),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_offices_write_them() {
        for (text, amount) in [
            ("650.000.000", Some(650_000_000)),
            ("650,000,000 đồng", Some(650_000_000)),
            ("650000000 VND", Some(650_000_000)),
            ("650 triệu", Some(650_000_000)),
            ("650 triệu đồng", Some(650_000_000)),
            ("1,2 tỷ", Some(1_200_000_000)),
            ("1.250 triệu", Some(1_250_000_000)),
            ("12.5", None),
            ("20.000 USD", None),
            ("khoảng 5 triệu", None),
            ("", None),
        ] {
            assert_eq!(dong(text), amount, "{text}");
        }
    }
}
