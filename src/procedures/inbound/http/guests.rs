//! Routes of the register of guests.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::{Result, not_found};
use crate::procedures::inbound::actions::guests as actions;
use crate::procedures::inbound::people::{self, GuestFilter, GuestPerson};
use crate::registry::officials::shown;
use crate::web::answers::ResponseCache;
use crate::web::columns::{self, FieldColumn, nation, plain};
use crate::web::file::{self, ListFormat};
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(merge);
}

/// A person who was a guest.
#[derive(Serialize, ToSchema)]
#[schema(as = Guest, example = json!({"id": "01ke3m9p000d5", "full_name": "KIM Young-hwan", "nationality": "KR",
    "passport_number": "••••5678", "visits": 2}))]
struct PersonView {
    #[schema(value_type = String)]
    id: Id,
    full_name: String,
    nationality: String,
    /// Masked unless the caller may see passport numbers in full, and for every browser.
    passport_number: Option<String>,
    /// Number of delegations the person was listed in, whatever became of them.
    visits: i64,
}

impl PersonView {
    fn of(person: &GuestPerson, visits: i64, reveals: bool) -> Self {
        PersonView {
            id: Id(person.id),
            full_name: person.full_name.clone(),
            nationality: person.nationality.clone(),
            passport_number: person.passport_number.as_deref().map(|n| shown(n, reveals)),
            visits,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct GuestPage {
    items: Vec<PersonView>,
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GuestListQuery {
    /// Part of the name, with or without diacritics.
    q: Option<String>,
    /// Nationality.
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    /// Only people who share their folded name and nationality with somebody else.
    duplicates: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The register of guests as a list.
const COLUMNS: [FieldColumn; 4] = [
    plain("/full_name", "Họ và tên"),
    nation("/nationality", "Quốc tịch"),
    plain("/passport_number", "Số hộ chiếu"),
    plain("/visits", "Số lần đến"),
];

/// Lists guests by name; with `duplicates`, those who may be the same person.
#[utoipa::path(tag = "inbound", operation_id = "list_guests", params(GuestListQuery), responses((status = 200, description = "guests; as CSV or XLSX with `format`", content(
        (GuestPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/guests")]
async fn list(call: Call, asked: Query<GuestListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadGuests)?;
    let asked = asked.0;
    query::country(asked.country.as_deref())?;
    let whole = file::whole(asked.format);
    let limit = file::rows_of(whole, asked.limit)?;
    asked.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
    let filter = GuestFilter { q: asked.q, country: asked.country, duplicates: asked.duplicates.unwrap_or(false) };
    let scope = format!("guests {filter:?}");
    let after = query::place(&scope, asked.cursor.as_deref(), query::name_and_id)?;
    let (rows, visits, reveal) = call
        .read(move |conn, call| {
            let rows = people::page(conn, &filter, after, limit + 1)?;
            let ids: Vec<i64> = rows.iter().map(|p| p.id).collect();
            let visits = people::visits(conn, &ids)?;
            Ok((rows, visits, call.reveals_passports(conn)))
        })
        .await?;
    if whole.is_some() {
        file::all_rows(rows.len())?;
    }
    if reveal {
        let shown = rows.iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
        let shown = shown.filter(|p| p.passport_number.is_some()).map(|p| Id(p.id));
        call.remember_reveal("guests", shown.collect()).await?;
    }
    let view = |p: &GuestPerson| PersonView::of(p, visits.get(&p.id).copied().unwrap_or(0), reveal);
    if let Some(format) = whole {
        let items: Vec<PersonView> = rows.iter().map(view).collect();
        return file::table("khach", &columns::table("Khách nước ngoài", &COLUMNS, &items, &HashMap::new())?, format);
    }
    let page = Page::cut(rows, limit, &scope, |p| vec![p.name_norm.clone(), p.id.to_string()]);
    let items = page.items.iter().map(view).collect();
    Ok(call.page(page.next.as_deref()).json(GuestPage { items, next: page.next }))
}

/// The row that is the same person.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"guest_id": "01ke3m9p000d6"}))]
struct MergeGuest {
    /// The row to remove; its visits go to the other one.
    #[schema(value_type = String)]
    guest_id: Id,
}

/// Merges another row of the register into this one; the statistics follow, and the audit trail names both.
#[utoipa::path(tag = "inbound", operation_id = "merge_guests", params(("id" = String, Path)), request_body = MergeGuest,
    responses((status = 200, description = "merged", body = PersonView)))]
#[post("/guests/{id}/merge")]
async fn merge(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<MergeGuest>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let answers = answers.get_ref().clone();
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| {
            call.actor.require(Permission::ReadGuests)?;
            people::find(conn, id)?.ok_or_else(not_found)
        },
        move |conn, call, into| {
            call.actor.require(Permission::AdministerGuests)?;
            let person = actions::merge(conn, call, into, body.check()?.guest_id)?;
            let visits = people::visits(conn, &[person.id])?.get(&person.id).copied().unwrap_or(0);
            // To merge two rows nobody needs the whole number.
            reply(200, None, None, &PersonView::of(&person, visits, false))
        },
        move || answers.touch(),
    )
    .await
}
