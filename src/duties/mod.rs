//! Duties after a delegation: what was done, excused or overridden. When they are due is computed where they begin,
//! in `dossier/actions/duties.rs`.

pub mod actions;
pub mod http;
pub mod settle;
pub mod settlement;
pub mod settlement_http;
