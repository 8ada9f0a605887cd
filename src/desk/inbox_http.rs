//! The inbox: what waits for the caller, and of each dossier only what differs from the rule.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::approval::waiting_store::{InboxPlace, asked_of, count_waiting, waiting_for};
use crate::db::unique;
use crate::dossier::ProvinceLaw;
use crate::dossier::at_hand::{AtHand, Objection};
use crate::dossier::differences::Difference;
use crate::dossier::flow::Action;
use crate::error::Result;
use crate::regulations::view::FindingView;
use crate::web::query::{self, Query};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::{Procedure, RegisterEntries};
use kernel::words::{Body, Outcome, Severity, StepKind};

pub fn routes(config: &mut RoomRoutes) {
    config.service(inbox);
}

/// An open step that waits for the caller.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"procedure": "outbound", "delegation_id": "01ke3m9p000b2", "title": "Đoàn học tập tại Hàn Quốc",
    "number": "DR-2026-0001", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "begins_on": "2026-12-07", "ends_on": "2026-12-11", "countries": ["KR"], "headcount": 5, "head": "Đặng Văn Minh", "step": {"kind": "appraise", "body": "dofa", "due_on": "2026-11-26"}, "overdue": false, "version": 4,
    "actions": ["appraise"], "findings": {"block": 0, "special_approval": 0, "warn": 1}, "outcome": "ready", "differs": [], "explanation": null, "objections": [], "changes": []}))]
struct InboxItem {
    procedure: Procedure,
    #[schema(value_type = String)]
    delegation_id: Id,
    number: Option<String>,
    title: String,
    /// The agency that asks.
    agency: Option<AgencyShort>,
    /// First and last day of the delegation; null for dossiers without days.
    begins_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    /// ISO 3166-1 alpha-2.
    countries: Vec<String>,
    headcount: i64,
    /// Who leads the delegation; null for whoever sees only what they are asked about.
    head: Option<String>,
    step: InboxStep,
    overdue: bool,
    version: i64,
    /// What the caller can do now.
    actions: Vec<Action>,
    /// How many findings of each weight the dossier has; null for whoever sees only what they are asked about.
    findings: Option<FindingCounts>,
    /// What the regulation says of the whole.
    outcome: Option<Outcome>,
    /// The findings themselves, the heaviest first.
    differs: Vec<FindingView>,
    /// Why it was submitted late.
    explanation: Option<String>,
    /// Bodies that were not in favour.
    objections: Vec<Objection>,
    /// What the pending amendment changes; else what changed since the caller's body last acted.
    changes: Vec<Difference>,
}

/// Findings by weight.
#[derive(Default, Serialize, ToSchema)]
struct FindingCounts {
    block: usize,
    special_approval: usize,
    warn: usize,
}

impl FindingCounts {
    fn of(findings: &[FindingView]) -> Self {
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        FindingCounts {
            block: count(Severity::Block),
            special_approval: count(Severity::SpecialApproval),
            warn: count(Severity::Warn),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct InboxStep {
    kind: StepKind,
    body: Body,
    /// True, and there only then: nobody is named yet who decides, and `body` names one (`assign-authority`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unnamed: bool,
    due_on: Option<NaiveDate>,
}

#[derive(Serialize, ToSchema)]
struct InboxPage {
    items: Vec<InboxItem>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    count: Option<bool>,
}

/// Lists what waits for the caller, most urgent first.
#[utoipa::path(tag = "approval", params(InboxQuery), responses((status = 200, description = "the inbox", body = InboxPage)))]
#[get("/inbox")]
async fn inbox(
    call: Call,
    registers: web::Data<RegisterEntries>,
    law: web::Data<ProvinceLaw>,
    asked: Query<InboxQuery>,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadInbox)?;
    let limit = query::limit(asked.0.limit)?;
    let after = query::place("inbox", asked.0.cursor.as_deref(), InboxPlace::from_parts)?;
    let counted = asked.0.count.unwrap_or(false);
    let language = call.language;
    let today = call.today;
    let items = call
        .read(move |conn, call| {
            let procedures = || registers.procedures();
            let waiting = waiting_for(conn, &call.actor, procedures(), after, limit + 1)?;
            let page = Page::cut(waiting, limit, "inbox", |w| w.place.parts());
            let total = match counted {
                true => Some(count_waiting(conn, &call.actor, procedures(), today)?.values().map(|w| w.steps).sum()),
                false => None,
            };
            let ids: Vec<i64> = page.items.iter().map(|w| w.delegation_id).collect();
            let asked = asked_of(conn, &ids)?;
            let named = shorts::agencies(conn, asked.values().map(|a| a.agency_id))?;
            let mut at_hand = HashMap::new();
            for register in law.registers.all() {
                let own = page.items.iter().filter(|w| register.entry().procedures.contains(&w.procedure));
                let ids = unique(own.map(|w| w.delegation_id));
                if !ids.is_empty() {
                    at_hand.extend(register.at_hand(conn, call, &law, &ids)?);
                }
            }
            let mut items = Vec::new();
            for w in &page.items {
                let of = asked.get(&w.delegation_id).cloned().unwrap_or_default();
                // A dossier may wait for the caller by two of its steps.
                let Some(lies) = at_hand.get(&w.delegation_id).cloned() else { continue };
                let AtHand { version, actions, head, findings, outcome, explanation, objections, changes } = lies;
                let findings = findings.map(|all| FindingView::all(all, language));
                items.push(InboxItem {
                    procedure: w.procedure,
                    delegation_id: Id(w.delegation_id),
                    number: of.number,
                    title: w.title.clone(),
                    agency: named.get(&of.agency_id).cloned(),
                    begins_on: of.begins_on,
                    ends_on: of.ends_on,
                    countries: of.countries.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
                    headcount: of.headcount,
                    head,
                    overdue: w.due_on.is_some_and(|due| due < today),
                    step: InboxStep { kind: w.kind, body: w.body, unnamed: w.unnamed, due_on: w.due_on },
                    version,
                    actions,
                    findings: findings.as_deref().map(FindingCounts::of),
                    outcome,
                    differs: findings.unwrap_or_default(),
                    explanation,
                    objections,
                    changes,
                });
            }
            Ok(InboxPage { items, next: page.next, total })
        })
        .await?;
    Ok(call.page(items.next.as_deref()).json(items))
}
