//! Statistics: procedures write facts, pure functions count them, and answers are cached until the data changes.

pub mod asked;
pub mod axis;
pub mod cells;
pub mod columns;
pub mod compare;
pub mod count;
pub mod dimension;
pub mod ended_units;
pub mod fact;
pub mod feed_http;
pub mod http;
pub mod kept_facts;
pub mod labels;
pub mod narrow;
pub mod open_http;
pub mod picture;
pub mod question;
pub mod selection;
pub mod store;
pub mod suppress;
pub mod units;
pub mod view;
