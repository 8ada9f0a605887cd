//! Inbound delegations (đoàn vào): foreign guests, from the draft over programme and consultation to the closed report.

pub mod actions;
pub mod case;
pub mod facts;
pub mod flow;
pub mod http;
pub mod model;
pub mod papers;
pub mod people;
pub mod rules;
pub mod store;
