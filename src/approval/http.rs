//! The inbox, and how a history is shown.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort, PersonShort};
use crate::access::store::names;
use crate::approval::recorded::CorrectedValue;
use crate::approval::store::{WaitingStep, asked_of, history, waiting_for};
use crate::db::Conn;
use crate::error::Result;
use crate::web::paging::page_response;
use crate::web::query::{self, Query};
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::Procedure;
use kernel::procedure::RegisterEntries;
use kernel::time::{Day, day_of, rfc3339};
use kernel::words::{Body, PaperRef, StepKind};

pub fn routes(config: &mut ServiceConfig) {
    config.service(inbox);
}

/// An open step that waits for the caller.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"procedure": "outbound", "delegation_id": "01ke3m9p000b2", "title": "Đoàn học tập tại Hàn Quốc",
    "number": "DR-2026-0001", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "begins_on": "2026-12-07", "ends_on": "2026-12-11", "countries": ["KR"], "headcount": 5, "step": {"kind": "appraise", "body": "dofa", "due_on": "2026-11-26"}, "overdue": false}))]
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
    step: InboxStep,
    overdue: bool,
}

#[derive(Serialize, ToSchema)]
struct InboxStep {
    kind: StepKind,
    body: Body,
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
async fn inbox(call: Call, registers: web::Data<RegisterEntries>, asked: Query<InboxQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadInbox)?;
    let limit = query::limit(asked.0.limit)?;
    let skip = query::place("inbox", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let waiting = call.read(move |conn, call| waiting_for(conn, &call.actor, registers.procedures())).await?;
    let total = asked.0.count.unwrap_or(false).then(|| i64::try_from(waiting.len()).unwrap_or(0));
    let rows: Vec<(usize, WaitingStep)> = waiting.into_iter().enumerate().skip(skip).collect();
    let page = Page::cut(rows, limit, "inbox", |(at, _)| vec![(at + 1).to_string()]);
    let ids: Vec<i64> = page.items.iter().map(|(_, w)| w.delegation_id).collect();
    let (asked, named) = call
        .read(move |conn, _| {
            let asked = asked_of(conn, &ids)?;
            let named = shorts::agencies(conn, asked.values().map(|a| a.agency_id))?;
            Ok((asked, named))
        })
        .await?;
    let item = |(_, w): (usize, WaitingStep)| {
        let of = asked.get(&w.delegation_id).cloned().unwrap_or_default();
        InboxItem {
            procedure: w.procedure,
            delegation_id: Id(w.delegation_id),
            number: of.number,
            title: w.title,
            agency: named.get(&of.agency_id).cloned(),
            begins_on: of.begins_on,
            ends_on: of.ends_on,
            countries: of.countries.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            headcount: of.headcount,
            overdue: w.due_on.is_some_and(|due| due < call.today),
            step: InboxStep { kind: w.kind, body: w.body, due_on: w.due_on },
        }
    };
    let items = page.items.into_iter().map(item).collect();
    Ok(page_response("/api/v1/inbox", page.next.as_deref()).json(InboxPage { items, next: page.next, total }))
}

/// Every action on a dossier, in order.
#[derive(Serialize, ToSchema)]
pub struct History {
    items: Vec<HistoryItem>,
    next: Option<String>,
}

/// One action.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"at": "2026-11-22T03:00:00Z", "action": "decide", "actor": "chair", "actor_person": {"full_name": "Trịnh Chủ Tịch", "post": "Chủ tịch"}, "on_behalf_of": null, "on_behalf_of_person": null, "body": "ppc_chair",
    "from_state": "awaiting_decision", "to_state": "approved", "note": null, "document": {"number": "2481/QĐ-UBND", "date": "2026-11-22"}, "changes": []}))]
pub struct HistoryItem {
    at: String,
    action: String,
    /// User name.
    actor: String,
    actor_person: Option<PersonShort>,
    on_behalf_of: Option<String>,
    on_behalf_of_person: Option<PersonShort>,
    body: Option<String>,
    from_state: Option<String>,
    to_state: String,
    note: Option<String>,
    document: Option<PaperRef>,
    /// What a correction changed of the record.
    changes: Vec<CorrectedValue>,
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
            at: rfc3339(p.at),
            actor: name(p.actor_id),
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
        })
        .collect();
    Ok(History { items, next: None })
}
