//! Request bodies of the actions that every procedure has.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use kernel::words::{Body, Document, Opinion, PaperRef};

/// The only classification that is accepted; any other is refused, and nothing of it is stored.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unclassified {
    Unclassified,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = Noted, example = json!({"note": "Bổ sung chương trình làm việc ngày thứ hai."}))]
pub struct NoteGiven {
    #[schema(min_length = 1, max_length = 4000)]
    pub note: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = Reasoned, example = json!({"reason": "Phía bạn thay đổi lịch."}))]
pub struct ReasonGiven {
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Submit {
    /// Required if the assessment finds `late_submission`.
    #[schema(min_length = 1, max_length = 4000)]
    pub explanation: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "ppc_chair", "citation": "QĐ 46/2012/QĐ-UBND Đ.7", "reason": "Tra cứu bản giấy."}))]
pub struct AssignAuthority {
    pub body: Body,
    #[schema(min_length = 1, max_length = 1000)]
    pub citation: String,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Everything that is missing, in a single and complete request.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"missing": ["programme"], "note": "Chương trình chưa ghi nơi làm việc ngày 9/12."}))]
pub struct RequestSupplement {
    #[schema(max_items = 20)]
    pub missing: Vec<Document>,
    #[schema(min_length = 1, max_length = 4000)]
    pub note: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"opinion": "favourable", "note": ""}))]
pub struct OpinionGiven {
    pub opinion: Opinion,
    /// Required with `unfavourable`.
    pub note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"document": {"number": "2490/QĐ-UBND", "date": "2026-11-24"}, "reason": "Sai năm sinh của thành viên."}))]
pub struct CorrectDecision {
    pub document: PaperRef,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = On, example = json!({"on": "2026-11-20"}))]
pub struct OnDay {
    /// Not in the future.
    pub on: NaiveDate,
}
