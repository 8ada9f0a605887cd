//! Background loops: notices, digests, mail, webhooks, scheduled reports, long imports. The time comes from the clock.

pub mod digest;
pub mod fan_out;
pub mod hooks;
pub mod http;
pub mod imports;
pub mod mail;
pub mod mail_http;
pub mod mailer;
pub mod outbox;
pub mod reports;
pub mod retention;
mod sealed_columns;
pub mod sealed_data;
pub mod sender;
pub mod tools;
pub mod webhooks_store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::Datelike;

use crate::access::{sessions_store, throttle};
use crate::audit::TrailVerdict;
use crate::db::counters::{counter, set};
use crate::error::Result;
use crate::jobs::tools::Jobs;
use crate::web::health::job_ran;
use kernel::time::day_of;

/// Pause between two rounds.
const EVERY: Duration = Duration::from_secs(2);

/// Days for which delivered messages are kept.
const KEPT: i64 = 90;
const SWEPT: &str = "outbox_swept";
/// The day on which the whole trail was last verified.
const VERIFIED: &str = "trail_verified";

/// One kind of job.
type JobStage = fn(&Jobs) -> Result<()>;

impl Jobs {
    /// Notices to people: next steps, digests, mail; and the cleanup of the outbox.
    const PEOPLE: [JobStage; 4] = [fan_out::run, digest::run, mail::run, sweep];
    /// Webhooks run in a separate loop, so that a slow receiver does not delay mail.
    const PROGRAMS: [JobStage; 1] = [hooks::run];
    /// Jobs that take minutes, separate from both.
    const LONG: [JobStage; 4] = [reports::run, imports::run, retention::run, verify_trail];
    /// A new key of personal data is taken up at once, whatever else runs.
    const KEYS: [JobStage; 1] = [sealed_data::run];
    /// Checkpoints of the trail wait for nothing else.
    const TRAIL: [JobStage; 1] = [checkpoint];

    /// Runs every kind of job once, even if another fails; returns the first failure.
    pub fn run_due(&self) -> Result<()> {
        let done: Vec<Result<()>> = Self::PEOPLE
            .iter()
            .chain(&Self::PROGRAMS)
            .chain(&Self::LONG)
            .chain(&Self::KEYS)
            .chain(&Self::TRAIL)
            .map(|stage| stage(self))
            .collect();
        done.into_iter().collect()
    }

    /// Starts the loops; they end soon after [`Jobs::stop`].
    pub fn start(&self) -> std::io::Result<Vec<JoinHandle<()>>> {
        let lists: [(&str, &'static [JobStage]); 5] = [
            ("notices", &Self::PEOPLE),
            ("webhooks", &Self::PROGRAMS),
            ("imports", &Self::LONG),
            ("keys", &Self::KEYS),
            ("trail", &Self::TRAIL),
        ];
        let start = |(name, stages): (&'static str, &'static [JobStage])| {
            let jobs = self.clone();
            std::thread::Builder::new().name(name.into()).spawn(move || jobs.run(name, stages))
        };
        lists.into_iter().map(start).collect()
    }

    /// A failure, even a panic, is logged, and the job is tried again in the next round.
    fn run(&self, list: &str, stages: &[JobStage]) {
        while !self.stops() {
            for stage in stages {
                match catch_unwind(AssertUnwindSafe(|| stage(self))) {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::error!(%error, "a job failed"),
                    Err(_) => tracing::error!("a job panicked"),
                }
            }
            job_ran(list, self.clock.now());
            std::thread::sleep(EVERY);
        }
    }
}

/// Signs the trail as it is now, outside the database.
fn checkpoint(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    jobs.db.read_now(|conn| jobs.trail.write(conn, now)).map(|_| ())
}

/// Verifies the whole trail once a day, so that a row that somebody changed is found before anybody asks.
fn verify_trail(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    let today = i64::from(day_of(now).num_days_from_ce());
    // Counted before it is done: what fails is told once a day, too.
    if jobs.db.read_now(|conn| counter(conn, VERIFIED))? == today {
        return Ok(());
    }
    jobs.db.write_now(move |conn| set(conn, VERIFIED, today))?;
    if let TrailVerdict::Broken { seq, reason } = jobs.db.read_now(|conn| jobs.trail.verify(conn, now))? {
        tracing::error!(row = seq, reason = reason.en, "the audit trail is not whole");
    }
    Ok(())
}

/// Once a day, deletes what is no longer needed: waits that ended, devices that nobody uses, keys that retired, and messages that were
/// delivered long ago, one batch per round.
fn sweep(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    let today = i64::from(day_of(now).num_days_from_ce());
    if jobs.db.read_now(|conn| counter(conn, SWEPT))? >= today {
        return Ok(());
    }
    jobs.db.write_now(move |conn| {
        throttle::sweep(conn, now)?;
        sessions_store::sweep(conn, now - chrono::Duration::days(1))?;
        let gone = outbox::sweep(conn, now - chrono::Duration::days(KEPT))?;
        if gone == 0 { set(conn, SWEPT, today) } else { Ok(()) }
    })
}
