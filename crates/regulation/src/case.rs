//! A case: the facts of one dossier or one question, as the rules need them. Pure.

use std::collections::BTreeSet;

use crate::fact::{FactName, FactValue, Facts};
use crate::pack::Anchor;
use kernel::procedure::Procedure;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period, day_of, start_of};
use kernel::words::{
    Bloc, Body, CardRoute, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose,
    ReceptionLevel, Severity, Topic, VisitMatter, VisitorLevel,
};

/// The input of an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub procedure: Procedure,
    /// The day from which terms run, if the dossier is complete.
    pub received_on: Day,
    /// Departure abroad, arrival here, or opening of a conference.
    pub begins: Day,
    /// Return, departure of the guests, or end.
    pub ends: Day,
    pub documents: BTreeSet<Document>,
    pub matter: Matter,
    pub unknown: Unknown,
}

/// What is not known yet of a case whose content is still being typed. What hangs on it is left open, never guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    pub facts: BTreeSet<FactName>,
    /// The first and the last day.
    pub begins: bool,
    pub ends: bool,
    /// Somebody of the delegation: each may be one for whom a stricter body decides.
    pub people: bool,
    /// Something is missing on which no rule hangs, such as the title.
    pub others: bool,
}

impl Unknown {
    pub fn is_empty(&self) -> bool {
        *self == Unknown::default()
    }

    pub fn has(&self, fact: FactName) -> bool {
        self.facts.contains(&fact) || (fact == FactName::Days && (self.begins || self.ends))
    }
}

/// The subject matter.
#[derive(Debug, Clone, PartialEq)]
pub enum Matter {
    Trip(TripCase),
    Visit(VisitCase),
    /// A request for APEC business travel cards.
    Card(CardCase),
    /// A matter without travel: an aid item, an agreement, a note with an amount.
    Item(ItemCase),
}

/// A delegation going abroad, officially or privately.
#[derive(Debug, Clone, PartialEq)]
pub struct TripCase {
    pub purpose: Purpose,
    pub funding: BTreeSet<FundingSource>,
    pub in_plan: bool,
    /// Reminders of duties after earlier trips that the agency has left unanswered.
    pub reminders_unanswered: i64,
    pub enterprise_invites_by_name: bool,
    pub stops: Vec<StopDays>,
    pub travellers: Vec<Traveller>,
}

/// A matter without travel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemCase {
    /// Its value in đồng, if it is stated.
    pub amount: Option<i64>,
    pub funding: BTreeSet<FundingSource>,
}

/// A request for APEC business travel cards (thẻ ABTC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCase {
    pub route: CardRoute,
    /// Months for which the enterprise has operated.
    pub firm_months: i64,
    pub persons: Vec<CardPerson>,
    /// The day on which a holder left the post.
    pub left_post_on: Option<Day>,
}

/// Someone for whom a card is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPerson {
    pub reference: String,
    pub age: i64,
    pub months_in_post: i64,
    pub exit_suspended: bool,
}

/// Foreign guests: a delegation, a conference, a reporter.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitCase {
    pub visitors: Vec<Visitor>,
    pub headcount: i64,
    pub topics: BTreeSet<Topic>,
    pub first_visit: bool,
    /// Who is asked to receive them, and on which day.
    pub reception_asked_of: Option<Body>,
    pub reception_on: Option<Day>,
    pub reception_level: Option<ReceptionLevel>,
    /// When they first enter a restricted or border area.
    pub restricted_from: Option<Moment>,
    /// Number of times a host is needed somewhere else at the same time.
    pub clashes: usize,
    pub matter: VisitMatter,
    /// The hour at which it begins, if it is known: the opening, or a press conference.
    pub begins_at: Option<Moment>,
}

/// Guests of one origin and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub reference: String,
    pub country: String,
    /// Province or city abroad, a lower-case word such as `takeo`.
    pub locality: Option<String>,
    pub level: VisitorLevel,
}

/// What the rules are applied to, one by one: a traveller, or visitors of one kind.
pub struct RuleSubject<'a> {
    pub reference: &'a str,
    pub facts: Facts,
    pub traveller: Option<&'a Traveller>,
}

/// A stay in one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopDays {
    pub country: String,
    pub days: i64,
}

/// One traveller (thành viên đoàn).
#[derive(Debug, Clone, PartialEq)]
pub struct Traveller {
    pub reference: String,
    pub role: MemberRole,
    pub post_level: PostLevel,
    pub managed_by: ManagedBy,
    pub personnel: Personnel,
    pub bloc: Bloc,
    pub party_member: bool,
    pub provincial_committee_member: bool,
    pub key_leader: bool,
    /// Unit or locality, for "two key leaders of the same" and "interdisciplinary".
    pub locality: String,
    /// The name of the unit, if known.
    pub unit: Option<String>,
    pub under_discipline: bool,
    /// Other official missions in the year of departure, earlier or later.
    pub missions_this_year: i64,
    pub relative_of: Option<String>,
    pub passport: Option<PassportFacts>,
    /// Whether category, grade, step and code of the grade are all stated.
    pub grade_stated: bool,
    /// A Party member on a private journey who lacks the agreement of the cell or the committee.
    pub opinions_lacking: bool,
    /// Severity of each other dossier of the same person at the same time.
    pub overlapping: Vec<Severity>,
}

/// How the names of communes, wards and special zones begin, without diacritics.
const COMMUNES: [&str; 7] = ["xa", "phuong", "thi tran", "dac khu", "commune", "ward", "special zone"];

impl Traveller {
    /// Whether the traveller works for a commune, ward or special zone, judged by the post or the name of the unit.
    pub fn commune_unit(&self) -> bool {
        let of_commune = |name: &str| {
            let name = fold(name).replace(['-', '_', '.'], " ");
            let name = name.trim_start_matches("uy ban nhan dan ").trim_start_matches("ubnd ");
            COMMUNES.iter().any(|begins| name.strip_prefix(begins).is_some_and(|rest| rest.starts_with(' ')))
        };
        matches!(self.post_level, PostLevel::CommuneChair | PostLevel::CommuneViceChair)
            || of_commune(&self.locality)
            || self.unit.as_deref().is_some_and(of_commune)
    }
}

/// What the rules need to know about a passport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassportFacts {
    pub kind: PassportKind,
    pub expires_on: Day,
}

impl Case {
    /// Calendar days, first and last included.
    pub fn days(&self) -> i64 {
        Period { from: self.begins, to: self.ends }.days()
    }

    /// The first day, if it is known.
    pub fn first_day(&self) -> Option<Day> {
        (!self.unknown.begins).then_some(self.begins)
    }

    /// The last day, if it is known.
    pub fn last_day(&self) -> Option<Day> {
        (!self.unknown.ends).then_some(self.ends)
    }

    /// The day a rule counts from; `None` if it is not known, or does not occur in this procedure.
    pub fn day_of(&self, anchor: Anchor) -> Option<Day> {
        match (anchor, &self.matter) {
            (Anchor::Departure, Matter::Trip(_)) | (Anchor::Arrival, Matter::Visit(_)) => self.first_day(),
            (Anchor::Return, Matter::Trip(_)) | (Anchor::Departure, Matter::Visit(_)) => self.last_day(),
            (Anchor::Reception, Matter::Visit(visit)) => visit.reception_on.filter(|_| !self.unknown.begins),
            (Anchor::RestrictedArea, Matter::Visit(visit)) => self.enters(visit).map(day_of),
            (Anchor::LeftPost, Matter::Card(card)) => card.left_post_on,
            _ => None,
        }
    }

    /// When the guests first enter a restricted area; without days and programme, nobody knows.
    fn enters(&self, visit: &VisitCase) -> Option<Moment> {
        visit.restricted_from.filter(|_| !self.unknown.begins && !self.unknown.has(FactName::RestrictedArea))
    }

    /// The moment a rule counts back from.
    pub fn moment_of(&self, anchor: Anchor) -> Option<Moment> {
        match (anchor, &self.matter) {
            (Anchor::RestrictedArea, Matter::Visit(visit)) => self.enters(visit),
            (Anchor::Arrival, Matter::Visit(VisitCase { begins_at: Some(at), .. })) => Some(*at),
            _ => self.day_of(anchor).map(start_of),
        }
    }

    pub fn trip(&self) -> Option<&TripCase> {
        match &self.matter {
            Matter::Trip(trip) => Some(trip),
            Matter::Visit(_) | Matter::Card(_) | Matter::Item(_) => None,
        }
    }

    pub fn visit(&self) -> Option<&VisitCase> {
        match &self.matter {
            Matter::Visit(visit) => Some(visit),
            Matter::Trip(_) | Matter::Card(_) | Matter::Item(_) => None,
        }
    }

    /// Everyone the rules are applied to. The facts of each include those of the whole delegation.
    pub fn subjects(&self) -> Vec<RuleSubject<'_>> {
        let days = (FactName::Days, FactValue::Number(self.days()));
        match &self.matter {
            Matter::Trip(trip) => {
                let of = |t| {
                    let facts = trip.facts_of(t).into_iter().chain([days.clone()]).collect();
                    RuleSubject { reference: &t.reference, facts, traveller: Some(t) }
                };
                trip.travellers.iter().map(of).collect()
            }
            Matter::Visit(visit) => {
                let of = |v: &'_ Visitor| visit.facts_of(v).into_iter().chain([days.clone()]).collect();
                let all = visit.visitors.iter();
                all.map(|v| RuleSubject { reference: &v.reference, facts: of(v), traveller: None }).collect()
            }
            Matter::Card(card) => {
                let of = |p: &CardPerson| card.facts_of(p);
                let all = card.persons.iter();
                all.map(|p| RuleSubject { reference: &p.reference, facts: of(p), traveller: None }).collect()
            }
            Matter::Item(item) => vec![RuleSubject { reference: "", facts: item.facts(), traveller: None }],
        }
    }
}

fn count(n: usize) -> FactValue {
    FactValue::Number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn set<T: Copy + Into<&'static str>>(words: &BTreeSet<T>) -> FactValue {
    FactValue::Set(words.iter().map(|w| (*w).into().to_owned()).collect())
}

impl TripCase {
    pub fn countries(&self) -> BTreeSet<&str> {
        self.stops.iter().map(|s| s.country.as_str()).collect()
    }

    pub fn localities(&self) -> BTreeSet<&str> {
        self.travellers.iter().map(|t| t.locality.as_str()).collect()
    }

    fn facts_of(&self, traveller: &Traveller) -> Facts {
        let mut facts = Facts::from([
            (FactName::Purpose, FactValue::Word(self.purpose.word())),
            (FactName::Funding, set(&self.funding)),
            (FactName::InPlan, self.in_plan.into()),
            (FactName::EnterpriseInvitesByName, self.enterprise_invites_by_name.into()),
            (FactName::Members, count(self.travellers.len())),
            (FactName::Countries, count(self.countries().len())),
            (FactName::Interdisciplinary, (self.localities().len() > 1).into()),
            (FactName::Role, FactValue::Word(traveller.role.word())),
            (FactName::PostLevel, FactValue::Word(traveller.post_level.word())),
            (FactName::ManagedBy, FactValue::Word(traveller.managed_by.word())),
            (FactName::Personnel, FactValue::Word(traveller.personnel.word())),
            (FactName::Bloc, FactValue::Word(traveller.bloc.word())),
            (FactName::PartyMember, traveller.party_member.into()),
            (FactName::ProvincialCommitteeMember, traveller.provincial_committee_member.into()),
            (FactName::KeyLeader, traveller.key_leader.into()),
            (FactName::CommuneUnit, traveller.commune_unit().into()),
            (FactName::PassportKind, FactValue::Word(traveller.passport.map_or("none", |p| p.kind.word()))),
        ]);
        if let Some(head) = self.travellers.iter().find(|t| t.role == MemberRole::Head) {
            facts.insert(FactName::HeadPostLevel, FactValue::Word(head.post_level.word()));
        }
        facts
    }
}

impl CardCase {
    fn facts_of(&self, person: &CardPerson) -> Facts {
        Facts::from([
            (FactName::Route, FactValue::Word(self.route.word())),
            (FactName::FirmMonths, FactValue::Number(self.firm_months)),
            (FactName::Age, FactValue::Number(person.age)),
            (FactName::MonthsInPost, FactValue::Number(person.months_in_post)),
            (FactName::ExitSuspended, person.exit_suspended.into()),
        ])
    }
}

impl ItemCase {
    fn facts(&self) -> Facts {
        let mut facts = Facts::from([(FactName::Funding, set(&self.funding))]);
        if let Some(amount) = self.amount {
            facts.insert(FactName::Amount, FactValue::Number(amount));
        }
        facts
    }
}

impl VisitCase {
    fn facts_of(&self, visitor: &Visitor) -> Facts {
        let mut facts = Facts::from([
            (FactName::Headcount, FactValue::Number(self.headcount)),
            (FactName::Topics, set(&self.topics)),
            (FactName::FirstVisit, self.first_visit.into()),
            (FactName::RestrictedArea, self.restricted_from.is_some().into()),
            (FactName::VisitorCountry, FactValue::Text(visitor.country.clone())),
            (FactName::VisitorLevel, FactValue::Word(visitor.level.word())),
            (FactName::Matter, FactValue::Word(self.matter.word())),
        ]);
        if let Some(locality) = &visitor.locality {
            facts.insert(FactName::VisitorLocality, FactValue::Text(locality.clone()));
        }
        if let Some(body) = self.reception_asked_of {
            facts.insert(FactName::ReceptionAskedOf, FactValue::Word(body.word()));
        }
        if let Some(level) = self.reception_level {
            facts.insert(FactName::ReceptionLevel, FactValue::Word(level.word()));
        }
        facts
    }
}
