//! The command line of the contract (api.md §9). Exit 0 only where all is well.

use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use ngoaivu::app::{self, House, Post};
use ngoaivu::config::Config;
use ngoaivu::db::{Address, Db, migrate};
use ngoaivu::kernel::time::{Clock, Period};
use ngoaivu::record::audit::{self, Checkpoint, Verdict};
use ngoaivu::registry::holidays;
use ngoaivu::statistics::open_http::Published;
use ngoaivu::statistics::store as statistics;
use ngoaivu::{access, demo, procedures};

#[path = "main/packs.rs"]
mod packs;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "ngoaivu", version, about = "Delegations of a Vietnamese province")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the data lies.
#[derive(Args, Clone)]
struct Place {
    /// Folder of the embedded database (DIR/ngoaivu.db) and of attachments.
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    data: Option<PathBuf>,
    /// postgres:// address in place of the embedded database.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Subcommand)]
enum Command {
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
enum ConfigCommand {
    /// Checks and shows the settings; secrets as ***.
    Check {
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum AdminCommand {
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
enum RegulationCommand {
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
enum AuditCommand {
    /// Proves the trail, or names the first row that was touched.
    Verify {
        /// JSON with `seq` and `hash`, as GET /audit/verification gave it.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = run(cli.command);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ngoaivu: {error:#}");
            let newer =
                error.downcast_ref::<migrate::Fault>().is_some_and(|f| matches!(f, migrate::Fault::NewerDatabase(_)));
            ExitCode::from(if newer { 78 } else { 1 })
        }
    }
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

fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo { place, listen, sample } => run_demo(&place, &listen, sample),
        Command::Serve { place, config, listen } => {
            let config = settings(config.as_deref())?;
            start_log(&config);
            let (address, folder) = place.find(&config)?;
            current(&address)?;
            let house = house(&config, address, folder)?;
            let listen = listen.unwrap_or_else(|| config.listen().to_owned());
            serve(house, &listen, |address| println!("ngoaivu serves http://{address}"))
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
        Command::Audit { command: AuditCommand::Verify { checkpoint, place } } => verify(checkpoint.as_deref(), &place),
    }
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(config.log()).unwrap_or_default();
    let log = tracing_subscriber::fmt().with_env_filter(filter).json().with_writer(std::io::stderr);
    // A second start within one process (tests) keeps the first log.
    let _ = log.try_init();
}

fn house(config: &Config, address: Address, folder: PathBuf) -> Result<House> {
    let further = config.holidays().map(std::fs::read_to_string).transpose().context("NGOAIVU_HOLIDAYS")?;
    let calendar = holidays::calendar(further.as_deref()).map_err(|e| anyhow!("holidays: {e}"))?;
    let post = Post { smtp: config.smtp()?, networks: config.webhook_networks()? };
    let published = Published(config.open_statistics()?);
    let mut house = House::open(address, folder, config.jurisdiction(), calendar, Clock::Machine, post)?;
    house.published = published;
    Ok(house)
}

fn serve(house: House, listen: &str, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let db = house.db.clone();
    let jobs = house.jobs.clone();
    let loops = jobs.start()?;
    let served = actix_web::rt::System::new().block_on(async move {
        let server = actix_web::HttpServer::new(move || app::build(&house))
            .client_request_timeout(std::time::Duration::from_secs(10))
            .keep_alive(std::time::Duration::from_secs(75))
            .shutdown_timeout(25)
            .bind(listen)
            .with_context(|| format!("cannot listen on {listen}"))?;
        if let Some(address) = server.addrs().first() {
            ready(*address);
        }
        server.run().await.context("the server stopped")
    });
    jobs.stop();
    for one in loops {
        let _ = one.join();
    }
    db.close();
    served?;
    Ok(())
}

fn run_demo(place: &Place, listen: &str, sample: bool) -> Result<()> {
    let config = settings(None)?;
    start_log(&config);
    let addresses = listen.to_socket_addrs().with_context(|| format!("not an address: {listen}"))?;
    if addresses.into_iter().any(|a| !a.ip().is_loopback()) {
        bail!("the demo's passwords are public, so it serves only this machine (127.0.0.1), not {listen}");
    }
    let place = match (&place.data, &place.database_url) {
        (None, None) => Place { data: Some(PathBuf::from("data/demo")), database_url: None },
        _ => place.clone(),
    };
    let (address, folder) = place.find(&config)?;
    upgrade(&address)?;
    let house = house(&config, address, folder)?;
    let now = house.clock.now();
    let world = house.db.write_now(move |conn| demo::make(conn, now))?;
    if sample {
        house.db.write_now(move |conn| demo::sample::fill(conn, now))?;
    }
    serve(house, listen, |address| {
        print!("{}", demo::greeting(address, &world, ngoaivu::kernel::time::day_of(now)));
        // Whoever reads the greeting through a pipe must not wait for a full buffer.
        let _ = std::io::stdout().flush();
    })
}

fn verify(checkpoint: Option<&Path>, place: &Place) -> Result<()> {
    let checkpoint = checkpoint
        .map(|file| -> Result<Checkpoint> {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let value: serde_json::Value = serde_json::from_str(&text).context("the checkpoint is not JSON")?;
            let seq = value.get("seq").and_then(serde_json::Value::as_i64).context("the checkpoint has no seq")?;
            let hash = value.get("hash").and_then(serde_json::Value::as_str).context("the checkpoint has no hash")?;
            Ok(Checkpoint { seq, hash: hash.to_owned() })
        })
        .transpose()?;
    let db = place.open(&settings(None)?)?;
    let verdict = db.read_now(|conn| audit::verify(conn, checkpoint.as_ref()))?;
    db.close();
    match verdict {
        Verdict::Whole(last) => {
            println!("{}", serde_json::json!({"whole": true, "seq": last.seq, "hash": last.hash}));
            Ok(())
        }
        Verdict::Broken { seq, reason } => {
            println!("{}", serde_json::json!({"whole": false, "seq": seq, "reason": reason}));
            bail!("row {seq}: {reason}")
        }
    }
}
