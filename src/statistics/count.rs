//! Counts delegations (đoàn), visits (lượt), persons (người), days and cost, in total and by up to two dimensions.
//! Pure.

use std::collections::{BTreeMap, HashMap};

use crate::statistics::axis::{Axis, Keys, number_of};
use crate::statistics::columns::{FactCell, FactColumns, PaidCell, ShareCell, long};
use crate::statistics::dimension::{DateBasis, Dimension};
use crate::statistics::fact::Fact;
use crate::statistics::selection::Selection;

/// The measures, counted separately.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    pub delegations: i64,
    /// One person in one delegation (lượt).
    pub visits: i64,
    /// Distinct people (người).
    pub persons: i64,
    /// Calendar days of the delegations, each delegation once (ngày).
    pub days: i64,
    /// The days of every person, added up (ngày người).
    pub person_days: i64,
    /// What was settled, in đồng, each delegation once (quyết toán).
    pub settled: i64,
    /// Estimated cost by currency, in minor units (kinh phí).
    pub cost: BTreeMap<String, i64>,
}

/// The result of one count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub total: Figures,
    pub rows: Vec<(Vec<String>, Figures)>,
    /// Delegations in more than one row.
    pub repeated_delegations: i64,
    /// Named people in more than one row.
    pub repeated_persons: i64,
    pub persons_not_all_named: bool,
}

impl Counted {
    /// Whether the sums of the rows differ from the total.
    pub fn rows_do_not_add_up(&self) -> bool {
        self.repeated_delegations > 0 || self.repeated_persons > 0
    }
}

/// Đồng that were settled, by delegation.
pub type Settled = HashMap<i64, i64>;

/// Counts facts. A delegation is counted in the row of every key that it has, and once in the total.
pub fn count(facts: &[Fact], by: &[Dimension], basis: DateBasis) -> Counted {
    count_in(&Selection::whole(FactColumns::of(facts), basis), by, &Settled::new())
}

/// One row while it is counted.
#[derive(Default)]
struct TallyRow {
    key: (u32, u32),
    figures: Figures,
    cost: Vec<(u32, i64)>,
    /// The number of the fact that was added last, from 1.
    fact: usize,
}

/// The people of some shares of one fact.
#[derive(Clone, Copy, Default)]
struct Heads {
    all: i64,
    unnamed: i64,
}

impl Heads {
    fn add(&mut self, share: ShareCell) {
        let heads = i64::from(share.heads);
        self.all += heads;
        self.unnamed += if share.named() { 0 } else { heads };
    }
}

impl TallyRow {
    /// Adds people of a fact; returns whether they are its first in this row.
    fn add<'a>(
        &mut self,
        at: usize,
        (cell, settled): (&FactCell, i64),
        heads: Heads,
        paid: impl Iterator<Item = &'a PaidCell>,
    ) -> bool {
        let first = self.fact != at;
        if first {
            self.fact = at;
            self.figures.delegations += 1;
            self.figures.days += cell.days;
            self.figures.settled += settled;
            for (currency, amount) in paid.filter_map(|paid| paid.amount) {
                match self.cost.iter_mut().find(|(known, _)| *known == currency) {
                    Some((_, sum)) => *sum += amount,
                    None => self.cost.push((currency, amount)),
                }
            }
        }
        self.figures.visits += heads.all;
        self.figures.person_days += heads.all * cell.days;
        self.figures.persons += heads.unnamed;
        first
    }

    fn figures(self, columns: &FactColumns) -> Figures {
        let cost = self.cost.iter().map(|(currency, sum)| (columns.currency(*currency).to_owned(), *sum)).collect();
        Figures { cost, ..self.figures }
    }
}

/// The rows of a count; the first is the total.
struct TallyRows {
    all: Vec<TallyRow>,
    /// The place of the row of two keys; 0 if there is none yet. Keys are small numbers, so their table is small too.
    places: Vec<u32>,
    width: usize,
    /// Which of the two keys is the source that pays.
    paying: Option<usize>,
}

impl TallyRows {
    fn place(&mut self, (one, other): (u32, u32)) -> u32 {
        let at = long(one) * self.width + long(other);
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let Some(place) = self.places.get_mut(at) else { return 0 };
        if *place == 0 {
            *place = next;
            self.all.push(TallyRow { key: (one, other), ..TallyRow::default() });
        }
        *place
    }

    fn add(&mut self, at: usize, fact: (&FactCell, i64), (place, heads): (u32, Heads), paid: &[PaidCell]) -> bool {
        let Some(row) = self.all.get_mut(long(place)) else { return false };
        // The row of a source shows what that source pays; the total, all of them.
        let source = self.paying.filter(|_| place != 0).map(|axis| if axis == 0 { row.key.0 } else { row.key.1 });
        row.add(at, fact, heads, paid.iter().filter(|p| source.is_none_or(|s| number_of(Some(p.source)) == s)))
    }
}

/// Counts the facts of a selection, with what was settled.
pub fn count_in(selection: &Selection, by: &[Dimension], settled: &Settled) -> Counted {
    let columns = &*selection.columns;
    let axis = |at: usize| by.get(at).map_or_else(Axis::none, |dimension| Axis::new(*dimension, selection));
    let (first, second) = (axis(0), axis(1));
    let places = vec![0; first.names.len() * second.names.len()];
    let paying = by.iter().position(|dimension| *dimension == Dimension::Funding);
    let mut rows = TallyRows { all: vec![TallyRow::default()], places, width: second.names.len(), paying };
    let mut people: Vec<(u32, u32)> = Vec::with_capacity(selection.most_shares());
    // Who was counted in which row of the current fact, of those that stand in several of its shares.
    let mut seen: Vec<(u32, i32)> = Vec::new();
    let (mut repeated_delegations, mut persons_not_all_named) = (0, false);
    for (at, cell) in (1..).zip(selection.facts()) {
        let (ones, others) = (first.of_fact(selection, cell), second.of_fact(selection, cell));
        let fact = (cell, if settled.is_empty() { 0 } else { settled.get(&cell.delegation_id).copied().unwrap_or(0) });
        let paid = columns.paid(cell);
        seen.clear();
        let mut once = |place: u32, share: ShareCell| {
            let once = !share.repeated || !seen.contains(&(place, share.person));
            if share.repeated && once {
                seen.push((place, share.person));
            }
            once
        };
        let (mut total, mut rows_of_fact) = (Heads::default(), 0);
        // Most shares of a fact stand in one row: they are added to it together.
        let mut run: (u32, Heads) = (0, Heads::default());
        for share in selection.shares(cell) {
            persons_not_all_named |= !share.named();
            if once(0, share) {
                total.add(share);
            }
            let person = u32::try_from(share.person).ok();
            if by.is_empty() {
                people.extend(person.map(|person| (person, 0)));
                continue;
            }
            for one in ones.of(&first, share).iter() {
                for other in others.of(&second, share).iter() {
                    let place = rows.place((*one, *other));
                    people.extend(person.map(|person| (person, place)));
                    if place != run.0 {
                        rows_of_fact += i64::from(run.0 != 0 && rows.add(at, fact, run, paid));
                        run = (place, Heads::default());
                    }
                    if once(place, share) {
                        run.1.add(share);
                    }
                }
            }
        }
        rows_of_fact += i64::from(run.0 != 0 && rows.add(at, fact, run, paid));
        rows.add(at, fact, (0, total), paid);
        repeated_delegations += i64::from(rows_of_fact > 1);
    }
    let repeated_persons = count_people(&people, columns.people(), &mut rows.all);
    let mut all = rows.all.into_iter();
    let total = all.next().unwrap_or_default().figures(columns);
    let named = |(one, other): (u32, u32)| [first.name(one), second.name(other)].into_iter().take(by.len()).collect();
    let mut rows: Vec<(Vec<String>, Figures)> = all.map(|row| (named(row.key), row.figures(columns))).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    Counted { total, rows, repeated_delegations, repeated_persons, persons_not_all_named }
}

/// Adds the distinct named people to each row and to the total; returns how many stand in several rows.
///
/// The pairs of person and row are put in the order of people, so that a row need only remember whom it counted last: no
/// set of people is kept for any row.
fn count_people(pairs: &[(u32, u32)], people: usize, rows: &mut [TallyRow]) -> i64 {
    let mut ends = vec![0_u32; people + 1];
    for (person, _) in pairs {
        if let Some(end) = ends.get_mut(long(*person) + 1) {
            *end += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut sorted = vec![0_u32; pairs.len()];
    // `ends` holds where the pairs of each person begin; writing moves it to where they end.
    for (person, row) in pairs {
        let Some(next) = ends.get_mut(long(*person)) else { continue };
        if let Some(place) = sorted.get_mut(long(*next)) {
            *place = *row;
        }
        *next += 1;
    }
    // Of each row the person that it counted last, from 1, and how many it counted.
    let mut counted = vec![(0_u32, 0_i64); rows.len()];
    let (mut repeated, mut distinct, mut from) = (0, 0, 0);
    for (person, to) in (1..).zip(ends.iter().take(people)) {
        let mut rows_of_person = 0;
        for place in sorted.get(long(from)..long(*to)).unwrap_or_default() {
            let Some((last, count)) = counted.get_mut(long(*place)) else { continue };
            if *last != person {
                *last = person;
                *count += 1;
                rows_of_person += 1;
            }
        }
        distinct += i64::from(rows_of_person > 0);
        repeated += i64::from(rows_of_person > 1);
        from = *to;
    }
    if let Some(total) = counted.first_mut() {
        total.1 = distinct;
    }
    for (row, (_, count)) in rows.iter_mut().zip(counted) {
        row.figures.persons += count;
    }
    repeated
}

/// The facts in one cell, with the visits that each contributes to it.
pub fn visits_in<'a>(
    selection: &'a Selection,
    by: &[Dimension],
    keys: &[String],
) -> impl Iterator<Item = (&'a FactCell, i64)> {
    let axes: Vec<Axis> = by.iter().map(|dimension| Axis::new(*dimension, selection)).collect();
    let wanted: Option<Vec<u32>> = axes.iter().zip(keys).map(|(axis, key)| axis.number(key)).collect();
    selection.facts().filter_map(move |fact| {
        let wanted = wanted.as_ref()?;
        let whole: Vec<Keys> = axes.iter().map(|axis| axis.of_fact(selection, fact)).collect();
        let (mut visits, mut stands, mut seen) = (0, false, Vec::new());
        for share in selection.shares(fact) {
            let mut all = whole.iter().zip(&axes).zip(wanted);
            if all.all(|((keys, axis), wanted)| keys.of(axis, share).contains(wanted)) {
                stands = true;
                if !(share.repeated && seen.contains(&share.person)) {
                    visits += i64::from(share.heads);
                    seen.push(share.person);
                }
            }
        }
        stands.then_some((fact, visits))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::fact::{Paid, Share};
    use kernel::money::Money;
    use kernel::time::Day;
    use kernel::words::FundingSource;

    /// A delegation of these people, each as `(agency, person)`, to these countries.
    fn fact(delegation_id: i64, people: &[(i64, i64)], countries: &[&str], date: &str) -> Fact {
        let share =
            |(agency_id, person): (i64, i64), c: &str| Share { agency_id, country: Some(c.into()), person, heads: 1 };
        let budget = Money { amount: 1_000, currency: "VND".into() };
        let funding = vec![
            Paid { source: FundingSource::Host, amount: None },
            Paid { source: FundingSource::ProvincialBudget, amount: Some(budget) },
        ];
        let shares = people.iter().flat_map(|p| countries.iter().map(move |c| share(*p, c))).collect();
        let day = date.parse().unwrap();
        Fact { travel_date: day, decided_on: day, funding, in_plan: true, ..Fact::example(delegation_id, shares) }
    }

    fn figures(f: &Figures) -> (i64, i64, i64) {
        (f.delegations, f.visits, f.persons)
    }

    /// Scenario A15 of domain.md: a joint delegation to two countries, one of a single agency across New Year, and
    /// another in June.
    fn a15(from: &str, to: &str) -> Vec<Fact> {
        let all = [
            fact(1, &[(1, 11), (1, 12), (2, 21)], &["LA", "TH"], "2026-01-10"),
            fact(2, &[(1, 11)], &["LA"], "2025-12-30"),
            fact(3, &[(2, 22), (2, 23)], &["JP"], "2026-06-20"),
        ];
        let (from, to): (Day, Day) = (from.parse().unwrap(), to.parse().unwrap());
        all.into_iter().filter(|f| (from..=to).contains(&f.travel_date)).collect()
    }

    fn calendar() -> Vec<Fact> {
        a15("2026-01-01", "2026-12-31")
    }

    #[test]
    fn a15_a_joint_delegation_to_two_countries_counts_under_each_and_once_in_total() {
        let counted = count(&calendar(), &[Dimension::Agency], DateBasis::Travel);
        assert_eq!(figures(&counted.total), (2, 5, 5));
        let rows: Vec<_> = counted.rows.iter().map(|(_, f)| figures(f)).collect();
        assert_eq!(rows, [(1, 2, 2), (2, 3, 3)]);
        assert!(counted.rows_do_not_add_up());
        assert_eq!((counted.repeated_delegations, counted.repeated_persons), (1, 0));
        let by_country = count(&calendar(), &[Dimension::Country], DateBasis::Travel);
        let delegations: Vec<(String, i64)> =
            by_country.rows.iter().map(|(k, f)| (k[0].clone(), f.delegations)).collect();
        assert_eq!(delegations, [("JP".into(), 1), ("LA".into(), 1), ("TH".into(), 1)]);
        let by_month = count(&calendar(), &[Dimension::Month], DateBasis::Travel);
        assert!(!by_month.rows_do_not_add_up());
        let two = count(&calendar(), &[Dimension::Funding, Dimension::Quarter], DateBasis::Travel);
        assert_eq!(two.rows.len(), 4);
        let reporting = count(&a15("2025-12-15", "2026-12-14"), &[], DateBasis::Travel);
        assert_eq!(figures(&reporting.total), (3, 6, 5));
    }

    #[test]
    fn days_and_cost_count_once_a_delegation_and_cost_under_the_source_that_pays() {
        let counted = count(&calendar(), &[Dimension::Funding], DateBasis::Travel);
        // Five days each: of three people in the first delegation, of two in the second.
        assert_eq!((counted.total.person_days, counted.total.settled), (25, 0));
        let all = Selection::whole(FactColumns::of(&calendar()), DateBasis::Travel);
        let settled = count_in(&all, &[Dimension::Month], &Settled::from([(1, 900)]));
        let rows: Vec<(&str, i64)> = settled.rows.iter().map(|(k, f)| (k[0].as_str(), f.settled)).collect();
        assert_eq!((settled.total.settled, rows), (900, vec![("2026-01", 900), ("2026-06", 0)]));
        let money = |f: &Figures| (f.days, f.cost.get("VND").copied());
        assert_eq!(money(&counted.total), (10, Some(2_000)));
        let rows: Vec<_> = counted.rows.iter().map(|(k, f)| (k[0].as_str(), money(f))).collect();
        assert_eq!(rows, [("host", (10, None)), ("provincial_budget", (10, Some(2_000)))]);
    }

    #[test]
    fn unnamed_people_count_once_per_delegation_and_say_so() {
        let group = |id: i64| {
            let mut fact = fact(id, &[], &[], "2026-01-10");
            let share = |c: &str| Share { agency_id: 1, country: Some(c.into()), person: -1, heads: 12 };
            fact.shares = vec![share("KR"), share("JP")];
            fact
        };
        let counted = count(&[group(1), group(2)], &[Dimension::Country], DateBasis::Travel);
        assert_eq!(figures(&counted.total), (2, 24, 24));
        assert_eq!(counted.rows.iter().map(|(_, f)| figures(f)).collect::<Vec<_>>(), [(2, 24, 24), (2, 24, 24)]);
        assert!(counted.persons_not_all_named);
    }

    proptest! {
        #[test]
        fn totals_do_not_depend_on_the_order_of_facts(order in Just(calendar()).prop_shuffle()) {
            for by in [Dimension::Agency, Dimension::Country, Dimension::Funding] {
                prop_assert_eq!(count(&order, &[by], DateBasis::Travel), count(&calendar(), &[by], DateBasis::Travel));
            }
        }
    }
}
