//! Text: sentences in two languages, folding of Vietnamese for search, and detection of state-secret marks.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// One sentence in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Bilingual {
    pub vi: String,
    pub en: String,
}

impl Bilingual {
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Bilingual { vi: vi.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Vietnamese => &self.vi,
            Language::English => &self.en,
        }
    }
}

/// Language of responses; Vietnamese unless English is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Vietnamese,
    English,
}

impl Language {
    /// Picks the sentence in this language.
    pub fn say(self, vi: &str, en: &str) -> String {
        match self {
            Language::Vietnamese => vi.to_owned(),
            Language::English => en.to_owned(),
        }
    }
}

/// Folds text for search: no diacritics, đ→d, lower case, single spaces. NFC and NFD give the same result.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut blank = true;
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        if c.is_whitespace() {
            if !blank {
                folded.push(' ');
            }
            blank = true;
            continue;
        }
        blank = false;
        match c {
            'đ' | 'Đ' => folded.push('d'),
            c => folded.extend(c.to_lowercase()),
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// Text in NFC, the only form that is stored.
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Comparison key of a document number: `030/qđ-ubnd` and `30 / QĐ-UBND` have the same key.
pub fn number_key(number: &str) -> String {
    let written: String = nfc(number).split_whitespace().collect::<String>().to_uppercase();
    written.trim_start_matches('0').to_owned()
}

/// Whether the text carries the mark of a state secret: MẬT, TỐI MẬT or TUYỆT MẬT as whole words in capitals (Luật
/// 117/2025/QH15 Đ.5). "Bảo mật" and "MẬTÃ" do not.
pub fn bears_secret_mark(text: &str) -> bool {
    let text = nfc(text);
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("MẬT")) {
        let start = from + at;
        let end = start + "MẬT".len();
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        let after = text.get(end..).and_then(|t| t.chars().next());
        if !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric) {
            return true;
        }
        from = end;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_finds_dang_for_every_way_of_typing_it() {
        let nfd: String = "Đặng  Văn Ước ".nfd().collect();
        for name in ["Đặng Văn Ước", "ĐẶNG VĂN ƯỚC", &nfd] {
            assert_eq!(fold(name), "dang van uoc");
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let nfd: String = "01/qđ-SỞ".nfd().collect();
        for number in ["01/QĐ-SỞ", " 1 / qđ-sở", &nfd] {
            assert_eq!(number_key(number), "1/QĐ-SỞ");
        }
        assert_ne!(number_key("10/QĐ-SỞ"), "1/QĐ-SỞ");
    }

    #[test]
    fn secret_marks_are_whole_words_in_capitals() {
        let nfd: String = "Tài liệu TỐI MẬT".nfd().collect();
        for secret in ["MẬT", "(MẬT)", "Công văn TUYỆT MẬT về đoàn", nfd.as_str()] {
            assert!(bears_secret_mark(secret), "{secret}");
        }
        for plain in ["Hội thảo bảo mật", "mật ong", "MẬTONG", "Mật"] {
            assert!(!bears_secret_mark(plain), "{plain}");
        }
    }
}
