//! Counts under the agencies of a given day: each share is assigned to the successor of its agency. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::statistics::fact::Fact;
use kernel::succession::Succession;
use kernel::time::Day;

/// Delegations that are dated after the end of a unit under which they stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct EndedUnits {
    pub delegations: HashSet<i64>,
    /// Each unit with those that followed it.
    pub units: BTreeMap<i64, Vec<i64>>,
}

impl EndedUnits {
    pub fn followers(&self) -> impl Iterator<Item = i64> {
        self.units.values().flatten().copied()
    }

    /// The number of delegations, and each unit with its followers by name.
    pub fn told(&self, names: &HashMap<i64, (String, String)>) -> (i64, Vec<(String, String)>) {
        let name = |id: &i64| names.get(id).map(|(_, name)| name.clone()).unwrap_or_default();
        let followed = |ids: &Vec<i64>| ids.iter().map(name).collect::<Vec<_>>().join(", ");
        let units = self.units.iter().map(|(id, after)| (name(id), followed(after))).collect();
        (i64::try_from(self.delegations.len()).unwrap_or(i64::MAX), units)
    }
}

/// Finds the delegations that a unit had after it ended.
pub fn ended_units(facts: &[Fact], succession: &Succession) -> EndedUnits {
    let mut found = EndedUnits::default();
    for fact in facts {
        for share in &fact.shares {
            if succession.has_ended(share.agency_id, fact.travel_date) {
                found.delegations.insert(fact.delegation_id);
                let followers = || succession.followers(share.agency_id, fact.travel_date);
                found.units.entry(share.agency_id).or_insert_with(followers);
            }
        }
    }
    found
}

/// Assigns the shares of facts to the agencies of a day; returns the delegations whose agency has no single
/// counterpart.
pub fn place(facts: &mut [Fact], succession: &Succession, day: Day) -> HashSet<i64> {
    let mut unsure = HashSet::new();
    for fact in facts {
        for share in &mut fact.shares {
            let stands = succession.on(share.agency_id, day);
            share.agency_id = stands.id;
            if !stands.sure {
                unsure.insert(fact.delegation_id);
            }
        }
    }
    unsure
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::count::{DateBasis, Dimension, count};
    use crate::statistics::fact::Share;

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
                let mut seen = reported.clone();
                place(&mut seen, &succession, day(from));
                let counted = count(&seen, &[Dimension::Agency], DateBasis::Travel);
                prop_assert_eq!(&counted.total, &expected.total);
                // Nobody is lost between the rows: everyone in a delegation is counted under one of its agencies.
                let visits = counted.rows.iter().map(|(_, f)| f.visits).sum::<i64>();
                prop_assert!(visits >= expected.total.visits);
            }
        }
    }
}
