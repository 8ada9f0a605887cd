//! The annual plan of delegations going abroad (kế hoạch đoàn ra, 38-CT/TW): agencies propose, DOFA consolidates, the
//! competent body approves, and adjusts what it approved.

pub mod actions;
pub mod http;
pub mod items_http;
pub mod model;
pub mod store;
