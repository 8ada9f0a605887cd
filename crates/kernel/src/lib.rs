//! The domain vocabulary: small pure types that every other module uses. No clock, no database, no HTTP.

pub mod checks;
pub mod country;
pub mod id;
pub mod money;
pub mod page;
pub mod patch;
pub mod precondition;
pub mod procedure;
pub mod succession;
pub mod table;
pub mod text;
pub mod time;
pub mod validity;
pub mod violation;
pub mod words;
pub mod workdays;
