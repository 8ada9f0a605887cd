//! A text sealed by one key: how it is made, how it looks, how it is read again.

use std::io::{Error as IoError, Result as IoResult};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::key::{SealingKey, field_key_id};

/// Begins a sealed text; a letter for the kind and the id of the key follow.
pub(super) const MARK: char = '~';
const ID: usize = 8;
const NONCE: usize = 24;

/// What can be seen of a sealed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Equal texts are sealed alike, so that they can be looked for: the nonce is a keyed hash of the text (a synthetic
    /// initialization vector).
    Alike,
    /// Nothing but the length.
    Hidden,
}

impl Likeness {
    fn letter(self) -> char {
        match self {
            Likeness::Alike => 'e',
            Likeness::Hidden => 'r',
        }
    }
}

/// Why a sealed text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    #[error("sealed by the key {0}, which is not in the file of keys")]
    UnknownKey(String),
    #[error("a sealed text was changed")]
    Damaged,
}

/// One key, as it is used.
pub(super) struct FieldKey {
    pub id: String,
    pub key: SealingKey,
    texts: XChaCha20Poly1305,
    nonces: Hmac<Sha256>,
}

impl FieldKey {
    pub fn of(key: SealingKey) -> IoResult<Self> {
        let hmac = |bytes: &[u8]| Hmac::<Sha256>::new_from_slice(bytes).map_err(IoError::other);
        // One secret, one use: files are encrypted by the key itself, texts and their nonces by what is derived from it.
        let derived =
            |what: &[u8]| Ok::<[u8; 32], IoError>(hmac(key.bytes())?.chain_update(what).finalize().into_bytes().into());
        Ok(FieldKey {
            id: field_key_id(&key.id()),
            texts: chacha20poly1305::aead::KeyInit::new(&derived(b"ngoaivu texts")?.into()),
            nonces: hmac(&derived(b"ngoaivu nonces")?)?,
            key,
        })
    }

    pub fn seal(&self, plain: &str, likeness: Likeness) -> Option<String> {
        let nonce: XNonce = match likeness {
            Likeness::Hidden => rand::random::<[u8; NONCE]>().into(),
            Likeness::Alike => {
                let hash = self.nonces.clone().chain_update(plain).finalize().into_bytes();
                XNonce::try_from(hash.get(..NONCE)?).ok()?
            }
        };
        let mut sealed = nonce.to_vec();
        sealed.extend(self.texts.encrypt(&nonce, plain.as_bytes()).ok()?);
        Some(format!("{MARK}{}{}.{}", likeness.letter(), self.id, URL_SAFE_NO_PAD.encode(sealed)))
    }

    pub fn open(&self, sealed: &SealedParts<'_>) -> Result<String, SealFault> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.body).map_err(|_| SealFault::Damaged)?;
        let (nonce, text) = bytes.split_at_checked(NONCE).ok_or(SealFault::Damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealFault::Damaged)?;
        let plain = self.texts.decrypt(&nonce, text).map_err(|_| SealFault::Damaged)?;
        String::from_utf8(plain).map_err(|_| SealFault::Damaged)
    }
}

/// A sealed text, taken apart.
pub(super) struct SealedParts<'a> {
    pub likeness: Likeness,
    pub id: &'a str,
    body: &'a str,
}

/// The sealed text at the beginning of a text, and its length.
pub(super) fn sealed_at(text: &str) -> Option<(SealedParts<'_>, usize)> {
    let rest = text.strip_prefix(MARK)?;
    let likeness = [Likeness::Alike, Likeness::Hidden].into_iter().find(|l| rest.starts_with(l.letter()))?;
    let (id, rest) = rest.get(1..)?.split_once('.')?;
    if id.len() != ID || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
    let body = rest.get(..end)?;
    Some((SealedParts { likeness, id, body }, 1 + 1 + ID + 1 + end))
}

/// Whether a stored text is a sealed one.
pub fn is_sealed(stored: &str) -> bool {
    sealed_at(stored).is_some_and(|(_, length)| length == stored.len())
}
