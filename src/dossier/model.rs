//! Parts of a dossier that are the same in every procedure. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::Id;
use crate::kernel::money::Money;
use crate::kernel::words::{FundingSource, InviterKind, MemberRole, PostLevel};

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

/// What an old list said of a delegation that was never a dossier here (nhập từ danh sách cũ): it counts without a
/// decision, and its people have no names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportedFrom)]
pub struct Origin {
    #[schema(value_type = String)]
    pub import_id: Id,
    /// As the sheet numbers it.
    pub row: u32,
    /// People of the delegation, named or not.
    pub headcount: i64,
    pub head: Option<String>,
    pub activity: Option<String>,
    pub partner: Option<String>,
    pub funding: Option<String>,
    pub report: Option<String>,
    pub note: Option<String>,
    pub in_plan: bool,
    /// By the post that stands in the head's cell, where it is one.
    pub leader_level: Option<PostLevel>,
}
