//! Foreign partners (đối tác): organisations, partner localities, friendship associations. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::time::Day;
use kernel::words::{PartnerKind, RelationState};

/// A foreign organisation or locality, or a friendship association, that delegations visit or come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub id: i64,
    pub version: i64,
    pub kind: PartnerKind,
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Province or city abroad.
    pub locality: Option<String>,
    /// Other names of the partner.
    pub other_names: Vec<String>,
    pub relation: Option<Relation>,
    pub note: Option<String>,
    /// The partner into which this duplicate was merged.
    pub merged_into: Option<i64>,
}

/// Friendship relations (quan hệ hữu nghị, kết nghĩa).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"since": "2012-10-10", "state": "active",
    "agreement": {"title": "Thỏa thuận hợp tác hữu nghị", "number": "01/TTQT", "signed_on": "2012-10-10"}}))]
pub struct Relation {
    pub since: Option<NaiveDate>,
    pub state: RelationState,
    pub agreement: Option<Agreement>,
}

/// The agreement on which the relations are based (Luật 70/2020/QH14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[schema(max_length = 200)]
    pub number: Option<String>,
    pub signed_on: Option<NaiveDate>,
}

/// Dates of the last visits in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastVisits {
    pub inbound: Option<Day>,
    pub outbound: Option<Day>,
}
