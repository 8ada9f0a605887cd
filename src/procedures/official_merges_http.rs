//! The route by which two records of one official become one. Trips, the yearly number of missions, passports, disciplines and
//! duties go to the record that stays; figures count one person.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::call::Call;
use crate::db::counters;
use crate::dossier::register::Registers;
use crate::error::{Code, Result, refuse};
use crate::procedures::official_merges_store as store;
use crate::registry::official_changes::{may_keep, open};
use crate::registry::officials_http::{OfficialView, view};
use crate::registry::officials_store;
use crate::web::answers::ResponseCache;
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(merge);
}

/// The record that stays.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"into": "01ke3m9p0007x"}))]
struct MergeOfficial {
    #[schema(value_type = String)]
    into: Id,
}

/// Merges a record that was entered twice into the one that stays; answers the latter.
///
/// 409 `in_use` if both travel in one delegation, or a pending amendment names the record that goes.
#[utoipa::path(tag = "registry", operation_id = "merge_officials", params(("id" = String, Path), IfMatch), request_body = MergeOfficial,
    responses((status = 200, description = "merged", body = OfficialView)))]
#[post("/officials/{id}/merge")]
async fn merge(
    call: Call,
    tools: (web::Data<ResponseCache>, web::Data<Registers>),
    id: web::Path<String>,
    body: Incoming<MergeOfficial>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let (answers, registers) = (tools.0.get_ref().clone(), tools.1);
    let accounts_changed = call.accounts_changed();
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| open(conn, call, id),
        move |conn, call, gone| {
            call.guard(gone.version, || may_keep(call, gone.agency_id))?;
            let into = body.check()?.into.0;
            let mut faults = Violations::default();
            let stays = officials_store::find(conn, into)?.filter(|o| o.merged_into.is_none());
            let (vi, en) = ("Không có cán bộ này.", "There is no such official.");
            faults.require(stays.is_some(), "/into", FieldError::UnknownOfficial, vi, en);
            let (vi, en) = ("Phải là hai hồ sơ khác nhau.", "It must be another record.");
            faults.require(into != gone.id, "/into", FieldError::Same, vi, en);
            faults.finish()?;
            if let Some(stays) = &stays {
                may_keep(call, stays.agency_id)?;
            }
            let moved = store::dossiers_of(conn, gone.id)?;
            let there = store::dossiers_of(conn, into)?;
            if moved.keys().any(|id| there.contains_key(id)) {
                return Err(refuse(
                    Code::InUse,
                    "Hai hồ sơ cùng có mặt trong một đoàn nên không thể là một người.",
                    "Both are in one delegation, so they cannot be one person.",
                ));
            }
            if store::named_in_amendment(conn, &Id(gone.id).to_string())? {
                return Err(refuse(
                    Code::InUse,
                    "Một đề nghị điều chỉnh đang chờ quyết định nêu người này; hãy gộp sau khi có quyết định.",
                    "A pending amendment names this official; merge after it is decided.",
                ));
            }
            store::merge(conn, gone.id, into)?;
            for (dossier, key) in moved {
                if let Some(register) = registers.by_key(&key) {
                    register.derive_again(conn, dossier)?;
                }
            }
            counters::raise_data_version(conn)?;
            counters::raise_accounts_version(conn)?;
            let detail = json!({"into": Id(into), "name": gone.full_name});
            call.remember(conn, "merge_officials", &format!("officials/{}", Id(gone.id)), detail)?;
            let merged = open(conn, call, into)?;
            reply(200, Some(merged.version), None, &view(conn, &merged, call, false)?)
        },
        move || {
            accounts_changed();
            answers.touch();
        },
    )
    .await
}
