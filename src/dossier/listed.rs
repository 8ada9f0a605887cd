//! Turns rows of old lists into dossiers, closed or still under way, with what they count for.

use crate::access::context::RequestContext;
use crate::approval::store::{HistoryEntry, record_all};
use crate::db::Conn;
use crate::dossier::flow::State;
use crate::dossier::model::Dossier;
use crate::dossier::parts::listed::ListedRow;
use crate::dossier::{Content, store};
use crate::error::{Error, Result};
use crate::statistics::fact::Fact;
use crate::statistics::store as statistics;

/// Stores the rows with their first history entry and their facts, in the caller's transaction.
pub fn keep<C: Content>(conn: &mut Conn, call: &RequestContext, rows: Vec<ListedRow>) -> Result<Vec<i64>> {
    let mut dossiers: Vec<Dossier<C>> = Vec::with_capacity(rows.len());
    let mut notes = Vec::with_capacity(rows.len());
    for row in rows {
        notes.push(row.note.clone());
        let content = C::from_list(row).ok_or_else(|| Error::Internal("this register does not accept lists".into()))?;
        let mut dossier = Dossier::draft(content, call.actor.id(), call.now);
        let ended = dossier.content.listed().days.is_none_or(|days| days.to < call.today);
        dossier.state = if ended { State::Closed } else { C::GOING_ON };
        dossiers.push(dossier);
    }
    store::insert_all(conn, &dossiers)?;
    let entries: Vec<HistoryEntry> = dossiers
        .iter()
        .zip(&notes)
        .map(|(dossier, note)| HistoryEntry {
            delegation_id: dossier.id,
            procedure: dossier.content.procedure(),
            at: call.now,
            action: "import",
            actor_id: call.actor.id(),
            on_behalf_of: None,
            body: None,
            from_state: None,
            to_state: dossier.state.word(),
            note: Some(note),
            document: None,
            changes: &[],
            missing: &[],
        })
        .collect();
    record_all(conn, &entries)?;
    let facts: Vec<Fact> = dossiers.iter().filter_map(C::fact).collect();
    statistics::add(conn, &facts)?;
    Ok(dossiers.iter().map(|dossier| dossier.id).collect())
}
