//! Routes of the passports, management levels and disciplines of an official.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::reveal::{RevealReason, RevealedNumber, remember_reason, require_reveal};
use crate::db::Conn;
use crate::error::{Code, Result, not_found, refuse};
use crate::registry::official_changes::{change_open, find, may_keep};
use crate::registry::officials::{
    Discipline, ManagementLevel, Official, Passport, PassportStanding, SINCE_EVER, shown,
};
use crate::registry::officials_http::seen;
use crate::registry::officials_parts_store as parts;
use crate::registry::officials_store as store;
use crate::web::json::{Incoming, JsonBody};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::mrz::{Mrz, MrzFault};
use kernel::text::number_key;
use kernel::violation::Violations;
use kernel::words::{FieldError, ManagedBy, PassportKind};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list_passports).service(add_passport).service(reveal_passport);
    config.service(list_levels).service(add_level);
    config.service(list_disciplines).service(add_discipline);
}

/// A passport; its number is masked unless the caller may reveal it.
#[derive(Serialize, ToSchema)]
#[schema(as = Passport, example = json!({"id": "01ke3m9p0009a", "kind": "ordinary", "passport_number": "••••1234", "issued_on": "2025-01-01", "expires_on": "2035-01-01", "standing": "valid", "standing_since": null}))]
pub(super) struct PassportView {
    #[schema(value_type = String)]
    id: Id,
    kind: PassportKind,
    passport_number: String,
    issued_on: Option<NaiveDate>,
    expires_on: NaiveDate,
    standing: PassportStanding,
    /// Since when it is lost or cancelled.
    standing_since: Option<NaiveDate>,
}

pub(super) fn passport_view(p: &Passport, reveal: bool) -> PassportView {
    let passport_number = shown(&p.number, reveal);
    PassportView {
        id: Id(p.id),
        kind: p.kind,
        passport_number,
        issued_on: p.issued_on,
        expires_on: p.expires_on,
        standing: p.standing,
        standing_since: p.standing_since,
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "ordinary", "passport_number": "C1234567", "issued_on": "2025-01-01", "expires_on": "2035-01-01"}))]
struct NewPassport {
    kind: PassportKind,
    #[schema(min_length = 5, max_length = 20)]
    passport_number: String,
    issued_on: Option<NaiveDate>,
    expires_on: NaiveDate,
    /// The machine-readable zone (ICAO Doc 9303, TD3), as a reader of passports types it: two lines of 44 letters, behind each
    /// other. It is compared with what was typed, and not kept.
    #[schema(min_length = 88, max_length = 100)]
    mrz: Option<String>,
}

/// 422 at each field that the machine-readable zone contradicts.
fn fits_the_zone(official: &Official, body: &NewPassport) -> Result<()> {
    let Some(zone) = &body.mrz else { return Ok(()) };
    let mut faults = Violations::default();
    let mut require = |fits, pointer, vi: &str, en: &str| {
        faults.require(fits, pointer, FieldError::MrzMismatch, vi, en);
    };
    match Mrz::read(zone) {
        Err(MrzFault::Form) => require(
            false,
            "/mrz",
            "Vùng đọc bằng máy của hộ chiếu gồm hai dòng, mỗi dòng 44 ký tự.",
            "The machine-readable zone of a passport has two lines of 44 letters each.",
        ),
        Err(MrzFault::CheckDigit) => require(
            false,
            "/mrz",
            "Số kiểm tra của vùng đọc bằng máy không khớp: có ký tự bị đọc sai. Hãy quét lại.",
            "A check digit of the machine-readable zone does not fit: a letter was misread. Scan it again.",
        ),
        Ok(mrz) => {
            require(
                number_key(&mrz.number) == number_key(&body.passport_number),
                "/passport_number",
                "Số hộ chiếu khác với vùng đọc bằng máy.",
                "The passport number differs from the machine-readable zone.",
            );
            require(
                mrz.expiry.may_be(body.expires_on),
                "/expires_on",
                "Ngày hết hạn khác với vùng đọc bằng máy.",
                "The day of expiry differs from the machine-readable zone.",
            );
            require(
                official.birth_date.is_none_or(|day| mrz.birth.may_be(day)) && mrz.may_name(&official.full_name),
                "/mrz",
                "Họ tên hoặc ngày sinh trong vùng đọc bằng máy không phải của người này.",
                "The name or the birth date in the machine-readable zone is not this person's.",
            );
        }
    }
    Ok(faults.finish()?)
}

#[derive(Serialize, ToSchema)]
struct PassportList {
    items: Vec<PassportView>,
    next: Option<String>,
}

/// Lists the passports of an official.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), responses((status = 200, description = "passports", body = PassportList)))]
#[get("/officials/{id}/passports")]
async fn list_passports(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let (official, reveal) = seen(&call, &id).await?;
    let items = official.passports.iter().map(|p| passport_view(p, reveal)).collect();
    Ok(HttpResponse::Ok().json(PassportList { items, next: None }))
}

/// Shows the number of one passport, for a reason that stands in the trail: at most twenty numbers an hour (429). The answer is not
/// kept for retries.
#[utoipa::path(tag = "registry", operation_id = "reveal_passport", params(("id" = String, Path), ("passport_id" = String, Path)),
    request_body = RevealReason, responses((status = 200, description = "the number", body = RevealedNumber)))]
#[post("/officials/{id}/passports/{passport_id}/reveal")]
async fn reveal_passport(
    call: Call,
    ids: web::Path<(String, String)>,
    body: Incoming<RevealReason>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let (id, passport_id) = (path_id(&ids.0)?, path_id(&ids.1)?);
    let shown = call.write(move |conn, call| {
        call.actor.require(Permission::ReadOfficials)?;
        let official = find(conn, call, id)?;
        let passport = official.passports.iter().find(|p| p.id == passport_id).ok_or_else(not_found)?;
        require_reveal(conn, call)?;
        remember_reason(conn, call, &format!("officials/{}", Id(id)), &body.check()?, 1)?;
        Ok(RevealedNumber { passport_number: passport.number.clone() })
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(shown.await?))
}

/// Whose work a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOf {
    /// Passports: also the custodian's, for everybody.
    Custody,
    /// Levels and disciplines: only of those who manage the official.
    Personnel,
}

impl PartOf {
    /// 403 unless the caller may change such a part of an official of this agency.
    pub(super) fn may(self, call: &RequestContext, agency_id: i64) -> Result<()> {
        if self == PartOf::Custody && call.actor.may(Permission::KeepPassports) {
            return Ok(());
        }
        may_keep(call, agency_id)
    }
}

/// Adds a part to an official: checks the right, adds the part, raises the version, records it in the audit trail.
async fn add_part<T, V>(
    call: Call,
    id: &str,
    body: Incoming<T>,
    (part, action): (PartOf, &'static str),
    add: impl FnOnce(&mut Conn, &RequestContext, &Official, T) -> Result<(String, V)> + Send + 'static,
) -> Result<HttpResponse>
where
    T: JsonBody,
    V: Serialize,
{
    change_open(call, id, body, move |conn, call, official, body| {
        part.may(call, official.agency_id)?;
        let (place, view) = add(conn, call, &official, body.check()?)?;
        store::raise_version(conn, &official)?;
        let object = format!("officials/{}", Id(official.id));
        call.remember(conn, action, &object, json!({}))?;
        reply(201, Some(official.version + 1), Some(format!("/api/v1/{object}/{place}")), &view)
    })
    .await
}

pub(super) fn in_order(from: NaiveDate, to: Option<NaiveDate>, pointer: &str) -> Result<()> {
    let mut faults = Violations::default();
    faults.require(
        to.is_none_or(|to| from < to),
        pointer,
        FieldError::EndsBeforeItBegins,
        "Ngày kết thúc phải sau ngày bắt đầu.",
        "The end must be after the start.",
    );
    Ok(faults.finish()?)
}

/// 409 if the number is that of a passport that ended, or of another official; `but` is the passport that has it.
pub(super) fn free_number(conn: &mut Conn, official: &Official, but: Option<i64>, number: &str) -> Result<()> {
    // A lost or cancelled passport must not become valid by being added again.
    let ended = |p: &Passport| p.standing != PassportStanding::Valid && Some(p.id) != but;
    let same = |p: &Passport| number_key(&p.number) == number_key(number);
    if official.passports.iter().any(|p| ended(p) && same(p)) {
        return Err(refuse(
            Code::AlreadyExists,
            "Hộ chiếu có số này đã được báo mất hoặc đã bị hủy.",
            "The passport with this number has been reported lost or cancelled.",
        ));
    }
    match parts::passport_of_another(conn, official.id, number)? {
        None => Ok(()),
        Some(other) => Err(refuse(
            Code::AlreadyExists,
            format!("Hộ chiếu có số này đã được ghi cho {other}."),
            format!("The passport with this number is recorded for {other}."),
        )),
    }
}

/// Adds a passport.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), request_body = NewPassport,
    responses((status = 201, description = "added", body = PassportView)))]
#[post("/officials/{id}/passports")]
async fn add_passport(call: Call, id: web::Path<String>, body: Incoming<NewPassport>) -> Result<HttpResponse> {
    add_part(call, &id, body, (PartOf::Custody, "add_passport"), |conn, call, official, body| {
        in_order(body.issued_on.unwrap_or(SINCE_EVER), Some(body.expires_on), "/expires_on")?;
        fits_the_zone(official, &body)?;
        free_number(conn, official, None, &body.passport_number)?;
        let id = Id::new(call.now).0;
        let passport = Passport::recorded(id, body.kind, body.passport_number, body.issued_on, body.expires_on);
        parts::insert_passport(conn, official.id, &passport)?;
        Ok(("passports".into(), passport_view(&passport, false)))
    })
    .await
}

/// A management level in a period.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagementLevel, example = json!({"id": "01ke3m9p0009b", "managed_by": "party_standing_board", "valid_from": "2026-01-01", "valid_to": null}))]
struct LevelView {
    #[schema(value_type = String)]
    id: Id,
    managed_by: ManagedBy,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

fn level_view(l: &ManagementLevel) -> LevelView {
    LevelView { id: Id(l.id), managed_by: l.managed_by, valid_from: l.valid_from, valid_to: l.valid_to }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"managed_by": "party_standing_board", "valid_from": "2026-01-01"}))]
struct NewLevel {
    managed_by: ManagedBy,
    valid_from: NaiveDate,
}

#[derive(Serialize, ToSchema)]
struct LevelList {
    items: Vec<LevelView>,
    next: Option<String>,
}

/// Lists the management levels of an official, oldest first.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), responses((status = 200, description = "levels", body = LevelList)))]
#[get("/officials/{id}/management-levels")]
async fn list_levels(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadOfficials)?;
    let id = path_id(&id)?;
    let official = call.read(move |conn, call| find(conn, call, id)).await?;
    Ok(HttpResponse::Ok().json(LevelList { items: official.levels.iter().map(level_view).collect(), next: None }))
}

/// Sets the body that manages the official from a day on; the previous level ends on that day.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), request_body = NewLevel,
    responses((status = 201, description = "added", body = LevelView)))]
#[post("/officials/{id}/management-levels")]
async fn add_level(call: Call, id: web::Path<String>, body: Incoming<NewLevel>) -> Result<HttpResponse> {
    add_part(call, &id, body, (PartOf::Personnel, "change_management_level"), |conn, call, official, body| {
        let last = official.levels.iter().map(|l| l.valid_from).max().unwrap_or(SINCE_EVER);
        in_order(last, Some(body.valid_from), "/valid_from")?;
        let level = ManagementLevel {
            id: Id::new(call.now).0,
            managed_by: body.managed_by,
            valid_from: body.valid_from,
            valid_to: None,
        };
        parts::change_level(conn, official.id, &level)?;
        Ok(("management-levels".into(), level_view(&level)))
    })
    .await
}

/// A discipline in force for a period.
#[derive(Serialize, ToSchema)]
#[schema(as = Discipline, example = json!({"id": "01ke3m9p0009c", "kind": "khiển trách", "document": "12/QĐ-SKHCN", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}))]
pub(super) struct DisciplineView {
    #[schema(value_type = String)]
    id: Id,
    kind: String,
    document: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

pub(super) fn discipline_view(d: &Discipline) -> DisciplineView {
    DisciplineView {
        id: Id(d.id),
        kind: d.kind.clone(),
        document: d.document.clone(),
        valid_from: d.valid_from,
        valid_to: d.valid_to,
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "khiển trách", "document": "12/QĐ-SKHCN", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}))]
struct NewDiscipline {
    #[schema(min_length = 1, max_length = 200)]
    kind: String,
    #[schema(min_length = 1, max_length = 200)]
    document: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

#[derive(Serialize, ToSchema)]
struct DisciplineList {
    items: Vec<DisciplineView>,
    next: Option<String>,
}

/// Lists the disciplines of an official.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), responses((status = 200, description = "disciplines", body = DisciplineList)))]
#[get("/officials/{id}/disciplines")]
async fn list_disciplines(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadOfficials)?;
    let id = path_id(&id)?;
    let official = call.read(move |conn, call| find(conn, call, id)).await?;
    Ok(HttpResponse::Ok()
        .json(DisciplineList { items: official.disciplines.iter().map(discipline_view).collect(), next: None }))
}

/// Records a discipline.
#[utoipa::path(tag = "registry", params(("id" = String, Path)), request_body = NewDiscipline,
    responses((status = 201, description = "added", body = DisciplineView)))]
#[post("/officials/{id}/disciplines")]
async fn add_discipline(call: Call, id: web::Path<String>, body: Incoming<NewDiscipline>) -> Result<HttpResponse> {
    add_part(call, &id, body, (PartOf::Personnel, "add_discipline"), |conn, call, official, body| {
        in_order(body.valid_from, body.valid_to, "/valid_to")?;
        let discipline = Discipline {
            id: Id::new(call.now).0,
            kind: body.kind,
            document: body.document,
            valid_from: body.valid_from,
            valid_to: body.valid_to,
        };
        parts::insert_discipline(conn, official.id, &discipline)?;
        Ok(("disciplines".into(), discipline_view(&discipline)))
    })
    .await
}
