//! Routes of partners.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Code, Problem, Result, not_found};
use crate::registry::partners::{LastVisits, Partner, Relation};
use crate::registry::partners_store::{self as store, PartnerFilter};
use crate::web::columns::{self, FieldColumn, day, label, nation, plain, word};
use crate::web::etag::{IfMatch, etag};
use crate::web::file::{self, ListFormat};
use crate::web::idempotency::Reply;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::checks;
use kernel::id::Id;
use kernel::page::Page;
use kernel::patch::given;
use kernel::text::fold;
use kernel::violation::Violations;
use kernel::words::{FieldError, PartnerKind, RelationState};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(change).service(merge);
}

/// A partner.
#[derive(Serialize, ToSchema)]
#[schema(as = Partner, example = json!({"id": "01ke3m9p000e1", "version": 1, "kind": "locality", "name": "Tỉnh Chungbuk", "country": "KR",
    "locality": "Chungbuk", "other_names": ["Chungcheongbuk-do"], "relation": {"since": "2012-10-10", "state": "active", "agreement": null},
    "note": null, "last_visit_in": "2026-03-10", "last_visit_out": null, "merged_into": null}))]
struct PartnerView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    kind: PartnerKind,
    name: String,
    country: String,
    locality: Option<String>,
    other_names: Vec<String>,
    relation: Option<Relation>,
    note: Option<String>,
    /// Arrival date of their latest approved delegation.
    last_visit_in: Option<NaiveDate>,
    /// Departure date of our latest approved delegation to them.
    last_visit_out: Option<NaiveDate>,
    /// The partner into which this duplicate was merged.
    #[schema(value_type = Option<String>)]
    merged_into: Option<Id>,
}

fn view(p: &Partner, last: LastVisits) -> PartnerView {
    PartnerView {
        id: Id(p.id),
        version: p.version,
        kind: p.kind,
        name: p.name.clone(),
        country: p.country.clone(),
        locality: p.locality.clone(),
        other_names: p.other_names.clone(),
        relation: p.relation.clone(),
        note: p.note.clone(),
        last_visit_in: last.inbound,
        last_visit_out: last.outbound,
        merged_into: p.merged_into.map(Id),
    }
}

fn shown(conn: &mut Conn, partner: &Partner) -> Result<PartnerView> {
    let last = store::last_visits(conn, std::slice::from_ref(partner))?.remove(&partner.id).unwrap_or_default();
    Ok(view(partner, last))
}

fn reply_with(conn: &mut Conn, partner: &Partner, status: u16) -> Result<Reply> {
    let location = (status == 201).then(|| format!("/api/v1/partners/{}", Id(partner.id)));
    reply(status, Some(partner.version), location, &shown(conn, partner)?)
}

/// A new partner.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "locality", "name": "Tỉnh Chungbuk", "country": "KR", "locality": "Chungbuk",
    "other_names": ["Chungcheongbuk-do"], "relation": {"since": "2012-10-10", "state": "active"}}))]
struct NewPartner {
    kind: PartnerKind,
    #[schema(min_length = 1, max_length = 500)]
    name: String,
    #[schema(min_length = 2, max_length = 2)]
    country: String,
    /// Province or city abroad; rules may depend on it.
    #[schema(min_length = 1, max_length = 200)]
    locality: Option<String>,
    #[schema(max_items = 50)]
    other_names: Option<Vec<String>>,
    relation: Option<Relation>,
    note: Option<String>,
}

/// Changes of a partner; omitted fields stay unchanged, `null` takes a value away.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"relation": {"since": "2012-10-10", "state": "dormant"}}))]
struct PartnerChanges {
    kind: Option<PartnerKind>,
    #[schema(min_length = 1, max_length = 500)]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    locality: Option<Option<String>>,
    #[schema(max_items = 50)]
    other_names: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Relation>)]
    relation: Option<Option<Relation>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PartnerListQuery {
    /// Part of any of its names, with or without diacritics.
    q: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    #[param(inline)]
    kind: Option<PartnerKind>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The list of partners as an office keeps it.
const COLUMNS: [FieldColumn; 10] = [
    plain("/name", "Tên đối tác"),
    plain("/other_names", "Tên khác"),
    word("/kind", "Loại", label::<PartnerKind>),
    nation("/country", "Nước"),
    plain("/locality", "Địa phương"),
    word("/relation/state", "Quan hệ", label::<RelationState>),
    day("/relation/since", "Từ ngày"),
    plain("/relation/agreement/title", "Thỏa thuận"),
    day("/last_visit_in", "Đoàn vào gần nhất"),
    day("/last_visit_out", "Đoàn ra gần nhất"),
];

#[derive(Serialize, ToSchema)]
struct PartnerPage {
    items: Vec<PartnerView>,
    next: Option<String>,
}

/// Lists partners by name.
#[utoipa::path(tag = "registry", operation_id = "list_partners", params(PartnerListQuery), responses((status = 200, description = "partners; as CSV or XLSX with `format`", content(
        (PartnerPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/partners")]
async fn list(call: Call, asked: Query<PartnerListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadPartners)?;
    let asked = asked.0;
    query::country(asked.country.as_deref())?;
    let whole = file::whole(asked.format);
    let limit = file::rows_of(whole, asked.limit)?;
    asked.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
    let filter = PartnerFilter { q: asked.q, country: asked.country, kind: asked.kind };
    let scope = format!("partners {filter:?}");
    let after = query::place(&scope, asked.cursor.as_deref(), query::name_and_id)?;
    let (rows, last) = call
        .read(move |conn, _| {
            let rows = store::page(conn, &filter, after, limit + 1)?;
            let last = store::last_visits(conn, &rows)?;
            Ok((rows, last))
        })
        .await?;
    if let Some(format) = whole {
        file::all_rows(rows.len())?;
        let items: Vec<PartnerView> =
            rows.iter().map(|p| view(p, last.get(&p.id).copied().unwrap_or_default())).collect();
        return file::table("doi-tac", &columns::table("Đối tác", &COLUMNS, &items, &HashMap::new())?, format);
    }
    let page = Page::cut(rows, limit, &scope, |p| vec![fold(&p.name), p.id.to_string()]);
    let items = page.items.iter().map(|p| view(p, last.get(&p.id).copied().unwrap_or_default())).collect();
    Ok(call.page(page.next.as_deref()).json(PartnerPage { items, next: page.next }))
}

/// Checks a partner; 409 with the id of the other partner if a name is already used in its country.
fn check(conn: &mut Conn, call: &RequestContext, partner: &Partner) -> Result<()> {
    let mut faults = Violations::default();
    faults.accept("/country", checks::known_country(&partner.country));
    for (index, name) in partner.other_names.iter().enumerate() {
        let plain = !name.trim().is_empty() && name.chars().count() <= 500;
        faults.require(
            plain,
            &format!("/other_names/{index}"),
            FieldError::TooShort,
            "Tên không được để trống.",
            "The name must not be empty.",
        );
    }
    let relation = partner.relation.as_ref();
    let signed = relation.and_then(|r| r.agreement.as_ref()).and_then(|a| a.signed_on);
    for (pointer, day) in
        [("/relation/since", relation.and_then(|r| r.since)), ("/relation/agreement/signed_on", signed)]
    {
        let past = day.is_none_or(|day| day <= call.today);
        faults.require(
            past,
            pointer,
            FieldError::InTheFuture,
            "Ngày không được sau hôm nay.",
            "The date is in the future.",
        );
    }
    faults.finish()?;
    for name in std::iter::once(&partner.name).chain(&partner.other_names) {
        if let Some(other) = store::by_name(conn, name, &partner.country)?.filter(|o| o.id != partner.id) {
            return Err(Problem::new(
                Code::AlreadyExists,
                format!("Đối tác «{}» của nước này đã có trong danh bạ.", other.name),
                format!("The partner \"{}\" of this country is already in the register.", other.name),
            )
            .with("partner_id", json!(Id(other.id)))
            .into());
        }
    }
    Ok(())
}

/// Adds a partner. 409 if one in the same country has the same name, diacritics ignored.
#[utoipa::path(tag = "registry", operation_id = "create_partner", request_body = NewPartner, responses((status = 201, description = "created", body = PartnerView)))]
#[post("/partners")]
async fn create(call: Call, body: Incoming<NewPartner>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerPartners)?;
            let body = body.check()?;
            let partner = Partner {
                id: Id::new(call.now).0,
                version: 1,
                kind: body.kind,
                name: body.name,
                country: body.country,
                locality: body.locality,
                other_names: body.other_names.unwrap_or_default(),
                relation: body.relation,
                note: body.note,
                merged_into: None,
            };
            check(conn, call, &partner)?;
            store::insert(conn, &partner)?;
            let detail = json!({"name": partner.name, "country": partner.country});
            call.remember(conn, "create_partner", &format!("partners/{}", Id(partner.id)), detail)?;
            reply_with(conn, &partner, 201)
        },
    )
    .await
}

fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Partner> {
    call.actor.require(Permission::ReadPartners)?;
    store::find(conn, id)?.ok_or_else(not_found)
}

/// Shows a partner.
#[utoipa::path(tag = "registry", operation_id = "show_partner", params(("id" = String, Path)), responses((status = 200, description = "the partner", body = PartnerView)))]
#[get("/partners/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let view = call
        .read(move |conn, call| {
            let partner = find(conn, call, id)?;
            shown(conn, &partner)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(view.version))).json(view))
}

/// Changes a partner.
#[utoipa::path(tag = "registry", operation_id = "change_partner", params(("id" = String, Path), IfMatch), request_body = PartnerChanges,
    responses((status = 200, description = "changed", body = PartnerView)))]
#[patch("/partners/{id}")]
async fn change(call: Call, id: web::Path<String>, body: Incoming<PartnerChanges>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, mut p| {
            call.guard(p.version, || call.actor.require(Permission::AdministerPartners))?;
            let body = body.check()?;
            p.version += 1;
            p.kind = body.kind.unwrap_or(p.kind);
            p.locality = body.locality.unwrap_or(p.locality);
            p.other_names = body.other_names.unwrap_or(p.other_names);
            // Keep the old name, because delegations are found by the names of their partner.
            if let Some(name) = body.name.filter(|name| *name != p.name) {
                p.other_names.push(std::mem::replace(&mut p.name, name));
            }
            p.relation = body.relation.unwrap_or(p.relation);
            p.note = body.note.unwrap_or(p.note);
            check(conn, call, &p)?;
            store::update(conn, &p)?;
            let detail = json!({"version": p.version});
            call.remember(conn, "change_partner", &format!("partners/{}", Id(id)), detail)?;
            reply_with(conn, &p, 200)
        },
    )
    .await
}

/// The duplicate to merge.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"partner_id": "01ke3m9p000e2"}))]
struct MergePartner {
    /// The partner that disappears; its names, and thereby its delegations, move to the other one.
    #[schema(value_type = String)]
    partner_id: Id,
}

/// Merges another partner of the same country into this one; the audit trail names both.
#[utoipa::path(tag = "registry", operation_id = "merge_partners", params(("id" = String, Path)), request_body = MergePartner,
    responses((status = 200, description = "merged", body = PartnerView)))]
#[post("/partners/{id}/merge")]
async fn merge(call: Call, id: web::Path<String>, body: Incoming<MergePartner>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, mut into| {
            call.actor.require(Permission::AdministerPartners)?;
            let from = body.check()?.partner_id;
            let gone = store::find(conn, from.0)?.filter(|p| p.merged_into.is_none());
            let mut faults = Violations::default();
            let fits = gone.as_ref().is_some_and(|p| p.id != into.id && p.country == into.country);
            faults.require(
                fits && into.merged_into.is_none(),
                "/partner_id",
                FieldError::CannotMerge,
                "Phải là hai đối tác khác nhau, cùng một nước và chưa bị gộp.",
                "The partners must be different, of the same country, and not merged yet.",
            );
            faults.finish()?;
            let mut gone = gone.ok_or_else(not_found)?;
            into.other_names.push(gone.name.clone());
            into.other_names.append(&mut gone.other_names);
            into.other_names.sort_by_key(|name| fold(name));
            into.version += 1;
            gone.version += 1;
            gone.merged_into = Some(into.id);
            // Names are unique: the first update frees them, the second assigns them.
            store::update(conn, &gone)?;
            store::update(conn, &into)?;
            let detail = json!({"merged": Id(gone.id), "name": gone.name, "country": gone.country});
            call.remember(conn, "merge_partners", &format!("partners/{}", Id(into.id)), detail)?;
            reply_with(conn, &into, 200)
        },
    )
    .await
}
