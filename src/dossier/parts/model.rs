//! Parts of a dossier that are the same in every procedure. Pure.

use chrono::NaiveDate;
use kernel::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use kernel::checks;
use kernel::id::Id;
use kernel::money::Money;
use kernel::validity::{Validity, require};
use kernel::words::{ConsentVerdict, FieldError, FundingSource, InviterKind, MemberRole, PaperRef, PostLevel};

/// Who pays (nguồn kinh phí), and how much if a state budget does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "budgets_state_an_amount", skip_on_field_errors = false))]
pub struct Funding {
    pub source: FundingSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub amount: Option<Money>,
}

/// Who invites (đơn vị mời).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InvitingParty {
    #[schema(min_length = 1, max_length = 500)]
    pub name: String,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    #[validate(custom(function = "checks::known_country"))]
    pub country: String,
    pub kind: InviterKind,
    /// The invitation names the officials it is for.
    #[serde(default)]
    pub invites_by_name: bool,
}

/// A stay in one place (nơi đến), from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "ends_after_it_begins", skip_on_field_errors = false))]
pub struct Stop {
    #[schema(min_length = 2, max_length = 2)]
    #[validate(custom(function = "checks::foreign_country"))]
    pub country: String,
    #[schema(min_length = 1, max_length = 300)]
    pub place: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

fn ends_after_it_begins(stop: &Stop) -> Validity {
    let (vi, en) = ("Ngày rời trước ngày đến.", "The stop ends before it begins.");
    require(stop.to >= stop.from, "/to", FieldError::EndsBeforeItBegins, vi, en)
}

fn budgets_state_an_amount(part: &Funding) -> Validity {
    let stated = part.amount.is_some() || !part.source.is_budget();
    let (vi, en) = ("Kinh phí từ ngân sách thì phải ghi số tiền.", "Funding from a state budget needs an amount.");
    require(stated, "/amount", FieldError::Missing, vi, en)
}

/// Someone who travels (thành viên đoàn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
pub struct Member {
    #[schema(value_type = String)]
    pub official_id: Id,
    pub role: MemberRole,
    /// The member to whom this one is related.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub relative_of: Option<Id>,
}

/// Leave for a private journey (nghỉ phép).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "annual", "from": "2026-12-07", "to": "2026-12-18"}))]
pub struct Leave {
    pub kind: LeaveKind,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

words! {
    /// Kind of leave.
    LeaveKind {
        /// Nghỉ hằng năm.
        Annual: "Nghỉ hằng năm" / "Annual leave",
        /// Nghỉ không hưởng lương.
        Unpaid: "Nghỉ không hưởng lương" / "Unpaid leave",
        /// Nghỉ ốm, chữa bệnh.
        Medical: "Nghỉ ốm, chữa bệnh" / "Medical leave",
        /// Nghỉ chế độ, nghỉ lễ, tết và các trường hợp khác.
        Other: "Nghỉ khác" / "Other leave",
    }
}

/// What the Party cell or committee said about a member's private journey (HD 01-HD/BTCTW 5/8/2022).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"level": "cell", "verdict": "agree", "document": {"number": "05-CV/CB", "date": "2026-11-20"}}))]
pub struct PartyOpinion {
    pub level: PartyLevel,
    pub verdict: ConsentVerdict,
    pub document: PaperRef,
    /// The member concerned; null means every member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub official_id: Option<Id>,
}

words! {
    PartyLevel {
        /// Chi bộ.
        Cell: "Chi bộ" / "Party cell",
        /// Cấp ủy.
        Committee: "Cấp ủy" / "Party committee",
    }
}

/// What an old list said about a delegation that was never a dossier here (nhập từ danh sách cũ). It counts without a
/// decision, and its people are not named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportedFrom)]
pub struct Origin {
    #[schema(value_type = String)]
    pub import_id: Id,
    /// Row number in the sheet.
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
    /// Level of the post in the head's cell, if the cell contains one.
    pub leader_level: Option<PostLevel>,
}
