//! Personal data: what people ask about theirs, and incidents, each with its clock (Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP).
//!
//! The clocks are data with citations, `regulations/personal-data.toml`.

pub mod clocks;
pub mod erasing;
pub mod erasing_http;
pub mod erasing_store;
pub mod incidents_http;
pub mod model;
pub mod requests_http;
pub mod store;
mod tracked;
