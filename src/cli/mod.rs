//! The command line: commands, their arguments, and the code that runs each.

mod audit;
mod packs;
mod place;
mod server;

use std::path::PathBuf;

use self::place::{DataPlace, book_of, known_jurisdiction, settings, upgrade};
use anyhow::Result;
use clap::{Parser, Subcommand};
use kernel::time::{Clock, Period};
use ngoaivu::procedures::register::registers;
use ngoaivu::{access, app, procedures};

#[derive(Parser)]
#[command(name = "ngoaivu", version, about = "Manages official delegations of a Vietnamese province")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Creates the demo province in an empty place, or reopens it, and serves it.
    Demo {
        #[command(flatten)]
        place: DataPlace,
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        /// Adds two invented years of delegations if there are none yet.
        #[arg(long)]
        sample: bool,
    },
    /// Runs the server.
    Serve {
        #[command(flatten)]
        place: DataPlace,
        #[arg(long)]
        config: Option<PathBuf>,
        #[arg(long)]
        listen: Option<String>,
        /// Brings the database up to this version first, as `migrate` does.
        #[arg(long)]
        migrate: bool,
    },
    /// Asks the server on this machine whether it is ready; exit code 1 if it is not.
    Health {
        #[arg(long)]
        config: Option<PathBuf>,
        /// Address of the server; default: NGOAIVU_LISTEN.
        #[arg(long)]
        listen: Option<String>,
    },
    /// Brings the database up to this version.
    Migrate {
        #[command(flatten)]
        place: DataPlace,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Rebuilds all statistical facts from the dossiers.
    RebuildFacts {
        #[command(flatten)]
        place: DataPlace,
    },
    /// The configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Administrator accounts, managed on the server itself.
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
    /// Checks and prints the settings; secrets appear as ***.
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
        place: DataPlace,
    },
    /// Prints a one-time token for an account whose password is lost.
    Reset {
        #[arg(long)]
        username: String,
        #[command(flatten)]
        place: DataPlace,
    },
}

#[derive(Subcommand)]
pub enum RegulationCommand {
    /// Checks a pack and lists every fault with its line.
    Check { file: PathBuf },
    /// Applies a draft pack to past dossiers and lists every result that would change, with both citations.
    Rehearse {
        file: PathBuf,
        /// First submission date.
        #[arg(long)]
        from: chrono::NaiveDate,
        /// Last submission date.
        #[arg(long)]
        to: chrono::NaiveDate,
        #[command(flatten)]
        place: DataPlace,
    },
    /// Checks and loads a pack.
    Load {
        file: PathBuf,
        #[command(flatten)]
        place: DataPlace,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Verifies the audit trail, or names the first row that was tampered with.
    Verify {
        /// JSON file with `seq` and `hash`, as returned by GET /audit/verification.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        #[command(flatten)]
        place: DataPlace,
    },
}

/// Runs one command.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo { place, listen, sample } => server::demo(&place, &listen, sample),
        Command::Serve { place, config, listen, migrate } => {
            let config = settings(config.as_deref())?;
            server::serve(&config, &place, listen, migrate)
        }
        Command::Health { config, listen } => {
            let config = settings(config.as_deref())?;
            server::health(listen.as_deref().unwrap_or(config.listen()))
        }
        Command::Migrate { place } => {
            let (address, _) = place.find(&settings(None)?)?;
            let ran = upgrade(&address, Clock::Machine.now())?;
            println!("{ran} migration(s) ran; the database is up to date");
            Ok(())
        }
        Command::Openapi => {
            print!("{}", app::specification_text());
            Ok(())
        }
        Command::RebuildFacts { place } => {
            let db = place.open(&settings(None)?)?;
            let counted = db.write_now(|conn| procedures::rebuild_facts(conn, &registers()))?;
            db.close();
            println!("{counted} delegation(s) counted");
            Ok(())
        }
        Command::Config { command: ConfigCommand::Check { config } } => {
            let config = settings(config.as_deref())?;
            config.smtp()?;
            config.webhook_networks()?;
            config.open_statistics()?;
            if let Some(name) = config.jurisdiction() {
                known_jurisdiction(name, &book_of(&config)?)?;
            }
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
