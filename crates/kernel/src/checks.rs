//! Rules of single values and dates, shared by questions to a regulation, plans and dossiers. See [`crate::validity`].

use chrono::Datelike;

use crate::country::{HOME, country};
use crate::money::is_currency;
use crate::time::Day;
use crate::validity::{Validity, require};
use crate::words::FieldError;

/// Longest delegation or visit, in days; a longer one is a typing mistake.
pub const LONGEST: i64 = 3_650;

/// The last day of a trip is not before the first, nor implausibly late. `last` is the pointer of the last day.
pub fn trip_days(departure: Day, returning: Day, last: &str) -> Validity {
    days(departure, returning, last, FieldError::ReturnsBeforeDeparture)
}

/// The same of a visit.
pub fn visit_days(arrival: Day, departure: Day, last: &str) -> Validity {
    days(arrival, departure, last, FieldError::DepartsBeforeArrival)
}

fn days(first: Day, last: Day, at: &str, before: FieldError) -> Validity {
    require(last >= first, at, before, "Ngày cuối trước ngày đầu.", "The last day is before the first.")?;
    let length = (last - first).num_days();
    require(length <= LONGEST, at, FieldError::TooLong, "Thời gian quá dài.", "It lasts too long.")
}

/// The year of a day is plausible.
pub fn year(day: &Day) -> Validity {
    let plausible = (1990..=2100).contains(&day.year());
    let (vi, en) = ("Năm phải từ 1990 đến 2100.", "The year must be between 1990 and 2100.");
    require(plausible, "", FieldError::OutOfRange, vi, en)
}

/// This is an ISO 3166-1 country code.
pub fn known_country(code: &str) -> Validity {
    let (vi, en) = ("Không có mã nước này (ISO 3166-1).", "There is no such ISO 3166-1 country code.");
    require(country(code).is_some(), "", FieldError::UnknownCountry, vi, en)
}

/// This is the code of a foreign country.
pub fn foreign_country(code: &str) -> Validity {
    known_country(code)?;
    require(code != HOME, "", FieldError::HomeCountry, "Phải là nước ngoài.", "This must be a foreign country.")
}

/// This is an ISO 4217 currency code.
pub fn known_currency(code: &str) -> Validity {
    let (vi, en) = ("Không có loại tiền này (ISO 4217).", "There is no such currency (ISO 4217).");
    require(is_currency(code), "", FieldError::UnknownCurrency, vi, en)
}

/// A delegation has exactly one head.
pub fn one_head(heads: usize, at: &str) -> Validity {
    let (vi, en) = ("Đoàn phải có đúng một trưởng đoàn.", "A delegation must have exactly one head.");
    require(heads == 1, at, FieldError::OneHead, vi, en)
}
