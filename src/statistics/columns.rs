//! Facts in columns: names as small numbers, shares side by side. A count reads them in order, without following a pointer
//! or hashing a name. Pure.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::statistics::fact::{Fact, Paid, Share};
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Channel, Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// Gives each value a number, from 0 in the order of their first occurrence.
#[derive(Debug, Clone)]
pub struct Numbers<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers { numbers: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    pub fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        // Ids of 64 bits would not fit into memory before their numbers of 32 bits ran out.
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// A position in a column. Columns stay below 2^32 rows: that many would not fit into memory.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The place in a list that a number of a column means.
pub fn long(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// Part of a column.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn of<T>(self, column: &[T]) -> &[T] {
        column.get(long(self.from)..long(self.to)).unwrap_or_default()
    }
}

/// A fact without its shares; the fields are those of [`Fact`].
#[derive(Debug, Clone, Copy)]
pub struct FactCell {
    pub delegation_id: i64,
    /// Its number.
    pub procedure: u32,
    pub travel_date: Day,
    pub decided_on: Day,
    pub days: i64,
    pub purpose: Option<Purpose>,
    pub field: Option<Field>,
    pub leader_level: Option<PostLevel>,
    pub in_plan: bool,
    pub reception_level: Option<ReceptionLevel>,
    pub channel: Option<Channel>,
    pub waived: bool,
    /// False once the fact was replaced or removed.
    lives: bool,
    shares: Span,
    paid: Span,
}

/// One person or one unnamed group in one country.
#[derive(Debug, Clone, Copy)]
pub struct ShareCell {
    /// The number of the agency.
    pub agency: u32,
    /// The number of the country.
    pub country: u32,
    /// The number of the person; negative, as in [`Share`], for an unnamed group, which belongs to this fact alone.
    pub person: i32,
    pub heads: u32,
    /// The person has other shares in this fact, so that their heads are counted at the first of them.
    pub repeated: bool,
}

impl ShareCell {
    pub fn named(self) -> bool {
        self.person >= 0
    }
}

/// Who pays, and how much of which currency if known.
#[derive(Debug, Clone, Copy)]
pub struct PaidCell {
    pub source: FundingSource,
    /// The number of the currency, and the amount in its minor units.
    pub amount: Option<(u32, i64)>,
}

/// Facts in columns.
#[derive(Debug, Clone, Default)]
pub struct FactColumns {
    facts: Vec<FactCell>,
    shares: Vec<ShareCell>,
    paid: Vec<PaidCell>,
    procedures: Numbers<Procedure>,
    agencies: Numbers<i64>,
    /// ISO 3166-1 alpha-2; empty where nobody travels.
    countries: Numbers<String>,
    currencies: Numbers<String>,
    people: Numbers<i64>,
    /// Facts that live no more.
    dead: usize,
}

impl FactColumns {
    pub fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut columns = FactColumns::default();
        columns.add(facts);
        columns
    }

    /// Adds facts of delegations that have none.
    pub fn add<'a>(&mut self, facts: impl IntoIterator<Item = &'a Fact>) {
        for fact in facts {
            let shares = self.add_shares(&fact.shares);
            let paid = self.add_paid(&fact.funding);
            self.facts.push(FactCell {
                delegation_id: fact.delegation_id,
                procedure: self.procedures.number(fact.procedure),
                travel_date: fact.travel_date,
                decided_on: fact.decided_on,
                days: fact.days,
                purpose: fact.purpose,
                field: fact.field,
                leader_level: fact.leader_level,
                in_plan: fact.in_plan,
                reception_level: fact.reception_level,
                channel: fact.channel,
                waived: fact.waived,
                lives: true,
                shares,
                paid,
            });
        }
    }

    fn add_shares(&mut self, shares: &[Share]) -> Span {
        let from = short(self.shares.len());
        let mut people: Vec<i64> = shares.iter().map(|share| share.person).collect();
        people.sort_unstable();
        for share in shares {
            let first = people.partition_point(|person| *person < share.person);
            let number = match share.named() {
                true => i32::try_from(self.people.number(share.person)),
                false => i32::try_from(share.person),
            };
            let cell = ShareCell {
                agency: self.agencies.number(share.agency_id),
                country: self.countries.number(share.country().to_owned()),
                person: number.unwrap_or(i32::MAX),
                // Forms bound the size of a group far below.
                heads: u32::try_from(share.heads).unwrap_or(u32::MAX),
                repeated: people.get(first + 1) == Some(&share.person),
            };
            self.shares.push(cell);
        }
        Span { from, to: short(self.shares.len()) }
    }

    fn add_paid(&mut self, funding: &[Paid]) -> Span {
        let from = short(self.paid.len());
        for paid in funding {
            let amount = paid.amount.as_ref().map(|m| (self.currencies.number(m.currency.clone()), m.amount));
            self.paid.push(PaidCell { source: paid.source, amount });
        }
        Span { from, to: short(self.paid.len()) }
    }

    /// Puts facts in the place of those that their delegations had, and forgets those of the delegations in `gone`.
    pub fn replace(&mut self, gone: &HashSet<i64>, facts: &[Fact]) {
        let changed: HashSet<i64> = facts.iter().map(|fact| fact.delegation_id).chain(gone.iter().copied()).collect();
        if changed.is_empty() {
            return;
        }
        for cell in self.facts.iter_mut().filter(|cell| cell.lives && changed.contains(&cell.delegation_id)) {
            cell.lives = false;
            self.dead += 1;
        }
        self.add(facts);
        if self.dead > self.facts.len() / 2 {
            self.drop_the_dead();
        }
    }

    fn drop_the_dead(&mut self) {
        let (shares, paid) = (std::mem::take(&mut self.shares), std::mem::take(&mut self.paid));
        self.facts.retain(|cell| cell.lives);
        for cell in &mut self.facts {
            let from = (short(self.shares.len()), short(self.paid.len()));
            self.shares.extend_from_slice(cell.shares.of(&shares));
            self.paid.extend_from_slice(cell.paid.of(&paid));
            cell.shares = Span { from: from.0, to: short(self.shares.len()) };
            cell.paid = Span { from: from.1, to: short(self.paid.len()) };
        }
        self.dead = 0;
    }

    pub fn facts(&self) -> impl Iterator<Item = &FactCell> {
        self.facts.iter().filter(|cell| cell.lives)
    }

    pub fn shares(&self, fact: &FactCell) -> &[ShareCell] {
        fact.shares.of(&self.shares)
    }

    pub fn paid(&self, fact: &FactCell) -> &[PaidCell] {
        fact.paid.of(&self.paid)
    }

    pub fn procedure(&self, fact: &FactCell) -> Option<Procedure> {
        self.procedures().get(long(fact.procedure)).copied()
    }

    pub fn procedures(&self) -> &[Procedure] {
        self.procedures.values()
    }

    /// The ids of the agencies, by their numbers.
    pub fn agencies(&self) -> &[i64] {
        self.agencies.values()
    }

    pub fn countries(&self) -> &[String] {
        self.countries.values()
    }

    pub fn currency(&self, number: u32) -> &str {
        self.currencies.values.get(long(number)).map_or("", String::as_str)
    }

    /// How many people have a number.
    pub fn people(&self) -> usize {
        self.people.values.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::count::count_in;
    use crate::statistics::dimension::{DateBasis, Dimension};
    use crate::statistics::fact::Share;
    use crate::statistics::selection::Selection;

    proptest! {
        /// However often facts are replaced and removed, a count gives what it gives for the facts that are left.
        #[test]
        fn replacing_leaves_what_is_stored(
            changes in proptest::collection::vec((1i64..8, proptest::collection::vec((1i64..4, 1i64..6), 0..4)), 1..40),
        ) {
            let mut stored: std::collections::BTreeMap<i64, Fact> = Default::default();
            let mut columns = FactColumns::default();
            for (id, people) in &changes {
                let share = |(agency_id, person): &(i64, i64)| Share {
                    agency_id: *agency_id, country: Some("LA".into()), person: *person, heads: 1,
                };
                let fact = Fact::example(*id, people.iter().map(share).collect());
                if people.is_empty() {
                    stored.remove(id);
                    columns.replace(&HashSet::from([*id]), &[]);
                } else {
                    columns.replace(&HashSet::new(), std::slice::from_ref(&fact));
                    stored.insert(*id, fact);
                }
                let left: Vec<Fact> = stored.values().cloned().collect();
                let count = |columns: FactColumns| {
                    count_in(&Selection::whole(columns, DateBasis::Travel), &[Dimension::Agency], &Default::default())
                };
                prop_assert_eq!(count(columns.clone()), count(FactColumns::of(&left)));
                prop_assert!(columns.dead * 2 <= columns.facts.len());
            }
        }
    }
}
