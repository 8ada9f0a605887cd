//! What was recorded of a delegation, and what an act changed of it. Pure.

use kernel::words;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

words! {
    /// Something recorded that a correction may change.
    Recorded {
        DepartedOn: "Ngày đi thực tế" / "Actual departure",
        ReturnedOn: "Ngày về thực tế" / "Actual return",
        ArrivedOn: "Ngày đến thực tế" / "Actual arrival",
        /// People of a trip of an old list.
        Headcount: "Số người trong danh sách" / "People on the list",
        /// Guests who came.
        RecordedHeadcount: "Số khách thực tế" / "Guests who came",
        Report: "Báo cáo kết quả" / "Report on the results",
        /// What the row of an old list says.
        Content: "Nội dung nhập từ danh sách" / "Content of the list",
    }
}

/// One recorded value, before and after it was corrected (đính chính).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"what": "returned_on", "before": "2026-03-06", "after": "2026-03-08"}))]
pub struct CorrectedValue {
    pub what: Recorded,
    /// Days as texts, numbers of people as numbers, a report or a content as an object with what differs.
    pub before: Value,
    pub after: Value,
}
