//! A trip (chuyến đi): the dossier of an outbound delegation. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approval::process::Process;
use crate::dossier::model::{Funding, InvitingParty, Member, Stop};
use crate::kernel::id::Id;
use crate::kernel::time::{Day, Moment, Period};
use crate::kernel::words::{
    Body, Capacity, ConsentVerdict, DecisionVerdict, Field, FindingCode, PostLevel, Procedure, Purpose, SignedAs,
};
use crate::procedures::outbound::flow::State;

/// What the agency writes into the dossier.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub title: String,
    pub procedure: Procedure,
    pub purpose: Purpose,
    pub field: Option<Field>,
    pub capacity: Capacity,
    pub agency_id: i64,
    pub plan_item_id: Option<i64>,
    pub funding: Vec<Funding>,
    /// None only for private travel.
    pub inviting_party: Option<InvitingParty>,
    pub departure: Day,
    pub returning: Day,
    pub stops: Vec<Stop>,
    pub members: Vec<Member>,
    pub note: Option<String>,
}

/// A dossier with all that happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trip {
    pub id: i64,
    pub version: i64,
    pub number: Option<String>,
    pub content: Content,
    pub state: State,
    /// The draft waits for the head's signature.
    pub signature_requested: bool,
    pub created_by: i64,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub submitted_on: Option<Day>,
    /// The day from which terms run.
    pub complete_on: Option<Day>,
    pub ruling: Option<Ruling>,
    pub decision: Option<Decision>,
    pub report: Option<Report>,
    pub journey: Journey,
    /// What Party bodies and the decider said of each member, in the order of `content.members`.
    pub verdicts: Vec<Verdicts>,
    /// Who the members are, in the same order.
    pub people: Vec<Person>,
    pub process: Process,
}

/// A member as he was when the dossier was written: later posts and agencies do not change its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub full_name: String,
    pub agency_id: i64,
    pub post_level: PostLevel,
}

/// What was said of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdicts {
    pub consent: Option<ConsentVerdict>,
    pub decision: Option<DecisionVerdict>,
}

/// Under which text the dossier was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ruling {
    pub regulation: String,
    pub regulation_version: i64,
    /// Named by a human where no rule names the decider.
    pub assigned: Option<Assigned>,
    /// Why it came late, where the rule asks.
    pub explanation: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assigned {
    pub body: Body,
    pub citation: String,
    pub reason: String,
}

/// The signed decision (quyết định cử đoàn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    pub verdict: DecisionVerdict,
    pub body: Body,
    pub document: DecisionPaper,
    pub note: Option<String>,
    #[schema(value_type = String)]
    pub decided_by: Id,
    pub waivers: Vec<Waiver>,
    /// Corrections on the document; the original stays.
    pub corrections: Vec<Correction>,
}

/// Number, date and manner of signing (NĐ 30/2020/NĐ-CP Đ.13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "2481/QĐ-UBND", "date": "2026-11-22", "signed_as": "direct"}))]
pub struct DecisionPaper {
    #[schema(min_length = 1, max_length = 200)]
    pub number: String,
    pub date: NaiveDate,
    pub signed_as: SignedAs,
}

/// An exception from a limit (chấp thuận ngoại lệ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    pub finding: FindingCode,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    pub document: crate::kernel::words::PaperRef,
    pub reason: String,
}

/// The report after the trip (báo cáo kết quả).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"summary": "Đoàn đã làm việc với thành phố Cheongju.", "results": ["Ký biên bản ghi nhớ"],
    "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": "01ke3m9p0005s", "due_on": "2027-03-31"}]}))]
pub struct Report {
    #[schema(min_length = 1, max_length = 4000)]
    pub summary: String,
    #[schema(max_items = 100)]
    pub results: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub follow_ups: Vec<FollowUp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    #[schema(min_length = 1, max_length = 1000)]
    pub task: String,
    #[schema(value_type = String)]
    pub agency_id: Id,
    pub due_on: NaiveDate,
}

/// What was recorded of the way there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Journey {
    pub departed_on: Option<NaiveDate>,
    pub returned_on: Option<NaiveDate>,
}

impl Content {
    pub fn period(&self) -> Period {
        Period { from: self.departure, to: self.returning }
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

    pub fn official_ids(&self) -> Vec<i64> {
        self.members.iter().map(|m| m.official_id.0).collect()
    }
}

impl Trip {
    /// Members with what was said of them.
    pub fn members(&self) -> impl Iterator<Item = (&Member, Verdicts)> {
        let verdicts = self.verdicts.iter().copied().chain(std::iter::repeat(Verdicts::default()));
        self.content.members.iter().zip(verdicts)
    }

    /// Members whom the decision did not refuse.
    pub fn travelling(&self) -> impl Iterator<Item = (&Member, &Person)> {
        let refused = |v: Verdicts| v.decision == Some(DecisionVerdict::Reject);
        self.members().zip(&self.people).filter(move |((_, v), _)| !refused(*v)).map(|((m, _), p)| (m, p))
    }

    pub fn has_member(&self, official_id: i64) -> bool {
        self.content.members.iter().any(|m| m.official_id.0 == official_id)
    }

    /// The day the open step is due.
    pub fn due_on(&self) -> Option<Day> {
        self.process.due_on()
    }
}
