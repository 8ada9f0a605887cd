//! Regulations as data: packs are read and checked, and an assessment tells who decides, under which article.

pub mod assess;
pub mod book;
pub mod case;
pub mod check;
pub mod fact;
pub mod findings;
pub mod notes;
pub mod pack;
pub mod read;
pub mod read_condition;
pub mod read_rules;
pub mod schedule;
mod shipped;

pub use shipped::SHIPPED;
