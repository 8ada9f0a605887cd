//! Routes of passport custody.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::OfficialShort;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::{VisibleDossier, find};
use crate::dossier::flow::State;
use crate::dossier::parts::duties as owed;
use crate::dossier::store as dossiers;
use crate::error::{Error, Result, not_found};
use crate::passport_custody::actions::{self, Custody, CustodyEnd, CustodyFilter, HandOver};
use crate::passport_custody::due_out_http;
use crate::procedures::outbound::model::TripContent;
use crate::registry::officials::{Official, PassportStanding, shown};
use crate::registry::officials_store as officials;
use crate::web::columns::{self, FieldColumn, day, label, plain, word};
use crate::web::etag::IfMatch;
use crate::web::file::{self, ListFormat};
use crate::web::idempotency::Reply;
use crate::web::json::{Incoming, JsonBody};
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::violation::Violations;
use kernel::words::{FieldError, PaperRef, PassportKind};

pub fn routes(config: &mut RoomRoutes) {
    config
        .service(hand_over)
        .service(list)
        .service(due_out_http::list)
        .service(give_back)
        .service(lost)
        .service(report);
}

/// A passport that was handed over to its holder.
#[derive(Serialize, ToSchema)]
#[schema(as = Custody, example = json!({"id": "01ke3m9p000l1", "version": 1, "delegation_id": "01ke3m9p000b2", "official_id": "01ke3m9p0007x",
    "official": {"id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "post": "Giám đốc"}, "full_name": "Đặng Văn Minh", "passport_id": "01ke3m9p0009a", "kind": "official", "passport_number": "••••1234", "expires_on": "2031-01-01",
    "handed_over_on": "2026-12-04", "receipt": "12/BN-SNV", "due_on": "2026-12-18", "returned_on": null, "lost_on": null, "overdue": false}))]
struct CustodyView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    #[schema(value_type = String)]
    delegation_id: Id,
    #[schema(value_type = String)]
    official_id: Id,
    official: Option<OfficialShort>,
    full_name: String,
    #[schema(value_type = String)]
    passport_id: Id,
    kind: Option<PassportKind>,
    passport_number: String,
    expires_on: Option<NaiveDate>,
    handed_over_on: NaiveDate,
    receipt: String,
    /// When it must be returned, including an accepted excuse.
    due_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
    lost_on: Option<NaiveDate>,
    /// Not returned in time; the custodian must report this in writing (Luật 49/2019/QH14 Đ.24 k.2d).
    overdue: bool,
}

fn views(conn: &mut Conn, call: &RequestContext, all: &[Custody]) -> Result<Vec<CustodyView>> {
    let reveal = call.reveals_passports(conn);
    let ids: Vec<i64> = all.iter().map(|c| c.official_id).collect();
    let people: HashMap<i64, Official> = officials::find_all(conn, &ids)?.into_iter().map(|o| (o.id, o)).collect();
    all.iter()
        .map(|c| {
            let official = people.get(&c.official_id);
            let passport = official.and_then(|o| o.passports.iter().find(|p| p.id == c.passport_id));
            let duty = owed::find(conn, c.duty_id)?;
            Ok(CustodyView {
                id: Id(c.id),
                version: c.version,
                delegation_id: Id(c.delegation_id),
                official_id: Id(c.official_id),
                official: official.map(|o| OfficialShort {
                    id: Id(o.id),
                    full_name: o.full_name.clone(),
                    post: o.post.clone(),
                }),
                full_name: official.map(|o| o.full_name.clone()).unwrap_or_default(),
                passport_id: Id(c.passport_id),
                kind: passport.map(|p| p.kind),
                passport_number: passport.map(|p| shown(&p.number, reveal)).unwrap_or_default(),
                expires_on: passport.map(|p| p.expires_on),
                handed_over_on: c.handed_over_on,
                receipt: c.receipt.clone(),
                due_on: duty.as_ref().and_then(owed::Duty::due),
                returned_on: c.returned_on,
                lost_on: c.lost_on,
                overdue: duty.is_some_and(|d| d.is_overdue(call.today)),
            })
        })
        .collect()
}

fn reply_with(conn: &mut Conn, call: &RequestContext, custody: Custody, status: u16) -> Result<Reply> {
    let location = (status == 201).then(|| format!("/api/v1/custodies?delegation_id={}", Id(custody.delegation_id)));
    let version = custody.version;
    let view = views(conn, call, &[custody])?.pop().ok_or_else(not_found)?;
    reply(status, Some(version), location, &view)
}

/// Who receives their passport, on which day, and against which receipt.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"delegation_id": "01ke3m9p000b2", "official_id": "01ke3m9p0007x", "on": "2026-12-04", "receipt": "12/BN-SNV"}))]
struct NewCustody {
    /// The trip.
    #[schema(value_type = String)]
    delegation_id: Id,
    #[schema(value_type = String)]
    official_id: Id,
    /// The passport; if omitted, the valid official passport that expires last.
    #[schema(value_type = Option<String>)]
    passport_id: Option<Id>,
    on: NaiveDate,
    #[schema(min_length = 1, max_length = 200)]
    receipt: String,
}

/// The trip for which a passport is handed over. The custodian may see trips only from their decision on: for a trip
/// that is submitted but not decided the answer is 409, for any other 422.
fn trip(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<VisibleDossier<TripContent>> {
    if let Ok(seen) = find::<TripContent>(conn, call, id) {
        return Ok(seen);
    }
    match dossiers::load::<TripContent>(conn, id)? {
        Some(trip) if trip.submitted_on.is_some() && !State::VOID.contains(&trip.state) => Err(actions::not_decided()),
        _ => Err(unknown_delegation()),
    }
}

fn unknown_delegation() -> Error {
    let mut faults = Violations::default();
    faults.add(
        "/delegation_id",
        FieldError::UnknownDelegation,
        "Không có đoàn ra nào đã được quyết định với mã này.",
        "There is no decided trip with this id.",
    );
    faults.into()
}

/// The custodian hands a passport over against a signature, only after the decision. Rule `passport_return` sets when
/// it must be returned.
#[utoipa::path(tag = "passports", operation_id = "hand_over_passport", request_body = NewCustody,
    responses((status = 201, description = "handed over", body = CustodyView)))]
#[post("/custodies")]
async fn hand_over(call: Call, tools: web::Data<ProvinceLaw>, body: Incoming<NewCustody>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let tools = tools.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::KeepPassports)?;
            let NewCustody { delegation_id, official_id, passport_id, on, receipt } = body.check()?;
            let seen = trip(conn, call, delegation_id.0)?;
            let asked = HandOver { official_id, passport_id, on, receipt };
            let custody = actions::hand_over(conn, call, &tools, &seen, asked)?;
            reply_with(conn, call, custody, 201)
        },
    )
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CustodyListQuery {
    #[param(value_type = Option<String>)]
    delegation_id: Option<Id>,
    #[param(value_type = Option<String>)]
    official_id: Option<Id>,
    /// Only passports that are not yet returned.
    out: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The book of passports that were handed over.
const COLUMNS: [FieldColumn; 10] = [
    plain("/full_name", "Họ và tên"),
    word("/kind", "Loại hộ chiếu", label::<PassportKind>),
    plain("/passport_number", "Số hộ chiếu"),
    day("/expires_on", "Có giá trị đến"),
    day("/handed_over_on", "Ngày giao"),
    plain("/receipt", "Biên nhận"),
    day("/due_on", "Hạn nộp lại"),
    day("/returned_on", "Ngày nộp lại"),
    day("/lost_on", "Báo mất ngày"),
    plain("/overdue", "Quá hạn"),
];

#[derive(Serialize, ToSchema)]
struct CustodyPage {
    items: Vec<CustodyView>,
    next: Option<String>,
}

/// Lists passports that were handed over, for the custodian and the inspector.
#[utoipa::path(tag = "passports", operation_id = "list_custodies", params(CustodyListQuery), responses((status = 200, description = "passports; as CSV or XLSX with `format`", content(
        (CustodyPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/custodies")]
async fn list(call: Call, asked: Query<CustodyListQuery>) -> Result<HttpResponse> {
    actions::require_sight(&call)?;
    let whole = file::whole(asked.0.format);
    let limit = file::rows_of(whole, asked.0.limit)?;
    let after = query::place("custodies", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let filter = CustodyFilter {
        delegation_id: asked.0.delegation_id.map(|id| id.0),
        official_id: asked.0.official_id.map(|id| id.0),
        out: asked.0.out.unwrap_or(false),
    };
    let (items, next, reveal) = call
        .read(move |conn, call| {
            let reveal = call.reveals_passports(conn);
            let rows = actions::page(conn, &filter, after, limit + 1)?;
            if whole.is_some() {
                file::all_rows(rows.len())?;
                return Ok((views(conn, call, &rows)?, None, reveal));
            }
            let page = Page::cut(rows, limit, "custodies", |c| vec![c.id.to_string()]);
            Ok((views(conn, call, &page.items)?, page.next, reveal))
        })
        .await?;
    if reveal {
        call.remember_reveal("custodies", items.iter().map(|custody| custody.official_id).collect()).await?;
    }
    if let Some(format) = whole {
        let table = columns::table("Sổ giao nhận hộ chiếu", &COLUMNS, &items, &HashMap::new())?;
        return file::table("so-giao-nhan-ho-chieu", &table, format);
    }
    Ok(call.page(next.as_deref()).json(CustodyPage { items, next }))
}

async fn end<T>(call: Call, id: &str, body: Incoming<T>, fate: fn(T) -> CustodyEnd) -> Result<HttpResponse>
where
    T: JsonBody,
{
    let body = body.read().await?;
    let id = path_id(id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| actions::find(conn, call, id),
        move |conn, call, found| {
            let ended = actions::end(conn, call, found, || Ok(fate(body.check()?)))?;
            reply_with(conn, call, ended, 200)
        },
    )
    .await
}

/// The day on which a passport was returned.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-15"}))]
struct GivenBack {
    on: NaiveDate,
}

/// Records that a passport was returned.
#[utoipa::path(tag = "passports", operation_id = "return_passport", params(("id" = String, Path), IfMatch), request_body = GivenBack,
    responses((status = 200, description = "done", body = CustodyView)))]
#[post("/custodies/{id}/return")]
async fn give_back(call: Call, id: web::Path<String>, body: Incoming<GivenBack>) -> Result<HttpResponse> {
    end(call, &id, body, |b: GivenBack| CustodyEnd::Returned(b.on)).await
}

/// When a passport was lost, and the document by which the authority was notified.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-15", "document": {"number": "45/SKHCN-VP", "date": "2026-12-16"}}))]
struct LostPassport {
    on: NaiveDate,
    document: PaperRef,
}

/// Records that a passport was lost while handed over; it is no longer valid (Luật 49/2019/QH14 Đ.28 k.1).
#[utoipa::path(tag = "passports", operation_id = "lose_passport", params(("id" = String, Path), IfMatch), request_body = LostPassport,
    responses((status = 200, description = "done", body = CustodyView)))]
#[post("/custodies/{id}/lost")]
async fn lost(call: Call, id: web::Path<String>, body: Incoming<LostPassport>) -> Result<HttpResponse> {
    end(call, &id, body, |b: LostPassport| CustodyEnd::Lost(b.on, b.document.number)).await
}

/// A report that a passport is lost or cancelled.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"standing": "cancelled", "on": "2026-12-20", "document": {"number": "45/SNV-LS", "date": "2026-12-20"}}))]
struct PassportReported {
    /// `lost` or `cancelled`.
    standing: PassportStanding,
    on: NaiveDate,
    document: PaperRef,
}

/// Records that a passport is lost or cancelled; it can no longer be used for a trip.
#[utoipa::path(tag = "passports", operation_id = "report_passport", params(("id" = String, Path), ("passport_id" = String, Path)),
    request_body = PassportReported, responses((status = 200, description = "recorded", body = PassportReportedView)))]
#[post("/officials/{id}/passports/{passport_id}/report")]
async fn report(
    call: Call,
    path: web::Path<(String, String)>,
    body: Incoming<PassportReported>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let ids = (path_id(&path.0)?, path_id(&path.1)?);
    call.change(
        body.fingerprint.clone(),
        move |conn, call| {
            call.actor.require(Permission::ReadOfficials)?;
            let official = officials::find_all(conn, &[ids.0])?.pop().ok_or_else(not_found)?;
            if official.passports.iter().all(|p| p.id != ids.1) {
                return Err(not_found());
            }
            Ok(official)
        },
        move |conn, call, official| {
            if !call.actor.may(Permission::KeepPassports) {
                call.actor.require(Permission::EditOfficials)?;
                if !call.actor.belongs_to(official.agency_id) {
                    return Err(crate::error::forbidden(
                        "Chỉ cơ quan quản lý người này mới được ghi nhận.",
                        "Only this person's own agency may report this.",
                    ));
                }
            }
            let b = body.check()?;
            actions::report(conn, call, ids, b.standing, b.on, b.document.number)?;
            let view = PassportReportedView { id: Id(ids.1), standing: b.standing, standing_since: b.on };
            reply(200, Some(official.version + 1), None, &view)
        },
    )
    .await
}

/// The new standing of a passport.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p0009a", "standing": "cancelled", "standing_since": "2026-12-20"}))]
struct PassportReportedView {
    #[schema(value_type = String)]
    id: Id,
    standing: PassportStanding,
    standing_since: NaiveDate,
}
