//! Loops over what is due: notices told, digests made, mails and webhooks sent, long lists read. Time comes from the clock.

pub mod digest;
pub mod fan_out;
pub mod hooks;
pub mod http;
pub mod imports;
pub mod mail;
pub mod outbox;
pub mod reports;
pub mod webhooks_store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::Datelike;

use crate::config::{Network, Smtp};
use crate::db::Db;
use crate::db::counters::{counter, set};
use crate::dossier::parts::attachments::Folder;
use crate::error::Result;
use crate::jobs::hooks::Sender;
use crate::jobs::mail::Mailer;
use crate::web::answers::Answers;
use kernel::time::{Clock, day_of};
use kernel::workdays::WorkCalendar;

/// How often the loop looks.
const EVERY: Duration = Duration::from_secs(2);

/// Days for which delivered messages are kept.
const KEPT: i64 = 90;
const SWEPT: &str = "outbox_swept";

/// How notices leave the house.
#[derive(Clone, Default)]
pub struct Post {
    /// Without it notices stay in the inbox.
    pub smtp: Option<Smtp>,
    /// Private networks that webhooks may reach.
    pub networks: Vec<Network>,
}

/// What the jobs need of the house.
#[derive(Clone)]
pub struct Jobs {
    pub db: Db,
    pub clock: Clock,
    pub calendar: Arc<WorkCalendar>,
    pub mailer: Option<Mailer>,
    pub sender: Sender,
    pub folder: Folder,
    pub answers: Answers,
    stop: Arc<AtomicBool>,
}

/// One kind of work.
type Stage = fn(&Jobs) -> Result<()>;

impl Jobs {
    pub fn new(
        db: Db,
        clock: Clock,
        calendar: Arc<WorkCalendar>,
        domain: &str,
        post: Post,
        folder: Folder,
        answers: Answers,
    ) -> Self {
        let mailer = post.smtp.map(|smtp| Mailer::new(smtp, domain));
        let sender = Sender::new(post.networks);
        Jobs { db, clock, calendar, mailer, sender, folder, answers, stop: Arc::default() }
    }

    /// Telling people: who is next, digests, mail; and sweeping.
    const PEOPLE: [Stage; 4] = [fan_out::run, digest::run, mail::run, sweep];
    /// Telling programs, apart, so that a slow receiver keeps no letter waiting.
    const PROGRAMS: [Stage; 1] = [hooks::run];
    /// Work that takes minutes, apart from both.
    const LONG: [Stage; 2] = [reports::run, imports::run];

    /// Does everything that is due now; every kind of work, whatever becomes of the others, then the first failure.
    pub fn run_due(&self) -> Result<()> {
        let done: Vec<Result<()>> =
            Self::PEOPLE.iter().chain(&Self::PROGRAMS).chain(&Self::LONG).map(|stage| stage(self)).collect();
        done.into_iter().collect()
    }

    /// Starts the loops; they end soon after [`Jobs::stop`].
    pub fn start(&self) -> std::io::Result<Vec<JoinHandle<()>>> {
        let lists: [(&str, &'static [Stage]); 3] =
            [("notices", &Self::PEOPLE), ("webhooks", &Self::PROGRAMS), ("imports", &Self::LONG)];
        let start = |(name, stages): (&str, &'static [Stage])| {
            let jobs = self.clone();
            std::thread::Builder::new().name(name.into()).spawn(move || jobs.run(stages))
        };
        lists.into_iter().map(start).collect()
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the house is closing.
    pub fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// A failure, even a panic, is logged and tried again with the next round.
    fn run(&self, stages: &[Stage]) {
        while !self.stops() {
            for stage in stages {
                match catch_unwind(AssertUnwindSafe(|| stage(self))) {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::error!(%error, "a job failed"),
                    Err(_) => tracing::error!("a job panicked"),
                }
            }
            std::thread::sleep(EVERY);
        }
    }
}

/// Once a day what was delivered long ago goes, a batch a round.
fn sweep(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    let today = i64::from(day_of(now).num_days_from_ce());
    if jobs.db.read_now(|conn| counter(conn, SWEPT))? >= today {
        return Ok(());
    }
    jobs.db.write_now(move |conn| {
        let gone = outbox::sweep(conn, now - chrono::Duration::days(KEPT))?;
        if gone == 0 { set(conn, SWEPT, today) } else { Ok(()) }
    })
}
