//! The law book of this installation: packs as they were loaded, which text a province chose, and the questions that are
//! asked of it over HTTP. What a pack is and what it answers is the library `regulation`.

pub mod choices_http;
pub mod http;
pub mod question;
pub mod store;
pub mod view;
pub mod visit_question;
