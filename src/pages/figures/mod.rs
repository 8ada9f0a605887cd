//! Figures on a page: the address is the question, every number opens the dossiers behind it.

pub mod asked;
pub mod overview;
pub mod records;
pub mod table;
