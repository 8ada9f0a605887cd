//! Numbers in Vietnamese words (số tiền bằng chữ). Pure.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

fn digit(n: u64) -> &'static str {
    usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or("")
}

/// Words for three digits. With `full`, a higher group precedes them, so zeros are spoken.
fn group(n: u64, full: bool) -> Vec<&'static str> {
    let (hundreds, tens, ones) = (n / 100, n / 10 % 10, n % 10);
    let mut words = Vec::new();
    if hundreds > 0 || full {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && (hundreds > 0 || full) => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(ones)),
    }
    words
}

/// A whole number in words, in lower case.
pub fn number(n: u64) -> String {
    if n == 0 {
        return "không".into();
    }
    let billions = n / 1_000_000_000;
    if billions > 0 {
        let above = number(billions);
        let below = n % 1_000_000_000;
        let rest = if below == 0 { String::new() } else { format!(" {}", below_billion(below, true)) };
        return format!("{above} tỷ{rest}");
    }
    below_billion(n, false)
}

fn below_billion(n: u64, full: bool) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut spoken = full;
    for (unit, name) in [(1_000_000, "triệu"), (1_000, "nghìn"), (1, "")] {
        let part = n / unit % 1_000;
        if part == 0 {
            continue;
        }
        words.extend(group(part, spoken));
        words.push(name);
        spoken = true;
    }
    words.retain(|w| !w.is_empty());
    words.join(" ")
}

/// An amount in đồng in words, with a capital letter.
pub fn dong(amount: i64) -> String {
    let words = format!("{} đồng", number(u64::try_from(amount).unwrap_or(0)));
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        for (n, said) in [
            (0, "không"),
            (5, "năm"),
            (10, "mười"),
            (15, "mười lăm"),
            (21, "hai mươi mốt"),
            (101, "một trăm linh một"),
            (115, "một trăm mười lăm"),
            (1_005, "một nghìn không trăm linh năm"),
            (350_000_000, "ba trăm năm mươi triệu"),
            (1_000_000_000, "một tỷ"),
            (2_005_000_040, "hai tỷ không trăm linh năm triệu không trăm bốn mươi"),
            (59_030_800, "năm mươi chín triệu không trăm ba mươi nghìn tám trăm"),
        ] {
            assert_eq!(number(n), said, "{n}");
        }
        assert_eq!(dong(350_000_000), "Ba trăm năm mươi triệu đồng");
    }
}
