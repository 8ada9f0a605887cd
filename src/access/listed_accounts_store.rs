//! Which accounts a list shows.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::MultiBackend;
use crate::db::schema::{sessions, users};
use kernel::time::Moment;

/// Which accounts are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountFilter {
    pub active: Option<bool>,
    /// Whether a password was set.
    pub activated: Option<bool>,
    /// Accounts that were there at this moment and that nobody has used since.
    pub unused_since: Option<Moment>,
}

impl AccountFilter {
    /// The accounts that it leaves.
    pub fn of(self) -> users::BoxedQuery<'static, MultiBackend> {
        let mut query = users::table.into_boxed();
        if let Some(active) = self.active {
            query = query.filter(users::active.eq(active));
        }
        query = match self.activated {
            Some(true) => query.filter(users::password_hash.is_not_null()),
            Some(false) => query.filter(users::password_hash.is_null()),
            None => query,
        };
        if let Some(since) = self.unused_since {
            let used = sessions::last_used_at.ge(since).or(sessions::created_at.nullable().ge(since));
            let used = sessions::table.filter(sessions::user_id.eq(users::id)).filter(used);
            query = query.filter(users::created_at.lt(since)).filter(not(exists(used)));
        }
        query
    }
}
