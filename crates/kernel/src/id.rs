//! Identifiers: 63-bit, time-ordered, opaque on the wire (13 characters of Crockford base 32).

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Bits of the per-process counter below the millisecond.
const COUNTER_BITS: u32 = 22;
/// 2020-01-01T00:00:00Z, in milliseconds of the Unix epoch: 41 bits last until 2089.
const EPOCH_MS: i64 = 1_577_836_800_000;

/// Identifier of a record. Later ids sort after earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub i64);

impl Id {
    /// A new identifier. The counter keeps it unique within the process, its random beginning among servers on one
    /// database, the millisecond across restarts.
    pub fn new(now: NaiveDateTime) -> Self {
        static COUNTER: LazyLock<AtomicI64> = LazyLock::new(|| AtomicI64::new(beginning()));
        let tick = COUNTER.fetch_add(1, Ordering::Relaxed) & ((1 << COUNTER_BITS) - 1);
        Id(Id::first_of(now).0 | tick)
    }

    /// The least identifier that a moment can give.
    pub fn first_of(moment: NaiveDateTime) -> Self {
        let ms = (moment.and_utc().timestamp_millis() - EPOCH_MS).max(0);
        Id(ms << COUNTER_BITS)
    }
}

/// Somewhere in the lower half, so that ids made one after another sort for long.
fn beginning() -> i64 {
    let drawn = RandomState::new().build_hasher().finish();
    i64::try_from(drawn >> (u64::BITS - COUNTER_BITS + 1)).unwrap_or_default()
}

/// Letters of an identifier on the wire.
const LENGTH: usize = 13;

impl Id {
    /// Calls with the wire form. A list of fifty writes some hundreds of identifiers, so that they are written whole.
    fn with_text<T>(self, write: impl FnOnce(&str) -> T) -> T {
        let mut letters = [b'0'; LENGTH];
        let mut rest = self.0;
        for letter in letters.iter_mut().rev() {
            let digit = usize::try_from(rest & 31).unwrap_or_default();
            *letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        write(std::str::from_utf8(&letters).unwrap_or_default())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

/// The text is not an identifier of this system.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != LENGTH {
            return Err(NotAnId);
        }
        let mut value: i64 = 0;
        for byte in text.bytes() {
            let digit = ALPHABET.iter().position(|a| *a == byte).ok_or(NotAnId)?;
            let digit = i64::try_from(digit).map_err(|_| NotAnId)?;
            value = value.checked_mul(32).and_then(|v| v.checked_add(digit)).ok_or(NotAnId)?;
        }
        Ok(Id(value))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| s.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        // To a client, a malformed id means the same as an unknown one: not found.
        Ok(text.parse().unwrap_or(Id(-1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_wire_form_and_later_ids_sort_later() {
        let early = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().naive_utc();
        let late = chrono::DateTime::from_timestamp(1_700_000_001, 0).unwrap().naive_utc();
        let (a, b) = (Id::new(early), Id::new(late));
        assert_eq!(a.to_string().parse::<Id>(), Ok(a));
        assert!(a < b && a.to_string() < b.to_string());
        assert_eq!("not-an-id".parse::<Id>(), Err(NotAnId));
        assert_eq!("zzzzzzzzzzzzz".parse::<Id>(), Err(NotAnId));
    }
}
