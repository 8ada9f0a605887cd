//! Regulations as data: packs are read and checked, and an assessment tells who decides, under which article.
//!
//! 1. [`book::load`] reads one pack from TOML and checks it, or reports every fault with its line. [`shipped`] loads those
//!    that come with the crate.
//! 2. [`book::Book`] finds the law of a province on a day.
//! 3. [`assess::assess`] applies it to a [`case::Case`]: the decider and the article, the steps and their due days, what is
//!    missing from the dossier, and every limit that is exceeded. What no text says is `None`; nothing is guessed.
//!
//! `examples/who_decides.rs` does all three without a database and without a server.

pub mod assess;
pub mod book;
pub mod case;
pub mod check;
pub mod fact;
pub mod findings;
pub mod holidays;
pub mod notes;
pub mod pack;
pub mod read;
pub mod read_condition;
pub mod read_rules;
pub mod schedule;
pub mod sentences;
mod shipped;
pub mod terms;
pub mod why;

pub use shipped::{SHIPPED, shipped};
