//! What one person has before them, across all rooms: how much waits, and what they look for.

pub mod counts_http;
pub mod inbox_http;
pub mod search_http;
