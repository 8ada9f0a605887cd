//! The request body of `POST /assessments` for guests: visits, conferences, foreign press.
#![expect(clippy::duplicated_attributes, reason = "each rule of a body says that it looks beside faults of fields")]

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::regulations::addressed::one_of_two;
use kernel::checks;
use kernel::procedure::Procedure;
use kernel::text::fold;
use kernel::time::{day_of, start_of};
use kernel::validity::{Validity, require};
use kernel::words::{Body, Document, FieldError, ReceptionLevel, Topic, VisitMatter, VisitorLevel};
use regulation::case::{Case, Matter, Unknown, VisitCase, Visitor};

/// Procedures for guests.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitProcedure {
    Inbound,
    /// `arrival_date` is the opening (QĐ 06/2020/QĐ-TTg).
    Conference,
    /// `arrival_date` is the first activity (NĐ 262/2026/NĐ-CP).
    ForeignPress,
}

/// A question about guests, addressed to a `regulation` or to a province (`jurisdiction`).
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "procedure": "inbound", "regulation": "an-giang-2017", "received_on": "2017-03-06",
  "arrival_date": "2017-03-20", "departure_date": "2017-03-22",
  "visitors": [{"country": "KH", "locality": "takeo", "level": "provincial_official"}], "headcount": 12,
  "topics": [], "first_visit": false, "reception_level": "agency",
  "documents": ["request_letter", "guest_list", "programme"] }))]
#[validate(schema(function = "addressed", skip_on_field_errors = false))]
#[validate(schema(function = "days_in_order", skip_on_field_errors = false))]
#[validate(schema(function = "hour_of_the_day", skip_on_field_errors = false))]
pub struct VisitQuestion {
    procedure: VisitProcedure,
    #[schema(min_length = 1, max_length = 100)]
    pub regulation: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub jurisdiction: Option<String>,
    /// The day from which deadlines run if the dossier is complete.
    #[validate(custom(function = "checks::year"))]
    pub received_on: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    arrival_date: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    departure_date: NaiveDate,
    #[schema(min_items = 1, max_items = 500)]
    #[validate(nested)]
    visitors: Vec<AskedVisitor>,
    #[schema(minimum = 1, maximum = 100000)]
    headcount: i64,
    #[schema(max_items = 9)]
    topics: Option<Vec<Topic>>,
    first_visit: Option<bool>,
    /// The body requested to receive the guests.
    reception_asked_of: Option<Body>,
    #[validate(custom(function = "checks::year"))]
    reception_on: Option<NaiveDate>,
    reception_level: Option<ReceptionLevel>,
    /// When the guests first enter a restricted or border area.
    restricted_from: Option<DateTime<Utc>>,
    /// What is asked for; without it, the usual case.
    matter: Option<VisitMatter>,
    /// The hour at which it begins, for notices that are due hours before.
    begins_at: Option<DateTime<Utc>>,
    #[schema(max_items = 50)]
    documents: Vec<Document>,
}

fn addressed(question: &VisitQuestion) -> Validity {
    one_of_two(&question.regulation, &question.jurisdiction)
}

fn hour_of_the_day(question: &VisitQuestion) -> Validity {
    let fits = question.begins_at.is_none_or(|at| day_of(at.naive_utc()) == question.arrival_date);
    let (vi, en) = ("Giờ bắt đầu phải thuộc ngày đến.", "The hour must lie on the day of arrival.");
    require(fits, "/begins_at", FieldError::OutOfRange, vi, en)
}

fn days_in_order(question: &VisitQuestion) -> Validity {
    checks::visit_days(question.arrival_date, question.departure_date, "/departure_date")
}

/// Guests of the same origin and level.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct AskedVisitor {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    #[validate(custom(function = "checks::known_country"))]
    country: String,
    /// Province or city abroad.
    #[schema(min_length = 1, max_length = 200)]
    locality: Option<String>,
    level: VisitorLevel,
}

/// A place abroad as rules write it: lower case, without diacritics, with hyphens.
pub fn locality_word(name: &str) -> String {
    fold(name).replace(' ', "-")
}

impl VisitQuestion {
    /// Converts the question to a case.
    pub fn into_case(self) -> Case {
        let topics: std::collections::BTreeSet<Topic> = self.topics.unwrap_or_default().into_iter().collect();
        // Without a time, assume the border area is entered at the start of the first day.
        let border = topics.contains(&Topic::BorderArea).then(|| start_of(self.arrival_date));
        let visitors = self.visitors.into_iter().enumerate().map(|(at, v)| Visitor {
            reference: at.to_string(),
            country: v.country,
            locality: v.locality.as_deref().map(locality_word),
            level: v.level,
        });
        Case {
            procedure: match self.procedure {
                VisitProcedure::Inbound => Procedure::INBOUND,
                VisitProcedure::Conference => Procedure::CONFERENCE,
                VisitProcedure::ForeignPress => Procedure::FOREIGN_PRESS,
            },
            received_on: self.received_on,
            begins: self.arrival_date,
            ends: self.departure_date,
            documents: self.documents.into_iter().collect(),
            unknown: Unknown::default(),
            matter: Matter::Visit(VisitCase {
                visitors: visitors.collect(),
                headcount: self.headcount,
                topics,
                first_visit: self.first_visit.unwrap_or(false),
                reception_asked_of: self.reception_asked_of,
                reception_on: self.reception_on,
                reception_level: self.reception_level,
                restricted_from: self.restricted_from.map(|at| at.naive_utc()).or(border),
                clashes: 0,
                matter: self.matter.unwrap_or(VisitMatter::Usual),
                begins_at: self.begins_at.map(|at| at.naive_utc()),
            }),
        }
    }
}
