//! Changes to an object, as a PATCH contains them.

use serde::{Deserialize, Deserializer};

/// For a field that can be cleared: omitted, it stays unchanged (`None`); `null` clears it (`Some(None)`).
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}
