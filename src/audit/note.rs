//! Signed notes (C2SP signed-note) with Ed25519: a text that anybody checks who has the public key. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Marks Ed25519 among the kinds of keys.
const ED25519: u8 = 1;

/// A key that signs under a name.
#[derive(Clone)]
pub struct NoteSigner {
    name: String,
    key: SigningKey,
}

impl NoteSigner {
    pub fn new(name: &str, secret: &[u8; 32]) -> Self {
        NoteSigner { name: name.to_owned(), key: SigningKey::from_bytes(secret) }
    }

    /// The text with its signature. Every line of the text ends with a line break.
    pub fn sign(&self, text: &str) -> String {
        let public = self.key.verifying_key();
        let signature = self.key.sign(text.as_bytes());
        let mut signed = key_id(&self.name, &public).to_vec();
        signed.extend(signature.to_bytes());
        format!("{text}\n— {} {}\n", self.name, STANDARD.encode(signed))
    }

    /// The public key in the form of the standard: `name+id+key`.
    pub fn verifier(&self) -> String {
        let public = self.key.verifying_key();
        let id: String = key_id(&self.name, &public).iter().map(|b| format!("{b:02x}")).collect();
        format!("{}+{id}+{}", self.name, STANDARD.encode(marked(&public)))
    }
}

fn marked(public: &VerifyingKey) -> Vec<u8> {
    std::iter::once(ED25519).chain(public.to_bytes()).collect()
}

fn key_id(name: &str, public: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update(b"\n");
    hasher.update(marked(public));
    let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
    [a, b, c, d]
}

/// The text of a note that one of these public keys signed.
pub fn verified<'a>(note: &'a str, verifiers: &[String]) -> Option<&'a str> {
    let (text, signatures) = note.split_once("\n\n")?;
    // The line break before the empty line belongs to the text.
    let text = note.get(..text.len() + 1)?;
    let signed = signatures.lines().any(|line| {
        let Some((name, signature)) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')) else {
            return false;
        };
        let Ok(bytes) = STANDARD.decode(signature) else { return false };
        let Some((id, signature)) = bytes.split_first_chunk::<4>() else { return false };
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        verifiers
            .iter()
            .filter_map(|v| public_key(v, name))
            .any(|public| key_id(name, &public) == *id && public.verify_strict(text.as_bytes(), &signature).is_ok())
    });
    signed.then_some(text)
}

fn public_key(verifier: &str, name: &str) -> Option<VerifyingKey> {
    let (_, key) = verifier.strip_prefix(name)?.strip_prefix('+')?.split_once('+')?;
    let bytes = STANDARD.decode(key).ok()?;
    let (kind, key) = bytes.split_first()?;
    if *kind != ED25519 {
        return None;
    }
    VerifyingKey::from_bytes(key.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_only_as_it_was_signed() {
        let signer = NoteSigner::new("tinh-mau.ngoaivu", &[7; 32]);
        let note = signer.sign("tinh-mau.ngoaivu\n42\nAAAA\n");
        let keys = [signer.verifier()];
        assert_eq!(verified(&note, &keys), Some("tinh-mau.ngoaivu\n42\nAAAA\n"));
        assert_eq!(verified(&note.replace("42", "43"), &keys), None);
        assert_eq!(verified(&note, &[NoteSigner::new("tinh-mau.ngoaivu", &[8; 32]).verifier()]), None);
        assert_eq!(verified(&note, &[NoteSigner::new("other.ngoaivu", &[7; 32]).verifier()]), None);
        for broken in ["", "\n\n", "a\n\n— b c\n", "a\n\n— tinh-mau.ngoaivu AAAA\n"] {
            assert_eq!(verified(broken, &keys), None, "{broken:?}");
        }
    }

    #[test]
    fn the_example_of_the_standard_is_verified() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".to_owned();
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(verified(note, &[key]).is_some());
    }
}
