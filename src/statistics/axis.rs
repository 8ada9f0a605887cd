//! The keys of a grouping as numbers: the place of a name in a short list. Pure.

use chrono::Datelike;

use crate::statistics::columns::{FactCell, Numbers, ShareCell, long};
use crate::statistics::dimension::{Dimension, region};
use crate::statistics::selection::Selection;
use kernel::id::Id;
use kernel::words::{Channel, Field, FundingSource, PostLevel, Purpose, ReceptionLevel, Word};

/// One dimension of a count.
pub struct Axis {
    dimension: Option<Dimension>,
    /// The keys, by their numbers.
    pub names: Vec<String>,
    /// Of a dimension of shares: the number of the key for each agency or country.
    of_share: Vec<u32>,
    /// Months and quarters are numbered from January of this year.
    first_year: i32,
}

/// The keys of one delegation in a dimension.
pub enum Keys {
    One([u32; 1]),
    Several(Vec<u32>),
    /// Each share has its own, by its agency or by its country.
    OfAgency,
    OfCountry,
}

/// The keys of one share.
pub enum ShareKeys<'a> {
    Own([u32; 1]),
    OfDelegation(&'a [u32]),
}

impl std::ops::Deref for ShareKeys<'_> {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            ShareKeys::Own(one) => one,
            ShareKeys::OfDelegation(all) => all,
        }
    }
}

impl Keys {
    pub fn of(&self, axis: &Axis, share: ShareCell) -> ShareKeys<'_> {
        let own = |number: u32| ShareKeys::Own([axis.of_share.get(long(number)).copied().unwrap_or(0)]);
        match self {
            Keys::One(key) => ShareKeys::OfDelegation(key),
            Keys::Several(keys) => ShareKeys::OfDelegation(keys),
            Keys::OfAgency => own(share.agency),
            Keys::OfCountry => own(share.country),
        }
    }
}

/// The number of a word: its place among all, from 1; 0 for none.
pub fn number_of<W: Word + PartialEq>(word: Option<W>) -> u32 {
    let place = word.and_then(|word| W::all().iter().position(|known| *known == word));
    place.and_then(|place| u32::try_from(place + 1).ok()).unwrap_or(0)
}

/// The names that [`number_of`] counts.
fn names_of<W: Word + Copy>() -> Vec<String> {
    std::iter::once("").chain(W::all().iter().map(|word| word.word())).map(str::to_owned).collect()
}

impl Axis {
    /// An axis on which everything has the same key.
    pub fn none() -> Self {
        Axis { dimension: None, names: vec![String::new()], of_share: Vec::new(), first_year: 0 }
    }

    pub fn new(dimension: Dimension, selection: &Selection) -> Self {
        let columns = &*selection.columns;
        let countries = || columns.countries().iter();
        let mut axis = Axis { dimension: Some(dimension), ..Axis::none() };
        axis.names = match dimension {
            Dimension::Agency => selection.units().iter().map(|id| Id(*id).to_string()).collect(),
            Dimension::Country => countries().cloned().collect(),
            Dimension::Region => {
                let mut regions = Numbers::default();
                axis.of_share = countries().map(|code| regions.number(region(code))).collect();
                regions.values().iter().map(|name| (*name).to_owned()).collect()
            }
            Dimension::Purpose => names_of::<Purpose>(),
            Dimension::Field => names_of::<Field>(),
            Dimension::Funding => names_of::<FundingSource>(),
            Dimension::ReceptionLevel => names_of::<ReceptionLevel>(),
            Dimension::LeaderLevel => names_of::<PostLevel>(),
            Dimension::Channel => names_of::<Channel>(),
            Dimension::InPlan | Dimension::Waived => vec!["false".into(), "true".into()],
            Dimension::Procedure => columns.procedures().iter().map(|p| p.word().to_owned()).collect(),
            Dimension::Month | Dimension::Quarter => {
                let years = || selection.facts().map(|fact| selection.basis.day(fact).year());
                axis.first_year = years().min().unwrap_or(0);
                let all = axis.first_year..=years().max().unwrap_or(0);
                match dimension {
                    Dimension::Month => all.flat_map(|y| (1..=12).map(move |m| format!("{y}-{m:02}"))).collect(),
                    _ => all.flat_map(|y| (1..=4).map(move |q| format!("{y}-Q{q}"))).collect(),
                }
            }
        };
        if matches!(dimension, Dimension::Agency | Dimension::Country) {
            axis.of_share = (0..).take(axis.names.len()).collect();
        }
        axis
    }

    pub fn name(&self, number: u32) -> String {
        self.names.get(long(number)).cloned().unwrap_or_default()
    }

    /// The number of a key, if any fact may have it.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.names.iter().position(|known| known == name).and_then(|at| u32::try_from(at).ok())
    }

    /// The keys of a delegation: several if it has several funding sources.
    pub fn of_fact(&self, selection: &Selection, fact: &FactCell) -> Keys {
        let part_of_year = |parts: i32, part: u32| {
            let years = selection.basis.day(fact).year() - self.first_year;
            u32::try_from(years * parts).unwrap_or(0) + part
        };
        let Some(dimension) = self.dimension else { return Keys::One([0]) };
        Keys::One([match dimension {
            Dimension::Agency => return Keys::OfAgency,
            Dimension::Country | Dimension::Region => return Keys::OfCountry,
            Dimension::Funding => {
                let paid = selection.columns.paid(fact).iter();
                let mut sources: Vec<u32> = paid.map(|paid| number_of(Some(paid.source))).collect();
                sources.sort_unstable();
                sources.dedup();
                return if sources.is_empty() { Keys::One([0]) } else { Keys::Several(sources) };
            }
            Dimension::Month => part_of_year(12, selection.basis.day(fact).month0()),
            Dimension::Quarter => part_of_year(4, selection.basis.day(fact).month0() / 3),
            Dimension::Purpose => number_of(fact.purpose),
            Dimension::Field => number_of(fact.field.or(Some(Field::Other))),
            Dimension::ReceptionLevel => number_of(fact.reception_level),
            Dimension::LeaderLevel => number_of(fact.leader_level),
            Dimension::Channel => number_of(fact.channel),
            Dimension::Procedure => fact.procedure,
            Dimension::InPlan => u32::from(fact.in_plan),
            Dimension::Waived => u32::from(fact.waived),
        }])
    }
}
