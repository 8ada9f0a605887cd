//! Routes that put right, or take away, a passport or a discipline that was recorded wrongly. Each needs a reason, which the
//! trail keeps.

use actix_web::{HttpResponse, delete, patch, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::error::{Code, Result, not_found, refuse};
use crate::registry::official_changes::{change_open, open};
use crate::registry::officials::{Discipline, Official, Passport, SINCE_EVER};
use crate::registry::officials_parts_http::{
    DisciplineView, PartOf, PassportView, discipline_view, free_number, in_order, passport_view,
};
use crate::registry::officials_parts_store as parts;
use crate::registry::officials_store as store;
use crate::web::json::{Incoming, JsonBody};
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::patch::given;
use kernel::precondition::Precondition;
use kernel::words::PassportKind;

pub fn routes(config: &mut RoomRoutes) {
    config.service(correct_passport).service(remove_passport);
    config.service(correct_discipline).service(remove_discipline);
}

/// What was recorded wrongly about a passport; omitted fields stay. A passport that was lost or cancelled is told under
/// `/custodies` or `/standing`, not corrected.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"expires_on": "2035-01-01", "reason": "Nhập nhầm năm hết hạn."}))]
struct PassportCorrection {
    #[schema(nullable = false)]
    kind: Option<PassportKind>,
    #[schema(nullable = false, min_length = 5, max_length = 20)]
    passport_number: Option<String>,
    /// `null` removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    issued_on: Option<Option<NaiveDate>>,
    #[schema(nullable = false)]
    expires_on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// What was recorded wrongly about a discipline; omitted fields stay.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valid_to": "2026-07-01", "reason": "Quyết định ghi thời hạn sáu tháng."}))]
struct DisciplineCorrection {
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    kind: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    document: Option<String>,
    #[schema(nullable = false)]
    valid_from: Option<NaiveDate>,
    /// `null` removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    valid_to: Option<Option<NaiveDate>>,
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RemovalQuery {
    /// Why it is taken away.
    #[param(min_length = 1, max_length = 200)]
    reason: String,
}

/// The official, the part, and the rights: `If-Match` may be left out, and must hold where it is given.
fn opened<'a, P>(
    call: &RequestContext,
    official: &'a Official,
    part: PartOf,
    found: impl FnOnce(&'a Official) -> Option<&'a P>,
) -> Result<&'a P> {
    let may = || part.may(call, official.agency_id);
    let found = found(official).ok_or_else(not_found);
    match call.precondition {
        Precondition::Missing => may()?,
        _ => call.guard(official.version, may)?,
    }
    found
}

fn remember(conn: &mut Conn, call: &RequestContext, action: &str, official: &Official, detail: Value) -> Result<()> {
    store::raise_version(conn, official)?;
    call.remember(conn, action, &format!("officials/{}", Id(official.id)), detail)
}

async fn corrected<T, V>(
    call: Call,
    id: &str,
    body: Incoming<T>,
    correct: impl FnOnce(&mut Conn, &RequestContext, &Official, Result<T>) -> Result<V> + Send + 'static,
) -> Result<HttpResponse>
where
    T: JsonBody,
    V: Serialize,
{
    change_open(call, id, body, |conn, call, official, body| {
        let view = correct(conn, call, &official, body.check())?;
        reply(200, Some(official.version + 1), None, &view)
    })
    .await
}

fn passport_of(id: i64) -> impl FnOnce(&Official) -> Option<&Passport> {
    move |official| official.passports.iter().find(|p| p.id == id)
}

fn discipline_of(id: i64) -> impl FnOnce(&Official) -> Option<&Discipline> {
    move |official| official.disciplines.iter().find(|d| d.id == id)
}

/// Corrects a passport, with the reason.
#[utoipa::path(tag = "registry", operation_id = "correct_passport", params(("id" = String, Path), ("passport_id" = String, Path)),
    request_body = PassportCorrection, responses((status = 200, description = "corrected", body = PassportView)))]
#[patch("/officials/{id}/passports/{passport_id}")]
async fn correct_passport(
    call: Call,
    ids: web::Path<(String, String)>,
    body: Incoming<PassportCorrection>,
) -> Result<HttpResponse> {
    let passport_id = path_id(&ids.1)?;
    corrected(call, &ids.0, body, move |conn, call, official, body| {
        let was = opened(call, official, PartOf::Custody, passport_of(passport_id))?;
        let body: PassportCorrection = body?;
        let is = Passport {
            kind: body.kind.unwrap_or(was.kind),
            number: body.passport_number.unwrap_or_else(|| was.number.clone()),
            issued_on: body.issued_on.unwrap_or(was.issued_on),
            expires_on: body.expires_on.unwrap_or(was.expires_on),
            ..was.clone()
        };
        in_order(is.issued_on.unwrap_or(SINCE_EVER), Some(is.expires_on), "/expires_on")?;
        free_number(conn, official, Some(is.id), &is.number)?;
        parts::update_passport(conn, &is)?;
        // The number stands nowhere in the trail.
        let detail = json!({"passport": Id(is.id), "reason": body.reason, "number_changed": is.number != was.number,
            "was": {"kind": was.kind, "issued_on": was.issued_on, "expires_on": was.expires_on},
            "is": {"kind": is.kind, "issued_on": is.issued_on, "expires_on": is.expires_on}});
        remember(conn, call, "correct_passport", official, detail)?;
        Ok(passport_view(&is, false))
    })
    .await
}

/// Removes a passport that was recorded by mistake; one that was ever handed out stays (409 `in_use`).
#[utoipa::path(tag = "registry", operation_id = "remove_passport",
    params(("id" = String, Path), ("passport_id" = String, Path), RemovalQuery), responses((status = 204, description = "removed")))]
#[delete("/officials/{id}/passports/{passport_id}")]
async fn remove_passport(
    call: Call,
    ids: web::Path<(String, String)>,
    asked: Query<RemovalQuery>,
) -> Result<HttpResponse> {
    let (id, passport_id) = (path_id(&ids.0)?, path_id(&ids.1)?);
    let reason = asked.0.reason;
    query::some_text("reason", &reason)?;
    call.write(move |conn, call| {
        let official = open(conn, call, id)?;
        let passport = opened(call, &official, PartOf::Custody, passport_of(passport_id))?;
        if parts::passport_used(conn, passport.id)? {
            return Err(refuse(
                Code::InUse,
                "Hộ chiếu này đã từng được giao, nhận nên không xóa được; hãy đính chính.",
                "This passport was handed out or taken in before and cannot be removed; correct it instead.",
            ));
        }
        parts::delete_passport(conn, passport.id)?;
        let detail = json!({"passport": Id(passport.id), "kind": passport.kind, "expires_on": passport.expires_on, "reason": reason});
        remember(conn, call, "remove_passport", &official, detail)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Corrects a discipline, with the reason.
#[utoipa::path(tag = "registry", operation_id = "correct_discipline", params(("id" = String, Path), ("discipline_id" = String, Path)),
    request_body = DisciplineCorrection, responses((status = 200, description = "corrected", body = DisciplineView)))]
#[patch("/officials/{id}/disciplines/{discipline_id}")]
async fn correct_discipline(
    call: Call,
    ids: web::Path<(String, String)>,
    body: Incoming<DisciplineCorrection>,
) -> Result<HttpResponse> {
    let discipline_id = path_id(&ids.1)?;
    corrected(call, &ids.0, body, move |conn, call, official, body| {
        let was = opened(call, official, PartOf::Personnel, discipline_of(discipline_id))?;
        let body: DisciplineCorrection = body?;
        let is = Discipline {
            id: was.id,
            kind: body.kind.unwrap_or_else(|| was.kind.clone()),
            document: body.document.unwrap_or_else(|| was.document.clone()),
            valid_from: body.valid_from.unwrap_or(was.valid_from),
            valid_to: body.valid_to.unwrap_or(was.valid_to),
        };
        in_order(is.valid_from, is.valid_to, "/valid_to")?;
        parts::update_discipline(conn, &is)?;
        let said = |d: &Discipline| json!({"kind": d.kind, "document": d.document, "valid_from": d.valid_from, "valid_to": d.valid_to});
        let detail = json!({"discipline": Id(is.id), "reason": body.reason, "was": said(was), "is": said(&is)});
        remember(conn, call, "correct_discipline", official, detail)?;
        Ok(discipline_view(&is))
    })
    .await
}

/// Removes a discipline that was recorded by mistake, or annulled.
#[utoipa::path(tag = "registry", operation_id = "remove_discipline",
    params(("id" = String, Path), ("discipline_id" = String, Path), RemovalQuery), responses((status = 204, description = "removed")))]
#[delete("/officials/{id}/disciplines/{discipline_id}")]
async fn remove_discipline(
    call: Call,
    ids: web::Path<(String, String)>,
    asked: Query<RemovalQuery>,
) -> Result<HttpResponse> {
    let (id, discipline_id) = (path_id(&ids.0)?, path_id(&ids.1)?);
    let reason = asked.0.reason;
    query::some_text("reason", &reason)?;
    call.write(move |conn, call| {
        let official = open(conn, call, id)?;
        let gone = opened(call, &official, PartOf::Personnel, discipline_of(discipline_id))?;
        parts::delete_discipline(conn, gone.id)?;
        let detail = json!({"discipline": Id(gone.id), "kind": gone.kind, "document": gone.document,
            "valid_from": gone.valid_from, "valid_to": gone.valid_to, "reason": reason});
        remember(conn, call, "remove_discipline", &official, detail)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
