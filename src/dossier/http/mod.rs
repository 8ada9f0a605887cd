//! Routes that every procedure has: one dossier, its attachments, its history, its actions; and how its list is read.

pub mod papers;
pub mod partner_history;
pub mod routes;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::approval::http::{History, history_of};
use crate::db::Conn;
use crate::dossier::actions::{VisibleDossier, assess_dossier, draft, find, find_as_of, object, open, received_on};
use crate::dossier::flow::{Action, State};
use crate::dossier::model::Dossier;
use crate::dossier::parts::attachments::AttachmentFolder;
use crate::dossier::rules::{errand, sees_whole};
use crate::dossier::store::list::{self, DossierFilter, DossierItem, ListPlace};
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Error, Result, forbidden};
use crate::regulations::view::{AssessmentView, view as assessment_view};
use crate::web::answers::ResponseCache;
use crate::web::etag::{IfNoneMatch, etag};
use crate::web::file::{self, ListFormat};
use crate::web::idempotency::Reply;
use crate::web::json::{Deferred, Incoming};
use crate::web::paging::page_response;
use crate::web::query::{self, Query};
use crate::web::reply::{path_id, reply};
use kernel::country::country;
use kernel::id::Id;
use kernel::page::Page;
use kernel::table::Table;

/// How a procedure shows its dossiers to one caller.
pub trait Shown: Content {
    type View: Serialize + Send + 'static;

    fn view(conn: &mut Conn, call: &RequestContext, seen: &VisibleDossier<Self>) -> Result<Self::View>;

    /// Whether the view shows passport numbers, which the audit trail has to record.
    fn reveals(_: &RequestContext, _: &VisibleDossier<Self>) -> bool {
        false
    }
}

/// Records in the audit trail that the caller saw passport numbers.
fn remember_reveal<C: Shown>(conn: &mut Conn, call: &RequestContext, seen: &VisibleDossier<C>) -> Result<()> {
    if !C::reveals(call, seen) {
        return Ok(());
    }
    call.remember(conn, "reveal_passport", &object::<C>(seen.dossier.id), serde_json::json!({}))
}

/// The dossier as a response that can be stored for retries.
pub fn reply_with<C: Shown>(
    conn: &mut Conn,
    call: &RequestContext,
    seen: &VisibleDossier<C>,
    status: u16,
) -> Result<Reply> {
    remember_reveal(conn, call, seen)?;
    let location = (status == 201).then(|| format!("/api/v1/{}/{}", C::DIRECTION.path(), Id(seen.dossier.id)));
    reply(status, Some(seen.dossier.version), location, &C::view(conn, call, seen)?)
}

/// Runs one action: find the dossier, answer a retry, check rights, version and state, read the body, act.
pub async fn act<C, B, F>(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<B>,
    action: Action,
    carry_out: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: DeserializeOwned + ToSchema + Send + 'static,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>, B) -> Result<Dossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    change_found(call, answers, id, body.fingerprint.clone(), move |conn, call, seen| {
        open(call, &seen, action)?;
        let errand = errand(&seen.dossier, action);
        carry_out(conn, &call.on(errand), seen, body.check()?)
    })
    .await
}

/// Finds the dossier and gives a retry its first response, else changes it and drops the cached responses.
async fn change_found<C, F>(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    fingerprint: String,
    change: F,
) -> Result<HttpResponse>
where
    C: Shown,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>) -> Result<Dossier<C>> + Send + 'static,
{
    let id = path_id(&id)?;
    let answers = answers.get_ref().clone();
    call.change_and(
        fingerprint,
        move |conn, call| find(conn, call, id),
        move |conn, call, seen| {
            let agency = seen.agency;
            let dossier = change(conn, call, seen)?;
            reply_with(conn, call, &VisibleDossier::new(dossier, agency), 200)
        },
        move || answers.touch(),
    )
    .await
}

/// Drafts a dossier.
pub async fn create<C, B, F>(call: Call, body: Incoming<B>, draft: F) -> Result<HttpResponse>
where
    C: Shown,
    B: DeserializeOwned + ToSchema + Send + 'static,
    F: FnOnce(&mut Conn, &RequestContext, Deferred<B>) -> Result<VisibleDossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let seen = draft(conn, call, body)?;
            reply_with(conn, call, &seen, 201)
        },
    )
    .await
}

/// Changes the content that the agency wrote; `edit` checks when that is possible.
pub async fn change<C, B, F>(
    call: Call,
    answers: web::Data<ResponseCache>,
    id: web::Path<String>,
    body: Incoming<B>,
    edit: F,
) -> Result<HttpResponse>
where
    C: Shown,
    B: DeserializeOwned + ToSchema + Send + 'static,
    F: FnOnce(&mut Conn, &RequestContext, VisibleDossier<C>, Deferred<B>) -> Result<Dossier<C>> + Send + 'static,
{
    let body = body.read().await?;
    change_found(call, answers, id, body.fingerprint.clone(), move |conn, call, seen| edit(conn, call, seen, body))
        .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsWas {
    /// The dossier as it was at the end of this day, with what was decided by then.
    pub as_of: Option<NaiveDate>,
}

/// One dossier, now or at the end of a past day; 304 if the caller already has this version.
pub async fn show<C: Shown>(
    req: HttpRequest,
    call: Call,
    id: web::Path<String>,
    as_was: Query<AsWas>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let known = IfNoneMatch::read(req.headers());
    let (tag, view, revealed) = call
        .read(move |conn, call| {
            let seen = match as_was.0.as_of {
                Some(day) => find_as_of::<C>(conn, call, id, day)?,
                None => find::<C>(conn, call, id)?,
            };
            let tag = etag(seen.dossier.version);
            let view = if known.hits(&tag) { None } else { Some(C::view(conn, call, &seen)?) };
            Ok((tag, view, C::reveals(call, &seen).then_some(seen)))
        })
        .await?;
    if let (Some(seen), Some(_)) = (revealed, &view) {
        call.write(move |conn, call| remember_reveal(conn, call, &seen)).await?;
    }
    Ok(match view {
        Some(view) => HttpResponse::Ok().insert_header(("ETag", tag)).json(view),
        None => HttpResponse::NotModified().insert_header(("ETag", tag)).finish(),
    })
}

/// Deletes a draft with its attachments.
pub async fn remove<C: Content>(
    call: Call,
    folder: web::Data<AttachmentFolder>,
    id: web::Path<String>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let files = call
        .write(move |conn, call| {
            let seen = find::<C>(conn, call, id)?;
            draft::delete(conn, call, &seen)
        })
        .await?;
    files.iter().for_each(|name| folder.remove(name));
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// Applies the rules of this day.
    pub as_of: Option<NaiveDate>,
}

/// What the regulation says about the dossier.
pub async fn assessment<C: Content>(
    call: Call,
    tools: web::Data<ProvinceLaw>,
    id: web::Path<String>,
    as_of: Query<AsOf>,
) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let tools = tools.get_ref().clone();
    let (law, answer) = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            whole(call, &dossier)?;
            let day = as_of.0.as_of.unwrap_or_else(|| received_on(&dossier, call.today));
            assess_dossier(conn, &tools, &dossier, day)
        })
        .await?;
    let view: AssessmentView = assessment_view(&law, answer, call.language);
    Ok(HttpResponse::Ok().json(view))
}

/// A body that is only consulted may not see what concerns the others (403).
pub fn whole<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Result<()> {
    if sees_whole(&call.actor, dossier) {
        return Ok(());
    }
    Err(forbidden("Cơ quan được hỏi ý kiến chỉ xem phần được hỏi.", "A consulted body sees what it is asked about."))
}

/// Every action on the dossier until a day, in order.
pub async fn history<C: Content>(call: Call, id: web::Path<String>, as_was: Query<AsWas>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    let history: History = call
        .read(move |conn, call| {
            let dossier = find::<C>(conn, call, id)?.dossier;
            // Members of a consulted body see only their own actions.
            let only = if sees_whole(&call.actor, &dossier) { None } else { Some(call.actor.id()) };
            history_of(conn, id, only, as_was.0.as_of)
        })
        .await?;
    Ok(HttpResponse::Ok().json(history))
}

/// The query of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DossierListQuery {
    state: Option<State>,
    /// Part of number, title or a person's name, with or without diacritics.
    q: Option<String>,
    agency_id: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    /// Earliest first day.
    from: Option<NaiveDate>,
    /// Latest first day.
    to: Option<NaiveDate>,
    /// Year of the first day.
    #[param(minimum = 1990, maximum = 2100)]
    year: Option<i32>,
    /// The open step is overdue.
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
    format: Option<ListFormat>,
}

/// By the first day (departure abroad, or arrival here), or by the last change, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
enum Sort {
    #[serde(rename = "departure_date")]
    Departure,
    #[serde(rename = "arrival_date")]
    Arrival,
    #[serde(rename = "-updated_at")]
    Newest,
}

impl DossierListQuery {
    fn filter<C: Content>(&self) -> Result<DossierFilter> {
        self.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
        if self.year.is_some_and(|y| !(1990..=2100).contains(&y)) {
            return Err(query::invalid("year", "phải từ 1990 đến 2100.", "must be 1990 to 2100."));
        }
        if self.country.as_deref().is_some_and(|c| country(c).is_none()) {
            return Err(query::invalid("country", "không có mã nước này.", "there is no such country code."));
        }
        Ok(DossierFilter {
            direction: C::DIRECTION,
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

fn place_of(parts: &[String], newest_first: bool) -> Option<ListPlace> {
    let (at, id) = query::name_and_id(parts)?;
    Some(if newest_first {
        ListPlace::Updated(chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?.naive_utc(), id)
    } else {
        ListPlace::Begins(at.parse().ok()?, id)
    })
}

/// A page of a list before it is formatted.
pub struct Listing {
    pub page: Page<DossierItem>,
    pub total: Option<i64>,
    response: HttpResponseBuilder,
    format: ListFormat,
}

/// Reads a page of the dossiers that the caller may see.
pub async fn listing<C: Content>(req: HttpRequest, call: Call, asked: DossierListQuery) -> Result<Listing> {
    call.actor.require(Permission::ReadDossiers)?;
    let limit = query::limit(asked.limit)?;
    let filter = asked.filter::<C>()?;
    let scope = format!("{} {filter:?}", C::DIRECTION);
    let newest_first = filter.newest_first;
    let after = query::place(&scope, asked.cursor.as_deref(), |parts| place_of(parts, newest_first))?;
    let count = asked.count.unwrap_or(false);
    let (rows, total) = call
        .read(move |conn, call| {
            let total = if count { Some(list::count(conn, &filter, &call.actor, call.today)?) } else { None };
            Ok((list::page(conn, &filter, &call.actor, call.today, after, limit + 1)?, total))
        })
        .await?;
    let page = Page::cut(rows, limit, &scope, |item: &DossierItem| {
        let at = if newest_first {
            item.updated_at.and_utc().timestamp_micros().to_string()
        } else {
            item.begins_on.to_string()
        };
        vec![at, item.id.to_string()]
    });
    // The link keeps the filters and replaces the old cursor.
    let kept: Vec<&str> =
        req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")).collect();
    let path = format!("/api/v1/{}", C::DIRECTION.path());
    let link = if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) };
    let response = page_response(&link, page.next.as_deref());
    Ok(Listing { page, total, response, format: asked.format.unwrap_or(ListFormat::Json) })
}

impl Listing {
    /// The response: `shape` as JSON, or the table as a file with this name.
    pub fn answer<B: Serialize>(
        mut self,
        name: &str,
        table: impl FnOnce(&[DossierItem]) -> Table,
        shape: impl FnOnce(Page<DossierItem>) -> B,
    ) -> Result<HttpResponse> {
        if self.format == ListFormat::Json {
            let page = Page { total: self.total, ..self.page };
            return Ok(self.response.json(shape(page)));
        }
        let table = table(&self.page.items);
        let (bytes, media_type, ending) = match self.format {
            ListFormat::Csv => (documents::csv::write(&table), file::CSV, "csv"),
            _ => (documents::xlsx::write(&table), file::XLSX, "xlsx"),
        };
        let bytes = bytes.map_err(Error::Internal)?.into();
        Ok(file::saved(&mut self.response, media_type, &format!("{name}.{ending}"), bytes))
    }
}
