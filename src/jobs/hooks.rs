//! Sends webhooks from the outbox (Standard Webhooks 1.0.0): signed, with back-off, and not into private networks
//! unless they are configured.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration as Wait;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::access::context::RequestContext;
use crate::config::Network;
use crate::db::Conn;
use crate::error::Result;
use crate::jobs::Jobs;
use crate::jobs::outbox::{self, Channel, Delivery, Ended};
use crate::jobs::webhooks_store::{self, Webhook};
use kernel::id::Id;
use kernel::time::Moment;
use kernel::words::FieldError;

/// Timeout of a whole attempt: DNS, connection, TLS and response.
const TIMEOUT: Wait = Wait::from_secs(20);
/// Maximum deliveries per round.
const BATCH: i64 = 20;
/// Seconds until the next attempt; after the last one, the delivery is dead.
const AFTER: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Sends requests to endpoints.
#[derive(Clone)]
pub struct Sender {
    agent: Agent,
    networks: Vec<Network>,
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        match (self.base, ip) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                (base.to_bits() ^ ip.to_bits()) & mask == 0
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                (base.to_bits() ^ ip.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

/// Whether an address is on the public internet (IANA special-purpose registries).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || (a == 100 && (b & 0xc0) == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b & 0xfe) == 18)
        || ip.is_documentation()
        || ip.is_multicast()
        || a >= 240;
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        [0x2001, b, ..] if b < 0x200 || b == 0xdb8 => false,
        [0x3fff, b, ..] if b < 0x1000 => false,
        // Only 2000::/3 is global unicast.
        [a, ..] => (a & 0xe000) == 0x2000,
    }
}

/// An address that webhooks must not reach.
#[derive(Debug)]
struct Forbidden(IpAddr);

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not a public address", self.0)
    }
}

impl std::error::Error for Forbidden {}

/// Resolves a name once and checks the same addresses that are then connected to; this prevents DNS rebinding.
#[derive(Debug)]
struct Guard {
    inner: DefaultResolver,
    networks: Vec<Network>,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        for address in found.iter() {
            let ip = address.ip().to_canonical();
            if !may_reach(&self.networks, ip) {
                return Err(ureq::Error::Other(Box::new(Forbidden(ip))));
            }
        }
        Ok(found)
    }
}

fn may_reach(networks: &[Network], ip: IpAddr) -> bool {
    is_public(ip) || networks.iter().any(|n| n.holds(ip))
}

impl Sender {
    pub fn new(networks: Vec<Network>) -> Self {
        let config = Agent::config_builder()
            // A proxy from the environment would resolve the name itself and so bypass the guard.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(Wait::from_secs(5)))
            .user_agent("ngoaivu-webhook/1")
            .build();
        let guard = Guard { inner: DefaultResolver::default(), networks: networks.clone() };
        Sender { agent: Agent::with_parts(config, DefaultConnector::default(), guard), networks }
    }

    /// Why a URL cannot be an endpoint. It needs https and a host, and must have no user and no private address.
    pub fn refuses(&self, text: &str) -> Option<FieldError> {
        let Ok(url) = url::Url::parse(text) else { return Some(FieldError::NotAUrl) };
        let ip = match url.host() {
            None => return Some(FieldError::NotAUrl),
            Some(url::Host::Domain(name)) if name.eq_ignore_ascii_case("localhost") => {
                Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
            }
            Some(url::Host::Domain(_)) => None,
            Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip).to_canonical()),
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Some(FieldError::NotAUrl);
        }
        // Plain http is allowed only inside the configured networks.
        let inside = ip.is_some_and(|ip| self.networks.iter().any(|n| n.holds(ip)));
        if url.scheme() != "https" && !(url.scheme() == "http" && inside) {
            return Some(FieldError::NotHttps);
        }
        ip.filter(|ip| !may_reach(&self.networks, *ip)).map(|_| FieldError::PrivateAddress)
    }
}

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
    if !jobs.db.read_now(|conn| outbox::any_due(conn, Channel::Webhook, now))? {
        return Ok(());
    }
    let due = jobs.db.write_now(move |conn| outbox::claim(conn, Channel::Webhook, now, BATCH))?;
    for delivery in due {
        let target = delivery.target_id;
        let endpoint = jobs.db.read_now(|conn| webhooks_store::find(conn, target))?.filter(|w| w.active);
        // The time of this attempt, not of the round: receivers refuse signatures that are minutes old.
        let at = jobs.clock.now();
        let (ended, gone) = match &endpoint {
            _ if jobs.stops() => (Ended::NotTried(at, "the server was stopping".into()), false),
            Some(endpoint) => send(&jobs.sender, endpoint, &delivery, at),
            None => (Ended::Dead("the endpoint is switched off".into()), false),
        };
        jobs.db.write_now(move |conn| {
            outbox::conclude(conn, &delivery, &ended)?;
            match endpoint {
                Some(endpoint) if gone => switch_off(conn, &endpoint, at),
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
    RequestContext::job_named("jobs", at).remember(conn, "disable_webhook", &object, detail)
}

/// Makes one attempt; also returns whether the endpoint is gone (410).
fn send(sender: &Sender, endpoint: &Webhook, delivery: &Delivery, now: Moment) -> (Ended, bool) {
    let (id, at) = (format!("msg_{}", Id(delivery.id)), now.and_utc().timestamp());
    let Some(signed) = signature(&endpoint.secrets(now), &id, at, &delivery.body) else {
        return (Ended::Dead("the secret cannot be read".into()), false);
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
                200..=299 => (Ended::Delivered, false),
                410 => (Ended::Dead("410 Gone".into()), true),
                _ => (again(delivery, now, &format!("answered {status}")), false),
            }
        }
        Err(ureq::Error::Other(inner)) if inner.is::<Forbidden>() => (Ended::Dead(inner.to_string()), false),
        Err(error) => (again(delivery, now, &error.to_string()), false),
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

    #[test]
    fn private_addresses_are_no_endpoints_in_whatever_spelling() {
        let sender = Sender::new(Vec::new());
        for private in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.8/",
            "https://192.168.1.1/",
            "https://169.254.169.254/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://0/",
        ] {
            assert_eq!(sender.refuses(private), Some(FieldError::PrivateAddress), "{private}");
        }
        for wrong in ["ftp://example.com/", "http://example.com/"] {
            assert_eq!(sender.refuses(wrong), Some(FieldError::NotHttps), "{wrong}");
        }
        for wrong in ["https://user:pw@example.com/", "example.com", "https://example.com/#x", "https://"] {
            assert_eq!(sender.refuses(wrong), Some(FieldError::NotAUrl), "{wrong}");
        }
        assert_eq!(sender.refuses("https://example.com/hook"), None);
        let inside = Sender::new(vec![Network { base: "10.1.0.0".parse().unwrap(), prefix: 16 }]);
        assert_eq!(inside.refuses("http://10.1.2.3/hook"), None);
        assert_eq!(inside.refuses("http://10.2.0.1/hook"), Some(FieldError::NotHttps));
    }
}
