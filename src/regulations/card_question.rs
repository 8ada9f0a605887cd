//! The request body of `POST /assessments` for APEC business travel cards (QĐ 09/2023/QĐ-TTg).

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::regulations::addressed::one_of_two;
use kernel::checks;
use kernel::procedure::Procedure;
use kernel::validity::Validity;
use kernel::words::{CardRoute, Document};
use regulation::case::{CardCase, CardPerson, Case, Matter, Unknown};

/// Procedures for cards.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardProcedure {
    ApecCard,
}

/// A question about APEC cards, addressed to a `regulation` or to a province (`jurisdiction`).
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"procedure": "apec_card", "regulation": "qd-09-2023", "received_on": "2026-08-27", "route": "private_firm",
    "months_of_operation": 36, "persons": [{"ref": "a", "age": 41, "months_in_post": 30, "exit_suspended": false}],
    "documents": ["request_form", "passport_copy"]}))]
#[validate(schema(function = "addressed", skip_on_field_errors = false))]
pub struct CardQuestion {
    #[expect(dead_code, reason = "chooses the variant; there is one procedure for cards")]
    procedure: CardProcedure,
    #[schema(min_length = 1, max_length = 100)]
    pub regulation: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub jurisdiction: Option<String>,
    /// The day from which deadlines run if the dossier is complete.
    #[validate(custom(function = "checks::year"))]
    pub received_on: NaiveDate,
    route: CardRoute,
    /// Months for which the enterprise has operated.
    #[schema(minimum = 0, maximum = 10000)]
    months_of_operation: i64,
    #[schema(min_items = 1, max_items = 500)]
    persons: Vec<AskedPerson>,
    /// The day on which a holder left the post, for the letter that follows.
    #[validate(custom(function = "checks::year"))]
    left_post_on: Option<NaiveDate>,
    #[schema(max_items = 50)]
    documents: Vec<Document>,
}

/// Someone for whom a card is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskedPerson {
    #[schema(min_length = 1, max_length = 100)]
    r#ref: String,
    /// In years.
    #[schema(minimum = 0, maximum = 150)]
    age: i64,
    #[schema(minimum = 0, maximum = 1000)]
    months_in_post: i64,
    exit_suspended: bool,
}

fn addressed(question: &CardQuestion) -> Validity {
    one_of_two(&question.regulation, &question.jurisdiction)
}

impl CardQuestion {
    /// Converts the question to a case.
    pub fn into_case(self) -> Case {
        let person = |p: AskedPerson| CardPerson {
            reference: p.r#ref,
            age: p.age,
            months_in_post: p.months_in_post,
            exit_suspended: p.exit_suspended,
        };
        Case {
            procedure: Procedure::APEC_CARD,
            received_on: self.received_on,
            begins: self.received_on,
            ends: self.received_on,
            documents: self.documents.into_iter().collect(),
            unknown: Unknown::default(),
            matter: Matter::Card(CardCase {
                route: self.route,
                firm_months: self.months_of_operation,
                persons: self.persons.into_iter().map(person).collect(),
                left_post_on: self.left_post_on,
            }),
        }
    }
}
