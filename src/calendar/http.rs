//! Routes of the calendar and of its feeds.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::access::account::Actor;
use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::access::store as accounts;
use crate::access::token::random_text;
use crate::calendar::entries::{Calendar, CalendarEntry, Clash, ClashSide, calendar};
use crate::calendar::feed::feed;
use crate::calendar::store::{self, Feed};
use crate::db::{Conn, Db};
use crate::dossier::ProvinceLaw;
use crate::dossier::flow::State;
use crate::dossier::parts::engagement::EngagementKind;
use crate::dossier::register::{RegisterWord, Registers};
use crate::error::{Error, Result, not_found};
use crate::web::etag::{IfMatch, IfNoneMatch};
use crate::web::idempotency::fingerprint;
use crate::web::json::Incoming;
use crate::web::query::{Query, invalid};
use crate::web::reply::{path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::{Clock, Period, day_of, rfc3339};

pub fn routes(config: &mut RoomRoutes) {
    config.service(show).service(subscribe).service(list_feeds).service(create_feed).service(revoke_feed);
}

/// Maximum days in one response.
const LONGEST: i64 = 366;
/// Days that a feed shows: in the past and in the future.
const FEED: (i64, i64) = (90, 400);
/// Maximum feeds per account.
const FEEDS: usize = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CalendarQuery {
    #[param(example = "2026-12-01")]
    from: NaiveDate,
    /// At most 366 days after `from`.
    #[param(example = "2026-12-31")]
    to: NaiveDate,
}

#[derive(Serialize, ToSchema)]
struct CalendarPerson {
    #[schema(value_type = String)]
    official_id: Id,
    full_name: String,
}

#[derive(Serialize, ToSchema)]
struct CalendarHour {
    starts_at: String,
    ends_at: String,
    place: String,
    activity: String,
    hosts: Vec<CalendarPerson>,
    restricted_area: bool,
}

/// One delegation in the calendar.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarEntry)]
struct EntryView {
    /// `outbound`: travelling abroad; `inbound`: visiting the province.
    #[schema(value_type = RegisterWord)]
    direction: &'static str,
    #[schema(value_type = String)]
    delegation_id: Id,
    number: Option<String>,
    title: String,
    #[schema(value_type = State)]
    state: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    #[schema(value_type = String, format = Date, required = true)]
    begins_on: Option<NaiveDate>,
    #[schema(value_type = String, format = Date, required = true)]
    ends_on: Option<NaiveDate>,
    countries: Vec<String>,
    headcount: i64,
    /// Outbound: the officials who are abroad.
    people: Vec<CalendarPerson>,
    /// Inbound: the programme.
    programme: Vec<CalendarHour>,
}

/// Two overlapping engagements of one person.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarClash)]
struct PairView {
    #[schema(value_type = String)]
    official_id: Id,
    full_name: String,
    sides: Vec<ClashSideView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CalendarClashSide)]
struct ClashSideView {
    kind: EngagementKind,
    starts_at: String,
    ends_at: String,
    draft: bool,
    /// The dossier, where the caller may see it.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    title: Option<String>,
}

/// Who is abroad, who is visiting, and which people have overlapping engagements.
#[derive(Serialize, ToSchema)]
#[schema(as = Calendar, example = json!({"from": "2026-12-01", "to": "2026-12-31", "items": [{"direction": "inbound",
    "delegation_id": "01ke3m9p000d4", "number": "DV-2026-0001", "title": "Đoàn tỉnh Chungbuk thăm và làm việc", "state": "approved",
    "agency_id": "01ke3m9p0005s",
    "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "begins_on": "2026-12-07", "ends_on": "2026-12-09", "countries": ["KR"], "headcount": 12,
    "people": [], "programme": []}], "clashes": []}))]
struct CalendarView {
    from: NaiveDate,
    to: NaiveDate,
    items: Vec<EntryView>,
    clashes: Vec<PairView>,
}

fn person((id, full_name): (i64, String)) -> CalendarPerson {
    CalendarPerson { official_id: Id(id), full_name }
}

impl EntryView {
    fn new(entry: CalendarEntry, agencies: &HashMap<i64, AgencyShort>) -> Self {
        let programme = entry.programme.into_iter().map(|hour| CalendarHour {
            starts_at: rfc3339(hour.starts_at),
            ends_at: rfc3339(hour.ends_at),
            place: hour.place,
            activity: hour.activity,
            hosts: hour.hosts.into_iter().zip(hour.host_names).map(person).collect(),
            restricted_area: hour.restricted_area,
        });
        EntryView {
            direction: entry.entry.key,
            programme: programme.collect(),
            people: entry.people.into_iter().map(person).collect(),
            delegation_id: Id(entry.item.id),
            number: entry.item.number,
            title: entry.item.title,
            state: entry.item.state,
            agency_id: Id(entry.item.agency_id),
            agency: agencies.get(&entry.item.agency_id).cloned(),
            begins_on: entry.item.begins_on,
            ends_on: entry.item.ends_on,
            countries: entry.item.countries.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            headcount: entry.item.headcount,
        }
    }
}

impl From<Clash> for PairView {
    fn from(clash: Clash) -> Self {
        let side = |side: ClashSide| ClashSideView {
            kind: side.engagement.kind,
            starts_at: rfc3339(side.engagement.starts),
            ends_at: rfc3339(side.engagement.ends),
            draft: side.engagement.draft,
            delegation_id: side.title.as_ref().map(|_| Id(side.engagement.delegation_id)),
            title: side.title,
        };
        let sides = clash.sides.into_iter().map(side).collect();
        PairView { official_id: Id(clash.official_id), full_name: clash.full_name, sides }
    }
}

/// The calendar of a period: the delegations that the caller may see, and people with overlapping engagements.
#[utoipa::path(tag = "calendar", operation_id = "show_calendar", params(CalendarQuery), responses((status = 200, description = "the calendar", body = CalendarView)))]
#[get("/calendar")]
async fn show(call: Call, registers: web::Data<Registers>, asked: Query<CalendarQuery>) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadCalendar)?;
    let CalendarQuery { from, to } = asked.0;
    if to < from || (to - from).num_days() > LONGEST {
        return Err(invalid(
            "to",
            "phải từ ngày bắt đầu trở đi và không quá 366 ngày sau đó.",
            "must be on or after `from` and at most 366 days later.",
        ));
    }
    let period = Period { from, to };
    let (Calendar { entries, clashes }, agencies) = call
        .read(move |conn, call| {
            let seen = calendar(conn, &call.actor, &registers, period)?;
            let agencies = shorts::agencies(conn, seen.entries.iter().map(|e| e.item.agency_id))?;
            Ok((seen, agencies))
        })
        .await?;
    let items = entries.into_iter().map(|entry| EntryView::new(entry, &agencies)).collect();
    let clashes = clashes.into_iter().map(PairView::from).collect();
    Ok(HttpResponse::Ok().json(CalendarView { from, to, items, clashes }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FeedKeyQuery {
    /// The secret of a feed, from `POST /calendar/feeds`.
    #[param(example = "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM")]
    key: String,
}

/// The calendar as an iCalendar feed (RFC 5545) for Thunderbird, Outlook or Google. It shows what the feed's owner may
/// see, without guest names and passports. A wrong or revoked key gets 404.
#[utoipa::path(tag = "calendar", operation_id = "subscribe_calendar", security(()), params(FeedKeyQuery),
    responses((status = 200, description = "iCalendar", body = String, content_type = "text/calendar"), (status = 304, description = "unchanged")))]
#[get("/calendar.ics")]
async fn subscribe(
    req: HttpRequest,
    db: web::Data<Db>,
    clock: web::Data<Clock>,
    tools: web::Data<ProvinceLaw>,
    key: Query<FeedKeyQuery>,
) -> Result<HttpResponse> {
    let today = day_of(clock.now());
    let period = Period { from: today - Duration::days(FEED.0), to: today + Duration::days(FEED.1) };
    let domain = format!("{}.ngoaivu", tools.jurisdiction);
    let registers = tools.registers.clone();
    let digest = fingerprint(key.0.key.as_bytes());
    let text = db
        .read(move |conn| {
            let found = store::by_digest(conn, &digest)?.ok_or_else(not_found)?;
            let account = accounts::account(conn, found.user_id)?.filter(|a| a.active).ok_or_else(not_found)?;
            let owner = Actor::new(Arc::new(account), 0, today);
            owner.require(Permission::ReadCalendar).map_err(|_| not_found())?;
            let entries = crate::calendar::entries::feed_entries(conn, &owner, &registers, period)?;
            Ok(feed(&found.name, &domain, &entries))
        })
        .await?;
    let tag = format!("\"{}\"", fingerprint(text.as_bytes()).get(..32).unwrap_or_default());
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", tag)).finish());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("ETag", tag))
        .insert_header(("Cache-Control", "private, no-cache"))
        .body(text))
}

/// A feed of the caller.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarFeed, example = json!({"id": "01ke3m9p000f1", "name": "Lịch đối ngoại", "created_at": "2026-11-22T02:00:00Z"}))]
struct FeedView {
    #[schema(value_type = String)]
    id: Id,
    name: String,
    created_at: String,
    /// The address with its key; returned only when the feed is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

fn view(feed: &Feed, path: Option<String>) -> FeedView {
    FeedView { id: Id(feed.id), name: feed.name.clone(), created_at: rfc3339(feed.created_at), path }
}

#[derive(Serialize, ToSchema)]
struct FeedList {
    items: Vec<FeedView>,
    next: Option<String>,
}

/// The caller's feeds that are not revoked, without their keys.
#[utoipa::path(tag = "calendar", operation_id = "list_calendar_feeds", responses((status = 200, description = "feeds", body = FeedList)))]
#[get("/calendar/feeds")]
async fn list_feeds(call: Call) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadCalendar)?;
    let feeds = call.read(|conn, call| store::of_user(conn, call.actor.id())).await?;
    Ok(HttpResponse::Ok().json(FeedList { items: feeds.iter().map(|f| view(f, None)).collect(), next: None }))
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Lịch đối ngoại"}))]
struct NewFeed {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// Creates a feed. Only this response contains its address; a retry creates another feed.
#[utoipa::path(tag = "calendar", operation_id = "create_calendar_feed", request_body = NewFeed, responses((status = 201, description = "created", body = FeedView)))]
#[post("/calendar/feeds")]
async fn create_feed(call: Call, body: Incoming<NewFeed>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let print = body.fingerprint.clone();
    let make = move |conn: &mut Conn, call: &RequestContext, ()| {
        call.actor.require(Permission::ReadCalendar)?;
        let name = body.check()?.name;
        if store::of_user(conn, call.actor.id())?.len() >= FEEDS {
            return Err(crate::error::refuse(
                crate::error::Code::InUse,
                format!("Mỗi tài khoản có tối đa {FEEDS} địa chỉ lịch; hãy thu hồi bớt trước khi tạo mới."),
                format!("An account may have at most {FEEDS} feeds; revoke one first."),
            ));
        }
        let (user_id, created_at) = (call.actor.id(), call.now);
        let feed = Feed { id: Id::new(call.now).0, user_id, name, created_at, revoked_at: None };
        let key = random_text();
        store::insert(conn, &feed, &fingerprint(key.as_bytes()))?;
        let object = format!("calendar/feeds/{}", Id(feed.id));
        call.remember(conn, "create_calendar_feed", &object, json!({"name": feed.name}))?;
        let shown = view(&feed, Some(format!("/api/v1/calendar.ics?key={key}")));
        // A retry finds the feed, and not the key, which is kept nowhere.
        reply(201, Some(1), Some(format!("/api/v1/{object}")), &view(&feed, None))?.showing_once(&shown)
    };
    call.change(print, |_, _| Ok(()), make).await
}

/// Revokes a feed; its address stops working.
#[utoipa::path(tag = "calendar", operation_id = "revoke_calendar_feed", params(("id" = String, Path), IfMatch), responses((status = 204, description = "revoked")))]
#[delete("/calendar/feeds/{id}")]
async fn revoke_feed(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    call.write(move |conn, call| {
        let own = store::of_user(conn, call.actor.id())?.iter().any(|f| f.id == id);
        if !own {
            return Err(not_found());
        }
        call.guard(1, || Ok(()))?;
        store::revoke(conn, id, call.now)?;
        call.remember(conn, "revoke_calendar_feed", &format!("calendar/feeds/{}", Id(id)), json!({}))?;
        Ok::<(), Error>(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
