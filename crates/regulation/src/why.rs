//! Why a body decides, and what would make another body decide: the conditions of the rule with the facts of the case. Pure.

use std::collections::BTreeSet;

use crate::assess::{AppliedRule, Authority, authority};
use crate::book::Law;
use crate::case::{Case, RuleSubject};
use crate::fact::{Constraint, Domain, FactName, FactValue, Facts};
use crate::pack::Rule;
use kernel::country::country;
use kernel::text::Bilingual;
use kernel::words::{
    Bloc, Body, CardRoute, FundingSource, Label, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose,
    ReceptionLevel, Topic, VisitMatter, VisitorLevel, Word,
};

/// Why it is decided as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Who decides; `None`: no permission is needed.
    pub body: Option<Body>,
    /// The conditions of the rule that speaks, each with the fact of this case; empty: the rule has no condition.
    pub because: Vec<ConditionMet>,
    /// Travellers for whom it speaks, where it does not speak for all.
    pub travellers: Vec<String>,
    /// Changes of one fact that would change who decides.
    pub otherwise: Vec<Otherwise>,
}

/// One condition of a rule, as this case meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionMet {
    pub fact: FactName,
    /// The value of the fact.
    pub value: Bilingual,
    /// What the rule requires of it.
    pub requires: Bilingual,
}

/// What another value of one fact would lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Otherwise {
    pub fact: FactName,
    /// The values for which it would.
    pub requires: Bilingual,
    /// Who would decide; `None`: no permission would be needed.
    pub decider: Option<Body>,
    /// The article that would say so.
    pub citation: String,
}

/// Who decides, as far as two cases are compared by it.
fn decision<'a>(authority: Authority<'a>) -> Option<(Option<Body>, &'a Rule)> {
    match authority {
        Authority::Decides(body, rule) => Some((Some(body), rule)),
        Authority::NotNeeded(rule) => Some((None, rule)),
        Authority::Unknown(_) => None,
    }
}

/// Why the case is decided as it is; `None` while nobody can say who decides.
pub fn why(law: &Law, case: &Case) -> Option<Why> {
    let all = case.subjects();
    let (said, spoken) = authority(law, case, &all);
    let (body, rule) = decision(said)?;
    let mut concerned: Vec<&AppliedRule> = spoken.iter().filter(|s| s.rule.id == rule.id).collect();
    // The order of members does not matter.
    concerned.sort_by_key(|s| s.subject.reference);
    let facts = &concerned.first()?.subject.facts;
    let reason = |(fact, constraint): (&FactName, &Constraint)| {
        let value = facts.get(fact)?;
        Some(ConditionMet {
            fact: *fact,
            value: said_value(*fact, value),
            requires: said_constraint(*fact, constraint),
        })
    };
    let travellers = match concerned.len() < all.len() {
        true => concerned.iter().map(|s| s.subject.reference.to_owned()).collect(),
        false => Vec::new(),
    };
    Some(Why {
        body,
        because: rule.when.0.iter().filter_map(reason).collect(),
        travellers,
        otherwise: otherwise(law, case, &all, rule, body, facts),
    })
}

/// Most alternatives that are told; more than that helps nobody.
const TOLD: usize = 8;

/// A change of one fact.
struct Change {
    fact: FactName,
    /// A value that stands for all that `constraint` allows.
    value: FactValue,
    constraint: Constraint,
}

fn otherwise(
    law: &Law,
    case: &Case,
    all: &[RuleSubject],
    rule: &Rule,
    body: Option<Body>,
    facts: &Facts,
) -> Vec<Otherwise> {
    let changes = changes(law, case, rule, facts);
    // People are decided about alike where the facts that rules on authority ask for are alike: one of each is enough.
    let asked: BTreeSet<FactName> = on_authority(law, case).flat_map(|rule| rule.when.0.keys().copied()).collect();
    let mut distinct: Vec<RuleSubject> = Vec::new();
    for subject in all {
        let own: Facts =
            subject.facts.iter().filter(|(fact, _)| asked.contains(fact)).map(|(f, v)| (*f, v.clone())).collect();
        if distinct.iter().all(|known| known.facts != own) {
            distinct.push(RuleSubject { reference: subject.reference, facts: own, traveller: subject.traveller });
        }
    }
    let decided = |fact: FactName, value: &FactValue| {
        let changed: Vec<RuleSubject> = distinct.iter().map(|subject| with(subject, facts, fact, value)).collect();
        decision(authority(law, case, &changed).0).map(|(other, by)| (other, by.citation.clone()))
    };
    let mut tried: Vec<(FactName, FactValue)> = Vec::new();
    let mut told: Vec<(FactName, Constraint, Option<Body>, String)> = Vec::new();
    for Change { fact, value, constraint } in changes.into_iter().take(TRIED) {
        if tried.contains(&(fact, value.clone())) {
            continue;
        }
        tried.push((fact, value.clone()));
        let Some((other, citation)) = decided(fact, &value).filter(|(other, _)| *other != body) else { continue };
        // What holds at one end of a range need not hold at the other.
        let constraint = match (&constraint, &value, far_end(&constraint)) {
            (Constraint::Range(..), FactValue::Number(n), Some(far))
                if decided(fact, &far).is_none_or(|(there, _)| there != other) =>
            {
                Constraint::Range(*n, *n)
            }
            _ => constraint,
        };
        let same = told.iter_mut().find(|(known, _, decider, _)| *known == fact && *decider == other);
        match (same, constraint) {
            // Words that lead to the same body are said together.
            (Some((_, Constraint::OneOf(words), ..)), Constraint::OneOf(more)) => words.extend(more),
            (Some((_, known, ..)), constraint) if *known == constraint => {}
            (_, constraint) => told.push((fact, constraint, other, citation)),
        }
    }
    told.truncate(TOLD);
    let otherwise = |(fact, constraint, decider, citation): (FactName, Constraint, Option<Body>, String)| Otherwise {
        fact,
        requires: said_constraint(fact, &constraint),
        decider,
        citation,
    };
    told.into_iter().map(otherwise).collect()
}

/// Most changes that are tried: a pack has a dozen rules on authority.
const TRIED: usize = 80;

/// A value at the other end of a range, far beyond what a delegation has.
fn far_end(constraint: &Constraint) -> Option<FactValue> {
    match constraint {
        Constraint::Range(i64::MIN, _) => Some(FactValue::Number(1)),
        Constraint::Range(_, i64::MAX) => Some(FactValue::Number(1_000_000_000_000)),
        Constraint::Range(_, max) => Some(FactValue::Number(*max)),
        _ => None,
    }
}

/// The rules on authority that the case may meet.
fn on_authority<'a>(law: &'a Law, case: &Case) -> impl Iterator<Item = &'a Rule> {
    law.layers().flatten().filter(|rule| {
        rule.effect.is_on_authority() && rule.procedures.contains(&case.procedure) && rule.valid_on(case.received_on)
    })
}

/// A subject after a change: of the whole delegation, or of those who are as the one for whom the rule speaks.
fn with<'a>(subject: &RuleSubject<'a>, facts: &Facts, fact: FactName, value: &FactValue) -> RuleSubject<'a> {
    let mut own = subject.facts.clone();
    if own.get(&fact) == facts.get(&fact) {
        own.insert(fact, value.clone());
    }
    RuleSubject { reference: subject.reference, facts: own, traveller: subject.traveller }
}

/// Changes that may lead elsewhere: out of what the speaking rule requires, or into what another rule on authority requires
/// and only this one fact keeps away.
fn changes(law: &Law, case: &Case, rule: &Rule, facts: &Facts) -> Vec<Change> {
    let mut all = Vec::new();
    for (fact, constraint) in &rule.when.0 {
        if let Some(value) = facts.get(fact) {
            all.extend(out_of(*fact, constraint, value));
        }
    }
    let others = on_authority(law, case).filter(|other| other.id != rule.id);
    for other in others {
        let fails = |(fact, constraint): &(&FactName, &Constraint)| {
            !facts.get(*fact).is_some_and(|value| constraint.holds(value))
        };
        let mut failing = other.when.0.iter().filter(fails);
        if let (Some((fact, constraint)), None) = (failing.next(), failing.next())
            && let Some(value) = facts.get(fact)
        {
            all.extend(into(*fact, constraint, value));
        }
    }
    // A delegation always has a head, and their post is that of a person.
    all.retain(|change| !matches!(change.fact, FactName::Role | FactName::HeadPostLevel));
    all
}

/// Values that meet a constraint: the nearest number, each word by itself.
fn into(fact: FactName, constraint: &Constraint, now: &FactValue) -> Vec<Change> {
    let change = |value, constraint| Change { fact, value, constraint };
    match (constraint, now) {
        (Constraint::Range(min, max), FactValue::Number(n)) if min <= max => {
            vec![change(FactValue::Number((*n).clamp(*min, *max)), constraint.clone())]
        }
        (Constraint::OneOf(words), _) => {
            let each = ordered(fact, words).into_iter();
            each.map(|w| change(FactValue::Text(w.clone()), Constraint::OneOf([w].into()))).collect()
        }
        (Constraint::Any(words), FactValue::Set(set)) => {
            let Some(word) = first(fact, words) else { return Vec::new() };
            let mut more = set.clone();
            more.insert(word);
            vec![change(FactValue::Set(more), constraint.clone())]
        }
        (Constraint::NoneOf(words), FactValue::Set(set)) => {
            vec![change(FactValue::Set(set.difference(words).cloned().collect()), constraint.clone())]
        }
        _ => Vec::new(),
    }
}

/// Values that a constraint does not allow, in groups that are alike to it.
fn out_of(fact: FactName, constraint: &Constraint, now: &FactValue) -> Vec<Change> {
    let change = |value, constraint| Change { fact, value, constraint };
    match (constraint, now) {
        (Constraint::Range(min, max), FactValue::Number(_)) => {
            // A delegation has at least one person and one day.
            let below = min.checked_sub(1).filter(|n| *n >= 1);
            let above = max.checked_add(1);
            let below = below.map(|n| change(FactValue::Number(n), Constraint::Range(i64::MIN, n)));
            let above = above.map(|n| change(FactValue::Number(n), Constraint::Range(n, i64::MAX)));
            below.into_iter().chain(above).collect()
        }
        (Constraint::OneOf(words), FactValue::Word(_)) => match fact.domain() {
            // Of two hundred countries, none is the alternative.
            Domain::Words(all) if fact != FactName::VisitorCountry => {
                let others = all.difference(words);
                others.map(|w| change(FactValue::Text(w.clone()), Constraint::OneOf([w.clone()].into()))).collect()
            }
            _ => Vec::new(),
        },
        (Constraint::Any(words), FactValue::Set(set)) => {
            let left: BTreeSet<String> = set.difference(words).cloned().collect();
            vec![change(FactValue::Set(left), Constraint::NoneOf(words.clone()))]
        }
        (Constraint::NoneOf(words), FactValue::Set(set)) => {
            let Some(word) = first(fact, words) else { return Vec::new() };
            let mut more = set.clone();
            more.insert(word);
            vec![change(FactValue::Set(more), Constraint::Any(words.clone()))]
        }
        _ => Vec::new(),
    }
}

/// The first of these words in the order of the vocabulary.
fn first(fact: FactName, words: &BTreeSet<String>) -> Option<String> {
    ordered(fact, words).into_iter().next()
}

/// Words in the order of the vocabulary.
fn ordered(fact: FactName, words: &BTreeSet<String>) -> Vec<String> {
    let mut all: Vec<String> = words.iter().cloned().collect();
    all.sort_by_key(|word| rank(fact, word));
    all
}

/// The label of a word of one enumeration, and its place there.
fn of<W: Word>(word: &str) -> Option<(usize, Label)> {
    W::all().iter().position(|w| w.word() == word).and_then(|at| Some((at, W::all().get(at)?.label())))
}

fn known(fact: FactName, word: &str) -> Option<(usize, Label)> {
    match fact {
        FactName::Purpose => of::<Purpose>(word),
        FactName::Funding => of::<FundingSource>(word),
        FactName::Topics => of::<Topic>(word),
        FactName::HeadPostLevel | FactName::PostLevel => of::<PostLevel>(word),
        FactName::Role => of::<MemberRole>(word),
        FactName::ManagedBy => of::<ManagedBy>(word),
        FactName::Personnel => of::<Personnel>(word),
        FactName::Bloc => of::<Bloc>(word),
        FactName::PassportKind => match word {
            "none" => Some((usize::MAX, Label { vi: "chưa có", en: "none" })),
            word => of::<PassportKind>(word),
        },
        FactName::ReceptionAskedOf => of::<Body>(word),
        FactName::ReceptionLevel => of::<ReceptionLevel>(word),
        FactName::VisitorCountry => country(word).map(|c| (0, Label { vi: c.vi, en: c.en })),
        FactName::VisitorLevel => of::<VisitorLevel>(word),
        FactName::Matter => of::<VisitMatter>(word),
        FactName::Route => of::<CardRoute>(word),
        _ => match word {
            "true" => Some((0, Label { vi: "có", en: "yes" })),
            "false" => Some((1, Label { vi: "không", en: "no" })),
            _ => None,
        },
    }
}

fn rank(fact: FactName, word: &str) -> (usize, String) {
    (known(fact, word).map_or(usize::MAX, |(at, _)| at), word.to_owned())
}

fn label(fact: FactName, word: &str) -> Bilingual {
    known(fact, word).map_or_else(|| Bilingual::new(word, word), |(_, label)| label.into())
}

fn listed(fact: FactName, words: &BTreeSet<String>, vi: &str, en: &str) -> Bilingual {
    let labels: Vec<Bilingual> = ordered(fact, words).iter().map(|word| label(fact, word)).collect();
    let join = |pick: fn(&Bilingual) -> &str, between: &str| labels.iter().map(pick).collect::<Vec<_>>().join(between);
    Bilingual::new(join(|l| &l.vi, vi), join(|l| &l.en, en))
}

/// A value in words.
fn said_value(fact: FactName, value: &FactValue) -> Bilingual {
    match value {
        FactValue::Word(word) => label(fact, word),
        FactValue::Text(word) => label(fact, word),
        FactValue::Set(set) if set.is_empty() => Bilingual::new("không có", "none"),
        FactValue::Set(set) => listed(fact, set, ", ", ", "),
        FactValue::Number(n) => Bilingual::new(n.to_string(), n.to_string()),
    }
}

/// A requirement in words.
pub fn said_constraint(fact: FactName, constraint: &Constraint) -> Bilingual {
    match constraint {
        Constraint::Range(min, max) if min == max => Bilingual::new(format!("đúng {min}"), format!("exactly {min}")),
        Constraint::Range(min, i64::MAX) => Bilingual::new(format!("từ {min} trở lên"), format!("{min} or more")),
        Constraint::Range(i64::MIN, max) => Bilingual::new(format!("từ {max} trở xuống"), format!("{max} or fewer")),
        Constraint::Range(min, max) => Bilingual::new(format!("từ {min} đến {max}"), format!("{min} to {max}")),
        Constraint::OneOf(words) => {
            // What is left out is said where it is the shorter.
            if let Domain::Words(all) = fact.domain()
                && words.len() > 3
                && all.difference(words).count() < words.len()
            {
                let others = all.difference(words).cloned().collect();
                let others = listed(fact, &others, " hoặc ", " or ");
                return Bilingual::new(format!("không phải {}", others.vi), format!("not {}", others.en));
            }
            listed(fact, words, " hoặc ", " or ")
        }
        Constraint::Any(words) => {
            let some = listed(fact, words, " hoặc ", " or ");
            Bilingual::new(format!("có {}", some.vi), format!("with {}", some.en))
        }
        Constraint::NoneOf(words) => {
            let none = listed(fact, words, ", ", " or ");
            Bilingual::new(format!("không có {}", none.vi), format!("without {}", none.en))
        }
    }
}
