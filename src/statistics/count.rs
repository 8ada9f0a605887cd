//! Counting: delegations (đoàn), visits (lượt) and persons (người), in total and by up to two groupings. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Datelike;

use crate::kernel::country::country;
use crate::kernel::time::Day;
use crate::statistics::fact::Fact;

/// What figures can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Dimension {
    Country,
    Region,
    Agency,
    Purpose,
    Field,
    Month,
    Quarter,
    Funding,
    ReceptionLevel,
    LeaderLevel,
    InPlan,
    Channel,
    Waived,
}

/// Which day of a delegation decides its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DateBasis {
    Travel,
    Decision,
}

impl DateBasis {
    pub fn day(self, fact: &Fact) -> Day {
        match self {
            DateBasis::Travel => fact.travel_date,
            DateBasis::Decision => fact.decided_on,
        }
    }
}

/// Three counts that are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    pub delegations: i64,
    /// One person in one delegation (lượt).
    pub visits: i64,
    /// Distinct people (người).
    pub persons: i64,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub total: Figures,
    pub rows: Vec<(Vec<String>, Figures)>,
    pub rows_do_not_add_up: bool,
    pub persons_not_all_named: bool,
}

#[derive(Default)]
struct Tally<'a> {
    delegations: HashSet<i64>,
    visits: HashMap<(i64, &'a str), i64>,
    persons: HashMap<&'a str, i64>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, fact: &'a Fact) {
        self.delegations.insert(fact.delegation_id);
        self.visits.insert((fact.delegation_id, &fact.person), fact.heads);
        self.persons.insert(&fact.person, fact.heads);
    }

    fn figures(&self) -> Figures {
        Figures {
            delegations: i64::try_from(self.delegations.len()).unwrap_or(i64::MAX),
            visits: self.visits.values().sum(),
            persons: self.persons.values().sum(),
        }
    }
}

/// Counts facts. A delegation stands under every key it has, and once in the total.
pub fn count(facts: &[Fact], by: &[Dimension], basis: DateBasis) -> Counted {
    let mut total = Tally::default();
    let mut groups: BTreeMap<Vec<String>, Tally> = BTreeMap::new();
    for fact in facts {
        total.add(fact);
        for key in keys(fact, by, basis) {
            groups.entry(key).or_default().add(fact);
        }
    }
    let total_figures = total.figures();
    let rows: Vec<(Vec<String>, Figures)> = groups.iter().map(|(key, tally)| (key.clone(), tally.figures())).collect();
    let sum = |part: fn(&Figures) -> i64| rows.iter().map(|(_, f)| part(f)).sum::<i64>();
    let adds_up = sum(|f| f.delegations) == total_figures.delegations
        && sum(|f| f.visits) == total_figures.visits
        && sum(|f| f.persons) == total_figures.persons;
    Counted {
        total: total_figures,
        rows_do_not_add_up: !by.is_empty() && !adds_up,
        persons_not_all_named: facts.iter().any(|f| !f.named),
        rows,
    }
}

/// Every key of a fact: more than one where it has several sources of money.
fn keys(fact: &Fact, by: &[Dimension], basis: DateBasis) -> Vec<Vec<String>> {
    if by.is_empty() {
        return Vec::new();
    }
    let mut keys: Vec<Vec<String>> = vec![Vec::new()];
    for dimension in by {
        let parts = parts(fact, *dimension, basis);
        keys = keys
            .into_iter()
            .flat_map(|key| {
                parts.iter().map(move |part| {
                    let mut longer = key.clone();
                    longer.push(part.clone());
                    longer
                })
            })
            .collect();
    }
    keys
}

fn parts(fact: &Fact, dimension: Dimension, basis: DateBasis) -> Vec<String> {
    let day = basis.day(fact);
    vec![match dimension {
        Dimension::Country => fact.country.clone(),
        Dimension::Region => country(&fact.country).map(|c| c.region).unwrap_or("other").to_owned(),
        Dimension::Agency => crate::kernel::id::Id(fact.agency_id).to_string(),
        Dimension::Purpose => fact.purpose.clone(),
        Dimension::Field => fact.field.clone(),
        Dimension::Month => format!("{}-{:02}", day.year(), day.month()),
        Dimension::Quarter => format!("{}-Q{}", day.year(), day.month0() / 3 + 1),
        Dimension::Funding => return fact.funding.split(',').map(str::to_owned).collect(),
        Dimension::ReceptionLevel => fact.reception_level.clone(),
        Dimension::LeaderLevel => fact.leader_level.clone(),
        Dimension::InPlan => fact.in_plan.to_string(),
        Dimension::Channel => fact.channel.clone(),
        Dimension::Waived => fact.waived.to_string(),
    }]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::words::Procedure;

    fn fact(delegation_id: i64, agency_id: i64, person: &str, country: &str, date: &str) -> Fact {
        Fact {
            delegation_id,
            procedure: Procedure::Outbound,
            travel_date: date.parse().unwrap(),
            decided_on: date.parse().unwrap(),
            agency_id,
            country: country.into(),
            person: person.into(),
            named: true,
            heads: 1,
            purpose: "official".into(),
            field: "other".into(),
            funding: "host,self".into(),
            leader_level: String::new(),
            in_plan: true,
            reception_level: String::new(),
            channel: String::new(),
            waived: false,
        }
    }

    fn figures(delegations: i64, visits: i64, persons: i64) -> Figures {
        Figures { delegations, visits, persons }
    }

    /// Scenario A15 of domain.md: a joint delegation to two countries, and another of one agency.
    fn a15() -> Vec<Fact> {
        let mut facts = Vec::new();
        for (agency, person) in [(1, "a"), (1, "b"), (2, "c")] {
            for country in ["LA", "TH"] {
                facts.push(fact(1, agency, person, country, "2026-01-10"));
            }
        }
        facts.extend([fact(3, 2, "d", "JP", "2026-06-20"), fact(3, 2, "e", "JP", "2026-06-20")]);
        facts
    }

    #[test]
    fn a_joint_delegation_to_two_countries_counts_under_each_and_once_in_total() {
        let counted = count(&a15(), &[Dimension::Agency], DateBasis::Travel);
        assert_eq!(counted.total, figures(2, 5, 5));
        let rows: Vec<Figures> = counted.rows.iter().map(|(_, f)| *f).collect();
        assert_eq!(rows, [figures(1, 2, 2), figures(2, 3, 3)]);
        assert!(counted.rows_do_not_add_up);
        let by_country = count(&a15(), &[Dimension::Country], DateBasis::Travel);
        let delegations: Vec<(String, i64)> =
            by_country.rows.iter().map(|(k, f)| (k[0].clone(), f.delegations)).collect();
        assert_eq!(delegations, [("JP".into(), 1), ("LA".into(), 1), ("TH".into(), 1)]);
        let by_month = count(&a15(), &[Dimension::Month], DateBasis::Travel);
        assert!(!by_month.rows_do_not_add_up);
        let two = count(&a15(), &[Dimension::Funding, Dimension::Quarter], DateBasis::Travel);
        assert_eq!(two.rows.len(), 4);
    }

    #[test]
    fn unnamed_people_count_once_per_delegation_and_say_so() {
        let mut group = fact(1, 1, "group 1", "KR", "2026-01-10");
        (group.named, group.heads) = (false, 12);
        let again = Fact { delegation_id: 2, person: "group 2".into(), ..group.clone() };
        let counted = count(&[group, again], &[], DateBasis::Travel);
        assert_eq!(counted.total, figures(2, 24, 24));
        assert!(counted.persons_not_all_named);
    }

    proptest! {
        #[test]
        fn totals_do_not_depend_on_the_order_of_facts(order in Just(a15()).prop_shuffle()) {
            for by in [Dimension::Agency, Dimension::Country, Dimension::Funding] {
                prop_assert_eq!(count(&order, &[by], DateBasis::Travel), count(&a15(), &[by], DateBasis::Travel));
            }
        }
    }
}
