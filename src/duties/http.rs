//! Routes of duties.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort, OfficialShort};
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::parts::duties::{self as store, Duty, DutyFilter, DutySight, Settlement};
use crate::duties::actions::{self, Done};
use crate::duties::settlement::{SettlementLine, settled};
use crate::error::{Result, forbidden};
use crate::registry::agencies;
use crate::web::answers::ResponseCache;
use crate::web::columns::{self, FieldColumn, agency, day, label, plain, word};
use crate::web::etag::{IfMatch, etag};
use crate::web::file::{self, ListFormat};
use crate::web::json::{Incoming, JsonBody};
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::Day;
use kernel::words::DutyCode;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(by_agency).service(show).service(fulfil).service(excuse).service(override_hold);
}

/// An obligation that a delegation leaves behind.
#[derive(Serialize, ToSchema)]
#[schema(as = Duty, example = json!({"id": "01ke3m9p000k1", "version": 1, "delegation_id": "01ke3m9p000b2", "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc",
    "code": "trip_report", "agency_id": "01ke3m9p0005s", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "official_id": null, "official": null, "full_name": null, "task": null,
    "citation": "38-CT/TW: trưởng đoàn báo cáo", "due_on": "2026-12-26", "done_on": null, "done_note": null, "overdue": false, "reminders": 0,
    "excused_until": null, "excuse": null, "overridden": null, "settlement": null}))]
pub struct DutyView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    #[schema(value_type = String)]
    delegation_id: Id,
    title: String,
    /// The code of the rule that creates the duty, or `settlement` or `follow_up`.
    code: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    #[schema(value_type = Option<String>)]
    official_id: Option<Id>,
    official: Option<OfficialShort>,
    full_name: Option<String>,
    task: Option<String>,
    citation: String,
    /// Null where no legal text that we have read sets a term.
    due_on: Option<NaiveDate>,
    done_on: Option<NaiveDate>,
    done_note: Option<String>,
    overdue: bool,
    /// Reminders sent up to today.
    reminders: i64,
    excused_until: Option<NaiveDate>,
    excuse: Option<String>,
    /// Why the agency may submit although this duty is overdue.
    overridden: Option<String>,
    settlement: Option<Settlement>,
}

/// The duties with the titles of their delegations and the names of the people concerned.
fn views(conn: &mut Conn, call: &RequestContext, all: Vec<Duty>) -> Result<Vec<DutyView>> {
    let titles = store::titles(conn, &all)?;
    let officials = shorts::officials(conn, all.iter().filter_map(|d| d.official_id))?;
    let agencies = shorts::agencies(conn, all.iter().map(|d| d.agency_id))?;
    let view = |d: Duty| DutyView {
        id: Id(d.id),
        version: d.version,
        delegation_id: Id(d.delegation_id),
        title: titles.get(&d.delegation_id).cloned().unwrap_or_default(),
        agency_id: Id(d.agency_id),
        agency: agencies.get(&d.agency_id).cloned(),
        official_id: d.official_id.map(Id),
        official: d.official_id.and_then(|id| officials.get(&id)).cloned(),
        full_name: d.official_id.and_then(|id| officials.get(&id)).map(|o| o.full_name.clone()),
        overdue: d.is_overdue(call.today),
        reminders: d.reminders(call.today),
        code: d.code,
        task: d.task,
        citation: d.citation,
        due_on: d.due_on,
        done_on: d.done_on,
        done_note: d.done_note,
        excused_until: d.excused_until,
        excuse: d.excuse,
        overridden: d.overridden,
        settlement: d.settlement,
    };
    Ok(all.into_iter().map(view).collect())
}

fn one(conn: &mut Conn, call: &RequestContext, duty: Duty) -> Result<(i64, DutyView)> {
    let version = duty.version;
    let view = views(conn, call, vec![duty])?.pop();
    Ok((version, view.ok_or_else(|| crate::error::Error::Internal("a duty has no view".into()))?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DutyListQuery {
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
    #[param(value_type = Option<String>)]
    delegation_id: Option<Id>,
    #[param(example = "trip_report")]
    code: Option<String>,
    /// `overdue=true`: only overdue duties. `open=true`: only unfulfilled ones; `open=false`: only fulfilled ones.
    overdue: Option<bool>,
    open: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// `csv` or `xlsx`: the whole list, at most 50,000 rows, with labels.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The list of duties as DOFA sends it round.
const COLUMNS: [FieldColumn; 11] = [
    plain("/title", "Tên đoàn"),
    agency("/agency_id", "Cơ quan"),
    word("/code", "Việc phải làm", label::<DutyCode>),
    plain("/task", "Nội dung"),
    plain("/full_name", "Người phải làm"),
    day("/due_on", "Hạn"),
    day("/excused_until", "Gia hạn đến"),
    day("/done_on", "Đã làm ngày"),
    plain("/overdue", "Quá hạn"),
    plain("/reminders", "Số lần nhắc"),
    plain("/citation", "Căn cứ"),
];

#[derive(Serialize, ToSchema)]
struct DutyPage {
    items: Vec<DutyView>,
    next: Option<String>,
}

/// A filter for the duties that the caller may see: 403 if they see none of the agency.
fn visible(call: &RequestContext, agency: Option<i64>) -> Result<DutyFilter> {
    call.actor.require(Permission::ReadDossiers)?;
    let sight = DutySight::of(&call.actor);
    let another =
        |agency: i64| matches!(&sight, DutySight::Some { agencies, code: None } if !agencies.contains(&agency));
    if agency.is_some_and(another) {
        return Err(forbidden(
            "Chỉ được xem nghĩa vụ của cơ quan mình.",
            "You may see only the duties of your own agency.",
        ));
    }
    Ok(DutyFilter { agency_id: agency, ..DutyFilter::seen(sight) })
}

/// Lists duties, earliest due date first: those of the caller's agency; all for DOFA, deciding bodies and the
/// inspector; passport returns for the custodian.
#[utoipa::path(tag = "duties", operation_id = "list_duties", params(DutyListQuery), responses((status = 200, description = "duties; as CSV or XLSX with `format`", content(
        (DutyPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/duties")]
async fn list(call: Call, asked: Query<DutyListQuery>) -> Result<HttpResponse> {
    let asked = asked.0;
    let whole = file::whole(asked.format);
    let limit = file::rows_of(whole, asked.limit)?;
    let mut filter = visible(&call, asked.agency_id.map(|id| id.0))?;
    if let Some(code) = asked.code {
        query::text("code", &code)?;
        filter.code = Some(code);
    }
    filter.delegation_id = asked.delegation_id.map(|id| id.0);
    filter.open = asked.open;
    filter.overdue_on = asked.overdue.unwrap_or(false).then_some(call.today);
    let place = |p: &[String]| Some((p.first()?.parse::<Day>().ok()?, p.get(1)?.parse().ok()?));
    let after = query::place("duties", asked.cursor.as_deref(), place)?;
    let (rows, next, named) = call
        .read(move |conn, call| {
            let rows = store::page(conn, &filter, after, limit + 1)?;
            if whole.is_some() {
                file::all_rows(rows.len())?;
                return Ok((views(conn, call, rows)?, None, agencies::named(conn)?));
            }
            let last =
                |d: &Duty| vec![d.due_on.map_or_else(|| "9999-12-31".into(), |due| due.to_string()), d.id.to_string()];
            let page = Page::cut(rows, limit, "duties", last);
            Ok((views(conn, call, page.items)?, page.next, HashMap::new()))
        })
        .await?;
    if let Some(format) = whole {
        return file::table(
            "viec-sau-chuyen-di",
            &columns::table("Việc sau chuyến đi", &COLUMNS, &rows, &named)?,
            format,
        );
    }
    Ok(call.page(next.as_deref()).json(DutyPage { items: rows, next }))
}

/// The open duties of one agency.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"agency_id": "01ke3m9p0005s", "name": "Sở Khoa học và Công nghệ", "open": 3, "overdue": 1, "oldest_due_on": "2026-11-20", "reminders": 1}))]
struct AgencyDuties {
    #[schema(value_type = String)]
    agency_id: Id,
    name: String,
    open: i64,
    overdue: i64,
    oldest_due_on: Option<NaiveDate>,
    /// Reminders sent for the duty that was reminded most often.
    reminders: i64,
}

#[derive(Serialize, ToSchema)]
struct AgencyDutiesList {
    items: Vec<AgencyDuties>,
    next: Option<String>,
}

/// Lists agencies with open duties, most overdue duties first.
#[utoipa::path(tag = "duties", operation_id = "duties_by_agency", responses((status = 200, description = "agencies", body = AgencyDutiesList)))]
#[get("/duties/by-agency")]
async fn by_agency(call: Call) -> Result<HttpResponse> {
    let filter = DutyFilter { open: Some(true), ..visible(&call, None)? };
    let items = call
        .read(move |conn, call| {
            let mut all: HashMap<i64, AgencyDuties> = HashMap::new();
            for duty in store::page(conn, &filter, None, i64::from(i32::MAX))? {
                let row = all.entry(duty.agency_id).or_insert_with(|| AgencyDuties {
                    agency_id: Id(duty.agency_id),
                    name: String::new(),
                    open: 0,
                    overdue: 0,
                    oldest_due_on: None,
                    reminders: 0,
                });
                row.open += 1;
                row.overdue += i64::from(duty.is_overdue(call.today));
                row.oldest_due_on = [row.oldest_due_on, duty.due_on].into_iter().flatten().min();
                row.reminders = row.reminders.max(duty.reminders(call.today));
            }
            let names = agencies::names(conn, &all.keys().copied().collect::<Vec<_>>())?;
            for (id, (_, name)) in names {
                if let Some(row) = all.get_mut(&id) {
                    row.name = name;
                }
            }
            let mut items: Vec<AgencyDuties> = all.into_values().collect();
            items.sort_by(|a, b| (b.overdue, &a.name).cmp(&(a.overdue, &b.name)));
            Ok(items)
        })
        .await?;
    Ok(HttpResponse::Ok().json(AgencyDutiesList { items, next: None }))
}

/// Shows a duty.
#[utoipa::path(tag = "duties", operation_id = "show_duty", params(("id" = String, Path)), responses((status = 200, description = "the duty", body = DutyView)))]
#[get("/duties/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let (version, view) = call
        .read(move |conn, call| {
            let duty = actions::find(conn, call, id)?;
            one(conn, call, duty)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(version))).json(view))
}

/// Runs one action on a duty.
pub(super) async fn act<T, F>(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: &str,
    body: Incoming<T>,
    carry_out: F,
) -> Result<HttpResponse>
where
    T: JsonBody,
    F: FnOnce(&mut Conn, &RequestContext, Duty, crate::web::json::Deferred<T>) -> Result<Duty> + Send + 'static,
{
    let body = body.read().await?;
    let id = path_id(id)?;
    // A settlement counts in figures.
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| actions::find(conn, call, id),
        move |conn, call, duty| {
            let duty = carry_out(conn, call, duty, body)?;
            let (version, view) = one(conn, call, duty)?;
            reply(200, Some(version), None, &view)
        },
        move || answers.touch(),
    )
    .await
}

/// When and how the duty was fulfilled.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-20", "note": "Đã báo cáo chi bộ."}))]
struct FulfilDuty {
    on: NaiveDate,
    note: Option<String>,
    /// For a settlement: the costs, line by line.
    #[schema(max_items = 200)]
    lines: Option<Vec<SettlementLine>>,
}

/// The agency or DOFA records that a duty is fulfilled. A settlement has lines, each with its currency and rate.
#[utoipa::path(tag = "duties", operation_id = "fulfil_duty", params(("id" = String, Path), IfMatch), request_body = FulfilDuty,
    responses((status = 200, description = "done", body = DutyView)))]
#[post("/duties/{id}/fulfil")]
async fn fulfil(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<FulfilDuty>,
) -> Result<HttpResponse> {
    act(call, answers, &id, body, |conn, call, duty, body| {
        actions::fulfil(conn, call, duty, || {
            let FulfilDuty { on, note, lines } = body.check()?;
            let settlement = lines.filter(|lines| !lines.is_empty()).map(settled).transpose()?;
            Ok(Done { on, note, settlement })
        })
    })
    .await
}

/// A reason for a late return, and the new date.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Đi công tác tiếp, nộp hộ chiếu sau.", "until": "2026-12-30"}))]
struct ExcuseDuty {
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    until: NaiveDate,
}

/// The head of the agency accepts a reason for a late passport return (Luật 49/2019/QH14 Đ.23 k.3).
#[utoipa::path(tag = "duties", operation_id = "excuse_duty", params(("id" = String, Path), IfMatch), request_body = ExcuseDuty,
    responses((status = 200, description = "done", body = DutyView)))]
#[post("/duties/{id}/excuse")]
async fn excuse(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<ExcuseDuty>,
) -> Result<HttpResponse> {
    act(call, answers, &id, body, |conn, call, duty, body| {
        actions::excuse(conn, call, duty, || {
            let ExcuseDuty { reason, until } = body.check()?;
            Ok((reason, until))
        })
    })
    .await
}

/// Why an agency may submit although the duty is overdue.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Đoàn đi theo chỉ đạo của Thường trực Tỉnh ủy."}))]
struct OverrideHold {
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// The body named by rule `report_overdue` lets the agency submit although this duty is overdue; the duty stays due.
#[utoipa::path(tag = "duties", operation_id = "override_duty", params(("id" = String, Path), IfMatch), request_body = OverrideHold,
    responses((status = 200, description = "done", body = DutyView)))]
#[post("/duties/{id}/override")]
async fn override_hold(
    call: Call,
    answers: web::Data<ResponseCache>,
    tools: web::Data<ProvinceLaw>,
    id: web::Path<String>,
    body: Incoming<OverrideHold>,
) -> Result<HttpResponse> {
    let tools = tools.get_ref().clone();
    act(call, answers, &id, body, move |conn, call, duty, body| {
        actions::overridden(conn, call, &tools, duty, || Ok(body.check()?.reason))
    })
    .await
}
