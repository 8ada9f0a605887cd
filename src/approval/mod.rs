//! The way of a dossier through its bodies: planned steps, acts on them, the inbox and the history.

pub mod http;
pub mod process;
pub mod store;
