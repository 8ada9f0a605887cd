//! Partners abroad (đối tác): foreign organisations, partner localities, friendship associations. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::time::Day;
use kernel::words::{PartnerKind, RelationState};

/// Someone abroad – or an association for the friendship with them – whom delegations go to and come from.
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
    /// Other names it is known by.
    pub other_names: Vec<String>,
    pub relation: Option<Relation>,
    pub note: Option<String>,
    /// Where its dossiers went when it turned out to be the same as another.
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

/// The agreement that the relations rest on (Luật 70/2020/QH14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[schema(max_length = 200)]
    pub number: Option<String>,
    pub signed_on: Option<NaiveDate>,
}

/// When delegations of either side were last at the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastVisits {
    pub inbound: Option<Day>,
    pub outbound: Option<Day>,
}
