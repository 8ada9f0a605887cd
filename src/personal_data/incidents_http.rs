//! Routes of incidents, and whose data one may concern.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::noted::{DOWNLOAD, EXPORT};
use crate::access::permission::Permission;
use crate::access::reveal::REVEAL;
use crate::audit::{self, AuditRow, TrailFilter};
use crate::db::Conn;
use crate::error::{Code, Result, refuse};
use crate::personal_data::model::Incident;
use crate::personal_data::tracked::{self, Tracked, act, find, listed, recorded};
use crate::personal_data::{clocks, store};
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::path_id;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::{Moment, rfc3339, start_of};
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config
        .service(list)
        .service(create)
        .service(show)
        .service(notice)
        .service(report)
        .service(close)
        .service(concerned);
}

/// What happened to personal data (sự cố), and until when the authority is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Incident, example = json!({"id": "01ke3m9p000r1", "version": 1, "title": "Mất máy tính xách tay có danh sách khách",
    "description": "Mất trên đường đi công tác.", "detected_at": "2026-12-01T02:00:00Z", "notice_due_at": "2026-12-02T02:00:00Z",
    "noticed_at": null, "report_due_at": "2026-12-04T02:00:00Z", "reported_at": null, "closed_at": null, "conclusion": null, "overdue": false,
    "notice_citation": "Nghị định 331/2026/NĐ-CP, Đ.31 k.2 đ.d", "report_citation": "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Đ.23 k.1",
    "citation_read": "secondary"}))]
pub(super) struct IncidentView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    title: String,
    description: String,
    detected_at: String,
    /// Until when the authority gets a first notice.
    notice_due_at: String,
    noticed_at: Option<String>,
    /// Until when it gets the report.
    report_due_at: String,
    reported_at: Option<String>,
    closed_at: Option<String>,
    conclusion: Option<String>,
    overdue: bool,
    notice_citation: String,
    report_citation: String,
    /// How these texts were read: `secondary`, so that a lawyer must be asked before an hour is relied on.
    citation_read: &'static str,
}

impl Tracked for Incident {
    type View = IncidentView;
    const PATH: &'static str = "incidents";

    fn id(&self) -> i64 {
        self.id
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }

    fn load(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        store::incident(conn, id)
    }

    fn update(&self, conn: &mut Conn) -> Result<()> {
        store::update_incident(conn, self)
    }

    fn require_open(&self) -> Result<()> {
        match self.closed_at {
            None => Ok(()),
            Some(_) => Err(refuse(Code::NotPossibleInState, "Sự cố này đã kết thúc.", "This incident is closed.")),
        }
    }

    fn told(&self) -> Value {
        json!({"noticed_at": self.noticed_at.map(rfc3339), "reported_at": self.reported_at.map(rfc3339)})
    }

    fn view(self, call: &RequestContext) -> Result<IncidentView> {
        let clocks = clocks::of_incidents()?;
        let (notice_due, report_due) = (clocks.notice.due(self.detected_at), clocks.report.due(self.detected_at));
        let late = |done: Option<Moment>, due: Moment| done.is_none() && due < call.now;
        Ok(IncidentView {
            id: Id(self.id),
            version: self.version,
            title: self.title,
            description: self.description,
            detected_at: rfc3339(self.detected_at),
            notice_due_at: rfc3339(notice_due),
            noticed_at: self.noticed_at.map(rfc3339),
            report_due_at: rfc3339(report_due),
            reported_at: self.reported_at.map(rfc3339),
            closed_at: self.closed_at.map(rfc3339),
            conclusion: self.conclusion,
            overdue: self.closed_at.is_none()
                && (late(self.noticed_at, notice_due) || late(self.reported_at, report_due)),
            notice_citation: clocks.notice.citation.clone(),
            report_citation: clocks.report.citation.clone(),
            citation_read: clocks::READ,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IncidentListQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct IncidentPage {
    items: Vec<IncidentView>,
    next: Option<String>,
}

/// Lists incidents, latest first.
#[utoipa::path(tag = "personal data", operation_id = "list_incidents", params(IncidentListQuery),
    responses((status = 200, description = "incidents", body = IncidentPage)))]
#[get("/incidents")]
async fn list(call: Call, asked: Query<IncidentListQuery>) -> Result<HttpResponse> {
    let (items, next) = listed(&call, (asked.0.limit, asked.0.cursor), store::incidents).await?;
    Ok(call.page(next.as_deref()).json(IncidentPage { items, next }))
}

/// An incident as it was found. The clocks run from `detected_at`.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Mất máy tính xách tay có danh sách khách", "description": "Mất trên đường đi công tác.",
    "detected_at": "2026-12-01T02:00:00Z"}))]
struct NewIncident {
    #[schema(min_length = 1, max_length = 300)]
    title: String,
    #[schema(min_length = 1, max_length = 10000)]
    description: String,
    /// Now if it is left out.
    detected_at: Option<DateTime<Utc>>,
}

/// 422 for a moment that has not come, or lies before another one.
fn in_time(call: &RequestContext, at: Moment, not_before: Option<Moment>, pointer: &str) -> Result<()> {
    let mut faults = Violations::default();
    let (vi, en) = ("Không ghi nhận được thời điểm ở tương lai.", "A moment in the future cannot be recorded.");
    faults.require(at <= call.now, pointer, FieldError::InTheFuture, vi, en);
    let (vi, en) = ("Thời điểm này trước khi phát hiện sự cố.", "This moment is before the incident was found.");
    faults.require(not_before.is_none_or(|before| before <= at), pointer, FieldError::OutOfOrder, vi, en);
    Ok(faults.finish()?)
}

/// Records an incident.
#[utoipa::path(tag = "personal data", operation_id = "create_incident", request_body = NewIncident,
    responses((status = 201, description = "recorded", body = IncidentView)))]
#[post("/incidents")]
async fn create(call: Call, body: Incoming<NewIncident>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::ProtectPersonalData)?;
            let body = body.check()?;
            let detected_at = body.detected_at.map_or(call.now, |at| at.naive_utc());
            in_time(call, detected_at, None, "/detected_at")?;
            let made = Incident {
                id: Id::new(call.now).0,
                version: 1,
                title: body.title,
                description: body.description,
                detected_at,
                noticed_at: None,
                reported_at: None,
                closed_at: None,
                conclusion: None,
                created_by: call.actor.id(),
            };
            store::insert_incident(conn, &made)?;
            recorded(conn, call, "record_incident", json!({}), made)
        },
    )
    .await
}

/// One incident.
#[utoipa::path(tag = "personal data", operation_id = "show_incident", params(("id" = String, Path)),
    responses((status = 200, description = "the incident", body = IncidentView)))]
#[get("/incidents/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    tracked::show::<Incident>(call, &id).await
}

/// When the authority was told.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"at": "2026-12-01T08:00:00Z"}))]
struct ToldAuthority {
    /// Now if it is left out.
    at: Option<DateTime<Utc>>,
}

impl ToldAuthority {
    fn moment(&self, call: &RequestContext, incident: &Incident) -> Result<Moment> {
        let at = self.at.map_or(call.now, |at| at.naive_utc());
        in_time(call, at, Some(incident.detected_at), "/at")?;
        Ok(at)
    }
}

fn unrecorded(at: Option<Moment>) -> Result<()> {
    match at {
        None => Ok(()),
        Some(_) => Err(refuse(Code::NotPossibleInState, "Đã ghi lúc báo.", "When it was told is recorded already.")),
    }
}

/// Records the first notice to the authority.
#[utoipa::path(tag = "personal data", operation_id = "notice_incident", params(("id" = String, Path), IfMatch),
    request_body = ToldAuthority, responses((status = 200, description = "recorded", body = IncidentView)))]
#[post("/incidents/{id}/notice")]
async fn notice(call: Call, id: web::Path<String>, body: Incoming<ToldAuthority>) -> Result<HttpResponse> {
    act(call, &id, body, "notice_incident", |call, incident: &mut Incident, body| {
        unrecorded(incident.noticed_at)?;
        incident.noticed_at = Some(body.moment(call, incident)?);
        Ok(())
    })
    .await
}

/// Records the report to the authority.
#[utoipa::path(tag = "personal data", operation_id = "report_incident", params(("id" = String, Path), IfMatch),
    request_body = ToldAuthority, responses((status = 200, description = "recorded", body = IncidentView)))]
#[post("/incidents/{id}/report")]
async fn report(call: Call, id: web::Path<String>, body: Incoming<ToldAuthority>) -> Result<HttpResponse> {
    act(call, &id, body, "report_incident", |call, incident: &mut Incident, body| {
        unrecorded(incident.reported_at)?;
        incident.reported_at = Some(body.moment(call, incident)?);
        Ok(())
    })
    .await
}

/// What an incident came to.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"conclusion": "Đã thu hồi máy; ổ đĩa được mã hóa, không ai xem được dữ liệu."}))]
struct IncidentEnd {
    #[schema(min_length = 1, max_length = 10000)]
    conclusion: String,
}

/// Closes an incident.
#[utoipa::path(tag = "personal data", operation_id = "close_incident", params(("id" = String, Path), IfMatch),
    request_body = IncidentEnd, responses((status = 200, description = "closed", body = IncidentView)))]
#[post("/incidents/{id}/close")]
async fn close(call: Call, id: web::Path<String>, body: Incoming<IncidentEnd>) -> Result<HttpResponse> {
    act(call, &id, body, "close_incident", |call, incident: &mut Incident, body| {
        (incident.closed_at, incident.conclusion) = (Some(call.now), Some(body.conclusion));
        Ok(())
    })
    .await
}

/// Who saw or took away whose data.
#[derive(Serialize, ToSchema)]
#[schema(as = ConcernedByIncident, example = json!({"seq": 4210, "at": "2026-11-30T03:12:00Z", "actor": "custodian", "address": "10.1.2.3",
    "action": "reveal_passport", "object": "officials", "people": 12}))]
struct ConcernedView {
    /// The row of the trail.
    seq: i64,
    at: String,
    actor: String,
    address: Option<String>,
    /// `reveal_passport`, `export` or `download`.
    action: String,
    /// What it was about: a list, a person, a paper.
    object: String,
    /// How many people's data it showed; null where the trail does not say.
    people: Option<i64>,
}

impl From<AuditRow> for ConcernedView {
    fn from(row: AuditRow) -> Self {
        let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
        // An official's passports are one person's, and have no number beside them.
        let one = (row.action == REVEAL && row.object.starts_with("officials/")).then_some(1);
        ConcernedView {
            seq: row.seq,
            at: rfc3339(row.at),
            actor: row.actor,
            address: row.address,
            people: detail.get("count").and_then(Value::as_i64).or(one),
            action: row.action,
            object: row.object,
        }
    }
}

/// Most rows that are told at once.
const MOST: i64 = 2_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConcernedQuery {
    /// First day; 30 days before the incident was found if it is left out.
    from: Option<NaiveDate>,
    /// Last day; today if it is left out.
    to: Option<NaiveDate>,
    /// Only what this account did, by user name.
    actor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ConcernedList {
    items: Vec<ConcernedView>,
    next: Option<String>,
    /// Whether there are more rows than are told; ask for fewer days then.
    more: bool,
}

/// Lists who saw passport numbers, took lists away or took papers away in some days, from the trail: whose data an incident may
/// concern, of which kind, and how many people.
#[utoipa::path(tag = "personal data", operation_id = "concerned_by_incident", params(("id" = String, Path), ConcernedQuery),
    responses((status = 200, description = "rows of the trail, latest first", body = ConcernedList)))]
#[get("/incidents/{id}/concerned")]
async fn concerned(call: Call, id: web::Path<String>, asked: Query<ConcernedQuery>) -> Result<HttpResponse> {
    let (id, asked) = (path_id(&id)?, asked.0);
    if let Some(actor) = &asked.actor {
        query::text("actor", actor)?;
    }
    let answer = call.read(move |conn, call| {
        let incident: Incident = find(conn, call, id)?;
        call.actor.require(Permission::ReadTrail)?;
        let before = kernel::time::day_of(incident.detected_at) - chrono::Duration::days(30);
        let mut rows: Vec<AuditRow> = Vec::new();
        for action in [REVEAL, EXPORT, DOWNLOAD] {
            let filter = TrailFilter {
                actor: asked.actor.clone(),
                action: Some(action.into()),
                from: Some(start_of(asked.from.unwrap_or(before))),
                until: asked.to.unwrap_or(call.today).succ_opt().map(start_of),
                ..TrailFilter::default()
            };
            rows.extend(audit::page(conn, &filter, None, MOST + 1)?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        Ok(ConcernedList { items: rows.into_iter().map(ConcernedView::from).collect(), next: None, more })
    });
    Ok(HttpResponse::Ok().json(answer.await?))
}
