//! How values of the API are shown: days with their weekday, times of Vietnam, money, people.

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;

use kernel::text::Language;
use kernel::time::{Day, local};

/// The text of a member, or nothing.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether the account may do something.
pub fn may(me: &Value, permission: &str) -> bool {
    items(me, "/permissions").iter().any(|p| p == permission)
}

/// Whether the account has one of several rights; nobody needs one of none.
pub fn may_any(me: &Value, permissions: &[&str]) -> bool {
    permissions.is_empty() || permissions.iter().any(|permission| may(me, permission))
}

pub fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// The items of a list.
pub fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub fn is_true(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer) == Some(&Value::Bool(true))
}

pub fn day_at(value: &Value, pointer: &str) -> Option<Day> {
    text(value, pointer).parse().ok()
}

pub fn weekday(day: Day, language: Language) -> &'static str {
    let (vi, en) = match day.weekday() {
        Weekday::Mon => ("thứ Hai", "Monday"),
        Weekday::Tue => ("thứ Ba", "Tuesday"),
        Weekday::Wed => ("thứ Tư", "Wednesday"),
        Weekday::Thu => ("thứ Năm", "Thursday"),
        Weekday::Fri => ("thứ Sáu", "Friday"),
        Weekday::Sat => ("thứ Bảy", "Saturday"),
        Weekday::Sun => ("Chủ nhật", "Sunday"),
    };
    language.pick(vi, en)
}

/// `27/03/2026`.
pub fn day(day: Day) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// `thứ Sáu 27/03/2026`.
pub fn long_day(at: Day, language: Language) -> String {
    format!("{} {}", weekday(at, language), day(at))
}

/// `20–24/04/2026`, `30/03–02/04/2026`, `30/12/2026–02/01/2027`.
pub fn days(from: Day, to: Day) -> String {
    if from == to {
        day(from)
    } else if from.year() != to.year() {
        format!("{}–{}", day(from), day(to))
    } else if from.month() != to.month() {
        format!("{}–{}", from.format("%d/%m"), day(to))
    } else {
        format!("{}–{}", from.format("%d"), day(to))
    }
}

/// `thứ Tư 01/04/2026, 14:20`, in the time of Vietnam, of an RFC 3339 moment.
pub fn moment(rfc3339: &str, language: Language) -> String {
    let Ok(at) = chrono::DateTime::parse_from_rfc3339(rfc3339) else { return String::new() };
    let here = local(at.naive_utc());
    format!("{}, {}", long_day(here.date(), language), here.format("%H:%M"))
}

/// The day in Vietnam of an RFC 3339 moment.
pub fn day_of_moment(rfc3339: &str) -> Option<NaiveDate> {
    let at = chrono::DateTime::parse_from_rfc3339(rfc3339).ok()?;
    Some(local(at.naive_utc()).date())
}

/// `1.234.567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if number < 0 { format!("−{out}") } else { out }
}

/// `186.400.000 ₫`, `1.200 USD`.
pub fn money(value: &Value) -> String {
    let amount = grouped(number(value, "/amount"));
    match text(value, "/currency") {
        "VND" => format!("{amount} ₫"),
        other => format!("{amount} {other}"),
    }
}

/// What is not empty, in one line.
pub fn joined<'a>(parts: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

/// Somebody by full name and post, as far as the answer names them; else by another name.
pub fn person(value: &Value, at: &str, else_name: &str) -> String {
    match text(value, &format!("{at}/full_name")) {
        "" => else_name.to_owned(),
        name => joined([name, text(value, &format!("{at}/post"))], ", "),
    }
}

/// Whether some bytes stand in others.
pub fn stands_in(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

/// What a problem document says: of each field, else as a whole.
pub fn said(problem: &Value) -> String {
    let fields = joined(items(problem, "/errors").iter().map(|fault| text(fault, "/detail")), " ");
    if !fields.is_empty() {
        return fields;
    }
    // What the server broke is found again by its mark.
    let mark = if number(problem, "/status") >= 500 { text(problem, "/trace_id") } else { "" };
    joined([text(problem, "/detail"), mark], " · ")
}

/// How far a due day is, in words, and whether it has passed; what has passed is counted in working days where they are known.
pub fn due(due: Day, today: Day, worked: Option<i64>, language: Language) -> (String, bool) {
    match ((due - today).num_days(), worked) {
        (0, _) => (language.say("hôm nay", "today"), false),
        (1, _) => (language.say("ngày mai", "tomorrow"), false),
        (left, _) if left > 0 => (language.say(&format!("còn {left} ngày"), &format!("in {left} days")), false),
        // Nobody was at work since.
        (_, Some(0)) => (language.say("vừa quá hạn", "just overdue"), true),
        (_, Some(1)) => (language.say("quá hạn 1 ngày làm việc", "1 working day overdue"), true),
        (_, Some(days)) => {
            (language.say(&format!("quá hạn {days} ngày làm việc"), &format!("{days} working days overdue")), true)
        }
        (past, None) => {
            let past = -past;
            (language.say(&format!("quá hạn {past} ngày"), &format!("{past} days overdue")), true)
        }
    }
}

/// `412 KB`, `1,2 MB`.
pub fn size(bytes: i64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} byte"),
        1_024..1_048_576 => format!("{} KB", bytes / 1_024),
        _ => {
            let tenths = bytes * 10 / 1_048_576;
            format!("{},{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// The first letter in capitals, as at the beginning of a sentence.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_say_no_more_than_they_must() {
        let of = |text: &str| text.parse::<Day>().unwrap();
        for (from, to, shown) in [
            ("2026-04-20", "2026-04-24", "20–24/04/2026"),
            ("2026-03-30", "2026-04-02", "30/03–02/04/2026"),
            ("2026-12-30", "2027-01-02", "30/12/2026–02/01/2027"),
            ("2026-04-20", "2026-04-20", "20/04/2026"),
        ] {
            assert_eq!(days(of(from), of(to)), shown);
        }
        assert_eq!(moment("2026-04-01T07:20:00Z", Language::Vietnamese), "thứ Tư 01/04/2026, 14:20");
        // Half past five in the afternoon in London is the next day in Vietnam.
        assert_eq!(day_of_moment("2026-04-01T17:30:00Z"), Some(of("2026-04-02")));
    }

    #[test]
    fn money_is_grouped_as_offices_write_it() {
        for (amount, shown) in
            [(0, "0"), (999, "999"), (1_000, "1.000"), (186_400_000, "186.400.000"), (-1_234, "−1.234")]
        {
            assert_eq!(grouped(amount), shown);
        }
    }
}
