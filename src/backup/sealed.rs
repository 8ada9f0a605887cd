//! A sealed file: an archive, and behind it a line with the SHA-256 of every byte before. Whatever bit changes, wherever, the
//! file is refused before anything in it is believed.

use std::fs::File;
use std::io::{Read, Result as IoResult, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fault::{BackupFault, BackupResult, OfFile};
use super::manifest::hexadecimal;
use crate::sealing::SealingKey;
use crate::sealing::file::{Decrypted, Envelope, SealedKind, sought};

const LINE: &str = "\nngoaivu-backup sha256 ";
/// Length of the line: its words, 64 digits, a line feed.
const LENGTH: u64 = LINE.len() as u64 + 64 + 1;

fn digest(file: &mut File, bytes: u64) -> IoResult<String> {
    file.seek(SeekFrom::Start(0))?;
    let (mut hasher, mut room, mut left) = (Sha256::new(), vec![0; 1 << 16], bytes);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
        let read = file.read(room.get_mut(..most).unwrap_or_default())?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        hasher.update(room.get(..read).unwrap_or_default());
        left -= read as u64;
    }
    Ok(hexadecimal(hasher))
}

/// Appends the line, and waits until all of it is on disk.
pub fn seal(mut file: File, path: &Path) -> BackupResult<()> {
    let bytes = file.metadata().of(path)?.len();
    let line = format!("{LINE}{}\n", digest(&mut file, bytes).of(path)?);
    file.seek(SeekFrom::End(0)).of(path)?;
    file.write_all(line.as_bytes()).of(path)?;
    file.sync_all().of(path)
}

/// The archive in a file whose seal is whole; one that is encrypted needs its key.
pub fn open(path: &Path, key: Option<&SealingKey>) -> BackupResult<ArchiveFile> {
    let mut sealed = unsealed(path)?;
    let Envelope::Encrypted { key_id, prefix } = Envelope::of(SealedKind::Backup, &mut sealed).of(path)? else {
        // Anybody could have made one in place of the encrypted.
        return match key {
            None => Ok(ArchiveFile::Plain(sealed)),
            Some(_) => Err(BackupFault::refused(
                "the backup is not encrypted, but NGOAIVU_BACKUP_KEY is set; for one from before there was a key, leave it out",
            )),
        };
    };
    let key = key.ok_or_else(|| BackupFault::refused("the backup is encrypted; set NGOAIVU_BACKUP_KEY to its key"))?;
    let decrypted = Decrypted::new(sealed, key, key_id, prefix).of(path)?;
    let other = || BackupFault::refused("the backup was encrypted with another key than NGOAIVU_BACKUP_KEY");
    decrypted.map(|open| ArchiveFile::Decrypted(Box::new(open))).ok_or_else(other)
}

/// The archive in a file, as it is read.
pub enum ArchiveFile {
    Plain(Sealed),
    Decrypted(Box<Decrypted<Sealed>>),
}

impl Read for ArchiveFile {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        match self {
            ArchiveFile::Plain(file) => file.read(room),
            ArchiveFile::Decrypted(file) => file.read(room),
        }
    }
}

impl Seek for ArchiveFile {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        match self {
            ArchiveFile::Plain(file) => file.seek(to),
            ArchiveFile::Decrypted(file) => file.seek(to),
        }
    }
}

fn unsealed(path: &Path) -> BackupResult<Sealed> {
    let mut file = File::open(path).of(path)?;
    let whole = file.metadata().of(path)?.len();
    let refused = || BackupFault::refused("the file is not a whole backup: it was cut, changed, or is something else");
    let bytes = whole.checked_sub(LENGTH).ok_or_else(refused)?;
    file.seek(SeekFrom::Start(bytes)).of(path)?;
    let mut line = String::new();
    if (&mut file).take(LENGTH).read_to_string(&mut line).is_err() {
        return Err(refused());
    }
    if line != format!("{LINE}{}\n", digest(&mut file, bytes).of(path)?) {
        return Err(refused());
    }
    file.seek(SeekFrom::Start(0)).of(path)?;
    Ok(Sealed { file, at: 0, bytes })
}

/// What stands before the line of a sealed file.
pub struct Sealed {
    file: File,
    at: u64,
    bytes: u64,
}

impl Read for Sealed {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        let left = usize::try_from(self.bytes - self.at).unwrap_or(usize::MAX);
        let most = room.len().min(left);
        let read = self.file.read(room.get_mut(..most).unwrap_or_default())?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Sealed {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        let place = sought(to, self.at, self.bytes)?;
        self.at = self.file.seek(SeekFrom::Start(place))?;
        Ok(self.at)
    }
}
