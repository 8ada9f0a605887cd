//! Duties after a delegation, and the passports that a unit keeps: who owes what, since when, and what was excused.

pub mod actions;
pub mod http;
pub mod settle;
pub mod settlement_http;
