//! The facts that a question counts: of some procedures and days, narrowed, under the agencies of its view. Pure.

use std::sync::Arc;

use crate::statistics::columns::{FactCell, FactColumns, ShareCell, long};
use crate::statistics::dimension::DateBasis;
use crate::statistics::narrow::FigureFilter;
use crate::statistics::units::UnitsOfView;
use kernel::procedure::Procedure;
use kernel::time::Period;

/// Facts with those of their shares that are counted.
#[derive(Clone)]
pub struct Selection {
    pub columns: Arc<FactColumns>,
    pub basis: DateBasis,
    units: UnitsOfView,
    /// The units and the countries whose shares count; none means all.
    counted_units: Option<Vec<bool>>,
    counted_countries: Option<Vec<bool>>,
    facts: Vec<FactCell>,
}

impl Selection {
    /// All facts.
    pub fn whole(columns: FactColumns, basis: DateBasis) -> Self {
        let units = UnitsOfView::as_reported(columns.agencies());
        // Where nobody travels, there is nothing to count.
        let facts = columns.facts().filter(|fact| !columns.shares(fact).is_empty()).copied().collect();
        let columns = Arc::new(columns);
        Selection { columns, basis, units, counted_units: None, counted_countries: None, facts }
    }

    /// The facts of these procedures on these days that pass a filter. Of a joint delegation only the people of the
    /// agencies asked for are counted, of a trip only the shares of the countries.
    pub fn new(
        columns: Arc<FactColumns>,
        (procedures, period, basis): (&[Procedure], Period, DateBasis),
        units: UnitsOfView,
        filter: &FigureFilter,
    ) -> Self {
        let of_country = |code: &String| filter.of_country(code);
        let counted_units =
            filter.agencies.is_some().then(|| units.ids.iter().map(|id| filter.of_agency(*id)).collect());
        let by_country = filter.country.is_some() || filter.region.is_some();
        let counted_countries = by_country.then(|| columns.countries().iter().map(of_country).collect());
        let meant: Vec<bool> = columns.procedures().iter().map(|known| procedures.contains(known)).collect();
        let mut selection = Selection { columns, basis, units, counted_units, counted_countries, facts: Vec::new() };
        let counts = |fact: &&FactCell| {
            stands(&meant, fact.procedure)
                && (period.from..=period.to).contains(&basis.day(fact))
                && filter.of_fact(fact, selection.columns.paid(fact))
                && selection.shares(fact).next().is_some()
        };
        selection.facts = selection.columns.facts().filter(counts).copied().collect();
        selection
    }

    pub fn facts(&self) -> impl Iterator<Item = &FactCell> {
        self.facts.iter()
    }

    /// The shares that are counted of a fact, each under its unit of the view.
    pub fn shares(&self, fact: &FactCell) -> impl Iterator<Item = ShareCell> {
        let placed = |share: &ShareCell| ShareCell { agency: self.units.number(share.agency), ..*share };
        self.columns.shares(fact).iter().map(placed).filter(|share| {
            self.counted_units.as_ref().is_none_or(|counted| stands(counted, share.agency))
                && self.counted_countries.as_ref().is_none_or(|counted| stands(counted, share.country))
        })
    }

    /// The ids of the units under which shares are counted, by their numbers.
    pub fn units(&self) -> &[i64] {
        &self.units.ids
    }

    /// The ids of the units under which something is counted.
    pub fn used(&self) -> Vec<i64> {
        let mut used = vec![false; self.units.ids.len()];
        for share in self.facts().flat_map(|fact| self.shares(fact)) {
            if let Some(mark) = used.get_mut(long(share.agency)) {
                *mark = true;
            }
        }
        self.units.ids.iter().zip(used).filter(|(_, used)| *used).map(|(id, _)| *id).collect()
    }

    /// No count meets more shares than these.
    pub fn most_shares(&self) -> usize {
        self.facts().map(|fact| self.columns.shares(fact).len()).sum()
    }

    /// How many delegations have an agency without a single counterpart in the view.
    pub fn unsure(&self) -> i64 {
        if self.units.all_sure() {
            return 0;
        }
        let unsure = |fact: &&FactCell| self.columns.shares(fact).iter().any(|share| !self.units.sure(share.agency));
        i64::try_from(self.facts().filter(unsure).count()).unwrap_or(i64::MAX)
    }

    /// Only the facts for which a condition holds.
    pub fn only(&self, condition: impl Fn(&FactCell) -> bool) -> Self {
        let facts = self.facts().filter(|fact| condition(fact)).copied().collect();
        Selection { facts, ..self.clone() }
    }
}

fn stands(marks: &[bool], number: u32) -> bool {
    marks.get(long(number)).copied().unwrap_or(false)
}
