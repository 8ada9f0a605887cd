//! The list of procedures: a new one is its folder and one line here.

use crate::dossier::register::{Of, Register, Registers};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::outbound::model::TripContent;

/// Every register that ships, in the order in which lists and reports show them.
const SHIPPED: &[&dyn Register] = &[&Of::<TripContent>::NEW, &Of::<VisitContent>::NEW];

/// The registers that ship.
pub fn registers() -> Registers {
    Registers::new(SHIPPED)
}
