//! Encryption at rest: personal data in the database, papers on disk, backups. Keys are outside the database.
//!
//! A text is sealed before it is written and opened when it is read, by the keys of the database that is asked
//! ([`with_keys`]); columns that must be sealed have a type of their own ([`crate::db::sealed`]).

mod field_keys;
pub mod file;
mod key;
mod text;

use std::cell::RefCell;

use serde::{Deserialize, Deserializer, Serializer};

pub use field_keys::{FILE_NAME, FieldKeys};
pub use key::SealingKey;
pub use text::{Likeness, SealFault, is_sealed};

thread_local! {
    /// The keys of the database that this thread asks. Types of columns know nothing but the value, so they find them here.
    static HELD: RefCell<Option<FieldKeys>> = const { RefCell::new(None) };
}

/// Puts back what was held before, also after a panic.
struct PutBack(Option<FieldKeys>);

impl Drop for PutBack {
    fn drop(&mut self) {
        HELD.set(self.0.take());
    }
}

/// Runs something that seals and opens by these keys. Without keys texts are kept as they are.
pub fn with_keys<T>(keys: Option<&FieldKeys>, run: impl FnOnce() -> T) -> T {
    let _back = PutBack(HELD.replace(keys.cloned()));
    run()
}

/// A text as it is stored.
pub fn seal(plain: &str, likeness: Likeness) -> Result<String, SealFault> {
    HELD.with_borrow(|keys| match keys {
        Some(keys) => keys.seal(plain, likeness),
        None => Ok(plain.to_owned()),
    })
}

/// Every way in which a text may be stored that can be looked for.
pub fn forms(plain: &str) -> Vec<String> {
    let mut forms = HELD.with_borrow(|keys| keys.as_ref().map(|keys| keys.forms(plain)).unwrap_or_default());
    if forms.is_empty() {
        forms.push(plain.to_owned());
    }
    forms
}

/// A text as it was before it was stored.
pub fn open(stored: &str) -> Result<String, SealFault> {
    let opened = HELD.with_borrow(|keys| keys.as_ref().map(|keys| keys.open(stored)));
    match opened {
        Some(opened) => opened,
        None if is_sealed(stored) => Err(SealFault::UnknownKey("of another place".into())),
        None => Ok(stored.to_owned()),
    }
}

/// For a text within JSON that is stored: `#[serde(with = "sealed_within")]`.
pub mod sealed_within {
    use super::*;

    pub fn serialize<S: Serializer>(plain: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
        match plain {
            Some(plain) => to.serialize_some(&seal(plain, Likeness::Alike).map_err(serde::ser::Error::custom)?),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        let stored = Option::<String>::deserialize(from)?;
        stored.map(|stored| open(&stored).map_err(serde::de::Error::custom)).transpose()
    }
}
