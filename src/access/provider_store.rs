//! Which account signs in by which account elsewhere.

use diesel::prelude::*;

use crate::access::provider::ProviderIdentity;
use crate::access::token::digest;
use crate::db::Conn;
use crate::db::schema::{provider_links, users};
use crate::db::sealed::SealedText;
use crate::error::Result;
use kernel::time::Moment;

/// An identity as it is stored: it is only ever compared.
fn stored(identity: &ProviderIdentity) -> String {
    digest(&format!("{}\n{}", identity.issuer, identity.subject))
}

/// Id and user name of the active account that signs in by an identity.
pub fn account_of(conn: &mut Conn, identity: &ProviderIdentity) -> Result<Option<(i64, String)>> {
    Ok(provider_links::table
        .inner_join(users::table)
        .filter(provider_links::identity.eq(stored(identity)).and(users::active.eq(true)))
        .select((users::id, users::username))
        .first(conn)
        .optional()?)
}

/// Links an account; what it was linked to before is forgotten. Whether the identity was free.
pub fn link(conn: &mut Conn, user_id: i64, identity: &ProviderIdentity, now: Moment) -> Result<bool> {
    let stored = stored(identity);
    let taken =
        provider_links::table.filter(provider_links::identity.eq(&stored).and(provider_links::user_id.ne(user_id)));
    if taken.count().get_result::<i64>(conn)? > 0 {
        return Ok(false);
    }
    unlink(conn, user_id)?;
    let label = identity.label.as_deref().map(SealedText::hidden).transpose()?;
    let row = (
        provider_links::user_id.eq(user_id),
        provider_links::identity.eq(stored),
        provider_links::label.eq(label),
        provider_links::linked_at.eq(now),
    );
    diesel::insert_into(provider_links::table).values(row).execute(conn)?;
    Ok(true)
}

/// What the account that somebody signs in by is called, and since when they do.
pub fn linked(conn: &mut Conn, user_id: i64) -> Result<Option<(Option<String>, Moment)>> {
    let columns = (provider_links::label, provider_links::linked_at);
    let found: Option<(Option<SealedText>, Moment)> =
        provider_links::table.find(user_id).select(columns).first(conn).optional()?;
    Ok(found.map(|(label, at)| (label.map(SealedText::into_plain), at)))
}

/// Whether there was something to forget.
pub fn unlink(conn: &mut Conn, user_id: i64) -> Result<bool> {
    Ok(diesel::delete(provider_links::table.find(user_id)).execute(conn)? > 0)
}
