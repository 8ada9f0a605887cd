//! The facts of the database in memory: read once, then kept up with what changes.

use std::sync::{Arc, Mutex, PoisonError};

use crate::db::Conn;
use crate::db::counters::data_version;
use crate::error::Result;
use crate::statistics::columns::FactColumns;
use crate::statistics::store;

/// The facts as of a data version.
///
/// Every fact bears the version that changed it last, so that what changed since is read by an index, and another process
/// on the same database sees it as soon as it is committed.
#[derive(Clone, Default)]
pub struct KeptFacts(Arc<Mutex<Option<Kept>>>);

/// The data version, and the facts as of it.
type Kept = (i64, Arc<FactColumns>);

impl KeptFacts {
    /// All facts as the snapshot of a reader has them. Not for the writer, whose transaction may be undone.
    pub fn of_snapshot(&self, conn: &mut Conn) -> Result<Arc<FactColumns>> {
        let version = data_version(conn)?;
        // Held while reading: whoever asks meanwhile wants the same facts.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *kept {
            Some((known, columns)) if *known == version => Ok(Arc::clone(columns)),
            // This snapshot is older than that of another reader; the others need not wait for it.
            Some((known, _)) if *known > version => {
                drop(kept);
                Ok(Arc::new(store::all(conn)?))
            }
            Some((known, columns)) => {
                let (gone, changed) = store::changed_since(conn, *known)?;
                Arc::make_mut(columns).replace(&gone, &changed);
                *known = version;
                Ok(Arc::clone(columns))
            }
            None => {
                let columns = Arc::new(store::all(conn)?);
                *kept = Some((version, Arc::clone(&columns)));
                Ok(columns)
            }
        }
    }
}
