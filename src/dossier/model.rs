//! A dossier (hồ sơ) of any procedure: its content, and everything that happened to it. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::approval::process::Process;
use crate::dossier::amendments::{self, Amendment};
use crate::dossier::decision::Decision;
use crate::dossier::flow::State;
use kernel::id::Id;
use kernel::time::{Day, Moment, Period};
use kernel::words::Body;

/// A dossier with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dossier<C> {
    pub id: i64,
    pub version: i64,
    pub number: Option<String>,
    pub content: C,
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
    pub report: Option<ResultsReport>,
    pub process: Process,
    /// Every change of what was decided, in order.
    #[serde(default = "Vec::new")]
    pub amendments: Vec<Amendment<C>>,
}

impl<C> Dossier<C> {
    /// A new draft.
    pub fn draft(content: C, by: i64, now: Moment) -> Self {
        Dossier {
            id: Id::new(now).0,
            version: 1,
            number: None,
            content,
            state: State::Draft,
            signature_requested: false,
            created_by: by,
            created_at: now,
            updated_at: now,
            submitted_on: None,
            complete_on: None,
            ruling: None,
            decision: None,
            report: None,
            process: Process::default(),
            amendments: Vec::new(),
        }
    }

    /// The amendment that waits for its decision.
    pub fn pending(&self) -> Option<&Amendment<C>> {
        self.amendments.last().filter(|a| a.standing == amendments::AmendmentStanding::Pending)
    }

    pub fn pending_mut(&mut self) -> Option<&mut Amendment<C>> {
        self.amendments.last_mut().filter(|a| a.standing == amendments::AmendmentStanding::Pending)
    }

    /// The content that bodies are asked about: the proposed one, while an amendment is pending.
    pub fn at_hand(&self) -> &C {
        self.pending().and_then(|a| a.proposed.as_ref()).unwrap_or(&self.content)
    }

    pub fn at_hand_mut(&mut self) -> &mut C {
        let amended = self.amendments.last_mut().filter(|a| a.standing == amendments::AmendmentStanding::Pending);
        amended.and_then(|a| a.proposed.as_mut()).unwrap_or(&mut self.content)
    }

    /// The dossier as if it had this content.
    pub fn with(&self, content: &C) -> Self
    where
        C: Clone,
    {
        Dossier { content: content.clone(), ..self.clone() }
    }

    /// The day the open step is due.
    pub fn due_on(&self) -> Option<Day> {
        self.process.due_on()
    }
}

/// What lists, searches and the histories of partners show of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The day by which lists, periods and years find it: the first day of travel, or the date of a document.
    pub listed_on: Day,
    /// First and last day, if people travel or receive guests.
    pub days: Option<Period>,
    /// In the order of the content, each once.
    pub countries: Vec<String>,
    pub headcount: i64,
    /// Names of people that a search finds.
    pub names: Vec<String>,
    /// The foreign side: name and country.
    pub counterpart: Option<(String, String)>,
}

/// The regulation under which the dossier was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ruling {
    pub regulation: String,
    pub regulation_version: i64,
    /// The decider that a person named, if no rule does.
    pub assigned: Option<Assigned>,
    /// Why it was submitted late, if the rule requires a reason.
    pub explanation: Option<String>,
    /// A supplement was already requested, which is allowed only once.
    #[serde(default)]
    pub supplemented: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assigned {
    pub body: Body,
    pub citation: String,
    pub reason: String,
}

/// The report on the results (báo cáo kết quả).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = Report, example = json!({"summary": "Đoàn đã làm việc với thành phố Cheongju.", "results": ["Ký biên bản ghi nhớ"],
    "follow_ups": [{"task": "Cử 10 thực tập sinh", "agency_id": "01ke3m9p0005s", "due_on": "2027-03-31"}]}))]
pub struct ResultsReport {
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
