//! A row of an old list, as registers receive it: checked, and with its agency found. Pure.

use kernel::time::Period;
use kernel::words::{Field, FundingSource, Purpose, ReceptionLevel};

use crate::dossier::parts::model::Origin;

/// What a row says about a delegation that was never a dossier here.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedRow {
    pub title: String,
    pub agency_id: i64,
    /// ISO 3166-1 alpha-2, in the order of the row.
    pub countries: Vec<&'static str>,
    /// Number of people by country, if the row gives it.
    pub counts: Vec<(&'static str, i64)>,
    pub days: Period,
    pub headcount: i64,
    pub level: ReceptionLevel,
    pub field: Option<Field>,
    pub purpose: Purpose,
    pub funding: Vec<FundingSource>,
    /// The row itself, kept with the dossier.
    pub origin: Origin,
    /// What the history says about its origin.
    pub note: String,
}
