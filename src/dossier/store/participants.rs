//! Which agencies beside the requesting one take part in a dossier, for lists of what they may see.

use diesel::prelude::*;

use crate::db::schema::dossier_agencies as rows;
use crate::db::{Conn, insert_rows};
use crate::dossier::Content;
use crate::dossier::model::Dossier;
use crate::error::Result;

/// Writes those of a dossier, if they are others than before.
pub fn keep<C: Content>(conn: &mut Conn, dossier: &Dossier<C>, before: Option<&Dossier<C>>) -> Result<()> {
    let now = dossier.content.taking_part();
    let was = before.map(|b| b.content.taking_part()).unwrap_or_default();
    if now == was {
        return Ok(());
    }
    if !was.is_empty() {
        delete(conn, &[dossier.id])?;
    }
    let new: Vec<_> =
        now.iter().map(|agency| (rows::delegation_id.eq(dossier.id), rows::agency_id.eq(*agency))).collect();
    insert_rows!(conn, rows::table, &new);
    Ok(())
}

/// The agencies that take part in a dossier.
pub fn of(conn: &mut Conn, delegation_id: i64) -> Result<Vec<i64>> {
    Ok(rows::table.filter(rows::delegation_id.eq(delegation_id)).select(rows::agency_id).load(conn)?)
}

pub fn delete(conn: &mut Conn, dossiers: &[i64]) -> Result<()> {
    diesel::delete(rows::table.filter(rows::delegation_id.eq_any(dossiers))).execute(conn)?;
    Ok(())
}
