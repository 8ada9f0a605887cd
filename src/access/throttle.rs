//! Waiting times after wrong passwords: from the third failure on, growing in steps; per user name, known or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;

use crate::error::{Code, Error, Problem};
use kernel::time::Moment;

/// Above this number of names, those that no longer have to wait are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    until: Moment,
}

/// Failures since the last success. In memory only: a restart clears them, and no failure costs a write.
#[derive(Clone, Default)]
pub struct Throttle(Arc<Mutex<HashMap<String, Failures>>>);

/// Seconds to wait after this many failures.
fn wait(count: u32) -> i64 {
    match count {
        0..3 => 0,
        3..9 => 3,
        9..25 => 5,
        _ => 10,
    }
}

impl Throttle {
    /// Begins an attempt, which counts as failed until it has [`succeeded`](Self::succeeded): counted only afterwards,
    /// attempts side by side would all pass before the first failure. Refuses during the waiting time, without computing a
    /// hash.
    pub fn begin(&self, username: &str, now: Moment) -> Result<(), Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = known.get_mut(username) {
            // If the clock was set back, nobody waits longer than the ladder says.
            failures.until = failures.until.min(now + Duration::seconds(wait(failures.count)));
        }
        if let Some(failures) = known.get(username).filter(|f| f.until > now) {
            let left = (failures.until - now).num_milliseconds();
            let seconds = u64::try_from((left + 999) / 1000).unwrap_or(1).max(1);
            let mut problem = Problem::new(
                Code::TooManyRequests,
                format!("Sai mật khẩu nhiều lần; thử lại sau {seconds} giây."),
                format!("Too many wrong passwords; try again in {seconds} s."),
            );
            problem.retry_after = Some(seconds);
            return Err(problem.into());
        }
        if known.len() >= REMEMBERED {
            known.retain(|_, f| f.until > now);
        }
        let failures = known.entry(username.to_owned()).or_insert(Failures { count: 0, until: now });
        failures.count = failures.count.saturating_add(1);
        failures.until = now + Duration::seconds(wait(failures.count));
        Ok(())
    }

    pub fn succeeded(&self, username: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(username);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_starts_at_the_third_failure_and_ends_with_success() {
        let throttle = Throttle::default();
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().naive_utc();
        // Side by side or one after another: three attempts are let through.
        for _ in 0..3 {
            assert!(throttle.begin("x", now).is_ok());
        }
        for _ in 0..3 {
            assert_eq!(throttle.begin("x", now).unwrap_err().problem().retry_after, Some(3));
        }
        assert!(throttle.begin("y", now).is_ok() && throttle.begin("x", now + Duration::seconds(3)).is_ok());
        let back = now - Duration::hours(2);
        assert_eq!(throttle.begin("x", back).unwrap_err().problem().retry_after, Some(3));
        throttle.succeeded("x");
        for _ in 0..3 {
            assert!(throttle.begin("x", now).is_ok());
        }
    }
}
