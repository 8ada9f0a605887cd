//! Settlement of a delegation's costs (quyết toán): amounts in any currency, converted to đồng at the given rate. Pure.

use crate::dossier::parts::duties::{Settlement, Spent};
use kernel::money::{Money, decimals, is_currency};
use kernel::violation::Violations;
use kernel::words::FieldError;

/// A submitted line.
pub struct SettlementSums {
    pub what: String,
    pub estimate: Option<Money>,
    pub actual: Money,
    /// Đồng per unit of the currency; none for amounts in đồng.
    pub rate: Option<String>,
}

/// Decimal places of a rate.
const PLACES: usize = 6;

/// A decimal in millionths; none unless it is positive and has at most six decimal places.
fn millionths(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > PLACES || !digits(whole) || !digits(part) {
        return None;
    }
    let number: i128 = format!("{whole}{part:0<PLACES$}").parse().ok()?;
    (number > 0).then_some(number)
}

/// Converts an amount to đồng; half a đồng is rounded up.
fn in_dong(amount: i64, currency: &str, rate: i128) -> Option<i64> {
    let minor = 10i128.pow(u32::try_from(decimals(currency)).ok()?);
    let divisor = minor * 10i128.pow(u32::try_from(PLACES).ok()?);
    i64::try_from((i128::from(amount) * rate * 2 + divisor) / (divisor * 2)).ok()
}

/// Computes the settlement and reports every fault in the lines.
pub fn settle(lines: Vec<SettlementSums>, faults: &mut Violations) -> Settlement {
    let mut settled = Settlement { lines: Vec::new(), total_vnd: 0, estimated_vnd: Some(0) };
    for (at, line) in lines.into_iter().enumerate() {
        let money = |m: &Money| is_currency(&m.currency) && m.amount >= 0;
        let known = money(&line.actual) && line.estimate.as_ref().is_none_or(money);
        faults.require(
            known,
            &format!("/lines/{at}/actual"),
            FieldError::InvalidMoney,
            "Số tiền hoặc loại tiền không hợp lệ.",
            "The amount or its currency is not valid.",
        );
        let dong = line.actual.currency == "VND";
        let text = line.rate.clone().or_else(|| dong.then(|| "1".into())).unwrap_or_default();
        let rate = millionths(&text).filter(|rate| !dong || *rate == 1_000_000);
        faults.require(
            rate.is_some(),
            &format!("/lines/{at}/rate"),
            FieldError::InvalidRate,
            "Cần tỷ giá: số đồng cho một đơn vị ngoại tệ, viết dạng số thập phân (với VND là 1).",
            "A rate is required: đồng per unit of the currency, as a decimal number (1 for VND).",
        );
        let same = line.estimate.as_ref().is_none_or(|e| e.currency == line.actual.currency);
        faults.require(
            same,
            &format!("/lines/{at}/estimate"),
            FieldError::AnotherCurrency,
            "Dự toán và quyết toán phải cùng loại tiền.",
            "The estimate and the actual cost must be in the same currency.",
        );
        let Some(rate) = rate.filter(|_| known && same) else { continue };
        let dongs = |amount: i64| in_dong(amount, &line.actual.currency, rate);
        let Some(vnd) = dongs(line.actual.amount) else {
            faults.add(
                format!("/lines/{at}/actual"),
                FieldError::OutOfRange,
                "Số tiền quá lớn.",
                "The amount is too large.",
            );
            continue;
        };
        settled.total_vnd = settled.total_vnd.saturating_add(vnd);
        let estimated = line.estimate.as_ref().and_then(|e| dongs(e.amount));
        settled.estimated_vnd = settled.estimated_vnd.zip(estimated).map(|(sum, more)| sum.saturating_add(more));
        settled.lines.push(Spent { what: line.what, estimate: line.estimate, actual: line.actual, rate: text, vnd });
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(amount: i64, currency: &str, rate: Option<&str>) -> SettlementSums {
        let money = Money { amount, currency: currency.into() };
        SettlementSums {
            what: "Vé máy bay".into(),
            estimate: Some(money.clone()),
            actual: money,
            rate: rate.map(str::to_owned),
        }
    }

    #[test]
    fn currencies_are_settled_in_dong_at_their_rate() {
        let mut faults = Violations::default();
        let lines = vec![
            line(120_050, "USD", Some("25400.5")),
            line(3_000_000, "VND", None),
            line(150_000, "JPY", Some("170.25")),
        ];
        let settled = settle(lines, &mut faults);
        assert!(faults.finish().is_ok());
        let each: Vec<i64> = settled.lines.iter().map(|l| l.vnd).collect();
        assert_eq!(each, [30_493_300, 3_000_000, 25_537_500]);
        assert_eq!((settled.total_vnd, settled.estimated_vnd), (59_030_800, Some(59_030_800)));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for (currency, rate) in
            [("USD", None), ("USD", Some("0")), ("USD", Some("1,5")), ("USD", Some("-2")), ("VND", Some("2"))]
        {
            let mut faults = Violations::default();
            settle(vec![line(100, currency, rate)], &mut faults);
            assert!(faults.finish().is_err(), "{currency} {rate:?}");
        }
    }
}
