//! The route that corrects a settlement.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::duties::actions;
use crate::duties::http::{DutyView, act};
use crate::duties::settlement::{SettlementLine, settled};
use crate::error::Result;
use crate::web::answers::ResponseCache;
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::routes::RoomRoutes;

pub fn routes(config: &mut RoomRoutes) {
    config.service(correct);
}

/// The corrected settlement and the reason for the correction.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-12-22", "reason": "Bổ sung hóa đơn bảo hiểm.",
    "lines": [{"what": "Bảo hiểm", "actual": {"amount": 4_000_000, "currency": "VND"}}]}))]
struct CorrectSettlement {
    on: NaiveDate,
    #[schema(min_items = 1, max_items = 200)]
    lines: Vec<SettlementLine>,
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Corrects a submitted settlement; the audit trail keeps the previous one.
#[utoipa::path(tag = "duties", operation_id = "correct_duty", params(("id" = String, Path), IfMatch), request_body = CorrectSettlement,
    responses((status = 200, description = "done", body = DutyView)))]
#[post("/duties/{id}/correct")]
async fn correct(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<CorrectSettlement>,
) -> Result<HttpResponse> {
    act(call, answers, &id, body, |conn, call, duty, body| {
        actions::correct(conn, call, duty, || {
            let CorrectSettlement { on, lines, reason } = body.check()?;
            Ok((on, settled(lines)?, reason))
        })
    })
    .await
}
