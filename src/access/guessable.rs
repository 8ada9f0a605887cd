//! Passwords that somebody who knows the office would try (NIST SP 800-63B-4, 3.1.1.2). Pure.

use std::collections::HashSet;

use kernel::text::fold;

/// Words that nobody looks past: a password with one of them is refused, whatever stands around it.
const ALWAYS: &[&str] =
    &["matkhau", "password", "passw0rd", "123456789", "987654321", "qwerty", "songoaivu", "ubndtinh", "anhyeuem"];

/// Words that add nothing: a password must have enough besides them.
const WEAK: &str = include_str!("weak_words.txt");

/// Letters that must be left of a password once its weak words, its figures and its runs are taken away.
const ENOUGH: usize = 4;

/// Fewest letters and figures that differ.
const DIFFERENT: usize = 5;

/// Letters and figures alone, without diacritics and case.
fn squeezed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The letters that figures and signs are put for.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    fold(text).chars().map(letter).filter(|c| c.is_alphanumeric()).collect()
}

/// So many different signs, as a password manager makes them, are no word with an exclamation mark.
const MANY_SIGNS: usize = 6;

/// Letters of a word of the owner that is found inside other words as well; shorter ones only as words of their own.
const LONG: usize = 6;

/// Whether a password is easy to guess for whoever knows these words of its owner: names, address, agency.
pub fn is_guessable(password: &str, own: &[String]) -> bool {
    let folded = fold(password);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let texts = [squeezed(password), unmasked(password)];
    let own: Vec<String> = own.iter().map(|word| squeezed(word)).collect();
    let known = |text: &String| {
        let stands = |own: &String| match own.chars().count() {
            0..4 => false,
            4..LONG => words.contains(&own.as_str()),
            _ => text.contains(own.as_str()),
        };
        ALWAYS.iter().any(|word| text.contains(word)) || own.iter().any(stands)
    };
    let signs = different(folded.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace()));
    // As it is typed, figures add nothing; with letters in their place, they must not make a word of offices.
    texts.iter().any(known) || (signs <= MANY_SIGNS && texts.iter().any(|text| is_weak(text)))
}

fn different(signs: impl Iterator<Item = char>) -> usize {
    signs.collect::<HashSet<char>>().len()
}

fn is_weak(text: &str) -> bool {
    if different(text.chars()) < DIFFERENT || repeats(text) {
        return true;
    }
    let mut left = text.to_owned();
    for word in WEAK.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        // What stood around a word does not grow together to another one.
        left = left.replace(word, " ");
    }
    let letters: Vec<char> = left.chars().filter(|c| !c.is_numeric()).collect();
    letters.split(|c| *c == ' ').map(besides_runs).sum::<usize>() < ENOUGH
}

/// How many letters do not continue a run like `abcd` or `dddd`.
fn besides_runs(letters: &[char]) -> usize {
    let step = |pair: &[char]| match pair {
        [a, b] => i64::from(u32::from(*b)) - i64::from(u32::from(*a)),
        _ => i64::MAX,
    };
    let steps: Vec<i64> = letters.windows(2).map(step).collect();
    let in_run = steps.windows(2).filter(|pair| matches!(pair, [a, b] if a == b && a.abs() <= 1)).count();
    letters.len() - in_run
}

/// Whether a text is a short part again and again.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 2).any(|part| letters.iter().zip(letters.iter().skip(part)).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_insider_would_try_is_refused_and_a_sentence_is_not() {
        let own = ["clerk.skhcn", "Nguyễn Thị Hoa", "hoa.nt@snv.gov.vn", "hung", "SKHCN", "Sở Khoa học và Công nghệ"]
            .map(str::to_owned);
        for bad in [
            "matkhau12345678",
            "Mật Khẩu 2026 của tôi",
            "UBND Hau Giang 2026",
            "ubnd tỉnh An Giang!!",
            "Hà Nội Việt Nam 2025",
            "toi la clerk.skhcn day",
            "clerk-skhcn-2026-abc",
            "NGUYEN THI HOA 1990",
            "Nguyễn.Thị.Hoa@home",
            "hoa.nt@snv.gov.vn 1",
            "so khoa hoc va cong nghe",
            "P@ssw0rd P@ssw0rd",
            "m4tkh4u cua toi day",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopq",
            "1234 5678 9012 3456",
            "0987654321 2026 01",
            "qwertyuiop asdfgh",
            "anh yeu em nhieu lam",
            "Xin chào Việt Nam 1",
            "0304197530041975",
            "19283746509182736",
            "Việt Nam 13051975",
            "Cần Thơ 0913457130",
            "Hà Nội 2025-2030!",
            "mùa xuân của SKHCN",
        ] {
            assert!(is_guessable(bad, &own), "{bad}");
        }
        for good in [
            "mot hai ba bon nam",
            "mùa xuân năm ấy đẹp",
            "con mèo trèo cây cau",
            "correct horse battery staple",
            "tre xanh 47 bờ sông Hậu",
            "K7#vq9!mZ2^pL8&x",
            "Hà Giang có hoa tam giác mạch",
            "%4&*)x^_=+q;[]{~z",
            "những ngày mưa dầm",
        ] {
            assert!(!is_guessable(good, &own), "{good}");
        }
    }
}
