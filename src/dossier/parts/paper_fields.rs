//! What the fields of issued documents have in common in all procedures. Pure.

use std::collections::HashMap;

use crate::statistics::dimension::Dimension;
use crate::statistics::labels::label;
use documents::template::Values;
use kernel::country::country;
use kernel::money::{Money, in_vietnamese as money};
use kernel::spell::dong;
use kernel::text::Language;
use kernel::time::{Period, in_vietnamese};

/// The name of a country in Vietnamese.
pub fn country_name(code: &str) -> String {
    country(code).map_or(code, |c| c.vi).to_owned()
}

/// The Vietnamese label of a vocabulary word.
pub fn said(dimension: Dimension, word: &str) -> String {
    label(dimension, word, &HashMap::new(), Language::Vietnamese)
}

/// Sums by currency as text, and the total in words if all amounts are in đồng.
pub fn sums(amounts: &[Money]) -> (String, String) {
    let mut by: Vec<Money> = Vec::new();
    for m in amounts {
        match by.iter_mut().find(|b| b.currency == m.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(m.amount),
            None => by.push(m.clone()),
        }
    }
    let text = by.iter().map(|m| money(m.amount, &m.currency)).collect::<Vec<_>>().join("; ");
    match by.as_slice() {
        [one] if one.currency == "VND" => (text, dong(one.amount)),
        [] => ("không dùng ngân sách".into(), "nguồn chi trả theo bảng".into()),
        _ => (text, "theo từng loại tiền".into()),
    }
}

/// First day, last day and number of days.
pub fn put_days(values: &mut Values, days: Period) {
    values.put("from", in_vietnamese(days.from));
    values.put("to", in_vietnamese(days.to));
    values.put("days_total", days.days().to_string());
}
