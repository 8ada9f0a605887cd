//! Feeds in the database; of a key only its digest is stored.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::calendar_feeds as feeds;
use crate::error::Result;
use kernel::every_field;
use kernel::time::Moment;

/// A feed of one account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = feeds)]
pub struct Feed {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    pub created_at: Moment,
    pub revoked_at: Option<Moment>,
}

pub fn insert(conn: &mut Conn, feed: &Feed, digest: &str) -> Result<()> {
    every_field!(Feed of feed: id, user_id, name, created_at, revoked_at);
    diesel::insert_into(feeds::table)
        .values((
            feeds::id.eq(feed.id),
            feeds::user_id.eq(feed.user_id),
            feeds::name.eq(&feed.name),
            feeds::digest.eq(digest),
            feeds::created_at.eq(feed.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The feeds of an account that are not revoked, oldest first.
pub fn of_user(conn: &mut Conn, user_id: i64) -> Result<Vec<Feed>> {
    Ok(feeds::table
        .filter(feeds::user_id.eq(user_id))
        .filter(feeds::revoked_at.is_null())
        .order(feeds::id)
        .select(Feed::as_select())
        .load(conn)?)
}

/// The feed with this key digest.
pub fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Feed>> {
    let found = feeds::table.filter(feeds::digest.eq(digest)).filter(feeds::revoked_at.is_null());
    Ok(found.select(Feed::as_select()).first(conn).optional()?)
}

pub fn revoke(conn: &mut Conn, id: i64, now: Moment) -> Result<()> {
    diesel::update(feeds::table.find(id)).set(feeds::revoked_at.eq(now)).execute(conn)?;
    Ok(())
}
