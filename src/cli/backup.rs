//! `backup`, `backup verify` and `restore`.

use std::path::Path;

use anyhow::{Context, Result};
use kernel::time::Moment;
use ngoaivu::access::context::RequestContext;
use ngoaivu::audit::checkpoints::CheckpointFiles;
use ngoaivu::backup::{self, Manifest, restore, snapshot};
use ngoaivu::config::Config;
use ngoaivu::db::{Address, Db};
use ngoaivu::jobs::sealed_data;
use ngoaivu::private_files::beside;
use ngoaivu::sealing::{FILE_NAME, FieldKeys, SealingKey};
use secrecy::ExposeSecret;
use serde_json::json;

use super::place::DataPlace;

/// The key of backups, if they are encrypted.
pub fn key(config: &Config) -> Result<Option<SealingKey>> {
    let Some(text) = config.backup_key() else { return Ok(None) };
    let key = SealingKey::parse(text.expose_secret());
    key.map(Some).context("NGOAIVU_BACKUP_KEY: must be 32 bytes in base64, as `ngoaivu backup key` prints them")
}

/// What is told of a backup, as one line of JSON.
fn told(manifest: &Manifest) -> String {
    let files = manifest.parts.keys().filter(|name| name.starts_with("attachments/")).count();
    json!({"whole": true, "taken_at": manifest.taken_at, "database": manifest.database, "version": manifest.version,
        "rows": manifest.rows.values().sum::<i64>(), "attachments": files,
        "audit": {"seq": manifest.audit.seq, "hash": manifest.audit.hash}})
    .to_string()
}

fn files_of(place: &DataPlace, config: &Config) -> Result<(Address, std::path::PathBuf)> {
    let (address, folder) = place.find(config)?;
    let folder = folder.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
    Ok((address, folder))
}

/// Takes a backup beside the running server, and leaves a line in its trail.
pub fn take(file: &Path, place: &DataPlace, config: &Config, now: Moment) -> Result<()> {
    let (address, folder) = files_of(place, config)?;
    let manifest = snapshot::take(&address, &folder, file, key(config)?.as_ref(), now)?;
    let db = Db::open(address)?;
    let detail = json!({"rows": manifest.rows.values().sum::<i64>(), "audit_seq": manifest.audit.seq});
    db.write_in_turn(move |conn| RequestContext::command_line(now).remember(conn, "backup", "database", detail))
        .with_context(|| format!("{} is whole, but the trail has no line about it", file.display()))?;
    db.close();
    println!("{}", told(&manifest));
    Ok(())
}

pub fn verify(file: &Path, config: &Config) -> Result<()> {
    let (manifest, _) = backup::verify(file, key(config)?.as_ref())?;
    println!("{}", told(&manifest));
    Ok(())
}

pub fn restored(file: &Path, place: &DataPlace, config: &Config, now: Moment) -> Result<()> {
    let (address, folder) = files_of(place, config)?;
    let manifest = restore::restore(file, key(config)?.as_ref(), &address, &folder)?;
    // Checkpoints of another trail that was here would accuse the one that was restored.
    if let Some(aside) = CheckpointFiles::of(&folder).set_aside(now).context("cannot move the checkpoints")? {
        eprintln!("the checkpoints of the trail that was here before are kept in {}", aside.display());
    }
    let needed = Db::open(address).and_then(|db| sealed_data::keys_in_use(&db)).unwrap_or_default();
    let keys = beside(&folder).join(FILE_NAME);
    let there = FieldKeys::read(keys.clone()).map(|keys| keys.ids()).unwrap_or_default();
    let missing: Vec<&str> = needed.iter().filter(|id| !there.contains(id)).map(String::as_str).collect();
    if !missing.is_empty() {
        eprintln!(
            "put back the copy of {} before you serve: the key {} is missing",
            keys.display(),
            missing.join(", ")
        );
    }
    println!("{}", told(&manifest));
    Ok(())
}
