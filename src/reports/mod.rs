//! Periodical reports (báo cáo định kỳ): figures frozen with the records behind them; what changes later is shown as a
//! correction, never silently.

pub mod corrections;
pub mod document;
pub mod freeze;
pub mod http;
pub mod limits;
pub mod model;
pub mod records_http;
pub mod schedules;
pub mod schedules_http;
pub mod store;
pub mod tables;
pub mod view;
pub mod workbook;
