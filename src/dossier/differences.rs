//! What differs between the content that was decided and another one. Pure.

use kernel::words;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

words! {
    /// The kind of a difference.
    #[schema(as = AmendmentKind)]
    AmendmentKind {
        Dates: "Thời gian" / "Dates",
        Members: "Thành viên" / "Members",
        Countries: "Nước đến" / "Countries",
        Headcount: "Số người" / "Headcount",
        Purpose: "Mục đích" / "Purpose",
        Funding: "Kinh phí" / "Funding",
        /// Who invites, or who sends the guests.
        Counterpart: "Đơn vị mời, đơn vị cử khách" / "Inviting or sending party",
        Capacity: "Danh nghĩa đoàn" / "Capacity",
        Reception: "Việc đón tiếp" / "Reception",
        Topics: "Nội dung nhạy cảm" / "Topics",
        /// Places and hours within the days and countries that were decided.
        Programme: "Chương trình" / "Programme",
        /// Title, note and the like, which no decision states.
        Particulars: "Nội dung khác" / "Other particulars",
    }
}

impl AmendmentKind {
    /// Whether a decision states it, so that changing it changes the decision.
    pub fn is_decided(self) -> bool {
        !matches!(self, AmendmentKind::Programme | AmendmentKind::Particulars)
    }
}

/// One difference, with the values before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"kind": "dates", "before": {"departure_date": "2027-01-11", "return_date": "2027-01-15"},
    "after": {"departure_date": "2027-01-11", "return_date": "2027-01-16"}, "material": true, "people": []}))]
pub struct Difference {
    pub kind: AmendmentKind,
    #[schema(value_type = Object)]
    pub before: Value,
    #[schema(value_type = Object)]
    pub after: Value,
    /// It adds a person, a country or a day, or changes something else that the authority depends on: the competent
    /// body decides it.
    pub material: bool,
    /// Officials who join.
    pub people: Vec<String>,
}

impl Difference {
    /// Pointers of the fields that differ.
    pub fn fields(&self) -> Vec<String> {
        let members = self.before.as_object().into_iter().flatten();
        members.filter(|(name, was)| self.after.get(name) != Some(was)).map(|(name, _)| format!("/{name}")).collect()
    }
}
