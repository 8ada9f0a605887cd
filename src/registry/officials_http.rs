//! Routes of officials.

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
use crate::access::reveal::REVEAL;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::error::{Code, Error, Problem, Result};
use crate::registry::agencies;
use crate::registry::official_changes::{change_open, find, may_keep};
use crate::registry::officials::{Grade, ManagementLevel, Official, SINCE_EVER, shown};
use crate::registry::officials_store as store;
use crate::registry::references::agency_on;
use crate::web::columns::{self, FieldColumn, agency, day, label, plain, word};
use crate::web::etag::{IfMatch, etag};
use crate::web::file::{self, ListFormat};
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::patch::given;
use kernel::violation::Violations;
use kernel::words::{FieldError, ManagedBy, Personnel, PostLevel};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(change);
}

/// Missions in a year before the system was introduced.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpeningMissions {
    #[schema(minimum = 1990, maximum = 2100)]
    year: i64,
    #[schema(minimum = 0, maximum = 366)]
    count: i64,
}

/// An official. The passport number is masked unless the caller may reveal it.
#[derive(Serialize, ToSchema)]
#[schema(as = Official, example = json!({"id": "01ke3m9p0007x", "version": 1, "full_name": "Đặng Văn Minh", "birth_date": "1980-05-12",
    "agency_id": "01ke3m9p0005s", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "post": "Trưởng phòng", "post_level": "division_head", "personnel": "civil_servant", "grade": null,
    "party_member": true, "provincial_committee_member": false, "key_leader": false, "managed_by": "agency",
    "opening_missions": null, "left_on": null, "merged_into": null, "passport_number": "••••1234", "under_discipline": false}))]
pub struct OfficialView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    full_name: String,
    /// Only shown to their own agency, to whoever keeps the record, and to callers who may reveal passports.
    birth_date: Option<NaiveDate>,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    post: String,
    post_level: PostLevel,
    personnel: Personnel,
    grade: Option<Grade>,
    party_member: bool,
    provincial_committee_member: bool,
    key_leader: bool,
    /// The body that manages the official today.
    managed_by: ManagedBy,
    opening_missions: Option<OpeningMissions>,
    /// First day on which the official is no longer in service.
    left_on: Option<NaiveDate>,
    /// The official with whom this record was merged; it is not changed any more.
    #[schema(value_type = Option<String>)]
    merged_into: Option<Id>,
    passport_number: Option<String>,
    under_discipline: bool,
}

pub fn view(conn: &mut Conn, o: &Official, call: &RequestContext, reveal: bool) -> Result<OfficialView> {
    let agency = shorts::agency(conn, o.agency_id)?;
    Ok(shown_with(o, agency, call, reveal))
}

fn views(conn: &mut Conn, rows: &[Official], call: &RequestContext) -> Result<Vec<OfficialView>> {
    let agencies = shorts::agencies(conn, rows.iter().map(|o| o.agency_id))?;
    Ok(rows.iter().map(|o| shown_with(o, agencies.get(&o.agency_id).cloned(), call, false)).collect())
}

fn shown_with(o: &Official, agency: Option<AgencyShort>, call: &RequestContext, reveal: bool) -> OfficialView {
    let own = call.actor.belongs_to(o.agency_id)
        || call.actor.may(Permission::RevealPassports)
        || may_keep(call, o.agency_id).is_ok();
    OfficialView {
        id: Id(o.id),
        version: o.version,
        full_name: o.full_name.clone(),
        birth_date: o.birth_date.filter(|_| own),
        agency_id: Id(o.agency_id),
        agency,
        post: o.post.clone(),
        post_level: o.post_level,
        personnel: o.personnel,
        grade: o.grade.clone(),
        party_member: o.party_member,
        provincial_committee_member: o.provincial_committee_member,
        key_leader: o.key_leader,
        managed_by: o.managed_by(call.today),
        opening_missions: o.opening_missions.map(|(year, count)| OpeningMissions { year, count }),
        left_on: o.left_on,
        merged_into: o.merged_into.map(Id),
        passport_number: o.passport(false).map(|p| shown(&p.number, reveal)),
        under_discipline: o.under_discipline(call.today),
    }
}

/// A new official.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"full_name": "Đặng Văn Minh", "birth_date": "1980-05-12", "agency_id": "01ke3m9p0005s",
    "post": "Trưởng phòng", "post_level": "division_head", "personnel": "civil_servant", "party_member": true,
    "provincial_committee_member": false, "key_leader": false, "managed_by": "agency"}))]
struct NewOfficial {
    #[schema(min_length = 1, max_length = 200)]
    full_name: String,
    birth_date: Option<NaiveDate>,
    #[schema(value_type = String)]
    agency_id: Id,
    #[schema(min_length = 1, max_length = 200)]
    post: String,
    post_level: PostLevel,
    personnel: Personnel,
    grade: Option<Grade>,
    party_member: bool,
    provincial_committee_member: bool,
    key_leader: bool,
    managed_by: ManagedBy,
    opening_missions: Option<OpeningMissions>,
    /// The caller has looked: it is not the official whom `possible_duplicate` named.
    confirmed_different: Option<bool>,
}

/// Changes of an official; omitted fields stay unchanged. Management levels change by date, under `/management-levels`.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"post": "Phó Giám đốc", "post_level": "department_deputy_head"}))]
struct OfficialChanges {
    #[schema(min_length = 1, max_length = 200)]
    full_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    birth_date: Option<Option<NaiveDate>>,
    #[schema(min_length = 1, max_length = 200)]
    post: Option<String>,
    post_level: Option<PostLevel>,
    personnel: Option<Personnel>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Grade>)]
    grade: Option<Option<Grade>>,
    party_member: Option<bool>,
    provincial_committee_member: Option<bool>,
    key_leader: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<OpeningMissions>)]
    opening_missions: Option<Option<OpeningMissions>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfficialListQuery {
    agency_id: Option<String>,
    /// Part of a name, with or without diacritics: `dang` finds Đặng.
    q: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    count: Option<bool>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The list of officials as an office keeps it; passports and disciplines are not in it.
const COLUMNS: [FieldColumn; 10] = [
    plain("/full_name", "Họ và tên"),
    day("/birth_date", "Ngày sinh"),
    agency("/agency_id", "Đơn vị"),
    plain("/post", "Chức vụ"),
    word("/post_level", "Cấp chức vụ", label::<PostLevel>),
    word("/personnel", "Đối tượng", label::<Personnel>),
    word("/managed_by", "Diện quản lý", label::<ManagedBy>),
    plain("/party_member", "Đảng viên"),
    plain("/key_leader", "Lãnh đạo chủ chốt"),
    day("/left_on", "Thôi công tác từ"),
];

#[derive(Serialize, ToSchema)]
struct OfficialPage {
    items: Vec<OfficialView>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// Lists officials by name.
#[utoipa::path(tag = "registry", operation_id = "list_officials", params(OfficialListQuery), responses((status = 200, description = "officials; as CSV or XLSX with `format`", content(
        (OfficialPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/officials")]
async fn list(call: Call, asked: Query<OfficialListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadOfficials)?;
    let asked = asked.0;
    let whole = file::whole(asked.format);
    let limit = file::rows_of(whole, asked.limit)?;
    asked.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
    let agency = asked.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0));
    let scope = format!("officials {agency:?} {:?}", asked.q);
    let after = query::place(&scope, asked.cursor.as_deref(), query::name_and_id)?;
    let (q, count) = (asked.q, asked.count.unwrap_or(false));
    let (items, next, total, named) = call
        .read(move |conn, call| {
            let total = if count { Some(store::count(conn, agency, q.as_deref())?) } else { None };
            let rows = store::page(conn, agency, q.as_deref(), after, limit + 1)?;
            if whole.is_some() {
                file::all_rows(rows.len())?;
                return Ok((views(conn, &rows, call)?, None, total, agencies::named(conn)?));
            }
            let page = Page::cut(rows, limit, &scope, |o| vec![kernel::text::fold(&o.full_name), o.id.to_string()]);
            Ok((views(conn, &page.items, call)?, page.next, total, HashMap::new()))
        })
        .await?;
    if let Some(format) = whole {
        return file::table("can-bo", &columns::table("Cán bộ", &COLUMNS, &items, &named)?, format);
    }
    Ok(call.page(next.as_deref()).json(OfficialPage { items, next, total }))
}

/// Adds an official.
#[utoipa::path(tag = "registry", operation_id = "create_official", request_body = NewOfficial, responses((status = 201, description = "created", body = OfficialView)))]
#[post("/officials")]
async fn create(call: Call, body: Incoming<NewOfficial>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::EditOfficials)?;
            let body = body.check()?;
            let mut faults = Violations::default();
            agency_on(conn, body.agency_id.0, call.today, "/agency_id", &mut faults)?;
            let born = body.birth_date.is_none_or(|d| d < call.today);
            faults.require(
                born,
                "/birth_date",
                FieldError::InTheFuture,
                "Ngày sinh phải trước hôm nay.",
                "The date of birth is in the future.",
            );
            faults.finish()?;
            may_keep(call, body.agency_id.0)?;
            if body.confirmed_different != Some(true)
                && let Some(other) = store::namesake(conn, &body.full_name, body.birth_date)?
            {
                return Err(possible_duplicate(conn, &other)?);
            }
            let id = Id::new(call.now).0;
            let level = ManagementLevel {
                id: Id::new(call.now).0,
                managed_by: body.managed_by,
                valid_from: SINCE_EVER,
                valid_to: None,
            };
            let official = Official {
                id,
                version: 1,
                full_name: body.full_name,
                birth_date: body.birth_date,
                agency_id: body.agency_id.0,
                post: body.post,
                post_level: body.post_level,
                personnel: body.personnel,
                grade: body.grade,
                party_member: body.party_member,
                provincial_committee_member: body.provincial_committee_member,
                key_leader: body.key_leader,
                opening_missions: body.opening_missions.map(|m| (m.year, m.count)),
                left_on: None,
                merged_into: None,
                levels: vec![level],
                passports: Vec::new(),
                disciplines: Vec::new(),
            };
            store::insert(conn, &official)?;
            call.remember(conn, "create_official", &format!("officials/{}", Id(id)), json!({}))?;
            reply(201, Some(1), Some(format!("/api/v1/officials/{}", Id(id))), &view(conn, &official, call, false)?)
        },
    )
    .await
}

/// The same person recorded twice would have two yearly limits: whoever has the same name is named before.
fn possible_duplicate(conn: &mut Conn, other: &Official) -> Result<Error> {
    let agency = agencies::find(conn, other.agency_id)?.map_or_else(String::new, |agency| agency.name);
    let (name, post) = (&other.full_name, &other.post);
    Ok(Problem::new(
        Code::PossibleDuplicate,
        format!("Đã có {name}, {post}, {agency}. Nếu là một người, hãy dùng hồ sơ cán bộ đó hoặc điều động về cơ quan mới; nếu là người khác, hãy xác nhận."),
        format!("There is already {name}, {post}, {agency}. If it is the same person, use that record or transfer it; if not, confirm that they are different."),
    )
    .with("official_id", json!(Id(other.id)))
    .into())
}

/// Loads an official to show. A caller who may reveal passport numbers sees them, and the audit trail records this.
pub(super) async fn seen(call: &Call, id: &str) -> Result<(Official, bool)> {
    call.actor.require(Permission::ReadOfficials)?;
    let id = path_id(id)?;
    let official = call.read(move |conn, call| find(conn, call, id)).await?;
    let reveal = call.may_see_passports() && !official.passports.is_empty();
    if reveal {
        call.write(move |conn, call| {
            call.require_proof(conn)?;
            call.remember(conn, REVEAL, &format!("officials/{}", Id(id)), json!({}))
        })
        .await?;
    }
    Ok((official, reveal))
}

/// Shows an official.
#[utoipa::path(tag = "registry", operation_id = "show_official", params(("id" = String, Path)), responses((status = 200, description = "the official", body = OfficialView)))]
#[get("/officials/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let (official, reveal) = seen(&call, &id).await?;
    let shown = call.read(move |conn, call| view(conn, &official, call, reveal)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(shown.version))).json(shown))
}

/// Changes an official.
#[utoipa::path(tag = "registry", operation_id = "change_official", params(("id" = String, Path), IfMatch), request_body = OfficialChanges,
    responses((status = 200, description = "changed", body = OfficialView)))]
#[patch("/officials/{id}")]
async fn change(call: Call, id: web::Path<String>, body: Incoming<OfficialChanges>) -> Result<HttpResponse> {
    change_open(call, &id, body, |conn, call, mut o, body| {
        call.guard(o.version, || may_keep(call, o.agency_id))?;
        let body = body.check()?;
        o.version += 1;
        o.full_name = body.full_name.unwrap_or(o.full_name);
        o.birth_date = body.birth_date.unwrap_or(o.birth_date);
        o.post = body.post.unwrap_or(o.post);
        o.post_level = body.post_level.unwrap_or(o.post_level);
        o.personnel = body.personnel.unwrap_or(o.personnel);
        o.grade = body.grade.unwrap_or(o.grade);
        o.party_member = body.party_member.unwrap_or(o.party_member);
        o.provincial_committee_member = body.provincial_committee_member.unwrap_or(o.provincial_committee_member);
        o.key_leader = body.key_leader.unwrap_or(o.key_leader);
        o.opening_missions =
            body.opening_missions.map_or(o.opening_missions, |missions| missions.map(|m| (m.year, m.count)));
        store::update(conn, &o)?;
        call.remember(conn, "change_official", &format!("officials/{}", Id(o.id)), json!({"version": o.version}))?;
        reply(200, Some(o.version), None, &view(conn, &o, call, false)?)
    })
    .await
}
