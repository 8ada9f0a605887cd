//! Places on the network, as settings name them.

use std::net::IpAddr;
use std::path::PathBuf;

/// A network by its base address and prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    pub base: IpAddr,
    pub prefix: u8,
}

impl Network {
    /// Whether an address is in it.
    pub fn holds(self, ip: IpAddr) -> bool {
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

/// Where a virus scanner listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// `host:port`.
    Tcp(String),
    #[cfg(unix)]
    Socket(PathBuf),
}

impl ScannerAddress {
    /// `host:port`, or the absolute path of a socket.
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            #[cfg(unix)]
            return Some(ScannerAddress::Socket(PathBuf::from(text)));
            #[cfg(not(unix))]
            return None;
        }
        let (host, port) = text.rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| ScannerAddress::Tcp(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_has_an_address_or_a_socket() {
        assert_eq!(ScannerAddress::parse("127.0.0.1:3310"), Some(ScannerAddress::Tcp("127.0.0.1:3310".into())));
        assert!(matches!(ScannerAddress::parse("/run/clamav/clamd.ctl"), Some(ScannerAddress::Socket(_))));
        for wrong in ["", "clamd", ":3310", "localhost:x"] {
            assert_eq!(ScannerAddress::parse(wrong), None, "{wrong}");
        }
    }
}
