//! The list of procedures: a new one needs its folder and one line here.

use crate::dossier::content_register::Of;
use crate::dossier::register::{Register, Registers};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::outbound::model::TripContent;

/// Every register that ships with the product, in the order in which lists and reports show them.
const SHIPPED: &[&dyn Register] = &[&Of::<TripContent>::NEW, &Of::<VisitContent>::NEW];

/// The registers that ship with the product.
pub fn registers() -> Registers {
    Registers::new(SHIPPED)
}
