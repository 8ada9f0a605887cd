//! The service by whose accounts people may sign in, as settings name it.

use secrecy::SecretString;

use super::{Config, ConfigFault};

/// A provider of OpenID Connect at which this installation is registered.
#[derive(Clone)]
pub struct ProviderSettings {
    /// As the provider's discovery document names itself, to the letter (OpenID Connect Discovery 1.0 §4.3).
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// What people call it.
    pub name: String,
    /// Scheme and host of this installation.
    pub origin: String,
}

const ISSUER: &str = "NGOAIVU_OIDC_ISSUER";
const CLIENT: &str = "NGOAIVU_OIDC_CLIENT_ID";
const SECRET: &str = "NGOAIVU_OIDC_CLIENT_SECRET";

impl Config {
    /// The provider of OpenID Connect, if there is one; `Err` names what is missing or wrong.
    pub fn provider(&self) -> Result<Option<ProviderSettings>, ConfigFault> {
        let missing = |key: &str, why: &str| ConfigFault(format!("{key}: {why}"));
        let Some(issuer) = self.value(ISSUER) else {
            return match (self.value(CLIENT), self.secret(SECRET)) {
                (None, None) => Ok(None),
                _ => Err(missing(ISSUER, "is missing")),
            };
        };
        let url = url::Url::parse(issuer).ok();
        let is_local = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        // What it says of people could be made up by whoever sits on the way.
        let safe = url.is_some_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_local(&url)));
        if !safe {
            return Err(missing(ISSUER, "must be an https address"));
        }
        let client_id = self.value(CLIENT).ok_or_else(|| missing(CLIENT, "is missing"))?;
        let client_secret = self.secret(SECRET).ok_or_else(|| missing(SECRET, "is missing"))?;
        let origin = self.public_origin()?;
        let origin = origin
            .ok_or_else(|| missing("NGOAIVU_PUBLIC_ORIGIN", "is missing: the provider sends people back there"))?;
        let name = self.value("NGOAIVU_OIDC_NAME").unwrap_or("OpenID Connect");
        Ok(Some(ProviderSettings {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret,
            name: name.to_owned(),
            origin,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Option<ProviderSettings>, ConfigFault> {
        let all = given.iter().map(|(name, value)| (format!("NGOAIVU_{name}"), (*value).to_owned()));
        Config::read(None, all).unwrap().provider()
    }

    #[test]
    fn a_provider_is_named_whole_and_reached_safely() {
        let issuer = ("OIDC_ISSUER", "https://sso.tinh.gov.vn");
        let (client, secret) = (("OIDC_CLIENT_ID", "ngoaivu"), ("OIDC_CLIENT_SECRET", "s"));
        let origin = ("PUBLIC_ORIGIN", "https://ngoaivu.tinh.gov.vn");
        assert!(read(&[]).unwrap().is_none());
        let whole = read(&[issuer, client, secret, origin]).unwrap().unwrap();
        assert_eq!((whole.issuer.as_str(), whole.name.as_str()), ("https://sso.tinh.gov.vn", "OpenID Connect"));
        for (given, named) in [
            (&[client, secret, origin][..], "OIDC_ISSUER"),
            (&[issuer, secret, origin], "OIDC_CLIENT_ID"),
            (&[issuer, client, origin], "OIDC_CLIENT_SECRET"),
            (&[issuer, client, secret], "PUBLIC_ORIGIN"),
            (&[("OIDC_ISSUER", "http://sso.tinh.gov.vn"), client, secret, origin], "OIDC_ISSUER"),
        ] {
            let fault = read(given).err().unwrap().0;
            assert!(fault.starts_with(&format!("NGOAIVU_{named}: ")), "{fault}");
        }
        assert!(read(&[("OIDC_ISSUER", "http://127.0.0.1:3000"), client, secret, origin]).unwrap().is_some());
    }
}
