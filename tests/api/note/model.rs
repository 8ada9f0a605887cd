//! What a note says.

use kernel::time::Day;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteContent {
    pub title: String,
    pub agency_id: i64,
    pub signer: String,
    /// In đồng.
    pub amount: i64,
    pub written_on: Day,
}
