//! The annual plan of outbound delegations (kế hoạch đoàn ra, 38-CT/TW): agencies propose items, DOFA consolidates
//! them, the competent body approves the plan and later adjusts it.

pub mod actions;
pub mod http;
pub mod items_http;
pub mod model;
pub mod store;
