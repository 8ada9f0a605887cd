//! Changes since a report was frozen, record by record. Together, the corrections explain every difference. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::statistics::fact::Fact;

/// How a record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CorrectionKind)]
pub enum RecordChange {
    /// It counts in this period now but did not before.
    Added,
    /// It no longer counts in this period.
    Removed,
    /// It counts differently.
    Changed,
}

/// One record that counts differently than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportCorrection {
    pub before: Option<Fact>,
    pub after: Option<Fact>,
}

impl ReportCorrection {
    /// The current fact, or the frozen one if the record was removed.
    pub fn fact(&self) -> Option<&Fact> {
        self.after.as_ref().or(self.before.as_ref())
    }

    pub fn change(&self) -> RecordChange {
        match (&self.before, &self.after) {
            (None, _) => RecordChange::Added,
            (_, None) => RecordChange::Removed,
            _ => RecordChange::Changed,
        }
    }
}

/// The changes that turn the frozen facts into the current ones, ordered by delegation.
pub fn corrections(frozen: &[Fact], now: &[Fact]) -> Vec<ReportCorrection> {
    let mut all: BTreeMap<i64, ReportCorrection> = BTreeMap::new();
    for fact in frozen {
        all.insert(fact.delegation_id, ReportCorrection { before: Some(fact.clone()), after: None });
    }
    for fact in now {
        let correction = all.entry(fact.delegation_id).or_insert(ReportCorrection { before: None, after: None });
        correction.after = Some(fact.clone());
    }
    all.into_values().filter(|c| c.before != c.after).collect()
}

/// The names of the fields in which two facts differ.
pub fn changed_words(before: &Fact, after: &Fact) -> Vec<&'static str> {
    let pairs = [
        ("date", before.travel_date != after.travel_date),
        ("decision_date", before.decided_on != after.decided_on),
        ("days", before.days != after.days),
        ("purpose", before.purpose != after.purpose),
        ("field", before.field != after.field),
        ("funding", before.funding != after.funding),
        ("leader_level", before.leader_level != after.leader_level),
        ("in_plan", before.in_plan != after.in_plan),
        ("reception_level", before.reception_level != after.reception_level),
        ("channel", before.channel != after.channel),
        ("waived", before.waived != after.waived),
        ("people", before.shares != after.shares),
    ];
    pairs.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::count::count;
    use crate::statistics::dimension::DateBasis;
    use crate::statistics::fact::Share;

    fn facts(all: &[(i64, i64)]) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        for (id, heads) in all {
            if facts.iter().all(|f| f.delegation_id != *id) {
                let share =
                    |country: &str| Share { agency_id: 1, country: Some(country.into()), person: -1, heads: *heads };
                facts.push(Fact::example(*id, vec![share("LA"), share("TH")]));
            }
        }
        facts
    }

    proptest! {
        #[test]
        fn corrections_applied_to_what_was_frozen_are_what_is_now(
            frozen in proptest::collection::vec((1i64..20, 1i64..9), 0..15),
            now in proptest::collection::vec((1i64..20, 1i64..9), 0..15),
        ) {
            let (frozen, now) = (facts(&frozen), facts(&now));
            let all = corrections(&frozen, &now);
            let mut applied: BTreeMap<i64, Fact> = frozen.iter().map(|f| (f.delegation_id, f.clone())).collect();
            for correction in &all {
                prop_assert!(correction.before != correction.after);
                let id = correction.fact().unwrap().delegation_id;
                prop_assert_eq!(applied.get(&id), correction.before.as_ref());
                match &correction.after {
                    Some(fact) => applied.insert(id, fact.clone()),
                    None => applied.remove(&id),
                };
            }
            let mut sorted = now.clone();
            sorted.sort_by_key(|f| f.delegation_id);
            prop_assert_eq!(applied.into_values().collect::<Vec<_>>(), sorted);
            // The differences of the totals equal the sums of the differences of the records.
            let total = |facts: &[Fact]| count(facts, &[], DateBasis::Travel).total;
            let by_record: i64 = all.iter().map(|c| c.after.as_ref().map_or(0, Fact::visits) - c.before.as_ref().map_or(0, Fact::visits)).sum();
            prop_assert_eq!(total(&now).visits - total(&frozen).visits, by_record);
            let more: i64 = all.iter().map(|c| i64::from(c.after.is_some()) - i64::from(c.before.is_some())).sum();
            prop_assert_eq!(total(&now).delegations - total(&frozen).delegations, more);
        }
    }
}
