//! Files and folders that only the account of the server can read: they hold keys, passports and documents.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// Creates a folder with those above it, for the owner alone; one that is there stays as it is.
pub fn create_folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a file for the owner alone; an error if it is there.
pub fn create_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The same, to be read again after it was written.
pub fn create_readable(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a file with its content, which is on disk, for the owner alone; an error if it is there. Nothing is left of one that
/// could not be written whole.
pub fn create_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = create_file(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Where a file is written before it has its name.
fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{:08x}", rand::random::<u32>()));
    PathBuf::from(part)
}

/// The same under a name that others may look for: nobody ever sees a part of it.
pub fn create_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = &part_of(path);
    let there = create_synced(part, bytes).and_then(|()| match std::fs::hard_link(part, path) {
        // A disk without links, such as one of the network: the name is taken first, so that nobody's file is written over.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            create_file(path).and_then(|_| std::fs::rename(part, path))
        }
        linked => linked,
    });
    let _ = std::fs::remove_file(part);
    there?;
    sync_folder_of(path)
}

/// Puts a file in the place of the one that was there, so that nobody reads a part of it.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = &part_of(path);
    create_synced(part, bytes)?;
    std::fs::rename(part, path).inspect_err(|_| drop(std::fs::remove_file(part)))
}

/// Waits until the names of the folder in which a file is are on disk.
pub fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Gives a file the owner and the rights of another one, or the owner of a folder: whoever keeps a server's files in order may be
/// another account than the server's.
pub fn own_like(file: &Path, model: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let (is, wanted) = (std::fs::metadata(file)?, std::fs::metadata(model)?);
        // Only root makes files that are another's folder's; whoever else made one may read it.
        let foreign = (is.uid(), is.gid()) != (wanted.uid(), wanted.gid());
        if foreign && (is.uid() == 0 || wanted.is_file()) {
            chown(file, Some(wanted.uid()), Some(wanted.gid()))?;
        }
        if wanted.is_file() {
            std::fs::set_permissions(file, wanted.permissions())?;
        }
    }
    Ok(())
}

/// The folder beside the attachments, in which a server keeps what else is not in the database.
pub fn beside(attachments: &Path) -> &Path {
    attachments.parent().unwrap_or(attachments)
}

/// Maximum bytes of a secret.
const SECRET: u64 = 16 * 1024;

/// Reads a secret; refuses one that other accounts of the machine may read.
pub fn read_secret(path: &Path) -> Result<String> {
    let file = File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // In a container, secrets are mounted with the mode of the host's file, and nobody else is there.
        let shared = !path.starts_with("/run/secrets");
        if shared && file.metadata()?.permissions().mode() & 0o007 != 0 {
            let said = "every account of this machine may read it; run: chmod o= on it";
            return Err(Error::new(ErrorKind::PermissionDenied, said));
        }
    }
    let mut value = String::new();
    file.take(SECRET + 1).read_to_string(&mut value)?;
    if value.len() as u64 > SECRET {
        return Err(Error::new(ErrorKind::InvalidData, "is too long for a secret"));
    }
    Ok(value)
}

/// Whether other accounts of the machine may look into a folder or a file.
pub fn is_open_to_others(place: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(place).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
    }
    #[cfg(not(unix))]
    false
}

/// Room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    pub free: u64,
    pub total: u64,
}

/// A disk with so much room left is not short, however large it is.
const PLENTY: u64 = 5 << 30;

impl DiskSpace {
    /// Whether less than a twentieth is left.
    pub fn is_short(self) -> bool {
        self.free < PLENTY && self.free < self.total / 20
    }
}

/// The room on the disk of a folder; `None` where it cannot be asked.
pub fn free_space(folder: &Path) -> Option<DiskSpace> {
    #[cfg(unix)]
    {
        let disk = nix::sys::statvfs::statvfs(folder).ok()?;
        let block = disk.fragment_size();
        Some(DiskSpace { free: disk.blocks_available() * block, total: disk.blocks() * block })
    }
    #[cfg(not(unix))]
    None
}

/// A file that says nothing, to be locked.
pub fn open_lock(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Keeps other servers out of a data folder until the file is closed, also by a crash. `None` if another one is there:
/// two servers would each keep their own accounts, answers and waiting times in memory.
pub fn occupy(folder: &Path) -> Result<Option<File>> {
    let file = open_lock(&folder.join("ngoaivu.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_short_below_a_twentieth_unless_it_is_huge() {
        let short = |free, total| DiskSpace { free, total }.is_short();
        assert!(short(3 << 20, 64 << 20) && short(4 << 30, 200 << 30));
        assert!(!short(4 << 20, 64 << 20) && !short(40 << 30, 2_000 << 30));
        assert!(free_space(Path::new("/")).is_none_or(|disk| disk.free <= disk.total && disk.total > 0));
    }
}
