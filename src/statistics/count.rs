//! Counts delegations (đoàn), visits (lượt), persons (người), days and cost, in total and by up to two dimensions.
//! Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::statistics::fact::{Fact, Share};
use crate::statistics::key_numbers::KeyNumbers;
use kernel::country::country;
use kernel::time::Day;
use kernel::words;
use kernel::words::{Channel, Field, PostLevel, Purpose, ReceptionLevel};

words! {
    /// A dimension by which figures can be grouped.
    Dimension {
        Country: "Nước" / "Country",
        Region: "Khu vực" / "Region",
        Agency: "Cơ quan" / "Agency",
        Purpose: "Mục đích" / "Purpose",
        Field: "Lĩnh vực" / "Field",
        Month: "Tháng" / "Month",
        Quarter: "Quý" / "Quarter",
        Funding: "Nguồn kinh phí" / "Funding",
        ReceptionLevel: "Cấp đón tiếp" / "Reception level",
        LeaderLevel: "Cấp lãnh đạo" / "Level of the leader",
        InPlan: "Trong kế hoạch" / "In the annual plan",
        Channel: "Kênh" / "Channel",
        Waived: "Được chấp thuận ngoại lệ" / "Exception approved",
        /// Private travel appears only here: it is no mission of the province.
        Procedure: "Loại chuyến đi" / "Procedure",
    }

    /// A measure: what is counted of the delegations of a group.
    Measure {
        Delegations: "Số đoàn" / "Delegations",
        /// One person in one delegation (lượt).
        Visits: "Số lượt" / "Visits",
        Persons: "Số người" / "Persons",
        /// Calendar days of delegations, each delegation once however many travel.
        Days: "Số ngày của đoàn" / "Days of delegations",
        /// Days of every person of every delegation, added up.
        PersonDays: "Số ngày người" / "Person-days",
        Cost: "Kinh phí" / "Estimated cost",
        /// What was settled afterwards, in đồng.
        Settled: "Kinh phí quyết toán" / "Settled cost",
    }
}

/// Which date of a delegation assigns it to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DateBasis {
    Travel,
    Decision,
}

impl DateBasis {
    pub fn day(self, fact: &Fact) -> Day {
        match self {
            DateBasis::Travel => fact.travel_date,
            DateBasis::Decision => fact.decided_on,
        }
    }
}

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

/// Counts one group. Facts are added one after another, so the people of the current fact are kept in a short list.
#[derive(Default)]
struct Tally {
    figures: Figures,
    persons: HashSet<i64>,
    /// Index of the current fact plus one (0 before the first); `seen` has its people already counted.
    at: usize,
    seen: Vec<i64>,
}

impl Tally {
    /// Adds a share; returns whether it is the first of its fact in this group.
    fn add(&mut self, at: usize, (fact, settled): (&Fact, i64), share: &Share, source: Option<&str>) -> bool {
        let first = self.at != at + 1;
        if first {
            self.at = at + 1;
            self.seen.clear();
            self.figures.delegations += 1;
            self.figures.days += fact.days;
            self.figures.settled += settled;
            for paid in fact.funding.iter().filter(|p| source.is_none_or(|s| s == p.source.word())) {
                if let Some(money) = &paid.amount {
                    *self.figures.cost.entry(money.currency.clone()).or_insert(0) += money.amount;
                }
            }
        }
        if !self.seen.contains(&share.person) {
            self.seen.push(share.person);
            self.figures.visits += share.heads;
            self.figures.person_days += share.heads * fact.days;
            if share.named() {
                self.persons.insert(share.person);
            } else {
                self.figures.persons += share.heads;
            }
        }
        first
    }

    fn figures(self) -> Figures {
        let named = i64::try_from(self.persons.len()).unwrap_or(i64::MAX);
        Figures { persons: self.figures.persons + named, ..self.figures }
    }
}

/// The keys of one delegation in a dimension.
enum Keys {
    One(u32),
    Several(Vec<u32>),
    /// Each share has its own.
    OfShare(Dimension),
}

impl Keys {
    /// The keys of a share; `own` is the room for its own key.
    fn of<'a>(&'a self, share: &Share, names: &mut KeyNumbers, own: &'a mut u32) -> &'a [u32] {
        match self {
            Keys::One(key) => std::slice::from_ref(key),
            Keys::Several(keys) => keys,
            Keys::OfShare(dimension) => {
                *own = of_share(share, *dimension, names);
                std::slice::from_ref(own)
            }
        }
    }
}

/// Đồng that were settled, by delegation.
pub type Settled = HashMap<i64, i64>;

/// Counts facts. A delegation is counted in the row of every key that it has, and once in the total.
pub fn count(facts: &[Fact], by: &[Dimension], basis: DateBasis) -> Counted {
    count_settled(facts, by, basis, &Settled::new())
}

/// The same with what was settled.
pub fn count_settled(facts: &[Fact], by: &[Dimension], basis: DateBasis, settled: &Settled) -> Counted {
    let mut names = KeyNumbers::default();
    let mut total = Tally::default();
    let mut groups: HashMap<(u32, u32), Tally> = HashMap::new();
    let mut repeated_delegations = 0;
    let paying = by.iter().position(|dimension| *dimension == Dimension::Funding);
    for (at, fact) in facts.iter().enumerate() {
        // Keys that are the same for the whole delegation are found once.
        let mut whole = by.iter().map(|dimension| of_delegation(fact, *dimension, basis, &mut names));
        let (first, second) = (whole.next(), whole.next().unwrap_or(Keys::One(0)));
        drop(whole);
        let mut rows = 0;
        let fact = (fact, settled.get(&fact.delegation_id).copied().unwrap_or(0));
        for share in &fact.0.shares {
            total.add(at, fact, share, None);
            let Some(first) = &first else { continue };
            let (mut one, mut other) = (0, 0);
            let (ones, others) = (first.of(share, &mut names, &mut one), second.of(share, &mut names, &mut other));
            for one in ones {
                for other in others {
                    let source = paying.map(|place| names.name(if place == 0 { *one } else { *other }));
                    let tally = groups.entry((*one, *other)).or_default();
                    rows += i64::from(tally.add(at, fact, share, source));
                }
            }
        }
        repeated_delegations += i64::from(rows > 1);
    }
    let mut times: HashMap<i64, i64> = HashMap::new();
    groups.values().flat_map(|t| &t.persons).for_each(|person| *times.entry(*person).or_insert(0) += 1);
    let named = |(one, other): (u32, u32)| {
        [one, other].iter().take(by.len()).map(|part| names.name(*part).to_owned()).collect()
    };
    let mut rows: Vec<(Vec<String>, Figures)> =
        groups.into_iter().map(|(key, tally)| (named(key), tally.figures())).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    Counted {
        total: total.figures(),
        rows,
        repeated_delegations,
        repeated_persons: i64::try_from(times.values().filter(|n| **n > 1).count()).unwrap_or(i64::MAX),
        persons_not_all_named: facts.iter().flat_map(|f| &f.shares).any(|s| !s.named()),
    }
}

/// The visits that a fact contributes to one cell; none if it is not in the cell.
pub fn visits_in(fact: &Fact, by: &[Dimension], basis: DateBasis, keys: &[String]) -> Option<i64> {
    let mut names = KeyNumbers::default();
    let wanted: Vec<u32> = keys.iter().map(|key| names.of(key)).collect();
    let whole: Vec<Keys> = by.iter().map(|d| of_delegation(fact, *d, basis, &mut names)).collect();
    let mut tally = Tally::default();
    for share in &fact.shares {
        let stands =
            whole.iter().zip(&wanted).all(|(keys, wanted)| keys.of(share, &mut names, &mut 0).contains(wanted));
        if stands {
            tally.add(0, (fact, 0), share, None);
        }
    }
    (tally.figures.delegations > 0).then_some(tally.figures.visits)
}

/// The region of a country; `other` for codes that are not known, empty for none.
pub fn region(code: &str) -> &'static str {
    if code.is_empty() {
        return "";
    }
    country(code).map_or("other", |c| c.region)
}

fn of_share(share: &Share, dimension: Dimension, names: &mut KeyNumbers) -> u32 {
    match dimension {
        Dimension::Agency => names.of_agency(share.agency_id),
        Dimension::Region => names.of(region(share.country())),
        _ => names.of(share.country()),
    }
}

/// The keys of a delegation: several if it has several funding sources.
fn of_delegation(fact: &Fact, dimension: Dimension, basis: DateBasis, names: &mut KeyNumbers) -> Keys {
    let word = match dimension {
        Dimension::Agency | Dimension::Country | Dimension::Region => return Keys::OfShare(dimension),
        Dimension::Funding => {
            let mut sources: Vec<u32> = fact.funding.iter().map(|p| names.of(p.source.word())).collect();
            sources.sort_unstable();
            sources.dedup();
            return if sources.is_empty() { Keys::One(names.of("")) } else { Keys::Several(sources) };
        }
        Dimension::Month => return Keys::One(names.of_month(basis.day(fact))),
        Dimension::Quarter => return Keys::One(names.of_quarter(basis.day(fact))),
        Dimension::Purpose => fact.purpose.map_or("", Purpose::word),
        Dimension::Field => fact.field.unwrap_or(Field::Other).word(),
        Dimension::ReceptionLevel => fact.reception_level.map_or("", ReceptionLevel::word),
        Dimension::LeaderLevel => fact.leader_level.map_or("", PostLevel::word),
        Dimension::Channel => fact.channel.map_or("", Channel::word),
        Dimension::Procedure => return Keys::One(names.of(fact.procedure.word())),
        Dimension::InPlan if fact.in_plan => "true",
        Dimension::Waived if fact.waived => "true",
        Dimension::InPlan | Dimension::Waived => "false",
    };
    Keys::One(names.of(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::fact::Paid;
    use kernel::money::Money;
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
        let settled = count_settled(&calendar(), &[Dimension::Month], DateBasis::Travel, &Settled::from([(1, 900)]));
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
