//! Labels of dimensions, their values and measures. Pure.

use std::collections::HashMap;
use std::str::FromStr;

use crate::statistics::dimension::{Dimension, Measure};
use kernel::country::{REGIONS, country};
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::text::Language;
use kernel::words::{Channel, Field, FundingSource, Label, PostLevel, Purpose, ReceptionLevel, Word};

/// The row of sums.
pub const TOTAL: Label = Label { vi: "Tổng số", en: "Total" };
/// What a column of the previous year adds to its measure.
pub const PREVIOUS: Label = Label { vi: "cùng kỳ năm trước", en: "previous year" };

const YES: Label = Label { vi: "Có", en: "Yes" };
const NO: Label = Label { vi: "Không", en: "No" };
/// No funding, no leader, no level.
const NONE: Label = Label { vi: "Không", en: "None" };

/// The label of a key that is a word of the contract.
fn word(dimension: Dimension, key: &str) -> Option<Label> {
    fn of<W: Word + FromStr>(key: &str) -> Option<Label> {
        key.parse::<W>().ok().map(Word::label)
    }
    match (dimension, key) {
        (_, "") => Some(NONE),
        (Dimension::Procedure, key) => key.parse().ok().and_then(Procedure::label),
        (Dimension::InPlan | Dimension::Waived, "true") => Some(YES),
        (Dimension::InPlan | Dimension::Waived, "false") => Some(NO),
        (Dimension::Purpose, key) => of::<Purpose>(key),
        (Dimension::Field, key) => of::<Field>(key),
        (Dimension::Funding, key) => of::<FundingSource>(key),
        (Dimension::ReceptionLevel, key) => of::<ReceptionLevel>(key),
        (Dimension::LeaderLevel, key) => of::<PostLevel>(key),
        (Dimension::Channel, key) => of::<Channel>(key),
        _ => None,
    }
}

/// The label of one key.
pub fn label(dimension: Dimension, key: &str, agencies: &HashMap<i64, (String, String)>, language: Language) -> String {
    let vietnamese = language == Language::Vietnamese;
    match dimension {
        Dimension::Country => country(key).map(|c| if vietnamese { c.vi } else { c.en }).unwrap_or(key).to_owned(),
        Dimension::Region => {
            let region = REGIONS.iter().find(|(code, ..)| *code == key);
            region.map_or(key, |(_, vi, en)| if vietnamese { vi } else { en }).to_owned()
        }
        Dimension::Agency => {
            let agency = key.parse::<Id>().ok().and_then(|id| agencies.get(&id.0));
            agency.map_or(key.to_owned(), |(_, name)| name.clone())
        }
        Dimension::Month => {
            let (year, month) = key.split_once('-').unwrap_or((key, ""));
            if vietnamese { format!("Tháng {}/{year}", month.trim_start_matches('0')) } else { key.to_owned() }
        }
        Dimension::Quarter => {
            let (year, quarter) = key.split_once("-Q").unwrap_or((key, ""));
            if vietnamese { format!("Quý {quarter}/{year}") } else { key.to_owned() }
        }
        _ => word(dimension, key).map_or(key, |label| label.in_language(language)).to_owned(),
    }
}

/// The column heading of a dimension.
pub fn heading(dimension: Dimension, language: Language) -> &'static str {
    dimension.label().in_language(language)
}

/// The column heading of a measure.
pub fn measure(measure: Measure, language: Language) -> &'static str {
    measure.label().in_language(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_said_in_both_languages() {
        let said = |dimension, key| {
            [Language::Vietnamese, Language::English].map(|language| label(dimension, key, &HashMap::new(), language))
        };
        assert_eq!(said(Dimension::Purpose, "study_visit"), ["Học tập, khảo sát", "Study visit"]);
        assert_eq!(said(Dimension::Funding, "self"), ["Tự túc", "Self-funded"]);
        assert_eq!(said(Dimension::LeaderLevel, "staff"), ["Chuyên viên, nhân viên", "Staff"]);
        assert_eq!(said(Dimension::LeaderLevel, ""), ["Không", "None"]);
        assert_eq!(said(Dimension::InPlan, "false"), ["Không", "No"]);
        assert_eq!(said(Dimension::Country, "KR")[0], "Hàn Quốc");
        assert_eq!(said(Dimension::Quarter, "2026-Q1"), ["Quý 1/2026", "2026-Q1"]);
        assert_eq!(heading(Dimension::LeaderLevel, Language::English), "Level of the leader");
    }
}
