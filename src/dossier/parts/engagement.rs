//! Engagements (lịch công tác): who is abroad or receives guests at which hours, and when two of them clash. Pure.

use std::collections::HashMap;

use kernel::time::Moment;
use kernel::words;
use serde::{Deserialize, Serialize};

words! {
    /// What somebody is engaged in.
    #[schema(as = ClashKind)]
    EngagementKind {
        Abroad: "Đi nước ngoài" / "Abroad",
        Hosting: "Tiếp khách" / "Receiving guests",
    }
}

/// One item of a programme, with the officials who receive the guests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeItem {
    pub starts_at: Moment,
    pub ends_at: Moment,
    pub place: String,
    pub activity: String,
    /// Officials who receive the guests, and their names once they are known.
    pub hosts: Vec<i64>,
    pub host_names: Vec<String>,
    /// A restricted or border area: notices are due hours before.
    pub restricted_area: bool,
}

/// Whose engagements are looked for.
#[derive(Debug, Clone, Copy)]
pub enum EngagementsOf<'a> {
    /// Of these officials, in whatever dossier.
    People(&'a [i64]),
    /// In these dossiers.
    Dossiers(&'a [i64]),
}

/// One person in one place for a time: a trip abroad, or an item of a programme at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    pub official_id: i64,
    /// Outbound: the person is abroad. Inbound: the person receives guests.
    pub kind: EngagementKind,
    pub delegation_id: i64,
    pub place: String,
    /// Half-open: what ends at ten does not clash with what begins at ten.
    pub starts: Moment,
    pub ends: Moment,
    /// The dossier is only a draft.
    pub draft: bool,
}

impl Engagement {
    /// Whether the same person would have to be in two places at once.
    pub fn clashes_with(&self, other: &Engagement) -> bool {
        self.official_id == other.official_id && self.starts < other.ends && other.starts < self.ends
    }
}

/// Pairs that clash and of which one is `own`, each once, ordered by their start; no more than `most`.
///
/// People may have any number of drafts at the same time: pairs in which nobody is interested are never made.
pub fn clashes(all: &[Engagement], own: impl Fn(&Engagement) -> bool, most: usize) -> Vec<(&Engagement, &Engagement)> {
    let mut order: Vec<&Engagement> = all.iter().collect();
    order.sort_by_key(|e| (e.starts, e.official_id, e.ends, e.delegation_id));
    // Of each person, in the order of their start: everything, and what is own.
    let mut of_person: HashMap<i64, [Vec<&Engagement>; 2]> = HashMap::new();
    for one in &order {
        let [everything, owned] = of_person.entry(one.official_id).or_default();
        everything.push(one);
        if own(one) {
            owned.push(one);
        }
    }
    let mut seen: HashMap<i64, [usize; 2]> = HashMap::new();
    let mut pairs = Vec::new();
    for one in order {
        let Some([everything, owned]) = of_person.get(&one.official_id) else { continue };
        let [passed, passed_own] = seen.entry(one.official_id).or_default();
        *passed += 1;
        // What begins before it has met it already.
        let later = if owned.get(*passed_own).is_some_and(|next| std::ptr::eq(*next, one)) {
            *passed_own += 1;
            everything.get(*passed..)
        } else {
            owned.get(*passed_own..)
        };
        let near = later.unwrap_or_default().iter().take_while(|other| other.starts < one.ends);
        pairs.extend(near.filter(|other| one.clashes_with(other)).map(|other| (one, *other)).take(most - pairs.len()));
        if pairs.len() == most {
            break;
        }
    }
    pairs.sort_by_key(|(one, other)| (one.starts, one.official_id, other.starts));
    pairs
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    fn engagement(official_id: i64, delegation_id: i64, from: i64, to: i64) -> Engagement {
        let zero = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let at = |hours| zero + Duration::hours(hours);
        let kind = if delegation_id % 2 == 0 { EngagementKind::Hosting } else { EngagementKind::Abroad };
        let (starts, ends) = (at(from), at(to));
        Engagement { official_id, kind, delegation_id, place: String::new(), starts, ends, draft: false }
    }

    #[test]
    fn overlaps_clash_in_all_ways_and_touching_hours_do_not() {
        let host = engagement(1, 2, 10, 12);
        for (from, to) in [(9, 11), (11, 13), (10, 12), (0, 48), (11, 12)] {
            assert!(host.clashes_with(&engagement(1, 3, from, to)), "{from}-{to}");
        }
        for (from, to) in [(8, 10), (12, 14)] {
            assert!(!host.clashes_with(&engagement(1, 3, from, to)), "{from}-{to}");
        }
        assert!(!host.clashes_with(&engagement(2, 3, 10, 12)));
    }

    /// Thirty thousand drafts at the same time are 450 million pairs; nobody makes them.
    #[test]
    fn any_number_of_drafts_at_one_time_costs_no_more_than_to_look_at_each() {
        let all: Vec<Engagement> = (0..30_000).map(|id| engagement(1, id, 0, 24)).collect();
        assert_eq!(clashes(&all, |e| e.delegation_id == 7, usize::MAX).len(), 29_999);
        let found = clashes(&all, |_| true, 1_000);
        assert!(found.len() == 1_000 && found.capacity() < 5_000, "{}", found.capacity());
    }

    proptest! {
        #[test]
        fn every_pair_that_clashes_is_found_once(
            drawn in proptest::collection::vec((0i64..3, 0i64..20, 1i64..6), 0..12),
            owners in 1i64..4,
        ) {
            let all: Vec<Engagement> =
                (1i64..).zip(&drawn).map(|(id, (who, from, long))| engagement(*who, id, *from, from + long)).collect();
            let own = |e: &Engagement| e.delegation_id % owners == 0;
            let mut found: Vec<(i64, i64)> = clashes(&all, own, usize::MAX)
                .iter()
                .map(|(a, b)| (a.delegation_id.min(b.delegation_id), a.delegation_id.max(b.delegation_id)))
                .collect();
            found.sort_unstable();
            let mut expected = Vec::new();
            for (at, one) in all.iter().enumerate() {
                let met = all.iter().skip(at + 1).filter(|o| one.clashes_with(o) && (own(one) || own(o)));
                expected.extend(met.map(|o| (one.delegation_id, o.delegation_id)));
            }
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
