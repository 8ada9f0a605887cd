//! `audit verify`: verifies the audit trail, or names the first row that was tampered with.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ngoaivu::audit::checkpoints::CheckpointFiles;
use ngoaivu::audit::{self, Checkpoint, TrailVerdict};
use ngoaivu::config::Config;
use ngoaivu::db::Db;

use super::place::{DataPlace, current};

pub fn verify(checkpoint: Option<&Path>, place: &DataPlace, config: &Config) -> Result<()> {
    let checkpoint = checkpoint
        .map(|file| -> Result<Checkpoint> {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let value: serde_json::Value = serde_json::from_str(&text).context("the checkpoint is not JSON")?;
            let seq = value.get("seq").and_then(serde_json::Value::as_i64).context("the checkpoint has no seq")?;
            let hash = value.get("hash").and_then(serde_json::Value::as_str).context("the checkpoint has no hash")?;
            Ok(Checkpoint { seq, hash: hash.to_owned() })
        })
        .transpose()?;
    let (address, folder) = place.find(config)?;
    current(&address)?;
    let signed = folder.map(|attachments| CheckpointFiles::of(&attachments).written()).transpose()?.unwrap_or_default();
    // Without the keys of personal data: the trail has none, and whoever checks it need not have them.
    let db = Db::open(address)?;
    let verdict = db.read_now(|conn| audit::verify(conn, checkpoint.as_ref(), &signed))?;
    db.close();
    match verdict {
        TrailVerdict::Whole(last) => {
            let signed = signed.len();
            println!(
                "{}",
                serde_json::json!({"whole": true, "seq": last.seq, "hash": last.hash, "signed_checkpoints": signed})
            );
            Ok(())
        }
        TrailVerdict::Broken { seq, reason } => {
            let reason = reason.en;
            println!("{}", serde_json::json!({"whole": false, "seq": seq, "reason": reason}));
            bail!("row {seq}: {reason}")
        }
    }
}
