//! What others change in the same database – other servers, and commands on the machine: accounts and rights, signing keys,
//! figures. A server learns of it within a second, and believes nothing from memory while it cannot ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::access::sessions::SessionCache;
use crate::access::sessions_store;
use crate::access::token::SigningKeys;
use crate::db::counters::{accounts_version, data_version};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::sealing::with_keys;
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
    /// Looks again and again until `stops`, over a connection of its own: under load those of the pool are waited for.
    pub fn follow(&self, stops: &AtomicBool) {
        let (mut seen, mut conn) = (Seen::default(), None);
        while !stops.load(Ordering::Relaxed) {
            let looked = match conn.take() {
                Some(conn) => Ok(conn),
                None => self.db.address().connect().map_err(|e| Error::Unavailable(e.to_string())),
            };
            match looked.and_then(|mut open| self.look(&mut open, &mut seen).map(|()| open)) {
                Ok(open) => conn = Some(open),
                Err(error) => tracing::warn!(%error, "cannot ask what others changed"),
            }
            thread::sleep(EVERY);
        }
    }

    /// Drops from memory what changed since the last look.
    pub fn look(&self, conn: &mut Conn, seen: &mut Seen) -> Result<()> {
        let asked = Instant::now();
        let is = Seen { accounts: accounts_version(conn)?, data: data_version(conn)? };
        // This connection is of no read of the database: the keys of its sealed texts are put at hand here.
        let keys = with_keys(self.db.keys(), || sessions_store::keys(conn))?;
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
