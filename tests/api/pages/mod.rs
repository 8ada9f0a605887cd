//! The web pages, in-process: every account, the whole way to a decision without script, bad input, and other sites.

pub mod browser;
mod forms;
mod markup;
mod sessions;
mod story;
