//! Outbound delegations (đoàn ra), official and private: from the draft to the closed report.

pub mod actions;
pub mod case;
pub mod facts;
pub mod flow;
pub mod http;
pub mod list;
pub mod model;
pub mod paper_fields;
pub mod plan_actual;
pub mod queue_store;
pub mod requests;
pub mod rules;
pub mod store;
pub mod surroundings;
pub mod typed;
