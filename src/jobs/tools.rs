//! What jobs share with the application.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::audit::checkpoints::TrailKeeper;
use crate::config::{Network, Smtp};
use crate::db::Db;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::register::Registers;
use crate::jobs::mailer::Mailer;
use crate::jobs::sender::Sender;
use crate::regulations::store::RegulationCache;
use crate::web::answers::ResponseCache;
use kernel::time::Clock;

/// How notices are sent.
#[derive(Clone, Default)]
pub struct DeliverySettings {
    /// Without it, notices appear only in the inbox.
    pub smtp: Option<Smtp>,
    /// Private networks that webhooks may reach.
    pub networks: Vec<Network>,
    /// Scheme and host that mails link to.
    pub origin: Option<String>,
}

/// The addresses in mails: those of the API without `/api/v1`.
#[derive(Clone, Debug, Default)]
pub struct Links(Option<String>);

impl Links {
    /// The last lines of a mail: what to do, and where.
    pub fn to(&self, path: &str, what: &str) -> String {
        match &self.0 {
            Some(origin) => format!("\n{what}:\n{origin}{path}\n"),
            None => format!("\n{what}: đăng nhập hệ thống.\n"),
        }
    }
}

/// What the jobs need from the application.
#[derive(Clone)]
pub struct Jobs {
    pub db: Db,
    pub clock: Clock,
    pub shelf: RegulationCache,
    pub mailer: Option<Mailer>,
    /// Where mails link to; without it they name the place in the system.
    pub links: Links,
    pub sender: Sender,
    pub folder: AttachmentFolder,
    pub answers: ResponseCache,
    pub registers: Registers,
    /// Signs checkpoints of the audit trail.
    pub trail: TrailKeeper,
    /// After how many months numbers and copies of passports are erased; never where the province has set none.
    pub passport_months: Option<NonZeroU32>,
    stop: Arc<AtomicBool>,
}

impl Jobs {
    #[expect(clippy::too_many_arguments, reason = "everything that jobs share with the application")]
    pub fn new(
        db: Db,
        clock: Clock,
        shelf: RegulationCache,
        domain: &str,
        post: DeliverySettings,
        folder: AttachmentFolder,
        answers: ResponseCache,
        registers: Registers,
    ) -> Self {
        let mailer = post.smtp.map(|smtp| Mailer::new(smtp, domain));
        let sender = Sender::new(post.networks);
        let links = Links(post.origin);
        let trail = TrailKeeper::new(&folder.path, domain);
        Jobs {
            db,
            clock,
            shelf,
            mailer,
            links,
            sender,
            folder,
            answers,
            registers,
            trail,
            passport_months: None,
            stop: Arc::default(),
        }
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Becomes true when the process stops.
    pub fn stopping(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Whether the process is stopping.
    pub fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
