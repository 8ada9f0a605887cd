//! Import of existing lists (nhập dữ liệu cũ): Excel and CSV files as offices keep them. A list is checked as a whole,
//! committed all or nothing, and can be undone.

pub mod actions;
pub mod annotated;
pub mod batch;
pub mod cells;
pub mod check;
pub mod headcount;
pub mod header;
pub mod http;
pub mod http_form;
pub mod known;
pub mod leaders;
pub mod legacy_fonts;
pub mod lists;
pub mod make;
pub mod names;
pub mod nations;
pub mod parsed;
pub mod people;
pub mod reading;
pub mod row_kind;
pub mod rows;
pub mod store;
pub mod sums;
