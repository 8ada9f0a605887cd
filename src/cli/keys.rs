//! `keys`: by what personal data is encrypted.

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

/// The keys of a place, and the ids of those that are needed.
fn keys_of(place: &DataPlace, config: &Config) -> Result<(FieldKeys, Vec<String>)> {
    let (address, folder) = place.find(config)?;
    let folder = folder.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
    current(&address)?;
    let db = Db::open(address)?;
    let needed = sealed_data::keys_in_use(&db)?;
    db.close();
    Ok((FieldKeys::read(beside(&folder).join(FILE_NAME)).context("the keys of personal data")?, needed))
}

/// Fails if a key is missing without which something cannot be read.
fn complete(keys: &FieldKeys, needed: &[String]) -> Result<()> {
    let ids = keys.ids();
    let missing: Vec<&str> = needed.iter().filter(|id| !ids.contains(id)).map(String::as_str).collect();
    if !missing.is_empty() {
        bail!("needed, but not in {}: {}; put back the copy of the file", keys.path().display(), missing.join(", "));
    }
    Ok(())
}

pub fn run(command: &KeysCommand, config: &Config) -> Result<()> {
    match command {
        KeysCommand::List { place } => {
            let (keys, needed) = keys_of(place, config)?;
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
            complete(&keys, &needed)?;
        }
        KeysCommand::Rotate { place } => {
            let (keys, needed) = keys_of(place, config)?;
            complete(&keys, &needed)?;
            let stuck = {
                let (address, _) = place.find(config)?;
                let db = Db::open(address)?;
                let stuck = sealed_data::is_stuck(&db)?;
                db.close();
                stuck
            };
            // What cannot be read would otherwise stand in the way of every later key.
            if stuck {
                eprintln!("something cannot be read by any key, see the log of the server; old keys stay needed");
            } else if let Some(busy) = keys.ids().iter().skip(1).find(|id| needed.contains(id)) {
                bail!("everything is still being encrypted anew; the key {busy} is needed until that has ended");
            }
            println!("{}", keys.rotate().context("the file of keys")?);
            eprintln!("keep a copy of {} apart from the database and its backups", keys.path().display());
        }
        KeysCommand::Forget { id, place } => {
            let (keys, needed) = keys_of(place, config)?;
            if !keys.ids().contains(id) {
                bail!("there is no key {id} in {}", keys.path().display());
            }
            complete(&keys, &needed)?;
            if keys.newest() == *id || needed.contains(id) || needed.is_empty() {
                bail!("the key {id} is needed; see: ngoaivu keys list");
            }
            // Not only what is noted: another server may have sealed by it a moment ago.
            let (address, folder) = place.find(config)?;
            let db = Db::open(address)?;
            let folder = folder.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
            let left = sealed_data::sealed_by(&db, &AttachmentFolder::new(folder, None), id)?;
            if left.is_some() {
                sealed_data::look_again(&db, keys.newest())?;
            }
            db.close();
            if let Some(place) = left {
                bail!("the key {id} is needed by {place}; a running server encrypts it anew within minutes");
            }
            keys.forget(id).context("the file of keys")?;
            println!("{id} is forgotten; copies of the file from before can be destroyed");
        }
    }
    Ok(())
}
