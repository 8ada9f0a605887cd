//! The commands, their words, and which part of the house carries each out.

mod audit;
mod packs;
mod server;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use kernel::time::{Clock, Period};
use ngoaivu::config::Config;
use ngoaivu::db::{Address, Db, migrate};
use ngoaivu::statistics::store as statistics;
use ngoaivu::{access, app, procedures};

#[derive(Parser)]
#[command(name = "ngoaivu", version, about = "Delegations of a Vietnamese province")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data lies.
#[derive(Args, Clone)]
pub struct Place {
    /// Folder of the embedded database (DIR/ngoaivu.db) and of attachments.
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    data: Option<PathBuf>,
    /// postgres:// address in place of the embedded database.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Makes the demo world in an empty place, or reopens it, and serves it.
    Demo {
        #[command(flatten)]
        place: Place,
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        /// Adds two invented years of delegations, where there are none yet.
        #[arg(long)]
        sample: bool,
    },
    /// The server.
    Serve {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        config: Option<PathBuf>,
        #[arg(long)]
        listen: Option<String>,
    },
    /// Brings the database up to this version.
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Derives every counted fact again from the dossiers.
    RebuildFacts {
        #[command(flatten)]
        place: Place,
    },
    /// The configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Administrators, from the machine itself.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Regulation packs.
    Regulation {
        #[command(subcommand)]
        command: RegulationCommand,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Checks and shows the settings; secrets as ***.
    Check {
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum AdminCommand {
    /// Creates an administrator and prints a one-time token for /auth/activate.
    Create {
        #[arg(long)]
        username: String,
        #[command(flatten)]
        place: Place,
    },
    /// Prints a one-time token for an account that lost its password.
    Reset {
        #[arg(long)]
        username: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub enum RegulationCommand {
    /// Checks a pack, with every fault by line.
    Check { file: PathBuf },
    /// Asks a draft about past dossiers and lists every verdict that would change, with both citations.
    Rehearse {
        file: PathBuf,
        /// First day of submission.
        #[arg(long)]
        from: chrono::NaiveDate,
        /// Last day of submission.
        #[arg(long)]
        to: chrono::NaiveDate,
        #[command(flatten)]
        place: Place,
    },
    /// Checks and loads a pack.
    Load {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Proves the trail, or names the first row that was touched.
    Verify {
        /// JSON with `seq` and `hash`, as GET /audit/verification gave it.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
}

fn settings(file: Option<&Path>) -> Result<Config> {
    Ok(Config::read(file, std::env::vars())?)
}

impl Place {
    /// The database and the folder of attachments: the command line before the configuration.
    fn find(&self, config: &Config) -> Result<(Address, PathBuf)> {
        let data = self.data.clone().or_else(|| config.data());
        let url = if self.data.is_some() { None } else { self.database_url.clone().or_else(|| config.database_url()) };
        let address = match (&url, &data) {
            (Some(url), _) => Address::from_url(url).map_err(|e| anyhow!(e))?,
            (None, Some(folder)) => {
                std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
                Address::in_folder(folder)
            }
            (None, None) => bail!("say --data DIR or --database-url URL (or NGOAIVU_DATA, NGOAIVU_DATABASE_URL)"),
        };
        let folder = config
            .attachments()
            .or(data.map(|d| d.join("attachments")))
            .unwrap_or_else(|| PathBuf::from("attachments"));
        Ok((address, folder))
    }

    /// The database, which must be of this version already.
    fn open(&self, config: &Config) -> Result<Db> {
        let (address, _) = self.find(config)?;
        current(&address)?;
        Ok(Db::open(address)?)
    }
}

/// Refuses a database that is older or newer than this binary.
fn current(address: &Address) -> Result<()> {
    if let Address::Sqlite(file) = address
        && !file.exists()
    {
        bail!("there is no database in {}; run: ngoaivu migrate", file.display());
    }
    let mut conn = address.connect().map_err(|e| anyhow!("the database cannot be reached: {e}"))?;
    if !migrate::is_current(&mut conn)? {
        bail!("the database is older than this version; run: ngoaivu migrate");
    }
    if !statistics::is_current(&mut conn)? {
        bail!("the figures were derived by an older version; run: ngoaivu migrate");
    }
    Ok(())
}

/// Brings schema and figures to this version; answers how many migrations ran.
fn upgrade(address: &Address) -> Result<usize> {
    let ran = migrate::run(address)?;
    let db = Db::open(address.clone())?;
    if !db.read_now(statistics::is_current)? {
        db.write_now(procedures::rebuild_facts)?;
    }
    db.close();
    Ok(ran)
}

/// Carries out one command.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo { place, listen, sample } => server::demo(&place, &listen, sample),
        Command::Serve { place, config, listen } => {
            let config = settings(config.as_deref())?;
            server::serve(&config, &place, listen)
        }
        Command::Migrate { place } => {
            let (address, _) = place.find(&settings(None)?)?;
            let ran = upgrade(&address)?;
            println!("{ran} migration(s) ran; the database is of this version");
            Ok(())
        }
        Command::Openapi => {
            print!("{}", app::specification_text());
            Ok(())
        }
        Command::RebuildFacts { place } => {
            let db = place.open(&settings(None)?)?;
            let counted = db.write_now(procedures::rebuild_facts)?;
            db.close();
            println!("{counted} delegation(s) count");
            Ok(())
        }
        Command::Config { command: ConfigCommand::Check { config } } => {
            let config = settings(config.as_deref())?;
            config.smtp()?;
            config.webhook_networks()?;
            config.open_statistics()?;
            print!("{config}");
            Ok(())
        }
        Command::Admin { command } => {
            let (username, place, create) = match command {
                AdminCommand::Create { username, place } => (username, place, true),
                AdminCommand::Reset { username, place } => (username, place, false),
            };
            let db = place.open(&settings(None)?)?;
            let now = Clock::Machine.now();
            let token = db.write_now(move |conn| access::actions::admin_token(conn, &username, create, now))?;
            db.close();
            println!("{token}");
            Ok(())
        }
        Command::Regulation { command: RegulationCommand::Check { file } } => packs::check(&file),
        Command::Regulation { command: RegulationCommand::Load { file, place } } => packs::load(&file, &place),
        Command::Regulation { command: RegulationCommand::Rehearse { file, from, to, place } } => {
            packs::rehearse(&file, Period { from, to }, &place)
        }
        Command::Audit { command: AuditCommand::Verify { checkpoint, place } } => {
            audit::verify(checkpoint.as_deref(), &place)
        }
    }
}
