//! The domain vocabulary: small pure types that every other module uses. No clock, no database, no HTTP.

pub mod checks;
pub mod country;
pub mod id;
pub mod money;
pub mod mrz;
pub mod page;
pub mod paper;
pub mod patch;
pub mod precondition;
pub mod procedure;
pub mod spell;
pub mod succession;
pub mod table;
pub mod text;
pub mod time;
pub mod validity;
pub mod violation;
pub mod words;
pub mod workdays;

/// Names every field of a value where each must be considered: what is stored, compared, or taken over from a request. A
/// new field does not compile until somebody has decided here what becomes of it.
#[macro_export]
macro_rules! every_field {
    ($name:ident of $value:tt: $($field:ident),+) => {
        let $name { $($field: _),+ } = &$value;
    };
}
