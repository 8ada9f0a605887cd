//! Routes of requests of people about their data.

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::after::past;
use crate::error::{Code, Result, refuse};
use crate::personal_data::clocks;
use crate::personal_data::model::{SubjectRequest, SubjectRequestKind, SubjectRequestOutcome};
use crate::personal_data::store;
use crate::personal_data::tracked::{self, Tracked, act, listed, recorded};
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::query::Query;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create).service(show).service(answer).service(extend).service(close);
}

/// What somebody asks about their data (yêu cầu của chủ thể dữ liệu), and until when.
#[derive(Serialize, ToSchema)]
#[schema(as = SubjectRequest, example = json!({"id": "01ke3m9p000q1", "version": 1, "kind": "view", "subject": "Đặng Văn Minh",
    "contact": "minh@tinhmau.gov.vn", "note": null, "received_on": "2026-12-01", "reply_due_on": "2026-12-03", "replied_on": null,
    "due_on": "2026-12-11", "extended_until": null, "extension_reason": null, "closed_on": null, "outcome": null, "ground": null,
    "overdue": false, "citation": "Nghị định 356/2025/NĐ-CP, Đ.5", "citation_read": "secondary"}))]
pub(super) struct SubjectRequestView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    kind: SubjectRequestKind,
    subject: String,
    contact: Option<String>,
    note: Option<String>,
    received_on: NaiveDate,
    /// Until when they are answered that it came.
    reply_due_on: NaiveDate,
    replied_on: Option<NaiveDate>,
    /// Until when it is carried out, without an extension.
    due_on: NaiveDate,
    extended_until: Option<NaiveDate>,
    extension_reason: Option<String>,
    closed_on: Option<NaiveDate>,
    outcome: Option<SubjectRequestOutcome>,
    ground: Option<String>,
    overdue: bool,
    /// The text that sets the terms.
    citation: String,
    /// How that text was read: `secondary`, so that a lawyer must be asked before a day is relied on.
    citation_read: &'static str,
}

impl Tracked for SubjectRequest {
    type View = SubjectRequestView;
    const PATH: &'static str = "subject-requests";

    fn id(&self) -> i64 {
        self.id
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }

    fn load(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        store::request(conn, id)
    }

    fn update(&self, conn: &mut Conn) -> Result<()> {
        store::update_request(conn, self)
    }

    fn require_open(&self) -> Result<()> {
        match self.closed_on {
            None => Ok(()),
            Some(_) => Err(refuse(Code::NotPossibleInState, "Yêu cầu này đã kết thúc.", "This request is closed.")),
        }
    }

    fn told(&self) -> Value {
        json!({"kind": self.kind, "replied_on": self.replied_on, "extended_until": self.extended_until,
            "closed_on": self.closed_on, "outcome": self.outcome})
    }

    fn view(self, call: &RequestContext) -> Result<SubjectRequestView> {
        Ok(SubjectRequestView {
            id: Id(self.id),
            version: self.version,
            kind: self.kind,
            overdue: self.is_overdue(call.today),
            subject: self.subject,
            contact: self.contact,
            note: self.note,
            received_on: self.received_on,
            reply_due_on: self.reply_due_on,
            replied_on: self.replied_on,
            due_on: self.due_on,
            extended_until: self.extended_until,
            extension_reason: self.extension_reason,
            closed_on: self.closed_on,
            outcome: self.outcome,
            ground: self.ground,
            citation: clocks::of_requests(self.kind)?.citation.clone(),
            citation_read: clocks::READ,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SubjectRequestListQuery {
    /// `true`: only those that wait; `false`: only closed ones.
    open: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SubjectRequestPage {
    items: Vec<SubjectRequestView>,
    next: Option<String>,
}

/// Lists what people asked about their data, latest first.
#[utoipa::path(tag = "personal data", operation_id = "list_subject_requests", params(SubjectRequestListQuery),
    responses((status = 200, description = "requests", body = SubjectRequestPage)))]
#[get("/subject-requests")]
async fn list(call: Call, asked: Query<SubjectRequestListQuery>) -> Result<HttpResponse> {
    let open = asked.0.open;
    let rows = move |conn: &mut Conn, before, limit| store::requests(conn, open, before, limit);
    let (items, next) = listed(&call, (asked.0.limit, asked.0.cursor), rows).await?;
    Ok(call.page(next.as_deref()).json(SubjectRequestPage { items, next }))
}

/// A request as it came.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "view", "subject": "Đặng Văn Minh", "contact": "minh@tinhmau.gov.vn", "received_on": "2026-12-01"}))]
struct NewSubjectRequest {
    kind: SubjectRequestKind,
    /// Who asks.
    #[schema(min_length = 1, max_length = 300)]
    subject: String,
    #[schema(max_length = 300)]
    contact: Option<String>,
    /// Today if it is left out.
    received_on: Option<NaiveDate>,
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// Records what somebody asks about their data. The terms run from the day it came.
#[utoipa::path(tag = "personal data", operation_id = "create_subject_request", request_body = NewSubjectRequest,
    responses((status = 201, description = "recorded", body = SubjectRequestView)))]
#[post("/subject-requests")]
async fn create(call: Call, law: web::Data<ProvinceLaw>, body: Incoming<NewSubjectRequest>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::ProtectPersonalData)?;
            let body = body.check()?;
            let received_on = body.received_on.unwrap_or(call.today);
            let mut faults = Violations::default();
            past(call.today, received_on, "/received_on", &mut faults);
            faults.finish()?;
            let calendar = law.shelf.calendar(conn)?;
            let (reply_due_on, due_on) = clocks::of_requests(body.kind)?.due(received_on, &calendar)?;
            let made = SubjectRequest {
                id: Id::new(call.now).0,
                version: 1,
                kind: body.kind,
                subject: body.subject,
                contact: body.contact,
                note: body.note,
                received_on,
                reply_due_on,
                replied_on: None,
                due_on,
                extended_until: None,
                extension_reason: None,
                closed_on: None,
                outcome: None,
                ground: None,
                created_by: call.actor.id(),
            };
            store::insert_request(conn, &made)?;
            let detail = json!({"kind": made.kind});
            recorded(conn, call, "record_subject_request", detail, made)
        },
    )
    .await
}

/// One request.
#[utoipa::path(tag = "personal data", operation_id = "show_subject_request", params(("id" = String, Path)),
    responses((status = 200, description = "the request", body = SubjectRequestView)))]
#[get("/subject-requests/{id}")]
async fn show(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    tracked::show::<SubjectRequest>(call, &id).await
}

/// When it was answered that the request came.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-02"}))]
struct SubjectRequestReply {
    on: NaiveDate,
}

/// Records that whoever asked was told that it came, and what follows.
#[utoipa::path(tag = "personal data", operation_id = "reply_to_subject_request", params(("id" = String, Path), IfMatch),
    request_body = SubjectRequestReply, responses((status = 200, description = "recorded", body = SubjectRequestView)))]
#[post("/subject-requests/{id}/reply")]
async fn answer(call: Call, id: web::Path<String>, body: Incoming<SubjectRequestReply>) -> Result<HttpResponse> {
    act(call, &id, body, "reply_to_subject_request", |call, request: &mut SubjectRequest, body| {
        if request.replied_on.is_some() {
            return Err(refuse(Code::NotPossibleInState, "Đã ghi ngày trả lời.", "The answer is recorded already."));
        }
        recordable(call, request, body.on)?;
        request.replied_on = Some(body.on);
        Ok(())
    })
    .await
}

/// 422 for a day that has not come, or before the request came.
fn recordable(call: &RequestContext, request: &SubjectRequest, on: NaiveDate) -> Result<()> {
    let mut faults = Violations::default();
    past(call.today, on, "/on", &mut faults);
    faults.finish()?;
    let mut faults = Violations::default();
    let (vi, en) = ("Ngày này trước ngày nhận yêu cầu.", "This day is before the request came.");
    faults.require(request.received_on <= on, "/on", FieldError::OutOfOrder, vi, en);
    Ok(faults.finish()?)
}

/// Most days by which a term is extended. No text that was read sets one; this keeps typing errors out.
const LONGEST_EXTENSION: i64 = 366;

/// Until when the term is extended, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"until": "2026-12-21", "reason": "Phải tra cứu hồ sơ lưu trữ từ năm 2012."}))]
struct SubjectRequestExtension {
    until: NaiveDate,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Extends the term, once and with a reason.
#[utoipa::path(tag = "personal data", operation_id = "extend_subject_request", params(("id" = String, Path), IfMatch),
    request_body = SubjectRequestExtension, responses((status = 200, description = "extended", body = SubjectRequestView)))]
#[post("/subject-requests/{id}/extend")]
async fn extend(call: Call, id: web::Path<String>, body: Incoming<SubjectRequestExtension>) -> Result<HttpResponse> {
    act(call, &id, body, "extend_subject_request", |_, request: &mut SubjectRequest, body| {
        if request.extended_until.is_some() {
            return Err(refuse(
                Code::NotPossibleInState,
                "Thời hạn chỉ được gia hạn một lần.",
                "The term is extended only once.",
            ));
        }
        let mut faults = Violations::default();
        let (vi, en) = ("Hạn mới phải sau hạn cũ.", "The new term must end after the old one.");
        faults.require(request.due_on < body.until, "/until", FieldError::OutOfOrder, vi, en);
        let (vi, en) = ("Gia hạn không quá một năm.", "A term is extended by a year at most.");
        let near = body.until <= request.due_on + chrono::Duration::days(LONGEST_EXTENSION);
        faults.require(near, "/until", FieldError::OutOfRange, vi, en);
        faults.finish()?;
        (request.extended_until, request.extension_reason) = (Some(body.until), Some(body.reason));
        Ok(())
    })
    .await
}

/// How a request ended.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-09", "outcome": "refused", "ground": "Hồ sơ đang trong thời hạn lưu trữ bắt buộc."}))]
struct SubjectRequestEnd {
    on: NaiveDate,
    outcome: SubjectRequestOutcome,
    /// By which text it was not granted, or not in full; needed then.
    #[schema(max_length = 1000)]
    ground: Option<String>,
}

/// Records what came of the request. What is refused needs its ground.
#[utoipa::path(tag = "personal data", operation_id = "close_subject_request", params(("id" = String, Path), IfMatch),
    request_body = SubjectRequestEnd, responses((status = 200, description = "closed", body = SubjectRequestView)))]
#[post("/subject-requests/{id}/close")]
async fn close(call: Call, id: web::Path<String>, body: Incoming<SubjectRequestEnd>) -> Result<HttpResponse> {
    act(call, &id, body, "close_subject_request", |call, request: &mut SubjectRequest, body| {
        recordable(call, request, body.on)?;
        let ground = body.ground.filter(|ground| !ground.trim().is_empty());
        let mut faults = Violations::default();
        let (vi, en) = ("Nêu căn cứ của phần không thực hiện.", "State the ground of what is not granted.");
        let whole = body.outcome == SubjectRequestOutcome::Granted;
        faults.require(whole || ground.is_some(), "/ground", FieldError::Missing, vi, en);
        faults.finish()?;
        (request.closed_on, request.outcome, request.ground) = (Some(body.on), Some(body.outcome), ground);
        Ok(())
    })
    .await
}
