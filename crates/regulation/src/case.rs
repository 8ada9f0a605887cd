//! A case: the facts of one dossier or one question, as the rules ask for them. Pure.

use std::collections::BTreeSet;

use crate::fact::{Fact, Facts, Value};
use crate::pack::Anchor;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period, day_of, start_of};
use kernel::words::{
    Bloc, Body, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Procedure, Purpose,
    ReceptionLevel, Severity, Topic, VisitorLevel,
};

/// What is asked of a regulation.
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
}

/// What it is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Matter {
    Trip(Trip),
    Visit(Visit),
}

/// A delegation going abroad, on duty or privately.
#[derive(Debug, Clone, PartialEq)]
pub struct Trip {
    pub purpose: Purpose,
    pub funding: BTreeSet<FundingSource>,
    pub in_plan: bool,
    /// Reminders of duties after earlier trips that the agency has left unanswered.
    pub reminders_unanswered: i64,
    pub enterprise_invites_by_name: bool,
    pub stops: Vec<Stop>,
    pub travellers: Vec<Traveller>,
}

/// Foreign guests: a delegation, a conference, a reporter.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub visitors: Vec<Visitor>,
    pub headcount: i64,
    pub topics: BTreeSet<Topic>,
    pub first_visit: bool,
    /// Who is asked to receive them, and on which day.
    pub reception_asked_of: Option<Body>,
    pub reception_on: Option<Day>,
    pub reception_level: Option<ReceptionLevel>,
    /// When they first are in a restricted or border area.
    pub restricted_from: Option<Moment>,
    /// Hosts who are elsewhere at that hour.
    pub clashes: usize,
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

/// Whom rules are asked about, one by one: a traveller, or visitors of one kind.
pub struct Subject<'a> {
    pub reference: &'a str,
    pub facts: Facts,
    pub traveller: Option<&'a Traveller>,
}

/// A stay in one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
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
    /// The name of the unit, where it is known.
    pub unit: Option<String>,
    pub under_discipline: bool,
    /// Official missions earlier or later in the year of departure, this one excluded.
    pub missions_this_year: i64,
    pub relative_of: Option<String>,
    pub passport: Option<Passport>,
    /// Whether category, grade, step and code of the grade are all stated.
    pub grade_stated: bool,
    /// A Party member on a private journey of whom the cell or the committee has said nothing yet.
    pub opinions_lacking: bool,
    /// Other dossiers of the same person at the same time: how each weighs.
    pub overlapping: Vec<Severity>,
}

/// How the names of communes, wards and special zones begin, without marks.
const COMMUNES: [&str; 7] = ["xa", "phuong", "thi tran", "dac khu", "commune", "ward", "special zone"];

impl Traveller {
    /// Whether he works for a commune, ward or special zone: by his post, or by the name of his unit.
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

/// What matters of a passport here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passport {
    pub kind: PassportKind,
    pub expires_on: Day,
}

impl Case {
    /// Calendar days, first and last included.
    pub fn days(&self) -> i64 {
        Period { from: self.begins, to: self.ends }.days()
    }

    /// The day a rule counts from; none where it is not known, or does not occur in this procedure.
    pub fn day_of(&self, anchor: Anchor) -> Option<Day> {
        match (anchor, &self.matter) {
            (Anchor::Departure, Matter::Trip(_)) | (Anchor::Arrival, Matter::Visit(_)) => Some(self.begins),
            (Anchor::Return, Matter::Trip(_)) | (Anchor::Departure, Matter::Visit(_)) => Some(self.ends),
            (Anchor::Reception, Matter::Visit(visit)) => visit.reception_on,
            (Anchor::RestrictedArea, Matter::Visit(visit)) => visit.restricted_from.map(day_of),
            _ => None,
        }
    }

    /// The moment a rule counts back from.
    pub fn moment_of(&self, anchor: Anchor) -> Option<Moment> {
        match (anchor, &self.matter) {
            (Anchor::RestrictedArea, Matter::Visit(visit)) => visit.restricted_from,
            _ => self.day_of(anchor).map(start_of),
        }
    }

    pub fn trip(&self) -> Option<&Trip> {
        match &self.matter {
            Matter::Trip(trip) => Some(trip),
            Matter::Visit(_) => None,
        }
    }

    pub fn visit(&self) -> Option<&Visit> {
        match &self.matter {
            Matter::Visit(visit) => Some(visit),
            Matter::Trip(_) => None,
        }
    }

    /// Everyone the rules are asked about, with the facts of the whole delegation among his own.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let days = (Fact::Days, Value::Number(self.days()));
        match &self.matter {
            Matter::Trip(trip) => {
                let of = |t| {
                    let facts = trip.facts_of(t).into_iter().chain([days.clone()]).collect();
                    Subject { reference: &t.reference, facts, traveller: Some(t) }
                };
                trip.travellers.iter().map(of).collect()
            }
            Matter::Visit(visit) => {
                let of = |v: &'_ Visitor| visit.facts_of(v).into_iter().chain([days.clone()]).collect();
                let all = visit.visitors.iter();
                all.map(|v| Subject { reference: &v.reference, facts: of(v), traveller: None }).collect()
            }
        }
    }
}

fn count(n: usize) -> Value {
    Value::Number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn set<T: Copy + Into<&'static str>>(words: &BTreeSet<T>) -> Value {
    Value::Set(words.iter().map(|w| (*w).into().to_owned()).collect())
}

impl Trip {
    pub fn countries(&self) -> BTreeSet<&str> {
        self.stops.iter().map(|s| s.country.as_str()).collect()
    }

    pub fn localities(&self) -> BTreeSet<&str> {
        self.travellers.iter().map(|t| t.locality.as_str()).collect()
    }

    fn facts_of(&self, traveller: &Traveller) -> Facts {
        let mut facts = Facts::from([
            (Fact::Purpose, Value::Word(self.purpose.word())),
            (Fact::Funding, set(&self.funding)),
            (Fact::InPlan, self.in_plan.into()),
            (Fact::EnterpriseInvitesByName, self.enterprise_invites_by_name.into()),
            (Fact::Members, count(self.travellers.len())),
            (Fact::Countries, count(self.countries().len())),
            (Fact::Interdisciplinary, (self.localities().len() > 1).into()),
            (Fact::Role, Value::Word(traveller.role.word())),
            (Fact::PostLevel, Value::Word(traveller.post_level.word())),
            (Fact::ManagedBy, Value::Word(traveller.managed_by.word())),
            (Fact::Personnel, Value::Word(traveller.personnel.word())),
            (Fact::Bloc, Value::Word(traveller.bloc.word())),
            (Fact::PartyMember, traveller.party_member.into()),
            (Fact::ProvincialCommitteeMember, traveller.provincial_committee_member.into()),
            (Fact::KeyLeader, traveller.key_leader.into()),
            (Fact::CommuneUnit, traveller.commune_unit().into()),
            (Fact::PassportKind, Value::Word(traveller.passport.map_or("none", |p| p.kind.word()))),
        ]);
        if let Some(head) = self.travellers.iter().find(|t| t.role == MemberRole::Head) {
            facts.insert(Fact::HeadPostLevel, Value::Word(head.post_level.word()));
        }
        facts
    }
}

impl Visit {
    fn facts_of(&self, visitor: &Visitor) -> Facts {
        let mut facts = Facts::from([
            (Fact::Headcount, Value::Number(self.headcount)),
            (Fact::Topics, set(&self.topics)),
            (Fact::FirstVisit, self.first_visit.into()),
            (Fact::RestrictedArea, self.restricted_from.is_some().into()),
            (Fact::VisitorCountry, Value::Text(visitor.country.clone())),
            (Fact::VisitorLevel, Value::Word(visitor.level.word())),
        ]);
        if let Some(locality) = &visitor.locality {
            facts.insert(Fact::VisitorLocality, Value::Text(locality.clone()));
        }
        if let Some(body) = self.reception_asked_of {
            facts.insert(Fact::ReceptionAskedOf, Value::Word(body.word()));
        }
        if let Some(level) = self.reception_level {
            facts.insert(Fact::ReceptionLevel, Value::Word(level.word()));
        }
        facts
    }
}
