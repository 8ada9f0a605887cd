//! A trip (chuyến đi): the dossier of an outbound delegation. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dossier::model::Dossier;
use crate::dossier::parts::engagement::{Engagement, EngagementKind};
use crate::dossier::parts::model::{Funding, InvitingParty, Leave, Member, Origin, PartyLevel, PartyOpinion, Stop};
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, Period, start_of};
use kernel::words::{Capacity, ConsentVerdict, DecisionVerdict, Field, PostLevel, Purpose};

/// What the agency writes into the dossier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripContent {
    pub title: String,
    pub procedure: Procedure,
    pub purpose: Purpose,
    pub field: Option<Field>,
    pub capacity: Capacity,
    pub agency_id: i64,
    pub plan_item_id: Option<i64>,
    /// Whether the plan had room for it when it was decided; `None` before that.
    pub planned: Option<bool>,
    /// The day on which it was moved to another year, where it queues behind those already there; `None`: it queues
    /// since its submission.
    pub queued_on: Option<Day>,
    pub funding: Vec<Funding>,
    /// `None` only for private travel.
    pub inviting_party: Option<InvitingParty>,
    pub departure: Day,
    pub returning: Day,
    pub stops: Vec<Stop>,
    pub members: Vec<Member>,
    pub note: Option<String>,
    /// Only for a private journey.
    #[serde(default)]
    pub leave: Option<Leave>,
    #[serde(default)]
    pub party_opinions: Vec<PartyOpinion>,
    pub journey: Journey,
    /// The old list it was imported from.
    pub origin: Option<Origin>,
    /// Who the members are, in the same order.
    pub people: Vec<MemberSnapshot>,
    /// What Party bodies and the decider said about each member, in the same order.
    pub verdicts: Vec<Verdicts>,
}

/// The dossier of a trip.
pub type Trip = Dossier<TripContent>;

/// A member at the time the dossier was written: later posts and agencies do not change its statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSnapshot {
    pub full_name: String,
    /// The post of today, for people who read; empty in what was stored before 0.2.
    #[serde(default)]
    pub post: String,
    pub agency_id: i64,
    pub post_level: PostLevel,
}

/// What was said about one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdicts {
    pub consent: Option<ConsentVerdict>,
    pub decision: Option<DecisionVerdict>,
}

/// The recorded departure and return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Journey {
    pub departed_on: Option<NaiveDate>,
    pub returned_on: Option<NaiveDate>,
}

impl Journey {
    /// The days abroad: as recorded, else as planned. Someone who came back earlier is free from then on.
    pub fn days(&self, departure: Day, returning: Day) -> Period {
        let from = self.departed_on.unwrap_or(departure);
        Period { from, to: self.returned_on.unwrap_or(returning).max(from) }
    }
}

impl TripContent {
    pub fn period(&self) -> Period {
        Period { from: self.departure, to: self.returning }
    }

    /// The days abroad: as recorded, else as planned.
    pub fn days_abroad(&self) -> Period {
        self.journey.days(self.departure, self.returning)
    }

    /// Distinct countries, in the order of the journey.
    pub fn countries(&self) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for stop in &self.stops {
            if !seen.contains(&stop.country) {
                seen.push(stop.country.clone());
            }
        }
        seen
    }

    /// People of the delegation: those named, and those an old list only counted.
    pub fn headcount(&self) -> i64 {
        i64::try_from(self.travelling().count()).unwrap_or(i64::MAX) + self.unnamed()
    }

    /// People of an old list who are not named.
    pub fn unnamed(&self) -> i64 {
        let named = i64::try_from(self.members.len()).unwrap_or(i64::MAX);
        self.origin.as_ref().map_or(0, |o| (o.headcount - named).max(0))
    }

    pub fn official_ids(&self) -> Vec<i64> {
        self.members.iter().map(|m| m.official_id.0).collect()
    }

    /// Members with what was said about them, and who they are.
    pub fn members_judged(&self) -> impl Iterator<Item = (&Member, Verdicts, &MemberSnapshot)> {
        let verdicts = self.verdicts.iter().copied().chain(std::iter::repeat(Verdicts::default()));
        self.members.iter().zip(verdicts).zip(&self.people).map(|((m, v), p)| (m, v, p))
    }

    /// Whether cell and committee both agreed to a private journey of this member, and neither refused.
    pub fn opinions_complete(&self, official: Id) -> bool {
        let of_his = || self.party_opinions.iter().filter(|o| o.official_id.is_none_or(|id| id == official));
        let agreed = |level| of_his().any(|o| o.level == level);
        agreed(PartyLevel::Cell)
            && agreed(PartyLevel::Committee)
            && of_his().all(|o| o.verdict == ConsentVerdict::Agree)
    }

    /// Whether it counts as planned: as determined by the decision, before that by its plan item; if it was imported,
    /// as the old list says.
    pub fn in_plan(&self) -> bool {
        self.planned.unwrap_or(self.plan_item_id.is_some()) || self.origin.as_ref().is_some_and(|o| o.in_plan)
    }

    /// Members whom the decision did not refuse.
    pub fn travelling(&self) -> impl Iterator<Item = (&Member, &MemberSnapshot)> {
        let refused = |v: Verdicts| v.decision == Some(DecisionVerdict::Reject);
        self.members_judged().filter(move |(_, v, _)| !refused(*v)).map(|(m, _, p)| (m, p))
    }

    /// An engagement for everyone who travels, covering the whole days of the trip.
    pub fn engagements(&self, delegation_id: i64, draft: bool) -> Vec<Engagement> {
        let place = self.countries().join(",");
        let who = self.travelling().map(|(m, _)| m.official_id.0);
        who.map(|id| abroad(id, delegation_id, place.clone(), self.days_abroad(), draft)).collect()
    }
}

/// A person is abroad from the beginning of the first day to the end of the last.
pub fn abroad(official_id: i64, delegation_id: i64, place: String, days: Period, draft: bool) -> Engagement {
    let (starts, ends) = (start_of(days.from), start_of(days.to + chrono::Duration::days(1)));
    Engagement { official_id, kind: EngagementKind::Abroad, delegation_id, place, starts, ends, draft }
}
