//! Engagements (lịch công tác): who is abroad or receives guests at which hours, and when two of them clash. Pure.

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

/// Pairs that clash, each once, ordered by their start.
pub fn clashes(all: &[Engagement]) -> Vec<(&Engagement, &Engagement)> {
    let mut order: Vec<&Engagement> = all.iter().collect();
    order.sort_by_key(|e| (e.official_id, e.starts, e.ends, e.delegation_id));
    let mut pairs = Vec::new();
    for (at, one) in order.iter().enumerate() {
        let near = order.iter().skip(at + 1).take_while(|o| o.official_id == one.official_id && o.starts < one.ends);
        pairs.extend(near.filter(|other| one.clashes_with(other)).map(|other| (*one, *other)));
    }
    pairs.sort_by_key(|(one, other)| (one.starts, one.official_id, other.starts));
    pairs
}

/// The clashes that involve this dossier; those between two other dossiers are left out.
pub fn own_clashes(all: &[Engagement], delegation_id: i64) -> Vec<(&Engagement, &Engagement)> {
    let own = |e: &Engagement| e.delegation_id == delegation_id;
    clashes(all).into_iter().filter(|(one, other)| own(one) || own(other)).collect()
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

    proptest! {
        #[test]
        fn every_pair_that_clashes_is_found_once(
            drawn in proptest::collection::vec((0i64..3, 0i64..20, 1i64..6), 0..12),
        ) {
            let all: Vec<Engagement> =
                (1i64..).zip(&drawn).map(|(id, (who, from, long))| engagement(*who, id, *from, from + long)).collect();
            let mut found: Vec<(i64, i64)> =
                clashes(&all).iter().map(|(a, b)| (a.delegation_id.min(b.delegation_id), a.delegation_id.max(b.delegation_id))).collect();
            found.sort_unstable();
            let mut expected = Vec::new();
            for (at, one) in all.iter().enumerate() {
                expected.extend(all.iter().skip(at + 1).filter(|o| one.clashes_with(o)).map(|o| (one.delegation_id, o.delegation_id)));
            }
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
