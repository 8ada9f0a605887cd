//! Why a backup is refused.

use std::path::Path;

/// Why a backup cannot be taken, read or restored. The message is for whoever runs the command.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    #[error("{0}")]
    Refused(String),
    #[error("{what}: {why}")]
    File { what: String, why: std::io::Error },
    #[error("the archive cannot be used: {0}")]
    Archive(#[from] zip::result::ZipError),
    #[error("the database: {0}")]
    Database(String),
}

impl BackupFault {
    pub(super) fn refused(why: impl Into<String>) -> Self {
        BackupFault::Refused(why.into())
    }
}

impl From<diesel::result::Error> for BackupFault {
    fn from(error: diesel::result::Error) -> Self {
        BackupFault::Database(error.to_string())
    }
}

impl From<crate::error::Error> for BackupFault {
    fn from(error: crate::error::Error) -> Self {
        BackupFault::Database(error.to_string())
    }
}

pub(super) type BackupResult<T> = std::result::Result<T, BackupFault>;

/// Names the file of an error.
pub(super) trait OfFile<T> {
    fn of(self, file: &Path) -> BackupResult<T>;
}

impl<T> OfFile<T> for std::io::Result<T> {
    fn of(self, file: &Path) -> BackupResult<T> {
        self.map_err(|why| BackupFault::File { what: file.display().to_string(), why })
    }
}
