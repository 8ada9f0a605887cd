//! The machine-readable zone of a passport (ICAO Doc 9303, part 4: two lines of 44 letters, TD3), as a reader of passports types
//! it. Pure.

use crate::country;
use crate::text::fold;
use crate::time::Day;

/// Letters of a line.
const LINE: usize = 44;

/// Why a zone is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MrzFault {
    /// It is not two lines of 44 letters, digits and `<`.
    Form,
    /// A check digit does not fit: a letter was misread.
    CheckDigit,
}

/// What a machine-readable zone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mrz {
    /// Without dấu, as `NGUYEN`.
    pub surname: String,
    pub given_names: String,
    pub number: String,
    /// ISO 3166-1 alpha-2, or the three letters of the zone where they are of no country.
    pub nationality: String,
    /// Without its century.
    pub birth: ShortDay,
    pub expiry: ShortDay,
}

/// A day as a zone writes it: six digits, or `<` where a part is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortDay(String);

impl ShortDay {
    /// Whether it may be this day: in whatever century, and whatever the parts that are not known.
    pub fn may_be(&self, day: Day) -> bool {
        let written = day.format("%y%m%d").to_string();
        self.0.chars().zip(written.chars()).all(|(one, other)| one == '<' || one == other)
    }
}

/// The value of a letter: digits as they are, A to Z from 10, `<` nothing.
fn value(letter: u8) -> Option<u32> {
    match letter {
        b'0'..=b'9' => Some(u32::from(letter - b'0')),
        b'A'..=b'Z' => Some(u32::from(letter - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// The check digit of a text: weights 7, 3 and 1, modulo 10.
fn check_digit(text: &str) -> Option<u32> {
    let weighed = text.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(letter, weight)| Some(value(letter)? * weight));
    Some(weighed.sum::<Option<u32>>()? % 10)
}

/// Whether a text has this check digit. An optional text that is empty may have `<`.
fn checks(text: &str, digit: &str) -> bool {
    let empty = digit == "<" && text.bytes().all(|letter| letter == b'<');
    empty || digit.parse().ok() == check_digit(text)
}

impl Mrz {
    /// Reads a zone: two lines, or one with both behind each other. Blanks and the case of letters say nothing.
    pub fn read(text: &str) -> Result<Self, MrzFault> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let sound = plain.len() == 2 * LINE && plain.bytes().all(|letter| value(letter).is_some());
        let (first, second) = plain.split_at_checked(LINE).filter(|_| sound).ok_or(MrzFault::Form)?;
        let part = |from: usize, to: usize| second.get(from..to).unwrap_or_default();
        let names = first.get(5..).filter(|_| first.starts_with('P')).ok_or(MrzFault::Form)?;
        let whole = [part(0, 10), part(13, 20), part(21, 43)].concat();
        for (text, digit) in [
            (part(0, 9), part(9, 10)),
            (part(13, 19), part(19, 20)),
            (part(21, 27), part(27, 28)),
            (part(28, 42), part(42, 43)),
            (whole.as_str(), part(43, 44)),
        ] {
            if !checks(text, digit) {
                return Err(MrzFault::CheckDigit);
            }
        }
        let words = |text: &str| text.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let (surname, given_names) = names.split_once("<<").unwrap_or((names, ""));
        let state = part(10, 13).trim_end_matches('<');
        // Germany writes one letter.
        let state = if state == "D" { "DEU" } else { state };
        let nationality = country::by_alpha3(state).map_or(state, |c| c.alpha2);
        Ok(Mrz {
            surname: words(surname),
            given_names: words(given_names),
            number: words(part(0, 9)),
            nationality: nationality.to_owned(),
            birth: ShortDay(part(13, 19).to_owned()),
            expiry: ShortDay(part(21, 27).to_owned()),
        })
    }

    /// Whether it may name this person: all words that it has are in the name, in whatever order. A long name is cut in a zone.
    pub fn may_name(&self, full_name: &str) -> bool {
        let folded = fold(full_name);
        let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let joined = words.concat();
        let named = format!("{} {}", self.surname, self.given_names).to_lowercase();
        named.split_whitespace().all(|word| words.iter().any(|own| own.starts_with(word)) || joined.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimen of ICAO Doc 9303, part 4, appendix A.
    const SPECIMEN: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn the_specimen_is_read() {
        let read = Mrz::read(SPECIMEN).unwrap();
        assert_eq!((read.surname.as_str(), read.given_names.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!((read.number.as_str(), read.nationality.as_str()), ("L898902C3", "UTO"));
        let day = |y, m, d| Day::from_ymd_opt(y, m, d).unwrap();
        assert!(read.birth.may_be(day(1974, 8, 12)) && !read.birth.may_be(day(1974, 8, 13)));
        assert!(read.expiry.may_be(day(2012, 4, 15)));
        assert!(
            read.may_name("Anna Maria Eriksson") && read.may_name("ERIKSSON Anna-Maria") && !read.may_name("Anna Berg")
        );
        assert_eq!(Mrz::read(&SPECIMEN.to_lowercase().replace('\n', " ")), Ok(read));
    }

    #[test]
    fn every_misread_letter_is_found() {
        let lines = SPECIMEN.replace('\n', "");
        // Whatever a check digit covers; names, nationality and sex have none.
        for at in (LINE..2 * LINE).filter(|at| !(54..57).contains(at) && *at != 64) {
            let mut misread = lines.clone().into_bytes();
            misread[at] = if misread[at] == b'7' { b'8' } else { b'7' };
            let read = Mrz::read(std::str::from_utf8(&misread).unwrap());
            assert_eq!(read, Err(MrzFault::CheckDigit), "letter {at}");
        }
        for form in ["", "P<UTO", &lines.replace('L', "é"), &lines.replacen('P', "V", 1)] {
            assert_eq!(Mrz::read(form), Err(MrzFault::Form), "{form}");
        }
    }

    #[test]
    fn a_vietnamese_name_is_known_without_its_marks() {
        let zone = "P<VNMNGUYEN<<THI<ANH<DUONG<<<<<<<<<<<<<<<<<<";
        let number = "C12345678";
        let (birth, expiry, none) = ("800512", "350101", "<<<<<<<<<<<<<<");
        let digit = |text: &str| check_digit(text).unwrap();
        let start = format!("{number}{}", digit(number));
        let (born, ends) = (format!("{birth}{}", digit(birth)), format!("{expiry}{}", digit(expiry)));
        let whole = digit(&format!("{start}{born}{ends}{none}<"));
        let read = Mrz::read(&format!("{zone}\r\n{start}VNM{born}F{ends}{none}<{whole}")).unwrap();
        assert!(read.may_name("Nguyễn Thị Ánh Dương") && read.nationality == "VN" && read.number == number);
    }
}
