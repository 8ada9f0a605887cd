//! How many requests an account may send: a bucket for each, in the memory of this server, told by `RateLimit` headers
//! (draft-ietf-httpapi-ratelimit-headers-10). One program that asks without a pause takes nothing from the others.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Result, too_many};

/// Accounts whose buckets are kept before full ones are dropped.
const KEPT: usize = 10_000;

/// The buckets of all accounts; none if the number of requests has no limit.
#[derive(Clone, Default)]
pub struct RequestQuota(Option<Arc<Buckets>>);

struct Buckets {
    a_minute: NonZeroU32,
    of_accounts: DefaultKeyedRateLimiter<i64, StateInformationMiddleware>,
    clock: DefaultClock,
}

/// What is left of a quota, to be told with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    a_minute: u32,
    left: u32,
}

impl RequestQuota {
    /// So many requests a minute for each account; all of them may come at once.
    pub fn a_minute(requests: NonZeroU32) -> Self {
        let quota = Quota::per_minute(requests);
        let of_accounts = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        RequestQuota(Some(Arc::new(Buckets { a_minute: requests, of_accounts, clock: DefaultClock::default() })))
    }

    /// Takes one request of an account; 429 if there is none left.
    pub fn take(&self, account: i64) -> Result<Option<QuotaLeft>> {
        let Some(buckets) = &self.0 else { return Ok(None) };
        match buckets.of_accounts.check_key(&account) {
            Ok(state) => {
                if buckets.of_accounts.len() > KEPT {
                    buckets.of_accounts.retain_recent();
                }
                Ok(Some(QuotaLeft { a_minute: buckets.a_minute.get(), left: state.remaining_burst_capacity() }))
            }
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(buckets.clock.now());
                Err(too_many(
                    wait.as_secs() + 1,
                    "Tài khoản này gửi quá nhiều yêu cầu",
                    "This account sends too many requests",
                ))
            }
        }
    }
}

impl QuotaLeft {
    /// Tells the quota and what is left of it.
    pub fn tell(self, headers: &mut HeaderMap) {
        let told = [
            ("ratelimit-policy", format!("\"account\";q={};w=60", self.a_minute)),
            ("ratelimit", format!("\"account\";r={};t=60", self.left)),
        ];
        for (name, value) in told {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_takes_nothing_from_another() {
        let quota = RequestQuota::a_minute(NonZeroU32::new(3).unwrap());
        let left: Vec<u32> = (0..3).map(|_| quota.take(1).unwrap().unwrap().left).collect();
        assert_eq!(left, [2, 1, 0]);
        assert!(quota.take(1).is_err() && quota.take(2).is_ok());
        assert_eq!(RequestQuota::default().take(1).unwrap(), None);
    }
}
