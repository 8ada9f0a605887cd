//! What other servers on the same database change: accounts and rights, signing keys, figures. A server learns of it
//! within a second, and believes nothing from memory while it cannot ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::access::sessions::SessionCache;
use crate::access::sessions_store;
use crate::access::token::SigningKeys;
use crate::db::counters::{accounts_version, data_version};
use crate::db::{Address, Db};
use crate::error::Result;
use crate::web::answers::ResponseCache;

/// Pause between two looks.
const EVERY: Duration = Duration::from_millis(250);

/// Follows the other servers.
#[derive(Clone)]
pub struct OtherServers {
    pub db: Db,
    pub sessions: SessionCache,
    pub keys: SigningKeys,
    pub answers: ResponseCache,
}

/// What was seen at the last look.
#[derive(Default, PartialEq, Eq)]
pub struct Seen {
    accounts: i64,
    data: i64,
}

impl OtherServers {
    /// Looks again and again until `stops`. Only PostgreSQL has other servers: a data folder has one.
    pub fn follow(&self, stops: &AtomicBool) {
        if matches!(self.db.address(), Address::Sqlite(_)) {
            return;
        }
        let mut seen = Seen::default();
        while !stops.load(Ordering::Relaxed) {
            if let Err(error) = self.look(&mut seen) {
                tracing::warn!(%error, "cannot ask what other servers changed");
            }
            thread::sleep(EVERY);
        }
    }

    /// Drops from memory what changed since the last look.
    pub fn look(&self, seen: &mut Seen) -> Result<()> {
        let asked = Instant::now();
        let (is, keys) = self.db.read_now(|conn| {
            let is = Seen { accounts: accounts_version(conn)?, data: data_version(conn)? };
            Ok((is, sessions_store::keys(conn)?))
        })?;
        self.keys.replace(keys);
        if is.accounts != seen.accounts {
            self.sessions.forget();
        }
        if is.data != seen.data {
            self.answers.touch();
        }
        self.sessions.confirmed(asked);
        *seen = is;
        Ok(())
    }
}
