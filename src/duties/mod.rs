//! Duties after a delegation: which agency must do what by when, and what was excused or overridden.

pub mod actions;
pub mod http;
pub mod settle;
pub mod settlement;
pub mod settlement_http;
