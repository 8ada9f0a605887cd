//! Rows of lists, as registers receive them: checked, and with their agencies found. Pure.

use kernel::time::Period;
use kernel::words::{Field, FundingSource, MemberRole, Purpose, ReceptionLevel};

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

/// A guest in the list of one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedGuest {
    pub full_name: String,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    pub position: Option<String>,
    pub passport_number: Option<String>,
    pub role: Option<MemberRole>,
}

/// What came of a list of guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GuestsTaken {
    /// Guests who were not in the list of the dossier.
    pub added: i64,
    /// Guests who were, by passport, or by name and nationality.
    pub updated: i64,
    /// The version of the dossier; none if nothing was to change.
    pub version: Option<i64>,
}
