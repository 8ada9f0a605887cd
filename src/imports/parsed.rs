//! What a row of a list describes. Pure.

use crate::imports::accounts::ListedAccount;
use crate::imports::guests::ListedGuest;
use crate::imports::passports::ListedPassport;
use crate::imports::people::{ListedPerson, ListedUnit};
use crate::imports::plan_items::ListedPlanItem;
use crate::imports::rows::Delegation;

/// A parsed row.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    Delegation(Delegation),
    Person(ListedPerson),
    Unit(ListedUnit),
    Account(ListedAccount),
    Passport(ListedPassport),
    PlanItem(ListedPlanItem),
    Guest(ListedGuest),
}
