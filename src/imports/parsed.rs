//! What a row of a list describes. Pure.

use crate::imports::people::{ListedPerson, ListedUnit};
use crate::imports::rows::Delegation;

/// A parsed row.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    Delegation(Delegation),
    Person(ListedPerson),
    Unit(ListedUnit),
}
