//! `keys`: by what personal data is encrypted.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use ngoaivu::config::Config;
use ngoaivu::db::Db;
use ngoaivu::dossier::parts::attachment_folder::AttachmentFolder;
use ngoaivu::jobs::sealed_data;
use ngoaivu::private_files::beside;
use ngoaivu::sealing::{FILE_NAME, FieldKeys};

use super::place::{DataPlace, current};

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Lists the keys of personal data, newest first, and whether something still needs each of them.
    List {
        #[command(flatten)]
        place: DataPlace,
    },
    /// Adds a new key. A running server encrypts everything anew by it; then the old one can be forgotten.
    Rotate {
        #[command(flatten)]
        place: DataPlace,
    },
    /// Takes out a key that nothing needs any longer.
    Forget {
        /// As `keys list` prints it.
        id: String,
        #[command(flatten)]
        place: DataPlace,
    },
}

/// A place, its keys, and the ids of those that are needed.
struct KeyPlace {
    db: Db,
    attachments: PathBuf,
    keys: FieldKeys,
    needed: Vec<String>,
}

impl KeyPlace {
    fn open(place: &DataPlace, config: &Config) -> Result<Self> {
        let (address, folder) = place.find(config)?;
        let attachments = folder.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
        current(&address)?;
        let db = Db::open(address)?;
        let needed = sealed_data::keys_in_use(&db)?;
        let keys = FieldKeys::read(beside(&attachments).join(FILE_NAME)).context("the keys of personal data")?;
        Ok(KeyPlace { db, attachments, keys, needed })
    }

    /// Fails if a key is missing without which something cannot be read.
    fn complete(&self) -> Result<()> {
        let ids = self.keys.ids();
        let missing: Vec<&str> = self.needed.iter().filter(|id| !ids.contains(id)).map(String::as_str).collect();
        if !missing.is_empty() {
            let file = self.keys.path().display();
            bail!("needed, but not in {file}: {}; put back the copy of the file", missing.join(", "));
        }
        Ok(())
    }
}

pub fn run(command: &KeysCommand, config: &Config) -> Result<()> {
    match command {
        KeysCommand::List { place } => {
            let at = KeyPlace::open(place, config)?;
            let (keys, needed) = (&at.keys, &at.needed);
            println!("{}", keys.path().display());
            let ids = keys.ids();
            for id in &ids {
                let newest = keys.newest() == *id;
                let state = match needed.contains(id) {
                    true if newest && needed.len() == 1 => "encrypts everything",
                    true if newest => "encrypts what is new; the rest follows",
                    true => "still needed",
                    false if newest => "not used yet: a server takes it up within seconds",
                    false => "no longer needed: keys forget",
                };
                println!("{id}\t{state}");
            }
            at.complete()?;
        }
        KeysCommand::Rotate { place } => {
            let at = KeyPlace::open(place, config)?;
            let (keys, needed) = (&at.keys, &at.needed);
            at.complete()?;
            // What cannot be read would otherwise stand in the way of every later key.
            if sealed_data::is_stuck(&at.db)? {
                eprintln!("something cannot be read by any key, see the log of the server; old keys stay needed");
            } else if let Some(busy) = keys.ids().iter().skip(1).find(|id| needed.contains(id)) {
                bail!("everything is still being encrypted anew; the key {busy} is needed until that has ended");
            }
            println!("{}", keys.rotate().context("the file of keys")?);
            eprintln!("keep a copy of {} apart from the database and its backups", keys.path().display());
        }
        KeysCommand::Forget { id, place } => {
            let at = KeyPlace::open(place, config)?;
            let (keys, needed) = (&at.keys, &at.needed);
            if !keys.ids().contains(id) {
                bail!("there is no key {id} in {}", keys.path().display());
            }
            at.complete()?;
            if keys.newest() == *id || needed.contains(id) || needed.is_empty() {
                bail!("the key {id} is needed; see: ngoaivu keys list");
            }
            // Not only what is noted: another server may have sealed by it a moment ago.
            let left = sealed_data::sealed_by(&at.db, &AttachmentFolder::new(at.attachments.clone(), None), id)?;
            if let Some(place) = left {
                sealed_data::look_again(&at.db, keys.newest())?;
                bail!("the key {id} is needed by {place}; a running server encrypts it anew within minutes");
            }
            keys.forget(id).context("the file of keys")?;
            println!("{id} is forgotten; copies of the file from before can be destroyed");
        }
    }
    Ok(())
}
