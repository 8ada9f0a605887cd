//! Configuration: one table of keys; values come from the environment and an optional `KEY=VALUE` file.

mod keys;
mod places;
mod provider;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::private_files::{is_open_to_others, read_secret};
pub use keys::{KEYS, Setting};
pub use places::{Network, ScannerAddress};
pub use provider::ProviderSettings;

/// Whose accounts must have a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecondFactorRule {
    /// Nobody's; whoever wants one has one.
    #[default]
    Off,
    /// Those with a seat in a body, and administrators.
    Seats,
    Everyone,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    Plain,
    StartTls,
    Tls,
}

/// The mail server.
#[derive(Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, SecretString)>,
    pub from: String,
}

/// The settings of one run.
#[derive(Clone, Debug)]
pub struct Config {
    values: BTreeMap<&'static str, String>,
    /// Values of the secret keys, which print nothing of themselves.
    secrets: BTreeMap<&'static str, SecretString>,
}

/// The ending of a key that names the file of a secret: `NGOAIVU_DATABASE_URL_FILE`.
const IN_A_FILE: &str = "_FILE";

/// An error in the configuration; names the key, never the value, which may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigFault(pub String);

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigFault {}

impl Config {
    /// Reads the file first; the environment overrides it. Every secret key may instead name a file that holds its value,
    /// as containers pass secrets: `NGOAIVU_DATABASE_URL_FILE=/run/secrets/database_url`.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigFault> {
        let mut values: BTreeMap<&'static str, String> =
            KEYS.iter().filter_map(|k| k.default.map(|d| (k.name, d.to_owned()))).collect();
        let mut secrets = BTreeMap::new();
        let mut set = |name: &str, value: String, place: &str, exposed: bool| {
            let in_a_file =
                name.strip_suffix(IN_A_FILE).and_then(|key| KEYS.iter().find(|k| k.secret && k.name == key));
            let key = in_a_file.or_else(|| KEYS.iter().find(|k| k.name == name));
            let key = key.ok_or_else(|| ConfigFault(format!("{place}: unknown key {name}")))?;
            let value = if in_a_file.is_some() { secret_in(Path::new(value.trim()), name)? } else { value };
            let value = value.trim();
            if value.is_empty() {
                return Err(ConfigFault(format!("{place}: {name} is empty")));
            }
            if key.secret {
                if in_a_file.is_none() && exposed {
                    return Err(ConfigFault(format!(
                        "{place}: {name} is a secret, and every account of this machine may read the file: chmod 600"
                    )));
                }
                secrets.insert(key.name, SecretString::from(value));
            } else {
                values.insert(key.name, value.to_owned());
            }
            Ok(())
        };
        if let Some(path) = file {
            let exposed = is_open_to_others(path);
            let text = std::fs::read_to_string(path)
                .map_err(|e| ConfigFault(format!("{}: cannot be read: {e}", path.display())))?;
            for (number, line) in (1..).zip(text.lines()) {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let place = format!("{}:{number}", path.display());
                let (name, value) =
                    line.split_once('=').ok_or_else(|| ConfigFault(format!("{place}: not of the form KEY=VALUE")))?;
                set(name.trim(), value.to_owned(), &place, exposed)?;
            }
        }
        let environment: BTreeMap<String, String> =
            environment.filter(|(name, _)| name.starts_with("NGOAIVU_")).collect();
        for (name, value) in &environment {
            if name.strip_suffix(IN_A_FILE).is_some_and(|key| environment.contains_key(key)) {
                return Err(ConfigFault(format!(
                    "environment: set either {name} or the key without {IN_A_FILE}, not both"
                )));
            }
            set(name, value.clone(), "environment", false)?;
        }
        Ok(Config { values, secrets })
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        self.secrets.get(name).cloned()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn data(&self) -> Option<PathBuf> {
        self.value("NGOAIVU_DATA").map(PathBuf::from)
    }

    pub fn database_url(&self) -> Option<SecretString> {
        self.secret("NGOAIVU_DATABASE_URL")
    }

    pub fn attachments(&self) -> Option<PathBuf> {
        self.value("NGOAIVU_ATTACHMENTS").map(PathBuf::from)
    }

    pub fn listen(&self) -> &str {
        self.value("NGOAIVU_LISTEN").unwrap_or("127.0.0.1:8080")
    }

    /// The province whose regulation decides, if it is named.
    pub fn jurisdiction(&self) -> Option<&str> {
        self.value("NGOAIVU_JURISDICTION")
    }

    /// Scheme and host under which people reach the server, without a path.
    pub fn public_origin(&self) -> Result<Option<String>, ConfigFault> {
        let Some(given) = self.value("NGOAIVU_PUBLIC_ORIGIN") else { return Ok(None) };
        let url = url::Url::parse(given).ok().filter(|url| {
            let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            matches!(url.scheme(), "http" | "https") && plain && url.username().is_empty() && url.has_host()
        });
        let wrong = || {
            ConfigFault("NGOAIVU_PUBLIC_ORIGIN: must be scheme and host, such as https://ngoaivu.tinh.gov.vn".into())
        };
        url.map(|url| Some(url.origin().ascii_serialization())).ok_or_else(wrong)
    }

    pub fn holidays(&self) -> Option<PathBuf> {
        self.value("NGOAIVU_HOLIDAYS").map(PathBuf::from)
    }

    /// The mail server; `Err` names what is missing or wrong.
    pub fn smtp(&self) -> Result<Option<Smtp>, ConfigFault> {
        let Some(host) = self.value("NGOAIVU_SMTP_HOST") else { return Ok(None) };
        let wrong = |key: &str, why: &str| ConfigFault(format!("{key}: {why}"));
        let text = |key: &str| self.value(key).map(str::to_owned);
        let port = text("NGOAIVU_SMTP_PORT").and_then(|p| p.parse().ok());
        let security = match self.value("NGOAIVU_SMTP_SECURITY") {
            Some("starttls") => Security::StartTls,
            Some("tls") => Security::Tls,
            Some("plain") if matches!(host, "localhost" | "127.0.0.1" | "::1") => Security::Plain,
            Some("plain") => {
                return Err(wrong("NGOAIVU_SMTP_SECURITY", "plain is allowed only for a server on this machine"));
            }
            _ => return Err(wrong("NGOAIVU_SMTP_SECURITY", "must be starttls, tls or plain")),
        };
        let login = match (text("NGOAIVU_SMTP_USER"), self.secret("NGOAIVU_SMTP_PASSWORD")) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(wrong("NGOAIVU_SMTP_PASSWORD", "user and password must be set together")),
        };
        Ok(Some(Smtp {
            host: host.to_owned(),
            port: port.ok_or_else(|| wrong("NGOAIVU_SMTP_PORT", "not a valid port"))?,
            security,
            login,
            from: text("NGOAIVU_SMTP_FROM").ok_or_else(|| wrong("NGOAIVU_SMTP_FROM", "is missing"))?,
        }))
    }

    /// Private networks that webhooks may reach.
    pub fn webhook_networks(&self) -> Result<Vec<Network>, ConfigFault> {
        self.networks("NGOAIVU_WEBHOOK_NETWORKS")
    }

    /// Networks of the reverse proxies that are believed who asks, beside those of this machine.
    pub fn proxies(&self) -> Result<Vec<Network>, ConfigFault> {
        self.networks("NGOAIVU_PROXIES")
    }

    fn networks(&self, name: &str) -> Result<Vec<Network>, ConfigFault> {
        let all = self.value(name).unwrap_or_default();
        let parts = all.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let wrong = || ConfigFault(format!("{name}: not a valid network: {part}"));
                let (base, prefix) = part.split_once('/').ok_or_else(wrong)?;
                let base: IpAddr = base.parse().map_err(|_| wrong())?;
                let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
                let most = if base.is_ipv4() { 32 } else { 128 };
                if prefix > most { Err(wrong()) } else { Ok(Network { base, prefix }) }
            })
            .collect()
    }

    /// How many requests a minute one account may send; `None` for any number.
    pub fn requests_per_minute(&self) -> Result<Option<NonZeroU32>, ConfigFault> {
        self.number_or_off("NGOAIVU_REQUESTS_PER_MINUTE")
    }

    /// How many bytes of papers one account may add in 24 hours; `None` for any number.
    pub fn uploads_per_day(&self) -> Result<Option<u64>, ConfigFault> {
        Ok(self.number_or_off("NGOAIVU_UPLOADS_PER_DAY")?.map(|mebibytes| u64::from(mebibytes.get()) << 20))
    }

    fn number_or_off(&self, name: &str) -> Result<Option<NonZeroU32>, ConfigFault> {
        match self.value(name) {
            None | Some("off") => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(ConfigFault(format!("{name}: must be off, or a number from 1"))),
            },
        }
    }

    /// The virus scanner, if there is one.
    pub fn scanner(&self) -> Result<Option<ScannerAddress>, ConfigFault> {
        let Some(text) = self.value("NGOAIVU_SCANNER") else { return Ok(None) };
        let wrong = || ConfigFault("NGOAIVU_SCANNER: must be host:port, or the path of a socket".into());
        ScannerAddress::parse(text).map(Some).ok_or_else(wrong)
    }

    /// Whose accounts must have a second factor.
    pub fn second_factor(&self) -> Result<SecondFactorRule, ConfigFault> {
        match self.value("NGOAIVU_SECOND_FACTOR") {
            None | Some("off") => Ok(SecondFactorRule::Off),
            Some("seats") => Ok(SecondFactorRule::Seats),
            Some("everyone") => Ok(SecondFactorRule::Everyone),
            Some(_) => Err(ConfigFault("NGOAIVU_SECOND_FACTOR: must be off, seats or everyone".into())),
        }
    }

    /// Whether two administrators are needed for the accounts of seats.
    pub fn second_person(&self) -> Result<bool, ConfigFault> {
        self.on_or_off("NGOAIVU_SECOND_PERSON")
    }

    /// Whether passport numbers are shown one by one alone, for a reason.
    pub fn reveal_one_by_one(&self) -> Result<bool, ConfigFault> {
        self.on_or_off("NGOAIVU_REVEAL_ONE_BY_ONE")
    }

    /// After how many months passport numbers and copies of passports are erased; never without a number.
    pub fn passport_months(&self) -> Result<Option<NonZeroU32>, ConfigFault> {
        self.number_or_off("NGOAIVU_PASSPORT_MONTHS")
    }

    /// Whether figures are published without sign-in.
    pub fn open_statistics(&self) -> Result<bool, ConfigFault> {
        self.on_or_off("NGOAIVU_OPEN_STATISTICS")
    }

    /// The key of backups as it is written; without it they are not encrypted.
    pub fn backup_key(&self) -> Option<SecretString> {
        self.secret("NGOAIVU_BACKUP_KEY")
    }

    /// Whether metrics and the reference of the API answer other machines.
    pub fn open_operation(&self) -> Result<bool, ConfigFault> {
        self.on_or_off("NGOAIVU_OPEN_OPERATION")
    }

    fn on_or_off(&self, name: &str) -> Result<bool, ConfigFault> {
        match self.value(name) {
            None | Some("off") => Ok(false),
            Some("on") => Ok(true),
            Some(_) => Err(ConfigFault(format!("{name}: must be on or off"))),
        }
    }

    pub fn log(&self) -> &str {
        self.value("NGOAIVU_LOG").unwrap_or("info")
    }
}

/// The settings as lines, secrets as `***`.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in KEYS {
            let kept = self.secrets.get(key.name).map(|_| "***");
            let shown = self.value(key.name).or(kept).unwrap_or("(not set)");
            writeln!(f, "{} = {shown}    # {}", key.name, key.about)?;
        }
        Ok(())
    }
}

/// Reads a secret; the fault names the key and the file, never the content.
fn secret_in(file: &Path, name: &str) -> Result<String, ConfigFault> {
    read_secret(file).map_err(|e| ConfigFault(format!("{name}: {} cannot be used: {e}", file.display())))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::private_files;

    #[test]
    fn a_mistyped_key_is_refused_by_name_and_secrets_are_not_printed() {
        let env = |name: &str| [(name.to_owned(), "postgres://u:pw@h/db".to_owned())].into_iter();
        let fault = Config::read(None, env("NGOAIVU_DATABSE_URL")).unwrap_err();
        assert_eq!(fault.0, "environment: unknown key NGOAIVU_DATABSE_URL");
        let shown = Config::read(None, env("NGOAIVU_DATABASE_URL")).unwrap().to_string();
        assert!(shown.contains("NGOAIVU_DATABASE_URL = ***") && !shown.contains("pw@h"));
        let debugged = format!("{:?}", Config::read(None, env("NGOAIVU_DATABASE_URL")).unwrap());
        assert!(!debugged.contains("pw@h"), "{debugged}");
    }

    #[test]
    fn a_secret_may_be_in_a_file_and_in_one_place_only() {
        let file = std::env::temp_dir().join(format!("ngoaivu-secret-{}", std::process::id()));
        writeln!(private_files::create_file(&file).unwrap(), "postgres://u:pw@h/db").unwrap();
        let env = |names: &[&str]| -> Vec<(String, String)> {
            names.iter().map(|name| ((*name).to_owned(), file.display().to_string())).collect()
        };
        let read = |names: &[&str]| Config::read(None, env(names).into_iter());
        let config = read(&["NGOAIVU_DATABASE_URL_FILE"]).unwrap();
        assert_eq!(config.database_url().unwrap().expose_secret(), "postgres://u:pw@h/db");
        assert!(read(&["NGOAIVU_DATABASE_URL_FILE", "NGOAIVU_DATABASE_URL"]).unwrap_err().0.contains("not both"));
        // Only secrets are read from files.
        assert_eq!(read(&["NGOAIVU_LISTEN_FILE"]).unwrap_err().0, "environment: unknown key NGOAIVU_LISTEN_FILE");
        std::fs::write(&file, "x".repeat(20_000)).unwrap();
        assert!(read(&["NGOAIVU_DATABASE_URL_FILE"]).unwrap_err().0.ends_with("is too long for a secret"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(
                read(&["NGOAIVU_DATABASE_URL_FILE"])
                    .unwrap_err()
                    .0
                    .contains("every account of this machine may read it")
            );
        }
        std::fs::remove_file(&file).unwrap();
        let fault = read(&["NGOAIVU_DATABASE_URL_FILE"]).unwrap_err().0;
        assert!(fault.starts_with("NGOAIVU_DATABASE_URL_FILE: ") && fault.contains("cannot be used"), "{fault}");
    }
}
