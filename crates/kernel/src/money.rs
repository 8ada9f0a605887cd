//! Money as the API represents it: whole minor units and an ISO 4217 code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money (số tiền). VND has no minor unit, so `amount` is đồng.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 350_000_000, "currency": "VND"}))]
pub struct Money {
    /// Minor units of the currency, never negative.
    #[schema(minimum = 0, maximum = 9_000_000_000_000_000i64)]
    pub amount: i64,
    /// ISO 4217, three capital letters.
    #[schema(pattern = "^[A-Z]{3}$", min_length = 3, max_length = 3)]
    pub currency: String,
}

/// ISO 4217 codes that the province's partners and donors use.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ \
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Whether `code` is a currency of ISO 4217.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && CURRENCIES.split_ascii_whitespace().any(|c| c == code)
}

/// Decimal places of a currency (ISO 4217).
pub fn decimals(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
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
}
