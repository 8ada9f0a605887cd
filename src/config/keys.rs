//! Every key of the configuration.

/// One key: name, default, purpose, and whether its value must never be printed.
pub struct Setting {
    pub name: &'static str,
    pub default: Option<&'static str>,
    pub about: &'static str,
    pub secret: bool,
}

/// All keys; any other name that starts with `NGOAIVU_` is refused as a typing mistake.
pub const KEYS: &[Setting] = &[
    Setting {
        name: "NGOAIVU_DATA",
        default: None,
        about: "folder for the embedded database and attachments",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_DATABASE_URL",
        default: None,
        about: "postgres:// URL of a database to use instead of the embedded one",
        secret: true,
    },
    Setting {
        name: "NGOAIVU_ATTACHMENTS",
        default: None,
        about: "folder for attachments; default: attachments/ in the data folder",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_BACKUP_KEY",
        default: None,
        about: "key by which backups are encrypted, as `ngoaivu backup key` prints it; keep a copy apart from them",
        secret: true,
    },
    Setting {
        name: "NGOAIVU_LISTEN",
        default: Some("127.0.0.1:8080"),
        about: "address to listen on; a reverse proxy adds TLS",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_PUBLIC_ORIGIN",
        default: None,
        about: "address under which people reach the server, such as https://ngoaivu.tinh.gov.vn; mails link to it",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_JURISDICTION",
        default: None,
        about: "province whose regulation in force applies to the dossiers; only the demo world needs none",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_HOLIDAYS",
        default: None,
        about: "file with additional working calendars, in the format of regulations/holidays.toml",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_SMTP_HOST",
        default: None,
        about: "mail server; without it notices appear only in the inbox",
        secret: false,
    },
    Setting { name: "NGOAIVU_SMTP_PORT", default: Some("587"), about: "port of the mail server", secret: false },
    Setting {
        name: "NGOAIVU_SMTP_SECURITY",
        default: Some("starttls"),
        about: "starttls, tls, or plain (only for a server on this machine)",
        secret: false,
    },
    Setting { name: "NGOAIVU_SMTP_USER", default: None, about: "account on the mail server", secret: false },
    Setting { name: "NGOAIVU_SMTP_PASSWORD", default: None, about: "password of that account", secret: true },
    Setting { name: "NGOAIVU_SMTP_FROM", default: None, about: "sender address of notices", secret: false },
    Setting {
        name: "NGOAIVU_WEBHOOK_NETWORKS",
        default: None,
        about: "private networks that webhooks may reach, such as 10.1.0.0/16, separated by commas",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_PROXIES",
        default: None,
        about: "networks of reverse proxies on other machines, which say who asks, such as 172.18.0.0/16, separated by commas",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_REQUESTS_PER_MINUTE",
        default: Some("off"),
        about: "how many requests a minute one account may send to this server, or off",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_UPLOADS_PER_DAY",
        default: Some("2048"),
        about: "how many MiB of papers one account may add in 24 hours, or off",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_SCANNER",
        default: None,
        about: "clamd, as host:port or the path of its socket: files are looked at before they are taken",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_SECOND_FACTOR",
        default: Some("off"),
        about: "who must have a second factor: off, seats (seats in bodies and administrators), or everyone",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_SECOND_PERSON",
        default: Some("off"),
        about: "on: accounts of seats and administrators are made, changed and reset by two administrators",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_REVEAL_ONE_BY_ONE",
        default: Some("off"),
        about: "on: programs, too, see passport numbers only one by one, for a reason that is written down; pages always do so",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_PASSPORT_MONTHS",
        default: Some("off"),
        about: "months after a journey, after which passport numbers of guests and copies of passports are erased for good; off: never",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_OIDC_ISSUER",
        default: None,
        about: "provider of OpenID Connect by whose accounts people may sign in, such as https://sso.tinh.gov.vn",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_OIDC_CLIENT_ID",
        default: None,
        about: "by what the provider knows this service",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_OIDC_CLIENT_SECRET",
        default: None,
        about: "by what this service proves itself there",
        secret: true,
    },
    Setting {
        name: "NGOAIVU_OIDC_NAME",
        default: None,
        about: "what people call the provider; stands on the button",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_OPEN_STATISTICS",
        default: Some("off"),
        about: "on: statistics of past years are public without sign-in, with small cells suppressed",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_OPEN_OPERATION",
        default: Some("off"),
        about: "on: /metrics and /docs answer every machine; off: only this one",
        secret: false,
    },
    Setting {
        name: "NGOAIVU_LOG",
        default: Some("info"),
        about: "log filter, in the syntax of tracing's EnvFilter",
        secret: false,
    },
];
