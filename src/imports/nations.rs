//! Countries in one cell: one or several, with separators and optional numbers of people. Pure.

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

/// Splits `Đức (3)`, `Đức: 3` or `3 Đức` into the name and the number, if there is one.
pub fn with_count(text: &str) -> (&str, Option<i64>) {
    let text = text.trim();
    let open = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let name = open.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = open.get(name.len()..).and_then(|n| n.parse().ok()).filter(|n| (1..=100_000).contains(n));
    match number {
        Some(_) => (name.trim_end_matches(['(', ':', ' ', '-', '=']).trim(), number),
        None => (text, None),
    }
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
        ] {
            let found: Vec<&str> = countries_in(text).iter().map(|part| country_of(part).unwrap()).collect();
            assert_eq!(found, codes, "{text}");
        }
        assert_eq!(with_count("Đức (3)"), ("Đức", Some(3)));
        assert_eq!(with_count("Đức: 12 người"), ("Đức", Some(12)));
        assert_eq!(with_count("Đức"), ("Đức", None));
    }
}
