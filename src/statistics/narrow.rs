//! Filters of statistics, by any dimension by which they can be grouped. Pure.

use crate::statistics::columns::{FactCell, PaidCell};
use crate::statistics::dimension::region;
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
    /// Whether a delegation passes, whoever travels where.
    pub fn of_fact(&self, fact: &FactCell, paid: &[PaidCell]) -> bool {
        self.purpose.is_none_or(|w| Some(w) == fact.purpose)
            && self.field.is_none_or(|w| w == fact.field.unwrap_or(Field::Other))
            && self.funding.is_none_or(|w| paid.iter().any(|p| p.source == w))
            && self.reception_level.is_none_or(|w| Some(w) == fact.reception_level)
            && self.leader_level.is_none_or(|w| Some(w) == fact.leader_level)
            && self.in_plan.is_none_or(|w| w == fact.in_plan)
            && self.channel.is_none_or(|w| Some(w) == fact.channel)
            && self.waived.is_none_or(|w| w == fact.waived)
    }

    pub fn of_agency(&self, id: i64) -> bool {
        self.agencies.as_ref().is_none_or(|ids| ids.contains(&id))
    }

    pub fn of_country(&self, code: &str) -> bool {
        self.country.as_deref().is_none_or(|c| c == code) && self.region.as_deref().is_none_or(|r| r == region(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::columns::FactColumns;
    use crate::statistics::dimension::DateBasis;
    use crate::statistics::fact::{Fact, Paid, Share};
    use crate::statistics::selection::Selection;
    use crate::statistics::units::UnitsOfView;
    use kernel::procedure::Procedure;
    use kernel::time::{Day, Period};

    #[test]
    fn a_filter_keeps_the_people_of_the_agency_and_the_country_only() {
        let share =
            |agency_id, country: &str, person| Share { agency_id, country: Some(country.into()), person, heads: 1 };
        let shares = vec![share(1, "LA", 11), share(1, "JP", 11), share(2, "LA", 21), share(2, "JP", 21)];
        let funding = vec![Paid { source: FundingSource::Host, amount: None }];
        let fact = Fact { funding, in_plan: true, ..Fact::example(1, shares) };
        let kept = |narrow: FigureFilter| {
            let columns = FactColumns::of(std::slice::from_ref(&fact));
            let units = UnitsOfView::as_reported(columns.agencies());
            let ever = Period { from: Day::MIN, to: Day::MAX };
            let meant = (&[Procedure::OUTBOUND][..], ever, DateBasis::Travel);
            let kept = Selection::new(columns.into(), meant, units, &narrow);
            let (agencies, countries) = (kept.columns.agencies(), kept.columns.countries());
            let one = |s: crate::statistics::columns::ShareCell| {
                (agencies[s.agency as usize], countries[s.country as usize].clone())
            };
            kept.facts().next().map(|fact| kept.shares(fact).map(one).collect::<Vec<_>>())
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
