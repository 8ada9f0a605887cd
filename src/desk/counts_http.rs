//! The route of one's own numbers: what the navigation of a page shows beside its words.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::approval::waiting_store::count_waiting;
use crate::dossier::flow::State;
use crate::dossier::parts::duties::{self, DutyFilter, DutySight};
use crate::dossier::store::few::NarrowedFilter;
use crate::dossier::store::filter::DossierFilter;
use crate::dossier::store::list;
use crate::error::Result;
use crate::web::routes::RoomRoutes;
use kernel::procedure::RegisterEntries;

pub fn routes(config: &mut RoomRoutes) {
    config.service(counts);
}

/// How much waits for the caller.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"inbox": {"appraise": 3, "decide": 1}, "inbox_total": 4, "inbox_overdue": 1, "duties": 5, "duties_overdue": 2,
    "drafts": 1, "supplements": 0}))]
struct Counts {
    /// Open steps that wait for the caller, by kind of step.
    inbox: BTreeMap<&'static str, i64>,
    inbox_total: i64,
    /// Of those, the steps that are past their due day.
    inbox_overdue: i64,
    /// Open duties of which the caller is reminded.
    duties: i64,
    duties_overdue: i64,
    /// Drafts of the caller's own.
    drafts: i64,
    /// Dossiers of the caller's own that were sent back for what is missing.
    supplements: i64,
}

/// The caller's own numbers: what waits, what is overdue, what they have drafted.
#[utoipa::path(tag = "approval", operation_id = "count_own", responses((status = 200, description = "the numbers", body = Counts)))]
#[get("/me/counts")]
async fn counts(call: Call, registers: web::Data<RegisterEntries>) -> Result<HttpResponse> {
    let counts = call
        .read(move |conn, call| {
            let mut counts = Counts::default();
            if call.actor.may(Permission::ReadInbox) {
                for (kind, waiting) in count_waiting(conn, &call.actor, registers.procedures(), call.today)? {
                    counts.inbox.insert(kind.word(), waiting.steps);
                    counts.inbox_total += waiting.steps;
                    counts.inbox_overdue += waiting.overdue;
                }
            }
            if !call.actor.may(Permission::ReadDossiers) {
                return Ok(counts);
            }
            let open = DutyFilter { open: Some(true), ..DutyFilter::seen(DutySight::reminded(&call.actor)) };
            counts.duties = duties::count(conn, &open)?;
            counts.duties_overdue = duties::count(conn, &DutyFilter { overdue_on: Some(call.today), ..open })?;
            if call.actor.may(Permission::DraftDossiers) {
                for entry in &registers.0 {
                    let mut own = |states| {
                        let filter = DossierFilter { states, mine: true, ..DossierFilter::of(entry.key) };
                        let filter = NarrowedFilter::of(conn, filter, &call.actor, &registers, call.today)?;
                        list::count(conn, &filter, &call.actor, &registers, call.today)
                    };
                    counts.drafts += own(vec![State::Draft])?;
                    counts.supplements += own(vec![State::SupplementRequested])?;
                }
            }
            Ok(counts)
        })
        .await?;
    Ok(HttpResponse::Ok().json(counts))
}
