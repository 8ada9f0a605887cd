//! Whom forms on accounts may name.

use serde_json::Value;

use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, items, text};

/// Who names a substitute for somebody else: the office for external affairs.
pub fn acts_for_others(me: &Value) -> bool {
    items(me, "/seats").iter().any(|seat| matches!(text(seat, "/body"), "dofa" | "dofa_director"))
}

/// Whom a form may name: accounts that may stand in for a seat that the caller holds; else whoever holds a seat.
pub async fn candidates(page: &PageRequest, fields: &[FormField]) -> PageResult<Vec<(String, String)>> {
    let mut all: Vec<(String, String)> = Vec::new();
    let is_account = |kind: &InputKind| match kind {
        InputKind::Picks { of, .. } => **of == InputKind::Account,
        kind => *kind == InputKind::Account,
    };
    let Some(field) = fields.iter().find(|f| is_account(&f.kind)) else { return Ok(all) };
    let me = page.me().await?;
    let mut lists = Vec::new();
    let bodies: Vec<String> = if matches!(field.kind, InputKind::Picks { .. }) {
        all.push((text(&me, "/id").to_owned(), text(&me, "/full_name").to_owned()));
        page.contract.list("body").iter().map(|(body, _)| format!("/bodies/{body}/holders")).collect()
    } else {
        items(&me, "/seats").iter().map(|seat| format!("/bodies/{}/candidates", text(seat, "/body"))).collect()
    };
    for path in bodies {
        lists.extend(page.if_seen(&path).await?);
    }
    for one in lists.iter().flat_map(|list| items(list, "/items")) {
        let id = [text(one, "/user_id"), text(one, "/id")].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        let line = show::joined([text(one, "/full_name"), text(one, "/agency/name")], " – ");
        if !id.is_empty() && !all.iter().any(|(known, _)| known == id) {
            all.push((id.to_owned(), line));
        }
    }
    Ok(all)
}
