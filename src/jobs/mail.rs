//! Sends mail from the outbox by SMTP (RFC 5321): one recipient per mail, with the same id and date in every attempt.

use chrono::Duration;
use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};

use crate::access::store as accounts;
use crate::jobs::mailer::Mailer;

use crate::error::Result;
use crate::jobs::outbox::{self, Delivery, DeliveryChannel, Ended};
use crate::jobs::tools::Jobs;
use kernel::time::Moment;

/// Maximum mails per round.
const BATCH: i64 = 50;
/// Minutes until the next attempt; after the last one, the mail is dead.
const AFTER: [i64; 8] = [1, 5, 30, 120, 360, 720, 1_440, 2_880];
/// Minutes until the next attempt when the server or our account is at fault, not the mail.
const LINE: i64 = 5;

/// Sends what is due.
pub fn run(jobs: &Jobs) -> Result<()> {
    let Some(mailer) = &jobs.mailer else { return Ok(()) };
    let now = jobs.clock.now();
    if !jobs.db.read_now(|conn| outbox::any_due(conn, DeliveryChannel::Mail, now))? {
        return Ok(());
    }
    let due = jobs.db.write_now(move |conn| outbox::claim(conn, DeliveryChannel::Mail, now, BATCH))?;
    let (mut line, mut down) = (None, None);
    for delivery in due {
        let target = delivery.target_id;
        let account = jobs.db.read_now(|conn| accounts::account(conn, target))?.filter(|a| a.active);
        let ended = match (account.and_then(|a| a.email), &down) {
            (None, _) => Ended::Dead("the account no longer has an address".into()),
            // The connection is down, or the process is stopping: the remaining mails wait without a counted attempt.
            (Some(_), Some(ended)) => Ended::clone(ended),
            (Some(_), None) if jobs.stops() => Ended::NotTried(now, "the server was stopping".into()),
            (Some(address), None) => send(mailer, &mut line, &delivery, &address, jobs.clock.now()),
        };
        if matches!(ended, Ended::NotTried(..)) {
            down = Some(ended.clone());
        }
        jobs.db.write_now(move |conn| outbox::conclude(conn, &delivery, &ended))?;
    }
    if let Some(mut line) = line {
        line.abort();
    }
    Ok(())
}

fn send(mailer: &Mailer, line: &mut Option<SmtpConnection>, delivery: &Delivery, to: &str, now: Moment) -> Ended {
    let letter = match mailer.letter(delivery, to) {
        Ok(letter) => letter,
        Err(fault) => return Ended::Dead(fault),
    };
    let mut open = match line.take().map_or_else(|| mailer.open(), Ok) {
        Ok(open) => open,
        Err(error) => {
            tracing::warn!(%error, "the mail server cannot be used");
            return Ended::NotTried(now + Duration::minutes(LINE), error.to_string());
        }
    };
    match deliver(&mut open, &letter) {
        Ok(()) => {
            *line = Some(open);
            Ended::Delivered
        }
        // Only a 5xx for the recipient or the content means that the mail will never be accepted.
        Err(MailFault::Letter(error)) if error.is_permanent() => {
            open.abort();
            Ended::Dead(error.to_string())
        }
        Err(MailFault::Letter(error)) => {
            open.abort();
            again(delivery, now, &error.to_string())
        }
        Err(MailFault::Sender(error)) => {
            open.abort();
            tracing::warn!(%error, "the mail server does not accept our mail");
            Ended::NotTried(now + Duration::minutes(LINE), error.to_string())
        }
    }
}

/// What caused a failure.
enum MailFault {
    /// Our account: every mail would fail in the same way.
    Sender(SmtpError),
    Letter(SmtpError),
}

fn deliver(line: &mut SmtpConnection, letter: &Message) -> std::result::Result<(), MailFault> {
    let envelope = letter.envelope();
    line.command(Mail::new(envelope.from().cloned(), Vec::new())).map_err(MailFault::Sender)?;
    for to in envelope.to() {
        line.command(Rcpt::new(to.clone(), Vec::new())).map_err(MailFault::Letter)?;
    }
    line.command(Data).map_err(MailFault::Letter)?;
    line.message(&letter.formatted()).map_err(MailFault::Letter)?;
    Ok(())
}

fn again(delivery: &Delivery, now: Moment, error: &str) -> Ended {
    let tried = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    match AFTER.get(tried) {
        Some(minutes) => Ended::Again(now + Duration::minutes(*minutes), error.to_owned()),
        None => Ended::Dead(error.to_owned()),
    }
}
