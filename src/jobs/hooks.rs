//! Sends webhooks from the outbox (Standard Webhooks 1.0.0): signed, with back-off, and not into private networks
//! unless they are configured.

use std::collections::BTreeMap;
use std::io::Read;
use std::panic::resume_unwind;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::access::account::JOBS;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::error::Result;
use crate::jobs::outbox::{self, Delivery, DeliveryChannel, Ended};
use crate::jobs::sender::{Forbidden, Sender};
use crate::jobs::tools::Jobs;
use crate::jobs::webhooks_store::{self, Webhook};
use kernel::id::Id;
use kernel::time::Moment;

/// Maximum deliveries per round.
const BATCH: i64 = 20;
/// Seconds until the next attempt; after the last one, the delivery is dead.
const AFTER: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How long the other messages of a receiver that does not answer wait.
const SILENT_FOR: Duration = Duration::seconds(60);

/// A new secret: `whsec_` and 32 random bytes.
pub fn fresh_secret() -> String {
    format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// The header `webhook-signature`: one signature per secret, newest secret first.
pub fn signature(secrets: &[&str], id: &str, at: i64, body: &str) -> Option<String> {
    let each: Option<Vec<String>> = secrets
        .iter()
        .map(|secret| {
            let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
            mac.update(format!("{id}.{at}.{body}").as_bytes());
            Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        })
        .collect();
    each.map(|all| all.join(" "))
}

/// Sends what is due.
pub fn run(jobs: &Jobs) -> Result<()> {
    let now = jobs.clock.now();
    if !jobs.db.read_now(|conn| outbox::any_due(conn, DeliveryChannel::Webhook, now))? {
        return Ok(());
    }
    let due = jobs.db.write_now(move |conn| outbox::claim(conn, DeliveryChannel::Webhook, now, BATCH))?;
    let mut by_receiver: BTreeMap<i64, Vec<Delivery>> = BTreeMap::new();
    due.into_iter().for_each(|delivery| by_receiver.entry(delivery.target_id).or_default().push(delivery));
    // Receivers side by side, so that a slow one delays no other; each gets its messages in their order.
    thread::scope(|scope| {
        let lines: Vec<_> =
            by_receiver.into_values().map(|line| scope.spawn(move || send_in_turn(jobs, line))).collect();
        let ended = lines.into_iter().map(|line| line.join().unwrap_or_else(|panic| resume_unwind(panic)));
        // All of them are waited for, even if one failed.
        ended.collect::<Vec<Result<()>>>().into_iter().collect()
    })
}

/// How a receiver behaved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Answers,
    /// It wants no messages any more.
    Gone,
    /// It does not answer, so the rest of its messages would only be waited for.
    Silent,
}

/// Sends the messages of one receiver.
fn send_in_turn(jobs: &Jobs, line: Vec<Delivery>) -> Result<()> {
    let mut receiver = Receiver::Answers;
    for delivery in line {
        let target = delivery.target_id;
        let endpoint = jobs.db.read_now(|conn| webhooks_store::find(conn, target))?.filter(|w| w.active);
        // The time of this attempt, not of the round: receivers refuse signatures that are minutes old.
        let at = jobs.clock.now();
        let ended = match &endpoint {
            _ if jobs.stops() => Ended::NotTried(at, "the server was stopping".into()),
            _ if receiver == Receiver::Silent => {
                Ended::NotTried(at + SILENT_FOR, "the receiver did not answer the message before".into())
            }
            Some(endpoint) => {
                let ended;
                (ended, receiver) = send(&jobs.sender, endpoint, &delivery, at);
                ended
            }
            None => Ended::Dead("the endpoint is switched off".into()),
        };
        jobs.db.write_now(move |conn| {
            outbox::conclude(conn, &delivery, &ended)?;
            match endpoint {
                Some(endpoint) if receiver == Receiver::Gone => switch_off(conn, &endpoint, at),
                _ => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// Switches off an endpoint that answered 410, unless its URL was changed in the meantime.
fn switch_off(conn: &mut Conn, told: &Webhook, at: Moment) -> Result<()> {
    let Some(mut endpoint) = webhooks_store::find(conn, told.id)?.filter(|w| w.url == told.url) else { return Ok(()) };
    endpoint.active = false;
    endpoint.version += 1;
    endpoint.disabled_reason = Some("410 Gone".into());
    webhooks_store::update(conn, &endpoint)?;
    let object = format!("webhooks/{}", Id(told.id));
    let detail = serde_json::json!({"reason": "410 Gone"});
    RequestContext::job_named(JOBS, at).remember(conn, "disable_webhook", &object, detail)
}

/// Makes one attempt; also returns whether the endpoint is gone (410).
fn send(sender: &Sender, endpoint: &Webhook, delivery: &Delivery, now: Moment) -> (Ended, Receiver) {
    let (id, at) = (format!("msg_{}", Id(delivery.id)), now.and_utc().timestamp());
    let Some(signed) = signature(&endpoint.secrets(now), &id, at, &delivery.body) else {
        return (Ended::Dead("the secret cannot be read".into()), Receiver::Answers);
    };
    let request = sender
        .agent
        .post(&endpoint.url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", &signed);
    match request.send(delivery.body.as_bytes()) {
        Ok(mut response) => {
            let status = response.status().as_u16();
            // Read a little of the body, so that the connection closes cleanly; the content does not matter.
            let mut rest = Vec::new();
            let _ = response.body_mut().as_reader().take(1_024).read_to_end(&mut rest);
            match status {
                200..=299 => (Ended::Delivered, Receiver::Answers),
                410 => (Ended::Dead("410 Gone".into()), Receiver::Gone),
                _ => (again(delivery, now, &format!("answered {status}")), Receiver::Answers),
            }
        }
        Err(ureq::Error::Other(inner)) if inner.is::<Forbidden>() => {
            (Ended::Dead(inner.to_string()), Receiver::Answers)
        }
        Err(error) => (again(delivery, now, &error.to_string()), Receiver::Silent),
    }
}

/// Schedules the next attempt, with jitter so that many deliveries do not retry at the same time.
fn again(delivery: &Delivery, now: Moment, error: &str) -> Ended {
    let tried = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    match AFTER.get(tried) {
        Some(seconds) => {
            let jitter = delivery.id.rem_euclid(seconds / 5 + 1);
            Ended::Again(now + Duration::seconds(seconds + jitter), error.to_owned())
        }
        None => Ended::Dead(error.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        let (id, body) = ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", r#"{"email":"test@example.com","username":"test_user"}"#);
        let one = signature(&[secret], id, 1_649_367_553, body).unwrap();
        assert_eq!(one, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        let two = signature(&[&fresh_secret(), secret], id, 1_649_367_553, body).unwrap();
        assert!(two.ends_with(&one) && two.split(' ').count() == 2);
    }
}
