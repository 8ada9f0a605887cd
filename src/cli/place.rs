//! Where a command finds its settings and its database.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use kernel::time::Moment;
use kernel::workdays::WorkCalendar;
use ngoaivu::config::Config;
use ngoaivu::db::{Address, Db, migrate};
use ngoaivu::demo;
use ngoaivu::jobs::sealed_data;
use ngoaivu::private_files;
use ngoaivu::procedures;
use ngoaivu::procedures::register::registers;
use ngoaivu::regulations::store::{RegulationCache, add_shipped};
use ngoaivu::reports::store as reports;
use ngoaivu::statistics::store as statistics;
use regulation::book::Book;
use secrecy::{ExposeSecret, SecretString};

use super::arguments::given;

/// Where the data is stored.
#[derive(Args, Clone)]
pub struct DataPlace {
    /// Folder for the embedded database (DIR/ngoaivu.db) and attachments.
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    pub data: Option<PathBuf>,
    /// postgres:// URL of a database to use instead of the embedded one.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
}

pub fn settings(file: Option<&Path>) -> Result<Config> {
    Ok(Config::read(file, std::env::vars())?)
}

impl DataPlace {
    /// The database and the folder for attachments, if any is named; the command line overrides the configuration.
    pub fn find(&self, config: &Config) -> Result<(Address, Option<PathBuf>)> {
        let data = self.data.clone().or_else(|| config.data());
        let given = self.database_url.as_deref().map(|url| SecretString::from(given(url)));
        let url = if self.data.is_some() { None } else { given.or_else(|| config.database_url()) };
        let address = match (&url, &data) {
            (Some(url), _) => Address::from_url(url.expose_secret()).map_err(|e| anyhow!(e))?,
            (None, Some(folder)) => {
                private_files::create_folder(folder).with_context(|| format!("cannot create {}", folder.display()))?;
                Address::in_folder(folder)
            }
            (None, None) => bail!("give --data DIR or --database-url URL (or NGOAIVU_DATA or NGOAIVU_DATABASE_URL)"),
        };
        Ok((address, config.attachments().or(data.map(|d| d.join("attachments")))))
    }

    /// Opens the database, which must already have this version's schema.
    pub fn open(&self, config: &Config) -> Result<Db> {
        let (address, folder) = self.find(config)?;
        current(&address)?;
        opened(address, folder.as_deref())
    }
}

/// Opens a database with the keys of its personal data, which are beside the attachments.
pub fn opened(address: Address, attachments: Option<&Path>) -> Result<Db> {
    let db = Db::open(address)?;
    match attachments {
        Some(folder) => {
            sealed_data::open(&db, folder.to_owned())?;
        }
        None if sealed_data::keys_in_use(&db)?.is_empty() => {}
        None => bail!("name the folder for attachments, NGOAIVU_ATTACHMENTS: beside it are the keys of personal data"),
    }
    Ok(db)
}

/// Fails if the database is older or newer than this binary.
pub fn current(address: &Address) -> Result<()> {
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
        bail!("the statistics were computed by an older version; run: ngoaivu migrate");
    }
    Ok(())
}

/// Brings schema, statistics and shipped texts to this version; returns how many migrations ran.
pub fn upgrade(address: &Address, attachments: Option<&Path>, now: Moment) -> Result<usize> {
    let ran = migrate::run(address)?;
    let db = opened(address.clone(), attachments)?;
    if !db.read_now(statistics::is_current)? {
        db.write_in_turn(|conn| procedures::rebuild_facts(conn, &registers()))?;
    }
    db.write_in_turn(reports::index)?;
    db.write_in_turn(move |conn| add_shipped(conn, now))?;
    db.close();
    Ok(ran)
}

/// The province whose regulation decides: the one that is named, or that of the demo world in its own database. A province
/// must not run under the sample's rules because nobody named it.
pub fn jurisdiction(config: &Config, address: &Address) -> Result<String> {
    if let Some(named) = config.jurisdiction() {
        return Ok(named.to_owned());
    }
    let mut conn = address.connect().map_err(|e| anyhow!("the database cannot be reached: {e}"))?;
    if demo::is_demo(&mut conn)? {
        return Ok(demo::JURISDICTION.to_owned());
    }
    bail!("name the province whose regulation decides: NGOAIVU_JURISDICTION; known are: {}", known(&shipped_book()?))
}

/// Fails if no text belongs to a province.
pub fn known_jurisdiction(name: &str, book: &Book) -> Result<()> {
    if book.knows(name) {
        return Ok(());
    }
    bail!("NGOAIVU_JURISDICTION: there is no regulation of {name:?}; known are: {}", known(book))
}

/// The texts that come with the binary.
pub fn shipped_book() -> Result<Book> {
    regulation::shipped().map_err(|e| anyhow!("the shipped regulations: {e:?}"))
}

fn known(book: &Book) -> String {
    book.jurisdictions().into_iter().collect::<Vec<_>>().join(", ")
}

/// The texts of the database, if the settings name one that can be reached and is current; otherwise the shipped ones.
pub fn book_of(config: &Config) -> Result<Book> {
    let place = DataPlace { data: None, database_url: None };
    let Ok(db) = place.open(config) else { return shipped_book() };
    let book = db.read_now(|conn| RegulationCache::new(WorkCalendar::default()).book(conn));
    db.close();
    match book {
        Ok(book) if !book.latest().is_empty() => Ok(Book::clone(&book)),
        _ => shipped_book(),
    }
}
