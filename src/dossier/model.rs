//! Parts of a dossier that are the same in every procedure. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::Id;
use crate::kernel::money::Money;
use crate::kernel::words::{FundingSource, InviterKind, MemberRole};

/// Who pays (nguồn kinh phí), and how much where a budget does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Funding {
    pub source: FundingSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Who invites (đơn vị mời).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitingParty {
    #[schema(min_length = 1, max_length = 500)]
    pub name: String,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    pub country: String,
    pub kind: InviterKind,
    /// It names the officials it wants.
    #[serde(default)]
    pub invites_by_name: bool,
}

/// A stay in one place (nơi đến), from day to day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    #[schema(min_length = 2, max_length = 2)]
    pub country: String,
    #[schema(min_length = 1, max_length = 300)]
    pub place: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Someone who travels (thành viên đoàn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
pub struct Member {
    #[schema(value_type = String)]
    pub official_id: Id,
    pub role: MemberRole,
    /// The member he is a relative of.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub relative_of: Option<Id>,
}
