//! Routes of outbound dossiers.

pub mod acts;
pub mod body;
pub mod papers;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::http::{page_response, path_id, reply};
use crate::access::permission::{Act, Kind};
use crate::approval::http::{History, history_of};
use crate::dossier::attachments::Folder;
use crate::error::{Error, Result};
use crate::kernel::id::Id;
use crate::kernel::page::{Page, unseal};
use crate::kernel::words::Document;
use crate::papers as formats;
use crate::procedures::outbound::actions::{Seen, Tools, assess_trip, draft, find, received_on};
use crate::procedures::outbound::flow::State;
use crate::procedures::outbound::http::body::{NewTrip, TripChanges};
use crate::procedures::outbound::http::view::{ItemView, TripView, trip_view};
use crate::procedures::outbound::papers::{Line, list as list_table};
use crate::procedures::outbound::store::list::{self as lists, Filter, Item, Place};
use crate::regulation::view::{AssessmentView, view as assessment_view};
use crate::statistics::http::{Format, file};
use crate::web::etag::{etag, none_match_hits};
use crate::web::idempotency::Reply;
use crate::web::json::Incoming;
use crate::web::query::{self, Query};

const PATH: &str = "/api/v1/outbound-delegations";

/// Registers the room's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(show).service(change).service(remove);
    config.service(assessment).service(history);
    papers::routes(config);
    acts::routes(config);
}

/// The dossier as an answer that can be kept.
pub fn reply_with(call: &Call, seen: &Seen, status: u16) -> Result<Reply> {
    let location = (status == 201).then(|| format!("{PATH}/{}", Id(seen.trip.id)));
    reply(status, Some(seen.trip.version), location, &trip_view(&seen.trip, &call.actor, seen.agency))
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    state: Option<State>,
    /// Part of number, title or a member's name, with or without marks.
    q: Option<String>,
    agency_id: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    /// First day of departure.
    from: Option<NaiveDate>,
    /// Last day of departure.
    to: Option<NaiveDate>,
    /// Year of departure.
    #[param(minimum = 1990, maximum = 2100)]
    year: Option<i32>,
    /// The open step is past its day.
    overdue: Option<bool>,
    /// Drafted by the caller.
    mine: Option<bool>,
    #[param(inline)]
    sort: Option<Sort>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// Adds `total`.
    count: Option<bool>,
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
enum Sort {
    #[serde(rename = "departure_date")]
    Departure,
    #[serde(rename = "-updated_at")]
    Newest,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutboundPage)]
struct TripPage {
    items: Vec<ItemView>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

impl Asked {
    fn filter(&self) -> Result<Filter> {
        self.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
        if self.year.is_some_and(|y| !(1990..=2100).contains(&y)) {
            return Err(query::invalid("year", "phải từ 1990 đến 2100.", "must be 1990 to 2100."));
        }
        Ok(Filter {
            state: self.state,
            q: self.q.clone(),
            agency_id: self.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0)),
            country: self.country.clone(),
            from: self.from,
            to: self.to,
            year: self.year,
            overdue: self.overdue,
            mine: self.mine.unwrap_or(false),
            newest_first: self.sort == Some(Sort::Newest),
        })
    }
}

fn place_of(cursor: &str, scope: &str, newest_first: bool) -> Result<Place> {
    let parse = || {
        let place = unseal(scope, cursor)?;
        let (at, id) = (place.first()?, place.get(1)?.parse().ok()?);
        Some(if newest_first {
            Place::Updated(chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?.naive_utc(), id)
        } else {
            Place::Departure(at.parse().ok()?, id)
        })
    };
    parse().ok_or_else(query::bad_cursor)
}

/// The dossiers the caller may see, by day of departure or by the last change.
#[utoipa::path(tag = "outbound", operation_id = "list_outbound", params(Asked),
    responses((status = 200, description = "dossiers; as CSV or XLSX with `format`", content(
        (TripPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/outbound-delegations")]
async fn list(req: HttpRequest, call: Call, asked: Query<Asked>) -> Result<HttpResponse> {
    call.actor.require(Act::Read, Kind::Delegation)?;
    let asked = asked.0;
    let limit = query::limit(asked.limit)?;
    let filter = asked.filter()?;
    let scope = format!("outbound {filter:?}");
    let newest_first = filter.newest_first;
    let after = asked.cursor.as_deref().map(|c| place_of(c, &scope, newest_first)).transpose()?;
    let count = asked.count.unwrap_or(false);
    let (rows, total) = call
        .read(move |conn, call| {
            let total = if count { Some(lists::count(conn, &filter, &call.actor, call.today)?) } else { None };
            Ok((lists::page(conn, &filter, &call.actor, call.today, after, limit + 1)?, total))
        })
        .await?;
    let page = Page::cut(rows, limit, &scope, |item: &Item| {
        let at = if newest_first {
            item.updated_at.and_utc().timestamp_micros().to_string()
        } else {
            item.departure_date.to_string()
        };
        vec![at, item.id.to_string()]
    });
    // The link keeps the filters and puts the new cursor in place of the old.
    let kept: Vec<&str> =
        req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")).collect();
    let link = if kept.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", kept.join("&")) };
    let mut response = page_response(&link, page.next.as_deref());
    let format = asked.format.unwrap_or(Format::Json);
    if format == Format::Json {
        let items = page.items.into_iter().map(ItemView::from).collect();
        return Ok(response.json(TripPage { items, next: page.next, total }));
    }
    let table = list_table(page.items.iter().map(|i| Line {
        id: i.id,
        number: i.number.as_deref(),
        title: &i.title,
        state: &i.state,
        departure: i.departure_date,
        returning: i.return_date,
        countries: &i.countries,
        headcount: i.headcount,
        due_on: i.due_on,
    }));
    let bytes = if format == Format::Csv { formats::csv::write(&table) } else { formats::xlsx::write(&table) };
    Ok(file(&mut response, format, "doan-ra", bytes.map_err(Error::Internal)?.into()))
}

/// Drafts a dossier for one's own agency.
#[utoipa::path(tag = "outbound", operation_id = "create_outbound", request_body = NewTrip,
    responses((status = 201, description = "drafted", body = TripView)))]
#[post("/outbound-delegations")]
async fn create(call: Call, body: Incoming<NewTrip>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let seen = draft::create(conn, call, body)?;
            reply_with(call, &seen, 201)
        },
    )
    .await
}

/// One dossier.
#[utoipa::path(tag = "outbound", operation_id = "show_outbound", params(("id" = String, Path)),
    responses((status = 200, description = "the dossier", body = TripView), (status = 304, description = "unchanged")))]
#[get("/outbound-delegations/{id}")]
async fn show(req: HttpRequest, call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let seen = call.read(move |conn, call| find(conn, call, id)).await?;
    let tag = etag(seen.trip.version);
    if none_match_hits(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", tag)).finish());
    }
    let view = trip_view(&seen.trip, &call.actor, seen.agency);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(view))
}

/// Changes a draft, or a dossier that was sent back for a supplement.
#[utoipa::path(tag = "outbound", operation_id = "change_outbound", params(("id" = String, Path)), request_body = TripChanges,
    responses((status = 200, description = "changed", body = TripView)))]
#[patch("/outbound-delegations/{id}")]
async fn change(call: Call, id: web::Path<String>, body: Incoming<TripChanges>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let id = path_id(&id)?;
    call.change(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, seen| {
            let agency = seen.agency;
            let trip = draft::edit(conn, call, seen, body)?;
            reply_with(call, &Seen { trip, agency }, 200)
        },
    )
    .await
}

/// Deletes a draft with its papers.
#[utoipa::path(tag = "outbound", operation_id = "delete_outbound", params(("id" = String, Path)),
    responses((status = 204, description = "deleted")))]
#[delete("/outbound-delegations/{id}")]
async fn remove(call: Call, folder: web::Data<Folder>, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let files = call
        .write(move |conn, call| {
            let seen = find(conn, call, id)?;
            draft::delete(conn, call, &seen)
        })
        .await?;
    files.iter().for_each(|name| folder.remove(name));
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// Asks under the rules of this day.
    as_of: Option<NaiveDate>,
}

/// What the regulation says of the dossier: decider, steps, due days, what is missing, findings.
#[utoipa::path(tag = "outbound", operation_id = "assess_outbound", params(("id" = String, Path), AsOf),
    responses((status = 200, description = "the answer", body = AssessmentView)))]
#[get("/outbound-delegations/{id}/assessment")]
async fn assessment(
    call: Call,
    tools: web::Data<Tools>,
    id: web::Path<String>,
    as_of: Query<AsOf>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let tools = tools.get_ref().clone();
    let (law, answer) = call
        .read(move |conn, call| {
            let trip = find(conn, call, id)?.trip;
            let day = as_of.0.as_of.unwrap_or_else(|| received_on(&trip, call.today));
            assess_trip(conn, &tools, &trip, day)
        })
        .await?;
    Ok(HttpResponse::Ok().json(assessment_view(&law, answer, call.language)))
}

/// Every act on the dossier, in order.
#[utoipa::path(tag = "outbound", operation_id = "history_outbound", params(("id" = String, Path)),
    responses((status = 200, description = "the history", body = History)))]
#[get("/outbound-delegations/{id}/history")]
async fn history(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let history = call
        .read(move |conn, call| {
            find(conn, call, id)?;
            history_of(conn, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(history))
}

/// The kinds of paper, named once for the specification.
#[derive(ToSchema, Deserialize)]
#[expect(dead_code, reason = "stands in the specification only; the form is read part by part")]
struct UploadForm {
    document: Document,
    /// PDF, DOCX, XLSX, PNG or JPEG, at most 10 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}
