//! Filters of statistics, by any dimension by which they can be grouped. Pure.

use crate::statistics::count::region;
use crate::statistics::fact::Fact;
use kernel::words::{Channel, Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// Which facts to count; `None` in a field means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FigureFilter {
    pub agencies: Option<Vec<i64>>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub purpose: Option<Purpose>,
    pub field: Option<Field>,
    pub funding: Option<FundingSource>,
    pub reception_level: Option<ReceptionLevel>,
    pub leader_level: Option<PostLevel>,
    pub in_plan: Option<bool>,
    pub channel: Option<Channel>,
    pub waived: Option<bool>,
}

impl FigureFilter {
    /// Keeps the matching facts; of a joint delegation only the people of the agency, of a trip only the shares of the
    /// country.
    pub fn keep(&self, facts: &mut Vec<Fact>) {
        facts.retain_mut(|fact| {
            let whole = self.purpose.is_none_or(|w| Some(w) == fact.purpose)
                && self.field.is_none_or(|w| w == fact.field.unwrap_or(Field::Other))
                && self.funding.is_none_or(|w| fact.funding.iter().any(|p| p.source == w))
                && self.reception_level.is_none_or(|w| Some(w) == fact.reception_level)
                && self.leader_level.is_none_or(|w| Some(w) == fact.leader_level)
                && self.in_plan.is_none_or(|w| w == fact.in_plan)
                && self.channel.is_none_or(|w| Some(w) == fact.channel)
                && self.waived.is_none_or(|w| w == fact.waived);
            if whole && (self.agencies.is_some() || self.country.is_some() || self.region.is_some()) {
                fact.shares.retain(|s| {
                    self.agencies.as_ref().is_none_or(|ids| ids.contains(&s.agency_id))
                        && self.country.as_ref().is_none_or(|c| *c == s.country())
                        && self.region.as_deref().is_none_or(|r| r == region(s.country()))
                });
            }
            whole && !fact.shares.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fact::{Paid, Share};

    #[test]
    fn a_filter_keeps_the_people_of_the_agency_and_the_country_only() {
        let share =
            |agency_id, country: &str, person| Share { agency_id, country: Some(country.into()), person, heads: 1 };
        let shares = vec![share(1, "LA", 11), share(1, "JP", 11), share(2, "LA", 21), share(2, "JP", 21)];
        let funding = vec![Paid { source: FundingSource::Host, amount: None }];
        let fact = Fact { funding, in_plan: true, ..Fact::example(1, shares) };
        let kept = |narrow: FigureFilter| {
            let mut facts = vec![fact.clone()];
            narrow.keep(&mut facts);
            facts.first().map(|f| f.shares.iter().map(|s| (s.agency_id, s.country().to_owned())).collect::<Vec<_>>())
        };
        let all = FigureFilter::default;
        assert_eq!(kept(all()).map(|s| s.len()), Some(4));
        assert_eq!(
            kept(FigureFilter { agencies: Some(vec![1]), country: Some("JP".into()), ..all() }),
            Some(vec![(1, "JP".into())])
        );
        assert_eq!(
            kept(FigureFilter { region: Some("asean".into()), ..all() }),
            Some(vec![(1, "LA".into()), (2, "LA".into())])
        );
        assert_eq!(
            kept(FigureFilter { field: Some(Field::Other), in_plan: Some(true), ..all() }).map(|s| s.len()),
            Some(4)
        );
        for none in [
            FigureFilter { agencies: Some(vec![3]), ..all() },
            FigureFilter { funding: Some(FundingSource::Own), ..all() },
            FigureFilter { waived: Some(true), ..all() },
            FigureFilter { reception_level: Some(ReceptionLevel::Province), ..all() },
        ] {
            assert_eq!(kept(none), None);
        }
    }
}
