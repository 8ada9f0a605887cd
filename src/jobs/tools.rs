//! What jobs share with the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::{Network, Smtp};
use crate::db::Db;
use crate::dossier::parts::attachments::AttachmentFolder;
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
}

/// What the jobs need from the application.
#[derive(Clone)]
pub struct Jobs {
    pub db: Db,
    pub clock: Clock,
    pub shelf: RegulationCache,
    pub mailer: Option<Mailer>,
    pub sender: Sender,
    pub folder: AttachmentFolder,
    pub answers: ResponseCache,
    pub registers: Registers,
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
        Jobs { db, clock, shelf, mailer, sender, folder, answers, registers, stop: Arc::default() }
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the process is stopping.
    pub fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
