//! Inbound delegations (đoàn vào): foreign guests, from draft through programme and consultation to closed report.

pub mod actions;
pub mod case;
pub mod facts;
pub mod flow;
pub mod http;
pub mod list;
pub mod model;
pub mod paper_fields;
pub mod papers;
pub mod people;
pub mod requests;
pub mod rules;
pub mod store;
pub mod typed;
pub mod vetting;
