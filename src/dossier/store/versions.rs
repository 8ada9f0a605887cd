//! Every version of a dossier, so that it can be shown as it was on a past day.

use diesel::prelude::*;

use crate::db::schema::dossier_versions as versions;
use crate::db::{Conn, each, from_json, to_json};
use crate::dossier::Content;
use crate::dossier::model::Dossier;
use crate::error::Result;
use kernel::time::Moment;

/// Stores the dossier as it is now.
pub fn keep<C: Content>(conn: &mut Conn, dossier: &Dossier<C>) -> Result<()> {
    let row = (
        versions::dossier_id.eq(dossier.id),
        versions::version.eq(dossier.version),
        versions::at.eq(dossier.updated_at),
        versions::body.eq(to_json(dossier)?),
    );
    each!(conn, c => diesel::insert_into(versions::table).values(row).execute(c))?;
    Ok(())
}

/// The dossier as it was before a moment; `None` if no version of that time was stored.
pub fn before<C: Content>(conn: &mut Conn, id: i64, moment: Moment) -> Result<Option<Dossier<C>>> {
    let body: Option<String> = versions::table
        .filter(versions::dossier_id.eq(id))
        .filter(versions::at.lt(moment))
        .order(versions::version.desc())
        .select(versions::body)
        .first(conn)
        .optional()?;
    body.as_deref().map(from_json).transpose()
}

/// Deletes the versions of a deleted draft.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(versions::table.filter(versions::dossier_id.eq_any(ids))).execute(conn)?;
    Ok(())
}
