//! The web pages, in-process: every account, the whole way to a decision without script, bad input, and other sites.

mod answers;
pub mod browser;
mod checks;
mod collections;
mod daily;
mod drafting;
mod first_pages;
mod forms;
pub mod markup;
mod outcomes;
mod sessions;
mod story;
