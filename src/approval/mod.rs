//! The approval of a dossier by its bodies: planned steps, actions on them, the inbox and the history.

pub mod http;
pub mod process;
pub mod recorded;
pub mod store;
pub mod turns;
pub mod waiting_store;
