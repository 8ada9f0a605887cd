//! The command line: commands, their arguments, and the code that runs each.

pub mod arguments;
mod audit;
mod backup;
mod doctor;
mod init;
mod keys;
mod packs;
mod place;
mod server;

use std::path::PathBuf;

use self::place::{DataPlace, book_of, known_jurisdiction, settings, upgrade};
use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use kernel::time::{Clock, Period};
use ngoaivu::procedures::register::registers;
use ngoaivu::sealing::SealingKey;
use ngoaivu::{access, app, procedures};

#[derive(Parser)]
#[command(name = "ngoaivu", version, about = "Manages official delegations of a Vietnamese province")]
pub struct Cli {
    /// File with settings, one KEY=VALUE a line; the environment overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
    /// Sets up an empty place: province, office, first administrator, lists of agencies, officials, passports, accounts.
    Init {
        /// TOML file that says what would be asked; see docs/operations.md.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        #[command(flatten)]
        place: DataPlace,
    },
    /// Runs the server.
    Serve {
        #[command(flatten)]
        place: DataPlace,
        #[arg(long)]
        listen: Option<String>,
        /// Brings the database up to this version first, as `migrate` does.
        #[arg(long)]
        migrate: bool,
    },
    /// Asks the server on this machine whether it is ready; exit code 1 if it is not.
    Health {
        /// Address of the server; default: NGOAIVU_LISTEN.
        #[arg(long)]
        listen: Option<String>,
    },
    /// Looks at the whole installation and says what to do; exit code 1 if there is a fault.
    Doctor {
        #[command(flatten)]
        place: DataPlace,
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
    /// Takes a backup of everything into one file, beside the running server.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Backup {
        #[command(subcommand)]
        command: Option<BackupCommand>,
        /// The file to write; it must not be there.
        #[arg(required = true)]
        file: Option<PathBuf>,
        #[command(flatten)]
        place: DataPlace,
    },
    /// Restores a backup into an empty folder or database.
    Restore {
        file: PathBuf,
        #[command(flatten)]
        place: DataPlace,
    },
    /// Keys by which personal data is encrypted.
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
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
    Check,
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
    /// Ends every sign-in at once and replaces the key of the tokens: after a break-in.
    EndSessions {
        #[command(flatten)]
        place: DataPlace,
    },
    /// Prints a one-time token for an account whose password is lost.
    Reset {
        #[arg(long)]
        username: String,
        /// Takes the second factor away, too: the phone and the recovery codes are lost.
        #[arg(long)]
        second_factor: bool,
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
pub enum BackupCommand {
    /// Reads a backup whole: that nothing in it was cut, changed or exchanged.
    Verify { file: PathBuf },
    /// Prints a new key for NGOAIVU_BACKUP_KEY; without the key of a backup nobody reads it.
    Key,
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

/// Runs one command, with the settings of its file and of the environment.
pub fn run(Cli { config, command }: Cli) -> Result<()> {
    let config = || settings(config.as_deref());
    match command {
        Command::Demo { place, listen, sample } => server::demo(&config()?, &place, &listen, sample),
        Command::Init { from, place } => init::init(from.as_deref(), &place, &config()?, Clock::Machine.now()),
        Command::Serve { place, listen, migrate } => server::serve(&config()?, &place, listen, migrate),
        Command::Health { listen } => {
            let config = config()?;
            server::health(listen.as_deref().unwrap_or(config.listen()))
        }
        Command::Doctor { place } => doctor::examine(&place, &config()?, Clock::Machine.now()),
        Command::Migrate { place } => {
            let (address, folder) = place.find(&config()?)?;
            let ran = upgrade(&address, folder.as_deref(), Clock::Machine.now())?;
            println!("{ran} migration(s) ran; the database is up to date");
            Ok(())
        }
        Command::Openapi => {
            print!("{}", app::specification_text());
            Ok(())
        }
        Command::RebuildFacts { place } => {
            let db = place.open(&config()?)?;
            let counted = db.write_in_turn(|conn| procedures::rebuild_facts(conn, &registers()))?;
            db.close();
            println!("{counted} delegation(s) counted");
            Ok(())
        }
        Command::Config { command: ConfigCommand::Check } => {
            let config = config()?;
            config.smtp()?;
            config.webhook_networks()?;
            config.open_statistics()?;
            config.second_person()?;
            config.provider()?;
            config.passport_months()?;
            config.reveal_one_by_one()?;
            config.proxies()?;
            config.requests_per_minute()?;
            config.uploads_per_day()?;
            config.scanner()?;
            config.second_factor()?;
            config.public_origin()?;
            config.open_operation()?;
            backup::key(&config)?;
            if let Some(name) = config.jurisdiction() {
                known_jurisdiction(name, &book_of(&config)?)?;
            }
            print!("{config}");
            Ok(())
        }
        Command::Admin { command } => {
            let now = Clock::Machine.now();
            let (username, place, create, factor) = match command {
                AdminCommand::Create { username, place } => (username, place, true, false),
                AdminCommand::Reset { username, second_factor, place } => (username, place, false, second_factor),
                AdminCommand::EndSessions { place } => {
                    let db = place.open(&config()?)?;
                    let ended = db.write_in_turn(move |conn| access::activation::end_all_sessions(conn, now))?;
                    db.close();
                    println!("{ended} sign-in(s) ended; everybody signs in again");
                    return Ok(());
                }
            };
            let db = place.open(&config()?)?;
            let token =
                db.write_in_turn(move |conn| access::activation::admin_token(conn, &username, create, factor, now))?;
            db.close();
            println!("{token}");
            Ok(())
        }
        Command::Regulation { command: RegulationCommand::Check { file } } => packs::check(&file),
        Command::Regulation { command: RegulationCommand::Load { file, place } } => {
            packs::load(&file, &place, &config()?)
        }
        Command::Regulation { command: RegulationCommand::Rehearse { file, from, to, place } } => {
            packs::rehearse(&file, Period { from, to }, &place, &config()?)
        }
        Command::Audit { command: AuditCommand::Verify { checkpoint, place } } => {
            audit::verify(checkpoint.as_deref(), &place, &config()?)
        }
        Command::Keys { command } => keys::run(&command, &config()?),
        Command::Backup { command: Some(BackupCommand::Verify { file }), .. } => backup::verify(&file, &config()?),
        Command::Backup { command: Some(BackupCommand::Key), .. } => {
            println!("{}", SealingKey::make());
            Ok(())
        }
        Command::Backup { command: None, file, place } => {
            let file = file.context("name the file to write")?;
            backup::take(&file, &place, &config()?, Clock::Machine.now())
        }
        Command::Restore { file, place } => backup::restored(&file, &place, &config()?, Clock::Machine.now()),
    }
}
