//! Money as the API represents it: whole minor units and an ISO 4217 code.

use validator::Validate;

use crate::checks;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money (số tiền). VND has no minor unit, so `amount` is đồng.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 350_000_000, "currency": "VND"}))]
pub struct Money {
    /// Minor units of the currency, never negative.
    #[schema(minimum = 0, maximum = 9_000_000_000_000_000i64)]
    pub amount: i64,
    /// ISO 4217, three capital letters.
    #[schema(min_length = 3, max_length = 3)]
    #[validate(custom(function = "checks::known_currency"))]
    pub currency: String,
}

/// One currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    /// Decimal places of the minor unit.
    pub decimals: usize,
    pub vi: &'static str,
    pub en: &'static str,
}

/// The ISO 4217 currencies that the province's partners and donors use, with names from CLDR.
pub fn currencies() -> &'static [Currency] {
    static TABLE: OnceLock<Vec<Currency>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let read = |line: &'static str| {
            let mut cells = line.split('\t');
            let (code, decimals) = (cells.next()?, cells.next()?.parse().ok()?);
            Some(Currency { code, decimals, vi: cells.next()?, en: cells.next()? })
        };
        include_str!("currencies.tsv").lines().filter_map(read).collect()
    })
}

/// The currency with this code in capitals.
pub fn currency(code: &str) -> Option<&'static Currency> {
    currencies().iter().find(|c| c.code == code)
}

/// Whether `code` is a currency of ISO 4217.
pub fn is_currency(code: &str) -> bool {
    currency(code).is_some()
}

/// Decimal places of a currency (ISO 4217); two if it is not known.
pub fn decimals(code: &str) -> usize {
    currency(code).map_or(2, |c| c.decimals)
}

/// A whole number in Vietnamese notation: `1.234.567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// An amount in Vietnamese notation: `350.000.000 VND`, `1.200,50 USD`.
pub fn in_vietnamese(amount: i64, currency: &str) -> String {
    let places = decimals(currency);
    let unit = 10i64.pow(u32::try_from(places).unwrap_or(0));
    let whole = grouped(amount / unit);
    if places == 0 {
        return format!("{whole} {currency}");
    }
    let sign = if amount < 0 && amount / unit == 0 { "-" } else { "" };
    format!("{sign}{whole},{:0places$} {currency}", (amount % unit).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_here_do() {
        let written = [(350_000_000, "VND"), (120_050, "USD"), (-5, "USD"), (999, "KWD"), (0, "JPY")];
        let written = written.map(|(amount, currency)| in_vietnamese(amount, currency));
        assert_eq!(written, ["350.000.000 VND", "1.200,50 USD", "-0,05 USD", "0,999 KWD", "0 JPY"]);
        assert_eq!(grouped(-1_234_567), "-1.234.567");
    }

    #[test]
    fn every_currency_has_its_places_and_both_names() {
        assert_eq!(currencies().len(), 156);
        assert!(
            currencies().iter().all(|c| c.code.len() == 3 && c.decimals <= 3 && !c.vi.is_empty() && !c.en.is_empty())
        );
        assert_eq!((decimals("VND"), decimals("USD"), decimals("KWD"), is_currency("XXX")), (0, 2, 3, false));
    }
}
