//! Routes of changes of the tree of agencies.

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::db::counters::raise_accounts_version;
use crate::error::{Result, not_found};
use crate::registry::agencies::Agency;
use crate::registry::agencies_http::{self, AgencyView};
use crate::registry::changes::{self, AgencyChange, ChangeRequest, Successor};
use crate::web::answers::ResponseCache;
use crate::web::etag::etag;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::words::{AgencyChangeKind, PaperRef};

pub fn routes(config: &mut RoomRoutes) {
    config.service(create).service(list).service(show);
}

/// Rename, merge, split or transfer: which agencies end, and which replace them from that day on.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "merge", "on": "2025-03-01", "from": ["01ke3m9p0005s", "01ke3m9p0005t"],
    "to": [{"code": "STC", "name": "Sở Tài chính"}], "document": {"number": "05/NQ-HĐND", "date": "2025-02-20"}}))]
struct NewAgencyChange {
    kind: AgencyChangeKind,
    /// First day of the new structure; not in the future.
    on: NaiveDate,
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100)]
    from: Vec<Id>,
    #[schema(min_items = 1, max_items = 100)]
    to: Vec<NewUnit>,
    document: PaperRef,
}

/// A successor agency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUnit {
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    #[schema(min_length = 1, max_length = 300)]
    name: String,
    /// If omitted: the same parent as the first agency that it replaces.
    #[schema(value_type = Option<String>)]
    parent_id: Option<Id>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgencyChange)]
struct ChangeView {
    #[schema(value_type = String)]
    id: Id,
    kind: AgencyChangeKind,
    on: NaiveDate,
    document: PaperRef,
    from: Vec<AgencyView>,
    to: Vec<AgencyView>,
    /// Accounts that were moved to the only successor; after a split, people are assigned by hand.
    accounts_moved: i64,
    officials_moved: i64,
}

/// The changes with their units, and with the units above those.
fn views(conn: &mut Conn, all: &[AgencyChange]) -> Result<Vec<ChangeView>> {
    let units: Vec<Agency> = all.iter().flat_map(|c| c.from.iter().chain(&c.to)).cloned().collect();
    let mut shown = agencies_http::views(conn, &units)?.into_iter();
    let view = |c: &AgencyChange| ChangeView {
        id: Id(c.id),
        kind: c.kind,
        on: c.on,
        document: c.document.clone(),
        from: shown.by_ref().take(c.from.len()).collect(),
        to: shown.by_ref().take(c.to.len()).collect(),
        accounts_moved: c.accounts_moved,
        officials_moved: c.officials_moved,
    };
    Ok(all.iter().map(view).collect())
}

fn one(conn: &mut Conn, change: AgencyChange) -> Result<ChangeView> {
    views(conn, &[change])?.pop().ok_or_else(not_found)
}

/// Changes the tree from a given day on. Existing dossiers keep their agency; the successor's staff handle them.
#[utoipa::path(tag = "registry", operation_id = "create_agency_change", request_body = NewAgencyChange, responses((status = 201, description = "changed", body = ChangeView)))]
#[post("/agency-changes")]
async fn create(
    call: Call,
    answers: web::Data<ResponseCache>,
    body: Incoming<NewAgencyChange>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (answers, accounts_changed) = (answers.get_ref().clone(), call.accounts_changed());
    call.change_and(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerAgencies)?;
            let body = body.check()?;
            let to = |unit: NewUnit| Successor {
                code: unit.code,
                name: unit.name,
                parent_id: unit.parent_id.map(|id| id.0),
            };
            let wanted = ChangeRequest {
                kind: body.kind,
                on: body.on,
                from: body.from.iter().map(|id| id.0).collect(),
                to: body.to.into_iter().map(to).collect(),
                document: body.document,
            };
            let change = changes::make(conn, call, wanted)?;
            raise_accounts_version(conn)?;
            let location = format!("/api/v1/agency-changes/{}", Id(change.id));
            reply(201, Some(1), Some(location), &one(conn, change)?)
        },
        move || {
            accounts_changed();
            answers.touch();
        },
    )
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgencyChangeListQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct AgencyChangePage {
    items: Vec<ChangeView>,
    next: Option<String>,
}

/// Lists changes of the tree, latest entry first.
#[utoipa::path(tag = "registry", operation_id = "list_agency_changes", params(AgencyChangeListQuery), responses((status = 200, description = "changes", body = AgencyChangePage)))]
#[get("/agency-changes")]
async fn list(call: Call, asked: Query<AgencyChangeListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadAgencies)?;
    let limit = query::limit(asked.0.limit)?;
    let before = query::place("agency-changes", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?;
    let (items, next) = call
        .read(move |conn, _| {
            let rows = changes::page(conn, before, limit + 1)?;
            let page = Page::cut(rows, limit, "agency-changes", |c| vec![c.id.to_string()]);
            Ok((views(conn, &page.items)?, page.next))
        })
        .await?;
    Ok(call.page(next.as_deref()).json(AgencyChangePage { items, next }))
}

/// Shows a change of the tree.
#[utoipa::path(tag = "registry", operation_id = "show_agency_change", params(("id" = String, Path)), responses((status = 200, description = "the change", body = ChangeView)))]
#[get("/agency-changes/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadAgencies)?;
    let id = path_id(&id)?;
    let change = call
        .read(move |conn, _| {
            let change = changes::find(conn, id)?.ok_or_else(not_found)?;
            one(conn, change)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(1))).json(change))
}
