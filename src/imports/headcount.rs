//! Parses numbers of people, as lists write them. Pure.

use crate::imports::cells::whole;
use documents::sheet::CellValue;
use kernel::text::fold;

/// Words that lists put beside a number of people, folded.
const PEOPLE: [&str; 27] = [
    "nguoi",
    "khach",
    "dong chi",
    "d/c",
    "dc",
    "luot",
    "dai bieu",
    "thanh vien",
    "can bo",
    "cong chuc",
    "vien chuc",
    "vi",
    "hoc vien",
    "sinh vien",
    "chuyen gia",
    "doan vien",
    "ong",
    "ba",
    "so",
    "gom",
    "nhan su",
    "nhan vien",
    "persons",
    "person",
    "people",
    "members",
    "pax",
];

/// Whether a text says nothing but that people are meant, as in «05 đồng chí», «Gồm 12 lượt người».
pub fn means_people(text: &str) -> bool {
    let mut rest = fold(text);
    rest.retain(|c| !"().:,".contains(c));
    loop {
        let left = rest.trim_start().to_owned();
        if left.is_empty() {
            return true;
        }
        let word = PEOPLE
            .iter()
            .filter(|word| left.strip_prefix(**word).is_some_and(|after| !after.starts_with(char::is_alphanumeric)));
        let Some(longest) = word.max_by_key(|word| word.len()) else { return false };
        rest = left.split_at(longest.len()).1.to_owned();
    }
}

/// Parses a number of people, at least one.
pub fn headcount(value: &CellValue) -> Option<i64> {
    let count: i64 = match value {
        CellValue::Number(number) if number.fract() == 0.0 && (1.0..=100_000.0).contains(number) => whole(*number)?,
        CellValue::Text(text) => {
            let text = text.trim();
            let text = text.strip_suffix(".0").unwrap_or(text);
            let start = text.find(|c: char| c.is_ascii_digit())?;
            let (before, rest) = text.split_at(start);
            let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
            let plain = digits.len() <= 6 && means_people(before) && means_people(after);
            // "1.5" and "1,200" are no numbers of people in words.
            let whole = !after.starts_with(['.', ',', '-', '/']) && !before.ends_with(['.', ',', '-', '/']);
            (plain && whole).then(|| digits.parse().ok())??
        }
        _ => return None,
    };
    (1..=100_000).contains(&count).then_some(count)
}

/// All numbers in a text, to compare a total row with the list.
pub fn numbers(text: &str) -> Vec<i64> {
    let joined = text.replace('.', "");
    joined.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(t: &str) -> CellValue {
        CellValue::Text(t.into())
    }

    #[test]
    fn a_number_of_people_is_whole_and_at_least_one() {
        for (typed, count) in [
            ("12", 12),
            (" 7 người", 7),
            ("5.0", 5),
            ("001", 1),
            ("05 đồng chí", 5),
            ("5 đ/c", 5),
            ("Gồm 12 lượt người", 12),
            ("3 đại biểu", 3),
            ("04 (người)", 4),
            ("Số lượt: 9", 9),
        ] {
            assert_eq!(headcount(&text(typed)), Some(count), "{typed}");
        }
        assert_eq!(headcount(&CellValue::Number(6.0)), Some(6));
        for value in [
            CellValue::Number(0.0),
            CellValue::Number(2.5),
            CellValue::Number(-1.0),
            text("mười hai"),
            text(""),
            text("0"),
            text("1.5"),
            text("1,200 người"),
            text("5-7 người"),
            text("khoảng 10 người"),
            text("12 đoàn"),
            text("3 nam, 2 nữ"),
            CellValue::Empty,
        ] {
            assert_eq!(headcount(&value), None, "{value:?}");
        }
        assert_eq!(numbers("Tổng cộng: 408 đoàn, 2.208 lượt"), [408, 2208]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_harm(typed in "\\PC{0,40}") {
            let _ = (headcount(&text(&typed)), numbers(&typed));
        }
    }
}
