//! A batch: one file of rows, what was found in it, and what became of it. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::text::Bilingual;
use kernel::time::Moment;

/// What the rows of a file are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ImportKind)]
pub enum Kind {
    /// Đoàn ra.
    Outbound,
    /// Đoàn vào.
    Inbound,
    /// Người đi công tác.
    Officials,
    /// Cơ quan, đơn vị.
    Agencies,
}

impl Kind {
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Columns a row must name to be a header of this kind.
    pub fn least_columns(self) -> usize {
        match self {
            Kind::Outbound | Kind::Inbound => 3,
            Kind::Officials | Kind::Agencies => 2,
        }
    }
}

/// What becomes of a unit that the tree does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UnknownAgencies {
    /// It is created, closed and unconfirmed, with a warning.
    #[default]
    Create,
    /// It is a fault.
    Reject,
}

/// Where a batch stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ImportState)]
pub enum State {
    /// Being read in the background.
    Checking,
    /// Without fault, to be committed.
    Staged,
    /// With faults: nothing was stored.
    Rejected,
    Committed,
    Undone,
    /// It could not be carried out; `errors` says why.
    Failed,
}

impl State {
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What is wrong, or remarkable, in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// As the sheet numbers it.
    pub row: u32,
    /// As the sheet calls it.
    pub column: String,
    pub code: String,
    /// None where it must not be kept.
    pub value: Option<String>,
    pub detail: Bilingual,
}

/// Faults of each kind that are kept with the batch; the annotated sheet has all.
pub const LISTED: usize = 2_000;
/// Rows above which a file is read in the background.
pub const AT_ONCE: i64 = 2_000;

/// A file of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub id: i64,
    pub version: i64,
    pub kind: Kind,
    pub file_name: String,
    pub sha256: String,
    pub state: State,
    pub dry_run: bool,
    pub unknown_agencies: UnknownAgencies,
    /// Of rows that name no unit.
    pub agency_id: Option<i64>,
    pub rows: i64,
    /// Rows that were read so far.
    pub done: i64,
    pub rejected: i64,
    pub created: i64,
    pub errors: Vec<Fault>,
    pub warnings: Vec<Fault>,
    /// The file, until it is undone; none where it must not be kept.
    pub stored_as: Option<String>,
    /// The same sheet with a column of remarks.
    pub annotated_as: Option<String>,
    pub created_by: i64,
    pub created_at: Moment,
}
