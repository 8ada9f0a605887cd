//! Forms, made from the schema of the body that they send: which fields there are, what was typed into them, what the API
//! said of it, and how all of it is shown again.

pub mod compare;
pub mod days;
pub mod decode;
pub mod fields;
pub mod labels;
pub mod names;
pub mod paste;
pub mod sending;
pub mod shape;
pub mod told;
pub mod typed;
