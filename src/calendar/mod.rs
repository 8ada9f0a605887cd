//! One calendar of who is abroad and who is visiting: entries, clashes, and feeds that other calendars subscribe to.

pub mod entries;
pub mod feed;
pub mod http;
pub mod store;
