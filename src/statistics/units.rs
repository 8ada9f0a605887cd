//! Counts under the agencies of a given day: each share is assigned to the successor of its agency. Pure.

use crate::statistics::columns::{Numbers, long};
use kernel::succession::Succession;
use kernel::time::Day;

/// The units under which the agencies of facts are counted.
#[derive(Clone)]
pub struct UnitsOfView {
    /// By their numbers in the view.
    pub ids: Vec<i64>,
    /// For each agency of the facts: its unit, and whether that is its only counterpart.
    placed: Vec<(u32, bool)>,
}

impl UnitsOfView {
    /// Each agency stands for itself.
    pub fn as_reported(agencies: &[i64]) -> Self {
        UnitsOfView { ids: agencies.to_vec(), placed: (0..).zip(agencies).map(|(number, _)| (number, true)).collect() }
    }

    /// Each agency is counted under the one that stands for it on a day.
    pub fn on(agencies: &[i64], succession: &Succession, day: Day) -> Self {
        let mut units = Numbers::default();
        let place = |agency: &i64| {
            let stands = succession.on(*agency, day);
            (units.number(stands.id), stands.sure)
        };
        let placed = agencies.iter().map(place).collect();
        UnitsOfView { ids: units.values().to_vec(), placed }
    }

    fn at(&self, agency: u32) -> (u32, bool) {
        self.placed.get(long(agency)).copied().unwrap_or((agency, true))
    }

    /// The number of the unit of an agency.
    pub fn number(&self, agency: u32) -> u32 {
        self.at(agency).0
    }

    pub fn sure(&self, agency: u32) -> bool {
        self.at(agency).1
    }

    pub fn all_sure(&self) -> bool {
        self.placed.iter().all(|(_, sure)| *sure)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::columns::FactColumns;
    use crate::statistics::count::{count, count_in};
    use crate::statistics::dimension::{DateBasis, Dimension};
    use crate::statistics::fact::{Fact, Share};
    use crate::statistics::narrow::FigureFilter;
    use crate::statistics::selection::Selection;
    use kernel::procedure::Procedure;
    use kernel::time::Period;

    fn day(n: u64) -> Day {
        NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(n)
    }

    /// Ten agencies and a sequence of changes that merge, split or rename those that still exist.
    fn history(changes: &[(u64, usize, usize)]) -> (Succession, i64) {
        let mut units: Vec<(i64, Day, Option<Day>)> = (1..=10).map(|id| (id, day(0), None)).collect();
        let mut followed = Vec::new();
        let mut last = 10;
        let mut at = 1;
        for (later, olds, news) in changes {
            at += later;
            let living: Vec<usize> =
                (0..units.len()).filter(|n| units[*n].2.is_none() && units[*n].1 < day(at)).collect();
            let ended: Vec<usize> = living.into_iter().take(*olds).collect();
            let fresh: Vec<i64> = (1..=*news as i64).map(|n| last + n).collect();
            last += *news as i64;
            for old in &ended {
                units[*old].2 = Some(day(at));
                followed.extend(fresh.iter().map(|new| (units[*old].0, *new)));
            }
            units.extend(fresh.iter().map(|id| (*id, day(at), None)));
        }
        (Succession::new(units, &followed), last)
    }

    fn fact(id: i64, people: &[(i64, i64)]) -> Fact {
        let share = |(agency_id, person): &(i64, i64)| Share {
            agency_id: *agency_id,
            country: Some("LA".into()),
            person: *person,
            heads: 1,
        };
        Fact::example(id, people.iter().map(share).collect())
    }

    proptest! {
        /// The totals are the same for any changes and any day of the view.
        #[test]
        fn all_views_have_equal_totals(
            changes in proptest::collection::vec((1u64..40, 1usize..4, 1usize..4), 0..12),
            people in proptest::collection::vec(proptest::collection::vec((1i64..30, 1i64..20), 1..5), 1..8),
            seen_from in proptest::collection::vec(0u64..500, 1..5),
        ) {
            let (succession, last) = history(&changes);
            let known = |all: &[(i64, i64)]| all.iter().map(|(unit, person)| (1 + unit % last, *person)).collect::<Vec<_>>();
            let reported: Vec<Fact> = (1i64..).zip(&people).map(|(id, all)| fact(id, &known(all))).collect();
            let expected = count(&reported, &[Dimension::Agency], DateBasis::Travel);
            for from in seen_from {
                let columns = FactColumns::of(&reported);
                let units = UnitsOfView::on(columns.agencies(), &succession, day(from));
                let ever = Period { from: Day::MIN, to: Day::MAX };
                let meant = (&[Procedure::OUTBOUND][..], ever, DateBasis::Travel);
                let selection = Selection::new(columns.into(), meant, units, &FigureFilter::default());
                let counted = count_in(&selection, &[Dimension::Agency], &Default::default());
                prop_assert_eq!(&counted.total, &expected.total);
                // Nobody is lost between the rows: everyone in a delegation is counted under one of its agencies.
                let visits = counted.rows.iter().map(|(_, f)| f.visits).sum::<i64>();
                prop_assert!(visits >= expected.total.visits);
            }
        }
    }
}
