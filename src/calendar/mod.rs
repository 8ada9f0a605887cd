//! One calendar of who is abroad and who is visiting: entries, clashes, and feeds for other calendar programs.

pub mod entries;
pub mod feed;
pub mod http;
pub mod store;
