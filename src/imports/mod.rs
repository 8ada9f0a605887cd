//! Import of existing lists (nhập dữ liệu cũ): Excel and CSV files as offices keep them. A list is checked as a whole,
//! committed all or nothing, and can be undone. What an installation begins with comes in the same way.

pub mod accounts;
pub mod actions;
pub mod annotated;
pub mod batch;
pub mod cells;
pub mod check;
pub mod guests;
pub mod guests_http;
pub mod guide;
pub mod headcount;
pub mod header;
pub mod http;
pub mod http_form;
pub mod install;
pub mod known;
pub mod leaders;
pub mod legacy_fonts;
pub mod lists;
pub mod make;
pub mod names;
pub mod nations;
pub mod parsed;
pub mod passports;
pub mod people;
pub mod plan_items;
pub mod reading;
pub mod row_kind;
pub mod rows;
pub mod setup;
pub mod store;
pub mod sums;
pub mod template;
pub mod twins;
pub mod undo;
