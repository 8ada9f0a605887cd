//! What every procedure carries: stops, money, members, papers, numbers.

pub mod attachments;
pub mod duties;
pub mod engagement;
pub mod model;
pub mod numbering;
pub mod rules;
