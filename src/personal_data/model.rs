//! Requests of people about their data, and incidents. Pure.

use kernel::time::{Day, Moment};
use kernel::words;

words! {
    /// What somebody asks about their data (quyền của chủ thể dữ liệu).
    SubjectRequestKind {
        View: "Xem dữ liệu" / "See the data",
        Correct: "Chỉnh sửa" / "Correct it",
        Copy: "Cung cấp bản sao" / "Get a copy",
        Restrict: "Hạn chế xử lý" / "Restrict its use",
        Object: "Phản đối xử lý" / "Object to its use",
        Withdraw: "Rút lại sự đồng ý" / "Withdraw consent",
        Erase: "Xóa dữ liệu" / "Erase it",
    }
}

words! {
    /// What came of a request.
    SubjectRequestOutcome {
        Granted: "Đã thực hiện" / "Granted",
        PartlyGranted: "Thực hiện một phần" / "Granted in part",
        Refused: "Từ chối, có căn cứ" / "Refused, with its ground",
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectRequest {
    pub id: i64,
    pub version: i64,
    pub kind: SubjectRequestKind,
    /// Who asks.
    pub subject: String,
    pub contact: Option<String>,
    pub note: Option<String>,
    pub received_on: Day,
    pub reply_due_on: Day,
    pub replied_on: Option<Day>,
    /// Without an extension.
    pub due_on: Day,
    pub extended_until: Option<Day>,
    pub extension_reason: Option<String>,
    pub closed_on: Option<Day>,
    pub outcome: Option<SubjectRequestOutcome>,
    /// By which text it was refused, or what was left out.
    pub ground: Option<String>,
    pub created_by: i64,
}

impl SubjectRequest {
    /// The last day on which it may be carried out.
    pub fn last_day(&self) -> Day {
        self.extended_until.unwrap_or(self.due_on)
    }

    /// Whether a day has passed on which something had to be done that is not.
    pub fn is_overdue(&self, today: Day) -> bool {
        let unanswered = self.replied_on.is_none() && self.reply_due_on < today;
        self.closed_on.is_none() && (unanswered || self.last_day() < today)
    }
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: i64,
    pub version: i64,
    pub title: String,
    pub description: String,
    pub detected_at: Moment,
    /// When the authority got the first notice.
    pub noticed_at: Option<Moment>,
    /// When it got the report.
    pub reported_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub conclusion: Option<String>,
    pub created_by: i64,
}
