//! The keys by which an installation seals personal data: a file beside the attachments, outside the database, newest key first.

use std::fs::File;
use std::io::{Error as IoError, ErrorKind, Result as IoResult};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::file::Envelope;
use super::key::SealingKey;
use super::text::{FieldKey, Likeness, MARK, SealFault, SealedParts, sealed_at};
use crate::private_files;

/// The file, in the folder that also holds the attachments.
pub const FILE_NAME: &str = "field.keys";

const HEAD: &str = "\
# Khóa mã hóa dữ liệu cá nhân; khóa mới nhất ở dòng đầu. Cất một bản sao ở nơi khác: mất khóa là mất số hộ chiếu, ngày sinh và giấy tờ.
# Keys of personal data, newest first. Keep a copy elsewhere: without them, passports, birth dates and papers are lost.
";

/// The keys of an installation.
#[derive(Clone)]
pub struct FieldKeys(Arc<KeyFile>);

struct KeyFile {
    path: PathBuf,
    /// Newest first, and never empty.
    keys: RwLock<Arc<Vec<FieldKey>>>,
}

impl std::fmt::Debug for FieldKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FieldKeys").field(&self.ids()).finish()
    }
}

/// The keys in the text of a file, as they are written.
fn lines_of(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn key_of(line: &str) -> IoResult<FieldKey> {
    let wrong = || IoError::new(ErrorKind::InvalidData, "a line is no key: 32 bytes in base64");
    FieldKey::of(SealingKey::parse(line).ok_or_else(wrong)?)
}

fn read(path: &Path) -> IoResult<Vec<FieldKey>> {
    let lines = lines_of(&private_files::read_secret(path)?);
    let keys: Vec<FieldKey> = lines.iter().map(|line| key_of(line)).collect::<IoResult<_>>()?;
    if keys.is_empty() {
        return Err(IoError::new(ErrorKind::InvalidData, "there is no key in it"));
    }
    Ok(keys)
}

fn text_of(keys: &[String]) -> String {
    keys.iter().fold(HEAD.to_owned(), |text, key| text + key + "\n")
}

impl FieldKeys {
    /// The keys beside the attachments; made if there are none. A file that others may read is refused.
    pub fn in_place(folder: &Path) -> IoResult<Self> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            private_files::create_folder(folder)?;
            match private_files::create_whole(&path, text_of(&[SealingKey::make()]).as_bytes()) {
                Ok(()) => private_files::own_like(&path, folder)?,
                // Another server was faster: its keys are as good.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        FieldKeys::read(path)
    }

    /// The keys of a file.
    pub fn read(path: PathBuf) -> IoResult<Self> {
        let keys = read(&path).map_err(|e| IoError::new(e.kind(), format!("{}: {e}", path.display())))?;
        Ok(FieldKeys(Arc::new(KeyFile { path, keys: RwLock::new(Arc::new(keys)) })))
    }

    fn keys(&self) -> Arc<Vec<FieldKey>> {
        Arc::clone(&self.0.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Ids of all keys, newest first.
    pub fn ids(&self) -> Vec<String> {
        self.keys().iter().map(|key| key.id.clone()).collect()
    }

    /// The id of the key that seals.
    pub fn newest(&self) -> String {
        self.keys().first().map(|key| key.id.clone()).unwrap_or_default()
    }

    /// Reads the file again: somebody may have added a key.
    pub fn look_again(&self) -> IoResult<()> {
        let keys = read(&self.0.path)?;
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        Ok(())
    }

    /// Adds a new key, by which everything is sealed from now on; returns its id. Running servers find it by themselves.
    pub fn rotate(&self) -> IoResult<String> {
        let _alone = self.alone()?;
        let mut lines = self.lines()?;
        lines.insert(0, SealingKey::make());
        self.write(&lines)?;
        Ok(self.newest())
    }

    /// Takes a key out of the file.
    pub fn forget(&self, id: &str) -> IoResult<()> {
        let _alone = self.alone()?;
        let mut kept = Vec::new();
        for line in self.lines()? {
            if key_of(&line)?.id != id {
                kept.push(line);
            }
        }
        self.write(&kept)
    }

    /// Adds the keys of another file's text. If that one knows all of this one, it is younger, and its order counts; otherwise its
    /// keys come behind.
    pub fn adopt(&self, other: &str) -> IoResult<()> {
        let _alone = self.alone()?;
        let (mut lines, theirs) = (self.lines()?, lines_of(other));
        if lines.iter().all(|line| theirs.contains(line)) {
            return self.write(&theirs);
        }
        lines.extend(theirs.into_iter().filter(|line| !lines.contains(line)).collect::<Vec<_>>());
        self.write(&lines)
    }

    /// Keeps others from changing the file until it is dropped.
    fn alone(&self) -> IoResult<File> {
        // Beside the file itself, whatever links lead to it, and for whoever may change the file.
        let path = self.0.path.canonicalize()?;
        let beside = path.with_extension("keys.lock");
        let lock = private_files::open_lock(&beside)?;
        private_files::own_like(&beside, &path)?;
        lock.lock()?;
        Ok(lock)
    }

    fn lines(&self) -> IoResult<Vec<String>> {
        self.look_again()?;
        Ok(lines_of(&private_files::read_secret(&self.0.path)?))
    }

    /// Exchanges the file for another one, which is on disk before the old one is gone.
    fn write(&self, lines: &[String]) -> IoResult<()> {
        // A link may lead to another disk: the file itself is exchanged, not the link.
        let path = self.0.path.canonicalize()?;
        let part = path.with_extension("keys.part");
        let _ = std::fs::remove_file(&part);
        private_files::create_synced(&part, text_of(lines).as_bytes())?;
        // The server reads it, whoever writes it.
        private_files::own_like(&part, &path)?;
        std::fs::rename(&part, &path)?;
        private_files::sync_folder_of(&path)?;
        self.look_again()
    }

    /// Seals a text by the newest key.
    pub fn seal(&self, plain: &str, likeness: Likeness) -> Result<String, SealFault> {
        let keys = self.keys();
        keys.first().and_then(|key| key.seal(plain, likeness)).ok_or(SealFault::Damaged)
    }

    /// How a text looks that was sealed to be looked for, by each of the keys.
    pub fn forms(&self, plain: &str) -> Vec<String> {
        self.keys().iter().filter_map(|key| key.seal(plain, Likeness::Alike)).collect()
    }

    /// What was sealed; a text that is not sealed is from before there were keys.
    pub fn open(&self, stored: &str) -> Result<String, SealFault> {
        match sealed_at(stored) {
            Some((parts, length)) if length == stored.len() => self.open_parts(&parts),
            _ => Ok(stored.to_owned()),
        }
    }

    fn open_parts(&self, parts: &SealedParts<'_>) -> Result<String, SealFault> {
        let by = |keys: &[FieldKey]| keys.iter().find(|key| key.id == parts.id).map(|key| key.open(parts));
        if let Some(opened) = by(&self.keys()) {
            return opened;
        }
        // Another server may seal by a key that was added a moment ago.
        let unknown = || SealFault::UnknownKey(parts.id.to_owned());
        self.look_again().map_err(|_| unknown())?;
        by(&self.keys()).ok_or_else(unknown)?
    }

    /// The text with everything sealed in it sealed by the newest key, wherever it stands; nothing if that is so already.
    pub fn renewed(&self, stored: &str) -> Result<Option<String>, SealFault> {
        let (newest, mut renewed, mut rest, mut changed) = (self.newest(), String::new(), stored, false);
        while let Some(at) = rest.find(MARK) {
            let (before, from) = rest.split_at(at);
            renewed.push_str(before);
            match sealed_at(from) {
                Some((parts, length)) if parts.id != newest => {
                    match self.open_parts(&parts) {
                        Ok(plain) => {
                            renewed.push_str(&self.seal(&plain, parts.likeness)?);
                            changed = true;
                        }
                        // Somebody wrote something that looks like it.
                        Err(_) if length != stored.len() => renewed.push_str(from.get(..length).unwrap_or_default()),
                        Err(fault) => return Err(fault),
                    }
                    rest = from.get(length..).unwrap_or_default();
                }
                _ => {
                    renewed.push(MARK);
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        renewed.push_str(rest);
        Ok(changed.then_some(renewed))
    }

    /// The key that encrypts files.
    pub fn of_new_files(&self) -> Option<SealingKey> {
        self.keys().first().map(|key| key.key.clone())
    }

    /// The key by which a file is encrypted, if it is known.
    pub fn of_file(&self, envelope: &Envelope) -> IoResult<Option<SealingKey>> {
        let by = |keys: &[FieldKey]| keys.iter().find(|key| envelope.is_by(&key.key)).map(|key| key.key.clone());
        if let Some(found) = by(&self.keys()) {
            return Ok(Some(found));
        }
        // As for texts: another server may have a key that was added a moment ago.
        self.look_again()?;
        Ok(by(&self.keys()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::is_sealed;

    fn place(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ngoaivu-field-keys-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_key_and_by_no_other() {
        let (folder, other) = (place("one"), place("other"));
        let keys = FieldKeys::in_place(&folder).unwrap();
        for text in ["", "C1234567", "Nguyễn Thị Ánh ~e00000000.x"] {
            for likeness in [Likeness::Alike, Likeness::Hidden] {
                let sealed = keys.seal(text, likeness).unwrap();
                assert!(is_sealed(&sealed) && !sealed.contains("1234567"), "{sealed}");
                assert_eq!(keys.open(&sealed).unwrap(), text);
                let same = keys.seal(text, likeness).unwrap() == sealed;
                assert_eq!(same, likeness == Likeness::Alike);
                assert!(FieldKeys::in_place(&other).unwrap().open(&sealed).is_err());
                // A changed letter is found wherever it stands.
                let at = sealed.len() - 1;
                let last = if sealed.ends_with('A') { "Q" } else { "A" };
                assert!(keys.open(&format!("{}{last}", &sealed[..at])).is_err_and(|fault| fault == SealFault::Damaged));
            }
        }
        assert_eq!(keys.open("C1234567").unwrap(), "C1234567");
        // Another process reads the same file.
        assert_eq!(FieldKeys::in_place(&folder).unwrap().ids(), keys.ids());
        let _ = (std::fs::remove_dir_all(folder), std::fs::remove_dir_all(other));
    }

    #[test]
    fn a_new_key_seals_and_old_ones_open_until_they_are_forgotten() {
        let folder = place("rotated");
        let (keys, running) = (FieldKeys::in_place(&folder).unwrap(), FieldKeys::in_place(&folder).unwrap());
        let first = keys.newest();
        let sealed = keys.seal("C1234567", Likeness::Alike).unwrap();
        let second = keys.rotate().unwrap();
        assert_eq!(keys.ids(), [second.clone(), first.clone()]);
        assert!(keys.forms("C1234567").contains(&sealed) && keys.forms("C1234567").len() == 2);
        // Another server learns of the new key from what it meets.
        let fresh = keys.seal("C7654321", Likeness::Hidden).unwrap();
        assert_eq!(running.newest(), first);
        assert_eq!(running.open(&fresh).unwrap(), "C7654321");
        assert_eq!(running.newest(), second);
        let stored = format!(r#"{{"guests":["{sealed}"],"note":"~ and ~e12345678.AAAA","other":"{fresh}"}}"#);
        let renewed = keys.renewed(&stored).unwrap().unwrap();
        assert!(!renewed.contains(&first) && renewed.contains("~ and ~e12345678.AAAA") && renewed.contains(&fresh));
        assert_eq!(keys.renewed(&renewed).unwrap(), None);
        keys.forget(&first).unwrap();
        assert_eq!(keys.ids(), [second]);
        assert_eq!(keys.open(&sealed), Err(SealFault::UnknownKey(first)));
        let _ = std::fs::remove_dir_all(folder);
    }
}
