//! Every version of a dossier, so that it can be shown as it was on a past day.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::dossier_versions as versions;
use crate::db::{Conn, each, from_json, to_json};
use crate::dossier::Content;
use crate::dossier::differences::Difference;
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

/// The fields that edits changed, as pointers into the content, by the moments of the edits.
pub fn fields_changed<C: Content>(conn: &mut Conn, id: i64, edits: &[Moment]) -> Result<HashMap<Moment, Vec<String>>> {
    let rows: Vec<(Moment, String)> = versions::table
        .filter(versions::dossier_id.eq(id))
        .order(versions::version)
        .select((versions::at, versions::body))
        .load(conn)?;
    let mut changed = HashMap::new();
    for (before, after) in rows.iter().zip(rows.iter().skip(1)).filter(|(_, (at, _))| edits.contains(at)) {
        let (old, new): (Dossier<C>, Dossier<C>) = (from_json(&before.1)?, from_json(&after.1)?);
        let fields = old.content.differences(&new.content).iter().flat_map(Difference::fields).collect();
        changed.insert(after.0, fields);
    }
    Ok(changed)
}

/// Deletes the versions of a deleted draft.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(versions::table.filter(versions::dossier_id.eq_any(ids))).execute(conn)?;
    Ok(())
}
