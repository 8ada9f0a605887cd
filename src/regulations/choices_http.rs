//! Routes of choices: which regulation applies in a province that was merged, or whose own is not in force.

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::error::Result;
use crate::regulations::store::{Chosen, RegulationCache, choices, choose};
use crate::web::json::Incoming;
use crate::web::reply::reply;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::{FieldError, PaperRef};

pub fn routes(config: &mut RoomRoutes) {
    config.service(list).service(create);
}

/// A regulation that an administrator chose for a province.
#[derive(Serialize, ToSchema)]
#[schema(as = RegulationChoice, example = json!({"id": "01ke3m9p000n1", "jurisdiction": "can-tho", "regulation": "hau-giang-2012", "from": "2025-07-01",
    "document": {"number": "12/QĐ-UBND", "date": "2025-07-01"}, "reason": "Áp dụng tạm trong thời gian chuyển tiếp.", "chosen_at": "2026-11-22T02:00:00Z"}))]
struct ChoiceView {
    #[schema(value_type = String)]
    id: Id,
    jurisdiction: String,
    regulation: String,
    from: NaiveDate,
    document: PaperRef,
    reason: String,
    chosen_at: String,
}

fn view(c: &Chosen) -> ChoiceView {
    ChoiceView {
        id: Id(c.id),
        jurisdiction: c.jurisdiction.clone(),
        regulation: c.regulation.clone(),
        from: c.from,
        document: c.document.clone(),
        reason: c.reason.clone(),
        chosen_at: rfc3339(c.chosen_at),
    }
}

#[derive(Serialize, ToSchema)]
struct RegulationChoiceList {
    items: Vec<ChoiceView>,
    next: Option<String>,
}

/// Lists all choices in the order in which they were made.
#[utoipa::path(tag = "regulation", operation_id = "list_regulation_choices", responses((status = 200, description = "choices", body = RegulationChoiceList)))]
#[get("/regulation-choices")]
async fn list(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadRegulations)?;
    let all = call.read(|conn, _| choices(conn)).await?;
    Ok(HttpResponse::Ok().json(RegulationChoiceList { items: all.iter().map(view).collect(), next: None }))
}

/// Which regulation applies in which province, from which day, under which document.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRegulationChoice, example = json!({"jurisdiction": "can-tho", "regulation": "hau-giang-2012", "from": "2025-07-01",
    "document": {"number": "12/QĐ-UBND", "date": "2025-07-01"}, "reason": "Áp dụng tạm trong thời gian chuyển tiếp."}))]
struct NewChoice {
    #[schema(min_length = 1, max_length = 100)]
    jurisdiction: String,
    /// Code of a regulation.
    #[schema(min_length = 1, max_length = 100)]
    regulation: String,
    from: NaiveDate,
    document: PaperRef,
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Chooses the regulation that applies in a province from a day on. The latest choice for a day applies; assessments
/// name its document (note `text_chosen`).
#[utoipa::path(tag = "regulation", operation_id = "choose_regulation", request_body = NewChoice, responses((status = 201, description = "chosen", body = ChoiceView)))]
#[post("/regulation-choices")]
async fn create(call: Call, shelf: web::Data<RegulationCache>, body: Incoming<NewChoice>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let shelf = shelf.get_ref().clone();
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::AdministerRegulations)?;
            let b = body.check()?;
            let book = shelf.book(conn)?;
            let mut faults = Violations::default();
            let (vi, en) = ("Không có văn bản này.", "This regulation does not exist.");
            faults.require(book.find(&b.regulation).is_some(), "/regulation", FieldError::UnknownRegulation, vi, en);
            let (vi, en) = ("Không văn bản nào có địa phương này.", "No regulation mentions this province.");
            faults.require(book.knows(&b.jurisdiction), "/jurisdiction", FieldError::UnknownJurisdiction, vi, en);
            faults.finish()?;
            let chosen = Chosen {
                id: Id::new(call.now).0,
                jurisdiction: b.jurisdiction,
                regulation: b.regulation,
                from: b.from,
                document: b.document,
                reason: b.reason,
                chosen_at: call.now,
            };
            choose(conn, &chosen, call.actor.id())?;
            let detail = json!({"jurisdiction": chosen.jurisdiction, "regulation": chosen.regulation, "from": chosen.from,
                "document": chosen.document});
            call.remember(conn, "choose_regulation", &format!("regulation-choices/{}", Id(chosen.id)), detail)?;
            shelf.book(conn)?;
            reply(201, Some(1), Some("/api/v1/regulation-choices".into()), &view(&chosen))
        },
    )
    .await
}
