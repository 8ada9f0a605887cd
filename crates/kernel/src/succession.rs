//! Succession of units (sắp xếp, hợp nhất, chia tách, đổi tên): which unit corresponds to which on a given day. Pure.

use std::collections::HashMap;

use crate::time::{Day, valid_on};

/// Units with the period in which they exist, and which unit succeeded which.
#[derive(Debug, Clone, Default)]
pub struct Succession {
    /// Half-open periods, as everywhere.
    units: HashMap<i64, (Day, Option<Day>)>,
    after: HashMap<i64, Vec<i64>>,
    before: HashMap<i64, Vec<i64>>,
}

/// The unit that corresponds to another on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    pub id: i64,
    /// False if several units qualify: the unit was split before that day, or merged from several after it.
    pub sure: bool,
}

impl Succession {
    pub fn new(units: impl IntoIterator<Item = (i64, Day, Option<Day>)>, followed: &[(i64, i64)]) -> Self {
        let mut all =
            Succession { units: units.into_iter().map(|(id, from, to)| (id, (from, to))).collect(), ..Self::default() };
        for (old, new) in followed {
            all.after.entry(*old).or_default().push(*new);
            all.before.entry(*new).or_default().push(*old);
        }
        all
    }

    /// The unit that corresponds to `id` on `day`. Without a single one, the unit stays as it is: nothing is guessed.
    pub fn on(&self, id: i64, day: Day) -> Stands {
        let mut at = id;
        // Bounds the loop: a chain cannot be longer than the number of units.
        for _ in 0..=self.units.len() {
            let Some((from, to)) = self.units.get(&at) else { break };
            let next = if to.is_some_and(|to| to <= day) {
                self.after.get(&at)
            } else if day < *from {
                self.before.get(&at)
            } else {
                break;
            };
            match next.map(Vec::as_slice) {
                Some([one]) => at = *one,
                Some([_, _, ..]) => return Stands { id: at, sure: false },
                _ => break,
            }
        }
        Stands { id: at, sure: true }
    }

    /// Whether a unit no longer exists on a day.
    pub fn has_ended(&self, id: i64, day: Day) -> bool {
        self.units.get(&id).is_some_and(|(_, to)| to.is_some_and(|to| to <= day))
    }

    /// All units that followed `id` and exist on `day`; several if it was split.
    pub fn followers(&self, id: i64, day: Day) -> Vec<i64> {
        let (mut found, mut seen, mut open) = (Vec::new(), Vec::new(), vec![id]);
        while let Some(at) = open.pop() {
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            let exists = self.units.get(&at).is_some_and(|(from, to)| valid_on(*from, *to, day));
            match (exists && at != id, self.after.get(&at)) {
                (true, _) => found.push(at),
                (false, Some(next)) => open.extend(next.iter().rev()),
                (false, None) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finance and Planning became Finance in March 2025; Transport was renamed twice; Home Affairs was split.
    fn units() -> Succession {
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let (old, merged) = (day("2000-01-01"), day("2025-03-01"));
        let all = [
            (1, old, Some(merged)),
            (2, old, Some(merged)),
            (3, merged, None),
            (4, old, Some(day("2010-01-01"))),
            (5, day("2010-01-01"), Some(merged)),
            (6, merged, None),
            (7, old, Some(merged)),
            (8, merged, None),
            (9, merged, None),
        ];
        Succession::new(all, &[(1, 3), (2, 3), (4, 5), (5, 6), (7, 8), (7, 9)])
    }

    #[test]
    fn units_are_followed_forward_and_back_as_far_as_one_stands_for_them() {
        let on = |id: i64, day: &str| units().on(id, day.parse().unwrap());
        let sure = |id| Stands { id, sure: true };
        assert_eq!((on(1, "2026-01-01"), on(2, "2025-03-01"), on(1, "2025-02-28")), (sure(3), sure(3), sure(1)));
        assert_eq!((on(4, "2026-01-01"), on(6, "2005-01-01"), on(6, "2012-01-01")), (sure(6), sure(4), sure(5)));
        let followers = |id: i64| units().followers(id, "2026-01-01".parse().unwrap());
        assert_eq!((followers(1), followers(4), followers(7)), (vec![3], vec![6], vec![8, 9]));
        assert_eq!((followers(3), followers(99)), (vec![], vec![]));
        assert_eq!(on(3, "2024-01-01"), Stands { id: 3, sure: false });
        assert_eq!(on(7, "2026-01-01"), Stands { id: 7, sure: false });
        assert_eq!((on(8, "2024-01-01"), on(99, "2024-01-01")), (sure(7), sure(99)));
    }
}
