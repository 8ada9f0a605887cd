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
    /// Picks the text in this language.
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    /// The tag of the language, as headers and pages have it (RFC 5646).
    pub fn tag(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// Picks the sentence in this language.
    pub fn say(self, vi: &str, en: &str) -> String {
        self.pick(vi, en).to_owned()
    }
}

/// Whether a character shows nothing and only joins, divides or directs others: zero-width spaces and joiners,
/// direction marks, soft hyphens, byte order marks, variation selectors.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Folds text for search: no diacritics, đ→d, lower case, single spaces, one kind of apostrophe, nothing invisible. NFC
/// and NFD give the same result.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut blank = true;
    for c in text.nfd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)) {
        if c.is_whitespace() {
            if !blank {
                folded.push(' ');
            }
            blank = true;
            continue;
        }
        blank = false;
        match c {
            // Eth and African d look like đ, and old converters and keyboards write them for it.
            'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ' => folded.push('d'),
            // Names of the Ê Đê and Gia Rai, and French ones, are typed with any of these.
            '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | '′' | '`' | '´' | '＇' | 'ꞌ' => folded.push('\''),
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
/// 117/2025/QH15 Đ.5), as a reader sees it: also in full width, with invisible characters, with letters of other
/// alphabets that look the same, or s p a c e d. "Bảo mật" and "MẬTÃ" do not.
pub fn bears_secret_mark(text: &str) -> bool {
    // Most texts have no capital T at all, and this is asked of every text that comes in.
    if !text.chars().any(|c| matches!(look(c), 'T') || matches!(c, 'Ｔ' | '\u{1d400}'..='\u{1d7ff}' | 'Ⓣ' | 'ᵀ')) {
        return false;
    }
    let seen: Vec<char> = text.nfkd().filter(|c| !is_invisible(*c)).map(look).nfc().collect();
    (0..seen.len()).any(|at| is_mark_at(&seen, at))
}

/// The Latin letter that a letter of the mark looks like.
fn look(c: char) -> char {
    match c {
        'М' | 'Μ' | 'Ϻ' => 'M',
        'А' | 'Α' => 'A',
        'Т' | 'Τ' => 'T',
        c => c,
    }
}

/// Whether the mark begins at a place: its three letters, all divided by the same sign or by none.
fn is_mark_at(text: &[char], at: usize) -> bool {
    let is = |place: usize, letter: char| text.get(place) == Some(&letter);
    let bare = |place: Option<usize>| !place.and_then(|p| text.get(p)).is_some_and(|c| c.is_alphanumeric());
    if !is(at, 'M') || !bare(at.checked_sub(1)) {
        return false;
    }
    let gap = text.get(at + 1).filter(|c| c.is_whitespace() || matches!(c, '.' | '-' | '_' | '·' | '*' | '|'));
    let wide = gap.map_or(0, |sign| text.get(at + 1..).unwrap_or_default().iter().take_while(|c| *c == sign).count());
    let (second, third) = (at + 1 + wide, at + 2 + 2 * wide);
    let same_gap = |from: usize| (0..wide).all(|n| text.get(from + n) == gap);
    is(second, 'Ậ') && same_gap(second + 1) && is(third, 'T') && bare(Some(third + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_finds_dang_for_every_way_of_typing_it() {
        let nfd: String = "Đặng  Văn Ước ".nfd().collect();
        for name in ["Đặng Văn Ước", "ĐẶNG VĂN ƯỚC", &nfd, "Ðặng\u{200b} Văn Ước"] {
            assert_eq!(fold(name), "dang van uoc");
        }
    }

    #[test]
    fn apostrophes_are_one() {
        for name in ["H’Mẫu Niê", "H'Mẫu Niê", "HʼMẫu Niê", "H`Mẫu Niê"] {
            assert_eq!(fold(name), "h'mau nie");
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
        let written = ["MẬT", "(MẬT)", "Công văn TUYỆT MẬT về đoàn", nfd.as_str()];
        let hidden = [
            "M\u{200b}ẬT",
            "MẬ\u{ad}T",
            "ＭẬＴ",
            "МẬТ",
            "M Ậ T",
            "M.Ậ.T",
            "T Ố I  M Ậ T",
            "MA\u{323}\u{302}T",
            "M\u{feff}ẬT\u{200f}",
        ];
        for secret in written.into_iter().chain(hidden) {
            assert!(bears_secret_mark(secret), "{secret}");
        }
        for plain in ["Hội thảo bảo mật", "mật ong", "MẬTONG", "Mật", "M Ậ TONG", "MAT", "TM. UBND", "M-Ậ T"]
        {
            assert!(!bears_secret_mark(plain), "{plain}");
        }
    }
}
