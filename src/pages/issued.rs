//! The papers that offices issued for a dossier: their numbers, the files, and how one is voided.

use serde_json::Value;

use crate::pages::collections::lookup::collection;
use crate::pages::marks::marked;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, day_at, items, text};

/// A paper with its number.
pub struct IssuedLine {
    pub what: String,
    pub about: String,
    /// It was voided.
    pub void: bool,
    pub href: String,
    /// What may be done with it.
    pub acts: Vec<(String, String)>,
}

/// The papers of a dossier, as the API lists them; none for whoever may not read them.
pub async fn papers_of(page: &PageRequest, dossier: &Value) -> PageResult<Value> {
    let path = format!("/papers?delegation_id={}&limit=50", text(dossier, "/id"));
    Ok(page.if_seen(&path).await?.unwrap_or_default())
}

pub async fn issued(page: &PageRequest, dossier: &Value) -> PageResult<Vec<IssuedLine>> {
    if text(dossier, "/number").is_empty() {
        return Ok(Vec::new());
    }
    let list = papers_of(page, dossier).await?;
    let me = page.me().await?;
    let line = |paper: &Value| {
        let id = text(paper, "/id");
        let kind = page.contract.label("paper_kind", text(paper, "/kind"), page.language);
        let day = day_at(paper, "/date").map(show::day).unwrap_or_default();
        let voided = match text(paper, "/voided") {
            "" => String::new(),
            reason => format!("{}: {}", page.t("đã hủy", "voided"), marked(reason)),
        };
        let acts = collection("papers").into_iter().flat_map(|of| of.acts).filter(|act| act.is_offered(&me, paper));
        IssuedLine {
            what: format!("{kind} {}", text(paper, "/number")),
            about: show::joined([day.as_str(), &marked(text(paper, "/agency/name")), &voided], " · "),
            void: !voided.is_empty(),
            href: format!("/api/v1/papers/{id}/file"),
            acts: acts
                .map(|a| (format!("/papers/{id}/{}", a.path), page.t(a.label.vi, a.label.en).to_owned()))
                .collect(),
        }
    };
    Ok(items(&list, "/items").iter().map(line).collect())
}
