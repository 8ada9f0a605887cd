//! Routes of passports that a unit keeps.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::http::{page_response, path_id, reply};
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::dossier::Tools;
use crate::dossier::actions::{Seen, find};
use crate::dossier::flow::State;
use crate::dossier::parts::duties as owed;
use crate::dossier::store as dossiers;
use crate::error::{Error, Result, not_found};
use crate::passport_custody::actions::{self, Custody, Fate, Filter, HandOver};
use crate::procedures::outbound::model::Content;
use crate::registry::officials::{Official, PassportStanding, shown};
use crate::registry::officials_store as officials;
use crate::web::idempotency::Reply;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use kernel::id::Id;
use kernel::page::Page;
use kernel::violation::Violations;
use kernel::words::{PaperRef, PassportKind};

pub fn routes(config: &mut ServiceConfig) {
    config.service(hand_over).service(list).service(give_back).service(lost).service(report);
}

/// A passport that its holder has.
#[derive(Serialize, ToSchema)]
#[schema(as = Custody, example = json!({"id": "01ke3m9p000l1", "version": 1, "delegation_id": "01ke3m9p000b2", "official_id": "01ke3m9p0007x",
    "full_name": "Đặng Văn Minh", "passport_id": "01ke3m9p0009a", "kind": "official", "passport_number": "••••1234", "expires_on": "2031-01-01",
    "handed_over_on": "2026-12-04", "receipt": "12/BN-SNV", "due_on": "2026-12-18", "returned_on": null, "lost_on": null, "overdue": false}))]
struct CustodyView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    #[schema(value_type = String)]
    delegation_id: Id,
    #[schema(value_type = String)]
    official_id: Id,
    full_name: String,
    #[schema(value_type = String)]
    passport_id: Id,
    kind: Option<PassportKind>,
    passport_number: String,
    expires_on: Option<NaiveDate>,
    handed_over_on: NaiveDate,
    receipt: String,
    /// When it has to be back, the head's excuse counted.
    due_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
    lost_on: Option<NaiveDate>,
    /// Not given back in time: whoever keeps it reports in writing (Luật 49/2019/QH14 Đ.24 k.2d).
    overdue: bool,
}

fn views(conn: &mut Conn, call: &Call, all: &[Custody]) -> Result<Vec<CustodyView>> {
    let reveal = call.actor.may(Act::Reveal, Kind::Passport);
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

fn reply_with(conn: &mut Conn, call: &Call, custody: Custody, status: u16) -> Result<Reply> {
    let location = (status == 201).then(|| format!("/api/v1/custodies?delegation_id={}", Id(custody.delegation_id)));
    let version = custody.version;
    let view = views(conn, call, &[custody])?.pop().ok_or_else(not_found)?;
    reply(status, Some(version), location, &view)
}

/// Who gets his passport, on which day, and which receipt he signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"delegation_id": "01ke3m9p000b2", "official_id": "01ke3m9p0007x", "on": "2026-12-04", "receipt": "12/BN-SNV"}))]
struct NewCustody {
    /// For which trip.
    #[schema(value_type = String)]
    delegation_id: Id,
    #[schema(value_type = String)]
    official_id: Id,
    /// Which passport; the official one that lasts longest where it is left out.
    #[schema(value_type = Option<String>)]
    passport_id: Option<Id>,
    on: NaiveDate,
    #[schema(min_length = 1, max_length = 200)]
    receipt: String,
}

/// The trip for which a passport is handed over. Whoever keeps passports sees trips from their decision on: of one that
/// was submitted he is told that it is not decided (409), of any other that there is none (422).
fn trip(conn: &mut Conn, call: &Call, id: i64) -> Result<Seen<Content>> {
    if let Ok(seen) = find::<Content>(conn, call, id) {
        return Ok(seen);
    }
    match dossiers::load::<Content>(conn, id)? {
        Some(trip) if trip.submitted_on.is_some() && !State::VOID.contains(&trip.state) => Err(actions::not_decided()),
        _ => Err(unknown_delegation()),
    }
}

fn unknown_delegation() -> Error {
    let mut faults = Violations::default();
    faults.add(
        "/delegation_id",
        "unknown_delegation",
        "Không có đoàn ra đã được quyết định này.",
        "There is no such trip that was decided.",
    );
    faults.into()
}

/// The custodian hands a passport over against a signature, only after the decision. It is due back by the rule
/// `passport_return`.
#[utoipa::path(tag = "passports", operation_id = "hand_over_passport", request_body = NewCustody,
    responses((status = 201, description = "handed over", body = CustodyView)))]
#[post("/custodies")]
async fn hand_over(call: Call, tools: web::Data<Tools>, body: Incoming<NewCustody>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let tools = tools.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Act::Draft, Kind::Passport)?;
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
struct CustodiesAsked {
    #[param(value_type = Option<String>)]
    delegation_id: Option<Id>,
    #[param(value_type = Option<String>)]
    official_id: Option<Id>,
    /// Only what is not given back.
    out: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CustodyPage {
    items: Vec<CustodyView>,
    next: Option<String>,
}

/// Passports that were handed over, for whoever keeps them and the inspector.
#[utoipa::path(tag = "passports", operation_id = "list_custodies", params(CustodiesAsked), responses((status = 200, description = "passports", body = CustodyPage)))]
#[get("/custodies")]
async fn list(call: Call, asked: Query<CustodiesAsked>) -> Result<HttpResponse> {
    actions::require_sight(&call)?;
    let limit = query::limit(asked.0.limit)?;
    let after = query::place("custodies", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?.unwrap_or(0);
    let filter = Filter {
        delegation_id: asked.0.delegation_id.map(|id| id.0),
        official_id: asked.0.official_id.map(|id| id.0),
        out: asked.0.out.unwrap_or(false),
    };
    let (items, next) = call
        .read(move |conn, call| {
            let rows = actions::page(conn, &filter, after, limit + 1)?;
            let page = Page::cut(rows, limit, "custodies", |c| vec![c.id.to_string()]);
            Ok((views(conn, call, &page.items)?, page.next))
        })
        .await?;
    Ok(page_response("/api/v1/custodies", next.as_deref()).json(CustodyPage { items, next }))
}

async fn end<T>(call: Call, id: &str, body: Incoming<T>, fate: fn(T) -> Fate) -> Result<HttpResponse>
where
    T: serde::de::DeserializeOwned + ToSchema + Send + 'static,
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

/// The day on which a passport came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-15"}))]
struct GivenBack {
    on: NaiveDate,
}

/// The passport came back.
#[utoipa::path(tag = "passports", operation_id = "return_passport", params(("id" = String, Path)), request_body = GivenBack,
    responses((status = 200, description = "done", body = CustodyView)))]
#[post("/custodies/{id}/return")]
async fn give_back(call: Call, id: web::Path<String>, body: Incoming<GivenBack>) -> Result<HttpResponse> {
    end(call, &id, body, |b: GivenBack| Fate::Returned(b.on)).await
}

/// Since when a passport is lost, and by which paper the authority was told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-15", "document": {"number": "45/SKHCN-VP", "date": "2026-12-16"}}))]
struct LostPassport {
    on: NaiveDate,
    document: PaperRef,
}

/// The passport was lost while it was out: it is valid no more (Luật 49/2019/QH14 Đ.28 k.1).
#[utoipa::path(tag = "passports", operation_id = "lose_passport", params(("id" = String, Path)), request_body = LostPassport,
    responses((status = 200, description = "done", body = CustodyView)))]
#[post("/custodies/{id}/lost")]
async fn lost(call: Call, id: web::Path<String>, body: Incoming<LostPassport>) -> Result<HttpResponse> {
    end(call, &id, body, |b: LostPassport| Fate::Lost(b.on, b.document.number)).await
}

/// That a passport is lost or cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"standing": "cancelled", "on": "2026-12-20", "document": {"number": "45/SNV-LS", "date": "2026-12-20"}}))]
struct PassportReported {
    /// `lost` or `cancelled`.
    standing: PassportStanding,
    on: NaiveDate,
    document: PaperRef,
}

/// Records that a passport is lost or was cancelled; no trip is made on it any more.
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
            call.actor.require(Act::Read, Kind::Official)?;
            let official = officials::find_all(conn, &[ids.0])?.pop().ok_or_else(not_found)?;
            if official.passports.iter().all(|p| p.id != ids.1) {
                return Err(not_found());
            }
            Ok(official)
        },
        move |conn, call, official| {
            if !call.actor.may(Act::Draft, Kind::Passport) {
                call.actor.require(Act::Draft, Kind::Official)?;
                if !call.actor.belongs_to(official.agency_id) {
                    return Err(crate::error::forbidden("Chỉ cơ quan quản lý người này.", "Only his own agency."));
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

/// What a passport is from now on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p0009a", "standing": "cancelled", "standing_since": "2026-12-20"}))]
struct PassportReportedView {
    #[schema(value_type = String)]
    id: Id,
    standing: PassportStanding,
    standing_since: NaiveDate,
}
