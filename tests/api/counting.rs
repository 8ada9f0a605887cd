//! Counting in columns gives what counting by hand gives: every measure, grouping, filter, view and date.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::succession::Succession;
use kernel::time::{Day, Period};
use kernel::words::{Field, FundingSource, PostLevel, Purpose};
use ngoaivu::statistics::columns::FactColumns;
use ngoaivu::statistics::count::{Settled, count_in, visits_in};
use ngoaivu::statistics::dimension::{DateBasis, Dimension, region};
use ngoaivu::statistics::fact::{Fact, Paid, Share};
use ngoaivu::statistics::narrow::FigureFilter;
use ngoaivu::statistics::selection::Selection;
use ngoaivu::statistics::units::UnitsOfView;
use proptest::prelude::*;

fn day(n: i64) -> Day {
    Day::from_ymd_opt(2024, 11, 1).unwrap() + chrono::Duration::days(n)
}

/// Figures as sets: who was counted where, so that nothing can be counted twice.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    delegations: BTreeMap<i64, (i64, i64)>,
    people: BTreeMap<(i64, i64), (i64, i64)>,
    cost: BTreeMap<String, i64>,
}

impl Plain {
    /// Delegations, visits, persons, days, person-days, settled, cost.
    fn figures(&self) -> (i64, i64, i64, i64, i64, i64, BTreeMap<String, i64>) {
        let named: BTreeSet<i64> = self.people.keys().map(|(_, person)| *person).filter(|p| *p > 0).collect();
        let unnamed: i64 = self.people.iter().filter(|((_, p), _)| *p < 0).map(|(_, (heads, _))| heads).sum();
        (
            self.delegations.len() as i64,
            self.people.values().map(|(heads, _)| heads).sum(),
            named.len() as i64 + unnamed,
            self.delegations.values().map(|(days, _)| days).sum(),
            self.people.values().map(|(heads, days)| heads * days).sum(),
            self.delegations.values().map(|(_, settled)| settled).sum(),
            self.cost.clone(),
        )
    }

    fn add(&mut self, fact: &Fact, share: &Share, settled: i64, source: Option<&str>) {
        let first = self.delegations.insert(fact.delegation_id, (fact.days, settled)).is_none();
        for paid in fact.funding.iter().filter(|p| first && source.is_none_or(|s| s == p.source.word())) {
            if let Some(money) = &paid.amount {
                *self.cost.entry(money.currency.clone()).or_default() += money.amount;
            }
        }
        self.people.entry((fact.delegation_id, share.person)).or_insert((share.heads, fact.days));
    }
}

fn keys(fact: &Fact, share: &Share, dimension: Dimension, basis: DateBasis) -> Vec<String> {
    let day = match basis {
        DateBasis::Travel => fact.travel_date,
        DateBasis::Decision => fact.decided_on,
    };
    let (month, year) = (day.format("%m").to_string().parse::<u32>().unwrap(), day.format("%Y"));
    let one = match dimension {
        Dimension::Country => share.country().to_owned(),
        Dimension::Region => region(share.country()).to_owned(),
        Dimension::Agency => kernel::id::Id(share.agency_id).to_string(),
        Dimension::Purpose => fact.purpose.map_or("", Purpose::word).to_owned(),
        Dimension::Field => fact.field.unwrap_or(Field::Other).word().to_owned(),
        Dimension::Month => format!("{year}-{month:02}"),
        Dimension::Quarter => format!("{year}-Q{}", 1 + (month - 1) / 3),
        Dimension::LeaderLevel => fact.leader_level.map_or("", PostLevel::word).to_owned(),
        Dimension::InPlan => fact.in_plan.to_string(),
        Dimension::Waived => fact.waived.to_string(),
        Dimension::Procedure => fact.procedure.word().to_owned(),
        Dimension::ReceptionLevel | Dimension::Channel => String::new(),
        Dimension::Funding => {
            let all: BTreeSet<String> = fact.funding.iter().map(|p| p.source.word().to_owned()).collect();
            return if all.is_empty() { vec![String::new()] } else { all.into_iter().collect() };
        }
    };
    vec![one]
}

/// Three agencies of which the first became the fourth, the second was split, and the third stays.
fn succession() -> Succession {
    let (began, ended) = (day(-900), day(60));
    let all = [
        (1, began, Some(ended)),
        (2, began, Some(ended)),
        (3, began, None),
        (4, ended, None),
        (5, ended, None),
        (6, ended, None),
    ];
    Succession::new(all, &[(1, 4), (2, 5), (2, 6)])
}

prop_compose! {
    fn some_fact()(
        shares in proptest::collection::vec((1i64..4, 0usize..4, -2i64..7), 0..7),
        travels in 0i64..200, decided in 0i64..200, days in 1i64..9,
        purpose in proptest::option::of(0usize..3), field in proptest::option::of(0usize..3), level in proptest::option::of(0usize..3),
        paying in proptest::collection::vec((0usize..3, proptest::option::of((0usize..2, 1i64..100))), 0..4),
        flags in any::<(bool, bool, bool)>(),
    ) -> Fact {
        let share = |(agency_id, country, person): (i64, usize, i64)| {
            // The n-th unnamed group has its size in every country.
            let person = if person == 0 { -3 } else { person };
            let heads = if person < 0 { 10 - person } else { 1 };
            Share { agency_id, country: ["LA", "TH", "JP"].get(country).map(|c| (*c).to_owned()), person, heads }
        };
        let paid = |(source, amount): (usize, Option<(usize, i64)>)| Paid {
            source: FundingSource::all()[source],
            amount: amount.map(|(of, amount)| Money { amount, currency: ["VND", "USD"][of].into() }),
        };
        let funding = paying.into_iter().map(paid).collect();
        Fact {
            delegation_id: 0,
            procedure: if flags.2 { Procedure::OUTBOUND } else { Procedure::PRIVATE_TRAVEL },
            travel_date: day(travels), decided_on: day(decided), days,
            purpose: purpose.map(|at| Purpose::all()[at]), field: field.map(|at| Field::all()[at]),
            funding,
            leader_level: level.map(|at| PostLevel::all()[at]),
            in_plan: flags.0, reception_level: None, channel: None, waived: flags.1,
            shares: shares.into_iter().map(share).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn columns_count_what_sets_count(
        made in proptest::collection::vec(some_fact(), 0..12),
        by in proptest::sample::subsequence(Dimension::all().to_vec(), 0..3),
        decision in any::<bool>(), view in proptest::option::of(0i64..120),
        agency in proptest::option::of(1i64..7), country in proptest::option::of(0usize..3), source in proptest::option::of(0usize..3),
        both in any::<bool>(), settled in proptest::collection::hash_map(1i64..12, 1i64..50, 0..5),
    ) {
        let facts: Vec<Fact> = (1..).zip(made).map(|(delegation_id, fact)| Fact { delegation_id, ..fact }).collect();
        let basis = if decision { DateBasis::Decision } else { DateBasis::Travel };
        let period = Period { from: day(20), to: day(170) };
        let procedures: &[Procedure] = if both { &[Procedure::OUTBOUND, Procedure::PRIVATE_TRAVEL] } else { &[Procedure::OUTBOUND] };
        let filter = FigureFilter {
            agencies: agency.map(|id| vec![id]),
            country: country.map(|at| ["LA", "TH", "JP"][at].to_owned()),
            funding: source.map(|at| FundingSource::all()[at]),
            ..FigureFilter::default()
        };
        let columns = FactColumns::of(&facts);
        let units = match view {
            Some(n) => UnitsOfView::on(columns.agencies(), &succession(), day(n)),
            None => UnitsOfView::as_reported(columns.agencies()),
        };
        let settled: Settled = settled.into_iter().collect();
        let selection = Selection::new(columns.into(), (procedures, period, basis), units, &filter);
        let counted = count_in(&selection, &by, &settled);

        let (mut total, mut rows, mut unsure) = (Plain::default(), BTreeMap::<Vec<String>, Plain>::new(), BTreeSet::new());
        for fact in &facts {
            let on = if decision { fact.decided_on } else { fact.travel_date };
            let paid = filter.funding.is_none_or(|s| fact.funding.iter().any(|p| p.source == s));
            if !(period.from..=period.to).contains(&on) || !procedures.contains(&fact.procedure) || !paid {
                continue;
            }
            let stands = |share: &Share| view.map_or((share.agency_id, true), |n| {
                let stands = succession().on(share.agency_id, day(n));
                (stands.id, stands.sure)
            });
            for share in &fact.shares {
                let share = Share { agency_id: stands(share).0, ..share.clone() };
                if agency.is_some_and(|id| id != share.agency_id) || !filter.of_country(share.country()) {
                    continue;
                }
                if fact.shares.iter().any(|s| !stands(s).1) {
                    unsure.insert(fact.delegation_id);
                }
                let spent = settled.get(&fact.delegation_id).copied().unwrap_or(0);
                total.add(fact, &share, spent, None);
                let ones = by.first().map_or(vec![], |d| keys(fact, &share, *d, basis));
                let others = by.get(1).map_or(vec![String::new()], |d| keys(fact, &share, *d, basis));
                for one in &ones {
                    for other in &others {
                        let key: Vec<String> = [one, other].into_iter().take(by.len()).cloned().collect();
                        let source = by.iter().position(|d| *d == Dimension::Funding).map(|at| key[at].clone());
                        rows.entry(key).or_default().add(fact, &share, spent, source.as_deref());
                    }
                }
            }
        }
        let plain = |f: &ngoaivu::statistics::count::Figures| {
            (f.delegations, f.visits, f.persons, f.days, f.person_days, f.settled, f.cost.clone())
        };
        prop_assert_eq!(plain(&counted.total), total.figures());
        let expected: Vec<_> = rows.iter().map(|(key, row)| (key.clone(), row.figures())).collect();
        prop_assert_eq!(counted.rows.iter().map(|(key, f)| (key.clone(), plain(f))).collect::<Vec<_>>(), expected);
        prop_assert_eq!(selection.unsure(), unsure.len() as i64);
        let more_than_once = |all: Vec<i64>| {
            let mut times = HashMap::<i64, i64>::new();
            all.into_iter().for_each(|one| *times.entry(one).or_default() += 1);
            times.values().filter(|n| **n > 1).count() as i64
        };
        let delegations = rows.values().flat_map(|row| row.delegations.keys().copied()).collect();
        let people = rows.values().flat_map(|row| {
            row.people.keys().map(|(_, person)| *person).filter(|p| *p > 0).collect::<BTreeSet<i64>>()
        }).collect();
        prop_assert_eq!(counted.repeated_delegations, more_than_once(delegations));
        prop_assert_eq!(counted.repeated_persons, more_than_once(people));
        prop_assert_eq!(counted.persons_not_all_named, total.people.keys().any(|(_, person)| *person < 0));
        // What is behind each cell adds up to it.
        for (key, row) in &rows {
            let behind: Vec<(i64, i64)> = visits_in(&selection, &by, key).map(|(f, visits)| (f.delegation_id, visits)).collect();
            prop_assert_eq!(behind.iter().map(|(id, _)| *id).collect::<Vec<_>>(), row.delegations.keys().copied().collect::<Vec<_>>());
            prop_assert_eq!(behind.iter().map(|(_, visits)| visits).sum::<i64>(), row.figures().1);
        }
    }
}
