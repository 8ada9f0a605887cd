//! Checks of single words and days that questions and dossiers share.

use chrono::Datelike;

use crate::country::country;
use crate::time::Day;
use crate::violation::Violations;

/// Days a delegation or visit may last; longer is a typing mistake.
const LONGEST: i64 = 3_650;

/// The last day not before the first, both within years that make sense; `first` and `last` are their pointers.
pub fn days(begins: Day, ends: Day, first: &str, last: &str, faults: &mut Violations) {
    faults.require(
        ends >= begins,
        last,
        if first == "/arrival_date" { "departs_before_arrival" } else { "returns_before_departure" },
        "Ngày cuối trước ngày đầu.",
        "The last day is before the first.",
    );
    faults.require((ends - begins).num_days() <= LONGEST, last, "too_long", "Thời gian quá dài.", "It lasts too long.");
    for (pointer, day) in [(first, begins), (last, ends)] {
        year(day, pointer, faults);
    }
}

/// A day within years that make sense.
pub fn year(day: Day, pointer: &str, faults: &mut Violations) {
    faults.require(
        (1990..=2100).contains(&day.year()),
        pointer,
        "out_of_range",
        "Năm phải từ 1990 đến 2100.",
        "The year must be 1990 to 2100.",
    );
}

/// A country code of ISO 3166-1.
pub fn known_country(code: &str, pointer: &str, faults: &mut Violations) {
    faults.require(
        country(code).is_some(),
        pointer,
        "unknown_country",
        "Không có mã nước này (ISO 3166-1).",
        "There is no such country code (ISO 3166-1).",
    );
}

/// A country code that is not our own.
pub fn foreign_country(code: &str, pointer: &str, faults: &mut Violations) {
    known_country(code, pointer, faults);
    faults.require(code != "VN", pointer, "home_country", "Phải là nước ngoài.", "It must be a foreign country.");
}

/// Exactly one head of delegation.
pub fn one_head(heads: usize, pointer: &str, faults: &mut Violations) {
    faults.require(
        heads == 1,
        pointer,
        "one_head",
        "Đoàn phải có đúng một trưởng đoàn.",
        "A delegation has exactly one head.",
    );
}
