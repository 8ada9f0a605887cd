//! Text in the Vietnamese fonts from before Unicode (TCVN3 such as .VnTime, VNI such as VNI-Times). Its letters are
//! Latin signs that only look right in the old font, so nothing in it can be trusted. Pure.

/// The old way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacyFont {
    Tcvn3,
    Vni,
}

/// Signs that TCVN3 uses for Vietnamese letters, and that stand inside no word of today.
const TCVN3: &str = "¡¢£¤¥¦§¨©«¬®¯¶¸¹»¼½¾×÷µ·";
/// Letters that VNI writes behind a vowel for its tone or hat, and that no other language writes there often.
const VNI: &str = "øûåäùõ";
/// Those that French and German names have there, too: Zoë, Aïda.
const VNI_DOUBTFUL: &str = "ïëü";

/// Whether a text was written with such a font: at least two words of it show the signs. One word may be a trade mark.
pub fn legacy_font(text: &str) -> Option<LegacyFont> {
    // Most cells are plain.
    if !text.chars().any(|c| ('¡'..='ÿ').contains(&c)) {
        return None;
    }
    let words = || text.split(|c: char| c.is_whitespace() || "/-,;()".contains(c)).map(str::to_lowercase);
    let tcvn3 = words().filter(|word| is_tcvn3(word)).count();
    let vni = words().filter(|word| has_tone(word, VNI) || (word.starts_with('ñ') && word.len() > 3)).count();
    let doubtful = words().filter(|word| has_tone(word, VNI_DOUBTFUL)).count();
    match (tcvn3 >= 2, vni >= 1 && vni + doubtful >= 2) {
        (true, _) => Some(LegacyFont::Tcvn3),
        (false, true) => Some(LegacyFont::Vni),
        (false, false) => None,
    }
}

/// «®oµn», «céng», «¶nh»: a sign directly beside a letter.
fn is_tcvn3(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_ascii_alphabetic());
    (0..letters.len()).any(|at| {
        let sign = letters.get(at).is_some_and(|c| TCVN3.contains(*c));
        let mark = matches!(letters.get(at), Some('®' | '©' | '¹'));
        let counted = at.checked_sub(1).and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        // "Intel®" ends with a mark, and "5µm" is a measure; a word goes on behind the sign, or ends with a vowel's.
        sign && !counted && (is_letter(Some(at + 1)) || (is_letter(at.checked_sub(1)) && !mark))
    })
}

/// «coäng hoøa»: a tone behind its vowel.
fn has_tone(word: &str, tones: &str) -> bool {
    word.chars().zip(word.chars().skip(1)).any(|(vowel, tone)| "aeiouyöô".contains(vowel) && tones.contains(tone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_fonts_are_told_from_unicode() {
        for text in ["§oµn c¸n bé tØnh", "Céng hoµ D©n chñ Nh©n d©n Lµo", "Së Khoa häc vµ C«ng nghÖ ®Õn th¨m"]
        {
            assert_eq!(legacy_font(text), Some(LegacyFont::Tcvn3), "{text}");
        }
        for text in ["Ñoaøn caùn boä tænh ñeán thaêm", "Coäng hoøa Daân chuû Nhaân daân Laøo"] {
            assert_eq!(legacy_font(text), Some(LegacyFont::Vni), "{text}");
        }
        for text in [
            "Đoàn cán bộ tỉnh đến thăm Cộng hòa Dân chủ Nhân dân Lào",
            "Công ty Intel® Việt Nam",
            "Société Générale, naïve Zoë",
            "Bjørn Ødegård và Müller",
            "El Niño, España",
            "10µm và 5µm",
            "Kinh phí: 3×4 người; 50 ¥",
            "Straße, Ægir, Curaçao",
        ] {
            assert_eq!(legacy_font(text), None, "{text}");
        }
    }
}
