//! Handling a dossier (xử lý hồ sơ): what all procedures share in drafting, approving, reporting and showing.
//!
//! A procedure brings its [`Content`]: what the agency writes, the flow, the facts. Everything else is here, once: who
//! sees a dossier, who may act, in which order checks come, what an action records.

pub mod actions;
pub mod amendments;
pub mod at_hand;
pub mod content;
pub mod content_register;
pub mod decision;
pub mod differences;
pub mod flow;
pub mod http;
pub mod lines;
pub mod listed;
pub mod model;
pub mod papers;
pub mod parts;
pub mod register;
pub mod requests;
pub mod rules;
pub mod store;
pub mod typed;
pub mod visibility;
pub mod whose;
pub mod word_index;

pub use content::{CompleteOn, Content, DayNames, StoredContent};
pub use register::ProvinceLaw;
