//! Waiting times after wrong passwords, counted in the database, so that all servers count the same.
//!
//! Guesses are counted by user name, known or not, and by address. Whoever comes from a device that this person signed in
//! from before is counted by that device alone: a stranger's guesses keep nobody out of their own account.

use std::net::IpAddr;

use chrono::{Duration, NaiveTime};
use diesel::prelude::*;

use crate::access::token::digest;
use crate::db::schema::{known_devices, sign_in_waits};
use crate::db::{Conn, each};
use crate::error::{Error, Result, too_many};
use kernel::time::Moment;

/// Wrong passwords from one address within [`WINDOW`], by whatever names.
const ADDRESS_BUDGET: i64 = 50;
const WINDOW: Duration = Duration::minutes(10);
/// After so many wrong passwords in a row nobody signs in before the next day (UTC).
const CLOSED: i64 = 100;
/// Of those who have to wait, the trail is told at most so often.
const TOLD_EVERY: Duration = Duration::minutes(1);
/// So many of them count on the day after.
const OPENED: i64 = 25;
/// A device is known for this long after its last use.
pub const DEVICE_DAYS: i64 = 180;
/// Devices that are kept of one person.
const DEVICES: i64 = 20;

/// What an attempt comes to before its password is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Open,
    /// Nothing is looked at until then; `untold` if the trail does not know.
    Waits {
        until: Moment,
        untold: bool,
    },
}

impl Admission {
    /// 429 for whom has to wait.
    pub fn require(self, now: Moment) -> Result<()> {
        match self {
            Admission::Open => Ok(()),
            Admission::Waits { until, .. } => Err(wait_until(until, now)),
        }
    }
}

/// Who tries to sign in, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// By what wrong passwords in a row are counted.
    lane: String,
    /// By what those of all names are counted; none for known devices.
    address: Option<String>,
}

impl Attempt {
    /// Somebody who is not signed in: by their device if its cookie is one of this account, else by the name.
    pub fn of(
        conn: &mut Conn,
        username: &str,
        user_id: Option<i64>,
        device: Option<&str>,
        address: Option<&str>,
        now: Moment,
    ) -> Result<Self> {
        if let (Some(user_id), Some(device)) = (user_id, device)
            && knows(conn, user_id, device, now)?
        {
            return Ok(Attempt { lane: format!("device {}", device_of(user_id, device)), address: None });
        }
        Ok(Attempt { lane: format!("name {username}"), address: address.map(address_lane) })
    }

    /// Somebody who is signed in and proves once more who they are.
    pub fn of_signed_in(user_id: i64) -> Self {
        Attempt { lane: format!("own {user_id}"), address: None }
    }

    /// Somebody who signs in by an account elsewhere: who they are is not known before, so only their address counts.
    pub fn elsewhere(address: Option<&str>) -> Self {
        Attempt { lane: "elsewhere".to_owned(), address: address.map(address_lane) }
    }

    /// Forgets the wrong passwords by a name, and those of its owner: they have a new password.
    pub fn forget(conn: &mut Conn, user_id: i64, username: &str) -> Result<()> {
        for lane in [format!("name {username}"), format!("own {user_id}")] {
            diesel::delete(sign_in_waits::table.find(lane)).execute(conn)?;
        }
        Ok(())
    }

    /// Whether it comes from a device that its owner used before.
    pub fn is_of_known_device(&self) -> bool {
        self.lane.starts_with("device ")
    }

    /// Begins the attempt, which counts as failed by its name until it has [`succeeded`](Self::succeeded): counted only
    /// afterwards, attempts side by side would all pass before the first failure.
    pub fn begin(&self, conn: &mut Conn, now: Moment) -> Result<Admission> {
        if let (Some(address), Some((was, until))) = (&self.address, self.closed_address(conn, now)?) {
            return was.wait(conn, address, until, now);
        }
        let was = Failures::read(conn, &self.lane)?.unwrap_or(Failures::none(now));
        // If the clock was set back, nobody waits longer than the ladder says.
        let until = was.until.min(end_of_wait(was.count, now));
        if until > now {
            return was.wait(conn, &self.lane, until, now);
        }
        // A name that was closed opens with the new day, and not for a single guess.
        let count = if was.count >= CLOSED { OPENED } else { was.count } + 1;
        Failures { count, until: end_of_wait(count, now), ..was }.write(conn, &self.lane)?;
        Ok(Admission::Open)
    }

    /// Refuses where too many guesses came from the address. Asked once more when the turn of a hash has come: by an address
    /// only failures count, so that an office that signs in at eight o'clock does not wait for itself.
    pub fn require_open_address(&self, conn: &mut Conn, now: Moment) -> Result<()> {
        self.closed_address(conn, now)?.map_or(Ok(()), |(_, until)| Err(wait_until(until, now)))
    }

    /// The failures of an address that has had its budget, and until when it waits.
    fn closed_address(&self, conn: &mut Conn, now: Moment) -> Result<Option<(Failures, Moment)>> {
        let Some(address) = &self.address else { return Ok(None) };
        let was = Failures::of_address(conn, address, now)?.filter(|was| was.count >= ADDRESS_BUDGET);
        Ok(was.map(|was| (was, was.since + WINDOW)))
    }

    /// The password was wrong: it counts by its address, too.
    pub fn failed(&self, conn: &mut Conn, now: Moment) -> Result<()> {
        let Some(address) = &self.address else { return Ok(()) };
        let was = Failures::of_address(conn, address, now)?.unwrap_or(Failures::none(now));
        Failures { count: was.count + 1, until: was.since + WINDOW, ..was }.write(conn, address)
    }

    /// The password was right: it is no guess.
    pub fn succeeded(&self, conn: &mut Conn) -> Result<()> {
        let lane = sign_in_waits::table.find(&self.lane);
        each!(conn, c => diesel::delete(lane).execute(c))?;
        Ok(())
    }
}

/// By what the failures of an address are counted.
fn address_lane(address: &str) -> String {
    format!("address {}", counted_as(address))
}

/// The network by which an address is counted: one line of IPv6 has 2^64 of them (RFC 6177).
fn counted_as(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(long)) if long.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = long.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

/// When the next attempt may come after this many failures.
fn end_of_wait(count: i64, now: Moment) -> Moment {
    let seconds = match count {
        ..3 => 0,
        3..9 => 3,
        9..25 => 5,
        25..CLOSED => 10,
        _ => return now.date().succ_opt().unwrap_or(now.date()).and_time(NaiveTime::MIN),
    };
    now + Duration::seconds(seconds)
}

fn wait_until(until: Moment, now: Moment) -> Error {
    let left = (until - now).num_milliseconds();
    let seconds = u64::try_from((left + 999) / 1000).unwrap_or(1).max(1);
    too_many(seconds, "Sai mật khẩu nhiều lần", "Too many wrong passwords")
}

#[derive(Clone, Copy)]
struct Failures {
    count: i64,
    since: Moment,
    until: Moment,
    told_at: Option<Moment>,
}

impl Failures {
    fn none(now: Moment) -> Self {
        Failures { count: 0, since: now, until: now, told_at: None }
    }

    /// Has an attempt wait, and notes whether the trail is told of it.
    fn wait(self, conn: &mut Conn, lane: &str, until: Moment, now: Moment) -> Result<Admission> {
        let untold = self.told_at.is_none_or(|told| told > now || told + TOLD_EVERY <= now);
        if untold {
            Failures { told_at: Some(now), ..self }.write(conn, lane)?;
        }
        Ok(Admission::Waits { until, untold })
    }

    fn read(conn: &mut Conn, lane: &str) -> Result<Option<Self>> {
        let columns = (sign_in_waits::failures, sign_in_waits::since, sign_in_waits::until, sign_in_waits::told_at);
        let row = sign_in_waits::table.find(lane).select(columns);
        let found: Option<(i64, Moment, Moment, Option<Moment>)> = each!(conn, c => row.first(c)).optional()?;
        Ok(found.map(|(count, since, until, told_at)| Failures { count, since, until, told_at }))
    }

    /// Those of an address in the window that has not ended.
    fn of_address(conn: &mut Conn, address: &str, now: Moment) -> Result<Option<Self>> {
        Ok(Failures::read(conn, address)?.filter(|f| f.since <= now && f.since + WINDOW > now))
    }

    fn write(self, conn: &mut Conn, lane: &str) -> Result<()> {
        let values = (
            sign_in_waits::failures.eq(self.count),
            sign_in_waits::since.eq(self.since),
            sign_in_waits::until.eq(self.until),
            sign_in_waits::told_at.eq(self.told_at),
        );
        let row = (sign_in_waits::lane.eq(lane), values);
        let insert = diesel::insert_into(sign_in_waits::table).values(row);
        each!(conn, c => insert.on_conflict(sign_in_waits::lane).do_update().set(values).execute(c))?;
        Ok(())
    }
}

/// A device as it is stored: of one person, even where several share it.
fn device_of(user_id: i64, cookie: &str) -> String {
    digest(&format!("{user_id} {cookie}"))
}

/// Whether somebody signed in from the device with this cookie before.
pub fn knows(conn: &mut Conn, user_id: i64, cookie: &str, now: Moment) -> Result<bool> {
    let since = now - Duration::days(DEVICE_DAYS);
    let known = known_devices::table
        .filter(known_devices::digest.eq(device_of(user_id, cookie)).and(known_devices::last_used_at.gt(since)));
    Ok(known.count().get_result::<i64>(conn)? > 0)
}

/// Notes that somebody signed in from the device with this cookie; of more than twenty the oldest is forgotten.
pub fn note_device(conn: &mut Conn, user_id: i64, cookie: &str, now: Moment) -> Result<()> {
    let device = device_of(user_id, cookie);
    let known = known_devices::table.find(&device);
    if diesel::update(known).set(known_devices::last_used_at.eq(now)).execute(conn)? > 0 {
        return Ok(());
    }
    let row = (
        known_devices::digest.eq(&device),
        known_devices::user_id.eq(user_id),
        known_devices::created_at.eq(now),
        known_devices::last_used_at.eq(now),
    );
    diesel::insert_into(known_devices::table).values(row).execute(conn)?;
    let older: Vec<String> = known_devices::table
        .filter(known_devices::user_id.eq(user_id))
        .order((known_devices::last_used_at.desc(), known_devices::digest))
        .select(known_devices::digest)
        .limit(2 * DEVICES)
        .load(conn)?;
    for digest in older.iter().skip(usize::try_from(DEVICES).unwrap_or(usize::MAX)) {
        diesel::delete(known_devices::table.find(digest)).execute(conn)?;
    }
    Ok(())
}

/// Forgets the devices of somebody whose password was changed by a token: one of them may have been a stranger's.
pub fn forget_devices(conn: &mut Conn, user_id: i64) -> Result<()> {
    diesel::delete(known_devices::table.filter(known_devices::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// Removes waits that ended a day ago, and devices that were not used for long.
pub fn sweep(conn: &mut Conn, now: Moment) -> Result<()> {
    diesel::delete(sign_in_waits::table.filter(sign_in_waits::until.lt(now - Duration::days(1)))).execute(conn)?;
    let unused = known_devices::last_used_at.lt(now - Duration::days(DEVICE_DAYS));
    diesel::delete(known_devices::table.filter(unused)).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_with_the_day() {
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().naive_utc();
        let wait = |count| (end_of_wait(count, now) - now).num_seconds();
        assert_eq!([0, 2, 3, 8, 9, 24, 25, 99].map(wait), [0, 0, 3, 3, 5, 5, 10, 10]);
        assert_eq!(end_of_wait(100, now).to_string(), "2023-11-15 00:00:00");
    }
}
