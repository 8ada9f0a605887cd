//! Compares figures with those of the previous year: matching rows, difference and percentage. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use crate::statistics::count::{Counted, Figures};
use crate::statistics::dimension::Dimension;
use kernel::time::{Day, Period};

/// The same days of the previous year. 29 February becomes the 28th; and where all of February is compared, so is the 29th
/// of the other year: February 2025 with 29 days of February 2024.
pub fn year_before(period: Period) -> Period {
    let back = |day: Day| day.with_year(day.year() - 1).or_else(|| day.pred_opt()?.with_year(day.year() - 1));
    let (from, to) = (back(period.from).unwrap_or(period.from), back(period.to).unwrap_or(period.to));
    let february = Day::from_ymd_opt(period.to.year(), 2, 1);
    let ends_february = period.to.succ_opt().is_some_and(|next| (next.month(), next.day()) == (3, 1));
    let whole = ends_february && february.is_some_and(|first| period.from <= first);
    let leap = Day::from_ymd_opt(to.year(), 2, 29).filter(|_| whole);
    Period { from, to: leap.unwrap_or(to) }
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
    }

    #[test]
    fn a_february_is_compared_with_a_whole_february() {
        let period = |text: &str| {
            let (from, to) = text.split_once(' ').unwrap();
            Period { from: from.parse().unwrap(), to: to.parse().unwrap() }
        };
        for (now, before) in [
            ("2024-02-29 2024-12-31", "2023-02-28 2023-12-31"),
            ("2025-02-01 2025-02-28", "2024-02-01 2024-02-29"),
            ("2025-01-01 2025-02-28", "2024-01-01 2024-02-29"),
            ("2024-02-01 2024-02-29", "2023-02-01 2023-02-28"),
            ("2025-02-28 2025-02-28", "2024-02-28 2024-02-28"),
            ("2025-02-10 2025-02-28", "2024-02-10 2024-02-28"),
            ("2026-02-01 2026-02-28", "2025-02-01 2025-02-28"),
            ("2025-01-01 2025-12-31", "2024-01-01 2024-12-31"),
        ] {
            assert_eq!(year_before(period(now)), period(before), "{now}");
        }
    }

    #[test]
    fn percent_is_of_what_it_was_and_nothing_has_none() {
        let all = [(408, 300), (1, 3), (0, 5), (5, 5), (7, 0), (1, 8)].map(|(now, before)| permille(now, before));
        assert_eq!(all, [Some(360), Some(-667), Some(-1000), Some(0), None, Some(-875)]);
    }
}
