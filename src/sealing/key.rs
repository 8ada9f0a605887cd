//! A key of 32 random bytes, by which a backup, a file or a field is encrypted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::KeyInit;
use sha2::{Digest, Sha256};

/// Bytes by which a key is known.
pub const KEY_ID: usize = 8;

/// The id of a key in texts: four bytes of the one in files, hexadecimal.
pub(super) fn field_key_id(id: &[u8; KEY_ID]) -> String {
    id.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A key, kept apart from what it encrypts.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// A new key as it is written into settings and files, in base64.
    pub fn make() -> String {
        STANDARD.encode(rand::random::<[u8; 32]>())
    }

    /// Reads a key; nothing if it is not 32 bytes in base64.
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(SealingKey)
    }

    /// By what the key is known in files: it says nothing of the key.
    pub(super) fn id(&self) -> [u8; KEY_ID] {
        let mut id = [0; KEY_ID];
        id.iter_mut().zip(Sha256::digest(self.0)).for_each(|(to, byte)| *to = byte);
        id
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(***)")
    }
}
