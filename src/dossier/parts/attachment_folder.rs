//! The folder of uploaded files: under random names, each encrypted where there are keys.

use std::fs::File;
use std::io::{Error as IoError, Read, Result as IoResult};
use std::path::PathBuf;

use crate::access::token::random_text;
use crate::error::{Error, Result};
use crate::private_files;
use crate::sealing::FieldKeys;
use crate::sealing::file::{Decrypted, Envelope, SealedKind, encrypt};

/// The folder of the files.
#[derive(Debug, Clone)]
pub struct AttachmentFolder {
    pub path: PathBuf,
    /// By what files are encrypted; without keys they are not.
    keys: Option<FieldKeys>,
}

/// A stored file as it was uploaded.
pub enum StoredFile {
    /// From before there were keys.
    Plain(File),
    Encrypted(Box<Decrypted<File>>),
}

impl Read for StoredFile {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        match self {
            StoredFile::Plain(file) => file.read(room),
            StoredFile::Encrypted(file) => file.read(room),
        }
    }
}

fn fault(error: IoError) -> Error {
    Error::Unavailable(format!("attachments: {error}"))
}

impl AttachmentFolder {
    pub fn new(path: PathBuf, keys: Option<FieldKeys>) -> Self {
        AttachmentFolder { path, keys }
    }

    /// Writes the bytes under a random name; returns the name once they are on disk.
    pub fn put(&self, bytes: &[u8]) -> Result<String> {
        private_files::create_folder(&self.path).map_err(fault)?;
        let name = random_text();
        private_files::create_whole(&self.path.join(&name), &self.encrypted(bytes)?).map_err(fault)?;
        Ok(name)
    }

    fn encrypted(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let Some(key) = self.keys.as_ref().and_then(FieldKeys::of_new_files) else {
            return Ok(bytes.to_vec());
        };
        let mut encrypted = Vec::with_capacity(bytes.len() + (64 << 10));
        let mut plain = bytes;
        encrypt(SealedKind::Attachment, &mut plain, bytes.len() as u64, &mut encrypted, &key).map_err(fault)?;
        Ok(encrypted)
    }

    pub fn get(&self, name: &str) -> Result<Vec<u8>> {
        let (mut file, length) = self.open(name)?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.read_to_end(&mut bytes).map_err(fault)?;
        Ok(bytes)
    }

    /// A file to be read piece by piece, and the length it was uploaded with.
    pub fn open(&self, name: &str) -> Result<(StoredFile, u64)> {
        self.read(name).map_err(fault)
    }

    fn read(&self, name: &str) -> IoResult<(StoredFile, u64)> {
        let mut file = File::open(self.path.join(name))?;
        let envelope = Envelope::of(SealedKind::Attachment, &mut file)?;
        let Envelope::Encrypted { key_id, prefix } = envelope else {
            let length = file.metadata()?.len();
            return Ok((StoredFile::Plain(file), length));
        };
        let key = self.keys.as_ref().map(|keys| keys.of_file(&envelope)).transpose()?.flatten();
        let unknown = || IoError::other("a file is encrypted by a key that is not in the file of keys");
        // The very file whose beginning was read: another may take its name meanwhile.
        let found = Decrypted::new(file, &key.ok_or_else(unknown)?, key_id, prefix)?.ok_or_else(unknown)?;
        let length = found.length();
        Ok((StoredFile::Encrypted(Box::new(found)), length))
    }

    /// Encrypts a file by the newest key; whether that was not so before. Whoever reads it meanwhile reads it whole.
    pub fn renew(&self, name: &str) -> Result<bool> {
        let Some(newest) = self.keys.as_ref().and_then(FieldKeys::of_new_files) else {
            return Ok(false);
        };
        let path = self.path.join(name);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // Deleted with its draft a moment ago.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(fault(error)),
        };
        if Envelope::of(SealedKind::Attachment, &mut file).map_err(fault)?.is_by(&newest) {
            return Ok(false);
        }
        let part = path.with_extension(format!("{:08x}", rand::random::<u32>()));
        private_files::create_synced(&part, &self.encrypted(&self.get(name)?)?).map_err(fault)?;
        let renamed = if path.exists() { std::fs::rename(&part, &path) } else { std::fs::remove_file(&part) };
        renamed.map_err(fault)?;
        Ok(true)
    }

    /// Names of all files.
    pub fn names(&self) -> Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fault(error)),
        };
        // Nothing but what this wrote: not what is being written, nor what a disk or a backup of others put there.
        let own = |name: &String| name.len() == random_text().len() && !name.contains('.');
        let files = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            // Also behind a link.
            std::fs::metadata(entry.path()).ok()?.is_file().then(|| entry.file_name().into_string().ok())?
        });
        Ok(files.filter(own).collect())
    }

    /// Whether a file is encrypted by the key of this id.
    pub fn is_by(&self, name: &str, id: &str) -> Result<bool> {
        match File::open(self.path.join(name)) {
            Ok(mut file) => Ok(Envelope::of(SealedKind::Attachment, &mut file).map_err(fault)?.names(id)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(fault(error)),
        }
    }

    /// Waits until what was renewed is on disk under its name.
    pub fn sync(&self) -> Result<()> {
        if self.path.exists() { private_files::sync_folder_of(&self.path.join("x")).map_err(fault) } else { Ok(()) }
    }

    /// Whether there is a file of this name.
    pub fn is_there(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    /// Removes a file that no row names.
    pub fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.path.join(name)) {
            tracing::warn!(%error, "could not remove an attachment without a row");
        }
    }
}
