//! Routes of scheduled reports.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::NaiveDate;
use kernel::words::FieldError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::store as accounts;
use crate::error::{Error, Result, not_found};
use crate::reports::model::ReportKind;
use crate::reports::schedules::{self, Schedule};
use crate::statistics::question::Window;
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(remove);
}

/// A report that is frozen automatically.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportSchedule, example = json!({"id": "01ke3m9p000h1", "kind": "month", "window": "calendar", "days_after": 3,
    "recipients": ["01ke3m9p00061"], "created_at": "2026-11-22T02:00:00Z", "next_on": "2026-12-03"}))]
struct ScheduleView {
    #[schema(value_type = String)]
    id: Id,
    kind: ReportKind,
    window: Window,
    /// Number of days after the end of the period.
    days_after: i64,
    #[schema(value_type = Vec<String>)]
    recipients: Vec<Id>,
    created_at: String,
    /// The day on which the next report is frozen.
    next_on: Option<NaiveDate>,
}

fn view(s: &Schedule, today: NaiveDate) -> ScheduleView {
    ScheduleView {
        id: Id(s.id),
        kind: s.kind,
        window: s.window,
        days_after: s.days_after,
        recipients: s.recipients.iter().map(|id| Id(*id)).collect(),
        created_at: rfc3339(s.created_at),
        next_on: s.next(today),
    }
}

#[derive(Serialize, ToSchema)]
struct ReportScheduleList {
    items: Vec<ScheduleView>,
    next: Option<String>,
}

/// Lists the reports that are frozen automatically.
#[utoipa::path(tag = "reports", operation_id = "list_report_schedules", responses((status = 200, description = "schedules", body = ReportScheduleList)))]
#[get("/report-schedules")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::FreezeReports)?;
    let all = call.read(|conn, _| schedules::all(conn)).await?;
    Ok(HttpResponse::Ok()
        .json(ReportScheduleList { items: all.iter().map(|s| view(s, call.today)).collect(), next: None }))
}

/// Which report to freeze, when, and whom to notify.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "month", "window": "calendar", "days_after": 3, "recipients": ["01ke3m9p00061"]}))]
struct NewReportSchedule {
    kind: ReportKind,
    window: Option<Window>,
    /// Number of days after the end of the period when it is frozen.
    #[schema(minimum = 1, maximum = 60)]
    days_after: i64,
    /// Accounts to notify by mail.
    #[schema(value_type = Vec<String>, max_items = 50)]
    recipients: Vec<Id>,
}

/// Schedules a report to be frozen `days_after` days after the end of each period, with a notice to the recipients. If
/// a total is impossible, it is not frozen, and the notice asks for a reason.
#[utoipa::path(tag = "reports", operation_id = "create_report_schedule", request_body = NewReportSchedule,
    responses((status = 201, description = "created", body = ScheduleView)))]
#[post("/report-schedules")]
async fn create(call: Call, body: Incoming<NewReportSchedule>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::FreezeReports)?;
            let NewReportSchedule { kind, window, days_after, recipients } = body.check()?;
            let mut faults = Violations::default();
            for (index, id) in recipients.iter().enumerate() {
                let known = accounts::account(conn, id.0)?.is_some();
                let pointer = format!("/recipients/{index}");
                faults.require(
                    known,
                    &pointer,
                    FieldError::UnknownAccount,
                    "Không có tài khoản này.",
                    "This account does not exist.",
                );
            }
            faults.finish()?;
            let schedule = Schedule {
                id: Id::new(call.now).0,
                kind,
                window: window.unwrap_or_default(),
                days_after,
                recipients: recipients.iter().map(|id| id.0).collect(),
                since: call.today,
                done_to: None,
                created_by: call.actor.id(),
                created_at: call.now,
            };
            schedules::insert(conn, &schedule)?;
            let object = format!("report-schedules/{}", Id(schedule.id));
            call.remember(conn, "create_report_schedule", &object, json!({"kind": kind, "days_after": days_after}))?;
            reply(201, Some(1), Some(format!("/api/v1/{object}")), &view(&schedule, call.today))
        },
    )
    .await
}

/// Ends a schedule; reports already frozen remain.
#[utoipa::path(tag = "reports", operation_id = "delete_report_schedule", params(("id" = String, Path), IfMatch), responses((status = 204, description = "ended")))]
#[delete("/report-schedules/{id}")]
async fn remove(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    call.write(move |conn, call| {
        call.actor.require(Permission::FreezeReports)?;
        if !schedules::all(conn)?.iter().any(|s| s.id == id) {
            return Err(not_found());
        }
        call.guard(1, || Ok(()))?;
        schedules::delete(conn, id)?;
        call.remember(conn, "delete_report_schedule", &format!("report-schedules/{}", Id(id)), json!({}))?;
        Ok::<(), Error>(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
