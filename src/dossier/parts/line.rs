//! A delegation as a line of a list, with the columns in which provinces report it. Pure.

use kernel::words::{Field, Purpose};

use crate::dossier::parts::model::{Funding, Origin};

/// One delegation of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationLine {
    pub id: i64,
    pub version: i64,
    pub number: Option<String>,
    pub title: String,
    /// Trưởng đoàn.
    pub head: Option<String>,
    /// Đối tác.
    pub partner: Option<String>,
    /// Nội dung hoạt động.
    pub activity: Option<String>,
    /// Kinh phí.
    pub funding: Option<String>,
    /// Báo cáo.
    pub report: Option<String>,
    pub note: Option<String>,
    /// The regulation it was handled under, and its version.
    pub rule: Option<(String, i64)>,
}

/// What each procedure provides itself; the rest is the same in all.
pub struct OwnColumns {
    pub purpose: Option<Purpose>,
    pub field: Option<Field>,
    pub partner: Option<String>,
    pub funding: Vec<Funding>,
    pub note: Option<String>,
    pub origin: Option<Origin>,
}
