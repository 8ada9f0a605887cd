//! Routes of substitutions, and who could sign for a body on a day.
#![expect(clippy::duplicated_attributes, reason = "each rule of a body says that it looks beside faults of fields")]

use std::collections::HashMap;

use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::account::Mandate;
use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::seats::{self, SeatHolder};
use crate::access::shorts::{self, AgencyShort, PersonShort};
use crate::access::store::{self, AccountName};
use crate::access::substitutions::{self as book, SubstitutionRequest};
use crate::access::substitutions_store::page;
use crate::access::substitutions_store::{Substitution, SubstitutionFilter};
use crate::db::Conn;
use crate::error::{Result, not_found};
use crate::web::etag::{IfMatch, etag};
use crate::web::idempotency::Reply;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::rfc3339;
use kernel::validity::{Validity, require};
use kernel::words::{Body, FieldError, SignedAs};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(change).service(holders);
}

/// By which document a person acts in place of another, for what, and when.
#[derive(Serialize, ToSchema)]
#[schema(as = Substitution, example = json!({"id": "01ke3m9p000h1", "version": 1, "from_user_id": "01ke3m9p00062", "from": "director.snv",
    "from_person": {"full_name": "Hoàng Giám Đốc", "post": "Giám đốc"}, "to_user_id": "01ke3m9p00061", "to": "officer.snv",
    "to_person": {"full_name": "Đỗ Thị Thẩm", "post": "Chuyên viên"}, "body": "dofa_director", "signed_as": "tuq",
    "scope": {"procedures": ["outbound"], "steps": ["decide"]}, "valid_from": "2026-12-01", "valid_to": "2026-12-15",
    "document_number": "15/UQ-SNV", "document_date": "2026-11-28", "created_at": "2026-11-28T02:00:00Z"}))]
struct SubstitutionView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    #[schema(value_type = String)]
    from_user_id: Id,
    /// User name of the person whose seat it is.
    from: String,
    from_person: Option<PersonShort>,
    #[schema(value_type = String)]
    to_user_id: Id,
    to: String,
    to_person: Option<PersonShort>,
    body: Body,
    signed_as: SignedAs,
    scope: Mandate,
    valid_from: NaiveDate,
    /// First day on which it is no longer valid.
    valid_to: Option<NaiveDate>,
    document_number: String,
    document_date: NaiveDate,
    created_at: String,
}

/// What both people of a substitution are called: their user names, and who they are.
struct BothPeople {
    users: HashMap<i64, String>,
    people: HashMap<i64, PersonShort>,
}

impl BothPeople {
    fn of(conn: &mut Conn, all: &[Substitution]) -> Result<Self> {
        let ids: Vec<i64> = all.iter().flat_map(|s| [s.from_user, s.to_user]).collect();
        Ok(BothPeople { users: store::names(conn, &ids)?, people: shorts::people(conn, ids)? })
    }
}

fn view(s: &Substitution, named: &BothPeople) -> SubstitutionView {
    let name = |id: i64| named.users.get(&id).cloned().unwrap_or_default();
    SubstitutionView {
        id: Id(s.id),
        version: s.version,
        from_user_id: Id(s.from_user),
        from: name(s.from_user),
        from_person: named.people.get(&s.from_user).cloned(),
        to_user_id: Id(s.to_user),
        to: name(s.to_user),
        to_person: named.people.get(&s.to_user).cloned(),
        body: s.body,
        signed_as: s.signed_as,
        scope: s.mandate.clone(),
        valid_from: s.valid_from,
        valid_to: s.valid_to,
        document_number: s.document_number.clone(),
        document_date: s.document_date,
        created_at: rfc3339(s.created_at),
    }
}

fn shown(conn: &mut Conn, s: &Substitution) -> Result<SubstitutionView> {
    Ok(view(s, &BothPeople::of(conn, std::slice::from_ref(s))?))
}

fn reply_with(conn: &mut Conn, s: &Substitution, status: u16) -> Result<Reply> {
    let location = (status == 201).then(|| format!("/api/v1/substitutions/{}", Id(s.id)));
    reply(status, Some(s.version), location, &shown(conn, s)?)
}

/// A substitution as its document states it.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to_user_id": "01ke3m9p00061", "body": "dofa_director", "signed_as": "tuq",
    "scope": {"procedures": ["outbound"], "steps": ["decide"]}, "valid_from": "2026-12-01", "valid_to": "2026-12-15",
    "document_number": "15/UQ-SNV", "document_date": "2026-11-28"}))]
#[validate(schema(function = "says_how_it_is_signed", skip_on_field_errors = false))]
#[validate(schema(function = "authorisation_ends", skip_on_field_errors = false))]
struct NewSubstitution {
    /// Whose seat it is; the caller's if it is left out.
    #[schema(value_type = Option<String>)]
    from_user_id: Option<Id>,
    #[schema(value_type = String)]
    to_user_id: Id,
    body: Body,
    /// `kt` (ký thay), `tuq` (thừa ủy quyền, with an end date) or `tl` (thừa lệnh).
    signed_as: SignedAs,
    scope: Option<Mandate>,
    valid_from: NaiveDate,
    /// First day on which it is no longer valid.
    valid_to: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 200)]
    document_number: String,
    document_date: NaiveDate,
}

fn says_how_it_is_signed(asked: &NewSubstitution) -> Validity {
    let substitutes = matches!(asked.signed_as, SignedAs::Kt | SignedAs::Tuq | SignedAs::Tl);
    let vi = "Chỉ được ký thay, thừa ủy quyền hoặc thừa lệnh (NĐ 30/2020/NĐ-CP Đ.13).";
    let en = "A substitute signs only for the head, by authorisation or by order (NĐ 30/2020/NĐ-CP Art. 13).";
    require(substitutes, "/signed_as", FieldError::NotASubstitution, vi, en)
}

fn authorisation_ends(asked: &NewSubstitution) -> Validity {
    let ends = asked.signed_as != SignedAs::Tuq || asked.valid_to.is_some();
    let vi = "Thừa ủy quyền phải có thời hạn (NĐ 30/2020/NĐ-CP Đ.13 k.4).";
    let en = "An authorisation must be limited in time (NĐ 30/2020/NĐ-CP Art. 13(4)).";
    require(ends, "/valid_to", FieldError::Missing, vi, en)
}

/// A new end date.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valid_to": "2026-12-10"}))]
struct SubstitutionChanges {
    /// First day on which it is no longer valid: today at the earliest.
    valid_to: NaiveDate,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SubstitutionListQuery {
    #[param(inline)]
    body: Option<Body>,
    /// In force on this day.
    at: Option<NaiveDate>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SubstitutionPage {
    items: Vec<SubstitutionView>,
    next: Option<String>,
}

/// Lists the caller's substitutions, or all of them for administrators, inspectors and DOFA.
#[utoipa::path(tag = "access", operation_id = "list_substitutions", params(SubstitutionListQuery),
    responses((status = 200, description = "substitutions", body = SubstitutionPage)))]
#[get("/substitutions")]
async fn list(call: Call, asked: Query<SubstitutionListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadAgencies)?;
    let limit = query::limit(asked.0.limit)?;
    let after = query::place("substitutions", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let of = (!book::sees_all(&call.actor)).then(|| call.actor.id());
    let filter = SubstitutionFilter { body: asked.0.body, at: asked.0.at, of };
    let (rows, named) = call
        .read(move |conn, _| {
            let rows = page(conn, &filter, after, limit + 1)?;
            let named = BothPeople::of(conn, &rows)?;
            Ok((rows, named))
        })
        .await?;
    let page = Page::cut(rows, limit, "substitutions", |s| vec![s.id.to_string()]);
    let items = page.items.iter().map(|s| view(s, &named)).collect();
    let next = page.next;
    Ok(call.page(next.as_deref()).json(SubstitutionPage { items, next }))
}

/// Records by which document a person acts in place of another.
///
/// The holder of the seat does so, or an administrator on the basis of the document. A substitute cannot pass the seat
/// on (422 `not_held`).
#[utoipa::path(tag = "access", operation_id = "create_substitution", request_body = NewSubstitution,
    responses((status = 201, description = "created", body = SubstitutionView)))]
#[post("/substitutions")]
async fn create(call: Call, body: Incoming<NewSubstitution>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change_accounts(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let mine = call.actor.own_seats().next().is_some();
            if !mine {
                call.actor.require(Permission::AdministerAccounts)?;
            }
            let b = body.check()?;
            let asked = SubstitutionRequest {
                from_user: b.from_user_id.map_or(call.actor.id(), |id| id.0),
                to_user: b.to_user_id.0,
                body: b.body,
                signed_as: b.signed_as,
                mandate: b.scope.unwrap_or_default(),
                valid_from: b.valid_from,
                valid_to: b.valid_to,
                document_number: b.document_number,
                document_date: b.document_date,
            };
            let made = book::create(conn, call, asked)?;
            reply_with(conn, &made, 201)
        },
    )
    .await
}

/// One substitution.
#[utoipa::path(tag = "access", operation_id = "show_substitution", params(("id" = String, Path)),
    responses((status = 200, description = "the substitution", body = SubstitutionView)))]
#[get("/substitutions/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let (version, view) = call
        .read(move |conn, call| {
            let found = book::find(conn, call, id)?;
            Ok((found.version, shown(conn, &found)?))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(version))).json(view))
}

/// Ends a substitution, or changes its end date.
#[utoipa::path(tag = "access", operation_id = "change_substitution", params(("id" = String, Path), IfMatch), request_body = SubstitutionChanges,
    responses((status = 200, description = "changed", body = SubstitutionView)))]
#[patch("/substitutions/{id}")]
async fn change(call: Call, id: web::Path<String>, body: Incoming<SubstitutionChanges>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change_accounts(
        body.fingerprint.clone(),
        move |conn, call| book::find(conn, call, id),
        move |conn, call, found| {
            let changed = book::end(conn, call, found, || Ok(body.check()?.valid_to))?;
            reply_with(conn, &changed, 200)
        },
    )
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HolderQuery {
    /// The day; today if it is left out.
    at: Option<NaiveDate>,
    /// Only people of this agency, for seats such as `agency_head`.
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
}

/// Somebody who could sign.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": "01ke3m9p00061", "username": "officer.snv", "full_name": "Phạm Thị Lan", "agency_id": "01ke3m9p0005s",
    "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "valid_from": "2026-12-01", "valid_to": "2026-12-15", "on_behalf_of": "director.snv", "signed_as": "tuq",
    "scope": {"procedures": [], "steps": ["decide"]}, "document_number": "15/UQ-SNV"}))]
struct HolderView {
    #[schema(value_type = String)]
    user_id: Id,
    username: String,
    full_name: String,
    #[schema(value_type = Option<String>)]
    agency_id: Option<Id>,
    agency: Option<AgencyShort>,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    /// In whose place; null if the seat was their own, as are the fields below.
    on_behalf_of: Option<String>,
    signed_as: Option<SignedAs>,
    scope: Option<Mandate>,
    document_number: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct HolderList {
    body: Body,
    at: NaiveDate,
    items: Vec<HolderView>,
    next: Option<String>,
}

fn holder(h: SeatHolder, named: &HashMap<i64, AccountName>, agencies: &HashMap<i64, AgencyShort>) -> HolderView {
    let of = |id: i64| named.get(&id).cloned().unwrap_or_default();
    let AccountName { username, full_name, agency_id } = of(h.user);
    HolderView {
        user_id: Id(h.user),
        username,
        full_name,
        agency_id: agency_id.map(Id),
        agency: agency_id.and_then(|id| agencies.get(&id)).cloned(),
        valid_from: h.valid_from,
        valid_to: h.valid_to,
        on_behalf_of: h.by.as_ref().map(|s| of(s.from_user).username),
        signed_as: h.by.as_ref().map(|s| s.signed_as),
        scope: h.by.as_ref().map(|s| s.mandate.clone()),
        document_number: h.by.map(|s| s.document_number),
    }
}

/// Lists who could sign for a body on a day: the holders of the seat, and their substitutes with the document.
#[utoipa::path(tag = "access", operation_id = "list_holders", params(("code" = String, Path), HolderQuery),
    responses((status = 200, description = "who could sign", body = HolderList)))]
#[get("/bodies/{code}/holders")]
async fn holders(call: Call, code: web::Path<String>, asked: Query<HolderQuery>) -> Result<HttpResponse> {
    if !call.actor.may(Permission::AdministerAccounts) {
        call.actor.require(Permission::ReadDossiers)?;
    }
    let body: Body = code.parse().map_err(|_| not_found())?;
    let at = asked.0.at.unwrap_or(call.today);
    let agency = asked.0.agency_id;
    let items = call
        .read(move |conn, call| {
            let mut found = seats::signers(conn, body, at)?;
            // A person whose account was closed can no longer sign.
            let closed = if at >= call.today { store::closed(conn)? } else { Vec::new() };
            found.retain(|h| !closed.contains(&h.user) && h.by.as_ref().is_none_or(|s| !closed.contains(&s.from_user)));
            let people = found.iter().flat_map(|h| [Some(h.user), h.by.as_ref().map(|s| s.from_user)]).flatten();
            let named = store::named(conn, &people.collect::<Vec<_>>())?;
            let agencies = shorts::agencies(conn, named.values().filter_map(|n| n.agency_id))?;
            let views = found.into_iter().map(|h| holder(h, &named, &agencies));
            Ok(views.filter(|h| agency.is_none_or(|a| h.agency_id == Some(a))).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(HolderList { body, at, items, next: None }))
}
