//! Usual names of countries, agencies, levels and fields, from data files (`names/*.tsv`), matched regardless of
//! spelling variants. Pure.

use std::collections::HashMap;
use std::sync::OnceLock;

use kernel::country::{codes, countries, country};
use kernel::text::fold;
use kernel::words::{self, Label, Word};

/// The vocabulary that a name belongs to: the first column of `words.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum List {
    Country,
    ReceptionLevel,
    Field,
    Purpose,
    Funding,
    PostLevel,
    Personnel,
    ManagedBy,
    Bloc,
    YesNo,
    Unit,
    Role,
    Seat,
    PassportKind,
    MemberRole,
}

impl List {
    /// The values of the vocabulary with their labels, in the order of a form; none for lists that are no vocabulary.
    pub fn values(self) -> Vec<(&'static str, Label)> {
        fn of<W: Word>() -> Vec<(&'static str, Label)> {
            W::all().iter().map(|value| (value.word(), value.label())).collect()
        }
        match self {
            List::ReceptionLevel => of::<words::ReceptionLevel>(),
            List::Field => of::<words::Field>(),
            List::Purpose => of::<words::Purpose>(),
            List::Funding => of::<words::FundingSource>(),
            List::PostLevel => of::<words::PostLevel>(),
            List::Personnel => of::<words::Personnel>(),
            List::ManagedBy => of::<words::ManagedBy>(),
            List::Bloc => of::<words::Bloc>(),
            List::Role => of::<words::Role>(),
            List::Seat => of::<words::Body>(),
            List::PassportKind => of::<words::PassportKind>(),
            List::MemberRole => of::<words::MemberRole>(),
            List::YesNo => vec![("true", Label { vi: "Có", en: "Yes" }), ("false", Label { vi: "Không", en: "No" })],
            List::Country => countries().into_iter().map(|c| (c.alpha2, Label { vi: c.vi, en: c.en })).collect(),
            List::Unit => Vec::new(),
        }
    }

    /// The lists whose labels are names, too.
    const LABELLED: [List; 12] = [
        List::ReceptionLevel,
        List::Field,
        List::Purpose,
        List::Funding,
        List::PostLevel,
        List::Personnel,
        List::ManagedBy,
        List::Bloc,
        List::Role,
        List::Seat,
        List::PassportKind,
        List::MemberRole,
    ];
}

/// A name without diacritics, spaces and signs, so that spelling variants match. Hoa Kỳ equals Hoa Kì.
pub fn key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).map(|c| if c == 'y' { 'i' } else { c }).collect()
}

type NameTable = HashMap<(List, String), &'static str>;

fn table() -> &'static NameTable {
    static TABLE: OnceLock<NameTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = NameTable::new();
        for code in codes() {
            if let Some(known) = country(code) {
                table.insert((List::Country, key(known.vi)), code);
                table.insert((List::Country, key(known.en)), code);
            }
        }
        for list in List::LABELLED {
            for (value, label) in list.values() {
                table.insert((list, key(label.vi)), value);
                table.insert((list, key(label.en)), value);
            }
        }
        for (list, value, names) in lines(include_str!("names/words.tsv")) {
            let Ok(list) = list.parse::<List>() else { continue };
            // The code of one country may look like the name of another: AO is Angola, Áo is Austria.
            let itself = (list != List::Country).then_some(value);
            for name in names.split(';').chain(itself).map(key).filter(|name| !name.is_empty()) {
                table.insert((list, name), value);
            }
        }
        table
    })
}

/// The three columns of each line of a file.
pub fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    text.lines().filter_map(|line| {
        let mut cells = line.splitn(3, '\t');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

/// The vocabulary word for a name.
pub fn word(list: List, name: &str) -> Option<&'static str> {
    table().get(&(list, key(name))).copied()
}

/// Why a name is not a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotACountry {
    Unknown,
    /// It may mean two countries: `MY` is the code of Malaysia, and Mỹ (the United States) without its diacritic.
    Ambiguous,
}

/// The country with this usual name, or with this ISO 3166-1 code in capitals. What stands in brackets may be a place, the
/// same country under another name, or the state that a territory belongs to: «Đài Loan (TQ)».
pub fn country_of(name: &str) -> Result<&'static str, NotACountry> {
    let name = name.trim();
    let whole = plain_country_of(name);
    let brackets =
        name.split_once('(').map(|(outside, inside)| (outside, inside.split_once(')').unwrap_or((inside, ""))));
    let Some((outside, (inside, ""))) = brackets.filter(|_| whole == Err(NotACountry::Unknown)) else { return whole };
    let outside = plain_country_of(outside.trim())?;
    match plain_country_of(inside.trim()) {
        Ok(inside) if inside == outside || (inside == "CN" && OF_CHINA.contains(&outside)) => Ok(outside),
        Ok(inside) if outside == "CN" && OF_CHINA.contains(&inside) => Ok(inside),
        Err(NotACountry::Unknown) => Ok(outside),
        _ => Err(NotACountry::Ambiguous),
    }
}

/// Territories with a code of their own that lists name together with China.
const OF_CHINA: [&str; 3] = ["TW", "HK", "MO"];

fn plain_country_of(name: &str) -> Result<&'static str, NotACountry> {
    let by_name = word(List::Country, name);
    let is_code = name.len() <= 3 && name.chars().all(|c| c.is_ascii_uppercase());
    let by_code = codes().find(|code| is_code && (*code == name || country(code).is_some_and(|c| c.alpha3 == name)));
    match (by_name, by_code) {
        (Some(one), Some(other)) if one != other => Err(NotACountry::Ambiguous),
        (one, other) => one.or(other).ok_or(NotACountry::Unknown),
    }
}

/// The key by which agency names are compared; usual short forms give the key of the full name.
pub fn unit_key(name: &str) -> String {
    word(List::Unit, name).map_or_else(|| key(name), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_found_by_any_usual_name_with_or_without_marks() {
        let names = [
            ("Lào", "LA"),
            ("CHDCND Lào", "LA"),
            ("Laos", "LA"),
            ("  Nhật ", "JP"),
            ("HÀN QUỐC", "KR"),
            ("TQ", "CN"),
            ("Ô-xtrây-li-a", "AU"),
            ("CHLB Đức", "DE"),
            ("LB Nga", "RU"),
            ("Mỹ", "US"),
            ("my", "US"),
            ("Xinh-ga-po", "SG"),
            ("Thụy Sỹ", "CH"),
            ("Thuỵ Sĩ", "CH"),
            ("KR", "KR"),
            ("LAO", "LA"),
            ("Bosnia và Herzegovina", "BA"),
            ("Ý", "IT"),
            ("Áo", "AT"),
        ];
        for (name, code) in names {
            assert_eq!(country_of(name), Ok(code), "{name}");
            let nfd: String = unicode_normalization::UnicodeNormalization::nfd(name).collect();
            assert_eq!(country_of(&nfd), Ok(code), "{name} in NFD");
        }
        assert_eq!(country_of("Đức (Pháp)"), Err(NotACountry::Ambiguous));
        assert_eq!(country_of("Wakanda (TQ)"), Err(NotACountry::Unknown));
        assert_eq!(country_of("Wakanda"), Err(NotACountry::Unknown));
        assert_eq!(country_of("MY"), Err(NotACountry::Ambiguous));
        assert_eq!(country_of(""), Err(NotACountry::Unknown));
    }

    #[test]
    fn no_name_stands_for_two_things_and_every_value_is_one() {
        let mut seen: HashMap<(List, String), &str> = HashMap::new();
        for (list, value, names) in lines(include_str!("names/words.tsv")) {
            let list: List = list.parse().unwrap_or_else(|_| panic!("no list {list}"));
            assert!(list != List::Country || country(value).is_some(), "{value}");
            for name in names.split(';') {
                let before = seen.insert((list, key(name)), value);
                assert!(before.is_none_or(|b| b == value), "{name} is {before:?} and {value}");
            }
        }
        for code in codes() {
            let known = country(code).unwrap();
            for name in [known.vi, known.en] {
                assert_eq!(word(List::Country, name), Some(code), "{name}");
            }
        }
    }

    #[test]
    fn units_are_known_by_their_usual_short_forms() {
        assert_eq!(unit_key("Sở KH&CN"), unit_key("Sở Khoa học và Công nghệ"));
        assert_eq!(unit_key("SỞ Y TẾ "), unit_key("Sở Y tế"));
        assert_ne!(unit_key("Sở Y tế"), unit_key("Sở Tài chính"));
    }
}
