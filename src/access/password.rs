//! Passwords: argon2id, at most two hashes at once, each in a reused buffer (docs/performance.md).

use kernel::words::FieldError;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use tokio::sync::Semaphore;

use crate::access::guessable::is_guessable;
use crate::error::{Error, Result};
use kernel::text::nfc;
use kernel::violation::Violations;

/// Minimum number of code points of a password (NIST SP 800-63B-4, single factor).
pub const MIN: usize = 15;
/// Maximum number of code points of a password.
pub const MAX: usize = 256;
/// Most hashes computed at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 4;
/// Sign-ins that may wait for their turn; any more get 503.
const WAITING: usize = 200;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Computes and checks hashes.
#[derive(Clone)]
pub struct PasswordHasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    buffers: Arc<Mutex<Vec<Vec<Block>>>>,
}

/// One core is left to those who are signed in already.
fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).clamp(1, AT_ONCE)
}

impl Default for PasswordHasher {
    fn default() -> Self {
        PasswordHasher {
            turns: Arc::new(Semaphore::new(at_once())),
            queue: Arc::new(Semaphore::new(WAITING)),
            buffers: Arc::default(),
        }
    }
}

impl PasswordHasher {
    /// The PHC string of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move |buffer| hash_with(&password, rand::random(), buffer)).await
    }

    /// Whether the password matches the hash. Without a hash the same work is done and the answer is `false`, so that
    /// an unknown name takes as long as a known one.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.in_turn(move |buffer| match hash {
            Some(hash) => verify_with(&password, &hash, buffer),
            None => hash_with(&password, [0; 16], buffer).map(|_| false),
        })
        .await
    }

    async fn in_turn<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Vec<Block>) -> Result<T> + Send + 'static,
    {
        let _place = self.queue.try_acquire().map_err(|_| Error::Unavailable("too many sign-ins at once".into()))?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|e| Error::Internal(e.to_string()))?;
        let buffers = Arc::clone(&self.buffers);
        let done = tokio::task::spawn_blocking(move || {
            let mut buffer = buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let done = work(&mut buffer);
            buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
            drop(turn);
            done
        });
        done.await.unwrap_or_else(|e| Err(Error::Internal(format!("hashing panicked: {e}"))))
    }
}

/// The PHC string of a password, on this thread (command line, demo world).
pub fn hash_now(password: &str) -> Result<String> {
    hash_with(password, rand::random(), &mut Vec::new())
}

fn fault(e: impl std::fmt::Display) -> Error {
    Error::Internal(format!("argon2: {e}"))
}

fn hash_with(password: &str, salt: [u8; 16], buffer: &mut Vec<Block>) -> Result<String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(fault)?;
    let mut output = [0u8; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    buffer.resize(params.block_count(), Block::new());
    argon2.hash_password_into_with_memory(nfc(password).as_bytes(), &salt, &mut output, buffer).map_err(fault)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(fault)?,
        salt: Some(Salt::new(&salt).map_err(fault)?),
        hash: Some(Output::new(&output).map_err(fault)?),
    };
    Ok(hash.to_string())
}

fn verify_with(password: &str, hash: &str, buffer: &mut Vec<Block>) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(fault)?;
    let params = Params::try_from(&hash).map_err(fault)?;
    let (Some(salt), Some(wanted)) = (hash.salt.as_ref(), hash.hash.as_ref()) else { return Ok(false) };
    let mut output = vec![0u8; wanted.len()];
    buffer.resize(params.block_count().max(buffer.len()), Block::new());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(nfc(password).as_bytes(), salt.as_ref(), &mut output, buffer)
        .map_err(fault)?;
    // `Output` compares in constant time.
    Ok(Output::new(&output).map_err(fault)? == *wanted)
}

/// Adds the errors of a new password, for an owner of whom these words are known.
pub fn check_new(password: &str, own: &[String], pointer: &str, faults: &mut Violations) {
    let length = nfc(password).chars().count();
    let bounds = format!("Mật khẩu phải có {MIN}–{MAX} ký tự.");
    let bounds_en = format!("A password must have {MIN} to {MAX} characters.");
    if length < MIN {
        faults.add(pointer, FieldError::TooShort, &bounds, &bounds_en);
    } else if length > MAX {
        faults.add(pointer, FieldError::TooLong, &bounds, &bounds_en);
    }
    if is_guessable(password, own) {
        faults.add(
            pointer,
            FieldError::Guessable,
            "Mật khẩu dễ đoán: không dùng tên của mình, tên cơ quan, địa danh hay dãy phím liền nhau.",
            "The password is easy to guess: avoid your name, your agency, places and rows of keys.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_password_is_checked_whatever_form_its_marks_were_typed_in() {
        let hasher = PasswordHasher::default();
        let hash = hasher.hash("mùa xuân năm ấy đẹp".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let nfd: String = unicode_normalization::UnicodeNormalization::nfd("mùa xuân năm ấy đẹp").collect();
        assert!(hasher.verify(nfd, Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("mùa xuân năm ấy đẹq".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("bất kỳ mật khẩu nào".into(), None).await.unwrap());
    }

    #[test]
    fn short_and_guessable_passwords_are_refused() {
        let code = |password: &str| {
            let mut faults = Violations::default();
            check_new(password, &["clerk.skhcn".to_owned()], "/password", &mut faults);
            faults.0.into_iter().map(|v| v.code.word()).collect::<Vec<_>>()
        };
        assert_eq!(code("mot hai ba bon"), ["too_short"]);
        assert_eq!(code("Mật Khẩu 2026 của tôi"), ["guessable"]);
        assert_eq!(code("toi la clerk skhcn day"), ["guessable"]);
        assert!(code("mot hai ba bon nam").is_empty());
    }
}
