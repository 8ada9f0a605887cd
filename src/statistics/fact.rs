//! A fact: what one member (or group) of one delegation counts for, in one country. Pure.

use crate::kernel::time::Day;
use crate::kernel::words::Procedure;

/// One row: delegation × member or group × country.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    pub delegation_id: i64,
    pub procedure: Procedure,
    /// Departure (outbound) or arrival (inbound).
    pub travel_date: Day,
    /// Date of the signed decision.
    pub decided_on: Day,
    /// The agency the member belongs to.
    pub agency_id: i64,
    pub country: String,
    /// Who it is: the same key in two delegations is the same person.
    pub person: String,
    pub named: bool,
    /// People behind the row: 1 for a person, more for an unnamed group.
    pub heads: i64,
    pub purpose: String,
    pub field: String,
    /// Sources of the money, joined by commas.
    pub funding: String,
    /// Post level of the highest leader, empty where none travels.
    pub leader_level: String,
    pub in_plan: bool,
    pub reception_level: String,
    pub channel: String,
    pub waived: bool,
}
