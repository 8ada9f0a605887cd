//! What a list of dossiers is narrowed to, and in which order it stands.

use crate::dossier::flow::State;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Body, Field, Purpose};

/// The filter of a list.
#[derive(Debug, Clone)]
pub struct DossierFilter {
    /// The word of the register.
    pub register: &'static str,
    /// Any of these; all if there are none.
    pub states: Vec<State>,
    pub procedures: Vec<Procedure>,
    pub purposes: Vec<Purpose>,
    pub fields: Vec<Field>,
    /// An official who travels.
    pub traveller: Option<i64>,
    pub in_plan: Option<bool>,
    pub q: Option<String>,
    pub agency_id: Option<i64>,
    pub country: Option<String>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub year: Option<i32>,
    pub overdue: Option<bool>,
    /// A step of any of these is open, as far as the reader is told whose turn it is.
    pub waiting_for: Vec<Body>,
    pub mine: bool,
    /// Only these; none means all.
    pub among: Option<Vec<i64>>,
    pub order: ListOrder,
}

impl DossierFilter {
    /// Every dossier of a register that the reader may see, by first day.
    pub fn of(register: &'static str) -> Self {
        DossierFilter {
            register,
            states: Vec::new(),
            procedures: Vec::new(),
            purposes: Vec::new(),
            fields: Vec::new(),
            traveller: None,
            in_plan: None,
            q: None,
            agency_id: None,
            country: None,
            from: None,
            to: None,
            year: None,
            overdue: None,
            waiting_for: Vec::new(),
            mine: false,
            among: None,
            order: ListOrder { by: ListedBy::FirstDay, descending: false },
        }
    }

    /// A database would walk through the register to find none of no ids.
    pub fn finds_nothing(&self) -> bool {
        self.among.as_ref().is_some_and(Vec::is_empty)
    }
}

/// What a list is ordered by; equal dossiers by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedBy {
    FirstDay,
    Update,
    /// Drafts have no number; they stand together.
    Number,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListOrder {
    pub by: ListedBy,
    pub descending: bool,
}
