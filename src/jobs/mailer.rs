//! The mail server: a connection, and the letters that go over it.

use std::time::{Duration as Wait, SystemTime};

use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use crate::config::{Security, Smtp};
use crate::jobs::outbox::Delivery;
use kernel::id::Id;

/// Timeout of connecting, and of each read and write.
const TIMEOUT: Wait = Wait::from_secs(20);

/// Sends mail to the mail server.
#[derive(Clone)]
pub struct Mailer {
    smtp: Smtp,
    /// Domain part of message ids and name in EHLO.
    domain: String,
}

impl Mailer {
    pub fn new(smtp: Smtp, domain: &str) -> Self {
        Mailer { smtp, domain: domain.to_owned() }
    }

    /// Connects, starts TLS, signs in. An error here concerns the server or our account, never a mail.
    pub fn open(&self) -> std::result::Result<SmtpConnection, SmtpError> {
        let hello = ClientId::Domain(self.domain.clone());
        let tls = match self.smtp.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some(TlsParameters::builder(self.smtp.host.clone()).build()?),
        };
        let wrapper = tls.as_ref().filter(|_| self.smtp.security == Security::Tls);
        let server = (self.smtp.host.as_str(), self.smtp.port);
        let mut line = SmtpConnection::connect(server, Some(TIMEOUT), &hello, wrapper, None)?;
        if let (Security::StartTls, Some(tls)) = (self.smtp.security, &tls) {
            line.starttls(tls, &hello)?;
        }
        if let Some((user, password)) = &self.smtp.login {
            line.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.expose_secret().to_owned()))?;
        }
        Ok(line)
    }

    pub fn letter(&self, delivery: &Delivery, to: &str) -> std::result::Result<Message, String> {
        let from: Mailbox = self.smtp.from.parse().map_err(|e| format!("NGOAIVU_SMTP_FROM: {e}"))?;
        let to: Mailbox = to.parse().map_err(|e| format!("recipient: {e}"))?;
        let made = u64::try_from(delivery.created_at.and_utc().timestamp()).unwrap_or_default();
        Message::builder()
            .message_id(Some(format!("<{}@{}>", Id(delivery.id), self.domain)))
            .date(SystemTime::UNIX_EPOCH + Wait::from_secs(made))
            .from(from)
            .to(to)
            .subject(delivery.subject.clone())
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(delivery.body.clone())
            .map_err(|e| e.to_string())
    }
}

/// Says that no person wrote the letter, so that nobody's absence notice answers it (RFC 3834 §5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}
