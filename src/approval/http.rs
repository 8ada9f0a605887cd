//! How a history is shown.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::shorts::{self, PersonShort};
use crate::access::store::names;
use crate::approval::recorded::CorrectedValue;
use crate::approval::store::history;
use crate::db::Conn;
use crate::error::Result;
use kernel::id::Id;
use kernel::time::{Day, Moment, day_of, rfc3339};
use kernel::words::{Document, PaperRef};

/// Every action on a dossier, in order.
#[derive(Serialize, ToSchema)]
pub struct History {
    items: Vec<HistoryItem>,
    next: Option<String>,
}

/// One action.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"at": "2026-11-22T03:00:00Z", "action": "decide", "actor": "chair", "actor_person": {"full_name": "Trịnh Chủ Tịch", "post": "Chủ tịch"}, "actor_name": "Trịnh Chủ Tịch", "actor_post": "Chủ tịch", "on_behalf_of": null, "on_behalf_of_person": null, "body": "ppc_chair",
    "from_state": "awaiting_decision", "to_state": "approved", "note": null, "document": {"number": "2481/QĐ-UBND", "date": "2026-11-22"}, "changes": [], "missing": [], "fields": []}))]
pub struct HistoryItem {
    #[serde(skip)]
    moment: Moment,
    at: String,
    action: String,
    /// User name.
    actor: String,
    actor_person: Option<PersonShort>,
    /// Name and post of the same person.
    actor_name: Option<String>,
    actor_post: Option<String>,
    on_behalf_of: Option<String>,
    on_behalf_of_person: Option<PersonShort>,
    body: Option<String>,
    from_state: Option<String>,
    to_state: String,
    note: Option<String>,
    document: Option<PaperRef>,
    /// What a correction changed of the record.
    changes: Vec<CorrectedValue>,
    /// Papers that a request for a supplement asks for.
    missing: Vec<Document>,
    /// Pointers of the fields that an edit changed.
    fields: Vec<String>,
}

impl History {
    /// Names the fields that edits changed: `changed` knows them by the moment of the edit.
    pub fn name_fields(&mut self, changed: &HashMap<Moment, Vec<String>>) {
        for item in &mut self.items {
            item.fields = changed.get(&item.moment).cloned().unwrap_or_default();
        }
    }

    /// When edits were made.
    pub fn edits(&self) -> Vec<Moment> {
        self.items.iter().filter(|item| item.action.starts_with("edit")).map(|item| item.moment).collect()
    }
}

/// The history of a dossier, or only the actions of one account, or those until the end of a day. The caller has
/// checked who may see it.
pub fn history_of(conn: &mut Conn, delegation_id: i64, only: Option<i64>, until: Option<Day>) -> Result<History> {
    let mut past = history(conn, delegation_id)?;
    past.retain(|p| only.is_none_or(|account| p.actor_id == account));
    past.retain(|p| until.is_none_or(|day| day_of(p.at) <= day));
    let ids: Vec<i64> = past.iter().flat_map(|p| [Some(p.actor_id), p.on_behalf_of]).flatten().collect();
    let (names, people) = (names(conn, &ids)?, shorts::people(conn, ids)?);
    let name = |id: i64| names.get(&id).cloned().unwrap_or_else(|| Id(id).to_string());
    let items = past
        .into_iter()
        .map(|p| HistoryItem {
            moment: p.at,
            at: rfc3339(p.at),
            actor: name(p.actor_id),
            actor_name: people.get(&p.actor_id).map(|person| person.full_name.clone()),
            actor_post: people.get(&p.actor_id).and_then(|person| person.post.clone()),
            actor_person: people.get(&p.actor_id).cloned(),
            on_behalf_of_person: p.on_behalf_of.and_then(|id| people.get(&id)).cloned(),
            on_behalf_of: p.on_behalf_of.map(name),
            action: p.action,
            body: p.body,
            from_state: p.from_state,
            to_state: p.to_state,
            note: p.note,
            document: p.document.and_then(|d| serde_json::from_str(&d).ok()),
            changes: p.changes.and_then(|c| serde_json::from_str(&c).ok()).unwrap_or_default(),
            missing: p.missing.and_then(|m| serde_json::from_str(&m).ok()).unwrap_or_default(),
            fields: Vec::new(),
        })
        .collect();
    Ok(History { items, next: None })
}
