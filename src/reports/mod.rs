//! Periodic reports (báo cáo định kỳ): figures are frozen with the records behind them. Later changes are shown as
//! corrections, never applied silently.

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
