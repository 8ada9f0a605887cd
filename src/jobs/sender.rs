//! Sends requests to the endpoints of webhooks, and not into private networks unless they are configured.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration as Wait;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::config::Network;
use kernel::words::FieldError;

/// Timeout of a whole attempt: DNS, connection, TLS and response.
const TIMEOUT: Wait = Wait::from_secs(20);

/// Sends requests to endpoints.
#[derive(Clone)]
pub struct Sender {
    pub(super) agent: Agent,
    networks: Vec<Network>,
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
pub(super) struct Forbidden(IpAddr);

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

#[cfg(test)]
mod tests {
    use super::*;

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
