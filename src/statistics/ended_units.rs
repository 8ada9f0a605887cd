//! Delegations under units that had ended before them: somebody should look. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::statistics::columns::long;
use crate::statistics::selection::Selection;
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

/// Finds the delegations that a unit had after it ended. Which units followed it is said as of its first such delegation.
pub fn ended_units(selection: &Selection, succession: &Succession) -> EndedUnits {
    let mut found = EndedUnits::default();
    let mut first: BTreeMap<i64, (i64, Day)> = BTreeMap::new();
    let ends: Vec<bool> = selection.units().iter().map(|id| succession.has_ended(*id, Day::MAX)).collect();
    for fact in selection.facts() {
        let here = (fact.delegation_id, fact.travel_date);
        for share in selection.shares(fact) {
            let at = long(share.agency);
            let Some(unit) = selection.units().get(at).filter(|_| ends.get(at) == Some(&true)) else { continue };
            if succession.has_ended(*unit, fact.travel_date) {
                found.delegations.insert(fact.delegation_id);
                // Facts lie in no order: one that changed stands last.
                first.entry(*unit).and_modify(|known| *known = here.min(*known)).or_insert(here);
            }
        }
    }
    found.units = first.into_iter().map(|(unit, (_, day))| (unit, succession.followers(unit, day))).collect();
    found
}
