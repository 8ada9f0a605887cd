//! Old lists come in (nhập dữ liệu cũ): Excel and CSV as offices wrote them, checked whole, taken in all or nothing, and
//! taken back.

pub mod actions;
pub mod annotated;
pub mod batch;
pub mod cells;
pub mod check;
pub mod header;
pub mod http;
pub mod http_form;
pub mod known;
pub mod make;
pub mod names;
pub mod nations;
pub mod people;
pub mod rows;
pub mod store;
