//! Relations of an actor to a dossier's agency and to the bodies, in which tables say whom a line is about. Pure.

use kernel::words::{Body, Role};

use crate::access::account::Actor;

/// Whose account is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Clerk or head of the requesting agency, or of one of its successors.
    Agency,
    Role(Role),
    /// The holder of a seat, or their substitute.
    Seat(Body),
    /// The holder of a seat that each unit has of its own, in the requesting agency.
    SeatOfAgency(Body),
    /// The holder of any seat that is not of one unit.
    AnySeat,
    /// Clerk or head of an agency, or of a unit above it: of the requesting one, and of those that take part.
    Watcher,
}

impl Holder {
    /// Whether the actor is such a holder, in a dossier of this agency if that matters.
    pub fn is(self, actor: &Actor, agency_id: i64) -> bool {
        match self {
            Holder::Agency => {
                actor.belongs_to(agency_id) && (actor.has(Role::Clerk) || actor.sits_in(Body::AgencyHead))
            }
            Holder::Role(role) => actor.has(role),
            Holder::Seat(body) => actor.sits_in(body),
            Holder::SeatOfAgency(body) => actor.belongs_to(agency_id) && actor.sits_in(body),
            Holder::AnySeat => !actor.bodies().is_empty(),
            Holder::Watcher => actor.watches(agency_id) && (actor.has(Role::Clerk) || actor.sits_in(Body::AgencyHead)),
        }
    }

    /// The agencies in whose dossiers the actor is such a holder: `None` for all, an empty list for none.
    pub fn agencies(self, actor: &Actor) -> Option<Vec<i64>> {
        match self {
            Holder::Agency | Holder::SeatOfAgency(_) => {
                Some(actor.agencies().filter(|agency| self.is(actor, *agency)).collect())
            }
            Holder::Watcher => Some(actor.watched().filter(|agency| self.is(actor, *agency)).collect()),
            // For other holders it does not matter which agency asked.
            _ => (!self.is(actor, 0)).then(Vec::new),
        }
    }
}
