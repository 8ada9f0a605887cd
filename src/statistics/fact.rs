//! A fact: what one delegation contributes to statistics. Pure.

use serde::{Deserialize, Serialize};

use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Channel, Field, FundingSource, PostLevel, Purpose, ReceptionLevel};

/// A counted delegation with all its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub delegation_id: i64,
    pub procedure: Procedure,
    /// Departure (outbound) or arrival (inbound).
    pub travel_date: Day,
    /// Date of the signed decision.
    pub decided_on: Day,
    /// Calendar days from the first to the last, both included.
    pub days: i64,
    /// None where the procedure has no purposes.
    pub purpose: Option<Purpose>,
    /// None counts as `other`.
    pub field: Option<Field>,
    pub funding: Vec<Paid>,
    /// The level of the highest leader; none if no leader travels.
    pub leader_level: Option<PostLevel>,
    pub in_plan: bool,
    pub reception_level: Option<ReceptionLevel>,
    pub channel: Option<Channel>,
    pub waived: bool,
    pub shares: Vec<Share>,
}

impl Fact {
    /// Its visits (lượt): each person, and the heads of each unnamed group, once.
    pub fn visits(&self) -> i64 {
        let mut seen: Vec<i64> = Vec::new();
        let first = |share: &&Share| {
            let first = !seen.contains(&share.person);
            seen.push(share.person);
            first
        };
        self.shares.iter().filter(first).map(|share| share.heads).sum()
    }
}

#[cfg(test)]
impl Fact {
    /// A mission of five days in January 2026, which tests modify.
    pub fn example(delegation_id: i64, shares: Vec<Share>) -> Self {
        let day = Day::from_ymd_opt(2026, 1, 10).unwrap();
        Fact {
            delegation_id,
            procedure: Procedure::OUTBOUND,
            travel_date: day,
            decided_on: day,
            days: 5,
            purpose: Some(Purpose::Official),
            field: None,
            funding: Vec::new(),
            leader_level: None,
            in_plan: false,
            reception_level: None,
            channel: None,
            waived: false,
            shares,
        }
    }
}

/// Who pays, and how much if known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    pub source: FundingSource,
    pub amount: Option<Money>,
}

/// One person or one unnamed group in one country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The agency that the person belongs to, or that receives them.
    pub agency_id: i64,
    /// ISO 3166-1 alpha-2; none where nobody travels.
    pub country: Option<String>,
    /// Identity of the person, the same in all delegations. Negative: the n-th unnamed group of this delegation.
    pub person: i64,
    /// Number of people: 1 for a person, the size of a group.
    pub heads: i64,
}

impl Share {
    /// Its key in figures by country; empty where nobody travels.
    pub fn country(&self) -> &str {
        self.country.as_deref().unwrap_or("")
    }

    pub fn named(&self) -> bool {
        self.person > 0
    }
}
