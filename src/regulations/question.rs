//! The request body of `POST /assessments`, and its conversion to a case.
#![expect(clippy::duplicated_attributes, reason = "each rule of a body says that it looks beside faults of fields")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::regulations::addressed::one_of_two;
use crate::regulations::card_question::CardQuestion;
use crate::regulations::visit_question::VisitQuestion;
use kernel::checks;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::validity::{Validity, all_of, fault};
use kernel::words::{
    Bloc, Document, FieldError, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Purpose,
};
use regulation::case::{Case, Matter, PassportFacts, StopDays, Traveller, TripCase, Unknown};

/// A question to a regulation; `procedure` selects the variant. Nothing is stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "procedure", mapping(
    ("outbound" = "#/components/schemas/TripQuestion"), ("private_travel" = "#/components/schemas/TripQuestion"),
    ("inbound" = "#/components/schemas/VisitQuestion"), ("conference" = "#/components/schemas/VisitQuestion"),
    ("foreign_press" = "#/components/schemas/VisitQuestion"), ("apec_card" = "#/components/schemas/CardQuestion"))), as = Question, example = json!({ "procedure": "outbound", "regulation": "an-giang-2017",
  "received_on": "2017-03-06", "departure_date": "2017-04-10", "return_date": "2017-04-14", "purpose": "study_visit",
  "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false, "stops": [{"country": "TH", "days": 5}],
  "travellers": [{"ref": "a", "role": "head", "post_level": "division_head", "managed_by": "agency",
     "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false, "key_leader": false,
     "locality": "so-khcn", "under_discipline": false, "missions_this_year": 0}],
  "documents": ["request_letter", "invitation"] }))]
pub enum AssessmentQuestion {
    Trip(TripQuestion),
    Visit(VisitQuestion),
    Card(CardQuestion),
}

impl AssessmentQuestion {
    /// The code of the regulation, the province, and the day in question.
    pub fn addressed_to(&self) -> (Option<String>, Option<String>, Day) {
        match self {
            AssessmentQuestion::Trip(q) => (q.regulation.clone(), q.jurisdiction.clone(), q.received_on),
            AssessmentQuestion::Visit(q) => (q.regulation.clone(), q.jurisdiction.clone(), q.received_on),
            AssessmentQuestion::Card(q) => (q.regulation.clone(), q.jurisdiction.clone(), q.received_on),
        }
    }

    /// Converts the question to a case.
    pub fn into_case(self) -> Case {
        match self {
            AssessmentQuestion::Trip(q) => q.into_case(),
            AssessmentQuestion::Visit(q) => q.into_case(),
            AssessmentQuestion::Card(q) => q.into_case(),
        }
    }
}

impl Validate for AssessmentQuestion {
    fn validate(&self) -> Result<(), ValidationErrors> {
        match self {
            AssessmentQuestion::Trip(question) => question.validate(),
            AssessmentQuestion::Visit(question) => question.validate(),
            AssessmentQuestion::Card(question) => question.validate(),
        }
    }
}

/// Procedures for trips.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskedProcedure {
    Outbound,
    PrivateTravel,
}

/// A question about a trip, addressed to a `regulation` or to a province (`jurisdiction`).
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = TripQuestion, example = json!({ "procedure": "outbound", "regulation": "an-giang-2017", "received_on": "2017-03-06",
  "departure_date": "2017-04-10", "return_date": "2017-04-14", "purpose": "study_visit",
  "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
  "stops": [{"country": "TH", "days": 5}],
  "travellers": [{"ref": "a", "role": "head", "post_level": "division_head", "managed_by": "agency",
     "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false,
     "key_leader": false, "locality": "so-khcn", "under_discipline": false, "missions_this_year": 0,
     "bloc": "state", "relative_of": null, "passport": {"kind": "ordinary", "expires_on": "2021-01-01"},
     "grade": {"category": "A1", "grade": "chuyên viên", "step": "3/9", "code": "01.003"}}],
  "documents": ["request_letter", "invitation"] }))]
#[validate(schema(function = "addressed", skip_on_field_errors = false))]
#[validate(schema(function = "days_in_order", skip_on_field_errors = false))]
#[validate(schema(function = "one_head", skip_on_field_errors = false))]
#[validate(schema(function = "told_apart", skip_on_field_errors = false))]
#[validate(schema(function = "relatives_travel_too", skip_on_field_errors = false))]
pub struct TripQuestion {
    pub procedure: AskedProcedure,
    #[schema(min_length = 1, max_length = 100)]
    pub regulation: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub jurisdiction: Option<String>,
    /// The day from which deadlines run if the dossier is complete.
    pub received_on: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    pub departure_date: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    pub return_date: NaiveDate,
    pub purpose: Purpose,
    #[schema(min_items = 1, max_items = 8)]
    pub funding: Vec<FundingSource>,
    pub in_plan: bool,
    pub enterprise_invites_by_name: bool,
    #[schema(min_items = 1, max_items = 50)]
    #[validate(nested)]
    pub stops: Vec<AskedStop>,
    #[schema(min_items = 1, max_items = 500)]
    pub travellers: Vec<AskedTraveller>,
    #[schema(max_items = 50)]
    pub documents: Vec<Document>,
}

fn addressed(question: &TripQuestion) -> Validity {
    one_of_two(&question.regulation, &question.jurisdiction)
}

fn days_in_order(question: &TripQuestion) -> Validity {
    checks::trip_days(question.departure_date, question.return_date, "/return_date")
}

fn one_head(question: &TripQuestion) -> Validity {
    let heads = question.travellers.iter().filter(|t| t.role == MemberRole::Head).count();
    checks::one_head(heads, "/travellers")
}

fn told_apart(question: &TripQuestion) -> Validity {
    let mut seen = BTreeSet::new();
    let (vi, en) = ("Mã thành viên bị lặp lại.", "The `ref` is used twice.");
    let twice = question.travellers.iter().enumerate().filter(|(_, t)| !seen.insert(&t.r#ref));
    all_of(twice.map(|(index, _)| fault(&format!("/travellers/{index}/ref"), FieldError::Repeated, vi, en)))
}

fn relatives_travel_too(question: &TripQuestion) -> Validity {
    let all = &question.travellers;
    let stranger = |(_, t): &(usize, &AskedTraveller)| {
        t.relative_of.as_ref().is_some_and(|r| *r == t.r#ref || !all.iter().any(|other| other.r#ref == *r))
    };
    let (vi, en) = ("Không có thành viên này.", "This traveller does not exist.");
    let at = |index: usize| format!("/travellers/{index}/relative_of");
    let strangers = all.iter().enumerate().filter(stranger);
    all_of(strangers.map(|(index, _)| fault(&at(index), FieldError::UnknownMember, vi, en)))
}

/// Days in one country.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskedStop {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    #[validate(custom(function = "checks::foreign_country"))]
    pub country: String,
    #[schema(minimum = 1, maximum = 3650)]
    pub days: i64,
}

/// One traveller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedTraveller {
    /// Identifies the traveller in the answer.
    #[schema(min_length = 1, max_length = 100)]
    pub r#ref: String,
    pub role: MemberRole,
    pub post_level: PostLevel,
    pub managed_by: ManagedBy,
    pub personnel: Personnel,
    pub party_member: bool,
    pub provincial_committee_member: bool,
    pub key_leader: bool,
    /// Unit or locality.
    #[schema(min_length = 1, max_length = 200)]
    pub locality: String,
    pub under_discipline: bool,
    /// Other official missions in the year of departure.
    #[schema(minimum = 0, maximum = 366)]
    pub missions_this_year: i64,
    pub bloc: Option<Bloc>,
    /// `ref` of the traveller whose relative this person is.
    pub relative_of: Option<String>,
    pub passport: Option<AskedPassport>,
    pub grade: Option<AskedGrade>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedPassport {
    pub kind: PassportKind,
    pub expires_on: NaiveDate,
}

/// Category, grade, step and grade code (loại, ngạch, bậc, mã ngạch).
#[derive(Debug, Clone, Deserialize, serde::Serialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[schema(as = Grade)]
pub struct AskedGrade {
    #[schema(max_length = 100)]
    pub category: String,
    #[schema(max_length = 200)]
    pub grade: String,
    #[schema(max_length = 100)]
    pub step: String,
    #[schema(max_length = 100)]
    pub code: String,
}

impl AskedGrade {
    /// Whether all four are given.
    pub fn is_stated(&self) -> bool {
        [&self.category, &self.grade, &self.step, &self.code].iter().all(|part| !part.trim().is_empty())
    }
}

impl TripQuestion {
    /// Converts the question to a case.
    fn into_case(self) -> Case {
        Case {
            procedure: match self.procedure {
                AskedProcedure::Outbound => Procedure::OUTBOUND,
                AskedProcedure::PrivateTravel => Procedure::PRIVATE_TRAVEL,
            },
            received_on: self.received_on,
            begins: self.departure_date,
            ends: self.return_date,
            documents: self.documents.into_iter().collect(),
            unknown: Unknown::default(),
            matter: Matter::Trip(TripCase {
                purpose: self.purpose,
                funding: self.funding.into_iter().collect::<BTreeSet<FundingSource>>(),
                in_plan: self.in_plan,
                reminders_unanswered: 0,
                enterprise_invites_by_name: self.enterprise_invites_by_name,
                stops: self.stops.into_iter().map(|s| StopDays { country: s.country, days: s.days }).collect(),
                travellers: self.travellers.into_iter().map(AskedTraveller::into_traveller).collect(),
            }),
        }
    }
}

impl AskedTraveller {
    fn into_traveller(self) -> Traveller {
        Traveller {
            reference: self.r#ref,
            role: self.role,
            post_level: self.post_level,
            managed_by: self.managed_by,
            personnel: self.personnel,
            bloc: self.bloc.unwrap_or(Bloc::State),
            party_member: self.party_member,
            provincial_committee_member: self.provincial_committee_member,
            key_leader: self.key_leader,
            locality: self.locality,
            unit: None,
            under_discipline: self.under_discipline,
            missions_this_year: self.missions_this_year,
            opinions_lacking: false,
            relative_of: self.relative_of,
            passport: self.passport.map(|p| PassportFacts { kind: p.kind, expires_on: p.expires_on }),
            grade_stated: self.grade.is_some_and(|g| g.is_stated()),
            overlapping: Vec::new(),
        }
    }
}
