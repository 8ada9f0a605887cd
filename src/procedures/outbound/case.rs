//! The facts of an outbound dossier, as a regulation needs them. Pure.

use std::collections::{BTreeSet, HashMap};

use chrono::Datelike;

use crate::dossier::parts::engagement::{Engagement, EngagementKind};
use crate::dossier::parts::model::Member;
use crate::procedures::outbound::model::{TripContent, Verdicts};
use crate::registry::agencies::Agency;
use crate::registry::officials::Official;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, Period};
use kernel::words::{DecisionVerdict, Document, Severity};
use regulation::case::{Case, Matter, PassportFacts, StopDays, Traveller, TripCase, Unknown};

/// What is known about a dossier beyond its content.
#[derive(Debug)]
pub struct TripSurroundings<'a> {
    pub officials: &'a HashMap<i64, Official>,
    pub agencies: &'a HashMap<i64, Agency>,
    /// The official's id, once for every other mission of a member in the year of departure.
    pub missions: Vec<i64>,
    /// Engagements of its people in other dossiers at the same time.
    pub elsewhere: Vec<Engagement>,
    pub documents: BTreeSet<Document>,
    /// It uses a plan item that others have not used up.
    pub planned: bool,
    /// Reminders that its agency has left unanswered.
    pub reminders: i64,
}

/// Severity of being needed somewhere else: another trip that was submitted blocks this one; a draft, or guests whom a
/// colleague can receive, only give a warning.
fn weight(elsewhere: &Engagement) -> Severity {
    let abroad = elsewhere.kind == EngagementKind::Abroad;
    if abroad && !elsewhere.draft { Severity::Block } else { Severity::Warn }
}

/// The case of a dossier that is, or would be, complete on `received_on`. Members are named by their ids.
pub fn case(content: &TripContent, around: &TripSurroundings, received_on: Day) -> Case {
    let private = content.procedure == Procedure::PRIVATE_TRAVEL;
    // Members whom the decision refused no longer count, neither by their post nor as relatives.
    let refused = |v: Verdicts| v.decision == Some(DecisionVerdict::Reject);
    let judged = || content.members_judged().map(|(member, said, _)| (member, said));
    let nobody_left = judged().all(|(_, said)| refused(said));
    let going: Vec<&Member> = judged().filter(|(_, v)| nobody_left || !refused(*v)).map(|(m, _)| m).collect();
    let goes = |id: Id| going.iter().any(|m| m.official_id == id);
    let travellers = going
        .iter()
        .filter_map(|member| {
            let official = around.officials.get(&member.official_id.0)?;
            let agency = around.agencies.get(&official.agency_id);
            let other_missions = around.missions.iter().filter(|id| **id == official.id).count();
            let elsewhere = around.elsewhere.iter().filter(|e| e.official_id == official.id);
            Some(Traveller {
                reference: member.official_id.to_string(),
                role: member.role,
                post_level: official.post_level,
                managed_by: official.managed_by(received_on),
                personnel: official.personnel,
                bloc: agency.map_or(kernel::words::Bloc::State, |a| a.bloc),
                party_member: official.party_member,
                provincial_committee_member: official.provincial_committee_member,
                key_leader: official.key_leader,
                unit: agency.map(|a| a.name.clone()),
                locality: agency.map_or_else(String::new, |a| a.code.clone()),
                under_discipline: official.under_discipline(received_on),
                missions_this_year: i64::try_from(other_missions).unwrap_or(i64::MAX)
                    + official.missions_before(content.departure.year()),
                relative_of: member.relative_of.filter(|id| goes(*id)).map(|id| id.to_string()),
                passport: official.passport(private).map(|p| PassportFacts { kind: p.kind, expires_on: p.expires_on }),
                grade_stated: official.grade.is_some(),
                opinions_lacking: private && official.party_member && !content.opinions_complete(member.official_id),
                overlapping: elsewhere.map(weight).collect(),
            })
        })
        .collect();
    Case {
        procedure: content.procedure,
        received_on,
        begins: content.departure,
        ends: content.returning,
        documents: around.documents.clone(),
        unknown: Unknown::default(),
        matter: Matter::Trip(TripCase {
            purpose: content.purpose,
            funding: content.funding.iter().map(|f| f.source).collect(),
            in_plan: around.planned,
            reminders_unanswered: around.reminders,
            enterprise_invites_by_name: content
                .inviting_party
                .as_ref()
                .is_some_and(|p| p.invites_by_name && p.kind == kernel::words::InviterKind::Enterprise),
            stops: content
                .stops
                .iter()
                .map(|s| StopDays { country: s.country.clone(), days: Period { from: s.from, to: s.to }.days() })
                .collect(),
            travellers,
        }),
    }
}
