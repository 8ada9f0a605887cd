//! Statistics as cells for BI tools that aggregate themselves: every combination of dimension values that occurs, with
//! measures that add up. Pure.

use std::collections::BTreeMap;

use chrono::Datelike;

use crate::statistics::columns::long;
use crate::statistics::dimension::region;
use crate::statistics::selection::Selection;
use kernel::words::{Field, Purpose};

/// The dimension values of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// `2026-03`.
    pub month: String,
    pub agency_id: i64,
    pub country: String,
    pub region: &'static str,
    pub purpose: &'static str,
    pub field: &'static str,
    /// The first funding source; none if no source is known.
    pub funding: Option<&'static str>,
    pub reception_level: Option<&'static str>,
    pub leader_level: Option<&'static str>,
    pub channel: Option<&'static str>,
    pub in_plan: bool,
    pub waived: bool,
}

/// The measures of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CellMeasures {
    /// Delegations in the cell; one to several countries is in several cells.
    pub delegations: i64,
    pub visits: i64,
    /// The same, but each delegation and each visit is in only one cell, so that the cells add up to the totals.
    pub delegations_once: i64,
    pub visits_once: i64,
    pub days_once: i64,
}

/// All cells, ordered by their dimension values.
pub fn cells(selection: &Selection) -> BTreeMap<CellKey, CellMeasures> {
    let columns = &*selection.columns;
    let mut all: BTreeMap<CellKey, CellMeasures> = BTreeMap::new();
    for fact in selection.facts() {
        let day = selection.basis.day(fact);
        let mut first = true;
        let mut people: Vec<i32> = Vec::new();
        let mut stood: Vec<(u32, u32, i32)> = Vec::new();
        let mut groups: Vec<(u32, u32)> = Vec::new();
        for share in selection.shares(fact) {
            let country = columns.countries().get(long(share.country)).map_or("", String::as_str);
            let key = CellKey {
                month: format!("{}-{:02}", day.year(), day.month()),
                agency_id: selection.units().get(long(share.agency)).copied().unwrap_or(0),
                country: country.to_owned(),
                region: region(country),
                purpose: fact.purpose.map_or("", Purpose::word),
                field: fact.field.unwrap_or(Field::Other).word(),
                funding: columns.paid(fact).first().map(|p| p.source.word()),
                reception_level: fact.reception_level.map(|w| w.word()),
                leader_level: fact.leader_level.map(|w| w.word()),
                channel: fact.channel.map(|w| w.word()),
                in_plan: fact.in_plan,
                waived: fact.waived,
            };
            let cell = all.entry(key).or_default();
            let heads = i64::from(share.heads);
            let group = (share.agency, share.country);
            if !groups.contains(&group) {
                groups.push(group);
                cell.delegations += 1;
            }
            if !stood.contains(&(group.0, group.1, share.person)) {
                stood.push((group.0, group.1, share.person));
                cell.visits += heads;
            }
            if first {
                cell.delegations_once += 1;
                cell.days_once += fact.days;
                first = false;
            }
            if !people.contains(&share.person) {
                people.push(share.person);
                cell.visits_once += heads;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::columns::FactColumns;
    use crate::statistics::count::count;
    use crate::statistics::dimension::{DateBasis, Dimension};
    use crate::statistics::fact::{Fact, Share};

    proptest! {
        #[test]
        fn cells_add_up_to_the_totals_and_to_the_rows_of_a_country(
            people in proptest::collection::vec(proptest::collection::vec((1i64..4, 0usize..3, 1i64..6), 1..6), 1..10),
        ) {
            let fact = |id: i64, shares: &[(i64, usize, i64)]| {
                let share = |(agency_id, country, person): &(i64, usize, i64)| Share {
                    agency_id: *agency_id, country: Some(["LA", "TH", "JP"][*country].into()), person: *person, heads: 1,
                };
                Fact::example(id, shares.iter().map(share).collect())
            };
            let facts: Vec<Fact> = (1i64..).zip(&people).map(|(id, shares)| fact(id, shares)).collect();
            let all = cells(&Selection::whole(FactColumns::of(&facts), DateBasis::Travel));
            let counted = count(&facts, &[Dimension::Country, Dimension::Agency], DateBasis::Travel);
            let sum = |of: fn(&CellMeasures) -> i64| all.values().map(of).sum::<i64>();
            prop_assert_eq!(sum(|m| m.delegations_once), counted.total.delegations);
            prop_assert_eq!(sum(|m| m.visits_once), counted.total.visits);
            prop_assert_eq!(sum(|m| m.days_once), counted.total.days);
            prop_assert_eq!(sum(|m| m.delegations), counted.rows.iter().map(|(_, f)| f.delegations).sum::<i64>());
            prop_assert_eq!(sum(|m| m.visits), counted.rows.iter().map(|(_, f)| f.visits).sum::<i64>());
        }
    }
}
