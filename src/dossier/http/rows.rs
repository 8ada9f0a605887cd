//! What a list tells of a dossier beside its own columns.

use crate::access::shorts::AgencyShort;
use crate::dossier::store::list::DossierItem;
use kernel::words::Body;

/// Whose turn it is in a dossier, as far as the caller sees it.
#[derive(Debug, Clone)]
pub struct RowTurn {
    pub waiting_for: Vec<Body>,
    /// RFC 3339.
    pub since: Option<String>,
    /// The caller sees the whole dossier, and not only what they are asked about.
    pub seen_whole: bool,
    /// Why the head sent the draft back.
    pub returned: Option<String>,
}

/// A dossier in a list, with what stands beside its ids and days.
pub struct RegisterRow {
    pub item: DossierItem,
    /// The requesting agency.
    pub agency: Option<AgencyShort>,
    /// The open step is past its due day.
    pub overdue: bool,
    /// Whose turn it is, where that was asked for.
    pub turn: Option<RowTurn>,
}
