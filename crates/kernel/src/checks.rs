//! Checks of single values and dates, shared by regulation questions and dossiers.

use crate::words::FieldError;
use chrono::Datelike;

use crate::country::country;
use crate::time::Day;
use crate::violation::Violations;

/// Longest delegation or visit, in days; a longer one is a typing mistake.
const LONGEST: i64 = 3_650;

/// Checks that the last day is not before the first and that both years are plausible. `first` and `last` are pointers.
pub fn days(begins: Day, ends: Day, first: &str, last: &str, faults: &mut Violations) {
    faults.require(
        ends >= begins,
        last,
        if first == "/arrival_date" { FieldError::DepartsBeforeArrival } else { FieldError::ReturnsBeforeDeparture },
        "Ngày cuối trước ngày đầu.",
        "The last day is before the first.",
    );
    faults.require(
        (ends - begins).num_days() <= LONGEST,
        last,
        FieldError::TooLong,
        "Thời gian quá dài.",
        "It lasts too long.",
    );
    for (pointer, day) in [(first, begins), (last, ends)] {
        year(day, pointer, faults);
    }
}

/// Checks that the year of a day is plausible.
pub fn year(day: Day, pointer: &str, faults: &mut Violations) {
    faults.require(
        (1990..=2100).contains(&day.year()),
        pointer,
        FieldError::OutOfRange,
        "Năm phải từ 1990 đến 2100.",
        "The year must be between 1990 and 2100.",
    );
}

/// Checks that this is an ISO 3166-1 country code.
pub fn known_country(code: &str, pointer: &str, faults: &mut Violations) {
    faults.require(
        country(code).is_some(),
        pointer,
        FieldError::UnknownCountry,
        "Không có mã nước này (ISO 3166-1).",
        "There is no such ISO 3166-1 country code.",
    );
}

/// Checks that this is the code of a foreign country.
pub fn foreign_country(code: &str, pointer: &str, faults: &mut Violations) {
    known_country(code, pointer, faults);
    faults.require(
        code != "VN",
        pointer,
        FieldError::HomeCountry,
        "Phải là nước ngoài.",
        "This must be a foreign country.",
    );
}

/// Checks that there is exactly one head of delegation.
pub fn one_head(heads: usize, pointer: &str, faults: &mut Violations) {
    faults.require(
        heads == 1,
        pointer,
        FieldError::OneHead,
        "Đoàn phải có đúng một trưởng đoàn.",
        "A delegation must have exactly one head.",
    );
}
