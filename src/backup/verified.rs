//! Reads a backup without believing anything in it.

use std::path::Path;

use zip::ZipArchive;

use super::fault::{BackupFault, BackupResult, OfFile};
use super::manifest::{FORM, MANIFEST, Manifest, copy};
use super::sealed::{ArchiveFile, open};
use crate::sealing::SealingKey;

/// Reads a backup whole: its seal, its manifest, and that every part is there as the manifest says, and no other.
pub fn verify(file: &Path, key: Option<&SealingKey>) -> BackupResult<(Manifest, ZipArchive<ArchiveFile>)> {
    let mut archive = ZipArchive::new(open(file, key)?)?;
    let manifest: Manifest = {
        let part = archive.by_name(MANIFEST)?;
        serde_json::from_reader(part).map_err(|e| BackupFault::refused(format!("the manifest cannot be read: {e}")))?
    };
    if manifest.form != FORM {
        return Err(BackupFault::refused(format!("the file has form {}; this version reads {FORM}", manifest.form)));
    }
    for at in 0..archive.len() {
        let mut part = archive.by_index(at)?;
        let name = part.name()?.into_owned();
        if name == MANIFEST {
            continue;
        }
        let Some(expected) = manifest.parts.get(&name) else {
            return Err(BackupFault::refused(format!("{name} is not in the manifest")));
        };
        let found = copy(&mut part, &mut std::io::sink()).of(file)?;
        if found != *expected {
            return Err(BackupFault::refused(format!("{name} is not what the manifest says")));
        }
    }
    if archive.len() != manifest.parts.len() + 1 {
        return Err(BackupFault::refused("a part is missing"));
    }
    Ok((manifest, archive))
}
