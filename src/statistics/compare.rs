//! Compares figures with those of the previous year: matching rows, difference and percentage. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use crate::statistics::count::{Counted, Dimension, Figures};
use kernel::time::{Day, Period};

/// The same days of the previous year; 29 February becomes the 28th.
pub fn year_before(period: Period) -> Period {
    let back = |day: Day| day.with_year(day.year() - 1).or_else(|| day.pred_opt()?.with_year(day.year() - 1));
    Period { from: back(period.from).unwrap_or(period.from), to: back(period.to).unwrap_or(period.to) }
}

/// Figures now and in the previous year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedFigures {
    pub total: (Figures, Figures),
    pub rows: Vec<(Vec<String>, Figures, Figures)>,
}

/// Matches rows by key; months and quarters by their position in the year.
pub fn compare(now: &Counted, before: &Counted, by: &[Dimension]) -> ComparedFigures {
    let a_year_later = |keys: &Vec<String>| -> Vec<String> {
        let later = |(dimension, key): (&Dimension, &String)| match dimension {
            Dimension::Month | Dimension::Quarter => key
                .split_once('-')
                .and_then(|(year, rest)| Some(format!("{}-{rest}", year.parse::<i32>().ok()? + 1)))
                .unwrap_or_else(|| key.clone()),
            _ => key.clone(),
        };
        by.iter().zip(keys).map(later).collect()
    };
    let here: BTreeMap<Vec<String>, &Figures> = now.rows.iter().map(|(k, f)| (k.clone(), f)).collect();
    let there: BTreeMap<Vec<String>, &Figures> = before.rows.iter().map(|(k, f)| (a_year_later(k), f)).collect();
    let keys: BTreeSet<&Vec<String>> = here.keys().chain(there.keys()).collect();
    let of = |rows: &BTreeMap<Vec<String>, &Figures>, key| rows.get(key).map(|f| (*f).clone()).unwrap_or_default();
    ComparedFigures {
        total: (now.total.clone(), before.total.clone()),
        rows: keys.into_iter().map(|key| (key.clone(), of(&here, key), of(&there, key))).collect(),
    }
}

/// The relative change of a figure, in tenths of a percent; none if the previous figure is 0.
pub fn permille(now: i64, before: i64) -> Option<i64> {
    if before == 0 {
        return None;
    }
    let (change, before) = (i128::from(now - before) * 1_000, i128::from(before));
    // Half values round away from zero, as is usual.
    i64::try_from((change.abs() * 2 + before) / (before * 2) * change.signum()).ok()
}

/// The same in percent, with one decimal.
#[expect(clippy::cast_precision_loss, reason = "tenths of a percent are far below 2^53")]
pub fn percent(now: i64, before: i64) -> Option<f64> {
    permille(now, before).map(|tenths| tenths as f64 / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(rows: &[(&str, i64)]) -> Counted {
        let figures = |visits| Figures { delegations: 1, visits, ..Figures::default() };
        Counted {
            total: figures(rows.iter().map(|(_, v)| v).sum()),
            rows: rows.iter().map(|(key, visits)| (vec![(*key).to_owned()], figures(*visits))).collect(),
            repeated_delegations: 0,
            repeated_persons: 0,
            persons_not_all_named: false,
        }
    }

    #[test]
    fn rows_meet_by_key_and_months_by_their_place_in_the_year() {
        let found = compare(&counted(&[("KR", 5)]), &counted(&[("KR", 4), ("LA", 3)]), &[Dimension::Country]);
        let visits: Vec<_> =
            found.rows.iter().map(|(k, now, before)| (k[0].as_str(), now.visits, before.visits)).collect();
        assert_eq!(visits, [("KR", 5, 4), ("LA", 0, 3)]);
        let found = compare(&counted(&[("2026-02", 1)]), &counted(&[("2025-02", 2)]), &[Dimension::Month]);
        assert_eq!(found.rows.len(), 1);
        let leap = Period { from: "2024-02-29".parse().unwrap(), to: "2024-12-31".parse().unwrap() };
        let expected = Period { from: "2023-02-28".parse().unwrap(), to: "2023-12-31".parse().unwrap() };
        assert_eq!(year_before(leap), expected);
    }

    #[test]
    fn percent_is_of_what_it_was_and_nothing_has_none() {
        let all = [(408, 300), (1, 3), (0, 5), (5, 5), (7, 0), (1, 8)].map(|(now, before)| permille(now, before));
        assert_eq!(all, [Some(360), Some(-667), Some(-1000), Some(0), None, Some(-875)]);
    }
}
