//! Every version of a dossier, so that it can be shown as it was on a past day.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::db::schema::dossier_versions as versions;
use crate::db::{Conn, each, from_json, load_of, to_json};
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

/// Whether an act made this version.
pub fn is_kept(conn: &mut Conn, id: i64, version: i64) -> Result<bool> {
    let kept = versions::table.filter(versions::dossier_id.eq(id).and(versions::version.eq(version)));
    Ok(kept.count().get_result::<i64>(conn)? > 0)
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

/// Each of these dossiers as it was right after a moment, without those of which no version of that time was stored.
pub fn right_after<C: Content>(conn: &mut Conn, moments: &HashMap<i64, Moment>) -> Result<HashMap<i64, Dossier<C>>> {
    if moments.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = moments.keys().copied().collect();
    let kept = versions::table.order((versions::dossier_id, versions::version));
    let kept = kept.select((versions::dossier_id, versions::version, versions::at));
    let rows: Vec<(i64, i64, Moment)> = load_of!(conn, kept, versions::dossier_id, ids.as_slice())?;
    let until = |id: &i64, at: Moment| moments.get(id).is_some_and(|moment| at <= *moment);
    let wanted: HashMap<i64, i64> =
        rows.into_iter().filter(|(id, _, at)| until(id, *at)).map(|(id, version, _)| (id, version)).collect();
    // Versions are counted from 1 in each dossier, so a number says little: the few rows too many are passed over.
    let bodies: Vec<(i64, i64, String)> = versions::table
        .filter(versions::dossier_id.eq_any(wanted.keys()))
        .filter(versions::version.eq_any(wanted.values()))
        .select((versions::dossier_id, versions::version, versions::body))
        .load(conn)?;
    let right = bodies.into_iter().filter(|(id, version, _)| wanted.get(id) == Some(version));
    right.map(|(id, _, body)| Ok((id, from_json(&body)?))).collect()
}

/// Edits whose versions are compared at once.
const EDITS_AT_ONCE: usize = 20;

/// The fields that edits changed, as pointers into the content, by the moments of the edits.
pub fn fields_changed<C: Content>(conn: &mut Conn, id: i64, edits: &[Moment]) -> Result<HashMap<Moment, Vec<String>>> {
    let rows: Vec<(i64, Moment)> = versions::table
        .filter(versions::dossier_id.eq(id))
        .order(versions::version)
        .select((versions::version, versions::at))
        .load(conn)?;
    let wanted: HashSet<&Moment> = edits.iter().collect();
    let pairs = rows.iter().zip(rows.iter().skip(1)).filter(|(_, (_, at))| wanted.contains(at));
    let wanted: Vec<(i64, i64, Moment)> = pairs.map(|((before, _), (after, at))| (*before, *after, *at)).collect();
    let mut changed = HashMap::new();
    // A version may have half a megabyte: those of a few edits are in memory at a time.
    for some in wanted.chunks(EDITS_AT_ONCE) {
        let versions_of: Vec<i64> = some.iter().flat_map(|(before, after, _)| [*before, *after]).collect();
        let bodies: HashMap<i64, String> = versions::table
            .filter(versions::dossier_id.eq(id))
            .filter(versions::version.eq_any(versions_of))
            .select((versions::version, versions::body))
            .load(conn)?
            .into_iter()
            .collect();
        for (before, after, at) in some {
            let (Some(old), Some(new)) = (bodies.get(before), bodies.get(after)) else { continue };
            let (old, new): (Dossier<C>, Dossier<C>) = (from_json(old)?, from_json(new)?);
            changed.insert(*at, old.content.differences(&new.content).iter().flat_map(Difference::fields).collect());
        }
    }
    Ok(changed)
}

/// Deletes the versions of a deleted draft.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(versions::table.filter(versions::dossier_id.eq_any(ids))).execute(conn)?;
    Ok(())
}
