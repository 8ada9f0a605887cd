//! Routes of holds on dossiers and of erasures.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::dossier::store::erasing::{DossierPlace, by_number};
use crate::error::{Code, Result, refuse};
use crate::personal_data::erasing::erase;
use crate::personal_data::erasing_store::{self as store, ArchiveHold, Erasure};
use crate::personal_data::tracked::{self, Tracked, act, listed, recorded};
use crate::web::etag::IfMatch;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};
use crate::web::reply::{Empty, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(list_holds).service(hold_dossier).service(show_hold).service(release);
    config.service(list_erasures).service(erase_dossier);
}

/// A dossier whose passport numbers and copies of passports are kept for a reason (lưu giữ hồ sơ), whatever their term.
#[derive(Serialize, ToSchema)]
#[schema(as = ArchiveHold, example = json!({"id": "01ke3m9p000t1", "version": 1, "dossier": "ĐV-2026-0007", "ground": "Kết luận thanh tra số 12/KL-TTr đang được thực hiện",
    "set_at": "2026-12-01T02:00:00Z", "released_at": null}))]
pub(super) struct ArchiveHoldView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    /// Its number.
    dossier: String,
    ground: String,
    set_at: String,
    released_at: Option<String>,
}

impl Tracked for ArchiveHold {
    type View = ArchiveHoldView;
    const PATH: &'static str = "archive-holds";

    fn id(&self) -> i64 {
        self.id
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }

    fn load(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        store::hold(conn, id)
    }

    fn update(&self, conn: &mut Conn) -> Result<()> {
        store::update_hold(conn, self)
    }

    fn require_open(&self) -> Result<()> {
        match self.released_at {
            None => Ok(()),
            Some(_) => {
                Err(refuse(Code::NotPossibleInState, "Hồ sơ này đã hết lưu giữ.", "This dossier is held no longer."))
            }
        }
    }

    fn told(&self) -> Value {
        json!({"dossier_id": Id(self.dossier_id)})
    }

    fn view(self, _: &RequestContext) -> Result<ArchiveHoldView> {
        Ok(ArchiveHoldView {
            id: Id(self.id),
            version: self.version,
            dossier: self.dossier,
            ground: self.ground,
            set_at: rfc3339(self.set_at),
            released_at: self.released_at.map(rfc3339),
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RecordListQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ArchiveHoldPage {
    items: Vec<ArchiveHoldView>,
    next: Option<String>,
}

/// Lists the dossiers that are or were held, latest first.
#[utoipa::path(tag = "personal data", operation_id = "list_archive_holds", params(RecordListQuery),
    responses((status = 200, description = "holds", body = ArchiveHoldPage)))]
#[get("/archive-holds")]
async fn list_holds(call: Call, asked: Query<RecordListQuery>) -> Result<HttpResponse> {
    let (items, next) = listed(&call, (asked.0.limit, asked.0.cursor), store::holds).await?;
    Ok(call.page(next.as_deref()).json(ArchiveHoldPage { items, next }))
}

/// A dossier, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"dossier": "ĐV-2026-0007", "ground": "Kết luận thanh tra số 12/KL-TTr đang được thực hiện"}))]
struct DossierWithGround {
    /// Its number.
    #[schema(min_length = 1, max_length = 100)]
    dossier: String,
    #[schema(min_length = 5, max_length = 1000)]
    ground: String,
}

/// 422 unless there is a dossier of this number.
fn numbered(conn: &mut Conn, number: &str) -> Result<DossierPlace> {
    let found = by_number(conn, number.trim())?;
    let mut faults = Violations::default();
    let (vi, en) = ("Không có hồ sơ mang số này.", "There is no dossier with this number.");
    faults.require(found.is_some(), "/dossier", FieldError::UnknownDelegation, vi, en);
    faults.finish()?;
    found.ok_or_else(crate::error::not_found)
}

/// Holds a dossier: its passport numbers and copies are not erased before it is released.
#[utoipa::path(tag = "personal data", operation_id = "hold_dossier", request_body = DossierWithGround,
    responses((status = 201, description = "held", body = ArchiveHoldView)))]
#[post("/archive-holds")]
async fn hold_dossier(call: Call, body: Incoming<DossierWithGround>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::ProtectPersonalData)?;
            let body = body.check()?;
            let place = numbered(conn, &body.dossier)?;
            if store::hold_on(conn, place.id)?.is_some() {
                return Err(refuse(
                    Code::AlreadyExists,
                    "Hồ sơ này đang được lưu giữ.",
                    "This dossier is held already.",
                ));
            }
            let made = ArchiveHold {
                id: Id::new(call.now).0,
                version: 1,
                dossier_id: place.id,
                dossier: place.name,
                ground: body.ground,
                set_at: call.now,
                released_at: None,
                created_by: call.actor.id(),
            };
            store::insert_hold(conn, &made)?;
            let detail = made.told();
            recorded(conn, call, "hold_dossier", detail, made)
        },
    )
    .await
}

/// One hold.
#[utoipa::path(tag = "personal data", operation_id = "show_archive_hold", params(("id" = String, Path)),
    responses((status = 200, description = "the hold", body = ArchiveHoldView)))]
#[get("/archive-holds/{id}")]
async fn show_hold(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    tracked::show::<ArchiveHold>(call, &id).await
}

/// Releases the dossier: what has had its term is erased a week later. The caller has proved who they are, where that is asked for.
#[utoipa::path(tag = "personal data", operation_id = "release_archive_hold", params(("id" = String, Path), IfMatch),
    request_body = Empty, responses((status = 200, description = "released", body = ArchiveHoldView)))]
#[post("/archive-holds/{id}/release")]
async fn release(call: Call, id: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    call.actor.require(Permission::ProtectPersonalData)?;
    call.read(|conn, call| call.require_proof(conn)).await?;
    act(call, &id, body, "release_dossier", |call, hold: &mut ArchiveHold, Empty {}| {
        hold.released_at = Some(call.now);
        Ok(())
    })
    .await
}

/// What is left of passport numbers and copies of passports that were erased.
#[derive(Serialize, ToSchema)]
#[schema(as = Erasure, example = json!({"id": "01ke3m9p000t2", "dossier": "ĐV-2024-0012", "at": "2026-12-01T02:00:00Z",
    "ground": "Hết thời hạn lưu 12 tháng sau khi đoàn kết thúc", "people": 12, "papers": 3}))]
struct ErasureView {
    #[schema(value_type = String)]
    id: Id,
    /// The number of the dossier.
    dossier: String,
    at: String,
    ground: String,
    /// People whose number was there.
    people: i64,
    /// Copies of passports.
    papers: i64,
}

impl From<Erasure> for ErasureView {
    fn from(e: Erasure) -> Self {
        let (id, at) = (Id(e.id), rfc3339(e.at));
        ErasureView { id, dossier: e.dossier, at, ground: e.ground, people: e.people, papers: e.papers }
    }
}

#[derive(Serialize, ToSchema)]
struct ErasurePage {
    items: Vec<ErasureView>,
    next: Option<String>,
}

/// Lists what was erased, latest first: by whom somebody asked for it, and what had its term.
#[utoipa::path(tag = "personal data", operation_id = "list_erasures", params(RecordListQuery),
    responses((status = 200, description = "erasures", body = ErasurePage)))]
#[get("/erasures")]
async fn list_erasures(call: Call, asked: Query<RecordListQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ProtectPersonalData)?;
    let limit = query::limit(asked.0.limit)?;
    let before = query::place("erasures", asked.0.cursor.as_deref(), |p| p.first()?.parse().ok())?;
    let rows = call.read(move |conn, _| store::erasures(conn, before, limit + 1)).await?;
    let page = Page::cut(rows, limit, "erasures", |erasure| vec![erasure.id.to_string()]);
    let items = page.items.into_iter().map(ErasureView::from).collect();
    Ok(call.page(page.next.as_deref()).json(ErasurePage { items, next: page.next }))
}

/// Erases the passport numbers and the copies of passports of a dossier whose journey is over, in all its versions. Names, days and
/// figures stay. 409 `under_hold` while it is held.
#[utoipa::path(tag = "personal data", operation_id = "erase_passports", request_body = DossierWithGround,
    responses((status = 201, description = "erased", body = ErasureView)))]
#[post("/erasures")]
async fn erase_dossier(
    call: Call,
    registers: web::Data<Registers>,
    body: Incoming<DossierWithGround>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            call.actor.require(Permission::ProtectPersonalData)?;
            call.require_proof(conn)?;
            let body = body.check()?;
            let place = numbered(conn, &body.dossier)?;
            if !place.is_over(call.today) {
                return Err(refuse(
                    Code::NotPossibleInState,
                    "Đoàn chưa kết thúc, nên số hộ chiếu còn cần.",
                    "The journey is not over, so the numbers are still needed.",
                ));
            }
            let made = erase(conn, call, &registers, &place, body.ground)?;
            reply(201, None, None, &ErasureView::from(made))
        },
    )
    .await
}
