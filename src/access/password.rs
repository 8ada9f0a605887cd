//! Passwords: argon2id, hashed by all cores but one, at most two (docs/performance.md).

use kernel::words::FieldError;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::guessable::is_guessable;
use crate::error::{Error, Result};
use kernel::text::nfc;
use kernel::violation::Violations;

/// Minimum number of code points of a password (NIST SP 800-63B-4, single factor).
pub const MIN: usize = 15;
/// Maximum number of code points of a password.
pub const MAX: usize = 256;
/// Most hashes computed at once: each takes a core and 64 MiB.
const AT_ONCE: usize = 2;
/// Sign-ins that may wait for their turn; any more get 503.
const WAITING: usize = 200;
/// Cost of a hash; one that was made more cheaply is made anew when its owner signs in.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// Computes and checks hashes.
#[derive(Clone)]
pub struct PasswordHasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// One core is left to those who are signed in already.
fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).clamp(1, AT_ONCE)
}

impl Default for PasswordHasher {
    fn default() -> Self {
        PasswordHasher { turns: Arc::new(Semaphore::new(at_once())), queue: Arc::new(Semaphore::new(WAITING)) }
    }
}

/// The turn of one who waited to have a hash computed. While it is held, one fewer is computed.
pub struct HashTurn {
    _core: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl PasswordHasher {
    /// The PHC string of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        let (hash, _turn) = self.turn().await?.compute(move || hash_now(&password)).await?;
        Ok(hash)
    }

    /// Whether the password matches the hash.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let (right, _turn) = self.turn().await?.verify(password, hash).await?;
        Ok(right)
    }

    /// Waits until a hash may be computed.
    pub async fn turn(&self) -> Result<HashTurn> {
        let queue = Arc::clone(&self.queue);
        let place = queue.try_acquire_owned().map_err(|_| Error::Unavailable("too many sign-ins at once".into()))?;
        let core = Arc::clone(&self.turns).acquire_owned().await.map_err(|e| Error::Internal(e.to_string()))?;
        Ok(HashTurn { _core: core, _place: place })
    }
}

impl HashTurn {
    /// Whether the password matches the hash. Without a hash the same work is done and the answer is `false`, so that
    /// an unknown name takes as long as a known one.
    pub async fn verify(self, password: String, hash: Option<String>) -> Result<(bool, Self)> {
        self.compute(move || match hash {
            // A wrong one costs the same for a hash of lower cost, so that nobody tells those who have one by the time.
            Some(hash) => match is_password(&password, &hash)? {
                false if is_cheap(&hash) => hash_now(&password).map(|_| false),
                right => Ok(right),
            },
            None => hash_now(&password).map(|_| false),
        })
        .await
    }

    /// The turn goes with the work: it is not given on while somebody who went away is still computed for.
    async fn compute<T, F>(self, work: F) -> Result<(T, Self)>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let done = tokio::task::spawn_blocking(move || work().map(|done| (done, self)));
        done.await.unwrap_or_else(|e| Err(Error::Internal(format!("hashing panicked: {e}"))))
    }
}

fn fault(e: impl std::fmt::Display) -> Error {
    Error::Internal(format!("argon2: {e}"))
}

fn cost() -> Result<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(fault)
}

fn derive(password: &str, salt: &[u8], params: Params, length: usize) -> Result<Output> {
    let mut output = vec![0u8; length];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(nfc(password).as_bytes(), salt, &mut output)
        .map_err(fault)?;
    Output::new(&output).map_err(fault)
}

/// The PHC string of a password, on this thread.
pub fn hash_now(password: &str) -> Result<String> {
    let (salt, params): ([u8; 16], Params) = (rand::random(), cost()?);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(fault)?,
        salt: Some(Salt::new(&salt).map_err(fault)?),
        hash: Some(derive(password, &salt, params, 32)?),
    };
    Ok(hash.to_string())
}

fn is_password(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(fault)?;
    let params = Params::try_from(&hash).map_err(fault)?;
    let (Some(salt), Some(wanted)) = (hash.salt.as_ref(), hash.hash.as_ref()) else { return Ok(false) };
    // `Output` compares in constant time.
    Ok(derive(password, salt.as_ref(), params, wanted.len())? == *wanted)
}

/// Whether a hash was made more cheaply than hashes are made now.
pub fn is_cheap(hash: &str) -> bool {
    let made_with = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    made_with.is_none_or(|p| p.m_cost() < MEMORY_KIB || p.t_cost() < PASSES)
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
        assert!(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        let nfd: String = unicode_normalization::UnicodeNormalization::nfd("mùa xuân năm ấy đẹp").collect();
        assert!(hasher.verify(nfd, Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("mùa xuân năm ấy đẹq".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("bất kỳ mật khẩu nào".into(), None).await.unwrap());
    }

    #[test]
    fn a_hash_of_older_cost_is_known() {
        let older = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
        assert!(is_cheap(older) && !is_cheap(&hash_now("mùa xuân năm ấy đẹp").unwrap()));
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
