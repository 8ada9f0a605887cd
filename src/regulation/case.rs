//! A case: the facts of one dossier or one question, as the rules ask for them. Pure.

use std::collections::BTreeSet;

use crate::kernel::time::{Day, Period};
use crate::kernel::words::{
    Bloc, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Procedure, Purpose,
    Severity,
};
use crate::regulation::fact::{Fact, Facts, Value};

/// What is asked of a regulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub procedure: Procedure,
    /// The day from which terms run, if the dossier is complete.
    pub received_on: Day,
    pub departure: Day,
    pub returning: Day,
    pub purpose: Purpose,
    pub funding: BTreeSet<FundingSource>,
    pub in_plan: bool,
    pub enterprise_invites_by_name: bool,
    pub stops: Vec<Stop>,
    pub travellers: Vec<Traveller>,
    pub documents: BTreeSet<Document>,
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
    pub under_discipline: bool,
    /// Official missions earlier or later in the year of departure, this one excluded.
    pub missions_this_year: i64,
    pub relative_of: Option<String>,
    pub passport: Option<Passport>,
    /// Whether category, grade, step and code of the grade are all stated.
    pub grade_stated: bool,
    /// Other dossiers of the same person at the same time: how each weighs.
    pub overlapping: Vec<Severity>,
}

/// What matters of a passport here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passport {
    pub kind: PassportKind,
    pub expires_on: Day,
}

impl Case {
    /// Calendar days of the trip, first and last included.
    pub fn days(&self) -> i64 {
        Period { from: self.departure, to: self.returning }.days()
    }

    pub fn countries(&self) -> BTreeSet<&str> {
        self.stops.iter().map(|s| s.country.as_str()).collect()
    }

    pub fn localities(&self) -> BTreeSet<&str> {
        self.travellers.iter().map(|t| t.locality.as_str()).collect()
    }

    /// The facts of one traveller together with those of the whole delegation.
    pub fn facts_of(&self, traveller: &Traveller) -> Facts {
        let count = |n: usize| Value::Number(i64::try_from(n).unwrap_or(i64::MAX));
        let mut facts = Facts::from([
            (Fact::Purpose, Value::Word(self.purpose.word())),
            (Fact::Funding, Value::Set(self.funding.iter().map(|f| f.word().to_owned()).collect())),
            (Fact::InPlan, self.in_plan.into()),
            (Fact::EnterpriseInvitesByName, self.enterprise_invites_by_name.into()),
            (Fact::Days, Value::Number(self.days())),
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
            (Fact::PassportKind, Value::Word(traveller.passport.map_or("none", |p| p.kind.word()))),
        ]);
        if let Some(head) = self.travellers.iter().find(|t| t.role == MemberRole::Head) {
            facts.insert(Fact::HeadPostLevel, Value::Word(head.post_level.word()));
        }
        facts
    }
}
