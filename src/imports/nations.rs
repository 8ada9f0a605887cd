//! Countries in one cell: one or several, with separators and optional numbers of people. Pure.

use crate::imports::headcount::means_people;
use crate::imports::names::country_of;

/// The names in a cell: the whole cell if it is one country, otherwise its parts.
pub fn countries_in(text: &str) -> Vec<String> {
    if country_of(with_count(text).0).is_ok() {
        return vec![text.to_owned()];
    }
    let spread = text.replace(" và ", ",").replace(" and ", ",").replace(" - ", ",").replace(" – ", ",");
    let parts = spread.split([',', ';', '/', '+', '&']).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    // A hyphen without spaces may be part of a name: Cam-pu-chia.
    let apart = |part: String| match part.split_once('-') {
        Some((one, other)) if country_of(&part).is_err() && country_of(one).is_ok() && country_of(other).is_ok() => {
            vec![one.to_owned(), other.to_owned()]
        }
        _ => vec![part],
    };
    parts.into_iter().flat_map(apart).collect()
}

/// Splits `Đức (3)`, `Đức: 3 người` or `3 Đức` into the name and the number, if there is one.
pub fn with_count(text: &str) -> (&str, Option<i64>) {
    let text = text.trim();
    let number = |digits: &str| digits.parse().ok().filter(|n| (1..=100_000).contains(n));
    let digit = |c: char| c.is_ascii_digit();
    // The number first: 3 Lào, 03 khách Lào.
    let (digits, rest) = text.split_at(text.find(|c: char| !digit(c)).unwrap_or(text.len()));
    if let Some(found) = number(digits) {
        let name = rest.trim_start_matches(['x', '×', ' ', '-', ':']);
        let name = people_before(name).unwrap_or(name);
        return (name.trim(), Some(found));
    }
    // The number last: Đức (3), Đức: 3 người.
    let open = text.trim_end_matches(|c: char| !digit(c));
    let name = open.trim_end_matches(digit);
    let after = text.get(open.len()..).unwrap_or_default();
    let closed = after.trim_matches(|c: char| ")] ".contains(c));
    match open.get(name.len()..).and_then(number).filter(|_| means_people(closed)) {
        Some(found) => (name.trim_end_matches(['(', ':', ' ', '-', '=', '[']).trim(), Some(found)),
        None => (text, None),
    }
}

/// What follows a word for people: «khách Lào» → «Lào».
fn people_before(text: &str) -> Option<&str> {
    let ends = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
    let mut cuts = ends.filter(|at| text.get(..*at).is_some_and(|word| !word.trim().is_empty() && means_people(word)));
    cuts.next_back().and_then(|at| text.get(at..)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_countries_stand_in_one_cell() {
        for (text, codes) in [
            ("Lào, Thái Lan", vec!["LA", "TH"]),
            ("Lào - Thái Lan", vec!["LA", "TH"]),
            ("Laos - Thailand", vec!["LA", "TH"]),
            ("Cam-pu-chia", vec!["KH"]),
            ("Lào-Thái Lan", vec!["LA", "TH"]),
            ("Pháp và Đức", vec!["FR", "DE"]),
            ("Bosnia và Herzegovina", vec!["BA"]),
            ("Mỹ/Nhật; TQ", vec!["US", "JP", "CN"]),
            ("Đài Loan - Trung Quốc", vec!["TW"]),
            ("Đài Loan (TQ)", vec!["TW"]),
            ("Đài Loan (Trung Quốc), Lào", vec!["TW", "LA"]),
            ("Trung Quốc (Hồng Kông)", vec!["HK"]),
            ("Đặc khu hành chính Ma Cao, Trung Quốc", vec!["MO"]),
            ("Hàn Quốc (Nam Triều Tiên)", vec!["KR"]),
            ("Đức (Berlin)", vec!["DE"]),
        ] {
            let found: Vec<&str> = countries_in(text).iter().map(|part| country_of(part).unwrap()).collect();
            assert_eq!(found, codes, "{text}");
        }
        assert_eq!(with_count("Đức (3)"), ("Đức", Some(3)));
        assert_eq!(with_count("Đức: 12 người"), ("Đức", Some(12)));
        assert_eq!(with_count("Đức"), ("Đức", None));
        for text in ["3 Lào", "03 khách Lào", "3 người Lào", "3x Lào", "Lào (3 khách)", "Lào: 3", "Lào - 3", "Lào [3]"]
        {
            assert_eq!(with_count(text), ("Lào", Some(3)), "{text}");
        }
        let counted = |text: &str| countries_in(text).iter().map(|p| with_count(p).1).collect::<Vec<_>>();
        assert_eq!(counted("3 Lào, 2 Thái Lan"), [Some(3), Some(2)]);
        assert_eq!(counted("Đài Loan (TQ) (4); Lào (1)"), [Some(4), Some(1)]);
        assert_eq!(with_count("Lào, 3 đoàn"), ("Lào, 3 đoàn", None));
    }
}
