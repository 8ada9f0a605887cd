//! One loop over what is due: notices are told, digests made, mails and webhooks sent. Time comes from the clock.

pub mod digest;
pub mod fan_out;
pub mod hooks;
pub mod http;
pub mod mail;
pub mod webhooks_store;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::config::{Network, Smtp};
use crate::db::Db;
use crate::error::Result;
use crate::jobs::hooks::Sender;
use crate::jobs::mail::Mailer;
use crate::kernel::time::Clock;
use crate::kernel::workdays::WorkCalendar;

/// How often the loop looks.
const EVERY: Duration = Duration::from_secs(2);

/// What the jobs need of the house.
#[derive(Clone)]
pub struct Jobs {
    pub db: Db,
    pub clock: Clock,
    pub calendar: Arc<WorkCalendar>,
    pub mailer: Option<Mailer>,
    pub sender: Sender,
}

impl Jobs {
    pub fn new(
        db: Db,
        clock: Clock,
        calendar: Arc<WorkCalendar>,
        domain: &str,
        smtp: Option<Smtp>,
        networks: Vec<Network>,
    ) -> Self {
        let mailer = smtp.map(|smtp| Mailer::new(smtp, domain));
        Jobs { db, clock, calendar, mailer, sender: Sender::new(networks) }
    }

    /// Does everything that is due now.
    pub fn run_due(&self) -> Result<()> {
        fan_out::run(self)?;
        if let Some(mailer) = &self.mailer {
            digest::run(self)?;
            mail::run(self, mailer)?;
        }
        hooks::run(self)
    }

    /// Runs until `stop`; a failure is logged and tried again with the next round.
    pub fn run(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = self.run_due() {
                tracing::error!(%error, "jobs failed");
            }
            std::thread::sleep(EVERY);
        }
    }
}
