//! Routes of inbound dossiers: those that every register has, and its own actions.

pub mod guests;
pub mod view;

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::reveal::{RevealReason, remember_reason, require_reveal};
use crate::dossier::actions::{find, object};
use crate::dossier::flow::Action;
use crate::dossier::http::routes::{act, copying, drafting, register};
use crate::dossier::requests::OnDay;
use crate::dossier::visibility::sees_whole;
use crate::error::{Error, Result};
use crate::procedures::inbound::actions::{acts as own, draft};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::inbound::papers::programme as programme_paper;
use crate::procedures::inbound::requests::{
    AmendVisit, Arrived, CopyVisit, CorrectVisit, DecideVisit, NewVisit, ResumeVisit, VisitChanges,
};
use crate::procedures::inbound::typed::typed;
use crate::registry::agencies;
use crate::web::json::Incoming;
use crate::web::query::Query;
use crate::web::reply::path_id;
use crate::web::routes::RoomRoutes;

/// Registers the routes of this module.
pub fn routes(config: &mut RoomRoutes) {
    register::<VisitContent>(config, |config| {
        drafting::<VisitContent, NewVisit, VisitChanges, _, _>(
            config,
            typed,
            |conn, call, body| draft::create(conn, call, || body.check()),
            |conn, call, law, seen, body| draft::edit(conn, call, law, seen, || body.check()),
        );
        copying::<VisitContent, CopyVisit, _>(config, |conn, call, seen, body| {
            draft::copy(conn, call, seen, || body.check())
        });
        config.service(programme).service(reveal_guests);
        acts(config);
    });
    guests::routes(config);
}

fn acts(config: &mut RoomRoutes) {
    act::<VisitContent, DecideVisit, _>(
        config,
        Action::Decide,
        "Decides the visit, with conditions if there are any.\nEach exception needs a waiver (409 `waiver_needed`).",
        own::decide,
    );
    act::<VisitContent, AmendVisit, _>(
        config,
        Action::Amend,
        "Asks for an amendment of what was approved.\n\
         A single kind of change that adds no person, no country, no day and no sensitive topic is annotated on the \
         approval at once. Anything else waits for the competent body, and the approval stays as it is until then: \
         `decide` then decides on the amendment, and `withdraw` withdraws it.",
        draft::amend,
    );
    act::<VisitContent, ResumeVisit, _>(
        config,
        Action::Resume,
        "Resumes a postponed visit on new days, with a programme that fits them.",
        own::resume,
    );
    act::<VisitContent, Arrived, _>(
        config,
        Action::RecordArrival,
        "Records that the guests have arrived; from now on, the number who came counts.",
        |conn, call, _, seen, body| own::record_arrival(conn, call, seen, body),
    );
    act::<VisitContent, OnDay, _>(
        config,
        Action::RecordDeparture,
        "Records that the guests have left.",
        own::record_departure,
    );
    act::<VisitContent, CorrectVisit, _>(
        config,
        Action::CorrectRecord,
        "Corrects what was recorded: days, guests who came, the report, and what an old list said.\n\
         The agency until the dossier is closed, DOFA always. Duties that hang on a corrected day move with it; a frozen \
         report shows it as a correction.",
        own::correct_record,
    );
}

/// A guest with their passport number.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"full_name": "KIM Young-hwan", "nationality": "KR", "passport_number": "M12345678"}))]
struct RevealedGuest {
    full_name: String,
    nationality: String,
    passport_number: String,
}

#[derive(Serialize, ToSchema)]
struct RevealedGuestList {
    items: Vec<RevealedGuest>,
    next: Option<String>,
}

/// Shows the passport numbers of the guests of one visit, for a reason that stands in the trail; it counts as one of twenty looks
/// an hour (429). The answer is not kept for retries.
#[utoipa::path(tag = "inbound", operation_id = "reveal_guests_inbound", params(("id" = String, Path)), request_body = RevealReason,
    responses((status = 200, description = "the guests who have a number", body = RevealedGuestList)))]
#[post("/{id}/guests/reveal")]
async fn reveal_guests(call: Call, id: web::Path<String>, body: Incoming<RevealReason>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    let shown = call.write(move |conn, call| {
        let visit = find::<VisitContent>(conn, call, id)?.dossier;
        require_reveal(conn, call)?;
        let numbered = visit.content.guests.into_iter().filter_map(|guest| {
            let passport_number = guest.passport_number?;
            Some(RevealedGuest { full_name: guest.full_name, nationality: guest.nationality, passport_number })
        });
        let items: Vec<RevealedGuest> = numbered.collect();
        remember_reason(conn, call, &object::<VisitContent>(id), &body.check()?, items.len())?;
        Ok(RevealedGuestList { items, next: None })
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(shown.await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OneDay {
    /// Only this day of the programme.
    day: Option<NaiveDate>,
}

/// Returns the printable programme, or one day of it, as DOCX.
#[utoipa::path(tag = "inbound", operation_id = "programme_inbound", params(("id" = String, Path), OneDay),
    responses((status = 200, description = "the programme", body = String,
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/{id}/programme")]
async fn programme(call: Call, id: web::Path<String>, asked: Query<OneDay>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let file = call
        .read(move |conn, call| {
            let visit = find::<VisitContent>(conn, call, id)?.dossier;
            let host = agencies::find(conn, visit.content.host_agency_id)?;
            let superior = host.as_ref().and_then(|a| a.parent_id).map(|id| agencies::find(conn, id)).transpose()?;
            let above = superior.flatten().map(|a| a.name);
            let name = host.map(|a| a.name).unwrap_or_default();
            let approval = sees_whole(&call.actor, &visit);
            programme_paper(&visit, above.as_deref(), &name, asked.0.day, approval).map_err(Error::Internal)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        .insert_header(("Content-Disposition", "attachment; filename=\"chuong-trinh.docx\""))
        .body(file))
}
