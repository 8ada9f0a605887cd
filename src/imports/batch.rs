//! A batch: one imported file, what was found in it, and its state. Pure.

use kernel::words;
use serde::{Deserialize, Serialize};

use kernel::text::Bilingual;
use kernel::time::Moment;

words! {
    /// What the rows of a file describe.
    #[schema(as = ImportKind)]
    ImportKind {
        /// Đoàn ra.
        Outbound: "Đoàn ra" / "Outbound delegations",
        /// Đoàn vào.
        Inbound: "Đoàn vào" / "Inbound delegations",
        /// Người đi công tác.
        Officials: "Cán bộ, công chức" / "Officials",
        /// Cơ quan, đơn vị.
        Agencies: "Cơ quan, đơn vị" / "Agencies",
    }
}

impl ImportKind {
    /// Number of known columns that a row must name to be a header of this kind.
    pub fn least_columns(self) -> usize {
        match self {
            ImportKind::Outbound | ImportKind::Inbound => 3,
            ImportKind::Officials | ImportKind::Agencies => 2,
        }
    }
}

/// What happens to a unit that is not in the tree of agencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UnknownAgencies {
    /// It is created as closed and unconfirmed, with a warning.
    #[default]
    Create,
    /// It is an error.
    Reject,
}

words! {
    /// The state of a batch.
    #[schema(as = ImportState)]
    ImportState {
        /// Being checked in the background.
        Checking: "Đang kiểm tra" / "Being checked",
        /// Without errors, ready to be committed.
        Staged: "Chờ xác nhận nhập" / "Ready to commit",
        /// With errors: nothing was created.
        Rejected: "Có lỗi, không nhập" / "Rejected",
        Committed: "Đã nhập" / "Committed",
        Undone: "Đã hoàn tác" / "Undone",
        /// Could not be processed; `errors` says why.
        Failed: "Không thực hiện được" / "Failed",
    }
}

/// An error or a warning about one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFault {
    /// Row number in the sheet.
    pub row: u32,
    /// Column name in the sheet.
    pub column: String,
    pub code: String,
    /// None if empty, or if it must not be stored (state secrets).
    pub value: Option<String>,
    pub detail: Bilingual,
}

/// Maximum errors, and maximum warnings, stored with the batch; the annotated sheet has all.
pub const LISTED: usize = 2_000;
/// Files with more rows are checked in the background.
pub const AT_ONCE: i64 = 2_000;

/// One imported file.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub id: i64,
    pub version: i64,
    pub kind: ImportKind,
    pub file_name: String,
    pub sha256: String,
    pub state: ImportState,
    pub dry_run: bool,
    pub unknown_agencies: UnknownAgencies,
    /// The agency for rows that name none.
    pub agency_id: Option<i64>,
    pub rows: i64,
    /// Rows checked so far.
    pub done: i64,
    pub rejected: i64,
    pub created: i64,
    pub errors: Vec<ImportFault>,
    pub warnings: Vec<ImportFault>,
    /// Where the file is stored; none if it must not be stored.
    pub stored_as: Option<String>,
    /// Where the annotated sheet is stored.
    pub annotated_as: Option<String>,
    pub created_by: i64,
    pub created_at: Moment,
}
