//! Access tokens: JWT, HS256, ten minutes, without rights in them; keys have ids and rotate.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result, refuse};
use crate::web::idempotency::fingerprint;
use kernel::id::Id;
use kernel::time::Moment;

/// Lifetime of an access token, in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// Days after which sign-ins get a new key.
pub const KEY_DAYS: i64 = 30;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 30;
const ISSUER: &str = "ngoaivu";
const AUDIENCE: &str = "ngoaivu-api";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A signing key.
#[derive(Clone)]
pub struct SigningKey {
    pub kid: String,
    /// 32 random bytes, base64.
    pub secret: String,
    pub created_at: Moment,
    /// From then on it signs nothing, but what it signed before can still be verified.
    pub retired_at: Option<Moment>,
}

impl SigningKey {
    pub fn new(now: Moment) -> Self {
        SigningKey {
            kid: format!("{:08x}", rand::random::<u32>()),
            secret: random_text(),
            created_at: now,
            retired_at: None,
        }
    }
}

/// The keys of this process, newest last.
#[derive(Clone, Default)]
pub struct SigningKeys(Arc<RwLock<Vec<SigningKey>>>);

/// Whose token it is, and of which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BearerClaims {
    pub user_id: i64,
    pub session_id: i64,
}

impl SigningKeys {
    pub fn replace(&self, keys: Vec<SigningKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// The key that signs at this moment.
    pub fn current(&self, now: Moment) -> Option<SigningKey> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().rev().find(|k| k.retired_at.is_none() && k.created_at + Duration::days(KEY_DAYS) > now).cloned()
    }

    /// Whether the key that a token names is known; what names none is for the check to refuse.
    pub fn knows(&self, token: &str) -> bool {
        let Some(kid) = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid) else { return true };
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|key| key.kid == kid)
    }

    /// Checks signature, issuer, audience and time; roles are not checked here.
    pub fn check(&self, token: &str, now: Moment) -> Result<BearerClaims> {
        self.try_check(token, now).ok_or_else(unauthenticated)
    }

    fn try_check(&self, token: &str, now: Moment) -> Option<BearerClaims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::HS256 {
            return None;
        }
        let kid = header.kid?;
        let key = {
            let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let key = keys.iter().find(|k| k.kid == kid)?;
            let grace = Duration::seconds(ACCESS_SECONDS);
            if key.retired_at.is_some_and(|at| at + grace <= now) {
                return None;
            }
            DecodingKey::from_secret(key.secret.as_bytes())
        };
        if header.typ.as_deref() != Some(KIND) {
            return None;
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        // Times are checked against our own clock, so that tests can advance it.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).ok()?.claims;
        let at = now.and_utc().timestamp();
        if claims.exp <= at || claims.nbf > at + LEEWAY {
            return None;
        }
        Some(BearerClaims { user_id: claims.sub.parse::<Id>().ok()?.0, session_id: claims.sid.parse::<Id>().ok()?.0 })
    }
}

/// What the head of an access token says that it is (RFC 9068 §2.1): no other token passes for one.
const KIND: &str = "at+jwt";

/// Signs a token that is valid for so many seconds, ten minutes at most.
pub fn sign(key: &SigningKey, bearer: BearerClaims, now: Moment, seconds: i64) -> Result<String> {
    let at = now.and_utc().timestamp();
    let claims = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: Id(bearer.user_id).to_string(),
        sid: Id(bearer.session_id).to_string(),
        jti: random_text(),
        iat: at,
        nbf: at,
        exp: at + seconds.min(ACCESS_SECONDS),
    };
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(KIND.into());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key.secret.as_bytes()))
        .map_err(|e| Error::Internal(format!("signing: {e}")))
}

/// 256 random bits as text: refresh tokens, one-time tokens, secrets.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The form in which a token is stored: never the token itself.
pub fn digest(token: &str) -> String {
    fingerprint(token.as_bytes())
}

pub fn unauthenticated() -> Error {
    refuse(Code::Unauthenticated, "Thiếu hoặc sai mã truy cập.", "The access token is missing or not valid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap().naive_utc()
    }

    #[test]
    fn a_token_holds_for_ten_minutes_and_only_untouched() {
        let (keys, key) = (SigningKeys::default(), SigningKey::new(now()));
        keys.replace(vec![key.clone()]);
        let bearer = BearerClaims { user_id: 7, session_id: 8 };
        let token = sign(&key, bearer, now(), ACCESS_SECONDS).unwrap();
        assert_eq!(keys.check(&token, now()).unwrap(), bearer);
        assert!(keys.check(&token, now() + Duration::seconds(599)).is_ok());
        assert!(keys.check(&token, now() + Duration::seconds(600)).is_err());
        for at in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'Q' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            // The last character of a part has unused bits; any other change must make the token invalid.
            let same_bits = token[at + 1..].chars().next().is_none_or(|c| c == '.');
            assert!(other == token || same_bits || keys.check(&other, now()).is_err(), "place {at}");
        }
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
        let names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"]);
    }

    #[test]
    fn a_retired_key_checks_for_ten_more_minutes() {
        let (keys, mut key) = (SigningKeys::default(), SigningKey::new(now()));
        let token = sign(&key, BearerClaims { user_id: 1, session_id: 2 }, now(), ACCESS_SECONDS).unwrap();
        key.retired_at = Some(now());
        keys.replace(vec![key]);
        assert!(keys.check(&token, now() + Duration::seconds(300)).is_ok());
        assert!(keys.check(&token, now() + Duration::seconds(601)).is_err());
        assert!(keys.current(now()).is_none());
    }
}
